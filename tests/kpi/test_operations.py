"""Every unit of work has a name that the policy knows: read from the source of the store and of the face."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from kpi.policy import OPERATIONS, Action

ROOT = Path(__file__).parents[2]
FILES = [path for room in ("store", "tui") for path in sorted((ROOT / room).rglob("*.py"))]
WORKING = [path for path in FILES if ".work(" in path.read_text(encoding="utf-8")]
Function = ast.FunctionDef | ast.AsyncFunctionDef
# What was refused or read outside a unit of work is told to the log under the right's own name.
KNOWN = {*OPERATIONS, *Action}
HOUSEKEEPING = {
    "tasks.advance", "session.sign_in", "session.sign_out", "session.lock", "session.unlock",
    "session.step_up", "session.touch", "people.complete", "people.password",
    "summary.generate",
}  # fmt: skip


class UntoldError(Exception):
    """What an operation's name will be cannot be told from the source."""


@cache
def functions_of(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def calls_of(name: str, inside: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(inside):
        if isinstance(node, ast.Call):
            called = node.func
            if name == (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)):
                yield node


def names_given(path: Path) -> set[str]:
    """All names under which a file begins units of work. UntoldError says where one cannot be told."""
    found: set[str] = set()
    for function in functions_of(path):
        for call in calls_of("work", function):
            if isinstance(call.func, ast.Attribute) and call.args:
                found |= told(call.args[0], path, function)
    return found


def told(node: ast.expr, path: Path, function: Function) -> set[str]:
    """The texts that an expression within a function can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return told(node.body, path, function) | told(node.orelse, path, function)
    if isinstance(node, ast.Name):
        return told_name(node.id, path, function)
    if isinstance(node, ast.Attribute) and node.attr == "value" and is_action(node.value, function):
        return set(Action)
    raise UntoldError(f"{path.name}:{node.lineno}: {ast.unparse(node)}")


def told_name(name: str, path: Path, function: Function) -> set[str]:
    assigned = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == name for target in node.targets)
    ]
    if assigned:
        return set().union(*(told(value, path, function) for value in assigned))
    if name in (taken := parameters(function)):
        return told_by_callers(function, name, taken)
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if isinstance(found := getattr(module, name, None), str):
        return {found}
    raise UntoldError(f"{path.name}:{function.lineno}: {name}")


def is_action(node: ast.expr, function: Function) -> bool:
    taken = function.args.args + function.args.kwonlyargs
    annotated = {one.arg for one in taken if one.annotation and ast.unparse(one.annotation) == "Action"}
    return ast.unparse(node) in annotated


def parameters(function: Function) -> list[str]:
    taken = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    return [argument.arg for argument in taken if argument.arg not in {"self", "cls"}]


def told_by_callers(function: Function, name: str, taken: list[str]) -> set[str]:
    found: set[str] = set()
    for path in FILES:
        for caller in functions_of(path):
            for call in calls_of(function.name, caller):
                given = dict(zip(taken, call.args, strict=False))
                given |= {word.arg: word.value for word in call.keywords if word.arg}
                found |= told(given[name], path, caller)
    if not found:
        raise UntoldError(f"nobody calls {function.name}")
    return found


@pytest.mark.parametrize("path", WORKING, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_every_operation_is_in_the_policy(path: Path) -> None:
    assert names_given(path) - KNOWN == set()


def test_an_operation_named_as_a_right_takes_that_right() -> None:
    both = set(OPERATIONS) & set(Action)
    assert {"people.change", "audit.export"} <= both
    assert {name: OPERATIONS[name] for name in both} == {name: Action(name) for name in both}


def test_the_names_are_found_however_they_are_given() -> None:
    found = set().union(*map(names_given, WORKING))
    assert {
        "targets.save",  # written where it is used
        "audit.key",  # a name of another module
        "tasks.advance", "tasks.rebuild",  # one or the other
        "audit.export",  # given by the caller
        "store.restore",
    } <= found  # fmt: skip


def test_a_name_that_cannot_be_told_is_not_passed_over(tmp_path: Path) -> None:
    source = tmp_path / "odd.py"
    source.write_text("def f(store, kind):\n    with store.work(f'{kind}.change'):\n        pass\n")
    with pytest.raises(UntoldError, match=r"odd.py:2: f'\{kind\}.change'"):
        names_given(source)


def test_a_name_that_nobody_gives_is_not_passed_over(tmp_path: Path) -> None:
    source = tmp_path / "odd.py"
    source.write_text("def begun_by_nobody(store, name):\n    with store.work(name):\n        pass\n")
    with pytest.raises(UntoldError, match="nobody calls begun_by_nobody"):
        names_given(source)


def test_an_operation_that_the_policy_lacks_is_seen(tmp_path: Path) -> None:
    source = tmp_path / "new.py"
    source.write_text("def f(store):\n    with store.work('payroll.change'):\n        pass\n")
    assert names_given(source) - KNOWN == {"payroll.change"}


def test_all_else_than_housekeeping_takes_a_right() -> None:
    assert {name for name, action in OPERATIONS.items() if action is None} == HOUSEKEEPING


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("targets.save", Action.CHANGE_TARGETS), ("calendar.change", Action.CHANGE_CALENDAR),
        ("import.file", Action.BRING_IN), ("quarantine.drop", Action.BRING_IN),
        ("mapping.save", Action.BRING_IN), ("store.restore", Action.CARE_FOR_STORE),
        ("store.grant", Action.CARE_FOR_STORE), ("tasks.rebuild", Action.CARE_FOR_STORE),
        ("audit.export", Action.EXPORT_AUDIT), ("audit.review", Action.REVIEW_AUDIT),
        ("audit.adopt", Action.KEEP_KEYS), ("people.reset", Action.CHANGE_PEOPLE),
        ("people.enrol", Action.CHANGE_PEOPLE), ("people.assign", Action.LINK_PEOPLE),
        ("team.change", Action.CHANGE_TEAMS), ("team.delegate", Action.DELEGATE),
        ("session.end", Action.END_SESSIONS), ("token.make", Action.MAKE_TOKENS),
        ("grant.approve", Action.APPROVE_GRANTS), ("grant.revoke", Action.REVOKE_GRANTS),
        ("summary.approve", Action.APPROVE_SUMMARIES), ("summary.return", Action.APPROVE_SUMMARIES),
        ("summary.keep", Action.APPROVE_SUMMARIES), ("summary.answer", Action.SEE_FIGURES),
        ("summary.report", Action.CONTEST_FIGURES), ("contest.make", Action.CONTEST_FIGURES),
        ("contest.decide", Action.DECIDE_CONTESTS), ("document.add", Action.WRITE_DOCUMENTS),
        ("document.decide", Action.DECIDE_CONTESTS), ("benchmarks.save", Action.CHANGE_BENCHMARKS),
    ],
)  # fmt: skip
def test_an_operation_takes_the_right_that_was_agreed(name: str, action: Action) -> None:
    assert OPERATIONS[name] is action
