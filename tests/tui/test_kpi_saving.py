"""Saving the KPI page over a real store, by the keyboard at 80x24: the whole way, and what goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import date, timedelta

import pytest

from kpi.targets import Target
from store.location import find_location
from store.reading import open_reader
from store.target_questions import SetView, TargetPage
from store.targets import save_targets
from store.work import Store
from tests.tui.driving import SMALL, Driver, driven
from tests.tui.fake import KPIS, World
from tui.actor import who
from tui.app import StagewatchApp
from tui.screens.kpi_save_box import SaveBox
from tui.screens.kpis import KpisScreen

READY, APPROVE, REAPPROVE = (kpi.code for kpi in KPIS[:3])


@pytest.fixture
def place(store: str) -> str:
    """The path of a store without events, all of its targets 99 and 99."""
    return store


@pytest.fixture
def other(place: str) -> Iterator[Store]:
    """The store as somebody else works on it."""
    with closing(Store(find_location(place))) as store:
        yield store


@asynccontextmanager
async def kpis(place: str, size: tuple[int, int] = SMALL) -> AsyncIterator[tuple[Driver, KpisScreen]]:
    """The KPI page, all read."""
    app = StagewatchApp(place)
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await driver.sees("No events yet")
        await driver.settled()
        await driver.press("2")
        await driver.on("KpisScreen")
        screen = app.screen
        assert isinstance(screen, KpisScreen)
        await driver.sees("No task lived in", "too few")
        yield driver, screen


def read(place: str) -> TargetPage:
    with closing(open_reader(find_location(place))) as reader:
        return reader.targets().page()


def history(place: str) -> tuple[SetView, ...]:
    with closing(open_reader(find_location(place))) as reader:
        return reader.targets().history()


def changed(place: str) -> dict[str, Target]:
    return {code: target for code, target in read(place).targets.items() if target != Target(99, 99)}


@driven
async def test_the_page_is_saved_in_one_action_with_the_reason(place):
    async with kpis(place) as (driver, screen):
        await driver.press("1", "0", "tab", "2", "0", "enter", "left", "9", "enter", "s")
        await driver.on("SaveBox")
        await driver.sees("Marked as ready to publish  99 → 10  99 → 20")
        await driver.sees("Ready to approve             99 → 9       99")
        await driver.sees("only to listings that begin from now on; all others keep")
        await driver.press("enter")
        await driver.sees("■ say why: without a reason nothing is saved")
        assert len(history(place)) == 1
        await driver.press(*"Too many are late [b]", "enter")
        await driver.on("KpisScreen")
        await driver.sees("✓ Target set 2 is in force for listings that begin from now on; 2 KPIs")
        await driver.sees("nothing unsaved", "Target set 2, in force since", "Too many are la")
        page = read(place)
        assert (page.in_force.number, page.in_force.by) == (2, who())
        assert page.in_force.reason == "Too many are late [b]"
        assert changed(place) == {READY: Target(10, 20), APPROVE: Target(9, 99)}
        assert not screen.is_unsaved
        await driver.press("home", "s")
        await driver.sees("Nothing is unsaved.")


@driven
async def test_what_was_filled_in_stays_when_the_box_is_closed(place):
    async with kpis(place) as (driver, screen):
        await driver.press("5", "enter", "s")
        await driver.on("SaveBox")
        await driver.press(*"Half a rea", "tab", *"+2w", "escape")
        await driver.on("KpisScreen")
        await driver.sees("Not saved; your changes are kept.")
        assert screen.is_unsaved
        await driver.press("s")
        await driver.sees("Half a rea", "+2w", "14 days ahead")
        assert len(history(place)) == 1


@driven
async def test_a_set_can_wait_for_a_day_to_come(place):
    today = read(place).today
    day = today + timedelta(days=14)
    async with kpis(place) as (driver, screen):
        await driver.press("5", "enter", "s")
        await driver.on("SaveBox")
        await driver.press(*"For the new year", "tab", *"yesterday")
        await driver.sees("is not ahead; leave it empty for now")
        await driver.press("enter")
        await driver.on("SaveBox")
        await driver.press(*["backspace"] * 9, *"soon")
        await driver.sees("“soon” is no day")
        await driver.press(*["backspace"] * 4, *day.isoformat())
        await driver.sees("14 days ahead", "until then set 1 stays in force")
        await driver.press("enter")
        await driver.on("KpisScreen")
        await driver.sees("✓ Target set 2 waits: it is for listings that begin on", "· set 2 waits")
        await driver.sees("nothing unsaved", "Target set 1, in force from the beginning")
        assert not screen.is_unsaved
        (waiting,) = read(place).pending
        assert waiting.effective_from is not None
        assert waiting.effective_from.date() == day


@driven
async def test_how_a_set_that_waits_takes_over_is_said_before_saving(place, other):
    today = read(place).today
    day = today + timedelta(days=28)
    save_targets(other, {READY: Target(1, 2)}, reason="later", actor="Bo", effective_from=day)
    async with kpis(place) as (driver, _):
        await driver.sees("set 2 waits")
        await driver.press("down", "5", "enter", "s")
        await driver.on("SaveBox")
        await driver.sees("Set 2 takes over on")
        await driver.press(*"Quicker", "tab", *(day + timedelta(days=7)).isoformat())
        await driver.sees("is in force: these are changes of it")
        await driver.press("enter")
        await driver.sees("Target set 3 waits")
        with closing(open_reader(find_location(place))) as reader:
            found = reader.targets().targets(3)
        assert (found[READY], found[APPROVE]) == (Target(1, 2), Target(5, 99)), (
            "changes of the set of that day"
        )


@driven
async def test_a_field_nobody_touched_keeps_what_it_will_be_on_the_day(place, other):
    ahead = read(place).today + timedelta(days=10)
    save_targets(other, {READY: Target(4, 7)}, reason="later", actor="other", effective_from=ahead)
    async with kpis(place) as (driver, _):
        await driver.press("2", "enter", "s")
        await driver.on("SaveBox")
        await driver.press(*"why", "tab", *"+20d")
        await driver.sees("Marked as ready to publish  4 → 2        7")
        await driver.press(*["backspace"] * 4, "enter")
        await driver.sees("Target set 3 is in force")
    assert [one.number for one in history(place)] == [3, 2, 1]
    assert read(place).targets[READY] == Target(2, 99)


@driven
async def test_a_set_that_came_into_force_while_the_box_was_open_is_a_conflict(place, other):
    ahead = read(place).today + timedelta(days=1)
    save_targets(other, {READY: Target(4, 7)}, reason="from tomorrow", actor="other", effective_from=ahead)
    async with kpis(place) as (driver, screen):
        await driver.press("2", "enter", "s")
        await driver.on("SaveBox")
        await driver.press(*"why")
        box = driver.app.screen
        assert isinstance(box, SaveBox)
        box.made_of = 2  # as if its day had come after the difference was shown
        await driver.press("enter")
        await driver.sees("Save changes", "Marked as ready to publish")
        await driver.on("SaveBox")
        assert driver.app.screen is not box
        assert screen.draft is not None
        assert screen.draft.text(READY, "due_days") == "2"
    assert [one.number for one in history(place)] == [2, 1]


@driven
async def test_the_second_of_two_editors_gets_the_conflict_and_loses_nothing(place, other):
    async with kpis(place) as (driver, screen):
        await driver.press("1", "0", "tab", "2", "0", "enter", "left", "3", "0", "enter", "s")
        await driver.on("SaveBox")
        await driver.press(*"Mine")
        theirs = {READY: Target(11, 99), REAPPROVE: Target(7, 8)}
        save_targets(other, theirs, reason="Theirs[b]", actor="Bo [b]")
        await driver.press("enter")
        await driver.on("ConflictBox")
        await driver.sees("Bo [b] saved target set 2", "“Theirs[b]”", "■ 1 field changed by both")
        assert len(history(place)) == 2, "nothing is overwritten"
        for row in (
            "Marked as ready to publish  due       99      11    10  ■ choose",
            "Marked as ready to publish  done by   99      99    20  mine, 20",
            "Ready to approve            due       99      99    30  mine, 30",
            "Ready to reapprove          due       99       7    99  theirs, 7",
        ):
            await driver.sees(row)
        await driver.press("s")
        await driver.on("ConflictBox")
        await driver.press("enter")
        await driver.sees("mine, 10", "s goes on: 3 numbers of yours will be saved over theirs.")
        await driver.press("T")
        await driver.sees("nothing is left to save")
        await driver.press("home", "m", "m", "s")
        await driver.on("SaveBox")
        await driver.sees("Mine", "Marked as ready to publish  11 → 10  99 → 20")
        await driver.press("enter")
        await driver.sees("✓ Target set 3 is in force")
        assert changed(place) == {READY: Target(10, 20), REAPPROVE: Target(7, 8)}
        assert not screen.is_unsaved


@driven
async def test_numbers_of_both_that_do_not_fit_are_not_let_through(place, other):
    async with kpis(place) as (driver, _):
        await driver.press("5", "0", "enter")
        save_targets(other, {READY: Target(10, 20)}, reason="r", actor="Bo")
        await driver.press("s")
        await driver.on("ConflictBox")
        await driver.press("m")
        await driver.sees("■ Marked as ready to publish: due is after done by, 20.")
        await driver.press("s")
        await driver.on("ConflictBox")
        await driver.press("M", "s")
        await driver.on("SaveBox")
        await driver.sees("10 → 50  20 → 99")


@driven
async def test_closing_the_conflict_keeps_the_draft_and_taking_all_theirs_ends_it(place, other):
    async with kpis(place) as (driver, screen):
        await driver.press("5", "enter")
        save_targets(other, {READY: Target(6, 99)}, reason="r", actor="Bo")
        await driver.press("s")
        await driver.on("ConflictBox")
        await driver.press("escape")
        await driver.sees("Not saved yet; your changes are kept", "Set 2 was saved meanwhile by Bo")
        assert screen.is_unsaved
        await driver.press("s")
        await driver.on("ConflictBox")
        await driver.press("T", "s")
        await driver.sees("Nothing of yours is left to save; this is target set 2.", "nothing unsaved")
        assert len(history(place)) == 2


@driven
async def test_a_set_that_somebody_saved_for_later_is_no_conflict(place, other):
    async with kpis(place) as (driver, _):
        await driver.press("5", "enter")
        day = date.today() + timedelta(days=60)  # noqa: DTZ011 - any day well ahead
        save_targets(other, {READY: Target(1, 2)}, reason="r", actor="Bo", effective_from=day)
        await driver.press("s")
        await driver.on("SaveBox")
        await driver.sees("Set 2 takes over on")
        await driver.press(*"Now", "enter")
        await driver.sees("✓ Target set 3 is in force", "Set 2 still takes over")
        assert changed(place) == {READY: Target(5, 99)}


@driven
async def test_what_is_typed_while_it_saves_stays_unsaved(place):
    async with kpis(place) as (driver, screen):
        await driver.press("5", "enter", "s")
        await driver.on("SaveBox")
        await driver.press(*"Why", "enter")
        await driver.on("KpisScreen")
        await driver.press("7", "enter")
        await driver.until(lambda: len(history(place)) == 2, "it is saved")
        await driver.sees("Target set 2, in force", "* 1 row unsaved")
        assert screen.draft is not None
        assert screen.draft.changed == {APPROVE: Target(7, 99)}
        assert changed(place) == {READY: Target(5, 99)}


@driven
async def test_a_save_that_fails_keeps_everything(place, monkeypatch):
    def fail(*args: object, **more: object) -> None:
        from store.errors import StoreError

        raise StoreError("the disk is full")

    async with kpis(place) as (driver, screen):
        await driver.press("5", "enter", "s")
        await driver.on("SaveBox")
        monkeypatch.setattr("store.targets.save_targets", fail)
        await driver.press(*"Why", "enter")
        await driver.sees("■ Not saved: the disk is full. Your changes are kept; s tries again.")
        assert screen.is_unsaved
        monkeypatch.undo()
        await driver.press("s")
        await driver.sees("Why")
        await driver.press("enter")
        await driver.sees("✓ Target set 2 is in force")


@driven
async def test_the_history_and_the_calendar_open_over_the_draft(place):
    async with kpis(place) as (driver, screen):
        await driver.press("5", "enter", "h")
        await driver.on("TargetHistoryScreen")
        await driver.press("escape")
        await driver.on("KpisScreen")
        await driver.press("k")
        await driver.on("CalendarScreen")
        await driver.press("escape")
        await driver.on("KpisScreen")
        assert screen.is_unsaved
