"""Totals of teams against somebody who asks whatever they like, and puts the answers together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.disclosure import (
    LEAST_PEOPLE,
    Cell,
    DisclosureError,
    Membership,
    Row,
    Total,
    by_name,
    by_value,
    may_be_shown,
    shown,
    team_of_month,
    total,
    whole_months,
)
from tests.kpi.attacking_totals import Unknown, computable, pinned

TODAY = date(2026, 11, 17)
MONTHS = (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
FIGURES = ("calls", "offers", "late")
Key = tuple[int, date, str]

# ------------------------------------------------------------------------------------------ the rule


@pytest.mark.parametrize(
    ("figures", "is_shown"),
    [
        ([], False),
        ([0, 0, 0, 0, 0, 0], False),
        ([40], False),
        ([9, 9, 9, 9], False),
        ([9, 9, 9, 9, 0, 0, 0], False),  # seven people, four of whom contributed
        ([1, 1, 1, 1, 1], False),  # a total of five says what each has
        ([1, 1, 1, 1, 1, 1, 1], False),
        ([2, 1, 1, 1, 1], False),  # who has the two knows what the others have
        ([900, 1, 1, 1, 1, 1, 1], False),
        ([2, 2, 1, 1, 1], True),
        ([2, 2, 2, 2, 2], True),
        ([0, 3, 4, 1, 1, 0, 5], True),
    ],
)
def test_a_cell_is_shown_from_five_people_up_two_of_them_above_one(
    figures: list[int], is_shown: bool
) -> None:
    assert LEAST_PEOPLE == 5
    assert may_be_shown(figures) is is_shown
    told = shown([Cell("cell", dict(enumerate(figures)))])
    assert told == ({"cell": sum(figures)} if is_shown else {})


def test_a_figure_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="never below 0"):
        may_be_shown([5, 5, 5, 5, 5, -1])


def test_a_cell_in_two_pieces_is_refused() -> None:
    with pytest.raises(ValueError, match="there twice"):
        shown([Cell("cell", {1: 2}), Cell("cell", {2: 2})])


FIVE = {1: 3, 2: 3, 3: 3, 4: 3, 5: 3}


def test_a_total_is_of_what_is_shown_and_says_how_much_is_not() -> None:
    told = shown([Cell("a", FIVE), Cell("b", FIVE), Cell("few", {1: 30}), Cell("empty", {})])
    assert total(told, ["a", "b"]) == Total(30, 0)
    assert total(told, ["a", "few", "empty", "never made"]) == Total(15, 3)
    assert total(told, ["few"]) == total(told, ["empty"]) == total(told, ["never made"]) == Total(None, 1)
    assert total(told, ["a", "a"]) == Total(15, 0)
    assert total(told, []) == Total(None, 0)


CELLS = st.dictionaries(
    st.integers(0, 8), st.dictionaries(st.integers(1, 7), st.integers(0, 3), max_size=7), max_size=9
)


@given(CELLS, st.lists(st.integers(0, 8)))
def test_every_answer_follows_from_asking_for_the_cells_one_by_one(
    cells: dict[int, dict[int, int]], asked: list[int]
) -> None:
    told = shown(Cell(key, figures) for key, figures in cells.items())
    alone = {key: total(shown([Cell(key, cells.get(key, {}))]), [key]) for key in asked}
    values = [one.value for one in alone.values() if one.value is not None]
    assert total(told, asked) == Total(
        sum(values) if values else None, sum(one.withheld for one in alone.values())
    )


@given(CELLS, st.lists(st.integers(0, 8)))
def test_what_nobody_did_looks_like_what_few_did(cells: dict[int, dict[int, int]], asked: list[int]) -> None:
    told = shown(Cell(key, figures) for key, figures in cells.items())
    withheld_emptied = shown(Cell(key, figures if key in told else {}) for key, figures in cells.items())
    withheld_left_out = shown(Cell(key, figures) for key, figures in cells.items() if key in told)
    assert total(told, asked) == total(withheld_emptied, asked) == total(withheld_left_out, asked)


# ------------------------------------------------------------------------------------------- sorting


def test_rows_are_sorted_by_what_they_show_and_by_name() -> None:
    rows = [
        Row("west", Total(None, 3)), Row("East", Total(20, 0)), Row("north", Total(None, 1)),
        Row("south", Total(40, 2)), Row("Dock", Total(20, 1)), Row("dock", Total(20, 0)),
    ]  # fmt: skip
    assert [row.name for row in by_value(rows)] == ["south", "Dock", "dock", "East", "north", "west"]
    assert [row.name for row in by_name(rows)] == ["Dock", "dock", "East", "north", "south", "west"]


@given(st.permutations(range(6)), st.lists(st.integers(0, 30), min_size=6, max_size=6))
def test_the_order_of_withheld_rows_says_nothing(order: list[int], hidden: list[int]) -> None:
    told = shown(Cell(key, {1: hidden[key]}) for key in order)
    rows = [Row(f"team {key}", total(told, [key])) for key in order]
    assert [row.name for row in by_value(rows)] == [f"team {key}" for key in range(6)]


# ------------------------------------------------------------------------------- periods and moves


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        ("2026-10-01", "2026-10-31", 1),
        ("2026-08-01", "2026-10-31", 3),
        ("2024-02-01", "2024-02-29", 1),
        ("2025-12-01", "2026-01-31", 2),
    ],
)
def test_periods_are_whole_months_that_are_over(since: str, until: str, months: int) -> None:
    found = whole_months(date.fromisoformat(since), date.fromisoformat(until), TODAY)
    assert (found[0], len(found)) == (date.fromisoformat(since), months)
    assert found[-1] == date.fromisoformat(until).replace(day=1)
    assert all(first.day == 1 for first in found)


def test_a_month_is_over_when_its_last_day_is() -> None:
    november = date(2026, 11, 1), date(2026, 11, 30)
    with pytest.raises(DisclosureError, match="2026-10-31"):
        whole_months(*november, date(2026, 11, 30))
    assert whole_months(*november, date(2026, 12, 1)) == (date(2026, 11, 1),)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-10-02", "2026-10-31"),
        ("2026-10-01", "2026-10-30"),
        ("2024-02-01", "2024-02-28"),
        ("2026-10-01", "2026-09-30"),
        ("2026-11-01", "2026-11-17"),
        ("2026-11-01", "2026-11-30"),  # under way: one look a day would tell the days apart
        ("2026-12-01", "2026-12-31"),
        ("2026-10-01", "9999-12-31"),
    ],
)
def test_any_other_period_is_refused_in_words(since: str, until: str) -> None:
    with pytest.raises(DisclosureError, match="whole months that are over, such as 2026-10-01 to 2026-10-31"):
        whole_months(date.fromisoformat(since), date.fromisoformat(until), TODAY)


def test_a_month_s_work_is_in_the_team_of_its_first_day() -> None:
    moved = [Membership(1, date(2026, 1, 5), date(2026, 9, 15)), Membership(2, date(2026, 9, 15), None)]
    assert [team_of_month(moved, month) for month in MONTHS] == [1, 1, 2]
    assert team_of_month(moved, date(2026, 9, 30)) == 1
    assert team_of_month(moved, date(2026, 1, 31)) is None  # came within the month
    moved_on_the_first = [
        Membership(1, date(2026, 8, 1), date(2026, 9, 1)),
        Membership(2, date(2026, 9, 1), None),
    ]
    assert [team_of_month(moved_on_the_first, month) for month in MONTHS] == [1, 2, 2]


@given(st.dates(TODAY.replace(day=1), date(2026, 12, 31)), st.integers(1, 3))
def test_moving_somebody_changes_no_month_that_is_over(day: date, team: int) -> None:
    before = [Membership(1, date(2026, 1, 5), None)]
    after = [Membership(1, date(2026, 1, 5), day), Membership(team, day, None)]
    for month in MONTHS:
        assert team_of_month(after, month) == team_of_month(before, month)


# ------------------------------------------------------------------- 10,000 questions, put together


class Organisation(NamedTuple):
    """Its people's memberships and figures, and the cells that these fall into."""

    teams: range
    people: range
    cells: dict[Key, dict[int, int]]


