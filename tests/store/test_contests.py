"""Contests: a doubted figure is in no report until a second person has decided, which then stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

import pytest

from kpi.disclosure import DisclosureError
from kpi.policy import Role
from store.access import NotAllowedError
from store.contests import contest, decide
from store.due_weeks import weeks_due
from store.moment import one_moment
from store.organisation import load_organisation
from store.summaries import approve
from store.summary_facts import FigureTotal, May, SummaryPage
from store.summary_rows import RefusedError
from tests.store.summarising import NORTH, RECRUITERS, SOUTH, Happening, Office, shared_office


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with shared_office(request, tmp_path_factory) as office:
        yield office


@pytest.fixture
def office(made: Office) -> Office:
    """With a week in which each of North has made two calls; its first recruiter is at the terminal."""
    made.next_week()
    made.calls(*RECRUITERS, *RECRUITERS)
    made.generate()
    made.house.enter("Ray")
    return made


def looked_at(office: Office, name: str, by: str) -> SummaryPage:
    office.house.enter(by)
    return office.page(name)


def test_a_person_contests_a_figure_and_the_hr_partner_decides(office: Office) -> None:
    page = office.page("Ray")
    assert May.CONTEST in page.may
    made = contest(office.store, page.line.number, "calls", "One of them was Rita's")
    page = office.page("Ray")
    assert page.held == {"calls"}
    assert [(one.figure, one.reason, one.may_decide) for one in page.contests] == [
        ("calls", "One of them was Rita's", False)
    ]
    with pytest.raises(RefusedError, match="contested already"):
        contest(office.store, page.line.number, "calls", "Again")
    page = looked_at(office, "Ray", "Moyra")
    assert page.line.contested == 1
    assert page.held == {"calls"}
    approved = approve(office.store, page.line.number, page.line.digest)  # a contest stops no approval
    assert "contested, held until it is decided: Calls" in approved.warnings
    office.house.enter("Hana")
    with office.asked() as questions:
        (waiting,) = questions.contests()
    assert (waiting.number, waiting.name, waiting.may_decide) == (made.number, "Ray", True)
    decided = decide(office.store, made.number, "rejected", "The call list says otherwise")
    assert decided.summary == made.summary
    page = office.page("Ray")
    assert (page.held, page.line.contested) == (frozenset(), 0)
    (told,) = page.contests
    assert (told.decision, told.decided_by, told.decision_reason) == (
        "rejected", "Hana", "The call list says otherwise",
    )  # fmt: skip
    assert [step.kind for step in page.steps][-3:] == ["contested", "approved", "decided"]
    with pytest.raises(RefusedError, match="decided already"):
        decide(office.store, made.number, "upheld", "After all")


def test_nobody_else_decides(office: Office) -> None:
    made = contest(office.store, office.summary("Ray"), "calls", "No")
    for name, why in (("Ray", "yourself"), ("Moyra", "decide"), ("Hugh", "decide"), ("Ada", "decide")):
        office.house.enter(name)
        with pytest.raises(NotAllowedError, match=why):
            decide(office.store, made.number, "upheld", "Yes")
    assert office.house.rows(f"SELECT decision FROM contest WHERE number = {made.number}") == [(None,)]


def test_whoever_approved_does_not_decide_although_they_are_the_hr_partner_by_now(office: Office) -> None:
    page = looked_at(office, "Rita", "Moyra")
    approve(office.store, page.line.number, page.line.digest)
    office.house.enter("Rita")
    made = contest(office.store, page.line.number, "calls", "No")
    moyra, hana = office.number("Moyra"), office.number("Hana")
    office.house.run(f"UPDATE person SET role = '{Role.HR_PARTNER}' WHERE number = {moyra}")
    office.house.run(f"UPDATE team SET manager = NULL, hr_partner = {moyra} WHERE number = {NORTH}")
    try:
        office.house.enter("Moyra")
        with pytest.raises(RefusedError, match="whoever approved the summary does not decide"):
            decide(office.store, made.number, "rejected", "No")
    finally:
        office.house.run(f"UPDATE person SET role = '{Role.TEAM_MANAGER}' WHERE number = {moyra}")
        led = f"manager = {moyra}, hr_partner = {hana}"
        office.house.run(f"UPDATE team SET {led} WHERE number = {NORTH}")


def test_only_what_is_in_ones_own_summary_is_contested_and_with_a_reason(office: Office) -> None:
    own, other = office.summary("Ray"), office.summary("Rita")
    theirs = office.summarised("Rita").figure("calls").events[0]
    with pytest.raises(NotAllowedError, match="you may not"):
        contest(office.store, other, "calls", "Hers are wrong")
    for figure, event, reason, why in (
        ("coffees", None, "No", "is no figure"),
        ("calls", theirs, "No", "is not behind Calls"),
        ("calls", None, " ", "say what is wrong with it"),
    ):
        with pytest.raises(RefusedError, match=why):
            contest(office.store, own, figure, reason, event)
    office.house.enter("Moyra")
    with pytest.raises(NotAllowedError, match="you may not"):
        contest(office.store, own, "calls", "They are too many")


def test_an_event_that_is_upheld_counts_no_more_and_its_figures_are_held_until_that_is_approved(
    office: Office,
) -> None:
    (call,) = office.happens(
        Happening("call_made", office.on(2), application="A-1", detail={"minutes": "9", "note": "so"})
    )
    office.generate()
    page = looked_at(office, "Ray", "Moyra")
    assert page.summary.figure("engagement").count == 1
    approve(office.store, page.line.number, page.line.digest)
    office.house.enter("Ray")
    made = contest(office.store, page.line.number, "calls", "Not me", event=call)
    assert office.page("Ray").held == {"calls", "engagement"}  # wherever the event counts
    office.house.enter("Hana")
    decide(office.store, made.number, "upheld", "It was Rita")
    assert office.page("Ray").held == {"calls", "engagement"}
    with one_moment(office.store.location) as plain:
        assert office.week in weeks_due(plain, load_organisation(plain), office.house.now)
    office.generate()
    page = looked_at(office, "Ray", "Moyra")
    assert page.line.changed
    assert (page.summary.figure("calls").count, page.summary.excluded.contested_events) == (2, 1)
    assert page.held == {"calls", "engagement"}  # of what was approved, which counts
    approve(office.store, page.line.number, page.line.digest, "As Hana decided")
    assert office.page("Ray").held == frozenset()
    office.generate(office.week)
    assert not office.page("Ray").line.changed


def test_a_figure_that_is_upheld_whole_stays_held(office: Office) -> None:
    made = contest(office.store, office.summary("Ray"), "tasks_overdue", "They were on holiday")
    office.house.enter("Hana")
    decide(office.store, made.number, "upheld", "So they were")
    office.calls("Ray")
    office.generate()
    page = looked_at(office, "Ray", "Moyra")
    approve(office.store, page.line.number, page.line.digest)
    assert office.page("Ray").held == {"tasks_overdue"}


# -------------------------------------------------------------------------------------- team totals


def of_month(office: Office, team: int | None, month: date, figure: str = "calls") -> FigureTotal:
    with office.asked() as questions:
        found = questions.team(team, month, (month + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    (one,) = found.months
    assert (one.month, one.totals) == (month, found.totals)
    return next(total for total in found.totals if total.figure == figure)


def test_totals_of_whole_months_count_each_event_in_its_month_and_hold_what_is_contested(
    office: Office,
) -> None:
    while office.week.first.month == office.week.last.month:  # a week that lies in two months
        office.next_week()
    first = office.week.first
    month, following = first.replace(day=1), (first + timedelta(days=6)).replace(day=1)
    turn = (following - first).days
    office.happens(
        *(Happening("email_sent", office.on(day, 10, minute), by=name)
          for minute, name in enumerate(RECRUITERS) for day in (turn - 1, turn, turn)),
        Happening("offer_sent", office.on(turn - 1), by="Ray", owner="Ray"),
    )  # fmt: skip
    office.generate()
    office.house.enter("Ray")
    of = partial(of_month, office, NORTH, month)
    assert of("emails").total == (None, 1)  # each has one: two of them must have more
    office.happens(*(Happening("email_sent", office.on(turn - 1, 15), by=name) for name in RECRUITERS[:2]))
    office.generate()
    assert of("emails").total == (len(RECRUITERS) + 2, 0)
    assert of_month(office, None, month, "emails").total.value == len(RECRUITERS) + 2
    assert of("offers").total.value is None  # of one person
    moves = sum(office.count(name, "stage_moves") for name in RECRUITERS)
    assert moves == 1
    assert of("stage_moves").total.value is None  # the offer is an outcome, and in one total at most
    made = contest(office.store, office.summary("Ray"), "emails", "One was a draft")
    assert of("emails").total == (None, 1)
    office.house.enter("Hana")
    decide(office.store, made.number, "rejected", "It was sent")
    assert of("emails").total.value == len(RECRUITERS) + 2
    with office.asked() as questions, pytest.raises(DisclosureError, match="whole months"):
        questions.team(NORTH, month, month + timedelta(days=10))
    with office.asked() as questions, pytest.raises(DisclosureError):
        questions.team(NORTH, following, (following + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def test_totals_are_for_those_who_may_see_them(office: Office) -> None:
    month = (office.week.first - timedelta(days=40)).replace(day=1)
    assert of_month(office, NORTH, month).group == "activity"
    with pytest.raises(NotAllowedError):
        of_month(office, SOUTH, month)
    for name, teams in (("Moyra", (NORTH,)), ("Hana", (NORTH, SOUTH)), ("Ada", (NORTH, SOUTH))):
        office.house.enter(name)
        for team in teams:
            of_month(office, team, month)
