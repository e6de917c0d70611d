"""Rows that were not understood, read again: their kept cells say all that the file said."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from store.feeds.again import reread
from store.feeds.kept import LONGEST_KEPT, cells_said
from store.feeds.mapping import Mapping
from store.feeds.reading import BadRow, FeedEvent, FeedItem
from store.feeds.reasons import KINDS
from store.feeds.rows import Possible
from tests.feeds.helpers import LONDON, SIMPLE, bad, events, mapping, read

AT = "2026-03-04T10:00:00Z"
MICROSECONDS = 1_772_618_400_000_000
HEADER = "what,when,job\n"
# From 1990 on to the end of 5 March 2026 in London.
POSSIBLE = Possible(631_238_399_999_999, MICROSECONDS + 136_799_999_999, "1990-01-01", "2089-12-31")


def now(rows: list[tuple[int, str]], using: Mapping, possible: Possible | None = None) -> list[FeedItem]:
    """What kept rows are when they are read again."""
    found: list[FeedItem] = []
    for one in reread(rows, using, LONDON, possible):
        found += one if isinstance(one, list) else [one]
    return found


def again(items: list[FeedItem], using: Mapping) -> list[FeedItem]:
    """What the bad rows among the items are now."""
    return now([(item.line, item.cells) for item in items if isinstance(item, BadRow) and item.cells], using)


def without_content(items: list[FeedItem]) -> list[FeedItem]:
    return [item._replace(content="") if isinstance(item, BadRow) else item for item in items]


HOSTILE = HEADER.replace("job", "job,note").encode() + (
    b"ready,soon,J1,\n,2026-03-04,J1,\nready,,J1,\nready,2026-03-04,J1,\x00\n"
    b'"a\nb",1985-01-01,J1,"\x1b[31m\xe2\x80\xae, ""x"""\n\x00,2026-03-04T10:00:00Z,,\n'
)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(HOSTILE, id="csv"),
        pytest.param(HOSTILE.replace(b",", b"\t"), id="tabs"),
        pytest.param(HOSTILE.decode().encode("utf-16"), id="utf-16"),
        pytest.param(
            b'{"what": "a", "job": 1}\n{"when": {"x": [1]}, "what": "\\ud800\\u0000"}\n{"what": null}',
            id="json",
        ),
        pytest.param(b'[{"what": "a", "job": true, "when": "soon"}, {"": 1, "what": "x"}]', id="array"),
        pytest.param(
            b'<log><trace><event><string key="what" value="x&#x202e;"/></event></trace></log>', id="xes"
        ),
    ],
)
def test_a_row_read_again_with_the_same_mapping_is_the_same(data: bytes) -> None:
    items = read(data)
    found = [item for item in items if isinstance(item, BadRow)]
    assert found
    assert all(item.cells and "\0" not in item.cells and item.cells.isascii() for item in found)
    assert without_content(again(items, mapping())) == without_content(list(found))


def test_a_corrected_mapping_makes_events_of_bad_rows() -> None:
    items = read(HEADER + "Advert live,04/03/2026 10:00,J1\n")
    assert bad(items) == [(2, "unknown time: “04/03/2026 10:00”")]
    corrected = mapping(
        SIMPLE, timezone="Europe/London", formats=("DD/MM/YYYY HH:mm",), events={"Advert live": "live"}
    )
    assert again(items, corrected) == [FeedEvent(2, None, "live", MICROSECONDS, "J1", None, None, None, None)]


def test_every_column_of_the_file_can_be_named_later() -> None:
    items = read(f"what,when,job,x,y,y\nready,,J1,{AT},1,2\n")
    assert events(again(items, mapping(SIMPLE | {"at": "x"})))[0].at == MICROSECONDS
    for column in ("y", "z"):
        assert bad(again(items, mapping(SIMPLE | {"note": column}))) == [
            (2, f"broken line: the row was kept without column “{column}”; import the file again")
        ]


def test_in_a_json_row_what_is_not_there_is_empty_and_paths_still_lead_somewhere() -> None:
    items = read(json.dumps({"what": "ready", "when": {"at": AT}, "job": "J1"}))
    assert bad(items) == [(1, "broken line: “when” is not a single value")]
    corrected = mapping(SIMPLE | {"at": "when.at", "note": "nowhere"})
    assert events(again(items, corrected))[0].at == MICROSECONDS


