"""Contests: a person doubts a figure of their summary, or one event within it; a second person decides.

While a contest waits, its figure is held: it is in no report and no total. Upheld, an event is left out of
that person's week from then on, and a whole figure stays held. Rejected, it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.summary_course import Contest, check_contest, check_decision
from store.errors import StoreError
from store.numbering import next_number
from store.schema import check_version
from store.summary_facts import Contested, Decided
from store.summary_rows import acting, add_step, in_few_words, load_record, sealed_content
from store.summary_standing import contests_of

if TYPE_CHECKING:
    from kpi.summary import Summary
    from store.plain import Plain
    from store.summary_rows import Record
    from store.work import Store


def contest(store: Store, number: int, figure: str, reason: str, event: int | None = None) -> Contested:
    """Contest a figure of one's own summary, or the event of seq `event` within it.

    StoreError for a figure or an event that is not in it, and for what is contested already.
    """
    with store.work("contest.make", about=f"summary:{number}") as work:
        plain = work.plain
        check_version(plain, store.location)
        record, actor = load_record(plain, number), acting(work)
        summary = _which(plain, record, figure, event)
        with in_few_words(number):
            said = check_contest(summary, contests_of(plain, number), actor, figure, event, reason)
        made = next_number(plain, "contest")
        plain.run(
            'INSERT INTO contest (number, summary, figure, event, reason, person, "at") '
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (made, number, figure, event, said, actor, work.now),
        )
        add_step(work, number, "contested", person=actor, about=_about(figure, event), text=said)
    return Contested(made, number, figure, event)


def _which(plain: Plain, record: Record, figure: str, event: int | None) -> Summary:
    """The summary as it is now; as it was approved, if the event is only in that."""
    now, sealed = record.content.summary, sealed_content(plain, record)
    if event is None or sealed is None:
        return now
    among = next((one.events for one in now.figures if one.name == figure), ())
    return now if event in among else sealed.summary


def _about(figure: str, event: int | None) -> str:
    """What a step says that it is about."""
    return figure if event is None else f"{figure}, event {event}"


def decide(store: Store, number: int, decision: str, reason: str) -> Decided:
    """Decide a contest that waits: “upheld” or “rejected”. The HR partner of the summary's team does.

    Neither the person themselves nor who approved the summary.
    """
    with store.work("contest.decide", about=f"contest:{number}") as work:
        plain = work.plain
        check_version(plain, store.location)
        row = plain.row(
            "SELECT c.summary, c.figure, c.event, c.decision, s.person FROM contest c "
            "JOIN summary s ON s.number = c.summary WHERE c.number = ?",
            (number,),
        )
        if row is None:
            raise StoreError(f"there is no contest {number}; “stagewatch summaries contests” lists them")
        summary, figure, event, decided, person = row
        actor = acting(work)
        seals = plain.rows("SELECT approved_by FROM summary_seal WHERE summary = ?", (summary,))
        with in_few_words(summary):
            said = check_decision(
                Contest(figure, event, decided),
                person,
                [approver for (approver,) in seals],
                actor,
                decision,
                reason,
            )
        plain.run(
            "UPDATE contest SET decided_by = ?, decided_at = ?, decision = ?, decision_reason = ? "
            "WHERE number = ?",
            (actor, work.now, decision, said, number),
        )
        text = f"{decision}: {said}"
        add_step(work, summary, "decided", person=actor, about=_about(figure, event), text=text)
    return Decided(number, summary, decision)
