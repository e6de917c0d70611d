"""One's own week while it runs: the figures that it will have, shown to nobody else, kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kpi.weeks import Week
from store.access import SignInNeededError
from store.errors import StoreError
from store.reading import open_reader
from tests.store.helpers import Clock, new_store
from tests.store.recorded import MONDAY
from tests.store.summarising import Happening, Office, shared_office


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with shared_office(request, tmp_path_factory) as office:
        yield office


@pytest.fixture
def office(made: Office) -> Office:
    made.next_week()
    return made


def runs(office: Office) -> Week:
    """The week that runs, in which it is Monday morning."""
    return office.week.before(-1)


def test_a_week_that_runs_has_the_figures_that_it_has_when_it_is_over(office: Office) -> None:
    office.happens(
        Happening("call_made", office.on(7, 9), by="Ray", application="A-1", detail={"minutes": "7"}),
        Happening("email_sent", office.on(7, 9, 5), by="Ray", owner="Ray"),
        Happening("application_withdrawn", office.on(7, 9, 6), by="Ray", application="A-1"),
        Happening("call_made", office.on(1, 9), by="Ray"),
        Happening("call_made", office.on(7, 9, 7), by="Rita"),
        known=office.on(7, 10),
    )
    office.house.enter("Ray")
    before = (
        office.house.rows("SELECT count(*) FROM summary"),
        office.house.rows("SELECT count(*) FROM audit_entry"),
    )
    with office.asked() as questions:
        assert questions.open_week() == runs(office)
        found = questions.so_far()
    page, line = found.page, found.page.line
    assert (line.number, line.state, line.name, line.team_name, line.week, line.own) == (
        0,
        "open",
        "Ray",
        "North",
        runs(office),
        True,
    )
    assert (page.may, line.approvable, line.unanswered) == (frozenset(), False, 0)
    assert [flag.code for flag in page.flags] == ["missing_note"], "nothing is compared before it is over"
    assert not page.flags[0].needs_answer
    (key,) = (flag.key for flag in page.flags)
    assert [one.kind for one in found.events[key]] == ["application_withdrawn"]
    assert [one.kind for one in found.events["calls"]] == ["call_made"]
    assert [one.id for one in found.tasks["tasks_overdue"]]
    assert before == (
        office.house.rows("SELECT count(*) FROM summary"),
        office.house.rows("SELECT count(*) FROM audit_entry"),
    ), "it is kept nowhere, and one's own is nothing to note"
    office.next_week()
    office.generate()
    assert office.summarised("Ray").figures == page.summary.figures


def test_everybody_is_shown_their_own_alone(office: Office) -> None:
    office.calls("Ray", day=7)
    for name in ("Moyra", "Hana", "Rita"):
        office.house.enter(name)
        with office.asked() as questions:
            if name == "Hana":  # in no team
                assert questions.open_week() is None
                with pytest.raises(StoreError, match="you are in no team this week"):
                    questions.so_far()
            else:
                page = questions.so_far().page
                assert (page.line.name, page.summary.figure("calls").count) == (name, 0)
            assert all(line.state != "open" for line in questions.lines())


def test_where_nobody_signs_in_there_is_nobody_to_show_it_to(tmp_path) -> None:
    url = str(tmp_path / "open.db")
    with new_store(url, clock=Clock(MONDAY)):
        reader = open_reader(url, Clock(MONDAY))
    try:
        questions = reader.summary_questions()
        assert questions.open_week() is None
        with pytest.raises(SignInNeededError, match="shown to its person alone"):
            questions.so_far()
    finally:
        reader.close()
