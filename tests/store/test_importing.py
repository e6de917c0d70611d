"""Importing: nothing twice, nothing lost, nothing guessed; kills and two at once are in test_kills.py."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kpi.calendar import CalendarSpec
from store.errors import StoreError
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.maintenance import advance, rebuild
from store.plain import connect
from store.tasks import TaskQuery
from tests.oracle import generate
from tests.slowly import slowly
from tests.store.helpers import Clock, everything, import_rows, new_store, reader_of

MAPPING = """
[source]
name = "test"
[columns]
event_id = "id"
event = "what"
at = "when"
listing = "vacancy"
application = "who"
title = "title"
[events]
"went live" = "listing_published"
[sandbox]
"title" = ["TEST", "Sandbox role"]
"""
HEADER = "id,what,when,vacancy,who,title\n"


def write(folder: Path, text: str, name: str = "events.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_every_row_is_accounted_for(store_url: str, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER
        + "1,went live,2026-03-02T09:00:00+00:00,V1,,Nurse\n"
        + "2,went live,2026-03-02T09:00:00+00:00,V2,,TEST\n"
        + "1,went live,2026-03-02T09:00:00+00:00,V1,,Nurse\n"
        + "3,went live,2026-03-02T09:00:00,V3,,Nurse\n"
        + "4,went live,,V4,,Nurse\n"
        + "5,coffee,2026-03-03T09:00:00Z,V1,A1,Nurse\n"
        + "6,coffee,2026-03-03T10:00:00Z,V1,A1,\n",
    )
    with new_store(store_url) as store:
        result = import_file(store, path, load_mapping(MAPPING))
        assert (result.rows, result.events_added, result.duplicates) == (7, 3, 1)
        assert (result.sandbox, result.quarantined_total) == (1, 2)
        assert [bad.line for bad in result.quarantined] == [5, 6]
        assert "timezone" in result.quarantined[0].reason.replace(" ", "")
        assert result.quarantined[1].reason == "no time"
        assert result.plain_activities == ("coffee",)
        assert (result.listings, result.applications, result.tasks_open) == (1, 1, 1)


def test_overlapping_files_add_nothing_twice_with_and_without_ids(store_url: str, tmp_path: Path) -> None:
    rows = generate.recruitment(1, 6, late=0)
    half = len(rows) // 2
    with new_store(store_url) as store:
        first = import_rows(store, rows[: half + 20], tmp_path)
        second = import_rows(store, rows[half:], tmp_path)
        assert first.events_added + second.events_added == len(rows)
        assert second.duplicates == 20
        before = everything(store)
        again = import_rows(store, rows, tmp_path)
        assert (again.events_added, again.duplicates) == (0, len(rows))
        assert everything(store) == before


def test_the_same_content_from_another_source_is_another_event(store_url: str, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + ",coffee,2026-03-03T09:00:00Z,V1,,\n")
    with new_store(store_url) as store:
        assert import_file(store, path, load_mapping(MAPPING)).events_added == 1
        assert import_file(store, path, load_mapping(MAPPING.replace('"test"', '"other"'))).events_added == 1


def test_gzip_is_read_as_it_is(store_url: str, tmp_path: Path) -> None:
    path = tmp_path / "events.csv.gz"
    path.write_bytes(gzip.compress((HEADER + "1,coffee,2026-03-03T09:00:00Z,V1,,\n").encode()))
    with new_store(store_url) as store:
        assert import_file(store, path, load_mapping(MAPPING)).events_added == 1


def test_what_came_before_a_break_is_kept_and_the_rest_follows(store_url: str, tmp_path: Path) -> None:
    lines = [f"{n},coffee,2026-03-03T09:00:00Z,V{n},,\n" for n in range(3_000)]
    whole = gzip.compress((HEADER + "".join(lines)).encode())
    path = tmp_path / "events.csv.gz"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with new_store(store_url) as store:
        with pytest.raises(StoreError, match="new events before that were kept"):
            import_file(store, path, load_mapping(MAPPING))
        with reader_of(store) as reader:
            assert not reader.is_empty()
        path.write_bytes(whole)
        result = import_file(store, path, load_mapping(MAPPING))
        assert result.listings == 3_000
        assert 0 < result.duplicates < 3_000
        assert result.events_added + result.duplicates == 3_000


def test_a_file_that_cannot_be_read_changes_nothing(store_url: str, tmp_path: Path) -> None:
    with new_store(store_url) as store:
        before = everything(store)
        for path in (
            tmp_path / "none.csv",
            tmp_path,
            write(tmp_path, ""),
            write(tmp_path, "a,b\n1,2\n", "c.csv"),
        ):
            with pytest.raises(StoreError):
                import_file(store, path, load_mapping(MAPPING))
        assert everything(store) == before


def test_hostile_text_is_cleaned_before_it_is_kept(store_url: str, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "1,went live,2026-03-02T09:00:00Z,V\x1b[31m1,,\u202eNurse [b]x\n")
    with new_store(store_url) as store:
        import_file(store, path, load_mapping(MAPPING))
        with reader_of(store) as reader:
            assert [(hit.listing, hit.title) for hit in reader.search("V")] == [("V[31m1", "Nurse [b]x")]


def test_events_beyond_the_calendars_years_are_quarantined(store_url: str, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER + "1,coffee,1989-01-01T09:00:00Z,V1,,\n2,coffee,2099-01-01T09:00:00Z,V1,,\n",
    )
    with new_store(store_url) as store:
        result = import_file(store, path, load_mapping(MAPPING))
        assert (result.events_added, result.quarantined_total) == (0, 2)
        assert all("impossible time" in bad.reason for bad in result.quarantined)


def test_a_closing_date_that_cannot_be_counted_is_quarantined_and_blocks_nothing(
    store_url: str, tmp_path: Path
) -> None:
    mapping = MAPPING.replace('title = "title"', 'closing_date = "title"').partition("[sandbox]")[0]
    path = write(
        tmp_path,
        HEADER
        + "1,went live,2026-03-02T09:00:00Z,V1,,2099-12-01\n"
        + "2,went live,2026-03-02T09:00:00Z,V2,,2026-03-09\n",
    )
    with new_store(store_url, spec=CalendarSpec(region="ES", zone="Europe/Madrid")) as store:
        result = import_file(store, path, load_mapping(mapping))
        assert (result.events_added, result.quarantined_total, result.tasks_open) == (1, 1, 1)
        assert "closing_date" in result.quarantined[0].reason


def test_a_corrected_event_replaces_the_old_one_and_both_stay(store_url: str, tmp_path: Path) -> None:
    first = write(tmp_path, HEADER + "1,went live,2026-03-02T09:00:00Z,V1,,Nurse\n", "a.csv")
    second = write(tmp_path, HEADER + "1,went live,2026-03-05T09:00:00Z,V1,,Nurse\n", "b.csv")
    moved = write(tmp_path, HEADER + "1,went live,2026-03-05T09:00:00Z,V2,,Nurse\n", "c.csv")
    with new_store(store_url) as store:

        def bring(path: Path) -> tuple[int, int]:
            result = import_file(store, path, load_mapping(MAPPING))
            assert rebuild(store).changed == 0
            return result.events_added, result.duplicates

        def tasks() -> list[tuple[str, str]]:
            with reader_of(store) as reader:
                found = reader.task_list(TaskQuery()).fetch(0, 9)
            return [(task.listing, str(task.day_zero)) for task in found]

        assert bring(first) == (1, 0)
        assert tasks() == [("V1", "2026-03-02")]
        assert bring(second) == (1, 0)
        assert tasks() == [("V1", "2026-03-05")]
        # An old export that comes again is known, and takes nothing back.
        assert bring(first) == bring(second) == (0, 1)
        assert tasks() == [("V1", "2026-03-05")]
        with reader_of(store) as reader:
            assert [dict(event.details).get("corrected") is None for event in reader.events("V1")] == [
                False,
                True,
            ]
        assert bring(moved) == (1, 0)
        assert tasks() == [("V2", "2026-03-05")]


def test_versions_of_an_event_within_one_file(store_url: str, tmp_path: Path) -> None:
    days = ("02", "05", "03")
    path = write(tmp_path, HEADER + "".join(f"1,went live,2026-03-{d}T09:00:00Z,V1,,\n" for d in days))
    with new_store(store_url) as store:
        result = import_file(store, path, load_mapping(MAPPING))
        assert (result.events_added, result.duplicates) == (3, 0)
        with reader_of(store) as reader:
            assert str(reader.task_list(TaskQuery()).fetch(0, 1)[0].day_zero) == "2026-03-03"


def test_a_file_with_an_impossible_name_is_imported(tmp_path: Path) -> None:
    path = tmp_path / b"\xff\x1b.csv".decode("utf-8", "surrogateescape")
    path.write_text(HEADER + "1,coffee,2026-03-03T09:00:00Z,V1,,\n", "utf-8")
    with new_store(str(tmp_path / "store.db")) as store:
        result = import_file(store, path, load_mapping(MAPPING))
        assert result.events_added == 1
        assert result.file.isprintable()


def test_progress_is_told_and_ends_at_the_whole(store_url: str, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "1,coffee,2026-03-03T09:00:00Z,V1,,\n")
    told: list[float] = []
    with new_store(store_url) as store:
        import_file(store, path, load_mapping(MAPPING), told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_a_timer_goes_off_when_its_time_comes(store_url: str, tmp_path: Path) -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    rows = [
        {"event": "interviews_arranged", "at": at, "listing": "L",
         "first_interview_at": at + timedelta(days=10), "last_interview_at": at + timedelta(days=11)},
        {"event": "interview_feedback_completed", "at": at + timedelta(days=20), "listing": "L"},
    ]  # fmt: skip
    clock = Clock(at + timedelta(days=1))
    stages = {0: "interviews.scheduled", 9: "interviews.in_progress", 12: "interviews.completed"}
    with new_store(store_url, clock=clock) as store:
        import_rows(store, rows, tmp_path)
        for days, kpi in stages.items():
            clock.moment = at + timedelta(days=days, hours=4)
            with reader_of(store) as reader:
                assert reader.pending() == (days > 0)
            assert advance(store) == (1 if days else 0)
            assert advance(store) == 0
            with reader_of(store) as reader:
                open_kpis = [k.code for s in reader.board().stages for k in s.kpis if k.counts.tasks]
                assert open_kpis == [kpi]
        clock.moment = at + timedelta(days=19)
        import_rows(store, rows, tmp_path)  # the last event is of tomorrow: it is kept, and waits
        with reader_of(store) as reader:
            assert not reader.pending()
            assert reader.board().totals.tasks == 1
        clock.moment = at + timedelta(days=21)
        assert advance(store) == 1
        with reader_of(store) as reader:
            assert [k.code for s in reader.board().stages for k in s.kpis if k.counts.tasks] == [
                "ready_to_offer.ready_to_start"
            ]


COUNT = """
import sys
from store.location import find_location
from store.work import Store
store = Store(find_location(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(25):
    with store.work("test") as work:
        value = work.plain.value("SELECT rows FROM import_run WHERE id = 1")
        work.plain.run("UPDATE import_run SET rows = ? WHERE id = 1", (value + 1,))
"""


@pytest.mark.parametrize("writers", [3, slowly(8)])
def test_writers_take_turns_and_lose_no_update(store_url: str, tmp_path: Path, writers: int) -> None:
    """Processes read, add one, write, all at once: without BEGIN IMMEDIATE most of it is lost."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with new_store(store_url) as store:
        import_rows(store, generate.recruitment(1, 1), tmp_path)
        with store.work("test") as work:
            work.plain.run("UPDATE import_run SET rows = 0 WHERE id = 1")
        command = [sys.executable, "-c", COUNT, store_url]
        running = [
            subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(writers)
        ]
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        for process in running:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
        for process in running:
            process.communicate(timeout=120)
        assert [process.returncode for process in running] == [0] * writers
        plain = connect(store.location)
        try:
            assert plain.value("SELECT rows FROM import_run WHERE id = 1") == 25 * writers
        finally:
            plain.close()
