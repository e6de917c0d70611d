"""The Calendar page: what it shows, editing a draft, and what the draft would do."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.calendar import CalendarSpec
from store.calendar_effect import CalendarEffect
from tests.tui.calendar_screen import go_to, opened
from tests.tui.driving import LARGE, SMALL, driven, running
from tests.tui.fake_calendar import PAGE, PAST, SPEC, WORKED, CalendarWorld
from tui.calendar_draft import Entry, OwnDay, with_entry, with_weekday
from tui.calendar_facts import ask_regions
from tui.screens.calendar import CalendarScreen
from tui.widgets.calendar_rows import HolidayLine, WeekLine

# ---------------------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_region_week_own_days_and_coming_holidays_stand_there(size):
    async with running(CalendarWorld(), size=size) as driver:
        await opened(driver)
        await driver.sees("United Kingdom · England (GB-ENG)", "[✓] Fri", "[ ] Sat")
        await driver.reads("Calendar 3, saved 2 Nov 26 09:00 by A. Okafor")
        assert "× closed" in driver.line_with("Thu 24 Dec 2026")
        assert "+ extra day" in driver.line_with("Sat 21 Nov 2026")
        await driver.sees("Christmas Day")
        assert "*" not in driver.text
        assert "\x1b" not in driver.text
        assert "\u202e" not in driver.text
        await driver.press("end")
        await driver.sees("Wed 24 Dec 2025", "that have been", "Long ago")
        assert "Thu 17 Nov 2027" not in driver.text


@driven
async def test_it_is_in_the_palette_and_escape_leads_back():
    async with running(CalendarWorld()) as driver:
        await driver.sees("All stages")
        await driver.settled()
        await driver.press("ctrl+p", *"calendar")
        await driver.sees("working weekdays")
        await driver.press("down", "enter")
        await driver.on("CalendarScreen")
        await driver.press("escape")
        await driver.on("BoardScreen")


@driven
async def test_reading_and_failing_are_said_and_r_tries_again():
    world = CalendarWorld()
    async with running(world) as driver:
        await driver.sees("All stages")
        await driver.settled()
        world.gate.clear()
        await driver.app.push_screen(CalendarScreen())
        await driver.sees("Reading the calendar")
        await driver.press("enter", "c", "e", "x", "u", "U", "s", "h", "o", "left")
        await driver.on("CalendarScreen")
        world.fault = "/x cannot be read"
        world.gate.set()
        await driver.sees("The calendar cannot be shown", "/x cannot be read", "Press r")
        world.fault = None
        await driver.press("r")
        await driver.sees("Working weekdays")


@driven
async def test_a_calendar_with_nothing_in_it_says_so():
    world = CalendarWorld(
        page=PAGE.__class__(1, CalendarSpec(region=None), "x", "y", PAGE.at, (), (), PAGE.today)
    )
    async with running(world) as driver:
        await opened(driver)
        await driver.sees(
            "none: only weekends and closures", "none ahead: c closes a day", "no bank holidays"
        )
        await driver.press("end", "down", "up", "x")
        await driver.sees("[✓] Mon")


@driven
async def test_a_calendar_whose_holidays_are_not_all_known_says_so():
    async with running(CalendarWorld()) as driver:
        await opened(driver)
        assert "Please note" not in driver.text
        await driver.press("enter", *"ES-MD")
        await driver.sees("Spain · Madrid")
        await driver.press("enter")
        await driver.reads("▲ Please note: the bank holidays of ES-MD are known only from 2008")
        await driver.press("u")
        await driver.sees_no("▲ Please note")


@driven
async def test_the_history_says_when_it_cannot_be_read():
    world = CalendarWorld()
    async with running(world) as driver:
        await opened(driver)
        world.fault = "/x cannot be read"
        await driver.press("h")
        await driver.on("CalendarHistoryScreen")
        await driver.sees("The calendars cannot be shown", "/x cannot be read")
        world.fault = None
        await driver.press("r")
        await driver.reads("What changed: 2026-12-24 is closed: Christmas shutdown.", "the founding")
        await driver.press("escape")
        await driver.on("CalendarScreen")


@driven
async def test_a_day_that_has_been_keeps_its_place_at_the_end():
    async with running(CalendarWorld(), size=LARGE) as driver:
        await opened(driver)
        await go_to(driver, OwnDay, PAST)
        await driver.reads(
            "Wed 24 Dec 2025, 328 days back: closed: Long ago. enter corrects it, x removes it."
        )


@driven
async def test_a_terminal_that_is_too_small_says_so():
    async with running(CalendarWorld(), size=(50, 12)) as driver:
        await driver.settled()
        await driver.app.push_screen(CalendarScreen())
        await driver.sees("This terminal has 50")


@pytest.mark.parametrize(
    "keys", [("c", "2", "5", "enter"), ("down", "space", "s"), ("down", "space", "escape")]
)
@driven
async def test_boxes_fit_a_small_terminal(keys):
    async with running(CalendarWorld(), size=(60, 16)) as driver:
        await opened(driver)
        await driver.press(*keys)
        await driver.until(lambda: driver.app.screen.is_modal, "a box")
        box = driver.app.screen.query_one("#box").region
        last = driver.app.screen.query_one("#answers, #picks").region
        assert last.bottom < box.bottom, "the answers are seen"


# -------------------------------------------------------------------------------------------- changing


@driven
async def test_weekdays_are_turned_on_and_off_by_key_and_by_mouse():
    async with running(CalendarWorld()) as driver:
        screen = await opened(driver)
        await go_to(driver, WeekLine)
        await driver.press("right", "space")
        await driver.sees("[ ] Tue")
        await driver.reads("* 1 change not saved. The deadlines of 12 of 340 open tasks move")
        await driver.click_text("[ ] Sat")
        await driver.sees("[✓] Sat", "2 changes not saved")
        assert screen.draft == with_weekday(with_weekday(SPEC, 1), 5)
        await driver.press("u")
        await driver.sees("[ ] Sat", "1 change not saved")
        await driver.press("left", "left", "left", "left", "u")
        await driver.sees_no("not saved")
        assert screen.draft == SPEC


@driven
async def test_a_region_is_chosen_by_a_part_of_its_name():
    async with running(CalendarWorld()) as driver:
        screen = await opened(driver)
        await driver.press("enter")
        await driver.on("PickBox")
        await driver.press(*"scotl")
        await driver.sees("GB-SCT")
        await driver.press("enter")
        await driver.sees("* United Kingdom · Scotland (GB-SCT)", "Saint Andrew's Day")
        await driver.reads("Saved is: United Kingdom · England (GB-ENG).")
        await driver.press("enter", "home")
        await driver.press(*"no bank", "enter")
        await driver.sees("none: only weekends and closures")
        assert screen.draft is not None
        assert screen.draft.region is None


def test_every_region_on_offer_has_bank_holidays():
    from kpi.calendar import bank_holidays

    regions = ask_regions(None)  # type: ignore[arg-type] # the store is not asked
    assert len(regions) == len({region.code for region in regions}) > 500
    by_code = {region.code: region.name for region in regions}
    assert by_code["GB-ENG"] == "United Kingdom · England"
    for code in ("GB", "GB-NIR", "IE", "DE-BY", "US-CA"):
        assert bank_holidays(code, 2026, 2026)[0], code


@driven
async def test_a_day_is_closed_with_a_reason_and_checked_as_it_is_written():
    async with running(CalendarWorld()) as driver:
        screen = await opened(driver)
        await driver.press("c")
        await driver.on("OwnDayBox")
        await driver.sees("Which day?", "As in ")
        await driver.press("enter")
        await driver.sees("■ ")
        await driver.press(*"24 nov 1980")
        await driver.reads("■ 1980-11-24 lies outside the years that can be counted")
        await driver.press(*["backspace"] * 5)
        await driver.sees("Tue 24 Nov 2026, 7 days ahead; now a working day")
        await driver.press("enter", "enter")
        await driver.sees("■ Say why")
        await driver.press(*"Flood", "enter")
        await driver.on("CalendarScreen")
        assert screen.draft == with_entry(SPEC, date(2026, 11, 24), Entry(closed=True, reason="Flood"))
        line = driver.line_with("Tue 24 Nov 2026  ×")
        assert " * " in line
        assert "added" in line
        await driver.reads("Tue 24 Nov 2026, 7 days ahead: closed: Flood. Not saved yet; u takes it back.")
        await driver.press("u")
        await driver.sees_no("Flood")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("25 dec", "now a bank holiday: Christmas Day"),
        ("2026-11-28", "now no working weekday"),
        ("2026-12-24", "now closed: Christmas shutdown"),
        ("soon", "■ "),
    ],
)
@driven
async def test_what_the_day_is_now_stands_below_it(text, said):
    async with running(CalendarWorld()) as driver:
        await opened(driver)
        await driver.press("e")
        await driver.on("OwnDayBox")
        await driver.press(*text)
        await driver.sees(said)
        await driver.press("escape")
        await driver.on("CalendarScreen")
        await driver.sees_no("not saved")


@driven
async def test_a_day_of_ones_own_is_corrected_moved_removed_and_taken_back():
    async with running(CalendarWorld()) as driver:
        screen = await opened(driver)
        await go_to(driver, OwnDay, WORKED)
        await driver.press("enter")
        await driver.on("OwnDayBox")
        await driver.press(*" late", "enter")
        await driver.sees("Open day late", "changed")
        await driver.reads("Saved is: an extra working day: Open day.")
        await driver.press("x")
        await driver.sees("removed")
        await driver.reads("It is removed, not saved yet; u takes that back.")
        await driver.press("u")
        await driver.sees_no("not saved")
        assert screen.draft == SPEC
        await driver.press("enter")
        await driver.on("OwnDayBox")
        await driver.press("shift+tab", *["backspace"] * 10, *"2026-11-22", "enter")
        await driver.on("CalendarScreen")
        await driver.sees("2 changes not saved")
        assert screen.draft is not None
        assert dict(screen.draft.extra_days) == {date(2026, 11, 22): "Open day"}


@driven
async def test_a_bank_holiday_is_worked_all_the_same():
    async with running(CalendarWorld()) as driver:
        screen = await opened(driver)
        await go_to(driver, HolidayLine, date(2026, 12, 28))
        await driver.press("enter")
        await driver.on("OwnDayBox")
        await driver.press(*"Clinic", "enter")
        await driver.sees("Boxing Day (observed) (an extra working day)")
        assert screen.draft is not None
        assert screen.draft.extra_days[date(2026, 12, 28)] == "Clinic"


@driven
async def test_undoing_everything_asks_first():
    async with running(CalendarWorld()) as driver:
        screen = await opened(driver)
        await go_to(driver, WeekLine)
        await driver.press("space", "U")
        await driver.on("AskBox")
        await driver.sees("This drops what is not saved: working weekdays", "Tue,Wed,Thu,Fri, before")
        await driver.press("enter")
        assert screen.is_unsaved
        await driver.press("U", "down", "enter")
        await driver.sees_no("not saved")
        assert screen.draft == SPEC


# ------------------------------------------------------------------------------------- what it would do


@driven
async def test_only_the_last_drafts_effect_is_shown():
    world = CalendarWorld()
    async with running(world) as driver:
        await opened(driver)
        await go_to(driver, WeekLine)
        world.gate.clear()
        await driver.press("space")
        await driver.reads("1 change not saved. Counting what they do")
        await driver.press("right", "space", "right", "space")
        await driver.sees("3 changes not saved. Counting")
        world.gate.set()
        await driver.reads("3 changes not saved. The deadlines of 12 of 340 open tasks move, 5 change colour")
        await driver.reads("● on track → ▲ due 3, ▲ due → ■ overdue 2")
        assert world.specs[-1].weekdays == (3, 4)
        assert len(world.specs) <= 2, "drafts in between are not counted"


@driven
async def test_an_effect_of_nothing_and_of_no_tasks_are_said_in_words():
    world = CalendarWorld(effect=CalendarEffect(PAGE.today, 0, 0, 0, ()))
    async with running(world) as driver:
        await opened(driver)
        await go_to(driver, WeekLine)
        await driver.press("space")
        await driver.sees("There are no open tasks that it could move.")
        world.effect = CalendarEffect(PAGE.today, 9, 0, 0, ())
        await driver.press("space", "right", "space")
        await driver.sees("None of the 9 open tasks moves.")


@driven
async def test_a_calendar_that_cannot_be_is_said_and_not_saved():
    async with running(
        CalendarWorld(
            page=PAGE.__class__(1, CalendarSpec(weekdays=(0,)), "x", "y", PAGE.at, (), (), PAGE.today)
        )
    ) as driver:
        screen = await opened(driver)
        await go_to(driver, WeekLine)
        await driver.press("space")
        await driver.reads(
            "■ 1 change not saved, and cannot be: a calendar needs at least one working weekday."
        )
        await driver.press("s")
        await driver.sees("■ Not saved: correct what is wrong first.")
        assert driver.app.screen is screen


@driven
async def test_an_effect_that_cannot_be_counted_keeps_the_draft():
    world = CalendarWorld()
    async with running(world) as driver:
        screen = await opened(driver)
        await go_to(driver, WeekLine)
        world.fault = "/x cannot be read"
        await driver.press("space")
        await driver.reads("What they do cannot be counted: /x cannot be read. r tries again.")
        await driver.press("s")
        await driver.on("ReasonBox")
        await driver.press(*"why", "enter")
        await driver.reads("■ What it does cannot be counted")
        world.fault = None
        await driver.press("escape", "r")
        await driver.sees("12 of 340 open tasks")
        assert screen.is_unsaved
