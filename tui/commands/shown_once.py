"""What is shown this once: a second factor's seed, as a QR code and as text, and recovery codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from kpi.text import clean
from tui.qr import qr_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

_GROUP = 4
# Black on white by the numbers that terminals' own themes leave alone: a QR code is read by its colours.
_BLACK_ON_WHITE, _AS_BEFORE = "\x1b[38;5;16;48;5;231m", "\x1b[0m"


def print_second_factor(uri: str) -> None:
    """The seed, for an authenticator app; drawn as a QR code, last, if this is a terminal that can."""
    seed = parse_qs(urlsplit(uri).query)["secret"][0]
    print("The second factor, for your authenticator app to read or to be given by hand:")
    print()
    print("  " + " ".join(seed[place : place + _GROUP] for place in range(0, len(seed), _GROUP)))
    print(f"  {clean(uri)}")
    print()
    for line in _drawn(uri):
        print(line)


def print_recovery_codes(codes: Iterable[str]) -> None:
    """Codes that are good once each, for when the app is lost."""
    print("Recovery codes, shown this once; each is good once, in place of six digits:")
    print()
    for code in codes:
        print(f"  {code}")
    print()


def _drawn(uri: str) -> list[str]:
    if not sys.stdout.isatty():
        return []
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    # Without colours of its own it has to guess: most terminals are dark.
    lines = qr_lines(uri, dark=plain) or []
    try:
        "".join(lines).encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return []
    if not plain:
        lines = [f"{_BLACK_ON_WHITE}{line}{_AS_BEFORE}" for line in lines]
    return lines
