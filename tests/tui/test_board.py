"""The board: what it shows, and every key on it."""

from __future__ import annotations

import pytest

from kpi.board import Board, Counts, StageCounts
from tests.tui.driving import LARGE, SMALL, Driver, driven, running
from tests.tui.fake import CATALOGUE, USERS, World
from tui.screens.board import BoardScreen
from tui.screens.tasks import TasksScreen
from tui.widgets import drawing
from tui.widgets.board_table import BoardRow, BoardTable, lay_out, stage_rows
from tui.widgets.outlook import Outlook


def table(driver: Driver) -> BoardTable:
    return driver.app.screen.query_one(BoardTable)


def current(driver: Driver) -> BoardRow:
    row = table(driver).current
    assert row is not None
    return row


def tasks_of(driver: Driver) -> TasksScreen:
    screen = driver.app.screen
    assert isinstance(screen, TasksScreen)
    return screen


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_shows_every_stage_the_counts_the_day_and_the_outlook(size):
    async with running(size=size) as driver:
        await driver.sees("Northbank NHS Trust", "Tue 17 Nov 2026", "fresh", "Next 10 working days")
        for stage in CATALOGUE.stages:
            assert stage.title in driver.text
        for word in ("● on track", "▲ due", "■ overdue", "○ paused", "All stages", "? help"):
            assert word in driver.text
        board = table(driver).rows
        totals = board[-1].counts
        for number in (totals.on_track, totals.due, totals.overdue, totals.paused):
            assert str(number) in driver.line_with("All stages")


@driven
async def test_a_paused_column_is_shown_only_where_something_is_paused():
    async with running(World(paused=False)) as driver:
        await driver.sees("All stages")
        assert "paused" not in driver.text


@pytest.mark.parametrize("count", [1_000_000, 999_999, 12, 0])
def test_all_numbers_fit_into_eighty_columns(count):
    counts = Counts(count, count, count, count)
    stage = StageCounts("pre", "Pre-employment checks", counts, ())
    board = Board(None, "x", (stage,), counts)  # type: ignore[arg-type]
    columns = lay_out(stage_rows(board, frozenset()), 76, ("Stage", "Tasks"))
    width = 2 + columns.title + 1 + columns.tasks + (columns.bar + 4 if columns.bar else 0)
    width += sum(columns.gap + cells for _, cells in columns.statuses)
    assert width <= 76
    assert all(cells >= len(f"{count:,}") for _, cells in columns.statuses)
    assert columns.tasks >= len(f"{4 * count:,}")


@driven
async def test_millions_are_written_out_at_eighty_columns():
    async with running(World(counts=(1_000_000, 1_000_000, 1_000_000, 1_000_000))) as driver:
        await driver.sees("All stages")
        assert driver.line_with("Draft").count("1,000,000") == 4
        assert "4,000,000" in driver.line_with("Draft")


@driven
async def test_enter_unfolds_a_stage_and_folds_it_again():
    async with running() as driver:
        await driver.sees("Approvals")
        await driver.press("down", "enter")
        await driver.sees("▾ Approvals", "Ready to reapprove")
        await driver.press("down")
        await driver.sees("1 Board  2 KPIs  3 Summaries  4 Audit  5 People  6 Data  › Ready to approve")
        await driver.press("up", "enter")
        await driver.sees_no("Ready to reapprove")
        await driver.press("right")
        await driver.sees("Ready to reapprove")
        await driver.press("down", "down", "left")
        await driver.sees_no("Ready to reapprove")
        assert current(driver).title == "Approvals"


@driven
async def test_enter_on_a_kpi_opens_its_tasks():
    async with running() as driver:
        await driver.sees("Approvals")
        await driver.press("down", "enter")
        await driver.sees("Ready to approve")
        await driver.press("down", "enter")
        await driver.on("TasksScreen")
        assert tasks_of(driver).query_shown.kpi == "approvals.ready_to_approve"
        await driver.sees("› Approvals › Ready to approve", "1 of ")


@driven
async def test_o_opens_the_tasks_of_a_whole_stage_and_of_everything():
    async with running() as driver:
        await driver.sees("Draft")
        await driver.press("o")
        await driver.on("TasksScreen")
        assert tasks_of(driver).query_shown.stage == "draft"
        await driver.press("escape")
        await driver.on("BoardScreen")
        await driver.press("end", "o")
        await driver.on("TasksScreen")
        await driver.sees("All tasks", "1 of 300")


