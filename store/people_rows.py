"""People and teams as the operations that change them find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi.policy import Role
from store.errors import StoreError
from store.organisation import load_organisation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from kpi.names import Name
    from store.plain import Plain
    from store.work import Work


class PeopleError(StoreError):
    """A refusal that may name people, whom the audit log knows by numbers only: it has other words for it."""

    def __init__(self, said: str, for_the_log: str) -> None:
        """Both in one line."""
        super().__init__(said)
        self.for_the_log = for_the_log


@dataclass(frozen=True, slots=True)
class Person:
    """A person. `team` is the number of the one they are in, `links` their references in the ATS.

    `listings` are those assigned to them; `database_role` is theirs on a server.
    """

    number: int
    name: str
    role: Role
    team: int | None
    active: bool
    database_role: str | None
    links: tuple[str, ...]
    listings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonSaved:
    """The person as they are now; not `changed` if they were so before: nothing was written."""

    person: Person
    changed: bool


@dataclass(frozen=True, slots=True)
class Team:
    """A team; its manager and its HR business partner are people's numbers."""

    number: int
    name: str
    manager: int | None
    hr_partner: int | None


def refused(person: Person, why: str) -> PeopleError:
    """What is said of a person to whom something cannot be done, by name; to the log by number."""
    return PeopleError(f"{person.name} {why}; nothing was written", f"person {person.number} {why}")


class PeopleConflictError(PeopleError):
    """Somebody else changed it since the form was opened; nothing was written. `now` is how it is."""

    def __init__(self, now: Person | Team, field: str, had: str, found: str, asked: str) -> None:
        """Say in one line what the form had, what is there, and what was to be."""
        words, kind = field.replace("_", " "), "person" if isinstance(now, Person) else "team"
        super().__init__(
            f"{now.name}: {words} was {had} when this was opened and is {found} now; {asked} was not "
            "written, look at it again",
            f"{kind} {now.number}: {words} was changed meanwhile",
        )
        self.now = now


def check_unchanged(
    expected: Person | Team | None,
    now: Person | Team,
    wanted: Mapping[str, object],
    said: Callable[[str, object], str],
) -> None:
    """PeopleConflictError if what is to change is neither as the form had it nor as it asks for.

    `said` gives a field's value in words.
    """
    for field, asked in wanted.items() if expected is not None else ():
        had, found = getattr(expected, field), getattr(now, field)
        if found not in (had, asked):
            raise PeopleConflictError(now, field, said(field, had), said(field, found), said(field, asked))


def load_person(plain: Plain, number: int) -> Person:
    """The person of a number; StoreError if there is none."""
    row = plain.row(
        "SELECT p.number, p.name, p.role, m.team, p.active, p.database_role FROM person p "
        "LEFT JOIN membership m ON m.person = p.number AND m.until_day IS NULL WHERE p.number = ?",
        (number,),
    )
    if row is None:
        raise StoreError(f"there is no person {number}; “stagewatch people list” names them all")
    links = plain.rows("SELECT ref FROM person_link WHERE person = ? ORDER BY ref", (number,))
    listings = plain.rows("SELECT listing FROM assignment WHERE person = ? ORDER BY listing", (number,))
    return Person(
        number=row[0],
        name=row[1],
        role=Role(row[2]),
        team=row[3],
        active=bool(row[4]),
        database_role=row[5],
        links=tuple(ref for (ref,) in links),
        listings=tuple(ref for (ref,) in listings),
    )


def load_team(plain: Plain, number: int) -> Team:
    """The team of a number; StoreError if there is none."""
    row = plain.row("SELECT number, name, manager, hr_partner FROM team WHERE number = ?", (number,))
    if row is None:
        raise StoreError(f"there is no team {number}; “stagewatch people teams” names them all")
    return Team(*row)


def has_another_super_user(plain: Plain, number: int) -> bool:
    """Whether a super user is left without this one: if they can sign in, another who can."""
    ask = (
        "SELECT 1 FROM person p LEFT JOIN credential c ON c.person = p.number WHERE p.role = ? "
        "AND p.active = 1 AND p.number <> ? AND (c.password_hash IS NOT NULL OR NOT EXISTS "
        "(SELECT 1 FROM credential o WHERE o.person = ? AND o.password_hash IS NOT NULL))"
    )
    return plain.value(ask, (Role.SUPER_USER.value, number, number)) is not None


def today_of(work: Work) -> date:
    """The date of a unit of work in the organisation's zone."""
    return load_organisation(work.plain).today(work.now)


def next_number(plain: Plain, table: str) -> int:
    """The number of the next row of a table from which nothing is ever taken out."""
    return int(plain.value(f"SELECT coalesce(max(number), 0) + 1 FROM {table}"))


def insert_person(work: Work, name: Name, role: Role) -> int:
    """Write a person who is in no team yet; their number. StoreError for a name that somebody has."""
    check_free(work.plain, "person", name)
    number = next_number(work.plain, "person")
    work.plain.run(
        "INSERT INTO person (number, name, folded, role, active, created_at) VALUES (?, ?, ?, ?, 1, ?)",
        (number, name.shown, name.folded, role.value, work.now),
    )
    return number


def check_free(plain: Plain, table: str, name: Name, own: int | None = None) -> None:
    """StoreError if another person, or another team, has a name like this one."""
    row = plain.row(f"SELECT number, name FROM {table} WHERE folded = ?", (name.folded,))
    if row is None or row[0] == own:
        return
    raise PeopleError(
        f"{table} {row[0]} is called “{row[1]}” already, and names differ by more than case and width; "
        "nothing was written",
        f"{table} {row[0]} is called so already",
    )
