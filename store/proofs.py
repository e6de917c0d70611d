"""What people prove themselves by: a password, then a code that is good once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from kpi.names import folded
from kpi.policy import needs_second_factor
from store.access import own_person, today_in
from store.attempts import account_of, count_attempt
from store.audit import store_id_of
from store.errors import StoreError
from store.one_time_codes import recovery_hash, step_for
from store.passwords import verify_password
from store.sealing import unseal
from store.standing import standing_of

if TYPE_CHECKING:
    from store.plain import Plain
    from store.work import Store, Work


class RefusedError(StoreError):
    """Whoever signs in has not proven who they are. What was wrong is not said to them, but to the log."""

    def __init__(self, for_the_log: str) -> None:
        """One sentence for all of it."""
        super().__init__("the name, the password or the code is wrong; nobody was signed in")
        self.for_the_log = for_the_log


class CodeNeededError(StoreError):
    """The password was right; this person gives a one-time code as well."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `seed` is sealed; `needs_code` says whether a code belongs to signing in."""

    person: int
    name: str
    password_hash: str | None
    seed: str | None
    needs_code: bool


class Proof(NamedTuple):
    """Whose name was given, None if nobody's, and whether the password was theirs."""

    account: Account | None
    is_right: bool


def find_account(plain: Plain, name: str, now: int) -> Account | None:
    """The account of an active person's name, however it is typed; None if nobody has it."""
    row = plain.row(
        "SELECT p.number, p.name, c.password_hash, c.seed FROM person p "
        "LEFT JOIN credential c ON c.person = p.number WHERE p.folded = ? AND p.active = 1",
        (folded(name),),
    )
    if own_person(plain) not in (None, None if row is None else row[0]):
        raise StoreError("your database role is not this person's; nobody signs in by another's")
    return None if row is None else _account(plain, row, now)


def account_by(plain: Plain, person: int, now: int) -> Account:
    """The account of an active person's number."""
    row = plain.row(
        "SELECT p.number, p.name, c.password_hash, c.seed FROM person p "
        "LEFT JOIN credential c ON c.person = p.number WHERE p.number = ?",
        (person,),
    )
    if row is None:
        raise StoreError(f"there is no person {person} here")
    return _account(plain, row, now)


def _account(plain: Plain, row: tuple[int, str, str | None, str | None], now: int) -> Account:
    person, name, password_hash, seed = row
    needed = needs_second_factor(standing_of(plain, person, today_in(plain, now)))
    return Account(person, name, password_hash, seed, needed or seed is not None)


def prove_password(store: Store, operation: str, name: str, password: str) -> Proof:
    """Whether this is the password of whoever has this name, which takes as long for one that nobody has.

    The attempt is counted in a transaction of its own before it is checked: TooSoonError if it is too soon.
    """
    with store.work(operation) as work:
        account = find_account(work.plain, name, work.now)
        count_by_name(work, account, name)
    is_right = verify_password(None if account is None else account.password_hash, password)
    return Proof(account, is_right)


def count_by_name(work: Work, account: Account | None, name: str) -> None:
    """One more attempt for whoever has this name, or for the name itself if nobody has."""
    if account is not None:
        work.operation = replace(work.operation, about=f"person:{account.person}")
    count_attempt(work, account_of(None if account is None else account.person, folded(name)))


def prove_code(work: Work, account: Account, code: str | None) -> None:
    """Take a one-time code, or a recovery code in its place, so that it is never good again.

    RefusedError if it is neither, CodeNeededError if none was given where one belongs.
    """
    if not account.needs_code:
        return
    if account.seed is None:
        raise StoreError("your role asks for a second factor; ask a super user for a new enrolment code")
    if not code:
        raise CodeNeededError("this asks for a one-time code as well; nobody was signed in")
    plain = work.plain
    last_step = plain.value("SELECT last_step FROM credential WHERE person = ?", (account.person,))
    seed = unseal(UUID(str(store_id_of(plain))), account.person, account.seed)
    step = step_for(seed, code, work.now, last_step)
    if step is not None:
        plain.run("UPDATE credential SET last_step = ? WHERE person = ?", (step, account.person))
        return
    used = plain.rows(
        "UPDATE recovery_code SET used_at = ? WHERE person = ? AND hash = ? AND used_at IS NULL "
        "RETURNING person",
        (work.now, account.person, recovery_hash(code)),
    )
    if not used:
        raise RefusedError("the password was right, the code was wrong or used before")
