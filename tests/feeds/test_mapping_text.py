"""Mappings written as TOML: what is written is what is read, and a draft can be loaded."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.catalogue import built_in
from kpi.text import clean
from store.feeds.formats import parse_format
from store.feeds.mapping import (
    DETAIL_FIELDS,
    FIELDS,
    OBJECT_FIELDS,
    Mapping,
    MappingError,
    implied_columns,
    load_mapping,
    object_column,
)
from store.feeds.mapping_text import draft, mapping_text
from store.feeds.peeking import Peek
from store.feeds.suggesting import suggest

LONDON = "Europe/London"
HOSTILE = ('"', "\\", "'", "a.b", "[x]", "= # ", '"""', "\\u0041", "é", "日本", "🙂", "\u00a0", "a\tb")
names = (
    (st.text(min_size=1, max_size=20) | st.lists(st.sampled_from(HOSTILE), min_size=1).map("".join))
    .map(clean)
    .filter(lambda name: 0 < len(name) <= 200)
)
tables = st.dictionaries(names, names, max_size=4)
formats = st.lists(
    st.sampled_from(["DD/MM/YYYY HH:mm", "%d.%m.%Y", "MMM D, YYYY [at] h:mm A"]), max_size=3
).map(lambda found: tuple(map(parse_format, found)))


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    milestones = draw(tables)
    needed = ("listing",) if milestones else ("event", "at", "listing")
    fields = [*needed, *draw(st.lists(st.sampled_from(("event_id", "owner", *DETAIL_FIELDS)), unique=True))]
    return Mapping(
        name=draw(names),
        columns={field: draw(names) for field in fields},
        timezone=draw(st.sampled_from((None, LONDON, "UTC"))),
        date_formats=draw(formats),
        events=draw(tables),
        sandbox=draw(st.dictionaries(names, st.lists(names, min_size=1, max_size=3).map(tuple), max_size=3)),
        milestones=milestones,
        sheet=draw(st.none() | names),
        custom=draw(
            st.dictionaries(st.from_regex(r"[a-z0-9_]{1,9}(\.[a-z0-9_]{1,9}){0,2}", fullmatch=True), names)
        ),
    )


@st.composite
def ocel_mappings(draw: st.DrawFn) -> Mapping:
    kinds = names.filter(lambda name: len(object_column(name)) <= 200)
    types = draw(st.lists(kinds, min_size=1, max_size=4, unique=True))
    objects = dict(zip(OBJECT_FIELDS, types, strict=False))
    extra = draw(st.dictionaries(st.sampled_from(("owner", "at", *DETAIL_FIELDS)), names, max_size=3))
    return Mapping(
        name=draw(names),
        columns={**implied_columns(objects), **extra},
        events=draw(tables),
        sandbox=draw(st.dictionaries(names, st.lists(names, min_size=1, max_size=3).map(tuple), max_size=3)),
        objects=objects,
    )


@given(mappings() | ocel_mappings())
def test_what_is_written_reads_back_as_the_same_mapping(mapping):
    text = mapping_text(mapping)
    assert load_mapping(text) == mapping
    assert mapping_text(load_mapping(text)) == text


def test_fields_stand_in_our_order_and_empty_tables_are_left_out():
    mapping = Mapping("n", {"listing": "l", "note": "x", "at": "a", "event": "e", "event_id": "i"})
    text = mapping_text(mapping)
    assert [line.split(" = ")[0] for line in text.splitlines() if " = " in line and "[" not in line] == [
        "name", "event_id", "event", "at", "listing", "note",
    ]  # fmt: skip
    assert "[events]" not in text
    assert set(FIELDS) >= set(tomllib.loads(text)["columns"])


def test_what_follows_from_the_types_of_objects_is_not_written_again():
    mapping = load_mapping(
        "[source]\nname = 'n'\n[objects]\nlisting = 'job'\n[columns]\ntitle = 'job:title'\nat = 'when'\n"
    )
    text = mapping_text(mapping)
    assert tomllib.loads(text)["objects"] == {"listing": "job"}
    assert tomllib.loads(text)["columns"] == {"at": "when", "title": "job:title"}


def seen(samples: dict[str, list[str]], form: str = "csv") -> Peek:
    rows = max(map(len, samples.values()), default=0)
    counted = {column: {value: values.count(value) for value in values} for column, values in samples.items()}
    return Peek(form, tuple(samples), (), counted, rows)


@given(st.lists(names, min_size=1, max_size=4), names)
def test_a_draft_of_hostile_names_can_be_loaded(activities, name):
    look = seen({"event": activities, "when": ["2026-01-02"], "job id": ["J-1"]})
    suggestion = suggest(look, built_in(), LONDON)
    text = draft(name, suggestion, look)
    assert tomllib.loads(text)["source"]["name"] == name
    if "event" in suggestion.columns:
        assert load_mapping(text).columns["event"] == "event"


def test_a_draft_says_how_sure_each_guess_is_and_why():
    look = seen({"activity": ["Went live", "Lunch"], "when": ["2026-01-02"], "job id": ["J-1", "J-1"]})
    text = draft("ours", suggest(look, built_in(), LONDON), look)
    assert '"Went live" = "listing_published"  # 100: ' in text
    assert '# "Lunch" = ""' in text
    assert 'listing = "job id"  # 95: called like “listing id”' in text
    assert load_mapping(text).events == {"Went live": "listing_published"}


def test_a_draft_that_lacks_something_says_so_where_it_belongs():
    look = seen({"a": ["1", "2"], "b": ["x", "y"]})
    text = draft("ours", suggest(look, built_in(), LONDON), look)
    assert '# listing = ""  # needed' in text
    with pytest.raises(MappingError, match="must say which column"):
        load_mapping(text)


def test_a_name_that_cannot_be_one_is_replaced():
    look = seen({"a": ["1"]})
    text = draft("\x1b\u202e", suggest(look, built_in(), LONDON), look)
    assert tomllib.loads(text)["source"]["name"] == "source"
