"""A database connection without SQLAlchemy: for reading fast, and for writing many rows at once.

The first frame of the app comes from here (importing SQLModel alone takes longer than importing Textual).
SQL is written once, with `?` for a parameter, in the words that SQLite and PostgreSQL share.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from store.errors import StoreError, StoreMissingError
from store.failures import in_words, is_drivers
from store.sqlite_open import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from store.location import Location

Row = tuple[Any, ...]
READ_BUSY_SECONDS = 5
_FEW = 20  # rows up to which a COPY costs more than it saves


class Rows(Protocol):
    """Rows that one can count and go through, as often as one likes."""

    def __len__(self) -> int:
        """How many there are."""

    def __iter__(self) -> Iterator[Sequence[Any]]:
        """Each of them."""


@lru_cache(maxsize=256)
def _for_psycopg(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


class Plain:
    """A thin face of a DBAPI connection."""

    def __init__(self, connection: Any, *, postgres: bool) -> None:
        """Wrap an open `sqlite3` or `psycopg` connection."""
        self.connection = connection
        self.postgres = postgres
        self._in_snapshot = False

    def _sql(self, sql: str) -> str:
        return _for_psycopg(sql) if self.postgres else sql

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        cursor = self.connection.execute(self._sql(sql), parameters)
        rows: list[Row] = cursor.fetchall()
        return rows

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows of a query one by one, for those that may be too many to hold."""
        yield from self.connection.execute(self._sql(sql), parameters)

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, if there is one."""
        found: Row | None = self.connection.execute(self._sql(sql), parameters).fetchone()
        return found

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row, None without one."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement that changes rows; how many it changed."""
        return int(self.connection.execute(self._sql(sql), parameters).rowcount)

    def many(self, sql: str, rows: Rows) -> int:
        """Run a statement once per row of parameters; how many rows it changed altogether."""
        if not rows:
            return 0
        cursor = self.connection.cursor()
        try:
            cursor.executemany(self._sql(sql), rows)
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def insert(self, table: str, columns: str, rows: Rows) -> None:
        """Put rows into a table, `columns` naming their values; many at once by the server's fastest way."""
        if self.postgres and len(rows) > _FEW:
            if self.value("SELECT row_security_active(?)", (table,)):
                self._insert_looked_at(table, columns, rows)
            else:
                self._copy(table, columns, rows)
            return
        marks = ", ".join("?" * len(columns.split(",")))
        self.many(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)

    def _copy(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def _insert_looked_at(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """A server copies nothing into a table whose rows it looks at one by one, by who asks."""
        self.run(f"CREATE TEMP TABLE coming ON COMMIT DROP AS SELECT {columns} FROM {table} WHERE false")
        self._copy("coming", columns, rows)
        self.run(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM coming")
        self.run("DROP TABLE coming")

    def insert_new(self, table: str, columns: str, rows: Rows, *, key: str) -> int:
        """Put in those rows, in their order, whose `key` is not there yet; how many those were."""
        marks = ", ".join("?" * len(columns.split(",")))
        if not (self.postgres and len(rows) > _FEW):
            return self.many(
                f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({key}) DO NOTHING", rows
            )
        self.run(
            "CREATE TEMP TABLE arriving ON COMMIT DROP AS "
            f"SELECT 0 AS place, {columns} FROM {table} WHERE false"
        )
        self.insert("arriving", f"place, {columns}", [(place, *row) for place, row in enumerate(rows)])
        added = self.run(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM arriving ORDER BY place "
            f"ON CONFLICT ({key}) DO NOTHING"
        )
        self.run("DROP TABLE arriving")
        return added

    def where_in(
        self, sql: str, values: Iterable[Any], parameters: Sequence[Any] = (), *, size: int = 500
    ) -> Iterator[Row]:
        """Rows of a query whose text has `IN (…)`, asked in portions of `size` values.

        `parameters` stand before the values.
        """
        listed = list(values)
        for start in range(0, len(listed), size):
            part = listed[start : start + size]
            marks = ",".join("?" * len(part))
            yield from self.rows(sql.replace("(…)", f"({marks})"), (*parameters, *part))

    def read_unmapped(self) -> None:
        """For who reads most of a large file: what is mapped of it would count as this process's memory."""
        if not self.postgres:
            self.connection.execute("PRAGMA mmap_size = 0")

    def by_index(self) -> None:
        """For who asks, in this transaction, for few rows of large tables.

        A server that has not looked at what has just come into a table takes few rows for most of them, and
        goes through it whole. SQLite does not.
        """
        if self.postgres:
            self.connection.execute("SET LOCAL enable_seqscan = off")
            self.connection.execute("SET LOCAL jit = off")  # what it takes a query for depends on that

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several queries that see one and the same state of the store; one within another is the same."""
        if self._in_snapshot:
            yield
            return
        self._in_snapshot = True
        self.connection.execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if self.postgres else "BEGIN"
        )
        try:
            yield
        finally:
            self._in_snapshot = False
            with suppress(Exception):  # the connection may be what failed; the first error is the one to tell
                self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def connect(location: Location) -> Plain:
    """Open a store for reading only: StoreMissingError where there is none, StoreError if it fails."""
    if location.url is not None:
        return Plain(connect_postgres(location, autocommit=True), postgres=True)
    path = location.path
    if path is None or not os.path.exists(path):  # noqa: PTH110 - Path.exists raises for an impossible name
        raise StoreMissingError(f"there is no store at {location}; make one with “stagewatch init”")
    connection = None
    try:
        connection = open_sqlite(location, "ro", timeout=READ_BUSY_SECONDS)
        for pragma in ("query_only = ON", "cache_size = -32768", "mmap_size = 268435456"):
            connection.execute(f"PRAGMA {pragma}")
    except Exception as error:
        if connection is not None:
            connection.close()
        if not is_drivers(error):
            raise
        raise in_words(error, location, writing=False) from error
    return Plain(connection, postgres=False)


def connect_postgres(location: Location, *, autocommit: bool = False) -> Any:
    """A psycopg connection; StoreError if there is none to be had."""
    try:
        import psycopg  # deferred: an extra that SQLite users need not install
    except ImportError as error:
        raise StoreError("PostgreSQL needs the extra: pip install “stagewatch[postgres]”") from error
    try:
        return psycopg.connect(
            location.psycopg_url,
            autocommit=autocommit,
            connect_timeout=10,
            client_encoding="utf8",
            application_name="stagewatch",
        )
    except (psycopg.Error, UnicodeError) as error:
        raise in_words(error, location, writing=False) from error
