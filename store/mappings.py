"""Mappings kept in the store by their source's name: as last imported with, or as somebody corrected them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kpi.events import moment_of
from store.feeds.mapping import MappingError, load_mapping

if TYPE_CHECKING:
    from datetime import datetime

    from store.errors import StoreError
    from store.feeds.mapping import Mapping
    from store.plain import Plain
    from store.work import Store, Work


class SavedMapping(NamedTuple):
    """A mapping's name, its TOML text, and when it was saved, in UTC."""

    name: str
    text: str
    saved_at: datetime


def save_mapping(store: Store, text: str) -> Mapping:
    """Keep a mapping under its source's name, in place of the one there; MappingError if it is none."""
    mapping = load_mapping(text)
    with store.work() as work:
        work.changed = _write(work, mapping)
    return mapping


def remember_mapping(work: Work, mapping: Mapping) -> None:
    """Keep the mapping that a source is being imported with, unless the one kept already says the same."""
    if mapping.text:
        held = work.plain.value("SELECT text FROM mapping WHERE name = ?", (mapping.name,))
        if held is None or load_mapping(held) != mapping:
            _write(work, mapping)


def drop_mapping(store: Store, name: str) -> None:
    """Forget a mapping; StoreError if there is none of that name."""
    with store.work() as work:
        if not work.plain.run("DELETE FROM mapping WHERE name = ?", (name,)):
            raise _unknown(work.plain, name)


def saved_mappings(plain: Plain) -> tuple[SavedMapping, ...]:
    """All that are kept, by name."""
    rows = plain.rows("SELECT name, text, saved_at FROM mapping ORDER BY name")
    return tuple(SavedMapping(name, text, moment_of(at)) for name, text, at in rows)


def saved_mapping(plain: Plain, name: str) -> SavedMapping:
    """The one kept under `name`; StoreError if there is none."""
    row = plain.row("SELECT name, text, saved_at FROM mapping WHERE name = ?", (name,))
    if row is None:
        raise _unknown(plain, name)
    return SavedMapping(row[0], row[1], moment_of(row[2]))


def _write(work: Work, mapping: Mapping) -> bool:
    held = work.plain.value("SELECT text FROM mapping WHERE name = ?", (mapping.name,))
    if held == mapping.text:
        return False
    work.plain.run(
        "INSERT INTO mapping (name, text, saved_at) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET text = excluded.text, saved_at = excluded.saved_at",
        (mapping.name, mapping.text, work.now),
    )
    return True


def _unknown(plain: Plain, name: str) -> StoreError:
    names = ", ".join(f"“{row[0]}”" for row in plain.rows("SELECT name FROM mapping ORDER BY name LIMIT 20"))
    known = f"there are {names}" if names else "none is kept yet"
    return MappingError(f"no mapping is kept under the name “{name}”; {known}")
