"""Documents: what each kind has to say; figures alone end and promote nobody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kpi.documents import (
    CORRECTIVE,
    KINDS,
    MOST_CHARACTERS,
    MOST_DAYS,
    DocumentError,
    Draft,
    check_document,
    names_more_than_figures,
)
from kpi.weeks import Week

SINCE = date(2026, 11, 23)
WEEK = Week(date(2026, 11, 16))
REPEATED = {"missing_note": 2}
PLAN = {
    "purpose": "improvement",
    "role_mix": "mostly technical, external",
    "priorities": "L7 was critical and open for 80 days",
    "exclusions": "L9 was frozen",
}


def draft(kind: str, **said: Any) -> Draft:
    given: dict[str, Any] = {"text": "We talked about notes.", "context": {}}
    if kind in CORRECTIVE:
        given |= {"context": {"flag": "missing_note"}, "from_day": SINCE, "until_day": SINCE}
    if kind == "plan":
        given |= {"context": PLAN}
    return Draft(kind, **given | said)


def check(one: Draft, weeks: dict[str, int]) -> Draft:
    return check_document(one, weeks, WEEK, SINCE)


def refused(one: Draft, weeks: dict[str, int] | None = None) -> str:
    with pytest.raises(DocumentError) as raised:
        check(one, REPEATED if weeks is None else weeks)
    said = str(raised.value)
    assert "\n" not in said
    assert said.endswith("nothing was written")
    return said


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_kept_cleaned(kind: str) -> None:
    kept = check(draft(kind, text=" agreed\x1b:\nweekly "), REPEATED)
    assert kept.text == "agreed: weekly"
    assert (kept.kind, kept.context) == (kind, draft(kind).context)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", " \n", "x" * (MOST_CHARACTERS + 1)])
def test_each_kind_says_something(kind: str, text: str) -> None:
    assert refused(draft(kind, text=text)).startswith("text: ")


def test_kinds_and_their_context_are_known() -> None:
    assert "is no kind; there are coaching" in refused(Draft("praise", "x", {}))
    assert "has no “mood”; it has none" in refused(draft("coaching", context={"mood": "fine"}))
    assert "a coaching note is for no time" in refused(draft("coaching", until_day=SINCE))


# Corrective actions.


@pytest.mark.parametrize("kind", CORRECTIVE)
@pytest.mark.parametrize(("weeks", "allowed"), [(0, False), (1, False), (2, True), (9, True)])
def test_corrective_actions_follow_on_repetition_of_the_same_flag(
    kind: str, weeks: int, allowed: bool
) -> None:
    seen = {"missing_note": weeks, "in_future": 5}
    if allowed:
        check(draft(kind), seen)
    else:
        assert "write a coaching note" in refused(draft(kind), seen)


@pytest.mark.parametrize("kind", CORRECTIVE)
@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"from_day": None}, "is for a time"),
        ({"until_day": None}, "is for a time"),
        ({"until_day": SINCE - timedelta(days=1)}, "must not be before from"),
        ({"until_day": SINCE + timedelta(days=MOST_DAYS)}, "lasts 183 days at most, until 2027-05-24"),
        ({"context": {}}, "flag: say which it is for"),
        ({"context": {"flag": "outlier_short"}}, "flag: say which it is for"),
        ({"context": {"flag": "laziness"}}, "flag: say which it is for"),
        ({"context": {"flag": "near_daily_limit"}}, "flag: say which it is for, one of missing_note"),
        ({"context": {"flag": "outlier_own"}}, "flag: say which it is for, one of missing_note"),
        ({"from_day": date(2026, 11, 15)}, "from: a day from 2026-11-16"),
        ({"from_day": date(2026, 12, 25), "until_day": date(2026, 12, 25)}, "to 2026-12-24"),
    ],
)
def test_corrective_actions_are_for_a_time_and_for_a_flag(kind: str, said: dict[str, Any], why: str) -> None:
    assert why in refused(draft(kind, **said))


def test_the_last_day_is_within_the_time() -> None:
    until = SINCE + timedelta(days=MOST_DAYS - 1)
    assert check(draft("reminder", until_day=until), REPEATED).until_day == until


# Performance plans.


@pytest.mark.parametrize("left_out", ["role_mix", "priorities", "exclusions", "purpose"])
def test_a_plan_says_its_context(left_out: str) -> None:
    context = {name: value for name, value in PLAN.items() if name != left_out}
    assert left_out.replace("_", " ") in refused(draft("plan", context=context))
    assert left_out.replace("_", " ") in refused(draft("plan", context=PLAN | {left_out: "  "}))


def test_a_plan_has_one_of_three_purposes() -> None:
    assert "improvement, ending, promotion" in refused(draft("plan", context=PLAN | {"purpose": "revenge"}))


@pytest.mark.parametrize("purpose", ["ending", "promotion"])
@pytest.mark.parametrize(
    "criteria",
    [
        None,
        " ",
        "calls",
        "Calls, e-mails and submissions below target over 13 weeks",
        "12 hires, 40.5 % engagement!",
        "tasks overdue; tasks_late",
        "productivity figures only",
        "Calls are below the target",
        "Has made too few calls",
        "Calls every week",
        "See figures; zero calls",
        "Attitude",
    ],
)
def test_figures_alone_end_and_promote_nobody(purpose: str, criteria: str | None) -> None:
    context = PLAN | {"purpose": purpose} | ({} if criteria is None else {"other_criteria": criteria})
    assert "figures alone are no ground for" in refused(draft("plan", context=context))
    check(draft("plan", context=context | {"purpose": "improvement"}), {})


@pytest.mark.parametrize("purpose", ["ending", "promotion"])
def test_with_another_criterion_a_plan_is_kept(purpose: str) -> None:
    context = PLAN | {"purpose": purpose, "other_criteria": "the panel's assessment of interview conduct"}
    assert check(draft("plan", context=context), {}).context == context


def test_another_criterion_is_not_endless() -> None:
    context = PLAN | {"purpose": "promotion", "other_criteria": "leadership of teams " * 300}
    assert "other criteria: at most" in refused(draft("plan", context=context))


def test_a_criterion_in_another_script_is_one() -> None:
    assert names_more_than_figures("面接官の評価")
    assert not names_more_than_figures("12 > 10")
