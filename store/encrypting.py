"""A SQLite file encrypted, or decrypted: written anew, verified, then put in the old one's place whole."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from kpi.audit_entry import Change
from store.contents import count_contents
from store.errors import StoreError
from store.failures import in_words, is_drivers
from store.file_keys import forget_unused, keep_key, new_key
from store.location import Location
from store.plain import Plain
from store.schema import check_version
from store.sqlite_files import check_copy, export_within, seal
from store.sqlite_open import driver, file_key, open_sqlite
from store.who import NOBODY
from store.whole_files import draft_beside, place
from store.work import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.file_keys import FileKey
    from store.who import Who

_PORTION = 1024 * 1024
_WAIT_SECONDS = 1
_SERVER = "a server keeps its own files: have its disk encrypted; this is for SQLite files alone"


def with_new_key(location: Location) -> Location:
    """Where a store is to be founded, encrypted from the first; its key is kept by then.

    StoreError if there is anything yet, and if this machine has no place for the key.
    """
    if location.path is None:
        raise StoreError(_SERVER)
    if location.path.exists() and location.path.stat().st_size:
        raise StoreError(
            f"there is something at {location} already; “stagewatch store encrypt” encrypts a store that is "
            "there"
        )
    key = new_key()
    driver(key)
    keep_key(key)
    return Location(path=location.path, key=key)


def encrypt_store(location: Location, by: Who = NOBODY) -> str:
    """Encrypt a store's file with a new random key, which this machine keeps; its lines for safe keeping.

    StoreError if it is encrypted, in use by another program, or if this machine has no place for the key;
    nothing has changed then. The old file is overwritten and removed; what the disk keeps of it besides,
    nobody can say.
    """
    path = _path(location)
    _ask_before(location, by, "store.encrypt")
    if file_key(location) is not None:
        raise StoreError(f"{location} is encrypted already; nothing was changed")
    key = new_key()
    driver(key)  # says what is missing before anybody is asked to wait
    keep_key(key)
    try:
        _write_anew(path, key)
    except BaseException:
        forget_unused(key, path)
        raise
    _note_kind_of_file(location, by, "store.encrypt", encrypted=True)
    return key.text


def decrypt_store(location: Location, by: Who = NOBODY) -> None:
    """Make an encrypted store a plain file again. The key stays: backups made before have it too."""
    path = _path(location)
    _ask_before(location, by, "store.decrypt")
    if file_key(location) is None:
        raise StoreError(f"{location} is not encrypted; nothing was changed")
    _write_anew(path, None)
    _note_kind_of_file(location, by, "store.decrypt", encrypted=False)


def _path(location: Location) -> Path:
    if location.path is None:
        raise StoreError(_SERVER)
    if not location.path.exists():
        raise StoreError(f"there is no store at {location}; make one with “stagewatch init”")
    return location.path.expanduser().resolve()  # a link stays a link


@contextmanager
def _working(location: Location, by: Who) -> Iterator[Store]:
    made = Store(location, who=by)
    try:
        yield made
    finally:
        made.close()


def _ask_before(location: Location, by: Who, operation: str) -> None:
    """As for any operation, but before it: what it does is no transaction of the store."""
    with _working(location, by) as made, made.work(operation) as work:
        check_version(work.plain, location)
        work.changed = False


def _note_kind_of_file(location: Location, by: Who, operation: str, *, encrypted: bool) -> None:
    with _working(location, by) as made, made.work(operation) as work:
        work.note("store:1", [Change("encrypted", not encrypted, encrypted)])


def _write_anew(path: Path, key: FileKey | None) -> None:
    """Everything into a new file with this key, or without one; then that takes the old one's place."""
    old = Location(path=path)
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
    try:  # closed after the connection: whoever closes one lets go of all the process's locks on a file
        with _alone(old, file_key(old) or key) as connection, draft_beside(path) as draft:
            anew = Location(path=draft, key=key)
            contents = count_contents(Plain(connection, postgres=False))
            export_within(connection, anew)
            seal(anew)
            check_copy(anew, contents)
            draft.chmod(path.stat().st_mode & 0o777)
            place(draft, path, replace=True)
            # Nobody else has the old file open; who waits to has no store then, rather than a lost one.
            with suppress(OSError):  # the new one is in place, and counts
                _overwrite(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(location: Location, key: FileKey | None) -> Iterator[Any]:
    """A connection to a file that nobody else has open, in a transaction; StoreError if somebody has."""
    connection = open_sqlite(location, "rw", timeout=_WAIT_SECONDS, by=driver(key))
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        # Only whoever has the file alone can do without its log.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        yield connection
    except Exception as error:
        if not is_drivers(error):
            raise
        if "locked" in str(error):
            raise StoreError(
                f"{location} is open in another program or window; close it there first, nothing was changed"
            ) from error
        raise in_words(error, location, writing=True) from error
    finally:
        connection.close()


def _overwrite(handle: int) -> None:
    left = os.fstat(handle).st_size
    while left > 0:
        left -= os.write(handle, bytes(min(left, _PORTION)))
    os.fsync(handle)
