"""The command line on a guarded store in which people have worked for a week; the fixture `weekly` is one."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kpi.policy import Role
from kpi.weeks import week_named
from store.feeds.mapping import load_mapping
from store.generating import generate
from store.importing import import_file
from store.location import find_location
from store.who import NOBODY
from store.work import Store
from tests.store.cheap_passwords import hash_cheaply
from tests.store.helpers import Clock
from tests.store.house import House, Member, in_no_hurry
from tests.store.keyrings import keyring_in_memory
from tests.store.recorded import OURS
from tests.tui.guarded import ROLES, Guarded
from tests.tui.line import Line

WEEK = "2025-W10"  # 3 to 9 March: no bank holiday, and over for good
COLUMNS = "what,when,job,applicant,who,whose,said\n"
MAPPING = OURS.text + 'application = "applicant"\nactor = "who"\nowner = "whose"\nnote = "said"\n'
ROWS = (
    "listing_published,2025-03-03T09:00:00Z,J7,,bo@ats,bo@ats,\n"
    "call_made,2025-03-04T09:00:00Z,J7,A1,bo@ats,,\n"
    "call_made,2025-03-05T09:00:00Z,J7,A1,bo@ats,,\n"
    "call_made,2025-03-06T09:00:00Z,J7,A2,bo@ats,,left a message\n"
    "note_added,2025-03-06T10:00:00Z,J7,A1,bo@ats,,keen\n"
    "application_withdrawn,2025-03-06T11:00:00Z,J7,A2,bo@ats,,\n"
    "call_made,2025-03-04T10:00:00Z,J7,A1,cy@ats,,\n"
    "email_sent,2025-03-05T10:00:00Z,J7,A1,cy@ats,,\n"
    "call_made,2025-03-05T11:00:00Z,J7,A1,mo@ats,,\n"
    "call_made,2025-03-05T12:00:00Z,J7,A1,dee@ats,,\n"
)
LATE = "call_made,2025-03-07T09:00:00Z,J7,A1,cy@ats,,\n"
_MORE = (("Cy", Role.RECRUITER, 1), ("Dee", Role.RECRUITER, 2))
REFS = {"bo@ats": "Bo", "cy@ats": "Cy", "mo@ats": "Mo", "dee@ats": "Dee"}


@dataclass
class Weekly:
    """Bo, Cy and their manager Mo worked in North, whose HR partner is Hal; Dee in South, without either."""

    guarded: Guarded
    folder: Path

    def enter(self, name: str) -> Weekly:
        """From now on commands are given by this person."""
        self.guarded.enter(name)
        return self

    def json(self, *words: str) -> Any:
        """What a command about summaries answers."""
        return self.guarded.line.json("summaries", *words)

    def refused(self, *words: str) -> str:
        """Why a command about summaries is refused, in one line."""
        return self.guarded.line.refused("summaries", *words)

    def run(self, *words: str) -> tuple[int, str, str]:
        """A command about summaries: exit status, output, errors."""
        return self.guarded.line.run("summaries", *words)

    def lines(self) -> dict[str, dict[str, Any]]:
        """The summaries that are seen, by name."""
        return {one["user"]: one for one in self.json("list")["summaries"]}

    def number(self, name: str) -> str:
        """Whose summary is which, as a command names it."""
        person = self.guarded.house.members[name].number
        return str(self.guarded.house.rows(f"SELECT number FROM summary WHERE person = {person}")[0][0])

    def bring_in(self, rows: str) -> None:
        """Import rows, as somebody who may, and bring the week's summary up to date."""
        _import(self.guarded.house, self.folder, rows)
        with self.guarded.house.by_system() as store:
            generate(store, week_named(WEEK))


class Made(NamedTuple):
    """A closed store with a week's work, who can sign in to it, and what its machine's keyring has."""

    file: Path
    members: dict[str, Member]
    kept: dict[tuple[str, str], str]


def made_week(founded_file: Path, folder: Path) -> Made:
    """A week's work of five people, and the summaries made of it."""
    file = folder / "week.db"
    shutil.copy(founded_file, file)
    with pytest.MonkeyPatch.context() as patch, keyring_in_memory() as ring:
        hash_cheaply(patch)
        in_no_hurry(patch)
        with closing(Store(find_location(str(file)), who=NOBODY)) as store:
            house = House(store, Clock(datetime.now(UTC)))
            for name, role, team in (*((name, role, 1) for name, role in ROLES.items()), *_MORE):
                house.add(name, role, team=team)
            of = {name: member.number for name, member in house.members.items()}
            house.run(f"UPDATE team SET manager = {of['Mo']}, hr_partner = {of['Hal']} WHERE number = 1")
            with house.working() as work:
                links = [(ref, of[name]) for ref, name in REFS.items()]
                work.plain.insert("person_link", "ref, person", links)
            _import(house, folder, ROWS)
            with house.by_system() as mine:
                generate(mine, week_named(WEEK))
        return Made(file, house.members, dict(ring.kept))


def _import(house: House, folder: Path, rows: str) -> None:
    file = folder / "rows.csv"
    file.write_text(COLUMNS + rows)
    with house.by_system() as store:
        import_file(store, file, load_mapping(MAPPING))


def weekly_line(
    made: Made, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
) -> Weekly:
    """The command line on a copy of that store; nobody has signed in."""
    file = folder / "weekly.db"
    shutil.copy(made.file, file)
    with closing(Store(find_location(str(file)), who=NOBODY)) as store:
        house = House(store, Clock(datetime.now(UTC)), members=dict(made.members))
    return Weekly(Guarded(Line(str(file), capsys), house, patch), folder)
