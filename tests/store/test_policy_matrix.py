"""Every role tries every operation, and asks every question, on what it reaches and on what it does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest
from psycopg import sql

import store.gate
from kpi.audit_entry import Entry, read_entry
from kpi.policy import OPERATIONS, Action, Role, Subject, allows, reach
from store.access import LockedError, NotAllowedError, SignInNeededError, StepUpError
from store.errors import StoreError
from store.location import Location, find_location
from store.plain import connect
from store.reading import Reader, open_reader
from store.tasks import TaskQuery
from store.work import Store
from tests.postgres import Server
from tests.store.cheap_passwords import hash_cheaply
from tests.store.helpers import new_store, reader_of
from tests.store.house import in_no_hurry
from tests.store.keyrings import Ring, keyring_in_memory
from tests.store.policy_acts import Case, cases
from tests.store.policy_questions import Question, questions, sees_board
from tests.store.policy_world import (
    ELSEWHERE,
    MANAGED,
    MINE,
    PARTNERED,
    Actor,
    World,
    build,
    opened,
    tables_of,
)

# Of the cells one in so many is tried; all of them where there is time.
A_SHARE = pytest.mark.parametrize(
    "share", [pytest.param(31, id="some"), pytest.param(1, id="all", marks=pytest.mark.slow)]
)
SHUT_OUT = (SignInNeededError, LockedError, StepUpError)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world on each database, for all tests: what is refused leaves it as it was."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("world")
        url = str(folder / "world.db")
        if request.param == "postgres":
            url = stack.enter_context(request.getfixturevalue("postgres_server").database())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        hash_cheaply(patch)
        in_no_hurry(patch)
        with keyring_in_memory() as ring:
            world = build(stack.enter_context(new_store(url)), folder)
            world.kept = dict(ring.kept)
        yield world


@pytest.fixture
def world(made: World, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> World:
    """On the machine that it was made on."""
    ring.kept = dict(made.kept)
    hash_cheaply(monkeypatch)
    monkeypatch.setattr(store.gate, "_TOLD", set())
    return made


class Trial:
    """Cells of the table are tried: refused ones on the store itself, which they leave as it was."""

    def __init__(self, world: World, location: Location) -> None:
        self.world, self.plain = world, connect(location)
        if self.plain.postgres:
            ask = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
            ask += " AND table_type = 'BASE TABLE'"
        else:
            ask = "SELECT name FROM sqlite_master WHERE type = 'table'"
        self.tables = tables_of({name for (name,) in self.plain.rows(ask)})
        self.before, self.tried = self.state(), 0
        self.last = self.plain.value("SELECT max(seq) FROM audit_entry")

    def state(self) -> dict[str, object]:
        """All rows of all tables but the log's own."""
        return {name: self.plain.rows(f"SELECT * FROM {name}") for name in self.tables}

    def told(self) -> tuple[Entry, str]:
        """The one entry that is new in the log, and whose it is."""
        ((seq, text),) = self.plain.rows("SELECT seq, text FROM audit_entry WHERE seq > ?", (self.last,))
        entry, self.last = read_entry(seq, text), seq
        return entry, self.plain.value("SELECT name FROM audit_name WHERE id = ?", (entry.actor,))

    def refuse(self, made: Store, actor: Actor, operation: str, case: Case) -> None:
        """The operation is refused, the log says so, and nothing else has changed."""
        store.gate._TOLD.clear()
        with pytest.raises(NotAllowedError) as error:
            case.act(made)
        assert "you may not" in str(error.value)
        assert self.state() == self.before, operation
        entry, name = self.told()
        assert (entry.outcome, entry.reason) == ("refused", str(error.value))
        assert entry.operation in (operation, OPERATIONS[operation])
        assert name == self.name(actor)
        self.tried += 1

    def ask(self, reader: Reader, actor: Actor, question: Question) -> None:
        """The question is answered, or refused and the log says so."""
        store.gate._TOLD.clear()
        self.tried += 1
        if question.may:
            question.ask(reader)
            return
        self.last = self.plain.value("SELECT max(seq) FROM audit_entry")  # some were read, which it says too
        with pytest.raises(NotAllowedError):
            question.ask(reader)
        entry, name = self.told()
        assert (entry.operation, entry.outcome) == (question.action, "refused"), question.name
        assert name == self.name(actor)

    def name(self, actor: Actor) -> str:
        return next(
            member.name for member in self.world.house.members.values() if member.number == actor.number
        )

    def allow(self, made: Store, actor: Actor, operation: str, case: Case) -> None:
        """The operation is let through; what else it may find wrong is its own affair."""
        try:
            case.act(made)
        except (NotAllowedError, *SHUT_OUT) as error:
            pytest.fail(f"{actor.label}: {operation} of {case.subject}: {error}")
        except StoreError as error:
            wrong = getattr(error, "for_the_log", str(error))
            assert any(one in str(wrong) for one in BESIDE[operation]), (operation, wrong)
        self.tried += 1


