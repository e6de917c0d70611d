"""JSON: lines and arrays, paths and values, and a way on after whatever is broken, long or deep."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.text import clean
from store.feeds.fields import Details
from store.feeds.json_values import BROKEN, DEEP
from store.feeds.lines import LONGEST_LINE
from store.feeds.reading import BadRow, FeedError, FeedEvent, FeedItem, SandboxRow, open_feed
from tests.feeds.helpers import LONDON, bad, events, mapping, read
from tests.feeds.test_feed_reading import times, written

AT = "2026-03-04T10:00:00Z"
ROW = {"what": "ready", "when": AT, "job": "J1"}
LINE = json.dumps(ROW)
EVENT = FeedEvent(1, None, "ready", 1_772_618_400_000_000, "J1", None, None, None, None)
NESTED = mapping({"event": "event.name", "at": "event.time", "listing": "job", "note": "a.b.c", "actor": "x"})
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]


def lines_and_array(rows: list[str]) -> list[str]:
    return ["\n".join(rows), "[" + ",\n".join(rows) + "]", "[\n" + ",\n".join(rows) + "\n]"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("zipped", [False, True])
def test_lines_and_arrays_are_recognised(encoding: str, zipped: bool) -> None:
    for text, first in zip(lines_and_array([LINE, LINE]), (1, 1, 2), strict=True):
        items = read(text.encode(encoding), zipped=zipped)
        assert items == [EVENT._replace(line=first), EVENT._replace(line=first + 1)]


def test_an_array_may_stand_on_one_line_or_on_many() -> None:
    assert read(f"\n [{LINE} , {LINE}]\n") == [EVENT._replace(line=2)] * 2
    assert [item.line for item in read(json.dumps([ROW, ROW], indent=1))] == [2, 7]
    assert read("[]") == read(" [ ] ") == []


def test_a_csv_file_may_begin_with_a_bracket() -> None:
    columns = {"event": "[what]", "at": "when", "listing": "{job}"}
    assert read(f"[what],when,{{job}}\nready,{AT},J1\n", mapping(columns)) == [EVENT._replace(line=2)]


def test_nested_fields_are_named_by_path_and_a_whole_name_comes_first() -> None:
    nested = {"event": {"name": "ready", "time": AT}, "job": "J1", "a": {"b": {"c": "n"}}, "x": None}
    flat = {"event.name": "ready", "event.time": AT, "event": {"name": "no"}, "job": "J1", "a": {"b": 1}}
    assert read(json.dumps(nested) + "\n" + json.dumps(flat), NESTED) == [
        EVENT._replace(details=Details(note="n")),
        EVENT._replace(line=2),
    ]


def test_numbers_and_truth_values_are_the_text_that_stands_there() -> None:
    columns = {"event": "what", "at": "when", "listing": "job", "application": "app", "actor": "who"}
    big = "9" * 150
    row = f'{{"what": true, "when": "{AT}", "job": {big}, "app": 1.10, "who": -2e5}}'
    (item,) = events(read(row, mapping(columns)))
    assert (item.kind, item.listing, item.application, item.actor) == ("true", big, "1.10", "-2e5")


def test_sandbox_values_may_be_truth_values() -> None:
    data = "\n".join(json.dumps(ROW | {"test": mark}) for mark in (True, False, "true", None))
    items = read(data, mapping(sandbox={"test": ["true"]}))
    assert [type(item) for item in items] == [SandboxRow, FeedEvent, SandboxRow, FeedEvent]


DEEP_VALUE = "[" * 101 + "]" * 101


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"what": 1,}', f"broken line: {BROKEN}, "),
        ('{"what": "open', f"broken line: {BROKEN}, unterminated string starting at"),
        ('{"what": NaN}', f"broken line: {BROKEN}"),
        ('{"what": 1 "when"}', f"broken line: {BROKEN}, expecting ',' delimiter"),
        ('"text"', f"broken line: {BROKEN}, not an object in braces"),
        ("17", f"broken line: {BROKEN}, not an object in braces"),
        ('["a", {"b": 1}]', f"broken line: {BROKEN}, not an object in braces"),
        (f'{{"x": {DEEP_VALUE}, "what": "a"}}', f"broken line: {DEEP}"),
        ('{"x": ' + "[" * 50_000 + "}", f"broken line: {DEEP}"),
        (json.dumps(ROW | {"when": {"a": 1}}), "broken line: “when” is not a single value"),
        (json.dumps(ROW | {"job": ["J1"]}), "broken line: “job” is not a single value"),
        (json.dumps(ROW | {"when": None}), "no time"),
        (json.dumps({"what": "x"}), "no listing"),
        (json.dumps(ROW | {"job": "\ud800\u202e\0"}), "control characters only: listing"),
    ],
)
def test_a_broken_row_has_its_line_and_reason_and_the_rest_goes_on(row: str, reason: str) -> None:
    for text, first in zip(lines_and_array([LINE, row, LINE, LINE]), (1, 1, 2), strict=True):
        items = read(text)
        (found,) = bad(items)
        assert found[0] == first + 1
        if text.startswith("{") or "unterminated" not in reason:
            assert found[1].startswith(reason) or text.startswith("[")
        assert [item.line for item in events(items)] == [first, first + 2, first + 3]


def test_text_after_an_object_and_bytes_that_are_no_text_spoil_only_their_line() -> None:
    data = f"{LINE}\n{LINE} x\n{LINE}{LINE}\n".encode() + b'{"what": "\xe9\xc3"}\n' + f"é{LINE}\n".encode()
    items = read(data + '{"é": "ééé"}'.encode() + f"\n{LINE}".encode())
    assert [item.line for item in events(items)] == [1, 7]
    assert [line for line, _ in bad(items)] == [2, 3, 4, 5, 6]
    assert bad(items)[2][1] == "not text: the line is no UTF-8"
    items = read(b'[{"what": "\xe9"},\n' + f'{LINE}, {{"a": "é"}}]'.encode())
    assert bad(items) == [(1, "not text: the value is no UTF-8"), (2, "unknown event")]


def test_an_over_long_row_is_a_bad_row_and_the_rest_goes_on() -> None:
    long = json.dumps({"x": "y" * (LONGEST_LINE + 1)})
    items = read(f"{LINE}\n{long}\n{LINE}\n")
    assert (bad(items), [item.line for item in events(items)]) == (
        [(2, "over-long field: the line is longer than 2 MiB")],
        [1, 3],
    )
    items = read(f"[{LINE},\n{long},\n{LINE}]")
    assert [item.line for item in events(items)] == [1, 3]
    assert [line for line, _ in bad(items)] == [2]


def test_an_array_that_breaks_off_gives_what_stands_before() -> None:
    def until_it_breaks(path) -> tuple[list[FeedItem], str]:
        items: list[FeedItem] = []
        with pytest.raises(FeedError) as caught, open_feed(path, mapping(), LONDON) as feed:
            items.extend(feed)
        return items, str(caught.value)

    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.json"
        path.write_text(f"[{LINE},\n{LINE}\n")
        assert until_it_breaks(path) == (
            [EVENT, EVENT._replace(line=2)],
            "the JSON ends in the middle, on line 3",
        )


def test_text_after_an_array_is_a_bad_row() -> None:
    items = read(f"[{LINE}]\n]\n{LINE}\nx")
    assert events(items) == [EVENT, EVENT._replace(line=3)]
    assert [line for line, _ in bad(items)] == [2, 4]


@pytest.mark.parametrize(
    "piece", ["{", '{"a":', '\n{"a":[', '},{"a":[', '"', "\n{", "},{", "\\", "\n", "[", '{"a":"},', "}", " "]
)
@pytest.mark.parametrize("start", ["[", "[{", "{", '{"a":1}\n'])
def test_a_lot_of_anything_takes_no_more_than_its_share_of_time(piece: str, start: str) -> None:
    with suppress(FeedError):
        read(start + piece * ((1 << 18) // len(piece)))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TEXTS = st.text(max_size=20)


@given(st.lists(st.tuples(TEXTS, TEXTS, VALUES), max_size=15), st.booleans(), st.sampled_from([None, 2]))
def test_what_a_json_writer_writes_is_read_back(
    rows: list[tuple[str, str, object]], lines: bool, indent: int | None
) -> None:
    values = [
        {"more": more, "event": {"name": name, "time": AT}, "job": "J", "a": {"b": {"c": note}}}
        for name, note, more in rows
    ]
    text = (
        "".join(json.dumps(value) + "\n" for value in values) if lines else json.dumps(values, indent=indent)
    )
    if not text.strip():
        return
    items = read(text, NESTED)
    assert len(items) == len(rows)
    assert [(item.kind, (item.details or Details()).get("note", "")) for item in events(items)] == [
        (clean(name), clean(note)) for name, note, _ in rows if clean(name)
    ]


@given(st.lists(st.sampled_from(['{"a":1}', LINE, "{", "}", "[", "]", ",", '"', "\\", "\n", "é", "1", ":"])))
def test_any_mess_gives_rows_or_one_error(pieces: list[str]) -> None:
    for start in ("[", "{}\n"):
        with suppress(FeedError):
            numbers = [item.line for item in read(start + "".join(pieces))]
            assert numbers == sorted(numbers)
            assert all(number >= 1 for number in numbers)


@pytest.mark.parametrize("pieces", [["x\n", LINE + "\n", "{\n", '"\n']])
def test_lines_are_independent(pieces: list[str]) -> None:
    items = read(LINE + "\n" + "".join(pieces) * 100)
    assert [item.line for item in items] == list(range(1, 402))
    assert sum(isinstance(item, BadRow) for item in items) == 300


@pytest.mark.parametrize("form", ["lines", "array", "one line"])
def test_memory_does_not_grow_with_the_file(tmp_path, form: str) -> None:
    part = {"lines": LINE + "\n", "array": LINE + ",\n", "one line": LINE + ","}[form]
    before = b"" if form == "lines" else b"["
    after = b"" if form == "lines" else LINE.encode() + b"]"
    long = b'{"x": "' + b"y" * (1 << 20)
    rest = b"y" * (30 << 20) + b'"}' + (b"\n" if form == "lines" else b",\n") + part.encode() + after
    path = written(tmp_path / "some.gz", times(64, part.encode() * 1_000, before, long + rest))
    tracemalloc.start()
    try:
        with open_feed(path, mapping(), LONDON) as feed:
            good = sum(isinstance(item, FeedEvent) for item in feed)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert good == 64_001 + (form != "lines")
    assert peak < 48 << 20
