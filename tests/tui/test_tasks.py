"""The list of tasks: pages, cursor, filters, orders."""

from __future__ import annotations

import time
from functools import partial

import pytest
from textual.events import MouseScrollDown

from kpi.status import Status
from store.tasks import Sort, TaskQuery
from tests.tui.driving import LARGE, SMALL, Driver, driven, running
from tests.tui.fake import World
from tui.screens.tasks import TasksScreen
from tui.widgets.task_rows import MOST_PAGES, PAGE, TaskRows


async def opened(driver: Driver) -> TasksScreen:
    await driver.sees("All stages")
    driver.app.open_tasks(TaskQuery(), "All tasks")
    await driver.on("TasksScreen")
    await driver.sees("1 of ")
    screen = driver.app.screen
    assert isinstance(screen, TasksScreen)
    return screen


def rows(driver: Driver) -> TaskRows:
    return driver.app.screen.query_one(TaskRows)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_every_column_is_there(size):
    async with running(size=size) as driver:
        await opened(driver)
        head = driver.line_with("Done by")
        for name in ("Status", "Done by▾", "KPI", "Listing", "Applicant", "User", "Days"):
            assert name in head
        line = driver.line_with("NB-2026000")
        assert any(word in line for word in ("on track", "due", "overdue", "paused"))


@driven
async def test_a_list_without_applicants_has_no_column_for_them():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("o")
        await driver.sees("1 of 10")
        assert "Applicant" not in driver.line_with("Done by")


@driven
async def test_a_million_tasks_open_at_once_and_only_what_is_seen_is_fetched():
    async with running(World(size=1_000_000)) as driver:
        await driver.sees("All stages")
        begin = time.perf_counter()
        await opened(driver)
        took = time.perf_counter() - begin
        assert "1 of 1,000,000" in driver.text
        assert took < 3, "a list that drew everything would take minutes"
        fetched = [asked for asked in driver.world.asked if asked.startswith("fetch")]
        assert len(fetched) <= 3


@driven
async def test_every_moving_key_in_a_million():
    async with running(World(size=1_000_000)) as driver:
        await opened(driver)
        await driver.press("end")
        await driver.sees("1,000,000 of 1,000,000")
        await driver.until(lambda: rows(driver).task_at(999_999) is not None, "the last page")
        await driver.press("up")
        await driver.sees("999,999 of 1,000,000")
        await driver.press("pageup")
        await driver.until(lambda: rows(driver).cursor == 999_998 - rows(driver).slots, "a page up")
        await driver.press("home", "down", "j", "k", "pagedown")
        await driver.until(lambda: rows(driver).cursor == 1 + rows(driver).slots, "a page down")
        await driver.until(lambda: rows(driver).wanted() is None, "all that is seen is there")


@driven
async def test_the_cache_of_pages_stays_small():
    async with running(World(size=1_000_000)) as driver:
        await opened(driver)
        for place in range(0, (MOST_PAGES + 20) * PAGE * 3, PAGE * 3):
            rows(driver).cursor = place
            await driver.until(partial(rows(driver).task_at, place), "the page")
        assert len(rows(driver)._pages) <= MOST_PAGES


@driven
async def test_rows_are_dots_while_they_are_fetched_and_only_one_question_is_under_way():
    async with running(World(size=1_000_000)) as driver:
        screen = await opened(driver)
        await driver.until(lambda: screen.under_way is None, "the first pages")
        driver.world.gate.clear()
        before = len(driver.world.asked)
        try:
            for _ in range(40):
                await driver.press("pagedown")
            await driver.press("end")
            await driver.sees("1,000,000 …")
            assert len(driver.world.asked) - before <= 2
        finally:
            driver.world.gate.set()
        await driver.until(lambda: rows(driver).task_at(999_999) is not None, "the last page")
        await driver.sees_no("1,000,000 …")


