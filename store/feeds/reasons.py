"""Why a row is not understood: the closed list of kinds, each a plain phrase that a person sees.

A bad row's reason is its kind alone, or the kind, a colon and the particulars.
"""

from __future__ import annotations

import re
from typing import Final

NO_TIME: Final = "no time"
TIME_ZONE_MISSING: Final = "time zone missing"
AMBIGUOUS_TIME: Final = "ambiguous time"
UNKNOWN_TIME: Final = "unknown time"
IMPOSSIBLE_TIME: Final = "impossible time"
UNKNOWN_EVENT: Final = "unknown event"
NO_LISTING: Final = "no listing"
NO_MILESTONE: Final = "no milestone"
BAD_DETAIL: Final = "bad detail"
OVER_LONG: Final = "over-long field"
CONTROL_ONLY: Final = "control characters only"
BROKEN_LINE: Final = "broken line"
CONFLICT: Final = "conflict markers"
NOT_TEXT: Final = "not text"

KINDS: Final = (
    NO_TIME,
    TIME_ZONE_MISSING,
    AMBIGUOUS_TIME,
    UNKNOWN_TIME,
    IMPOSSIBLE_TIME,
    UNKNOWN_EVENT,
    NO_LISTING,
    NO_MILESTONE,
    BAD_DETAIL,
    OVER_LONG,
    CONTROL_ONLY,
    BROKEN_LINE,
    CONFLICT,
    NOT_TEXT,
)

# How version control marks the sides of a conflict that nobody resolved: seven of a kind, not more.
CONFLICT_MARKER: Final = re.compile(r"([<|=>])\1{6}(?!\1)")
