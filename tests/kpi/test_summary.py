"""A summary as text, its digest, and what differs between two."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.acts import WeekFacts
from kpi.summary import (
    FIGURES,
    GROUPS,
    TITLES,
    CycleGroup,
    Difference,
    Excluded,
    Factor,
    Figure,
    Flag,
    Summary,
    SummaryTextError,
    Target,
    differences,
    digest_of,
    from_json,
    to_json,
)
from tests.kpi.weekly_facts import MON, WEEK, any_facts, weekly

NUMBERS = st.none() | st.integers(0, 10**6)
SEQS = st.lists(st.integers(1, 10**9), max_size=3).map(tuple)
WORDS = st.text(max_size=12)
ANY_SUMMARY = st.builds(
    Summary,
    person=st.integers(1, 10**6),
    week=st.just(WEEK),
    team=NUMBERS,
    benchmarks=st.integers(0, 99),
    figures=st.lists(
        st.builds(
            Figure,
            st.sampled_from(FIGURES),
            st.sampled_from(tuple(GROUPS)),
            st.integers(0, 999),
            NUMBERS,
            SEQS,
            SEQS,
        ),
        max_size=3,
    ).map(tuple),
    targets=st.lists(
        st.builds(
            Target,
            figure=st.sampled_from(FIGURES),
            value=NUMBERS,
            base=NUMBERS,
            source=st.sampled_from([None, "team", "organisation"]),
            factors=st.lists(st.builds(Factor, WORDS, st.integers(0, 200), WORDS), max_size=2).map(tuple),
            why=WORDS,
        ),
        max_size=2,
    ).map(tuple),
    cycle=st.lists(
        st.builds(
            CycleGroup,
            WORDS,
            WORDS,
            *(st.integers(0, 9),) * 3,
            *(NUMBERS,) * 4,
            st.lists(WORDS, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    excluded=st.builds(Excluded, *(st.integers(0, 9),) * len(fields(Excluded))),
    flags=st.lists(
        st.builds(Flag, WORDS, st.none() | WORDS, WORDS, SEQS, st.lists(st.dates(), max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    self_report=st.none() | st.dictionaries(WORDS, st.integers(0, 99), max_size=2),
    priorities=st.lists(WORDS, max_size=2).map(tuple),
)


@settings(max_examples=40)
@given(ANY_SUMMARY)
def test_a_summary_is_read_back_as_it_was(summary: Summary) -> None:
    text = to_json(summary)
    assert from_json(text) == summary
    assert to_json(from_json(text)) == text


@settings(max_examples=10)
@given(any_facts())
def test_a_summary_of_any_week_is_read_back(facts: WeekFacts) -> None:
    summary = weekly(facts).summary(1, {"calls": 2})
    assert from_json(to_json(summary)) == summary


def plain() -> Summary:
    calls = Figure("calls", "activity", 2, 200, (1, 2))
    late = Figure("tasks_late", "tasks", 1, tasks=(8,))
    group = CycleGroup("other, external", "time_to_fill", 1, 0, 0, 5, 5, 7, 7, ("L1",))
    flag = Flag("missing_note", None, "1 event", (1,), (MON,))
    return Summary(1, WEEK, 7, 3, (calls, late), (), (group,), Excluded(), (flag,), None, ("L1: long",))


@pytest.mark.parametrize(
    "text",
    ["", "no", "[]", "{}", "null", '{"person":1}', "[" * 100_000, to_json(plain()).replace('"calls"', "3.5")],
)
def test_what_is_no_summary_is_said_in_one_line(text: str) -> None:
    with pytest.raises(SummaryTextError, match="a stored summary cannot be read") as raised:
        from_json(text)
    assert "\n" not in str(raised.value)


def test_a_text_that_was_written_otherwise_is_not_taken() -> None:
    with pytest.raises(SummaryTextError, match="not written as"):
        from_json(json.dumps(json.loads(to_json(plain())), indent=1))


def test_the_digest_is_the_same_everywhere() -> None:
    assert digest_of(plain()).hex() == "aa3b2c55c8ad99c36bb4675d72f25966c36450425f7db404a2c52c481d375e33"


@pytest.mark.parametrize(
    "said",
    [
        {"team": 8},
        {"benchmarks": 4},
        {"targets": (Target("calls", 1),)},
        {"flags": ()},
        {"self_report": {"calls": 1}},
        {"priorities": ()},
    ],
)
def test_what_is_not_sealed_changes_neither_digest_nor_differences(said: dict[str, Any]) -> None:
    other = replace(plain(), **said)
    assert digest_of(other) == digest_of(plain())
    assert differences(plain(), other) == ()


@pytest.mark.parametrize("said", [{"person": 2}, {"week": WEEK.before(1)}])
def test_the_digest_is_of_one_persons_one_week(said: dict[str, Any]) -> None:
    assert digest_of(replace(plain(), **said)) != digest_of(plain())


def test_differences_say_each_number_and_what_is_behind_it() -> None:
    calls = Figure("calls", "activity", 2, 225, (2, 5))
    group = replace(plain().cycle[0], open=1, listings=("L1", "L2"))
    new = replace(
        plain(), figures=(calls, plain().figures[1]), cycle=(group,), excluded=Excluded(frozen_events=4)
    )
    assert differences(plain(), new) == (
        Difference("calls", 2, 2, (5,), (1,)),
        Difference("calls, weighted", 200, 225),
        Difference("listings, other, external (time_to_fill)", 1, 2, ("L2",)),
        Difference("open, other, external (time_to_fill)", 0, 1),
        Difference("frozen events", 0, 4),
    )


def test_what_came_and_went_has_no_number_on_the_other_side() -> None:
    gone = replace(plain(), cycle=())
    assert differences(plain(), gone)[0] == Difference(
        "listings, other, external (time_to_fill)", 1, None, (), ("L1",)
    )
    assert differences(gone, plain())[0].after == 1


def test_figures_and_targets_are_found_by_name() -> None:
    summary = replace(plain(), targets=(Target("calls", 300),))
    assert summary.figure("calls").events == (1, 2)
    with pytest.raises(KeyError):
        summary.figure("notes")
    target = summary.target("calls")
    assert target is not None
    assert target.value == 300
    assert summary.target("tasks_late") is None


def test_every_figure_has_a_title_and_one_group() -> None:
    assert set(TITLES) == set(FIGURES)
    assert [name for names in GROUPS.values() for name in names] == list(FIGURES)
    assert len(set(FIGURES)) == len(FIGURES)
