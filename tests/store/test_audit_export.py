"""The exported audit log: whole, readable by a spreadsheet without harm, written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kpi.audit_entry import read_entry
from kpi.targets import Target
from store import audit_export
from store.audit_care import begin_key
from store.audit_export import COLUMNS, export_audit
from store.errors import StoreError
from store.location import find_location
from store.schema import upgrade
from store.targets import save_targets
from store.work import Store, make_private
from tests.store.exporting import LAST, MONDAY, NASTY, Audited, check, manifest
from tests.store.helpers import Clock, new_store
from tests.store.keyrings import Ring

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMS = pytest.mark.parametrize("form", ["jsonl", "csv"])


@pytest.fixture
def audited(store_url: str, tmp_path: Path, ring: Ring) -> Iterator[Audited]:
    clock = Clock(MONDAY)
    with new_store(store_url, clock=clock) as store:
        yield Audited(store, clock, tmp_path)


def cells(folder: Path) -> list[dict[str, str]]:
    """What the cells of audit.csv say."""
    with (folder / "audit.csv").open(encoding="utf-8", newline="") as file:
        return [{n: cell.removeprefix("'") for n, cell in row.items()} for row in csv.DictReader(file)]


def test_lines_hold_each_entry_as_it_is_stored(audited):
    folder = audited.export("jsonl")
    lines = [json.loads(line) for line in (folder / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [(o["seq"], o["epoch"], o["text"], bytes.fromhex(o["hash"]), o["tag"]) for o in lines] == [
        (*row[:3], bytes(row[3]), row[4] and bytes(row[4]).hex()) for row in audited.rows()
    ]
    assert [list(line) for line in lines] == [["seq", "epoch", "text", "hash", "tag"]] * len(lines)
    assert {line["epoch"] for line in lines} == {0, 1, 2, 3, 4}


def test_a_table_says_what_each_entry_says(audited):
    folder = audited.export("csv")
    found = cells(folder)
    assert tuple(found[0]) == COLUMNS
    assert [(int(o["seq"]), int(o["epoch"]), o["text"], o["hash"], o["tag"]) for o in found] == [
        (*row[:3], bytes(row[3]).hex(), bytes(row[4]).hex() if row[4] else "") for row in audited.rows()
    ]
    last, entry = found[-1], read_entry(1, audited.rows()[-1][2])
    assert last["at"] == "2026-11-19T00:00:00Z"
    assert (last["actor"], last["operation"], last["target"]) == (entry.actor, "targets.save", entry.target)
    assert (last["outcome"], last["origin"], last["reason"]) == ("done", entry.origin, f"{NASTY} 7")
    assert int(last["group"]) == entry.group
    assert json.loads(last["changes"]) == json.loads(last["text"])["changes"]


@FORMS
def test_the_manifest_says_whose_log_it_is_and_who_is_who(audited, form):
    folder, rows = audited.export(form), audited.rows()
    said = manifest(folder)
    assert said["format"] == "stagewatch audit export 1"
    assert (said["organisation"], said["made_at"]) == ("Northbank", "2026-11-19T00:00:00Z")
    assert (said["entries"], said["head"]) == (len(rows), bytes(rows[-1][3]).hex())
    assert said["file"] == f"audit.{form}"
    assert said["sha256"] == hashlib.sha256((folder / said["file"]).read_bytes()).hexdigest()
    assert sorted(said["names"].values()) == ["Ada Žižek", "Bo Åkesson"]
    assert read_entry(1, rows[-1][2]).actor in said["names"]
    assert not any(name in (folder / said["file"]).read_text("utf-8") for name in said["names"].values())


def test_no_cell_is_a_formula(audited):
    folder = audited.export("csv")
    with (folder / "audit.csv").open(encoding="utf-8", newline="") as file:
        every = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in every if re.match(r"[=+\-@\t\r\0]", cell)]
    assert f"'{NASTY} 7" in every


@FORMS
def test_a_log_longer_than_a_portion_is_whole(audited, form, monkeypatch):
    monkeypatch.setattr(audit_export, "_PORTION", 2)
    heard: list[float] = []
    made = export_audit(audited.location, audited.folder / "out", form, 0, tell=heard.append)
    assert (made.entries, made.head) == (len(audited.rows()), bytes(audited.rows()[-1][3]).hex())
    assert (made.file, made.manifest) == (
        audited.folder / "out" / f"audit.{form}",
        audited.folder / "out" / "manifest.json",
    )
    assert (heard, heard[-1], len(heard)) == (sorted(heard), 1.0, -(-made.entries // 2))
    assert check(made.file.parent, *audited.given)[0] == 0


@FORMS
def test_files_are_for_their_owner_alone_and_nothing_else_is_left(audited, form):
    folder = audited.export(form)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {f"audit.{form}": 0o600, "manifest.json": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_there_stays_unless_it_is_to_be_replaced(audited):
    folder = audited.export("jsonl")
    before = (folder / "audit.jsonl").read_bytes()
    save_targets(audited.store, {"draft.ready_to_publish": Target(70, 71)}, reason="More", actor="Bo Åkesson")
    with pytest.raises(StoreError, match=r"audit\.jsonl exists already; give another folder, or --replace$"):
        audited.export("jsonl")
    with pytest.raises(
        StoreError, match=r"manifest\.json exists already; give another folder, or --replace$"
    ):
        audited.export("csv")
    assert (folder / "audit.jsonl").read_bytes() == before
    made = export_audit(audited.location, folder, "jsonl", audited.clock(), replace=True)
    assert made.entries == LAST + 1
    assert check(folder, *audited.given)[0] == 0


def test_a_folder_that_cannot_be_made_is_said(audited):
    (audited.folder / "file").write_text("", "utf-8")
    for folder in (audited.folder / "no" / "folder", audited.folder / "file", Path("a\0b")):
        with pytest.raises(StoreError, match=r"cannot be made: [^\n]+$"):
            export_audit(audited.location, folder, "jsonl", 0)


@FORMS
def test_a_full_disk_leaves_nothing_behind(audited, form, monkeypatch):
    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(audit_export._Digesting, "write", full)
    with pytest.raises(StoreError, match=r"cannot be written: No space left on device$"):
        audited.export(form)
    assert list((audited.folder / "export").iterdir()) == []


def test_a_store_without_an_organisation_has_no_log(store_url, tmp_path, ring):
    with closing(Store(find_location(store_url))) as store:
        make_private(store.location)
        upgrade(store)
        with pytest.raises(StoreError, match=r"^this store has no organisation yet, so it has no audit log"):
            export_audit(store.location, tmp_path / "out", "jsonl", 0)
    assert not (tmp_path / "out").exists()


def test_no_store_is_said(tmp_path):
    with pytest.raises(StoreError, match="there is no store"):
        export_audit(find_location(str(tmp_path / "none.db")), tmp_path / "out", "csv", 0)
    assert not (tmp_path / "out").exists()


@FORMS
def test_what_was_tampered_with_is_exported_as_it_is(tmp_path, ring, form):
    """A log that does not fit is evidence; only the check says what is wrong with it."""
    file = tmp_path / "log.db"
    with new_store(str(file)) as store:
        begin_key(store, actor="Ada")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute("UPDATE audit_entry SET hash = 'no hash', tag = 'x' WHERE seq = 2")
        connection.execute("UPDATE audit_entry SET text = ? WHERE seq = 3", ('{"at":"=1+1"}',))
    made = export_audit(find_location(str(file)), tmp_path / "out", form, 10**18)
    assert made.entries == 4
    assert manifest(made.file.parent)["made_at"] == "1000000000000000000"
    code, said = check(made.file.parent)
    assert (code, "entry 2 " in said) == (2, True)
    if form == "csv":
        assert [row["hash"] for row in cells(made.file.parent)][1] == "no hash"
        assert cells(made.file.parent)[2]["text"] == '{"at":"=1+1"}'
