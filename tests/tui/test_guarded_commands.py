"""Every command in a guarded store: one clear line where nobody has signed in, or the policy says no."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi.benchmarks import STANDARD, write_benchmarks
from kpi.policy import STEP_UP, Action, Standing, allows
from kpi.policy_words import ACTION_WORDS
from store.access import MINUTE
from store.errors import StoreError
from store.work import Store
from tests.store.recorded import OURS, name_of
from tests.tui.guarded import ROLES, Guarded
from tests.tui.line import Line
from tui.arguments import make_parser

SOME = ("board", "tasks --json", "kpi set", "audit list", "store backup", "people add", "mapping suggest")
DAYS = ("--from", "2030-01-01", "--until", "2030-01-02")
WHY = ("--reason", "because")
KEY_FILE = (
    "stagewatch audit key 1\nstore 1eeec7c2-f055-4f01-bd69-ce6fd1df559d\nepoch 1\n"
    f"key {'0' * 64}\ncheckpoint-key {'A' * 43}=\n"
)
# Every command that asks a store, as it may be written, and the right that it takes; None: to have signed in.
ASKING: dict[str, tuple[tuple[str, ...], Action | None]] = {
    "import": (("events.csv", "--mapping", "map.toml"), Action.BRING_IN),
    "imports list": ((), Action.SEE_DATA),
    "imports show": (("1",), Action.SEE_DATA),
    "quarantine list": ((), Action.SEE_DATA),
    "quarantine retry": ((), Action.BRING_IN),
    "quarantine drop": (("--all",), Action.BRING_IN),
    "mapping suggest": (("events.csv",), None),
    "mapping list": ((), Action.SEE_DATA),
    "mapping show": (("Ours",), Action.SEE_DATA),
    "mapping save": (("map.toml",), Action.BRING_IN),
    "mapping drop": (("Ours",), Action.BRING_IN),
    "catalogue": ((), None),
    "calendar show": ((), Action.SEE_CALENDAR),
    "calendar set": (("--no-holidays", *WHY), Action.CHANGE_CALENDAR),
    "calendar close": (("2030-01-02", *WHY), Action.CHANGE_CALENDAR),
    "calendar open": (("2030-01-05", *WHY), Action.CHANGE_CALENDAR),
    "calendar history": ((), Action.SEE_CALENDAR),
    "board": ((), Action.SEE_BOARD),
    "tasks": ((), Action.SEE_BOARD),
    "tasks --json": ((), Action.EXPORT_TASKS),
    "changes": ((), Action.SEE_BOARD),
    "changes --json": ((), Action.EXPORT_TASKS),
    "kpi list": ((), Action.SEE_TARGETS),
    "kpi set": (("draft.ready_to_publish", "--due", "3", *WHY), Action.CHANGE_TARGETS),
    "kpi apply": (("targets.toml", *WHY), Action.CHANGE_TARGETS),
    "kpi export": (("out.toml",), Action.SEE_TARGETS),
    "kpi preview": (("targets.toml",), Action.SEE_TARGETS),
    "kpi suggest": ((), Action.SEE_TARGETS),
    "kpi history": ((), Action.SEE_TARGETS),
    "kpi diff": (("1", "1"), Action.SEE_TARGETS),
    "kpi revert": (("1", *WHY), Action.CHANGE_TARGETS),
    "kpi withdraw": (("1", *WHY), Action.CHANGE_TARGETS),
    "audit list": ((), Action.SEE_AUDIT),
    "audit show": (("1",), Action.SEE_AUDIT),
    "audit checkpoint": ((".",), Action.KEEP_KEYS),
    "audit folder": ((), Action.KEEP_KEYS),
    "audit folder --none": ((), Action.KEEP_KEYS),
    "audit export": (("exported",), Action.EXPORT_AUDIT),
    "audit key new": ((), Action.KEEP_KEYS),
    "audit key adopt": (("auditor.key",), Action.KEEP_KEYS),
    "explain": (("0",), Action.SEE_BOARD),
    "search": (("J1",), Action.SEE_BOARD),
    "people whoami": ((), None),
    "people list": ((), None),  # themselves
    "people add": (("Zoe", "--role", "recruiter"), Action.CHANGE_PEOPLE),
    "people change": (("Lin", "--name", "Lina"), Action.CHANGE_PEOPLE),
    "people deactivate": (("Lin",), Action.CHANGE_PEOPLE),
    "people reactivate": (("Lin",), Action.CHANGE_PEOPLE),
    "people enrol": (("Lin",), Action.CHANGE_PEOPLE),
    "people reset": (("Lin",), Action.CHANGE_PEOPLE),
    "people link": (("Bo", "bo@ats"), Action.LINK_PEOPLE),
    "people unlinked": ((), Action.LINK_PEOPLE),
    "people assign": (("Lin", "J1"), Action.LINK_PEOPLE),
    "people unassign": (("Lin", "J1"), Action.LINK_PEOPLE),
    "people teams": ((), None),  # their own
    "people totals": ((), None),  # their own team's
    "people add-team": (("East",), Action.CHANGE_TEAMS),
    "people change-team": (("South", "--name", "Far South"), Action.CHANGE_TEAMS),
    "people delegate": (("South", "Hal", *DAYS), Action.DELEGATE),
    "people sessions": ((), None),  # their own
    "people sealing-key show": ((), Action.CHANGE_PEOPLE),
    "grants list": ((), None),  # their own
    "grants request": (("Ann", "--purpose", "x", "--scope", "audit.see", *DAYS), Action.REQUEST_GRANTS),
    "tokens list": ((), None),  # their own
    "summaries list": ((), None),  # their own
    "summaries missing": ((), None),  # their own
    "summaries contests": ((), None),  # their own
    "summaries team": ((), None),  # their own team's
    "summaries generate": ((), None),
    "summaries report": (("--week", "2026-W01", "calls=1"), None),  # their own
    "summaries answer": (("1", "daily_limit", "--text", "x"), Action.SEE_FIGURES),
    "summaries comment": (("1", "--text", "x"), Action.SEE_FIGURES),
    "summaries contest": (("1", "--figure", "calls", *WHY), Action.CONTEST_FIGURES),
    "summaries document add": (("1", "--kind", "coaching", "--text", "x"), Action.WRITE_DOCUMENTS),
    "summaries document appeal": (("1", *WHY), Action.CONTEST_FIGURES),
    "summaries first-weekday": (("Sun",), Action.CHANGE_BENCHMARKS),
    "benchmarks show": ((), Action.SEE_BENCHMARKS),
    "benchmarks list": ((), Action.SEE_BENCHMARKS),
    "benchmarks diff": (("0", "0"), Action.SEE_BENCHMARKS),
    "benchmarks export": (("out.toml",), Action.SEE_BENCHMARKS),
    "benchmarks apply": (("benchmarks.toml", *WHY), Action.CHANGE_BENCHMARKS),
    "rebuild": ((), Action.CARE_FOR_STORE),
    "store info": ((), Action.CARE_FOR_STORE),
    "store check": ((), Action.CARE_FOR_STORE),
    "store backup": (("backup.db",), Action.CARE_FOR_STORE),
    "store encrypt": ((), Action.CARE_FOR_STORE),
    "store decrypt": ((), Action.CARE_FOR_STORE),
    "store restore": (("events.csv", "--replace"), Action.CARE_FOR_STORE),
}
# What says by itself whom or what it concerns, and is tried elsewhere.
BY_NUMBER = {
    "people unlink", "people undelegate", "people end-session", "grants approve", "grants revoke",
    "tokens end", "tokens make", "people password", "summaries show", "summaries events", "summaries approve",
    "summaries return", "summaries keep", "summaries decide", "summaries document decide",
}  # fmt: skip
# What asks nobody who they are: it makes a store, signs in or out, needs none, or the documents say why. And
# what only a store on PostgreSQL does.
OPEN = {
    "init", "sign-in", "sign-out", "demo", "catalogue infer", "account add", "account list", "account use",
    "account remove", "people policy", "people first-super-user", "people sealing-key adopt", "store upgrade",
    "audit verify", "store grant", "store key",
}  # fmt: skip


def leaves(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that does something, with those before it."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if path and not any(group.required for group in groups):
        yield " ".join(path)
    for group in groups:
        for name, command in group.choices.items():
            yield from leaves(command, (*path, name))


@pytest.fixture
def files(folder: Path) -> Path:
    """The folder it all happens in, with the files that commands are given."""
    (folder / "events.csv").write_text("what,when,job\nlisting_published,2026-01-07T10:00:00Z,J3\n")
    (folder / "map.toml").write_text(OURS.text)
    (folder / "auditor.key").write_text(KEY_FILE)
    (folder / "targets.toml").write_text("[default]\ndue = 3\ndone_by = 8\n")
    (folder / "benchmarks.toml").write_text(write_benchmarks(STANDARD))
    return folder


def refusals(guarded: Guarded, files: Path, commands: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """How each command is refused: in one line, and with nothing written but that it was refused."""
    there, last, said = sorted(files.iterdir()), guarded.house.last(), {}
    for name, more in commands.items():
        status, out, err = guarded.line.run(*name.split(), *more)
        assert (status, out, err.count("\n")) == (1, "", 1), (name, out, err)
        said[name] = err.removeprefix("stagewatch: ").rstrip("\n")
    assert sorted(files.iterdir()) == there
    assert {entry.outcome for entry in guarded.house.told(last)} == {"refused"}
    return said


def test_every_command_is_known_here() -> None:
    asking = {name.removesuffix(" --json").removesuffix(" --none") for name in ASKING}
    assert set(leaves(make_parser())) == asking | BY_NUMBER | OPEN


def test_a_command_says_that_nobody_has_signed_in(guarded: Guarded, files: Path) -> None:
    said = refusals(guarded, files, {name: more for name, (more, _) in ASKING.items()})
    for name, words in said.items():
        assert words == "nobody has signed in here; sign in with “stagewatch sign-in”", name


def test_a_command_says_that_the_session_is_locked(guarded: Guarded, files: Path) -> None:
    guarded.enter("Ada")
    left = guarded.house.now - 16 * MINUTE
    guarded.house.run(f"UPDATE session SET seen_at = {left}")
    for words in refusals(guarded, files, {name: ASKING[name][0] for name in SOME}).values():
        assert words == "this session is locked; unlock it with “stagewatch sign-in --unlock”"
    assert guarded.house.rows("SELECT seen_at FROM session") == [(left,)], "who is refused was not there"


def test_a_command_says_that_the_policy_refuses(guarded: Guarded, files: Path) -> None:
    standing = Standing(guarded.enter("Bo").number, ROLES["Bo"], team=1)
    kept_from = {
        name: (more, action)
        for name, (more, action) in ASKING.items()
        if action is not None and not allows(standing, action)
    }
    assert len(kept_from) > 40
    said = refusals(guarded, files, {name: more for name, (more, _) in kept_from.items()})
    for name, words in said.items():
        action = kept_from[name][1]
        # A change of the calendar looks first at what it would do.
        asked = {action, Action.SEE_CALENDAR if action == Action.CHANGE_CALENDAR else action}
        assert any(words.startswith(f"you may not {ACTION_WORDS[one]}") for one in asked), name
        assert words.endswith("“stagewatch people policy” says who may"), name


def test_an_auditor_sees_nothing_without_a_grant(guarded: Guarded, files: Path) -> None:
    guarded.enter("Ann")
    for words in refusals(guarded, files, {name: ASKING[name][0] for name in SOME[:-1]}).values():
        assert words.startswith("you may not "), words


def test_a_command_asks_for_a_fresh_code(guarded: Guarded, files: Path) -> None:
    guarded.enter("Ada")
    guarded.house.run(f"UPDATE session SET coded_at = {guarded.house.now - 16 * MINUTE}")
    fresh = {name: more for name, (more, action) in ASKING.items() if action in STEP_UP}
    assert {"tasks --json", "audit export", "people add", "people sealing-key show"} < set(fresh)
    for name, words in refusals(guarded, files, fresh).items():
        assert words.startswith("this asks for a fresh code"), name
        assert "“stagewatch sign-in --again”" in words, name
    assert guarded.line.run("tasks")[0] == 0, "a table is no export"
    assert guarded.line.run("board", "--json")[0] == 0


def test_exports_are_of_what_one_sees(guarded: Guarded) -> None:
    guarded.enter("Bo")
    every = {task["listing"] for task in guarded.line.json("tasks")["tasks"]}
    assert every == {"J1", "J2"}
    lin = guarded.enter("Lin")
    assert guarded.line.json("tasks")["tasks"] == [], "no listing is assigned to them yet"
    guarded.house.run(f"INSERT INTO assignment (listing, person) VALUES ('J2', {lin.number})")
    assert {task["listing"] for task in guarded.line.json("tasks")["tasks"]} == {"J2"}
    assert guarded.line.json("changes")["changes"] == []


def test_a_token_exports_if_it_was_made_for_that(guarded: Guarded) -> None:
    guarded.enter("Bo", rights=[Action.SEE_BOARD])
    assert guarded.line.json("board")["totals"]["tasks"] > 0
    assert "you may not export tasks" in guarded.line.refused("tasks", "--json")
    guarded.enter("Bo", rights=[Action.SEE_BOARD, Action.EXPORT_TASKS])
    assert len(guarded.line.json("tasks")["tasks"]) > 0


def test_commands_count_as_being_there_at_most_once_a_minute(guarded: Guarded) -> None:
    def seen() -> int:
        return int(guarded.house.rows("SELECT seen_at FROM session ORDER BY number DESC")[0][0])

    early = guarded.house.now - 14 * MINUTE
    for command in (["board"], ["kpi", "set", "draft.ready_to_publish", "--due", "7", "--reason", "x"]):
        guarded.enter("Ada")
        guarded.house.run(f"UPDATE session SET seen_at = {early}")
        assert guarded.line.run(*command)[0] == 0
        touched = seen()
        assert touched >= guarded.house.now, command
        assert guarded.line.run(*command)[0] == 0
        assert seen() == touched, command
    guarded.enter("Ada", rights=[Action.SEE_BOARD])
    guarded.house.run(f"UPDATE session SET seen_at = {early}")
    assert guarded.line.run("board")[0] == 0
    assert seen() == early, "a token is nobody who is there"


def test_whoever_cannot_be_noted_as_being_there_is_answered_all_the_same(guarded: Guarded) -> None:
    guarded.enter("Ada")
    guarded.house.run(f"UPDATE session SET seen_at = {guarded.house.now - 2 * MINUTE}")
    guarded.patch.setattr("store.signing_in.touch", failing)
    assert guarded.line.run("board")[0] == 0


def failing(_store: Store) -> None:
    raise StoreError("the disk is full")


def test_a_restore_asks_the_store_that_it_replaces(guarded: Guarded, tmp_path: Path) -> None:
    guarded.enter("Ada")
    file = str(tmp_path / "backup.db")
    guarded.line.json("store", "backup", file)
    guarded.enter("Bo")
    assert "you may not back up, restore" in guarded.line.refused("store", "restore", file, "--replace")
    guarded.enter("Ada")
    assert guarded.line.json("store", "restore", file, "--replace")["replaced"]
    newest = guarded.house.told(guarded.house.last() - 1)[0]
    assert (newest.operation, newest.outcome, newest.origin) == ("store.restore", "done", "command line")
    assert name_of(guarded.house.store.location, newest.actor) == "Ada"
    assert "this session" in guarded.line.refused("board"), "sessions of the backup have ended"
    guarded.leave()
    other = str(tmp_path / "other.db")
    Line(other, guarded.line.capsys).json("store", "restore", file)
    assert "nobody has signed in" in Line(other, guarded.line.capsys).refused("board")


def test_whoever_can_read_the_store_may_verify_its_log(guarded: Guarded) -> None:
    status, out, _ = guarded.line.run("audit", "verify", "--json")
    assert (status, json.loads(out)["result"]) == (3, "not_provable"), "for want of a key alone"
