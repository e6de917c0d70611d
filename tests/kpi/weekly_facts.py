"""A small organisation for tests of weekly summaries: everything has a default, a test says what matters.

The week is 2026-W46, in which London's clocks show UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from kpi.acts import (
    ACTIVITY_EVENTS,
    Act,
    History,
    ListingFacts,
    Ownership,
    Person,
    TaskFacts,
    TeamWeek,
    WeekFacts,
)
from kpi.benchmarks import STANDARD, Benchmarks
from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.catalogue import built_in
from kpi.deadlines import Freeze
from kpi.events import instant_of
from kpi.figures import Counting
from kpi.summary import ACTIVITY, Flag, Summary
from kpi.weekly import Weekly
from kpi.weeks import week_named

WEEK = week_named("2026-W46")
MON, TUE, WED, THU, FRI, SAT, SUN = WEEK.days
ENGLAND = WorkingCalendar(CalendarSpec())
KNOWN = built_in().events
NOTHING_BEFORE = History({}, {}, ())
LONG_AGO = date(2026, 1, 5)
ANNA, BEN = Person(1, 7, None), Person(2, 7, None)
LATER = instant_of(datetime(2026, 12, 1, tzinfo=UTC))


def days(count: int) -> timedelta:
    return timedelta(days=count)


def instant(day: date, hour: int = 10, minute: int = 0) -> int:
    return instant_of(datetime.combine(day, time(hour, minute), tzinfo=UTC))


def act(seq: int, kind: str = "call_made", day: date = MON, **said: Any) -> Act:
    """An event at `hour`:`minute`; `detail` as keywords of their own names."""
    hour, minute = said.pop("hour", 10), said.pop("minute", 0)
    given = {"listing": 1, "application": None, "person": 1, "detail": None, "known_at": LATER} | said
    return Act(seq=seq, kind=kind, at=instant(day, hour, minute), day=day, minute=hour * 60 + minute, **given)


def listing(number: int = 1, **said: Any) -> ListingFacts:
    """An ordinary listing that has been Anna's for long."""
    given: dict[str, Any] = {
        "ref": f"L{number}",
        "role_type": None,
        "urgency": None,
        "criticality": None,
        "internal": False,
        "first_at": instant(LONG_AGO),
        "owners": (Ownership(LONG_AGO, None, 1),),
        "freezes": (),
    }
    return ListingFacts(id=number, **given | said)


def owned_by(person: int | None) -> tuple[Ownership, ...]:
    return (Ownership(LONG_AGO, None, person),)


def task(number: int = 1, **said: Any) -> TaskFacts:
    given: dict[str, Any] = {
        "listing": 1,
        "person": 1,
        "opened_on": MON,
        "ended_on": None,
        "done_by": FRI,
        "paused": False,
        "outcome": None,
    }
    return TaskFacts(id=number, **given | said)


def facts_of(
    acts: Iterable[Act] = (),
    listings: Iterable[ListingFacts] | None = None,
    tasks: Iterable[TaskFacts] = (),
    people: Sequence[Person] = (ANNA, BEN),
    history: History = NOTHING_BEFORE,
) -> WeekFacts:
    known = (listing(),) if listings is None else listings
    return WeekFacts(tuple(people), tuple(acts), {one.id: one for one in known}, tuple(tasks), history)


def weekly(
    facts: WeekFacts, benchmarks: Benchmarks = STANDARD, calendar: WorkingCalendar = ENGLAND
) -> Weekly:
    return Weekly(WEEK, facts, Counting(benchmarks, 3, KNOWN), calendar)


def summed(*args: Any, benchmarks: Benchmarks = STANDARD, **facts: Any) -> Summary:
    """Anna's summary of these acts, or of whatever `facts_of` takes."""
    return weekly(facts_of(*args, **facts), benchmarks).summary(1)


def counts(summary: Summary) -> dict[str, int]:
    """Every figure that is not 0."""
    return {one.name: one.count for one in summary.figures if one.count}


def flags(summary: Summary) -> dict[str, Flag]:
    """The flags by code, without the one that nothing can be done about."""
    return {one.code: one for one in summary.flags if one.code != "outlier_short"}


