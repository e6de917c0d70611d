"""Opening the audit log in tests."""

from __future__ import annotations

from tests.tui.driving import Driver
from tui.screens.audit import AuditScreen
from tui.widgets.audit_rows import AuditRows


async def opened(driver: Driver) -> AuditScreen:
    """Open the log by its key."""
    await driver.sees("1 Board")
    await driver.settled()
    await driver.press("4")
    await driver.on("AuditScreen")
    await driver.until(lambda: not driver.app._waiting, "every question answered")
    screen = driver.app.screen
    assert isinstance(screen, AuditScreen)
    return screen


def rows(driver: Driver) -> AuditRows:
    return driver.app.screen.query_one(AuditRows)


async def filtered(driver: Driver, **written: str) -> None:
    """Write a filter in its box, and show the entries."""
    await driver.press("f")
    await driver.on("FilterBox")
    for name, text in written.items():
        driver.app.screen.query_one(f"#{name}").focus()
        await driver.press(*text)
    await driver.press("enter")
    await driver.until(lambda: type(driver.app.screen).__name__ != "FilterBox", "the box closed")
