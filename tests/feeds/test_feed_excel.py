"""Excel workbooks: sheets, real dates, and everything that could be turned against a reader."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.text import clean
from store.feeds.mapping import Mapping
from store.feeds.reading import BadRow, FeedError, FeedEvent
from tests.feeds.helpers import bad, events, mapping, read

HEADER = ("what", "when", "job")
WHEN = datetime(2026, 7, 1, 10, 0)  # noqa: DTZ001  Excel knows no time zones
AT = 1_782_896_400_000_000
LONDON = mapping(timezone="Europe/London")
EVENT = FeedEvent(2, None, "ready", AT, "J1", None, None, None, None)


def workbook(*rows: tuple[object, ...], sheet: str = "Sheet", more: dict[str, list] | None = None) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for title, some in {sheet: rows, **(more or {})}.items():
        page: Any = book.create_sheet(title)
        for row in some:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data: bytes, part: str, new: bytes | None, old: bytes = b"") -> bytes:
    """The workbook with `old` in one part become `new`, or all of the part; None takes the part out."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            raw = before.read(name)
            if name == part:
                if new is None:
                    continue
                raw = raw.replace(old, new, 1) if old else new
            after.writestr(name, raw)
    return out.getvalue()


@pytest.mark.parametrize("zipped", [False, True])
def test_real_dates_are_local_times_and_a_line_is_a_row(zipped: bool) -> None:
    data = workbook((), (None, ""), HEADER, ("ready", WHEN, "J1"), (), ("ready", date(2026, 7, 1), 17.0, "x"))
    items = read(data, LONDON, zipped=zipped)
    assert [item.line for item in items] == [4, 6]
    first, second = events(items)
    assert (first.at, second.at, second.listing) == (AT, AT - 10 * 3_600_000_000, "17")


def test_without_a_timezone_a_real_date_is_refused() -> None:
    assert bad(read(workbook(HEADER, ("ready", WHEN, "J1")))) == [
        (2, "time zone missing: the time has no offset, and the mapping names no timezone")
    ]


def test_the_first_sheet_is_read_or_the_one_that_is_named() -> None:
    data = workbook(HEADER, ("ready", WHEN, "J1"), sheet="One", more={"Two": [HEADER, ("odd", WHEN, "J1")]})
    named = mapping(timezone="Europe/London", sheet="Two")
    assert [item.kind for item in events(read(data, LONDON) + read(data, named))] == ["ready", "odd"]
    with pytest.raises(FeedError, match="no sheet “Three”; its sheets are “One”, “Two”"):
        read(data, mapping(sheet="Three"))


def test_numbers_truth_values_and_errors_are_texts() -> None:
    columns = {"event": "what", "at": "when", "listing": "job", "application": "app", "actor": "who"}
    data = workbook((*HEADER, "app", "who"), (True, "2026-07-01T10:00", 12345678901, 1.5, "#N/A"))
    (item,) = events(read(data, mapping(columns, timezone="Europe/London")))
    assert item[2:7] == ("true", AT, "12345678901", "1.5", "#N/A")


def test_the_wide_form_is_read() -> None:
    wide: Mapping = mapping(
        {"listing": "job"}, timezone="Europe/London", milestones={"Live": "published", "Shut": "closed"}
    )
    items = read(workbook(("job", "Live", "Shut"), ("J1", WHEN, "01/07/2026"), ("J2", None, None)), wide)
    assert [item.kind for item in events(items)] == ["published"]
    assert bad(items) == [
        (2, "unknown time: “Shut”: “01/07/2026”"),
        (3, "no milestone"),
    ]


def test_a_bad_row_has_its_content() -> None:
    (item,) = read(workbook(HEADER, ("ready", "soon\u202e", "J1")), LONDON)
    assert isinstance(item, BadRow)
    assert item[1:4] == ("unknown time: “soon”", "ready; soon; J1", "unknown time")
    assert json.loads(item.cells or "") == {"what": "ready", "when": "soon\u202e", "job": "J1"}


GOOD = workbook(HEADER, ("ready", WHEN, "J1"))
SHEET = "xl/worksheets/sheet1.xml"
DATA = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'


