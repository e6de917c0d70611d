"""What a verification is given, what it tells meanwhile, and what it remembers of a log that is whole."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from kpi.targets import Target
from store.audit_care import begin_key, store_id
from store.audit_keys import Verified, adopt, forget_ring, load_ring, save_ring
from store.audit_verify import NotVerifiedError, head_of_any, verify
from store.checkpoints import Checkpoint, new_signing_key, write_checkpoint
from store.errors import StoreError
from store.location import Location, find_location
from store.moment import one_moment
from store.schema import upgrade
from store.targets import save_targets
from store.work import Store, make_private
from tests.store.attacking import attack
from tests.store.helpers import Clock, new_store
from tests.store.keyrings import Ring, keyring_in_memory
from tests.store.recorded import CODE, MONDAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi.chain_verdict import Verdict
    from store.audit_keys import KeyRing
    from store.key_files import KeyFile

ENTRIES = 9
NOW = Clock(MONDAY)()


@dataclass
class Small:
    """A log of nine entries: three of the founding, one of the key, five changes."""

    file: Path
    key_file: KeyFile
    kept: dict[tuple[str, str], str]
    location: Location

    def verdict(self, **given: Any) -> Verdict:
        return verify(self.location, NOW, **given)

    @property
    def name(self) -> UUID:
        return store_id(self.location)

    @property
    def ring(self) -> KeyRing:
        ring = load_ring(self.name)
        assert ring is not None
        return ring

    def hash_at(self, seq: int) -> bytes:
        with one_moment(self.location) as plain:
            return bytes(plain.value("SELECT hash FROM audit_entry WHERE seq = ?", (seq,)))

    def checkpoint(self, folder: Path, size: int, head: bytes, signing: bytes | None = None) -> Path:
        found = Checkpoint(self.name, size, head, MONDAY)
        return write_checkpoint(folder, found, signing or self.ring.signing or b"")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    file = tmp_path_factory.mktemp("small") / "small.db"
    with keyring_in_memory() as ring, new_store(str(file), clock=Clock(MONDAY)) as store:
        key_file = begin_key(store)
        for number in range(ENTRIES - 4):
            save_targets(store, {CODE: Target(number, 9)}, reason="Change", actor="Ada")
        store.close()
        yield Small(file, key_file, dict(ring.kept), store.location)


@pytest.fixture
def log(made: Small, ring: Ring, tmp_path: Path) -> Small:
    """A copy on the machine that has the key."""
    ring.kept = dict(made.kept)
    shutil.copy(made.file, tmp_path / "copy.db")
    return replace(made, location=find_location(str(tmp_path / "copy.db")))


@pytest.mark.parametrize(
    ("portion", "shares"),
    [(2, [2, 4, 6, 8, 9]), (3, [3, 6, 9]), (4, [4, 8, 9]), (9, [9]), (100, [9])],
)
def test_how_far_it_is_comes_in_shares_nine_tenths_for_the_chain(
    log: Small, monkeypatch: pytest.MonkeyPatch, portion: int, shares: list[int]
) -> None:
    monkeypatch.setattr("store.audit_verify.PORTION", portion)
    heard: list[float] = []
    found = log.verdict(tell=heard.append, stopped=lambda: False)
    assert (found.result, found.entries) == ("proven", ENTRIES)
    assert heard == pytest.approx([*(0.9 * share / ENTRIES for share in shares), 1.0])
    heard.clear()
    assert log.verdict(tell=heard.append, since_last=True).entries == 1
    assert heard == pytest.approx([0.9, 1.0])


def test_it_can_be_stopped_between_any_two_portions(log: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.audit_verify.PORTION", 2)
    heard: list[float] = []
    with pytest.raises(NotVerifiedError, match=r"^verifying was stopped$"):
        log.verdict(tell=heard.append, stopped=lambda: len(heard) == 3)
    assert len(heard) == 3
    assert log.ring.verified is None


def test_how_far_a_log_is_proven_is_remembered_with_when_and_no_other_is(log: Small) -> None:
    assert log.verdict().result == "proven"
    verified = Verified(ENTRIES, log.hash_at(ENTRIES), NOW)
    assert log.ring.verified == verified


def test_one_is_not_remembered_that_differs_from_its_tables(log: Small) -> None:
    attack(log.location, "UPDATE organisation SET name = 'Southbank'")
    assert log.verdict().attack == "state_edited"
    assert log.ring.verified is None


def test_a_keyring_that_takes_nothing_more_keeps_nothing_from_being_proven(log: Small, ring: Ring) -> None:
    ring.forgetful = True
    assert log.verdict().result == "proven"
    assert log.ring.verified is None


def test_it_begins_anew_where_what_was_verified_is_another_entry_now(log: Small) -> None:
    save_ring(log.name, replace(log.ring, verified=Verified(5, bytes(32), 1)))
    found = log.verdict(since_last=True)
    assert (found.attack, found.first_bad) == ("rehashed", 5)
    assert "last verification" in found.why
    assert log.verdict().result == "proven"


def test_what_stands_before_the_first_entry_is_found(log: Small) -> None:
    with closing(sqlite3.connect(str(log.location.path))) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("DROP TRIGGER audit_entry_next")
        connection.execute("INSERT INTO audit_entry (seq, epoch, text, hash) VALUES (0, 0, '{}', x'00')")
    found = log.verdict()
    assert (found.attack, found.first_bad, found.entries) == ("edited", 1, 0)


def test_what_stands_some_portions_from_its_place_is_found_there(
    log: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.audit_verify.PORTION", 2)
    swap = "UPDATE audit_entry SET seq = CASE seq WHEN 5 THEN -9 ELSE -5 END WHERE seq IN (5, 9)"
    with closing(sqlite3.connect(str(log.location.path))) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute(swap)
        connection.execute("UPDATE audit_entry SET seq = -seq WHERE seq < 0")
    found = log.verdict()
    assert (found.attack, found.first_bad, found.entries) == ("reordered", 5, 4)
    assert "stands at 9" in found.why


# -------------------------------------------------------------------------------- what it is given


def test_this_machines_own_checkpoints_need_no_key_file(log: Small, tmp_path: Path) -> None:
    file = log.checkpoint(tmp_path, 7, log.hash_at(7))
    found = log.verdict(checkpoint=file)
    assert (found.result, found.checkpoint) == ("proven", 7)
    # With the key file, whose checkpoint key counts.
    assert log.verdict(checkpoint=file, key_file=log.key_file).checkpoint == 7
    other = replace(log.key_file, checkpoint_key=bytes(32))
    assert "is not signed" in log.verdict(checkpoint=file, key_file=other).why
    # One that somebody else signed proves nothing, and why not is said first.
    forged = log.checkpoint(tmp_path, 7, log.hash_at(7), new_signing_key())
    forget_ring(log.name)
    found = log.verdict(checkpoint=forged, key_file=log.key_file)
    assert (found.exit_code, found.checkpoint) == (3, None)
    assert found.why == f"{forged} is not signed with this audit log's key for checkpoints"
    found = log.verdict(checkpoint=file)
    assert found.exit_code == 3
    assert found.why == "the checkpoint's signature cannot be checked without the key file"


def test_a_checkpoint_of_another_end_is_evidence(log: Small, tmp_path: Path) -> None:
    found = log.verdict(checkpoint=log.checkpoint(tmp_path, 7, bytes(32)))
    assert (found.attack, found.first_bad) == ("rolled_back", 7)
    assert "checkpoint remembers" in found.why
    found = log.verdict(checkpoint=log.checkpoint(tmp_path, 12, bytes(32)))
    assert (found.attack, found.first_bad) == ("rolled_back", ENTRIES + 1)


def test_the_checkpoint_of_a_log_without_entries_says_nothing_of_its_end(log: Small, tmp_path: Path) -> None:
    empty = log.checkpoint(tmp_path, 0, bytes(32))
    assert (log.verdict(checkpoint=empty).result, log.verdict(checkpoint=empty).checkpoint) == (
        "proven",
        None,
    )
    forget_ring(log.name)
    assert log.verdict(checkpoint=empty, key_file=log.key_file).exit_code == 3


def test_a_machine_that_never_saw_the_end_does_not_prove_it(log: Small) -> None:
    forget_ring(log.name)
    adopt(log.name, log.key_file, 1)
    found = log.verdict()
    assert (found.exit_code, found.attack) == (3, None)
    assert "nothing at hand remembers how long the log was" in found.why


def test_the_key_file_of_another_store_is_refused_not_judged(log: Small) -> None:
    other = UUID(int=7)
    with pytest.raises(NotVerifiedError, match=rf"^that is the key file of another store \({other}\)$"):
        log.verdict(key_file=replace(log.key_file, store=other))


def test_why_nothing_can_be_proven_is_said(log: Small, ring: Ring) -> None:
    forget_ring(log.name)
    assert log.verdict().why == "this machine keeps no key of this audit log"
    ring.locked = True
    assert "Failed to unlock" in log.verdict().why
    assert "Failed to unlock" not in log.verdict(key_file=log.key_file).why


# ----------------------------------------------------------------------------------- what it cannot read


def test_a_store_without_an_organisation_or_of_another_schema_is_unreadable(tmp_path: Path) -> None:
    location = find_location(str(tmp_path / "bare.db"))
    make_private(location)
    with closing(Store(location)) as bare:
        upgrade(bare)
    found = verify(location, NOW)
    assert (found.result, found.why) == ("unreadable", "this store has no organisation yet")
    with closing(sqlite3.connect(str(location.path))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    found = verify(location, NOW)
    assert (found.result, "newer Stagewatch" in found.why) == ("unreadable", True)
    found = verify(find_location(str(tmp_path / "none.db")), NOW)
    assert (found.result, "there is no store" in found.why) == ("unreadable", True)


def test_a_store_whose_id_is_none_is_said_in_a_line(log: Small) -> None:
    for odd in ("'x'", "7", "''", "x'00'"):
        attack(log.location, f"UPDATE organisation SET store_id = {odd}")
        why = "the store's own id is none any more; look with “stagewatch audit verify”"
        assert (log.verdict().result, log.verdict().why) == ("unreadable", why)
        with pytest.raises(StoreError, match="own id is none any more"):
            store_id(log.location)


def test_the_end_of_a_log_is_its_highest_number_and_nought_without_one(log: Small) -> None:
    with one_moment(log.location) as plain:
        assert head_of_any(plain) == ENTRIES
    attack(log.location, "DELETE FROM audit_entry")
    with one_moment(log.location) as plain:
        assert head_of_any(plain) == 0
    found = log.verdict()
    assert (found.entries, found.head, found.attack) == (0, None, "truncated")
