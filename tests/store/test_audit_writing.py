"""What units of work leave in the log: every operation, each changed record once."""

from __future__ import annotations

import ast
import json
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url
from sqlmodel import SQLModel

from kpi.audit_entry import read_entry
from kpi.calendar import CalendarSpec
from kpi.errors import StagewatchError
from kpi.targets import Target
from store import audit_watch
from store.audit import SYSTEM, Who
from store.audit_care import adopt_key, begin_key, keep_checkpoints, note_read, store_id, write_one
from store.audit_keys import forget_ring, load_ring
from store.audit_records import KINDS
from store.audit_shape import POSTGRES, SQLITE, shape_of
from store.audit_verify import verify
from store.backup import back_up
from store.calendar_changes import save_calendar
from store.errors import StoreError
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.location import find_location
from store.maintenance import advance, rebuild
from store.mappings import drop_mapping, map_activity, save_mapping
from store.moment import one_moment
from store.quarantine import EVERY_ROW, drop_rows
from store.restore import restore
from store.retrying import retry_rows
from store.reviews import mark_reviewed
from store.roles import APPEND_ONLY, grant_role
from store.schema import upgrade
from store.targets import revert_targets, save_targets, withdraw_targets
from store.work import Store, make_private
from tests.oracle import generate
from tests.store.helpers import Clock, import_rows, new_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kpi.audit_entry import Entry
    from store.location import Location
    from tests.postgres import Server
    from tests.store.keyrings import Ring

ROOT = Path(__file__).parents[2]
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
CODE = "draft.ready_to_publish"
# What follows from the events by replay alone, what the log itself keeps, and who changed what how often.
NOT_RECORDS = {
    "application", "audit_entry", "audit_name", "audit_state", "board_change", "event", "kpi", "listing",
    "listing_freeze", "listing_owner", "store_state", "task", "task_count", "task_phase",
}  # fmt: skip


@pytest.fixture
def made(store_url: str) -> Iterator[Store]:
    with new_store(store_url, clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "command line")
        yield store


def entries(location: Location, after: int = 0) -> list[Entry]:
    with one_moment(location) as plain:
        rows = plain.rows("SELECT seq, text FROM audit_entry WHERE seq > ? ORDER BY seq", (after,))
        return [read_entry(*row) for row in rows]


def last_seq(location: Location) -> int:
    return len(entries(location))


def name_of(location: Location, actor: str) -> str:
    with one_moment(location) as plain:
        return str(plain.value("SELECT name FROM audit_name WHERE id = ?", (actor,)))


def changes_of(entry: Entry) -> dict[str, tuple[Any, Any]]:
    return {change.field: (change.before, change.after) for change in entry.changes}


def events_of(folder: Path, *rows: str) -> Path:
    file = folder / "events.csv"
    file.write_text("\n".join(["what,when,job", *rows]) + "\n")
    return file


OURS = load_mapping('[source]\nname = "Ours"\n[columns]\nevent = "what"\nat = "when"\nlisting = "job"\n')


# ------------------------------------------------------------------------------- every operation


def _file_in(store: Store, folder: Path) -> None:
    import_file(store, events_of(folder, "listing_published,2026-11-10T10:00:00Z,J1", "odd,never,J2"), OURS)


def _restored(store: Store, folder: Path) -> None:
    back_up(store.location, folder / "backup.db")
    store.close()
    restore(store.location, folder / "backup.db", replace=True, by=Who("Ada", "command line"))


def _rebuilt(store: Store, folder: Path) -> None:
    _file_in(store, folder)
    with store.work("test") as work:
        work.plain.run("DELETE FROM task_count")
    rebuild(store)


