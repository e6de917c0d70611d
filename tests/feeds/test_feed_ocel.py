"""OCEL 1.0 and 2.0: events about objects of several types become rows of a listing and an application."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.feeds.again import reread
from store.feeds.fields import Details
from store.feeds.mapping import Mapping, MappingError, load_mapping
from store.feeds.ocel_objects import MOST_ROWS
from store.feeds.reading import BadRow, FeedError, FeedEvent, SandboxRow, open_feed
from tests.feeds.helpers import LONDON, bad, events, mapping, read

AT = "2026-03-04T10:00:00Z"
MICROSECONDS = 1_772_618_400_000_000
TYPES = {"listing": "vacancy", "application": "candidate"}


def ocel(
    columns: dict[str, str] | None = None, objects: dict[str, str] | None = None, more: str = ""
) -> Mapping:
    """A mapping for OCEL, written as TOML."""
    lines = ["[source]", 'name = "test"', "[objects]"]
    lines += [f"{ours} = '{kind}'" for ours, kind in (objects or TYPES).items()]
    lines += ["[columns]", *(f"{ours} = '{theirs}'" for ours, theirs in (columns or {}).items())]
    return load_mapping("\n".join(lines) + "\n" + more)


Event = tuple[str, list[str], dict[str, Any]]
Object = tuple[str, dict[str, Any], list[str]]


def one(happened: dict[str, Event], things: dict[str, Object]) -> dict[str, Any]:
    """An OCEL 1.0 document of events (activity, object ids, attributes) and objects (type, attributes)."""
    return {
        "ocel:global-log": {"ocel:object-types": sorted({kind for kind, *_ in things.values()})},
        "ocel:events": {
            key: {"ocel:activity": what, "ocel:timestamp": AT, "ocel:omap": about, "ocel:vmap": said}
            for key, (what, about, said) in happened.items()
        },
        "ocel:objects": {
            key: {"ocel:type": kind, "ocel:ovmap": said} for key, (kind, said, _) in things.items()
        },
    }


def two(happened: dict[str, Event], things: dict[str, Object]) -> dict[str, Any]:
    """The same in OCEL 2.0, where objects may be related to others."""
    return {
        "objectTypes": [
            {"name": kind, "attributes": []} for kind in sorted({t for t, *_ in things.values()})
        ],
        "events": [
            {
                "id": key,
                "type": what,
                "time": AT,
                "attributes": [{"name": name, "value": value} for name, value in said.items()],
                "relationships": [{"objectId": other, "qualifier": ""} for other in about],
            }
            for key, (what, about, said) in happened.items()
        ],
        "objects": [
            {
                "id": key,
                "type": kind,
                "attributes": [{"name": name, "value": value, "time": AT} for name, value in said.items()],
                "relationships": [{"objectId": other, "qualifier": "of"} for other in others],
            }
            for key, (kind, said, others) in things.items()
        ],
    }


WRITERS = [pytest.param(one, id="1.0"), pytest.param(two, id="2.0")]
THINGS: dict[str, Object] = {
    "V1": ("vacancy", {"title": "Nurse", "grade": 5}, []),
    "V2": ("vacancy", {}, ["A3"]),
    "A1": ("candidate", {"source": "web"}, ["V1"]),
    "A2": ("candidate", {}, []),
    "A3": ("candidate", {}, []),
    "R1": ("recruiter", {"team": "north"}, []),
}


def rows(document: dict[str, Any], using: Mapping | None = None) -> list[tuple[str | None, str, str | None]]:
    """Of every event its id, listing and application."""
    found = events(read(json.dumps(document), using or ocel()))
    return [(item.event_id, item.listing, item.application) for item in found]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("indent", [None, 1])
def test_an_event_has_its_activity_time_objects_and_attributes(write: Any, indent: int | None) -> None:
    document = write({"e1": ("applied", ["R1", "V1", "A1"], {"by": "u1", "what": "x"})}, THINGS)
    columns = {
        "actor": "by",
        "title": "vacancy:title",
        "note": "candidate:source",
        "department": "recruiter:team",
    }
    using = ocel(columns, TYPES | {"owner": "recruiter"}, '[events]\napplied = "application_submitted"')
    text = json.dumps(document, indent=indent)
    (item,) = events(read(text, using))
    details = {"title": "Nurse", "note": "web", "department": "north"}
    line = 1 if indent is None else item.line
    assert item == FeedEvent(
        line, "e1 A1", "application_submitted", MICROSECONDS, "V1", "A1", "u1", "R1", Details(details)
    )
    assert (
        text.split("\n")[item.line - 1]
        .lstrip()
        .startswith(("{", '"e1": {')[indent is not None and write is one])
    )
    assert read(text, using, zipped=True) == [item]
    assert read(text.encode("utf-16"), using) == read(text.encode("utf-16-be"), using) == [item]


@pytest.mark.parametrize("write", WRITERS)
def test_sections_may_stand_in_any_order(write: Any) -> None:
    document = write({"e1": ("a", ["V1"], {})}, THINGS)
    for turned in (document, dict(reversed(document.items()))):
        assert rows(turned) == [("e1 V1", "V1", None)]


@pytest.mark.parametrize("write", WRITERS)
def test_an_event_of_several_objects_is_one_row_for_each(write: Any) -> None:
    happened: dict[str, Event] = {
        "e1": ("a", ["A1", "V1", "A2"], {}),
        "e2": ("a", ["V1", "V2"], {}),
        "e3": ("a", ["V1", "V1", "A2", "A2", "nobody"], {}),
    }
    assert rows(write(happened, THINGS)) == [
        ("e1 A1", "V1", "A1"),
        ("e1 A2", "V1", "A2"),
        ("e2 V1", "V1", None),
        ("e2 V2", "V2", None),
        ("e3 A2", "V1", "A2"),
    ]


def test_an_applications_listing_is_found_by_either_objects_relationship() -> None:
    happened: dict[str, Event] = {
        "e1": ("a", ["A1"], {}),
        "e2": ("a", ["A3"], {}),
        "e3": ("a", ["A1", "A3", "V2", "V1"], {}),
    }
    assert rows(two(happened, THINGS)) == [
        ("e1 A1", "V1", "A1"),
        ("e2 A3", "V2", "A3"),
        ("e3 A1", "V1", "A1"),
        ("e3 A3", "V2", "A3"),
    ]
    alone: dict[str, Event] = {"e1": ("a", ["A1", "V1", "V2"], {})}
    assert rows(two(alone, THINGS)) == [("e1 A1", "V1", "A1"), ("e1 V2", "V2", None)]


@pytest.mark.parametrize("about", [["A2"], ["A2", "V1", "V2"], ["R1"], [], ["nobody"]])
def test_an_event_whose_listing_nobody_says_is_refused(about: list[str]) -> None:
    items = read(json.dumps(two({"e1": ("a", about, {})}, THINGS)), ocel())
    assert bad(items) == [(1, "no listing")]


def test_a_listing_may_be_an_attribute_of_the_application() -> None:
    things: dict[str, Object] = {"A1": ("candidate", {"vacancy": "V9"}, [])}
    using = ocel({"listing": "candidate:vacancy"}, {"application": "candidate"})
    assert rows(one({"e1": ("a", ["A1"], {})}, things), using) == [("e1 A1", "V9", "A1")]


def test_an_attribute_that_changes_is_what_it_was_at_the_time() -> None:
    document = two({"e1": ("a", ["V1"], {}), "e2": ("a", ["V1"], {}), "e3": ("a", ["V1"], {})}, THINGS)
    changes = [("second", "2026-03-05T00:00:00"), ("first", "1970-01-01T00:00:00Z"), ("third", "2026-03-06")]
    document["objects"][0]["attributes"] = [
        {"name": "title", "value": value, "time": since} for value, since in changes
    ]
    for event, day in zip(document["events"], ("1969-03-04", "2026-03-05T10:00Z", "2026-03-07"), strict=True):
        event["time"] = day
    found = read(
        json.dumps(document), ocel({"note": "vacancy:title"}, None, "[sandbox]\n'vacancy:title' = ['third']")
    )
    assert bad(found[:1]) == [
        (1, "time zone missing: the time has no offset, and the mapping names no timezone")
    ]
    assert [item.details for item in events(found)] == [{"note": "second"}]
    assert isinstance(found[2], SandboxRow)


@pytest.mark.parametrize("write", WRITERS)
def test_an_event_that_cannot_be_read_is_one_bad_row(write: Any) -> None:
    happened: dict[str, Event] = {f"e{number}": ("a", ["V1"], {}) for number in range(8)}
    document = write(happened, THINGS)
    wanted = [*document["events"]] if write is two else [*document["ocel:events"].values()]
    what, at, said = ("type", "time", "attributes") if write is two else (
        "ocel:activity", "ocel:timestamp", "ocel:vmap",
    )  # fmt: skip
    wanted[0][what] = ["a"]
    wanted[1][what] = ""
    wanted[2][at] = "soon"
    wanted[3]["x"] = json.loads("[" * 90 + "]" * 90)
    wanted[4][said] = 17
    wanted[5].pop(what)
    wanted[6]["relationships" if write is two else "ocel:omap"] = {"V1": 1}
    text = json.dumps(document).replace("[" * 90, "[" * 200).replace("]" * 90, "]" * 200)
    items = read(text, ocel())
    assert len(items) == 8
    assert [reason for _, reason in bad(items)] == [
        "broken line: “ocel:activity” is not a single value",
        "unknown event",
        "unknown time: “soon”",
        "broken line: JSON nested deeper than 100",
        "unknown event",
        "no listing",
    ]


def test_members_that_are_no_objects_spoil_only_themselves() -> None:
    text = json.dumps(
        {"events": [{"id": "e", "type": "a", "time": AT, "relationships": 5}, 1, None, "x", []]}
    )
    items = read(text[:-1] + ', "objects": [1, null, {"id": 5}, {"id": {}, "type": []}]}', ocel())
    reasons = [reason for _, reason in bad(items)]
    assert reasons == ["no listing"] + ["broken line: no JSON, not an object in braces"] * 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"events": [', "ends in the middle"),
        ('{"events": [{"id": 1', "broken on line 1: "),
        ('{"events": [],\n"objects": [{]}', "broken on line 2: "),
        ('{"events": [{}\n{}]}', "broken on line 2: expecting “,” or “]”"),
        ('{"events": [], 5 "x": 1}', "broken on line 1: expecting a name in quotation marks"),
        ('{"ocel:events": 17}', "its events, on line 1, are no list"),
        ('{"ocel:events": {}} x', "goes on after its end"),
        ('{"events": [], "objects": ' + "[" * 90_000 + "}", "nested deeper than 100"),
        ('{"events": [], "objects": [{"id": "' + "x" * (3 << 20) + '"}]}', "a JSON value of more than 2 MiB"),
    ],
)
def test_a_broken_document_is_refused_whole(text: str, words: str) -> None:
    with pytest.raises(FeedError, match="JSON") as caught:
        read(text, ocel())
    assert words in str(caught.value)
    assert len(str(caught.value)) < 200


def test_what_the_encoding_cannot_read_is_one_bad_row() -> None:
    document = two({"e1": ("broken", ["V1"], {}), "e2": ("\xe9\xe9", ["V1"], {})}, THINGS)
    text = json.dumps(document, ensure_ascii=False).encode()
    items = read(text.replace(b"broken", b"\xc3"), ocel())
    assert bad(items) == [(1, "not text: the value is no UTF-8")]
    assert [item.kind for item in events(items)] == ["\xe9\xe9"]


def test_what_comes_twice_counts_once_or_is_told_apart() -> None:
    event = {"ocel:activity": "a", "ocel:timestamp": AT, "ocel:omap": ["V1"], "ocel:vmap": {}}
    text = (
        '{"ocel:objects": {"V1": {"ocel:type": "vacancy"}, "V1": {"ocel:type": "candidate"}}, '
        f'"ocel:events": {{"e": {json.dumps(event)}, "e": {json.dumps(event)}}}, "ocel:events": {{}}}}'
    )
    found = events(read(text, ocel()))
    assert [(item.event_id, item.listing) for item in found] == [("e V1", "V1")] * 2


def test_an_event_about_too_many_is_one_bad_row() -> None:
    things: dict[str, Object] = {f"V{number}": ("vacancy", {}, []) for number in range(MOST_ROWS + 1)}
    things["A1"] = ("candidate", {}, list(things))
    happened: dict[str, Event] = {
        "e1": ("a", list(things), {}),
        "e2": ("a", ["A1"], {}),
        "e3": ("a", ["V0"], {}),
    }
    items = read(json.dumps(two(happened, things)), ocel())
    assert bad(items) == [(1, "broken line: the event is about more than 1,000 listings or applications")] * 2
    assert len(events(items)) == 1


def test_a_row_read_again_is_the_same_and_a_corrected_mapping_helps() -> None:
    text = json.dumps(one({"e1": ("a", ["V1", "A1"], {"x": "\ud800"})}, THINGS))
    using = ocel({"note": "x"})
    (item,) = items = read(text.replace(AT, "04/03/2026 10:00"), using)
    assert isinstance(item, BadRow)
    assert item.cells is not None
    assert [*reread([(item.line, item.cells)], using, LONDON)] == items
    known = mapping(timezone="UTC", formats=("DD/MM/YYYY HH:mm",))
    corrected = replace(using, timezone=known.timezone, date_formats=known.date_formats)
    assert [*reread([(item.line, item.cells)], corrected, LONDON)] == read(text, using)


def test_only_ocel_has_objects_and_ocel_needs_them() -> None:
    with pytest.raises(FeedError, match=r"\[objects\], which are for OCEL, and the file is none"):
        read("what,when,job\n", ocel())
    with pytest.raises(FeedError, match=r"the file is OCEL: say in the mapping, under \[objects\]"):
        read('{"ocel:events": {}}', mapping())
    # JSON lines whose rows happen to begin alike are JSON lines.
    line = json.dumps({"events": [{"x": 1}], "what": "a", "when": AT, "job": "J"})
    assert len(events(read(f"{line}\n{line}\n"))) == 2


@pytest.mark.parametrize(
    ("objects", "columns", "words"),
    [
        ({"title": "vacancy"}, {}, "unknown field in [objects]: “title”"),
        ({"listing": " "}, {}, "[objects] listing must be a text"),
        ({"listing": "x" * 195}, {}, "[objects] listing, with “:ocel:oid” behind it, must be"),
        ({"listing": "a", "application": "a"}, {}, "names one type of object twice"),
        ({"application": "a"}, {}, "[columns] must say which column is listing"),
    ],
)
def test_a_mapping_of_objects_is_checked(
    objects: dict[str, str], columns: dict[str, str], words: str
) -> None:
    with pytest.raises(MappingError) as caught:
        ocel(columns, objects)
    assert words in str(caught.value)
    with pytest.raises(MappingError, match="leave out one of them"):
        ocel(more='[milestones]\n"x" = "y"')


def test_memory_does_not_grow_with_objects_and_relationships(tmp_path) -> None:
    path = tmp_path / "some.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write('{"events": [\n')
        file.writelines(
            f'{{"id": "e{n}", "type": "a", "time": "{AT}", "relationships": [{{"objectId": "A{n}"}}]}},\n'
            for n in range(8_000)
        )
        file.write('{"id": "last"}], "objects": [{"id": "V", "type": "vacancy"}')
        file.writelines(
            f',\n{{"id": "A{n}", "type": "candidate", "relationships": '
            f'[{{"objectId": "V"}}, {{"objectId": "X{n}"}}, {{"objectId": "Y{n}"}}]}}'
            for n in range(8_000)
        )
        file.write("]}")
    tracemalloc.start()
    try:
        with open_feed(path, ocel(), LONDON) as feed:
            count = sum(isinstance(item, FeedEvent) for item in feed)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 8_000
    assert peak < 16 << 20


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=5)
    | st.sampled_from(["V1", "A1", AT, "vacancy", "candidate"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "time", "attributes", "relationships", "name", "value", "objectId"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4), st.lists(JSON, max_size=4))
def test_any_events_and_objects_give_rows_or_bad_rows(happened: list[Any], things: list[Any]) -> None:
    text = json.dumps({"events": [{}, *happened], "objects": things})
    assert len(read(text, ocel({"title": "vacancy:name", "note": "value"}))) > len(happened)
