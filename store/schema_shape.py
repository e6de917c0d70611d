"""The schema as it should be, beside the schema as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import store.tables  # noqa: F401 - fills the metadata
from store.location import Location
from store.plain import Plain, connect
from store.schema import upgrade
from store.work import Store

if TYPE_CHECKING:
    from sqlalchemy import Engine

# Where a server does not ask for every row whether what it refers to is there: `server_problems` asks.
UNASKED = {"application", "event", "listing_freeze", "listing_owner", "task", "task_phase"}
Shape = dict[str, dict[str, set[Any]]]


def schema_problems(location: Location, plain: Plain) -> list[str]:
    """What of the schema is missing or too much, each in a line: tables, columns, indexes, guards."""
    fresh = Store(Location(path=Path(":memory:")))
    try:
        upgrade(fresh)
        right = _shape(fresh.engine)
        with fresh.engine.connect() as connection:
            guards = _guarded(Plain(connection.connection.driver_connection, postgres=False))
    finally:
        fresh.close()
    # Not over `plain` itself: SQLAlchemy would end its transaction.
    eyes = create_engine(
        "postgresql+psycopg://" if plain.postgres else "sqlite://",
        creator=lambda: connect(location).connection,
        poolclass=NullPool,
    )
    held = _shape(eyes)
    problems = [f"the table {name} is missing" for name in sorted(right.keys() - held.keys())]
    for name in sorted(right.keys() & held.keys()):
        for part, wanted in right[name].items():
            if part == "reference" and plain.postgres and name in UNASKED:
                continue
            found = held[name][part]
            problems += [
                f"{name}: the {part} {_said(one)} is missing" for one in sorted(wanted - found, key=str)
            ]
            if part == "column":
                problems += [
                    f"{name}: the {part} {_said(one)} is one too many" for one in sorted(found - wanted)
                ]
    problems += [
        f"{name}: the guard against changes is missing or switched off"
        for name in sorted(guards - _guarded(plain))
    ]
    return problems


def server_problems(plain: Plain) -> list[str]:
    """What PostgreSQL finds wrong: rows that refer to nothing, constraints and indexes that do not hold."""
    problems = []
    for table in SQLModel.metadata.sorted_tables:
        # Counting by the pages reads every row once, which a broken page does not survive.
        plain.value(f'SELECT count(*) FROM "{table.name}" AS one WHERE one IS NOT NULL')
        for reference in table.foreign_keys:
            child, parent = reference.parent.name, reference.column
            lost = plain.value(
                f'SELECT count(*) FROM "{table.name}" c WHERE c."{child}" IS NOT NULL AND NOT EXISTS '
                f'(SELECT 1 FROM "{parent.table.name}" p WHERE p."{parent.name}" = c."{child}")'
            )
            if lost:
                problems.append(
                    f"{lost:,} rows of {table.name} refer to rows of {parent.table.name} that are not there"
                )
    here = "connamespace = current_schema()::regnamespace"
    for (name,) in plain.rows(f"SELECT conname FROM pg_constraint WHERE NOT convalidated AND {here}"):
        problems.append(f"the constraint {name} has not been checked by the server")
    for (name,) in plain.rows(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace"
    ):
        problems.append(f"the index {name} does not hold; make it again with REINDEX")
    return problems


def _shape(engine: Engine) -> Shape:
    with engine.connect() as connection:  # over the engine itself each question would connect anew
        found = inspect(connection)
        known = {table.name for table in SQLModel.metadata.sorted_tables} & set(found.get_table_names())
        columns, keys = found.get_multi_columns(), found.get_multi_pk_constraint()
        references, indexes = found.get_multi_foreign_keys(), found.get_multi_indexes()
        uniques = found.get_multi_unique_constraints()
    return {
        name: {
            "column": {(column["name"], bool(column["nullable"])) for column in columns[None, name]},
            "key": {tuple(keys[None, name]["constrained_columns"])},
            "reference": {
                (*key["constrained_columns"], key["referred_table"], *key["referred_columns"])
                for key in references[None, name]
            },
            "unique constraint": {tuple(one["column_names"]) for one in uniques[None, name]},
            "index": {
                (str(one["name"]), *(str(column) for column in one["column_names"]))
                for one in indexes[None, name]
            },
        }
        for name in known
    }


def _said(one: tuple[Any, ...]) -> str:
    return str(one[0]) if isinstance(one[-1], bool) else ", ".join(map(str, one))


def _guarded(plain: Plain) -> set[str]:
    """The tables with triggers of ours that are switched on."""
    ask = (
        "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relnamespace = current_schema()::regnamespace"
        if plain.postgres
        else "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    )
    return {str(row[0]) for row in plain.rows(ask)}
