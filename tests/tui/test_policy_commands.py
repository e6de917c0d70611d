"""Every role gives every command: what the policy refuses is refused, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import NamedTuple

import pytest

import store.gate
from kpi.policy import OPERATIONS, WHOLE, Action, Role, Subject, allows
from store.key_files import key_file_text
from tests.store.cheap_passwords import hash_cheaply
from tests.store.helpers import new_store
from tests.store.house import in_no_hurry
from tests.store.keyrings import Ring, keyring_in_memory
from tests.store.policy_questions import sees_board
from tests.store.policy_world import ELSEWHERE, MANAGED, MAPPING, MINE, PARTNERED, Actor, World, build
from tests.store.recorded import CODE
from tests.tui import policy_summaries
from tests.tui.line import Line
from tui.actor import TOKEN

# Operations that no command does, or that no command does as somebody who has signed in.
WITHOUT_COMMAND = {
    "audit.review",  # the app's Audit page
    "organisation.found", "store.upgrade",  # of a store in which nobody can sign in
    "store.encrypt", "store.decrypt", "store.grant",  # tried in the store's own matrix, where they can be
    "tasks.advance", "session.touch", "session.lock", "session.unlock", "session.sign_in",
    "session.sign_out", "session.step_up", "people.complete", "people.password",  # one's own affairs
    "summary.generate",  # it takes no right
}  # fmt: skip


class Cell(NamedTuple):
    """A command, the right that it takes, and what the policy is asked about."""

    words: tuple[str, ...]
    action: Action
    subject: Subject = WHOLE


def commands(world: World, actor: Actor) -> dict[str, list[Cell]]:
    """By every operation, the commands that do it: with what is one's own, and with what is not."""
    found = {
        **_of_the_store(world),
        **_of_people(world, actor),
        **_of_access(world, actor),
        **policy_summaries.commands(world, actor),
    }
    return {
        operation: [
            Cell(tuple(words), Action(OPERATIONS[operation] or ""), subject) for words, subject in each
        ]
        for operation, each in found.items()
    }


Lines = dict[str, list[tuple[tuple[str, ...], Subject]]]


def _whole(*lines: str) -> list[tuple[tuple[str, ...], Subject]]:
    return [(tuple(line.split()), WHOLE) for line in lines]


def _of_the_store(world: World) -> Lines:
    folder, day = world.folder, world.house.today + timedelta(days=40)
    return {
        "mapping.save": _whole(f"mapping save {folder}/new.toml"),
        "mapping.drop": _whole("mapping drop Theirs"),
        "quarantine.retry": _whole("quarantine retry"),
        "quarantine.drop": _whole("quarantine drop --all"),
        "import.file": _whole(f"import {world.file} --mapping {folder}/map.toml"),
        "calendar.change": _whole(f"calendar close {day} --reason Party"),
        "targets.save": _whole(f"kpi set {CODE} --due 3 --done-by 8 --reason Yes"),
        "targets.revert": _whole("kpi revert 1 --reason No"),
        "targets.withdraw": _whole("kpi withdraw 3 --reason No"),
        "tasks.rebuild": _whole("rebuild"),
        "audit.adopt": _whole(f"audit key adopt {folder}/key"),
        "audit.key": _whole("audit key new --lost"),
        "audit.folder": _whole(f"audit folder {folder}", "audit folder"),
        "audit.export": _whole(f"audit export {folder}/log --replace"),
        "store.backup": _whole(f"store backup {folder}/copy.db --replace"),
        "store.restore": _whole(f"store restore {folder}/backup.db --replace"),
    }