@pytest.fixture
def trial(world: World) -> Iterator[Trial]:
    made = Trial(world, world.house.store.location)
    yield made
    made.plain.close()


# What an operation says that the policy lets through, where the case is not one that can succeed.
NOBODY_OF_THAT_NAME = ("the name or the password was wrong", "enrolment code was wrong")
ALREADY = ("refused by the rules for summaries",)
FOR_PEOPLE = ("a token is for scripts",)
BESIDE: dict[str, tuple[str, ...]] = dict.fromkeys(OPERATIONS, ()) | {
    "organisation.found": ("already belongs to",),
    "store.grant": ("the server has no role",),
    "store.encrypt": ("needs the extra",),
    "store.decrypt": ("is not encrypted",),
    "session.sign_in": NOBODY_OF_THAT_NAME,
    "people.complete": NOBODY_OF_THAT_NAME,
    "people.password": (*NOBODY_OF_THAT_NAME, *FOR_PEOPLE),
    "session.step_up": ("the code was wrong", "the password was wrong", *FOR_PEOPLE),
    "session.touch": FOR_PEOPLE,
    "summary.approve": ALREADY,
    "summary.keep": ALREADY,
    "summary.answer": ALREADY,
    "setting.first_weekday": ("there are weekly summaries already",),
}
# Where these cannot be, they are refused before anybody is asked.
ONLY_ON_A_SERVER, ONLY_IN_A_FILE = {"store.grant"}, {"store.encrypt", "store.decrypt"}


def allowed(actor: Actor, operation: str, case: Case) -> bool:
    action = OPERATIONS[operation]
    return action is None or allows(actor.standing, action, case.subject)


def split(world: World, actor: Actor) -> tuple[list[tuple[str, Case]], list[tuple[str, Case]]]:
    """The cells that the policy allows an actor, and those that it does not."""
    table = cases(world, actor)
    assert set(table) == set(OPERATIONS), "an operation is not tried, or none any more"
    cells = [(operation, case) for operation, each in table.items() for case in each]
    cannot_be = ONLY_ON_A_SERVER if world.house.store.location.url is None else ONLY_IN_A_FILE
    cells = [cell for cell in cells if cell[0] not in cannot_be]
    return [cell for cell in cells if allowed(actor, *cell)], [
        cell for cell in cells if not allowed(actor, *cell)
    ]


@A_SHARE
def test_every_role_does_what_the_policy_allows_and_nothing_else(
    world: World, trial: Trial, request: pytest.FixtureRequest, share: int
) -> None:
    place = world.house.store.location
    share = share if place.url else 1
    for number, actor in enumerate(world.actors.values()):
        let_in, kept_out = split(world, actor)
        with closing(opened(world, place, actor)) as made:
            for cell in kept_out[number % share :: share]:
                trial.refuse(made, actor, *cell)
        if number % min(share, 5) == 0:
            with copied(world, trial, request) as copy, closing(opened(world, copy, actor)) as made:
                for cell in let_in[number % share :: share]:
                    trial.allow(made, actor, *cell)
    assert trial.tried > 600 // share


