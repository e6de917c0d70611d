"""Feeds as a whole: files that cannot be opened or break off, progress, digest, memory, the real logs."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from kpi.catalogue import CatalogueError, load_catalogue, write_catalogue
from store.errors import StoreError
from store.feeds.inferring import InferReport, infer_catalogue
from store.feeds.mapping import load_mapping
from store.feeds.reading import BadRow, FeedError, FeedEvent, FeedItem, open_feed
from tests.feeds.helpers import DATA, LONDON, bad, events, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEADER = "what,when,job\n"
ROW = "ready,2026-03-04T10:00:00Z,J1\n"
MIB = 1 << 20


def until_it_breaks(path: Path) -> tuple[list[FeedItem], str]:
    items: list[FeedItem] = []
    with pytest.raises(FeedError) as caught, open_feed(path, mapping(), LONDON) as feed:
        items.extend(feed)
    assert "\n" not in str(caught.value)
    return items, str(caught.value)


def test_a_missing_file_a_folder_and_a_strange_name_are_refused(tmp_path) -> None:
    assert until_it_breaks(tmp_path / "no\x1b.csv")[1].startswith("there is no file “")
    assert "is a folder, not a file" in until_it_breaks(tmp_path)[1]
    assert "cannot be opened" in until_it_breaks(tmp_path / "a\0b")[1]
    assert issubclass(FeedError, StoreError)


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr("store.feeds.source.FileIO", refuse)
    assert "you have no permission to read" in until_it_breaks(tmp_path / "x.csv")[1]


def zipped(tmp_path, text: str) -> tuple[Path, bytes]:
    return tmp_path / "some.csv", gzip.compress(text.encode(), mtime=0)


def test_a_gzip_that_breaks_off_gives_the_whole_rows_before(tmp_path) -> None:
    some = random.Random(1)
    rows = [f"ready,2026-03-04T10:00:00Z,{some.random()}\n" for _ in range(20_000)]
    path, data = zipped(tmp_path, HEADER + "".join(rows))
    path.write_bytes(data[: len(data) // 2])
    items, problem = until_it_breaks(path)
    assert problem == "the gzip file breaks off: the rest of it is missing"
    assert 5_000 < len(items) < 15_000
    assert [item.listing for item in events(items)] == [
        row.split(",")[2].strip() for row in rows[: len(items)]
    ]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[:10], id="header only"),
        pytest.param(lambda data: data[:-8], id="no checksum"),
        pytest.param(lambda data: data[:-8] + b"\0" * 8, id="wrong checksum"),
        pytest.param(lambda data: data + b"junk", id="junk after it"),
        pytest.param(lambda data: data[:12] + b"\xff" * 20 + data[32:], id="junk in it"),
        pytest.param(lambda data: data[:2] + b"\x09" + data[3:], id="unknown method"),
    ],
)
def test_a_damaged_gzip_is_one_clear_error(tmp_path, damage: Callable[[bytes], bytes]) -> None:
    path, data = zipped(tmp_path, HEADER + ROW * 5)
    path.write_bytes(damage(data))
    _, problem = until_it_breaks(path)
    assert problem.startswith("the gzip file ")


def test_a_gzip_of_several_parts_is_one_file(tmp_path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(gzip.compress(HEADER.encode()) + gzip.compress(ROW.encode()) + b"\0" * 10)
    with open_feed(path, mapping(), LONDON) as feed:
        assert len(list(feed)) == 1


@pytest.mark.parametrize("pack", [pytest.param(bytes, id="plain"), pytest.param(gzip.compress, id="gzip")])
def test_progress_grows_to_one_and_the_digest_is_that_of_the_files_bytes(
    tmp_path, pack: Callable[[bytes], bytes]
) -> None:
    some = random.Random(2)
    data = pack((HEADER + "".join(f"ready,2026-03-04,{some.random()}\n" for _ in range(60_000))).encode())
    path = tmp_path / "some.csv"
    path.write_bytes(data)
    with open_feed(path, mapping(timezone="UTC"), LONDON) as feed:
        with pytest.raises(RuntimeError):
            feed.digest()
        seen = [feed.progress() for _ in feed]
    assert seen == sorted(seen)
    assert 0 < seen[0] < 0.5 < seen[-1] <= feed.progress() == 1
    assert len(set(seen)) > 3
    assert feed.digest() == sha256(data).hexdigest()
    assert feed.form == "csv"


def test_a_feed_that_broke_off_has_a_digest_too(tmp_path) -> None:
    path = tmp_path / "some.xes"
    data = b"<log>" + b"</lag>" + b"x" * MIB
    path.write_bytes(data)
    with open_feed(path, mapping(), LONDON) as feed:
        with pytest.raises(FeedError):
            list(feed)
        assert feed.digest() == sha256(data).hexdigest()


def test_a_feed_goes_on_where_its_last_reader_stopped(tmp_path) -> None:
    path = tmp_path / "some.csv"
    path.write_text(HEADER + ROW * 3)
    with open_feed(path, mapping(), LONDON) as feed:
        assert next(iter(feed)).line == 2
        assert [item.line for item in feed] == [3, 4]
        assert list(feed) == []


def written(path: Path, parts: Iterator[bytes]) -> Path:
    """A gzip file of `parts`, none of which need be in memory with another."""
    packer = zlib.compressobj(wbits=31)
    with path.open("wb") as file:
        for part in parts:
            file.write(packer.compress(part))
        file.write(packer.flush())
    return path


def times(count: int, part: bytes, before: bytes = b"", after: bytes = b"") -> Iterator[bytes]:
    yield before
    for _ in range(count):
        yield part
    yield after


CSV_HEAD = HEADER.encode()
XES_HEAD = b'<log><trace><string key="job" value="J1"/>'
XES_EVENT = (
    b'<event><string key="what" value="ready"/><date key="when" value="2026-03-04T10:00:00Z"/></event>\n'
)


@pytest.mark.parametrize(
    ("parts", "items"),
    [
        pytest.param(lambda: times(64, ROW.encode() * 1_000, CSV_HEAD), 64_000, id="rows"),
        pytest.param(lambda: times(64, b"x" * MIB, CSV_HEAD, b"\n" + ROW.encode()), 2, id="one line"),
        pytest.param(lambda: times(64, b'"' * MIB, CSV_HEAD, b"\n" + ROW.encode()), 2, id="quotation marks"),
        pytest.param(
            lambda: times(64, b"x" * MIB, CSV_HEAD + b'a,"', b'"\n' + ROW.encode()), 2, id="one cell"
        ),
        pytest.param(lambda: times(64, b"\n" * 10_000, CSV_HEAD, ROW.encode()), 1, id="blank lines"),
        pytest.param(
            lambda: times(16, b"xxxxxxx\n" * 131_072, CSV_HEAD + b'a,"', b'"\n' + ROW.encode()), 2, id="note"
        ),
        pytest.param(lambda: times(64, XES_EVENT * 1_000, XES_HEAD, b"</trace></log>"), 64_000, id="events"),
        pytest.param(lambda: times(64, b"x" * MIB, XES_HEAD, XES_EVENT + b"</trace></log>"), 1, id="text"),
    ],
)
def test_memory_does_not_grow_with_the_file(
    tmp_path, parts: Callable[[], Iterator[bytes]], items: int
) -> None:
    path = written(tmp_path / "some.gz", parts())
    columns = {"event": "what", "at": "when", "listing": "job"}
    if path.read_bytes() and next(parts()).startswith(b"<"):
        columns["listing"] = "case:job"
    tracemalloc.start()
    try:
        with open_feed(path, mapping(columns), LONDON) as feed:
            count = sum(1 for _ in feed)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == items
    assert peak < 24 * MIB


REAL = {
    "hiring_log_high": ("hiring", 63_869, 10_000, 12),
    "helpdesk": ("helpdesk", 21_348, 4_580, 14),
}


@pytest.mark.parametrize("log", REAL)
def test_the_published_logs_are_read_whole(log: str) -> None:
    name, rows, cases, activities = REAL[log]
    path = DATA / f"{log}.xes.gz"
    if not path.exists():
        pytest.skip(f"../shared/data has no {path.name}")
    described = load_mapping((DATA / f"{name}.mapping.toml").read_text("utf-8"))
    with open_feed(path, described, LONDON) as feed:
        found = list(feed)
    assert all(isinstance(item, FeedEvent) for item in found)
    assert len(found) == rows
    assert len({item.listing for item in events(found)}) == cases
    assert all(item.actor and item.details is None for item in events(found))
    catalogue, report = infer_catalogue(path, described, LONDON)
    assert report == InferReport(rows, 0, 0)
    assert {kpi.title for kpi in catalogue.kpis} == {item.kind for item in events(found)}
    assert len(catalogue.kpis) == activities
    assert load_catalogue(write_catalogue(catalogue)) == catalogue


def test_a_catalogue_is_drafted_from_a_file_and_its_rows_are_counted(tmp_path) -> None:
    path = tmp_path / "some.csv"
    made_up = "ready,2026-03-04,TEST\n"
    path.write_text(f"{HEADER}open,2026-03-01,J1\n{made_up}ready,2026-03-04,J1\nready,soon,J1\n{made_up}")
    described = mapping(timezone="UTC", sandbox={"job": ["TEST"]})
    catalogue, report = infer_catalogue(path, described, LONDON)
    assert report == InferReport(rows=5, bad=1, sandbox=2)
    assert [(kpi.code, kpi.final) for kpi in catalogue.kpis] == [("open.next", False), ("ready.next", True)]
    path.write_text(HEADER)
    with pytest.raises(CatalogueError, match="nothing to draft"):
        infer_catalogue(path, described, LONDON)


def test_bad_rows_do_not_show_what_is_foreign(tmp_path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(CSV_HEAD + b"ready,\x1b[31mred\x1b[0m\xe2\x80\xae,J1\n")
    with open_feed(path, mapping(), LONDON) as feed:
        (item,) = feed
    assert isinstance(item, BadRow)
    assert bad([item]) == [(2, "unknown time: “[31mred[0m”")]
    assert item.content == "ready,[31mred[0m,J1"
