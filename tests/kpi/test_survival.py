"""Suggestions from history, against the package lifelines and against cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from kpi.periods import last_month, last_quarter, last_year
from kpi.survival import FEWEST_FINISHED, MEDIAN, SLOW, percentiles, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARES = (Fraction(1, 10), MEDIAN, SLOW, Fraction(99, 100))
TOOK = st.dictionaries(st.integers(0, 60), st.integers(1, 30), max_size=12)


@given(TOOK, TOOK)
def test_percentiles_are_those_of_lifelines(finished: dict[int, int], censored: dict[int, int]) -> None:
    if not finished:
        assert percentiles(finished, censored, SHARES) == (None,) * len(SHARES)
        return
    days = [*finished, *censored]
    seen = [1] * len(finished) + [0] * len(censored)
    fitted = KaplanMeierFitter().fit(days, seen, weights=[*finished.values(), *censored.values()])
    curve = fitted.survival_function_["KM_estimate"]
    for share, found in zip(SHARES, percentiles(finished, censored, SHARES), strict=True):
        # Its curve is a product of floats: on the very edge it may lie a hair beside ours.
        low = curve[curve <= float(1 - share) - 1e-9]
        high = curve[curve <= float(1 - share) + 1e-9]
        answers = {None if one.empty else int(one.index[0]) for one in (low, high)}
        assert found in answers
        if len(answers) == 1:
            assert answers == {found}


@given(TOOK)
def test_without_censoring_they_are_the_usual_percentiles(finished: dict[int, int]) -> None:
    values = sorted(Counter(finished).elements())
    if values:
        wanted = tuple(
            int(np.percentile(values, float(share) * 100, method="inverted_cdf")) for share in (MEDIAN, SLOW)
        )
        assert percentiles(finished, {}, (MEDIAN, SLOW)) == wanted


def test_leaving_out_what_is_still_open_would_flatter() -> None:
    finished, still_open = {2: 30, 4: 30}, {10: 60}
    assert percentiles(finished, {}, (MEDIAN, SLOW)) == (2, 4)
    assert percentiles(finished, still_open, (MEDIAN, SLOW)) == (4, None)


@pytest.mark.parametrize(
    ("finished", "few"), [({3: FEWEST_FINISHED - 1}, True), ({3: FEWEST_FINISHED}, False), ({}, True)]
)
def test_too_few_finished_tasks_suggest_nothing(finished: Mapping[int, int], few: bool) -> None:
    found = suggest("draft.ready_to_publish", finished, {1: 500})
    assert found.too_few is few
    assert found.samples == sum(finished.values()) + 500
    assert found.finished == sum(finished.values())
    if few:
        assert (found.p50, found.p85) == (None, None)


def test_the_periods_that_people_look_back_at() -> None:
    assert last_month(date(2026, 3, 31)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert last_month(date(2026, 1, 1)) == (date(2025, 12, 1), date(2025, 12, 31))
    assert last_quarter(date(2026, 11, 21)) == (date(2026, 7, 1), date(2026, 9, 30))
    assert last_quarter(date(2026, 1, 5)) == (date(2025, 10, 1), date(2025, 12, 31))
    assert last_quarter(date(2026, 4, 1)) == (date(2026, 1, 1), date(2026, 3, 31))
    assert last_year(date(2026, 11, 21)) == (date(2025, 1, 1), date(2025, 12, 31))
