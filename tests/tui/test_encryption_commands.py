"""`stagewatch init --encrypt` and `stagewatch store encrypt`, `decrypt` and `key` from end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import file_keys
from tests.store.keyrings import Ring
from tests.tui.guarded import Guarded
from tests.tui.line import Line

FOUND = ("init", "--organisation", "Northbank")


@pytest.fixture
def line(ring: Ring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(str(tmp_path / "store.db"), capsys)


def test_an_encrypted_store_is_made_and_its_key_brought_elsewhere(
    line: Line, ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = line.json(*FOUND, "--encrypt")
    assert set(made) > {"audit_key", "store_key"}
    (tmp_path / "key").write_text(made["store_key"])
    ring.kept.clear()
    monkeypatch.setattr(file_keys, "_known", {})
    assert "its key is not here" in line.refused("store", "info")
    taken = line.json("store", "key", str(tmp_path / "key"))
    assert taken["file"] in made["store_key"]
    assert "SQLCipher" in line.json("store", "info")["database"]
    assert "there is something" in line.refused(*FOUND, "--encrypt")


def test_a_store_is_encrypted_and_decrypted(line: Line) -> None:
    assert "store_key" not in line.json(*FOUND)
    assert set(line.json("store", "encrypt")) == {"store", "encrypted", "store_key"}
    assert "encrypted already" in line.refused("store", "encrypt")
    assert line.json("store", "decrypt")["encrypted"] is False
    assert "is not encrypted" in line.refused("store", "decrypt")
    status, out, _ = line.run("store", "encrypt")
    assert status == 0
    assert "stagewatch store key 1" in out
    assert "may still hold" in out


def test_a_store_that_was_not_made_leaves_no_key(line: Line, ring: Ring) -> None:
    assert "needs a name" in line.refused("init", "--organisation", "", "--encrypt")
    assert ring.kept == {}


def test_only_a_super_user_encrypts(guarded: Guarded) -> None:
    for name in ("Bo", "Rae", "Mo"):
        guarded.enter(name)
        assert "you may not" in guarded.line.refused("store", "encrypt")
    guarded.enter("Ada")
    assert guarded.line.json("store", "encrypt")["encrypted"] is True
