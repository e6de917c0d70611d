"""One task, and what a search finds: facts, clock, events."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kpi.board import ExplainedDay, Explanation
from kpi.status import Status
from tests.tui.driving import LARGE, SMALL, Driver, driven, running
from tests.tui.fake import TODAY, FakeReader, World, make_task
from tui.screens.task import result_words
from tui.widgets.text_rows import DayRows, EventRows


async def opened(driver: Driver, *, explain: bool = True) -> None:
    await driver.sees("All stages")
    driver.app.open_task(make_task(11, TODAY), explain=explain)
    await driver.on("TaskScreen")
    await driver.sees("So far")


@driven
async def test_shows_facts_result_clock_and_events():
    async with running() as driver:
        await opened(driver)
        await driver.sees("Listing", "Due", "done by", "Clock", "Target set 1", "working day")
        await driver.press("v")
        await driver.sees("Approval granted", "note: Called the manager")
        await driver.press("v")
        await driver.sees("weekend")


@driven
async def test_a_wide_terminal_shows_both_lists():
    async with running(size=LARGE) as driver:
        await opened(driver)
        await driver.sees("weekend", "Approval granted")


@driven
async def test_the_clicks_on_the_names_change_the_list():
    async with running() as driver:
        await opened(driver)
        await driver.click_text("( ) Events")
        await driver.sees("Approval granted")
        await driver.click_text("( ) The clock")
        await driver.sees("weekend")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_a_clock_of_four_years_scrolls_by_every_key(size, monkeypatch):
    task = make_task(11, TODAY)
    days = tuple(
        ExplainedDay(TODAY - timedelta(days=1460 - n), counted=n % 7 > 1, why="working day")
        for n in range(1461)
    )
    long = Explanation(task, task.started_at, "", "", days, task.due_on, task.done_by, task.status)
    monkeypatch.setattr(FakeReader, "explain", lambda *_: long)
    async with running(size=size) as driver:
        await opened(driver)
        rows = driver.app.screen.query_one(DayRows)
        await driver.sees("Tue 17 Nov 2026  ")
        await driver.until(lambda: rows.top > 1400, "the last days are in sight")
        for key, moved in (
            ("home", lambda: rows.top == 0),
            ("down", lambda: rows.top == 1),
            ("pagedown", lambda: rows.top > 5),
            ("pageup", lambda: rows.top == 1),
            ("up", lambda: rows.top == 0),
            ("end", lambda: rows.top > 1400),
        ):
            await driver.press(key)
            await driver.until(moved, f"the list after {key}")


@driven
async def test_brackets_show_the_clock_as_of_another_day():
    async with running() as driver:
        await opened(driver)
        await driver.press("right_square_bracket")
        await driver.sees("as of Wed 18 Nov 2026", "Wed 18 Nov 2026  ")
        await driver.press("t")
        await driver.sees_no("as of")


@driven
async def test_a_task_that_cannot_be_read_says_why_and_the_board_stays_fresh():
    async with running(World()) as driver:
        await driver.sees("All stages")
        await driver.settled()  # a fault in what follows the first frame would be the board's own
        driver.world.fault = "task 000000000000000b was not on the board on 2026-11-17"
        driver.app.open_task(make_task(11, TODAY), explain=True)
        await driver.sees("This task cannot be shown", "was not on the board")
        assert driver.app.failure is None
        driver.world.fault = None
        await driver.press("r")
        await driver.sees("working day")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": Status.ON_TRACK}, "It becomes due on"),
        ({"status": Status.DUE}, "To be done now"),
        ({"status": Status.OVERDUE}, "It should have been done by"),
        ({"status": Status.PAUSED}, "frozen"),
        ({"status": Status.CANCELLED}, "cancelled"),
        ({"in_time": True}, "in time"),
        ({"in_time": False}, "late"),
    ],
)
def test_the_result_in_one_sentence(changes, words):
    from dataclasses import replace

    task = make_task(11, TODAY)
    if "in_time" in changes:
        changes = {**changes, "finished_at": task.started_at}
    assert words in result_words(replace(task, **changes), TODAY)


@driven
async def test_search_finds_while_one_types_and_enter_opens():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("slash")
        await driver.on("SearchScreen")
        await driver.sees("Type a part of a listing")
        await driver.press(*"nur")
        await driver.sees("nur nurse, ward 1", "31 found")
        await driver.press("down", "enter")
        await driver.on("SubjectScreen")
        await driver.sees("Listing    NB-2026001", "(•) Tasks", "Ready to")
        await driver.press("v")
        await driver.sees("Approval granted")
        assert driver.app.screen.query_one(EventRows).count > 0
        await driver.press("v", "enter")
        await driver.on("TaskScreen")
        await driver.press("escape", "e")
        await driver.on("TaskScreen")
        await driver.press("escape")
        await driver.on("SubjectScreen")
        await driver.press("d")
        await driver.sees("✓ in time")
        await driver.press("escape")
        await driver.on("SearchScreen")
        await driver.sees("nur nurse, ward 1")


@driven
async def test_search_that_finds_nothing_or_fails_says_so():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("slash", *"zzz")
        await driver.sees("Nothing found", "holds “zzz”")
        await driver.press("enter")
        driver.world.fault = "the store is in use"
        await driver.press("y")
        await driver.sees("The search failed", "The store is in use")
        driver.world.fault = None
        await driver.press("backspace", "backspace", "backspace", "backspace", "q")
        await driver.sees("31 found")
        await driver.press("backspace")
        await driver.sees("Type a part of a listing")
        await driver.press("escape")
        await driver.on("BoardScreen")


@driven
async def test_what_is_typed_at_once_after_the_stroke_reaches_the_search():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("o")
        await driver.sees("1 of ")
        for key in ("slash", *"dros"):
            driver.app.simulate_key(key)  # all at once, as a fast typist or a paste does
        await driver.sees("dros nurse")
        await driver.press("escape")
        await driver.sees("1 of 10")
        await driver.press("f2")
        await driver.on("SettingsScreen")
        await driver.press("slash")
        await driver.on("SettingsScreen")


@driven
async def test_letters_and_digits_are_text_while_one_searches():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("slash", "q", "1", "r", "question_mark", "slash")
        await driver.sees("q1r?/ nurse")
        await driver.on("SearchScreen")
        await driver.press("f1")
        await driver.on("HelpScreen")


@driven
async def test_a_found_row_can_be_clicked():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("slash", *"nur")
        await driver.click_text("nur nurse, ward 3")
        await driver.click_text("nur nurse, ward 3")
        await driver.on("SubjectScreen")
        await driver.sees("NB-2026003")
