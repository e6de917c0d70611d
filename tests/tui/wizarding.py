"""What the tests of the import wizard share: opening it, going through it, what stands in the store then."""

from __future__ import annotations

from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

from textual.widgets import Input

from store.location import find_location
from store.reading import open_reader
from tests.tui.driving import SMALL, Driver
from tests.tui.fake import World
from tui.app import StagewatchApp
from tui.screens.ask_box import AskBox
from tui.screens.wizard import Wizard
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tui.wizard_draft import Draft

ODD = """\
Ref No.;Was geschah?;Wann;[red]Wer[/red]
J-1;Went live;13/04/2026 10:00;Ann
J-1;Approved;09/04/2026 09:00;Ann
J-2;Lunch;14/04/2026 11:00;Bo
J-2;Went live;rubbish;Bo
"""
WIDE = "Vacancy,Title,Approval date,Advert live,Offer made\n" + "".join(
    f"V-{n},Nurse,0{n}/03/2026,1{n}/03/2026,2{n}/04/2026\n" for n in range(1, 9)
)
LOG = "vacancy,status,date\n"


@asynccontextmanager
async def wizard(store: str, size: tuple[int, int] = SMALL) -> AsyncIterator[Driver]:
    """The wizard, opened from the board, with its list of files read."""
    app = StagewatchApp(store)
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await driver.sees("No events yet")
        await driver.settled()
        await driver.press("i")
        await driver.sees("1 of 6", "../")
        yield driver


def page(driver: Driver) -> Wizard:
    found = driver.app.page
    assert isinstance(found, Wizard)
    return found


async def typed(driver: Driver, text: str) -> None:
    """Write a path in place of the one that stands there."""
    box = page(driver).query_one("PathInput", Input)
    box.value = text
    box.cursor_position = len(text)
    await driver.until(lambda: "folder" not in page(driver).jobs, "the folder is read")


async def chosen(driver: Driver, name: str) -> None:
    """Choose a file of the folder by the beginning of its name."""
    await driver.press(*name)
    await driver.until(lambda: len(page(driver).query_one("#entries", TableRows).rows) == 1, "only this file")
    await driver.press("enter")
    await driver.until(lambda: page(driver).looked, "the file is looked at")


async def picked(driver: Driver, part: str, then: str = "Wizard") -> None:
    """In the box that has opened, choose what holds this part; `then` is the screen after that."""
    await driver.on("PickBox")
    await driver.press(*part)
    await driver.until(lambda: driver.app.screen.query_one("PickRows").count == 1, f"only one holds {part}")  # type: ignore[attr-defined]
    await driver.press("enter")
    await driver.on(then)


async def asked(driver: Driver) -> str:
    """What the box that opens asks."""
    await driver.on("AskBox")
    box = driver.app.screen
    assert isinstance(box, AskBox)
    return box.question


def kept(store: str) -> list[str]:
    with closing(open_reader(find_location(store))) as reader:
        return [one.name for one in reader.intake().mappings()]


def imports(store: str) -> list[tuple[int, int, int]]:
    """(rows, added, quarantined) of each import, the latest first."""
    with closing(open_reader(find_location(store))) as reader:
        return [(one.rows, one.added, one.quarantined) for one in reader.intake().imports()]


def draft(driver: Driver) -> Draft:
    found = page(driver).draft
    assert found is not None
    return found
