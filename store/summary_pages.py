"""One weekly summary with all that belongs to it: what was approved, what differs, what was said of it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from kpi.documents import COACHING, repeated
from kpi.policy import Action, Subject
from kpi.summary import FIGURES, differences
from kpi.summary_course import UPHELD, State
from store.documents import weeks_with
from store.summary_facts import Document, FigureWeeks, FlagView, May, SealView, StepView, SummaryPage
from store.summary_lines import Asker, local, read_contests, read_line
from store.summary_rows import is_as_evident, load_record, sealed_content, unpack
from store.summary_standing import contests_of, held_between, held_in, standing_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from kpi.summary import Summary
    from kpi.summary_course import Standing
    from kpi.weeks import Week
    from store.plain import Plain, Row
    from store.summary_facts import SummaryLine
    from store.summary_rows import Content, Record

HISTORY = 13


def read_page(plain: Plain, asker: Asker, number: int, zone: ZoneInfo, today: date) -> SummaryPage:
    """The page of a summary that whoever asks may see."""
    record = load_record(plain, number)
    line, summary, sealed = (
        read_line(plain, asker, number),
        record.content.summary,
        sealed_content(plain, record),
    )
    standing = standing_of(plain, record)
    counting = summary if sealed is None else sealed.summary
    may = _may(asker, line, standing)
    weeks = tuple(record.week.before(back) for back in range(HISTORY - 1, -1, -1))
    return SummaryPage(
        line=line,
        summary=summary,
        seal=None if sealed is None else _seal(plain, record, sealed, zone),
        differences=() if sealed is None else differences(sealed.summary, summary),
        steps=_steps(plain, number, zone),
        flags=_flags(plain, number, summary, zone),
        contests=read_contests(plain, asker, zone, summary=number),
        documents=_documents(plain, asker, line, zone, today),
        held=held_in(plain, counting, contests_of(plain, number)),
        may=may,
        repeated=repeated(weeks_with(plain, record)) if May.DOCUMENT in may else (),
        names=titles_of(plain, summary),
        weeks=weeks,
        history=history_of(plain, asker, record.person, weeks),
        warnings=_warnings(plain, record, standing, sealed),
        kept_reason=_kept_reason(plain, record),
    )


def _seal(plain: Plain, record: Record, sealed: Content, zone: ZoneInfo) -> SealView | None:
    row = plain.row(
        "SELECT g.version, g.digest, p.name, g.approved_at, g.reason FROM summary_seal g "
        "JOIN person p ON p.number = g.approved_by WHERE g.summary = ? AND g.version = ?",
        (record.number, record.sealed),
    )
    if row is None:
        return None
    version, digest, name, at, reason = row
    return SealView(version, bytes(digest).hex(), sealed.summary, name, local(at, zone), reason)


def _steps(plain: Plain, number: int, zone: ZoneInfo) -> tuple[StepView, ...]:
    rows = plain.rows(
        'SELECT h.number, h."at", p.name, h.kind, h.about, h.text FROM summary_step h '
        "LEFT JOIN person p ON p.number = h.person WHERE h.summary = ? ORDER BY h.number",
        (number,),
    )
    return tuple(StepView(step, local(at, zone), *said) for step, at, *said in rows)


def _flags(plain: Plain, number: int, summary: Summary, zone: ZoneInfo) -> tuple[FlagView, ...]:
    answers: dict[str, tuple[Any, ...]] = {
        key: (text, name, local(at, zone))
        for key, text, name, at in plain.rows(
            'SELECT a.flag_key, a.text, p.name, a."at" FROM summary_answer a '
            "JOIN person p ON p.number = a.person WHERE a.summary = ?",
            (number,),
        )
    }
    return tuple(
        FlagView(
            flag.key,
            flag.code,
            flag.figure,
            flag.said,
            flag.events,
            flag.days,
            flag.needs_answer,
            *answers.get(flag.key, (None, None, None)),
        )
        for flag in summary.flags
    )


def _documents(
    plain: Plain, asker: Asker, line: SummaryLine, zone: ZoneInfo, today: date
) -> tuple[Document, ...]:
    rows = plain.rows(
        "SELECT d.number, d.summary, d.kind, d.text, d.context, d.from_day, d.until_day, d.author, a.name, "
        'd."at", d.appeal, d.appealed_at, d.decision, j.name, d.decision_reason FROM document d '
        "JOIN person a ON a.number = d.author LEFT JOIN person j ON j.number = d.decided_by "
        "WHERE d.summary = ? ORDER BY d.number",
        (line.number,),
    )
    return tuple(_document(row, asker, line, zone, today) for row in rows)


def _document(row: Row, asker: Asker, line: SummaryLine, zone: ZoneInfo, today: date) -> Document:
    number, summary, kind, text, context, first, last, author, author_name, at, *appealed = row
    appeal, appealed_at, decision, decided_by, decision_reason = appealed
    since, until = (None if day is None else date.fromordinal(day) for day in (first, last))
    is_within = since is None or until is None or since <= today <= until
    decides = appealed_at is not None and decision is None and author != asker.person
    return Document(
        number=number,
        summary=summary,
        kind=kind,
        text=text,
        context=json.loads(context),
        from_day=since,
        until_day=until,
        author=author_name,
        at=local(at, zone),
        appeal=appeal,
        appealed_at=None if appealed_at is None else local(appealed_at, zone),
        decision=decision,
        decided_by=decided_by,
        decision_reason=decision_reason,
        in_force=is_within and decision != UPHELD,
        may_appeal=line.own
        and kind != COACHING
        and appealed_at is None
        and asker.may(Action.CONTEST_FIGURES, line.person, line.team),
        may_decide=decides and asker.may(Action.DECIDE_CONTESTS, line.person, line.team),
    )


def _may(asker: Asker, line: SummaryLine, standing: Standing) -> frozenset[May]:
    """What whoever asks may do as it stands; in an open store nothing, for nobody knows who it is."""
    person, team = line.person, line.team
    if asker.person is None or not asker.may(Action.SEE_FIGURES, person, team):
        return frozenset()
    approves, is_approved = asker.approves(person, team), standing.state is State.APPROVED
    contests = line.own and asker.may(Action.CONTEST_FIGURES, person, team)
    each = {
        May.COMMENT: True,
        May.ANSWER: any(flag.needs_answer for flag in standing.flags),
        May.CONTEST: contests,
        May.REPORT: contests and not is_approved,
        May.APPROVE: line.approvable and not standing.unanswered,
        May.GIVE_BACK: approves and not is_approved,
        May.KEEP: approves and standing.changed,
        May.DOCUMENT: asker.may(Action.WRITE_DOCUMENTS, person, team),
    }
    return frozenset(one for one, may in each.items() if may)


def titles_of(plain: Plain, summary: Summary) -> Mapping[str, str]:
    """The titles of the listings that the summary names."""
    named = {ref for group in summary.cycle for ref in group.listings}
    rows = plain.where_in(
        "SELECT ref, title FROM listing WHERE title IS NOT NULL AND ref IN (…)", sorted(named)
    )
    return dict(rows)


def history_of(plain: Plain, asker: Asker, person: int, weeks: tuple[Week, ...]) -> tuple[FigureWeeks, ...]:
    """Each figure in these weeks: as approved, else as it is; None where it is held.

    Only of the weeks that whoever asks may see: a new manager does not see what somebody did elsewhere.
    """
    days = [week.first.toordinal() for week in weeks]
    known: dict[int, dict[str, int]] = {}
    for day, team, content in plain.rows(
        "SELECT s.from_day, s.team, coalesce(g.content, s.content) FROM summary s "
        "LEFT JOIN summary_seal g ON g.summary = s.number AND g.version = s.sealed "
        "WHERE s.person = ? AND s.from_day >= ? AND s.from_day <= ?",
        (person, days[0], days[-1]),
    ):
        if asker.seen.holds(Subject(person, team)):
            read = json.loads(unpack(content).text)
            known[day] = {figure["name"]: figure["count"] for figure in read["figures"]}
    for _, week, figure in held_between(plain, (days[0], days[-1]), person):
        known.get(week.first.toordinal(), {}).pop(figure, None)
    return tuple(
        FigureWeeks(figure, tuple(known[day].get(figure) if day in known else None for day in days))
        for figure in FIGURES
    )


def _warnings(plain: Plain, record: Record, standing: Standing, sealed: Content | None) -> tuple[str, ...]:
    """What whoever looks at it should know beside the figures."""
    found = []
    if standing.earlier and (standing.state is not State.APPROVED or standing.changed):
        weeks = ", ".join(week.label for week in standing.earlier)
        found.append(f"earlier weeks are not approved yet: {weeks}")
    if sealed is not None and not is_as_evident(plain, sealed):
        found.append("events behind what was approved have been changed outside Stagewatch since")
    elif sealed is None and not is_as_evident(plain, record.content):
        found.append("events behind these figures have been changed outside Stagewatch since they were made")
    return tuple(found)


def _kept_reason(plain: Plain, record: Record) -> str | None:
    """Why what was approved stands although it would come out otherwise now."""
    if not record.differs or record.kept != record.mark:
        return None
    reason = plain.value(
        "SELECT text FROM summary_step WHERE summary = ? AND kind = 'kept' ORDER BY number DESC LIMIT 1",
        (record.number,),
    )
    return None if reason is None else str(reason)