def test_what_was_kept_is_shown_as_texts_by_column() -> None:
    (item,) = read('{"what": "a", "when": {"at": [1]}, "job": true, "who": null}')
    assert isinstance(item, BadRow)
    said = cells_said(json.loads(item.cells or ""))
    assert said == [("what", "a"), ("when", '{"at": ["1"]}'), ("job", "true"), ("who", "")]


def test_milestones_are_read_again_all_of_them() -> None:
    wide = mapping({"listing": "job"}, timezone="UTC", milestones={"Live": "published", "Shut": "closed"})
    items = read("job,Live,Shut\nJ1,2026-03-04,soon\n", wide)
    assert len(events(items)) == 1
    assert without_content(again(items, wide)) == without_content(items)
    both = replace(wide, date_formats=mapping(formats=("[soon] YYYY-MM-DD",)).date_formats)
    assert bad(again(items, both)) == [(2, "unknown time: “Shut”: “soon”")]


def test_a_row_without_cells_of_its_own_or_with_too_many_keeps_none() -> None:
    long = "x" * LONGEST_KEPT
    data = HEADER + f'a,b\nx"\n{long},,\n' + '"never,closed\n<<<<<<< HEAD\n'
    items = read(data)
    assert len(bad(items)) == len(items) == 4
    assert [item.cells for item in items if isinstance(item, BadRow)] == [None] * 4
    wide = ",".join(f"column {number}" for number in range(2_000))
    (item,) = read(f"{HEADER.strip()},{wide}\n" + "," * 2_002 + "x\n")[:1]
    assert isinstance(item, BadRow)
    assert item.cells is None


def test_damaged_cells_are_a_bad_row() -> None:
    rows = [(1, "[]"), (2, "{"), (3, '"x"'), (4, "[" * 90_000)]
    found = now(rows, mapping())
    assert [item.kind for item in found if isinstance(item, BadRow)] == ["broken line"] * 4


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("1990-01-01T23:59:59Z", "impossible time: 1990-01-01T23:59:59Z is before 1990"),
        ("1990-01-02T00:00:00Z", ""),
        ("2026-03-05T23:59:59Z", ""),
        ("2026-03-06T00:20:00Z", "impossible time: 2026-03-06T00:20:00Z is after tomorrow"),
        ("20260306", "impossible time: 20260306 is after tomorrow"),
    ],
)
def test_a_time_beyond_what_is_possible_is_bad_when_read_and_when_read_again(when: str, reason: str) -> None:
    row = json.dumps({"what": "a", "when": when, "job": "J"})
    items = now([(1, row)], mapping(timezone="UTC"), POSSIBLE)
    assert bad(items) == ([(1, reason)] if reason else [])
    assert bad(read(row, mapping(timezone="UTC"), possible=POSSIBLE)) == bad(items)


def test_a_closing_date_has_its_own_bounds_and_an_interview_none() -> None:
    using = mapping(SIMPLE | {"closing_date": "shut", "first_interview_at": "talk"})
    rows = [("2090-01-01", ""), ("2089-12-31", "2090-01-01T10:00Z")]
    data = [
        (line, json.dumps({"what": "a", "when": AT, "job": "J", "shut": shut, "talk": talk}))
        for line, (shut, talk) in enumerate(rows)
    ]
    items = now(data, using, POSSIBLE)
    assert bad(items) == [(0, "bad detail: closing_date, impossible time: 2090-01-01 is after 2089-12-31")]
    assert isinstance(items[1], FeedEvent)


def test_every_marker_of_a_conflict_is_named_as_one() -> None:
    lines = ["<<<<<<< HEAD", "||||||| 1a2b3c", "=======", ">>>>>>> main, or so, they say"]
    for data in (
        HEADER + "\n".join(lines),
        HEADER.replace(",", "|") + "\n".join(lines),
        f'{{"what": "a", "when": "{AT}", "job": "J"}}\n' + "\n".join(lines),
    ):
        found = [item for item in read(data) if isinstance(item, BadRow)]
        assert [(item.kind, item.reason) for item in found] == [("conflict markers",) * 2] * 4


def test_a_reason_begins_with_its_kind() -> None:
    assert len(set(KINDS)) == len(KINDS)
    items = [item for item in read(HOSTILE) if isinstance(item, BadRow)]
    assert all(item.kind in KINDS and item.reason.startswith(item.kind) for item in items)