def organisation(random: Random) -> Organisation:
    """Five teams of four to seven; now and then two people change places, also in the middle of a month."""
    teams = range(5)
    memberships = [
        [Membership(team, date(2026, 1, 1), None)] for team in teams for _ in range(random.randint(4, 7))
    ]
    movers = random.sample(memberships, 4)
    for one, other in (movers[:2], movers[2:]):
        day = random.choice([date(2026, 8, 15), date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 2)])
        (first,), (second,) = one, other
        one[:] = [first._replace(until=day), second._replace(since=day)]
        other[:] = [second._replace(until=day), first._replace(since=day)]
    cells: dict[Key, dict[int, int]] = {}
    for key in product(teams, MONTHS, FIGURES):
        # Most hangs on the rule where many have none or one.
        often = random.choice([0.2, 0.6, 1, 1])
        cells[key] = {
            person: random.choice([1, 1, 2, random.randint(1, 20)]) if random.random() < often else 0
            for person, held in enumerate(memberships)
            if team_of_month(held, key[1]) == key[0]
        }
    return Organisation(teams, range(len(memberships)), cells)


def ask(random: Random, teams: range) -> list[list[Key]]:
    """A question, as the rows of its table: filtered, by whatever, over a period, or an export of all."""
    chosen = random.sample(teams, random.randint(1, len(teams)))
    first, last = sorted(random.choices(range(3), k=2))
    months = whole_months(MONTHS[first], date(2026, MONTHS[last].month + 1, 1) - timedelta(days=1), TODAY)
    figures = random.sample(FIGURES, random.randint(1, len(FIGURES)))
    keys = list(product(chosen, months, figures))
    by: Callable[[Key], Hashable] = random.choice(
        [lambda _: None, lambda key: key[0], lambda key: key[1], lambda key: key[2], lambda key: key]
    )
    return [[key for key in keys if by(key) == one] for one in dict.fromkeys(map(by, keys))]