@contextmanager
def copied(world: World, trial: Trial, request: pytest.FixtureRequest) -> Iterator[Location]:
    """A copy of a store that may be changed."""
    place = world.house.store.location
    if place.url is None:
        copy = world.folder / "copied.db"
        copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(str(place.path))) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        yield find_location(str(copy))
        return
    world.house.store.close()  # a database to which somebody is connected is not copied
    trial.plain.close()
    server: Server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        name, source = (sql.Identifier(one.rpartition("/")[2]) for one in (url, place.url))
        server.admin.execute(sql.SQL("DROP DATABASE {}").format(name))
        server.admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, source))
        yield find_location(url)
    trial.plain = connect(place)


# ---------------------------------------------------------------------------------------- questions


@A_SHARE
def test_every_role_asks_what_the_policy_allows_and_nothing_else(
    world: World, trial: Trial, share: int
) -> None:
    place = world.house.store.location
    share = share if place.url else min(share, 5)
    with reader_of(world.house.store) as reader:
        tasks = {
            listing: reader.task_list(TaskQuery(listing=listing)).fetch(0, 1)[0].id
            for listing in ("L-1", "L-2")
        }
    for number, actor in enumerate(world.actors.values()):
        with closing(open_reader(place, world.house.clock, actor.who)) as reader:
            for question in questions(world, actor, tasks)[number % share :: share]:
                trial.ask(reader, actor, question)
            check_rows(world, reader, actor)
    assert trial.state() == trial.before
    assert trial.tried > 500 // share


def check_rows(world: World, reader: Reader, actor: Actor) -> None:
    """Rows of people, sessions, grants and tasks are of those whom the policy lets the actor see."""
    standing, teams = actor.standing, teams_of(world)
    if allows(standing, Action.SEE_PEOPLE, Subject(actor.number, MINE)):
        assert {one.number for one in reader.people().people()} == {
            number
            for number, team in teams.items()
            if allows(standing, Action.SEE_PEOPLE, Subject(number, team))
        }
    else:
        with pytest.raises(NotAllowedError):
            reader.people().people()
    assert {one.person for one in reader.session_questions().sessions()} == {
        one.number
        for one in world.actors.values()
        if allows(standing, Action.SEE_SESSIONS, Subject(one.number))
    }
    every = allows(standing, Action.SEE_GRANTS)
    grants = {(1, "Abe"), (2, Role.AUDITOR.value), (3, "Abe"), (4, "granted")}
    assert {(one.number, one.person_name) for one in reader.session_questions().grants()} == {
        grant for grant in grants if every or world.number(grant[1]) == actor.number
    }
    if sees_board(actor):
        whose = {user: Subject(world.number(user.capitalize()), team) for user, team in OWNERS.items()}
        whose["mine"] = Subject(world.number(Role.RECRUITER), MINE)
        named = {one for one, subject in whose.items() if allows(standing, Action.SEE_FIGURES, subject)}
        seen = reader.task_list(TaskQuery()).fetch(0, 99)
        if reach(standing, Action.SEE_BOARD).whole:
            assert {task.user for task in seen} == named | {None}
            assert set(reader.users()) == {row.user for row in reader.listings_by_user()} == named
        else:
            assert {task.listing for task in seen} == {"L-1"}


OWNERS = {"colleague": MINE, "report": MANAGED, "looked-after": PARTNERED} | {
    f"stranger-{number}": ELSEWHERE for number in range(6)
}


def teams_of(world: World) -> dict[int, int | None]:
    asked = "SELECT p.number, m.team FROM person p LEFT JOIN membership m ON m.person = p.number"
    return dict(world.house.rows(asked))
