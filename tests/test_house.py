"""The rules of the house that no other tool can check; CONTRIBUTING.md gives the reasons."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("kpi", "store", "tui")
MOST_LINES = 400
WRITTEN_BY_HAND = {".mako", ".py", ".sql", ".tcss", ".toml"}
KPI_MAY_IMPORT = {"holidays", "kpi", "pendulum", *sys.stdlib_module_names} - {"dbm", "sqlite3"}
# Modules that tell the time, and names by which a date or time type does.
CLOCK_MODULES = {"time", "timeit"}
CLOCK_NAMES = {"now", "today", "utcnow"}

IMPORT_AND_TELL = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def modules_of(room: str) -> list[str]:
    """The import name of every module of `room`, but for migrations: Alembic alone can run those."""
    files = [path.relative_to(ROOT) for path in sorted((ROOT / room).rglob("*.py"))]
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files]
    return [name for name in names if ".migrations" not in name and not name.endswith("__main__")]


def loaded_by(*names: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after importing `names`."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_AND_TELL, *names], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module, package: str) -> set[str]:
    """The top-level modules that a module of `package` imports, wherever in the file."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(resolve_name("." * node.level + (node.module or ""), package))
    return {name.partition(".")[0] for name in found}


def looks_at_the_clock(tree: ast.Module) -> list[str]:
    """Every place, as `line: what`, where a module could learn what time it is."""
    places = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_NAMES:
            places.append(f"{node.lineno}: .{node.attr}")
        elif isinstance(node, ast.Import):
            names = {alias.name for alias in node.names} & CLOCK_MODULES
            places += [f"{node.lineno}: import {name}" for name in sorted(names)]
        elif isinstance(node, ast.ImportFrom) and node.module in CLOCK_MODULES:
            places.append(f"{node.lineno}: from {node.module} import")
    return places


KPI_FILES = sorted((ROOT / "kpi").rglob("*.py"))


def test_importing_the_rules_loads_neither_database_nor_terminal():
    loaded = loaded_by(*modules_of("kpi"))
    assert "kpi" in loaded
    assert loaded.isdisjoint({"alembic", "psycopg", "rich", "sqlalchemy", "sqlite3", "sqlmodel", "textual"})
    assert loaded.isdisjoint({"store", "tui"})


def test_importing_the_store_loads_no_terminal():
    loaded = loaded_by(*modules_of("store"))
    assert "store" in loaded
    assert loaded.isdisjoint({"rich", "textual", "tui"})


def test_every_module_of_the_face_can_be_imported():
    assert "tui" in loaded_by(*modules_of("tui"))


@pytest.mark.parametrize("path", KPI_FILES, ids=lambda path: path.stem)
def test_kpi_imports_only_what_the_rules_may_use(path):
    package = ".".join(path.relative_to(ROOT).parent.parts)
    assert imports(parsed(path), package) - KPI_MAY_IMPORT == set()


@pytest.mark.parametrize("path", KPI_FILES, ids=lambda path: path.stem)
def test_kpi_never_looks_at_the_clock(path):
    assert looks_at_the_clock(parsed(path)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\nstarted = time.time()",
        "from time import monotonic",
        "from datetime import date\ndef f():\n    return date.today()",
        "from datetime import datetime, UTC\nmake = datetime.now",
        "import datetime\nx = datetime.datetime.utcnow()",
        "import pendulum\nx = pendulum.now()",
    ],
)
def test_the_clock_check_sees_a_clock(source):
    assert looks_at_the_clock(ast.parse(source)) != []


def test_the_import_check_sees_every_form_of_import():
    source = "import a.b\nfrom c.d import e\ndef f():\n    from . import g\n    from ..h import i"
    assert imports(ast.parse(source), "kpi.deep") == {"a", "c", "kpi"}


def test_no_file_is_two_ideas_long():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for room in (*ROOMS, "benchmarks", "tests")
        for path in (ROOT / room).rglob("*")
        if path.suffix in WRITTEN_BY_HAND
    }
    assert len(lengths) > len(ROOMS)
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}
