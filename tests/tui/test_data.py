"""The Data screen: what came in, what was not understood, section by section."""

from __future__ import annotations

import pytest

from tests.tui.data_screen import opened
from tests.tui.driving import LARGE, SMALL, driven, running
from tests.tui.fake import World
from tui.data_words import percent, small_bar
from tui.widgets.bad_rows import BadRows


@driven
async def test_6_opens_it_1_and_escape_lead_back_and_so_does_the_mouse():
    async with running() as driver:
        await driver.sees("1 Board  2 KPIs  3 Summaries  4 Audit  5 People  6 Data")
        await opened(driver)
        await driver.press("1")
        await driver.on("BoardScreen")
        await driver.press("6")
        await driver.on("DataScreen")
        await driver.press("6", "escape")
        await driver.on("BoardScreen")
        await driver.click_text("6 Data")
        await driver.on("DataScreen")
        await driver.click_text("1 Board")
        await driver.on("BoardScreen")


@driven
async def test_6_leads_back_from_below_the_screen():
    async with running() as driver:
        screen = await opened(driver, 1)
        await driver.press("enter")
        await driver.on("QuarantineScreen")
        await driver.until(lambda: driver.app.screen.row, "a row")  # type: ignore[attr-defined]
        await driver.press("enter")
        await driver.on("BadRowScreen")
        await driver.press("6")
        await driver.until(lambda: driver.app.screen is screen, "the same screen as before")


@driven
async def test_imports_stand_newest_first_in_the_organisations_zone():
    async with running() as driver:
        await opened(driver)
        lines = [line for line in driver.lines if "ATS  " in line and "1.2M" in line]
        assert [line.split()[1] for line in lines] == ["3", "2", "1"]
        assert "not finished" in lines[0]
        assert "2 Jul 26 00:30" in lines[1], "23:30 in UTC is half past midnight in London in summer"
        await driver.sees("not finished: run it again", "30,000 known already, 67 sandbox")
        await driver.sees("of which 321")


@driven
async def test_a_wide_screen_has_a_column_for_every_count():
    async with running(size=LARGE) as driver:
        await opened(driver)
        head = driver.line_with("Began")
        for name in ("No", "Source", "File", "Rows", "Added", "Known", "Sandbox", "Quarantined", "Waiting"):
            assert name in head
        assert "not finished" in driver.line_with("   3  ")


@driven
async def test_older_imports_are_fetched_at_the_end():
    async with running(World(imports=450)) as driver:
        await opened(driver)
        await driver.sees("1 of 200+")
        await driver.press("end")
        await driver.sees("of 400+")
        await driver.press("end")
        await driver.sees("of 450 ")


@driven
async def test_sections_are_asked_for_only_when_they_are_shown():
    async with running() as driver:
        await opened(driver)
        asked = driver.world.asked
        assert not {"unmapped", "fields", "owners", "reasons"} & set(asked)
        await driver.press("right", "right", "right")
        await driver.sees("Filled")
        await driver.settled()
        assert "owners" not in asked
        await driver.press("left", "right")
        await driver.sees("Filled")
        assert asked.count("fields") == 1, "nothing has changed meanwhile"
        driver.world.revision = 2
        driver.app.ask_pulse()
        await driver.until(lambda: asked.count("fields") == 2, "the fields asked for anew")


@driven
async def test_an_answer_for_a_section_that_was_left_is_not_shown():
    async with running() as driver:
        await opened(driver)
        driver.world.gate.clear()
        await driver.press("right", "right", "tab", "tab")
        await driver.sees("Looking for the owners", "(•) Owners")
        driver.world.gate.set()
        await driver.sees("J. Nobody")
        await driver.click_text("( ) Imports")
        await driver.sees("(•) Imports", "1.2M")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_nothing_foreign_is_drawn(size):
    async with running(size=size) as driver:
        await opened(driver)
        for _ in range(5):
            assert "\x1b" not in driver.text
            assert "\u202e" not in driver.text
            await driver.press("right")
            await driver.until(lambda: not driver.app._waiting, "every question answered")
        await driver.press("right", "right")
        await driver.sees("coffee", "[bold]name[/bold]")


