"""Where a machine has the audit log's key from: made with the log, or led forward from the key file."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from kpi.chain import fingerprint, genesis, next_key
from store.audit_keys import KeyRing, Verified, adopt, keys_for, load_ring, new_ring, save_ring
from store.checkpoints import public_key
from store.errors import StoreError
from store.key_files import KeyFile
from tests.store.keyrings import Ring

STORE = UUID("6f1d9a52-0f3b-4c57-9a3e-0d2c5b7e8a11")
FIRST = bytes(range(32))
MADE = KeyRing(5, FIRST, "ab" * 16, 700, bytes([7] * 32), bytes([8] * 32), Verified(650, bytes([9] * 32), 1))


def led(key: bytes, *epochs: int) -> bytes:
    for epoch in epochs:
        key = next_key(key, STORE, epoch)
    return key


def key_file(epoch: int = 3, key: bytes = FIRST, *, signing: bytes = bytes(32)) -> KeyFile:
    return KeyFile(STORE, epoch, key, public_key(signing))


def test_a_new_ring_and_its_key_file_belong_together(ring: Ring) -> None:
    made, file = new_ring(STORE)
    assert (made.epoch, made.seq, made.hash, made.verified) == (1, 0, genesis(STORE), None)
    assert (file.store, file.epoch, file.key) == (STORE, 1, made.key)
    assert made.fingerprint == file.fingerprint == fingerprint(key=made.key, store=STORE)
    assert made.signing is not None
    assert file.checkpoint_key == public_key(made.signing)
    assert made.key != made.signing
    assert len(made.key) == 32
    assert new_ring(STORE)[0].key != made.key
    assert ring.kept == {}


def test_a_new_ring_may_begin_after_entries_without_a_key() -> None:
    made, file = new_ring(STORE, 4, seq=90, head=bytes(32))
    assert (made.epoch, made.seq, made.hash, file.epoch) == (4, 90, bytes(32), 4)


def test_keys_are_led_forward_one_epoch_at_a_time() -> None:
    assert list(keys_for(FIRST, 3, 3, STORE)) == [FIRST]
    assert list(keys_for(FIRST, 3, 5, STORE)) == [FIRST, led(FIRST, 4), led(FIRST, 4, 5)]


def test_keys_are_never_led_back_nor_for_ever() -> None:
    with pytest.raises(StoreError, match="begins with epoch 3; what came before"):
        next(keys_for(FIRST, 3, 2, STORE))
    with pytest.raises(StoreError, match="no audit log can have come from epoch 3 to epoch 1000004"):
        next(keys_for(FIRST, 3, 1_000_004, STORE))
    assert next(keys_for(FIRST, 3, 1_000_003, STORE)) == FIRST


@pytest.mark.parametrize("place", ["ring", "secrets_path"])
def test_a_machine_without_a_key_takes_it_from_the_key_file(
    request: pytest.FixtureRequest, place: str
) -> None:
    request.getfixturevalue(place)
    found = adopt(STORE, key_file(), 5)
    assert found == load_ring(STORE)
    assert found == KeyRing(5, led(FIRST, 4, 5), key_file().fingerprint, 0, genesis(STORE), None)


def test_a_key_file_never_takes_back_what_the_machine_remembers(ring: Ring) -> None:
    kept = replace(MADE, fingerprint=key_file().fingerprint)
    save_ring(STORE, kept)
    assert adopt(STORE, key_file(), 4) == adopt(STORE, key_file(), 5) == kept
    assert adopt(STORE, key_file(), 6) == replace(kept, epoch=6, key=led(FIRST, 4, 5, 6)) == load_ring(STORE)


def test_another_key_for_the_same_epochs_is_refused(ring: Ring) -> None:
    save_ring(STORE, MADE)
    for epoch in (3, 5):
        with pytest.raises(
            StoreError,
            match=r"^this machine keeps another key of this audit log than the key file; nothing",
        ):
            adopt(STORE, key_file(epoch), 9)
    assert load_ring(STORE) == MADE


@pytest.mark.parametrize("signing", [MADE.signing, bytes(32)])
def test_a_key_that_begins_later_follows_and_what_was_seen_stays(ring: Ring, signing: bytes) -> None:
    save_ring(STORE, MADE)
    file = key_file(8, bytes(32), signing=signing)
    found = adopt(STORE, file, 9)
    assert (found.epoch, found.key, found.fingerprint) == (9, led(bytes(32), 9), file.fingerprint)
    assert (found.seq, found.hash, found.verified) == (MADE.seq, MADE.hash, MADE.verified)
    assert found.signing == (MADE.signing if signing == MADE.signing else None)
    found = adopt(STORE, key_file(20, bytes(range(32))), 20)
    assert found.signing is None


def test_the_key_file_of_another_store_or_a_later_epoch_is_refused(ring: Ring) -> None:
    with pytest.raises(StoreError, match=f"key file of another store \\({STORE}\\); nothing was changed"):
        adopt(UUID(int=1), key_file(), 5)
    with pytest.raises(StoreError, match="begins with epoch 3"):
        adopt(STORE, key_file(), 2)
    assert ring.kept == {}
