"""Outliers by the modified z-score (Iglewicz and Hoaglin, 1993): how far a week is from those before it.

Module 4 of the curriculum: “using statistical outlier detection to identify and investigate abnormally high
or low productivity reports before performance evaluations”. It looks at medians, which a few odd weeks do not
move. Values are weighted counts in hundredths.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from kpi.rounding import twice_median

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.thresholds import Outliers

# So that the score is in standard deviations where values are normal: 0.6745 is the third quartile of the
# standard normal, 1.2533 the root of half pi.
_OF_MEDIAN_DEVIATION = Fraction(6745, 10_000)
_OF_MEAN_DEVIATION = Fraction(12_533, 10_000)
_EVENT = 100


class Spread(NamedTuple):
    """The median of some weeks, and what a deviation from it is divided by; 0 where all weeks are alike."""

    weeks: int
    median: Fraction
    scale: Fraction


def spread_of(values: Sequence[int]) -> Spread:
    """By the median absolute deviation, or the mean one where that is 0. ValueError of no values."""
    # Doubled, medians of whole numbers are whole: hundreds of teams' weeks are looked at.
    twice = twice_median(values)
    deviations = [abs(2 * value - twice) for value in values]
    by_median = Fraction(twice_median(deviations), 4)
    by_mean = Fraction(sum(deviations), 2 * len(values))
    scale = by_median / _OF_MEDIAN_DEVIATION if by_median else by_mean * _OF_MEAN_DEVIATION
    return Spread(len(values), Fraction(twice, 2), scale)


def score(value: int, spread: Spread) -> Fraction | None:
    """The modified z-score, below 0 for less than the median; None where all weeks are alike."""
    return (value - spread.median) / spread.scale if spread.scale else None


def is_outlier(value: int, spread: Spread, rules: Outliers) -> bool:
    """Whether a week is one: far enough by its score, and by enough events to be worth a look.

    Where all weeks before were alike, the events alone decide.
    """
    away = abs(value - spread.median)
    if not away or away < rules.least_difference * _EVENT:
        return False
    found = score(value, spread)
    return found is None or abs(found) * 100 > rules.score_percent


def team_values(people: Sequence[Sequence[int]], rules: Outliers, least_people: int) -> list[int]:
    """The earlier weeks of the people of one team together; empty if too few weeks are known.

    `people` has for each their counts by week, the newest last. A week counts if it is known of enough
    people: else a colleague's could be told from what is said.
    """
    found: list[int] = []
    known = 0
    for back in range(1, rules.weeks + 1):
        week = [counts[-back] for counts in people if len(counts) >= back]
        if len(week) >= least_people:
            known += 1
            found += week
    return found if known >= rules.least_weeks else []
