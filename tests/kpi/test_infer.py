"""Catalogues drafted from events alone."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.catalogue import ANY_EVENT, CatalogueError, load_catalogue, write_catalogue
from kpi.events import CONTROL_EVENTS
from kpi.infer import MOST_ACTIVITIES, Inference, infer
from kpi.text import clean

Row = tuple[str, str | None, str, int]


def of_listing(*kinds: str, listing: str = "J1") -> list[Row]:
    return [(listing, None, kind, at) for at, kind in enumerate(kinds)]


def codes(rows: list[Row]) -> list[str]:
    return [stage.code for stage in infer(rows).stages]


def finals(rows: list[Row]) -> set[str]:
    return {kpi.title for kpi in infer(rows).kpis if kpi.final}


def test_one_stage_with_one_kpi_per_activity_ended_by_whatever_comes_next() -> None:
    catalogue = infer(of_listing("Open vacancy", "Close"))
    stage, last = catalogue.stages
    assert (stage.code, stage.title) == ("open_vacancy", "Open vacancy")
    (kpi,) = stage.kpis
    assert (kpi.code, kpi.title, kpi.stage) == ("open_vacancy.next", "Open vacancy", "open_vacancy")
    assert (kpi.starts, kpi.ends, kpi.opens, kpi.subject) == (("Open vacancy",), (ANY_EVENT,), (), "listing")
    assert (kpi.final, last.kpis[0].final) == (False, True)


def test_stages_stand_in_the_order_of_the_process_however_the_rows_arrive() -> None:
    rows = of_listing("a", "c", "e") + of_listing("a", "b", "c", "d", "e", listing="J2")
    assert codes(rows) == ["a", "b", "c", "d", "e"]
    assert codes(rows[::-1]) == ["a", "b", "c", "d", "e"]


def test_an_end_comes_last_even_where_most_ways_are_short() -> None:
    rows = [row for n in range(9) for row in of_listing("apply", "rejected", listing=f"J{n}")]
    rows += of_listing("apply", "screen", "interview", "offer", listing="J9")
    assert codes(rows) == ["apply", "screen", "interview", "offer", "rejected"]


def test_events_at_the_same_instant_keep_the_order_of_arrival() -> None:
    assert codes([("J1", None, "b", 5), ("J1", None, "a", 5), ("J1", None, "c", 5)]) == ["b", "a", "c"]


def test_the_subject_is_the_application_where_every_row_names_one() -> None:
    rows: list[Row] = [
        ("J1", None, "publish", 0),
        ("J1", "A1", "apply", 1),
        ("J1", "A2", "apply", 2),
        ("J1", "A1", "mail", 3),
        ("J1", None, "mail", 4),
    ]
    assert {kpi.title: kpi.subject for kpi in infer(rows).kpis} == {
        "publish": "listing",
        "apply": "application",
        "mail": "listing",
    }


def test_final_is_what_ends_its_subject_in_more_than_half_of_its_occurrences() -> None:
    assert finals(of_listing("a", "b")) == {"b"}
    assert finals(of_listing("b", "b")) == set()
    assert finals(of_listing("b", "a") + of_listing("a", "b", listing="J2")) == set()
    rows = of_listing("b", "a") + of_listing("a", "b", listing="J2") + of_listing("a", "b", listing="J3")
    assert finals(rows) == {"b"}


def test_an_applications_last_event_is_final_though_its_listing_goes_on_with_others() -> None:
    rows: list[Row] = [("J1", "A1", "apply", 0), ("J1", "A1", "reject", 1)]
    rows += [("J1", "A2", "apply", 2), ("J1", "A2", "reject", 3)]
    assert finals(rows) == {"reject"}


def test_a_later_event_of_the_listing_reaches_its_applications() -> None:
    rows: list[Row] = [("J1", "A1", "apply", 0), ("J1", "A1", "reject", 1), ("J1", None, "close", 2)]
    assert finals(rows) == {"close"}
    assert finals([("J1", None, "close", 0), *rows[:2]]) == {"reject"}


def test_the_clocks_own_events_get_no_kpi_but_count_as_what_came_next() -> None:
    catalogue = infer(of_listing("open", *sorted(CONTROL_EVENTS)))
    assert [(kpi.title, kpi.final) for kpi in catalogue.kpis] == [("open", False)]


def test_the_sign_for_any_event_gets_no_kpi() -> None:
    assert codes(of_listing("open", "*")) == ["open"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Offer sent", "offer-sent", "OFFER  SENT!"], {"offer_sent", "offer_sent_2", "offer_sent_3"}),
        (["a", "A", "a 2"], {"a", "a_2", "a_2_2"}),
        (["Prüfung", "Élan vital"], {"prufung", "elan_vital"}),
        (["面试", "!!!"], {"activity", "activity_2"}),
        (["x" * 100], {"x" * 60}),
    ],
)
def test_codes_are_made_of_the_names_and_unique(names: list[str], expected: set[str]) -> None:
    assert set(codes(of_listing(*names))) == expected


@pytest.mark.parametrize("kinds", [(), ("listing_frozen",), ("*",)])
def test_no_activity_suggests_no_catalogue(kinds: tuple[str, ...]) -> None:
    with pytest.raises(CatalogueError, match="nothing to draft"):
        infer(of_listing(*kinds))


def test_far_too_many_activities_suggest_the_wrong_column() -> None:
    infer(of_listing(*map(str, range(MOST_ACTIVITIES))))
    with pytest.raises(CatalogueError, match="is the right column mapped to event"):
        infer(of_listing(*map(str, range(MOST_ACTIVITIES + 1))))


def test_asking_twice_gives_the_same() -> None:
    inference = Inference()
    for row in of_listing("a", "b"):
        inference.observe(*row)
    assert inference.catalogue() == inference.catalogue()


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(clean).filter(bool)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["J1", "J2"]),
        st.none() | st.sampled_from(["A1", "A2"]),
        st.sampled_from("abcde") | NAMES,
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=40,
)


@given(ROWS)
def test_every_draft_is_a_catalogue_that_can_be_written_and_read(rows: list[Row]) -> None:
    kinds = {kind for _, _, kind, _ in rows} - CONTROL_EVENTS - {ANY_EVENT}
    if kinds:
        catalogue = infer(rows)
        assert {kpi.starts for kpi in catalogue.kpis} == {(kind,) for kind in kinds}
        assert load_catalogue(write_catalogue(catalogue)) == catalogue


def reaching(rows: list[Row], listing: str, application: str | None) -> list[str]:
    """The kinds that reach a subject, in order, read straight from the design (rules 9 and 10)."""
    ordered = [row for row in sorted(rows, key=lambda row: row[3]) if row[0] == listing]
    if application is None:
        return [kind for _, _, kind, _ in ordered]
    begun = next(place for place, row in enumerate(ordered) if row[1] == application)
    return [kind for _, named, kind, _ in ordered[begun:] if named in {None, application}]


@given(ROWS)
def test_final_agrees_with_a_straight_reading(rows: list[Row]) -> None:
    unnamed = {kind for _, application, kind, _ in rows if application is None}
    subjects = {(listing, application) for listing, application, _, _ in rows} | {
        (row[0], None) for row in rows
    }
    count: dict[str, int] = {}
    last: dict[str, int] = {}
    for listing, application in subjects:
        kinds = reaching(rows, listing, application)
        for place, kind in enumerate(kinds):
            if (kind in unnamed) == (application is None):
                count[kind] = count.get(kind, 0) + 1
                last[kind] = last.get(kind, 0) + (place == len(kinds) - 1)
    expected = {kind for kind in count if 2 * last[kind] > count[kind]} - CONTROL_EVENTS - {ANY_EVENT}
    if set(count) - CONTROL_EVENTS - {ANY_EVENT}:
        assert finals(rows) == expected


def test_an_event_costs_few_bytes() -> None:
    inference = Inference()
    listings = [f"J{number}" for number in range(100)]
    tracemalloc.start()
    try:
        for at in range(100_000):
            inference.observe(listings[at % 100], None, "mail", at)
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < 40 * 100_000
