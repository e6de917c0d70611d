"""What a store says of itself, the damage that a check finds, and schemas brought up to date."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import alembic.command
import pytest
from sqlmodel import SQLModel

from store import schema
from store.backup import back_up
from store.care import Upgraded, describe, upgrade_store
from store.checking import Checked, check_store
from store.difference import PHASE_COLUMNS
from store.errors import StoreError, StoreMissingError
from store.location import Location, find_location
from store.maintenance import advance, rebuild
from store.moment import one_moment
from store.plain import Plain
from store.reading import open_reader
from store.restore import restore
from store.work import Store, make_private
from tests.oracle import generate
from tests.store.helpers import Clock, everything, import_rows, new_store, reader_of

ROOT = Path(__file__).parents[2]
STEP = """
revision = "9998"
down_revision = "{before}"

def upgrade():
    from alembic import op
    import sqlalchemy as sa
    op.add_column("organisation", sa.Column("motto", sa.String(), nullable=True))
    op.execute("UPDATE organisation SET motto = 'onwards'")
    {then}
    op.create_table("extra", sa.Column("id", sa.Integer(), primary_key=True))
"""
KILLED = """
import sys
from pathlib import Path
from store import schema
from store.care import upgrade_store
from store.location import find_location
schema._FOLDER = Path(sys.argv[2])
schema.VERSIONS = (*schema.VERSIONS, "9998")
schema.CURRENT = "9998"
upgrade_store(find_location(sys.argv[1]))
"""


def checked(location: Location, *, full: bool = True) -> Checked:
    return check_store(location, full=full, clock=Clock())


@contextmanager
def filled_store(url: str, folder: Path) -> Iterator[Store]:
    def fill(store: Store) -> None:
        import_rows(store, [*generate.recruitment(5, 8), *generate.chaos(5)], folder)

    with new_store(url, filled=("recruitment and chaos", fill)) as made:
        yield made


def test_what_a_store_says_of_itself(store_url: str, tmp_path: Path) -> None:
    with filled_store(store_url, tmp_path) as made:
        found = describe(made.location, made.clock)
        with one_moment(made.location) as plain:
            events = plain.value("SELECT count(*) FROM event")
        with reader_of(made) as reader:
            assert found.revision == reader.revision()
            assert found.changed_at == reader.updated_at()
    assert (found.organisation, found.schema, found.pending) == ("Northbank", schema.CURRENT, 0)
    assert found.counts["events"] == events > 0
    assert found.counts["tasks_open"] + found.counts["tasks_ended"] > 0
    assert found.counts["target_sets"] == 1
    assert found.size > 0
    assert found.database.startswith(("SQLite 3.", "PostgreSQL "))
    assert found.holidays_until is not None
    assert found.holidays_until.year >= 2100


def test_a_sound_store_is_found_sound_and_nothing_is_written(store_url: str, tmp_path: Path) -> None:
    with filled_store(store_url, tmp_path) as made, reader_of(made) as reader:
        before = reader.revision()
        found = checked(made.location)
        assert found.problems == 0, found.parts
        assert found.replayed == found.listings > 0
        assert set(found.parts) == {"database", "schema", "tasks", "counts", "replay"}
        assert reader.revision() == before


def test_a_sample_is_replayed_unless_all_are_asked_for(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.rehearsal.SAMPLE", 4)
    with filled_store(store_url, tmp_path) as made:
        assert 0 < checked(made.location, full=False).replayed < checked(made.location).replayed
        assert checked(made.location, full=False).problems == 0


FAULTS = {
    "UPDATE task_count SET tasks = tasks + 1": ("counts", "task_count"),
    "DELETE FROM board_change": ("counts", "board_change"),
    "UPDATE listing SET open_tasks = open_tasks + 1": ("tasks", "another number of open tasks"),
    "UPDATE listing SET title = 'Somebody else''s'": ("replay", "listing"),
    "UPDATE task SET started_at = started_at + 1": ("replay", "listing"),
    "UPDATE task SET listing = 'nowhere'": ("tasks", "no listing of its name"),
    "UPDATE task SET target_set = 7": ("tasks", "no target set"),
    "UPDATE task_phase SET until_day = until_day + 1": ("tasks", "do not join up"),
    "DELETE FROM task_phase": ("tasks", "lost its earlier phases"),
    "DELETE FROM listing_owner": ("replay", "listing"),
    "DELETE FROM application": ("replay", "listing"),
    "DROP INDEX task_ended": ("schema", "the index task_ended, ended_on, opened_on, since, "),
    "ALTER TABLE task ADD COLUMN odd INTEGER": ("schema", "odd is one too many"),
    "DROP TABLE task_count": ("schema", "the table task_count is missing"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_damage_is_named(store_url: str, tmp_path: Path, fault: str) -> None:
    part, words = FAULTS[fault]
    with filled_store(store_url, tmp_path) as made:
        with made.work("test") as work:
            assert work.plain.run(fault) != 0
        made.close()
        found = checked(made.location)
        assert found.problems
        assert any(words in problem for problem in found.parts[part]), found.parts


def test_a_lost_guard_and_lost_references_are_named(store_url: str, tmp_path: Path) -> None:
    with filled_store(store_url, tmp_path) as made:
        made.close()
        if made.location.path:
            with closing(sqlite3.connect(made.location.path)) as connection, connection:
                connection.execute("DROP TRIGGER event_no_update")
                connection.execute("DROP TRIGGER event_no_delete")
                connection.execute("DELETE FROM import_run")
        else:
            import psycopg

            with psycopg.connect(made.location.psycopg_url) as server:
                server.execute("ALTER TABLE event DISABLE TRIGGER USER")
                server.execute("DELETE FROM import_run")
        parts = checked(made.location).parts
    assert any("event: the guard against changes" in problem for problem in parts["schema"])
    assert any("refer" in problem and "import_run" in problem for problem in parts["database"])


def test_a_broken_page_is_named(tmp_path: Path) -> None:
    path = tmp_path / "stagewatch.db"
    with filled_store(str(path), tmp_path) as made, made.work("test") as work:
        page = work.plain.value("SELECT rootpage FROM sqlite_master WHERE name = 'task_open_age'")
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    assert checked(find_location(str(path))).parts["database"]


def test_where_there_is_no_store_there_is_nothing_to_look_after(tmp_path: Path) -> None:
    nowhere = Location(path=tmp_path / "none.db")
    for care in (describe, check_store, upgrade_store, lambda place: back_up(place, tmp_path / "b.db")):
        with pytest.raises(StoreMissingError):
            care(nowhere)
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------- upgrades


def next_schema(folder: Path, monkeypatch: pytest.MonkeyPatch, then: str = "pass") -> Path:
    """The steps of this program and one more, in a folder of the test's own."""
    steps = folder / "migrations"
    shutil.copytree(schema._FOLDER, steps, ignore=shutil.ignore_patterns("__pycache__"))
    text = STEP.format(before=schema.CURRENT, then=then)
    (steps / "versions" / "9998_onwards.py").write_text(text, "utf-8")
    return steps


