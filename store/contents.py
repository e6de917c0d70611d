"""What a store holds, in numbers, to tell whether a copy is complete; rows carried from store to store."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sqlmodel import SQLModel

import store.tables  # noqa: F401 - fills the metadata
from store.audit_tables import GENERATED
from store.schema import version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.plain import Plain, Row

PORTION = 10_000


@dataclass(frozen=True, slots=True)
class Contents:
    """A store's schema version, its revision, and how many rows each table has."""

    version: str | None
    revision: int
    rows: dict[str, int]


def count_contents(plain: Plain) -> Contents:
    """Count a store; inside a snapshot it is one state's contents. Alien tables on a server do not count."""
    known = {table.name for table in SQLModel.metadata.sorted_tables}
    names = known & table_names(plain) if plain.postgres else table_names(plain)
    return Contents(
        version_of(plain),
        int(plain.value("SELECT revision FROM store_state") or 0),
        {name: int(plain.value(f'SELECT count(*) FROM "{name}"')) for name in sorted(names)},
    )


def table_names(plain: Plain) -> set[str]:
    """The names of all tables, but for the database's own and the one that holds the version."""
    ask = (
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        if plain.postgres
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    )
    return {str(row[0]) for row in plain.rows(ask)} - {"alembic_version"}


def copy_rows(source: Plain, target: Plain, tell: Callable[[str], None] | None = None) -> None:
    """Copy every table's rows into an empty store of the same schema, in the target's transaction.

    `tell` hears each table's name before its rows are copied.
    """
    for table in SQLModel.metadata.sorted_tables:
        if tell is not None:
            tell(table.name)
        columns = [column.name for column in table.columns if column.info != GENERATED]
        names = ", ".join(f'"{name}"' for name in columns)
        # The log takes entries one after the other only.
        order = " ORDER BY seq" if table.name == "audit_entry" else ""
        rows = _stream(source, f'SELECT {names} FROM "{table.name}"{order}')
        if target.postgres and target.value("SELECT row_security_active(?)", (f'"{table.name}"',)):
            while portion := list(islice(rows, PORTION)):
                target.insert(f'"{table.name}"', names, portion)
        elif target.postgres:
            with (
                target.connection.cursor() as cursor,
                cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy,
            ):
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(columns))
            target.connection.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows)
    if target.postgres:
        _move_sequences(target)


def _stream(plain: Plain, sql: str) -> Iterator[Row]:
    """The rows of a query without ever holding them all."""
    if not plain.postgres:
        yield from plain.connection.execute(sql)
        return
    with plain.connection.cursor(name="stagewatch_copy") as cursor:
        cursor.itersize = PORTION
        yield from cursor.execute(sql)


def _move_sequences(plain: Plain) -> None:
    """The server's own counters go on after the highest number that came in."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.primary_key.columns:
            ask = "SELECT pg_get_serial_sequence(quote_ident(?), ?)"
            sequence = plain.value(ask, (table.name, column.name))
            if sequence is not None:
                highest = plain.value(f'SELECT max("{column.name}") FROM "{table.name}"')
                plain.row("SELECT setval(?::regclass, ?, ?)", (sequence, highest or 1, highest is not None))
