"""Opening the KPI page in tests, and reading a row of it."""

from __future__ import annotations

from tests.tui.driving import Driver
from tui.screens.kpis import KpisScreen

FIRST, SECOND = "Marked as ready", "Ready to approve"


async def opened(driver: Driver, *, complete: bool = True) -> KpisScreen:
    """Open the page, and wait until all of it is read."""
    await driver.sees("All stages")
    await driver.settled()
    await driver.press("2")
    await driver.on("KpisScreen")
    screen = driver.app.screen
    assert isinstance(screen, KpisScreen)
    if complete:
        await driver.sees("15→15", "7/18 140")
        await driver.until(lambda: not screen.jobs, "all is reckoned")
    return screen


def row_of(driver: Driver, title: str) -> str:
    """The line of the grid that begins with this title, behind its marks."""
    return next(line for line in driver.lines if line[5:].startswith(title))


def marks(driver: Driver, title: str) -> str:
    """The marks before a row's title."""
    return row_of(driver, title)[1:5].strip()
