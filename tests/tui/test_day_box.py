"""Writing the day to look at."""

from __future__ import annotations

import pytest

from tests.slowly import slowly
from tests.tui.driving import LARGE, SMALL, driven, running
from tests.tui.fake import World


@pytest.mark.parametrize("size", [SMALL, slowly(LARGE)])
@driven
async def test_g_goes_to_the_day_that_is_written(size):
    async with running(size=size) as driver:
        await driver.sees("All stages")
        await driver.press("g")
        await driver.on("DayBox")
        await driver.sees("Go to a day", "As in 2026-11-17, 17/11/2026, 17 Nov")
        await driver.press(*"3 sep")
        await driver.sees("Thu 3 Sep 2026, 75 days back")
        await driver.press("enter")
        await driver.on("BoardScreen")
        await driver.sees("as of Thu 3 Sep 2026")
        await driver.until(lambda: "board 2026-09-03 None" in driver.world.asked, "the board follows")


@driven
async def test_a_step_goes_from_the_day_that_is_looked_at_and_today_is_no_past_day():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("right_curly_bracket", "g", *"+10")
        await driver.sees("Fri 4 Dec 2026, 17 days ahead")
        await driver.press("enter")
        await driver.sees("as of Fri 4 Dec 2026")
        await driver.press("g", *"today")
        await driver.sees("Tue 17 Nov 2026, today")
        await driver.press("enter")
        await driver.until(lambda: driver.app.lens.as_of is None, "today")


@driven
async def test_what_is_no_day_is_said_at_once_and_enter_stays():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("g", *"soon")
        await driver.sees("■ “soon” is no day; write 2026-11-17")
        await driver.press("enter")
        await driver.on("DayBox")
        await driver.press("ctrl+u", *"31/11/2026")
        await driver.sees("there is no such day as “31/11/2026”")
        await driver.press("ctrl+u")
        await driver.sees("As in 2026-11-17")
        await driver.press("enter")
        await driver.sees("■ write a day")
        await driver.press("ctrl+u", *"1/1/1950")
        await driver.sees("lies outside the years")
        await driver.press("escape")
        await driver.on("BoardScreen")
        assert driver.app.lens.as_of is None


@driven
async def test_no_box_before_today_is_known():
    world = World()
    world.gate.clear()
    async with running(world) as driver:
        await driver.sees("Reading the store")
        await driver.press("g", "left_curly_bracket", "c")
        await driver.on("ChangesScreen")
        await driver.press("s")
        world.gate.set()
        await driver.sees("1 of ")
        await driver.on("ChangesScreen")


@driven
async def test_digits_and_letters_in_the_box_are_text():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("g", *"1q/[]t", "left_curly_bracket")
        await driver.on("DayBox")
        await driver.sees("1q/[]t{")
        assert driver.app.lens.as_of is None
