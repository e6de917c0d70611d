"""The questions about people: who they are, their teams and delegates, what is linked to nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kpi.events import moment_of
from kpi.names import folded
from kpi.policy import Action, Reach, Role, Subject, allows, reach
from kpi.text import clean
from store.errors import StoreError

if TYPE_CHECKING:
    from datetime import datetime

    from store.plain import Plain, Row
    from store.reading import Reader
    from store.team_totals import Totals

# Who acted in as many of the latest events is asked for; all events are too many to be gone through.
LATEST = 50_000


class Named(NamedTuple):
    """A person or a team: its number and its name."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person, without any figure: `links` are their references in the ATS, `listings` those assigned."""

    number: int
    name: str
    role: Role
    team: Named | None
    active: bool
    database_role: str | None
    links: tuple[str, ...]
    listings: tuple[str, ...]
    has_password: bool
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team, how many people are in it today, and who stands in for its manager today."""

    number: int
    name: str
    manager: Named | None
    hr_partner: Named | None
    members: int
    delegate: Named | None


@dataclass(frozen=True, slots=True)
class DelegationView:
    """Who stands in at a team, from the first day to the end of the last.

    `withdrawn_at`, in the organisation's zone, is when it was ended before that.
    """

    number: int
    team: Named
    delegate: Named
    from_day: date
    until_day: date
    withdrawn_at: datetime | None

    def is_on(self, day: date) -> bool:
        """Whether it counts on a day, as far as is known now."""
        return self.withdrawn_at is None and self.from_day <= day <= self.until_day


@dataclass(frozen=True, slots=True)
class UnlinkedRef:
    """A user reference of the ATS that is linked to nobody, and how many listings it owns."""

    ref: str
    listings: int


_View = TypeVar("_View", PersonView, TeamView)


class PeopleQuestions:
    """Asked over a reader; each answer is a frozen result."""

    def __init__(self, reader: Reader) -> None:
        """Ask `reader`."""
        self._reader = reader

    def people(self) -> tuple[PersonView, ...]:
        """Everybody whom whoever asks may see, by name, the deactivated too."""
        seen = self._seen()
        with self._reader.at_once(), self._reader.asking() as plain:
            links = _by_person(plain.rows("SELECT person, ref FROM person_link ORDER BY ref"))
            listings = _by_person(plain.rows("SELECT person, listing FROM assignment ORDER BY listing"))
            rows = plain.rows(_PEOPLE)
        return tuple(
            _person_view(row, links.get(row[0], ()), listings.get(row[0], ()))
            for row in sorted(rows, key=lambda row: str(row[-1]))
            if seen.holds(Subject(person=row[0], team=row[3]))
        )

    def person(self, said: str | int) -> PersonView:
        """The person of this number, or of this name in any case and width; StoreError if there is none."""
        return _found("person", said, self.people())

    def stand_ins(self, team: int) -> tuple[Named, ...]:
        """Who could stand in at a team, by name alone: all who are active, for whoever may name one there."""
        visitor = self._reader.visitor()
        with self._reader.asking() as plain:
            rows = plain.rows("SELECT number, name, folded FROM person WHERE active = 1")
        return tuple(
            Named(number, name)
            for number, name, _ in sorted(rows, key=lambda row: str(row[-1]))
            if visitor is None or allows(visitor.standing, Action.DELEGATE, Subject(person=number, team=team))
        )

    def teams(self) -> tuple[TeamView, ...]:
        """The teams of those whom whoever asks may see, and their own, by name."""
        seen = self._teams_seen()
        today = self._reader.today().toordinal()
        with self._reader.at_once(), self._reader.asking() as plain:
            rows = plain.rows(_TEAMS, (today, today, today, today))
        return tuple(
            _team_view(row)
            for row in sorted(rows, key=lambda row: str(row[-1]))
            if seen.holds(Subject(team=row[0]))
        )

    def team(self, said: str | int) -> TeamView:
        """The team of this number, or of this name in any case and width; StoreError if there is none."""
        return _found("team", said, self.teams())

    def delegations(self) -> tuple[DelegationView, ...]:
        """Of the teams that are seen, the latest first: what is over, what runs and what is still to come."""
        seen = self._teams_seen()
        zone = self._reader.rules.zone
        with self._reader.asking() as plain:
            rows = plain.rows(
                "SELECT d.number, t.number, t.name, p.number, p.name, d.from_day, d.until_day, "
                "d.withdrawn_at FROM delegation d JOIN team t ON t.number = d.team "
                "JOIN person p ON p.number = d.delegate ORDER BY d.from_day DESC, d.number DESC"
            )
        return tuple(
            DelegationView(
                number,
                Named(team, team_name),
                Named(person, name),
                date.fromordinal(first),
                date.fromordinal(last),
                None if withdrawn_at is None else moment_of(withdrawn_at).astimezone(zone),
            )
            for number, team, team_name, person, name, first, last, withdrawn_at in rows
            if seen.holds(Subject(team=team))
        )

    def _seen(self) -> Reach:
        """Whom whoever asks may see; NotAllowedError for a token that was not made for it."""
        visitor = self._reader.visitor()
        if visitor is None:
            return Reach(whole=True)
        self._reader.may(Action.SEE_PEOPLE, Subject(person=visitor.person))
        return reach(visitor.standing, Action.SEE_PEOPLE)

    def _teams_seen(self) -> Reach:
        """Their teams, and the one that they belong to: who leads it is no secret to its members."""
        seen, visitor = self._seen(), self._reader.visitor()
        own = None if visitor is None else visitor.standing.team
        return seen if own is None else replace(seen, teams=seen.teams | {own})

    def totals(self, since: date | None = None, until: date | None = None) -> Totals:
        """What teams finished in whole months; see `store.team_totals`."""
        from store.team_totals import read_totals  # deferred: few ask for it

        return read_totals(self._reader, since, until)

    def unlinked(self) -> tuple[UnlinkedRef, ...]:
        """References that are linked to nobody: of whoever owns or owned a listing, or acted of late."""
        self._reader.may(Action.LINK_PEOPLE)
        with self._reader.at_once(), self._reader.asking() as plain:
            owning: dict[str, int] = dict(
                plain.rows("SELECT owner, count(*) FROM listing WHERE owner IS NOT NULL GROUP BY owner")
            )
            named = {*owning, *(ref for (ref,) in plain.rows(_OWNERS)), *_acting(plain)}
            linked = {ref for (ref,) in plain.rows("SELECT ref FROM person_link")}
        return tuple(UnlinkedRef(ref, owning.get(ref, 0)) for ref in sorted(named - linked))


_PEOPLE = (
    "SELECT p.number, p.name, p.role, t.number, t.name, p.active, p.database_role, "
    "c.password_hash IS NOT NULL, c.seed IS NOT NULL, p.folded FROM person p "
    "LEFT JOIN membership m ON m.person = p.number AND m.until_day IS NULL "
    "LEFT JOIN team t ON t.number = m.team LEFT JOIN credential c ON c.person = p.number"
)
_TEAMS = (
    "SELECT t.number, t.name, m.number, m.name, h.number, h.name, (SELECT count(*) FROM membership s "
    "WHERE s.team = t.number AND s.from_day <= ? AND (s.until_day IS NULL OR s.until_day > ?)), "
    "d.number, d.name, t.folded FROM team t LEFT JOIN person m ON m.number = t.manager "
    "LEFT JOIN person h ON h.number = t.hr_partner LEFT JOIN delegation g ON g.team = t.number "
    "AND g.withdrawn_at IS NULL AND g.from_day <= ? AND g.until_day >= ? "
    "LEFT JOIN person d ON d.number = g.delegate"
)
# From one owner to the next: listings are many, owners few.
_OWNERS = (
    "WITH RECURSIVE each(one) AS (SELECT min(owner) FROM listing_owner UNION ALL "
    "SELECT (SELECT min(o.owner) FROM listing_owner o WHERE o.owner > each.one) FROM each "
    "WHERE each.one IS NOT NULL) SELECT one FROM each WHERE one IS NOT NULL"
)


def _acting(plain: Plain) -> set[str]:
    """Who acted in the latest events."""
    last = plain.value("SELECT coalesce(max(seq), 0) FROM event")
    rows = plain.rows(
        "SELECT DISTINCT actor FROM event WHERE seq > ? AND actor IS NOT NULL", (last - LATEST,)
    )
    return {actor for (actor,) in rows}


def _by_person(rows: list[Row]) -> dict[int, tuple[str, ...]]:
    """References by the person whose they are."""
    found: dict[int, list[str]] = {}
    for person, ref in rows:
        found.setdefault(person, []).append(ref)
    return {person: tuple(refs) for person, refs in found.items()}


def _person_view(row: Row, links: tuple[str, ...], listings: tuple[str, ...]) -> PersonView:
    number, name, role, team, team_name, active, database_role, password, second_factor, _ = row
    return PersonView(
        number=number,
        name=name,
        role=Role(role),
        team=_named(team, team_name),
        active=bool(active),
        database_role=database_role,
        links=links,
        listings=listings,
        has_password=bool(password),
        has_second_factor=bool(second_factor),
    )


def _team_view(row: Row) -> TeamView:
    number, name, manager, manager_name, partner, partner_name, members, delegate, delegate_name, _ = row
    return TeamView(
        number=number,
        name=name,
        manager=_named(manager, manager_name),
        hr_partner=_named(partner, partner_name),
        members=members,
        delegate=_named(delegate, delegate_name),
    )


def _named(number: int | None, name: str | None) -> Named | None:
    return None if number is None or name is None else Named(number, name)


def _found(kind: str, said: str | int, among: tuple[_View, ...]) -> _View:
    """The one of this number, or of this name."""
    text = str(said).strip()
    if text.isdecimal():
        fits = [one for one in among if one.number == int(text)]
    else:
        fits = [one for one in among if folded(one.name) == folded(text)]
    if not fits:
        listed = "list" if kind == "person" else "teams"
        raise StoreError(f"there is no {kind} “{clean(text)}”; “stagewatch people {listed}” names them all")
    return fits[0]
