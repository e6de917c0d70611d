"""The calendar changes, on both databases: what was shown stays, what has ended keeps, what is open moves."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from kpi.calendar import CalendarError, CalendarSpec
from kpi.status import Status
from kpi.targets import Target
from store.calendar_changes import CalendarConflictError, save_calendar
from store.checking import check_store
from store.errors import StoreError
from store.maintenance import advance, rebuild
from store.tasks import TaskQuery
from tests.kpi.changing import Change, for_oracle, random_spec
from tests.oracle import brute, generate
from tests.oracle.working_days import calendar_from_holidays
from tests.slowly import first_of
from tests.store.helpers import Clock, everything, expected, import_rows, new_store, reader_of, tasks_of

if TYPE_CHECKING:
    from store.calendar_questions import CalendarEffect
    from store.reading import Reader
    from store.work import Store

NHS_JOBS = tomllib.loads(resources.files("kpi").joinpath("nhs_jobs.toml").read_text("utf-8"))
CODES = [kpi["code"] for stage in NHS_JOBS["stage"] for kpi in stage["kpi"]]
CALENDAR = calendar_from_holidays()
NUMBERS = {"default": (3, 8), "offers.sent": (2, 3), "published.open": (5, 5)}
TARGETS = {code: Target(*NUMBERS.get(code, NUMBERS["default"])) for code in CODES}
NEW_YEAR = datetime(2026, 1, 7, 12, tzinfo=UTC)
CLOSED = CalendarSpec(closures={date(2026, 1, 8): "moving house"})


def change(store: Store, spec: CalendarSpec, **more: Any) -> int:
    """Save a calendar, bring the tasks up to date, and give its number."""
    saved = save_calendar(store, spec, reason="a test", actor="Dee Light", **more)
    advance(store)
    return saved.number


def shown(reader: Reader, days: list[date]) -> list[Any]:
    """All that was on the board on past days."""
    return [(reader.board(day), tasks_of(reader, day), reader.listings_by_user(day)) for day in days]


@pytest.mark.parametrize("seed", first_of(range(6), 1))
def test_every_task_on_every_day_through_changes(store_url: str, tmp_path: Path, seed: int) -> None:
    """Events come in, the calendar changes, more come in, some of them late; each past board stays."""
    rng = Random(seed)
    rows = generate.recruitment(seed, 5) + generate.chaos(seed)
    moments = sorted(row["at"].astimezone(UTC) for row in rows)
    turns = [moments[len(moments) * part // 4] for part in (1, 2, 3)]
    clock, changes = Clock(turns[0]), list[Change]()
    with new_store(store_url, targets=TARGETS, clock=clock) as store:
        for at in turns:
            clock.moment = at
            import_rows(store, [row for row in rows if row["at"] <= at], tmp_path)
            advance(store)
            past = [CALENDAR.day_of(at) - timedelta(days=back) for back in (1, 2, 5, 20)]
            with reader_of(store) as reader:
                before = shown(reader, past)
            spec = random_spec(rng, at.date())
            change(store, spec)
            changes.append(Change(at, spec, for_oracle(spec)))
            with reader_of(store) as reader:
                assert shown(reader, past) == before
        clock.moment = moments[-1] + timedelta(days=60)
        import_rows(store, rows, tmp_path)
        told = [(one.at, one.oracle) for one in changes]
        with reader_of(store) as reader:
            assert not reader.pending()
            for day in [*generate.days_to_check(rows, 8, seed), *map(CALENDAR.day_of, turns)]:
                want = brute.tasks_on(
                    rows, NHS_JOBS, NUMBERS, CALENDAR, day, today=CALENDAR.day_of(clock.moment),
                    cancelling_drops_timers=True, changes=told,
                )  # fmt: skip
                assert tasks_of(reader, day) == expected(want), day
                totals = brute.board(want, NHS_JOBS)["totals"]
                counts = reader.board(day).totals
                assert (counts.on_track, counts.due, counts.overdue, counts.paused) == tuple(
                    totals[word] for word in brute.STATUSES
                )
        held = everything(store)
        assert rebuild(store).changed == 0
        assert everything(store) == held
        assert check_store(store.location, full=True, clock=clock).problems == 0


def open_tasks(reader: Reader) -> dict[str, tuple[str, date, date, Status]]:
    tasks = reader.task_list(TaskQuery())
    return {
        task.id: (task.kpi, task.due_on, task.done_by, task.status) for task in tasks.fetch(0, tasks.total)
    }


def told(effect: CalendarEffect) -> dict[str, Any]:
    return {
        "tasks": effect.tasks,
        "moved": effect.moved,
        "recoloured": effect.recoloured,
        "by kpi": {kpi.kpi: (kpi.tasks, kpi.moved) for kpi in effect.kpis},
        "colours": {(kpi.kpi, *one[:2]): one.tasks for kpi in effect.kpis for one in kpi.recoloured},
    }


def really(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What became of the open tasks, in the form of `told`."""
    assert before.keys() == after.keys()
    every = Counter(task[0] for task in before.values())
    moved = Counter(task[0] for name, task in before.items() if task[1:3] != after[name][1:3])
    colours = Counter(
        (task[0], task[3], after[name][3]) for name, task in before.items() if task[3] != after[name][3]
    )
    return {
        "tasks": every.total(),
        "moved": moved.total(),
        "recoloured": colours.total(),
        "by kpi": {kpi: (every[kpi], tasks) for kpi, tasks in moved.items()},
        "colours": dict(colours),
    }


