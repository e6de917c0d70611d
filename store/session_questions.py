"""The questions about sessions, tokens and grants; each answer is a frozen result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from kpi.events import moment_of
from kpi.policy import Action, Subject, allows
from store.access import IDLE, actions_in

if TYPE_CHECKING:
    from store.access import Visitor
    from store.plain import Row
    from store.reading import Reader


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session or a named token that has not ended; times are in the organisation's zone.

    `is_this` is the one that asks; `rights` are a token's, None for a session.
    """

    number: int
    person: int
    person_name: str
    name: str | None
    rights: tuple[Action, ...] | None
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    locked: bool
    is_this: bool


class GrantState(StrEnum):
    """Where a grant stands."""

    ASKED_FOR = "asked for"
    TO_COME = "to come"
    IN_FORCE = "in force"
    OVER = "over"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class GrantView:
    """A grant; people by name. Its days are those of the organisation's zone, both inclusive.

    `to_approve`: whoever asks could approve it.
    """

    number: int
    person: int
    person_name: str
    purpose: str
    actions: tuple[Action, ...]
    from_day: date
    until_day: date
    requested_by: str
    approved_by: str | None
    ended_by: str | None
    state: GrantState
    to_approve: bool = False


class SessionQuestions:
    """Asked over a reader."""

    def __init__(self, reader: Reader, now: int) -> None:
        """Ask `reader` as of the instant `now`."""
        self._reader, self._now = reader, now

    def sessions(self) -> tuple[SessionView, ...]:
        """One's own and, for a super user, everybody's, the latest first."""
        visitor = self._reader.visitor()
        zone = self._reader.rules.zone
        with self._reader.asking() as plain:
            rows = plain.rows(
                "SELECT s.number, s.person, p.name, s.name, s.rights, s.made_at, s.seen_at, s.ends_at, "
                "s.locked_at FROM session s JOIN person p ON p.number = s.person "
                "WHERE s.ended_at IS NULL AND s.ends_at > ? AND p.active = 1 ORDER BY s.number DESC",
                (self._now,),
            )

        def at(instant: int) -> datetime:
            return moment_of(instant).astimezone(zone)

        return tuple(
            SessionView(
                number=row[0],
                person=row[1],
                person_name=row[2],
                name=row[3],
                rights=None if row[4] is None else tuple(sorted(actions_in(row[4]))),
                made_at=at(row[5]),
                seen_at=at(row[6]),
                ends_at=at(row[7]),
                locked=row[3] is None and (row[8] is not None or self._now - row[6] >= IDLE),
                is_this=visitor is not None and visitor.session == row[0],
            )
            for row in rows
            if visitor is None or allows(visitor.standing, Action.SEE_SESSIONS, Subject(person=row[1]))
        )

    def grants(self) -> tuple[GrantView, ...]:
        """All of them for whoever may see them, one's own for anybody, the latest first."""
        visitor, today = self._reader.visitor(), self._reader.today()
        with self._reader.asking() as plain:
            rows = plain.rows(_GRANTS)
        return tuple(
            _grant_view(row, today, visitor)
            for row in rows
            if visitor is None or visitor.person == row[1] or allows(visitor.standing, Action.SEE_GRANTS)
        )


_GRANTS = (
    "SELECT g.number, g.person, p.name, g.purpose, g.actions, g.from_day, g.until_day, r.name, a.name, "
    "e.name, g.requested_by FROM access_grant g JOIN person p ON p.number = g.person "
    "JOIN person r ON r.number = g.requested_by LEFT JOIN person a ON a.number = g.approved_by "
    "LEFT JOIN person e ON e.number = g.ended_by ORDER BY g.number DESC"
)


def _grant_view(row: Row, today: date, visitor: Visitor | None) -> GrantView:
    first, last = date.fromordinal(row[5]), date.fromordinal(row[6])
    if row[9] is not None:
        state = GrantState.ENDED
    elif last < today:
        state = GrantState.OVER
    elif row[8] is None:
        state = GrantState.ASKED_FOR
    else:
        state = GrantState.TO_COME if today < first else GrantState.IN_FORCE
    actions = tuple(sorted(actions_in(row[4])))
    to_approve = (
        state is GrantState.ASKED_FOR
        and visitor is not None
        and visitor.person != row[10]
        and allows(visitor.standing, Action.APPROVE_GRANTS, Subject(person=row[1]))
    )
    return GrantView(
        row[0], row[1], row[2], row[3], actions, first, last, row[7], row[8], row[9], state, to_approve
    )
