"""A draft of the calendar: what differs, and my changes on top of somebody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kpi.calendar import CalendarSpec
from tui.calendar_draft import (
    Entry,
    Mark,
    changes,
    entry_of,
    own_days,
    rebase,
    with_entry,
    with_weekday,
)

DAYS = [date(2026, 12, day) for day in (24, 28, 29, 30)]
ENTRIES = st.none() | st.builds(Entry, st.booleans(), st.sampled_from(["a", "b"]))


@st.composite
def specs(draw: st.DrawFn) -> CalendarSpec:
    """Small calendars that often differ in a thing or two."""
    weekdays = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))
    spec = CalendarSpec(region=draw(st.sampled_from([None, "GB-ENG", "GB-SCT"])), weekdays=weekdays)
    for day in DAYS:
        spec = with_entry(spec, day, draw(ENTRIES))
    return spec


def test_every_day_says_what_the_draft_does_to_it():
    saved = CalendarSpec(closures={DAYS[0]: "a", DAYS[1]: "b"}, extra_days={DAYS[2]: "c"})
    draft = with_entry(with_entry(saved, DAYS[0], None), DAYS[1], Entry(closed=False, reason="b"))
    draft = with_entry(draft, DAYS[3], Entry(closed=True, reason="d"))
    marks = [(one.day, one.mark) for one in own_days(saved, draft)]
    assert marks == list(zip(DAYS, (Mark.REMOVED, Mark.CHANGED, Mark.KEPT, Mark.ADDED), strict=True))
    assert own_days(saved, draft)[0].entry == Entry(closed=True, reason="a"), "what was there stays in sight"
    assert changes(saved, draft) == 3
    assert changes(saved, replace(with_weekday(draft, 6), region=None)) == 5


@given(specs(), specs())
def test_changes_on_top_of_nothing_new_are_the_draft_itself(base, mine):
    rebased = rebase(base, base, mine)
    assert (rebased.spec, rebased.clashes) == (mine, ())
    assert rebase(base, mine, base).spec == mine, "who changed nothing takes theirs"
    assert rebase(base, mine, mine) == rebased, "both changed the same"


@given(specs(), specs(), specs())
def test_my_changes_win_and_what_i_left_alone_is_theirs(base, theirs, mine):
    spec, clashes = rebase(base, theirs, mine).spec, rebase(base, theirs, mine).clashes
    assert spec.region == (theirs.region if mine.region == base.region else mine.region)
    for weekday in range(7):
        was, they, me, now = (weekday in each.weekdays for each in (base, theirs, mine, spec))
        assert now == (they if me == was else me)
    for day in DAYS:
        before, their, my = (entry_of(each, day) for each in (base, theirs, mine))
        assert entry_of(spec, day) == (their if my == before else my)
        assert (str(day) in clashes) == (len({before, their, my}) == 3)
