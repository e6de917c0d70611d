"""What belongs to summaries beside figures: documents, self-reports, benchmarks; and who sees what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kpi.benchmarks import STANDARD, BenchmarksError, write_benchmarks
from kpi.summary import FIGURES
from store.access import NotAllowedError
from store.benchmarks import choose_first_weekday, save_benchmarks
from store.documents import add_document, appeal, decide_appeal
from store.errors import StoreError
from store.self_reports import report
from store.summaries import answer_flag, approve, comment
from store.summary_facts import BenchmarksConflictError, May
from store.summary_rows import RefusedError
from tests.store.summarising import RECRUITERS, Happening, Office, shared_office


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with shared_office(request, tmp_path_factory) as office:
        yield office


@pytest.fixture
def office(made: Office) -> Office:
    made.next_week()
    made.calls(*RECRUITERS)
    made.generate()
    made.house.enter("Moyra")
    return made


PLAN = {
    "purpose": "ending",
    "role_mix": "Technical roles, all external",
    "priorities": "Two urgent ones",
    "exclusions": "None were frozen",
}


def test_a_coaching_note_is_read_by_the_person_and_by_nobody_beside_their_manager_and_partner(
    office: Office,
) -> None:
    number = office.summary("Ray")
    added = add_document(office.store, number, "coaching", "We went through the calls together")
    for name in ("Ray", "Moyra", "Hana"):
        office.house.enter(name)
        (document,) = office.page("Ray").documents
        assert (document.text, document.author, document.in_force) == (
            "We went through the calls together", "Moyra", True,
        )  # fmt: skip
    for name in ("Rita", "Sol", "Hugh", "Ada"):
        office.house.enter(name)
        with pytest.raises(NotAllowedError):
            office.page("Ray")
        with pytest.raises(NotAllowedError):
            add_document(office.store, number, "coaching", "I think so too")
    office.house.enter("Ray")
    with pytest.raises(RefusedError, match="a coaching note decides nothing"):
        appeal(office.store, added.number, "I do not agree")


def test_corrective_actions_come_after_repetition_for_a_time_and_can_be_appealed_against(
    office: Office,
) -> None:
    since, until = office.house.today, office.house.today + timedelta(days=30)
    terms: dict[str, Any] = {"context": {"flag": "missing_note"}, "from_day": since, "until_day": until}
    for back in (2, 1, 0):
        office.happens(Happening("offer_rejected", office.on(2, back=back), by="Rob"))
        office.generate(office.week.before(back))
    number = office.summary("Rob")
    with pytest.raises(RefusedError, match="is for a time"):
        add_document(office.store, number, "retraining", "So", context=terms["context"])
    with pytest.raises(RefusedError, match="follows on repetition"):
        add_document(office.store, office.summary("Ray"), "retraining", "So", **terms)
    added = add_document(office.store, number, "retraining", "Half a day on notes", **terms)
    office.house.enter("Hana")
    with pytest.raises(RefusedError, match="nobody has appealed"):
        decide_appeal(office.store, added.number, "upheld", "Yes")
    office.house.enter("Rob")
    (document,) = office.page("Rob").documents
    assert (document.may_appeal, document.in_force) == (True, True)
    appeal(office.store, added.number, "The form has no field for it")
    with pytest.raises(RefusedError, match="appealed against already"):
        appeal(office.store, added.number, "Again")
    for name in ("Rob", "Moyra"):
        office.house.enter(name)
        with pytest.raises(NotAllowedError):
            decide_appeal(office.store, added.number, "upheld", "Yes")
    office.house.enter("Hana")
    assert [one.may_decide for one in office.page("Rob").documents] == [True]
    decide_appeal(office.store, added.number, "upheld", "It has none")
    (document,) = office.page("Rob").documents
    assert (document.decision, document.decided_by, document.in_force) == ("upheld", "Hana", False)
    with pytest.raises(RefusedError, match="decided already"):
        decide_appeal(office.store, added.number, "rejected", "No")


def test_whoever_wrote_a_document_does_not_decide_about_it(office: Office) -> None:
    office.house.enter("Hana")
    context = PLAN | {"other_criteria": "Complaints of two applicants"}
    added = add_document(office.store, office.summary("Ron"), "plan", "What was agreed", context=context)
    office.house.enter("Ron")
    appeal(office.store, added.number, "They were of another's")
    office.house.enter("Hana")
    with pytest.raises(RefusedError, match="does not decide about it"):
        decide_appeal(office.store, added.number, "rejected", "No")


def test_figures_alone_end_no_employment(office: Office) -> None:
    number = office.summary("Ray")
    with pytest.raises(RefusedError, match="figures alone are no ground"):
        add_document(office.store, number, "plan", "Too few calls", context=PLAN)
    with pytest.raises(RefusedError, match="role mix"):
        add_document(office.store, number, "plan", "So", context={"purpose": "improvement"})
    office.house.enter("Hana")
    assert May.DOCUMENT in office.page("Ray").may
    office.house.enter("Ray")
    assert May.DOCUMENT not in office.page("Ray").may


# ------------------------------------------------------------------------------------- self-reports


def test_what_somebody_reports_is_held_against_the_log_until_it_is_approved(office: Office) -> None:
    office.house.enter("Ray")
    assert report(office.store, office.week, {"calls": 1}).changed
    assert not report(office.store, office.week, {"calls": 1}).changed
    office.generate()
    assert "self_report" not in office.line("Ray").flags
    report(office.store, office.week, {"calls": 4, "notes": 2})
    office.generate()
    page = office.page("Ray")
    assert page.summary.self_report == {"calls": 4, "notes": 2}
    assert [flag.figure for flag in page.flags if flag.code == "self_report"] == ["calls", "notes"]
    for flag in page.flags:
        if flag.needs_answer:
            answer_flag(office.store, page.line.number, flag.key, "On the private phone")
    office.house.enter("Moyra")
    approve(office.store, page.line.number, office.line("Ray").digest)
    office.house.enter("Ray")
    with pytest.raises(StoreError, match="approved already"):
        report(office.store, office.week, {"calls": 5})
    with pytest.raises(StoreError, match="has not begun"):
        report(office.store, office.week.before(-2), {"calls": 5})
    for wrong in ({"coffees": 1}, {"calls": -1}, {}):
        with pytest.raises(RefusedError):
            report(office.store, office.week.before(-1), wrong)


# --------------------------------------------------------------------------------------- benchmarks


def test_benchmarks_come_in_versions_that_count_from_a_week_on(office: Office) -> None:
    house = office.house
    house.enter("Ray")
    with pytest.raises(NotAllowedError):
        save_benchmarks(office.store, write_benchmarks(STANDARD), reason="Mine")
    house.enter("Ada")
    with office.asked() as questions:
        before = questions.benchmarks_versions()
    heavier = replace(STANDARD, weights=replace(STANDARD.weights, other=100 + len(before)))
    text, week = write_benchmarks(heavier), office.week.before(-1)
    saved = save_benchmarks(
        office.store, text, reason="Quarterly", feedback={"Moyra": "More of the easy ones now"},
        expected=before[0].number,
    )  # fmt: skip
    assert (saved.number, saved.week) == (before[0].number + 1, week)
    assert [change.path for change in saved.differences] == ["weights.other"]
    assert save_benchmarks(office.store, text, reason="Again").differences == ()
    with pytest.raises(BenchmarksConflictError, match=f"version {saved.number} of the benchmarks"):
        save_benchmarks(office.store, text, reason="Late", expected=before[0].number)
    with pytest.raises(BenchmarksError):
        save_benchmarks(office.store, "activity = 3", reason="Broken")
    house.enter("Ray")
    with office.asked() as questions:
        newest, *_, own = questions.benchmarks_versions()
        assert (newest.author, newest.reason, newest.week) == ("Ada", "Quarterly", week)
        assert (newest.feedback, newest.benchmarks, newest.in_force) == (
            {"Moyra": "More of the easy ones now"}, heavier, True,
        )  # fmt: skip
        assert (own.number, own.week, own.benchmarks) == (0, None, STANDARD)
        assert questions.benchmarks(office.week).number == before[0].number
        assert questions.benchmarks(week).number == saved.number
    office.next_week()
    office.calls("Rui")
    office.generate()
    assert office.summarised("Rui").figure("calls").weighted == 100 + len(before)
    assert office.summarised("Rui").benchmarks == saved.number


def test_benchmarks_of_weeks_not_approved_yet_can_be_put_right_and_of_no_others(office: Office) -> None:
    office.house.enter("Ada")
    with office.asked() as questions:
        count = len(questions.benchmarks_versions())
    text = write_benchmarks(replace(STANDARD, weights=replace(STANDARD.weights, other=200 + count)))
    save_benchmarks(office.store, text, reason="As it should be", from_week=office.week)
    assert office.week in office.generate().weeks
    assert office.summarised("Ray").figure("calls").weighted == 200 + count
    office.house.enter("Moyra")
    line = office.line("Ray")
    approve(office.store, line.number, line.digest)
    office.house.enter("Ada")
    text = write_benchmarks(STANDARD)
    with pytest.raises(StoreError, match=f"the first week that can be is {office.week.before(-1).label}"):
        save_benchmarks(office.store, text, reason="Back", from_week=office.week)
    assert not choose_first_weekday(office.store, 0)
    with pytest.raises(StoreError, match="from 0, Monday"):
        choose_first_weekday(office.store, 7)


# ----------------------------------------------------------------------------------------- questions


SEEN = {
    "Ray": {"Ray"},
    "Moyra": {"Moyra", *RECRUITERS},
    "Hana": {"Moyra", *RECRUITERS},
    "Sol": {"Sol", "Dee"},
    "Ada": set(),
}


def test_lists_have_those_whose_figures_are_seen_by_name(office: Office) -> None:
    for name, seen in SEEN.items():
        office.house.enter(name)
        with office.asked() as questions:
            lines = questions.lines(office.week)
            assert [line.name for line in lines] == sorted(seen)
            assert {line.name for line in questions.lines()} == seen
            assert {line.name for line in questions.lines(state="approved")} <= seen
            assert questions.lines(office.week, "changed") == ()
        assert all(line.own == (line.name == name) for line in lines)
        leads = name in ("Moyra", "Sol")
        assert {line.name for line in lines if line.approvable} == (seen - {name} if leads else set())


def test_looking_at_another_persons_week_is_noted_once_a_day_and_at_ones_own_is_not(office: Office) -> None:
    number, last = office.summary("Ray"), office.house.last()
    for _ in range(2):
        office.page("Ray")
    with office.asked() as questions:
        questions.events(number, "calls")
    told = [entry for entry in office.house.told(last) if entry.outcome == "read"]
    assert [(entry.operation, entry.target) for entry in told] == [
        ("figures.see", f"person:{office.number('Ray')}")
    ]
    office.house.enter("Ray")
    last = office.house.last()
    office.page("Ray")
    assert [entry for entry in office.house.told(last) if entry.outcome == "read"] == []


def test_what_is_behind_a_figure_or_a_flag_is_one_question_away(office: Office) -> None:
    ref = f"L-{office.week.label}"
    (first, seq, late) = office.happens(
        Happening("listing_published", office.on(0, 9), ref, "Rita", detail={"title": "Nurse"}),
        Happening("offer_rejected", office.on(2, 3), ref, "Rita", "A-1", detail={"minutes": "3"}),
        Happening("call_made", office.on(3), ref, "Rita", detail={"note": "Rang", "title": "Nurse"}),
    )
    office.generate()
    page = office.page("Rita")
    number = page.line.number
    with office.asked() as questions:
        moves = questions.events(number, "stage_moves")
        assert [(one.seq, one.title, one.note, one.details) for one in moves] == [
            (first, "Nurse", None, ()),
            (seq, "Nurse", None, (("minutes", "3"),)),
        ]
        (missing,) = [flag for flag in page.flags if flag.code == "missing_note"]
        assert [one.seq for one in questions.events(number, missing.key)] == [seq]
        assert [one.seq for one in questions.events(number, "calls")][-1] == late
        with pytest.raises(StoreError, match="not been approved yet"):
            questions.events(number, "calls", sealed=True)
        with pytest.raises(StoreError, match="is no figure"):
            questions.tasks(number, "coffees")
        task = next(one for one in questions.tasks(number, "tasks_open") if one.kpi == "published.open")
        assert (task.listing, task.title, task.opened_on) == (ref, "Nurse", office.week.first)
    for flag in page.flags:
        if flag.needs_answer:
            answer_flag(office.store, number, flag.key, "Later")
    approve(office.store, number, page.line.digest)
    office.calls("Rita", day=4)
    office.generate()
    with office.asked() as questions:
        assert [one.late for one in questions.events(number, "calls")] == [False, False, True]
        assert len(questions.events(number, "calls", sealed=True)) == 2


def test_a_page_has_the_weeks_before_and_what_was_said(office: Office) -> None:
    comment(office.store, office.summary("Rui"), "Well done")
    page = office.page("Rui")
    assert page.weeks[-1] == office.week
    assert [one.figure for one in page.history] == list(FIGURES)
    (calls,) = [one.counts for one in page.history if one.figure == "calls"]
    assert (len(calls), calls[-1]) == (13, 1)
    assert [(step.kind, step.person, step.text) for step in page.steps] == [
        ("generated", None, ""),
        ("commented", "Moyra", "Well done"),
    ]
    with office.asked() as questions:
        assert questions.weeks()[0] == office.week
        assert questions.first_weekday() == 0
        with pytest.raises(StoreError, match="there is no summary 99999"):
            questions.page(99_999)
