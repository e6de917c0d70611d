"""The people of the demo, none of whom exists, and being any of them without a password.

That is certain to work on the demo's store alone: a `Troupe` is made only by `make_people`, of a store in a
file that the caller has just made for it, in which nobody has been added yet, whose organisation is the
invented one; and it lets in nobody but those it has added itself, to the store of that very id.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from kpi.audit_entry import Change
from kpi.policy import Action, Role
from kpi.policy_words import ROLE_WORDS
from store.access import LONGEST
from store.audit import store_id_of
from store.demo import ORGANISATION
from store.demo_staff import CROWDS, NEWCOMERS
from store.errors import StoreError
from store.grants import approve_grant, request_grant
from store.people import add_person
from store.people_links import assign_listing, link_person
from store.people_rows import today_of
from store.signing_in import begin_session
from store.teams import add_team, delegate
from store.who import Who
from store.work import Store, system_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from store.location import Location
    from store.people_rows import Person

SUPER_USERS = ("Will Power", "Justin Case")
# Who of the teams it is worth being, and what they are there beside their role.
SHOWN = {
    "Miles Ahead": "Clinical", "Paige Turner": "three teams", "Al Pine": "Clinical",
    "Neil Down": "Clinical, new", "Grace Period": "Corporate", "Gail Force": "Corporate, stands in",
}  # fmt: skip
STANDS_IN = "Gail Force"
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
    """The demo's people. `people` are those whom it is worth being, a super user first; `others` the rest."""

    def __init__(
        self,
        location: Location,
        store_id: str,
        people: tuple[Persona, ...],
        others: tuple[Persona, ...] = (),
        clock: Callable[[], int] = system_now,
    ) -> None:
        """Made by `make_people` only."""
        self.store_id = store_id
        self.clock = clock
        self.people = people
        self.others = others
        self.location = location

    def numbered(self, name: str) -> int:
        """The number of one of them by their name; KeyError if there is nobody called so."""
        return {one.name: one.person for one in (*self.people, *self.others)}[name]

    def session_of(self, person: int) -> str:
        """The token of a new session of one of them; StoreError in any store but the demo's own."""
        everybody = (*self.people, *self.others)
        name = next((one.name for one in everybody if one.person == person), None)
        with (
            closing(Store(self.location, self.clock)) as store,
            store.work("session.sign_in", actor=name) as work,
        ):
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
        return _hurried(Store(self.location, self.clock, Who(origin="command line", token=lambda _: token)))


def _hurried(store: Store) -> Store:
    """The same store, that waits for no disk: what is thrown away need not outlive a power cut."""

    @event.listens_for(store.engine, "connect")
    def _hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    return store


def make_people(location: Location, clock: Callable[[], int] = system_now) -> Troupe:
    """Give the demo's new store its people; from then on they sign in, or are what the `Troupe` makes one.

    StoreError for a store that is no file, has people, or is of another organisation.
    """
    with closing(_hurried(Store(location, clock))) as store:
        store_id, today = _check_new(store)
        first, second = (add_person(store, name, Role.SUPER_USER) for name in SUPER_USERS)
        people = [Persona(one.number, one.name, _said(one.role)) for one in (first, second)]
        shown, others = _add_teams(store, today)
        people += shown
        _date_back(store, today)
        administrator = add_person(store, ADMINISTRATOR, Role.ADMINISTRATOR)
        people.append(Persona(administrator.number, administrator.name, _said(administrator.role)))
        people.append(_add_recruiting_manager(store))
        auditor = add_person(store, AUDITOR, Role.AUDITOR)
        people.append(Persona(auditor.number, auditor.name, f"{_said(auditor.role)}, let in for a month"))
    troupe = Troupe(location, store_id, tuple(people), tuple(others), clock)
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


def _add_teams(store: Store, today: date) -> tuple[list[Persona], list[Persona]]:
    """The teams with who leads them, and the ATS's users as their recruiters: those to be, and the others."""
    found: dict[str, Person] = {}
    leaders = (((crowd.manager, Role.TEAM_MANAGER), (crowd.partner, Role.HR_PARTNER)) for crowd in CROWDS)
    for name, role in dict(chain.from_iterable(leaders)).items():
        found[name] = add_person(store, name, role)
    for crowd in CROWDS:
        manager, partner = found[crowd.manager], found[crowd.partner]
        team = add_team(store, crowd.name, manager=manager.number, hr_partner=partner.number)
        for name in crowd.members:
            member = found[name] = add_person(store, name, Role.RECRUITER, team.number)
            link_person(store, member.number, name)
            if name == STANDS_IN:
                delegate(store, team.number, member.number, today, today + timedelta(days=6))
    people = {name: Persona(one.number, name, _said(one.role)) for name, one in found.items()}
    shown = [replace(people[name], said=f"{people[name].said}, {rest}") for name, rest in SHOWN.items()]
    return shown, [one for name, one in people.items() if name not in SHOWN]


def _date_back(store: Store, today: date) -> None:
    """Have everybody in their team since before the year, and newcomers since they joined.

    Else no week and no month that is over would have anybody in a team.
    """
    with store.work("people.change") as work:
        work.plain.run(
            "UPDATE membership SET from_day = ?", (today.replace(year=today.year - 1, day=1).toordinal(),)
        )
        for name, days in NEWCOMERS.items():
            work.plain.run(
                "UPDATE membership SET from_day = ? "
                "WHERE person = (SELECT p.number FROM person p WHERE p.name = ?)",
                (today.toordinal() - days, name),
            )


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
