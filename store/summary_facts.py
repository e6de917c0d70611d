"""What the questions about weekly summaries answer, and the operations on them (store/summary_results.py).

People are given by number and name, instants in the organisation's zone, days as dates. No result is in
the order of a figure: people stand by name, weeks by day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from store.summary_results import (
    Approved,
    ApprovedMany,
    BenchmarksConflictError,
    BenchmarksSaved,
    Contested,
    Decided,
    DocumentAdded,
    Generated,
    LeftOut,
    Reported,
    Stepped,
    SummaryConflictError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from kpi.benchmarks import Benchmarks, Changed
    from kpi.disclosure import Total
    from kpi.summary import Difference, Summary
    from kpi.weeks import Week


__all__ = [
    "AppealLine",
    "Approved",
    "ApprovedMany",
    "BenchmarksConflictError",
    "BenchmarksSaved",
    "BenchmarksVersion",
    "ContestLine",
    "Contested",
    "Decided",
    "Document",
    "DocumentAdded",
    "EventLine",
    "FigureTotal",
    "FigureWeeks",
    "FlagView",
    "Generated",
    "LeftOut",
    "May",
    "MissingWeek",
    "MonthFigures",
    "Reported",
    "SealView",
    "SoFar",
    "StepView",
    "Stepped",
    "SummaryConflictError",
    "SummaryLine",
    "SummaryPage",
    "TaskLine",
    "TeamFigures",
]


class May(StrEnum):
    """What whoever asks may do with a summary as it stands; a screen shows these keys and no others."""

    APPROVE = "approve"
    GIVE_BACK = "return"
    KEEP = "keep"
    ANSWER = "answer"
    COMMENT = "comment"
    CONTEST = "contest"
    REPORT = "report"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of a list of summaries, which are by week and name and never by figure.

    `team` is the one that it was made in. `state` is ready, returned or approved; `changed`: approved, and
    the events have changed since. `flags` are their codes, once each; `unanswered` counts those that still
    need an answer, `contested` the contests that wait. `digest` is that of the figures as they are now, in
    hex. `own`: of whoever asks; `approvable`: they could approve it, once its flags are answered.
    """

    number: int
    person: int
    name: str
    team: int | None
    team_name: str | None
    week: Week
    state: str
    flags: tuple[str, ...]
    unanswered: int
    contested: int
    changed: bool
    digest: str
    own: bool = False
    approvable: bool = False

    @property
    def waits(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.state != "approved" or self.changed


@dataclass(frozen=True, slots=True)
class SealView:
    """What was approved, as it was then."""

    version: int
    digest: str
    summary: Summary
    approved_by: str
    approved_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a summary's way, oldest first; `person` is None where it was nobody's doing.

    `kind` is one of kpi.summary_course.STEPS, `about` what it was about (a flag, a figure, a document).
    """

    number: int
    at: datetime
    person: str | None
    kind: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag of a summary: its key, by which it is answered, and its answer, if it has one.

    Every field beside the answer's is the flag's own (kpi.summary.Flag).
    """

    key: str
    code: str
    figure: str | None
    said: str
    events: tuple[int, ...]
    days: tuple[date, ...]
    needs_answer: bool
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContestLine:
    """A contest of one figure, or of one event within it. `decision` is upheld, rejected, or None: it waits.

    `may_decide`: whoever asks may. `event_kind`, `event_at` and `event_listing` say which event it is.
    """

    number: int
    summary: int
    person: int
    name: str
    team: int | None
    team_name: str | None
    week: Week
    figure: str
    event: int | None
    reason: str
    at: datetime
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    may_decide: bool = False
    event_kind: str | None = None
    event_at: datetime | None = None
    event_listing: str | None = None


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal against a document of a summary: what it is against, why, and what was decided."""

    document: int
    summary: int
    person: int
    name: str
    week: Week
    kind: str
    text: str
    appeal: str
    at: datetime
    decision: str | None
    may_decide: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A coaching note, a corrective action, or what a performance plan rests on (kpi.documents.KINDS).

    `context` is what its kind asks for beside the text. `from_day` and `until_day` are both within, None
    for what is not for a time. `decision` on an appeal is upheld (the document is of no effect any more) or
    rejected; `in_force` says whether it has an effect today.
    """

    number: int
    summary: int
    kind: str
    text: str
    context: Mapping[str, str]
    from_day: date | None
    until_day: date | None
    author: str
    at: datetime
    appeal: str | None
    appealed_at: datetime | None
    decision: str | None
    decided_by: str | None
    decision_reason: str | None
    in_force: bool
    may_appeal: bool = False
    may_decide: bool = False


@dataclass(frozen=True, slots=True)
class FigureWeeks:
    """One figure over the last weeks, oldest first, for a small chart; None where a week has no summary."""

    figure: str
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """One summary with all that belongs to it.

    `summary` is as the events are now, `seal` as it was approved last; `differences` are what differs
    between the two. `held` are the figures that are in no report: contested, or upheld.
    `kept_reason` says why a changed one was kept as it was approved. `weeks` are those of `history`.
    `names` has the names of listings by reference, where they have one. `may` is what whoever asks may do;
    `repeated` are the flags that they might attach a corrective action for.
    """

    line: SummaryLine
    summary: Summary
    seal: SealView | None
    differences: tuple[Difference, ...]
    steps: tuple[StepView, ...]
    flags: tuple[FlagView, ...]
    contests: tuple[ContestLine, ...]
    documents: tuple[Document, ...]
    held: frozenset[str]
    may: frozenset[May]
    names: Mapping[str, str]
    weeks: tuple[Week, ...]
    history: tuple[FigureWeeks, ...]
    warnings: tuple[str, ...] = ()
    kept_reason: str | None = None
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event behind a figure or a flag. `note` is its note, `details` whatever else it said.

    `known_at` is when it was brought in, for those who may see imports; `late`: it is not among what was
    approved.
    """

    seq: int
    at: datetime
    kind: str
    listing: str
    title: str | None
    application: str | None
    actor: str | None
    note: str | None
    details: tuple[tuple[str, str], ...]
    known_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task behind a figure, as it is known now."""

    id: str
    listing: str
    title: str | None
    application: str | None
    kpi: str
    kpi_name: str
    opened_on: date
    due_on: date
    done_by: date
    ended_on: date | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class SoFar:
    """One's own week while it runs: its page, and what is behind each figure, and each flag by its key.

    There is no summary of it yet: its line has the number 0 and the state open.
    """

    page: SummaryPage
    events: Mapping[str, tuple[EventLine, ...]]
    tasks: Mapping[str, tuple[TaskLine, ...]]


@dataclass(frozen=True, slots=True)
class MissingWeek:
    """A week of a person that is over and has no summary."""

    person: int
    name: str
    week: Week


@dataclass(frozen=True, slots=True)
class FigureTotal:
    """A total of one figure; what is withheld from it says kpi.disclosure."""

    figure: str
    group: str
    total: Total


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The totals of one month."""

    month: date
    totals: tuple[FigureTotal, ...]


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """The totals of a team in whole months, together and month by month; `team` is None for all teams.

    Figures that are contested, or upheld against, are in none of them.
    """

    team: int | None
    name: str
    since: date
    until: date
    totals: tuple[FigureTotal, ...]
    months: tuple[MonthFigures, ...]


@dataclass(frozen=True, slots=True)
class BenchmarksVersion:
    """A version of the benchmarks. Number 0 are the package's own, which count until another does.

    `week` is the first week that it counts for, None for number 0; `feedback` is what team leads said, by
    who said it. `differences` are to the version before. `in_force`: for this week.
    """

    number: int
    week: Week | None
    created_at: datetime | None
    author: str
    reason: str
    feedback: Mapping[str, str]
    text: str
    benchmarks: Benchmarks
    differences: tuple[Changed, ...]
    in_force: bool