def contributors(cells: dict[Key, dict[int, int]], keys: Iterable[Key]) -> list[Unknown]:
    """What a total is the sum of. Who asks may even know who did nothing: those are no unknowns."""
    return [(person, key) for key in keys for person, figure in cells[key].items() if figure]


def answered(random: Random, made: Organisation, questions: int) -> list[list[Unknown]]:
    """What the answers to random questions are sums of, each as it was given."""
    told = shown(Cell(key, figures) for key, figures in made.cells.items())
    answers = []
    for row in (row for _ in range(questions) for row in ask(random, made.teams)):
        answer, parts = total(told, row), [key for key in row if key in told]
        covered = contributors(made.cells, parts)
        assert answer.withheld == len(row) - len(parts)
        assert (answer.value or 0) == sum(sum(made.cells[key].values()) for key in parts)
        if answer.value is not None:
            answers.append(covered)
    return answers


@pytest.mark.parametrize("seed", range(10))
def test_of_ten_thousand_questions_no_combination_computes_one_person_s_figure(seed: int) -> None:
    random = Random(seed)
    made = organisation(random)
    answers = answered(random, made, 1_000)
    assert len(answers) > 1_000
    assert computable(answers, made.people) == set()
    # Nor for three colleagues who put their own figures together, who see those anyway.
    mates = set(random.sample(sorted(made.cells[random.choice(made.teams), MONTHS[0], FIGURES[0]]), 3))
    own = [[one] for one in contributors(made.cells, made.cells) if one[0] in mates]
    assert computable(answers + own, made.people) <= mates


def test_the_attacker_succeeds_where_small_cells_are_in_the_sums() -> None:
    cells: dict[Key, dict[int, int]] = {
        (0, MONTHS[0], "calls"): FIVE,
        (1, MONTHS[0], "calls"): {**dict.fromkeys(range(6, 10), 0), 10: 7},
    }
    north, south = cells
    told = shown(Cell(key, figures) for key, figures in cells.items())
    assert total(told, cells) == Total(15, 1)
    plain_sums = [contributors(cells, cells), contributors(cells, [north])]
    assert computable(plain_sums, range(1, 11)) == {10}
    assert computable(plain_sums[1:], range(1, 11)) == set()
    assert south not in told


