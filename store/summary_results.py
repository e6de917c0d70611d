"""What the operations on weekly summaries answer: frozen results, and their errors.

People are given by number, instants in the organisation's zone, days as dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi.benchmarks import Changed
    from kpi.weeks import Week


class SummaryConflictError(StoreError):
    """The figures are not those that were looked at any more; nothing was written.

    `number` is the summary's, `digest` that of the figures as they are now, in hex.
    """

    def __init__(self, number: int, digest: str) -> None:
        """Say so in one line."""
        super().__init__(
            f"the figures of summary {number} have changed since you looked at them; nothing was written, "
            "look at them again"
        )
        self.number, self.digest = number, digest


class BenchmarksConflictError(StoreError):
    """A newer version was saved since the form was opened; nothing was written. `newest` is its number."""

    def __init__(self, expected: int, newest: int, by: str, reason: str) -> None:
        """Say in one line whose it is and why."""
        super().__init__(
            f"version {newest} of the benchmarks was saved meanwhile by {by} (“{reason}”), and this change "
            f"was made of version {expected}; nothing was written, look at both and save again"
        )
        self.newest = newest
        self.for_the_log = f"version {newest} of the benchmarks was saved meanwhile"


@dataclass(frozen=True, slots=True)
class Generated:
    """What generating came to: the weeks looked at, and how many summaries were what.

    `made` are new, `updated` not sealed and rewritten, `changed` sealed and found to differ since, or not to
    differ any more; `same` were left as they are.
    """

    weeks: tuple[Week, ...]
    made: int
    updated: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class Approved:
    """A summary that was approved as this version (1, 2, …), and what whoever approved it should know.

    `checkpoint` is the file of the signed checkpoint; None if there is none, and a warning says why.
    """

    number: int
    version: int
    warnings: tuple[str, ...] = ()
    checkpoint: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A summary that approving many at once left alone, and why, in words."""

    number: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class ApprovedMany:
    """What approving many at once came to; both by name."""

    approved: tuple[int, ...]
    left: tuple[LeftOut, ...]
    warnings: tuple[str, ...] = ()
    checkpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step of a summary's way that was written: its number, and the state that the summary is in now."""

    summary: int
    step: int
    state: str


@dataclass(frozen=True, slots=True)
class Contested:
    """A contest that was opened: from now on the figure is held."""

    number: int
    summary: int
    figure: str
    event: int | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A contest, or an appeal against a document, that was decided: `decision` is upheld or rejected."""

    number: int
    summary: int
    decision: str


@dataclass(frozen=True, slots=True)
class DocumentAdded:
    """A document that was attached to a summary, and one that was appealed against."""

    number: int
    summary: int
    kind: str


@dataclass(frozen=True, slots=True)
class Reported:
    """What a person said they did in a week; `changed` is False if they had said so before."""

    person: int
    week: Week
    counts: Mapping[str, int]
    changed: bool


@dataclass(frozen=True, slots=True)
class BenchmarksSaved:
    """The version that now holds these benchmarks, from which week on, and what it changes.

    `differences` is empty, and `number` the version there was, if nothing differs: nothing was written then.
    """

    number: int
    week: Week | None
    differences: tuple[Changed, ...]
