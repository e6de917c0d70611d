"""Passwords: kept as argon2id, checked in the same time whether or not there is anything to check against.

Of texts that look the same Unicode knows one form, NFKC: that is hashed, so that any keyboard will do.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from store.errors import StoreError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_CHARACTERS, MOST_BYTES = 12, 1_024
MOST_GUESSES = 10**10
"""A password that falls to fewer, as `zxcvbn` estimates them, is refused: what it gives less than 4 of 4."""
_ESTIMATED = 36  # characters at either end: more take seconds if there are many digits among them
# Control characters and lone surrogates: what no keyboard types and no two terminals send alike.
_UNTYPED = {"Cc", "Cs"}
_LETTER = re.compile(r"[^\W\d_]")
_LEAST_WORD = 3  # an initial is part of too much


class WeakPasswordError(StoreError):
    """A new password that would not do, and why; the password itself is never in it."""


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """argon2id with the library's own parameters, which follow RFC 9106."""
    from argon2 import PasswordHasher  # deferred: only who signs in needs it

    return PasswordHasher()


def hash_password(text: str) -> str:
    """What to keep of a password, with its salt and parameters, as in `$argon2id$v=19$…`."""
    return hasher().hash(_as_bytes(text))


def verify_password(kept: str | None, text: str) -> bool:
    """Whether `text` is the password that was kept.

    With None, for somebody unknown or without a password, this takes as long and says no. StoreError if what
    is kept is no hash of a password.
    """
    from argon2.exceptions import VerificationError, VerifyMismatchError  # deferred, as in `hasher`

    try:
        hasher().verify(_decoy() if kept is None else kept, _as_bytes(text))
    except VerifyMismatchError:
        return False
    except (VerificationError, ValueError) as error:
        raise StoreError("the password that is kept cannot be read; it has to be reset") from error
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a password was hashed with other parameters than today's; then hash it anew when it is given.

    StoreError if what is kept is no hash of a password.
    """
    try:
        return hasher().check_needs_rehash(kept)
    except ValueError as error:
        raise StoreError("the password that is kept cannot be read; it has to be reset") from error


def check_new_password(text: str, *names: str) -> None:
    """WeakPasswordError in one line if a new password would not do; nothing is kept here.

    It has at least 12 characters and at most 1,024 bytes, no control characters, and nobody guesses it soon:
    it is more than a common password or words of `names` (the person's, the organisation's) with digits and
    punctuation, said twice, or in capitals.
    """
    said = _one_form(text)
    if any(unicodedata.category(character) in _UNTYPED for character in said):
        raise WeakPasswordError("a password has no control characters; choose another")
    if len(said) < LEAST_CHARACTERS:
        raise WeakPasswordError(f"a password has at least {LEAST_CHARACTERS} characters; choose a longer one")
    if len(said.encode()) > MOST_BYTES:
        raise WeakPasswordError(f"a password has at most {MOST_BYTES:,} bytes; choose a shorter one")
    words = {_bare(word) for name in ("stagewatch", *names) for word in (name, *name.split())}
    words = {word for word in words if len(word) >= _LEAST_WORD}
    if _is_only(words, _bare(said)):
        raise WeakPasswordError(
            "that password is little more than a name; choose one that nobody would guess"
        )
    if _is_known(said, words):
        raise WeakPasswordError(
            "that password is too well known or too soon guessed; a few words that have nothing to do with "
            "each other are better"
        )


def _as_bytes(text: str) -> bytes:
    return _one_form(text).encode("utf-8", "surrogatepass")


def _one_form(text: str) -> str:
    # Of so many characters no form has as few bytes as a password, and putting far more in order takes long.
    return unicodedata.normalize("NFKC", text[: 4 * MOST_BYTES])


def _decoy() -> str:
    """A hash with today's parameters that no password is known to have; made up, since hashing takes time."""
    made = hasher()
    salt, hashed = (
        base64.b64encode(bytes(size)).decode().rstrip("=") for size in (made.salt_len, made.hash_len)
    )
    return f"$argon2id$v=19$m={made.memory_cost},t={made.time_cost},p={made.parallelism}${salt}${hashed}"


def _is_known(said: str, names: set[str]) -> bool:
    # Deferred: it brings a hundred thousand words, which only a new password needs.
    from zxcvbn import zxcvbn
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    wholes = (said.casefold(), _bare(said))
    if any(
        _is_only({word}, whole) for word in FREQUENCY_LISTS["passwords"] for whole in wholes if word in whole
    ):
        return True
    # A long one is at least as hard as either end of it.
    ends = {said[:_ESTIMATED], said[-_ESTIMATED:]}
    return all(zxcvbn(end, sorted(names))["guesses"] < MOST_GUESSES for end in ends)


def _is_only(words: set[str], whole: str) -> bool:
    """Whether all letters of a text are those of `words`, which may come more than once."""
    longest_first = sorted(words, key=len, reverse=True)
    rest = re.sub("|".join(map(re.escape, longest_first)), "", whole)
    return _LETTER.search(whole) is not None and _LETTER.search(rest) is None


def _bare(text: str) -> str:
    """The letters and digits alone, in small letters."""
    return "".join(filter(str.isalnum, _one_form(text).casefold()))
