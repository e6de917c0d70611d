"""What units of work leave in the log: every operation, each changed record once."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlmodel import SQLModel

from kpi.calendar import CalendarSpec
from kpi.targets import Target
from store import audit_watch
from store.audit_care import begin_key, keep_checkpoints, note_read
from store.audit_records import KINDS
from store.audit_verify import verify
from store.backup import back_up
from store.calendar_changes import save_calendar
from store.maintenance import rebuild
from store.mappings import drop_mapping, map_activity, save_mapping
from store.people import add_person, change_person, deactivate_person, reactivate_person
from store.people_links import assign_listing, link_person, unassign_listing, unlink_person
from store.quarantine import EVERY_ROW, drop_rows
from store.restore import restore
from store.retrying import retry_rows
from store.reviews import mark_reviewed
from store.targets import revert_targets, save_targets, withdraw_targets
from store.teams import add_team, change_team, delegate, end_delegation
from store.who import Who
from store.work import Store
from tests.store.helpers import Clock, new_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


from tests.store.recorded import CODE, MONDAY, OURS, entries, file_in, last_seq, name_of

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


# ------------------------------------------------------------------------------- every operation


def _restored(store: Store, folder: Path) -> None:
    back_up(store.location, folder / "backup.db")
    store.close()
    restore(store.location, folder / "backup.db", replace=True, by=Who("Ada", "command line"))


def _rebuilt(store: Store, folder: Path) -> None:
    file_in(store, folder)
    with store.work("test") as work:
        work.plain.run("DELETE FROM task_count")
    rebuild(store)


def _ray(store: Store, _: Path) -> None:
    add_person(store, "Ray", "recruiter")


def _ray_in_the_store(store: Store, folder: Path) -> None:
    file_in(store, folder)
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
    "import.file": (None, file_in, "import:1"),
    "quarantine.retry": (file_in, lambda store, _: retry_rows(store, EVERY_ROW), "import:2"),
    "quarantine.drop": (file_in, lambda store, _: drop_rows(store, EVERY_ROW), "import:1"),
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
