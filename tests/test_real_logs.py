"""Two published logs, from file to board, against a computation over numpy: every task, twenty days."""

from __future__ import annotations

import gzip
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pytest

from kpi.calendar import CalendarSpec
from kpi.catalogue import load_catalogue, write_catalogue
from kpi.targets import load_targets
from store.feeds.inferring import infer_catalogue
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.maintenance import rebuild
from store.reading import Reader
from store.tasks import TaskQuery
from tests.slowly import first_of
from tests.store.helpers import new_store, reader_of

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TARGETS = "[default]\ndue = 2\ndone_by = 4\n"
DUE, DONE_BY = 2, 4


@dataclass(frozen=True)
class Log:
    file: str
    mapping: str
    region: str
    zone: str
    rows: int
    cases: int


LOGS = [
    Log("helpdesk.xes.gz", "helpdesk.mapping.toml", "IT", "Europe/Rome", 21_348, 4_580),
    Log("hiring_log_high.xes.gz", "hiring.mapping.toml", "GB-ENG", "Europe/London", 63_869, 10_000),
]


@dataclass(frozen=True)
class Arrays:
    """One row per task, computed without a line of ours: from the XML by ElementTree, days by numpy."""

    case: list[str]
    activity: list[str]
    start_day: np.ndarray
    end_day: np.ndarray  # NaT while open
    due_on: np.ndarray
    done_by: np.ndarray
    calendar: np.busdaycalendar


def read_cases(path: Path) -> dict[str, list[tuple[datetime, str, str]]]:
    """Per case its events in order of time, then of the file; a row that repeats another is one event."""
    cases: dict[str, list[tuple[datetime, str, str]]] = {}
    with gzip.open(path) as file:
        for _, trace in ET.iterparse(file):  # noqa: S314 - a file of our own choice
            if trace.tag.rpartition("}")[2] != "trace":
                continue
            name = attribute(trace, "concept:name")
            said = cases.setdefault(name, [])
            for event in trace:
                if event.tag.rpartition("}")[2] == "event":
                    at = datetime.fromisoformat(attribute(event, "time:timestamp")).astimezone(UTC)
                    actor = attribute(event, "resource") or attribute(event, "org:resource")
                    said.append((at, attribute(event, "concept:name"), actor))
            trace.clear()
    return {name: sorted(dict.fromkeys(said), key=lambda event: event[0]) for name, said in cases.items()}


def attribute(element: ET.Element, key: str) -> str:
    return next((child.get("value", "") for child in element if child.get("key") == key), "")


def compute(cases: dict[str, list[tuple[datetime, str, str]]], log: Log, final: set[str]) -> Arrays:
    zone = ZoneInfo(log.zone)
    country, _, part = log.region.partition("-")
    years = range(2008, 2021)
    days_off = sorted(holidays.country_holidays(country, subdiv=part or None, years=years))
    calendar = np.busdaycalendar(holidays=days_off)
    case, activity, starts, ends = [], [], [], []
    for name, events in cases.items():
        for place, (at, what, _) in enumerate(events):
            if what in final:
                continue
            case.append(name)
            activity.append(what)
            starts.append(np.datetime64(at.astimezone(zone).date()))
            following = events[place + 1][0].astimezone(zone).date() if place + 1 < len(events) else None
            ends.append(np.datetime64(following) if following else np.datetime64("NaT"))
    start_day = np.array(starts, "datetime64[D]")
    return Arrays(
        case,
        activity,
        start_day,
        np.array(ends, "datetime64[D]"),
        np.busday_offset(start_day, DUE, roll="backward", busdaycal=calendar),
        np.busday_offset(start_day, DONE_BY, roll="backward", busdaycal=calendar),
        calendar,
    )


def open_on(arrays: Arrays, day: date) -> list[tuple[str, str, date, date, date, str, int]]:
    at = np.datetime64(day)
    is_open = (arrays.start_day <= at) & (np.isnat(arrays.end_day) | (arrays.end_day > at))
    status = np.where(at > arrays.done_by, "overdue", np.where(at >= arrays.due_on, "due", "on_track"))
    one = np.timedelta64(1, "D")
    elapsed = np.busday_count(arrays.start_day + one, at + one, busdaycal=arrays.calendar)
    return sorted(
        (
            arrays.case[i],
            arrays.activity[i],
            arrays.start_day[i].item(),
            arrays.due_on[i].item(),
            arrays.done_by[i].item(),
            str(status[i]),
            int(elapsed[i]) if at >= arrays.start_day[i] else 0,
        )
        for i in np.flatnonzero(is_open)
    )


