"""The summaries of one week: what all people share is prepared once, then each is asked for.

    counting = Counting(benchmarks, number, catalogue.events)          # kpi/figures.py
    weekly = Weekly(week, facts, counting, calendars.on(week.last))
    weekly.summary(person, self_report, left_out)                      # for each of facts.people

The store's scan of earlier weeks counts with the same `counting`:

    place = counting.activity(kind)          # in ACTIVITY, or None
    weight = counting.weight(role_type, internal)                      # once per listing, hundredths
    left = why_left_out(listing, week.last)  # None, "frozen" or "cancelled": then it counts nowhere
    for place, owner in owners_while_open(listing, last_days): …       # open roles at each week's end
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kpi.cycle import Lived, cycle_groups, lived, priorities
from kpi.engagement import meaningful
from kpi.expected import Expectations, Now
from kpi.figures import (
    CANCELLED,
    FROZEN,
    Counted,
    CountedTask,
    figures_of,
    owners_while_open,
    task_figure,
    task_figures,
    why_left_out,
)
from kpi.flags import flags_of_acts, flags_of_reports, outlier_flags
from kpi.outliers import Spread, spread_of, team_values
from kpi.summary import ACTIVITY, ENGAGEMENT, FLAG_CODES, OUTCOMES, Excluded, Figure, Flag, Summary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kpi.acts import Act, Person, TaskFacts, WeekFacts
    from kpi.calendar import WorkingCalendar
    from kpi.figures import Counting
    from kpi.weeks import Week

_UNCHANGED = 100
_NO_WEEKS: tuple[tuple[int, ...], ...] = ((),) * len(ACTIVITY)
_NO_SPREADS: tuple[Spread | None, ...] = (None,) * len(ACTIVITY)
_CODES = tuple(FLAG_CODES)


class Weekly:
    """One week of an organisation, ready to be summed up person by person."""

    def __init__(self, week: Week, facts: WeekFacts, counting: Counting, calendar: WorkingCalendar) -> None:
        """`calendar` is the one that counts at the end of the week's last day."""
        self.week, self.facts, self.counting, self.calendar = week, facts, counting, calendar
        self._people = {person.id: person for person in facts.people}
        self._why = {key: why_left_out(listing, week.last) for key, listing in facts.listings.items()}
        self._weights = {
            key: counting.weight(listing.role_type, listing.internal)
            for key, listing in facts.listings.items()
        }
        self._acts: dict[int, list[Act]] = defaultdict(list)  # of the week, by who did it
        self._earlier: dict[int, list[Act]] = defaultdict(list)  # of the days before it
        self._outcomes: dict[int, list[Counted]] = defaultdict(list)  # by whose the listing was
        self._share_out(facts.acts)
        self._tasks: dict[int, list[TaskFacts]] = defaultdict(list)
        for task in facts.tasks:
            if task.person is not None:
                self._tasks[task.person].append(task)
        self._cycles: dict[int, list[Lived]] = defaultdict(list)
        for listing in facts.listings.values():
            one = lived(listing, week, counting, calendar)
            if one is not None:
                self._cycles[one.person].append(one)
        self._expectations = Expectations(week, counting.benchmarks, facts.history, self._now(), calendar)
        self._members: dict[int, list[int]] = defaultdict(list)
        for person in facts.people:
            if person.team is not None:
                self._members[person.team].append(person.id)
        self._spreads: dict[int, tuple[Spread | None, ...]] = {}

    def _share_out(self, acts: Iterable[Act]) -> None:
        """Activity is whose act it was, an outcome whose listing it was on its day, whoever reported it."""
        first, last, listings = self.week.first, self.week.last, self.facts.listings
        for act in acts:
            if act.day > last:
                continue
            if act.day < first:
                if act.person is not None:
                    self._earlier[act.person].append(act)
                continue
            if act.person is not None:
                self._acts[act.person].append(act)
            place = self.counting.outcome(act.kind)
            if place is not None:
                owner = listings[act.listing].owner_on(act.day)
                if owner is not None:
                    self._outcomes[owner].append(self._counted(place, act))

    def _counted(self, place: int, act: Act) -> Counted:
        return Counted(place, act, self._weights[act.listing], self._why[act.listing])

    def _now(self) -> Mapping[int | None, Now]:
        """The people and open roles of each team at the week's end, and under None of the organisation."""
        people: Counter[int | None] = Counter(person.team for person in self.facts.people)
        roles: Counter[int | None] = Counter()
        for listing in self.facts.listings.values():
            for _, owner in owners_while_open(listing, (self.week.last,)):
                if owner in self._people:
                    roles[self._people[owner].team] += 1
        now: dict[int | None, Now] = {team: Now(count, roles[team]) for team, count in people.items()}
        now[None] = Now(people.total(), roles.total())
        return now

    def summary(
        self,
        person: int,
        self_report: Mapping[str, int] | None = None,
        left_out: Collection[int] = frozenset(),
    ) -> Summary:
        """The summary of somebody in `facts.people`; KeyError for anybody else.

        `left_out` are events, by seq, that a decided contest takes out of this person's weeks.
        """
        who = self._people[person]
        acts = [act for act in self._acts.get(person, ()) if act.seq not in left_out]
        activity = self._activity(acts)
        outcomes = [one for one in self._outcomes.get(person, ()) if one.act.seq not in left_out]
        tasks = self._tasks_of(person)
        cycles = self._cycles.get(person, ())
        figures = figures_of("activity", ACTIVITY, activity)
        return Summary(
            person=person,
            week=self.week,
            team=who.team,
            benchmarks=self.counting.number,
            figures=(
                *figures,
                *figures_of("outcomes", OUTCOMES, outcomes),
                self._engagement(person, acts, left_out),
                *task_figures(tasks),
            ),
            targets=self._expectations.targets(who),
            cycle=cycle_groups(cycles),
            excluded=self._excluded((*activity, *outcomes), tasks, cycles, self._contested(person, left_out)),
            flags=self._flags(who, acts, activity, figures, self_report),
            self_report=None if self_report is None else dict(self_report),
            priorities=priorities(cycles, self.counting.benchmarks.cycle),
        )

    def _activity(self, acts: Iterable[Act]) -> list[Counted]:
        place_of = self.counting.activity
        return [self._counted(place, act) for act in acts if (place := place_of(act.kind)) is not None]

    def _tasks_of(self, person: int) -> list[CountedTask]:
        found = ((task_figure(task, self.week), task) for task in self._tasks.get(person, ()))
        return [CountedTask(name, task, self._why[task.listing]) for name, task in found if name is not None]

    def _contested(self, person: int, left_out: Collection[int]) -> int:
        """How many events of the person's week are left out by a decision."""
        acts = {act.seq for act in self._acts.get(person, ())}
        owned = {one.act.seq for one in self._outcomes.get(person, ())}
        return len((acts | owned).intersection(left_out))

    def _engagement(self, person: int, acts: Sequence[Act], left_out: Collection[int]) -> Figure:
        rules = self.counting.benchmarks.engagement
        kinds = {ACTIVITY.index(kind) for kind in rules.kinds}
        touches = (
            act
            for act in (*self._earlier.get(person, ()), *acts)
            if self.counting.activity(act.kind) in kinds
            and self._why[act.listing] is None
            and act.seq not in left_out
        )
        events = meaningful(touches, rules, self.week.first)
        return Figure(*ENGAGEMENT, "engagement", len(events), events=events)

    def _excluded(
        self,
        counted: Iterable[Counted],
        tasks: Iterable[CountedTask],
        cycles: Iterable[Lived],
        contested: int,
    ) -> Excluded:
        """What is left out with frozen and cancelled listings: each listing, event and task once."""
        listings: dict[str | None, set[int]] = defaultdict(set)
        events: dict[str | None, set[int]] = defaultdict(set)
        left_tasks: Counter[str | None] = Counter()
        for one in counted:
            listings[one.left_out].add(one.act.listing)
            events[one.left_out].add(one.act.seq)
        for task in tasks:
            listings[task.left_out].add(task.task.listing)
            left_tasks[task.left_out] += 1
        for cycle in cycles:
            listings[cycle.left_out].add(cycle.listing.id)
        return Excluded(
            frozen_listings=len(listings[FROZEN]),
            frozen_events=len(events[FROZEN]),
            frozen_tasks=left_tasks[FROZEN],
            cancelled_listings=len(listings[CANCELLED]),
            cancelled_events=len(events[CANCELLED]),
            cancelled_tasks=left_tasks[CANCELLED],
            contested_events=contested,
            sandbox_rows=self.facts.sandbox_rows,
        )

    def _flags(
        self,
        who: Person,
        acts: Sequence[Act],
        activity: Sequence[Counted],
        figures: Sequence[Figure],
        self_report: Mapping[str, int] | None,
    ) -> tuple[Flag, ...]:
        benchmarks = self.counting.benchmarks
        # Somebody new is not put beside those who are not.
        new = self._expectations.ramp_up(who.joined_on).percent < _UNCHANGED
        found = [
            *flags_of_acts(acts, activity, self.facts.listings, benchmarks, self.calendar),
            *flags_of_reports(activity, self_report or {}),
            *outlier_flags(
                figures,
                self.facts.history.people.get(who.id, _NO_WEEKS),
                _NO_SPREADS if new or who.team is None else self._team_spreads(who.team),
                benchmarks.outliers,
            ),
        ]
        return tuple(sorted(found, key=_flag_order))

    def _team_spreads(self, team: int) -> tuple[Spread | None, ...]:
        """The earlier weeks of the people who are in the team now, by the order of ACTIVITY."""
        found = self._spreads.get(team)
        if found is None:
            benchmarks, people = self.counting.benchmarks, self.facts.history.people
            weeks = [people[member] for member in self._members[team] if member in people]
            least = benchmarks.baseline.least_people
            values = (
                team_values([counts[place] for counts in weeks], benchmarks.outliers, least)
                for place in range(len(ACTIVITY))
            )
            found = self._spreads[team] = tuple(spread_of(one) if one else None for one in values)
        return found


def _flag_order(flag: Flag) -> tuple[int, int]:
    return _CODES.index(flag.code), -1 if flag.figure is None else ACTIVITY.index(flag.figure)
