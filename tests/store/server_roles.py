"""A store on PostgreSQL whose people have a role of the server each, made by an owner who is no superuser."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
import pyotp
import pytest
from psycopg import sql
from sqlalchemy import make_url

from kpi.policy import SECOND_FACTOR, Role
from store.audit import store_id_of
from store.location import Location, find_location
from store.one_time_codes import new_seed
from store.organisation import found_organisation
from store.passwords import hash_password
from store.people import add_person
from store.people_rows import today_of
from store.reading import Reader, open_reader
from store.roles import grant_role
from store.sealing import seal
from store.signing_in import SignedIn, sign_in, unlock
from store.teams import add_team
from store.who import Who
from store.work import Store
from tests.store.cheap_passwords import hash_cheaply
from tests.store.helpers import import_rows
from tests.store.keyrings import Ring, keyring_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.plain import Plain
    from tests.postgres import Server

PASSWORD = "wobble-quartz-lantern"
OWNER = "house"
GRANTED = '["audit.see", "audit.review", "board.see"]'
PEOPLE = {
    "ray": Role.RECRUITER,
    "rita": Role.RECRUITER,
    "moyra": Role.TEAM_MANAGER,
    "hanna": Role.HR_PARTNER,
    "adam": Role.ADMINISTRATOR,
    "rob": Role.RECRUITING_MANAGER,
    "una": Role.AUDITOR,
    "ada": Role.SUPER_USER,
}
"""Each has the role of the server of the same name; their numbers follow this order."""
BEGAN = datetime.now(UTC) - timedelta(days=10)
# More than a server is given one by one.
LISTINGS = [
    {"event": "listing_marked_ready", "at": BEGAN, "listing": f"L{number:02}", "owner": f"staff-{number % 3}"}
    for number in range(30)
]
NUMBERS = {name: number for number, name in enumerate(PEOPLE, 1)}


@dataclass
class Estate:
    """The store as its owner has it, and as each of its people does: `seeds` are of their second factors."""

    url: str
    owner: Store
    ring: Ring
    seeds: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def location(self, role: str) -> Location:
        return find_location(as_role(self.url, role))

    def sign_in(self, name: str) -> SignedIn:
        """Sign a person in by their own role of the server; what they do from then on is under that."""
        with self.store(name) as store:
            seed = self.seeds.get(name)
            code = None if seed is None else pyotp.TOTP(seed).at(store.clock() // 1_000_000)
            done = sign_in(store, name, PASSWORD, code)
        self.tokens[name] = done.token
        return done

    def signed_in(self, name: str) -> None:
        """Have a session of theirs, begun once: the next code comes only in half a minute."""
        if name not in self.tokens:
            self.sign_in(name)
            return
        with self.store(name) as store:  # which may have been left alone for too long meanwhile
            unlock(store, self.tokens[name], PASSWORD)

    def found(self, role: str, statement: str) -> list[tuple[object, ...]]:
        """What a role reads without Stagewatch."""
        with self.plainly(role) as connection:
            return connection.execute(statement.encode()).fetchall()

    def refused(self, role: str, statement: str, *values: object) -> None:
        """The server itself must not let the role."""
        with (
            self.plainly(role) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode(), values)

    def who(self, name: str) -> Who:
        return Who("somebody", "command line", lambda _: self.tokens.get(name))

    @contextmanager
    def store(self, role: str, whose: str = "") -> Iterator[Store]:
        """The store by a role of the server, with its person's session, or with that of somebody else."""
        made = Store(self.location(role), who=self.who(whose or role))
        try:
            yield made
        finally:
            made.close()

    @contextmanager
    def reader(self, role: str, whose: str = "") -> Iterator[Reader]:
        reader = open_reader(self.location(role), who=self.who(whose or role))
        try:
            yield reader
        finally:
            reader.close()

    @contextmanager
    def plainly(self, role: str) -> Iterator[psycopg.Connection]:
        """A connection that knows nothing of Stagewatch."""
        with psycopg.connect(self.location(role).psycopg_url, autocommit=True) as connection:
            yield connection


def as_role(url: str, role: str) -> str:
    return make_url(url).set(username=role).render_as_string(hide_password=False)


@contextmanager
def an_estate(server: Server, folder: Path) -> Iterator[Estate]:
    """Everybody enrolled, thirty listings, of which Rob has one; Una has a grant; the store is guarded."""
    roles = [OWNER, *PEOPLE]
    with server.database() as url:
        with psycopg.connect(url, autocommit=True) as admin:
            for role in roles:
                name, password = sql.Identifier(role), sql.Literal(make_url(url).password)
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, password))
            database = sql.Identifier(str(make_url(url).database))
            admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, sql.Identifier(OWNER)))
        owner = Store(find_location(as_role(url, OWNER)))
        try:
            # Neither may last longer: other tests have none of it.
            with keyring_in_memory() as ring, pytest.MonkeyPatch.context() as patch:
                hash_cheaply(patch)
                estate = Estate(url, owner, ring)
                found_organisation(owner, "Northbank")
                import_rows(owner, LISTINGS, folder)
                _people(estate)
            yield estate
        finally:
            owner.close()
            with psycopg.connect(url, autocommit=True) as admin:
                for role in reversed(roles):
                    admin.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(role)))
                admin.execute(
                    sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, sql.Identifier(admin.info.user))
                )
                for role in roles:
                    admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _people(estate: Estate) -> None:
    owner = estate.owner
    add_team(owner, "North")
    for name, role in PEOPLE.items():
        add_person(owner, name, role, team=1 if role is Role.RECRUITER else None)
    with owner.work("test") as work:
        plain, today = work.plain, today_of(work).toordinal()
        plain.run("UPDATE team SET manager = ? WHERE number = 1", (NUMBERS["moyra"],))
        plain.run("INSERT INTO person_link VALUES ('staff-1', 1)")
        plain.run("INSERT INTO assignment VALUES ('L01', ?)", (NUMBERS["rob"],))
        plain.insert(
            "access_grant",
            "number, person, purpose, actions, requested_by, requested_at, from_day, until_day, approved_by, "
            "approved_at",
            [(1, NUMBERS["una"], "Yearly", GRANTED, 1, 1, today - 1, today + 9, 2, 1)],
        )
        _let_sign_in(estate, plain)
    for name in PEOPLE:
        grant_role(owner, name, name)


def _let_sign_in(estate: Estate, plain: Plain) -> None:
    """Everybody has one password; to enrol them one by one would take longer than the tests."""
    store_id = UUID(str(store_id_of(plain)))
    hashed = hash_password(PASSWORD)
    for name, number in NUMBERS.items():
        if PEOPLE[name] in SECOND_FACTOR:
            estate.seeds[name] = new_seed()
        seed = seal(store_id, number, estate.seeds[name]) if name in estate.seeds else None
        plain.insert(
            "credential", "person, password_hash, seed, last_step, changed_at", [(number, hashed, seed, 0, 1)]
        )
        plain.run("INSERT INTO recovery_code (person, hash) VALUES (?, sha256(?))", (number, name.encode()))
