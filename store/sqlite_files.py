"""SQLite files copied the database's own way, checked, and put in their place all at once."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from store.contents import Contents, count_contents
from store.errors import StoreError
from store.failures import in_words
from store.location import Location
from store.moment import one_moment
from store.work import BUSY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.plain import Plain

    Tell = Callable[[float], None]

HELPERS = ("-wal", "-shm", "-journal")
_PAGES = 4_096
_MOST_PROBLEMS = 20


@contextmanager
def draft_beside(file: Path) -> Iterator[Path]:
    """An empty file for its owner alone in the folder of `file`; gone at the end if it was not placed."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise StoreError(f"nothing can be written to {file.parent}: {error.strerror or error}") from error
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
    finally:
        for helper in ("", *HELPERS):
            Path(f"{draft}{helper}").unlink(missing_ok=True)


def place(draft: Path, file: Path, *, replace: bool) -> None:
    """Make `draft` durable and give it its name in one step; without `replace` only where nothing is yet."""
    try:
        _sync(draft)
        if replace:
            draft.replace(file)
        else:
            _name_once(draft, file)
        _sync(file.parent)
    except FileExistsError as error:
        raise StoreError(f"{file} exists already; it was left as it is") from error
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror or error}") from error


def _name_once(draft: Path, file: Path) -> None:
    try:
        os.link(draft, file)  # unlike a rename this fails where there is something
    except FileExistsError:
        raise
    except OSError:  # memory sticks and some shares know no second names
        if file.exists():
            raise FileExistsError from None
        draft.replace(file)
    else:
        draft.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
