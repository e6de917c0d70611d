"""What a newcomer installs: the lock, the documented dependencies, the wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[._-]+", "-", found[0]).lower()


DIRECT = sorted(
    {
        name_of(requirement)
        for requirement in (
            *PROJECT["build-system"]["requires"],
            *PROJECT["project"]["dependencies"],
            *PROJECT["project"]["optional-dependencies"]["postgres"],
            *PROJECT["dependency-groups"]["dev"],
        )
    }
)
# Each locked package: its line, then the lines with its hashes.
LOCKED = dict(re.findall(r"^([a-z0-9._-]+)==([^\n]*\n(?: +--hash[^\n]*\n)*)", LOCK, re.MULTILINE))


def test_every_direct_dependency_is_locked():
    assert set(DIRECT) - set(LOCKED) == set()


def test_every_locked_package_has_a_hash():
    assert [name for name, rest in LOCKED.items() if "--hash=sha256:" not in rest] == []


def test_the_lock_names_no_place_to_install_from():
    lines = [line for line in LOCK.splitlines() if not line.lstrip().startswith(("#", "--hash=sha256:"))]
    assert [line for line in lines if "--" in line or "/" in line or " @ " in line] == []
    assert "://" not in LOCK


def test_every_direct_dependency_is_documented():
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `([a-z0-9-]+)", page, re.MULTILINE)) == DIRECT


@pytest.mark.slow
def test_the_wheel_holds_the_three_rooms_with_their_data_and_nothing_else(tmp_path):
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.iterdir()
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {
        str(path.relative_to(ROOT))
        for room in ("kpi", "store", "tui")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert packed == wanted
