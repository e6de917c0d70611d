"""An exported audit log, checked by who has Python and nothing else: what docs/check_audit_export.py says."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kpi.chain import entry_hash
from kpi.targets import Target
from store.audit_care import begin_key, store_id
from store.audit_keys import forget_ring
from store.targets import save_targets
from tests.store.exporting import LAST, MONDAY, SCRIPT, Audited, check, manifest
from tests.store.helpers import Clock, new_store
from tests.store.keyrings import Ring

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMS = pytest.mark.parametrize("form", ["jsonl", "csv"])


@pytest.fixture
def audited(tmp_path: Path, ring: Ring) -> Iterator[Audited]:
    clock = Clock(MONDAY)
    with new_store(str(tmp_path / "log.db"), clock=clock) as store:
        yield Audited(store, clock, tmp_path)


@FORMS
def test_a_stranger_with_key_and_checkpoint_finds_it_proven(audited, form):
    folder, entries = audited.export(form), len(audited.rows())
    said = (
        f"proven: {entries} entries, sealed; checkpoint of {entries} met; its signature is not checked here"
    )
    assert check(folder, *audited.given) == (0, said)
    assert check(folder, *reversed(audited.given)) == (0, said)


def test_without_a_key_or_a_checkpoint_it_is_not_provable(audited):
    folder, entries = audited.export("jsonl"), len(audited.rows())
    fit = f"not provable: {entries} entries fit; what is missing:"
    key = "a key to check each seal"
    assert check(folder) == (3, f"{fit} {key}, a checkpoint")
    assert check(folder, audited.checkpoint) == (3, f"{fit} {key}")
    assert check(folder, audited.key_file) == (3, f"{fit} a checkpoint")


@pytest.mark.parametrize(("line", "other"), [("key", "ab" * 32), ("epoch", "2")])
def test_a_wrong_key_never_proves(audited, line, other):
    folder, wrong = audited.export("jsonl"), audited.folder / "wrong.key"
    wrong.write_text(
        re.sub(f"(?m)^{line} .*$", f"{line} {other}", audited.key_file.read_text("utf-8")), "utf-8"
    )
    assert check(folder, wrong, audited.checkpoint)[0] == 3


def test_another_stores_key_or_checkpoint_is_said(audited):
    folder, said = audited.export("jsonl"), "not provable: the key file or the checkpoint is of another store"
    for number, file in enumerate(audited.given):
        other = audited.folder / f"other{number}"
        other.write_text(re.sub("[0-9a-f]{8}-[0-9a-f]{4}", "00000000-0000", file.read_text("utf-8")), "utf-8")
        assert check(folder, other) == (3, said)


def test_entries_written_without_a_key_later_are_not_proven(audited):
    forget_ring(store_id(audited.location))
    save_targets(
        audited.store, {"draft.ready_to_publish": Target(70, 71)}, reason="No key", actor="Bo Åkesson"
    )
    assert check(audited.export("csv"), *audited.given)[0] == 3


def test_a_second_key_is_not_taken_for_the_first(audited):
    forget_ring(store_id(audited.location))
    begin_key(audited.store, lost=True, actor="Bo Åkesson")
    save_targets(
        audited.store, {"draft.ready_to_publish": Target(70, 71)}, reason="New key", actor="Bo Åkesson"
    )
    assert check(audited.export("csv"), *audited.given)[0] == 3


def forge_lines(folder: Path, change: Any) -> None:
    """Change the lines of audit.jsonl, and make the manifest fit."""
    path = folder / "audit.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    lines = change(lines) or lines
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    manifest(folder, entries=len(lines), head=lines[-1]["hash"])


def edit(lines):
    lines[6]["text"] = lines[6]["text"].replace("Größe", "Breite")


def rehash(lines, store=None):
    edit(lines)
    before = bytes.fromhex(lines[5]["hash"])
    for line in lines[6:]:
        before = entry_hash(store, line["seq"], line["epoch"], before, line["text"])
        line["hash"] = before.hex()


def change_tag(lines):
    lines[6]["tag"] = "00" * 32


def take_tag_off(lines):
    lines[6]["tag"] = None


def put_tag_on(lines):
    lines[1]["tag"] = "00" * 32


def change_seq(lines):
    lines[6]["seq"] = 8


def swap(lines):
    lines[6]["text"], lines[8]["text"] = lines[8]["text"], lines[6]["text"]


@pytest.mark.parametrize(
    ("change", "first_bad"),
    [
        (edit, 7),
        (change_tag, 7),
        (take_tag_off, 7),
        (put_tag_on, 2),
        (change_seq, 7),
        (swap, 7),
        (lambda lines: lines[:6] + lines[7:], 7),
    ],
    ids=["edit", "change tag", "take tag off", "put tag on", "change seq", "swap", "delete"],
)
def test_a_forged_export_is_tampered(audited, change, first_bad):
    folder = audited.export("jsonl")
    forge_lines(folder, change)
    found = check(folder, *audited.given)
    said = f"entry {first_bad} is missing, or not as it was written, sealed and remembered"
    assert found == (2, f"tampered: {said}")


def test_a_rehashed_export_is_tampered_with_key_or_checkpoint(audited):
    folder, store = audited.export("jsonl"), store_id(audited.location)
    forge_lines(folder, lambda lines: rehash(lines, store))
    assert check(folder, audited.key_file)[0] == 2
    assert "entry 7 " in check(folder, audited.key_file)[1]
    assert f"entry {LAST} " in check(folder, audited.checkpoint)[1]
    assert check(folder)[0] == 3


def test_a_shortened_export_is_tampered(audited):
    folder = audited.export("jsonl")
    forge_lines(folder, lambda lines: lines[:-2])
    said = f"tampered: the log ends with entry {LAST - 2}, yet {LAST} are remembered"
    assert check(folder, *audited.given) == (2, said)


@pytest.mark.parametrize("changes", [{"entries": 12}, {"head": "00" * 32}, {"store": "0" * 32}])
def test_a_forged_manifest_is_tampered(audited, changes):
    folder = audited.export("csv")
    manifest(folder, **changes)
    assert check(folder)[0] == 2


@FORMS
def test_another_file_than_the_manifest_speaks_of_is_tampered(audited, form):
    folder = audited.export(form)
    with (folder / f"audit.{form}").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert check(folder) == (2, f"tampered: audit.{form} is not the file that was exported")


def test_an_epoch_that_nobody_gets_to_is_soon_found(audited):
    def change(lines, store):
        lines[-1]["epoch"] = 2**62
        before = bytes.fromhex(lines[-2]["hash"])
        lines[-1]["hash"] = entry_hash(store, LAST, 2**62, before, lines[-1]["text"]).hex()

    folder, store = audited.export("jsonl"), store_id(audited.location)
    forge_lines(folder, lambda lines: change(lines, store))
    assert check(folder, audited.key_file)[0] == 2


def test_what_cannot_be_read_is_said(audited):
    folder = audited.export("jsonl")
    assert check(audited.folder / "nowhere")[0] == 4
    assert check(folder, audited.folder / "nowhere")[0] == 4
    other = audited.folder / "letter.txt"
    other.write_text("Dear auditor,\n", "utf-8")
    assert check(folder, other) == (4, "unreadable: a strange file")
    for broken in ("[]", "{", '{"file": 1}', "null"):
        (folder / "manifest.json").write_text(broken, "utf-8")
        code, said = check(folder)
        assert (code, said[:12]) == (4, "unreadable: ")


def test_the_script_is_short_and_knows_nothing_of_stagewatch():
    lines = SCRIPT.read_text("utf-8").splitlines()
    assert len(lines) <= 60
    imported = {line.split()[1].partition(".")[0] for line in lines if re.match("import |from ", line)}
    assert imported <= sys.stdlib_module_names
