"""The KPI page: rows, fields edited in place by key and mouse, errors in words beside them."""

from __future__ import annotations

import pytest
from textual import events

from kpi.drafts import FIELDS
from kpi.targets import Target
from tests.tui.driving import SMALL, driven, running
from tests.tui.fake import CATALOGUE, KPIS
from tests.tui.fake_targets import TargetWorld
from tests.tui.kpi_screen import FIRST, SECOND, marks, opened, row_of
from tui.screens.kpis import KpisScreen


@driven
async def test_all_kpis_stand_under_their_stages_with_targets_history_and_preview():
    async with running(TargetWorld(), size=(200, 60)) as driver:
        await opened(driver)
        await driver.sees("Target set 3, in force since 2 Sep 2026 09:14, by A. Okafor: “because”")
        await driver.sees("nothing unsaved", "Preview of 1 Jul 26 – 30 Sep 26")
        text = driver.text
        for stage in CATALOGUE.stages:
            if stage.kpis:
                assert f" {stage.title} ──" in text
        assert text.count("10      20") == len(KPIS)
        row = row_of(driver, "Ready to reapprove ")
        assert "12/– 900" in row
        assert "15→15" in row
        assert "From reapproval requested, to approval granted or approval rejected" in row
        assert "too few" in row_of(driver, f"{SECOND} ")
        assert "140         –         –" in row_of(driver, "Approval rejected "), "no task lived"


@driven
async def test_at_80_columns_everything_about_a_kpi_fits_and_more_stands_below():
    async with running(TargetWorld(), size=SMALL) as driver:
        await opened(driver)
        row = row_of(driver, FIRST)
        for part in ("10", "20", "7/18 140", "15→15", "4→4"):
            assert part in row
        await driver.sees("From listing marked ready, to listing published.")
        await driver.sees("24 tasks: 15 became due, 15 under the draft; 4 overdue, 4 under it.")
        await driver.sees("History, 140 tasks: half done in 7, 85 of 100 in 18 days; g takes it over.")
        await driver.press("down")
        await driver.sees("History is too short: of 25 tasks 4 finished, 20 are needed.")
        await driver.press("down")
        await driver.sees("85 of 100 longer than is known")
        await driver.press("down")
        await driver.sees("No task lived in the time 1 Jul 26 – 30 Sep 26")


@driven
async def test_in_the_smallest_terminal_history_gives_way_to_the_titles():
    async with running(TargetWorld(), size=(60, 16)) as driver:
        await opened(driver, complete=False)
        await driver.sees("Ready to approve   10      20")
        await driver.sees("15→15       4→4", "24 tasks: 15 became due")
        assert "p50/p85" not in driver.text


@driven
async def test_type_a_number_and_move_on():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("5", "tab", "2", "2", "enter")
        assert screen.draft is not None
        assert screen.draft.changed == {KPIS[0].code: Target(5, 22)}
        await driver.sees("* 1 row unsaved", "15→20       4→2")
        assert marks(driver, FIRST) == "*"
        await driver.press("1", "9", "shift+tab", "7", "down")
        assert screen.draft.changed == {KPIS[0].code: Target(5, 22), KPIS[1].code: Target(7, 19)}
        await driver.sees("* 2 rows unsaved")


@driven
async def test_keys_that_come_all_at_once_keep_their_order():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        for key in (
            "n",
            "g",
            "down",
            "g",
            "3",
            "tab",
            "6",
            "enter",
            "left",
            "5",
            "down",
            "up",
            "e",
            "0",
            "enter",
        ):
            driver.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await driver.sees("* 2 rows unsaved")
        assert screen.draft is not None
        assert screen.draft.checked(KPIS[1].code).target == Target(10, 20), "history is too short"
        await driver.until(lambda: screen.draft.text(KPIS[3].code, "due_days") == "50", "the last key")  # type: ignore[union-attr]
        assert [screen.draft.text(KPIS[2].code, field) for field in FIELDS] == ["3", "6"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("abc", "done by is not a number"),
        ("-1", "done by must not be below 0"),
        ("1000", "done by must not be above 999"),
        ("2.5", "done by must be whole"),
        ("9", "due is after done by, 9"),
    ],
)
@driven
async def test_errors_stand_beside_the_field_at_once_and_block_saving(typed, said):
    async with running(TargetWorld()) as driver:
        await opened(driver)
        await driver.press("tab", *typed)
        await driver.sees(f"■ {said}", "■ 1 wrong")
        assert marks(driver, FIRST) == "›■"
        assert said in row_of(driver, FIRST)
        await driver.press("enter", "down", "s")
        await driver.sees("Not saved: 1 row is wrong")
        assert type(driver.app.screen) is KpisScreen
        assert "›■" in row_of(driver, FIRST), "the cursor is back on it"
        assert typed in row_of(driver, FIRST), "what was typed stays"


@driven
async def test_what_is_typed_wrong_just_after_the_key_is_not_left_out_of_a_save():
    world = TargetWorld()
    async with running(world) as driver:
        screen = await opened(driver)
        await driver.press("5", "enter")
        world.gate.clear()
        await driver.press("s", "2", "x", "enter")
        world.gate.set()
        await driver.sees("Not saved: 1 row is wrong")
        assert driver.app.screen is screen


@driven
async def test_an_empty_field_is_an_error_too():
    async with running(TargetWorld()) as driver:
        await opened(driver)
        await driver.press("delete", "enter")
        await driver.sees("■ due is empty")
        await driver.press("up", "3", "2", "backspace", "enter")
        await driver.sees_no("due is empty")
        assert " 3      20 " in row_of(driver, FIRST)


