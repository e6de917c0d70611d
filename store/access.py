"""Who asks, and whether they may: the session behind a token, and the policy's answer (kpi/policy.py).

A store is open until it has its first super user: whoever may read and write it does as they like, as its
file's owner can anyway. From then on it is guarded: every operation and every question needs a session.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kpi.events import moment_of
from kpi.policy import (
    NEVER_FOR_ONESELF,
    OPERATIONS,
    STEP_UP,
    STEP_UP_MINUTES,
    WHOLE,
    Action,
    Subject,
    allows,
    needs_second_factor,
)
from kpi.policy_words import ACTION_WORDS
from store.errors import StoreError
from store.gate import is_guarded
from store.standing import standing_of

if TYPE_CHECKING:
    from datetime import date

    from kpi.policy import Standing
    from store.plain import Plain

MINUTE = 60 * 1_000_000
IDLE = 15 * MINUTE
LONGEST = 12 * 60 * MINUTE
# Two machines' clocks may differ by so much.
_APART = 10 * MINUTE
# What people do to come in; each asks for its own proof.
BEFORE_SIGN_IN = frozenset(
    {"session.sign_in", "session.unlock", "session.lock", "session.sign_out", "people.complete"}
)
_SIGN_IN = "sign in with “stagewatch sign-in”"


class SignInNeededError(StoreError):
    """Nobody has signed in here, or not any more; nothing was read or changed."""


class LockedError(SignInNeededError):
    """The session was left alone for too long: the person called `name` unlocks it with the password."""

    def __init__(self, said: str, name: str = "") -> None:
        """Say so in one line."""
        super().__init__(said)
        self.name = name


class NotAllowedError(StoreError):
    """The person who asks may not; nothing was read or changed."""


class StepUpError(StoreError):
    """The last code was given too long ago for this; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: a person by their session, and what they are today. `name` is theirs.

    `coded_at` and `seen_at` are the instants of their last code and of their last sign of life.
    """

    standing: Standing
    name: str
    session: int
    coded_at: int
    is_token: bool
    seen_at: int

    @property
    def person(self) -> int:
        """The person's number."""
        return self.standing.person


def token_hash(plain: Plain, token: str) -> bytes:
    """What this store keeps of a token, and no other: a row that is copied elsewhere opens nothing there.

    Tokens are long and random: a plain hash cannot be turned round.
    """
    store = plain.value("SELECT store_id FROM organisation")
    said = f"stagewatch session\x1f{store}\x1f{token}"
    return sha256(said.encode(errors="surrogatepass")).digest()


def has_guard(plain: Plain) -> bool:
    """Whether the store is guarded; also of a schema that knew no people yet."""
    ask = (
        "SELECT to_regclass('access_grant')"
        if plain.postgres
        else "SELECT 1 FROM main.sqlite_master WHERE name = 'access_grant'"
    )
    return plain.value(ask) is not None and is_guarded(plain)


def today_in(plain: Plain, now: int) -> date:
    """The date in the organisation's zone."""
    zone = plain.value("SELECT zone FROM organisation")
    return moment_of(now).astimezone(ZoneInfo(zone or "UTC")).date()


def own_person(plain: Plain) -> int | None:
    """The person whose database role this connection has; None if it is nobody's in particular."""
    if not plain.postgres:
        return None
    found: int | None = plain.value("SELECT number FROM person WHERE database_role = current_user")
    return found


def sees_all(plain: Plain) -> bool:
    """Whether this connection sees every row: on a server whose roles are people's, a super user's alone."""
    person = own_person(plain)
    return (
        person is None or plain.value("SELECT role FROM person WHERE number = ?", (person,)) == "super_user"
    )


def visitor_by(plain: Plain, token: str | None, now: int, today: date) -> Visitor:
    """Whose session a token opens. SignInNeededError, LockedError if it opens none that is alive."""
    if token is None:
        raise SignInNeededError(f"nobody has signed in here; {_SIGN_IN}")
    row = plain.row(
        "SELECT s.number, s.person, p.name, p.active, s.name, s.rights, s.seen_at, s.coded_at, s.ends_at, "
        "s.locked_at, s.ended_at, c.password_hash IS NOT NULL AND c.seed IS NULL FROM session s "
        "JOIN person p ON p.number = s.person LEFT JOIN credential c ON c.person = s.person "
        "WHERE s.token_hash = ?",
        (token_hash(plain, token),),
    )
    # The server shows most people no session but their own; a super user sees all, and uses theirs alone.
    if row is None or own_person(plain) not in (None, row[1]):
        raise SignInNeededError(f"this session is not known here; {_SIGN_IN}")
    number, person, name, active, label, rights, seen_at, coded_at, ends_at, locked_at, ended_at = row[:-1]
    if ended_at is not None or not active:
        raise SignInNeededError(f"this session was ended; {_SIGN_IN}")
    check_clock(now, seen_at)
    if now >= ends_at:
        raise SignInNeededError(f"this {'token' if label else 'session'} is over; {_SIGN_IN}")
    if label is None and (locked_at is not None or now - seen_at >= IDLE):
        raise LockedError("this session is locked; unlock it with “stagewatch sign-in --unlock”", name)
    standing = standing_of(plain, person, today)
    if row[-1] and needs_second_factor(standing):
        # They came in by the password alone, before they had this role or stood in for anybody.
        raise SignInNeededError(
            "your role asks for a second factor by now; ask a super user for an enrolment code, and sign in "
            "again"
        )
    if rights is not None:
        standing = replace(standing, rights=actions_in(rights))
    return Visitor(standing, name, number, coded_at, label is not None, seen_at)


