"""Meaningful engagement: calls and e-mails that were more than outreach.

Module 1 of the curriculum: “establishing thresholds for meaningful candidate engagement, such as minimum
interaction duration or follow-up cadence, to avoid inflating productivity scores with low-effort outreach”.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kpi.acts import MINUTES, REPLY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kpi.acts import Act
    from kpi.thresholds import Engagement

_YES = frozenset({"1", "true", "yes", "y"})
_MINUTES = re.compile(r"([0-9]{1,6})(?:[.,][0-9]*)? ?(?:m|min|mins|minutes?)?\.?", re.IGNORECASE)


def meaningful(touches: Iterable[Act], rules: Engagement, first: date) -> tuple[int, ...]:
    """The events, by seq, that are meaningful, out of one person's calls and e-mails.

    One about an application is if it was long enough, had a reply, or followed this person's one before about
    it by so many calendar days; at most one a day for each application, the first. `touches` begin early
    enough before the week's day `first` for that (kpi.figures.acts_from), in any order.
    """
    before: dict[tuple[int, str], date] = {}
    taken: set[tuple[int, str, date]] = set()
    found = []
    for act in sorted(touches, key=lambda act: (act.at, act.seq)):
        if act.application is None:
            continue
        about = (act.listing, act.application)
        previous, before[about] = before.get(about), act.day
        if act.day < first or (*about, act.day) in taken:
            continue
        if _was_more(act, rules) or (previous is not None and _follows(previous, act.day, rules)):
            taken.add((*about, act.day))
            found.append(act.seq)
    return tuple(sorted(found))


def _was_more(act: Act, rules: Engagement) -> bool:
    detail = act.detail or {}
    if rules.reply and detail.get(REPLY, "").strip().casefold() in _YES:
        return True
    return minutes_of(detail.get(MINUTES, "")) >= rules.least_minutes


def _follows(previous: date, day: date, rules: Engagement) -> bool:
    return rules.follow_up_from_days <= (day - previous).days <= rules.follow_up_until_days


def minutes_of(text: str) -> int:
    """Whole minutes of a length such as `12`, `12.5` or `12 min`; 0 for what is none."""
    found = _MINUTES.fullmatch(text.strip())
    return int(found[1]) if found else 0
