"""Target sets: saved for listings to come, in conflict, waiting, withdrawn, reverted to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kpi.drafts import TargetChange, TargetChoice
from kpi.targets import Target, TargetError
from store.checking import check_store
from store.errors import StoreError, StoreMissingError
from store.location import find_location
from store.maintenance import advance, rebuild
from store.target_questions import SetState
from store.targets import TargetConflictError, revert_targets, save_targets, withdraw_targets
from store.tasks import TaskQuery
from store.work import Store
from tests.store.helpers import Clock, everything, import_rows, new_store, reader_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READY, APPROVE = "draft.ready_to_publish", "approvals.ready_to_approve"
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
WHY: dict[str, Any] = {"reason": "the trust's own promise", "actor": "super"}


def started(listing: str, at: datetime) -> dict[str, Any]:
    return {"event": "listing_marked_ready", "at": at, "listing": listing, "actor": "someone"}


@pytest.fixture
def clock() -> Clock:
    return Clock(FIRST)


@pytest.fixture
def store(store_url: str, clock: Clock) -> Iterator[Store]:
    with new_store(store_url, clock=clock) as made:
        yield made


def set_of(store: Store, listing: str) -> tuple[int, date, date]:
    with reader_of(store) as reader:
        tasks = reader.task_list(TaskQuery()).fetch(0, 100)
    task = next(task for task in tasks if task.listing == listing)
    return task.target_set, task.due_on, task.done_by


def test_a_save_is_for_listings_that_begin_after_it(store: Store, clock: Clock, tmp_path: Path) -> None:
    clock.moment = FIRST + timedelta(hours=1)
    import_rows(store, [started("before", FIRST)], tmp_path)
    before = set_of(store, "before")
    saved = save_targets(store, {READY: Target(1, 2)}, **WHY)
    assert saved.number == 2
    assert saved.effective_from == clock.moment
    assert [change.kpi for change in saved.changed] == [READY]
    clock.moment += timedelta(hours=1)
    import_rows(
        store,
        [
            started("before", clock.moment),
            started("at", FIRST + timedelta(hours=1)),
            started("late news", FIRST + timedelta(minutes=59)),
            started("after", clock.moment),
        ],
        tmp_path,
    )
    assert set_of(store, "before") == before == (1, date(2026, 7, 23), date(2026, 7, 23))
    assert set_of(store, "late news")[0] == 1
    for listing in ("at", "after"):
        assert set_of(store, listing) == (2, date(2026, 3, 3), date(2026, 3, 4))
    held = everything(store)
    assert rebuild(store).changed == 0
    assert everything(store) == held
    assert check_store(store.location, full=True, clock=clock).problems == 0


def test_a_set_keeps_what_it_does_not_name_and_says_whose_it_is(store: Store, clock: Clock) -> None:
    save_targets(store, {READY: Target(1, 2)}, **WHY)
    clock.moment += timedelta(days=1)
    save_targets(store, {APPROVE: Target(0, 0)}, reason="  second\x1b[31m reason ", actor="an\x00other")
    with reader_of(store) as reader:
        page = reader.targets().page()
        assert page.targets == {**reader.targets().targets(1), READY: Target(1, 2), APPROVE: Target(0, 0)}
    assert (page.newest, page.in_force.number, page.pending) == (3, 3, ())
    assert (page.in_force.by, page.in_force.reason) == ("another", "second[31m reason")
    assert page.in_force.effective_from == page.in_force.created_at == clock.moment


def test_nothing_is_written_where_nothing_differs(store: Store) -> None:
    with reader_of(store) as reader:
        revision = reader.revision()
    saved = save_targets(store, {READY: Target(99, 99)}, **WHY)
    assert (saved.number, saved.changed, saved.effective_from) == (1, (), None)
    with reader_of(store) as reader:
        assert reader.revision() == revision
        assert len(reader.targets().history()) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": " \n"}, "reason: say why"),
        ({"reason": "x" * 501}, "reason: at most 500"),
        ({"effective_from": date(2026, 3, 2)}, "is not ahead"),
        ({"effective_from": date(2200, 1, 1)}, "beyond the years"),
    ],
)
def test_a_save_that_breaks_a_rule_changes_nothing(store: Store, more: dict[str, Any], words: str) -> None:
    with pytest.raises(StoreError, match=words):
        save_targets(store, {READY: Target(1, 2)}, **{**WHY, **more})
    with pytest.raises(StoreError, match=r"no KPI “draft\.nothing”"):
        save_targets(store, {"draft.nothing": Target(1, 2)}, **WHY)
    with reader_of(store) as reader:
        assert len(reader.targets().history()) == 1


def test_the_second_of_two_editors_gets_the_conflict(store: Store) -> None:
    save_targets(store, {READY: Target(1, 2)}, reason="mine first", actor="one", expected=1)
    with pytest.raises(TargetConflictError, match="target set 2 was saved meanwhile, by one") as caught:
        save_targets(store, {READY: Target(5, 6)}, reason="too late", actor="two", expected=1)
    assert (caught.value.newest, caught.value.by, caught.value.reason) == (2, "one", "mine first")
    with reader_of(store) as reader:
        assert reader.targets().page().targets[READY] == Target(1, 2)
    assert save_targets(store, {READY: Target(5, 6)}, reason="seen", actor="two", expected=2).number == 3


def test_a_set_may_wait_until_its_day(store: Store, clock: Clock, tmp_path: Path) -> None:
    waiting = save_targets(store, {READY: Target(3, 4)}, **WHY, effective_from=date(2026, 4, 1))
    now = save_targets(store, {READY: Target(1, 2)}, **WHY)
    assert (waiting.number, now.number, now.pending) == (2, 3, (2,))
    with reader_of(store) as reader:
        page = reader.targets().page()
    assert (page.newest, page.in_force.number, [one.number for one in page.pending]) == (3, 3, [2])
    clock.moment = datetime(2026, 3, 31, 22, 59, tzinfo=UTC)  # in London a minute before the day
    import_rows(store, [started("in March", clock.moment)], tmp_path)
    clock.moment += timedelta(minutes=1)
    import_rows(store, [started("in April", clock.moment)], tmp_path)
    assert set_of(store, "in March")[0] == 3
    assert set_of(store, "in April")[0] == 2
    with reader_of(store) as reader:
        states = {view.number: (view.state, view.listings) for view in reader.targets().history()}
    assert states == {1: (SetState.PAST, 0), 2: (SetState.IN_FORCE, 1), 3: (SetState.PAST, 1)}
    assert rebuild(store).changed == 0


def test_a_waiting_set_can_be_withdrawn_until_its_day(store: Store, clock: Clock, tmp_path: Path) -> None:
    save_targets(store, {READY: Target(3, 4)}, **WHY, effective_from=date(2026, 4, 1))
    withdraw_targets(store, 2, reason="not after all", actor="second")
    with pytest.raises(StoreError, match="withdrawn already"):
        withdraw_targets(store, 2, **WHY)
    with pytest.raises(StoreError, match="in force already"):
        withdraw_targets(store, 1, **WHY)
    with pytest.raises(StoreError, match="no target set 9"):
        withdraw_targets(store, 9, **WHY)
    clock.moment = datetime(2026, 4, 2, tzinfo=UTC)
    import_rows(store, [started("in April", clock.moment)], tmp_path)
    assert set_of(store, "in April")[0] == 1
    with reader_of(store) as reader:
        view = reader.targets().one_set(2)
    assert view.state is SetState.WITHDRAWN
    assert view.withdrawal is not None
    assert (view.withdrawal.by, view.withdrawal.reason) == ("second", "not after all")
    # Its number stays its own.
    assert save_targets(store, {READY: Target(5, 5)}, **WHY).number == 3


def test_a_save_finds_that_another_set_has_come_into_force_meanwhile(store: Store, clock: Clock) -> None:
    save_targets(store, {READY: Target(3, 4)}, **WHY, effective_from=date(2026, 4, 1))
    clock.moment = datetime(2026, 3, 31, 23, 0, 1, tzinfo=UTC)
    with pytest.raises(TargetConflictError, match="set 2 came into force meanwhile, by super") as caught:
        save_targets(store, {APPROVE: Target(5, 6)}, **WHY, expected=2, made_of=1)
    assert caught.value.newest == 2
    assert save_targets(store, {APPROVE: Target(5, 6)}, **WHY, expected=2, made_of=2).number == 3


def test_a_number_left_out_stays_as_it_will_be_then(store: Store) -> None:
    save_targets(store, {READY: Target(10, 20)}, **WHY, effective_from=date(2026, 4, 1))
    saved = save_targets(store, {READY: TargetChoice(2, None)}, **WHY, effective_from=date(2026, 5, 1))
    assert saved.changed == (TargetChange(READY, Target(10, 20), Target(2, 20)),)
    now = save_targets(store, {READY: TargetChoice(None, 100)}, **WHY)
    assert now.changed == (TargetChange(READY, Target(99, 99), Target(99, 100)),)
    with pytest.raises(TargetError, match=r"due \(99\) must not be after done by \(5\)"):
        save_targets(store, {READY: TargetChoice(None, 5)}, **WHY)


def test_withdrawing_names_the_waiting_sets_that_were_made_of_it(store: Store) -> None:
    for due, day in ((1, 1), (2, 1), (3, 9)):
        save_targets(store, {READY: Target(due, 9)}, **WHY, effective_from=date(2026, 4, day))
    assert withdraw_targets(store, 3, **WHY) == (4,)
    assert withdraw_targets(store, 2, **WHY) == (4,)
    assert withdraw_targets(store, 4, **WHY) == ()


def test_a_clock_far_ahead_does_not_hold_up_those_that_are_right(store: Store, clock: Clock) -> None:
    clock.moment = datetime(2030, 1, 1, tzinfo=UTC)
    save_targets(store, {READY: Target(1, 2)}, **WHY)
    clock.moment = FIRST
    saved = save_targets(store, {READY: Target(5, 6)}, **WHY)
    assert (saved.effective_from, saved.pending) == (FIRST, (2,))
    with reader_of(store) as reader:
        assert reader.targets().page().in_force.number == 3
    withdraw_targets(store, 2, **WHY)


def test_a_store_that_has_gone_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "gone.db"
    with new_store(str(path)) as made:
        path.rename(tmp_path / "elsewhere.db")
        made.close()
        with pytest.raises(StoreMissingError, match="there is no store at"):
            save_targets(made, {READY: Target(1, 2)}, **WHY)
    assert not path.exists()


def test_going_back_makes_a_new_set(store: Store, clock: Clock) -> None:
    save_targets(store, {READY: Target(1, 2), APPROVE: Target(3, 4)}, **WHY)
    clock.moment += timedelta(days=1)
    with pytest.raises(TargetConflictError):
        revert_targets(store, 1, **WHY, expected=1)
    assert revert_targets(store, 2, **WHY).changed == ()
    saved = revert_targets(store, 1, reason="it was better", actor="super")
    assert (saved.number, [change.kpi for change in saved.changed]) == (3, [READY, APPROVE])
    with reader_of(store) as reader:
        assert reader.targets().targets(3) == reader.targets().targets(1)
        assert reader.targets().history()[0].reason == "it was better"
    with pytest.raises(StoreError, match="no target set 7"):
        revert_targets(store, 7, **WHY)


def test_a_clock_that_is_behind_does_not_hide_the_newer_set(store: Store, clock: Clock) -> None:
    save_targets(store, {READY: Target(1, 2)}, **WHY)
    behind = Store(
        find_location(str(store.location.url or store.location.path)), Clock(FIRST - timedelta(minutes=9))
    )
    try:
        saved = save_targets(behind, {READY: Target(5, 6)}, **WHY)
    finally:
        behind.close()
    assert saved.effective_from == FIRST
    with reader_of(store) as reader:
        assert reader.targets().page().in_force.number == saved.number == 3


def test_a_set_in_the_store_cannot_be_changed(store: Store) -> None:
    save_targets(store, {READY: Target(1, 2)}, **WHY, effective_from=date(2026, 4, 1))
    withdraw_targets(store, 2, **WHY)
    for change in (
        "UPDATE target SET due_days = 0",
        "DELETE FROM target",
        "UPDATE target_set SET reason = 'other'",
        "DELETE FROM target_set",
        "UPDATE target_set_withdrawal SET author = 'other'",
        "DELETE FROM target_set_withdrawal",
    ):
        with pytest.raises(StoreError, match="append-only"), store.work("test") as work:
            work.plain.run(change)


def test_each_listing_finds_its_set_among_many(store: Store, clock: Clock, tmp_path: Path) -> None:
    for due in range(60):
        clock.moment += timedelta(minutes=1)
        save_targets(store, {READY: Target(due, 100)}, **WHY)
    clock.moment += timedelta(minutes=1)
    rows = [started(f"L{n}", FIRST + timedelta(minutes=n, seconds=30)) for n in range(61)]
    import_rows(store, rows, tmp_path)
    advance(store)
    assert [set_of(store, f"L{n}")[0] for n in range(61)] == list(range(1, 62))