@driven
async def test_x_unfolds_all_stages_and_the_totals_stay_in_sight():
    async with running() as driver:
        await driver.sees("Draft")
        await driver.press("x")
        await driver.sees("Marked as ready", "All stages")
        await driver.press("end")
        await driver.sees("All stages")
        assert current(driver).is_total
        await driver.press("up")
        await driver.sees("Ready to end recruitment")
        await driver.press("x")
        await driver.sees_no("Ready to end recruitment")


@driven
async def test_v_shows_listings_by_user_by_name_and_enter_opens_one_users_tasks():
    async with running() as driver:
        await driver.sees("Draft")
        await driver.press("v")
        await driver.sees("Listings", "A. Okafor", "Nobody", "All users")
        names = [row.title for row in table(driver).rows]
        assert names[0] == USERS[0]
        assert names[-2:] == ["Nobody", "All users"]
        await driver.press("enter")
        await driver.on("TasksScreen")
        assert tasks_of(driver).query_shown.user == USERS[0]
        assert driver.app.lens.user is None, "the board is not filtered by having looked at somebody"
        await driver.press("escape", "v")
        await driver.sees("Draft")


@driven
async def test_listings_of_nobody_cannot_be_opened_and_say_why():
    async with running() as driver:
        await driver.sees("Draft")
        await driver.press("v")
        await driver.sees("Nobody")
        await driver.press("end", "up", "enter")
        await driver.sees("have no owner")
        assert isinstance(driver.app.screen, BoardScreen)


@driven
async def test_brackets_move_the_day_and_t_returns():
    async with running() as driver:
        await driver.sees("Draft")
        await driver.press("right_square_bracket")
        await driver.sees("as of Wed 18 Nov 2026, 1 day ahead")
        await driver.until(lambda: "board 2026-11-18 None" in driver.world.asked, "the board of that day")
        await driver.press("left_square_bracket", "left_square_bracket", "left_square_bracket")
        await driver.sees("as of Sun 15 Nov 2026, 2 days back")
        await driver.press("t")
        await driver.sees_no("as of")
        await driver.sees("Tue 17 Nov 2026")


@driven
async def test_f_filters_by_user_while_one_types():
    async with running() as driver:
        await driver.sees("Draft")
        await driver.press("f")
        await driver.on("ChooserScreen")
        await driver.sees("All users", "Chidi")
        await driver.press("c", "h", "i")
        await driver.sees_no("Bronwyn")
        await driver.press("enter")
        await driver.on("BoardScreen")
        await driver.sees("Chidi ▾")
        await driver.until(lambda: "board None Chidi" in driver.world.asked, "the board of that user")
        await driver.press("f")
        await driver.sees("(•) Chidi")
        await driver.press("home", "up", "up", "up", "up", "enter")
        await driver.sees("All users ▾")


@driven
async def test_e_opens_the_clock_of_the_rows_most_pressing_task():
    async with running() as driver:
        await driver.sees("Draft")
        await driver.press("e")
        await driver.on("TaskScreen")
        await driver.sees("day 0", "Count")


@driven
async def test_the_mouse_does_what_the_keys_do():
    async with running() as driver:
        await driver.sees("Approvals")
        await driver.click_text("Listings by user")
        await driver.sees("A. Okafor")
        await driver.click_text("Tasks by stage")
        await driver.sees("Approvals")
        await driver.click_text("Approvals")
        await driver.until(lambda: current(driver).title == "Approvals", "the cursor on Approvals")
        await driver.click_text("Approvals")
        await driver.sees("Ready to reapprove")
        await driver.click_text("All users")
        await driver.on("ChooserScreen")
        await driver.press("escape")
        await driver.on("BoardScreen")
        await driver.click_text("? help")
        await driver.on("HelpScreen")


@driven
async def test_bars_grow_with_the_window():
    widths = []
    for size in (SMALL, (110, 30), LARGE):
        async with running(size=size) as driver:
            await driver.sees("All stages")
            columns = table(driver).columns(table(driver).size.width)
            widths.append(columns.bar)
    assert widths[0] >= 6
    assert widths == sorted(set(widths))


@driven
async def test_where_there_is_room_the_outlook_is_a_chart():
    async with running(size=LARGE) as driver:
        await driver.sees("become overdue", "Wed 18 Nov")
        assert driver.app.screen.query_one(Outlook).size.height > 10


def test_a_bar_divides_exactly_and_keeps_what_is_small():
    assert drawing.shares((1, 0, 999, 1), 10) == [1, 0, 8, 1]
    assert sum(drawing.shares((1, 1, 1), 10)) == 10
    assert drawing.shares((0, 0), 10) == [0, 0]
    assert drawing.shares((5, 5, 5, 5), 3).count(1) == 3
    assert drawing.sparkline((0, 1, 7)) == "▁▂█"
    assert drawing.sparkline(()) == ""