def _of_people(world: World, actor: Actor) -> Lines:
    me, of = actor.number, world.number
    other, first = Subject(of("Spare 1"), ELSEWHERE), world.house.today + timedelta(days=5)
    oneself = Subject(me, MINE)
    days = f"--from {first} --until {first}"
    return {
        "people.add": _whole(f"people add New-{me} --role recruiter"),
        "people.change": [
            ((*["people", "change"], "Spare 1", "--team", "T3"), other),
            ((*["people", "change"], str(me), "--team", "T3"), oneself),
        ],
        "people.deactivate": [(("people", "deactivate", "Spare 2"), other)],
        "people.reactivate": [(("people", "reactivate", "Gone"), Subject(of("Gone")))],
        "people.enrol": [(("people", "enrol", "Spare 3"), other)],
        "people.reset": [(("people", "reset", "Spare 4"), other)],
        "people.link": [
            (("people", "link", "Spare 5", "new"), other),
            (("people", "link", str(me), "newer"), oneself),
        ],
        "people.unlink": [
            (("people", "unlink", "spare"), other),
            *([(("people", "unlink", "mine"), oneself)] if actor.label == Role.RECRUITER else []),
        ],
        "people.assign": [
            (("people", "assign", "Spare 5", "L-2"), other),
            (("people", "assign", str(me), "L-3"), oneself),
        ],
        "people.unassign": [(("people", "unassign", "Spare 0", "L-1"), other)],
        "people.sealing_key": _whole("people sealing-key show"),
        "team.add": [
            *_whole(f"people add-team Team-{me}"),
            (("people", "add-team", f"Mine-{me}", "--manager", str(me)), Subject(me)),
        ],
        "team.change": [
            *(
                (("people", "change-team", f"T{team}", "--name", f"{actor.label} {team}"), Subject(team=team))
                for team in (PARTNERED, ELSEWHERE)
            ),
            (("people", "change-team", f"T{MANAGED}", "--manager", str(me)), Subject(me, MANAGED)),
        ],
        "team.delegate": [
            (("people", "delegate", f"T{team}", name, *days.split()), Subject(person, team))
            for name, person, teams in (
                ("Spare 6", of("Spare 6"), (MINE, MANAGED)),
                (str(me), me, (MANAGED,)),
            )
            for team in teams
        ],
        "team.undelegate": [
            (("people", "undelegate", str(number)), Subject(team=team))
            for team, number in world.delegations.items()
        ],
    }


def _of_access(world: World, actor: Actor) -> Lines:
    of = world.number
    other = next(one for one in world.actors.values() if one.number != actor.number)
    right = min(actor.standing.rights or {Action.SEE_FIGURES})
    request = f"grants request Abe --purpose Audit --scope audit.see --from {world.house.today}"
    return {
        "grant.request": _whole(f"{request} --until {world.house.today}"),
        "grant.approve": [
            (("grants", "approve", "1"), Subject(of("Abe"))),
            (("grants", "approve", "2"), Subject(of(Role.AUDITOR))),
        ],
        "grant.revoke": _whole("grants revoke 3"),
        "token.make": [
            (("tokens", "make", "mine", "--days", "1", "--rights", right.value), Subject(actor.number, MINE))
        ],
        "session.end": [
            (("people", "end-session", str(other.spare)), Subject(other.number)),
            (("people", "end-session", str(actor.spare)), Subject(actor.number)),
        ],
    }


def questions(world: World, actor: Actor) -> list[tuple[Cell, bool]]:
    """The commands that only show something, and whether the policy lets the actor see it."""
    of, sees = world.number, sees_board(actor)
    report = sees and allows(actor.standing, Action.SEE_FIGURES, Subject(of("Report"), MANAGED))
    lines: list[tuple[str, Action, bool]] = [
        *((line, Action.SEE_BOARD, sees) for line in ("board", "board --by-user", "tasks", "search l-")),
        *((f"{line} --user report", Action.SEE_FIGURES, report) for line in ("board", "tasks", "changes")),
    ]
    for action, asked in (
        (Action.SEE_TARGETS, ("kpi list", "kpi history", "kpi diff 1 2", "kpi suggest")),
        (Action.SEE_CALENDAR, ("calendar show", "calendar history")),
        (Action.SEE_DATA, ("imports list", "quarantine list", "mapping list")),
        (Action.BRING_IN, (f"import {world.file} --mapping {world.folder}/map.toml --dry-run",)),
        (Action.SEE_AUDIT, ("audit list", "audit show 1")),
        (Action.KEEP_KEYS, (f"audit checkpoint {world.folder}",)),
        (Action.CARE_FOR_STORE, ("store info", "store check")),
        (Action.LINK_PEOPLE, ("people unlinked",)),
    ):
        lines += [(line, action, allows(actor.standing, action)) for line in asked]
    lines += policy_summaries.questions(world, actor)
    return [(Cell(tuple(line.split()), action), may) for line, action, may in lines]


