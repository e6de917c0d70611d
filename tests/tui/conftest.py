"""What tests of the app get when they ask: an empty folder to work in, and an empty store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui.main import main

if TYPE_CHECKING:
    from pathlib import Path


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
