"""Rows read many at once are what they are one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from store.feeds import csv_feed
from store.feeds.row_blocks import block_reader
from store.feeds.rows import FeedEvent, Possible, Raw, row_reader
from tests.feeds.corpus import corpus
from tests.feeds.helpers import LONDON, mapping, read

if TYPE_CHECKING:
    from store.feeds.mapping import Mapping

COLUMNS = ("id", "activity", "when", "vacancy", "applicant", "who", "owner", "title", "closes")
FIELDS = ("event_id", "event", "at", "listing", "application", "actor", "owner", "title", "closing_date")
PLAIN = ("e1", "listing_created", "2026-03-02T09:00:00Z", "V1", "A1", "kim", "lee", "Nurse", "2026-04-01")
# Up to the end of 2026.
POSSIBLE = Possible(631_238_400_000_000, 1_798_761_599_999_999, "1990-01-01", "2089-12-31")

TEXTS = (
    "",
    " ",
    "x",
    " x ",
    "\t",
    "é",
    "x\u202ey",
    "\x00",
    "x" * 200,
    "x" * 201,
    " " * 201,
    "x\u2028y",
)
TIMES = (
    "2026-03-02T09:00:00Z",
    "2026-03-02T09:00:00+01:00",
    "2026-03-02 09:00:00Z",
    "2026-03-02T09:00:00",
    "2026-03-02T09:00:00.123456Z",
    "2026-03-02",
    "20260302T090000Z",
    "2026-W10-1T09:00:00Z",
    "2026-03-02x09:00:00Z",
    "1926-03-02T09:00:00Z",
    "2027-03-02T09:00:00Z",
    "02/03/2026 09:00",
    "05/13/2026 09:00",
    "no time",
    "",
)
READS_ISO_OTHERWISE = ("%Y-%d-%mT%H:%M:%SZ",)
FORMATS = ((), ("%d/%m/%Y %H:%M",), ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"), READS_ISO_OTHERWISE)


def wanted(timezone: str | None = None, formats: tuple[str, ...] = ()) -> Mapping:
    return mapping(dict(zip(FIELDS, COLUMNS, strict=True)), timezone=timezone, formats=formats)


def with_one_other(place: int, text: str) -> list[str]:
    """A plain row but for one of its cells."""
    return [*PLAIN[:place], text, *PLAIN[place + 1 :]]


def both(used: Mapping, rows: list[list[str]]) -> tuple[list[FeedEvent] | None, list[object]]:
    """What reading at once makes of the rows, and what one by one makes of each."""
    at_once = block_reader(used, LONDON, COLUMNS, POSSIBLE)
    assert at_once is not None
    one = row_reader(used, LONDON, COLUMNS, lambda _cells: Raw("", None), POSSIBLE)
    singly: list[object] = [one(5 + place, [*cells, ""]) for place, cells in enumerate(rows)]
    return at_once(5, rows), singly


@pytest.mark.parametrize("formats", FORMATS)
@pytest.mark.parametrize("timezone", [None, "Europe/London"])
def test_rows_at_once_are_what_they_are_one_by_one(timezone: str | None, formats: tuple[str, ...]) -> None:
    used = wanted(timezone, formats)
    rows = [with_one_other(place, text) for place in range(len(PLAIN)) for text in (*TEXTS, *TIMES)]
    batches = [[list(PLAIN), row] for row in rows]
    batches += [[with_one_other(2, one), with_one_other(2, other)] for one, other in permutations(TIMES, 2)]
    read_at_once = 0
    for batch in batches:
        found, singly = both(used, batch)
        if not all(isinstance(item, FeedEvent) for item in singly):
            assert found is None
        elif found is not None:
            read_at_once += 1
            assert found == singly
    assert read_at_once > 30 or formats == READS_ISO_OTHERWISE


def test_files_read_at_once_are_what_they_are_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = "".join(f"{','.join(('e' + str(number), *PLAIN[1:]))}\n" for number in range(250))
    header = ",".join(COLUMNS) + "\n"
    files = [
        (broken.data, replace(broken.mapping, sandbox={})) for broken in corpus() if "with" in broken.name
    ]
    assert len(files) == 4
    files += [
        ((header + plain + middle + plain).encode(), wanted())
        for middle in (
            "",
            "\n",
            "x,y\n",
            'e9,"open\nV1,,,,,,,\n',
            'e9,coffee,2026-03-02T09:00:00Z,"V\n2",,,,,\n',
            '"\n',
        )
    ]
    at_once = [read(data, used, possible=POSSIBLE) for data, used in files]
    monkeypatch.setattr(csv_feed, "block_reader", lambda *_: None)
    assert [read(data, used, possible=POSSIBLE) for data, used in files] == at_once
    assert {len(items) for items in at_once[4:]} >= {500, 501}


def test_plain_rows_are_not_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("one by one")

    monkeypatch.setattr(csv_feed, "found_reader", lambda *_: refuse)
    lines = [",".join(COLUMNS), *(",".join((f"e{number}", *PLAIN[1:])) for number in range(1_000))]
    found = read("\n".join(lines).encode(), wanted(), possible=POSSIBLE)
    assert [item.line for item in found] == [*range(2, 1_002)]
    # Events that say the same share it.
    assert len({id(item.details) for item in found if isinstance(item, FeedEvent)}) == 1


def test_rows_of_milestones_and_rows_that_may_be_made_up_are_looked_at_one_by_one() -> None:
    assert block_reader(replace(wanted(), sandbox={"who": ("robot",)}), LONDON, COLUMNS) is None
    assert block_reader(replace(wanted(), milestones={"closes": "listing_closed"}), LONDON, COLUMNS) is None