# Each operation: what must have been before it, what it is, and of what its last entry tells.
OPERATIONS: dict[str, tuple[Callable[[Store, Path], object] | None, Callable[[Store, Path], object], str]] = {
    "targets.save": (
        None,
        lambda store, _: save_targets(store, {CODE: Target(1, 2)}, reason="Why", actor="Ada"),
        "target_set:2",
    ),
    "targets.revert": (
        lambda store, _: save_targets(store, {CODE: Target(1, 2)}, reason="Why", actor="Ada"),
        lambda store, _: revert_targets(store, 1, reason="Back", actor="Ada"),
        "target_set:3",
    ),
    "targets.withdraw": (
        lambda store, _: save_targets(
            store, {CODE: Target(1, 2)}, reason="Why", actor="Ada", effective_from=date(2026, 12, 1)
        ),
        lambda store, _: withdraw_targets(store, 2, reason="No", actor="Ada"),
        "target_set:2",
    ),
    "calendar.change": (
        None,
        lambda store, _: save_calendar(
            store, CalendarSpec(closures={date(2026, 12, 24): "Party"}), reason="Yes", actor="Ada"
        ),
        "calendar:2",
    ),
    "mapping.save": (None, lambda store, _: save_mapping(store, OURS.text), "mapping:Ours"),
    "mapping.map": (
        lambda store, _: save_mapping(store, OURS.text),
        lambda store, _: map_activity(store, "Ours", "went live", "listing_published"),
        "mapping:Ours",
    ),
    "mapping.drop": (
        lambda store, _: save_mapping(store, OURS.text),
        lambda store, _: drop_mapping(store, "Ours"),
        "mapping:Ours",
    ),
    "import.file": (None, _file_in, "import:1"),
    "quarantine.retry": (_file_in, lambda store, _: retry_rows(store, EVERY_ROW), "import:2"),
    "quarantine.drop": (_file_in, lambda store, _: drop_rows(store, EVERY_ROW), "import:1"),
    "tasks.rebuild": (None, _rebuilt, "store:1"),
    "store.restore": (None, _restored, "store:1"),
    "audit.key": (None, lambda store, _: begin_key(store), "audit:key"),
    "audit.folder": (
        None,
        keep_checkpoints,
        "setting:checkpoint_folder",
    ),
    "audit.review": (
        None,
        lambda store, _: mark_reviewed(store, 1, 2, note="Seen", actor="Ada"),
        "review:1",
    ),
    "audit.export": (
        None,
        lambda store, _: note_read(store, "audit.export", "audit:log", "Exported"),
        "audit:log",
    ),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.usefixtures("ring")
def test_whatever_changes_rows_is_in_the_log(made: Store, tmp_path: Path, operation: str) -> None:
    before, act, target = OPERATIONS[operation]
    if before is not None:
        before(made, tmp_path)
    last = last_seq(made.location)
    act(made, tmp_path)
    told = entries(made.location, last)
    named = operation.replace("mapping.map", "mapping.save")
    assert target in [entry.target for entry in told if entry.operation == named]
    assert {name_of(made.location, entry.actor) for entry in told} == {"Ada"}
    assert {entry.group for entry in told} <= {entry.seq for entry in told}
    if operation not in (
        "tasks.rebuild",
        "audit.key",
    ):  # which were made to differ behind its back, or say it all
        found = verify(made.location, made.clock())
        assert (found.attack, found.reconciled) == (None, True), found.why


def test_no_operation_is_missing_above() -> None:
    """Every unit of work in the store has a name; those that change records are tried above."""
    named = set()
    for path in sorted((ROOT / "store").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "work"
            ):
                assert node.args, f"{path}:{node.lineno}"
                named.add(ast.unparse(node.args[0]).strip("'"))
    others = {
        "name", "operation", "KEY_OPERATION", "tasks.advance", "store.backup", "store.upgrade", "store.grant",
        "organisation.found", "audit.adopt",
    }  # fmt: skip
    assert named - others == set(OPERATIONS) - {
        "mapping.map",
        "audit.key",
        "audit.export",
        "tasks.rebuild",
    } | ({"tasks.rebuild"} & named)


def test_every_table_is_followed_or_follows_from_others() -> None:
    followed = {table for table, _, _ in audit_watch.RECORDS}
    assert followed | NOT_RECORDS == set(SQLModel.metadata.tables)
    assert not followed & NOT_RECORDS
    assert {kind for _, kind, _ in audit_watch.RECORDS} == set(KINDS)


# ------------------------------------------------------------------------------------ what they say


def test_the_founding_is_one_group_with_all_that_was_founded(made: Store) -> None:
    told = entries(made.location)
    assert [entry.target for entry in told] == ["calendar:1", "organisation:1", "target_set:1"]
    assert {(entry.operation, entry.group, entry.actor) for entry in told} == {
        ("organisation.found", 1, SYSTEM)
    }
    assert changes_of(told[1])["name"] == (None, "Northbank")


def test_a_target_set_says_what_it_changes_of_the_one_before(made: Store) -> None:
    save_targets(made, {CODE: Target(3, 9)}, reason="Too slow", actor="Bo")
    (entry,) = entries(made.location, 3)
    assert (entry.operation, entry.reason, entry.origin, entry.outcome) == (
        "targets.save", "Too slow", "command line", "done",
    )  # fmt: skip
    assert changes_of(entry) == {
        f"{CODE}.done_by_days": (99, 9),
        f"{CODE}.due_days": (99, 3),
        "effective_from": (None, "2026-11-16T09:00:00+00:00"),
        "made_of": (None, 1),
        "withdrawn": (None, False),
    }
    assert name_of(made.location, entry.actor) == "Bo"


def test_an_import_is_one_entry_with_the_files_digest_and_counts(made: Store, tmp_path: Path) -> None:
    from hashlib import sha256

    _file_in(made, tmp_path)
    told = entries(made.location, 3)
    assert [entry.target for entry in told] == ["import:1", "mapping:Ours"]
    said = changes_of(told[0])
    assert said["digest"][1] == sha256((tmp_path / "events.csv").read_bytes()).hexdigest()
    assert {name: said[name][1] for name in ("rows", "added", "quarantined", "waiting", "finished")} == {
        "rows": 2, "added": 1, "quarantined": 1, "waiting": 1, "finished": True,
    }  # fmt: skip
    assert told[0].origin == "import"


def test_an_import_in_many_batches_says_that_it_began_and_how_it_ended(
    made: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.importing.BATCH", 2)
    import_rows(made, generate.recruitment(1, 3), tmp_path)
    told = [entry for entry in entries(made.location, 3) if entry.target == "import:1"]
    assert [changes_of(entry)["finished"] for entry in told] == [(None, False), (False, True)]


@pytest.mark.parametrize(
    "again",
    [
        lambda store: save_mapping(store, OURS.text),
        lambda store: save_targets(store, {CODE: Target(1, 2)}, reason="Again", actor="Ada"),
        lambda store: save_calendar(store, CalendarSpec(), reason="Again", actor="Ada"),
        lambda store: keep_checkpoints(store, None),
        lambda store: drop_rows(store, EVERY_ROW),
        advance,
        rebuild,
    ],
    ids=["mapping", "targets", "calendar", "folder", "quarantine", "advance", "rebuild"],
)
def test_nothing_is_written_where_nothing_changed(made: Store, again: Callable[[Store], object]) -> None:
    save_mapping(made, OURS.text)
    save_targets(made, {CODE: Target(1, 2)}, reason="First", actor="Ada")
    last = last_seq(made.location)
    again(made)
    assert last_seq(made.location) == last


def test_what_was_refused_is_said_and_changed_nothing(made: Store) -> None:
    last = last_seq(made.location)
    for number, actor in ((1, "Eve"), (7, "Eve")):
        with pytest.raises(StoreError):
            withdraw_targets(made, number, reason="No", actor=actor)
    first, second = entries(made.location, last)
    assert (first.outcome, first.target, first.changes, first.state) == ("refused", "target_set:1", (), None)
    assert first.reason is not None
    assert "in force already and stays" in first.reason
    assert name_of(made.location, second.actor) == "Eve"
    with one_moment(made.location) as plain:
        assert plain.value("SELECT count(*) FROM target_set_withdrawal") == 0


def test_a_newer_programs_store_is_not_written_to_by_a_refusal(made: Store) -> None:
    with made.work("test") as work:
        work.plain.run("UPDATE alembic_version SET version_num = '9999'")
    with one_moment(made.location, any_schema=True) as plain:
        before = (
            plain.value("SELECT revision FROM store_state"),
            plain.value("SELECT max(seq) FROM audit_entry"),
        )
    with pytest.raises(StoreError, match="newer Stagewatch"):
        withdraw_targets(made, 1, reason="No", actor="Eve")
    with one_moment(made.location, any_schema=True) as plain:
        after = (
            plain.value("SELECT revision FROM store_state"),
            plain.value("SELECT max(seq) FROM audit_entry"),
        )
    assert after == before


def test_a_conflict_names_nobody_in_the_chain(made: Store) -> None:
    save_targets(made, {CODE: Target(1, 2)}, reason="Mine", actor="Bartholomew")
    with pytest.raises(StoreError, match="by Bartholomew"):
        save_targets(made, {CODE: Target(2, 2)}, reason="Mine too", actor="Ada", expected=1)
    assert entries(made.location)[-1].reason == "target set 2 was saved meanwhile"
    with pytest.raises(StagewatchError, match="working weekdays go from"):
        save_calendar(made, CalendarSpec(weekdays=(9,)), reason="Odd", actor="Ada")
    assert entries(made.location)[-1].outcome == "refused"


@pytest.mark.usefixtures("ring")
def test_a_key_whose_beginning_failed_is_no_obstacle(made: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("store.work.append_entries", fail)
        with pytest.raises(ZeroDivisionError):
            begin_key(made)
    assert load_ring(store_id(made.location)) is not None
    save_targets(made, {CODE: Target(1, 2)}, reason="Why", actor="Ada")
    begin_key(made)
    assert verify(made.location, made.clock()).result == "proven"


@pytest.mark.usefixtures("ring")
def test_a_key_file_that_was_superseded_is_not_taken(made: Store) -> None:
    first = begin_key(made)
    forget_ring(store_id(made.location))
    begin_key(made, lost=True)
    forget_ring(store_id(made.location))
    with pytest.raises(StoreError, match="not the key that the log is sealed with now"):
        adopt_key(made, first)


def test_names_are_not_in_the_chain_and_can_be_erased(made: Store) -> None:
    save_targets(made, {CODE: Target(1, 2)}, reason="Why", actor="Bartholomew")
    with one_moment(made.location) as plain:
        assert not any("Bartholomew" in row[0] for row in plain.rows("SELECT text FROM audit_entry"))
    with made.work("test") as work:
        work.plain.run("DELETE FROM audit_name")
    assert verify(made.location, made.clock()).attack is None


def test_a_change_that_is_rolled_back_leaves_no_entry(made: Store) -> None:
    last = last_seq(made.location)
    with pytest.raises(ZeroDivisionError), made.work("test") as work:
        work.changed = work.plain.run("INSERT INTO setting (name, value) VALUES ('a', 'b')") / 0 > 1
    with made.work("test") as work:
        work.plain.run("INSERT INTO setting (name, value) VALUES ('c', 'd')")
    assert [entry.target for entry in entries(made.location, last)] == ["setting:c"]


def test_what_others_change_by_another_way_is_nobodys_entry(made: Store) -> None:
    """Else it would come into the log under the name of whoever works next."""
    if made.location.url is not None:
        with psycopg.connect(made.location.psycopg_url) as server:
            server.execute("INSERT INTO setting VALUES ('a', 'b')")
    else:
        import sqlite3

        with closing(sqlite3.connect(str(made.location.path))) as connection, connection:
            connection.execute("INSERT INTO setting VALUES ('a', 'b')")
    last = last_seq(made.location)
    save_mapping(made, OURS.text)
    assert [entry.target for entry in entries(made.location, last)] == ["mapping:Ours"]
    found = verify(made.location, made.clock())
    assert (found.attack, found.exit_code) == ("state_edited", 2)
    assert "setting:a" in found.why


# ------------------------------------------------------------------------------------------- keys


def test_a_new_epoch_begins_with_a_day_and_old_keys_are_let_go(made: Store, ring: Ring) -> None:
    key_file = begin_key(made)
    kept = []
    for number in range(3):
        assert isinstance(made.clock, Clock)
        made.clock.moment = MONDAY + timedelta(days=number)
        save_targets(made, {CODE: Target(number, number)}, reason="Why", actor="Ada")
        found = load_ring(store_id(made.location))
        assert found is not None
        kept.append((found.epoch, found.key))
    assert [epoch for epoch, _ in kept] == [1, 2, 3]
    assert kept[0][1] == key_file.key
    assert len(ring.kept) == 1
    assert key_file.key.hex() not in json.dumps([*ring.kept.values()])
    assert verify(made.location, made.clock()).result == "proven"


def test_a_new_epoch_begins_with_every_so_many_entries(
    made: Store, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.audit.EPOCH_ENTRIES", 10)
    key_file = begin_key(made)
    for number in range(30):
        save_targets(made, {CODE: Target(number, number)}, reason="Why", actor="Ada")
    with one_moment(made.location) as plain:
        assert plain.rows("SELECT DISTINCT epoch FROM audit_entry ORDER BY 1") == [
            (0,),
            (1,),
            (2,),
            (3,),
            (4,),
        ]
    assert verify(made.location, made.clock(), key_file=key_file).result == "proven"
    del ring


@pytest.mark.usefixtures("ring")
def test_a_machine_without_the_key_goes_on_and_nothing_is_proven_then(made: Store) -> None:
    key_file = begin_key(made)
    forget_ring(store_id(made.location))
    save_targets(made, {CODE: Target(1, 1)}, reason="Why", actor="Ada")
    assert verify(made.location, made.clock(), key_file=key_file).exit_code == 3
    assert adopt_key(made, key_file) == 1
    save_targets(made, {CODE: Target(2, 2)}, reason="Why", actor="Ada")
    found = verify(made.location, made.clock(), key_file=key_file)
    assert (found.exit_code, found.attack) == (3, None)
    assert "without a key" in found.why


@pytest.mark.usefixtures("ring")
def test_a_log_gets_one_key_only_and_a_new_one_where_it_was_lost(made: Store) -> None:
    first = begin_key(made)
    with pytest.raises(StoreError, match="keeps a key of this audit log already"):
        begin_key(made)
    forget_ring(store_id(made.location))
    with pytest.raises(StoreError, match="has a key, which another machine keeps"):
        begin_key(made)
    second = begin_key(made, lost=True)
    assert (second.epoch, second.fingerprint != first.fingerprint) == (2, True)
    assert verify(made.location, made.clock()).result == "proven"


def test_a_machine_whose_key_was_replaced_by_another_seals_nothing_until_it_adopts_the_new_one(
    made: Store, ring: Ring
) -> None:
    begin_key(made)
    first_machine, ring.kept = ring.kept, {}
    second = begin_key(made, lost=True)
    second_machine, ring.kept = ring.kept, first_machine
    save_targets(made, {CODE: Target(1, 1)}, reason="Why", actor="Ada")
    for machine in (first_machine, second_machine):
        ring.kept = machine
        assert verify(made.location, made.clock()).exit_code == 3
    ring.kept = first_machine
    assert adopt_key(made, second) == second.epoch
    last = last_seq(made.location)
    save_targets(made, {CODE: Target(2, 2)}, reason="Why", actor="Ada")
    with one_moment(made.location) as plain:
        ask = "SELECT count(*) FROM audit_entry WHERE seq > ? AND tag IS NOT NULL"
        assert plain.value(ask, (last,)) == 1


@pytest.mark.usefixtures("ring")
def test_a_machine_that_adopted_the_key_signs_no_checkpoints(made: Store, tmp_path: Path) -> None:
    key_file = begin_key(made)
    forget_ring(store_id(made.location))
    adopt_key(made, key_file)
    with pytest.raises(StoreError, match="another one signs"):
        write_one(made.location, tmp_path, made.clock())
    checkpoint = tmp_path / "some.checkpoint"
    checkpoint.write_text("")
    found = verify(made.location, made.clock(), checkpoint=checkpoint)
    assert "without the key file" in found.why


def test_a_store_without_an_organisation_has_no_log(store_url: str) -> None:
    location = find_location(store_url)
    make_private(location)
    with closing(Store(location)) as bare:
        upgrade(bare)
        with bare.work("test") as work:
            work.plain.run("INSERT INTO setting (name, value) VALUES ('a', 'b')")
        assert verify(location, 0).exit_code == 4
        with pytest.raises(StoreError, match="no organisation yet"):
            begin_key(bare)


def test_without_a_keyring_it_says_so(made: Store) -> None:
    with pytest.raises(StoreError, match="the audit log gets no key"):
        begin_key(made)
    assert verify(made.location, made.clock()).exit_code == 3


@pytest.mark.usefixtures("ring")
def test_a_restore_is_a_step_of_the_log_and_proves(made: Store, tmp_path: Path) -> None:
    begin_key(made)
    back_up(made.location, tmp_path / "then.db")
    for number in range(5):
        save_targets(made, {CODE: Target(number, number)}, reason="Why", actor="Ada")
    assert verify(made.location, made.clock()).result == "proven"
    made.close()
    restore(made.location, tmp_path / "then.db", replace=True, by=Who("Ada", "command line"))
    told = entries(made.location)
    assert (told[-1].operation, told[-1].reason) == ("store.restore", "Restored from then.db")
    for since_last in (True, False):
        assert verify(made.location, made.clock(), since_last=since_last).result == "proven"


# ------------------------------------------------------------------------------------- PostgreSQL


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET text = '{}' WHERE seq = 2",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "INSERT INTO audit_entry (seq, epoch, text, hash) VALUES (99, 0, '{}', '')",
        (
            "INSERT INTO audit_entry (seq, epoch, text, hash) VALUES (2, 0, '{}', '') "
            "ON CONFLICT (seq) DO UPDATE SET text = excluded.text"
        ),
    ],
)
def test_the_server_guards_the_log_too(postgres_url: str, statement: str) -> None:
    with (
        new_store(postgres_url) as made,
        psycopg.connect(made.location.psycopg_url) as connection,
        pytest.raises(psycopg.Error, match="append-only"),
    ):
        connection.execute(statement)


def test_a_role_can_work_but_rewrite_nothing(
    postgres_url: str, postgres_server: Server, tmp_path: Path
) -> None:
    with new_store(postgres_url) as made:
        with psycopg.connect(made.location.psycopg_url, autocommit=True) as owner:
            owner.execute("DROP ROLE IF EXISTS clerk")
            password = psycopg.sql.Literal(make_url(postgres_url).password)
            owner.execute(psycopg.sql.SQL("CREATE ROLE clerk LOGIN PASSWORD {}").format(password))
        with pytest.raises(StoreError, match="no role “nobody”"):
            grant_role(made, "nobody")
        with pytest.raises(StoreError, match="superuser"):
            grant_role(made, str(make_url(postgres_url).username))
        grant_role(made, "clerk")
        url = _as_role(postgres_url, "clerk")
        with closing(Store(find_location(url), made.clock)) as clerks:
            save_targets(clerks, {CODE: Target(1, 2)}, reason="Why", actor="Clerk")
            import_rows(clerks, generate.recruitment(1, 2), tmp_path)
        assert verify(made.location, made.clock()).attack is None
        for table in APPEND_ONLY:
            for statement in (
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
                f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            ):
                with (
                    psycopg.connect(find_location(url).psycopg_url) as connection,
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                ):
                    connection.execute(statement)
        with psycopg.connect(made.location.psycopg_url, autocommit=True) as owner:
            owner.execute("DROP OWNED BY clerk")
            owner.execute("DROP ROLE clerk")
    del postgres_server


def _as_role(url: str, role: str) -> str:
    return make_url(url).set(username=role).render_as_string(hide_password=False)


def test_the_shape_of_a_log_is_the_one_that_the_migrations_make(made: Store) -> None:
    with one_moment(made.location) as plain:
        assert shape_of(plain) == (POSTGRES if plain.postgres else SQLITE)


def test_a_role_can_be_given_rights_in_a_fresh_process(postgres_url: str) -> None:
    import subprocess
    import sys

    with new_store(postgres_url):
        pass
    run = [sys.executable, "-m", "tui", "--store", postgres_url, "store", "grant", "pg_monitor", "--json"]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_sqlite_has_no_roles(tmp_path: Path) -> None:
    with (
        new_store(str(tmp_path / "s.db")) as made,
        pytest.raises(StoreError, match="only PostgreSQL has roles"),
    ):
        grant_role(made, "clerk")


# ----------------------------------------------------------------------------------- clean runs


_STEPS = st.lists(
    st.sampled_from(["save", "ahead", "withdraw", "refuse", "map", "drop", "day", "folder"]), max_size=12
)


def _run_cleanly(store: Store, steps: list[str], folder: Path) -> None:
    """Work as people do; whatever is refused on the way is refused."""
    clock = store.clock
    assert isinstance(clock, Clock)
    for number, step in enumerate(steps):
        target = {CODE: Target(number, number + 1)}
        try:
            if step == "save":
                save_targets(store, target, reason="Why", actor="Ada")
            elif step == "ahead":
                day = (clock.moment + timedelta(days=9)).date()
                save_targets(store, target, reason="Why", actor="Bo", effective_from=day)
            elif step in ("withdraw", "refuse"):
                withdraw_targets(store, number if step == "withdraw" else 1, reason="No", actor="Bo")
            elif step == "map":
                save_mapping(store, OURS.text.replace("Ours", f"Ours {number % 3}"))
            elif step == "drop":
                drop_mapping(store, f"Ours {number % 3}")
            elif step == "day":
                clock.moment += timedelta(days=1, hours=number)
            else:
                keep_checkpoints(store, folder if number % 2 else None)
        except StoreError:
            continue


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
@pytest.mark.usefixtures("ring")
def test_clean_runs_give_no_false_alarm(steps: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    _clean(steps, tmp_path_factory.mktemp("run"))


@pytest.mark.slow
@settings(max_examples=1_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
@pytest.mark.usefixtures("ring")
def test_a_thousand_clean_runs_give_no_false_alarm(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    _clean(steps, tmp_path_factory.mktemp("run"))


def _clean(steps: list[str], folder: Path) -> None:
    with new_store(str(folder / "s.db"), clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "app")
        key_file = begin_key(store)
        _run_cleanly(store, steps, folder)
        for since_last in (False, True):
            found = verify(store.location, store.clock(), since_last=since_last)
            assert (found.result, found.attack) == ("proven", None), found.why
        assert verify(store.location, store.clock(), key_file=key_file).result == "proven"
