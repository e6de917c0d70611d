"""Events arriving: a feed's items become rows of `event`, each kept once; their listings wait for replay."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from store.corrections import corrections_of
from store.feeds.reading import BadRow, FeedEvent
from store.feeds.rows import Possible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from store.feeds.reading import FeedItem
    from store.organisation import Organisation
    from store.plain import Plain

LISTING, EVENT_ID, IMPORT, CONTENT = 1, 8, 9, slice(1, 8)  # places in EVENT_COLUMNS
EVENT_COLUMNS = "key, listing_id, application, kind, at, actor, owner, detail, event_id, import_id"
_MOST_REMEMBERED = 8_192
KEY = 16  # bytes of an event's key, of which the first four say near which others it lies
_NEAR = 4
_END = 4  # characters at the end of an id that tell neighbours apart
_DAY = 24 * 3600 * 1_000_000
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode

EventRow = list[Any]


class Arrivals(NamedTuple):
    """A batch of a feed's items, ready to be kept; plain, so that it travels between processes as it is.

    `rows` are rows of EVENT_COLUMNS, but with the listing's reference for its number, and 0 for
    the import's. `bad` has the fields
    of BadRow, `unknown` the kinds of events that the catalogue does not know. `progress` is the share of
    the file that has been read, `digest` the file's SHA-256, in its last batch only.
    """

    items: int
    rows: list[EventRow]
    listings: list[str]
    bad: list[tuple[Any, ...]]
    unknown: list[str]
    progress: float = 0.0
    digest: str | None = None

    def bad_rows(self) -> list[BadRow]:
        """The rows that were not understood."""
        return [BadRow(*row) for row in self.bad]


def possible_at(organisation: Organisation, now: int) -> Possible:
    """When an event can have happened: from the first day that can be counted to the end of tomorrow.

    A closing date must leave room for every freeze that may move it.
    """
    calendar = organisation.calendar
    tomorrow = organisation.today(now) + timedelta(days=1)
    return Possible(
        calendar.end_of(calendar.first),
        calendar.end_of(min(tomorrow, calendar.latest_start)),
        calendar.first.isoformat(),
        calendar.latest_start.isoformat(),
    )


class _Remembered(dict[Any, Any]):
    """What `make` makes of a key, remembered: an export says the same again and again. Bounded in number."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        value = self[key] = self._make(key)
        return value


def arrivals_maker(source: str, known: Collection[str]) -> Callable[[Sequence[FeedItem]], Arrivals]:
    """A function from items of a source to arrivals; `known` are the catalogue's events.

    A repeated event is told by its id in its source, or without one by all that it says: its key is a hash
    of that. The key's first bytes are the same for events that stand near each other in an export (ids that
    differ at their end only, or one day), so that they come to lie on the same pages of the index.
    """
    by_id, by_content = (f"{kind}\x1f{source}\x1f".encode() for kind in ("id", "content"))
    near_id = _Remembered(lambda head: blake2b(by_id + head.encode(), digest_size=_NEAR).digest())
    near_day = _Remembered(lambda day: blake2b(by_content + str(day).encode(), digest_size=_NEAR).digest())
    texts = _Remembered(lambda said: _encode(dict(said)))
    base_id, base_content = (blake2b(base, digest_size=KEY - _NEAR) for base in (by_id, by_content))

    def row_of(event: FeedEvent) -> EventRow:
        _, event_id, kind, at, listing, application, actor, owner, details = event
        text = texts[tuple(details.items())] if details else None
        if event_id is not None:
            own = base_id.copy()
            own.update(event_id.encode())
            key = near_id[event_id[:-_END]] + own.digest()
        else:
            own = base_content.copy()
            # Cleaned text has no control characters, so the separator cannot occur in a field.
            said = (kind, str(at), listing, application or "", actor or "", owner or "", text or "")
            own.update("\x1f".join(said).encode())
            key = near_day[at // _DAY] + own.digest()
        return [key, listing, application, kind, at, actor, owner, text, event_id, 0]

    def arrivals(items: Sequence[FeedItem]) -> Arrivals:
        events = [item for item in items if isinstance(item, FeedEvent)]
        return Arrivals(
            items=len(items),
            rows=[row_of(event) for event in events],
            listings=list(dict.fromkeys([event.listing for event in events])),
            bad=[tuple(item) for item in items if isinstance(item, BadRow)],
            unknown=sorted({event.kind for event in events}.difference(known)),
        )

    return arrivals


def add_events(plain: Plain, arrivals: Arrivals, run: int) -> int:
    """Keep, as the import `run`'s, events that are new or newer versions of known ones; how many."""
    rows = arrivals.rows
    if not rows:
        return 0
    listings = _listing_ids(plain, arrivals.listings)
    for row in rows:
        row[LISTING] = listings[row[LISTING]]
        row[IMPORT] = run
    before = plain.value("SELECT coalesce(max(seq), 0) FROM event")
    added = plain.insert_new("event", EVENT_COLUMNS, rows, key="key")
    named = [row for row in rows if row[EVENT_ID] is not None] if added < len(rows) else []
    newer = plain.insert_new(
        "event",
        f"{EVENT_COLUMNS}, corrects",
        corrections_of(plain, EVENT_COLUMNS, named, CONTENT),
        key="key",
    )
    if added or newer:
        plain.run(
            "UPDATE listing SET next_moment = 0 WHERE id IN (SELECT listing_id FROM event WHERE seq > ?)",
            (before,),
        )
    if newer:  # an older version may have been of another listing
        plain.run(
            "UPDATE listing SET next_moment = 0 WHERE id IN (SELECT o.listing_id FROM event n JOIN event o "
            "ON o.seq = n.corrects OR o.corrects = n.corrects WHERE n.seq > ? AND n.corrects IS NOT NULL)",
            (before,),
        )
    return added + newer


def known_listings(plain: Plain, refs: Iterable[str]) -> dict[str, int]:
    """The numbers of the listings that are known, by reference."""
    return dict(plain.where_in("SELECT ref, id FROM listing WHERE ref IN (…)", refs))


def _listing_ids(plain: Plain, refs: Sequence[str]) -> dict[str, int]:
    """The numbers of listings by reference; those seen for the first time get one."""
    found = known_listings(plain, refs)
    new = [ref for ref in refs if ref not in found]
    if new:
        plain.many("INSERT INTO listing (ref, open_tasks, frozen) VALUES (?, 0, 0)", [(ref,) for ref in new])
        found.update(known_listings(plain, new))
    return found
