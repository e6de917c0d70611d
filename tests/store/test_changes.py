"""What changed between two days, on both databases, against the brute-force reading of the design."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kpi.changes import Change, ChangeView
from kpi.status import Status
from kpi.targets import Target
from store.changes import ChangeQuery
from store.errors import StoreError
from store.maintenance import advance
from store.reading import Reader
from store.tasks import TaskQuery
from tests.oracle import brute, generate
from tests.oracle.working_days import calendar_from_holidays
from tests.slowly import first_of
from tests.store.helpers import Clock, _ordered, _plain, import_rows, new_store, reader_of

NHS_JOBS = tomllib.loads(resources.files("kpi").joinpath("nhs_jobs.toml").read_text("utf-8"))
CALENDAR = calendar_from_holidays()
NUMBERS = {"default": (3, 8), "offers.sent": (2, 3), "shortlisting.online_scoring": (0, 0)}
Tasks = dict[tuple[Any, ...], dict[str, Any]]


def targets() -> dict[str, Target]:
    codes = [kpi["code"] for stage in NHS_JOBS["stage"] for kpi in stage["kpi"]]
    return {code: Target(*NUMBERS.get(code, NUMBERS["default"])) for code in codes}


class Oracle:
    """Every task on any day, by what it is; each day is replayed once."""

    def __init__(self, rows: list[dict[str, Any]], today: date | None = None) -> None:
        self.rows, self.today = rows, today
        self.days: dict[date, Tasks] = {}

    def on(self, day: date) -> Tasks:
        if day not in self.days:
            tasks = brute.tasks_on(
                self.rows, NHS_JOBS, NUMBERS, CALENDAR, day, today=self.today, cancelling_drops_timers=True
            )
            keys = ("kpi", "listing", "application", "round")
            self.days[day] = {tuple(task[key] for key in keys): task for task in tasks}
        return self.days[day]

    def status(self, key: tuple[Any, ...], day: date) -> str | None:
        """The task's status on a day, None if it is not open."""
        task = self.on(day).get(key)
        return None if task is None or task["finished_at"] is not None else task["status"]

    def open(self, day: date) -> set[tuple[Any, ...]]:
        return {key for key, task in self.on(day).items() if task["finished_at"] is None}

    def changes(self, since: date, until: date) -> list[tuple[str, tuple[Any, ...]]]:
        """What changed, in the plainest way."""
        known = since if self.today is None else min(since, self.today)
        found = []
        for key, task in self.on(until).items():
            before, after = self.status(key, since), self.status(key, until)
            if CALENDAR.day_of(task["opened_at"]) > known:
                found.append(("entered", key))
            if task["finished_at"] is not None and CALENDAR.day_of(task["finished_at"]) > known:
                found.append(("left", key))
            if after == "due" and before not in ("due", "overdue"):
                found.append(("became_due", key))
            if after == "overdue" and before != "overdue":
                found.append(("became_overdue", key))
        return found


def seen(change: ChangeView) -> tuple[str, str]:
    return change.kind.value, repr(_plain(change.task))


def check(reader: Reader, oracle: Oracle, since: date, until: date) -> Counter[str]:
    """The list against the oracle; how many changes there were of each kind."""
    listed = reader.changes(ChangeQuery(since, until))
    found = listed.fetch(0, listed.total + 1)
    want = oracle.changes(since, until)
    tasks = oracle.on(until)
    assert sorted(map(seen, found)) == sorted((kind, repr(_ordered(tasks[key]))) for kind, key in want)
    kinds = Counter(kind for kind, _ in want)
    assert {kind.value: listed.counts.of(kind) for kind in Change} == {kind: kinds[kind] for kind in Change}
    assert listed.total == listed.counts.changes == len(found)
    order = [(list(Change).index(change.kind), change.day, change.task.id) for change in found]
    assert order == sorted(order)
    assert len(set(order)) == len(order)
    assert all(since < change.day <= until for change in found)
    before, after = len(oracle.open(since)), len(oracle.open(until))
    assert before + kinds["entered"] - kinds["left"] == after
    assert reader.board(since).totals.tasks == before
    assert reader.board(until).totals.tasks == after
    check_days(oracle, found)
    return kinds


def check_days(oracle: Oracle, found: tuple[ChangeView, ...]) -> None:
    """Each change happened on its day."""
    for change in found:
        shape, now = _plain(change.task), oracle.on(change.day)
        before = oracle.on(change.day - timedelta(days=1))
        same = ("kpi", "listing", "application", "started_at")
        # Two rounds of one KPI can start at the same instant.
        keys = [key for key, task in now.items() if all(task[name] == shape[name] for name in same)]
        assert any(happened(change.kind, before.get(key), now[key]) for key in keys), change


