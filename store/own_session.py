"""Whoever asks, to themselves: who they are today, and how long their session lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi.events import moment_of
from kpi.policy import needs_second_factor

if TYPE_CHECKING:
    from datetime import datetime

    from kpi.policy import Role
    from store.reading import Reader


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session or a token and its person; `team` by name, `ends_at` in the organisation's zone.

    `token` is a token's name, None for a session. `gives_codes` says whether a one-time code belongs to
    signing in, `recovery_codes` how many are left.
    """

    session: int
    person: int
    name: str
    role: Role
    team: str | None
    token: str | None
    ends_at: datetime
    gives_codes: bool
    recovery_codes: int


def own_session(reader: Reader) -> OwnSession | None:
    """Who asks; None in an open store. SignInNeededError if nobody has signed in, LockedError."""
    visitor = reader.visitor()
    if visitor is None:
        return None
    with reader.asking() as plain:
        row = plain.row(
            "SELECT s.name, s.ends_at, c.seed IS NOT NULL, (SELECT count(*) FROM recovery_code r "
            "WHERE r.person = s.person AND r.used_at IS NULL), (SELECT name FROM team WHERE number = ?) "
            "FROM session s LEFT JOIN credential c ON c.person = s.person WHERE s.number = ?",
            (visitor.standing.team, visitor.session),
        )
    assert row is not None  # noqa: S101 - a visitor has a session
    token, ends_at, has_seed, left, team = row
    return OwnSession(
        session=visitor.session,
        person=visitor.person,
        name=visitor.name,
        role=visitor.standing.role,
        team=team,
        token=token,
        ends_at=moment_of(ends_at).astimezone(reader.rules.zone),
        gives_codes=bool(has_seed) or needs_second_factor(visitor.standing),
        recovery_codes=int(left),
    )
