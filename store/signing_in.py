"""Signing in and out: a session is a random token, of which the store has the hash, and what became of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpi.audit_entry import Change
from store.access import LONGEST, MINUTE, SignInNeededError, check_clock, token_hash
from store.attempts import count_attempt, forget_attempts, take_back_attempt
from store.errors import StoreError
from store.passwords import check_new_password, hash_password, is_outdated, verify_password
from store.proofs import RefusedError, account_by, prove_code, prove_password
from store.schema import check_version

if TYPE_CHECKING:
    from store.access import Visitor
    from store.plain import Plain
    from store.proofs import Account, Proof
    from store.work import Store, Work

_SIGN_IN, _UNLOCK, _STEP_UP, _PASSWORD = (
    "session.sign_in", "session.unlock", "session.step_up", "people.password",
)  # fmt: skip
_SESSION = (
    "SELECT s.number, s.person, p.name, s.ends_at, s.ended_at, s.seen_at FROM session s "
    "JOIN person p ON p.number = s.person WHERE s.token_hash = ? AND s.name IS NULL AND p.active = 1"
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun. Whoever has the `token` is the person; it is shown to nobody but them.

    `recovery_codes` says how many of the person's are left.
    """

    token: str
    session: int
    person: int
    name: str
    ends_at: int
    recovery_codes: int


def sign_in(store: Store, name: str, password: str, code: str | None = None) -> SignedIn:
    """Begin a session of at most twelve hours.

    RefusedError says that something was wrong, and not what; TooSoonError that it is not time for another
    attempt. CodeNeededError: the password was right, and a code belongs to it.
    """
    proof = prove_password(store, _SIGN_IN, name, password)
    with store.work(_SIGN_IN, about=_about(proof)) as work:
        check_version(work.plain, store.location)
        account = _proven(work, proof)
        prove_code(work, account, code)
        forget_attempts(work.plain, account.person)
        _hash_anew(work, account, password)
        return begin_own_session(work, account.person, account.name)


def begin_own_session(work: Work, person: int, name: str) -> SignedIn:
    """A session of at most twelve hours for somebody who has just proven who they are."""
    ends_at = work.now + LONGEST
    token, number = begin_session(work, person, ends_at, work.now)
    left = work.plain.value(
        "SELECT count(*) FROM recovery_code WHERE person = ? AND used_at IS NULL", (person,)
    )
    work.note(f"person:{person}", [Change("session", None, number)])
    return SignedIn(token, number, person, name, ends_at, int(left))


def begin_session(
    work: Work, person: int, ends_at: int, coded_at: int, name: str | None = None, rights: str | None = None
) -> tuple[str, int]:
    """A new session, or a named token: the token itself, and the session's number."""
    token = secrets.token_urlsafe(32)
    # On a server one may see no sessions but one's own.
    ask = "next_session()" if work.plain.postgres else "coalesce(max(number), 0) + 1 FROM session"
    number = int(work.plain.value(f"SELECT {ask}"))
    work.plain.run(
        "INSERT INTO session (number, person, token_hash, name, rights, made_at, seen_at, coded_at, ends_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, person, token_hash(work.plain, token), name, rights, work.now, work.now, coded_at, ends_at),
    )
    return token, number


def end_sessions(work: Work, person: int, but: int = 0) -> None:
    """End a person's sessions and tokens, `but` one."""
    ask = "UPDATE session SET ended_at = ? WHERE person = ? AND ended_at IS NULL AND number <> ?"
    work.plain.run(ask, (work.now, person, but))


def unlock(store: Store, token: str, password: str) -> None:
    """Go on with a session that was left alone; the person's password is enough. Errors as of `sign_in`."""
    with store.work(_UNLOCK) as work:
        number, person, name = _own_session(work.plain, token, work.now)
        work.changed = False
    proof = prove_password(store, _UNLOCK, name, password)
    with store.work(_UNLOCK, about=f"person:{person}") as work:
        account = _proven(work, proof)
        _own_session(work.plain, token, work.now)
        _take_off(work, account)
        _hash_anew(work, account, password)
        # Never back: by a clock that is, a session would live longer than it may.
        work.plain.run(
            "UPDATE session SET locked_at = NULL, seen_at = CASE WHEN seen_at > ? THEN seen_at ELSE ? END "
            "WHERE number = ?",
            (work.now, work.now, number),
        )
        work.note(f"person:{person}", [Change("session", number, number)])


