"""What changed between two days, in the app."""

from __future__ import annotations

import pytest

from kpi.changes import Change
from tests.tui.driving import LARGE, SMALL, Driver, driven, running
from tests.tui.fake import World
from tui.screens.changes import ChangesScreen
from tui.widgets.change_rows import ChangeRows


async def opened(driver: Driver) -> ChangesScreen:
    await driver.sees("All stages")
    await driver.press("c")
    await driver.on("ChangesScreen")
    await driver.sees("1 of ")
    screen = driver.app.screen
    assert isinstance(screen, ChangesScreen)
    return screen


def rows(driver: Driver) -> ChangeRows:
    return driver.app.screen.query_one(ChangeRows)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_c_shows_what_changed_since_the_working_day_before(size):
    async with running(size=size) as driver:
        screen = await opened(driver)
        assert "What changed from Mon 16 Nov to Tue 17 Nov 2026" in driver.text
        assert ("(•) all 300" if size == LARGE else "(•) all  ") in driver.text
        for name in ("Change", "On", "KPI", "Listing", "Applica", "User", "Days"):
            assert name in driver.line_with("Change  ")
        assert "+ entered" in driver.text
        assert screen.query_shown.since is None
        for words in ("entered 75", "left 75", "due 75", "overdue 75"):
            assert words in driver.line_with("(•) all")


@driven
async def test_o_goes_through_the_kinds_and_a_click_chooses_one():
    async with running() as driver:
        screen = await opened(driver)
        for kind, words in (
            (Change.ENTERED, "+ entered"),
            (Change.LEFT, "✓ left "),
            (Change.BECAME_DUE, "▲ now due"),
            (Change.BECAME_OVERDUE, "■ now overdue"),
            (None, "+ entered"),
        ):
            await driver.press("o")
            await driver.sees(words)
            assert screen.kind is kind
            await driver.sees(f"1 of {300 if kind is None else 75}")
        await driver.click_text("left 75")
        await driver.sees("✓ left ", "■ left late", "× cancelled")
        assert screen.kind is Change.LEFT


@driven
async def test_moving_the_day_moves_the_second_day():
    async with running() as driver:
        screen = await opened(driver)
        await driver.press("left_square_bracket")
        await driver.sees("from Sun 15 Nov to Mon 16 Nov 2026", "1 day back")
        await driver.press("left_curly_bracket")
        await driver.sees("to Mon 9 Nov 2026", "8 days back")
        await driver.press("right_curly_bracket", "right_square_bracket")
        await driver.sees("to Tue 17 Nov 2026")
        await driver.press("right_curly_bracket")
        await driver.sees("to Tue 24 Nov 2026", "7 days ahead")
        await driver.press("t")
        await driver.sees("to Tue 17 Nov 2026")
        assert screen.days is not None


@driven
async def test_s_chooses_the_first_day_which_stays_while_the_second_moves_until_it_is_reached():
    async with running() as driver:
        screen = await opened(driver)
        await driver.press("s")
        await driver.on("DayBox")
        await driver.sees("Changed since which day?")
        await driver.press(*"today")
        await driver.sees("■ it must be a day before Tue 17 Nov 2026.")
        await driver.press("enter")
        await driver.on("DayBox")
        await driver.press("ctrl+u", *"2 nov", "enter")
        await driver.on("ChangesScreen")
        await driver.sees("from Mon 2 Nov to Tue 17 Nov 2026")
        await driver.press("left_curly_bracket")
        await driver.sees("from Mon 2 Nov to Tue 10 Nov 2026")
        await driver.press("left_curly_bracket", "left_curly_bracket")
        await driver.sees("from Mon 26 Oct to Tue 27 Oct 2026")
        assert screen.since is None


@driven
async def test_enter_opens_the_events_and_e_the_clock():
    async with running() as driver:
        await opened(driver)
        await driver.press("down", "enter")
        await driver.on("TaskScreen")
        await driver.press("escape")
        await driver.on("ChangesScreen")
        assert rows(driver).cursor == 1
        await driver.press("e")
        await driver.on("TaskScreen")
        await driver.sees("(•) The clock, day by day")


@driven
async def test_a_million_changes_open_at_once_and_only_what_is_seen_is_fetched():
    async with running(World(size=1_000_000)) as driver:
        screen = await opened(driver)
        await driver.sees("1 of 1,000,000")
        await driver.press("end")
        await driver.sees("1,000,000 of 1,000,000", "■ now overdue")
        await driver.until(lambda: rows(driver).task_at(999_999), "the last page")
        await driver.until(lambda: screen.under_way is None, "all that is wanted")
        assert len([asked for asked in driver.world.asked if asked.startswith("changes ")]) < 12
        await driver.press("home")
        await driver.sees("1 of 1,000,000", "+ entered")


@driven
async def test_large_counts_fit_a_small_screen():
    async with running(World(size=1_000_000)) as driver:
        await opened(driver)
        assert "overdue 250k" in driver.line_with("(•) all")


@driven
async def test_only_one_users_changes():
    async with running() as driver:
        await opened(driver)
        await driver.press("f")
        await driver.sees("Chidi")
        await driver.press(*"chi", "enter")
        await driver.sees("tasks of Chidi")
        await driver.until(lambda: "changes None None all Chidi" in driver.world.asked, "the question")


@driven
async def test_nothing_changed_is_said_in_words():
    async with running(World(unchanged=True)) as driver:
        await driver.sees("All stages")
        await driver.press("c")
        await driver.sees("Nothing changed", "became due or became overdue between Mon 16 Nov", "none")
        await driver.press("enter", "e", "end", "o")
        await driver.sees("No task entered between")


@driven
async def test_comparing_says_so_and_keys_pressed_meanwhile_do_no_harm():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.settled()
        driver.world.gate.clear()
        await driver.press("c")
        await driver.sees("Comparing the days")
        await driver.press("enter", "e", "down", "o", "o")
        driver.world.gate.set()
        await driver.sees("✓ left ", "1 of 75")


@driven
async def test_of_days_changed_quickly_only_the_last_is_shown():
    async with running() as driver:
        await opened(driver)
        driver.world.gate.clear()
        before = len(driver.world.asked)
        try:
            await driver.press(*["left_square_bracket"] * 30)
            await driver.sees("30 days back")
        finally:
            driver.world.gate.set()
        await driver.sees("to Sun 18 Oct 2026", "1 of 300")
        await driver.until(lambda: not driver.app._waiting, "every question answered")
        asked = [what for what in driver.world.asked[before:] if what.startswith("changes None")]
        assert len(asked) <= 2, "one was under way, the newest follows"


@driven
async def test_a_failure_is_said_in_words_and_r_tries_again():
    async with running() as driver:
        await opened(driver)
        driver.world.fault = "the store is in use"
        await driver.press("r")
        await driver.sees("■ the store is in use", "1 of ")
        await driver.press("o")
        await driver.sees("What changed cannot be shown", "The store is in use.")
        driver.world.fault = None
        await driver.press("r")
        await driver.sees("+ entered", "1 of 75")


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


@driven
async def test_help_and_palette_know_it():
    async with running(size=LARGE) as driver:
        await opened(driver)
        await driver.press("question_mark")
        await driver.sees("Since which day: write it", "A week back, a week on", "Go to a day: write it")
        await driver.press("escape", "escape")
        await driver.on("BoardScreen")
        names = [command.title for command in driver.app.get_system_commands(driver.app.screen)]
        assert {"What changed", "Go to a day", "A week on", "A week back", "Change account"} <= set(names)
