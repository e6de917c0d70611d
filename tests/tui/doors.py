"""The app before a guarded store: its people, and what happens to them elsewhere; the fixture `entrance`."""

from __future__ import annotations

import json
import shutil
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from textual import events
from textual.widgets import Input

from kpi.policy import Role
from store.location import find_location
from store.who import NOBODY
from store.work import Store
from tests.store.helpers import Clock
from tests.store.house import PASSWORD, House, Member
from tests.tui.driving import SMALL, Driver
from tests.tui.fake import World
from tui.actor import hold
from tui.app import StagewatchApp
from tui.guarded import Since

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.store.keyrings import Ring

ROLES = {
    "Ada Sample": Role.SUPER_USER, "Sue Sample": Role.SUPER_USER, "Bo Recruit": Role.RECRUITER,
    "Cy Recruit": Role.RECRUITER, "Ann Audit": Role.AUDITOR, "Mo Manage": Role.TEAM_MANAGER,
}  # fmt: skip
_guarded: list[tuple[Path, dict[str, Member], dict[tuple[str, str], str]]] = []
LONG_AGO = Since(-1e9, -1e9)


@dataclass
class Entrance:
    """A store, open until people are added. Ada is a super user with a second factor, Bo a recruiter."""

    path: Path
    house: House
    ring: Ring

    def guard(self) -> Entrance:
        """Give the store its people; every other one is a copy of the first, for adding them takes time."""
        if not _guarded:
            for name, role in ROLES.items():
                self.house.add(name, role, team=1)
            copy = Path(mkdtemp()) / "guarded.db"
            self.house.store.close()  # which brings the write-ahead log into the file
            shutil.copy(self.path, copy)
            _guarded.append((copy, dict(self.house.members), dict(self.ring.kept)))
            return self
        copy, members, kept = _guarded[0]
        shutil.copy(copy, self.path)
        self.house.members.update(members)
        self.ring.kept.update(kept)
        return self

    def member(self, name: str) -> Member:
        """One of them, by the first name."""
        return next(member for known, member in self.house.members.items() if known.startswith(name))

    def grant(self, *actions: str) -> None:
        """Let the auditor in, from long ago to long after."""
        ann, ada, sue = (self.member(name).number for name in ("Ann", "Ada", "Sue"))
        self.house.run(
            "INSERT INTO access_grant (number, person, purpose, actions, requested_by, requested_at, "
            "from_day, until_day, approved_by, approved_at) VALUES "
            f"(1, {ann}, 'Audit', '{json.dumps(actions)}', {ada}, 1, 1, 999999, {sue}, 1)"
        )

    def code(self, name: str = "Ada") -> str:
        """The code that their app shows now; the one before is taken as used."""
        self.house.clock.moment = datetime.now(UTC)
        return self.house.code(self.member(name))

    def enter(self, name: str) -> str:
        """The app is in this person's session from now on."""
        token = self.house.session(self.member(name))
        hold(self.store_id, token)
        return token

    @property
    def store_id(self) -> str:
        return str(self.house.rows("SELECT store_id FROM organisation")[0][0])

    def app(self) -> StagewatchApp:
        return StagewatchApp(str(self.path))


def entrance_at(path: Path, ring: Ring) -> Entrance:
    """The entrance of a store that is open."""
    with closing(Store(find_location(str(path)), who=NOBODY)) as store:
        return Entrance(path, House(store, Clock(datetime.now(UTC))), ring)


@asynccontextmanager
async def coming(to: Entrance | StagewatchApp, size: tuple[int, int] = SMALL) -> AsyncIterator[Driver]:
    """The app over a store, or one that was made otherwise."""
    app = to.app() if isinstance(to, Entrance) else to
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Driver(app, pilot, World())


@asynccontextmanager
async def inside(
    entrance: Entrance, name: str, size: tuple[int, int] = SMALL, *, seeing: str = "All stages"
) -> AsyncIterator[Driver]:
    """The app in the session of one of its people, the first questions answered."""
    entrance.enter(name)
    async with coming(entrance, size=size) as driver:
        await driver.sees(seeing)
        await driver.until(lambda: driver.app.me, "it is known who is there")
        yield driver


async def typed(driver: Driver, **fields: str) -> None:
    """Write into the fields of a door."""
    for name, text in fields.items():
        driver.app.screen.query_one(f"#{name}", Input).value = text
    await driver.pilot.pause(0)


def field(driver: Driver, name: str) -> Input:
    """A field of the door that stands there."""
    return driver.app.screen.query_one(f"#{name}", Input)


async def sign_in(driver: Driver, name: str, password: str = PASSWORD, code: str = "") -> None:
    """Fill the door and go on."""
    await driver.on("SignInScreen")
    await driver.until(lambda: driver.app.door and driver.app.door.door, "it is known which store it is")
    await typed(driver, name=name, password=password, code=code)
    driver.app.screen.set_focus(field(driver, "code"))
    await driver.press("enter")


def in_a_burst(driver: Driver, *keys: str) -> None:
    """Strokes that come all at once, as a program types them; more than one character is a text."""
    for key in keys:
        texts = [key] if key in ("enter", "tab") else list(key)
        for text in texts:
            name = {" ": "space", "-": "minus"}.get(text, text)
            event = events.Key(name, text if len(text) == 1 else {"enter": "\r", "tab": "\t"}[text])
            driver.app.post_message(event)


def look_again(driver: Driver) -> None:
    """Let the seconds pass after which the app asks whether the session is still there."""
    driver.app._watched = LONG_AGO
    driver.app.look_after_session()
