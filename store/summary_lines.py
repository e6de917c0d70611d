"""Lists of weekly summaries, and of contests: those that are seen, by week and name, never by figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kpi.events import moment_of
from kpi.policy import Action, Reach, Subject, allows, reach
from kpi.summary_course import State, may_approve
from kpi.weeks import DAYS, Week
from store.summary_facts import AppealLine, ContestLine, SummaryLine
from store.summary_rows import ask_records, differs, record_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from store.access import Visitor
    from store.plain import Plain, Row
    from store.reading import Reader
    from store.summary_rows import Record

CHANGED = "changed"  # a state to ask for: approved, and the figures are others by now
_JOINS = "JOIN person p ON p.number = s.person LEFT JOIN team t ON t.number = s.team"


@dataclass(frozen=True)
class Asker:
    """Who asks, what they may see of summaries, and whose they approve today; nobody in an open store.

    `today` is the day: of a week that is not over nobody sees a summary, whoever's clock it was made by.
    """

    visitor: Visitor | None
    seen: Reach
    approvers: dict[int, tuple[int | None, int | None]]
    today: date

    @property
    def person(self) -> int | None:
        """Their number."""
        return None if self.visitor is None else self.visitor.person

    def may(self, action: Action, person: int, team: int | None) -> bool:
        """Whether they may do something to a summary of this person in this team; nobody in an open store."""
        return self.visitor is not None and allows(
            self.visitor.standing, action, Subject(person=person, team=team)
        )

    def approves(self, person: int, team: int | None) -> bool:
        """Whether they are the one to approve this person's summaries in this team today."""
        if self.person is None or team is None or not self.may(Action.APPROVE_SUMMARIES, person, team):
            return False
        return may_approve(self.person, person, *self.approvers.get(team, (None, None)))

    def condition(self) -> tuple[str, list[int | str]]:
        """SQL for the summaries `s` that they may see, with its parameters."""
        over, since = "s.from_day <= ?", self.today.toordinal() - DAYS
        if self.seen.whole:
            return over, [since]
        teams, people = sorted(self.seen.teams), sorted(self.seen.people)
        marks = [", ".join("?" * len(each)) or "NULL" for each in (teams, people)]
        return f"{over} AND (s.team IN ({marks[0]}) OR s.person IN ({marks[1]}))", [since, *teams, *people]


def asker_of(reader: Reader) -> Asker:
    """Who asks; NotAllowedError if they may see nobody's, as a token that was not made for it."""
    visitor, today = reader.visitor(), reader.today()
    if visitor is None:
        return Asker(None, Reach(whole=True), {}, today)
    seen = reach(visitor.standing, Action.SEE_FIGURES)
    if not seen.people:
        reader.may(Action.SEE_FIGURES, Subject(person=visitor.person))
    with reader.asking() as plain:
        rows = plain.rows(
            "SELECT t.number, t.manager, d.delegate FROM team t LEFT JOIN delegation d ON d.team = t.number "
            "AND d.withdrawn_at IS NULL AND d.from_day <= ? AND d.until_day >= ?",
            (today.toordinal(), today.toordinal()),
        )
    return Asker(visitor, seen, {team: (manager, delegate) for team, manager, delegate in rows}, today)


def read_lines(
    plain: Plain,
    asker: Asker,
    week: Week | None = None,
    state: str | None = None,
    *,
    waiting: bool = False,
    own: bool = False,
) -> tuple[SummaryLine, ...]:
    """The summaries that are seen, of a week or all, the latest first, people by name.

    `waiting`: not those that are approved and have not changed since; `own`: of whoever asks.
    """
    condition, parameters = asker.condition()
    if waiting:
        condition = f"{condition} AND (s.state <> 'approved' OR {differs(plain)})"
    if own:
        condition, parameters = f"{condition} AND s.person = ?", [*parameters, asker.person or 0]
    if week is not None:
        condition, parameters = f"{condition} AND s.from_day = ?", [*parameters, week.first.toordinal()]
    if state is not None:
        wanted = State.APPROVED.value if state == CHANGED else state
        condition, parameters = f"{condition} AND s.state = ?", [*parameters, wanted]
    rows = plain.rows(f"{_ask(plain)} WHERE {condition}", parameters)
    rows.sort(key=lambda row: (-row[2], str(row[-2]), row[0]))
    lines = _lines(plain, asker, rows)
    return tuple(
        line
        for line in lines
        if (state != CHANGED or line.changed)
        and (not waiting or line.state != State.APPROVED or line.changed)
    )


def read_line(plain: Plain, asker: Asker, number: int) -> SummaryLine:
    """The line of one summary that is there."""
    rows = plain.rows(f"{_ask(plain)} WHERE s.number = ?", (number,))
    return _lines(plain, asker, rows)[0]


def _ask(plain: Plain) -> str:
    return ask_records(plain, more="p.name, p.folded, t.name", joins=_JOINS)


