"""What entries of the log say of an operation, and what leaves none."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest

from kpi.calendar import CalendarSpec
from kpi.errors import StagewatchError
from kpi.targets import Target
from store.audit_care import keep_checkpoints
from store.audit_verify import verify
from store.calendar_changes import save_calendar
from store.errors import StoreError
from store.maintenance import advance, rebuild
from store.mappings import save_mapping
from store.moment import one_moment
from store.quarantine import EVERY_ROW, drop_rows
from store.targets import save_targets, withdraw_targets
from store.who import SYSTEM, Who
from store.work import Store
from tests.oracle import generate
from tests.store.helpers import Clock, import_rows, new_store
from tests.store.recorded import CODE, MONDAY, OURS, changes_of, entries, file_in, last_seq, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def made(store_url: str) -> Iterator[Store]:
    with new_store(store_url, clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "command line")
        yield store


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

    file_in(made, tmp_path)
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
