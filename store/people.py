"""People: added, changed, deactivated and taken back; nobody is deleted, and what they were stays."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kpi.audit_entry import Change
from kpi.names import check_name
from kpi.policy import Role
from kpi.text import clean
from store.errors import StoreError
from store.memberships import move_to_team
from store.people_rows import (
    Person,
    PersonSaved,
    check_free,
    check_unchanged,
    has_another_super_user,
    insert_person,
    load_person,
    load_team,
    refused,
    today_of,
)
from store.schema import check_version
from store.unchanged import UNCHANGED, Unchanged

if TYPE_CHECKING:
    from kpi.names import Name
    from store.plain import Plain
    from store.work import Store, Work

# What a server takes for a role's name without anybody having to quote it.
_DATABASE_ROLE = re.compile("[a-z_][a-z0-9_]{0,62}")


def add_person(
    store: Store, name: str, role: Role | str, team: int | None = None, *, actor: str | None = None
) -> Person:
    """Make a person, from today on in the team of number `team`.

    StoreError for an unknown role or team, for a name that somebody has, deactivated or not, and for the
    first super user, who is made with a password; NameRefusedError for a name that nobody can have.
    """
    wanted, role = check_name(name), check_role(role)
    with store.work("people.add", actor=actor, about="person:next") as work:
        plain = work.plain
        check_version(plain, store.location)
        _check_not_first(work, role)
        number = insert_person(work, wanted, role)
        if team is not None:
            load_team(plain, team)
            move_to_team(plain, number, team, today_of(work))
        return load_person(plain, number)


def change_person(  # noqa: PLR0913 - whatever can change has its own name
    store: Store,
    number: int,
    *,
    name: str | Unchanged = UNCHANGED,
    role: Role | str | Unchanged = UNCHANGED,
    team: int | Unchanged | None = UNCHANGED,
    database_role: str | Unchanged | None = UNCHANGED,
    expected: Person | None = None,
    actor: str | None = None,
) -> PersonSaved:
    """Change what is said of a person; what is UNCHANGED stays, and a `team` of None is none.

    A change of team counts from today in the organisation's zone. `expected` is the person as the form had
    them: PeopleConflictError if what is to change is not so any more. StoreError for what cannot be.
    """
    called = None if name is UNCHANGED else check_name(name)
    wanted: dict[str, Any] = {} if called is None else {"name": called.shown}
    if role is not UNCHANGED:
        wanted["role"] = check_role(role)
    if team is not UNCHANGED:
        wanted["team"] = team
    if database_role is not UNCHANGED:
        wanted["database_role"] = _check_database_role(store, database_role)
    with store.work("people.change", actor=actor, about=f"person:{number}") as work:
        check_version(work.plain, store.location)
        before = load_person(work.plain, number)
        after = replace(before, **wanted)
        check_unchanged(expected, before, wanted, _said)
        work.changed = after != before
        if work.changed:
            if after.role != before.role:
                _check_not_first(work, after.role)
            _check_change(work.plain, before, after)
            _write(work, before, after, called)
    return PersonSaved(after, changed=work.changed)


def deactivate_person(store: Store, number: int, *, actor: str | None = None) -> PersonSaved:
    """Let a person in no more: sessions, tokens and delegations end, and from today on they are in no team.

    What they were and did stays, and so do their links, their listings and the teams whose manager or HR
    partner they are. StoreError for the last super user.
    """
    with store.work("people.deactivate", actor=actor, about=f"person:{number}") as work:
        plain = work.plain
        check_version(plain, store.location)
        before = load_person(plain, number)
        work.changed = before.active
        if work.changed:
            _check_not_last(plain, before)
            today = today_of(work)
            plain.run("UPDATE person SET active = 0 WHERE number = ?", (number,))
            move_to_team(plain, number, None, today)
            plain.run(
                "UPDATE delegation SET withdrawn_at = ? "
                "WHERE delegate = ? AND withdrawn_at IS NULL AND until_day >= ?",
                (work.now, number, today.toordinal()),
            )
            plain.run(
                "UPDATE session SET ended_at = ? WHERE person = ? AND ended_at IS NULL", (work.now, number)
            )
    return PersonSaved(replace(before, active=False, team=None), changed=work.changed)


def reactivate_person(store: Store, number: int, *, actor: str | None = None) -> PersonSaved:
    """Let a person in again, with the password they had and in no team yet."""
    with store.work("people.reactivate", actor=actor, about=f"person:{number}") as work:
        check_version(work.plain, store.location)
        before = load_person(work.plain, number)
        work.changed = not before.active
        if work.changed:
            work.plain.run("UPDATE person SET active = 1 WHERE number = ?", (number,))
    return PersonSaved(replace(before, active=True), changed=work.changed)


def check_role(role: Role | str) -> Role:
    """A role by its name; StoreError if there is none such."""
    try:
        return Role(role)
    except ValueError as error:
        known = ", ".join(one.value for one in Role)
        raise StoreError(f"role: “{clean(role)}” is none; there are {known}; nothing was written") from error


def _said(field: str, value: object) -> str:
    return str(value).replace("_", " ") if field == "role" else "none" if value is None else str(value)


def _check_database_role(store: Store, role: str | None) -> str | None:
    if role is None:
        return None
    if store.location.url is None:
        raise StoreError("database role: only PostgreSQL has roles; nothing was written")
    if _DATABASE_ROLE.fullmatch(role) is None:
        raise StoreError(
            "database role: at most 63 small letters, digits and “_”, and no digit first; nothing was written"
        )
    return role


def _check_change(plain: Plain, before: Person, after: Person) -> None:
    if after.role != before.role:
        if before.active:
            _check_not_last(plain, before)
        _check_leads_no_team(plain, before)
        if after.role == Role.SUPER_USER and not before.active:  # who would let anybody in?
            raise refused(before, "is deactivated, and a super user must be able to sign in")
    if after.team is not None and after.team != before.team:
        load_team(plain, after.team)
        if not before.active:
            raise refused(before, "is deactivated and in no team")
    if after.database_role is not None and plain.value(
        "SELECT 1 FROM person WHERE database_role = ? AND number <> ?", (after.database_role, before.number)
    ):
        raise StoreError("database role: it is another person's already; nothing was written")


def _check_not_first(work: Work, role: Role) -> None:
    """StoreError for a super user in an open store: it would be guarded, and nobody have a password."""
    if role == Role.SUPER_USER and work.visitor is None and work.operation.origin != "system":
        raise StoreError(
            "role: the first super user is made together with a password, by “stagewatch people "
            "first-super-user NAME” or in the app; nothing was written"
        )


def _check_not_last(plain: Plain, person: Person) -> None:
    """StoreError if without this super user nobody would be left who can let people in."""
    if person.role == Role.SUPER_USER and not has_another_super_user(plain, person.number):
        raise refused(person, "is the last super user and stays one, make another first, who enrols")


def _check_leads_no_team(plain: Plain, person: Person) -> None:
    """StoreError for a new role of somebody who is manager or HR partner by the old one."""
    team = plain.value(
        "SELECT number FROM team WHERE manager = ? OR hr_partner = ? ORDER BY 1",
        (person.number, person.number),
    )
    if team is not None:
        raise refused(person, f"is manager or HR partner of team {team}, give it another first")


def _write(work: Work, before: Person, after: Person, called: Name | None) -> None:
    plain, number = work.plain, before.number
    plain.run(
        "UPDATE person SET role = ?, database_role = ? WHERE number = ?",
        (after.role.value, after.database_role, number),
    )
    if called is not None and after.name != before.name:
        check_free(plain, "person", called, own=number)
        plain.run(
            "UPDATE person SET name = ?, folded = ? WHERE number = ?", (called.shown, called.folded, number)
        )
        _rename_in_log(work, before, after)
    if after.team != before.team:
        move_to_team(plain, number, after.team, today_of(work))


def _rename_in_log(work: Work, before: Person, after: Person) -> None:
    """What a person did before stays theirs, also when somebody else gets their old name."""
    work.plain.run(
        "UPDATE audit_name SET name = ? WHERE name = ? "
        "AND NOT EXISTS (SELECT 1 FROM audit_name other WHERE other.name = ?)",
        (after.name, before.name, after.name),
    )
    if work.operation.actor == before.name:
        work.operation = replace(work.operation, actor=after.name)
    # Entries never hold a name: this one says only that it is another.
    work.note(f"person:{before.number}", [Change("name", None, "changed")])