def _lines(plain: Plain, asker: Asker, rows: Sequence[Row]) -> list[SummaryLine]:
    numbers = [row[0] for row in rows]
    answered: dict[int, set[str]] = defaultdict(set)
    for number, key in plain.where_in(
        "SELECT summary, flag_key FROM summary_answer WHERE summary IN (…)", numbers
    ):
        answered[number].add(key)
    ask = "SELECT summary, count(*) FROM contest WHERE decided_at IS NULL AND summary IN (…) GROUP BY summary"
    contested: dict[int, int] = dict(plain.where_in(ask, numbers))
    return [
        _line(asker, record_of(row[:-3]), row[-3], row[-1], answered[row[0]], contested.get(row[0], 0))
        for row in rows
    ]


def _line(
    asker: Asker, record: Record, name: str, team_name: str | None, answered: set[str], contested: int
) -> SummaryLine:
    flags = record.content.flags
    is_open = record.state != State.APPROVED or record.changed
    return SummaryLine(
        number=record.number,
        person=record.person,
        name=name,
        team=record.team,
        team_name=team_name,
        week=record.week,
        state=record.state,
        flags=tuple(dict.fromkeys(flag.code for flag in flags)),
        unanswered=sum(flag.needs_answer and flag.key not in answered for flag in flags),
        contested=contested,
        changed=record.changed,
        digest=record.digest.hex(),
        own=record.person == asker.person,
        approvable=is_open and asker.approves(record.person, record.team),
    )


_CONTESTS = (
    "SELECT c.number, c.summary, s.person, p.name, s.team, t.name, s.from_day, c.figure, c.event, c.reason, "
    'c."at", c.decision, d.name, c.decided_at, c.decision_reason, e.kind, e.at, l.ref FROM contest c '
    f"JOIN summary s ON s.number = c.summary {_JOINS} LEFT JOIN person d ON d.number = c.decided_by "
    "LEFT JOIN event e ON e.seq = c.event LEFT JOIN listing l ON l.id = e.listing_id"
)
_APPEALS = (
    "SELECT d.number, d.summary, s.person, p.name, s.team, s.from_day, d.kind, d.text, d.appeal, "
    "d.appealed_at, d.decision, d.author FROM document d JOIN summary s ON s.number = d.summary "
    "JOIN person p ON p.number = s.person WHERE d.appealed_at IS NOT NULL"
)


def read_contests(
    plain: Plain, asker: Asker, zone: ZoneInfo, *, waiting: bool = False, summary: int | None = None
) -> tuple[ContestLine, ...]:
    """The contests that are seen, those that wait or all, of one summary or all; the oldest first."""
    condition, parameters = asker.condition()
    if waiting:
        condition = f"{condition} AND c.decided_at IS NULL"
    if summary is not None:
        condition, parameters = f"{condition} AND c.summary = ?", [*parameters, summary]
    rows = plain.rows(f"{_CONTESTS} WHERE {condition} ORDER BY c.number", parameters)
    seals: dict[int, set[int]] = defaultdict(set)
    ask = "SELECT summary, approved_by FROM summary_seal WHERE summary IN (…)"
    for number, approver in plain.where_in(ask, {row[1] for row in rows}):
        seals[number].add(approver)
    return tuple(_contest(row, asker, zone, seals[row[1]]) for row in rows)


def _contest(row: Row, asker: Asker, zone: ZoneInfo, approved_by: set[int]) -> ContestLine:
    number, summary, person, name, team, team_name, from_day, figure, event, reason = row[:10]
    at, decision, decided_by, decided_at, decision_reason, event_kind, event_at, event_listing = row[10:]
    is_second = asker.person not in approved_by
    return ContestLine(
        number=number,
        summary=summary,
        person=person,
        name=name,
        team=team,
        team_name=team_name,
        week=Week(date.fromordinal(from_day)),
        figure=figure,
        event=event,
        reason=reason,
        at=local(at, zone),
        decision=decision,
        decided_by=decided_by,
        decided_at=None if decided_at is None else local(decided_at, zone),
        decision_reason=decision_reason,
        may_decide=decision is None and is_second and asker.may(Action.DECIDE_CONTESTS, person, team),
        event_kind=event_kind,
        event_at=None if event_at is None else local(event_at, zone),
        event_listing=event_listing,
    )


def read_appeals(plain: Plain, asker: Asker, zone: ZoneInfo, *, waiting: bool) -> tuple[AppealLine, ...]:
    """The appeals against documents of summaries that are seen, those that wait or all, the oldest first."""
    condition, parameters = asker.condition()
    waits = "AND d.decision IS NULL " if waiting else ""
    rows = plain.rows(f"{_APPEALS} {waits}AND {condition} ORDER BY d.number", parameters)
    return tuple(
        AppealLine(
            document=number,
            summary=summary,
            person=person,
            name=name,
            week=Week(date.fromordinal(from_day)),
            kind=kind,
            text=text,
            appeal=appeal,
            at=local(at, zone),
            decision=decision,
            may_decide=decision is None
            and author != asker.person
            and asker.may(Action.DECIDE_CONTESTS, person, team),
        )
        for number, summary, person, name, team, from_day, kind, text, appeal, at, decision, author in rows
    )


def local(at: int, zone: ZoneInfo) -> datetime:
    """An instant in the organisation's zone."""
    return moment_of(at).astimezone(zone)