def happened(kind: Change, before: dict[str, Any] | None, now: dict[str, Any]) -> bool:
    if kind is Change.ENTERED:
        return before is None
    if kind is Change.LEFT:
        return now["finished_at"] is not None and (before is None or before["finished_at"] is None)
    held = ("status", "due_on", "done_by")
    wanted = "due" if kind is Change.BECAME_DUE else "overdue"
    return now["status"] == wanted and (before is None or any(before[name] != now[name] for name in held))


@pytest.mark.parametrize("seed", first_of(range(5), 2))
def test_every_change_between_two_past_days(store_url: str, tmp_path: Path, seed: int) -> None:
    rows = generate.recruitment(seed, 5) + generate.chaos(seed)
    rng, oracle, kinds = Random(seed), Oracle(rows), Counter[str]()
    with new_store(store_url, targets=targets()) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            days = sorted({*generate.days_to_check(rows, 12, seed), *sorted(map(day_of, rows))[::7]})
            for _ in range(14):
                first, second = rng.choice(days), rng.choice(days)
                second = second if first != second else first + timedelta(days=rng.randint(1, 9))
                kinds += check(reader, oracle, min(first, second), max(first, second))
    assert {"entered", "left", "became_overdue"} <= set(kinds)


def day_of(row: dict[str, Any]) -> date:
    return CALENDAR.day_of(row["at"])


