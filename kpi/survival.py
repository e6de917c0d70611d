"""How many working days a KPI really takes: the product-limit method (Kaplan and Meier, 1958).

Tasks that are still open, or were cancelled, have lasted at least as long as they have lasted: they are
censored, not left out. Leaving them out would flatter, as slow tasks are the ones that are still open.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of fewer finished tasks the 85th percentile would hang on the two or three slowest.
FEWEST_FINISHED = 20
MEDIAN, SLOW = Fraction(50, 100), Fraction(85, 100)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an organisation's own history says of one KPI, in working days.

    `samples` tasks were looked at, of which `finished` had finished; the rest were open or cancelled.
    A percentile is None where too few finished, or where not so many of a hundred ever did.
    """

    kpi: str
    samples: int
    finished: int
    p50: int | None
    p85: int | None

    @property
    def too_few(self) -> bool:
        """Whether there is too little to go by."""
        return self.finished < FEWEST_FINISHED


def suggest(kpi: str, finished: Mapping[int, int], censored: Mapping[int, int]) -> Suggestion:
    """The suggestion for a KPI; both are numbers of tasks by how many working days they took so far."""
    done, kept = sum(finished.values()), sum(censored.values())
    p50 = p85 = None
    if done >= FEWEST_FINISHED:
        p50, p85 = percentiles(finished, censored, (MEDIAN, SLOW))
    return Suggestion(kpi, done + kept, done, p50, p85)


def percentiles(
    finished: Mapping[int, int], censored: Mapping[int, int], wanted: tuple[Fraction, ...]
) -> tuple[int | None, ...]:
    """For each share, the fewest days within which so great a share finishes; None if never so many did.

    A task censored on a day counts as at risk on it: it finished later than those that finished then.
    """
    at_risk = sum(finished.values()) + sum(censored.values())
    found: list[int | None] = [None] * len(wanted)
    surviving = Fraction(1)
    for days in sorted(finished.keys() | censored.keys()):
        ended = finished.get(days, 0)
        if ended:
            surviving *= Fraction(at_risk - ended, at_risk)
            for place, share in enumerate(wanted):
                if found[place] is None and surviving <= 1 - share:
                    found[place] = days
            if None not in found:
                break
        at_risk -= ended + censored.get(days, 0)
    return tuple(found)
