"""The wide form: each date of a row is one event, and every row is accounted for."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.feeds.mapping import Mapping
from store.feeds.reading import FeedError, FeedEvent, SandboxRow
from tests.feeds.helpers import bad, events, mapping, read

MILESTONES = {"Published on": "listing_published", "Closed": "applications_closed"}
LISTING = {"listing": "job", "application": "app"}
HEADER = "job,app,Published on,Closed,id,test\n"
AT = 1_772_618_400_000_000


def wide(columns: dict[str, str] | None = None, **options) -> Mapping:
    return mapping(columns or LISTING, timezone="Europe/London", milestones=MILESTONES, **options)


def test_each_date_of_a_row_is_an_event() -> None:
    items = read(HEADER + "J1,A1,2026-03-04T10:00:00Z,2026-03-05,x,\nJ2,, ,2026-03-04 10:00,x,\n", wide())
    first = FeedEvent(2, None, "listing_published", AT, "J1", "A1", None, None, None)
    assert items == [
        first,
        first._replace(kind="applications_closed", at=1_772_668_800_000_000),
        first._replace(line=3, kind="applications_closed", listing="J2", application=None),
    ]


def test_a_row_without_a_milestone_is_one_bad_row() -> None:
    items = read(HEADER + "J1,A1, ,,x,\n", wide())
    assert bad(items) == [(2, "no milestone")]


def test_each_milestone_that_cannot_be_read_is_a_bad_row_with_its_column() -> None:
    items = read(HEADER + "J1,,soon,\x07,x,\n,,2026-03-04,,x,\nJ1,,-,2026-03-04,x,\n", wide())
    assert bad(items) == [
        (2, "unknown time: “Published on”: “soon”"),
        (2, "control characters only: “Closed”: time"),
        (3, "no listing: “Published on”"),
        (4, "unknown time: “Published on”: “-”"),
    ]
    assert [item.kind for item in events(items)] == ["applications_closed"]


def test_an_id_is_told_apart_by_the_column() -> None:
    named = wide(LISTING | {"event_id": "id"})
    items = read(HEADER + f"J1,,2026-03-04,2026-03-04,x,\nJ1,,2026-03-04,,{'y' * 190},\n", named)
    assert [item.event_id for item in events(items)] == ["x Published on", "x Closed"]
    assert bad(items) == [
        (3, "over-long field: “Published on”: event_id has 203 characters where 200 are allowed")
    ]


def test_sandbox_rows_are_counted_by_their_milestones() -> None:
    marked = wide(sandbox={"test": ["yes"]})
    items = read(HEADER + "J1,,2026-03-04,soon,x,yes\nJ1,,,,x,yes\nJ1,,2026-03-04,,x,\n", marked)
    assert items[:3] == [SandboxRow(2), SandboxRow(2), SandboxRow(3)]
    assert len(events(items)) == 1


def test_json_may_be_wide_too() -> None:
    (item,) = events(read('{"job": "J1", "Published on": "2026-03-04T10:00Z", "Closed": null}', wide()))
    assert (item.kind, item.at) == ("listing_published", AT)


def test_a_milestone_must_be_a_column_and_xes_has_none() -> None:
    with pytest.raises(FeedError, match="no column “Closed”"):
        read("job,app,Published on\n", wide())
    with pytest.raises(FeedError, match=r"\[milestones\] are for CSV, Excel and JSON; the file is XES"):
        read("<log/>", wide())


CELLS = st.sampled_from(["", " ", "2026-03-04", "04/03/2026", "soon", "\x07"])


@given(st.lists(st.tuples(st.sampled_from(["J1", ""]), CELLS, CELLS), max_size=20))
def test_every_date_and_every_row_without_one_is_counted(rows: list[tuple[str, str, str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([(job, "", one, two, "", "") for job, one, two in rows])
    items = read(HEADER + out.getvalue(), wide(formats=("DD/MM/YYYY",)))
    said = [sum(bool(cell.strip()) for cell in row[1:]) for row in rows]
    assert len(items) == sum(max(count, 1) for count in said)
    good = sum(cell[:1] in ("2", "0") for job, *cells in rows for cell in cells if job and cell)
    assert len(events(items)) == good
