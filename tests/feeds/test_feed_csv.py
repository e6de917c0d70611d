"""CSV: forms that are recognised, what a row's fields become, and a way on after whatever is broken."""

from __future__ import annotations

import csv
import io

import pytest

from kpi.text import clean
from store.feeds.csv_feed import LONGEST_FIELD
from store.feeds.fields import Details
from store.feeds.lines import LONGEST_LINE
from store.feeds.reading import BadRow, FeedError, FeedEvent, SandboxRow
from store.feeds.rows import LONGEST_CONTENT
from tests.feeds.helpers import bad, events, mapping, read

HEADER = "what,when,job\n"
AT = "2026-03-04T10:00:00Z"
MICROSECONDS = 1_772_618_400_000_000
ROW = f"ready,{AT},J1\n"
EVENT = FeedEvent(2, None, "ready", MICROSECONDS, "J1", None, None, None, None)

FULL = {
    "event_id": "id",
    "event": "what",
    "at": "when",
    "listing": "job",
    "application": "app",
    "actor": "who",
    "owner": "boss",
    "title": "title",
    "department": "dep",
    "role_type": "role",
    "urgency": "urg",
    "criticality": "crit",
    "internal": "int",
    "closing_date": "closing",
    "first_interview_at": "first",
    "last_interview_at": "last",
    "note": "note",
    "minutes": "min",
    "reply": "rep",
    "justification": "why",
}


def row_of(**values: str) -> str:
    """A file of one row with every field mapped; those not given are empty."""
    given_ = {"what": "ready", "when": AT, "job": "J1"} | values
    out = io.StringIO()
    writer = csv.DictWriter(out, FULL.values(), restval="")
    writer.writeheader()
    writer.writerow(given_)
    return out.getvalue()


def only(data: str | bytes, **options) -> FeedEvent | BadRow | SandboxRow:
    (item,) = read(data, mapping(FULL, timezone="Europe/London", **options))
    return item


def test_a_plain_row_is_an_event() -> None:
    assert read(HEADER + ROW) == [EVENT]


def test_every_field_arrives() -> None:
    details = {
        "title": "Nurse, Band 5",
        "department": "Ward",
        "role_type": "nurse",
        "urgency": "high",
        "criticality": "critical",
        "internal": "yes",
        "closing_date": "2026-07-01",
        "first_interview_at": "2026-07-01T08:00:00+00:00",
        "last_interview_at": "2026-07-02T09:00:00+00:00",
        "note": "two lines",
        "minutes": "12",
        "reply": "yes",
        "justification": "ward at night",
    }
    work = {"crit": "critical", "int": "Y", "min": "12", "rep": "yes", "why": "ward at night"}
    said = {
        **work,
        "title": "Nurse, Band 5",
        "dep": "Ward",
        "role": "nurse",
        "urg": "high",
        "note": "two\nlines",
    }
    times = {"closing": "2026-06-30T23:30:00Z", "first": "2026-07-01 09:00", "last": "2026-07-02T09:00Z"}
    item = only(row_of(id="e1", app="A1", who="u1", boss="u2", **said, **times))
    assert item == FeedEvent(2, "e1", "ready", MICROSECONDS, "J1", "A1", "u1", "u2", Details(details))


def test_what_is_empty_is_none() -> None:
    item = only(row_of(app=" ", who="\x00\x07", closing="  ", first="\x1b"))
    assert item == EVENT


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("zipped", [False, True])
def test_delimiters_line_ends_byte_order_mark_and_gzip_are_recognised(
    delimiter: str, end: str, bom: bytes, zipped: bool
) -> None:
    text = (HEADER + ROW + ROW).replace(",", delimiter).replace("\n", end)
    assert read(bom + text.encode(), zipped=zipped) == [EVENT, EVENT._replace(line=3)]


def test_the_delimiter_is_the_one_that_gives_the_columns() -> None:
    data = f'"what";"when";"a,b,c,d,e";"job"\nready;{AT};x,y;J1\n'
    assert read(data) == [EVENT]


def test_columns_may_stand_in_any_order_among_others() -> None:
    assert read(f'x,job," when\t",what,x\n1,J1,{AT},ready,2\n') == [EVENT]


