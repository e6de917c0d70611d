"""The people of the demo, none of whom exists, and being any of them without a password.

That is certain to work on the demo's store alone: a `Troupe` is made only by `make_people`, of a store in a
file that the caller has just made for it, in which nobody has been added yet, whose organisation is the
invented one; and it lets in nobody but those it has added itself, to the store of that very id.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from kpi.audit_entry import Change
from kpi.policy import Action, Role
from kpi.policy_words import ROLE_WORDS
from store.access import LONGEST
from store.audit import store_id_of
from store.demo import ORGANISATION, USERS
from store.errors import StoreError
from store.grants import approve_grant, request_grant
from store.people import add_person
from store.people_links import assign_listing, link_person
from store.people_rows import today_of
from store.signing_in import begin_session
from store.teams import add_team
from store.who import Who
from store.work import Store

if TYPE_CHECKING:
    from datetime import date

    from store.location import Location

SUPER_USERS = ("Will Power", "Justin Case")
# A team, its manager, its HR partner, and how many of the ATS's users are in it, in their order.
TEAMS = (
    ("Clinical", "Miles Ahead", "Paige Turner", 6),
    ("Corporate", "Grace Period", None, 4),
)
ADMINISTRATOR, RECRUITING_MANAGER, AUDITOR = "Phil Informs", "Hope Fuller", "Claire Voyant"
LISTINGS = 5
GRANTED = (Action.SEE_AUDIT, Action.REVIEW_AUDIT, Action.SEE_BOARD, Action.SEE_POLICY)
GRANT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to be: their number and name, and what they are, in words."""

    person: int
    name: str
    said: str


class Troupe:
    """The demo's people. `people` are those whom it is worth being, a super user first."""

    def __init__(self, location: Location, store_id: str, people: tuple[Persona, ...]) -> None:
        """Made by `make_people` only."""
        self.store_id = store_id
        self.people = people
        self.location = location

    def session_of(self, person: int) -> str:
        """The token of a new session of one of them; StoreError in any store but the demo's own."""
        name = next((one.name for one in self.people if one.person == person), None)
        with closing(Store(self.location)) as store, store.work("session.sign_in", actor=name) as work:
            here = (str(store_id_of(work.plain)), work.plain.value("SELECT name FROM organisation"))
            if name is None or here != (self.store_id, ORGANISATION):
                raise StoreError(
                    "nobody is let in without a password but the people of the demo, in its store"
                )
            token, number = begin_session(work, person, work.now + LONGEST, work.now)
            work.note(f"person:{person}", [Change("session", None, number)])
        return token

    def as_person(self, person: int) -> Store:
        """The store, to be worked with as one of them; to be closed afterwards."""
        token = self.session_of(person)
        return Store(self.location, who=Who(origin="command line", token=lambda _: token))


def make_people(location: Location) -> Troupe:
    """Give the demo's new store its people; from then on they sign in, or are what the `Troupe` makes one.

    StoreError for a store that is no file, has people, or is of another organisation.
    """
    with closing(Store(location)) as store:
        store_id, today = _check_new(store)
        first, second = (add_person(store, name, Role.SUPER_USER) for name in SUPER_USERS)
        people = [Persona(one.number, one.name, _said(one.role)) for one in (first, second)]
        people += _add_teams(store)
        with store.work("people.change") as work:  # else no month that is over would have anybody in a team
            work.plain.run(
                "UPDATE membership SET from_day = ?", (today.replace(year=today.year - 1, day=1).toordinal(),)
            )
        administrator = add_person(store, ADMINISTRATOR, Role.ADMINISTRATOR)
        people.append(Persona(administrator.number, administrator.name, _said(administrator.role)))
        people.append(_add_recruiting_manager(store))
        auditor = add_person(store, AUDITOR, Role.AUDITOR)
        people.append(Persona(auditor.number, auditor.name, f"{_said(auditor.role)}, let in for a month"))
    troupe = Troupe(location, store_id, tuple(people))
    _let_in(troupe, auditor.number, today)
    return troupe


def _said(role: Role) -> str:
    return ROLE_WORDS[role]


def _check_new(store: Store) -> tuple[str, date]:
    """The store's id and day; StoreError if it is not the demo's, or not new."""
    with store.work("people.add") as work:
        work.changed = False
        name = work.plain.value("SELECT name FROM organisation")
        has_people = work.plain.value("SELECT 1 FROM person LIMIT 1") is not None
        if store.location.path is None or name != ORGANISATION or has_people:
            raise StoreError("the people of the demo are for its own new store; nobody was added")
        return str(store_id_of(work.plain)), today_of(work)


def _add_teams(store: Store) -> list[Persona]:
    """The teams with who leads them, and the ATS's users as their recruiters."""
    found: list[Persona] = []
    users = iter(USERS)
    for title, manager_name, partner_name, size in TEAMS:
        manager = add_person(store, manager_name, Role.TEAM_MANAGER)
        found.append(Persona(manager.number, manager.name, f"{_said(manager.role)}, {title}"))
        partner = None
        if partner_name is not None:
            partner = add_person(store, partner_name, Role.HR_PARTNER)
            found.append(Persona(partner.number, partner.name, f"{_said(partner.role)}, {title}"))
        team = add_team(
            store, title, manager=manager.number, hr_partner=None if partner is None else partner.number
        )
        members = [add_person(store, next(users), Role.RECRUITER, team.number) for _ in range(size)]
        for member in members:
            link_person(store, member.number, member.name)
        found.append(Persona(members[0].number, members[0].name, f"{_said(Role.RECRUITER)}, {title}"))
    return found


def _add_recruiting_manager(store: Store) -> Persona:
    """Whoever sees the listings that are assigned to them, and no others."""
    manager = add_person(store, RECRUITING_MANAGER, Role.RECRUITING_MANAGER)
    with store.work("people.assign") as work:
        work.changed = False
        rows = work.plain.rows(
            "SELECT ref FROM listing WHERE open_tasks > 0 ORDER BY ref LIMIT ?", (LISTINGS,)
        )
    for (ref,) in rows:
        assign_listing(store, manager.number, ref)
    return Persona(manager.number, manager.name, f"{_said(manager.role)}, {len(rows)} listings")


def _let_in(troupe: Troupe, auditor: int, today: date) -> None:
    """Access for the auditor, asked for by one super user and approved by the other."""
    asks, approves = (troupe.as_person(one.person) for one in troupe.people[:2])
    until = today + timedelta(days=GRANT_DAYS)
    with closing(asks):
        grant = request_grant(asks, auditor, "The yearly review of the audit log", GRANTED, today, until)
    with closing(approves):
        approve_grant(approves, grant.number)