def step_up(store: Store, proof: str) -> None:
    """Prove anew who one is, for what asks for a fresh code; who has no second factor does by the password.

    Errors as of `sign_in`; SignInNeededError without a session.
    """
    with store.work(_STEP_UP) as work:
        visitor = _visitor(work)
        account = account_by(work.plain, visitor.person, work.now)
        work.operation = replace(work.operation, about=f"person:{account.person}")
        count_attempt(work, account.person)
    is_right = account.needs_code or verify_password(account.password_hash, proof)
    with store.work(_STEP_UP, about=f"person:{account.person}") as work:
        if not is_right:
            raise RefusedError("the password was wrong")
        prove_code(work, account, proof)
        forget_attempts(work.plain, account.person)
        number = _visitor(work).session
        work.plain.run("UPDATE session SET coded_at = ? WHERE number = ?", (work.now, number))
        work.note(f"person:{account.person}", [Change("fresh_code", None, number)])


def sign_out(store: Store, token: str) -> None:
    """End a session, locked or not; one that has ended already stays so."""
    with store.work("session.sign_out") as work:
        row = work.plain.row(_SESSION, (token_hash(work.plain, token),))
        work.changed = row is not None and row[4] is None
        if row is not None and work.changed:
            number, person, name = row[:3]
            work.operation = replace(work.operation, actor=name)
            work.plain.run("UPDATE session SET ended_at = ? WHERE number = ?", (work.now, number))
            work.note(f"person:{person}", [Change("session", number, None)])


def lock(store: Store, token: str) -> None:
    """Have the password asked before a session goes on."""
    with store.work("session.lock") as work:
        ask = "UPDATE session SET locked_at = ? WHERE token_hash = ? AND locked_at IS NULL AND name IS NULL"
        work.changed = bool(work.plain.run(ask, (work.now, token_hash(work.plain, token))))


def touch(store: Store) -> None:
    """Note that the person is there: it is fifteen minutes from now that the session locks itself.

    Within a minute of the last time nothing is written.
    """
    with store.work("session.touch") as work:
        visitor = _visitor(work)
        work.changed, work.is_news = work.now - visitor.seen_at >= MINUTE, False
        work.plain.run("UPDATE session SET seen_at = ? WHERE number = ?", (work.now, visitor.session))


def change_password(store: Store, old: str, new: str) -> None:
    """Choose another password; all other sessions of the person end. Errors as of `sign_in`."""
    with store.work(_PASSWORD) as work:
        visitor = _visitor(work)
        organisation = str(work.plain.value("SELECT name FROM organisation"))
        work.changed = False
    check_new_password(new, visitor.name, organisation)
    proof = prove_password(store, _PASSWORD, visitor.name, old)
    hashed = hash_password(new)
    with store.work(_PASSWORD, about=f"person:{visitor.person}") as work:
        account = _proven(work, proof)
        _take_off(work, account)
        _keep_password(work, account.person, hashed)
        end_sessions(work, account.person, but=visitor.session)


def _visitor(work: Work) -> Visitor:
    """Who has signed in, at a screen or a terminal."""
    if work.visitor is None:
        raise SignInNeededError("nobody signs in to this store yet: it has no super user")
    if work.visitor.is_token:
        raise StoreError("a token is for scripts; sign in to do this yourself")
    return work.visitor


def _proven(work: Work, proof: Proof) -> Account:
    """The account as it is now that the password was found right; the log knows whose it was."""
    if proof.account is None or not proof.is_right:
        raise RefusedError("the name or the password was wrong")
    now = account_by(work.plain, proof.account.person, work.now)
    if now.password_hash != proof.account.password_hash:
        raise RefusedError("the password was changed meanwhile")
    work.operation = replace(work.operation, actor=now.name)
    return now


def _take_off(work: Work, account: Account) -> None:
    """By the password alone an attempt has succeeded."""
    settle = take_back_attempt if account.needs_code else forget_attempts
    settle(work.plain, account.person)


def _hash_anew(work: Work, account: Account, password: str) -> None:
    if account.password_hash is not None and is_outdated(account.password_hash):
        _keep_password(work, account.person, hash_password(password))


def _keep_password(work: Work, person: int, hashed: str) -> None:
    work.plain.run(
        "UPDATE credential SET password_hash = ?, changed_at = ? WHERE person = ?", (hashed, work.now, person)
    )


def _own_session(plain: Plain, token: str, now: int) -> tuple[int, int, str]:
    """(number, person, name) of a session that may be unlocked; SignInNeededError if it is over."""
    row = plain.row(_SESSION, (token_hash(plain, token),))
    if row is None or row[4] is not None or now >= row[3]:
        raise SignInNeededError("this session is over; sign in with “stagewatch sign-in”")
    check_clock(now, row[5])
    return row[0], row[1], row[2]


def _about(proof: Proof) -> str:
    return "store:1" if proof.account is None else f"person:{proof.account.person}"
