"""Enrolling: a person chooses their password, and a second factor if their role asks for one, by themselves.

Whoever adds them, or resets a password, gives them a code that is good once and for a week. A reset keeps
the second factor: without it nobody gets in by a new password alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from kpi.audit_entry import Change
from kpi.names import check_name
from kpi.policy import Role
from kpi.text import clean
from store.attempts import forget_attempts, take_back_attempt
from store.audit import store_id_of
from store.errors import StoreError
from store.gate import is_guarded
from store.one_time_codes import (
    enrolment_uri,
    new_enrolment_code,
    new_recovery_codes,
    new_seed,
    recovery_hash,
    step_for,
)
from store.passwords import check_new_password, hash_password
from store.people_rows import has_another_super_user, insert_person, load_person, refused
from store.proofs import Account, RefusedError, count_by_name, find_account, prove_code
from store.schema import check_version
from store.sealing import seal
from store.signing_in import SignedIn, begin_own_session, end_sessions

if TYPE_CHECKING:
    from kpi.names import Name
    from store.work import Store, Work

ENROLMENT_DAYS = 7
_DAY = 24 * 3600 * 1_000_000
_COMPLETE = "people.complete"
_SEED = re.compile("[A-Z2-7]{32}")


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """For the person alone, to be handed over once; good until the instant `until`."""

    person: int
    name: str
    code: str
    until: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a person sees who enrols: `seed` and `uri` are of a new second factor, if they need one.

    `has_second_factor`: they give a code of the one they have.
    """

    name: str
    organisation: str
    seed: str | None
    uri: str | None
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Enrolled; the recovery codes of a new second factor, shown this once, and the session if one began."""

    name: str
    recovery_codes: tuple[str, ...]
    session: SignedIn | None = None


def give_enrolment_code(store: Store, person: int, *, reset: bool = False) -> EnrolmentCode:
    """A new code by which a person chooses a password; an earlier one is no good any more.

    With `reset` the password they have is gone at once, their sessions and tokens end, and nothing is held
    against them for attempts that failed. StoreError then for the last super user who can sign in.
    """
    code = new_enrolment_code()
    with store.work("people.reset" if reset else "people.enrol", about=f"person:{person}") as work:
        check_version(work.plain, store.location)
        found = load_person(work.plain, person)
        if not found.active:
            raise refused(found, "is deactivated; take them back first")
        if reset and found.role == Role.SUPER_USER and not has_another_super_user(work.plain, person):
            raise refused(
                found, "is the last super user who can sign in: they change the password themselves"
            )
        until = work.now + ENROLMENT_DAYS * _DAY
        _keep_code(work, person, code, until)
        if reset:
            work.plain.run("UPDATE credential SET password_hash = NULL WHERE person = ?", (person,))
            end_sessions(work, person)
            forget_attempts(work.plain, person)
        work.note(f"person:{person}", [Change("enrolment_code", None, "given")])
    return EnrolmentCode(person, found.name, code, until)


def _keep_code(work: Work, person: int, code: str, until: int) -> None:
    work.plain.run(
        "INSERT INTO credential (person, last_step, enrolment_hash, enrolment_until, changed_at) "
        "VALUES (?, 0, ?, ?, ?) ON CONFLICT (person) DO UPDATE SET "
        "enrolment_hash = excluded.enrolment_hash, enrolment_until = excluded.enrolment_until, "
        "changed_at = excluded.changed_at",
        (person, recovery_hash(code), until, work.now),
    )


def begin_enrolment(store: Store, name: str, code: str) -> Beginning:
    """What to show to whoever has the code. RefusedError if it is not theirs; TooSoonError."""
    _count(store, name)
    with store.work(_COMPLETE) as work:
        check_version(work.plain, store.location)
        account = _by_code(work, name, code)
        organisation = clean(str(work.plain.value("SELECT name FROM organisation")))
        # The others stay: whoever has the enrolment code must not guess at the second factor without a wait.
        take_back_attempt(work.plain, account.person)
    wants_one = account.needs_code and account.seed is None
    seed = new_seed() if wants_one else None
    uri = None if seed is None else enrolment_uri(seed, account.name, organisation)
    return Beginning(account.name, organisation, seed, uri, account.seed is not None)


def complete_enrolment(
    store: Store,
    name: str,
    enrolment_code: str,
    password: str,
    seed: str | None = None,
    code: str | None = None,
    *,
    enter: bool = False,
) -> Enrolled:
    """Choose the password; `code` proves the second factor: that of `seed`, or the one there is.

    With `enter` a session begins at once: the code was good this once, and signing in would need the next.
    WeakPasswordError for a password that will not do; RefusedError if one of the codes is wrong; StoreError
    for a seed that no app can have. Nothing is used up by a refusal.
    """
    if seed is not None and _SEED.fullmatch(seed) is None:
        raise StoreError(
            "seed: it is the 32 letters and digits that enrolling began with; nothing was changed"
        )
    _count(store, name)
    with store.work(_COMPLETE) as work:
        account = _by_code(work, name, enrolment_code)
        organisation = str(work.plain.value("SELECT name FROM organisation"))
        work.changed = False
    check_new_password(password, account.name, organisation)
    hashed = hash_password(password)
    with store.work(_COMPLETE, about=f"person:{account.person}") as work:
        account = _by_code(work, name, enrolment_code)
        work.operation = replace(work.operation, actor=account.name)
        codes = _second_factor(work, account, seed, code)
        work.plain.run(
            "UPDATE credential SET password_hash = ?, enrolment_hash = NULL, enrolment_until = NULL, "
            "changed_at = ? WHERE person = ?",
            (hashed, work.now, account.person),
        )
        forget_attempts(work.plain, account.person)
        end_sessions(work, account.person)
        session = begin_own_session(work, account.person, account.name) if enter else None
    return Enrolled(account.name, codes, session)


def _second_factor(work: Work, account: Account, seed: str | None, code: str | None) -> tuple[str, ...]:
    """Prove the second factor that there is, or keep the new one; its recovery codes."""
    if not account.needs_code:
        return ()
    if account.seed is not None:
        prove_code(work, account, code)
        return ()
    if seed is None:
        raise RefusedError("no second factor was set up, and the role asks for one")
    return keep_second_factor(work, account.person, seed, _proven_step(work, seed, code))


def _proven_step(work: Work, seed: str, code: str | None) -> int:
    """The step whose code proves a new second factor; RefusedError if it is none of now."""
    step = step_for(seed, code or "", work.now, 0)
    if step is None:
        raise RefusedError("the code of the new second factor was wrong")
    return step


def keep_second_factor(work: Work, person: int, seed: str, step: int) -> tuple[str, ...]:
    """Keep a second factor whose code of `step` was given; its recovery codes."""
    sealed = seal(UUID(str(store_id_of(work.plain))), person, seed)
    ask = "UPDATE credential SET seed = ?, last_step = ?, changed_at = ? WHERE person = ?"
    work.plain.run(ask, (sealed, step, work.now, person))
    codes = new_recovery_codes()
    work.plain.run("DELETE FROM recovery_code WHERE person = ?", (person,))
    rows = [(person, recovery_hash(code)) for code in codes]
    work.plain.many("INSERT INTO recovery_code (person, hash) VALUES (?, ?)", rows)
    return codes


def _count(store: Store, name: str) -> None:
    """One more attempt for this name, kept before it is looked at."""
    with store.work(_COMPLETE) as work:
        account = find_account(work.plain, name, work.now)
        count_by_name(work, account, name)


def _by_code(work: Work, name: str, code: str) -> Account:
    """Whose enrolment code this is; RefusedError if it is nobody's of this name, or too old."""
    account = find_account(work.plain, name, work.now)
    found = (
        None
        if account is None
        else work.plain.value(
            "SELECT 1 FROM credential WHERE person = ? AND enrolment_hash = ? AND enrolment_until > ?",
            (account.person, recovery_hash(code), work.now),
        )
    )
    if account is None or found is None:
        raise RefusedError("the enrolment code was wrong, used or too old")
    return account