def test_one_column_may_be_two_fields() -> None:
    both = {"event": "what", "at": "when", "listing": "job", "application": "job"}
    assert read(HEADER + ROW, mapping(both)) == [EVENT._replace(application="J1")]


def test_a_row_begins_where_its_first_physical_line_is() -> None:
    note = {"event": "what", "at": "when", "listing": "job", "note": "note"}
    data = (
        '\n\n"what","when","job","a\nnote","note"\n'
        f'a,{AT},J1,"x\n\ny","one\r\ntwo"\n'
        "\n"
        f"b,{AT},J1,,\n"
        "   \n"
        f"c,{AT},J1,,last"
    )
    found = events(read(data, mapping(note)))
    assert [(item.line, item.kind, item.details) for item in found] == [
        (5, "a", {"note": "one two"}),
        (10, "b", None),
        (12, "c", {"note": "last"}),
    ]


def test_activities_read_as_our_events_and_others_keep_their_names() -> None:
    ours = mapping(events={"Advert live": "listing_published"})
    data = HEADER + "".join(f"{name},{AT},J1\n" for name in (" Advert live ", "Odd\tone", "listing_frozen"))
    assert [item.kind for item in events(read(data, ours))] == [
        "listing_published",
        "Odd one",
        "listing_frozen",
    ]


def test_sandbox_rows_are_only_counted_whatever_else_is_wrong_with_them() -> None:
    marked = mapping(sandbox={"env": ["test", "demo"], "job": ["J9"]})
    data = f"what,when,job,env\n,,, test\nready,{AT},J9,\nready,{AT},J1,Test\nready,{AT},J1,demo\n"
    assert read(data, marked) == [SandboxRow(2), SandboxRow(3), EVENT._replace(line=4), SandboxRow(5)]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"what": ""}, "unknown event"),
        ({"what": "", "job": "", "when": ""}, "unknown event"),
        ({"what": "\x00\x1b\u202e"}, "control characters only: event"),
        ({"job": "  "}, "no listing"),
        ({"job": "\u200b", "when": ""}, "control characters only: listing"),
        ({"when": " "}, "no time"),
        ({"when": "\x7f"}, "control characters only: time"),
        ({"when": "soon"}, "unknown time: “soon”"),
        ({"when": "1985-01-01T00:00Z"}, "impossible time: 1985-01-01T00:00Z is before 1990"),
        ({"what": "x" * 201}, "over-long field: event has 201 characters where 200 are allowed"),
        ({"job": "x" * 201}, "over-long field: listing has 201 characters where 200 are allowed"),
        ({"id": "x" * 201}, "over-long field: event_id has 201 characters where 200 are allowed"),
        ({"app": "x" * 201}, "over-long field: application has 201 characters where 200 are allowed"),
        ({"who": "x" * 201}, "over-long field: actor has 201 characters where 200 are allowed"),
        ({"boss": "x" * 201}, "over-long field: owner has 201 characters where 200 are allowed"),
        ({"title": "x" * 501}, "over-long field: title has 501 characters where 500 are allowed"),
        ({"note": "x" * 10_001}, "over-long field: note has 10,001 characters where 10,000 are allowed"),
        ({"closing": "soon"}, "bad detail: closing_date, unknown time: “soon”"),
        ({"first": "soon"}, "bad detail: first_interview_at, unknown time: “soon”"),
        (
            {"last": "1889-01-01"},
            "bad detail: last_interview_at, impossible time: 1889-01-01 is before 1990",
        ),
    ],
)
def test_a_row_that_cannot_be_understood_has_its_line_and_one_plain_reason(
    values: dict[str, str], reason: str
) -> None:
    item = only(row_of(**values))
    assert isinstance(item, BadRow)
    assert (item.line, item.reason) == (2, reason)
    assert len(item.content) <= LONGEST_CONTENT
    assert item.content == clean(item.content)


def test_what_just_fits_is_taken() -> None:
    item = only(row_of(what="x" * 200, id="\x07" + "y" * 200, title="t" * 500, note="n" * 10_000))
    assert isinstance(item, FeedEvent)
    assert item.details == {"title": "t" * 500, "note": "n" * 10_000}


