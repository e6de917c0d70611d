"""The same screens over a real store, made by the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from store.errors import StoreError
from tests.tui.driving import SMALL, Driver, driven
from tests.tui.fake import World
from tui.app import StagewatchApp
from tui.source import open_store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from store.demo import make_demo
    from store.location import find_location
    from store.work import Store

    folder = tmp_path_factory.mktemp("demo")
    place = folder / "demo.db"
    store = Store(find_location(str(place)))
    try:
        make_demo(store, folder, listings=60, seed=1)
    finally:
        store.close()
    return place


@driven
async def test_every_screen_shows_a_real_store(demo):
    app = StagewatchApp(str(demo))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await driver.sees("All stages", "Next 10 working days")
        reader = open_store(str(demo))
        board = reader.board()
        reader.close()
        assert f"{board.totals.overdue:,}" in driver.line_with("All stages")
        await driver.press("x", "x", "v")
        await driver.sees("All users")
        await driver.press("v", "right_square_bracket", "left_square_bracket", "left_square_bracket")
        await driver.sees("1 day back")
        await driver.press("t", "end", "o")
        await driver.sees("1 of ")
        for _ in range(4):
            await driver.press("s")
            await driver.sees("1 of ")
        for _ in range(5):
            await driver.press("o")
            await driver.until(lambda: app.screen.total is not None, "the list")  # type: ignore[attr-defined]
        await driver.press("end", "e")
        await driver.sees("day 0")
        await driver.press("v")
        await driver.sees("When ")
        await driver.press("slash", "a")
        await driver.sees("found")
        await driver.press("enter")
        await driver.on("SubjectScreen")
        await driver.press("1", "f")
        await driver.sees("All users")
        assert app.failure is None


@driven
async def test_a_store_that_is_not_there_is_said_in_words(tmp_path):
    app = StagewatchApp(str(tmp_path / "none.db"))
    async with app.run_test(size=SMALL) as pilot:
        await Driver(app, pilot, World()).sees("The board cannot be shown", "There is no store at")


@driven
async def test_a_file_that_is_no_store_is_said_in_words(tmp_path):
    (tmp_path / "none.db").write_bytes(b"not a database at all" * 100)
    app = StagewatchApp(str(tmp_path / "none.db"))
    async with app.run_test(size=SMALL) as pilot:
        await Driver(app, pilot, World()).sees("The board cannot be shown")


@driven
async def test_a_file_that_is_taken_away_leaves_the_figures_marked_old(demo, tmp_path):
    copy = tmp_path / "copy.db"
    copy.write_bytes(demo.read_bytes())
    app = StagewatchApp(str(copy))
    async with app.run_test(size=SMALL) as pilot:
        driver = Driver(app, pilot, World())
        await driver.sees("All stages")
        copy.unlink()
        await driver.press("r")
        await driver.sees("■ old:", "no store")
        assert "All stages" in driver.text


def test_opening_says_what_is_wrong(tmp_path):
    with pytest.raises(StoreError):
        open_store(str(tmp_path / "none.db"))