@driven
async def test_escape_leaves_the_field_first_then_the_page():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("5", "escape")
        assert not screen.is_unsaved
        await driver.press("escape")
        await driver.on("BoardScreen")


@driven
async def test_letters_are_keys_until_a_field_is_written_in():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("n")
        await driver.sees("› Approvals › Ready to approve")
        await driver.press("e", "i", "q", "slash", "question_mark")
        assert screen.draft is not None
        assert screen.draft.text(KPIS[1].code, "due_days") == "10iq/?"
        assert type(driver.app.screen) is KpisScreen
        await driver.press("f1")
        await driver.on("HelpScreen")
        await driver.press("escape", "escape", "slash")
        await driver.on("SearchScreen")


@driven
async def test_digits_are_numbers_here_and_the_tabs_lead_away_by_the_mouse():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("6", "1", "enter")
        assert screen.draft is not None
        assert screen.draft.text(KPIS[0].code, "due_days") == "61"
        await driver.press("up", "u")
        tabs = driver.lines[1]
        assert "1  2 KPIs  3  4  5  6  ›" in tabs, "the path has no room beside all names"
        await driver.pilot.click(offset=(tabs.index("6"), 1))
        await driver.on("DataScreen")
        await driver.click_text("2 KPIs")
        await driver.on("KpisScreen")


@driven
async def test_home_end_and_pages_move_and_the_stage_that_is_scrolled_away_is_named():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("end")
        assert screen.kpi is KPIS[-1]
        await driver.sees("› End recruitment › Ready to end recruitment")
        await driver.press("pageup", "p")
        await driver.press("home")
        assert screen.kpi is KPIS[0]
        await driver.sees(" Draft ──")
        await driver.press(*["down"] * 12)
        await driver.sees("… Approvals")


@driven
async def test_a_stage_is_jumped_to_by_its_name():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("j")
        await driver.on("AskBox")
        await driver.press("down", "down", "down", "enter")
        await driver.on("KpisScreen")
        await driver.until(lambda: screen.kpi and screen.kpi.stage == "shortlisting", "the stage")
        await driver.press("p", "p")
        assert screen.kpi is not None
        assert screen.kpi.stage == "approvals"


@driven
async def test_a_whole_stage_is_set_at_once():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("n", "w")
        await driver.on("StageBox")
        await driver.sees("Approvals: set all at once", "all 4 KPIs")
        await driver.press("9", "tab", "8")
        await driver.sees("due is after done by, 8")
        await driver.press("enter", "backspace", "3", "3", "enter")
        await driver.on("KpisScreen")
        await driver.sees("* 4 rows unsaved")
        assert screen.draft is not None
        assert set(screen.draft.changed.values()) == {Target(9, 33)}


@driven
async def test_undo_is_for_the_field_and_asks_for_all():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("5", "tab", "3", "0", "enter", "x", "enter", "home", "u")
        await driver.sees("* 2 rows unsaved, ■ 1 wrong")
        assert screen.draft is not None
        assert screen.draft.changed == {KPIS[0].code: Target(5, 20)}
        await driver.press("U")
        await driver.sees("2 rows are unsaved. Put back what is in force?")
        await driver.press("enter")
        await driver.on("KpisScreen")
        assert screen.is_unsaved
        await driver.press("U", "down", "enter")
        await driver.sees("nothing unsaved")


@driven
async def test_what_history_suggests_is_taken_over_as_an_unsaved_change():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("g")
        await driver.sees("* 1 row unsaved", "15→18       4→6")
        assert screen.draft is not None
        assert screen.draft.changed == {KPIS[0].code: Target(7, 18)}
        await driver.press("down", "g")
        await driver.sees("Too few tasks to suggest from: 4 finished, 20 are needed.")
        await driver.press("down", "g")
        await driver.sees("History suggests only one of the two numbers")
        assert len(screen.draft.changed) == 1


@driven
async def test_what_is_pasted_goes_into_the_field_and_rubbish_shows_as_the_error_it_is():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        screen.grid.post_message(events.Paste(" 1\x1b2\n"))
        await driver.sees("* 1 row unsaved")
        assert screen.draft is not None
        assert screen.draft.text(KPIS[0].code, "due_days") == "12"
        screen.grid.post_message(events.Paste("[bold]10\t20 and so on"))
        await driver.sees("■ due is not a number")
        assert "\x1b" not in driver.text


@driven
async def test_a_click_goes_to_a_field_and_a_second_one_writes_in_it():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        y = next(place for place, line in enumerate(driver.lines) if f"{SECOND} " in line)
        x = driver.lines[y].index(" 20 ") + 2
        await driver.pilot.click(offset=(x, y))
        await driver.until(lambda: screen.kpi is KPIS[1], "the cursor is there")
        assert screen.grid.field == "done_by_days"
        await driver.pilot.click(offset=(x, y))
        await driver.until(lambda: screen.grid.is_editing, "it is written in")
        await driver.press("1", "enter")
        assert screen.draft is not None
        assert screen.draft.changed == {KPIS[1].code: Target(10, 201)}


@driven
async def test_a_terminal_that_was_too_small_goes_on_where_one_was():
    async with running(TargetWorld()) as driver:
        screen = await opened(driver)
        await driver.press("5", "enter")
        await driver.pilot.resize_terminal(40, 10)
        await driver.sees("Stagewatch needs")
        await driver.pilot.resize_terminal(80, 24)
        await driver.sees("* 1 row unsaved")
        await driver.press("7", "enter")
        assert screen.draft is not None
        assert screen.draft.changed == {KPIS[0].code: Target(5, 20), KPIS[1].code: Target(7, 20)}
