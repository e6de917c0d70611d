"""SQLite files copied the database's own way, checked, and put in their place all at once."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from store.contents import Contents, count_contents
from store.errors import StoreError
from store.failures import in_words
from store.location import Location
from store.moment import one_moment
from store.work import BUSY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from store.plain import Plain

    Tell = Callable[[float], None]

_PAGES = 4_096
_MOST_PROBLEMS = 20


def copy_pages(source: sqlite3.Connection, target: Location, tell: Tell | None = None) -> None:
    """Copy all pages into `target` in one transaction of the target's, whoever else has either of them open.

    A source with a transaction under way is copied as that transaction sees it. StoreError if the target
    is kept busy by others; it is then as it was.
    """
    moved = time.monotonic()
    last = -1

    def watch(status: int, remaining: int, total: int) -> None:
        # The driver tries again for ever while somebody else holds the target; people should hear of it.
        nonlocal moved, last
        if remaining != last or status == sqlite3.SQLITE_DONE:
            moved, last = time.monotonic(), remaining
        elif time.monotonic() - moved > BUSY_SECONDS:
            raise StoreError(f"{target} is in use by another program; nothing was changed, try again later")
        if tell is not None and total:
            tell(1 - remaining / total)

    with _said_in_words(target), closing(_open(target)) as into:
        source.backup(into, pages=_PAGES, progress=watch, sleep=0.05)


def seal(draft: Path) -> None:
    """Make a draft one plain file, without helper files beside it."""
    place_of = Location(path=draft)
    with _said_in_words(place_of), closing(_open(place_of)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _open(location: Location) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{location.sqlite_uri}?mode=rw", uri=True, timeout=1, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def _said_in_words(location: Location) -> Iterator[None]:
    """Turn what SQLite raises while writing into a StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise in_words(error, location, writing=True) from error


def file_problems(plain: Plain) -> list[str]:
    """What SQLite itself finds wrong with a file: its pages, its indexes, its references."""
    found = [str(row[0]) for row in plain.rows(f"PRAGMA integrity_check({_MOST_PROBLEMS})")]
    problems = [] if found == ["ok"] else found
    for table, _, parent, _ in plain.rows("PRAGMA foreign_key_check")[:_MOST_PROBLEMS]:
        problems.append(f"a row of {table} refers to a row of {parent} that is not there")
    return problems


def check_copy(draft: Path, wanted: Contents) -> None:
    """StoreError unless the draft is sound and holds exactly what was copied."""
    place_of = Location(path=draft)
    with one_moment(place_of, any_schema=True) as plain:
        problems = file_problems(plain)
        if not problems and count_contents(plain) != wanted:
            problems = ["it does not hold what the store holds"]
    if problems:
        raise StoreError(f"the copy did not come out right ({problems[0]}); it was thrown away, try again")