def shown_on(reader: Reader, day: date) -> list[tuple[str, str, date, date, date, str, int]]:
    tasks = reader.task_list(TaskQuery(as_of=day))
    return sorted(
        (t.listing, t.kpi_title, t.day_zero, t.due_on, t.done_by, t.status.value, t.elapsed_working_days)
        for t in tasks.fetch(0, tasks.total)
    )


@pytest.mark.parametrize("log", first_of(LOGS, 1), ids=lambda log: log.file)
def test_the_board_of_a_published_log_is_right_on_every_day(store_url: str, log: Log) -> None:
    path = DATA / log.file
    if not path.exists():
        pytest.skip("the published logs are not beside this checkout")
    mapping = load_mapping((DATA / log.mapping).read_text("utf-8"))
    catalogue, report = infer_catalogue(path, mapping, log.zone)
    catalogue = load_catalogue(write_catalogue(catalogue))
    assert (report.rows, report.bad) == (log.rows, 0)
    final = {kpi.title for kpi in catalogue.kpis if kpi.final}
    assert final
    cases = read_cases(path)
    arrays = compute(cases, log, final)
    spec = CalendarSpec(region=log.region, zone=log.zone)
    targets = load_targets(TARGETS, catalogue)
    with new_store(store_url, spec=spec, catalogue=catalogue, targets=targets) as store:
        result = import_file(store, path, mapping)
        assert result.rows == log.rows
        assert result.events_added == sum(map(len, cases.values()))
        assert result.duplicates == log.rows - result.events_added
        assert (result.listings, result.quarantined_total, result.plain_activities) == (log.cases, 0, ())
        first, last = arrays.start_day.min().item(), arrays.start_day.max().item()
        days = Random(log.file).sample(
            [first + timedelta(days=n) for n in range((last - first).days)],
            18 if (last - first).days > 18 else 6,
        )
        with reader_of(store) as reader:
            for day in [*days, last, last + timedelta(days=400)]:
                want = open_on(arrays, day)
                assert shown_on(reader, day) == want, day
                check_counts(reader, day, want)
            check_finished(reader, arrays, last + timedelta(days=400))
        again = import_file(store, path, mapping)
        assert (again.events_added, again.duplicates) == (0, log.rows)
        assert rebuild(store).changed == 0


def check_counts(reader: Reader, day: date, want: list[tuple[str, str, date, date, date, str, int]]) -> None:
    board = reader.board(day)
    for stage in board.stages:
        mine = [row[5] for row in want if row[1] == stage.title]
        shown = stage.counts
        assert (shown.on_track, shown.due, shown.overdue, shown.paused) == (
            mine.count("on_track"), mine.count("due"), mine.count("overdue"), 0,
        )  # fmt: skip
    assert board.totals.tasks == len(want)


def check_finished(reader: Reader, arrays: Arrays, day: date) -> None:
    """Every finished task's deadlines, and whether it was in time."""
    tasks = reader.task_list(TaskQuery(as_of=day, finished=True))
    shown = sorted(
        (t.listing, t.kpi_title, t.day_zero, t.due_on, t.done_by, t.in_time)
        for t in tasks.fetch(0, tasks.total)
    )
    ended = np.flatnonzero(~np.isnat(arrays.end_day))
    in_time = arrays.end_day <= arrays.done_by
    assert shown == sorted(
        (
            arrays.case[i],
            arrays.activity[i],
            arrays.start_day[i].item(),
            arrays.due_on[i].item(),
            arrays.done_by[i].item(),
            bool(in_time[i]),
        )
        for i in ended
    )


def test_the_logs_mappings_say_what_the_readme_of_the_data_says() -> None:
    if not DATA.exists():
        pytest.skip("the published logs are not beside this checkout")
    for log in LOGS:
        assert "listing" in tomllib.loads((DATA / log.mapping).read_text("utf-8"))["columns"]
