"""A guarded store behind the command line, and whoever's session is at hand; the fixture `guarded` is one."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest

from kpi.policy import Action, Role
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.location import find_location
from store.who import NOBODY
from store.work import Store
from tests.store.helpers import Clock, new_store
from tests.store.house import House, Member
from tests.store.recorded import OURS
from tests.tui.line import Line

EVENTS = (
    "what,when,job,who,whose\n"
    "listing_published,2026-01-05T10:00:00Z,J1,bo@ats,bo@ats\n"
    "listing_published,2026-01-06T10:00:00Z,J2,zed,zed\n"
)
TEAMS = [(1, "North", "north"), (2, "South", "south")]
ROLES = {
    "Ada": Role.SUPER_USER, "Sue": Role.SUPER_USER, "Mo": Role.TEAM_MANAGER, "Hal": Role.HR_PARTNER,
    "Rae": Role.ADMINISTRATOR, "Lin": Role.RECRUITING_MANAGER, "Bo": Role.RECRUITER, "Ann": Role.AUDITOR,
}  # fmt: skip


def founded_file(folder: Path) -> Path:
    """An open store with two listings and two teams."""
    file, rows = folder / "founded.db", folder / "events.csv"
    rows.write_text(EVENTS)
    with new_store(str(file), clock=Clock(datetime(2026, 1, 1, tzinfo=UTC))) as store:
        store.clock = Clock(datetime.now(UTC))
        import_file(store, rows, load_mapping(OURS.text + 'actor = "who"\nowner = "whose"\n'))
        with store.work("test") as work:
            work.plain.insert("team", "number, name, folded", TEAMS)
    return file


@dataclass
class Guarded:
    """The command line on a store with somebody of each role, all in the team North; nobody has signed in."""

    line: Line
    house: House
    patch: pytest.MonkeyPatch

    def enter(self, name: str, rights: Collection[Action] | None = None) -> Member:
        """From now on commands are given by this person's session, or by a token with these rights."""
        member = self.house.members[name]
        self.patch.setenv("STAGEWATCH_TOKEN", self.house.session(member, rights=rights))
        return member

    def leave(self) -> None:
        """Nobody has signed in any more."""
        self.patch.delenv("STAGEWATCH_TOKEN", raising=False)

    def typed(self, *lines: str) -> None:
        """What stands on standard input."""
        type_in(self.patch, *lines)


def type_in(patch: pytest.MonkeyPatch, *lines: str) -> None:
    """What stands on standard input, which is no terminal."""
    text = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
    patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text), "utf-8"))


def code_of(uri: str, steps: int = 0) -> str:
    """The code that an app shows now, or some steps of half a minute away."""
    made = pyotp.parse_uri(uri)
    assert isinstance(made, pyotp.TOTP)
    return made.at(int(time.time()) + 30 * steps)


def guarded_line(file: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> Guarded:
    """A guarded store made of one that is open."""
    with closing(Store(find_location(str(file)), who=NOBODY)) as store:
        house = House(store, Clock(datetime.now(UTC)))
        for name, role in ROLES.items():
            house.add(name, role, team=1)
    return Guarded(Line(str(file), capsys), house, patch)
