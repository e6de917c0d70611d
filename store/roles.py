"""A role on PostgreSQL that may work with a store, but not change what only grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import SQLModel

import store.tables  # noqa: F401 - fills the metadata
from kpi.audit_entry import Change
from kpi.text import clean
from store.errors import StoreError
from store.schema import check_version

if TYPE_CHECKING:
    from store.plain import Plain
    from store.work import Store

# Of these a role may read and add rows, and nothing else.
APPEND_ONLY = (
    "audit_entry",
    "audit_review",
    "target_set",
    "target",
    "target_set_withdrawal",
    "calendar_change",
)


def grant_role(store: Store, role: str, *, actor: str | None = None) -> None:
    """Let a role of the server work with this store. Its guards cannot be taken away by who is not its owner.

    StoreError on SQLite, where a file's owner can do anything, and for a role that the server does not have.
    """
    if store.location.url is None:
        raise StoreError("only PostgreSQL has roles; a SQLite file belongs to whoever may write to it")
    with store.work("store.grant", actor=actor) as work:
        plain = work.plain
        check_version(plain, store.location)
        name = plain.value("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = ?", (role,))
        if name is None:
            raise StoreError(f"the server has no role “{clean(role)}”; make it with CREATE ROLE … LOGIN")
        if plain.value("SELECT rolsuper FROM pg_roles WHERE rolname = ?", (role,)):
            raise StoreError(
                f"“{clean(role)}” is a superuser, whom no right is kept from; nothing was changed"
            )
        _grant(plain, str(name))
        work.note("store:1", [Change("role", None, clean(role))])


def _grant(plain: Plain, name: str) -> None:
    schema = plain.value("SELECT quote_ident(current_schema())")
    database = plain.value("SELECT quote_ident(current_database())")
    kept = ", ".join(APPEND_ONLY)
    others = sorted({table.name for table in SQLModel.metadata.sorted_tables} - {*APPEND_ONLY})
    for right in (
        f"GRANT TEMPORARY ON DATABASE {database} TO {name}",
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT SELECT ON alembic_version TO {name}",
        f"REVOKE ALL ON {kept} FROM {name}",
        f"GRANT SELECT, INSERT ON {kept} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(others)} TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
    ):
        plain.run(right)
