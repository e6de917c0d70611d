"""Attempts to sign in, counted in the store: before anything is checked, whoever makes them and wherever."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from kpi.sign_in_delay import FRESH, Attempts, counted, may_try
from store.errors import StoreError

if TYPE_CHECKING:
    from store.plain import Plain
    from store.work import Work

# Names that nobody has are counted too, each by itself, or their waits would tell them from those of people.
_NOBODY, _NAMES_OF_NOBODY = 1_000_000_000, 100_000


class TooSoonError(StoreError):
    """There were too many attempts; `seconds` from now another may be made.

    The log is not told: it has the attempts that were counted, and whoever keeps trying must not fill it.
    """

    for_the_log = None

    def __init__(self, seconds: int) -> None:
        """Say how long to wait."""
        super().__init__(
            f"too many attempts: wait {_in_words(seconds)} and try again; starting anew does not help"
        )
        self.seconds = seconds


def account_of(person: int | None, folded: str) -> int:
    """The number under which a name's attempts are counted."""
    if person is not None:
        return person
    digest = blake2b(folded.encode(errors="surrogatepass"), digest_size=8, person=b"nobody").digest()
    return _NOBODY + int.from_bytes(digest, "big") % _NAMES_OF_NOBODY


def count_attempt(work: Work, account: int) -> None:
    """Count one more; TooSoonError if it may not be made yet. To be committed before anything is checked."""
    plain, now = work.plain, work.now
    row = plain.row("SELECT failures, latest, not_before FROM sign_in_attempts WHERE account = ?", (account,))
    attempts = FRESH if row is None else Attempts(*row)
    if wait := may_try(attempts, now):
        raise TooSoonError(wait)
    plain.run(
        "INSERT INTO sign_in_attempts (account, failures, latest, not_before) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (account) DO UPDATE SET failures = excluded.failures, latest = excluded.latest, "
        "not_before = excluded.not_before",
        (account, *counted(attempts, now)),
    )


def forget_attempts(plain: Plain, account: int) -> None:
    """One succeeded, with all that belongs to signing in."""
    plain.run("DELETE FROM sign_in_attempts WHERE account = ?", (account,))


def take_back_attempt(plain: Plain, account: int) -> None:
    """One succeeded by a password where a code belongs too: the others stay.

    Else whoever has the password could forget their wrong codes with it, and guess on without a wait.
    """
    ask = "UPDATE sign_in_attempts SET failures = failures - 1, not_before = latest WHERE account = ?"
    plain.run(ask, (account,))


def _in_words(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{seconds} s"
    return f"{minutes} min" if not rest else f"{minutes} min {rest} s"
