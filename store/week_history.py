"""The weeks before a week: what everybody did in them, weighted; the teams' totals, people and open roles."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kpi.acts import History, TeamWeek
from kpi.figures import owners_while_open, why_left_out
from kpi.summary import ACTIVITY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kpi.acts import ListingFacts
    from kpi.calendar import WorkingCalendar
    from kpi.events import Instant
    from kpi.figures import Counting
    from kpi.weeks import Week
    from store.plain import Plain
    from store.week_people import Staff

_FIGURES = len(ACTIVITY)


class Skipped(NamedTuple):
    """Events that do not count: older versions for nobody, and (person, seq) as contests decided."""

    superseded: Collection[int]
    left_out: Collection[tuple[int, int]]


class Before(NamedTuple):
    """What was counted of the weeks before, oldest first.

    `counts` has for each person one number to a week and figure, week by week. `first` is the first instant
    at which each did something that counts, within these weeks.
    """

    weeks: tuple[Week, ...]
    counts: Mapping[int, Sequence[int]]
    first: Mapping[int, Instant]


def weeks_before(plain: Plain, week: Week, counting: Counting) -> tuple[Week, ...]:
    """As many weeks before a week as are looked at, oldest first; none from before there is any data."""
    known = plain.value("SELECT min(from_day) FROM listing_owner")
    weeks = (week.before(back) for back in range(counting.benchmarks.history_weeks, 0, -1))
    return tuple(one for one in weeks if known is not None and date.fromordinal(known) <= one.first)


def count_before(
    plain: Plain,
    weeks: tuple[Week, ...],
    calendar: WorkingCalendar,
    counting: Counting,
    links: Mapping[str, int],
    listings: Mapping[int, ListingFacts],
    skipped: Skipped,
) -> Before:
    """Go through the events of these weeks, one by one.

    As in the week itself, what is frozen or cancelled at a week's end counts nowhere in it.
    """
    if not weeks:
        return Before((), {}, {})
    starts = [calendar.end_of(one.before(1).last) + 1 for one in weeks]
    end = calendar.end_of(weeks[-1].last)
    counts: dict[int, list[int]] = defaultdict(lambda: [0] * (len(weeks) * _FIGURES))
    first: dict[int, Instant] = {}
    places, weights = _Places(counting), _weights(counting, listings)
    left_out, superseded, taken_out = _left_out(weeks, listings), *skipped
    # Most of the time that a week takes goes into these lines: half a year of everybody's events.
    for seq, kind, at, listing, actor in plain.stream(
        "SELECT seq, kind, at, listing_id, actor FROM event WHERE at >= ? AND at <= ? AND actor IS NOT NULL",
        (starts[0], end),
    ):
        place, person = places[kind], links.get(actor)
        if place is None or person is None or seq in superseded or (person, seq) in taken_out:
            continue
        which = bisect_right(starts, at) - 1
        if person not in first or at < first[person]:
            first[person] = at
        if listing not in left_out or which not in left_out[listing]:
            counts[person][which * _FIGURES + place] += weights[listing]
    return Before(weeks, counts, first)


class _Places(dict[str, int | None]):
    """By an event's name its place in ACTIVITY, looked up once."""

    def __init__(self, counting: Counting) -> None:
        super().__init__()
        self._counting = counting

    def __missing__(self, kind: str) -> int | None:
        found = self[kind] = self._counting.activity(kind)
        return found


def _weights(counting: Counting, listings: Mapping[int, ListingFacts]) -> dict[int, int]:
    known: dict[tuple[str | None, bool], int] = {}
    found = {}
    for number, listing in listings.items():
        kind = (listing.role_type, listing.internal)
        if kind not in known:
            known[kind] = counting.weight(*kind)
        found[number] = known[kind]
    return found


def _left_out(weeks: Sequence[Week], listings: Mapping[int, ListingFacts]) -> dict[int, set[int]]:
    """The weeks, by place, in which those listings that ever stood still count nowhere."""
    return {
        number: {place for place, week in enumerate(weeks) if why_left_out(listing, week.last) is not None}
        for number, listing in listings.items()
        if listing.freezes or listing.cancelled_on is not None
    }


def history_of(before: Before, staff: Staff, listings: Iterable[ListingFacts]) -> History:
    """The history as summaries want it; `staff` knows already who was here since when."""
    weeks, counts = before.weeks, before.counts
    nothing = [0] * (len(weeks) * _FIGURES)
    people = {}
    teams: dict[int, list[_Sum]] = defaultdict(lambda: [_Sum() for _ in weeks])
    together = [_Sum() for _ in weeks]
    of_team: list[dict[int, int]] = [{} for _ in weeks]
    for person in staff.people:
        own = counts.get(person, nothing)
        here = _whole_weeks_here(staff, person, weeks)
        people[person] = tuple(tuple(own[here * _FIGURES + place :: _FIGURES]) for place in range(_FIGURES))
        for place, week in enumerate(weeks):
            team = staff.team_in(person, week)
            if team is not None:
                of_team[place][person] = team
                week_of_own = own[place * _FIGURES : (place + 1) * _FIGURES]
                teams[team][place].add(week_of_own)
                together[place].add(week_of_own)
    lasts = [week.last for week in weeks]
    for listing in listings:
        for place, owner in owners_while_open(listing, lasts):
            team = of_team[place].get(owner)
            if team is not None:
                teams[team][place].open_roles += 1
                together[place].open_roles += 1
    return History(
        people,
        {team: [one.told() for one in sums] for team, sums in teams.items()},
        [one.told() for one in together],
    )


def _whole_weeks_here(staff: Staff, person: int, weeks: Sequence[Week]) -> int:
    """The place of the first week that somebody was here all through."""
    joined = staff.joined_on(person)
    return sum(1 for week in weeks if joined is not None and week.first < joined)


class _Sum:
    """One team's week while it is being added up."""

    def __init__(self) -> None:
        self.totals, self.people, self.open_roles = [0] * _FIGURES, 0, 0

    def add(self, counts: Sequence[int]) -> None:
        """Another person of the team, with their figures."""
        self.people += 1
        self.totals = [total + count for total, count in zip(self.totals, counts, strict=True)]

    def told(self) -> TeamWeek:
        """As it is handed over."""
        return TeamWeek(tuple(self.totals), self.people, self.open_roles)
