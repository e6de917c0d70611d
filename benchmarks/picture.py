"""`make picture`: the app draws its own board, on the demo as of a fixed day, into an SVG file."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from kpi.events import instant_of
from store.demo import make_demo
from store.location import Location
from store.reading import Reader, open_reader
from store.work import Store
from tui.app import StagewatchApp

NOW = datetime(2026, 11, 17, 10, 30, tzinfo=UTC)
SIZE = (100, 24)


def clock() -> int:
    """The moment at which the picture is taken."""
    return instant_of(NOW)


def draw(target: Path) -> None:
    """Make the demo in a folder of its own, open the app on it, and save what it shows."""
    with tempfile.TemporaryDirectory() as folder:
        location = Location(path=Path(folder) / "demo.db")
        store = Store(location, clock)
        make_demo(store, Path(folder))
        store.close()

        def opener() -> Reader:
            return open_reader(location, clock)

        svg = asyncio.run(_draw(StagewatchApp(str(location), opener=opener)))
    # Textual names the SVG's parts anew each time; one name keeps the file the same while the picture is.
    target.write_text(re.sub(r"terminal-\d+", "terminal-board", svg), "utf-8")


async def _draw(app: StagewatchApp) -> str:
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(500):
            await pilot.pause(0.02)
            svg = app.export_screenshot(title="Stagewatch")
            if "All&#160;stages" in svg and "Next&#160;10" in svg and "fresh" in svg:
                return svg
    raise RuntimeError("the board did not come up")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
