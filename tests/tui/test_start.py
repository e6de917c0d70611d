"""What start-up may import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("sqlalchemy", "sqlmodel", "alembic", "pydantic", "holidays", "pendulum", "numpy", "psycopg")


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_asking_for_the_first_board_needs_no_textual():
    assert "textual" not in loaded_by("import tui.launch")


@pytest.mark.parametrize("module", ["tui.app", "tui.launch"])
def test_the_first_frame_needs_neither_the_store_nor_anything_heavy(module):
    loaded = loaded_by(f"import {module}")
    assert not loaded.intersection(HEAVY)
    assert not {name for name in loaded if name == "store" or name.startswith("store.")}
    later = {"tasks", "task", "search", "subject", "help", "settings", "chooser", "dialogue", "panes"}
    assert not {f"tui.screens.{name}" for name in later} & loaded


def test_no_screen_touches_a_database():
    for path in (ROOT / "tui").rglob("*.py"):
        text = path.read_text()
        assert "import sqlite3" not in text, path
        assert "sqlalchemy" not in text, path