def sheet(rows: bytes) -> bytes:
    return changed(GOOD, SHEET, DATA % rows)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: changed(GOOD, "xl/workbook.xml", None), "no Excel workbook"),
        (lambda: changed(GOOD, "xl/styles.xml", b"<x"), "its XML is broken"),
        (lambda: changed(GOOD, "[Content_Types].xml", None), "cannot open it"),
        (lambda: changed(GOOD, SHEET, BOMB + DATA % b""), "declares entities"),
        (
            lambda: (
                changed(GOOD, "xl/sharedStrings.xml", BOMB + b"<sst/>")
                if b"sharedS" in GOOD
                else changed(GOOD, "xl/styles.xml", BOMB + b"<x/>")
            ),
            "declares entities",
        ),
        (lambda: sheet(b""), "the sheet is empty"),
        (lambda: sheet(b"<row>" + b"<c/>" * 1_000_000 + b"</row>"), "more than 16,384 columns"),
        (lambda: sheet(b'<row r="99999999"/>'), "damaged: a row's number"),
        (lambda: sheet(b'<row r="2000000"/>'), "out of order"),
        (lambda: sheet(b'<row r="2"/><row r="1"/>'), "out of order"),
        (lambda: sheet(b'<row r="-1"/>'), "damaged: a row's number"),
        (lambda: sheet(b'<row><c r="A1" t="s"><v>999</v></c></row>'), "damaged after row 0"),
        (lambda: sheet(b'<row><c r="???"><v>9</v></c></row>'), "damaged after row 0"),
        (lambda: sheet(b'<row><c t="str"><v>' + b"x" * (9 << 20) + b"</v></c></row>"), "over-long row 1"),
        (lambda: sheet(b"<a>" * 200 + b"</a>" * 200), "nested deeper"),
        (lambda: sheet(b"<a" + b" " * (9 << 20) + b"/>"), "over-long piece"),
        (lambda: changed(GOOD, "docProps/core.xml", b" " * (129 << 20)), "unpacks to more than"),
        (lambda: GOOD[: len(GOOD) // 2], "damaged"),
        (lambda: GOOD[:50] + b"junk" + GOOD[54:], "damaged"),
    ],
    ids=range(19),
)
def test_a_workbook_that_cannot_be_trusted_is_refused_in_one_line(make, words: str) -> None:
    with pytest.raises(FeedError) as caught:
        read(make(), LONDON)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    data = changed(GOOD, SHEET, b'<dimension ref="A1:XFD1048576"/><sheetData>', old=b"<sheetData>")
    assert read(data, LONDON) == [EVENT]


def test_columns_are_checked_as_in_csv() -> None:
    with pytest.raises(FeedError, match="no column “job”"):
        read(workbook(("what", "when")), LONDON)


def test_openpyxl_is_loaded_only_for_a_workbook() -> None:
    code = "import sys, store.feeds.reading; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_openpyxl_one_line_says_how_to_get_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(FeedError, match="pip install openpyxl"):
        read(GOOD, LONDON)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
TIMES = st.datetimes(datetime(1991, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001  Excel knows no time zones


@given(st.lists(st.tuples(TEXTS, TIMES), max_size=6))
def test_what_openpyxl_writes_is_read_back(rows: list[tuple[str, datetime]]) -> None:
    wanted = [(f"x{kind}".replace("_x", "x"), when.replace(microsecond=0)) for kind, when in rows]
    data = workbook(HEADER, *((kind, when, "J1") for kind, when in wanted))
    assert [(item.kind, item.at) for item in events(read(data, mapping(timezone="UTC")))] == [
        (clean(kind), int(when.replace(tzinfo=UTC).timestamp()) * 1_000_000) for kind, when in wanted
    ]


@given(st.binary(min_size=1, max_size=30), st.integers(0, len(GOOD) - 1))
def test_any_damage_gives_rows_or_one_error(junk: bytes, place: int) -> None:
    with suppress(FeedError):
        read(GOOD[:place] + junk + GOOD[place + len(junk) :], LONDON)
