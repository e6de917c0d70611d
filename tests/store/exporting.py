"""A store with an audit log to export, and the script that checks an export, as a stranger runs it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.targets import Target
from store.audit_care import begin_key, write_one
from store.audit_export import export_audit
from store.key_files import key_file_text
from store.moment import one_moment
from store.targets import save_targets

if TYPE_CHECKING:
    from store.work import Store
    from tests.store.helpers import Clock

SCRIPT = Path(__file__).parents[2] / "docs" / "check_audit_export.py"
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
NASTY = '=HYPERLINK("x";"y"), "quoted",\\ and „Größe“'
LAST = 11
"""The last entry: three of the founding, one of the key, seven changes."""


class Audited:
    """A store with a log of four epochs, and what its auditor was given."""

    def __init__(self, store: Store, clock: Clock, folder: Path) -> None:
        self.store, self.location, self.clock, self.folder = store, store.location, clock, folder
        self.key_file = folder / "log.key"
        self.key_file.write_text(key_file_text(begin_key(store, actor="Ada Žižek")), "utf-8")
        for number in range(1, 8):
            clock.moment = MONDAY + timedelta(hours=9 * number)
            save_targets(
                store,
                {"draft.ready_to_publish": Target(number, number + 1)},
                reason=f"{NASTY} {number}",
                actor="Bo Åkesson",
            )
        self.checkpoint = write_one(self.location, folder, clock()).file
        self.given = [self.key_file, self.checkpoint]

    def rows(self) -> list[tuple[Any, ...]]:
        with one_moment(self.location) as plain:
            return plain.rows("SELECT seq, epoch, text, hash, tag FROM audit_entry ORDER BY seq")

    def export(self, form: Any, folder: str = "export") -> Path:
        return export_audit(self.location, self.folder / folder, form, self.clock()).file.parent


def check(folder: Path, *given: Path) -> tuple[int, str]:
    """What the script says, as far from Stagewatch as can be."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(folder), *map(str, given)],
        cwd="/",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    return done.returncode, done.stdout.strip()


def manifest(folder: Path, **changes: Any) -> dict[str, Any]:
    """The manifest; as a forger leaves it if there are `changes`, with the digest of the file as it is."""
    path = folder / "manifest.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if changes:
        digest = hashlib.sha256((folder / found["file"]).read_bytes()).hexdigest()
        path.write_text(json.dumps({**found, "sha256": digest, **changes}), "utf-8")
    return found
