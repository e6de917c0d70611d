"""`stagewatch audit verify|checkpoint|folder|export|key` from end to end, with keys and without."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.tui.line import Line

CHECK = Path(__file__).parents[2] / "docs" / "check_audit_export.py"
VERDICT = ["result", "entries", "first_bad", "attack", "reconciled", "head", "checkpoint", "why"]


@pytest.fixture
def line(store_url: str, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(store_url, capsys)


def founded(line: Line, folder: Path) -> Path:
    """A store with a key; the key file, as the auditor keeps it."""
    said = line.json("init", "--organisation", "Northbank")
    assert said["audit_key"].startswith("stagewatch audit key 1\n")
    file = folder / "auditor.key"
    file.write_text(said["audit_key"])
    line.json("kpi", "set", "draft.ready_to_publish", "--due", "3", "--reason", "agreed")
    return file


@pytest.mark.usefixtures("ring")
def test_a_log_is_proven_with_the_auditors_things_and_alone(line: Line, tmp_path: Path) -> None:
    key = founded(line, tmp_path)
    found = line.json("audit", "verify")
    assert list(found) == VERDICT
    assert (found["result"], found["entries"], found["reconciled"], found["checkpoint"]) == (
        "proven", 5, True, None,
    )  # fmt: skip
    written = line.json("audit", "checkpoint", str(tmp_path))
    assert list(written) == ["file", "size", "head", "at"]
    assert (written["size"], written["head"]) == (5, found["head"])
    again = line.json("audit", "verify", "--key-file", str(key), "--checkpoint", written["file"])
    assert (again["result"], again["checkpoint"]) == ("proven", 5)
    status, out, err = line.run("audit", "verify")
    assert (status, err) == (0, "")
    assert out.startswith("● Proven: ")


@pytest.mark.usefixtures("ring")
def test_a_daily_folder_is_chosen_said_and_given_up(line: Line, tmp_path: Path) -> None:
    founded(line, tmp_path)
    assert "name a folder" in line.refused("audit", "checkpoint")
    assert line.json("audit", "folder") == {"folder": None}
    assert line.json("audit", "folder", str(tmp_path)) == {"folder": str(tmp_path)}
    assert line.json("audit", "folder") == {"folder": str(tmp_path)}
    assert line.json("audit", "checkpoint")["file"].startswith(str(tmp_path))
    assert line.json("audit", "folder", "--none") == {"folder": None}
    assert "there is no folder" in line.refused("audit", "folder", str(tmp_path / "none"))
    said = [entry["operation"] for entry in line.json("audit", "list")["entries"]]
    assert said[:3] == ["audit.folder", "audit.folder", "targets.save"]


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_is_checked_without_stagewatch_and_is_in_the_log(
    line: Line, tmp_path: Path, form: str
) -> None:
    key = founded(line, tmp_path)
    made = line.json("audit", "export", str(tmp_path / "out"), "--form", form)
    assert list(made) == ["file", "manifest", "entries", "head"]
    newest = line.json("audit", "list", "--limit", "1")["entries"][0]
    assert (newest["operation"], newest["seq"]) == ("audit.export", made["entries"])
    checkpoint = line.json("audit", "checkpoint", str(tmp_path))["file"]
    checked = subprocess.run(
        [sys.executable, "-S", "-I", str(CHECK), str(tmp_path / "out"), str(key), checkpoint],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "already" in line.refused("audit", "export", str(tmp_path / "out"), "--form", form)
    line.json("audit", "export", str(tmp_path / "out"), "--form", form, "--replace")
    file = Path(made["file"])
    if form == "csv":
        with file.open(newline="", encoding="utf-8") as opened:
            assert len(list(csv.DictReader(opened))) == made["entries"] + 2
    file.write_text(file.read_text("utf-8").replace("agreed", "argued"), "utf-8")
    spoilt = subprocess.run(
        [sys.executable, str(CHECK), str(tmp_path / "out")], capture_output=True, check=False
    )
    assert spoilt.returncode == 2


def test_without_a_keyring_init_says_so_and_nothing_is_proven(line: Line) -> None:
    said = line.json("init", "--organisation", "Northbank")
    assert said["audit_key"] is None
    assert any("the audit log gets no key" in warning for warning in said["warnings"])
    status, out, _ = line.run("audit", "verify", "--json")
    assert status == 3
    assert json.loads(out)["result"] == "not_provable"
    assert "gets no key" in line.refused("audit", "key", "new")
    assert "no checkpoint was written" in line.refused("audit", "checkpoint", "/")


@pytest.mark.usefixtures("ring")
def test_keys_are_made_once_and_taken_over_from_a_file(line: Line, tmp_path: Path) -> None:
    from store.audit_care import store_id
    from store.audit_keys import forget_ring
    from store.location import find_location

    key = founded(line, tmp_path)
    assert "keeps a key of this audit log already" in line.refused("audit", "key", "new")
    forget_ring(store_id(find_location(line.store)))
    assert list(line.json("audit", "key", "adopt", str(key))) == ["epoch", "fingerprint"]
    assert line.json("audit", "verify", "--key-file", str(key))["result"] == "proven"
    odd = tmp_path / "odd.key"
    odd.write_text("a letter")
    assert "no key file" in line.refused("audit", "key", "adopt", str(odd))
    forget_ring(store_id(find_location(line.store)))
    status, out, _ = line.run("audit", "key", "new", "--lost")
    assert status == 0
    assert "shown this once" in out
    assert "checkpoint-key " in out


@pytest.mark.usefixtures("ring")
def test_tampering_and_unreadable_stores_have_their_own_exit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(str(tmp_path / "store.db"), capsys)
    founded(line, tmp_path)
    with closing(sqlite3.connect(line.store)) as connection, connection:
        connection.execute("UPDATE organisation SET name = 'Southbank'")
    status, out, _ = line.run("audit", "verify", "--json")
    assert (status, json.loads(out)["attack"]) == (2, "state_edited")
    status, out, _ = line.run("audit", "verify")
    said = 'organisation:1 has name "Southbank"; entry 2 left it at "Northbank"'
    assert (status, out.splitlines()[0]) == (2, f"■ Tampered with (state edited): {said}.")
    Path(line.store).write_bytes(b"rubbish" * 999)
    status, out, _ = line.run("audit", "verify", "--json")
    assert (status, json.loads(out)["result"]) == (4, "unreadable")
    assert line.refused("audit", "verify", "--key-file", str(tmp_path / "none"))


@pytest.mark.usefixtures("secrets_path")
def test_the_keys_may_be_in_a_file_under_a_passphrase(line: Line, tmp_path: Path) -> None:
    founded(line, tmp_path)
    assert line.json("audit", "verify")["result"] == "proven"


def test_a_store_of_sqlite_has_no_roles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(str(tmp_path / "store.db"), capsys)
    line.json("init", "--organisation", "Northbank")
    assert "only PostgreSQL has roles" in line.refused("store", "grant", "clerk")
