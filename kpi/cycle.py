"""How long a person's listings take: time to fill or to offer, with those that are still open.

Module 1 of the curriculum: “selecting between time-to-fill and time-to-offer as the primary cycle efficiency
metric based on organizational hiring urgency and role criticality”; module 4: “internal mobility roles
differently from external hires”. Open ones are censored by the product limit, as in kpi/survival.py.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from kpi.deadlines import elapsed
from kpi.figures import why_left_out
from kpi.summary import CycleGroup
from kpi.survival import MEDIAN, SLOW, percentiles
from kpi.thresholds import TIME_TO_OFFER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from kpi.acts import ListingFacts
    from kpi.calendar import WorkingCalendar
    from kpi.deadlines import Freeze
    from kpi.figures import Counting
    from kpi.thresholds import Cycle
    from kpi.weeks import Week

FINISHED, OPEN, UNFILLED = "finished", "open", "unfilled"


class Lived(NamedTuple):
    """One listing's cycle as of the end of a week, and whose it counts for.

    `working` and `calendar` are days from its start to its end, or to the week's end, less the frozen ones.
    """

    listing: ListingFacts
    person: int
    group: str
    metric: str
    state: str
    working: int
    calendar: int
    left_out: str | None


def metric_of(listing: ListingFacts, cycle: Cycle) -> str:
    """By which metric a listing is measured: that of the first rule that fits it, else the default."""
    urgency, criticality = _folded(listing.urgency), _folded(listing.criticality)
    for rule in cycle.rules:
        if rule.urgency in (None, urgency) and rule.criticality in (None, criticality):
            return rule.metric
    return cycle.default


def _folded(word: str | None) -> str:
    return "" if word is None else word.casefold()


def lived(listing: ListingFacts, week: Week, counting: Counting, calendar: WorkingCalendar) -> Lived | None:
    """The cycle of a listing; None if it is nobody's, had not begun, or was over before the weeks looked at.

    It is over on the day of its offer or its fill, by its metric (one that was filled has been offered, too,
    said or not); else ended without one, on the day on which recruitment ended; else open. Whose it is: the
    owner on that day, or on the week's last.
    """
    cycle, last = counting.benchmarks.cycle, week.last
    start, since = listing.started_on, week.before(cycle.weeks - 1).first
    if start is None or start > last or (listing.cancelled_on is not None and listing.cancelled_on < since):
        return None
    metric = metric_of(listing, cycle)
    turns = (listing.filled_on, *((listing.offered_on,) if metric == TIME_TO_OFFER else ()))
    reached = min((day for day in turns if day is not None), default=None)
    if reached is not None and reached <= last:
        state, end = FINISHED, reached
    elif listing.ended_on is not None and listing.ended_on <= last:
        state, end = UNFILLED, listing.ended_on
    else:
        state, end = OPEN, last
    person = listing.owner_on(end)
    if person is None or end < since:
        return None
    return Lived(
        listing=listing,
        person=person,
        group=_group(listing, counting),
        metric=metric,
        state=state,
        working=elapsed(calendar, start, end, listing.freezes),
        calendar=calendar_days(start, end, listing.freezes),
        left_out=why_left_out(listing, last),
    )


def _group(listing: ListingFacts, counting: Counting) -> str:
    role = "technical" if counting.is_technical(listing.role_type) else "other"
    return f"{role}, {'internal' if listing.internal else 'external'}"


def calendar_days(start: date, end: date, freezes: Sequence[Freeze]) -> int:
    """The days d with start < d <= end, less those of freezes, as `elapsed` counts working days."""
    frozen = ((min(end, freeze.lifted or end) - max(start, freeze.begin)) for freeze in freezes)
    off = sum((days for days in frozen if days > timedelta()), timedelta())
    return max((end - start - off).days, 0)


def cycle_groups(cycles: Iterable[Lived]) -> tuple[CycleGroup, ...]:
    """One person's cycles by kind of role and metric, without those left out: median and 85th percentile.

    Open ones, and those ended without an offer or a fill, have lasted at least so long: they are censored.
    """
    by_kind: dict[tuple[str, str], list[Lived]] = {}
    for one in cycles:
        if one.left_out is None:
            by_kind.setdefault((one.group, one.metric), []).append(one)
    return tuple(_group_of(*kind, by_kind[kind]) for kind in sorted(by_kind))


def _group_of(group: str, metric: str, cycles: list[Lived]) -> CycleGroup:
    states = Counter(one.state for one in cycles)
    done = [one for one in cycles if one.state == FINISHED]
    still = [one for one in cycles if one.state != FINISHED]
    shares = (MEDIAN, SLOW)
    working = percentiles(Counter(one.working for one in done), Counter(one.working for one in still), shares)
    days = percentiles(Counter(one.calendar for one in done), Counter(one.calendar for one in still), shares)
    return CycleGroup(
        group=group,
        metric=metric,
        finished=states[FINISHED],
        open=states[OPEN],
        unfilled=states[UNFILLED],
        working_p50=working[0],
        working_p85=working[1],
        calendar_p50=days[0],
        calendar_p85=days[1],
        listings=tuple(sorted(one.listing.ref for one in cycles)),
    )


def priorities(cycles: Iterable[Lived], cycle: Cycle) -> tuple[str, ...]:
    """A line to each open listing that is urgent, critical or of a long cycle, by reference.

    Module 7: “interpret productivity data in context, such as accounting for high-priority roles with
    extended hiring cycles”. Urgent and critical is what the rules of the cycle name.
    """
    urgent = {rule.urgency for rule in cycle.rules if rule.urgency is not None}
    critical = {rule.criticality for rule in cycle.rules if rule.criticality is not None}
    found = []
    for one in cycles:
        if one.state != OPEN or one.left_out is not None:
            continue
        listing, said = one.listing, []
        if _folded(listing.urgency) in urgent:
            said.append(f"urgency {listing.urgency}")
        if _folded(listing.criticality) in critical:
            said.append(f"criticality {listing.criticality}")
        if one.working > cycle.long_days:
            said.append(f"long cycle, {one.working} working days so far")
        if said:
            found.append(f"{listing.ref}: {'; '.join(said)}")
    return tuple(sorted(found))
