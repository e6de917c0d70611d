"""`stagewatch store` and `stagewatch account` from end to end."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import pytest

from tests.tui.line import Line
from tests.tui.test_commands import filled
from tui.commands.store_care import size_words
from tui.main import main


@pytest.fixture
def line(store_url: str, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(store_url, capsys)


def test_a_store_is_looked_after_from_the_command_line(line: Line, tmp_path: Path) -> None:
    rows = filled(line, tmp_path)
    info = line.json("store", "info")
    assert set(info) == {
        "organisation", "store", "schema", "database", "bytes", "listings", "applications", "events",
        "tasks_open", "tasks_ended", "target_sets", "revision", "changed_at", "pending", "calendar",
        "timezone", "working_days", "holidays_until",
    }  # fmt: skip
    assert (info["organisation"], info["events"], info["calendar"]) == ("Northbank", len(rows), "GB-ENG")
    assert info["working_days"] == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    assert "stagewatch:" not in info["store"] or ":…@" in info["store"]
    checked = line.json("store", "check", "--full")
    assert set(checked) == {"sound", "problems", "listings", "replayed", "pending"}
    assert checked["sound"]
    assert checked["replayed"] == checked["listings"] == info["listings"]
    file = str(tmp_path / "backup.db")
    made = line.json("store", "backup", file)
    assert set(made) == {"organisation", "file", "bytes", "schema", "revision", "rows"}
    assert made["rows"]["event"] == len(rows)
    assert "exists already" in line.refused("store", "backup", file)
    assert "--replace" in line.refused("store", "restore", file)
    done = line.json("store", "restore", file, "--replace")
    assert set(done) == {"organisation", "store", "replaced", "schema", "revision", "rows"}
    assert done["replaced"]
    assert done["rows"] == made["rows"]
    version = info["schema"]
    assert line.json("store", "upgrade") == {
        "store": info["store"], "before": version, "after": version, "audit_key": None,
    }  # fmt: skip
    for arguments in (
        ["info"], ["check"], ["backup", file, "--replace"], ["restore", file, "--replace"], ["upgrade"],
    ):  # fmt: skip
        status, out, err = line.run("store", *arguments)
        assert (status, err) == (0, ""), arguments
        assert len(out.splitlines()) >= 1
        assert "None" not in out


def test_what_is_wrong_is_named_and_the_exit_status_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(str(tmp_path / "stagewatch.db"), capsys)
    filled(line, tmp_path)
    with closing(sqlite3.connect(line.store)) as connection, connection:
        connection.execute("UPDATE listing SET title = 'odd' WHERE id = 1")
    status, out, err = line.run("store", "check", "--full")
    assert status == 1
    assert "The replay: not sound\n  listing " in out
    assert err.startswith("stagewatch: 1 problem found in ")
    assert "stagewatch rebuild" in err
    status, out, _ = line.run("store", "check", "--full", "--json")
    assert status == 1
    assert not json.loads(out)["sound"]
    assert len(json.loads(out)["problems"]["replay"]) == 1
    line.run("rebuild")
    assert line.json("store", "check", "--full")["sound"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_accounts_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(str(tmp_path / "stagewatch.db"), capsys)
    filled(line, tmp_path)
    address = str(tmp_path / "stagewatch.db")
    assert run(capsys, "account", "list") == {"accounts": []}
    account = {"name": "North bank", "address": address, "keyring": False}
    assert run(capsys, "account", "add", "North bank", address) == account
    assert run(capsys, "account", "list") == {"accounts": [{**account, "in_use": False}]}
    assert run(capsys, "account", "use", "north BANK") == {**account, "in_use": True}
    assert run(capsys, "account", "list") == {"accounts": [{**account, "in_use": True}]}
    assert run(capsys, "store", "info")["organisation"] == "Northbank"
    assert run(capsys, "account", "remove", "North bank") == {**account, "password_left": False}
    assert (tmp_path / "stagewatch.db").exists()


def test_accounts_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    said = []
    for arguments in (
        ["list"], ["add", "North bank", str(tmp_path / "n.db")], ["list"], ["use", "North bank"], ["list"],
        ["remove", "North bank"],
    ):  # fmt: skip
        assert main(["account", *arguments]) == 0
        said.append(capsys.readouterr().out)
    assert "No accounts yet" in said[0]
    assert "stagewatch account use 'North bank'" in said[1]
    assert "in use" not in said[2]
    assert "in use" in said[4]
    assert "Its data is untouched" in said[5]
    assert main(["account", "add", "Team", "postgresql://u:secret@h/d"]) == 1
    refused = capsys.readouterr()
    assert "secret" not in refused.err + refused.out
    assert refused.err.count("\n") == 1
    assert "~/.pgpass" in refused.err


@pytest.mark.parametrize("arguments", [["store"], ["account"], ["store", "backup"], ["account", "add", "x"]])
def test_half_a_command_is_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("stagewatch")
    assert "--help” tells how it is written" in said.err


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 bytes"), (999, "999 bytes"), (12_345, "12.3 KB"), (5 * 10**15, "5,000.0 TB")]
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words