@driven
async def test_s_goes_through_the_orders():
    async with running() as driver:
        screen = await opened(driver)
        for sort in (Sort.STAGE, Sort.LISTING, Sort.AGE, Sort.DEADLINE):
            await driver.press("s")
            await driver.sees(f"by {sort.value} ▾")
            assert screen.query_shown.sort is sort
            await driver.until(lambda: screen.total is not None, "the list")


@driven
async def test_a_click_on_a_head_orders_by_it():
    async with running() as driver:
        screen = await opened(driver)
        await driver.click_text("Listing")
        await driver.until(lambda: screen.query_shown.sort is Sort.LISTING, "the order by listing")


@driven
async def test_o_goes_through_the_statuses_and_every_row_has_the_one():
    async with running() as driver:
        screen = await opened(driver)
        for status in (Status.ON_TRACK, Status.DUE, Status.OVERDUE, Status.PAUSED, None):
            await driver.press("o")
            await driver.until(lambda: screen.total is not None, "the list")
            assert screen.query_shown.status is status
            tasks = [rows(driver).task_at(row) for row in range(min(rows(driver).count, PAGE))]
            assert tasks
            assert status is None or {task and task.status for task in tasks} == {status}
        await driver.click_text("( ) overdue")
        await driver.until(lambda: screen.query_shown.status is Status.OVERDUE, "the overdue ones")


@driven
async def test_d_shows_the_finished_ones_with_whether_they_were_in_time():
    async with running() as driver:
        await opened(driver)
        await driver.press("d")
        await driver.sees("finished", "✓ in time")
        await driver.press("d")
        await driver.sees_no("in time")


@driven
async def test_enter_opens_the_events_and_e_the_clock():
    async with running() as driver:
        await opened(driver)
        await driver.press("down", "enter")
        await driver.on("TaskScreen")
        await driver.sees("(•) Events", "Approval granted")
        await driver.press("escape")
        await driver.on("TasksScreen")
        assert rows(driver).cursor == 1
        await driver.press("e")
        await driver.on("TaskScreen")
        await driver.sees("(•) The clock, day by day", "working day")


@driven
async def test_the_mouse_wheel_scrolls_and_clicks_choose():
    async with running(World(size=10_000)) as driver:
        await opened(driver)
        await driver.pilot.hover(rows(driver))
        await driver.pilot._post_mouse_events([MouseScrollDown], rows(driver), button=0)
        await driver.until(lambda: rows(driver).top > 0, "the list has scrolled")
        assert rows(driver).cursor == 0
        await driver.press("down")
        await driver.until(lambda: rows(driver).top <= 1, "the cursor is in sight again")


@driven
async def test_filter_by_user_and_day_reach_the_list():
    async with running() as driver:
        screen = await opened(driver)
        await driver.press("f")
        await driver.sees("Chidi")
        await driver.press("c", "h", "i", "enter")
        await driver.on("TasksScreen")
        await driver.until(lambda: screen.query_shown.user == "Chidi", "the user")
        await driver.sees("tasks of Chidi")
        await driver.press("right_square_bracket")
        await driver.sees("as of Wed 18 Nov 2026")
        await driver.until(lambda: str(screen.query_shown.as_of) == "2026-11-18", "the day")
        await driver.press("escape")
        await driver.on("BoardScreen")
        await driver.sees("Chidi ▾", "as of Wed 18 Nov 2026")
        await driver.until(lambda: "board 2026-11-18 Chidi" in driver.world.asked, "the board follows")


@driven
async def test_an_empty_list_says_so():
    async with running() as driver:
        await driver.sees("All stages")
        driver.app.open_tasks(TaskQuery(listing="none"), "none")
        await driver.sees("No tasks here", "There is no open task")
        await driver.press("enter", "e", "down", "end")
        await driver.on("TasksScreen")


@driven
async def test_new_data_are_fetched_without_losing_the_place():
    async with running() as driver:
        screen = await opened(driver)
        await driver.press("down", "down", "down")
        driver.world.revision = 2
        driver.app.ask_pulse()
        await driver.until(lambda: screen.revision == 2, "the new revision")
        assert rows(driver).cursor == 3
        assert rows(driver).task_at(3) is not None
