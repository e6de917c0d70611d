"""Events as they are shown: what is new in each, not what an export repeats beside every one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kpi.board import EventView
from kpi.events import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from store.plain import Row

# What describes the listing rather than the event; exports write it beside every one.
REPEATED = frozenset(
    {"owner", "title", "department", "role_type", "urgency", "criticality", "internal", "closing_date"}
)


def event_views(rows: Iterable[Row], zone: ZoneInfo) -> tuple[EventView, ...]:
    """Events as they are shown: of what a row of an export repeats with every event, only what is new."""
    said: dict[str, str] = {}
    views = []
    for at, kind, application, actor, owner, detail, replaced in rows:
        found: dict[str, str] = {} if owner is None else {"owner": owner}
        if detail is not None:
            found.update(json.loads(detail))
        news = tuple((name, value) for name, value in found.items() if said.get(name) != value)
        if replaced:
            news = (*news, ("corrected", "a later version of this event counts"))
        said.update((name, value) for name, value in found.items() if name in REPEATED)
        views.append(EventView(moment_of(at).astimezone(zone), kind, application, actor, news))
    return tuple(views)
