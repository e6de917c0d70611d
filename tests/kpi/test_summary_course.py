"""The way of a summary: who may do what with it, in which state, and what has to be done before."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from kpi.summary import ACTIVITY, Flag, Summary
from kpi.summary_course import (
    MOST_CHARACTERS,
    REJECTED,
    UPHELD,
    Contest,
    Standing,
    State,
    SummaryError,
    check_answer,
    check_approval,
    check_contest,
    check_decision,
    check_keep,
    check_return,
    check_self_report,
    find_flag,
    held_figures,
    may_approve,
    why_not_at_once,
)
from tests.kpi.weekly_facts import WEEK, act, facts_of, weekly

RECRUITER, MANAGER, DELEGATE, OTHER = 1, 10, 11, 12
NEW, OLD, THIRD = b"new", b"old", b"third"
NOTE = Flag("missing_note", None, "1 event without the note that it needs", (4,))
SHORT = Flag("outlier_short", None, "3 earlier weeks known")
CALLS = Flag("outlier_own", "calls", "Calls: 20.00", (1,))
EMAILS = Flag("outlier_own", "emails", "E-mails: 20.00", (2,))
WAITING = Contest("calls", None, None)


def standing(**said: Any) -> Standing:
    given: dict[str, Any] = {"person": RECRUITER, "state": State.READY, "flags": (), "digest": NEW}
    return Standing(**given | said)


def approved(**said: Any) -> Standing:
    return standing(**{"state": State.APPROVED, "sealed": NEW} | said)


CHANGED = approved(sealed=OLD)


def refused(attempt: Callable[[], object]) -> str:
    with pytest.raises(SummaryError) as raised:
        attempt()
    said = str(raised.value)
    assert "\n" not in said
    assert said.endswith("nothing was written")
    return said


# Who.


@pytest.mark.parametrize(
    ("actor", "person", "manager", "delegate"),
    tuple(product((1, 2, 3), (1, 2, 3), (None, 1, 2), (None, 1, 2, 3))),
)
def test_only_the_manager_or_who_stands_in_approves_and_nobody_their_own(
    actor: int, person: int, manager: int | None, delegate: int | None
) -> None:
    allowed = may_approve(actor, person, manager, delegate)
    if actor == person or manager is None:
        assert not allowed
    elif person == manager:
        assert not allowed  # whom the manager chose does not approve the manager
    else:
        assert allowed is (actor in (manager, delegate))


@pytest.mark.parametrize("state", State)
def test_nobody_decides_about_their_own_in_any_state(state: State) -> None:
    own = standing(state=state, sealed=OLD)
    for check in (check_approval, check_return, check_keep):
        said = refused(lambda check=check: check(own, RECRUITER, "because"))  # type: ignore[misc]
        assert "their own summary" in said


# Which state allows what: the whole table.

TABLE = {
    # state, sealed, kept: (approve without a reason, with one, return, keep)
    (State.READY, None, None): (True, True, True, False),
    (State.RETURNED, None, None): (True, True, True, False),
    (State.APPROVED, NEW, None): (False, False, False, False),
    (State.APPROVED, OLD, None): (False, True, False, True),
    (State.APPROVED, OLD, NEW): (False, False, False, False),
    (State.APPROVED, OLD, THIRD): (False, True, False, True),
}


@pytest.mark.parametrize("case", TABLE)
def test_what_each_state_allows(case: tuple[State, bytes | None, bytes | None]) -> None:
    state, sealed, kept = case
    one = standing(state=state, sealed=sealed, kept=kept)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: check_approval(one, MANAGER),
        lambda: check_approval(one, MANAGER, "late import"),
        lambda: check_return(one, MANAGER, "calls are missing"),
        lambda: check_keep(one, MANAGER, "agreed figures"),
    )
    for attempt, allowed in zip(attempts, TABLE[case], strict=True):
        if allowed:
            attempt()
        else:
            refused(attempt)


def test_changed_is_what_differs_from_what_was_approved_or_kept() -> None:
    assert [standing(sealed=sealed, kept=kept).changed for _, sealed, kept in TABLE] == [
        False,
        False,
        False,
        True,
        False,
        True,
    ]


# What has to be done before.


def test_each_flag_needs_its_answer() -> None:
    flagged = standing(flags=(NOTE, SHORT, CALLS), answered=frozenset({NOTE.key}))
    said = refused(lambda: check_approval(flagged, MANAGER))
    assert CALLS.key in said
    assert NOTE.key not in said
    assert SHORT.key not in said
    both = standing(flags=(NOTE, SHORT, CALLS), answered=frozenset({NOTE.key, CALLS.key}))
    assert check_approval(both, MANAGER) == ()


def test_an_answer_to_what_was_there_before_is_no_answer_to_more() -> None:
    more = Flag("missing_note", None, "2 events", (4, 5))
    refused(lambda: check_approval(standing(flags=(more,), answered=frozenset({NOTE.key})), MANAGER))


def test_a_contest_and_earlier_weeks_warn_and_stop_nobody() -> None:
    one = standing(
        contests=(WAITING, Contest("notes", 3, REJECTED)), earlier=(WEEK.before(2), WEEK.before(1))
    )
    assert check_approval(one, MANAGER) == (
        "earlier weeks are not approved yet: 2026-W44, 2026-W45",
        "contested, held until it is decided: Calls",
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, None),
        ({"flags": (SHORT,)}, None),
        ({"contests": (Contest("calls", None, REJECTED),)}, None),
        ({"earlier": (WEEK.before(1),)}, None),
        ({"flags": (NOTE,)}, "it has flags"),
        ({"flags": (NOTE,), "answered": frozenset({NOTE.key})}, "it has flags"),
        ({"contests": (WAITING,)}, "a figure is contested"),
        ({"state": State.RETURNED}, "returned"),
        ({"state": State.APPROVED, "sealed": NEW}, "approved already"),
        ({"state": State.APPROVED, "sealed": OLD}, "changed since it was approved"),
    ],
)
def test_many_at_once_are_only_those_that_nobody_need_look_into(
    said: dict[str, Any], why: str | None
) -> None:
    assert why_not_at_once(standing(**said)) == why


@pytest.mark.parametrize("reason", ["", "  ", "\x00", "x" * (MOST_CHARACTERS + 1)])
def test_reasons_are_said_and_not_endless(reason: str) -> None:
    refused(lambda: check_return(standing(), MANAGER, reason))
    refused(lambda: check_keep(CHANGED, MANAGER, reason))
    refused(lambda: check_approval(CHANGED, MANAGER, reason))


def test_a_reason_is_kept_cleaned() -> None:
    assert check_return(standing(), MANAGER, " calls\nmissing\x1b ") == "calls missing"


# Answers.


def test_a_flag_is_found_by_its_key_or_by_what_only_it_begins_with() -> None:
    flags = (NOTE, CALLS, EMAILS)
    assert find_flag(flags, NOTE.key) == find_flag(flags, "missing_note") == NOTE
    assert find_flag(flags, "outlier_own.e") == EMAILS
    assert "more than one" in refused(lambda: find_flag(flags, "outlier_own"))
    assert "no such flag" in refused(lambda: find_flag(flags, "self_report"))
    assert "there is none" in refused(lambda: find_flag((), "missing_note"))
    assert "no such flag" in refused(lambda: find_flag(flags, ""))


def test_an_answer_says_something_to_what_asks() -> None:
    assert check_answer((NOTE, SHORT), "missing_note", " told by phone ") == (NOTE, "told by phone")
    refused(lambda: check_answer((NOTE,), "missing_note", " "))
    assert "nothing to answer" in refused(lambda: check_answer((SHORT,), "outlier_short", "so?"))


# Contests.


@pytest.mark.parametrize(
    ("contest", "held"),
    [
        (Contest("calls", None, None), True),
        (Contest("calls", 4, None), True),
        (Contest("calls", None, UPHELD), True),
        (Contest("calls", 4, UPHELD), False),
        (Contest("calls", None, REJECTED), False),
        (Contest("calls", 4, REJECTED), False),
    ],
)
def test_what_is_held(contest: Contest, held: bool) -> None:
    assert held_figures([contest]) == (frozenset({"calls"}) if held else frozenset())


def summary() -> Summary:
    return weekly(facts_of([act(4), act(5), act(6, "offer_sent")])).summary(RECRUITER)


def contested(
    *before: Contest, actor: int = RECRUITER, figure: str = "calls", event: int | None = None
) -> str:
    return check_contest(summary(), before, actor, figure, event, "that was a colleague")


def test_the_person_contests_any_figure_or_event_of_theirs() -> None:
    for figure in ("calls", "offers", "engagement", "tasks_overdue"):
        assert contested(figure=figure) == "that was a colleague"
    assert contested(event=5)
    assert contested(figure="offers", event=6)
    assert "by the person" in refused(lambda: contested(actor=MANAGER))
    assert "is no figure" in refused(lambda: contested(figure="speed"))
    assert "is not behind Calls" in refused(lambda: contested(event=6))
    refused(lambda: check_contest(summary(), (), RECRUITER, "calls", None, " "))


def test_the_same_thing_is_contested_once() -> None:
    assert "waits" in refused(lambda: contested(Contest("calls", None, None)))
    assert "waits" in refused(lambda: contested(Contest("calls", None, None), event=4))
    assert "upheld" in refused(lambda: contested(Contest("calls", None, UPHELD), event=4))
    assert "decided already" in refused(lambda: contested(Contest("calls", None, REJECTED)))
    assert "decided already" in refused(lambda: contested(Contest("calls", 4, REJECTED), event=4))
    assert contested(Contest("calls", 4, None), event=5)
    assert contested(Contest("calls", None, REJECTED), event=5)
    assert contested(Contest("offers", None, None))


@pytest.mark.parametrize(
    ("actor", "approved_by", "allowed"),
    [
        (OTHER, (), True),
        (OTHER, (MANAGER,), True),
        (RECRUITER, (), False),
        (MANAGER, (MANAGER,), False),
        (DELEGATE, (MANAGER, DELEGATE), False),
    ],
)
def test_a_second_person_decides(actor: int, approved_by: tuple[int, ...], allowed: bool) -> None:
    def decide() -> str:
        return check_decision(WAITING, RECRUITER, approved_by, actor, UPHELD, "checked with the phone log")

    if allowed:
        assert decide() == "checked with the phone log"
    else:
        refused(decide)


def test_a_decision_is_final_known_and_gives_its_reason() -> None:
    for one in (UPHELD, REJECTED):
        gone = Contest("calls", None, one)
        assert one in refused(lambda gone=gone: check_decision(gone, 1, (), OTHER, UPHELD, "x"))  # type: ignore[misc]
    assert "upheld or rejected" in refused(lambda: check_decision(WAITING, 1, (), OTHER, "yes", "x"))
    refused(lambda: check_decision(WAITING, 1, (), OTHER, REJECTED, ""))


# Self-reports.


def test_people_report_activities_in_whole_numbers() -> None:
    assert check_self_report({"notes": 2, "calls": 0}) == {"calls": 0, "notes": 2}
    assert list(check_self_report({"notes": 2, "calls": 0})) == ["calls", "notes"]
    assert ", ".join(ACTIVITY) in refused(lambda: check_self_report({"hires": 1}))
    assert "from 0 to" in refused(lambda: check_self_report({"calls": -1}))
    assert "one figure at least" in refused(lambda: check_self_report({}))
