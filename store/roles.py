"""Roles on PostgreSQL: one for each person, with what their role in Stagewatch takes; or one for the store.

The tables' owner gives the rights, or whoever administers the server from what `role_sql` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import SQLModel

import store.tables  # noqa: F401 - fills the metadata
from kpi.audit_entry import Change
from kpi.names import folded
from kpi.policy import Action, Subject
from kpi.text import clean
from store.errors import StoreError
from store.people_rows import Person, load_person
from store.role_rights import APPEND_ONLY, FUNCTIONS, NUMBERED, RIGHTS, VIEWS, numbers, whole_rights
from store.schema import check_version

if TYPE_CHECKING:
    from store.plain import Plain
    from store.work import Store, Work

_COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@dataclass(frozen=True, slots=True)
class Granted:
    """A role of the server, the person whose it is, if anybody's, and the statements that give its rights."""

    role: str
    person: Person | None
    statements: tuple[str, ...]


def grant_role(store: Store, role: str, person: str | None = None, *, actor: str | None = None) -> Granted:
    """Let a role of the server work with this store: as a person, by name or number, or as anybody.

    A person's role can do no more than their role in Stagewatch needs, and a deactivated one's nothing; what
    it could do before is taken from it. Anybody's can do everything but rewrite what only grows. StoreError
    on SQLite, where a file's owner can do anything, for a role that is not there or that no right is kept
    from, and for who does not own the tables.
    """
    _check_place(store)
    with store.work("store.grant", actor=actor) as work:
        plain = work.plain
        check_version(plain, store.location)
        _check_owner(plain)
        _check_role(plain, role)
        found = _person(plain, role, person)
        statements = _for_person(plain, role, found) if found else _for_anybody(plain, role)
        if found is not None and found.database_role != role:
            statements = (*_tie(work, found, role), *statements)
        for statement in statements:
            plain.run(statement)
        if found is not None:
            _check_no_more(plain, role, found)
        work.note("store:1", [Change("role", None, clean(role))])
    return Granted(role, found, statements)


def role_sql(store: Store, role: str, person: str | None = None) -> Granted:
    """The same without doing it: for whoever administers the server, who need not be let into the store.

    Whose the role is they do not say: that is said by a super user, as a change of the person.
    """
    _check_place(store)
    with store.work("store.grant") as work:
        check_version(work.plain, store.location)
        found = _person(work.plain, role, person)
        statements = _for_person(work.plain, role, found) if found else _for_anybody(work.plain, role)
        path = work.plain.value("SELECT quote_ident(current_schema())")
        work.changed = False
    return Granted(role, found, ("BEGIN", f"SET LOCAL search_path = {path}", *statements, "COMMIT"))


def _check_place(store: Store) -> None:
    if store.location.url is None:
        raise StoreError("only PostgreSQL has roles; a SQLite file belongs to whoever may write to it")


def _check_owner(plain: Plain) -> None:
    owner = plain.value(
        "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'person'::regclass "
        "AND NOT pg_has_role(relowner, 'USAGE')"
    )
    if owner is not None:
        raise StoreError(
            f"only “{clean(owner)}”, who owns the tables, can give rights: connect as that role, or have the "
            "server's administrator run what --print says; nothing was changed"
        )


def _check_role(plain: Plain, role: str) -> None:
    """StoreError for a role that is not there, or that could take any right for itself."""
    row = plain.row(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, pg_has_role(rolname, c.relowner, 'MEMBER') "
        "FROM pg_roles, pg_class c WHERE rolname = ? AND c.oid = 'person'::regclass",
        (role,),
    )
    said = clean(role)
    if row is None:
        raise StoreError(f"the server has no role “{said}”; make it with CREATE ROLE … LOGIN")
    for is_so, words in zip(
        row,
        (
            "is a superuser, whom no right is kept from",
            "passes row security by (BYPASSRLS)",
            "can make itself a member of other roles (CREATEROLE)",
            "owns the store's tables, or can act as who does",
        ),
        strict=True,
    ):
        if is_so:
            raise StoreError(f"“{said}” {words}; nothing was changed")


def _person(plain: Plain, role: str, said: str | None) -> Person | None:
    """Whose the role is to be: the person that is said, else the one whose it is."""
    holder = plain.value("SELECT number FROM person WHERE database_role = ?", (role,))
    if said is None:
        return None if holder is None else load_person(plain, holder)
    by_number = said.isascii() and said.isdigit()
    ask = f"SELECT number FROM person WHERE {'number' if by_number else 'folded'} = ?"
    number = plain.value(ask, (int(said) if by_number else folded(said),))
    if number is None:
        raise StoreError(f"there is no person “{clean(said)}”; “stagewatch people list” names them all")
    if holder not in (None, number):
        raise StoreError(f"“{clean(role)}” is another person's role already; nothing was changed")
    return load_person(plain, number)


