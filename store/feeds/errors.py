"""How the feeds say that something cannot be read."""

from __future__ import annotations

from store.errors import StoreError
from store.feeds.reasons import CONTROL_ONLY


class FeedError(StoreError):
    """A file that cannot be read, or not any further. One clear line."""


class RowError(ValueError):
    """One row that cannot be understood: a kind of `reasons`, and the particulars if there are any.

    The message is both, as a person sees them.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail


def missing(kind: str, name: str, raw: str) -> RowError:
    """Why a text that says nothing after cleaning says nothing: hostile throughout, or `kind` if empty."""
    return RowError(CONTROL_ONLY, name) if raw.strip() else RowError(kind)
