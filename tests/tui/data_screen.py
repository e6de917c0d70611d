"""Opening the Data screen in tests."""

from __future__ import annotations

from tests.tui.driving import Driver
from tui.screens.data import DataScreen


async def opened(driver: Driver, steps: int = 0) -> DataScreen:
    """Open the Data screen and go so many sections on."""
    await driver.sees("All stages")
    await driver.settled()
    await driver.press("6")
    await driver.on("DataScreen")
    await driver.press(*["right"] * steps)
    await driver.until(lambda: not driver.app._waiting, "every question answered")
    screen = driver.app.screen
    assert isinstance(screen, DataScreen)
    return screen
