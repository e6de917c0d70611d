"""Suggested mappings: good enough to import plausible exports whole, and never a wild guess."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from kpi.catalogue import built_in
from store.demo import write_demo
from store.feeds.mapping import Mapping, load_mapping
from store.feeds.mapping_text import draft
from store.feeds.peeking import Peek, peek
from store.feeds.reading import BadRow, FeedEvent, open_feed
from store.feeds.suggesting import Suggestion, suggest
from tests.feeds.helpers import DATA

LONDON = "Europe/London"
BUILT_IN = built_in()
FIRST = datetime(2026, 1, 13, 9, 30)  # noqa: DTZ001  exports write local times
NOW = 1_780_000_000_000_000
Rows = list[list[str]]


def look(samples: dict[str, list[str]], form: str = "csv") -> Peek:
    """A file with these columns, each with these values in its first rows."""
    rows = max(map(len, samples.values()), default=0)
    counted = {name: {value: values.count(value) for value in values} for name, values in samples.items()}
    return Peek(form, tuple(samples), (), counted, rows)


def suggested(samples: dict[str, list[str]], form: str = "csv") -> Suggestion:
    return suggest(look(samples, form), BUILT_IN, LONDON)


def drafted(path: Path) -> tuple[Suggestion, Mapping]:
    """The suggestion for a file, and the mapping that its text is."""
    seen = peek(path)
    suggestion = suggest(seen, BUILT_IN, LONDON)
    return suggestion, load_mapping(draft("test", suggestion, seen))


def imported(path: Path, mapping: Mapping) -> list[FeedEvent]:
    """The events of a file; a row that is not understood fails the test."""
    with open_feed(path, mapping, LONDON) as feed:
        items = list(feed)
    assert [item for item in items if isinstance(item, BadRow)] == []
    return [item for item in items if isinstance(item, FeedEvent)]


def fields(suggestion: Suggestion) -> dict[str, str]:
    return {field: guess.value for field, guess in suggestion.columns.items()}


def ours(suggestion: Suggestion) -> dict[str, str]:
    return {activity: guess.value for activity, guess in suggestion.events.items()}


def write_csv(
    path: Path, header: list[str], rows: Rows, delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def days(count: int, form: str) -> list[str]:
    return [(FIRST + timedelta(days=n, hours=n % 5)).strftime(form) for n in range(count)]


def one_of(values: tuple[str, ...], count: int) -> list[str]:
    return [values[n % len(values)] for n in range(count)]


def test_the_demos_own_export_gets_the_demos_own_mapping(tmp_path):
    files = write_demo(tmp_path, seed=3, listings=60, now=NOW)
    suggestion, mapping = drafted(files.events)
    known = load_mapping(files.mapping.read_text("utf-8"))
    assert mapping.columns == known.columns
    assert mapping.events == known.events
    assert mapping.timezone == known.timezone
    assert (mapping.date_formats, mapping.sandbox, suggestion.doubts) == ((), {}, ())
    # What the organisation calls fields of its own only a person can say.
    assert imported(files.events, mapping) == imported(files.events, replace(known, custom={}))


@pytest.mark.parametrize("name", ["hiring", "helpdesk"])
def test_real_logs_get_the_mapping_that_a_person_wrote(tmp_path, name):
    log = DATA / ("hiring_log_high.xes.gz" if name == "hiring" else "helpdesk.xes.gz")
    if not log.exists():
        pytest.skip(f"{log} is not there")
    head = tmp_path / "head.xes"
    with gzip.open(log) as file:
        text = file.read(1 << 19)
    head.write_bytes(text[: text.rindex(b"</trace>")] + b"</trace></log>")
    suggestion, mapping = drafted(head)
    known = load_mapping((DATA / f"{name}.mapping.toml").read_text("utf-8"))
    assert mapping.columns == known.columns
    assert mapping.timezone is None
    assert len(imported(head, mapping)) > 500
    expected = {"Make Job Offer": "offer_sent"} if name == "hiring" else {"Closed": "listing_closed"}
    assert ours(suggestion) == expected


def test_a_semicolon_export_with_the_day_first(tmp_path):
    count = 40
    whats = ("Vacancy went live", "Vacancy closed", "Interview scheduled", "Offer declined", "Coffee")
    rows = zip(
        one_of(("R-0001", "R-0002", "R-0003"), count),
        [f"A-{n // 2}" for n in range(count)],
        one_of(whats, count),
        days(count, "%d/%m/%Y %H:%M"),
        one_of(("Dee Light", "Zoë Müller"), count),
        days(count, "%d/%m/%Y"),
        one_of(("Live", "Test"), count),
        strict=True,
    )
    header = [
        "Requisition No", "Candidate No", "Action", "Action Date", "Assigned To", "Closing Date",
        "Record kind",
    ]  # fmt: skip
    path = write_csv(tmp_path / "a.csv", header, [list(row) for row in rows], ";", "cp1252")
    suggestion, mapping = drafted(path)
    assert fields(suggestion) == {
        "listing": "Requisition No", "application": "Candidate No", "event": "Action", "at": "Action Date",
        "owner": "Assigned To", "closing_date": "Closing Date",
    }  # fmt: skip
    assert ours(suggestion) == {
        "Vacancy went live": "listing_published", "Vacancy closed": "listing_closed",
        "Interview scheduled": "interviews_arranged", "Offer declined": "offer_rejected",
    }  # fmt: skip
    assert suggestion.plain_activities == ("Coffee",)
    assert suggestion.date_formats == ("DD/MM/YYYY HH:mm", "DD/MM/YYYY")
    assert (suggestion.timezone, suggestion.sandbox, suggestion.doubts) == (
        LONDON,
        {"Record kind": ("Test",)},
        (),
    )
    assert len(imported(path, mapping)) == count / 2


ATS = {
    "stage moves": (
        {
            "Application ID": [f"{9000 + n // 4}" for n in range(40)],
            "Job ID": one_of(("301", "302"), 40),
            "Job": one_of(("Staff Nurse", "Data Engineer"), 40),
            "From stage": one_of(("", "Application Review", "Face to Face", "Offer"), 40),
            "To stage": one_of(("Application Review", "Interview Scheduled", "Offer Extended", "Hired"), 40),
            "Moved on": days(40, "%b %d, %Y at %I:%M %p"),
            "Moved by": one_of(("Dee Light", "Al Pine"), 40),
            "Is test": one_of(("No",) * 9 + ("Yes",), 40),
        },
        {
            "application": "Application ID", "listing": "Job ID", "event": "To stage", "at": "Moved on",
            "actor": "Moved by", "title": "Job",
        },
    ),
    "audit trail": (
        {
            "logId": [str(70_000 + n) for n in range(40)],
            "jobReqId": one_of(("4711", "4712", "4713"), 40),
            "candidateId": [f"{n // 3}" for n in range(40)],
            "statusName": one_of(("Approved", "Requisition Posted", "Shortlisted", "Offer Accepted"), 40),
            "lastModifiedDateTime": days(40, "%Y-%m-%dT%H:%M:%SZ"),
            "lastModifiedBy": one_of(("dee@example.org", "al@example.org"), 40),
            "country": one_of(("GB", "IE"), 40),
            "gender": one_of(("f", "m"), 40),
        },
        {
            "event_id": "logId", "listing": "jobReqId", "application": "candidateId", "event": "statusName",
            "at": "lastModifiedDateTime", "actor": "lastModifiedBy",
        },
    ),
    "American": (
        {
            "Requisition ID": one_of(("REQ-1", "REQ-2"), 40),
            "Requisition Title": one_of(("Porter", "Midwife"), 40),
            "Recruiter": one_of(("Light, Dee", "Pine, Al"), 40),
            "Candidate Name": one_of(("Hazel Nutt", "Rusty Gates", "Sandy Shore"), 40),
            "Activity": one_of(("Job Posted", "Interview Scheduled", "Candidate Withdrew"), 40),
            "Activity Date": days(40, "%m/%d/%Y %I:%M %p"),
            "Location": one_of(("Leeds", "York"), 40),
            "Comments": one_of(("", "Called twice"), 40),
        },
        {
            "listing": "Requisition ID", "title": "Requisition Title", "owner": "Recruiter",
            "application": "Candidate Name", "event": "Activity", "at": "Activity Date", "note": "Comments",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATS)
def test_exports_of_several_systems_import_whole(tmp_path, name):
    columns, expected = ATS[name]
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    path = write_csv(tmp_path / "a.csv", list(columns), rows)
    suggestion, mapping = drafted(path)
    assert fields(suggestion) == expected
    assert suggestion.doubts == ()
    assert len(imported(path, mapping)) == (36 if suggestion.sandbox else 40)


def test_a_wide_workbook_has_milestones(tmp_path):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Vacancies")
    sheet.append(
        [
            "Vacancy Ref", "Job Title", "Hiring Manager", "Status", "Created", "Approved on", "Date posted",
            "Closing date", "Closed on", "Filled",
        ]
    )  # fmt: skip
    for n in range(30):
        dates: list[Any] = [FIRST + timedelta(days=n + step) for step in (0, 3, 5, 20, 21)]
        sheet.append([f"V{n}", "Staff Nurse", "Dee Light", "Open" if n % 2 else "Filled", *dates, None])
    path = tmp_path / "a.xlsx"
    book.save(path)
    suggestion, mapping = drafted(path)
    assert fields(suggestion) == {
        "listing": "Vacancy Ref", "title": "Job Title", "owner": "Hiring Manager",
        "closing_date": "Closing date",
    }  # fmt: skip
    assert mapping.milestones == {
        "Approved on": "approval_granted", "Date posted": "listing_published", "Closed on": "listing_closed",
        "Filled": "recruitment_ended",
    }  # fmt: skip
    assert suggestion.timezone == LONDON
    assert len(imported(path, mapping)) == 90


def test_nested_json_lines(tmp_path):
    times = days(30, "%Y-%m-%dT%H:%M:%S+00:00")
    whats = one_of(("Published", "Closed", "Shortlisted"), 30)
    rows = [
        {
            "id": f"e{n}", "type": "change", "event": {"time": times[n], "name": whats[n], "tags": []},
            "job": {"requisition_id": f"R{n % 4}", "title": "Nurse"}, "candidate": {"id": n % 7},
        }
        for n in range(30)
    ]  # fmt: skip
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    suggestion, mapping = drafted(path)
    assert fields(suggestion) == {
        "event_id": "id", "event": "event.name", "at": "event.time", "listing": "job.requisition_id",
        "application": "candidate.id", "title": "job.title",
    }  # fmt: skip
    assert suggestion.timezone is None
    assert {event.kind for event in imported(path, mapping)} == {
        "listing_published", "listing_closed", "shortlist_selected",
    }  # fmt: skip


def ocel(two: bool, with_listings: bool = True) -> dict[str, Any]:
    """A small document in OCEL 2.0 or 1.0: each application has two events, and a phone call."""
    types = ["Requisition", "Candidate application", "Recruiter"][not with_listings :]
    about: dict[str, tuple[str, dict[str, str], list[str]]] = {
        f"R{n}": ("Requisition", {"title": "Nurse", "ward": "7"}, []) for n in range(4 * with_listings)
    }
    about |= {f"A{n}": ("Candidate application", {}, [f"R{n % 4}"]) for n in range(8)}
    about["Dee Light"] = ("Recruiter", {}, [])
    events = [
        (
            f"E{n}{place}",
            what,
            f"2026-01-{place + 1:02d}T10:{n:02d}:00Z",
            {"comment": "x"},
            [f"A{n}", "Dee Light"],
        )
        for n in range(8)
        for place, what in enumerate(("Offer sent", "Offer declined", "Phone call"))
    ]
    if not two:
        return {
            "ocel:global-log": {"ocel:version": "1.0", "ocel:object-types": types},
            "ocel:events": {
                identity: {
                    "ocel:activity": what,
                    "ocel:timestamp": at,
                    "ocel:omap": [*ids, "R1"],
                    "ocel:vmap": said,
                }
                for identity, what, at, said, ids in events
            },
            "ocel:objects": {
                identity: {"ocel:type": kind, "ocel:ovmap": said}
                for identity, (kind, said, _) in about.items()
            },
        }
    since = "1970-01-01T00:00:00Z"
    return {
        "objectTypes": [{"name": name, "attributes": []} for name in types],
        "eventTypes": [],
        "events": [
            {
                "id": identity, "type": what, "time": at, "relationships": [{"objectId": one} for one in ids],
                "attributes": [{"name": name, "value": value} for name, value in said.items()],
            }
            for identity, what, at, said, ids in events
        ],
        "objects": [
            {
                "id": identity, "type": kind, "relationships": [{"objectId": one} for one in ids],
                "attributes": [{"name": name, "time": since, "value": value} for name, value in said.items()],
            }
            for identity, (kind, said, ids) in about.items()
        ],
    }  # fmt: skip


@pytest.mark.parametrize("two", [True, False])
def test_ocel_has_types_of_objects(tmp_path, two):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ocel(two), indent=1), "utf-8")
    seen = peek(path)
    assert (seen.form, seen.object_types) == ("ocel", ("Requisition", "Candidate application", "Recruiter"))
    assert set(seen.columns) >= {"ocel:activity", "Requisition:ocel:oid", "Requisition:title", "comment"}
    assert seen.samples["Requisition:title"] == {"Nurse": 24}
    suggestion, mapping = drafted(path)
    assert mapping.objects == {
        "listing": "Requisition", "application": "Candidate application", "owner": "Recruiter",
    }  # fmt: skip
    assert mapping.columns == fields(suggestion)
    assert mapping.columns["note"] == "comment"
    assert mapping.columns["title"] == "Requisition:title"
    events = imported(path, mapping)
    assert {event.kind for event in events} == {"offer_sent", "offer_rejected", "call_made"}
    assert {event.owner for event in events} == {"Dee Light"}
    assert suggestion.doubts == ()


def test_ocel_without_listings_takes_applications_for_them_with_a_doubt(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ocel(two=True, with_listings=False)), "utf-8")
    suggestion, mapping = drafted(path)
    assert mapping.objects == {"listing": "Candidate application", "owner": "Recruiter"}
    assert "Candidate application" in suggestion.doubts[0]
    assert len(imported(path, mapping)) == 24


EVENTS = {"status": ["Published", "Closed"] * 5, "job": ["J-1", "J-2"] * 5}
