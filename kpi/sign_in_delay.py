"""Guessing a password is made slow: how long an account has to wait after attempts that did not succeed.

An attempt is counted before its password is checked, so that guesses made at the same time all count, and
forgotten only when one succeeds. The clock may be wrong, or set so on purpose. Set back it never shortens a
wait: until it is again where it was at the latest attempt, time stands still for the account. Set forward it
gains only what it is forward, and whoever puts it right then waits until it gets there, or for a reset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kpi.events import Instant

FREE = 3
"""So many attempts need no wait: people mistype."""
LONGEST_WAIT = 15 * 60
"""Seconds; the first wait is one second, each further attempt doubles it."""
_SECOND = 1_000_000


class Attempts(NamedTuple):
    """Attempts since the last success, when the latest was made, and before when no other may be."""

    failures: int
    latest: Instant
    not_before: Instant


FRESH = Attempts(0, 0, 0)
"""Nothing, as before the first attempt and after each success."""


def may_try(attempts: Attempts, now: Instant) -> int:
    """How many seconds the next attempt has to wait, rounded up; 0: it may be made."""
    left = attempts.not_before - max(now, attempts.latest)
    return max(0, -(-left // _SECOND))


def counted(attempts: Attempts, now: Instant) -> Attempts:
    """What the account has against it with one more attempt, made now; to be kept before it is checked."""
    failures, at = attempts.failures + 1, max(now, attempts.latest)
    return Attempts(failures, at, at + _wait_after(failures) * _SECOND)


def _wait_after(failures: int) -> int:
    """Seconds from the attempt that makes it so many to the next one."""
    doublings = min(failures - FREE, LONGEST_WAIT.bit_length())  # or a patient guesser makes numbers too long
    return 0 if doublings < 0 else min(2**doublings, LONGEST_WAIT)