def _tie(work: Work, person: Person, role: str) -> tuple[str, ...]:
    """Let the role be the person's; what takes from the one that was theirs what it could do."""
    if work.visitor is not None:
        from store.access import check  # deferred: an open store needs none of it

        check(work.visitor, Action.CHANGE_PEOPLE, Subject(person=person.number), work.now)
    plain = work.plain
    plain.run("UPDATE person SET database_role = ? WHERE number = ?", (role, person.number))
    if not plain.value("SELECT 1 FROM pg_roles WHERE rolname = ?", (person.database_role,)):
        return ()
    return _taken(plain, str(person.database_role))


def _check_no_more(plain: Plain, role: str, person: Person) -> None:
    """StoreError if by another role, or by what everybody has, the role could do what it was not given."""
    wanted = {*whole_rights(person.role)} if person.active else set()
    held = plain.rows(
        "SELECT c.relname, command FROM pg_class c, unnest(string_to_array(?, ',')) AS command "
        "WHERE c.oid = ANY (CAST(string_to_array(?, ',') AS regclass[])) "
        "AND has_table_privilege(?, c.oid, command)",
        (",".join(_COMMANDS), ",".join(_all_tables()), role),
    )
    more = sorted({(str(table), str(command)) for table, command in held} - wanted)
    if more:
        table, command = more[0]
        raise StoreError(
            f"“{clean(role)}” has {command} on {table} by another role, or as everybody has it; take that "
            "away first (REVOKE), nothing was changed"
        )
    if plain.value("SELECT has_schema_privilege(?, current_schema(), 'CREATE')", (role,)):
        raise StoreError(
            f"“{clean(role)}” could put things of its own among the store's; run “REVOKE CREATE ON SCHEMA "
            "… FROM PUBLIC” first, nothing was changed"
        )


# --------------------------------------------------------------------------------------- statements


def _all_tables() -> list[str]:
    return sorted({table.name for table in SQLModel.metadata.sorted_tables} | {*VIEWS, "alembic_version"})


def _place(plain: Plain, role: str) -> tuple[str, str, str]:
    """The role, the database and the schema as SQL writes them."""
    row = plain.row(
        "SELECT quote_ident(?), quote_ident(current_database()), quote_ident(current_schema())", (role,)
    )
    assert row is not None  # noqa: S101 - a query without a table has one row
    return str(row[0]), str(row[1]), str(row[2])


def _sequences(plain: Plain) -> str:
    return ", ".join(str(plain.value("SELECT pg_get_serial_sequence(?, ?)", pair)) for pair in NUMBERED)


def _taken(plain: Plain, role: str) -> tuple[str, ...]:
    name, database, schema = _place(plain, role)
    return (
        f"REVOKE ALL ON {', '.join(_all_tables())} FROM {name}",
        f"REVOKE ALL ON SEQUENCE {_sequences(plain)} FROM {name}",
        f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM {name}",
        f"REVOKE ALL ON SCHEMA {schema} FROM {name}",
        f"REVOKE ALL ON DATABASE {database} FROM {name}",
    )


def _for_person(plain: Plain, role: str, person: Person) -> tuple[str, ...]:
    taken = _taken(plain, role)
    if not person.active:
        return taken
    name, database, schema = _place(plain, role)
    given = [
        f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {name}",
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO {name}",
        *(
            f"GRANT {commands} ON {', '.join(tables.split())} TO {name}"
            for commands, tables in RIGHTS[person.role]
        ),
    ]
    if numbers(person.role):
        given.append(f"GRANT USAGE, SELECT ON SEQUENCE {_sequences(plain)} TO {name}")
    return (*taken, *given)


def _for_anybody(plain: Plain, role: str) -> tuple[str, ...]:
    name, database, schema = _place(plain, role)
    kept = ", ".join(APPEND_ONLY)
    others = sorted({table.name for table in SQLModel.metadata.sorted_tables} - {*APPEND_ONLY})
    return (
        f"GRANT TEMPORARY ON DATABASE {database} TO {name}",
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT SELECT ON alembic_version, {', '.join(VIEWS)} TO {name}",
        f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO {name}",
        f"REVOKE ALL ON {kept} FROM {name}",
        f"GRANT SELECT, INSERT ON {kept} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(others)} TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
    )
