"""The schema's version: made, brought up to date, checked; a newer program's store is refused untouched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kpi.audit_entry import Change
from store.audit_watch import touch
from store.errors import SchemaError, StoreError, StoreMissingError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from store.location import Location
    from store.plain import Plain
    from store.work import Store, Work

# The steps in order; a test holds this against the files in migrations/versions.
VERSIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
CURRENT = VERSIONS[-1]
_FOLDER = Path(__file__).parent / "migrations"


def version_of(plain: Plain) -> str | None:
    """The store's schema version, None where there is no Stagewatch store."""
    exists = (
        "SELECT to_regclass('alembic_version')"
        if plain.postgres
        else "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
    )
    if plain.value(exists) is None:
        return None
    found = plain.value("SELECT version_num FROM alembic_version")
    return None if found is None else str(found)


def check_version(plain: Plain, location: Location) -> None:
    """Refuse a store whose schema is not the one that this program works with; nothing is written."""
    version = version_of(plain)
    check_known(version, location)
    if version != CURRENT:
        raise SchemaError(
            f"{location} is from an older Stagewatch (schema {version}, this one works with {CURRENT}); "
            "bring it up to date with “stagewatch store upgrade”"
        )


def check_known(version: str | None, location: Location) -> None:
    """Refuse what is no store, and a store of a newer program."""
    if version is None:
        raise StoreMissingError(f"there is no store at {location}; make one with “stagewatch init”")
    if version not in VERSIONS:
        raise SchemaError(
            f"{location} was written by a newer Stagewatch (schema {version}, this one knows {CURRENT}); "
            "it was left untouched, please update the program"
        )


def upgrade(store: Store) -> str | None:
    """Bring the schema to CURRENT in one transaction, all steps or none; the version before."""
    with store.work("store.upgrade") as work:
        version = take_steps(work, store.location)
        work.changed = version not in (None, CURRENT)
        if work.changed:
            _tell_the_log(work, version)
        if version is None:
            work.session.commit()
    return version


def take_steps(work: Work, location: Location) -> str | None:
    """Bring the schema to CURRENT in a transaction that is under way; the version before."""
    version = version_of(work.plain)
    if version is not None:
        check_known(version, location)
    if version != CURRENT:
        _run_steps(work.session.connection())
        _check_references(work.plain, location)
        work.watch()
    return version


def _tell_the_log(work: Work, version: str | None) -> None:
    from store.audit_records import all_records

    # A store from before the log comes in as it is; of any other, nothing differs.
    touch(work.plain, all_records(work.plain))
    work.note("store:1", [Change("schema", version, CURRENT)])


def _check_references(plain: Plain, location: Location) -> None:
    # SQLite lets a step that rewrites a table leave rows behind that refer to nothing.
    if not plain.postgres and plain.row("PRAGMA foreign_key_check") is not None:
        raise StoreError(f"{location} cannot be brought up to date: rows refer to others that are not there")


def _run_steps(connection: Connection) -> None:
    from alembic import command  # deferred: only making or upgrading a store needs it

    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
