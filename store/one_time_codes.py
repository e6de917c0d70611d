"""One-time codes: the six digits of a second factor (TOTP, RFC 6238), and codes that are good once.

The digits follow from a seed and from the step that the clock is in: half a minute, counted since 1970. A
step's digits are good within one step of now, since clocks differ, and never again once they were taken.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

from kpi.text import clean

if TYPE_CHECKING:
    from kpi.events import Instant

STEP = 30 * 1_000_000
"""Microseconds; RFC 6238 suggests it, and apps take nothing else for granted."""
WINDOW = 1
SMALL = 106
"""Characters of an address that the largest QR code for a terminal of 24 lines holds."""
RECOVERY_CODES = 10
# Crockford's base 32: none of I, L, O and U, so that nothing is read as something else.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("OIL", "011")
_GROUPS, _GROUP = 4, 5


def new_seed() -> str:
    """A random seed of 160 bits as 32 letters and digits (base 32), to be sealed and shown once."""
    import pyotp  # deferred: only who signs in needs it

    return pyotp.random_base32()


def step_for(seed: str, code: str, instant: Instant, after_step: int) -> int | None:
    """The step whose digits `code` are, within one of now and later than `after_step`; None if there is none.

    What comes back is to be kept as the next `after_step` in the same transaction: that is what makes a code
    good once. All steps are compared, each in constant time. Spaces in the code do not matter.
    """
    import pyotp  # deferred, as in `new_seed`
    from pyotp.utils import strings_equal

    digits, made = "".join(clean(code).split()), pyotp.TOTP(seed)
    now = instant // STEP
    steps = range(max(0, now - WINDOW), now + WINDOW + 1)
    fitting = [step for step in steps if strings_equal(digits, made.generate_otp(step))]
    # The latest, should two steps have the same digits: neither may be good again.
    return max((step for step in fitting if step > after_step), default=None)


def enrolment_uri(seed: str, name: str, organisation: str) -> str:
    """What an authenticator app reads from a QR code, as in `otpauth://totp/Northbank:A.%20Okafor?secret=…`.

    The organisation stands before the name and not once more as a parameter, which apps take as the same
    (github.com/google/google-authenticator/wiki/Key-Uri-Format), and without its last words where that makes
    it fit a small screen. A name may be too long even so.
    """
    issuer, account = (clean(text.replace(":", " ")) for text in (organisation, name))
    words = issuer.split() or ["Stagewatch"]
    shorter = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    uris = [
        f"otpauth://totp/{quote(one, safe='')}:{quote(account, safe='')}?secret={seed}" for one in shorter
    ]
    return next((uri for uri in uris if len(uri) <= SMALL), uris[0])


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes, each good once in place of the six digits; only what `recovery_hash` gives is kept."""
    return tuple(new_enrolment_code() for _ in range(RECOVERY_CODES))


def new_enrolment_code() -> str:
    """A code of 100 bits for the first sign-in, as in “7KQ29-FHM3X-TBVW4-E1C8A”."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def recovery_hash(code: str) -> bytes:
    """What to keep of a recovery or enrolment code, 32 bytes, however it was typed.

    Capitals, spaces and hyphens do not matter, and O is read as 0, I and L as 1. SHA-256 will do, slow
    hashing is for what people choose: nobody tries 2**100 codes.
    """
    typed = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(typed.translate(_LOOK_ALIKES).encode("utf-8", "surrogatepass")).digest()
