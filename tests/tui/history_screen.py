"""Opening the target history in tests."""

from __future__ import annotations

from tests.tui.driving import Driver
from tui.screens.target_history import TargetHistoryScreen


async def opened(driver: Driver) -> TargetHistoryScreen:
    """Open the history."""
    await driver.sees("1 Board")
    await driver.settled()
    screen = TargetHistoryScreen()
    await driver.app.push_screen(screen)
    await driver.on("TargetHistoryScreen")
    await driver.until(lambda: not driver.app._waiting, "every question answered")
    return screen
