"""A small store with people in it, and opening the People screen on it as one of them."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from textual.widgets import Input

from store.location import find_location
from store.organisation import found_organisation
from store.people import add_person
from store.people_links import link_person
from store.reading import open_reader
from store.signing_in import begin_session
from store.teams import add_team, change_team
from store.work import Store
from tests.store.cheap_passwords import CHEAP
from tests.tui.driving import SMALL, Driver
from tests.tui.fake import HOSTILE, World
from tui.actor import TOKEN
from tui.app import StagewatchApp
from tui.screens.people import PeopleScreen
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from store.reading import Reader

ADA, SUE, MO, HAL, RAY, EVE, FAY, ANN, ODD = range(1, 10)
NORTH, SOUTH = 1, 2
PASSWORD = "marmalade-tractor-violin"
LONG_AGO = 20 * 60 * 1_000_000
_HOUR = 3_600_000_000
_PEOPLE = (
    ("Mo Manager", "team_manager"),
    ("Hal Partner", "hr_partner"),
    ("Ray Recruiter", "recruiter"),
    ("Eve Admin", "recruitment_administrator"),
    ("Fay Hiring", "recruiting_manager"),
    ("Ann Audit", "auditor"),
    (HOSTILE, "recruiter"),
)


def _opened(path: Path) -> closing[Store]:
    return closing(Store(find_location(str(path))))


@cache
def _template(*, guarded: bool) -> Path:
    """A store that tests copy: Ada and Sue are super users, or nobody is; Mo manages North."""
    path = Path(mkdtemp()) / "s.db"
    with _opened(path) as store:
        found_organisation(store, "Northbank")
        add_team(store, "North")
        add_team(store, "South")
        first = "super_user" if guarded else "auditor"
        for name, role in (("Ada Super", first), ("Sue Super", first), *_PEOPLE):
            add_person(store, name, role, NORTH if role == "recruiter" else None)
        change_team(store, NORTH, manager=MO, hr_partner=HAL)
        link_person(store, RAY, "ray@ats")
        with store.work("test") as work:
            listings = [
                ("NB-1", "Staff nurse", "ray@ats"),
                ("NB-2", "Porter", "zed"),
                (HOSTILE, "x", HOSTILE),
            ]
            work.plain.insert(
                "listing",
                "ref, folded, title, owner, open_tasks, frozen",
                [(ref, f"{ref} {title}".casefold(), title, owner, 0, 0) for ref, title, owner in listings],
            )
            hashed = CHEAP.hash(PASSWORD)
            enrolled = [
                (person, hashed, None if person == RAY else "seed", 0, 1) for person in (ADA, SUE, MO, RAY)
            ]
            work.plain.insert("credential", "person, password_hash, seed, last_step, changed_at", enrolled)
    return path


class Place:
    """A copy of the store, and what a test does to it behind the app's back."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, guarded: bool = True) -> None:
        self.path = folder / "s.db"
        self.monkeypatch = monkeypatch
        shutil.copy(_template(guarded=guarded), self.path)

    def open(self) -> closing[Store]:
        """The store, to be written to as the program itself."""
        return _opened(self.path)

    def enter(self, person: int, *, coded: bool = True) -> str:
        """A session of somebody, which the app is in from now on; its last code may be too long ago."""
        with self.open() as store, store.work("test") as work:
            token, _ = begin_session(work, person, work.now + _HOUR, work.now - (0 if coded else LONG_AGO))
        self.monkeypatch.setattr("tui.actor._held", {})  # all copies have one id
        self.monkeypatch.setenv(TOKEN, token)
        return token

    def read(self) -> Reader:
        """The store as the program itself sees it."""
        return open_reader(str(self.path))

    def person(self, number: int) -> Any:
        with closing(self.read()) as reader:
            return reader.people().person(number)


@asynccontextmanager
async def looking(
    place: Place, person: int | None, *, size: tuple[int, int] = SMALL, coded: bool = True
) -> AsyncIterator[Driver]:
    """The People screen as somebody sees it; as nobody does in an open store."""
    if person is not None:
        place.enter(person, coded=coded)
    app = StagewatchApp(str(place.path))
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        # Of an auditor without a grant the board is refused, and nothing follows.
        await driver.until(lambda: (app.pulse or app.me) and not app._waiting, "the first screen")
        await driver.press("5")
        await driver.on("PeopleScreen")
        await read(driver)
        yield driver


async def read(driver: Driver) -> None:
    """Wait until everything has been read, and nothing is being done."""
    await driver.until(
        lambda: not driver.app._waiting and getattr(driver.app.screen, "job", None) is None, "all is read"
    )


async def go_to(driver: Driver, section: str) -> PeopleScreen:
    """Go to a section of the People screen."""
    screen = driver.app.screen
    assert isinstance(screen, PeopleScreen)
    while screen.section.value != section:
        await driver.press("right")
        await read(driver)
    return screen


def table(driver: Driver) -> TableRows:
    """The rows of the page."""
    return driver.app.screen.query_one(TableRows)


async def put_on(driver: Driver, text: str) -> None:
    """Put the cursor on the row of a list that begins with a text."""
    rows = table(driver)
    rows.cursor = next(at for at, row in enumerate(rows.rows) if row.cells[0].startswith(text))
    await driver.pilot.pause()


async def type_in(driver: Driver, text: str) -> None:
    """Write a text in the field with the focus, in place of what stands there; quicker than key by key."""
    field = driver.app.focused
    assert isinstance(field, Input)
    field.value = text
    await driver.pilot.pause()


def labels(driver: Driver) -> set[str]:
    """The names of the keys that work on the page."""
    bindings = driver.app.screen.active_bindings.values()
    return {known.binding.id or "" for known in bindings}


async def fill(driver: Driver, *texts: str) -> None:
    """Write the fields of a form, one after the other, and go on with it."""
    await driver.on("FormBox")
    for place, text in enumerate(texts):
        if place:
            await driver.press("tab")
        await type_in(driver, text)
    await driver.press("enter")


async def answer_yes(driver: Driver) -> None:
    """Choose the second answer of a question, which does it."""
    await driver.on("AskBox")
    await driver.press("down", "enter")
