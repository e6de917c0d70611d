"""Files made to break their reader: bounded memory, and one clear error or bad rows."""

from __future__ import annotations

import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest

from store.feeds.mapping import Mapping, load_mapping
from store.feeds.reading import BadRow, FeedError, FeedEvent, FeedItem, open_feed
from tests.feeds.helpers import LONDON, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MIB = 1 << 20
HEADER = b"what,when,job\n"
ROW = b"ready,2026-03-04T10:00:00Z,J1\n"
LINE = b'{"what": "ready", "when": "2026-03-04T10:00:00Z", "job": "J1"}'
OCEL = load_mapping('[source]\nname = "test"\n[objects]\nlisting = "vacancy"\n')


def written(path: Path, before: bytes, part: bytes, count: int, after: bytes) -> Path:
    """A gzip file of `count` times the part, of which no two are ever in memory."""
    packer = zlib.compressobj(wbits=31)
    with path.open("wb") as file:
        file.write(packer.compress(before))
        for _ in range(count):
            file.write(packer.compress(part))
        file.write(packer.compress(after) + packer.flush())
    return path


def outcome(path: Path, using: Mapping) -> tuple[list[FeedItem], str, int]:
    """The items of a file, the error that ends it, and the most memory that reading it took."""
    items: list[FeedItem] = []
    problem = ""
    tracemalloc.start()
    try:
        with open_feed(path, using, LONDON) as feed:
            items.extend(feed)
    except FeedError as error:
        problem = str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert "\n" not in problem
    assert len(problem) < 300
    return items, problem, peak


def kinds(items: list[FeedItem]) -> list[str]:
    return [item.kind for item in items if isinstance(item, (BadRow, FeedEvent))]


TWO_HUNDRED = 200
LONG = "over-long field"
ARRAY = b"[" + LINE + b',\n{"what": "'
XES = b'<log><trace><event/><string key="job" value="'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after", "using", "found", "words"),
    [
        pytest.param(HEADER, b"\n" + ROW, mapping(), [LONG, "ready"], "", id="csv"),
        pytest.param(LINE + b"\n", b"\n" + LINE, mapping(), ["ready", LONG, "ready"], "", id="lines"),
        pytest.param(ARRAY, b'"},\n' + LINE + b"]", mapping(), ["ready", LONG, "ready"], "", id="array"),
        pytest.param(XES, b'"/></trace></log>', mapping(), ["unknown event"], "over-long piece", id="xes"),
        pytest.param(b'{"events": [{}, {"id": "', b'"}]}', OCEL, [], "of more than 2 MiB", id="ocel"),
    ],
)
def test_a_line_of_200_mb_costs_no_more_than_a_short_one(
    tmp_path: Path, before: bytes, after: bytes, using: Mapping, found: list[str], words: str
) -> None:
    path = written(tmp_path / "some.gz", before, b"x" * MIB, TWO_HUNDRED, after)
    items, problem, peak = outcome(path, using)
    assert kinds(items) == found
    assert words in problem
    assert bool(problem) == bool(words)
    assert peak < 32 * MIB


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(
            lambda: HEADER.replace(b"\n", b"," * 10**6 + b"\n"), ["ready", "unknown time"], id="csv"
        ),
        pytest.param(
            lambda: b'{"what": "a", %s}\n' % b", ".join(b'"%d":1' % number for number in range(150_000)),
            ["no listing", "ready"],
            id="json",
        ),
    ],
)
def test_a_million_columns_are_only_columns(
    tmp_path: Path, data: Callable[[], bytes], found: list[str]
) -> None:
    path = tmp_path / "some.dat"
    text = data()
    if text.startswith(b"{"):
        path.write_bytes(text + LINE)
    else:
        row = ROW.replace(b"\n", b"," * 10**6 + b"\n")
        path.write_bytes(text + row + row.replace(b"2026-03-04T10:00:00Z", b"soon"))
    items, problem, peak = outcome(path, mapping())
    assert (kinds(items), problem) == (found, "")
    # What no mapping could name is not kept.
    assert all(len(item.cells or "") < MIB for item in items if isinstance(item, BadRow))
    assert peak < 128 * MIB


def test_an_event_of_a_million_attributes_is_one_event(tmp_path: Path) -> None:
    before = b'<log><trace><event><string key="what" value="a"/>'
    path = written(
        tmp_path / "some.gz", before, b'<string key="x" value="1"/>\n' * 1_000, 300, b"</event></trace></log>"
    )
    items, problem, peak = outcome(path, mapping())
    assert (kinds(items), problem) == (["no listing"], "")
    assert peak < 16 * MIB


def test_a_gzip_that_grows_a_thousandfold_is_read_as_it_comes(tmp_path: Path) -> None:
    path = written(tmp_path / "some.gz", HEADER, b" " * (MIB - 1) + b"\n", 48, ROW)
    assert path.stat().st_size * 900 < 48 * MIB
    items, problem, peak = outcome(path, mapping())
    assert (kinds(items), problem) == (["ready"], "")
    assert peak < 48 * MIB


def test_white_space_without_end_before_ocels_events_is_no_trouble(tmp_path: Path) -> None:
    path = written(tmp_path / "some.gz", b'{"events": [', b" \n" * (MIB // 2), 16, b'{"type": "a"}]}')
    items, problem, peak = outcome(path, OCEL)
    assert (kinds(items), problem) == (["no listing"], "")
    assert items[0].line == 16 * MIB // 2 + 1
    assert peak < 16 * MIB


def events_of_many(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b'{"type": "a", "relationships": [' + b",".join([b'{"objectId": "V"}'] * 50_000) + b"]},"


@pytest.mark.slow
def test_a_million_relationships_are_one_event_each_time(tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    path.write_bytes(
        b'{"events": [' + b"".join(events_of_many(20)) + b'{}], "objects": [{"id": "V", "type": "vacancy"}]}'
    )
    items, problem, peak = outcome(path, OCEL)
    assert (kinds(items), problem) == (["no time"] * 20 + ["unknown event"], "")
    assert peak < 64 * MIB
