"""The way of a weekly summary: who may move it on, to what, and what has to be done before.

Module 6 of the curriculum: “requiring supervisors to review and approve weekly activity summaries to
reinforce data integrity and accountability”; module 7: “creating an appeals process for recruiters to contest
inaccuracies in productivity reports before formal reviews”.

    open → ready (its week is over) → approved, or returned with a reason → approved
    approved, and the figures differ by now → approved anew, or kept as it was, with a reason
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kpi.errors import StagewatchError
from kpi.summary import ACTIVITY, TITLES, UNANSWERED_CODES
from kpi.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kpi.summary import Flag, Summary
    from kpi.weeks import Week

# The steps that a summary's history knows.
STEPS = (
    "generated",
    "changed",
    "commented",
    "answered",
    "contested",
    "decided",
    "returned",
    "approved",
    "kept",
    "reported",
    "document",
    "appealed",
)
UPHELD, REJECTED = "upheld", "rejected"
DECISIONS = (UPHELD, REJECTED)
MOST_CHARACTERS = 2_000
_MOST_REPORTED = 10_000
_NOTHING = "nothing was written"


class SummaryError(StagewatchError):
    """What may not be done with a summary. The message is for people."""


class State(StrEnum):
    """Where a summary stands; while its week runs it is open, and made whenever it is looked at."""

    OPEN = "open"
    READY = "ready"
    RETURNED = "returned"
    APPROVED = "approved"


class Contest(NamedTuple):
    """A contest of a figure, or of one event within it; `decision` is None while it waits."""

    figure: str
    event: int | None
    decision: str | None


class Contested(Protocol):
    """What was contested, as a contest or a list of them has it."""

    @property
    def figure(self) -> str:
        """The figure."""

    @property
    def event(self) -> int | None:
        """The event within it, None for the whole figure."""

    @property
    def decision(self) -> str | None:
        """What was decided; None while it waits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A summary as it is when somebody wants to move it on.

    `digest` is that of its figures as they are now, `sealed` of those that were approved last, `kept` of
    those that were turned down in favour of the sealed ones. `earlier` are the person's weeks before that are
    over and not approved, `deciders` those who decided contests of it.
    """

    person: int
    state: State
    flags: tuple[Flag, ...]
    digest: bytes
    sealed: bytes | None = None
    kept: bytes | None = None
    answered: frozenset[str] = frozenset()
    contests: tuple[Contest, ...] = ()
    earlier: tuple[Week, ...] = ()
    deciders: frozenset[int] = frozenset()

    @property
    def changed(self) -> bool:
        """Whether it was approved, and its figures are others by now that nobody has decided about."""
        return self.sealed is not None and self.digest not in (self.sealed, self.kept)

    @property
    def unanswered(self) -> tuple[Flag, ...]:
        """The flags that still need an answer."""
        return tuple(one for one in self.flags if one.needs_answer and one.key not in self.answered)


def may_approve(actor: int, person: int, manager: int | None, delegate: int | None) -> bool:
    """Whether `actor` approves and returns this person's summaries today.

    The direct manager of their team does, or who stands in for the manager today; nobody their own. That of a
    manager, in the team they manage themselves, is not for somebody whom they chose to stand in either.
    """
    of_manager = person == manager
    return manager is not None and not of_manager and actor != person and actor in (manager, delegate)


def check_approval(standing: Standing, actor: int, reason: str = "") -> tuple[str, ...]:
    """What whoever approves should know; SummaryError if it may not be approved now.

    Whether `actor` is the one to approve at all is for `may_approve`. A figure that is contested is held, and
    stops nobody: it is left out of reports until it is decided.
    """
    _refuse_own(standing, actor, "approves")
    if actor in standing.deciders:
        raise SummaryError(f"whoever decided a contest of the summary does not approve it; {_NOTHING}")
    if standing.state is State.APPROVED:
        if not standing.changed:
            raise SummaryError(f"it is approved already, and nothing has changed since; {_NOTHING}")
        check_text(
            reason, "reason", "the figures have changed since they were approved, say why the new ones count"
        )
    if standing.unanswered:
        keys = ", ".join(one.key for one in standing.unanswered)
        raise SummaryError(f"flags first need an answer: {keys}; {_NOTHING}")
    warnings = []
    if standing.earlier:
        weeks = ", ".join(week.label for week in standing.earlier)
        warnings.append(f"earlier weeks are not approved yet: {weeks}")
    waiting = sorted({TITLES[one.figure] for one in standing.contests if one.decision is None})
    if waiting:
        warnings.append(f"contested, held until it is decided: {', '.join(waiting)}")
    return tuple(warnings)


def why_not_at_once(standing: Standing) -> str | None:
    """Why a summary is left alone when many are approved at once; None if it need not be."""
    waiting = any(one.decision is None for one in standing.contests)
    codes = (flag.code for flag in standing.flags)
    return why_left_alone(standing.state, codes, changed=standing.changed, contested=waiting)


def why_left_alone(state: str, flags: Iterable[str], *, changed: bool, contested: bool) -> str | None:
    """As `why_not_at_once`, by what a list says: the codes of its `flags`, whether a contest waits.

    A flag that needs no answer is no reason.
    """
    if state == State.APPROVED:
        return "changed since it was approved" if changed else "approved already"
    if state == State.RETURNED:
        return "returned"
    if any(code not in UNANSWERED_CODES for code in flags):
        return "it has flags"
    return "a figure is contested" if contested else None


def check_return(standing: Standing, actor: int, reason: str) -> str:
    """The reason as it is kept; SummaryError if it may not be returned, or without a reason."""
    _refuse_own(standing, actor, "returns")
    if standing.state is State.APPROVED:
        raise SummaryError(f"it is approved: what is sealed is not returned; {_NOTHING}")
    return check_text(reason, "reason", "say what is to be put right")


def check_keep(standing: Standing, actor: int, reason: str) -> str:
    """The reason as it is kept; SummaryError if there are no other figures to turn down, or without one."""
    _refuse_own(standing, actor, "decides about")
    if not standing.changed:
        raise SummaryError(f"nothing has changed since an approval: there is nothing to keep; {_NOTHING}")
    return check_text(reason, "reason", "say why the approved figures stay")


def _refuse_own(standing: Standing, actor: int, does: str) -> None:
    if actor == standing.person:
        raise SummaryError(f"nobody {does} their own summary, in whatever role; {_NOTHING}")


def check_text(text: str, what: str, wanted: str) -> str:
    """A text as it is kept, cleaned; SummaryError if it is blank or too long. `wanted` says what to write."""
    said = clean(text)
    if not said:
        raise SummaryError(f"{what}: {wanted}; {_NOTHING}")
    if len(said) > MOST_CHARACTERS:
        raise SummaryError(f"{what}: at most {MOST_CHARACTERS} characters, this has {len(said)}; {_NOTHING}")
    return said


def find_flag(flags: Iterable[Flag], said: str) -> Flag:
    """The flag of this key, or of the one code or beginning of a key that only it has.

    SummaryError if there is none, or more than one.
    """
    flags = tuple(flags)
    found = [flag for flag in flags if said and flag.key.startswith(said)]
    found = [flag for flag in found if flag.key == said] or found
    if len(found) == 1:
        return found[0]
    known = ", ".join(flag.key for flag in found or flags) or "none"
    what = "more than one flag begins so" if found else "there is no such flag"
    raise SummaryError(f"“{clean(said)}”: {what}, there is {known}; {_NOTHING}")


def check_answerable(standing: Standing) -> None:
    """SummaryError if what its flags were answered with has been approved: that is not put otherwise."""
    if standing.state is State.APPROVED and not standing.changed:
        raise SummaryError(f"it is approved, with the answers that it had: say it in a comment; {_NOTHING}")


def check_answer(flags: Iterable[Flag], said: str, text: str) -> tuple[Flag, str]:
    """Which flag is answered, and the answer as it is kept; SummaryError if there is nothing to answer."""
    flag = find_flag(flags, said)
    if not flag.needs_answer:
        raise SummaryError(f"{flag.key} only says what could not be looked at: nothing to answer; {_NOTHING}")
    return flag, check_text(text, "answer", "say what was behind it")


# Module 7: “an appeals process for recruiters to contest inaccuracies”.


def held_figures(contests: Iterable[Contest]) -> frozenset[str]:
    """The figures that are in no report and no total: contested, or contested whole with success."""
    return frozenset(
        one.figure
        for one in contests
        if one.decision is None or (one.decision == UPHELD and one.event is None)
    )


def check_contest(
    summary: Summary, contests: Iterable[Contest], actor: int, figure: str, event: int | None, reason: str
) -> str:
    """The reason as it is kept; SummaryError for what cannot be contested.

    Only the person may, any figure of their summary or any event behind it, also of an approved one; the same
    thing once, as a decision is final and a figure would be held for ever.
    """
    if actor != summary.person:
        raise SummaryError(f"figures are contested by the person whose they are; {_NOTHING}")
    if figure not in TITLES:
        raise SummaryError(f"“{clean(figure)}” is no figure; there are {', '.join(TITLES)}; {_NOTHING}")
    if event is not None and event not in summary.figure(figure).events:
        raise SummaryError(f"event {event} is not behind {TITLES[figure]}; {_NOTHING}")
    why = why_contested(contests, figure, event)
    if why is not None:
        raise SummaryError(f"{TITLES[figure]}: {why}; {_NOTHING}")
    return check_text(reason, "reason", "say what is wrong with it")


def why_contested(contests: Iterable[Contested], figure: str, event: int | None) -> str | None:
    """Why something cannot be contested any more; None if it can."""
    for one in contests:
        if one.figure == figure and one.event in (None, event) and one.decision != REJECTED:
            return (
                f"contested already, {'it waits for a decision' if one.decision is None else 'it was upheld'}"
            )
        if one.event == event and (event is not None or one.figure == figure):
            return "this was contested and decided already"
    return None


def check_decision(
    contest: Contest, person: int, approved_by: Collection[int], actor: int, decision: str, reason: str
) -> str:
    """The reason as it is kept; SummaryError if it is not for `actor` to decide, or was decided already.

    A second person decides: neither whose figure it is nor whoever has ever approved this summary.
    """
    if contest.decision is not None:
        raise SummaryError(f"it was decided already: {contest.decision}; {_NOTHING}")
    if actor == person:
        raise SummaryError(f"nobody decides about a contest of their own; {_NOTHING}")
    if actor in approved_by:
        raise SummaryError(f"whoever approved the summary does not decide about it; {_NOTHING}")
    if decision not in DECISIONS:
        raise SummaryError(f"a decision is {' or '.join(DECISIONS)}; {_NOTHING}")
    return check_text(reason, "reason", "say why, the person will read it")


def check_self_report(counts: Mapping[str, int]) -> dict[str, int]:
    """What somebody says they did, by activity figure in order; SummaryError for anything else."""
    unknown: Sequence[str] = sorted(set(counts) - set(ACTIVITY))
    if unknown:
        raise SummaryError(
            f"“{clean(unknown[0])}” is no activity; there are {', '.join(ACTIVITY)}; {_NOTHING}"
        )
    if not counts:
        raise SummaryError(f"say how much you did of one figure at least; {_NOTHING}")
    for figure, count in counts.items():
        if not 0 <= count <= _MOST_REPORTED:
            raise SummaryError(f"{figure}: a number from 0 to {_MOST_REPORTED}, not {count}; {_NOTHING}")
    return {figure: counts[figure] for figure in ACTIVITY if figure in counts}