@pytest.mark.parametrize("seed", first_of([0, 1, 2, 4], 2))
def test_every_change_up_to_today_and_to_days_to_come(store_url: str, tmp_path: Path, seed: int) -> None:
    rows = generate.recruitment(seed, 8) + generate.chaos(seed)
    days = sorted(map(day_of, rows))
    today = days[len(days) // 2]
    oracle, kinds = Oracle(rows, today), Counter[str]()
    clock = Clock(datetime.combine(today, time(23, 59, 59, 999999), ZoneInfo("Europe/London")))
    with new_store(store_url, targets=targets(), clock=clock) as store:
        import_rows(store, rows, tmp_path)
        advance(store)
        with reader_of(store) as reader:
            for back, ahead in ((1, 0), (9, 0), (40, 0), (2, 3), (20, 30), (90, 4), (300, 400)):
                kinds += check(reader, oracle, today - timedelta(days=back), today + timedelta(days=ahead))
            for first, second in ((0, 1), (0, 3), (0, 12), (3, 5), (1, 200)):
                ahead_only = check(
                    reader, oracle, today + timedelta(days=first), today + timedelta(days=second)
                )
                assert not ahead_only["entered"]
                assert not ahead_only["left"]
                kinds += ahead_only
    assert set(kinds) == set(Change)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_every_change_in_many_more_histories(store_url: str, tmp_path: Path, seed: int) -> None:
    test_every_change_between_two_past_days(store_url, tmp_path, seed)


def has_all_kinds(reader: Reader, since: date, until: date) -> bool:
    counts = reader.changes(ChangeQuery(since, until)).counts
    return all(counts.of(kind) for kind in Change)


@pytest.fixture
def filled(store_url: str, tmp_path: Path) -> Any:
    """A reader of some recruitment, and two days with changes of every kind between them."""
    rows = generate.recruitment(3, 30)
    days = sorted(map(day_of, rows))
    with new_store(store_url, targets=targets()) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            since = days[len(days) // 3]
            ahead = (since + timedelta(days=n) for n in range(60, 300))
            yield reader, since, next(day for day in ahead if has_all_kinds(reader, since, day))


def test_any_part_of_a_list_is_the_same_part(filled: Any) -> None:
    reader, since, until = filled
    listed = reader.changes(ChangeQuery(since, until))
    whole = listed.fetch(0, 10_000)
    assert len(whole) == listed.total > 30
    assert {change.kind for change in whole} == set(Change)
    for start in (0, 5, len(whole) // 2, len(whole) - 3, len(whole)):
        assert listed.fetch(start, 7) == whole[start : start + 7]
    assert listed.fetch(-3, 5) == whole[:2]


def test_kinds_users_stages_and_kpis_agree_with_the_whole_list(filled: Any) -> None:
    reader, since, until = filled
    whole = reader.changes(ChangeQuery(since, until)).fetch(0, 10_000)
    for kinds in ({Change.LEFT}, {Change.ENTERED, Change.BECAME_OVERDUE}, set[Change]()):
        listed = reader.changes(ChangeQuery(since, until, frozenset(kinds)))
        assert list(listed.fetch(0, 10_000)) == [change for change in whole if change.kind in kinds]
        assert listed.counts.changes == len(whole), "the counts are of all kinds"
    for task in [change.task for change in whole[::9]]:
        for name, value in (("user", task.user), ("stage", task.stage), ("kpi", task.kpi)):
            listed = reader.changes(ChangeQuery(since, until, **dict[str, Any]({name: value})))
            want = [change for change in whole if getattr(change.task, name) == value]
            assert list(listed.fetch(0, 10_000)) == want
            assert listed.counts.changes == len(want) > 0


def test_cursors_lead_through_the_whole_list(filled: Any) -> None:
    reader, since, until = filled
    for kinds in (None, frozenset({Change.LEFT, Change.BECAME_DUE})):
        query = ChangeQuery(since, until, kinds)
        whole = reader.changes(query).fetch(0, 10_000)
        found: list[ChangeView] = []
        text = None
        while True:
            listed = reader.changes(query)
            part, key = listed.after(None if text is None else listed.parse_cursor(text), 5)
            found += part
            text = listed.cursor(key)
            if text is None:
                break
            assert len(part) == 5
        assert tuple(found) == whole


@pytest.mark.parametrize(
    "text", ["", "x", "W10=", "WyJjaGFuZ2UiLCA5LCAxLCAxXQ==", "WyJkZWFkbGluZSIsIDEsIDJd"]
)
def test_a_cursor_of_another_kind_is_refused(store_url: str, text: str) -> None:
    with new_store(store_url) as store, reader_of(store) as reader:
        listed = reader.changes(ChangeQuery(date(2026, 3, 2), date(2026, 3, 3)))
        with pytest.raises(StoreError, match="no cursor"):
            listed.parse_cursor(text)


def test_without_days_it_is_since_the_working_day_before_today(store_url: str, tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 4, 7, 12, 0, tzinfo=UTC))  # the Tuesday after Easter
    rows = [
        {"event": "listing_created", "at": datetime(2026, 4, day, 9, 0, tzinfo=UTC), "listing": f"L{day}"}
        for day in (2, 5, 7)
    ]
    for row in rows:
        row["event"] = "listing_published"
    with new_store(store_url, clock=clock, targets=targets()) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            listed = reader.changes(ChangeQuery())
            assert (listed.since, listed.until) == (date(2026, 4, 2), date(2026, 4, 7))
            entered = [change for change in listed.fetch(0, 100) if change.kind is Change.ENTERED]
            assert [(change.task.listing, change.day.day) for change in entered] == [("L5", 5), ("L7", 7)]


def test_what_left_shows_how_it_ended(store_url: str, tmp_path: Path) -> None:
    def at(day: int) -> datetime:
        return datetime(2026, 3, day, 9, 0, tzinfo=UTC)

    rows = [
        {"event": "listing_published", "at": at(2), "listing": "L"},
        {"event": "listing_published", "at": at(2), "listing": "M"},
        {"event": "listing_closed", "at": at(4), "listing": "L"},
        {"event": "listing_cancelled", "at": at(5), "listing": "M"},
    ]
    with new_store(store_url, targets=targets()) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            kinds = frozenset({Change.LEFT})
            left = reader.changes(ChangeQuery(date(2026, 3, 3), date(2026, 3, 6), kinds)).fetch(0, 10)
            said = {change.task.listing: (change.day.day, change.task) for change in left}
            assert said["L"][0] == 4
            assert said["L"][1].in_time is True
            assert said["M"][0] == 5
            assert said["M"][1].status is Status.CANCELLED


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (date(2026, 3, 3), date(2026, 3, 3), "from an earlier day to a later one, not from 2026-03-03 to"),
        (date(2026, 3, 4), date(2026, 3, 3), "from an earlier day to a later one"),
        (date(1950, 1, 1), date(2026, 3, 3), "1950-01-01 lies outside the years"),
        (date(2026, 3, 3), date(2200, 1, 1), "2200-01-01 lies outside the years"),
        (None, date(1990, 1, 1), "no working day before 1990-01-01"),
    ],
)
def test_days_that_make_no_sense_are_refused_in_words(
    store_url: str, since: date | None, until: date, words: str
) -> None:
    with new_store(store_url) as store, reader_of(store) as reader:
        with pytest.raises(Exception, match=words):
            reader.changes(ChangeQuery(since, until))
        with pytest.raises(StoreError, match="no stage “x”"):
            reader.changes(ChangeQuery(stage="x"))


def test_a_task_that_has_gone_since_the_list_was_made_is_left_out(filled: Any) -> None:
    reader, since, until = filled
    listed = reader.changes(ChangeQuery(since, until))
    whole = listed.fetch(0, 10_000)
    listed._keys[Change.ENTERED].ids[0] = 1
    assert listed.fetch(0, 10_000) == whole[1:]
    assert reader.task_list(TaskQuery(as_of=until)).total > 0
