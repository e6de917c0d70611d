"""Two teams and three weeks of theirs, on a clock that stands still; and the app on it as one of them."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pytest

from kpi.policy import Role
from store.generating import generate
from store.location import find_location
from store.reading import Reader, open_reader
from store.summaries import approve
from store.work import Store
from tests.store.helpers import Clock, new_store
from tests.store.house import House, Member, house_of, in_no_hurry
from tests.store.keyrings import keyring_in_memory
from tests.store.recorded import MONDAY
from tests.store.summarising import LONG_AGO, NORTH, Happening, Office, office_of, on_teams
from tests.tui.driving import SMALL, Driver
from tests.tui.fake import HOSTILE, World
from tui.actor import visiting
from tui.app import StagewatchApp
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.screen import Screen

W44, W45, W46 = "2026-W44", "2026-W45", "2026-W46"
LATE = "It was brought in late"


@cache
def _template() -> tuple[Path, dict[str, Member]]:
    """A store that tests copy. The last week is 2026-W46.

    Ray called on a Sunday, and wrote what strangers write; Rita's 2026-W44 was approved, and changed since;
    Rob's 2026-W45 waits.
    """
    path = Path(mkdtemp()) / "s.db"
    with pytest.MonkeyPatch.context() as patch, keyring_in_memory():
        in_no_hurry(patch)
        with new_store(str(path), clock=Clock(MONDAY)) as store:
            on_teams(store)
            office = office_of(house_of(store))
            rex = office.house.add(f"Rex {HOSTILE}", Role.RECRUITER, NORTH)
            office.house.run(f"UPDATE membership SET from_day = {LONG_AGO.toordinal()}")
            office.house.run(f"INSERT INTO person_link (ref, person) VALUES ('rex', {rex.number})")
            _work(office)
            for back in (2, 1, 0):
                office.generate(office.week.before(back))
            _approve_and_change(office)
            return path, dict(office.house.members)


def _work(office: Office) -> None:
    """What they did."""
    office.happens(
        *(Happening("call_made", office.on(1, 9, at), by="Ray", application="A-1") for at in range(4)),
        Happening("call_made", office.on(6, 15), by="Ray", listing=HOSTILE, application=HOSTILE,
                  detail={"note": HOSTILE, "minutes": "7"}),
        Happening("email_sent", office.on(2), by="Ray", listing=HOSTILE),
        Happening("call_made", office.on(1, 11), by="Rita", application="A-2"),
        Happening("note_added", office.on(1, 12), by="Rita", application="A-2", detail={"note": "Keen"}),
        Happening("email_sent", office.on(3), by="Rob"),
        Happening("call_made", office.on(1, back=1), by="Rob"),
        Happening("call_made", office.on(1, back=2), by="Rita"),
    )  # fmt: skip


def _approve_and_change(office: Office) -> None:
    early = office.week.before(2)
    office.house.enter("Moyra")
    line = office.line("Rita", early)
    approve(office.store, line.number, line.digest)
    office.happens(Happening("call_made", office.on(3, back=2), by="Rita", detail={"note": LATE}))
    office.generate(early)


@dataclass
class Place:
    """A copy of the store, and what a test does to it behind the app's back."""

    path: Path
    patch: pytest.MonkeyPatch
    house: House

    def enter(self, name: str) -> None:
        """The app is in this person's session from now on."""
        member = next(one for key, one in self.house.members.items() if key.startswith(name))
        token = self.house.session(member)
        store_id = str(self.house.rows("SELECT store_id FROM organisation")[0][0])
        self.patch.setattr("tui.actor._held", {store_id: token})

    @property
    def office(self) -> Office:
        """What goes on in the store meanwhile."""
        return Office(self.house)

    def late_call(self, name: str, back: int = 0) -> None:
        """A call that comes in late, and is counted."""
        office = self.office
        office._count = 1000  # of the template's there are fewer
        office.happens(Happening("call_made", office.on(4, back=back), by=name))
        with self.house.by_system() as store:
            generate(store, office.week.before(back))

    def read(self) -> Any:
        """The questions, as the program itself asks them."""
        return closing(open_reader(str(self.path), self.house.clock))

    def page(self, name: str, week: str = W46) -> Any:
        """Somebody's summary, as it is in the store."""
        with self.read() as reader:
            asked = reader.summary_questions()
            number = next(
                one.number for one in asked.lines() if one.name.startswith(name) and one.week.label == week
            )
            return asked.page(number)


