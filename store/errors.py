"""What the store says to people when it cannot do what was asked."""

from __future__ import annotations

from kpi.errors import StagewatchError


class StoreError(StagewatchError):
    """One clear line: what happened, what was kept, what to do."""


class StoreMissingError(StoreError):
    """There is no store at this place."""


class SchemaError(StoreError):
    """The store's schema is not the one that this program works with."""