def test_the_attacker_succeeds_where_somebody_is_moved_between_two_looks() -> None:
    key = (0, MONTHS[0], "calls")
    before, after = {key: {**FIVE, 6: 4}}, {key: FIVE}
    looks = [contributors(before, [key]), contributors(after, [key])]
    assert computable(looks, range(1, 7)) == {6}


def test_the_attacker_succeeds_where_figures_overlap() -> None:
    in_time, late = ["in time"], ["late"]
    of = {person: [(person, kind) for kind in in_time + (late if person == 3 else [])] for person in FIVE}
    finished: list[Unknown] = [one for unknowns in of.values() for one in unknowns]
    just_in_time: list[Unknown] = [(person, "in time") for person in FIVE]
    assert computable([finished, just_in_time], FIVE) == {3}


# ------------------------------------------------------- every world there could be, tried one by one

World = tuple[int, ...]


def told_of(world: World) -> int | None:
    """What is said of one cell in which people have these figures."""
    return total(shown([Cell("cell", dict(enumerate(world)))]), ["cell"]).value


def five_contributors(world: World) -> int | None:
    return sum(world) if np.count_nonzero(world) >= LEAST_PEOPLE else None


def more_than_contributors(world: World) -> int | None:
    return five_contributors(world) if sum(world) > np.count_nonzero(world) else None


def leaks(answer: Callable[[World], int | None], people: int, most: int, *, knows: bool) -> set[int | None]:
    """Answers after which somebody's figure has one possible value, out of all worlds up to `most` each.

    Not with totals so high that there are worlds beyond those. `knows`: the one who asks is among the people.
    """
    worlds = list(product(range(most + 1), repeat=people))
    answers = [answer(world) for world in worlds]
    found = pinned(np.array(worlds), answers, [0] if knows else [])
    return {told for told, _ in found if told is None or told <= most + LEAST_PEOPLE - 1}


@pytest.mark.parametrize(("people", "most"), [(4, 6), (5, 5), (6, 4), (7, 3)])
@pytest.mark.parametrize("knows", [False, True])
def test_no_answer_leaves_one_possible_value(people: int, most: int, knows: bool) -> None:
    assert leaks(told_of, people, most, knows=knows) == set()


def test_weaker_rules_would_leave_one_possible_value() -> None:
    assert leaks(five_contributors, 5, 4, knows=False) == {5}
    assert leaks(more_than_contributors, 5, 4, knows=False) == set()
    assert leaks(more_than_contributors, 5, 4, knows=True) == {6, 7, 8}


def test_two_months_of_a_team_leave_no_one_possible_value(monkeypatch: pytest.MonkeyPatch) -> None:
    # All worlds of five people in two months would be too many; the same rule from four up is harder to keep.
    monkeypatch.setattr("kpi.disclosure.LEAST_PEOPLE", 4)
    people, most = 4, 3
    worlds = list(product(range(most + 1), repeat=people))
    august, september = (
        [shown([Cell(month, dict(enumerate(world)))]) for world in worlds]
        for month in ("August", "September")
    )
    answers = [
        (
            tuple(by_value(Row(month, total(told, [month])) for month in ("September", "August"))),
            total(told, ["August", "September"]),
        )
        for told in (one | other for one, other in product(august, september))
    ]
    joint = np.array([one + other for one, other in product(worlds, worlds)])
    assert any(row.total.value == 6 for rows, _ in answers for row in rows)
    for known in ([], [0, people]):  # somebody from outside, and one of the four
        found = pinned(joint, answers, known)
        # Higher totals than this belong to worlds that were not tried as well.
        high = {rows for (rows, _), _ in found if any((row.total.value or 0) > most + 4 for row in rows)}
        assert {rows for (rows, _), _ in found} - high == set()
