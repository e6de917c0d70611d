"""SQLite files copied the database's own way, checked, and put in their place all at once."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from store.contents import Contents, count_contents
from store.errors import StoreError
from store.failures import in_words, is_drivers
from store.moment import one_moment
from store.sqlite_open import driver, file_key, open_sqlite
from store.work import BUSY_SECONDS, PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.location import Location
    from store.plain import Plain

    Tell = Callable[[float], None]

_PAGES = 4_096
_MOST_PROBLEMS = 20


def copy_pages(source: Any, target: Location, tell: Tell | None = None) -> None:
    """Copy all pages into `target` in one transaction of the target's, whoever else has either of them open.

    A source with a transaction under way is copied as that transaction sees it. Both are plain, or both are
    encrypted with one key. StoreError if the target is kept busy by others; it is then as it was.
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


def export_copy(source: Location, draft: Location) -> None:
    """Write all that a file holds into an empty draft, each with its own key or none.

    SQLCipher copies pages only between files of one key; this is its own way for all others. What refers to
    a row by its place alone is lost; no table of a store does.
    """
    by = driver(file_key(source) or draft.key)
    with _said_in_words(draft), closing(open_sqlite(source, "ro", timeout=BUSY_SECONDS, by=by)) as connection:
        export_within(connection, draft)


def export_within(connection: Any, draft: Location) -> None:
    """The same by a connection of SQLCipher's that is there, in its transaction if it has begun one."""
    key = "" if draft.key is None else draft.key.said
    connection.execute("ATTACH DATABASE ? AS draft KEY ?", (str(draft.path), key))
    if draft.key is None:
        connection.execute(f"PRAGMA draft.{PAGE_SIZE}")
    connection.execute("SELECT sqlcipher_export('draft')")
    if connection.in_transaction:
        connection.execute("COMMIT")
    connection.execute("DETACH DATABASE draft")


def seal(draft: Location) -> None:
    """Make a draft one file, without helper files beside it."""
    with _said_in_words(draft), closing(_open(draft)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _open(location: Location) -> Any:
    connection = open_sqlite(location, "rw", timeout=1)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def _said_in_words(location: Location) -> Iterator[None]:
    """Turn what SQLite raises while writing into a StoreError."""
    try:
        yield
    except Exception as error:
        if not is_drivers(error):
            raise
        raise in_words(error, location, writing=True) from error


def file_problems(plain: Plain) -> list[str]:
    """What SQLite itself finds wrong with a file: its pages, its indexes, its references."""
    found = [str(row[0]) for row in plain.rows(f"PRAGMA integrity_check({_MOST_PROBLEMS})")]
    problems = [] if found == ["ok"] else found
    for table, _, parent, _ in plain.rows("PRAGMA foreign_key_check")[:_MOST_PROBLEMS]:
        problems.append(f"a row of {table} refers to a row of {parent} that is not there")
    return problems


def check_copy(draft: Location, wanted: Contents) -> None:
    """StoreError unless the draft is sound and holds exactly what was copied."""
    with one_moment(draft, any_schema=True) as plain:
        problems = file_problems(plain)
        if not problems and count_contents(plain) != wanted:
            problems = ["it does not hold what the store holds"]
    if problems:
        raise StoreError(f"the copy did not come out right ({problems[0]}); it was thrown away, try again")