def use(steps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_FOLDER", steps)
    monkeypatch.setattr(schema, "VERSIONS", (*schema.VERSIONS, "9998"))
    for module in ("schema", "care", "restore"):
        monkeypatch.setattr(f"store.{module}.CURRENT", "9998")


def look(location: Location) -> dict[str, Any]:
    with one_moment(location, any_schema=True) as plain:
        tables = (
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            if plain.postgres
            else "SELECT name, sql FROM sqlite_master"
        )
        return {
            "version": schema.version_of(plain),
            "tables": sorted(plain.rows(tables), key=repr),
            "organisation": plain.rows("SELECT * FROM organisation"),
        }


def test_an_older_store_is_brought_up_to_date(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled_store(store_url, tmp_path) as made:
        location = made.location
    back_up(location, tmp_path / "backup.db")
    before = schema.CURRENT
    assert upgrade_store(location) == Upgraded(before, before)
    use(next_schema(tmp_path, monkeypatch), monkeypatch)
    with pytest.raises(StoreError, match=r"older Stagewatch .*“stagewatch store upgrade”"):
        open_reader(location)
    assert upgrade_store(location) == Upgraded(before, "9998")
    assert upgrade_store(location) == Upgraded("9998", "9998")
    with one_moment(location) as plain:
        assert plain.value("SELECT motto FROM organisation") == "onwards"
    # A backup of the older schema comes back in the new one.
    target = Location(path=tmp_path / "new.db")
    assert restore(target, tmp_path / "backup.db").contents.version == "9998"
    with one_moment(target) as plain:
        assert plain.value("SELECT motto FROM organisation") == "onwards"
    with one_moment(Location(path=tmp_path / "backup.db"), any_schema=True) as plain:
        assert schema.version_of(plain) == before


@pytest.mark.parametrize("then", ["raise RuntimeError('lost')", "op.execute('SELECT * FROM nothing')"])
def test_a_failing_step_leaves_the_old_schema_whole(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    with filled_store(store_url, tmp_path) as made:
        location = made.location
    before = look(location)
    with monkeypatch.context() as patch:
        use(next_schema(tmp_path, patch, then), patch)
        with pytest.raises(StoreError, match=r"it is as it was|nothing was changed"):
            upgrade_store(location)
    assert look(location) == before
    assert checked(location).problems == 0


def test_an_upgrade_killed_half_way_leaves_the_old_schema_whole(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled_store(store_url, tmp_path) as made:
        location = made.location
    before = look(location)
    steps = next_schema(tmp_path, monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, store_url, str(steps)], check=False, cwd=ROOT, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert look(location) == before
    assert checked(location).problems == 0


def test_a_newer_store_is_left_untouched_to_the_byte(store_url: str, tmp_path: Path) -> None:
    with new_store(store_url) as made:
        with made.work("test") as work:
            work.plain.run("UPDATE alembic_version SET version_num = '9999'")
        made.close()
        location = made.location
    back = tmp_path / "backup.db"
    with new_store(str(tmp_path / "other.db")) as other:
        back_up(other.location, back)
    before = (look(location), location.path and location.path.read_bytes())
    cares: list[Callable[[Location], object]] = [
        describe,
        check_store,
        upgrade_store,
        lambda place: back_up(place, tmp_path / "b.db"),
    ]
    if not location.path:
        cares.append(lambda place: restore(place, back, replace=True))
    for care in cares:
        with pytest.raises(StoreError, match=r"newer Stagewatch \(schema 9999"):
            care(location)
    assert (look(location), location.path and location.path.read_bytes()) == before


@pytest.mark.parametrize("version", schema.VERSIONS[:-1])
def test_a_store_of_every_older_schema_is_brought_up_to_date(
    store_url: str, tmp_path: Path, version: str
) -> None:
    """It holds the events as they were; its tasks are worked out anew where they are numbered otherwise."""
    with filled_store(str(tmp_path / "now.db"), tmp_path) as made:
        wanted = everything(made)
        make_private(find_location(store_url))
        old = Store(find_location(store_url), made.clock)
        with old.work("test") as work, one_moment(made.location) as source:
            alembic.command.upgrade(schema._config(work.session.connection()), version)
            for table in SQLModel.metadata.sorted_tables:
                columns = columns_of(work.plain, table.name)
                work.plain.insert(
                    table.name,
                    ", ".join(columns),
                    source.rows(f"SELECT {', '.join(columns)} FROM {table.name}") if columns else [],
                )
            if version == "0001":  # which numbered tasks otherwise
                phases = work.plain.rows("SELECT * FROM task_phase")
                work.plain.run("DELETE FROM task_phase")
                work.plain.run("UPDATE task SET id = id - 1")
                work.plain.insert("task_phase", PHASE_COLUMNS, [(row[0] - 1, *row[1:]) for row in phases])
    assert upgrade_store(old.location) == Upgraded(version, schema.CURRENT)
    advance(old)
    assert everything(old) == wanted
    assert rebuild(old).changed == 0
    old.close()


def columns_of(plain: Plain, table: str) -> list[str]:
    """The columns of a table that can be written, none if there is no such table."""
    if plain.postgres:
        ask = (
            "SELECT column_name FROM information_schema.columns WHERE table_name = ? "
            "AND table_schema = current_schema() AND is_generated = 'NEVER' ORDER BY ordinal_position"
        )
        return [row[0] for row in plain.rows(ask, (table,))]
    return [row[1] for row in plain.rows(f"PRAGMA table_info({table})")]
