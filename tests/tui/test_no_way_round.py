"""Whatever the face does with a store it does as whoever is at the terminal: read from its source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from store.who import NOBODY

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tui").rglob("*.py"))
ACTOR = ROOT / "tui" / "actor.py"
# What is told where a store is and asks nobody: why it need not.
ASKS_NOBODY = {
    "bring_up_to_date": "upkeep, which shows nothing",
    "export_audit": "once `note_read` has asked",
    "look_after_log": "upkeep; says whether the log is whole",
    "make_people": "of the demo's own store",
    "people_sign_in": "no secret",
    "store_id": "no secret",
    "upgrade_store": "until it is done nobody can sign in",
    "verify": "says whether the log is whole, to whoever has it",
    "with_new_key": "for a store that is not there yet",
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[tuple[ast.Call, str, ast.AST]]:
    """Every call in a file, the name of what is called, and the function around it."""
    tree = parsed(path)
    around: dict[ast.AST, ast.AST] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            around |= dict.fromkeys(ast.walk(function), function)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            yield node, name, around.get(node, tree)


@cache
def from_store(path: Path) -> dict[str, Any]:
    """What a file takes from the store, by the name that it has there."""
    found: dict[str, Any] = {}
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "store":
            module = import_module(str(node.module))
            found |= {alias.asname or alias.name: getattr(module, alias.name, None) for alias in node.names}
    return found


def taken(thing: object) -> dict[str, str]:
    """The parameters of a function, and what they are."""
    if not inspect.isfunction(thing):
        return {}
    return {one.name: str(one.annotation) for one in inspect.signature(thing).parameters.values()}


def comes_from_visiting(value: ast.expr | None, around: ast.AST) -> bool:
    """Whether an expression is made of `visiting(…)`, there or a few lines above."""
    if value is None:
        return False
    if any(isinstance(node, ast.Call) and ast.unparse(node.func) == "visiting" for node in ast.walk(value)):
        return True
    return isinstance(value, ast.Name) and any(
        comes_from_visiting(node.value, around)
        for node in ast.walk(around)
        if isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == [value.id]
    )


def given(call: ast.Call, name: str, places: list[str]) -> ast.expr | None:
    """What a call gives for a parameter."""
    named = {word.arg: word.value for word in call.keywords if word.arg}
    return named.get(name) or dict(zip(places, call.args, strict=False)).get(name)


def asks_first(around: ast.AST) -> bool:
    """Whether a function has the policy asked by itself."""
    return any(isinstance(node, ast.Call) and ast.unparse(node.func) == "permit" for node in ast.walk(around))


def ways_round(path: Path) -> list[str]:
    """Where a file uses a store as nobody, or as the program itself."""
    found: list[str] = []
    known = from_store(path)
    for call, name, around in calls(path) if known else ():
        where = f"{path.name}:{call.lineno}: {name}"
        if name in {"Who", "Store"} and name in known and path != ACTOR:
            found.append(where)
        parameters = taken(known.get(name))
        found += [
            where
            for parameter, kind in parameters.items()
            if kind == "Who" and not comes_from_visiting(given(call, parameter, [*parameters]), around)
        ]
        if "Location" in parameters.values() and not {"Who", "Store"} & {*parameters.values()}:
            is_fine = known[name].__name__ in ASKS_NOBODY or asks_first(around)
            found += [] if is_fine else [where]
    if NOBODY in [thing for thing in known.values() if isinstance(thing, tuple)]:
        found.append(f"{path.name}: NOBODY")
    return found


def test_the_face_never_asks_as_the_program_itself() -> None:
    assert [where for path in FILES for where in ways_round(path)] == []


def test_whoever_is_at_the_terminal_is_made_in_one_place() -> None:
    made = [name for _, name, _ in calls(ACTOR) if name in {"Who", "Store"}]
    assert sorted(made) == ["Store", "Who"]
    origins = {
        ast.unparse(call.args[0])
        for path in FILES
        for call, name, _ in calls(path)
        if name == "visiting" and call.args
    }
    assert origins == {"'app'", "'command line'", "origin"}


@pytest.mark.parametrize(
    "source",
    [
        "from store.who import Who\ndef f():\n    return Who('x', 'system')",
        "from store.work import Store\ndef f(place):\n    return Store(place)",
        "from store.reading import open_reader\ndef f(place):\n    return open_reader(place)",
        "from store.reading import open_reader\ndef f(place, who):\n    return open_reader(place, who=who)",
        "from store.backup import back_up\ndef f(place):\n    return back_up(place, 'x', replace=True)",
        "from store.moment import one_moment\ndef f(place):\n    return one_moment(place)",
        "from store.who import NOBODY",
    ],
)
def test_a_way_round_is_seen(source: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.py"
    path.write_text(source)
    assert len(ways_round(path)) == 1


def test_an_honest_use_is_none(tmp_path: Path) -> None:
    path = tmp_path / "fine.py"
    path.write_text(
        "from store.reading import open_reader\nfrom store.backup import back_up\n"
        "def f(place):\n    who = visiting('app')\n    back_up(place, 'x', by=visiting('app'))\n"
        "    return open_reader(place, who=who)"
    )
    assert ways_round(path) == []
