"""Why somebody changed something: required with every change of the rules, and kept with it."""

from __future__ import annotations

from kpi.text import clean
from store.errors import StoreError

MOST_CHARACTERS = 500


def check_reason(reason: str) -> str:
    """The reason as it is kept; StoreError without one."""
    reason = clean(reason)
    if not reason:
        raise StoreError("reason: say why, it is kept with the change; nothing was written")
    if len(reason) > MOST_CHARACTERS:
        raise StoreError(
            f"reason: at most {MOST_CHARACTERS} characters, this has {len(reason)}; nothing was written"
        )
    return reason
