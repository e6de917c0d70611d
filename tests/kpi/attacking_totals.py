"""Somebody who wants one person's figure, and puts together all that they are told and all that they know."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Unknown = tuple[int, Hashable]  # a person's figure in a cell
Whole = NDArray[np.int64]
Answer = TypeVar("Answer", bound=Hashable)

_PRIME = 2_147_483_629  # below 2**31, so that a product of two rests fits into 64 bits


def computable(answers: Iterable[Sequence[Unknown]], people: Iterable[int]) -> set[int]:
    """The people of whom adding and taking away answers tells a figure, or any sum of their figures.

    An answer is given by the unknowns that it is the sum of. Somebody is found out if some combination of
    answers holds unknowns of theirs alone: then the answers without their columns are of a lower rank.
    """
    covered = {frozenset(answer) for answer in answers}
    unknowns = sorted(frozenset[Unknown]().union(*covered), key=repr)
    rows = np.array([[one in answer for one in unknowns] for answer in covered], dtype=np.int64)
    whose = np.array([person for person, _ in unknowns])
    rows, whose = _without_twins(rows, whose)
    basis = _echelon(rows)
    return {person for person in people if len(_echelon(basis[:, whose != person])) < len(basis)}


def _without_twins(rows: Whole, whose: Whole) -> tuple[Whole, Whole]:
    """Of columns that no answer tells apart two are enough, of different people: others say nothing new."""
    kept: dict[bytes, list[int]] = {}
    for column, person in enumerate(whose):
        twins = kept.setdefault(rows[:, column].tobytes(), [])
        if len(twins) < 2 and all(whose[twin] != person for twin in twins):
            twins.append(column)
    columns = sorted(column for twins in kept.values() for column in twins)
    return rows[:, columns], whose[columns]


def _echelon(rows: Whole) -> Whole:
    """A basis of what the rows span. Reckoned modulo a prime, so nothing is rounded."""
    left, found = rows % _PRIME, 0
    for column in range(left.shape[1]):
        nonzero = np.flatnonzero(left[found:, column]) + found
        if not len(nonzero):
            continue
        left[[found, nonzero[0]]] = left[[nonzero[0], found]]
        left[found] = left[found] * pow(int(left[found, column]), -1, _PRIME) % _PRIME
        below = nonzero[1:]
        left[below] = (left[below] - left[below, column, None] * left[found]) % _PRIME
        found += 1
    return left[:found]


def pinned(worlds: Whole, answers: Sequence[Answer], known: Sequence[int] = ()) -> set[tuple[Answer, int]]:
    """Answers after which an unknown has one possible value: with the unknown's column.

    `worlds` are all that could be, one a row, `answers` what is told in each. Who asks knows the columns
    `known`, and by which rule answers are given: only worlds that lead to the same answers are possible.
    """
    numbers = {answer: number for number, answer in enumerate(dict.fromkeys(answers))}
    told = np.array([numbers[answer] for answer in answers])
    views, view = np.unique(np.column_stack([told, worlds[:, known]]), axis=0, return_inverse=True)
    lowest = np.full((len(views), worlds.shape[1]), np.iinfo(np.int64).max)
    highest = np.full_like(lowest, -1)
    np.minimum.at(lowest, view, worlds)
    np.maximum.at(highest, view, worlds)
    by_number = list(numbers)
    return {
        (by_number[int(views[place, 0])], int(column))
        for place, column in np.argwhere(lowest == highest)
        if column not in known
    }
