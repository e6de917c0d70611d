"""Flags: what in a week is worth a look before it is approved, each with the events behind it.

Module 6 of the curriculum: “enforcing mandatory note entries upon candidate status changes”; “flag entries
with implausible timestamps, such as candidate calls logged outside business hours without justification”;
“discrepancies between self-reported activities and system-logged events”. Module 2: “validating that custom
fields used for productivity tagging … are consistently populated”. Module 5: “recruiters approaching or
exceeding daily activity limits to prevent burnout”. Module 4: “statistical outlier detection”.

A flag asks, it does not judge. But for outliers, which are about figures, flags look at everything that the
person did in the week, also on listings that count nowhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpi.acts import CUSTOM, JUSTIFICATION, NOTE
from kpi.outliers import Spread, is_outlier, score, spread_of
from kpi.rounding import half_up, hundredths
from kpi.summary import ACTIVITY, TITLES, Flag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kpi.acts import Act, ListingFacts
    from kpi.calendar import WorkingCalendar
    from kpi.figures import Counted
    from kpi.summary import Figure
    from kpi.thresholds import Benchmarks, Hours, Limits, Outliers

_MINUTE = 60 * 1_000_000


def flags_of_acts(
    acts: Sequence[Act],
    counted: Sequence[Counted],
    listings: Mapping[int, ListingFacts],
    benchmarks: Benchmarks,
    calendar: WorkingCalendar,
) -> Iterator[Flag]:
    """The flags of what somebody did in the week: of all `acts`, and of those `counted` as activity."""
    work = [one.act for one in counted]
    yield from _flagged("missing_note", acts, _lacks_note(acts, benchmarks), "without the note that it needs")
    yield from _flagged(
        "outside_hours",
        work,
        _outside(benchmarks.hours, calendar),
        f"outside {benchmarks.hours} on working days, without a justification",
    )
    yield from _flagged("in_future", acts, lambda act: act.at > act.known_at, "later than it was brought in")
    yield from _flagged("before_listing", acts, _before(listings), "before the first event of its listing")
    yield from _limits(work, benchmarks.limits)
    yield from _empty_fields(counted, benchmarks.fields)


def _flagged(code: str, acts: Iterable[Act], doubtful: Callable[[Act], bool], said: str) -> Iterator[Flag]:
    found = sorted(act.seq for act in acts if doubtful(act))
    if found:
        yield Flag(code, None, f"{_number(len(found), 'event')} {said}", tuple(found))


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _lacks_note(acts: Iterable[Act], benchmarks: Benchmarks) -> Callable[[Act], bool]:
    """Module 6: “mandatory note entries upon candidate status changes”.

    The note stands on the event itself, or is one of its own: on the same day, about the same application,
    or about the listing as a whole.
    """
    needed, notes = frozenset(benchmarks.notes), frozenset(benchmarks.activity["notes"])
    noted = {(act.listing, act.application, act.day) for act in acts if act.kind in notes}

    def lacks(act: Act) -> bool:
        if act.kind not in needed or not _is_blank(act, NOTE):
            return False
        return noted.isdisjoint({(act.listing, act.application, act.day), (act.listing, None, act.day)})

    return lacks


def _is_blank(act: Act, name: str) -> bool:
    return not (act.detail or {}).get(name, "").strip()


def _outside(hours: Hours, calendar: WorkingCalendar) -> Callable[[Act], bool]:
    """Module 6: “logged outside business hours without justification”.

    What comes at midnight to the second has a day and no time: only its day is judged.
    """

    def outside(act: Act) -> bool:
        timeless = act.minute == 0 and act.at % _MINUTE == 0
        within = (timeless or hours.since <= act.minute < hours.until) and calendar.is_working(act.day)
        return not within and _is_blank(act, JUSTIFICATION)

    return outside


def _before(listings: Mapping[int, ListingFacts]) -> Callable[[Act], bool]:
    """Module 6: “implausible timestamps”: on a listing that did not exist yet."""

    def before(act: Act) -> bool:
        first = listings[act.listing].first_at
        return first is not None and act.at < first

    return before


def _limits(work: Sequence[Act], limits: Limits) -> Iterator[Flag]:
    """Module 5: “approaching or exceeding daily activity limits to prevent burnout”, not to push."""
    by_day = Counter(act.day for act in work)
    over = tuple(sorted(day for day, count in by_day.items() if count > limits.daily))
    near = tuple(
        sorted(
            day
            for day, count in by_day.items()
            if count <= limits.daily and count * 100 >= limits.daily * limits.near_percent
        )
    )
    for code, days, said in (
        ("daily_limit", over, f"over {limits.daily}"),
        ("near_daily_limit", near, f"near {limits.daily}"),
    ):
        if days:
            events = tuple(sorted(act.seq for act in work if act.day in days))
            yield Flag(code, None, f"{_number(len(days), 'day')} {said} activities", events, days)


def _empty_fields(counted: Sequence[Counted], fields: Mapping[str, tuple[str, ...]]) -> Iterator[Flag]:
    """Module 2: “custom fields used for productivity tagging (e.g., outreach method, candidate source)”."""
    for place, figure in enumerate(ACTIVITY):
        empty: Counter[str] = Counter()
        events = set()
        for one in counted:
            if one.place != place:
                continue
            for name in dict.fromkeys((*fields.get(figure, ()), *fields.get(one.act.kind, ()))):
                if _is_blank(one.act, CUSTOM + name):
                    empty[name] += 1
                    events.add(one.act.seq)
        if empty:
            parts = [f"{name} empty on {_number(count, 'event')}" for name, count in sorted(empty.items())]
            yield Flag("empty_field", figure, f"{TITLES[figure]}: {', '.join(parts)}", tuple(sorted(events)))


def flags_of_reports(counted: Sequence[Counted], reported: Mapping[str, int]) -> Iterator[Flag]:
    """Module 6: “discrepancies between self-reported activities and system-logged events”.

    Compared is what was logged, also on listings that count nowhere: the person did that too.
    """
    for place, figure in enumerate(ACTIVITY):
        events = tuple(sorted(one.act.seq for one in counted if one.place == place))
        if figure in reported and reported[figure] != len(events):
            said = f"{TITLES[figure]}: {reported[figure]} reported, {len(events)} logged"
            yield Flag("self_report", figure, said, events)


def outlier_flags(
    figures: Sequence[Figure], own: Sequence[Sequence[int]], team: Sequence[Spread | None], rules: Outliers
) -> Iterator[Flag]:
    """The activity figures that are unlike the person's own earlier weeks, or unlike the team's.

    `own` and `team` are by the order of ACTIVITY; a figure without a spread of the team is not compared with
    it.
    """
    weeks = max((len(counts) for counts in own), default=0)
    if weeks < rules.least_weeks:
        said = f"{_number(weeks, 'earlier week')} known; outliers are looked for from {rules.least_weeks} on"
        yield Flag("outlier_short", None, said)
        return
    for place, figure in enumerate(figures):
        value = figure.weighted or 0
        yield from _outlier("outlier_own", figure, value, spread_of(own[place][-rules.weeks :]), rules)
        spread = team[place]
        if spread is not None:
            yield from _outlier("outlier_team", figure, value, spread, rules)


def _outlier(code: str, figure: Figure, value: int, spread: Spread, rules: Outliers) -> Iterator[Flag]:
    if not is_outlier(value, spread, rules):
        return
    found = score(value, spread)
    usual = hundredths(half_up(spread.median))
    said = f"{TITLES[figure.name]}: {hundredths(value)}, the median of {spread.weeks} weeks is {usual}"
    if found is not None:
        said += f", score {hundredths(half_up(found * 100))}"
    yield Flag(code, figure.name, said, figure.events)
