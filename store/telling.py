"""The log is told what was read or refused outside a unit of work: a question changes nothing itself."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from store.work import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi.audit_entry import Origin, Outcome
    from kpi.policy import Action
    from store.location import Location


def tell(  # noqa: PLR0913 - all that an entry says
    location: Location,
    clock: Callable[[], int],
    *,
    actor: str,
    origin: Origin,
    action: Action,
    target: str,
    said: str,
    outcome: Outcome,
) -> None:
    """Write one entry, as the program itself: who asked is the entry's actor."""
    with (
        closing(Store(location, clock)) as store,
        store.work(action.value, actor=actor, about=target, origin=origin) as work,
    ):
        work.note(target, reason=said, outcome=outcome)
