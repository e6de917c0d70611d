"""What units of work leave in the log: every operation, each changed record once."""

from __future__ import annotations

import ast
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlmodel import SQLModel

from kpi.calendar import CalendarSpec
from kpi.errors import StagewatchError
from kpi.targets import Target
from store import audit_watch
from store.audit_care import begin_key, keep_checkpoints, note_read
from store.audit_records import KINDS
from store.audit_verify import verify
from store.backup import back_up
from store.calendar_changes import save_calendar
from store.errors import StoreError
from store.importing import import_file
from store.maintenance import advance, rebuild
from store.mappings import drop_mapping, map_activity, save_mapping
from store.moment import one_moment
from store.people import add_person, change_person, deactivate_person, reactivate_person
from store.people_links import assign_listing, link_person, unassign_listing, unlink_person
from store.quarantine import EVERY_ROW, drop_rows
from store.restore import restore
from store.retrying import retry_rows
from store.reviews import mark_reviewed
from store.targets import revert_targets, save_targets, withdraw_targets
from store.teams import add_team, change_team, delegate, end_delegation
from store.who import SYSTEM, Who
from store.work import Store
from tests.oracle import generate
from tests.store.helpers import Clock, import_rows, new_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


from tests.store.recorded import CODE, MONDAY, OURS, changes_of, entries, last_seq, name_of

ROOT = Path(__file__).parents[2]
# What follows from the events by replay alone, what the log itself keeps, and who changed what how often.
NOT_RECORDS = {
    "application", "audit_entry", "audit_name", "audit_state", "board_change", "event", "kpi", "listing",
    "listing_freeze", "listing_owner", "session", "sign_in_attempts", "store_state", "task", "task_count",
    "task_phase",
}  # fmt: skip


@pytest.fixture
def made(store_url: str) -> Iterator[Store]:
    with new_store(store_url, clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "command line")
        yield store


def events_of(folder: Path, *rows: str) -> Path:
    file = folder / "events.csv"
    file.write_text("\n".join(["what,when,job", *rows]) + "\n")
    return file


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


def _ray(store: Store, _: Path) -> None:
    add_person(store, "Ray", "recruiter")


def _ray_in_the_store(store: Store, folder: Path) -> None:
    _file_in(store, folder)
    _ray(store, folder)
    add_team(store, "North")


def _ray_and_all_that_is_his(store: Store, folder: Path) -> None:
    _ray_in_the_store(store, folder)
    link_person(store, 1, "ray@ats")
    assign_listing(store, 1, "J1")
    delegate(store, 1, 1, MONDAY.date(), MONDAY.date())


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
    "people.add": (None, _ray, "person:1"),
    "people.change": (_ray, lambda store, _: change_person(store, 1, role="auditor"), "person:1"),
    "people.deactivate": (_ray, lambda store, _: deactivate_person(store, 1), "person:1"),
    "people.reactivate": (
        lambda store, _: deactivate_person(store, add_person(store, "Ray", "recruiter").number),
        lambda store, _: reactivate_person(store, 1),
        "person:1",
    ),
    "people.link": (_ray, lambda store, _: link_person(store, 1, "ray@ats"), "person:1"),
    "people.unlink": (
        _ray_and_all_that_is_his,
        lambda store, _: unlink_person(store, 1, "ray@ats"),
        "person:1",
    ),
    "people.assign": (
        _ray_in_the_store,
        lambda store, _: assign_listing(store, 1, "J1"),
        "person:1",
    ),
    "people.unassign": (
        _ray_and_all_that_is_his,
        lambda store, _: unassign_listing(store, 1, "J1"),
        "person:1",
    ),
    "team.add": (None, lambda store, _: add_team(store, "North"), "team:1"),
    "team.change": (
        lambda store, _: add_team(store, "North"),
        lambda store, _: change_team(store, 1, name="South"),
        "team:1",
    ),
    "team.delegate": (
        _ray_in_the_store,
        lambda store, _: delegate(store, 1, 1, MONDAY.date(), MONDAY.date()),
        "delegation:1",
    ),
    "team.undelegate": (
        _ray_and_all_that_is_his,
        lambda store, _: end_delegation(store, 1),
        "delegation:1",
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


# What their entries say stands in test_signing_in, test_enrolling, test_sessions, test_grants,
# test_approving, test_summary_tables and test_policy_matrix, which has them all.
TRIED_ELSEWHERE = {
    "_SIGN_IN", "_UNLOCK", "_STEP_UP", "_PASSWORD", "_COMPLETE", "people.reset' if reset else 'people.enrol",
    "session.sign_in", "session.sign_out", "session.lock", "session.touch", "session.end", "token.make",
    "grant.request", "grant.approve", "grant.revoke", "summary.generate", "summary.approve", "summary.return",
    "summary.keep", "summary.answer", "summary.comment", "summary.report", "contest.make", "contest.decide",
    "document.add", "document.appeal", "document.decide", "benchmarks.save", "setting.first_weekday",
}  # fmt: skip


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
        "organisation.found", "audit.adopt", "action.value",
    } | TRIED_ELSEWHERE  # fmt: skip
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
