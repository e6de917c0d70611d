"""Sessions and named tokens: which there are, ending them, making a token for scripts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi.audit_entry import Change
from kpi.policy import NEVER_BY_TOKEN, Action, widest
from kpi.text import clean
from store.access import SignInNeededError
from store.errors import StoreError
from store.schema import check_version
from store.signing_in import begin_session

if TYPE_CHECKING:
    from collections.abc import Collection

    from store.work import Store

MOST_DAYS = 365
_DAY = 24 * 3600 * 1_000_000
_MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class TokenMade:
    """A named token; its text is shown this once, and stands nowhere in the store."""

    session: int
    name: str
    token: str
    ends_at: int
    rights: tuple[Action, ...]


def make_token(store: Store, name: str, days: int, rights: Collection[Action]) -> TokenMade:
    """A token by which scripts act as oneself, with some of one's rights, for so many days.

    StoreError for a name that is empty or taken, too many days, and rights that no token, or oneself, has.
    """
    name = clean(name).strip()
    if not name or len(name) > _MOST_NAME:
        raise StoreError(f"name: a token has one of at most {_MOST_NAME} characters; none was made")
    if not 1 <= days <= MOST_DAYS:
        raise StoreError(f"days: from 1 to {MOST_DAYS}, not {days}; no token was made")
    if not rights:
        raise StoreError("rights: name what it is for, such as board.see; no token was made")
    if refused := sorted(NEVER_BY_TOKEN.intersection(rights)):
        raise StoreError(f"rights: no token may have {', '.join(refused)}; none was made")
    with store.work("token.make", about="person:me") as work:
        check_version(work.plain, store.location)
        if work.visitor is None:
            raise SignInNeededError("nobody signs in to this store yet: it has no super user")
        lacked = sorted(one for one in rights if widest(work.visitor.standing, one) is None)
        if lacked:
            raise StoreError(f"rights: you have not got {', '.join(lacked)} yourself; no token was made")
        person, ends_at = work.visitor.person, work.now + days * _DAY
        if work.plain.value(
            "SELECT 1 FROM session WHERE person = ? AND name = ? AND ended_at IS NULL AND ends_at > ?",
            (person, name, work.now),
        ):
            raise StoreError(f"name: a token “{name}” is there already; end it first, or choose another name")
        said = sorted(action.value for action in rights)
        token, number = begin_session(work, person, ends_at, 0, name, json.dumps(said))
        work.note(f"person:{person}", [Change("token", None, number), Change("rights", None, " ".join(said))])
    return TokenMade(number, name, token, ends_at, tuple(sorted(rights)))


def end_session(store: Store, number: int) -> bool:
    """End a session or a token, one's own or, for a super user, anybody's; whether it had not ended yet."""
    with store.work("session.end", about=f"session:{number}") as work:
        check_version(work.plain, store.location)
        person = work.plain.value("SELECT person FROM session WHERE number = ?", (number,))
        if person is None:
            raise StoreError(f"there is no session {number}; “stagewatch people sessions” lists them")
        end = "UPDATE session SET ended_at = ? WHERE number = ? AND ended_at IS NULL"
        work.changed = bool(work.plain.run(end, (work.now, number)))
        if work.changed:
            work.note(f"person:{person}", [Change("session", number, None)])
    return work.changed
