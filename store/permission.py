"""The policy asked where no question and no unit of work does it: copies and checks of a whole store."""

from __future__ import annotations

import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from kpi.policy import Action, Subject, reach
from store.access import MINUTE, has_guard
from store.errors import StoreError
from store.gate import Gate
from store.moment import one_moment
from store.organisation import load_organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.access import Visitor
    from store.location import Location
    from store.reading import Reader
    from store.who import Who


def _now() -> int:
    return time.time_ns() // 1000


def people_sign_in(location: Location) -> bool:
    """Whether the store is guarded; one of a schema that knew no people yet is open."""
    with one_moment(location, any_schema=True) as plain:
        return has_guard(plain)


def permit(location: Location, by: Who, action: Action, clock: Callable[[], int] = _now) -> str:
    """Have the policy asked whether `by` may; the name by which the log knows them.

    SignInNeededError, LockedError, NotAllowedError and StepUpError as of any question. An open store lets
    everybody, and the program itself is not asked.
    """
    if by.origin == "system":
        return by.actor
    with one_moment(location, any_schema=True) as plain:
        if not has_guard(plain):
            return by.actor
        organisation = load_organisation(plain)
        gate = Gate(plain, location, clock, by)
        gate.check(organisation, action)
        visitor = gate.visitor(organisation)
    return by.actor if visitor is None else visitor.name


def permit_export(reader: Reader) -> None:
    """Have the policy asked whether the tasks that are seen may be exported; errors as of `permit`.

    A list is cut down to one's own listings anyway: who may export those only exports what they see.
    """
    visitor = reader.visitor()
    found = None if visitor is None else reach(visitor.standing, Action.EXPORT_TASKS)
    if found is None or found.whole:
        reader.may(Action.EXPORT_TASKS)
    elif found.listings or found.teams:
        some = Subject(team=min(found.teams)) if found.teams else Subject(listing=min(found.listings or ()))
        reader.may(Action.EXPORT_TASKS, some)
    elif found.listings is None:
        reader.may(Action.EXPORT_TASKS)


def note_presence(location: Location, who: Who, visitor: Visitor) -> None:
    """Note, at most once a minute, that whoever gave a command is there; a failure is of no consequence."""
    if visitor.is_token or _now() - visitor.seen_at < MINUTE:
        return
    from store.signing_in import touch  # deferred: most commands write nothing
    from store.work import Store

    with suppress(StoreError), closing(Store(location, who=who)) as store:
        touch(store)
