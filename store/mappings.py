"""Mappings kept in the store by their source's name: as last imported with, or as somebody corrected them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from kpi.catalogue import quote
from kpi.events import moment_of
from kpi.text import clean
from store.feeds.mapping import MappingError, load_mapping
from store.feeds.mapping_text import mapping_text

if TYPE_CHECKING:
    from datetime import datetime

    from store.errors import StoreError
    from store.feeds.mapping import Mapping
    from store.plain import Plain
    from store.work import Store, Work

_EVENTS = re.compile(r"^[ \t]*\[[ \t]*events[ \t]*\][^\n]*$", re.MULTILINE)


class SavedMapping(NamedTuple):
    """A mapping's name, its TOML text, and when it was saved, in UTC."""

    name: str
    text: str
    saved_at: datetime


def save_mapping(store: Store, text: str) -> Mapping:
    """Keep a mapping under its source's name, in place of the one there; MappingError if it is none."""
    mapping = load_mapping(text)
    with store.work("mapping.save") as work:
        work.changed = _write(work, mapping)
    return mapping


def map_activity(store: Store, source: str, activity: str, event: str) -> Mapping:
    """Let an activity of a source be read as one of our events, in the mapping that is kept for it.

    It counts for rows that are read from now on: events that are kept keep their names. An activity that
    the mapping itself gives, in [events] or [milestones], is changed there. StoreError if none is kept.
    """
    with store.work("mapping.save", about=f"mapping:{clean(source)}") as work:
        kept = load_mapping(saved_mapping(work.plain, source).text)
        events = {theirs: event if ours == activity else ours for theirs, ours in kept.events.items()}
        dates = {column: event if ours == activity else ours for column, ours in kept.milestones.items()}
        if events == kept.events and dates == kept.milestones:
            events[activity] = event
        wanted = replace(kept, events=events, milestones=dates)
        text = _with_entry(kept.text, f"{quote(activity)} = {quote(event)}")
        mapping = _loaded(text)
        if mapping != wanted:
            mapping = load_mapping(mapping_text(wanted))
        work.changed = _write(work, mapping)
    return mapping


def _with_entry(text: str, entry: str) -> str:
    """A mapping's text with one more line in [events]: so its comments stay."""
    found = _EVENTS.search(text)
    if found is None:
        return f"{text.rstrip()}\n\n[events]\n{entry}\n"
    return f"{text[: found.end()]}\n{entry}{text[found.end() :]}"


def _loaded(text: str) -> Mapping | None:
    """The mapping, None if the text is none."""
    try:
        return load_mapping(text)
    except MappingError:
        return None


def remember_mapping(work: Work, mapping: Mapping) -> None:
    """Keep the mapping that a source is being imported with, unless the one kept already says the same."""
    if mapping.text:
        held = work.plain.value("SELECT text FROM mapping WHERE name = ?", (mapping.name,))
        if held is None or load_mapping(held) != mapping:
            _write(work, mapping)


def drop_mapping(store: Store, name: str) -> None:
    """Forget a mapping; StoreError if there is none of that name."""
    with store.work("mapping.drop", about=f"mapping:{clean(name)}") as work:
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
