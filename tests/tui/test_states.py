"""What is shown when something is missing, late, broken, empty or small."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.tui.driving import driven, running
from tests.tui.fake import World
from tui.facts import Lens, Pulse, ask_board
from tui.screens.board import BoardScreen
from tui.screens.page import Page
from tui.source import EARLY_TOPIC, Desk, Mailbox

if TYPE_CHECKING:
    from tui.reader import Reader


@driven
async def test_loading_says_so_and_the_board_follows():
    world = World()
    world.gate.clear()
    async with running(world) as driver:
        await driver.sees("Reading the store", "reading…")
        await driver.press("enter", "e", "o", "x", "down", "right_square_bracket", "t")
        world.gate.set()
        await driver.sees("All stages", "fresh")


@driven
async def test_an_empty_store_says_how_to_import():
    async with running(World(empty=True)) as driver:
        await driver.sees("No events yet", "stagewatch import FILE --mapping MAP.toml")
        await driver.press("enter", "o", "e", "x", "v", "end")
        driver.world.empty = False
        driver.world.revision = 2
        driver.app.ask_pulse()
        await driver.sees("All users")


@pytest.mark.parametrize("where", ["fault", "open_fault"])
@driven
async def test_a_store_that_cannot_be_read_says_what_to_do_and_r_tries_again(where):
    world = World()
    setattr(world, where, "there is no store at /x; make one with “stagewatch init”")
    async with running(world) as driver:
        await driver.sees(
            "The board cannot be shown", "There is no store at /x", "Press r to try again", "not read"
        )
        await driver.press("enter", "o", "e", "x")
        setattr(world, where, None)
        await driver.press("r")
        await driver.sees("All stages", "fresh")


@driven
async def test_a_store_that_is_pulled_away_leaves_the_last_good_figures_marked_old():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.settled()
        figures = driver.line_with("All stages")
        driver.world.open_fault = "/x cannot be read; check that it is still there, then try again"
        driver.app.ask_pulse()
        await driver.sees("■ old:", "/x cannot be read", "last good figures")
        assert driver.line_with("All stages") == figures
        driver.world.open_fault = None
        await driver.press("r")
        await driver.sees("fresh")
        await driver.sees_no("last good figures")


@driven
async def test_a_calendar_with_unknown_years_is_said_once():
    async with running(World(warnings=("the bank holidays of ES [b] are known only from 2008",))) as driver:
        await driver.sees("Please note: the bank", "[b]")


@driven
async def test_unforeseen_errors_are_shown_and_do_not_end_the_app(monkeypatch):
    async with running() as driver:
        await driver.sees("All stages")
        await driver.settled()

        def broken(*_):
            raise ZeroDivisionError("odd\nsecond line")

        monkeypatch.setattr("tests.tui.fake.FakeReader.board", broken)
        await driver.press("r")
        await driver.sees("failed unexpectedly: ZeroDivisionError, odd")


@driven
async def test_a_list_that_fails_keeps_its_rows():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("o")
        await driver.sees("1 of ")
        driver.world.fault = "the store is in use"
        await driver.press("r")
        await driver.sees("■ the store is in use", "■ old:", "1 of ")
        await driver.press("s")
        await driver.sees("The tasks cannot be shown")
        driver.world.fault = None
        await driver.press("r")
        await driver.sees("1 of ", "fresh")


def _after_reading(name: str, reader: Reader) -> str:
    reader.revision()
    return name


@driven
async def test_answers_to_older_questions_are_dropped():
    async with running() as driver:
        await driver.sees("All stages")
        page = driver.app.screen
        assert isinstance(page, BoardScreen)
        shown: list[str] = []
        driver.world.gate.clear()
        for name in ("first", "second", "third"):
            page.ask("same", partial(_after_reading, name), shown.append)
        driver.world.gate.set()
        await driver.until(lambda: shown, "an answer")
        page.ask("other", lambda reader: "end", shown.append)
        await driver.until(lambda: "end" in shown, "a later answer")
        assert shown == ["third", "end"]


@driven
async def test_an_answer_for_a_screen_that_is_gone_is_dropped():
    async with running() as driver:
        await driver.sees("All stages")
        driver.world.gate.clear()
        await driver.press("o")
        await driver.on("TasksScreen")
        gone = driver.app.screen
        assert isinstance(gone, Page)
        shown: list[object] = []
        gone.ask("x", lambda reader: reader.today(), shown.append)
        await driver.press("escape")
        await driver.on("BoardScreen")
        driver.world.gate.set()
        board = driver.app.screen
        assert isinstance(board, BoardScreen)
        board.ask("end", lambda reader: "end", shown.append)
        await driver.until(lambda: shown, "the later answer")
        assert shown == ["end"]


@driven
async def test_figures_grow_old_visibly():
    async with running() as driver:
        await driver.sees("fresh")
        app = driver.app
        app.read_at = time.monotonic() - 65
        app.show_age()
        await driver.sees("fresh 1 min ago")
        app.read_at = time.monotonic() - 3 * app.settings.interval - 5
        app.show_age()
        await driver.sees("■ old: 1 min")
        app.keep_settings(app.settings._replace(interval=0))
        await driver.sees("fresh 1 min ago")


@driven
async def test_the_refresh_reads_again_only_when_something_has_changed():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.until(lambda: "outlook" in driver.world.asked, "the outlook")
        app = driver.app
        boards = driver.world.asked.count("board None None")
        app.keep_settings(app.settings._replace(interval=5))
        app._pulse_asked -= 10
        app._second()
        await driver.until(lambda: app.pulse is not None, "the pulse")
        assert driver.world.asked.count("board None None") == boards
        driver.world.revision = 7
        app._pulse_asked -= 10
        app._second()
        await driver.until(lambda: driver.world.asked.count("board None None") == boards + 1, "the new board")
        assert app.revision == 7


@driven
async def test_midnight_is_a_change():
    async with running() as driver:
        await driver.sees("Tue 17 Nov 2026")
        driver.world.today = driver.world.today.replace(day=18)
        driver.app.ask_pulse()
        await driver.sees("Wed 18 Nov 2026")


@driven
async def test_waiting_tasks_are_brought_up_to_date_off_the_loop():
    world = World(pending=True)
    done: list[str] = []

    def advance() -> None:
        import threading

        done.append(threading.current_thread().name)
        world.pending = False
        world.revision += 1

    async with running(world, advance=advance) as driver:
        await driver.sees("All stages")
        driver.app.ask_pulse()
        await driver.until(lambda: driver.app.revision == 2, "the new revision")
        assert len(done) == 1
        assert done[0] != "MainThread"


@driven
async def test_what_cannot_be_brought_up_to_date_is_a_warning():
    def advance() -> None:
        raise PermissionError("attempt to write a [bold]readonly[/bold] database")

    async with running(World(pending=True), advance=advance) as driver:
        await driver.sees("All stages")
        driver.app.ask_pulse()
        await driver.sees("Not brought up to date", "[bold]readonly[/bold]")


@pytest.mark.parametrize("size", [(59, 24), (80, 15), (20, 5), (1, 1)])
@driven
async def test_a_terminal_that_is_too_small_says_so_and_recovers(size):
    async with running(size=size) as driver:
        if size[0] > 40:
            await driver.sees("Stagewatch needs 60 × 16")
            assert "All stages" not in driver.text
        await driver.pilot.resize_terminal(80, 24)
        await driver.sees("All stages")
        await driver.pilot.resize_terminal(30, 10)
        await driver.sees("This terminal has")
        await driver.pilot.resize_terminal(80, 24)
        await driver.sees("All stages")


@driven
async def test_the_smallest_terminal_shows_the_whole_frame():
    async with running(size=(60, 16)) as driver:
        await driver.sees("All stages", "? help", "Stagewatch")
        assert all(len(line.rstrip()) <= 60 for line in driver.lines)


@driven
async def test_what_was_asked_before_the_app_began_is_the_first_board():
    world = World()
    desk, early = Desk(world.open), Mailbox()
    early.number = desk.ask(EARLY_TOPIC, ask_board(Lens(), by_user=False), early.put)
    async with running(world, desk=desk, early=early) as driver:
        await driver.sees("All stages")
        assert world.asked.count("board None None") == 1
        assert world.opened == 1


@driven
async def test_an_early_answer_may_also_come_late_or_fail():
    world = World(fault="the store is in use")
    world.gate.clear()
    desk, early = Desk(world.open), Mailbox()
    early.number = desk.ask(EARLY_TOPIC, ask_board(Lens(), by_user=False), early.put)
    async with running(world, desk=desk, early=early) as driver:
        await driver.sees("Reading the store")
        world.gate.set()
        await driver.sees("The store is in use")
        world.fault = None
        await driver.press("r")
        await driver.sees("All stages")


@driven
async def test_closing_lets_go_of_the_store():
    world = World()
    async with running(world) as driver:
        await driver.sees("All stages")
        await driver.press("q")
    assert world.opened == world.closed == 1


def test_a_pulse_is_a_value():
    assert Pulse(1, None, None, pending=False) == Pulse(1, None, None, pending=False)  # type: ignore[arg-type]
