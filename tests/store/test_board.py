"""The board and the lists, on both databases, against the brute-force reading of the design."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kpi.board import Counts
from kpi.status import Status
from kpi.targets import Target
from store.errors import StoreError
from store.maintenance import advance, rebuild
from store.tasks import Sort, TaskQuery
from tests.oracle import brute, generate
from tests.oracle.working_days import calendar_from_holidays
from tests.slowly import first_of
from tests.store.helpers import Clock, everything, expected, import_rows, new_store, reader_of, tasks_of

NHS_JOBS = tomllib.loads(resources.files("kpi").joinpath("nhs_jobs.toml").read_text("utf-8"))
CALENDAR = calendar_from_holidays()
NUMBERS = {"default": (3, 8), "offers.sent": (2, 3), "shortlisting.online_scoring": (0, 0)}


def targets() -> dict[str, Target]:
    codes = [kpi["code"] for stage in NHS_JOBS["stage"] for kpi in stage["kpi"]]
    return {code: Target(*NUMBERS.get(code, NUMBERS["default"])) for code in codes}


def oracle(rows: list[dict[str, Any]], day: date, today: date | None = None) -> list[dict[str, Any]]:
    return brute.tasks_on(rows, NHS_JOBS, NUMBERS, CALENDAR, day, today=today, cancelling_drops_timers=True)


def counts(row: dict[str, int]) -> Counts:
    return Counts(row["on_track"], row["due"], row["overdue"], row["paused"])


@pytest.mark.parametrize("seed", first_of(range(6), 2))
def test_every_task_and_every_count_on_many_past_days(store_url: str, tmp_path: Path, seed: int) -> None:
    rows = generate.recruitment(seed, 6) + generate.chaos(seed)
    with new_store(store_url, targets=targets()) as store:
        result = import_rows(store, rows, tmp_path)
        assert result.rows == result.events_added == len(rows)
        assert result.quarantined_total == 0
        with reader_of(store) as reader:
            for day in generate.days_to_check(rows, 12, seed):
                want = oracle(rows, day)
                assert tasks_of(reader, day) == expected(want), day
                check_board(reader, want, day)


def check_board(reader: Any, want: list[dict[str, Any]], day: date) -> None:
    board = reader.board(day)
    said = brute.board(want, NHS_JOBS)
    assert board.totals == counts(said["totals"])
    for stage, of_stage in zip(board.stages, said["stages"], strict=True):
        assert (stage.code, stage.counts) == (of_stage["code"], counts(of_stage))
        for kpi, of_kpi in zip(stage.kpis, of_stage["kpis"], strict=True):
            assert (kpi.code, kpi.counts) == (of_kpi["code"], counts(of_kpi))
    users = {task["user"] for task in want if task["finished_at"] is None}
    for user in sorted(filter(None, users)):
        own = [task for task in want if task["user"] == user]
        assert reader.board(day, user).totals == counts(brute.board(own, NHS_JOBS)["totals"]), user
    by_user = {row.user: row for row in reader.listings_by_user(day)}
    assert set(by_user) == users
    for user, row in by_user.items():
        own = [task for task in want if task["user"] == user and task["finished_at"] is None]
        assert row.tasks == len(own)
        assert row.listings == most_pressing(own)


def most_pressing(tasks: list[dict[str, Any]]) -> Counts:
    """Listings by their most pressing task."""
    order = ["overdue", "due", "on_track", "paused"]
    worst: dict[str, str] = {}
    for task in tasks:
        seen = worst.get(task["listing"], "paused")
        worst[task["listing"]] = min(seen, task["status"], key=order.index)
    said = list(worst.values())
    return Counts(*(said.count(word) for word in ("on_track", "due", "overdue", "paused")))


@pytest.mark.parametrize("seed", first_of(range(4), 2))
def test_today_and_the_days_to_come_show_todays_open_tasks(store_url: str, tmp_path: Path, seed: int) -> None:
    """Timers and events that lie ahead wait for their time; a coming day is judged with today's tasks."""
    rows = generate.recruitment(seed, 8) + generate.chaos(seed)
    days = sorted(CALENDAR.day_of(row["at"]) for row in rows)
    clock = Clock(at_the_end_of(days[len(days) // 2]))
    with new_store(store_url, targets=targets(), clock=clock) as store:
        for step in (0, 3, 40):
            today = days[len(days) // 2] + timedelta(days=step)
            clock.moment = at_the_end_of(today - timedelta(days=1))
            import_rows(store, rows, tmp_path)  # what is after tomorrow is not believed yet
            clock.moment = at_the_end_of(today)
            advance(store)
            with reader_of(store) as reader:
                assert not reader.pending()
                assert reader.today() == today
                for ahead in (0, 1, 5, 30):
                    day = today + timedelta(days=ahead)
                    check_board(reader, oracle(rows, day, today), day)
                total = reader.board().totals.tasks
                assert reader.task_list(TaskQuery()).total == total
                assert sum(row.tasks for row in reader.listings_by_user()) == total


def at_the_end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo("Europe/London")) - timedelta(
        microseconds=1
    )


@pytest.mark.parametrize("seed", first_of(range(3), 1))
def test_rebuild_changes_nothing(store_url: str, tmp_path: Path, seed: int) -> None:
    with new_store(store_url) as store:
        import_rows(store, generate.recruitment(seed, 10), tmp_path)
        before = everything(store)
        result = rebuild(store)
        assert (result.listings, result.changed) == (10, 0)
        assert everything(store) == before


def test_rebuild_puts_right_what_was_edited_behind_its_back(store_url: str, tmp_path: Path) -> None:
    with new_store(store_url) as store:
        import_rows(store, generate.recruitment(1, 10), tmp_path)
        before = everything(store)
        with store.work("test") as work:
            work.plain.run("UPDATE task SET due_on = due_on - 5 WHERE ended_on IS NULL")
            work.plain.run("UPDATE task_count SET tasks = tasks + 1")
        assert rebuild(store).changed > 0
        assert everything(store) == before


def test_late_rows_give_the_same_tasks_as_timely_ones(store_url: str, tmp_path: Path) -> None:
    rows = generate.recruitment(5, 6, late=0)
    with new_store(store_url) as store:
        import_rows(store, [row for place, row in enumerate(rows) if place % 3], tmp_path)
        import_rows(store, [row for place, row in enumerate(rows) if not place % 3], tmp_path)
        with reader_of(store) as reader:
            day = max(row["at"] for row in rows).date() + timedelta(days=3)
            arrived = [r for p, r in enumerate(rows) if p % 3] + [r for p, r in enumerate(rows) if not p % 3]
            want = brute.tasks_on(arrived, NHS_JOBS, {}, CALENDAR, day, cancelling_drops_timers=True)
            assert tasks_of(reader, day) == expected(want)


@pytest.mark.parametrize("sort", list(Sort))
def test_any_part_of_a_list_is_the_same_part(store_url: str, tmp_path: Path, sort: Sort) -> None:
    rows = generate.recruitment(2, 40)
    day = sorted(row["at"] for row in rows)[len(rows) // 2].date()
    with new_store(store_url, targets=targets()) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            for as_of in (day, None):
                query = TaskQuery(as_of=as_of, sort=sort)
                whole = reader.task_list(query).fetch(0, 10_000)
                tasks = reader.task_list(query)
                assert tasks.total == len(whole) > 10
                starts = [0, len(whole) - 7, 13, 20, 6, len(whole) - 14, 1, len(whole) // 2, len(whole) - 1]
                for start in starts:
                    assert tasks.fetch(start, 7) == whole[start : start + 7], (sort, start)
                assert tasks.fetch(len(whole), 7) == ()
                assert in_order(whole, sort)


def in_order(tasks: Any, sort: Sort) -> bool:
    codes = [kpi["code"] for stage in NHS_JOBS["stage"] for kpi in stage["kpi"]]
    key = {
        Sort.DEADLINE: lambda task: task.done_by,
        Sort.STAGE: lambda task: (codes.index(task.kpi), task.done_by),
        Sort.LISTING: lambda task: task.listing,
        Sort.AGE: lambda task: task.started_at,
    }[sort]
    return [key(task) for task in tasks] == sorted(key(task) for task in tasks)


def test_filters_agree_with_the_whole_list(store_url: str, tmp_path: Path) -> None:
    rows = generate.recruitment(3, 30)
    day = sorted(row["at"] for row in rows)[len(rows) // 2].date()
    with new_store(store_url, targets=targets()) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            for finished in (False, True):
                for as_of in (day, None):
                    whole = reader.task_list(TaskQuery(as_of=as_of, finished=finished)).fetch(0, 100_000)
                    assert whole or (as_of is None)
                    for status in Status:
                        want = [task for task in whole if task.status is status]
                        found = reader.task_list(TaskQuery(as_of=as_of, finished=finished, status=status))
                        assert list(found.fetch(0, 100_000)) == want
                        assert found.total == len(want)
                    for task in whole[:20]:
                        for name, value in (
                            ("stage", task.stage), ("kpi", task.kpi), ("user", task.user),
                            ("listing", task.listing), ("application", task.application),
                        ):  # fmt: skip
                            if value is None:
                                continue
                            query = replace(
                                TaskQuery(as_of=as_of, finished=finished), **dict[str, Any]({name: value})
                            )
                            want = [t for t in whole if getattr(t, name) == value]
                            assert list(reader.task_list(query).fetch(0, 100_000)) == want
            with pytest.raises(StoreError, match="no stage “x”"):
                reader.task_list(TaskQuery(stage="x"))
            with pytest.raises(StoreError, match="no KPI “y”"):
                reader.task_list(TaskQuery(kpi="y"))


def test_an_explanation_adds_up(store_url: str, tmp_path: Path) -> None:
    rows = generate.recruitment(4, 12)
    day = sorted(row["at"] for row in rows)[len(rows) // 2].date()
    with new_store(store_url, targets=targets()) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            tasks = [
                t for f in (False, True) for t in reader.task_list(TaskQuery(day, finished=f)).fetch(0, 999)
            ]
            assert len(tasks) > 20
            for task in tasks:
                said = reader.explain(task.id, day)
                assert said.task == task
                assert sum(line.counted for line in said.days) == task.elapsed_working_days
                assert said.days[0].day == task.day_zero
                days = [line.day for line in said.days]
                assert days == [task.day_zero + timedelta(days=n) for n in range(len(days))]
                assert reader.task(task.id, day) == task


def test_an_explanation_knows_nothing_of_later_days(store_url: str, tmp_path: Path) -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    rows = [
        {"event": "listing_published", "at": at, "listing": "L"},
        {"event": "listing_frozen", "at": at + timedelta(days=2), "listing": "L"},
        {"event": "listing_unfrozen", "at": at + timedelta(days=14), "listing": "L"},
        {"event": "note", "at": at + timedelta(days=20), "listing": "L", "closing_date": date(2026, 5, 1)},
    ]
    with new_store(store_url, targets=targets()) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            task = reader.task_list(TaskQuery()).fetch(0, 1)[0]
            early = reader.explain(task.id, date(2026, 3, 10))
            assert early.status is Status.PAUSED
            assert "not lifted yet" in early.days[-1].why
            assert "Target set 1" in early.target_words
            late = reader.explain(task.id, date(2026, 3, 30))
            assert "closing date" in late.target_words
            assert any("lifted 2026-03-16" in day.why for day in late.days)


@pytest.mark.parametrize("text", ["ffffffffffffffffff", "8000000000000000", "", "-1", "0x12", "offers.sent"])
def test_an_id_that_is_none_is_refused(store_url: str, text: str) -> None:
    with (
        new_store(store_url) as store,
        reader_of(store) as reader,
        pytest.raises(StoreError, match="no task's id"),
    ):
        reader.task(text)


def test_a_task_that_was_not_there_is_refused_in_words(store_url: str, tmp_path: Path) -> None:
    with new_store(store_url) as store:
        import_rows(store, generate.recruitment(1, 2), tmp_path)
        with reader_of(store) as reader:
            task = reader.task_list(TaskQuery(finished=True)).fetch(0, 1)[0]
            with pytest.raises(StoreError, match="was not on the board on 1995-01-01"):
                reader.task(task.id, date(1995, 1, 1))
            with pytest.raises(StoreError, match="there is no task “0123”"):
                reader.task("0123")
            with pytest.raises(StoreError, match="is no task's id"):
                reader.task("offers.sent")


def test_search_finds_listings_and_applicants(store_url: str, tmp_path: Path) -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    rows = [
        {"event": "listing_published", "at": at, "listing": "JR-100%_A"},
        {"event": "offer_sent", "at": at, "listing": "JR-200", "application": "APP-é7"},
    ]
    with new_store(store_url) as store:
        import_rows(store, rows, tmp_path)
        with reader_of(store) as reader:
            assert [(hit.listing, hit.application) for hit in reader.search("jr-")] == [
                ("JR-100%_A", None),
                ("JR-200", None),
            ]
            assert [hit.listing for hit in reader.search("0%_")] == ["JR-100%_A"]
            found = reader.search("app-")
            assert [(hit.listing, hit.application, hit.open_tasks) for hit in found] == [
                ("JR-200", "APP-é7", 1)
            ]
            assert [hit.target_set for hit in (*reader.search("jr-"), *found)] == [1, 1, 1]
            assert [hit.application for hit in reader.search("APP-É")] == ["APP-é7"]
            assert reader.search("  ") == ()
            assert reader.search("nothing like it") == ()
            assert [e.kind for e in reader.events("JR-200", "APP-é7")] == ["offer_sent"]
            assert reader.events("no such listing") == ()
