"""What calls and e-mails say of themselves, and fields of the organisation's own, in every form of file."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from store.feeds.again import reread
from store.feeds.mapping import load_mapping
from store.feeds.reading import BadRow, FeedEvent
from store.feeds.reasons import BAD_DETAIL, OVER_LONG
from tests.feeds.helpers import LONDON, events, mapping, read

AT = "2026-03-04T10:00:00Z"
COLUMNS = {
    "event": "what", "at": "when", "listing": "job", "minutes": "long", "reply": "back",
    "justification": "why", "criticality": "weight", "internal": "inside",
}  # fmt: skip
CUSTOM = {"outreach_method": "how", "source.of": "from"}
SAID = {
    "what": "call_made", "when": AT, "job": "J1", "long": "12.5 min", "back": "Yes", "why": "Night\tshift",
    "weight": "critical", "inside": "External", "how": "phone", "from": "",
}  # fmt: skip
DETAILS = {
    "minutes": "12.5 min", "reply": "Yes", "justification": "Night shift", "criticality": "critical",
    "internal": "no", "custom.outreach_method": "phone",
}  # fmt: skip
QUOTED = {f'"{ours}"': theirs for ours, theirs in CUSTOM.items()}
USING = mapping(COLUMNS, custom=QUOTED)


def as_csv() -> bytes:
    return f"{','.join(SAID)}\n{','.join(SAID.values())}\n".encode()


def as_json() -> bytes:
    return json.dumps(SAID).encode()


def as_excel() -> bytes:
    book, out = Workbook(), BytesIO()
    for row in (list(SAID), list(SAID.values())):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def as_xes() -> bytes:
    said = "".join(f'<string key="{key}" value="{value}"/>' for key, value in SAID.items())
    return f"<log><trace><event>{said}</event></trace></log>".encode()


@pytest.mark.parametrize("form", [as_csv, as_json, as_excel, as_xes])
def test_every_form_of_file_says_them(form):
    (event,) = events(read(form(), USING))
    assert (event.kind, event.listing, event.details) == ("call_made", "J1", DETAILS)


def test_in_ocel_they_are_the_events_or_an_objects_attributes():
    using = load_mapping(
        '[source]\nname = "x"\n[objects]\nlisting = "vacancy"\n[columns]\nminutes = "long"\n'
        'internal = "vacancy:inside"\n[custom]\noutreach_method = "how"\ngrade = "vacancy:band"\n'
    )
    document = {
        "objectTypes": [{"name": "vacancy", "attributes": []}],
        "events": [
            {
                "id": "E1",
                "type": "call_made",
                "time": AT,
                "attributes": [{"name": "long", "value": "7"}, {"name": "how", "value": "phone"}],
                "relationships": [{"objectId": "V1", "qualifier": "of"}],
            }
        ],
        "objects": [
            {
                "id": "V1",
                "type": "vacancy",
                "attributes": [
                    {"name": name, "value": value, "time": AT}
                    for name, value in (("inside", True), ("band", 5))
                ],
            }
        ],
    }
    (event,) = events(read(json.dumps(document), using))
    assert event.details == {
        "minutes": "7", "internal": "yes", "custom.outreach_method": "phone", "custom.grade": "5",
    }  # fmt: skip


def test_in_the_wide_form_every_event_of_a_row_says_them():
    using = mapping(
        {"listing": "job", "internal": "inside"},
        milestones={"live": "listing_published"},
        custom={"a": "how"},
    )
    (event,) = events(read(f"job,live,inside,how\nJ1,{AT},1,phone\n", using))
    assert event.details == {"internal": "yes", "custom.a": "phone"}


@pytest.mark.parametrize("said", ["maybe", "2", "yes and no"])
def test_internal_is_never_guessed(said):
    (row,) = read(f"what,when,job,inside\nx,{AT},J1,{said}\n", mapping({**simple(), "internal": "inside"}))
    assert isinstance(row, BadRow)
    assert row.kind == BAD_DETAIL
    assert f"internal, “{said}” is neither yes nor no" in row.reason


def test_a_row_with_too_long_a_text_waits_and_is_read_again_once_that_is_not_asked_for():
    text = "x" * 2_001
    (row,) = read(f"what,when,job,how\nx,{AT},J1,{text}\n", mapping(simple(), custom={"a": "how"}))
    assert isinstance(row, BadRow)
    assert row.kind == OVER_LONG
    assert "custom.a has 2,001 characters" in row.reason
    assert row.cells is not None
    (again,) = reread([(row.line, row.cells)], mapping(simple()), LONDON)
    assert isinstance(again, FeedEvent)
    assert again.details is None


def simple() -> dict[str, str]:
    return {"event": "what", "at": "when", "listing": "job"}
