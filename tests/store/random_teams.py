"""Random organisations: teams, their people and references, and whose a listing was when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from kpi.policy import Role
from tests.oracle.generate import Walk, without_repeats
from tests.store.helpers import Clock, import_rows, reader_of
from tests.store.house import House

if TYPE_CHECKING:
    from store.work import Store

BEGIN = date(2026, 3, 2)
DAYS = 70
Owned = tuple[str, date, date | None]


@dataclass
class Organisation:
    """Who is in it: teams of person and days, references of people, whose a listing was when."""

    house: House
    rng: Random
    teams: dict[int, list[tuple[int, date]]] = field(default_factory=lambda: defaultdict(list))
    person_of: dict[str, int] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)
    owners: dict[str, list[Owned]] = field(default_factory=dict)
    viewers: dict[str, int] = field(default_factory=dict)
    owning: dict[tuple[date, bool], set[str]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.house.today

    def whose(self, ref: str) -> Hashable:
        """The person behind a reference; of one that is nobody's, a person of its own."""
        return self.person_of.get(ref, ref)

    def key(self, ref: str) -> int:
        """The same as a number: strangers' are below zero."""
        return self.person_of.get(ref, -1 - self.refs.index(ref))

    def owner_on(self, listing: str, day: date) -> str | None:
        return next(
            (
                ref
                for ref, since, until in self.owners.get(listing, ())
                if since <= day and (until is None or day < until)
            ),
            None,
        )


def founded(store: Store, seed: int, folder: Path) -> Organisation:
    """Two or three teams of four to seven, some with two references, and some references of nobody's."""
    rng = Random(seed)
    house = House(store, _clock())
    made = Organisation(house, rng)
    with house.working():
        _people(made)
    rows = [row for number in range(26) for row in _listing(made, number)]
    rows.sort(key=lambda row: row["at"].astimezone(UTC))
    with house.by_system():
        import_rows(store, without_repeats(rows), folder)
    with reader_of(store) as reader, reader.asking() as plain:
        for ref, owner, since, until in plain.rows(
            "SELECT l.ref, o.owner, o.from_day, o.until_day FROM listing_owner o JOIN listing l "
            "ON l.id = o.listing_id ORDER BY o.from_day"
        ):
            ended = None if until is None else date.fromordinal(until)
            made.owners.setdefault(ref, []).append((owner, date.fromordinal(since), ended))
    return made


def _clock() -> Clock:
    return Clock(datetime.combine(BEGIN + timedelta(days=DAYS), time(12), tzinfo=UTC))


def _people(made: Organisation) -> None:
    house, rng = made.house, made.rng
    house.add("Super", Role.SUPER_USER)
    made.viewers["super"] = 1
    many = rng.randint(2, 3)
    house.run("INSERT INTO team (number, name, folded) VALUES (1, 'A', 'a'), (2, 'B', 'b'), (3, 'C', 'c')")
    for team in range(1, many + 1):
        boss = house.add(f"Boss {team}", Role.TEAM_MANAGER)
        house.run(f"UPDATE team SET manager = {boss.number} WHERE number = {team}")
        made.viewers[f"manager {team}"] = boss.number
        for number in range(rng.randint(4, 7)):
            _recruiter(made, f"Recruiter {team}-{number}", team)
    partner, helper = house.add("Partner", Role.HR_PARTNER), house.add("Helper", Role.RECRUITER, second=True)
    house.run(f"UPDATE team SET hr_partner = {partner.number} WHERE number < {rng.randint(2, 4)}")
    hirer, stand_in = house.add("Hirer", Role.RECRUITING_MANAGER), house.add("Both", Role.RECRUITING_MANAGER)
    house.run(f"UPDATE credential SET seed = 'x' WHERE person = {stand_in.number}")
    today = made.today.toordinal()
    for number, who in enumerate((helper, stand_in), 1):
        house.run(
            "INSERT INTO delegation (number, team, delegate, from_day, until_day) "
            f"VALUES ({number}, {number}, {who.number}, {today}, {today})"
        )
    made.viewers |= {
        "partner": partner.number, "stand-in": helper.number, "hirer": hirer.number,
        "hirer who stands in": stand_in.number, "administrator": house.add("Adam", Role.ADMINISTRATOR).number,
        "recruiter": house.members["Recruiter 1-0"].number,
    }  # fmt: skip
    for person in (hirer, stand_in):
        refs = ", ".join(f"('L{rng.randrange(26)}', {person.number})" for _ in range(1))
        house.run(f"INSERT INTO assignment (listing, person) VALUES {refs}")
    made.refs += [f"nobody's {number}" for number in range(rng.randint(0, 4))]


def _recruiter(made: Organisation, name: str, team: int) -> None:
    """Somebody in a team, perhaps in another one before, with one reference in the ATS or two."""
    house, rng = made.house, made.rng
    person = house.add(name, Role.RECRUITER).number
    since, first = BEGIN + timedelta(days=rng.randrange(DAYS)), rng.randint(1, 3)
    rows: list[tuple[int, date, int, date | None]] = [(person, since, team, None)]
    if rng.random() < 0.3 and first != team:
        rows.insert(0, (person, since - timedelta(days=rng.randint(1, 20)), first, since))
    for _, begin, where, end in rows:
        ended = "NULL" if end is None else end.toordinal()
        house.run(
            "INSERT INTO membership (person, from_day, team, until_day) "
            f"VALUES ({person}, {begin.toordinal()}, {where}, {ended})"
        )
        made.teams[person].append((where, begin))
    for number in range(2 if rng.random() < 0.2 else 1):
        ref = f"{name.lower()} {number}"
        made.refs.append(ref)
        made.person_of[ref] = person
        house.run(f"INSERT INTO person_link (ref, person) VALUES ('{ref}', {person})")


def _listing(made: Organisation, number: int) -> list[dict[str, Any]]:
    """A listing's rows: whose it is at first, perhaps nobody's, and perhaps somebody else's later."""
    rng = made.rng
    rows = Walk(
        rng, f"L{number}", BEGIN + timedelta(days=rng.randrange(DAYS - 10)), rng.choice((6, 15, 40))
    ).run()
    owner = None if rng.random() < 0.1 else rng.choice(made.refs)
    change = rng.randrange(len(rows)) if rng.random() < 0.3 else len(rows)
    later = rng.choice(made.refs)
    last = datetime.combine(made.today, time(11), tzinfo=UTC)
    return [
        row | {"actor": None, "owner": owner if place < change else later}
        for place, row in enumerate(rows)
        if row["at"] <= last
    ]
