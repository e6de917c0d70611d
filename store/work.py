"""The unit of work: one transaction, one operation. Everything that writes goes through here."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from store.errors import StoreError, StoreMissingError
from store.failures import in_words
from store.plain import Plain, connect_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from store.location import Location

BUSY_SECONDS = 30
# Microseconds by which the clocks of two machines may differ; a change dated later than that is ahead.
CLOCKS_APART = 10 * 60 * 1_000_000
# Any number will do, as long as every writer of Stagewatch asks for the same one.
_WRITER_LOCK = 0x57A6E


def system_now() -> int:
    """The machine's clock as an instant: microseconds since 1970 in UTC."""
    return time.time_ns() // 1000


_IN_MEMORY = ":memory:"
_PRAGMAS = (
    "page_size = 8192",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "recursive_triggers = ON",
    "cache_size = -24576",
    # An import touches the same pages again and again: moved out of the log every 64 MiB, not every 4, it
    # takes half the time.
    "wal_autocheckpoint = 16384",
    "journal_size_limit = 67108864",
)


class Work:
    """A running unit of work: the session for tables, the plain connection for many rows at once."""

    def __init__(self, session: Session, plain: Plain, now: int) -> None:
        """Made by `Store.work` only."""
        self.session = session
        self.plain = plain
        self.now = now
        self.changed = True


class Store:
    """A store that can be written to. `clock` gives the present instant."""

    def __init__(self, location: Location, clock: Callable[[], int] = system_now) -> None:
        """Prepare the engine; nothing is opened yet."""
        self.location = location
        self.clock = clock
        self.engine = _engine(location)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One transaction: committed at the end, rolled back on any exception.

        Writers take turns: SQLite by BEGIN IMMEDIATE, PostgreSQL by an advisory lock held to the end.
        """
        with (
            self._translated(),
            Session(self.engine, expire_on_commit=False) as session,
            _dropped_if_interrupted(session),
        ):
            connection = session.connection()
            if self.location.url is not None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
            plain = Plain(_driver_connection(connection), postgres=self.location.url is not None)
            work = Work(session, plain, self.clock())
            yield work
            if work.changed:
                session.flush()
                plain.run("UPDATE store_state SET revision = revision + 1, updated_at = ?", (work.now,))
                session.commit()
            else:
                session.rollback()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise in_words(error.orig or error, self.location, writing=True) from error
        except self._driver_errors() as error:
            raise in_words(error, self.location, writing=True) from error

    def _driver_errors(self) -> tuple[type[Exception], ...]:
        if self.location.url is not None:
            import psycopg  # deferred: only a store on PostgreSQL needs it

            return (psycopg.Error,)
        import sqlite3

        return (sqlite3.Error,)


@contextmanager
def _dropped_if_interrupted(session: Session) -> Iterator[None]:
    """Drop the connection at ctrl-c, and the transaction with it: it may be within a statement.

    A rollback would fail there, and that error would hide the interruption.
    """
    try:
        yield
    except Exception:
        raise
    except BaseException:
        session.invalidate()
        raise


def _driver_connection(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _engine(location: Location) -> Engine:
    if location.url is not None:
        # The driver itself reads the address, as it does for readers: two parsers would differ in odd cases.
        return create_engine("postgresql+psycopg://", creator=partial(connect_postgres, location))
    # SQLAlchemy's recipe for SQLite: the driver begins nothing, we do. With the driver's own lazy BEGIN
    # two writers both read first and one loses its update.
    engine = create_engine(
        URL.create("sqlite", database=str(location.path)),
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "do_connect")
    def _find(*_: object) -> None:
        # The driver would make an empty file, readable by everyone, in place of a store that has gone.
        if location.path is not None and str(location.path) != _IN_MEMORY and not location.path.exists():
            raise StoreMissingError(f"there is no store at {location}; make one with “stagewatch init”")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()  # nobody else knows of it yet
            raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def make_private(location: Location) -> None:
    """Create the SQLite file readable by its owner alone, in a folder made for it if need be."""
    path = location.path
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"{path} cannot be made: {error.strerror or error}") from error
