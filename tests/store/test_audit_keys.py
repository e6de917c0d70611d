"""The audit log's key on a machine: it only ever goes forward, whoever writes, and its lack is explained."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import keyring
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyring.backends.chainer import ChainerBackend

from store.audit_keys import (
    KeyRing,
    Lack,
    NoRing,
    Verified,
    adopt,
    anchor,
    forget_ring,
    load_ring,
    look,
    new_ring,
    note_verified,
    save_ring,
)
from store.errors import StoreError
from store.secrets_kept import KEY, change_secret, fetch_secret, find_secret, keep_secret
from tests.store.keyrings import Ring, keyring_in_memory

ROOT = Path(__file__).parents[2]
STORE = UUID("6f1d9a52-0f3b-4c57-9a3e-0d2c5b7e8a11")
NAME = f"audit:{STORE}"
FIRST = bytes(range(32))
MADE = KeyRing(
    epoch=5,
    key=bytes(range(32)),
    fingerprint="ab" * 16,
    seq=700,
    hash=bytes(range(32, 64)),
    signing=bytes(range(64, 96)),
    verified=Verified(650, bytes(range(96, 128)), 1_794_916_800_000_000),
)
GOLDEN = (
    '{"epoch": 5, "key": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", '
    '"fingerprint": "abababababababababababababababab", "seq": 700, '
    '"hash": "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f", '
    '"signing": "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=", '
    '"verified": [650, "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f", 1794916800000000]}'
)
RUN = """
import sys
from dataclasses import replace
from uuid import UUID
from store.audit_keys import Verified, load_ring, note_verified, save_ring
store, first = UUID(sys.argv[1]), int(sys.argv[2])
ring = load_ring(store)
for seq in range(first, 2_000, 20):
    kept = save_ring(store, replace(ring, epoch=1 + seq // 100, seq=seq, hash=seq.to_bytes(32, "big")))
    assert kept.seq >= seq and kept.epoch > seq // 100, kept
note_verified(store, Verified(1_000 + first, bytes(32), 0))
assert load_ring(store).seq >= seq
"""


@pytest.fixture(params=["ring", "secrets_path"])
def somewhere(request: pytest.FixtureRequest) -> None:
    """A place for keys: a keyring, then a file under a passphrase."""
    request.getfixturevalue(request.param)


def lack(said: str) -> Lack:
    """Why there is no ring, of which the explanation begins or ends with `said`."""
    found = look(STORE)
    assert isinstance(found, NoRing)
    assert found.why.startswith(said) or found.why.endswith(said)
    assert "\n" not in found.why
    assert load_ring(STORE) is None
    return found.lack


def test_what_is_kept_stays_as_it_was_first_written(ring: Ring) -> None:
    save_ring(STORE, MADE)
    assert ring.kept == {("stagewatch", NAME): GOLDEN}
    assert look(STORE) == MADE


@pytest.mark.usefixtures("somewhere")
@pytest.mark.parametrize("made", [MADE, replace(MADE, signing=None), replace(MADE, verified=None)])
def test_a_ring_comes_back_and_only_for_its_own_store(made: KeyRing) -> None:
    assert lack("this machine keeps no key of this audit log") is Lack.NONE_KEPT
    assert save_ring(STORE, made) == made
    assert load_ring(STORE) == look(STORE) == made
    assert load_ring(UUID(int=1)) is None
    assert forget_ring(STORE)
    assert lack("this machine keeps no key of this audit log") is Lack.NONE_KEPT
    assert forget_ring(STORE)


def test_without_a_place_that_is_said_and_nothing_kept() -> None:
    assert lack(KEY.instead) is Lack.NO_PLACE
    with pytest.raises(StoreError, match="no keyring that can be used; name a file in STAGEWATCH_SECRETS"):
        save_ring(STORE, MADE)
    assert not forget_ring(STORE)


def test_a_place_that_does_not_open_is_told_from_none(
    ring: Ring, secrets_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_ring(STORE, MADE)
    monkeypatch.setenv("STAGEWATCH_PASSPHRASE", "another")
    assert lack("or the file was changed by hand; it was left as it is") is Lack.CLOSED
    monkeypatch.delenv("STAGEWATCH_PASSPHRASE")
    assert lack("STAGEWATCH_SECRETS names") is Lack.CLOSED
    monkeypatch.delenv("STAGEWATCH_SECRETS")
    assert lack("this machine keeps no key of this audit log") is Lack.NONE_KEPT
    ring.locked = True
    assert lack("the keyring does not give the key (Failed") is Lack.CLOSED
    with pytest.raises(StoreError, match="does not give the key"):
        fetch_secret(NAME, KEY)
    with pytest.raises(StoreError, match=r"does not give the key \(Failed to unlock the collection!\)"):
        save_ring(STORE, MADE)


def test_a_keyring_that_forgets_or_cannot_be_reached_is_said(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring.forgetful = True
    with pytest.raises(StoreError, match="did not keep the key; name a file in STAGEWATCH_SECRETS"):
        save_ring(STORE, MADE)

    def gone() -> None:
        raise RuntimeError

    monkeypatch.setattr(keyring, "get_keyring", gone)
    assert lack("the system's keyring cannot be used (RuntimeError); name a file") is Lack.CLOSED


def test_a_keyring_that_refuses_or_keeps_what_it_should_let_go_of_is_said(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_ring(STORE, MADE)

    def refuse(*_: str) -> None:
        raise RuntimeError("no\nway")

    monkeypatch.setattr(ring, "set_password", refuse)
    with pytest.raises(StoreError, match=r"refused the key \(no\); name a file"):
        save_ring(STORE, replace(MADE, epoch=6))
    monkeypatch.setattr(ring, "delete_password", lambda *_: None)
    assert not forget_ring(STORE)
    assert load_ring(STORE) == MADE


def test_a_change_may_leave_what_is_kept_which_is_then_not_written(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_ring(STORE, MADE)
    monkeypatch.setattr(ring, "set_password", None)
    assert change_secret(NAME, lambda _: None, KEY) == GOLDEN
    assert change_secret(NAME, lambda kept: kept, KEY) == GOLDEN
    assert save_ring(STORE, MADE) == MADE


def test_of_several_keyrings_the_first_that_keeps_secrets_is_used(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = type("Plain", (Ring,), {"__module__": "keyrings.alt.file"})()
    monkeypatch.setattr(ChainerBackend, "backends", [plain, ring])
    monkeypatch.setattr(keyring, "get_keyring", ChainerBackend)
    save_ring(STORE, MADE)
    assert plain.kept == {}
    assert ring.kept == {("stagewatch", NAME): GOLDEN}


@pytest.mark.parametrize(
    ("part", "value"),
    [
        *((part, value) for part in ("epoch", "seq") for value in (-1, "5", 5.0, True, None)),
        ("epoch", 0),
        *((part, value) for part in ("key", "hash") for value in ("", "ab", "zz" * 32, 3, None)),
        *(("signing", value) for value in ("", "QEFC", "ä", 3)),
        *(("verified", value) for value in ([], [1, "ab" * 32], [1, "ab", 3], [-1, "ab" * 32, 3], 3)),
    ],
)
@pytest.mark.usefixtures("secrets_path")
def test_what_is_kept_but_no_ring_is_said_and_left(part: str, value: object) -> None:
    text = json.dumps(json.loads(GOLDEN) | {part: value})
    keep_secret(NAME, text, KEY)
    broken(text)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", "[" * 99_999, '{"epoch": 5}'])
@pytest.mark.usefixtures("ring")
def test_what_is_kept_but_of_another_shape_is_said_and_left(text: str) -> None:
    keep_secret(NAME, text, KEY)
    broken(text)


def broken(text: str) -> None:
    assert lack(f"what this machine keeps as “{NAME}” of “stagewatch” is no key") is Lack.BROKEN
    for job in (
        lambda: save_ring(STORE, MADE),
        lambda: note_verified(STORE, None),
        lambda: adopt(STORE, new_ring(STORE)[1], 9),
    ):
        with pytest.raises(
            StoreError, match=f"“{NAME}” of “stagewatch” is no key of an audit log; it was left"
        ):
            job()
    assert find_secret(NAME, KEY) == text
    assert forget_ring(STORE)
    assert save_ring(STORE, MADE) == MADE


@pytest.mark.parametrize(
    ("later", "kept"),
    [
        ({"seq": 701, "hash": bytes(32)}, True),
        ({"epoch": 6, "key": bytes(32)}, True),
        ({"epoch": 6, "seq": 701}, True),
        ({"signing": None}, True),
        ({"epoch": 4, "key": bytes(32)}, False),
        ({"epoch": 4, "seq": 701}, False),
        ({"seq": 699}, False),
        ({"epoch": 6, "seq": 699}, False),
        ({"hash": bytes(32)}, False),
        ({"epoch": 6, "hash": bytes(32)}, False),
    ],
)
@pytest.mark.usefixtures("somewhere")
def test_a_ring_is_kept_only_if_neither_epoch_nor_head_goes_back(later: dict, kept: bool) -> None:
    save_ring(STORE, MADE)
    ring = replace(MADE, **later)
    wanted = ring if kept else MADE
    assert save_ring(STORE, ring) == wanted
    assert load_ring(STORE) == wanted


def test_how_far_it_was_verified_never_goes_back_by_a_save(ring: Ring) -> None:
    unverified = replace(MADE, verified=None)
    assert [save_ring(STORE, unverified).verified for _ in range(2)] == [None, None]
    assert save_ring(STORE, MADE).verified == MADE.verified
    assert save_ring(STORE, replace(unverified, seq=701)).verified == MADE.verified
    further = Verified(690, bytes(32), 0)
    older = save_ring(STORE, replace(MADE, seq=3, verified=further))
    assert (older.seq, older.verified) == (701, further)


def test_verified_is_noted_in_the_ring_that_is_kept_and_may_be_taken_back(ring: Ring) -> None:
    note_verified(STORE, MADE.verified)
    assert ring.kept == {}
    save_ring(STORE, MADE)
    earlier = Verified(3, bytes(32), 1)
    note_verified(STORE, earlier)
    assert load_ring(STORE) == replace(MADE, verified=earlier)
    note_verified(STORE, None)
    assert load_ring(STORE) == replace(MADE, verified=None)


def test_after_a_restore_the_machine_remembers_the_end_that_it_is_told(ring: Ring) -> None:
    anchor(STORE, 3, bytes(32))
    assert ring.kept == {}
    save_ring(STORE, MADE)
    anchor(STORE, 3, bytes(32))
    assert load_ring(STORE) == replace(MADE, seq=3, hash=bytes(32), verified=None)


@given(
    st.lists(
        st.builds(
            lambda epoch, seq, head: replace(MADE, epoch=epoch, seq=seq, hash=bytes([head] * 32)),
            st.integers(1, 4), st.integers(0, 6), st.integers(0, 1),
        ),
        min_size=2,
    )
)  # fmt: skip
@settings(max_examples=50)
def test_no_order_of_saves_ever_goes_back(rings: list[KeyRing]) -> None:
    with keyring_in_memory():
        kept = save_ring(STORE, rings[0])
        for ring in rings[1:]:
            now = save_ring(STORE, ring)
            assert load_ring(STORE) == now
            assert now.epoch >= kept.epoch
            assert now.seq >= kept.seq
            assert now.hash == kept.hash or now.seq > kept.seq
            kept = now


def test_two_processes_that_save_at_once_leave_the_last_head(secrets_path: Path) -> None:
    save_ring(STORE, replace(MADE, epoch=1, seq=1, verified=None))
    running = [
        subprocess.Popen([sys.executable, "-c", RUN, str(STORE), str(first)], cwd=ROOT) for first in (2, 13)
    ]
    assert [process.wait() for process in running] == [0, 0]
    left = load_ring(STORE)
    assert left is not None
    assert (left.epoch, left.seq, left.hash) == (20, 1_993, (1_993).to_bytes(32, "big"))
    assert left.verified in (Verified(1_002, bytes(32), 0), Verified(1_013, bytes(32), 0))


def test_a_folder_that_takes_no_lock_stops_no_keyring(ring: Ring, own_home: Path) -> None:
    (own_home / ".config").write_text("in the way", "utf-8")
    assert save_ring(STORE, MADE) == MADE


def test_keys_are_not_shown_by_accident() -> None:
    assert "\\x01" not in repr(replace(MADE, hash=bytes(32), verified=None))
    assert "@ABC" not in repr(replace(MADE, verified=None))


def test_a_change_in_the_keyring_keeps_others_out_meanwhile(ring: Ring, own_home: Path) -> None:
    lock = own_home / ".config/stagewatch/keyring.lock"

    def change(kept: str | None) -> str:
        with lock.open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return f"{kept}!"

    assert [change_secret(NAME, change, KEY) for _ in range(2)] == ["None!", "None!!"]
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
