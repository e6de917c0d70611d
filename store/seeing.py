"""What somebody sees of the board: the listings assigned to them or all, the users whose figures they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.disclosure import LEAST_PEOPLE
from kpi.policy import Action, Subject, reach
from store.board import past_tasks
from store.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from kpi.policy import Standing
    from store.plain import Plain, Row
    from store.sight import Asked

# On a day. Before anybody said which team somebody is in, they count as in the first one.
_ON = (
    "(m.until_day IS NULL OR m.until_day > ?) AND (m.from_day <= ? OR NOT EXISTS "
    "(SELECT 1 FROM membership e WHERE e.person = m.person AND e.from_day < m.from_day))"
)
_MEMBERS = f"SELECT DISTINCT m.person FROM membership m WHERE {_ON} AND m.team IN (…)"
_TEAM_OF = f"SELECT m.team FROM membership m WHERE {_ON} AND m.person = ?"
# Each person counts once, however many references are theirs; a reference of nobody's is somebody.
_OWNERS_NOW = (
    "SELECT DISTINCT l.owner, k.person FROM (SELECT DISTINCT owner FROM listing WHERE open_tasks > 0 "
    "AND owner IS NOT NULL) AS l LEFT JOIN person_link k ON k.ref = l.owner"
)
_OWNERS_THEN = (
    "SELECT DISTINCT o.owner, k.person FROM listing_owner o LEFT JOIN person_link k ON k.ref = o.owner "
    "WHERE o.from_day <= ? AND (o.until_day IS NULL OR o.until_day > ?)"
)


def sees_listing(plain: Plain, standing: Standing, listing: str | None, today: date) -> bool:
    """Whether somebody sees this listing; None: any at all."""
    found = reach(standing, Action.SEE_BOARD)
    if found.whole:
        return True
    if listing is None:
        return found.listings is not None
    if found.listings is not None and listing in found.listings:
        return True
    owner = plain.value("SELECT owner FROM listing WHERE ref = ?", (listing,))
    return owner in _users_of(plain, found.teams, today)


def sight_of(plain: Plain, standing: Standing, asked: Asked, today: date) -> Sight:
    """How much of the board somebody sees, who sees any of it."""
    found = reach(standing, Action.SEE_BOARD)
    listings = None
    if not found.whole:
        # Who is a recruiting manager and stands in for another has what is assigned to them, and the team's.
        owners = _users_of(plain, found.teams, today)
        rows = [*plain.where_in("SELECT id FROM listing WHERE ref IN (…)", sorted(found.listings or ()))]
        rows += plain.where_in("SELECT id FROM listing WHERE owner IN (…)", sorted(owners))
        listings = frozenset(row[0] for row in rows)
    return Sight(listings, *_users(plain, standing, asked, today))


def _users(plain: Plain, standing: Standing, asked: Asked, today: date) -> tuple[frozenset[str], bool]:
    """The references of those whose figures somebody may see, and whether some are left out.

    The board's totals are everybody's: whoever sees all figures but a few people's could tell those by
    subtraction. Then only one's own are shown (module 3: no single contributor from an aggregate).
    """
    figures = reach(standing, Action.SEE_FIGURES)
    own = _links(plain, figures.people)
    if not figures.teams:
        return own, False
    day = min(asked.day or today, today)
    users = own | _users_of(plain, figures.teams, day)
    hidden = _people_among(_owners(plain, day, today), users)
    if not hidden and asked.ended:
        # Nobody else has anything open; what has ended may be of very few all the same.
        hidden = _people_among(plain.rows(_OWNERS_THEN, (day.toordinal(),) * 2), users)
    few = 0 < hidden < LEAST_PEOPLE
    return (own if few else users), few


def _owners(plain: Plain, day: date, today: date) -> list[Row]:
    """Whose listings had open tasks at the end of a day, with the person if they are linked to one."""
    if day >= today:
        return plain.rows(_OWNERS_NOW)
    tasks, parameters = past_tasks("t.listing_id", day)
    among = f"{_OWNERS_THEN} AND o.listing_id IN (SELECT listing_id FROM ({tasks}) AS tasks)"
    return plain.rows(among, (day.toordinal(), day.toordinal(), *parameters))


def _people_among(owners: Iterable[Row], seen: Collection[str]) -> int:
    """How many people, of those whose figures are not seen, the owners are."""
    return len({person or user for user, person in owners if user not in seen})


def _users_of(plain: Plain, teams: Collection[int], day: date) -> frozenset[str]:
    """The references of those who were in these teams on a day."""
    at = day.toordinal()
    return _links(plain, [row[0] for row in plain.where_in(_MEMBERS, sorted(teams), (at, at))])


def _links(plain: Plain, people: Collection[int]) -> frozenset[str]:
    rows = plain.where_in("SELECT ref FROM person_link WHERE person IN (…)", sorted(people))
    return frozenset(row[0] for row in rows)


def subject_of_user(plain: Plain, user: str, day: date) -> Subject:
    """Whose figures those of a user are: a person's with their team on a day, or nobody's who is known."""
    person = plain.value("SELECT person FROM person_link WHERE ref = ?", (user,))
    if person is None:
        return Subject()
    at = day.toordinal()
    return Subject(person=person, team=plain.value(_TEAM_OF, (at, at, person)))
