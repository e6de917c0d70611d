"""The objects of an OCEL document, kept on disk while its events are read: there may be millions."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from store.feeds.errors import FeedError
from store.feeds.ocel_document import related, stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# More listings than this no application has, and no event has more rows.
MOST_ROWS = 1_000
_CACHED = 8_192
_CACHED_TEXT = 4 << 10
_LONGEST_SAID = 64 << 10
_LONGEST_VALUE = 10 << 10
_ALWAYS = float("-inf")
_SCHEMA = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE object (id BLOB PRIMARY KEY, type TEXT NOT NULL, said TEXT) WITHOUT ROWID;
    CREATE TABLE link (application BLOB NOT NULL, listing BLOB NOT NULL);
"""


class OcelObject(NamedTuple):
    """An object: its type, and what it said of each attribute from which moment on (seconds)."""

    type: str
    said: dict[str, list[tuple[float, Any]]]

    def value(self, attribute: str, at: float) -> object:
        """What the attribute was at a moment, or became first if it was nothing yet; None if it never was."""
        changes = self.said.get(attribute)
        if not changes:
            return None
        before = [value for since, value in changes if since <= at]
        return before[-1] if before else changes[0][1]


_UNKNOWN = OcelObject("", {})


def moment(text: object) -> float:
    """A time in seconds, to tell what came first; what is no time was always."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return (
            _ALWAYS if found is None else (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        )
    except (ValueError, OverflowError):
        return _ALWAYS


class OcelObjects:
    """The objects of some types and their attributes; of one id the first counts.

    `attributes` are the names that are wanted of each type. Memory is bounded; the rest is a temporary
    file of SQLite's, which goes with the connection.
    """

    def __init__(
        self, attributes: Mapping[str, frozenset[str]], listing: str | None, application: str | None
    ) -> None:
        self._attributes = attributes
        self._listing, self._application = listing, application
        self._found: dict[str, OcelObject] = {}
        self._listings: dict[str, list[str]] = {}
        with _plainly():
            self._file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._file.executescript(_SCHEMA)
            self._file.execute("BEGIN")

    def add(self, key: str | None, value: object) -> None:
        """Remember an object as it stands in the document; what is none, or of no wanted type, is let go."""
        if not isinstance(value, dict):
            return
        identity = key if key is not None else value.get("id", value.get("ocel:oid"))
        kind = value.get("type", value.get("ocel:type"))
        if not isinstance(identity, str) or not isinstance(kind, str) or kind not in self._attributes:
            return
        said = self._said(kind, value)
        with _plainly():
            self._file.execute("INSERT OR IGNORE INTO object VALUES (?, ?, ?)", (_blob(identity), kind, said))
            if kind in (self._application, self._listing):
                pairs = [
                    (one, other) if kind == self._application else (other, one)
                    for one, other in ((_blob(identity), _blob(other)) for other in related(value))
                ]
                self._file.executemany("INSERT INTO link VALUES (?, ?)", pairs)

    def finish(self) -> None:
        """Make ready to be asked, once all objects are there."""
        with _plainly():
            self._file.execute(
                "DELETE FROM link WHERE listing NOT IN (SELECT id FROM object WHERE type = ?)",
                (self._listing,),
            )
            self._file.execute("CREATE INDEX link_application ON link (application, listing)")

    def find(self, identity: str) -> OcelObject:
        """The object of that id; one of no type if it is not known."""
        found = self._found.get(identity)
        if found is not None:
            return found
        with _plainly():
            row = self._file.execute(
                "SELECT type, said FROM object WHERE id = ?", (_blob(identity),)
            ).fetchone()
        if row is None:
            return _UNKNOWN
        found = OcelObject(row[0], json.loads(row[1]) if row[1] else {})
        if len(identity) + len(row[1] or "") <= _CACHED_TEXT:
            if len(self._found) >= _CACHED:
                self._found.clear()
            self._found[identity] = found
        return found

    def listings_of(self, application: str) -> list[str]:
        """The listings that an application is related to, at most MOST_ROWS and one more."""
        found = self._listings.get(application)
        if found is None:
            with _plainly():
                rows = self._file.execute(
                    "SELECT DISTINCT listing FROM link WHERE application = ? ORDER BY listing LIMIT ?",
                    (_blob(application), MOST_ROWS + 1),
                ).fetchall()
            found = [row[0].decode(errors="surrogatepass") for row in rows]
            if len(application) + sum(map(len, found)) <= _CACHED_TEXT:
                if len(self._listings) >= _CACHED:
                    self._listings.clear()
                self._listings[application] = found
        return found

    def close(self) -> None:
        """Let go of all objects; it may be closed already."""
        self._file.close()

    def _said(self, kind: str, value: dict[str, Any]) -> str | None:
        wanted = self._attributes[kind]
        said: dict[str, list[tuple[float, Any]]] = {}
        for name, text, since in stated(value, "ocel:ovmap"):
            if name in wanted:
                cut = text[:_LONGEST_VALUE] if isinstance(text, str) else text
                said.setdefault(name, []).append((moment(since), cut))
        for changes in said.values():
            changes.sort(key=lambda change: change[0])
        text = json.dumps(said)
        if len(text) > _LONGEST_SAID:
            text = json.dumps({name: changes[-1:] for name, changes in said.items()})
        return text if said else None


def _blob(identity: str) -> bytes:
    return identity.encode(errors="surrogatepass")


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise FeedError(f"the objects of the OCEL file could not be kept meanwhile: {error}") from error