def history_of(
    people: Mapping[int, Sequence[int]], team: int = 7, *, roles: int = 0, figure: str = "calls"
) -> History:
    """People's weighted counts of one figure, all weeks alike long, as one team that is the organisation."""
    place = ACTIVITY.index(figure)
    zeros = [0] * len(next(iter(people.values()), ()))
    own = {
        person: tuple(tuple(values) if at == place else tuple(zeros) for at in range(len(ACTIVITY)))
        for person, values in people.items()
    }
    weeks = [
        TeamWeek(tuple(sum(one) if at == place else 0 for at in range(len(ACTIVITY))), len(people), roles)
        for one in zip(*people.values(), strict=True)
    ]
    return History(own, {team: weeks}, weeks)


def team_of(size: int, team: int = 7) -> tuple[Person, ...]:
    return tuple(Person(number, team, None) for number in range(1, size + 1))


# Anything that could have happened.

KINDS = st.sampled_from(
    (
        *ACTIVITY_EVENTS,
        "phone_call",
        "offer_sent",
        "contract_accepted",
        "application_withdrawn",
        "interviews_arranged",
        "listing_published",
        "listing_frozen",
        "something_else",
    )
)
WEEK_DAYS = st.sampled_from([*WEEK.days, *(MON - days(back) for back in (1, 3, 9))])
MAYBE_PERSON = st.sampled_from([1, 1, 2, 3, None])
DETAILS = st.none() | st.fixed_dictionaries(
    {},
    optional={"minutes": st.sampled_from(["1", "5", "12.5"]), "reply": st.just("yes"), "note": st.just("n")},
)


@st.composite
def any_acts(draw: st.DrawFn) -> tuple[Act, ...]:
    size = draw(st.integers(0, 14))
    return tuple(
        act(
            seq,
            draw(KINDS),
            draw(WEEK_DAYS),
            hour=draw(st.integers(0, 23)),
            listing=draw(st.integers(1, 4)),
            application=draw(st.sampled_from([None, "a", "b"])),
            person=draw(MAYBE_PERSON),
            detail=draw(DETAILS),
        )
        for seq in range(1, size + 1)
    )


NEAR = st.dates(MON - days(60), SUN + days(10))


@st.composite
def any_listing(draw: st.DrawFn, number: int) -> ListingFacts:
    begin = draw(NEAR)
    change = draw(NEAR)
    maybe = st.none() | NEAR
    frozen = (Freeze(begin, draw(st.none() | st.just(begin + days(draw(st.integers(1, 40)))))),)
    return listing(
        number,
        role_type=draw(st.sampled_from([None, "Technical", "clerical"])),
        urgency=draw(st.sampled_from([None, "Urgent", "routine"])),
        criticality=draw(st.sampled_from([None, "critical"])),
        internal=draw(st.booleans()),
        owners=(
            Ownership(LONG_AGO, change, draw(MAYBE_PERSON)),
            Ownership(change, None, draw(MAYBE_PERSON)),
        ),
        freezes=draw(st.sampled_from([(), (), frozen])),
        cancelled_on=draw(st.none() | st.none() | NEAR),
        started_on=draw(maybe),
        offered_on=draw(maybe),
        filled_on=draw(maybe),
        ended_on=draw(maybe),
    )


@st.composite
def any_task(draw: st.DrawFn, number: int) -> TaskFacts:
    ended = draw(st.none() | st.sampled_from([MON - days(1), *WEEK.days]))
    return task(
        number,
        listing=draw(st.integers(1, 4)),
        person=draw(MAYBE_PERSON),
        opened_on=draw(st.sampled_from([MON - days(9), TUE, FRI])),
        ended_on=ended,
        done_by=draw(st.sampled_from([MON - days(2), WED, SUN, SUN + days(3)])),
        paused=draw(st.booleans()) and ended is None,
        outcome=None if ended is None else draw(st.sampled_from(["finished", "cancelled"])),
    )


@st.composite
def any_facts(draw: st.DrawFn, people: Collection[Person] = (ANNA, BEN, Person(3, 8, MON))) -> WeekFacts:
    return facts_of(
        draw(any_acts()),
        [draw(any_listing(number)) for number in range(1, 5)],
        [draw(any_task(number)) for number in range(1, draw(st.integers(0, 6)) + 1)],
        tuple(people),
    )
