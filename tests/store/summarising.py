"""A guarded store with two teams at work, for tests of weekly summaries; events are put in as imports do.

The tests of a module share one: what belongs to summaries cannot be taken out again. Each has a week of its
own, which is over when it begins.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from kpi.events import instant_of
from kpi.policy import Role
from kpi.weeks import Week
from store.generating import generate
from store.maintenance import advance
from store.summary_facts import Generated, SummaryLine, SummaryPage
from store.summary_rows import unpack
from tests.store.helpers import Clock, new_store
from tests.store.house import House, house_of, in_no_hurry
from tests.store.keyrings import keyring_in_memory
from tests.store.recorded import MONDAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi.summary import Summary
    from store.plain import Plain
    from store.summary_questions import SummaryQuestions
    from store.work import Store, Work

NORTH, SOUTH = 1, 2
LONG_AGO = date(2025, 1, 6)
RECRUITERS = ("Ray", "Rita", "Rob", "Rea", "Ron", "Rui")


class Happening(NamedTuple):
    """An event as a test says it: `at` in UTC, `by` and `owner` by people's names."""

    kind: str
    at: datetime
    listing: str = "L-1"
    by: str | None = "Ray"
    application: str | None = None
    owner: str | None = None
    detail: dict[str, str] | None = None


@dataclass
class Office:
    """The store and its people, on a Monday morning; `week` is the one that has just ended."""

    house: House
    week: Week = field(default_factory=lambda: Week(MONDAY.date() - timedelta(days=7)))
    _count: int = 0
    _runs: dict[int, int] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.house.store

    def next_week(self, weeks: int = 1) -> Week:
        """The next Monday morning; the week that has ended then. Whoever was at the terminal has left it."""
        self.house.later(timedelta(weeks=weeks))
        self.week, self.house.token = self.week.before(-weeks), None
        return self.week

    def on(self, day: int, hour: int = 10, minute: int = 0, *, back: int = 0) -> datetime:
        """A time on a day of the week, 0 for its first; or of one so many weeks `back`."""
        midnight = datetime.combine(
            self.week.before(back).first + timedelta(days=day), datetime.min.time(), UTC
        )
        return midnight + timedelta(hours=hour, minutes=minute)

    def number(self, name: str) -> int:
        return self.house.members[name].number

    def happens(self, *events: Happening, known: datetime | None = None) -> list[int]:
        """Bring events in with an import that begins at `known`, now if it is not said; their seqs."""
        with self.house.working() as work:
            plain = work.plain
            run = self._run(work, known)
            before = plain.value("SELECT coalesce(max(seq), 0) FROM event")
            for event in events:
                self._put(plain, event, run)
            found = plain.rows("SELECT seq FROM event WHERE seq > ? ORDER BY seq", (before,))
        self.advance()
        return [seq for (seq,) in found]

    def calls(self, *names: str, day: int = 1, back: int = 0, listing: str = "L-1") -> list[int]:
        """Each of these makes a call, on a listing that was there long before; their seqs."""
        return self.happens(
            *(
                Happening("call_made", self.on(day, 9, minute, back=back), listing, name)
                for minute, name in enumerate(names)
            )
        )

    def corrects(self, seq: int, event: Happening) -> int:
        """Bring in another version of an event; its seq."""
        with self.house.working() as work:
            self._put(work.plain, event, self._run(work, None), corrects=seq)
            found = work.plain.value("SELECT max(seq) FROM event")
        self.advance()
        return int(found)

    def _put(self, plain: Plain, event: Happening, run: int, corrects: int | None = None) -> None:
        self._count += 1
        key = blake2b(f"{self._count}".encode(), digest_size=16).digest()
        if plain.value("SELECT id FROM listing WHERE ref = ?", (event.listing,)) is None:
            plain.run("INSERT INTO listing (ref, open_tasks, frozen) VALUES (?, 0, 0)", (event.listing,))
        plain.run(
            "INSERT INTO event (key, listing_id, application, kind, at, actor, owner, detail, corrects, "
            "import_id) SELECT ?, id, ?, ?, ?, ?, ?, ?, ?, ? FROM listing WHERE ref = ?",
            (
                key,
                event.application,
                event.kind,
                instant_of(event.at),
                None if event.by is None else event.by.lower(),
                None if event.owner is None else event.owner.lower(),
                None if event.detail is None else json.dumps(event.detail),
                corrects,
                run,
                event.listing,
            ),
        )
        plain.run("UPDATE listing SET next_moment = 0 WHERE ref = ?", (event.listing,))

    def _run(self, work: Work, known: datetime | None) -> int:
        at = instant_of(known or self.house.clock.moment)
        if at not in self._runs:
            work.plain.run(
                "INSERT INTO import_run (source, file, started_at, finished_at, rows, added, duplicates, "
                "sandbox, quarantined) VALUES ('Ours', 'rows.csv', ?, ?, 0, 0, 0, 0, 0)",
                (at, at),
            )
            self._runs[at] = work.plain.value("SELECT max(id) FROM import_run")
        return self._runs[at]

    def advance(self) -> None:
        with self.house.by_system() as store:
            advance(store)

    def generate(self, week: Week | None = None) -> Generated:
        with self.house.by_system() as store:
            return generate(store, week)

    @contextmanager
    def asked(self) -> Iterator[SummaryQuestions]:
        """The questions of whoever is at the terminal."""
        with self.house.reader() as reader:
            yield reader.summary_questions()

    def line(self, name: str, week: Week | None = None) -> SummaryLine:
        """Somebody's summary in the list that whoever is at the terminal sees."""
        with self.asked() as questions:
            (found,) = (line for line in questions.lines(week or self.week) if line.name == name)
        return found

    def page(self, name: str, week: Week | None = None) -> SummaryPage:
        """Somebody's summary, as whoever is at the terminal sees it."""
        with self.asked() as questions:
            return questions.page(self.summary(name, week))

    def summarised(self, name: str, week: Week | None = None) -> Summary:
        """What is in the table of somebody's week, whoever is at the terminal."""
        (content,) = self.row("content", self.summary(name, week))
        return unpack(content).summary

    def count(self, name: str, figure: str, week: Week | None = None) -> int:
        """What a figure comes to now."""
        return self.summarised(name, week).figure(figure).count

    def summary(self, name: str, week: Week | None = None) -> int:
        """The number of somebody's summary."""
        day = (week or self.week).first.toordinal()
        ((number,),) = self.house.rows(
            f"SELECT number FROM summary WHERE person = {self.number(name)} AND from_day = {day}"
        )
        return int(number)

    def row(self, columns: str, number: int) -> tuple[Any, ...]:
        """What the table has of a summary."""
        ((*found,),) = self.house.rows(f"SELECT {columns} FROM summary WHERE number = {number}")
        return tuple(found)


