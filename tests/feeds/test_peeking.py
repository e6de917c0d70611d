"""How a file begins, whatever the file is: its form, columns and first rows, at a bounded price."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from openpyxl.chart import BarChart, Reference  # type: ignore[import-untyped]

from store.feeds.errors import FeedError
from store.feeds.peeking import MOST_VALUES, Peek, peek
from tests.feeds.helpers import DATA

CSV = "id,what,when\n1,Published,2026-03-02\n2, Closed ,2026-03-09\n3,Published,\n"


def look(folder: Path, data: bytes | str, name: str = "some.dat", rows: int = 20) -> Peek:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return peek(path, rows)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    bars = BarChart()
    bars.add_data(Reference(book.worksheets[0], min_col=1, min_row=1, max_row=2))
    book.create_chartsheet("Chart").add_chart(bars)
    book.save(path)
    return path


def test_csv_shows_columns_rows_and_values(tmp_path):
    seen = look(tmp_path, CSV, rows=2)
    assert (seen.form, seen.encoding, seen.delimiter) == ("csv", "UTF-8", "comma")
    assert seen.columns == ("id", "what", "when")
    assert seen.rows == (("1", "Published", "2026-03-02"), ("2", "Closed", "2026-03-09"))
    assert seen.samples["what"] == {"Published": 2, "Closed": 1}
    assert seen.samples["when"] == {"2026-03-02": 1, "2026-03-09": 1}
    assert seen.rows_seen == 3


@pytest.mark.parametrize(
    ("data", "encoding", "delimiter"),
    [
        ("né;b\n1;2\n".encode("cp1252"), "Windows-1252", "semicolon"),
        ("né\tb\n1\t2\n".encode("utf-16"), "UTF-16", "tab"),
        ("\ufeffné|b\n1|2\n".encode(), "UTF-8", "vertical bar"),
        (gzip.compress("né,b\n1,2\n".encode(), mtime=0), "UTF-8", "comma"),
    ],
)
def test_encoding_and_delimiter_are_named(tmp_path, data, encoding, delimiter):
    seen = look(tmp_path, data)
    assert (seen.encoding, seen.delimiter, seen.columns) == (encoding, delimiter, ("né", "b"))
    assert seen.rows == (("1", "2"),)


def test_a_header_alone_has_columns_and_no_rows(tmp_path):
    seen = look(tmp_path, "a,b\n")
    assert (seen.columns, seen.rows, seen.rows_seen) == (("a", "b"), (), 0)


def test_rows_that_are_none_are_passed_over(tmp_path):
    seen = look(tmp_path, "a,b\n1\n2,3\n4,5,6\n")
    assert seen.rows == (("2", "3"),)


def test_columns_that_no_mapping_can_name_have_no_samples(tmp_path):
    seen = look(tmp_path, f"a,,a,b,{'x' * 201}\n1,2,3,4,5\n")
    assert seen.columns == ("a", "", "a", "b", "x" * 201)
    assert seen.samples == {"b": {"4": 1}}


def test_nested_json_has_dotted_paths_and_no_lists(tmp_path):
    rows: list[dict[str, object]] = [
        {"id": 7, "job": {"ref": "J1", "tags": ["x"]}, "ok": True, "a.b": 1},
        {"id": 8.5, "job": {"ref": None}, "more": {"deep": {"er": "e"}}, "late": "l", "x": {"y.z": 1}},
        {"late": {"now": "an object"}},
    ]
    lines = look(tmp_path, "".join(json.dumps(row) + "\n" for row in rows))
    array = look(tmp_path, json.dumps(rows))
    assert (lines.form, array.form) == ("jsonl", "json")
    assert lines.columns == array.columns == ("id", "job.ref", "ok", "a.b", "more.deep.er", "late.now")
    assert lines.rows == array.rows
    assert lines.rows[1] == ("8.5", "", "", "", "e", "")


def test_a_workbook_names_its_sheets_and_shows_the_chosen_one(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        First=[[], ["a", "b"], [1, "x\nY"]],
        Second=[["c"], [True]],
    )
    first, second = peek(path), peek(path, sheet="Second")
    assert first.sheets == second.sheets == ("First", "Second")
    assert (first.form, first.columns, first.rows) == ("xlsx", ("a", "b"), (("1", "x Y"),))
    assert (second.sheet, second.columns, second.rows) == ("Second", ("c",), (("true",),))
    with pytest.raises(FeedError, match="no sheet “Third”"):
        peek(path, sheet="Third")


def test_xes_has_the_attributes_of_traces_and_events(tmp_path):
    seen = look(
        tmp_path,
        '<log><string key="of the log" value="x"/><global scope="event"><string key="no" value="x"/></global>'
        '<trace><string key="name" value="T1"/><event><string key="what" value="A"><string key="inner" '
        'value="x"/></string></event><event><string key="what" value="B"/><int key="n" value="2"/></event>'
        "</trace></log>",
    )
    assert (seen.form, seen.columns) == ("xes", ("case:name", "what", "n"))
    assert seen.rows == (("T1", "A", ""), ("T1", "B", "2"))


@pytest.mark.parametrize("name", ["hiring_log_high.xes.gz", "helpdesk.xes.gz"])
def test_real_logs_are_seen_quickly(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    seen = peek(path)
    assert seen.form == "xes"
    assert {"case:concept:name", "concept:name", "time:timestamp"} <= set(seen.columns)
    assert seen.rows_seen == 2000
    assert len(seen.samples["time:timestamp"]) == MOST_VALUES


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\0\1\2", "not text"),
        (b"PK\3\4 no zip", "damaged"),
        (b"<html><body/></html>", "not an XES log"),
        (b'{"a": [1]}\n', "no column has a name"),
        (b'{"a": \n', "broken"),
        (gzip.compress(CSV.encode(), mtime=0)[:12], "breaks off"),
        (b"<log></log>", "no column has a name"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, data, said):
    with pytest.raises(FeedError, match=said) as caught:
        look(tmp_path, data)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(FeedError, match="there is no file"):
        peek(tmp_path / "none.csv")
    with pytest.raises(FeedError, match="is a folder"):
        peek(tmp_path)


def test_a_broken_end_hides_no_beginning(tmp_path):
    log = '<log><trace><event><string key="a" value="1"/></event></trace><trace><event'
    assert look(tmp_path, log).rows == (("1",),)
    assert look(tmp_path, gzip.compress(CSV.encode())[:-8]).rows_seen == 3


BIG = 64 << 20
HOSTILE = {
    "a long line after the header": lambda: b"a,b\n" + b"x" * BIG,
    "a long first line": lambda: b"x" * BIG,
    "a long JSON line": lambda: b'{"a": 1}\n{"a": "' + b"x" * BIG + b'"}\n',
    "a gzip of nothing but lines": lambda: gzip.compress(b"a,b\n" + b"1,2\n" * (BIG // 4), 9),
    "a long value in a gzip": lambda: gzip.compress(b'[{"a": "' + b"0" * BIG + b'"}]', 9),
    "a million columns": lambda: (
        b",".join(b"%d" % n for n in range(250_000)) + b"\n" + b"," * 249_999 + b"\n"
    ),
    "a million keys": lambda: b"".join(b'{"k%d": 1, "l%d": {"m": 2}}\n' % (n, n) for n in range(200_000)),
    "a quotation never closed": lambda: b'a,b\n1,"' + (b"x" * 99 + b"\n") * (BIG // 100),
    "an XML of attributes": lambda: (
        b"<log><trace>" + b"".join(b'<string key="k%d" value="v"/>' % n for n in range(200_000))
    ),
    "an OCEL document of objects": lambda: (
        b'{"objects": [' + b",".join(b'{"id": "%d", "type": "t%d"}' % (n, n % 999) for n in range(60_000))
    ),
    "an OCEL document of odd events": lambda: (
        b'{"events": [' + b",".join(b'{"id": [%d], "type": {}, "time": 1}' % n for n in range(50_000))
    ),
    "long cells": lambda: b"a,b\n" + (b"x" * 100_000 + b"," + b"y" * 100_000 + b"\n") * 300,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_costs_more_than_its_share(tmp_path, name):
    path = tmp_path / "hostile"
    path.write_bytes(HOSTILE[name]())
    tracemalloc.start()
    began = time.process_time()
    try:
        seen = peek(path)
        assert len(seen.columns) <= 1000
        assert all(len(cell) <= 200 for row in seen.rows for cell in row)
    except FeedError as error:
        assert "\n" not in str(error)  # noqa: PT017  either end is good
    finally:
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert used < 96 << 20
    assert time.process_time() - began < 10


def test_what_is_shown_is_cleaned(tmp_path):
    seen = look(tmp_path, "a\u202eb,c\n\x1b[31mred,[b]x[/b]\n")
    assert seen.columns == ("ab", "c")
    assert seen.rows == (("[31mred", "[b]x[/b]"),)
