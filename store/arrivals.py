"""Events arriving: a feed's items become rows of `event`, each kept once; their listings wait for replay."""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from store.corrections import corrections_of
from store.feeds.fields import Remembered
from store.feeds.reading import BadRow, FeedEvent
from store.feeds.rows import Possible
from store.packed import Unpacked, pack_columns, unpack_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from store.feeds.reading import FeedItem
    from store.organisation import Organisation
    from store.plain import Plain, Row

EVENT_ID, CONTENT = 8, slice(1, 8)  # places in EVENT_COLUMNS
EVENT_COLUMNS = "key, listing_id, application, kind, at, actor, owner, detail, event_id, import_id"
_NOT_YET = "(next_moment IS NULL OR next_moment <> 0) AND"  # most wait already, and need not be written again
KEY = 16  # bytes of an event's key, of which the first four say near which others it lies
_NEAR = 4
_END = 4  # characters at the end of an id that tell neighbours apart
_DAY = 24 * 3600 * 1_000_000


class Arrivals(NamedTuple):
    """Some of a feed's items, ready to be kept; plain, so that it travels between processes as it is.

    `columns` are those of EVENT_COLUMNS but for the last, packed, listings' references for numbers. `bad`
    has the fields of BadRow, `unknown` the kinds of events that the catalogue does not know. `progress`
    is the share of the file that has been read, `digest` the file's SHA-256, in its last arrivals only.
    """

    items: int
    events: int
    columns: bytes
    listings: list[str]
    bad: list[tuple[Any, ...]]
    unknown: list[str]
    progress: float = 0.0
    digest: str | None = None

    def rows(self, listings: Mapping[str, Any], run: int = 0) -> Iterator[Row]:
        """Rows of EVENT_COLUMNS, with the listings' numbers for their references, for the import `run`."""
        if not self.events:
            return iter(())
        key, listing, *others = unpack_columns(self.columns)
        return zip(key, map(listings.__getitem__, listing), *others, repeat(run), strict=False)

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


def arrivals_maker(source: str, known: Collection[str]) -> Callable[[Sequence[FeedItem]], Arrivals]:
    """A function from items of a source to arrivals; `known` are the catalogue's events.

    A repeated event is told by its id in its source, or without one by all that it says: its key is a hash
    of that. The key's first bytes are the same for events that stand near each other in an export (ids that
    differ at their end only, or one day), so that they come to lie on the same pages of the index.
    """
    by_id, by_content = (f"{kind}\x1f{source}\x1f".encode() for kind in ("id", "content"))
    near_id = Remembered(lambda head: blake2b(by_id + head.encode(), digest_size=_NEAR).digest())
    near_day = Remembered(lambda day: blake2b(by_content + day.encode(), digest_size=_NEAR).digest())
    base_id, base_content = (blake2b(base, digest_size=KEY - _NEAR) for base in (by_id, by_content))

    def key_of(event: FeedEvent) -> bytes:
        _, event_id, kind, at, listing, application, actor, owner, details = event
        if event_id is not None:
            own = base_id.copy()
            own.update(event_id.encode())
            near: bytes = near_id[event_id[:-_END]]
        else:
            own = base_content.copy()
            text = details.text if details else ""
            # Cleaned text has no control characters, so the separator cannot occur in a field.
            said = (kind, str(at), listing, application or "", actor or "", owner or "", text)
            own.update("\x1f".join(said).encode())
            near = near_day[str(at // _DAY)]
        return near + own.digest()

    def arrivals(items: Sequence[FeedItem]) -> Arrivals:
        events = [item for item in items if isinstance(item, FeedEvent)]
        columns = b""
        listing: tuple[str, ...] = ()
        kind: tuple[str, ...] = ()
        if events:
            _, event_id, kind, at, listing, application, actor, owner, details = zip(*events, strict=True)
            texts = tuple([said.text if said else None for said in details])
            keys = tuple(map(key_of, events))
            columns = pack_columns((keys, listing, application, kind, at, actor, owner, texts, event_id))
        return Arrivals(
            items=len(items),
            events=len(events),
            columns=columns,
            listings=list(dict.fromkeys(listing)),
            bad=[tuple(item) for item in items if isinstance(item, BadRow)],
            unknown=sorted(set(kind).difference(known)),
        )

    return arrivals


def add_events(plain: Plain, batch: Sequence[Arrivals], run: int) -> int:
    """Keep, as the import `run`'s, events that are new or newer versions of known ones; how many."""
    refs = dict.fromkeys(ref for arrivals in batch for ref in arrivals.listings)
    if not refs:
        return 0
    plain.by_index()
    listings = _listing_ids(plain, list(refs))
    rows = Unpacked(
        sum(arrivals.events for arrivals in batch),
        lambda: chain.from_iterable(arrivals.rows(listings, run) for arrivals in batch),
    )
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
            f"UPDATE listing SET next_moment = 0 WHERE {_NOT_YET} id IN "
            "(SELECT listing_id FROM event WHERE seq > ?)",
            (before,),
        )
    if newer:  # an older version may have been of another listing
        plain.run(
            f"UPDATE listing SET next_moment = 0 WHERE {_NOT_YET} id IN "
            "(SELECT o.listing_id FROM event n JOIN event o ON o.seq = n.corrects OR o.corrects = n.corrects "
            "WHERE n.seq > ? AND n.corrects IS NOT NULL)",
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
