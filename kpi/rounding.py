"""Rounding and medians in whole numbers and fractions, so that no two machines differ: half goes up."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

_Number = TypeVar("_Number", int, Fraction)


def half_up(value: Fraction | int) -> int:
    """The nearest whole number; of two equally near the greater. All rounding of summaries is this."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def twice_median(values: Iterable[_Number]) -> _Number:
    """The middle two in order, added up; of an odd number the middle one, doubled. ValueError of nothing."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing has no median")
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]


def median(values: Iterable[Fraction]) -> Fraction:
    """The middle one in order, or the mean of the middle two; ValueError of nothing."""
    return twice_median(values) / 2


def hundredths(value: int) -> str:
    """A count in hundredths as people read it: 1550 is `15.50`."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{value // 100}.{value % 100:02d}"
