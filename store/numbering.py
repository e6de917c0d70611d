"""The number of the next row in a table of which people see some rows only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from store.plain import Plain


def next_number(plain: Plain, table: Literal["summary_step", "contest", "document"]) -> int:
    """One more than the highest that there is, whichever of them the server shows to whoever asks."""
    if plain.postgres:
        return int(plain.value("SELECT next_number(?)", (table,)))
    return int(plain.value(f"SELECT coalesce(max(number), 0) + 1 FROM {table}"))
