"""A task's clock in words, day by day: what counted, what did not, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kpi.board import ExplainedDay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kpi.calendar import WorkingCalendar
    from kpi.catalogue import Kpi
    from kpi.deadlines import Freeze
    from kpi.targets import Target

DAY_ZERO = "day 0: the clock starts"


def explain_days(
    calendar: WorkingCalendar, day_zero: date, until: date, freezes: Sequence[Freeze]
) -> tuple[ExplainedDay, ...]:
    """Every day from `day_zero` to `until`; those with `counted` are the elapsed working days."""
    days = [ExplainedDay(day_zero, counted=False, why=DAY_ZERO)]
    day = day_zero
    while day < until:
        day += timedelta(days=1)
        working = calendar.is_working(day)
        frozen = next((f for f in freezes if f.begin < day and (f.lifted is None or day <= f.lifted)), None)
        if working and frozen is not None:
            days.append(ExplainedDay(day, counted=False, why=_frozen_words(frozen)))
        else:
            days.append(ExplainedDay(day, counted=working, why=calendar.why(day)))
    return tuple(days)


def _frozen_words(freeze: Freeze) -> str:
    lifted = "not lifted yet" if freeze.lifted is None else f"lifted {freeze.lifted}"
    return f"frozen: listing frozen {freeze.begin}, {lifted}"


def event_words(name: str) -> str:
    """An event's name as words: `approval_granted` is “approval granted”, `*` “the next event”."""
    return "the next event" if name == "*" else name.replace("_", " ")


def kpi_words(kpi: Kpi) -> str:
    """What starts and ends a KPI's clock, in one sentence."""
    starts = " or ".join(map(event_words, kpi.starts))
    if kpi.final:
        return f"“{kpi.title}” is final: nothing is waited for after it."
    opens = f", on the board from {' or '.join(map(event_words, kpi.opens))}" if kpi.opens else ""
    ends = " or ".join(map(event_words, kpi.ends))
    by_itself = " (by itself, unless reported earlier)" if kpi.timer else ""
    return f"From {starts}{opens}, to {ends}{by_itself}."


def target_words(kpi: Kpi, target: Target, number: int, *, dated: bool) -> str:
    """Which numbers apply to a task, in one sentence; `dated` if a date of the listing stands for them."""
    if dated and kpi.deadline:
        return f"Due and done by the listing's {kpi.deadline.replace('_', ' ')}."
    return f"Target set {number}: due after {_days(target.due_days)}, done by {_days(target.done_by_days)}."


def _days(count: int) -> str:
    return f"{count} working day{'' if count == 1 else 's'}"