def test_a_time_without_an_offset_needs_a_timezone() -> None:
    data = HEADER + "ready,2026-07-01T10:00:00,J1\n"
    assert bad(read(data)) == [
        (2, "time zone missing: the time has no offset, and the mapping names no timezone")
    ]
    assert events(read(data, mapping(timezone="Europe/London")))[0].at == 1_782_896_400_000_000


def test_a_line_with_another_number_of_cells_is_broken() -> None:
    data = HEADER + "ready\n" + ROW + "a,b\n" + "a,b,c,d\n" + ROW
    assert bad(read(data)) == [
        (2, "broken line: 1 cell where the header has 3"),
        (4, "broken line: 2 cells where the header has 3"),
        (5, "broken line: 4 cells where the header has 3"),
    ]
    assert [item.line for item in events(read(data))] == [3, 6]


def test_bytes_that_are_not_utf_8_spoil_only_their_row() -> None:
    data = HEADER.encode() + ROW.encode() + b"ready,%s,J\xe9\n" % AT.encode() + f"é,{AT},J1\n".encode()
    items = read(data)
    assert bad(items) == [(3, "not text: the line is no UTF-8")]
    assert [(item.line, item.kind) for item in events(items)] == [(2, "ready"), (4, "é")]
    # A character cut in two by the line's end, and a lone surrogate in UTF-8.
    header = "what,when,job,ééé\n".encode()
    assert bad(read(header + b"a\xe2,b,c\xe2,d\n")) == [(2, "not text: the line is no UTF-8")]
    assert bad(read(header + b"a\xed\xa0\x80,b,c,d\n")) == [(2, "not text: the line is no UTF-8")]


def test_a_stray_carriage_return_breaks_only_its_line() -> None:
    items = read(HEADER + f"re\rady,{AT},J1\n" + ROW)
    assert bad(items) == [(2, "broken line: a carriage return in a cell without quotation marks")]
    assert [item.line for item in events(items)] == [3]


@pytest.mark.parametrize(
    ("rows", "reasons", "good"),
    [
        # Never closed: the rest of the file is not swallowed.
        (
            [f'"ready,{AT},J1', *[ROW.strip()] * 3],
            [(2, "broken line: a quotation mark is never closed")],
            [3, 4, 5],
        ),
        (
            [f'ready,{AT},"J1', *[ROW.strip()] * 3],
            [(2, "broken line: a quotation mark is never closed")],
            [3, 4, 5],
        ),
        ([ROW.strip(), f'ready,{AT},"J1'], [(3, "broken line: a quotation mark is never closed")], [2]),
        # Closed by a later row's mark, which would make one row of three.
        (
            [f'ready,{AT},"J1', ROW.strip(), f'ready,{AT},"J2"', ROW.strip()],
            [(2, "broken line: text after a closing quotation mark")],
            [3, 4, 5],
        ),
        (
            [f'ready,"{AT},J1', ROW.strip(), f'ready,"{AT}",J1', ROW.strip()],
            [(2, "broken line: text after a closing quotation mark")],
            [3, 4, 5],
        ),
        # A quotation over several lines in a row with a cell too many is one broken row.
        ([f'ready,{AT},"J\n1\n2",x', ROW.strip()], [(2, "broken line: 4 cells where the header has 3")], [5]),
        ([f'ready,{AT},"J1"x', ROW.strip()], [(2, "broken line: text after a closing quotation mark")], [3]),
        # In the middle of a cell it is only a mark.
        ([f'5" pipe,{AT},J1', ROW.strip()], [], [2, 3]),
    ],
)
def test_a_broken_quotation_spoils_no_row_but_its_own(
    rows: list[str], reasons: list[tuple[int, str]], good: list[int]
) -> None:
    items = read(HEADER + "\n".join(rows))
    assert bad(items) == reasons
    assert [item.line for item in events(items)] == good


