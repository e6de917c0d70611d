"""A summary as it stands when somebody wants to move it on: what is open, what is held, who may decide."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kpi.summary_course import REJECTED, Contest, Standing, State, held_figures, may_approve
from kpi.weeks import Week
from store.access import NotAllowedError
from store.benchmarks import benchmarks_for
from store.event_versions import all_versions
from store.summary_rows import Record, acting, load_record, sealed_content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
        deciders=_deciders(plain, record.number),
    )


def is_behind(plain: Plain, record: Record) -> bool:
    """Whether something was said since a summary was made that would go into it.

    Own counts, where nothing is approved yet; benchmarks; a decision that takes an event out.
    """
    if record.sealed is None and benchmarks_for(plain, record.week).number != record.benchmarks:
        return True
    reported = (
        "SELECT 1 FROM self_report r WHERE r.person = s.person AND r.from_day = s.from_day "
        'AND r."at" > s.generated_at'
    )
    decided = (
        "SELECT 1 FROM contest c WHERE c.summary = s.number AND c.decision = 'upheld' "
        "AND c.event IS NOT NULL AND c.decided_at > s.generated_at"
    )
    found = plain.value(
        f"SELECT 1 FROM summary s WHERE s.number = ? AND (EXISTS ({decided}) "
        f"OR (s.sealed IS NULL AND EXISTS ({reported})))",
        (record.number,),
    )
    return found is not None


def contests_of(plain: Plain, number: int) -> tuple[Contest, ...]:
    """A summary's contests, the oldest first."""
    rows = plain.rows(
        "SELECT figure, event, decision FROM contest WHERE summary = ? ORDER BY number", (number,)
    )
    return tuple(Contest(*row) for row in rows)


def _deciders(plain: Plain, number: int) -> frozenset[int]:
    """Who has decided contests of a summary."""
    rows = plain.rows("SELECT DISTINCT decided_by FROM contest WHERE summary = ?", (number,))
    return frozenset(person for (person,) in rows if person is not None)


def _earlier(plain: Plain, record: Record) -> tuple[Week, ...]:
    """The person's weeks before that have a summary, and none that was approved."""
    rows = plain.rows(
        "SELECT from_day FROM summary WHERE person = ? AND from_day < ? AND state <> 'approved' "
        "ORDER BY from_day",
        (record.person, record.week.first.toordinal()),
    )
    return tuple(Week(date.fromordinal(day)) for (day,) in rows)


def held_in(plain: Plain, summary: Summary, contests: Iterable[Contest]) -> frozenset[str]:
    """The figures of the summary that counts which are in no report.

    Beside those that are contested whole: every figure with an event that is contested, in whichever version,
    or was taken out by a decision since these figures were approved.
    """
    contests = tuple(contests)
    events = {one.event for one in contests if one.event is not None and one.decision != REJECTED}
    doubted = events.union(*all_versions(plain, events).values())
    touched = (figure.name for figure in summary.figures if not doubted.isdisjoint(figure.events))
    return held_figures(contests) | frozenset(touched)


def held_between(
    plain: Plain, days: tuple[int, int], person: int | None = None
) -> Iterator[tuple[int, Week, str]]:
    """Whose figures of which weeks, that begin on these days, are held; those of one `person` alone."""
    only, values = ("", ()) if person is None else ("AND s.person = ? ", (person,))
    rows = plain.rows(
        "SELECT DISTINCT c.summary FROM contest c JOIN summary s ON s.number = c.summary "
        f"WHERE s.from_day >= ? AND s.from_day <= ? {only}ORDER BY c.summary",
        (*days, *values),
    )
    for (number,) in rows:
        record = load_record(plain, number)
        counting = sealed_content(plain, record) or record.content
        for figure in held_in(plain, counting.summary, contests_of(plain, number)):
            yield record.person, record.week, figure


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
