"""How days, ages and numbers are written, and how text is fitted into cells."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui import words
from tui.widgets import drawing


def test_days_are_written_the_same_on_every_machine():
    assert words.day_words(date(2026, 11, 17)) == "Tue 17 Nov 2026"
    assert words.day_words(date(2026, 11, 5), wide=True) == "Thu  5 Nov 2026"
    assert words.week_day(date(2026, 2, 1)) == "Sun 1 Feb"
    assert words.column_day(date(2026, 11, 5)) == " 5 Nov 26"
    assert words.moment_words(datetime(2026, 11, 5, 7, 4, tzinfo=UTC)) == " 5 Nov 26 07:04"
    assert words.distance_words(date(2026, 11, 18), date(2026, 11, 17)) == "1 day ahead"
    assert words.distance_words(date(2026, 11, 14), date(2026, 11, 17)) == "3 days back"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 s"),
        (4.9, "4 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (172_799, "47 h"),
        (2e5, "2 days"),
    ],
)
def test_ages(seconds, text):
    assert words.age_words(seconds) == text


@pytest.mark.parametrize(
    ("count", "width", "text"),
    [(1_000_000, 9, "1,000,000"), (1_000_000, 8, "1000000"), (1_000_000, 5, "1.0M"), (1_000_000, 2, "1M"),
     (999, 3, "999"), (999, 2, "##"), (12_345, 4, "12k"), (0, 1, "0")],
)  # fmt: skip
def test_numbers_are_abbreviated_only_when_they_must_be(count, width, text):
    assert words.number(count, width) == text


def test_counts_have_their_noun():
    assert words.plural(1, "task") == "1 task"
    assert words.plural(12_345, "task") == "12,345 tasks"


LETTERS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Mn", "Me", "Mc"))


@given(st.text(alphabet=LETTERS), st.integers(0, 60))
def test_fitted_text_takes_exactly_its_cells(text, width):
    for fit in (words.left, words.right, words.middle):
        assert cell_len(fit(text, width)) == width


def test_titles_are_cut_in_the_middle():
    assert words.middle("Ready to select who to interview (offline)", 24) == "Ready to select…offline)"
    assert words.left("Ready to approve", 8) == "Ready t…"
    assert words.left("Ready", 0) == ""


def test_text_from_outside_is_cleaned_and_its_absence_shown():
    assert words.shown("a\x1b[31m\u202eb") == "a[31mb"
    assert words.shown(None) == "–"
    assert words.shown("\x07", "nobody") == "nobody"


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=6), st.integers(0, 200))
def test_shares_fill_the_bar_exactly(counts, width):
    cells = drawing.shares(counts, width)
    assert all(part >= 0 for part in cells)
    assert sum(cells) == (width if sum(counts) else 0)
    if width >= len(counts) ** 2:
        assert all(part > 0 for count, part in zip(counts, cells, strict=True) if count)
    assert all(part == 0 for count, part in zip(counts, cells, strict=True) if not count)
