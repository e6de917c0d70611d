"""A sealed log of 300 entries, made once, and copies of it that may be attacked; a store with people."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import pytest
from sqlmodel import SQLModel

from kpi.targets import Target
from store.audit_care import begin_key, write_one
from store.location import find_location
from store.targets import save_targets
from store.who import NOBODY, Who
from tests.store.cheap_passwords import hash_cheaply
from tests.store.helpers import Clock, new_store
from tests.store.house import House, house_of, in_no_hurry
from tests.store.keyrings import Ring, keyring_in_memory
from tests.store.seeing import NOW, have_listings, have_people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.location import Location
    from store.plain import Plain
    from store.work import Store
    from tests.postgres import Server
    from tests.store.server_roles import Estate

from tests.store.attacking import ENTRIES, MONDAY, Made, entries_of, have_some_of_everything

PEOPLE_TABLES = {
    "access_grant", "assignment", "credential", "delegation", "listing", "membership", "person",
    "person_link", "recovery_code", "session", "sign_in_attempts", "team",
}  # fmt: skip


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("log")
    file, yesterday, clock = folder / "log.db", folder / "yesterday.db", Clock(MONDAY)
    with keyring_in_memory() as ring, new_store(str(file), clock=clock) as store:
        key_file = begin_key(store, actor="Ada")
        have_some_of_everything(store, folder)
        log = find_location(str(file))
        for number in range(entries_of(log) + 1, ENTRIES + 1):
            clock.moment = MONDAY + timedelta(minutes=24 * number)
            if number == ENTRIES - 40:
                store.close()
                shutil.copy(file, yesterday)
            target = {"draft.ready_to_publish": Target(number, number + 1)}
            save_targets(store, target, reason=f"Change {number}", actor="Ada")
        checkpoint = write_one(log, folder, clock()).file
        store.close()  # which brings the write-ahead log into the file
        yield Made(file, yesterday, key_file, checkpoint, dict(ring.kept))


@pytest.fixture
def log(sealed: Made, ring: Ring, tmp_path: Path) -> Location:
    """A copy that may be attacked, with the keyring of the machine it was made on."""
    ring.kept = dict(sealed.kept)
    copy = tmp_path / "copy.db"
    shutil.copy(sealed.file, copy)
    return find_location(str(copy))


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def founded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that tests of people share, on each database: founding one takes longer than they do."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = str(tmp_path_factory.mktemp("founded") / "stagewatch.db")
        else:
            server: Server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.database())
        with keyring_in_memory(), pytest.MonkeyPatch.context() as patch:
            in_no_hurry(patch)  # and the connection stays open
            store = stack.enter_context(new_store(url, clock=Clock(MONDAY)))
        yield store


@pytest.fixture
def peopled(founded: Store) -> Store:
    """Open, with two teams, North and South, a manager, Moyra, and a recruiter in North, Ray; no one else."""
    with _without_people(founded) as plain:
        plain.insert("team", "number, name, folded", [(1, "North", "north"), (2, "South", "south")])
        plain.insert(
            "person",
            "number, name, folded, role, active, created_at",
            [(1, "Moyra", "moyra", "team_manager", 1, 1), (2, "Ray", "ray", "recruiter", 1, 1)],
        )
        plain.insert("membership", "person, from_day, team", [(2, MONDAY.date().toordinal(), 1)])
    founded.who = Who("Ada", "command line")
    return founded


@pytest.fixture
def house(founded: Store, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> House:
    """Guarded: with two teams, North and South, a super user, Ada, and a recruiter, Ray, who can sign in."""
    hash_cheaply(monkeypatch)
    monkeypatch.setattr("store.gate._TOLD", set())
    with _without_people(founded) as plain:
        plain.insert("team", "number, name, folded", [(1, "North", "north"), (2, "South", "south")])
    return house_of(founded)


@contextmanager
def _without_people(store: Store) -> Iterator[Plain]:
    """All people are taken out, and others may be put in."""
    store.who, store.clock = NOBODY, Clock(MONDAY)
    with store.work("test") as work:
        for table in reversed(SQLModel.metadata.sorted_tables):
            if table.name in PEOPLE_TABLES:
                work.plain.run(f"DELETE FROM {table.name}")
        yield work.plain


@pytest.fixture(scope="session")
def built_estate(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    from tests.store.server_roles import an_estate  # deferred: it imports the driver

    with an_estate(postgres_server, tmp_path_factory.mktemp("estate")) as made:
        yield made


@pytest.fixture
def estate(built_estate: Estate, no_keyring: None, monkeypatch: pytest.MonkeyPatch) -> Estate:
    """A store on PostgreSQL whose people have a role of the server each; tests leave it as they found it."""
    hash_cheaply(monkeypatch)
    keyring.set_keyring(built_estate.ring)
    return built_estate


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stocked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with the listings of `seeing`."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("stocked")
        url = str(folder / "store.db")
        if request.param == "postgres":
            url = stack.enter_context(request.getfixturevalue("postgres_server").database())
        stack.enter_context(keyring_in_memory())
        in_no_hurry(stack.enter_context(pytest.MonkeyPatch.context()))
        made = stack.enter_context(new_store(url, clock=Clock(NOW)))
        have_listings(made, folder)
        yield made


@pytest.fixture
def org(stocked: Store, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> House:
    """Teams North and South; u1 to u5 are in North, which Mona manages; Ada is a super user."""
    hash_cheaply(monkeypatch)
    monkeypatch.setattr("store.gate._TOLD", set())
    house = House(stocked, Clock(NOW))
    have_people(house)
    return house