@driven
async def test_fields_stand_by_source_and_name_never_by_a_figure():
    async with running(size=LARGE) as driver:
        await opened(driver, 3)
        lines = [line for line in driver.lines if " % " in line]
        shares = [line[: line.index(" %")].split()[-1] for line in lines]
        assert shares == ["100", "<1", "50", "0", "99", "40"]
        assert "nobody named" in lines[0]
        await driver.sees("Of 200 events that name nobody from ATS, 200 say the event id.")


def test_a_share_is_all_or_nothing_only_if_it_is():
    assert [percent(part, 1000) for part in (0, 1, 500, 999, 1000)] == [
        "0 %",
        "<1 %",
        "50 %",
        "99 %",
        "100 %",
    ]
    assert [small_bar(part, 1000).count("▆") for part in (0, 1, 500, 999, 1000)] == [0, 1, 5, 9, 10]
    assert percent(0, 0) == "0 %"


@driven
async def test_no_imports_nothing_in_quarantine_and_the_rest_are_said_in_words():
    async with running(World(empty=True)) as driver:
        await driver.sees("No events yet")
        await driver.settled()
        await driver.press("6")
        await driver.sees("No file has been imported yet. Press i to import one.")
        for words in ("Nothing in quarantine", "Every activity is mapped", "No events yet", "Every owner is"):
            await driver.press("right", "enter", "x", "m")
            await driver.sees(words)


@driven
async def test_a_failure_is_said_in_words_and_r_tries_again():
    async with running() as driver:
        await opened(driver)
        driver.world.fault = "the store is in use"
        await driver.press("right")
        await driver.sees("This cannot be shown", "The store is in use.")
        driver.world.fault = None
        await driver.press("r")
        await driver.sees("Can be tried again")
        driver.world.fault = "the store is in use"
        await driver.press("left", "right")
        driver.app.action_refresh_now()
        await driver.sees("■ the store is in use", "no time")


@driven
async def test_a_hundred_thousand_rows_in_quarantine_open_at_once_and_only_what_is_seen_is_fetched():
    async with running(World(bad=100_000)) as driver:
        await opened(driver, 1)
        await driver.press("down", "down", "enter")
        await driver.on("QuarantineScreen")
        await driver.sees("1 of 100,000", "› ATS › no time")
        await driver.press("end")
        await driver.sees("100,000 of 100,000", "100,001")
        rows = driver.app.screen.query_one(BadRows)
        await driver.until(lambda: rows.row_of(99_999), "the last page")
        await driver.press("home")
        await driver.sees("1 of 100,000")
        assert len([what for what in driver.world.asked if what.startswith("bad rows")]) < 6


@driven
async def test_one_row_shows_its_cells_by_column_or_the_line_as_it_stands():
    async with running() as driver:
        await opened(driver, 1)
        await driver.press("enter")
        await driver.on("QuarantineScreen")
        await driver.sees("events.csv, line 2: no time.")
        await driver.press("enter")
        await driver.on("BadRowScreen")
        await driver.sees("what", "[bold]name[/bold]", "line 2")
        await driver.press("escape", *["down"] * 9, "enter")
        await driver.on("BadRowScreen")
        await driver.sees("It is no row of cells", "the line as it stands")


@driven
async def test_a_row_that_leaves_the_quarantine_meanwhile_is_said_in_words():
    async with running() as driver:
        await opened(driver, 1)
        await driver.press("enter")
        await driver.sees("1 of 120")
        await driver.press("enter")
        await driver.on("BadRowScreen")
        driver.world.bad, driver.world.revision = 0, 2
        driver.app.ask_pulse()
        await driver.sees("This row has left the quarantine")
        await driver.press("r", "x", "escape")
        await driver.sees("No rows here")


@driven
async def test_help_and_palette_know_it():
    async with running(size=LARGE) as driver:
        await opened(driver, 1)
        await driver.press("question_mark")
        await driver.sees("Try these rows of the quarantine again", "Correct the mapping", "To the data")
        await driver.press("escape")
        names = [command.title for command in driver.app.get_system_commands(driver.app.screen)]
        assert "Data" in names
