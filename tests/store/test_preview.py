"""Previews and suggestions, against a brute-force replay of every day under the draft."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from kpi.catalogue import built_in
from kpi.survival import FEWEST_FINISHED, MEDIAN, SLOW, percentiles
from kpi.targets import Target
from store.calendar_changes import save_calendar
from store.errors import StoreError
from store.maintenance import advance
from tests.kpi.changing import random_changes
from tests.oracle import brute, generate
from tests.slowly import first_of
from tests.store.helpers import Clock, import_rows, new_store, reader_of
from tests.store.test_changes import CALENDAR, NHS_JOBS, NUMBERS, day_of, targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from store.reading import Reader
    from store.work import Store
    from tests.kpi.changing import Change

CODES = [kpi.code for kpi in built_in().kpis]
LONDON = ZoneInfo("Europe/London")
Days = dict[tuple[Any, ...], tuple[date | None, date | None]]
Rows = list[dict[str, Any]]
Numbers = dict[str, tuple[int, int]]


def tasks_on(rows: Rows, numbers: Numbers, day: date, changes: Sequence[Change] = ()) -> dict[Any, Any]:
    found = brute.tasks_on(
        rows, NHS_JOBS, numbers, CALENDAR, day, cancelling_drops_timers=True,
        changes=[(one.at, one.oracle) for one in changes],
    )  # fmt: skip
    return {(task["kpi"], task["listing"], task["application"], task["round"]): task for task in found}


def turning_days(
    rows: Rows, numbers: Numbers, until: date, cancelled: set[Any], changes: Sequence[Change]
) -> Days:
    """When each task first was due or overdue, and first overdue, on a day of its life."""
    found: Days = {}
    day = min(map(day_of, rows))
    while day <= until:
        for key, task in tasks_on(rows, numbers, day, changes).items():
            ended = None if task["finished_at"] is None else CALENDAR.day_of(task["finished_at"])
            if key in cancelled or (ended is not None and ended < day):
                continue
            due, overdue = found.get(key, (None, None))
            if task["status"] in ("due", "overdue"):
                due = due or day
            if task["status"] == "overdue":
                overdue = overdue or day
            found[key] = (due, overdue)
        day += timedelta(days=1)
    return found


def counted(days: Days, rows: list[dict[str, Any]], since: date, until: date) -> dict[str, tuple[int, ...]]:
    """Per KPI: tasks that lived within the period, and how many became due, and overdue."""
    last = tasks_on(rows, NUMBERS, until)
    found: dict[str, list[int]] = {code: [0, 0, 0] for code in CODES}
    for key in days.keys() & last.keys():
        ended, row = last[key]["finished_at"], found[key[0]]
        row[0] += ended is None or CALENDAR.day_of(ended) >= since
        for place, day in enumerate(days[key], 1):
            row[place] += day is not None and since <= day <= until
    return {code: tuple(row) for code, row in found.items()}


def random_draft(rng: Random) -> dict[str, Target]:
    pairs = (sorted((rng.randint(0, 9), rng.randint(0, 14))) for _ in CODES)
    return {code: Target(*pair) for code, pair in zip(CODES, pairs, strict=True)}


@pytest.mark.parametrize("seed", first_of(range(6), 2))
def test_a_preview_is_what_a_replay_under_the_draft_gives(store_url: str, tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    rows = generate.recruitment(seed, 3) + generate.chaos(seed, 1, 25)
    # The brute force looks at every day.
    middle = sorted(map(day_of, rows))[len(rows) // 2]
    rows = [row for row in rows if abs((day_of(row) - middle).days) < 60]
    known = sorted(map(day_of, rows))
    today = known[len(known) * 9 // 10]
    now = Clock(datetime.combine(today, time(23, 59, 59, 999999), LONDON))
    past = [row for row in rows if day_of(row) <= today]
    cancelled = {key for key, task in tasks_on(past, NUMBERS, today).items() if task["status"] == "cancelled"}
    changes = random_changes(rng, past) if seed % 2 else []
    draft = random_draft(rng)
    numbers = {code: (target.due_days, target.done_by_days) for code, target in draft.items()}
    with new_store(store_url, targets=targets(), clock=now) as store:
        change_calendar(store, now, changes)
        import_rows(store, rows, tmp_path)
        advance(store)
        with reader_of(store) as reader:
            real_days = turning_days(past, NUMBERS, today, cancelled, changes)
            draft_days = turning_days(past, numbers, today, cancelled, changes)
            assert any(due for due, _ in draft_days.values())
            for since, until in periods(rng, known[0], today):
                really = counted(real_days, past, since, until)
                would = counted(draft_days, past, since, until)
                sample = reader.targets().sample(since, until)
                for row in sample.preview(draft):
                    assert (row.tasks, row.due_now, row.overdue_now) == really[row.kpi], row.kpi
                    assert (row.tasks, row.due_draft, row.overdue_draft) == would[row.kpi], row.kpi
                check_affected(reader, draft, since, until, sample.preview(draft))


def change_calendar(store: Store, clock: Clock, changes: Sequence[Change]) -> None:
    today = clock.moment
    for one in changes:
        clock.moment = one.at
        save_calendar(store, one.spec, reason="a test", actor="tester")
    clock.moment = today


def periods(rng: Random, first: date, today: date) -> list[tuple[date, date]]:
    middle = first + (today - first) // 2
    return [(first, today), (middle, min(today, middle + timedelta(days=rng.randint(5, 40))))]


def check_affected(reader: Reader, draft: Mapping[str, Target], since: date, until: date, rows: Any) -> None:
    """The listings that are named account for the difference between the counts."""
    for row in rows:
        named = reader.targets().affected(row.kpi, draft[row.kpi], since, until)
        for before, after, less, more in (
            (row.due_now, row.due_draft, "due_now", "due_draft"),
            (row.overdue_now, row.overdue_draft, "overdue_now", "overdue_draft"),
        ):
            gone = sum(getattr(one, less) is not None for one in named)
            come = sum(getattr(one, more) is not None for one in named)
            assert come - gone == after - before, row.kpi
        assert list(named) == sorted(named, key=lambda one: (one.listing, one.application or ""))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_a_preview_is_what_a_replay_gives_in_many_more_histories(
    store_url: str, tmp_path: Path, seed: int
) -> None:
    test_a_preview_is_what_a_replay_under_the_draft_gives(store_url, tmp_path, seed)


def test_the_draft_of_what_is_in_force_changes_nothing(store_url: str, tmp_path: Path) -> None:
    rows = generate.recruitment(3, 20)
    with new_store(store_url, targets=targets()) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            days = sorted(map(day_of, rows))
            sample = reader.targets().sample(days[0], days[-1])
            for row in sample.preview(reader.targets().page().targets):
                assert (row.due_now, row.overdue_now) == (row.due_draft, row.overdue_draft)
                assert not reader.targets().affected(row.kpi, targets()[row.kpi], days[0], days[-1])


def test_a_period_has_come_and_ends_after_it_begins(store_url: str) -> None:
    with new_store(store_url) as store, reader_of(store) as reader:
        today = reader.today()
        with pytest.raises(StoreError, match="has not come yet"):
            reader.targets().sample(today, today + timedelta(days=1))
        with pytest.raises(StoreError, match="lies after until"):
            reader.targets().sample(today, today - timedelta(days=1))
        with pytest.raises(StoreError, match=r"no KPI “draft\.x”"):
            reader.targets().affected("draft.x", Target(1, 2), today, today)
        assert {row.tasks for row in reader.targets().sample(today, today).preview(targets())} == {0}


@pytest.mark.parametrize("seed", first_of([1, 0], 1))
def test_suggestions_count_open_and_cancelled_tasks_as_censored(
    store_url: str, tmp_path: Path, seed: int
) -> None:
    rows = generate.recruitment(seed, 90) + generate.chaos(seed)
    days = sorted(map(day_of, rows))
    today, since = days[len(days) * 3 // 4], days[len(days) // 4]
    now = Clock(datetime.combine(today, time(23, 59, 59, 999999), LONDON))
    past = [row for row in rows if day_of(row) <= today]
    changes = random_changes(Random(seed), past) if seed else []
    with new_store(store_url, targets=targets(), clock=now) as store:
        change_calendar(store, now, changes)
        import_rows(store, rows, tmp_path)
        advance(store)
        with reader_of(store) as reader:
            enough = 0
            for begin in (None, since):
                took: dict[str, Any] = {code: (defaultdict(int), defaultdict(int)) for code in CODES}
                for key, task in tasks_on(past, NUMBERS, today, changes).items():
                    if begin is None or task["day_zero"] >= begin:
                        finished = task["finished_at"] is not None and task["status"] != "cancelled"
                        took[key[0]][0 if finished else 1][task["elapsed_working_days"]] += 1
                for one in reader.targets().suggestions(begin):
                    finished, censored = took[one.kpi]
                    assert one.samples == sum(finished.values()) + sum(censored.values())
                    assert one.finished == sum(finished.values())
                    if one.finished >= FEWEST_FINISHED:
                        enough += 1
                        assert (one.p50, one.p85) == percentiles(finished, censored, (MEDIAN, SLOW))
            assert enough > 3
