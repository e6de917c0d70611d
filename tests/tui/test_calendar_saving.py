"""Saving the Calendar page: the effect shown first, somebody who saved first, leaving without it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from store.calendar_changes import save_calendar
from store.demo import make_demo
from store.location import find_location
from store.maintenance import bring_up_to_date
from store.reading import open_reader
from store.work import Store
from tests.store.helpers import Clock, new_store
from tests.tui.calendar_screen import go_to, opened
from tests.tui.driving import SMALL, Driver, driven, running
from tests.tui.fake import World
from tests.tui.fake_calendar import CLOSED, SPEC, CalendarWorld
from tui.app import StagewatchApp
from tui.calendar_draft import Entry, with_entry, with_weekday
from tui.screens.working import Job
from tui.widgets.calendar_rows import WeekLine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    store = Store(find_location(str(folder / "demo.db")))
    try:
        make_demo(store, folder, listings=40, seed=1)
    finally:
        store.close()
    return folder / "demo.db"


@pytest.fixture
def kept(demo: Path, tmp_path: Path) -> str:
    """A store of its own with open tasks."""
    (tmp_path / "kept.db").write_bytes(demo.read_bytes())
    return str(tmp_path / "kept.db")


def page_of(url: str):
    reader = open_reader(url)
    try:
        return reader.calendar_questions().page()
    finally:
        reader.close()


# ---------------------------------------------------------------------------------------------- saving


@driven
async def test_saving_shows_the_effect_asks_why_and_brings_the_tasks_up_to_date(kept):
    app = StagewatchApp(kept, advance=partial(bring_up_to_date, find_location(kept)))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        screen = await opened(driver)
        await go_to(driver, WeekLine)
        await driver.press("space", "s")
        await driver.on("ReasonBox")
        await driver.reads("working weekdays Tue,Wed,Thu,Fri, before Mon,Tue,Wed,Thu,Fri", "Change colour")
        await driver.until(lambda: screen.found is not None, "the effect")
        assert screen.found is not None
        effect = screen.found.effect
        assert effect is not None
        assert effect.moved > 0
        await driver.reads(f"The deadlines of {effect.moved:,} of {effect.tasks:,} open tasks move")
        reader = open_reader(kept)
        before = reader.board().totals
        reader.close()
        await driver.press("enter")
        await driver.sees("■ reason: say why")
        await driver.press(*"Four days", "enter")
        await driver.reads("Calendar 2 counts from today on;", "Calendar 2, saved")
        await driver.sees_no("not saved")

        def up_to_date() -> bool:
            reader = open_reader(kept)
            try:
                return not reader.pending()
            finally:
                reader.close()

        await driver.until(up_to_date, "tasks up to date")
        reader = open_reader(kept)
        after = reader.board().totals
        reader.close()
        assert after.tasks == before.tasks
        moved = abs(after.overdue - before.overdue) + abs(after.due - before.due)
        assert moved > 0
        assert page_of(kept).reason == "Four days"
        await driver.press("h")
        await driver.on("CalendarHistoryScreen")
        await driver.reads("What changed: working weekdays Tue,Wed,Thu,Fri")
        await driver.press("down")
        await driver.reads("Bank holidays of GB-ENG, working weekdays Mon Tue Wed Thu Fri", "2 of 2")


@driven
async def test_saving_waits_until_the_effect_has_been_shown():
    world = CalendarWorld()
    async with running(world) as driver:
        await opened(driver)
        await go_to(driver, WeekLine)
        world.gate.clear()
        await driver.press("space", "s")
        await driver.on("ReasonBox")
        await driver.reads("Counting what it does")
        await driver.press(*"why", "enter")
        await driver.reads("■ What it does to the open tasks is still being counted")
        world.gate.set()
        await driver.reads("12 of 340 open tasks", "on track → ▲ due 3")
        await driver.press("escape", "s")
        await driver.sees("why")


def close(url: str, day: date, *, closed: bool, actor: str) -> None:
    """Somebody else closes a day, or works on it."""
    store = Store(find_location(url))
    try:
        spec = with_entry(page_of(url).spec, day, Entry(closed, f"{actor} says so"))
        save_calendar(store, spec, reason="First", actor=actor)
    finally:
        store.close()


@driven
async def test_who_saves_second_sees_both_and_loses_nothing(kept):
    app = StagewatchApp(kept)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        screen = await opened(driver)
        soon = page_of(kept).today + timedelta(days=10)
        later = soon + timedelta(days=1)
        for day in (soon, later):
            await driver.press("c", *day.isoformat(), "enter", *"Mine", "enter")
            await driver.on("CalendarScreen")
        await driver.until(lambda: screen.found, "the effect")
        await driver.press("s")
        await driver.on("ReasonBox")
        close(kept, soon, closed=False, actor="Chidi")
        await driver.press(*"Second", "enter")
        await driver.on("AskBox")
        await driver.sees(
            "Calendar 2 was saved by Chidi", f"Theirs: {soon}", "is an extra working day: Chidi says so"
        )
        await driver.sees("Mine, not saved:", f"{soon} is closed: Mine; {later} is closed: Mine.")
        assert page_of(kept).number == 2
        await driver.press("escape")
        await driver.sees("o shows both")
        await driver.press("s")
        await driver.on("AskBox")
        await driver.press("enter")
        await driver.reads(f"Your changes stand on calendar 2 now, not saved yet. Both of you changed {soon}")
        await driver.reads("2 changes not saved")
        assert screen.draft is not None
        assert set(screen.draft.closures) == {soon, later}
        await driver.until(lambda: screen.found, "the effect")
        await driver.press("s")
        await driver.on("ReasonBox")
        await driver.sees("Second")
        await driver.press("enter")
        await driver.reads("Calendar 3 counts from today on;")
        assert set(page_of(kept).spec.closures) == {soon, later}


@driven
async def test_a_change_of_somebody_else_is_told_without_touching_the_draft():
    world = CalendarWorld()
    async with running(world) as driver:
        screen = await opened(driver)
        await go_to(driver, WeekLine)
        await driver.press("space")
        await driver.sees("12 of 340")
        world.saved_by("Chidi", with_entry(SPEC, CLOSED, None))
        driver.app.ask_pulse()
        await driver.sees("■ Calendar 4 was saved meanwhile by Chidi", "1 change not saved")
        assert screen.draft == with_weekday(SPEC, 0)
        await driver.press("o")
        await driver.on("AskBox")
        await driver.press("down", "enter")
        await driver.sees_no("not saved")
        await driver.sees_no("meanwhile")
        assert screen.draft == world.page.spec


@driven
async def test_without_a_draft_somebody_elses_calendar_is_simply_shown():
    world = CalendarWorld()
    async with running(world) as driver:
        await opened(driver)
        await driver.sees("Christmas shutdown")
        world.saved_by("Chidi", with_entry(SPEC, CLOSED, None))
        driver.app.ask_pulse()
        await driver.sees("Calendar 4, saved")
        await driver.sees_no("Christmas shutdown")


@driven
async def test_what_the_store_refuses_keeps_draft_and_reason(tmp_path):
    url = str(tmp_path / "kept.db")
    with new_store(url, clock=Clock(datetime(2026, 1, 5, tzinfo=UTC))):
        pass
    app = StagewatchApp(url)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        screen = await opened(driver)
        await go_to(driver, WeekLine)
        await driver.press("space")
        await driver.until(lambda: screen.found, "the effect")
        await driver.press("s")
        await driver.on("ReasonBox")
        (tmp_path / "kept.db").rename(tmp_path / "away.db")
        await driver.press(*"Four days", "enter")
        await driver.reads("■ there is no store at", "Four days")
        assert screen.is_unsaved
        (tmp_path / "away.db").rename(tmp_path / "kept.db")
        await driver.press("enter")
        await driver.reads("Calendar 2 counts from today on;")


# -------------------------------------------------------------------------------------------- leaving


@pytest.mark.parametrize("key", ["escape", "1", "6", "q", "f4"])
@driven
async def test_leaving_with_unsaved_changes_asks(key):
    async with running(CalendarWorld()) as driver:
        screen = await opened(driver)
        await go_to(driver, WeekLine)
        await driver.press("space", key)
        await driver.on("AskBox")
        await driver.reads("has been changed and is not saved")
        await driver.press("enter")
        assert screen.is_unsaved
        assert driver.app.screen is screen
        await driver.press(key, "down", "enter")
        await driver.until(lambda: driver.app.screen is not screen or not driver.app.is_running, "it is left")


@driven
async def test_while_it_is_being_saved_nothing_is_changed_or_left():
    async with running(CalendarWorld()) as driver:
        screen = await opened(driver)
        await go_to(driver, WeekLine)
        await driver.press("space")
        draft = screen.draft
        screen.job = Job("Saving the calendar", can_stop=False)
        await driver.press("right", "space", "c", "e", "u", "s", "escape")
        said = [note.message for note in driver.app._notifications]
        assert "The calendar is being saved; a moment." in said
        assert driver.app.screen is screen
        assert screen.draft == draft
        screen.job = None
        await driver.press("escape")
        await driver.on("AskBox")
