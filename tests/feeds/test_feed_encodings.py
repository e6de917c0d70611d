"""Encodings of CSV: recognised by how the file begins, streamed, and what they cannot read is a bad row."""

from __future__ import annotations

import codecs
import gzip
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.text import clean
from store.feeds.reading import FeedError, open_feed
from store.feeds.source import CHUNK
from tests.feeds.helpers import LONDON, bad, events, mapping, read

HEADER = "what,when,job\n"
AT = "2026-03-04T10:00:00Z"
ROW = f"ready,{AT},J1\n"
ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "cp1252": b"",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("zipped", [False, True])
def test_encodings_are_recognised_with_every_line_end(encoding: str, end: str, zipped: bool) -> None:
    text = (
        HEADER
        + f'Café “£5”,{AT},"J\n1"\n'
        + ROW
        + f"€,{AT},Łódź\n".encode("cp1252", "ignore").decode("cp1252")
    )
    data = ENCODINGS[encoding] + text.replace("\n", end).encode(encoding)
    items = events(read(data, zipped=zipped))
    assert [(item.line, item.kind, item.listing) for item in items] == [
        (2, "Café “£5”", "J 1"),
        (4, "ready", "J1"),
        (5, "€", "ód"),
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("zipped", [False, True])
def test_utf_16_is_recognised_without_its_mark(encoding: str, zipped: bool) -> None:
    """As some databases export it."""
    (item,) = events(read(f"{HEADER}Łódź,{AT},J1\n".encode(encoding), zipped=zipped))
    assert (item.line, item.kind) == (2, "Łódź")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_of_many_chunks_keeps_its_lines(encoding: str) -> None:
    rows = [f"é{number},{AT},J😀€\n" for number in range(60_000)]
    text = (HEADER + "".join(rows)).encode("utf-8")
    if encoding == "cp1252":
        text = text.replace("😀".encode(), b"")
    data = ENCODINGS[encoding] + text.decode().encode(encoding)
    assert len(data) > 3 * CHUNK
    items = read(data)
    assert [(item.line, item.kind) for item in events(items)] == [
        (number + 2, f"é{number}") for number in range(60_000)
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_what_is_not_utf_16_spoils_only_its_row(encoding: str) -> None:
    text = HEADER + ROW + "a\ud800,b,c\n" + ROW + "c"
    data = ENCODINGS[encoding] + text.encode(encoding, "surrogatepass")
    assert bad(read(data)) == [
        (3, "not text: the line is no UTF-16"),
        (5, "broken line: 1 cell where the header has 3"),
    ]
    assert [item.line for item in events(read(data))] == [2, 4]
    assert bad(read(data + f",{AT},J".encode(encoding) + b"x"))[-1] == (5, "not text: the line is no UTF-16")


def test_a_byte_that_windows_1252_does_not_define_spoils_only_its_row_beyond_the_head() -> None:
    data = HEADER.encode() + f"é,{AT},J1\n".encode("cp1252") + ROW.encode() * 10_000
    assert len(data) > CHUNK
    items = read(data + f"a\x81,{AT},J\n".encode("latin-1") + f"ü,{AT},J1\n".encode("cp1252"))
    assert bad(items) == [(10_003, "not text: the line is no Windows-1252")]
    assert [events(items)[0].kind, events(items)[-1].kind] == ["é", "ü"]


def test_one_wrong_byte_does_not_make_utf_8_windows_1252() -> None:
    items = read(f"{HEADER}é,{AT},J1\n".encode() + f"é,{AT},J1\n".encode("cp1252"))
    assert ([item.kind for item in events(items)], bad(items)) == (
        ["é"],
        [(3, "not text: the line is no UTF-8")],
    )


def test_what_stands_beyond_the_head_decides_nothing() -> None:
    data = HEADER.encode() + ROW.encode() * 10_000 + f"é,{AT},J1\n".encode("cp1252")
    assert bad(read(data)) == [(10_002, "not text: the line is no UTF-8")]


@pytest.mark.parametrize("place", range(-4, 5))
def test_a_character_cut_by_the_end_of_the_head_is_still_utf_8(place: int) -> None:
    row = f"{'x' * 100},{AT},J1\n"
    whole, left = divmod(CHUNK + place - len(HEADER), len(row))
    data = HEADER + row * whole + "\n" * left
    assert len(data) == CHUNK + place
    items = read((data + f"€,{AT},J1\n").encode())
    assert (bad(items), events(items)[-1].kind) == ([], "€")


@pytest.mark.parametrize(
    "line", ["sep=;", "SEP=;", '"sep=;"', "sep=;  ", "sep=^", "sep=\t", "sep=~", "\n\nsep=,"]
)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_excels_first_line_names_the_delimiter_and_is_no_row(line: str, encoding: str) -> None:
    mark = line.strip(' "\n')[-1] if not line.endswith("\t") else "\t"
    text = f"{line}\r\n" + (HEADER + ROW).replace(",", mark).replace("\n", "\r\n")
    (item,) = events(read(ENCODINGS[encoding] + text.encode(encoding)))
    assert (item.line, item.listing) == (3 + line.count("\n"), "J1")


def test_a_file_of_nothing_but_excels_first_line_is_empty() -> None:
    with pytest.raises(FeedError, match="the file is empty"):
        read("sep=;\n")


TEXTS = st.text(st.characters(codec="cp1252", exclude_characters='\r\n,";|'), min_size=1, max_size=20)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=20), st.sampled_from(sorted(ENCODINGS)))
def test_what_is_written_in_an_encoding_is_read_back(rows: list[tuple[str, str]], encoding: str) -> None:
    # Two letters of Windows-1252 may look like one of UTF-8: most of a row's must not.
    wanted = [("é" * (3 + len(kind + listing)) + kind, f"J{listing}") for kind, listing in rows]
    text = HEADER + "".join(f"{kind},{AT},{listing}\n" for kind, listing in wanted)
    items = read(ENCODINGS[encoding] + text.encode(encoding))
    assert [(item.kind, item.listing) for item in events(items)] == [
        (clean(kind), clean(listing)) for kind, listing in wanted
    ]


@given(st.binary(max_size=300), st.sampled_from([codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\xe9\xe9,"]))
def test_any_bytes_in_any_encoding_give_rows_or_one_error(data: bytes, mark: bytes) -> None:
    encoding = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(mark, "cp1252")
    with suppress(FeedError):
        assert all(item.line >= 2 for item in read(mark + HEADER.encode(encoding) + data))


@pytest.mark.parametrize("encoding", ["utf-16-le", "cp1252"])
def test_memory_does_not_grow_with_the_file(tmp_path, encoding: str) -> None:
    path = tmp_path / "some.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(ENCODINGS[encoding] + f"é,{HEADER}".encode(encoding))
        for _ in range(32):
            file.write(f"é,{ROW}".encode(encoding) * 1_000)
        file.write(("x" * (32 << 20)).encode(encoding) + f"\né,{ROW}".encode(encoding))
    tracemalloc.start()
    try:
        with open_feed(path, mapping(), LONDON) as feed:
            items = list(feed)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(items) == 32_002
    assert bad(items) == [(32_002, "over-long field: the line is longer than 2 MiB")]
    assert peak < 24 << 20
