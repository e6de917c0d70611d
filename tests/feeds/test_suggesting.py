"""Suggested mappings: good enough to import plausible exports whole, and never a wild guess."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.catalogue import built_in, load_catalogue
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
    assert imported(files.events, mapping) == imported(files.events, known)


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
    whats = ("Vacancy went live", "Vacancy closed", "Interview scheduled", "Offer declined", "Phone call")
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
    assert suggestion.plain_activities == ("Phone call",)
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
    assert {event.kind for event in events} == {"offer_sent", "offer_rejected", "Phone call"}
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


def test_dates_that_could_be_either_are_a_doubt_and_no_guess():
    found = suggested({**EVENTS, "date": ["03/04/2026", "01/01/2026"] * 5})
    assert fields(found)["at"] == "date"
    assert found.date_formats == ()
    (doubt,) = found.doubts
    assert "03/04/2026 in “date” could be 3 April or 4 March: say which" in doubt


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["03/04/2026", "13/04/2026"], ("DD/MM/YYYY",)),
        (["03/04/2026", "04/13/2026"], ("MM/DD/YYYY",)),
        (["03.04.26 9:30", "13.04.26 19:30"], ("DD.MM.YY HH:mm",)),
        (["3 Apr 2026", "13 May 2026"], ("DD MMM YYYY",)),
        (["2026-04-03", "2026-04-03T10:00Z"], ()),
        (["2026-04-03", "13/04/2026"], ("DD/MM/YYYY",)),
        (["13/04/2026", "13/04/2026 10:00"], ("DD/MM/YYYY", "DD/MM/YYYY HH:mm")),
        (["Fri, 03 Apr 2026 10:00:00 +0100"], ("%a, %d %b %Y %H:%M:%S %z",)),
    ],
)
def test_the_forms_of_dates_are_found(values, formats):
    found = suggested({**EVENTS, "date": values * 5})
    assert set(found.date_formats) == set(formats)
    assert found.doubts == ()


def test_one_column_settles_for_another_what_comes_first():
    found = suggested({**EVENTS, "date": ["03/04/2026 10:00"] * 10, "closing date": ["25/04/2026"] * 10})
    assert set(found.date_formats) == {"DD/MM/YYYY", "DD/MM/YYYY HH:mm"}
    assert found.doubts == ()


def test_both_orders_in_one_file_are_said():
    found = suggested({**EVENTS, "date": ["13/04/2026", "04/13/2026"] * 5})
    assert set(found.date_formats) == {"DD/MM/YYYY", "MM/DD/YYYY"}
    assert "quarantine" in found.doubts[0]


def test_a_value_that_is_no_time_is_said():
    found = suggested({**EVENTS, "date": [f"2026-04-{n:02d}" for n in range(1, 20)] + ["n/a"]})
    assert fields(found)["at"] == "date"
    assert found.doubts == ("“n/a” in “date” is no time: such rows go to quarantine",)


def test_only_times_are_a_time_and_only_ids_that_never_come_twice_an_event_id():
    found = suggested({**EVENTS, "date": ["soon", "later"] * 5, "id": ["1", "2"] * 5})
    assert set(fields(found)) == {"event", "listing"}
    assert "no column looks like the time: say which is “at”" in found.doubts


def test_the_only_column_of_times_is_the_time_whatever_it_is_called():
    found = suggested({**EVENTS, "zeit": [f"2026-04-{n:02d} 10:00" for n in range(1, 11)]})
    assert fields(found)["at"] == "zeit"


def test_values_can_tell_which_column_is_the_activity():
    samples = {**EVENTS, "was": ["Offer sent", "Offer declined"] * 5}
    assert fields(suggested(samples))["event"] == "status"
    assert fields(suggested({**samples, "status": ["x", "y"] * 5}))["event"] == "was"
    assert fields(suggested({name: samples[name] for name in ("job", "was")}))["event"] == "was"


def test_persons_are_never_the_listing():
    found = suggested({"vacancy": ["Dee Light", "Al Pine", "Hazel Nutt"], "status": ["Published"] * 3})
    assert "listing" not in found.columns
    titles = suggested(
        {"vacancy": ["Staff Nurse", "Data Engineer", "Ward Clerk"], "status": ["Published"] * 3}
    )
    assert fields(titles)["listing"] == "vacancy"


def test_an_applicant_stands_for_a_listing_only_with_a_doubt():
    found = suggested({"applicant": ["A-1", "A-2"] * 5, "status": ["Offer sent"] * 10})
    assert fields(found)["listing"] == "applicant"
    assert "application" not in found.columns
    assert "“applicant”" in found.doubts[0]


def test_columns_of_something_else_are_left_alone():
    found = suggested(
        {
            "location": ["Leeds"], "gender": ["f"], "date of birth": ["1980-01-02"], "salary": ["20000"],
            "age": ["46"], "job location": ["Leeds"], "from stage": ["Published"], "xyz": ["1"],
        }
    )  # fmt: skip
    assert fields(found) == {}


@pytest.mark.parametrize(
    ("activity", "event"),
    [
        ("Vacancy went live", "listing_published"),
        ("JobPosted", "listing_published"),
        ("Offer Declined By Candidate", "offer_rejected"),
        ("Offer rescinded", "offer_withdrawn"),
        ("contract signed", "contract_accepted"),
        ("Ready to select who to interview (offline)", "applications_downloaded"),
        ("On Hold", "listing_frozen"),
        ("Vacancy unfrozen", "listing_unfrozen"),
        ("Pre-employment checks cleared", "checks_decided"),
        ("Withdrawn", "application_withdrawn"),
        ("Reapproval requested", "reapproval_requested"),
        ("3. Shortlisted", "shortlist_selected"),
    ],
)
def test_activities_are_known_by_their_words(activity, event):
    assert ours(suggested({"activity": [activity]})) == {activity: event}


@pytest.mark.parametrize(
    "activity",
    [
        "Rejected", "Accepted", "Hired", "Phone screen", "Interview cancelled", "Offer not accepted",
        "Application Rejected", "Background Check", "Coding Interview", "Reference received", "New", "Lunch",
        "Résumé reviewed", "承認", "12345", "Offer sent back to draft by mistake",
    ],
)  # fmt: skip
def test_what_is_not_clearly_an_event_is_not_guessed(activity):
    found = suggested({"activity": [activity, "x"]})
    assert ours(found) == {}


def test_every_event_of_the_catalogue_is_known_by_its_own_words():
    for event in BUILT_IN.events:
        words = event.replace("_", " ").capitalize()
        assert ours(suggested({"activity": [words, event]})) == {words: event}


def test_a_catalogue_of_ones_own_is_matched_by_its_titles():
    catalogue = load_catalogue(
        '[[stage]]\ncode = "a"\ntitle = "Vetting"\n[[stage.kpi]]\ncode = "a.b"'
        '\ntitle = "Security vetting under way"\nsubject = "application"\nstarts = ["x_17"]'
        '\nends = ["x_18"]\n'
    )
    found = suggest(
        look({"activity": ["Security vetting underway", "Vetting security under way"]}), catalogue, LONDON
    )
    assert ours(found) == {"Vetting security under way": "x_17"}
    assert ours(suggest(look({"activity": ["Offer sent"]}), catalogue, LONDON)) == {}


def test_sheets_to_choose_from_are_a_doubt():
    seen = Peek("xlsx", ("a",), (), {"a": {"1": 1}}, 1, sheets=("One", "Two"))
    assert any("“One”, “Two”" in doubt for doubt in suggest(seen, BUILT_IN, LONDON).doubts)


@given(
    st.dictionaries(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=30), max_size=8), max_size=6)
)
def test_any_file_gets_a_suggestion_within_its_bounds(samples):
    found = suggested(samples)
    assert all(0 < guess.score <= 100 for guess in found.columns.values())
    assert set(fields(found).values()) <= set(samples)
    assert set(ours(found).values()) <= BUILT_IN.events