@pytest.mark.parametrize("seed", first_of(range(8), 2))
def test_the_effect_is_what_really_happens(store_url: str, tmp_path: Path, seed: int) -> None:
    """To frozen listings and to those with closing dates too; also after an earlier change."""
    rng = Random(seed)
    rows = generate.recruitment(seed, 10) + generate.chaos(seed, 4, 120)
    moments = sorted(row["at"].astimezone(UTC) for row in rows)
    clock = Clock(moments[-1])
    numbers = dict.fromkeys(CODES, Target(4, 4)) if seed % 2 else TARGETS
    with new_store(store_url, targets=numbers, clock=clock) as store:
        for at in (moments[len(moments) // 2], moments[-1]):
            clock.moment = at
            import_rows(store, [row for row in rows if row["at"] <= at], tmp_path)
            advance(store)
            for _ in range(3):
                spec = random_spec(rng, at.date())
                with reader_of(store) as reader:
                    foreseen = reader.calendar_questions().effect(spec)
                    before = open_tasks(reader)
                change(store, spec)
                with reader_of(store) as reader:
                    assert told(foreseen) == really(before, open_tasks(reader))
                    assert before


def test_a_closing_date_stays_even_where_the_target_leads_to_the_same_day(
    store_url: str, tmp_path: Path
) -> None:
    clock = Clock(NEW_YEAR)
    day = date(2026, 1, 9)  # two working days on: closed, it moves the deadline that falls on it
    rows = [
        {"event": "listing_published", "at": NEW_YEAR, "listing": "dated", "closing_date": day},
        {"event": "listing_published", "at": NEW_YEAR, "listing": "undated"},
    ]
    with new_store(store_url, targets=dict.fromkeys(CODES, Target(2, 2)), clock=clock) as store:
        import_rows(store, rows, tmp_path)
        spec = CalendarSpec(closures={day: "closed"})
        with reader_of(store) as reader:
            foreseen = reader.calendar_questions().effect(spec)
            before = open_tasks(reader)
        assert {task[1:3] for task in before.values()} == {(day, day)}
        change(store, spec)
        with reader_of(store) as reader:
            assert told(foreseen) == really(before, open_tasks(reader))
        assert (foreseen.tasks, foreseen.moved) == (2, 1)


def test_a_change_moves_what_is_open_and_keeps_what_has_ended(store_url: str, tmp_path: Path) -> None:
    clock = Clock(NEW_YEAR)
    rows = [
        {"event": "approval_requested", "at": NEW_YEAR - timedelta(days=1), "listing": name, "owner": "Dee"}
        for name in ("open", "ended")
    ]
    rows.append({"event": "approval_granted", "at": NEW_YEAR - timedelta(hours=1), "listing": "ended"})
    with new_store(store_url, targets=dict.fromkeys(CODES, Target(1, 2)), clock=clock) as store:
        import_rows(store, rows, tmp_path)
        assert change(store, CLOSED) == 2
        with reader_of(store) as reader:
            (task,) = reader.task_list(TaskQuery(kpi="approvals.ready_to_approve")).fetch(0, 9)
            assert (task.listing, task.due_on, task.done_by) == ("open", date(2026, 1, 7), date(2026, 1, 9))
            ended = reader.task_list(TaskQuery(finished=True, listing="ended")).fetch(0, 9)
            assert {each.done_by for each in ended} == {date(2026, 1, 8)}
            clock.moment += timedelta(days=2)
            days = {each.day: each.why for each in reader.explain(task.id).days}
            assert days[date(2026, 1, 8)] == "closed: moving house"
            assert reader.task(task.id).elapsed_working_days == 2


def test_what_counts_already_is_not_written(store_url: str) -> None:
    with new_store(store_url, clock=Clock(NEW_YEAR)) as store:
        assert change(store, CLOSED) == 2
        with reader_of(store) as reader:
            revision = reader.revision()
        again = save_calendar(
            store,
            replace(CLOSED, weekdays=(4, 3, 2, 1, 0, 0), closures={date(2026, 1, 8): " moving house\x00 "}),
            reason="again",
            actor="Dee",
        )
        assert (again.number, again.changed) == (2, False)
        with reader_of(store) as reader:
            assert reader.revision() == revision


def test_a_calendar_saved_by_a_clock_that_ran_ahead_is_overtaken(store_url: str) -> None:
    clock = Clock(datetime(2030, 1, 1, tzinfo=UTC))
    with new_store(store_url, clock=clock) as store:
        change(store, CalendarSpec(region=None))
        clock.moment = datetime(2026, 1, 5, tzinfo=UTC)
        change(store, CLOSED)
        with reader_of(store) as reader:
            calendars = reader.rules.calendars
            assert calendars.days == (date(2026, 1, 5),)
            assert not calendars.on(date(2031, 1, 8)).is_working(date(2026, 1, 8))
            assert [view.number for view in reader.calendar_questions().history()] == [3, 2, 1]


def test_two_editors_of_one_calendar_the_second_gets_the_conflict(store_url: str) -> None:
    with new_store(store_url, clock=Clock(NEW_YEAR)) as store:
        assert change(store, CLOSED, expected=1) == 2
        with pytest.raises(
            CalendarConflictError, match="calendar 2 was saved meanwhile by Dee Light"
        ) as found:
            change(store, CalendarSpec(region=None), expected=1)
        assert (found.value.number, found.value.spec, found.value.reason) == (2, CLOSED, "a test")
        with reader_of(store) as reader:
            assert reader.calendar_questions().page().spec == CLOSED


BAD = [
    (CalendarSpec(zone="Europe/Paris"), "the time zone stays Europe/London"),
    (CalendarSpec(region="XX"), "no bank holidays are known for “XX”"),
    (CalendarSpec(weekdays=()), "at least one working weekday"),
    (CalendarSpec(weekdays=(7,)), "working weekdays go from 0"),
    (CalendarSpec(closures={date(2026, 1, 8): "\x00 "}), "2026-01-08: say why it is closed"),
    (CalendarSpec(extra_days={date(2026, 1, 10): ""}), "2026-01-10: say why it is worked"),
    (CalendarSpec(closures={date(2026, 1, 8): "x" * 501}), "at most 500 characters"),
    (CalendarSpec(closures={date(2101, 1, 8): "far"}), "lies outside the years"),
    (
        CalendarSpec(
            weekdays=(), extra_days={date(1991, 1, 1) + timedelta(days=n): "x" for n in range(2500)}
        ),
        "too few working days to count the open tasks by",
    ),
]


@pytest.mark.parametrize(("spec", "words"), BAD, ids=[words for _, words in BAD])
def test_a_calendar_that_cannot_be_is_refused_in_words(
    store_url: str, spec: CalendarSpec, words: str
) -> None:
    with new_store(store_url, clock=Clock(NEW_YEAR)) as store:
        with pytest.raises((StoreError, CalendarError), match=words):
            change(store, spec)
        with reader_of(store) as reader:
            questions = reader.calendar_questions()
            with pytest.raises((StoreError, CalendarError), match=words):
                questions.effect(spec)
            assert questions.page().number == 1


@pytest.mark.parametrize(("reason", "words"), [(" \x00", "say why"), ("x" * 501, "at most 500 characters")])
def test_a_change_needs_its_reason(store_url: str, reason: str, words: str) -> None:
    with new_store(store_url, clock=Clock(NEW_YEAR)) as store:
        with pytest.raises(StoreError, match=words):
            save_calendar(store, CLOSED, reason=reason, actor="Dee")
        with reader_of(store) as reader:
            assert reader.calendar_questions().page().number == 1


def test_the_page_and_the_history_say_who_when_and_why(store_url: str) -> None:
    clock = Clock(NEW_YEAR)
    with new_store(store_url, clock=clock) as store:
        change(store, CLOSED)
        change(store, CalendarSpec(region="GB-SCT"))  # the clock stands still: the order is kept all the same
        with reader_of(store) as reader:
            page = reader.calendar_questions().page()
            newest, middle, first = reader.calendar_questions().history()
    assert (page.number, page.spec.region, page.by, page.reason) == (3, "GB-SCT", "Dee Light", "a test")
    assert (page.warnings, page.today) == ((), NEW_YEAR.date())
    assert page.holidays[0] == (date(2026, 4, 3), "Good Friday")
    assert page.holidays[-1][0] == date(2027, 1, 4)
    assert [view.number for view in (newest, middle, first)] == [3, 2, 1]
    assert newest.at > middle.at
    assert newest.from_day == middle.from_day == NEW_YEAR.date()
    assert middle.changed == ("2026-01-08 is closed: moving house",)
    assert newest.changed == (
        "bank holidays of GB-SCT, before of GB-ENG",
        "2026-01-08 is not closed any more (was: moving house)",
    )
    assert (first.by, first.reason, first.from_day) == ("system", "The calendar of the founding", None)
    assert first.changed == ()


def test_the_page_warns_when_the_known_holidays_run_out_within_a_year(store_url: str) -> None:
    clock = Clock(datetime(2026, 1, 7, tzinfo=UTC))
    with new_store(store_url, clock=clock) as store, reader_of(store) as reader:
        assert reader.calendar_questions().page().warnings == ()
        clock.moment = datetime(2100, 1, 7, tzinfo=UTC)
        (warning,) = reader.calendar_questions().page().warnings
        assert warning == reader.warnings()[0]
        assert "are known only to 2100" in warning