@dataclass(frozen=True, slots=True)
class FirstSuperUser:
    """The first super user, and what is shown to them this once; `session` if one began."""

    person: int
    name: str
    uri: str
    recovery_codes: tuple[str, ...]
    session: SignedIn | None = None


def begin_first_super_user(organisation: str, name: str, password: str) -> Beginning:
    """What to show to whoever is to be the first super user; nothing is written.

    WeakPasswordError, NameRefusedError.
    """
    wanted, seed = check_name(name), new_seed()
    check_new_password(password, wanted.shown, organisation)
    return Beginning(
        wanted.shown,
        organisation,
        seed,
        enrolment_uri(seed, wanted.shown, organisation),
        has_second_factor=False,
    )


def make_first_super_user(
    store: Store, name: str, password: str, seed: str | None = None, code: str | None = None
) -> FirstSuperUser:
    """Make the store's first super user, enrolled at once; from then on its people sign in.

    With the `seed` that was shown before, `code` proves that they have it, and their session begins.
    WeakPasswordError, NameRefusedError, RefusedError for a wrong code; StoreError if the store has a super
    user, who then adds the others.
    """
    wanted = check_name(name)
    with store.work("people.add") as work:
        check_version(work.plain, store.location)
        organisation = clean(str(work.plain.value("SELECT name FROM organisation")))
        work.changed = False
    check_new_password(password, wanted.shown, organisation)
    hashed, kept = hash_password(password), seed or new_seed()
    with store.work("people.add", about="person:next") as work:
        if is_guarded(work.plain):
            raise StoreError("this store has a super user already, who adds all others; nothing was written")
        step = 0 if seed is None else _proven_step(work, seed, code)
        number = _add_super_user(work, wanted, hashed)
        codes = keep_second_factor(work, number, kept, step)
        session = None if seed is None else begin_own_session(work, number, wanted.shown)
    uri = enrolment_uri(kept, wanted.shown, organisation)
    return FirstSuperUser(number, wanted.shown, uri, codes, session)


def _add_super_user(work: Work, wanted: Name, hashed: str) -> int:
    """Write the person with their password; their number."""
    work.operation = replace(work.operation, actor=wanted.shown)
    number = insert_person(work, wanted, Role.SUPER_USER)
    work.plain.run(
        "INSERT INTO credential (person, password_hash, last_step, changed_at) VALUES (?, ?, 0, ?)",
        (number, hashed, work.now),
    )
    return number
