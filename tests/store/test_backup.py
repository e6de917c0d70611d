"""Backups made while others write, and put back wholly or not at all."""

from __future__ import annotations

import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from store.backup import back_up
from store.checking import check_store
from store.errors import StoreError
from store.location import Location, find_location
from store.moment import one_moment
from store.restore import restore
from store.work import Store
from tests.oracle import generate
from tests.store.helpers import LONG_AFTER, Clock, everything, import_rows, new_store

ROOT = Path(__file__).parents[2]
COMMITS = """
import sys
from store.location import find_location
from store.work import Store
store = Store(find_location(sys.argv[1]))
number = 0
while True:
    number += 1
    with store.work("test") as work:
        for step in (1, 2):
            work.plain.run(
                "INSERT INTO calendar_day (day, works, reason) VALUES (?, 0, ?)",
                (number * 2 + step, "x" * 2000),
            )
    print(number, flush=True)
"""
AGAIN = """
import sys
from store.backup import back_up
from store.location import find_location
from store.restore import restore
print("ready", flush=True)
if sys.argv[1] == "backup":
    back_up(find_location(sys.argv[2]), sys.argv[3], replace=True)
else:
    restore(find_location(sys.argv[2]), sys.argv[3], replace=True)
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


WITHOUT = {"audit_entry": " WHERE operation <> 'store.restore'"}


def all_rows(location: Location) -> dict[str, list[Any]]:
    """Every row of every table, but for the store's own count of its changes, and the log's of a restore."""
    from sqlmodel import SQLModel

    with one_moment(location) as plain:
        return {
            table.name: sorted(
                plain.rows(f'SELECT * FROM "{table.name}"{WITHOUT.get(table.name, "")}'), key=repr
            )
            for table in SQLModel.metadata.sorted_tables
            if table.name != "store_state"
        }


def filled(url: str, folder: Path, seed: int = 3) -> Location:
    with new_store(url) as made:
        import_rows(made, [*generate.recruitment(seed, 6), *generate.chaos(seed)], folder)
        return made.location


def sound(location: Location) -> bool:
    return not check_store(location, full=True, clock=Clock()).problems


def test_a_backup_goes_back_as_it_was_on_either_database(
    store_url: str, tmp_path: Path, postgres_url_too: str
) -> None:
    location = filled(store_url, tmp_path)
    file = tmp_path / "backup.db"
    made = back_up(location, file)
    assert (made.organisation, made.file, made.size) == ("Northbank", file, file.stat().st_size)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made.contents.rows["event"] > 0
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name) == ["backup.db"]
    for place in (str(tmp_path / "a folder" / "new.db"), postgres_url_too):
        target = find_location(place)
        done = restore(target, file)
        assert (done.organisation, done.replaced, done.contents) == ("Northbank", False, made.contents)
        assert all_rows(target) == all_rows(location)
        assert sound(target)
        # New rows get new numbers, and go where the others are.
        with new_again(target) as store:
            before = made.contents.rows["event"]
            import_rows(store, generate.recruitment(99, 2), tmp_path)
        assert len(all_rows(target)["event"]) > before
        assert sound(target)


@pytest.fixture
def postgres_url_too(postgres_server) -> Any:
    """A second empty database."""
    with postgres_server.database() as url:
        yield url


class new_again:  # noqa: N801 - reads as the function beside it
    """A store that is there already."""

    def __init__(self, location: Location) -> None:
        self.store = Store(location, Clock(LONG_AFTER))

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def test_a_backup_while_others_write_is_one_moment_of_the_store(store_url: str, tmp_path: Path) -> None:
    with new_store(store_url) as made:
        location = made.location
    writer = start(COMMITS, store_url)
    try:
        assert writer.stdout is not None
        seen = []
        for number in range(6):
            while int(writer.stdout.readline()) < number * 10 + 5:
                pass
            file = tmp_path / f"{number}.db"
            contents = back_up(location, file).contents
            assert writer.poll() is None
            with one_moment(Location(path=file)) as plain:
                days = [row[0] for row in plain.rows("SELECT day FROM calendar_day ORDER BY day")]
                revision = plain.value("SELECT revision FROM store_state")
            # Each transaction adds two days and one to the revision: whole ones only, and all up to the last.
            assert days == list(range(3, 3 + len(days)))
            assert len(days) % 2 == 0
            assert revision == contents.revision
            seen.append((revision, len(days)))
        assert len({revision - days // 2 for revision, days in seen}) == 1
        assert seen == sorted(seen)
        assert seen[-1] > seen[0]
    finally:
        writer.kill()
        writer.communicate()


def test_nothing_is_overwritten_unasked(store_url: str, tmp_path: Path) -> None:
    location = filled(store_url, tmp_path)
    file = tmp_path / "backup.db"
    file.write_text("a letter")
    with pytest.raises(StoreError, match="exists already; give another name, or --replace"):
        back_up(location, file)
    assert file.read_text() == "a letter"
    back_up(location, file, replace=True)
    assert sound(Location(path=file))
    before = all_rows(location)
    with pytest.raises(StoreError, match=r"nothing was changed \(--replace"):
        restore(location, file)
    assert all_rows(location) == before
    with pytest.raises(StoreError, match="there is no folder"):
        back_up(location, tmp_path / "none" / "x.db")
    with pytest.raises(StoreError, match="is a folder"):
        back_up(location, tmp_path)
    if location.path:
        for name in (store_url, f"{store_url}-wal"):
            with pytest.raises(StoreError, match="is the store itself"):
                back_up(location, name, replace=True)
        with pytest.raises(StoreError, match="is the store itself"):
            restore(location, store_url, replace=True)


def test_a_restore_in_place_of_a_store_is_seen_by_those_who_have_it_open(
    store_url: str, tmp_path: Path
) -> None:
    location = filled(store_url, tmp_path)
    file = tmp_path / "backup.db"
    back_up(location, file)
    then = all_rows(location)
    with new_again(location) as store:
        import_rows(store, generate.recruitment(50, 3), tmp_path)
        revision = revision_of(location)
        assert all_rows(location) != then
        done = restore(location, file, replace=True)
        assert done.replaced
        assert all_rows(location) == then
        assert revision_of(location) > revision
        assert everything(store)  # by a connection from before
        import_rows(store, generate.recruitment(51, 2), tmp_path)
    assert sound(location)
    assert [path for path in tmp_path.iterdir() if "before-restore" in path.name] == []
    with one_moment(location) as plain, pytest.raises(Exception, match=r"append-only|readonly|read-only"):
        plain.run("DELETE FROM event")


def revision_of(location: Location) -> int:
    with one_moment(location) as plain:
        return int(plain.value("SELECT revision FROM store_state"))


@pytest.mark.parametrize("fault", ["cut", "flipped", "letter", "empty", "other", "newer", "missing"])
def test_a_bad_backup_is_refused_and_the_store_is_untouched(
    store_url: str, tmp_path: Path, fault: str
) -> None:
    location = filled(store_url, tmp_path)
    file = tmp_path / "backup.db"
    back_up(location, file)
    spoil(file, fault)
    before = all_rows(location)
    with pytest.raises(StoreError, match=r"damaged|no backup|newer Stagewatch"):
        restore(location, file, replace=True)
    assert all_rows(location) == before
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def spoil(file: Path, fault: str) -> None:
    whole = file.read_bytes()
    if fault == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif fault == "flipped":
        file.write_bytes(whole[:8192] + bytes(4096) + whole[12288:])
    elif fault == "letter":
        file.write_text("Dear Sir or Madam, " * 100)
    elif fault == "missing":
        file.unlink()
    else:
        if fault in ("empty", "other"):
            file.unlink()
        with closing(sqlite3.connect(file)) as connection, connection:
            if fault == "newer":
                connection.execute("UPDATE alembic_version SET version_num = '9999'")
            elif fault == "other":
                connection.execute("CREATE TABLE letters (body TEXT)")


def test_a_ruined_store_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "stagewatch.db"
    location = filled(str(path), tmp_path)
    back_up(location, tmp_path / "backup.db")
    then = all_rows(location)
    path.write_bytes(b"ruined" * 3000)
    Path(f"{path}-wal").write_bytes(b"old")
    with pytest.raises(StoreError, match="there is something at"):
        restore(location, tmp_path / "backup.db")
    assert restore(location, tmp_path / "backup.db", replace=True).replaced
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("stagewatch.db")] == ["stagewatch.db"]
    assert all_rows(location) == then


def test_tables_of_others_on_a_server_are_never_touched(postgres_url: str, tmp_path: Path) -> None:
    filled(str(tmp_path / "s.db"), tmp_path)
    back_up(find_location(str(tmp_path / "s.db")), tmp_path / "backup.db")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE letters (body text)")
        with pytest.raises(StoreError, match=r"not Stagewatch's \(letters\)"):
            restore(find_location(postgres_url), tmp_path / "backup.db", replace=True)
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("letters",)]


def test_a_disk_without_second_names_gets_its_backup_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    location = filled(str(tmp_path / "stagewatch.db"), tmp_path)
    monkeypatch.setattr("os.link", refuse)
    back_up(location, tmp_path / "backup.db")
    assert all_rows(Location(path=tmp_path / "backup.db")) == all_rows(location)
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_failing_copy_leaves_neither_file_nor_rest(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = filled(store_url, tmp_path)
    monkeypatch.setattr("store.sqlite_files.file_problems", lambda _plain: ["page 7 is odd"])
    with pytest.raises(StoreError, match=r"did not come out right \(page 7 is odd\)"):
        back_up(location, tmp_path / "backup.db")
    assert [path for path in tmp_path.iterdir() if "backup" in path.name] == []


def test_a_store_kept_busy_is_said_so_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    location = filled(str(tmp_path / "stagewatch.db"), tmp_path)
    back_up(location, tmp_path / "backup.db")
    monkeypatch.setattr("store.sqlite_files.BUSY_SECONDS", 0.1)
    before = all_rows(location)
    with closing(sqlite3.connect(tmp_path / "stagewatch.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"in use by another program.*before-restore"):
            restore(location, tmp_path / "backup.db", replace=True)
    assert all_rows(location) == before


@pytest.mark.slow
@pytest.mark.parametrize("job", ["backup", "restore"])
def test_a_kill_leaves_the_old_one_or_the_new_one_whole(store_url: str, tmp_path: Path, job: str) -> None:
    location = filled(store_url, tmp_path)
    file = tmp_path / "backup.db"
    back_up(location, file)
    old = all_rows(location)
    with new_again(location) as store:
        import_rows(store, generate.recruitment(60, 40), tmp_path)
    new = all_rows(location)
    newer = tmp_path / "newer.db"
    back_up(location, newer)
    watched = Location(path=file) if job == "backup" else location
    chance = random.Random(7)
    kills = 0
    for turn in range(5):
        # A restore goes from the one state to the other and back.
        process = start(AGAIN, job, store_url, str(newer if job == "restore" and turn % 2 else file))
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.random() * 0.8)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        process.stdout.close()
        assert all_rows(watched) in (old, new)
        assert sound(watched)
    assert kills
    assert file.exists()
