"""What an event counts as, what it weighs, and a person's activity, outcomes and tasks of one week.

The same rule counts the week and the weeks before it. Sources, all of module 1 of the curriculum: “deciding
whether to track recruiter activity volume … alongside outcome-based metrics”; “normalize productivity data by
role type”; “implementing exclusion rules for roles frozen or canceled mid-process”.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from kpi.course import FINISHED
from kpi.rounding import half_up
from kpi.summary import ACTIVITY, OUTCOMES, TASKS, Figure
from kpi.thresholds import ANY_OTHER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date

    from kpi.acts import Act, ListingFacts, TaskFacts
    from kpi.thresholds import Benchmarks
    from kpi.weeks import Week

FROZEN, CANCELLED = "frozen", "cancelled"
_IN_TIME, _LATE, _OPEN, _OVERDUE = TASKS


class Counting:
    """One version of the benchmarks, made ready to count with.

    `number` is the version's; `known` are the events of the catalogue and those of the clock, which are a
    stage move where they are nothing else (`Catalogue.events`).
    """

    def __init__(self, benchmarks: Benchmarks, number: int, known: Collection[str]) -> None:
        """Look up once what each event name is."""
        self.benchmarks, self.number = benchmarks, number
        self._activity: dict[str, int] = {}
        for place, figure in enumerate(ACTIVITY):
            if ANY_OTHER in benchmarks.activity[figure]:
                self._activity |= dict.fromkeys(known, place)
        # Named ones go over “every other”, whichever stands first.
        for place, figure in enumerate(ACTIVITY):
            self._activity |= dict.fromkeys(benchmarks.activity[figure], place)
        self._outcomes = {
            kind: place for place, figure in enumerate(OUTCOMES) for kind in benchmarks.outcomes[figure]
        }
        self._technical = frozenset(benchmarks.weights.technical_roles)

    def activity(self, kind: str) -> int | None:
        """The place in ACTIVITY of the one figure that an event of this name counts in; None if in none."""
        return self._activity.get(kind)

    def outcome(self, kind: str) -> int | None:
        """The place in OUTCOMES, likewise."""
        return self._outcomes.get(kind)

    def is_technical(self, role_type: str | None) -> bool:
        """Whether a role type is one of the technical ones."""
        return role_type is not None and role_type.casefold() in self._technical

    def weight(self, role_type: str | None, internal: bool) -> int:  # noqa: FBT001 - a listing's own fact
        """What one event on a listing of this kind counts, in hundredths.

        Module 1: “whether to normalize productivity data by role type”; module 4: “calibrating expectations
        for internal mobility roles differently from external hires”.
        """
        weights = self.benchmarks.weights
        percent = weights.technical if self.is_technical(role_type) else weights.other
        return half_up(Fraction(percent * weights.internal, 100)) if internal else percent


def why_left_out(listing: ListingFacts, day: date) -> str | None:
    """FROZEN or CANCELLED if the listing counts nowhere in the week that ends on `day`, else None.

    Module 1: “exclusion rules for roles frozen or canceled mid-process to prevent distortion”. What is both
    is cancelled. What happens to it after the week changes nothing.
    """
    if listing.cancelled_by(day):
        return CANCELLED
    return FROZEN if listing.frozen_on(day) else None


def acts_from(week: Week, benchmarks: Benchmarks) -> date:
    """From which day on the acts are needed: a follow-up looks back from the week's first day."""
    return week.first - timedelta(days=benchmarks.engagement.follow_up_until_days)


def owners_while_open(listing: ListingFacts, days: Sequence[date]) -> Iterator[tuple[int, int]]:
    """The places of those `days`, which go up, at whose end the listing is an open role, and whose it is.

    Open: its cycle has begun, it is not filled, ended, cancelled or frozen, and somebody owns it.
    """
    start, over = listing.started_on, _over_on(listing)
    if start is None or not days or start > days[-1] or (over is not None and over <= days[0]):
        return
    for place, day in enumerate(days):
        if start <= day and (over is None or day < over) and not listing.frozen_on(day):
            owner = listing.owner_on(day)
            if owner is not None:
                yield place, owner


def _over_on(listing: ListingFacts) -> date | None:
    ends = (listing.filled_on, listing.ended_on, listing.cancelled_on)
    return min((day for day in ends if day is not None), default=None)


class Counted(NamedTuple):
    """An event, the place of its figure in ACTIVITY or OUTCOMES, what it weighs and why it is left out."""

    place: int
    act: Act
    weight: int
    left_out: str | None


def figures_of(group: str, names: Sequence[str], counted: Iterable[Counted]) -> tuple[Figure, ...]:
    """The figures of activity or outcomes: how many events each, what they weigh, and which they are."""
    events: list[list[int]] = [[] for _ in names]
    weighted = [0] * len(names)
    for place, act, weight, left_out in counted:
        if left_out is None:
            events[place].append(act.seq)
            weighted[place] += weight
    return tuple(
        Figure(name, group, len(events[place]), weighted[place], tuple(sorted(events[place])))
        for place, name in enumerate(names)
    )


def task_figure(task: TaskFacts, week: Week) -> str | None:
    """The one figure of TASKS that a task counts in; None if in none.

    Finished within the week, in time or late; else open at the end of its last day, overdue or not. A paused
    task is not overdue, a cancelled one counts nowhere (design, section 3, rules 5 to 7).
    """
    if task.ended_on is not None and task.ended_on <= week.last:
        if task.outcome != FINISHED or task.ended_on < week.first:
            return None
        return _IN_TIME if task.ended_on <= task.done_by else _LATE
    if task.opened_on > week.last:
        return None
    return _OVERDUE if week.last > task.done_by and not task.paused else _OPEN


class CountedTask(NamedTuple):
    """A task, its figure of TASKS, and why it is left out."""

    figure: str
    task: TaskFacts
    left_out: str | None


def task_figures(counted: Iterable[CountedTask]) -> tuple[Figure, ...]:
    """The figures of tasks: how many each, and which they are."""
    tasks: dict[str, list[int]] = {name: [] for name in TASKS}
    for figure, task, left_out in counted:
        if left_out is None:
            tasks[figure].append(task.id)
    return tuple(Figure(name, "tasks", len(ids), tasks=tuple(sorted(ids))) for name, ids in tasks.items())