# ------------------------------------------------------------------------------------------ trying


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("world")
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        hash_cheaply(patch)
        in_no_hurry(patch)
        with keyring_in_memory() as ring:
            place = stack.enter_context(new_store(str(folder / "world.db")))
            world = build(place, folder)
            policy_summaries.add_summaries(world)
            world.backup(place.location)
            world.kept = dict(ring.kept)
            (folder / "map.toml").write_text(MAPPING)
            (folder / "new.toml").write_text(MAPPING.replace("Ours", "New"))
            (folder / "key").write_text(key_file_text(world.key_file))
            place.close()
        yield world


@pytest.fixture
def world(made: World, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> World:
    ring.kept = dict(made.kept)
    hash_cheaply(monkeypatch)
    monkeypatch.setattr(store.gate, "_TOLD", set())
    return made


def copied(world: World, name: str) -> str:
    copy = world.folder / name
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(str(world.house.store.location.path))) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(str(copy))) as connection:
        connection.execute("PRAGMA journal_mode = WAL")  # as every store is
    return str(copy)


def told(file: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT operation, outcome FROM audit_entry ORDER BY seq").fetchall()


def give(line: Line, cell: Cell, operation: str, *, may: bool) -> None:
    """A command is refused in one line and recorded, or the policy has nothing against it."""
    store.gate._TOLD.clear()
    before = told(line.store)
    status, out, err = line.run(*cell.words)
    where = (*cell.words, status, err)
    if may:
        assert "you may not" not in err, where
        assert "sign in" not in err, where
        assert "fresh code" not in err, where
        return
    assert (status, out) == (1, ""), where
    assert err.startswith("stagewatch: you may not "), where
    assert err.count("\n") == 1, where
    # A command may have to look at something first: which is as little theirs, or is noted.
    ((name, outcome),) = [one for one in told(line.store)[len(before) :] if one[1] != "read"]
    assert (name in (operation, *Action), outcome) == (True, "refused"), where


SHARE = pytest.mark.parametrize(
    "share", [pytest.param(15, id="some"), pytest.param(1, id="all", marks=pytest.mark.slow)]
)


@SHARE
def test_a_command_does_what_its_role_may_and_nothing_else(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    tried = 0
    for place, actor in enumerate(world.actors.values()):
        monkeypatch.setenv(TOKEN, actor.token)
        line = Line(copied(world, f"{place}.db"), capsys)
        table = commands(world, actor)
        assert set(table) == set(OPERATIONS) - WITHOUT_COMMAND, "an operation has a command that is not tried"
        last = table.pop("store.restore")  # after it no session is alive
        cells = [(name, cell) for name, each in {**table, "store.restore": last}.items() for cell in each]
        for operation, cell in cells[place % share :: share]:
            give(line, cell, operation, may=allows(actor.standing, cell.action, cell.subject))
            tried += 1
    assert tried > 400 // share


@SHARE
def test_a_command_shows_what_its_role_may_see_and_nothing_else(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    tried, line = 0, Line(copied(world, "asked.db"), capsys)
    for place, actor in enumerate(world.actors.values()):
        monkeypatch.setenv(TOKEN, actor.token)
        for cell, may in questions(world, actor)[place % share :: share]:
            give(line, cell, cell.action.value if sees_board(actor) else "board.see", may=may)
            tried += 1
    assert tried > 200 // share


def test_without_a_session_a_command_does_nothing(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line, file = Line(copied(world, "nobody.db"), capsys), world.folder / "never.db"
    for token in ("", "odd"):
        monkeypatch.setenv(TOKEN, token)
        for words in ("board", "people add Eve --role super_user", f"store backup {file}"):
            assert "sign in with “stagewatch sign-in”" in line.refused(*words.split())
    assert not file.exists()
