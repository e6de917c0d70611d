"""What weekly summaries ask of listings: whose they were when, their freezes, the days of their turns."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kpi.acts import ListingFacts, Ownership
from kpi.deadlines import Freeze
from kpi.events import LISTING_CANCELLED, RECRUITMENT_ENDED, Instant

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kpi.calendar import WorkingCalendar
    from kpi.thresholds import Cycle
    from store.plain import Plain

Turns = dict[int, list[Instant | None]]


class Listings(NamedTuple):
    """The facts of all listings by number, and the first of those instants at which each turned."""

    facts: dict[int, ListingFacts]
    first_turn: dict[int, Instant]


def read_listings(
    plain: Plain,
    calendar: WorkingCalendar,
    cycle: Cycle,
    links: Mapping[str, int],
    superseded: Collection[int],
) -> Listings:
    """All listings, without `first_at`, which few need (`store.week_facts`)."""
    turns = _turns(plain, cycle, superseded)
    owners = _owners(plain, links)
    freezes = _freezes(plain)
    day_of, never = calendar.day_of, [None] * 5
    facts = {}
    for number, ref, role_type, urgency, criticality, internal in plain.rows(
        "SELECT id, ref, role_type, urgency, criticality, internal FROM listing"
    ):
        days = [None if at is None else day_of(at) for at in turns.get(number, never)]
        facts[number] = ListingFacts(
            number,
            ref,
            role_type,
            urgency,
            criticality,
            bool(internal),
            None,
            tuple(owners.get(number, ())),
            tuple(freezes.get(number, ())),
            *days,
        )
    return Listings(facts, {number: min(at for at in found if at) for number, found in turns.items()})


def _turns(plain: Plain, cycle: Cycle, superseded: Collection[int]) -> Turns:
    """The first instant of each kind of turn, by listing, of those that had any."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, kinds in enumerate(
        ((LISTING_CANCELLED,), cycle.start, cycle.offer, cycle.fill, (RECRUITMENT_ENDED,))
    ):
        for kind in kinds:
            places[kind].append(place)
    marks = ", ".join("?" * len(places))
    found: Turns = defaultdict(lambda: [None] * 5)
    for listing, kind, at, seq in plain.stream(
        f"SELECT listing_id, kind, at, seq FROM event WHERE kind IN ({marks})", tuple(places)
    ):
        if seq in superseded:
            continue
        held = found[listing]
        for place in places[kind]:
            known = held[place]
            if known is None or at < known:
                held[place] = at
    return found


def _owners(plain: Plain, links: Mapping[str, int]) -> dict[int, list[Ownership]]:
    found: dict[int, list[Ownership]] = defaultdict(list)
    day = date.fromordinal
    for listing, since, until, owner in plain.rows(
        "SELECT listing_id, from_day, until_day, owner FROM listing_owner ORDER BY listing_id, from_day"
    ):
        left = None if until is None else day(until)
        found[listing].append(Ownership(day(since), left, links.get(owner)))
    return found


def _freezes(plain: Plain) -> dict[int, list[Freeze]]:
    found: dict[int, list[Freeze]] = defaultdict(list)
    for listing, since, lifted in plain.rows(
        "SELECT listing_id, from_day, lifted_day FROM listing_freeze ORDER BY listing_id, from_day"
    ):
        left = None if lifted is None else date.fromordinal(lifted)
        found[listing].append(Freeze(date.fromordinal(since), left))
    return found
