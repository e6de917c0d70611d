"""How the feeds say that something cannot be read."""

from __future__ import annotations

from store.errors import StoreError


class FeedError(StoreError):
    """A file that cannot be read, or not any further. One clear line."""


class RowError(ValueError):
    """One row that cannot be understood. The message is the plain reason that a person sees."""


def missing(what: str, raw: str) -> RowError:
    """Why a text that says nothing after cleaning says nothing: it is empty, or hostile throughout."""
    return RowError(f"{what} has control characters only" if raw.strip() else f"no {what}")
