"""Outliers: the modified z-score against numpy, none below eight weeks, none for a difference of little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi.acts import History, Person
from kpi.benchmarks import STANDARD
from kpi.outliers import is_outlier, score, spread_of, team_values
from kpi.summary import Flag
from tests.kpi.weekly_facts import ANNA, MON, act, days, facts_of, flags, history_of, team_of, weekly

RULES = STANDARD.outliers
WEEKS = st.lists(st.integers(0, 100).map(lambda count: count * 100), min_size=8, max_size=26)


@example(500, [0] * 7 + [100])  # the median deviation is 0, the mean one is not
@given(st.integers(0, 20_000), WEEKS)
def test_the_score_is_that_of_the_literature(value: int, weeks: list[int]) -> None:
    values = np.array(weeks)
    deviations = np.abs(values - np.median(values))
    deviation, mean = np.median(deviations), np.mean(deviations)
    found = score(value, spread_of(weeks))
    if deviation:
        assert float(found or 0) == pytest.approx(0.6745 * (value - np.median(values)) / deviation)
    elif mean:
        assert float(found or 0) == pytest.approx((value - np.median(values)) / (1.2533 * mean))
    else:
        assert found is None


def test_a_score_worked_out_by_hand() -> None:
    weeks = [1000, 1100, 1200, 1300, 1400, 1500, 1600, 1700, 1800]
    spread = spread_of(weeks)
    assert (int(spread.median), spread.weeks) == (1400, 9)
    assert is_outlier(2450, spread, RULES)  # 0.6745 × 1050 / 200 = 3.54
    assert not is_outlier(2430, spread, RULES)  # 3.47
    assert is_outlier(350, spread, RULES)
    assert not is_outlier(1400, spread, RULES)


def test_the_example_of_the_documents() -> None:
    """docs/summaries.md."""
    spread = spread_of([events * 100 for events in range(10, 19)])
    found = score(2500, spread)
    assert found is not None
    assert round(float(found), 2) == 3.71
    assert is_outlier(2500, spread, RULES)


def test_a_score_just_as_high_as_the_limit_is_no_outlier() -> None:
    rules = replace(RULES, score_percent=6745, least_difference=0)
    spread = spread_of([900, 1000, 1100])
    assert not is_outlier(11_000, spread, rules)
    assert is_outlier(11_001, spread, rules)


def test_a_few_events_more_are_no_outlier_whatever_the_score() -> None:
    spread = spread_of([0] * 25 + [100])
    assert not is_outlier(499, spread, RULES)
    assert is_outlier(500, spread, RULES)


def test_where_all_weeks_were_alike_the_events_alone_decide() -> None:
    spread = spread_of([1000] * 10)
    assert score(2000, spread) is None
    assert [is_outlier(value, spread, RULES) for value in (1000, 1499, 1500, 500, 501)] == [
        False,
        False,
        True,
        True,
        False,
    ]


@given(WEEKS, st.integers(0, 20_000), st.integers(0, 20_000))
def test_what_lies_farther_out_is_no_less_an_outlier(weeks: list[int], one: int, other: int) -> None:
    spread = spread_of(weeks)
    near, far = sorted((one, other), key=lambda value: abs(value - spread.median))
    assert is_outlier(far, spread, RULES) or not is_outlier(near, spread, RULES)


# In a summary.


def outliers(count: int, history: History, people: Sequence[Person] = (ANNA,)) -> dict[str, Flag]:
    facts = facts_of([act(seq) for seq in range(1, count + 1)], people=people, history=history)
    found = weekly(facts).summary(1)
    return {one.code: one for one in found.flags if one.code.startswith("outlier")}


STEADY = [900, 1000, 1100, 1000, 900, 1100, 1000, 1000]


def test_a_week_unlike_the_persons_own_is_flagged_with_its_events() -> None:
    found = outliers(20, history_of({1: STEADY}))
    assert list(found) == ["outlier_own"]
    assert found["outlier_own"].figure == "calls"
    assert found["outlier_own"].events == tuple(range(1, 21))
    assert found["outlier_own"].said.startswith("Calls: 20.00, the median of 8 weeks is 10.00, score ")
    assert outliers(10, history_of({1: STEADY})) == {}


def test_a_week_of_too_little_is_flagged_too() -> None:
    assert outliers(0, history_of({1: STEADY}))["outlier_own"].events == ()


def test_below_eight_weeks_there_is_none_and_it_says_so() -> None:
    found = outliers(50, history_of({1: STEADY[:7]}))
    assert list(found) == ["outlier_short"]
    assert found["outlier_short"].said == "7 earlier weeks known; outliers are looked for from 8 on"
    assert not found["outlier_short"].needs_answer
    assert list(outliers(50, History({}, {}, ()))) == ["outlier_short"]


def test_only_the_last_weeks_are_compared_with() -> None:
    assert outliers(20, history_of({1: [*[2000, 2100] * 30, *STEADY, *STEADY, *STEADY, 1000, 1000]})) != {}


def test_a_week_unlike_the_teams_is_flagged() -> None:
    others = dict.fromkeys(range(2, 7), STEADY)
    found = outliers(30, history_of({1: [3000] * 8} | others), team_of(6))
    assert list(found) == ["outlier_team"]
    assert "the median of 48 weeks is 10.00" in found["outlier_team"].said


def test_a_team_under_five_is_not_compared_with() -> None:
    others = dict.fromkeys(range(2, 5), STEADY)
    assert outliers(30, history_of({1: [3000] * 8} | others), team_of(4)) == {}


def test_somebody_new_is_not_put_beside_the_others() -> None:
    others = dict.fromkeys(range(2, 7), STEADY)
    new = (Person(1, 7, MON - days(80)), *team_of(6)[1:])
    assert outliers(0, history_of({1: [0] * 8} | others), new) == {}
    known = (Person(1, 7, MON - days(90)), *team_of(6)[1:])
    assert list(outliers(0, history_of({1: [0] * 8} | others), known)) == ["outlier_team"]


def test_weeks_known_of_fewer_than_five_do_not_speak_for_the_team() -> None:
    long, short = [100] * 20, [100] * 8
    values = team_values([long, long, short, short, short], RULES, 5)
    assert values == [100] * 40
    assert team_values([long, long, long, short, short[:7]], RULES, 5) == []
    assert team_values([], RULES, 5) == []


def test_flags_of_outliers_go_by_weighted_counts() -> None:
    summary = weekly(facts_of([act(1)], history=history_of({1: STEADY}))).summary(1)
    assert flags(summary)["outlier_own"].said.startswith("Calls: 1.00,")
