"""The calendar changes: what was shown before stays, what has ended keeps, what is open moves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest

from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.calendar_words import what_changed
from kpi.calendars import CalendarChanged, Calendars
from kpi.catalogue import built_in
from kpi.events import instant_of
from tests.kpi.changing import Change, random_changes
from tests.kpi.judging import ENGLAND, one_set, replay_rows, tasks_on
from tests.kpi.test_against_oracle import CALENDAR, NHS_JOBS, TARGETS, compared
from tests.oracle import brute, generate
from tests.slowly import first_of

NUMBERS = {code: pair for code, pair in TARGETS.items() if code != "default"}
SETS = one_set(NUMBERS, TARGETS["default"])


def calendars_of(changes: list[Change]) -> Calendars:
    told = [
        CalendarChanged(instant_of(one.at), ENGLAND.day_of(instant_of(one.at)), one.spec) for one in changes
    ]
    return Calendars(CalendarSpec(), told)


def check(rows: list[dict[str, Any]], seed: int) -> None:
    changes = random_changes(Random(seed), rows)
    calendars = calendars_of(changes)
    replays = replay_rows(rows, built_in(), SETS, calendars)
    told = [(one.at, one.oracle) for one in changes]
    turns = {CALENDAR.day_of(one.at) for one in changes}
    for day in sorted({*generate.days_to_check(rows, 12, seed), *turns}):
        expected = brute.tasks_on(
            rows, NHS_JOBS, TARGETS, CALENDAR, day, cancelling_drops_timers=True, changes=told
        )
        assert compared(tasks_on(replays, day, calendars)) == compared(expected), f"seed {seed}, day {day}"


@pytest.mark.parametrize("seed", first_of(range(20), 8))
def test_every_task_on_every_day_is_counted_by_the_calendar_of_that_day(seed: int) -> None:
    """Through freezes and closing dates too, whatever the calendar was changed to and how often."""
    check(generate.recruitment(seed), seed)
    check(generate.chaos(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5_000, 5_500))
def test_many_more_changing_calendars(seed: int) -> None:
    check(generate.recruitment(seed), seed)
    check(generate.chaos(seed), seed)


# Wednesday 4 March 2026, 10:00: the office will be closed on Thursday and Friday.
CHANGED_AT = datetime(2026, 3, 4, 10, tzinfo=UTC)
CLOSED = CalendarSpec(closures={date(2026, 3, 5): "move", date(2026, 3, 6): "move"})
APPROVAL = "approvals.ready_to_approve"


def approval(*rows: tuple[datetime, str]) -> Any:
    """The one approval task of a listing after these events: due after 2 working days, done by 3."""
    told = [{"event": event, "at": at, "listing": "L"} for at, event in rows]
    calendars = Calendars(
        CalendarSpec(), [CalendarChanged(instant_of(CHANGED_AT), CHANGED_AT.date(), CLOSED)]
    )
    replays = replay_rows(told, built_in(), one_set({APPROVAL: (2, 3)}, (9, 9)), calendars)
    return next(task for task in replays["L"].tasks if task.kpi.code == APPROVAL)


def test_an_open_task_gets_new_deadlines_from_the_day_of_the_change_on() -> None:
    task = approval((datetime(2026, 3, 3, 9, tzinfo=UTC), "approval_requested"))
    (before,) = task.earlier
    assert (before.begin, before.due_on, before.done_by) == (
        date(2026, 3, 3), date(2026, 3, 5), date(2026, 3, 6),
    )  # fmt: skip
    assert (task.since, task.due_on, task.done_by) == (
        date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 10),
    )  # fmt: skip


@pytest.mark.parametrize("hour", [9, 10])
def test_what_ended_by_the_moment_of_the_change_keeps_what_it_was(hour: int) -> None:
    """Also on the very day, and at the very instant."""
    task = approval(
        (datetime(2026, 3, 3, 9, tzinfo=UTC), "approval_requested"),
        (datetime(2026, 3, 4, hour, tzinfo=UTC), "approval_granted"),
    )
    assert (task.due_on, task.done_by, task.earlier) == (date(2026, 3, 5), date(2026, 3, 6), ())


def test_what_ends_later_on_the_day_of_the_change_is_judged_by_the_new_calendar() -> None:
    task = approval(
        (datetime(2026, 3, 3, 9, tzinfo=UTC), "approval_requested"),
        (datetime(2026, 3, 4, 11, tzinfo=UTC), "approval_granted"),
    )
    assert (task.due_on, task.done_by) == (date(2026, 3, 9), date(2026, 3, 10))
    assert [(phase.begin, phase.done_by) for phase in task.earlier] == [(date(2026, 3, 3), date(2026, 3, 6))]


def test_a_task_that_begins_after_the_change_knows_no_other_calendar() -> None:
    task = approval((datetime(2026, 3, 4, 10, 1, tzinfo=UTC), "approval_requested"))
    assert (task.due_on, task.done_by, task.earlier) == (date(2026, 3, 10), date(2026, 3, 11), ())


def test_a_calendar_that_never_changed_may_be_given_as_it_is() -> None:
    rows = generate.recruitment(3)
    assert replay_rows(rows, built_in(), SETS, ENGLAND) == replay_rows(
        rows, built_in(), SETS, Calendars.of(ENGLAND)
    )


def test_calendars_are_made_when_they_are_asked_for() -> None:
    made = []

    def build(spec: CalendarSpec) -> WorkingCalendar:
        made.append(spec)
        return ENGLAND

    change = CalendarChanged(instant_of(CHANGED_AT), CHANGED_AT.date(), CLOSED)
    calendars = Calendars(CalendarSpec(), [change], build)
    assert calendars.latest is calendars.on(date(2026, 3, 4)) is calendars.at(change.at + 1)
    assert made == [CLOSED]
    assert calendars.on(date(2026, 3, 3)) is calendars.at(change.at)
    assert made == [CLOSED, CalendarSpec()]


def test_what_a_change_changes_is_said_in_words() -> None:
    before = CalendarSpec(closures={date(2026, 3, 5): "move"}, extra_days={date(2026, 3, 7): "fair"})
    after = CalendarSpec(
        region=None,
        weekdays=(0, 1),
        closures={date(2026, 3, 5): "moving house", date(2026, 3, 2): "snow"},
    )
    assert what_changed(before, after) == (
        "bank holidays of no region, before of GB-ENG",
        "working weekdays Mon,Tue, before Mon,Tue,Wed,Thu,Fri",
        "2026-03-02 is closed: snow",
        "2026-03-05 is closed: moving house (was: move)",
        "2026-03-07 is not an extra working day any more (was: fair)",
    )
    assert what_changed(after, after) == ()
