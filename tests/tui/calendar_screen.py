"""Opening the Calendar page in tests, and finding a line of it."""

from __future__ import annotations

from datetime import date

from tests.tui.driving import Driver
from tui.screens.calendar import CalendarScreen
from tui.widgets.calendar_rows import CalendarRows


async def opened(driver: Driver) -> CalendarScreen:
    """Open the page."""
    await driver.sees("1 Board")
    await driver.settled()
    screen = CalendarScreen()
    await driver.app.push_screen(screen)
    await driver.until(lambda: not driver.app._waiting, "every question answered")
    return screen


async def go_to(driver: Driver, kind: type, day: date | None = None) -> None:
    """Put the cursor on a line by its kind, with the keyboard."""
    rows = driver.app.screen.query_one(CalendarRows)
    await driver.press("home")
    for _ in range(rows.count):
        if isinstance(rows.picked, kind) and day in (None, getattr(rows.picked, "day", None)):
            return
        await driver.press("down")
    raise AssertionError(f"no {kind} {day}\n{driver.text}")
