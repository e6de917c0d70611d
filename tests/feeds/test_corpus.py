"""Five thousand broken and hostile rows in every form: each becomes what it must be."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from kpi.text import clean
from store.feeds.again import reread
from store.feeds.reading import BadRow, FeedEvent, FeedItem
from store.feeds.reasons import KINDS
from store.feeds.rows import LONGEST_CONTENT, Possible
from tests.feeds.corpus import Broken, corpus
from tests.feeds.corpus_rows import EVENT, SANDBOX
from tests.feeds.helpers import LONDON, read

# Up to the end of 2026.
POSSIBLE = Possible(631_238_400_000_000, 1_798_761_599_999_999, "1990-01-01", "2089-12-31")


@cache
def files() -> dict[str, Broken]:
    return {broken.name: broken for broken in corpus()}


@cache
def items_of(name: str) -> tuple[FeedItem, ...]:
    broken = files()[name]
    return tuple(read(broken.data, broken.mapping, possible=POSSIBLE))


def outcome(item: FeedItem) -> str:
    return EVENT if isinstance(item, FeedEvent) else item.kind if isinstance(item, BadRow) else SANDBOX


NAMES = [
    "utf-8 with ','",
    "utf-8-sig with ';'",
    "cp1252 with '\\t'",
    "utf-16 with '|'",
    "JSON lines",
    "JSON array",
    "Excel",
    "XES",
    "OCEL 1.0",
    "OCEL 2.0",
    "wide",
]


def test_the_corpus_has_every_form_and_every_kind_of_reason() -> None:
    assert [*files()] == NAMES
    expected = Counter(one for broken in files().values() for one in broken.outcomes)
    assert expected.total() >= 5_000
    assert set(expected) == {*KINDS, EVENT, SANDBOX}


@pytest.mark.parametrize("name", NAMES)
def test_every_row_becomes_what_it_must(name: str) -> None:
    expected = files()[name].outcomes
    found = [outcome(item) for item in items_of(name)]
    differing = [
        (place, one, other, items_of(name)[place])
        for place, (one, other) in enumerate(zip(expected, found, strict=False))
        if one != other
    ]
    assert differing[:1] == []
    assert len(found) == len(expected)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_foreign_is_in_any_item(name: str) -> None:
    for item in items_of(name):
        if isinstance(item, FeedEvent):
            texts = [item.event_id, item.kind, item.listing, item.application, item.actor, item.owner]
            texts += (item.details or {}).values()
            assert all(text is None or (text and text == clean(text)) for text in texts)
        elif isinstance(item, BadRow):
            assert item.kind in KINDS
            assert item.reason == item.kind or item.reason.startswith(f"{item.kind}: ")
            assert (item.reason, item.content) == (clean(item.reason), clean(item.content))
            assert len(item.content) <= LONGEST_CONTENT
            assert len(item.reason) < 400
            assert item.cells is None or (item.cells.isascii() and isinstance(json.loads(item.cells), dict))


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_row_read_again_with_the_same_mapping_is_refused_for_the_same_reason(name: str) -> None:
    bad = [item for item in items_of(name) if isinstance(item, BadRow)]
    kept = {(item.line, item.cells): None for item in bad if item.cells is not None}
    assert len(kept) > 50
    again: list[FeedItem] = []
    for one in reread(kept, files()[name].mapping, LONDON, POSSIBLE):
        again += one if isinstance(one, list) else [one]
    before = [item._replace(content="") for item in bad if item.cells is not None]
    if name == "wide":
        # The good milestones of a row that was kept come again with it.
        again = [item for item in again if isinstance(item, BadRow)]
    assert [item._replace(content="") for item in again if isinstance(item, BadRow)] == before
    assert len(again) == len(before)


def test_rows_of_which_only_the_mapping_was_wrong_become_events() -> None:
    broken = files()["JSON lines"]
    wrong = replace(broken.mapping, columns={**broken.mapping.columns, "at": "id", "event": "who"})
    refused = [item for item in read(broken.data, wrong, possible=POSSIBLE) if isinstance(item, BadRow)]
    rows = [(item.line, item.cells) for item in refused if item.cells is not None]
    found = reread(rows, broken.mapping, LONDON, POSSIBLE)
    events = [item for item in items_of("JSON lines") if isinstance(item, FeedEvent)]
    assert [item for item in found if isinstance(item, FeedEvent)] == events
