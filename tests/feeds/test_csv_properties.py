"""Any rows, any bytes, any broken pieces: what the CSV feed makes of them."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from kpi.text import clean
from store.feeds.fields import Details
from store.feeds.reading import BadRow, FeedEvent
from tests.feeds.helpers import events, mapping, read
from tests.feeds.test_feed_csv import AT, EVENT, HEADER, ROW

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), max_size=20), st.sampled_from(",;\t|"), st.booleans())
def test_what_a_csv_writer_writes_is_read_back(
    rows: list[tuple[str, str, str, str]], delimiter: str, all_quoted: bool
) -> None:
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=delimiter,
        lineterminator="\n",
        quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(["what", "when", "job", "app", "note", "other"])
    line, expected = 2, []
    for event, listing, application, note in rows:
        writer.writerow([event, AT, listing, application, note, "x"])
        text = clean(note)
        if clean(event) and clean(listing):
            plain = EVENT._replace(line=line, kind=clean(event), listing=clean(listing))
            details = Details(note=text) if text else None
            expected.append(plain._replace(application=clean(application) or None, details=details))
        line = out.getvalue().count("\n") + 1
    columns = {"event": "what", "at": "when", "listing": "job", "application": "app", "note": "note"}
    items = read(out.getvalue(), mapping(columns))
    assert events(items) == expected
    assert len(items) == len(rows)


@given(st.binary(max_size=400))
def test_any_bytes_after_a_header_give_rows_or_one_error(data: bytes) -> None:
    for item in read(HEADER.encode() + data):
        assert item.line >= 2
        if isinstance(item, BadRow):
            assert item.reason == clean(item.reason)


MESS = st.lists(
    st.sampled_from([ROW, 'a,"b\n', '"', ",", "\n", 'x"y', '""', "\r", '","', "é", f'q,{AT},"J\n1"\n'])
)


@given(MESS)
def test_lines_are_counted_rightly_whatever_is_broken(pieces: list[str]) -> None:
    """After any mess, a row on a line of its own stands on the line where it is."""
    mess = "".join(pieces) + "\n"
    items = read(HEADER + mess + f"last,{AT},J1\n")
    numbers = [item.line for item in items]
    assert numbers == sorted(set(numbers))
    if items and isinstance(items[-1], FeedEvent) and items[-1].kind == "last":
        assert items[-1].line == (HEADER + mess).count("\n") + 1