def check_clock(now: int, seen_at: int) -> None:
    """SignInNeededError if the clock was set back since the last sign of life: none lives longer by it."""
    if now < seen_at - _APART:
        raise SignInNeededError(f"the clock was set back since this session was last used; {_SIGN_IN}")


def actions_in(said: str) -> frozenset[Action]:
    """The actions in a JSON list; those that another version knows count for nothing here."""
    names = set(json.loads(said))
    return frozenset(action for action in Action if action.value in names)


def check(visitor: Visitor, action: Action, subject: Subject, now: int) -> None:
    """NotAllowedError if the policy does not allow it, StepUpError if it wants a fresh code first."""
    if not allows(visitor.standing, action, subject):
        oneself = action in NEVER_FOR_ONESELF and subject.person == visitor.person
        where = " where it is about yourself" if oneself else ""
        raise NotAllowedError(
            f"you may not {ACTION_WORDS[action]}{where}; “stagewatch people policy” says who may"
        )
    if action in STEP_UP and not visitor.is_token and not _is_fresh(visitor, now):
        raise StepUpError(
            f"this asks for a fresh code: the last was given over {STEP_UP_MINUTES} minutes ago; give one "
            "with “stagewatch sign-in --again”"
        )


def _is_fresh(visitor: Visitor, now: int) -> bool:
    """Whether the last code was given just now; a clock that was set back, or has been, makes none so."""
    longest = STEP_UP_MINUTES * MINUTE
    return max(now, visitor.seen_at) - visitor.coded_at <= longest and visitor.coded_at - now <= longest


def check_operation(plain: Plain, visitor: Visitor, operation: str, subject: Subject | str, now: int) -> None:
    """As `check`, for a unit of work by its name; `subject` may be the target that its log entry names."""
    if operation not in OPERATIONS:
        raise NotAllowedError(f"nobody has a right to “{operation}”; nothing was changed")
    action = OPERATIONS[operation]
    if action is not None:
        known = subject_of(plain, visitor, subject) if isinstance(subject, str) else subject
        if known == WHOLE and isinstance(subject, str) and not allows(visitor.standing, action, known):
            _refuse_nothing(action, subject)
        check(visitor, action, known, now)


def _refuse_nothing(action: Action, about: str) -> None:
    """NotAllowedError for a number that nothing of a summary has: it was mistyped, most often."""
    kind, _, key = about.partition(":")
    if kind in _OF_SUMMARY:
        raise NotAllowedError(
            f"you may not {ACTION_WORDS[action]}: there is no {kind} {key}, or it is none of yours; "
            "“stagewatch people policy” says who may"
        )


_DIGITS = 10  # more than that no number has
_OF_SUMMARY = {
    "summary": "FROM summary WHERE number = ?",
    "contest": "FROM summary WHERE number = (SELECT summary FROM contest WHERE number = ?)",
    "document": "FROM summary WHERE number = (SELECT summary FROM document WHERE number = ?)",
}
_PERSON_OF = {
    "session": "SELECT person FROM session WHERE number = ?",
    "grant": "SELECT person FROM access_grant WHERE number = ?",
    **{kind: f"SELECT person {of}" for kind, of in _OF_SUMMARY.items()},
}
_TEAM_OF = {
    "person": "SELECT team FROM membership WHERE person = ? AND until_day IS NULL",
    "delegation": "SELECT team FROM delegation WHERE number = ?",
    # The one that they were in then.
    **{kind: f"SELECT team {of}" for kind, of in _OF_SUMMARY.items()},
}


def subject_of(plain: Plain, visitor: Visitor, about: str) -> Subject:
    """Whom an operation concerns, by the target that its log entry names; “person:me” is whoever asks."""
    kind, _, key = about.partition(":")
    if key == "me":
        return Subject(person=visitor.person, team=visitor.standing.team)
    if not (key.isascii() and key.isdigit() and len(key) < _DIGITS):
        return WHOLE
    number = int(key)
    person = plain.value(_PERSON_OF[kind], (number,)) if kind in _PERSON_OF else None
    team = plain.value(_TEAM_OF[kind], (number,)) if kind in _TEAM_OF else None
    if kind == "person":
        person = number
    if kind == "team":
        team = number
    return Subject(person=person, team=team)
