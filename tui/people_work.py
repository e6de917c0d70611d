"""What is done to people from the app, on a worker's thread: done, or declined in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.errors import StagewatchError
from store.access import SignInNeededError, StepUpError
from store.errors import StoreError
from store.people_rows import Person, Team

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi.policy import Role
    from store.enrolling import EnrolmentCode
    from store.people_questions import PersonView, TeamView
    from store.work import Store


class Declined(NamedTuple):
    """The store did not do it, and why, in words; after a conflict, how the person or the team is `now`."""

    words: str
    now: Person | Team | None = None


class Added(NamedTuple):
    """A person who was added, and their enrolment code; else why there is none."""

    person: Person
    code: EnrolmentCode | None
    why_none: str = ""


def attempt(act: Callable[[], Any]) -> Any:
    """What `act` gives, or Declined; where somebody has to prove who they are, the app sees to it."""
    try:
        return act()
    except (SignInNeededError, StepUpError):
        raise
    except StagewatchError as error:
        return Declined(_line(error), getattr(error, "now", None))


def add(store: Store, name: str, role: Role, team: int | None) -> Added:
    """Add a person, and give them an enrolment code."""
    from store.enrolling import give_enrolment_code  # deferred: writing needs what reading does not
    from store.people import add_person

    person = add_person(store, name, role, team)
    try:
        return Added(person, give_enrolment_code(store, person.number))
    except StoreError as error:
        return Added(person, None, _line(error))


def person_of(view: PersonView) -> Person:
    """A person as the form had them, for the store to compare."""
    team = None if view.team is None else view.team.number
    return Person(
        view.number, view.name, view.role, team, view.active, view.database_role, view.links, view.listings
    )


def team_of(view: TeamView) -> Team:
    """A team as the form had it, for the store to compare."""
    manager = None if view.manager is None else view.manager.number
    partner = None if view.hr_partner is None else view.hr_partner.number
    return Team(view.number, view.name, manager, partner)


def _line(error: StagewatchError) -> str:
    return str(error).partition("\n")[0]