def test_an_over_long_field_is_a_bad_row_and_the_rest_goes_on() -> None:
    for field in ("x" * (LONGEST_FIELD + 1), '"' + "x\n" * (LONGEST_FIELD // 2 + 1) + '"'):
        items = read(HEADER + f"ready,{AT},{field}\n" + ROW)
        assert bad(items) == [(2, "over-long field: more than 1,048,576 characters")]
        assert [item.line for item in events(items)] == [field.count("\n") + 3]


def test_an_over_long_line_is_a_bad_row_and_the_rest_goes_on() -> None:
    items = read(HEADER + ROW + f"ready,{AT}," + "x" * LONGEST_LINE + "\n" + ROW)
    assert bad(items) == [(3, "over-long field: the line is longer than 2 MiB")]
    assert [item.line for item in events(items)] == [2, 4]
    assert bad(read(HEADER + ROW + "x" * (LONGEST_LINE + 1))) == [
        (3, "over-long field: the line is longer than 2 MiB")
    ]


def test_an_over_long_line_within_a_quotation_is_part_of_one_bad_row() -> None:
    long = "x" * (LONGEST_LINE + 1)
    items = read(HEADER + f'ready,{AT},"begins\n{long}\nends"\n' + ROW)
    assert bad(items) == [(2, "over-long field: the line is longer than 2 MiB")]
    assert [item.line for item in events(items)] == [5]
    items = read(HEADER + f'ready,{AT},"begins\n{long}"\n' + ROW)
    assert (bad(items), [item.line for item in events(items)]) == (
        [(2, "over-long field: the line is longer than 2 MiB")],
        [4],
    )


def test_a_quotation_that_an_over_long_line_leaves_open_swallows_no_row() -> None:
    items = read(HEADER + f'ready,{AT},"open\n' + ROW + "x" * (LONGEST_LINE + 1) + "\n" + ROW)
    assert bad(items) == [
        (2, "over-long field: the line is longer than 2 MiB"),
        (4, "over-long field: the line is longer than 2 MiB"),
    ]
    assert [item.line for item in events(items)] == [3, 5]


def test_a_row_that_never_ends_is_given_up() -> None:
    # Each line closes a quotation and opens the next, so the row's fields stay short.
    lines = 'x","z\n' * (LONGEST_LINE // 6 + 1_000)
    items = read(HEADER + f'ready,{AT},"a\n' + lines + '"\n' + ROW)
    assert bad(items)[0] == (2, "over-long field: a quotation mark is not closed for 2 MiB")
    assert events(items)[-1].line == 2 + lines.count("\n") + 2


def test_many_broken_quotations_take_no_more_than_their_share_of_time() -> None:
    # Every second line opens a quotation that nothing closes before the 2 MiB are over.
    items = read(HEADER + f'x","z,\n{ROW}' * 8_000)
    assert [item.line for item in events(items)] == list(range(3, 16_002, 2))
    assert bad(items) == [
        (line, "broken line: a quotation mark is never closed") for line in range(2, 16_002, 2)
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["empty"]),
        (b"\n \n\t\n", ["empty"]),
        (b"\xef\xbb\xbf", ["empty"]),
        (b"PK\x03\x04\0\0", ["workbook is damaged"]),
        (b"\x7fELF\0\0", ["no form of file that is known"]),
        ("what,when,jab\n".encode("utf-16"), ["no column “job”", "“jab”"]),
        ("what,when,job,".encode("utf-16") + b"\n", ["header is not UTF-16 text"]),
        ("what,when,job\n".encode("utf-32"), ["no form of file that is known"]),
        ("ö,what,when,job,caf".encode() + b"\xe9\n", ["header is not UTF-8 text"]),
        (b"x" * (LONGEST_LINE + 10), ["no form of file that is known", "2 MiB"]),
        (b"what,when\n", ["no column “job”", "“what”, “when”"]),
        (b"what\n", ["no column “when”, “job”", "“what”"]),
        (b"what,when,job,job\n", ["“job”", "more than once"]),
        (b'"what,when,job\n', ["a quotation mark is never closed"]),
        (",".join(f"c{n}" for n in range(5_000)).encode(), ["no column", "“c19” and 4,980 more"]),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_in_one_line(data: bytes, words: list[str]) -> None:
    with pytest.raises(FeedError) as caught:
        read(data)
    message = str(caught.value)
    assert len(message) < 1_500
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_sandbox_column_must_be_there_too() -> None:
    with pytest.raises(FeedError, match="no column “env”"):
        read(HEADER + ROW, mapping(sandbox={"env": ["test"]}))


def test_only_columns_that_are_read_must_be_unique() -> None:
    assert read(f"x,what,when,job,x\n1,ready,{AT},J1,2\n") == [EVENT]