@contextmanager
def shared_office(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Iterator[Office]:
    """One for a module, on the database that `request.param` says."""
    with ExitStack() as stack:
        url = str(folders.mktemp("office") / "stagewatch.db")
        if request.param == "postgres":
            url = stack.enter_context(request.getfixturevalue("postgres_server").database())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        in_no_hurry(patch)
        store = stack.enter_context(new_store(url, clock=Clock(MONDAY)))
        on_teams(store)
        with keyring_in_memory():
            made = office_of(house_of(store))
        yield made


def on_teams(store: Store) -> None:
    """The two teams, without anybody yet."""
    with store.work("test") as work:
        teams = [(NORTH, "North", "north"), (SOUTH, "South", "south")]
        work.plain.insert("team", "number, name, folded", teams)


def office_of(house: House) -> Office:
    """Teams North, of six recruiters, and South; their managers and HR partners; all long there."""
    with house.working() as work:
        for name, role, team in (
            ("Moyra", Role.TEAM_MANAGER, NORTH),
            ("Sol", Role.TEAM_MANAGER, SOUTH),
            ("Hana", Role.HR_PARTNER, None),
            ("Hugh", Role.HR_PARTNER, None),
            ("Dee", Role.RECRUITER, SOUTH),
            *((name, Role.RECRUITER, NORTH) for name in RECRUITERS[1:]),
        ):
            house.add(name, role, team, second=role != Role.RECRUITER or name == "Dee")
        plain, of = work.plain, {name: member.number for name, member in house.members.items()}
        plain.run("INSERT INTO membership (person, from_day, team) VALUES (?, ?, ?)", (of["Ray"], 1, NORTH))
        plain.run("UPDATE membership SET from_day = ?", (LONG_AGO.toordinal(),))
        led = "UPDATE team SET manager = ?, hr_partner = ? WHERE number = ?"
        plain.run(led, (of["Moyra"], of["Hana"], NORTH))
        plain.run(led, (of["Sol"], of["Hugh"], SOUTH))
        links = [(name.lower(), number) for name, number in of.items() if name != "Ada"]
        plain.insert("person_link", "ref, person", links)
    made = Office(house)
    made.happens(Happening("listing_published", made.on(0, 9, back=20), owner="Ray"))
    return made
