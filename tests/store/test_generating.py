"""Weekly summaries are made of weeks that are over, and again of what has changed since; nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

import store.generating
from kpi.weeks import Week
from store.benchmarks import choose_first_weekday
from store.errors import StoreError
from store.people import change_person
from store.people_links import link_person
from tests.store.summarising import NORTH, RECRUITERS, SOUTH, Happening, Office, shared_office


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with shared_office(request, tmp_path_factory) as office:
        yield office


@pytest.fixture
def office(made: Office) -> Office:
    """With all that was there before summed up."""
    made.generate()
    made.next_week()
    return made


def state(office: Office) -> dict[str, list[Any]]:
    """All that generating may write, and whether it wrote at all."""
    tables = ("summary", "summary_seal", "summary_step", "setting", "audit_entry")
    return {name: office.house.rows(f"SELECT * FROM {name} ORDER BY 1") for name in tables}


def test_everybody_at_work_gets_a_summary_of_what_they_did_and_doing_it_again_changes_nothing(
    office: Office,
) -> None:
    office.calls("Ray", "Ray", "Rita", "Dee")
    office.calls("Ray", day=-1)
    office.calls("Ray", day=7)
    found = office.generate()
    assert found.made == len(RECRUITERS) + 3  # Dee, and both managers, who are in their teams
    assert [office.count(name, "calls") for name in ("Ray", "Rita", "Rob", "Dee")] == [2, 1, 0, 1]
    before = state(office)
    again = office.generate()
    assert (again.made, again.updated, again.changed, again.same) == (0, 0, 0, found.made)
    assert state(office) == before


def test_what_comes_in_late_counts_in_its_own_week_and_the_latest_version_of_an_event_alone(
    office: Office,
) -> None:
    (seq,) = office.calls("Ron")
    office.generate()
    late = office.calls("Ron", "Rob", back=1)
    first = office.week.before(1)
    office.generate(first)
    newer = office.corrects(seq, Happening("email_sent", office.on(2), by="Ron"))
    assert office.generate().weeks == (first, office.week)
    assert office.summarised("Ron").figure("emails").events == (newer,)
    assert office.count("Ron", "calls") == 0
    assert late[0] in office.summarised("Ron", first).figure("calls").events
    assert office.count("Rob", "calls", first) == 1


def test_weeks_before_are_looked_at_again_when_something_of_them_came_in(office: Office) -> None:
    office.generate()
    office.next_week(3)
    weeks = tuple(office.week.before(back) for back in (2, 1, 0))
    assert office.generate().weeks == weeks  # the two that are missing, and the last one
    office.calls("Rea", back=2)
    assert office.generate().weeks == weeks
    assert office.count("Rea", "calls", weeks[0]) == 1
    office.calls("Rea", day=8)
    assert office.generate().weeks == weeks[2:]  # of the week that runs, which is none of theirs


def test_a_role_said_anew_weighs_all_weeks_of_its_listing_anew(office: Office) -> None:
    ref = f"L-{office.week.label}"
    office.happens(Happening("listing_published", office.on(0, 8), ref, "Ron"))
    office.calls("Ron", listing=ref)
    office.generate()
    first = office.week
    assert office.summarised("Ron").figure("calls").weighted == 100
    office.next_week(2)
    office.generate()
    office.happens(
        Happening("note_added", office.on(6), ref, "Ron", detail={"role_type": "technical", "note": "so"})
    )
    assert first in office.generate().weeks
    assert office.summarised("Ron", first).figure("calls").weighted == 125


def test_links_are_for_all_weeks_and_teams_for_their_time(office: Office) -> None:
    office.happens(
        Happening("call_made", office.on(1), by="Rea-2"), Happening("call_made", office.on(2), by="Rea")
    )
    office.generate()
    assert office.count("Rea", "calls") == 1
    with office.house.by_system() as store:
        link_person(store, office.number("Rea"), "rea-2")
        change_person(store, office.number("Rea"), team=SOUTH)
    office.generate()
    assert office.count("Rea", "calls") == 2
    assert office.summarised("Rea").team == NORTH
    before = office.week
    office.next_week()
    office.generate()
    assert (office.summarised("Rea").team, office.summarised("Rea", before).team) == (SOUTH, NORTH)


def test_who_came_later_has_no_summary_from_before_unless_their_events_say_they_were_there(
    office: Office,
) -> None:
    label = office.week.label
    new, old = f"New {label}", f"Old {label}"
    office.happens(Happening("call_made", office.on(1, back=1), by=old))
    office.happens(Happening("call_made", office.on(1), by=old))
    for name in (new, old):
        office.house.add(name, "recruiter", NORTH)
    with office.house.by_system() as store:
        for name in (new, old):
            link_person(store, office.number(name), name.lower())
    office.generate()
    assert office.count(old, "calls") == 1
    assert office.house.rows(f"SELECT 1 FROM summary WHERE person = {office.number(new)}") == []


def test_what_is_interrupted_leaves_whole_summaries_and_the_next_time_does_the_rest(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.calls("Ray", "Rui")
    monkeypatch.setattr(store.generating, "PORTION", 3)
    told: list[float] = []

    def stop(share: float) -> None:
        told.append(share)
        if len(told) == 2:
            raise KeyboardInterrupt

    with office.house.by_system() as made, suppress(KeyboardInterrupt):
        store.generating.generate(made, progress=stop)
    day = office.week.first.toordinal()
    kept = f"SELECT number FROM summary WHERE from_day = {day}"
    steps = f"SELECT DISTINCT summary FROM summary_step WHERE kind = 'generated' AND summary IN ({kept})"
    assert len(office.house.rows(kept)) == len(office.house.rows(steps)) == 6
    assert office.generate().made > 0
    assert [office.count(name, "calls") for name in ("Ray", "Rui")] == [1, 1]


def test_only_weeks_that_are_over_are_summed_up_and_only_whole_ones(office: Office) -> None:
    with office.house.by_system() as made:
        with pytest.raises(StoreError, match="not over yet; the last full week is"):
            store.generating.generate(made, office.week.before(-1))
        with pytest.raises(StoreError, match="not the first day of a week"):
            store.generating.generate(made, Week(office.week.days[1]))
        office.generate()
        with pytest.raises(StoreError, match="there are weekly summaries already"):
            choose_first_weekday(made, 6)


def test_missing_weeks_are_listed_until_they_are_made(office: Office) -> None:
    office.generate()
    office.next_week()
    office.house.enter("Ray")
    with office.asked() as questions:
        assert [(one.name, one.week) for one in questions.missing()] == [("Ray", office.week)]
    office.house.enter("Moyra")
    with office.asked() as questions:
        assert {*RECRUITERS} - {"Rea"} <= {one.name for one in questions.missing()}
        office.generate()
        assert questions.missing() == ()
