"""SQLite files opened, encrypted ones with their key: the one place that chooses between two drivers.

SQLCipher is SQLite with every page encrypted (AES-256, each page authenticated); its driver is the standard
library's with another name. A plain file is opened by the standard library's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from store.errors import StoreError
from store.file_keys import key_for

if TYPE_CHECKING:
    from store.file_keys import FileKey
    from store.location import Location

IN_MEMORY = ":memory:"


def file_key(location: Location) -> FileKey | None:
    """The key of a file: of one that is still to be written the one it is to get; None for a plain one."""
    if location.key is not None or location.path is None:
        return location.key
    return key_for(location.path)


def driver(key: FileKey | None) -> Any:
    """The module that opens a file with this key. StoreError if an encrypted one cannot be opened here."""
    if key is None:
        import sqlite3  # deferred: not needed for a store on PostgreSQL

        return sqlite3
    try:
        from sqlcipher3 import dbapi2  # deferred: an extra that few need
    except ImportError as error:
        raise StoreError(
            "an encrypted store needs the extra: pip install “stagewatch[sqlcipher]”; nothing was opened"
        ) from error
    return dbapi2


def open_sqlite(
    location: Location,
    mode: Literal["ro", "rw"] | None,
    *,
    timeout: float,
    by: Any = None,
) -> Any:
    """A connection in autocommit, for one thread at a time. `by` is a driver that was chosen already.

    `mode` None makes a file that is not there.
    """
    key = file_key(location)
    chosen = by or driver(key)
    name, uri = str(location.path), mode is not None and str(location.path) != IN_MEMORY
    connection = chosen.connect(
        f"{location.sqlite_uri}?mode={mode}" if uri else name,
        uri=uri,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )
    if key is not None:
        # It would write to the terminal of its own accord.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f'PRAGMA key = "{key.said}"')
    return connection
