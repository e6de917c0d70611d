"""The unit of work: one transaction, one operation. Everything that writes goes through here."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from kpi.errors import StagewatchError
from store.audit import Note, Operation, Who, append_entries, keep_head
from store.audit_watch import has_log, is_watching, watch
from store.errors import SchemaError, StoreError, StoreMissingError
from store.failures import in_words
from store.plain import Plain, connect_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from kpi.audit_entry import Change, Origin, Outcome
    from store.location import Location

BUSY_SECONDS = 30
# Microseconds by which the clocks of two machines may differ; a change dated later than that is ahead.
CLOCKS_APART = 10 * 60 * 1_000_000
# Any number will do, as long as every writer of Stagewatch asks for the same one.
_WRITER_LOCK = 0x57A6E


def system_now() -> int:
    """The machine's clock as an instant: microseconds since 1970 in UTC."""
    return time.time_ns() // 1000


NOBODY = Who()
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
        self.notes: list[Note] = []
        self.is_watched = False
        # Whether the log may end earlier than the keyring remembers, as after a restore.
        self.is_put_back = False

    def note(
        self,
        target: str,
        changes: Sequence[Change] = (),
        reason: str | None = None,
        outcome: Outcome = "done",
    ) -> None:
        """Have the audit log say what no record of its own shows."""
        self.notes.append(Note(target, outcome, tuple(changes), reason))

    def watch(self) -> None:
        """From here on what changes comes into the audit log; the schema must have one."""
        watch(self.plain)
        self.is_watched = True


class Store:
    """A store that can be written to. `clock` gives the present instant; `who` uses it, and from where."""

    def __init__(self, location: Location, clock: Callable[[], int] = system_now, who: Who = NOBODY) -> None:
        """Prepare the engine; nothing is opened yet."""
        self.location = location
        self.clock = clock
        self.who = who
        self.engine = _engine(location)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def work(
        self,
        name: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        about: str = "store:1",
        origin: Origin | None = None,
    ) -> Iterator[Work]:
        """One transaction for one operation: committed at the end, rolled back on any exception.

        What it changes is in the audit log when it is committed, under the operation's `name`, with its
        `actor` and `reason`; a StoreError is in there as a refusal, of what it was `about`. Writers take
        turns: SQLite by BEGIN IMMEDIATE, PostgreSQL by an advisory lock held to the end.
        """
        operation = Operation(name, actor or self.who.actor, origin or self.who.origin, reason, about)
        with self._translated():
            has_begun = False
            try:
                with self._transaction(operation) as work:
                    has_begun = True
                    yield work
            except (SchemaError, StoreMissingError):
                raise
            except StagewatchError as error:
                if has_begun:
                    self._note_refusal(operation, error)
                raise

    @contextmanager
    def _transaction(self, operation: Operation) -> Iterator[Work]:
        with Session(self.engine, expire_on_commit=False) as session, _dropped_if_interrupted(session):
            connection = session.connection()
            plain = Plain(_driver_connection(connection), postgres=self.location.url is not None)
            if plain.postgres:
                plain.row("SELECT pg_advisory_xact_lock(?)", (_WRITER_LOCK,))
            work = Work(session, plain, self.clock())
            if plain.postgres and has_log(plain):
                work.watch()
            elif not plain.postgres:
                work.is_watched = is_watching(plain)  # since `_begin`
            yield work
            if not work.changed:
                session.rollback()
                return
            session.flush()
            appended = append_entries(plain, operation, work.now, work.notes) if work.is_watched else None
            plain.run("UPDATE store_state SET revision = revision + 1, updated_at = ?", (work.now,))
            session.commit()
            keep_head(appended, put_back=work.is_put_back)

    def _note_refusal(self, operation: Operation, error: StagewatchError) -> None:
        """Have the log say what was refused, in a transaction of its own."""
        if operation.origin == "system":
            return
        with suppress(StoreError), self._translated(), self._transaction(operation) as work:
            work.changed = work.is_watched
            # An error may name people, whom the log knows by ids only: then it has other words for it.
            said = getattr(error, "for_the_log", str(error))
            work.note(operation.about, reason=said, outcome="refused")

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
        # Once before any transaction: what is made in one that is rolled back goes with it.
        plain = Plain(_driver_connection(connection), postgres=False)
        if has_log(plain):
            watch(plain)
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
