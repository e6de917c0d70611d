"""The KPI page round its fields: the preview, leaving it, what others saved, and what fails."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kpi.targets import Target
from store.target_questions import SetState
from tests.tui.driving import LARGE, driven, running
from tests.tui.fake import KPIS
from tests.tui.fake_targets import TargetWorld, view
from tests.tui.kpi_screen import SECOND, opened, row_of


@driven
async def test_a_keystroke_never_waits_for_the_preview_and_no_stale_number_is_shown():
    world = TargetWorld()
    async with running(world) as driver:
        screen = await opened(driver)
        world.reckoning.clear()
        world.reckoned.clear()
        await driver.press("1", "2", "enter", "up")
        assert screen.draft is not None
        assert screen.draft.changed == {KPIS[0].code: Target(12, 20)}
        await driver.sees("The preview is being reckoned", "7/18 140         …         …")
        world.reckoning.set()
        await driver.sees("15→13")
        assert "15→24" not in driver.text, "of the 1 on the way to the 12"
        assert {kpi for kpi, _ in world.reckoned} == {KPIS[0].code}, "only what has changed is reckoned"


@driven
async def test_another_period_is_read_and_previewed():
    world = TargetWorld()
    async with running(world) as driver:
        screen = await opened(driver)
        await driver.press("o")
        await driver.sees("m  last month: 1 Oct 26 – 31 Oct 26", "y  last year: 1 Jan 25 – 31 Dec 25")
        await driver.press("y")
        await driver.sees("Preview of 1 Jan 25 – 31 Dec 25")
        await driver.until(lambda: "sample 2025-01-01 2025-12-31" in world.asked, "the year is asked for")
        await driver.settled()
        await driver.press("o", "o")
        await driver.on("DayBox")
        await driver.press(*"2026-02-03", "enter")
        await driver.sees("Until which day")
        await driver.press(*"2026-02-01", "enter")
        await driver.sees("must not be before")
        await driver.press(*["backspace"] * 2, *"05", "enter")
        await driver.sees("Preview of 3 Feb 26 – 5 Feb 26", "15→15")
        assert screen.days == (datetime(2026, 2, 3).date(), datetime(2026, 2, 5).date())  # noqa: DTZ001 - days


@driven
async def test_the_listings_affected_by_the_row_are_listed_as_plain_text():
    world = TargetWorld()
    async with running(world) as driver:
        await opened(driver)
        await driver.press("5", "enter", "up", "v")
        await driver.on("AffectedScreen")
        await driver.sees("[red]NB[31m-2[/], APP-1", "not then", "due 5, done by 20", "1 of 2")
        assert f"affected {KPIS[0].code} 5 20 2026-07-01 2026-09-30" in world.asked
        await driver.press("enter")
        await driver.on("SubjectScreen")
        await driver.press("escape", "escape")
        await driver.on("KpisScreen")
        await driver.sees("* 1 row unsaved")


@pytest.mark.parametrize("how", ["escape", "q", "tab", "f4", "history"])
@driven
async def test_leaving_with_unsaved_changes_asks(how):
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("5", "enter")

        async def leave() -> None:
            if how == "tab":
                await driver.pilot.click(offset=(driver.lines[1].index("1"), 1))  # no room for names
            elif how == "history":  # from a page that was opened over this one
                await driver.press("v")
                await driver.on("AffectedScreen")
                await driver.press("1")
            else:
                await driver.press(how)

        await leave()
        await driver.sees("1 row of the KPIs is unsaved.")
        await driver.press("enter")
        await driver.sees_no("Go on editing")
        if how == "history":
            await driver.on("AffectedScreen")
            await driver.press("escape")
        await driver.on("KpisScreen")
        assert screen.is_unsaved
        await leave()
        await driver.sees("Leave, and lose them")
        await driver.press("end", "enter")
        if how == "q":
            await driver.until(lambda: not driver.app.is_running or driver.app._exit, "the app ends")
        else:
            await driver.on("AccountsScreen" if how == "f4" else "BoardScreen")


@driven
async def test_who_would_leave_can_save_first_also_from_a_page_over_it():
    async with running(TargetWorld()) as driver:
        await opened(driver)
        await driver.press("5", "enter", "v")
        await driver.on("AffectedScreen")
        await driver.press("1")
        await driver.sees("Save changes first")
        await driver.press("down", "enter")
        await driver.on("SaveBox")
        await driver.press("escape")
        await driver.on("KpisScreen")


@driven
async def test_pending_sets_are_told():
    later = datetime(2027, 1, 4, tzinfo=UTC)
    waiting = (view(4, begins=later, state=SetState.PENDING), view(5, begins=later, state=SetState.PENDING))
    async with running(TargetWorld(waiting=waiting), size=LARGE) as driver:
        await opened(driver)
        await driver.sees("nothing unsaved · set 4 waits until 4 Jan 2027, 1 more later")


@driven
async def test_what_somebody_saved_meanwhile_is_told_and_the_draft_stays():
    world = TargetWorld()
    async with running(world) as driver:
        screen = await opened(driver)
        await driver.press("5", "enter")
        world.save("Bo [b]", {KPIS[1].code: (1, 2)})
        driver.app.ask_pulse()
        await driver.sees("■ Set 4 was saved meanwhile by Bo [b]; your changes are kept, s shows both.")
        await driver.sees("Target set 4, in force")
        assert screen.draft is not None
        assert screen.draft.changed == {KPIS[0].code: Target(5, 20)}
        await driver.press("up", "u")
        await driver.sees_no("saved meanwhile")
        await driver.sees("nothing unsaved")
        assert " 1       2 " in row_of(driver, f"{SECOND} "), "theirs is shown now"


@driven
async def test_with_nothing_unsaved_the_newest_set_is_simply_shown():
    world = TargetWorld()
    async with running(world) as driver:
        await opened(driver)
        world.save("Bo", {KPIS[0].code: (1, 2)})
        driver.app.ask_pulse()
        await driver.sees("Target set 4, in force", "15→24")
        await driver.sees_no("saved meanwhile")


@driven
async def test_an_empty_history_is_told_in_words():
    async with running(TargetWorld(empty=True)) as driver:
        await driver.settled()
        await driver.press("2")
        await driver.sees("No task lived in", "too few")
        await driver.press("g")
        await driver.sees("Too few tasks to suggest from: 0 finished")
        await driver.press("v")
        await driver.sees("No listing is affected")


@driven
async def test_a_store_that_fails_at_first_says_so_and_can_be_asked_again():
    world = TargetWorld(faults={"targets": "the store is locked"})
    async with running(world) as driver:
        await opened(driver, complete=False)
        await driver.sees("The KPIs cannot be shown", "The store is locked.", "Press r to try again")
        world.faults.clear()
        await driver.press("r")
        await driver.sees("15→15")


@driven
async def test_a_failure_later_keeps_the_draft_and_says_why():
    world = TargetWorld()
    async with running(world) as driver:
        screen = await opened(driver)
        await driver.press("5", "enter")
        world.faults["targets"] = "the store is locked"
        await driver.press("r")
        await driver.sees("the store is locked. Your changes are kept")
        assert screen.is_unsaved
        await driver.press("s")
        await driver.sees("Not saved: the store is locked. Your changes are kept; s tries again.")
        world.faults.clear()
        await driver.press("s")
        await driver.on("SaveBox")


@driven
async def test_without_preview_or_history_targets_can_be_edited_all_the_same():
    faults = {"sample": "the tasks cannot be read", "suggestions": "no memory"}
    async with running(TargetWorld(faults=faults)) as driver:
        screen = await opened(driver, complete=False)
        await driver.sees(
            "No preview: the tasks cannot be read.", "History is not known: no memory.", "not read"
        )
        await driver.press("5", "enter")
        assert screen.is_unsaved


@driven
async def test_a_preview_that_fails_says_so():
    world = TargetWorld()
    async with running(world) as driver:
        await opened(driver)
        world.faults["row"] = "beyond the calendar"
        await driver.press("5")
        await driver.sees("No preview: beyond the calendar.")
        world.faults.clear()
        await driver.press("enter", "r")
        await driver.sees("15→20")


@driven
async def test_while_it_is_read_it_says_so():
    world = TargetWorld()
    async with running(world) as driver:
        await driver.settled()
        world.gate.clear()
        await driver.press("2")
        await driver.sees("Reading the KPIs …")
        world.gate.set()
        await driver.sees("15→15")
