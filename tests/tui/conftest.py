"""What tests of the app get when they ask: an empty folder to work in, and an empty store."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.store.cheap_passwords import hash_cheaply
from tui.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.store.keyrings import Ring
    from tests.tui.doors import Entrance
    from tests.tui.guarded import Guarded
    from tests.tui.summaries_line import Made, Weekly


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the app is started: an empty folder."""
    place = tmp_path / "files"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The path of an empty store."""
    place = str(tmp_path / "s.db")
    assert main(["init", "--store", place, "--organisation", "Northbank"]) == 0
    capsys.readouterr()
    return place


@pytest.fixture(scope="session")
def founded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An open store with two listings and two teams, to be copied."""
    from tests.tui.guarded import founded_file  # deferred: it imports the store

    return founded_file(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def guarded(
    founded_file: Path,
    ring: Ring,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Guarded:
    """The command line on a guarded store with somebody of each role; nobody has signed in."""
    from tests.tui.guarded import guarded_line  # deferred: as above

    hash_cheaply(monkeypatch)
    file = tmp_path / "guarded.db"
    shutil.copy(founded_file, file)
    return guarded_line(file, capsys, monkeypatch)


@pytest.fixture(scope="session")
def made_week(founded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A guarded store in which people have worked for a week, to be copied."""
    from tests.tui.summaries_line import made_week  # deferred: as above

    return made_week(founded_file, tmp_path_factory.mktemp("week"))


@pytest.fixture
def weekly(
    made_week: Made,
    ring: Ring,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Weekly:
    """The command line on that store; nobody has signed in."""
    from tests.store.house import in_no_hurry  # deferred: as above
    from tests.tui.summaries_line import weekly_line

    ring.kept = dict(made_week.kept)
    hash_cheaply(monkeypatch)
    in_no_hurry(monkeypatch)
    return weekly_line(made_week, tmp_path, capsys, monkeypatch)


@pytest.fixture
def entrance(founded_file: Path, ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Entrance:
    """An open store that can be given people, with a keyring."""
    from tests.tui.doors import entrance_at  # deferred: as above

    hash_cheaply(monkeypatch)
    monkeypatch.setattr("tui.actor._held", {})  # all copies have one id
    monkeypatch.setattr("store.gate._TOLD", set())
    file = tmp_path / "entrance.db"
    shutil.copy(founded_file, file)
    return entrance_at(file, ring)
