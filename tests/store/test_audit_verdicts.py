"""What a verdict needs: keys, checkpoints, a readable store; and where it begins the next time."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from kpi.targets import Target
from store.audit_care import store_id
from store.audit_keys import KeyRing, forget_ring, load_ring, look
from store.audit_verify import NotVerifiedError, verify
from store.location import find_location
from store.targets import save_targets
from store.work import Store
from tests.store.helpers import Clock
from tests.store.keyrings import Ring

if TYPE_CHECKING:
    from store.location import Location

from tests.store.attacking import ENTRIES, Made, attack, verdict_on


def test_without_a_needed_key_nothing_is_proven(log: Location, sealed: Made) -> None:
    forget_ring(store_id(log))
    found = verdict_on(log)
    assert (found.result, found.exit_code) == ("not_provable", 3)
    # The first key alone does not tell whether entries were cut at the end; with a checkpoint it does.
    assert verdict_on(log, key_file=sealed.key_file).exit_code == 3
    assert verdict_on(log, sealed).exit_code == 0


def test_the_auditor_needs_no_keyring(sealed: Made, tmp_path: Path) -> None:
    shutil.copy(sealed.file, tmp_path / "copy.db")
    found = verdict_on(find_location(str(tmp_path / "copy.db")), sealed)
    assert found.exit_code == 0


def test_tampering_shows_without_any_key(log: Location) -> None:
    forget_ring(store_id(log))
    attack(log, "UPDATE audit_entry SET text = replace(text, 'Change', 'Chance') WHERE seq = 120")
    assert verdict_on(log).attack == "edited"


def test_a_wrong_key_never_proves_anything(log: Location, sealed: Made, ring: Ring) -> None:
    from dataclasses import replace

    wrong = replace(sealed.key_file, key=bytes(32))
    assert verdict_on(log, key_file=wrong, checkpoint=sealed.checkpoint).result != "proven"
    forget_ring(store_id(log))
    assert verdict_on(log, key_file=wrong, checkpoint=sealed.checkpoint).exit_code == 3
    with pytest.raises(NotVerifiedError, match="another store"):
        verdict_on(log, key_file=replace(sealed.key_file, store=UUID(int=1)))
    ring.kept = {name: text.replace('"key": "', '"key": "00')[:-2] for name, text in sealed.kept.items()}
    assert not isinstance(look(store_id(log)), KeyRing)
    assert verdict_on(log).exit_code == 3
    ((name, text),) = sealed.kept.items()
    told = json.loads(text)
    ring.kept = {name: json.dumps(told | {"key": "00" * 32})}
    assert verdict_on(log).result != "proven"


def test_a_checkpoint_with_a_wrong_signature_proves_nothing(
    log: Location, sealed: Made, tmp_path: Path
) -> None:
    forged = tmp_path / "forged.checkpoint"
    forged.write_text(sealed.checkpoint.read_text().replace(f"\n{ENTRIES}\n", f"\n{ENTRIES - 1}\n"))
    found = verdict_on(log, sealed, checkpoint=forged)
    assert (found.exit_code, found.checkpoint) == (3, None)
    assert "not signed" in found.why


def test_what_cannot_be_read_is_said(log: Location, tmp_path: Path) -> None:
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"nothing of the sort" * 1000)
    found = verify(find_location(str(junk)), 0)
    assert (found.result, found.exit_code) == ("unreadable", 4)
    assert log.path is not None
    data = bytearray(log.path.read_bytes())
    data[4096 * 6 :] = bytes(len(data) - 4096 * 6)
    log.path.write_bytes(bytes(data))
    assert verdict_on(log).exit_code in (2, 4)


def test_a_store_whose_id_was_changed_is_said_to_be_unreadable(log: Location) -> None:
    attack(log, "UPDATE organisation SET store_id = 'x'")
    assert verdict_on(log).exit_code == 4


def test_looking_again_begins_where_it_was_proven(log: Location) -> None:
    verdict_on(log)
    ring = load_ring(store_id(log))
    assert ring is not None
    assert ring.verified is not None
    assert ring.verified.seq == ENTRIES
    again = verdict_on(log, since_last=True)
    assert (again.result, again.entries) == ("proven", 1)
    with closing(Store(log, Clock())) as store:
        save_targets(store, {"draft.ready_to_publish": Target(7, 7)}, reason="More", actor="Ada")
    assert (verdict_on(log, since_last=True).result, verdict_on(log, since_last=True).entries) == (
        "proven",
        1,
    )
    attack(log, "UPDATE audit_entry SET text = replace(text, 'Change', 'Chance') WHERE seq = 120")
    assert verdict_on(log, since_last=True).result == "proven"  # it looks at what came after only
    assert verdict_on(log).attack == "edited"
    attack(log, "DELETE FROM audit_entry WHERE seq > 290")
    assert verdict_on(log, since_last=True).attack == "truncated"


def test_who_stops_it_is_told(log: Location) -> None:
    shares: list[float] = []
    with pytest.raises(NotVerifiedError, match="stopped"):
        verdict_on(log, tell=shares.append, stopped=lambda: True)
    assert shares
    verdict_on(log, tell=shares.append)
    assert shares[-1] == 1.0
