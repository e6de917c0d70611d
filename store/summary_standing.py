"""A summary as it stands when somebody wants to move it on: what is open, what is held, who may decide."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kpi.summary_course import REJECTED, Contest, Standing, State, held_figures, may_approve
from kpi.weeks import Week
from store.access import NotAllowedError
from store.summary_rows import Record, acting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi.summary import Summary
    from store.plain import Plain
    from store.work import Work


def standing_of(plain: Plain, record: Record) -> Standing:
    """All that its way depends on. Digests are marks, which tell events changed behind the program's back."""
    answers = plain.rows("SELECT flag_key FROM summary_answer WHERE summary = ?", (record.number,))
    return Standing(
        person=record.person,
        state=State(record.state),
        flags=record.content.summary.flags,
        digest=record.mark,
        sealed=record.seal_mark,
        kept=record.kept,
        answered=frozenset(key for (key,) in answers),
        contests=contests_of(plain, record.number),
        earlier=_earlier(plain, record),
    )


def contests_of(plain: Plain, number: int) -> tuple[Contest, ...]:
    """A summary's contests, the oldest first."""
    rows = plain.rows(
        "SELECT figure, event, decision FROM contest WHERE summary = ? ORDER BY number", (number,)
    )
    return tuple(Contest(*row) for row in rows)


def _earlier(plain: Plain, record: Record) -> tuple[Week, ...]:
    """The person's weeks before that have a summary, and none that was approved."""
    rows = plain.rows(
        "SELECT from_day FROM summary WHERE person = ? AND from_day < ? AND state <> 'approved' "
        "ORDER BY from_day",
        (record.person, record.week.first.toordinal()),
    )
    return tuple(Week(date.fromordinal(day)) for (day,) in rows)


def held_in(summary: Summary, contests: Iterable[Contest]) -> frozenset[str]:
    """The figures of the summary that counts which are in no report.

    Beside those that are contested whole: every figure with an event that is contested, or was taken out
    by a decision since these figures were approved.
    """
    contests = tuple(contests)
    doubted = {one.event for one in contests if one.event is not None and one.decision != REJECTED}
    touched = (figure.name for figure in summary.figures if not doubted.isdisjoint(figure.events))
    return held_figures(contests) | frozenset(touched)


def check_approver(work: Work, record: Record, today: date) -> int:
    """Who acts, if they are the one to approve it; NotAllowedError if they are not."""
    actor = acting(work)
    if not is_approver(work.plain, actor, record.person, record.team, today):
        raise NotAllowedError(
            "you may not approve this summary: the manager of its team does, or who stands in today, and "
            "nobody their own"
        )
    return actor


def is_approver(plain: Plain, actor: int, person: int, team: int | None, today: date) -> bool:
    """Whether somebody approves a person's summaries of a team today."""
    day = today.toordinal()
    row = plain.row(
        "SELECT t.manager, (SELECT d.delegate FROM delegation d WHERE d.team = t.number "
        "AND d.withdrawn_at IS NULL AND d.from_day <= ? AND d.until_day >= ?) FROM team t WHERE t.number = ?",
        (day, day, team),
    )
    return row is not None and may_approve(actor, person, *row)