def place_at(folder: Path, patch: pytest.MonkeyPatch) -> Place:
    """The copy; the app's clock stands still as well."""
    template, members = _template()
    path = folder / "s.db"
    shutil.copy(template, path)
    in_no_hurry(patch)
    clock = Clock(MONDAY)
    store = Store(find_location(str(path)))
    patch.setattr("tui.guarded.GuardedApp._tell_of_moves", lambda _: None)
    for module in ("tui.screens.working", "tui.screens.summary_making"):
        patch.setattr(f"{module}.writer", lambda place, origin: Store(place, clock, visiting(origin)))
    return Place(path, patch, House(store, clock, members=dict(members)))


@asynccontextmanager
async def looking(place: Place, name: str | None, *, size: tuple[int, int] = SMALL) -> AsyncIterator[Driver]:
    """The Summaries screen as somebody sees it."""
    if name is not None:
        place.enter(name)

    def opener() -> Reader:
        return open_reader(str(place.path), place.house.clock, visiting("app"))

    app = StagewatchApp(str(place.path), opener)
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await driver.until(lambda: (app.pulse or app.me) and not app._waiting, "the first screen")
        await driver.press("3")
        await driver.on("SummariesScreen")
        await calm(driver)
        yield driver


async def calm(driver: Driver) -> None:
    """Wait until everything has been read and made, and nothing is being done."""

    def quiet() -> bool:
        screens: list[Screen[Any]] = driver.app.screen_stack
        busy = any(getattr(one, name, None) for one in screens for name in ("job", "making"))
        return not driver.app._waiting and not busy

    await driver.until(quiet, "all is read and made")


async def go_to(driver: Driver, section: str) -> Any:
    """Go to a section of the Summaries screen."""
    screen: Any = driver.app.screen
    while screen.section.value != section:
        await driver.press("right")
        await calm(driver)
    return screen


def table(driver: Driver) -> TableRows:
    """The table of the page."""
    return driver.app.screen.query_one(TableRows)


async def put_on(driver: Driver, *texts: str) -> None:
    """Put the cursor on the first row with cells that begin so."""
    rows = table(driver)
    rows.cursor = next(
        at
        for at, row in enumerate(rows.rows)
        if all(any(cell.startswith(text) for cell in row.cells) for text in texts)
    )
    await driver.pilot.pause()


async def open_one(driver: Driver, name: str, week: str = W46) -> Any:
    """Open somebody's summary from the list that is seen."""
    await put_on(driver, name, week)
    await driver.press("enter")
    await driver.on("SummaryScreen")
    await calm(driver)
    return driver.app.screen


async def go_to_part(driver: Driver, part: str) -> Any:
    """Go to a part of a summary."""
    screen: Any = driver.app.screen
    while screen.part.value != part:
        await driver.press("right")
    return screen


async def write(driver: Driver, **texts: str) -> None:
    """Write into the fields of a form, and go on with it."""
    await driver.on("FormBox")
    for name, text in texts.items():
        driver.app.screen.query_one(f"#{name}").value = text  # type: ignore[attr-defined]
    await driver.pilot.pause()
    await driver.press("enter")


async def answer_yes(driver: Driver, box: str = "AskBox", down: int = 1) -> None:
    """Choose an answer that does it."""
    await driver.on(box)
    await driver.press(*["down"] * down, "enter")


async def opens(driver: Driver, key: str, screen: str) -> None:
    """Press a key, and wait for what it opens."""
    await driver.press(key)
    await driver.on(screen)


def labels(driver: Driver) -> set[str]:
    """The names of the keys that work on the page."""
    bindings = driver.app.screen.active_bindings.values()
    return {known.binding.id or "" for known in bindings}
