"""What tests of the app get when they ask: an empty folder to work in, and an empty store."""

from __future__ import annotations

import argparse
import shutil
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.store.cheap_passwords import hash_cheaply
from tests.tui.line import Line
from tui.arguments import make_parser

if TYPE_CHECKING:
    from pathlib import Path

    from tests.store.keyrings import Ring
    from tests.tui.doors import Entrance
    from tests.tui.guarded import Guarded
    from tests.tui.summaries_line import Made, Weekly


@pytest.fixture(autouse=True)
def brisk_pilots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever drives the app waits after a key until the app has nothing left to do, and no longer."""
    # A test of the command line does not wait for Textual to be imported.
    if "textual.app" in sys.modules:
        from tests.tui.idling import until_idle

        for module in ("app", "pilot"):
            monkeypatch.setattr(f"textual.{module}.wait_for_idle", until_idle)


@cache
def _commands() -> frozenset[str]:
    """The words that a command can begin with."""
    [parts] = [one for one in make_parser()._actions if isinstance(one, argparse._SubParsersAction)]
    return frozenset(parts.choices)


@cache
def _described(named: frozenset[str]) -> argparse.ArgumentParser:
    return make_parser(tuple(named))


@pytest.fixture(autouse=True)
def kept_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line is described once for each command: that takes longer than many a command."""
    monkeypatch.setattr("tui.arguments.make_parser", lambda said: _described(_commands() & set(said)))


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
    Line(place, capsys).found()
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
