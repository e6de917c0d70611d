"""The wait between attempts to sign in grows, and no clock makes it shorter than it is forward."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.sign_in_delay import FREE, FRESH, LONGEST_WAIT, Attempts, counted, may_try

SECOND = 1_000_000
NOON = 1_794_916_800 * SECOND
DAY = 24 * 3600 * SECOND
INSTANTS = st.integers(NOON - DAY, NOON + DAY)


def after(*instants: int) -> Attempts:
    """What is held against an account after attempts at these instants."""
    attempts = FRESH
    for now in instants:
        attempts = counted(attempts, now)
    return attempts


MADE = st.lists(INSTANTS, max_size=20).map(lambda them: after(*them))


def test_three_attempts_are_free_and_then_the_wait_doubles_up_to_a_quarter_of_an_hour():
    waits = [may_try(after(*[NOON] * failures), NOON) for failures in range(15)]
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert (FREE, LONGEST_WAIT) == (3, 900)


def test_the_wait_is_over_when_its_last_microsecond_is():
    made = after(*[NOON] * 4)
    ends = NOON + 2 * SECOND
    waits = [may_try(made, now) for now in (NOON, NOON + 1, ends - SECOND, ends - 1, ends, ends + DAY)]
    assert waits == [2, 2, 1, 1, 0, 0]


def test_a_million_attempts_wait_no_longer_and_fit_the_store():
    made = counted(Attempts(10**6, NOON, NOON), NOON)
    assert made == (10**6 + 1, NOON, NOON + LONGEST_WAIT * SECOND)


def test_guesses_made_at_the_same_time_each_count():
    kept = FRESH
    for _ in range(10):  # each is counted before any is checked
        kept = counted(kept, NOON)
    assert (kept.failures, may_try(kept, NOON)) == (10, 128)


def test_a_year_later_the_next_failure_still_waits_longer():
    waiting = counted(after(*[NOON] * 8), NOON + 365 * DAY)
    assert may_try(waiting, NOON + 365 * DAY) == 64


@pytest.mark.parametrize("back", [1, SECOND, DAY, NOON])
def test_a_clock_set_back_leaves_the_whole_wait(back):
    made = after(*[NOON] * 6)
    assert may_try(made, NOON - back) == may_try(made, NOON) == 8
    assert counted(made, NOON - back) == counted(made, NOON)


@given(MADE, INSTANTS, st.integers(0, DAY))
def test_an_earlier_clock_never_waits_less(made, now, back):
    assert may_try(made, now - back) >= may_try(made, now)


@given(MADE, INSTANTS, st.integers(0, DAY))
def test_a_later_clock_gains_only_what_it_is_later(made, now, forward):
    assert may_try(made, now + forward) * SECOND > may_try(made, now) * SECOND - forward - SECOND


@given(MADE, INSTANTS, st.integers(0, DAY))
def test_an_attempt_never_brings_anything_forward(made, now, back):
    then = counted(made, now)
    assert then.failures == made.failures + 1
    assert then.latest >= made.latest
    assert then.not_before >= made.not_before
    assert counted(made, now - back).not_before <= then.not_before
    assert 0 <= may_try(then, now - back) <= LONGEST_WAIT


@given(st.lists(st.tuples(st.sampled_from((-DAY, -SECOND, 0, SECOND, DAY)), st.booleans()), max_size=40))
def test_playing_with_the_clock_gives_no_attempt_that_its_furthest_reach_does_not(moves):
    now = furthest = NOON
    made = after(NOON, NOON)
    for move, tries in moves:
        now += move
        if tries and not may_try(made, now):
            wait = 0 if made.failures < FREE else min(2 ** (made.failures - FREE), LONGEST_WAIT)
            assert now >= furthest + wait * SECOND or not wait
            made, furthest = counted(made, now), max(furthest, now)
