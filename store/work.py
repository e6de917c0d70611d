"""The unit of work: one transaction, one operation. Everything that writes goes through here."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from kpi.errors import StagewatchError
from store.audit import Note, Operation, append_entries, keep_head, store_id_of
from store.audit_watch import has_log, is_watching, watch
from store.errors import SchemaError, StoreError, StoreMissingError
from store.failures import in_words, is_drivers
from store.plain import Plain, connect_postgres
from store.sqlite_open import IN_MEMORY, driver, file_key, open_sqlite
from store.who import NOBODY, Who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from kpi.audit_entry import Change, Origin, Outcome
    from kpi.policy import Subject
    from store.access import Visitor
    from store.location import Location

BUSY_SECONDS = 30
# Microseconds by which the clocks of two machines may differ; a change dated later than that is ahead.
CLOCKS_APART = 10 * 60 * 1_000_000
# Any number will do, as long as every writer of Stagewatch asks for the same one.
_WRITER_LOCK = 0x57A6E


def system_now() -> int:
    """The machine's clock as an instant: microseconds since 1970 in UTC."""
    return time.time_ns() // 1000


PAGE_SIZE = "page_size = 8192"
_PRAGMAS = (
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

    def __init__(self, session: Session, plain: Plain, now: int, operation: Operation) -> None:
        """Made by `Store.work` only."""
        self.session = session
        self.plain = plain
        self.now = now
        self.operation = operation
        # Who has signed in; None in a store that is open, and for its own housekeeping.
        self.visitor: Visitor | None = None
        self.changed = True
        # Whether screens have something new to show; not after what only says that somebody is there.
        self.is_news = True
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
        concerning: Subject | None = None,
        origin: Origin | None = None,
    ) -> Iterator[Work]:
        """One transaction for one operation: committed at the end, rolled back on any exception.

        What it changes is in the audit log when it is committed, under the operation's `name`, with its
        `actor` and `reason`; a StoreError is in there as a refusal, of what it was `about`. Where people
        sign in the actor is the one who has, and the policy must allow it: to what it is `about`, or to
        whom it is `concerning`. Writers take turns: SQLite by BEGIN IMMEDIATE, PostgreSQL by an advisory
        lock held to the end.
        """
        operation = Operation(name, actor or self.who.actor, origin or self.who.origin, reason, about)
        with self._translated():
            begun: Work | None = None
            try:
                with self._transaction(operation) as begun:
                    if begun.is_watched:
                        admit(begun, self.who, concerning)
                    yield begun
            except (SchemaError, StoreMissingError):
                raise
            except StagewatchError as error:
                if begun is not None:
                    self._note_refusal(begun.operation, error)
                raise

    @contextmanager
    def _transaction(self, operation: Operation) -> Iterator[Work]:
        with Session(self.engine, expire_on_commit=False) as session, _dropped_if_interrupted(session):
            connection = session.connection()
            plain = Plain(_driver_connection(connection), postgres=self.location.url is not None)
            if plain.postgres:
                plain.row("SELECT pg_advisory_xact_lock(?)", (_WRITER_LOCK,))
            work = Work(session, plain, self.clock(), operation)
            if plain.postgres and has_log(plain):
                work.watch()
            elif not plain.postgres:
                work.is_watched = is_watching(plain)  # since `_begin`
            yield work
            if not work.changed:
                session.rollback()
                return
            session.flush()
            appended = (
                append_entries(plain, work.operation, work.now, work.notes) if work.is_watched else None
            )
            if work.is_news:
                plain.run("UPDATE store_state SET revision = revision + 1, updated_at = ?", (work.now,))
            session.commit()
            keep_head(appended, put_back=work.is_put_back)

    def _note_refusal(self, operation: Operation, error: StagewatchError) -> None:
        """Have the log say what was refused, in a transaction of its own."""
        said = getattr(error, "for_the_log", str(error))
        if operation.origin == "system" or said is None:
            return
        with suppress(StoreError), self._translated(), self._transaction(operation) as work:
            work.changed = work.is_watched
            # An error may name people, whom the log knows by ids only: then it has other words for it.
            work.note(operation.about, reason=said, outcome="refused")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise in_words(error.orig or error, self.location, writing=True) from error
        except Exception as error:
            if not is_drivers(error):
                raise
            raise in_words(error, self.location, writing=True) from error


def admit(work: Work, who: Who, concerning: Subject | None) -> None:
    """Let the policy say whether whoever has signed in may do this; the log then has it under their name."""
    from store import access  # deferred: the first writer of an open store needs no more than one question

    plain, operation = work.plain, work.operation
    if who.origin == "system" or operation.name in access.BEFORE_SIGN_IN or not access.has_guard(plain):
        return
    today = access.today_in(plain, work.now)
    token = None if who.token is None else who.token(str(store_id_of(plain)))
    visitor = access.visitor_by(plain, token, work.now, today)
    work.operation = replace(operation, actor=visitor.name)
    access.check_operation(plain, visitor, operation.name, concerning or operation.about, work.now)
    work.visitor = visitor
    if who.origin == "command line" and not visitor.is_token and work.now - visitor.seen_at >= access.MINUTE:
        # Whoever gave a command is there, however long it works.
        plain.run("UPDATE session SET seen_at = ? WHERE number = ?", (work.now, visitor.session))


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
    key = file_key(location)
    engine = create_engine(
        URL.create("sqlite", database=str(location.path)),
        creator=partial(_open_file, location),
        module=driver(key),
    )
    # Of an encrypted file everybody who opens it would have to know the size: it keeps its driver's own.
    pragmas = _PRAGMAS if key is not None else (PAGE_SIZE, *_PRAGMAS)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        try:
            for pragma in pragmas:
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


def _open_file(location: Location) -> Any:
    # The driver would make an empty file, readable by everyone, in place of a store that has gone.
    if location.path is not None and str(location.path) != IN_MEMORY and not location.path.exists():
        raise StoreMissingError(f"there is no store at {location}; make one with “stagewatch init”")
    return open_sqlite(location, None, timeout=BUSY_SECONDS)


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
