"""Seeds are sealed for one person of one store, under keys that stay on machines which were given them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import StoreError
from store.sealing import adopt_sealing_key, seal, sealing_key_text, unseal
from store.secrets_kept import KEY, NoKeyringError, find_secret, keep_secret
from tests.store.keyrings import Ring, keyring_in_memory

ROOT = Path(__file__).parents[2]
STORE, OTHER = UUID("6f1d9a52-0f3b-4c57-9a3e-0d2c5b7e8a11"), UUID(int=1)
NAME = f"seal:{STORE}"
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
KEYS = f'["{bytes(range(32)).hex()}"]'
SEALED = "zXwj0GcdKhUgISIjJCUmJygpKis0otI4VqG+bNycnpwYcMXpPCskdlcn3RvBuA7w7fSRQ32ZuG9IjgrOl8d+rfZkyNo="
SEAL = """
import sys
from uuid import UUID
from store.sealing import seal
print(seal(UUID(sys.argv[1]), 7, "a seed"))
"""


@pytest.fixture(params=["ring", "secrets_path"])
def somewhere(request: pytest.FixtureRequest) -> None:
    """A place for keys: a keyring, then a file under a passphrase."""
    request.getfixturevalue(request.param)


def refused(sealed: str, person: int = 7, store: UUID = STORE) -> str:
    """Why a sealed text does not open, in one line that gives nothing of it away."""
    with pytest.raises(StoreError) as refusal:
        unseal(store, person, sealed)
    said = str(refusal.value)
    assert said.isprintable()
    assert SEED not in said
    return said


def another_machine(ring: Ring) -> dict[tuple[str, str], str]:
    """Go to a machine whose keyring is empty; what the one before keeps."""
    kept, ring.kept = ring.kept, {}
    return kept


def keys_in(folder: Path, text: str) -> Path:
    path = folder / "keys"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.usefixtures("somewhere")
def test_what_is_sealed_comes_back_and_each_time_it_looks_different():
    sealed = [seal(STORE, 7, text) for text in (SEED, SEED, "Ünïcode", "")]
    assert len({*sealed}) == 4
    assert [unseal(STORE, 7, one) for one in sealed] == [SEED, SEED, "Ünïcode", ""]
    assert all(SEED.encode() not in base64.b64decode(one) for one in sealed)
    assert len(json.loads(find_secret(NAME, KEY) or "")) == 1


def test_what_was_sealed_by_earlier_releases_opens(ring: Ring):
    ring.kept = {("stagewatch", NAME): KEYS}
    assert unseal(STORE, 7, SEALED) == SEED
    unseal(STORE, 7, seal(STORE, 7, SEED))
    assert ring.kept == {("stagewatch", NAME): KEYS}


def test_moved_to_another_person_or_store_it_does_not_open(ring: Ring):
    ring.kept = {("stagewatch", NAME): KEYS, ("stagewatch", f"seal:{OTHER}"): KEYS}
    for said in (refused(SEALED, person=8), refused(SEALED, store=OTHER)):
        assert said == (
            "this second factor does not open: it is damaged or another person's; enrol the person again"
        )


@given(st.integers(0, 8 * 68 - 1))
@settings(max_examples=80)
def test_no_bit_of_it_can_be_changed(bit: int) -> None:
    opaque = bytearray(base64.b64decode(SEALED))
    opaque[bit // 8] ^= 1 << bit % 8
    with keyring_in_memory() as ring:
        ring.kept = {("stagewatch", NAME): KEYS}
        said = refused(base64.b64encode(opaque).decode())
    assert ("set up on another machine" if bit < 64 else "is damaged") in said


@pytest.mark.parametrize("cut", [8, 10, 20, 21, 35, 36, 67])
def test_what_is_cut_off_does_not_open(ring: Ring, cut: int):
    ring.kept = {("stagewatch", NAME): KEYS}
    assert "is damaged" in refused(base64.b64encode(base64.b64decode(SEALED)[:cut]).decode())


@pytest.mark.parametrize("text", ["ä", "?", "AAA", SEALED[:-1], f"{SEALED}\n\x1b"])
def test_what_is_no_base64_does_not_open(ring: Ring, text: str):
    ring.kept = {("stagewatch", NAME): KEYS}
    assert "is damaged" in refused(text)


def test_without_a_keyring_that_is_said_with_the_way_out_and_nothing_is_sealed():
    for job in (
        lambda: seal(STORE, 7, SEED),
        lambda: unseal(STORE, 7, SEALED),
        lambda: sealing_key_text(STORE),
    ):
        with pytest.raises(
            NoKeyringError, match="no keyring that can be used; name a file in STAGEWATCH_SEC"
        ):
            job()


def test_a_locked_keyring_is_told_from_one_without_the_key(ring: Ring):
    sealed = seal(STORE, 7, SEED)
    ring.locked = True
    assert "is it locked?" in refused(sealed)


def test_a_machine_without_the_key_says_so_and_makes_none_by_looking(ring: Ring):
    sealed = seal(STORE, 7, SEED)
    another_machine(ring)
    assert refused(sealed) == (
        "this second factor was set up on another machine, and its sealing key is not on this one; bring the "
        "key over, or enrol the person again here"
    )
    with pytest.raises(StoreError, match="keeps no sealing key of this store"):
        sealing_key_text(STORE)
    assert ring.kept == {}


def test_a_second_machine_is_given_the_keys_once(ring: Ring, tmp_path: Path):
    sealed = seal(STORE, 7, SEED)
    text = sealing_key_text(STORE)
    first = another_machine(ring)
    assert adopt_sealing_key(STORE, keys_in(tmp_path, text.replace("\n", "\r\n\r\n")))
    assert not adopt_sealing_key(STORE, keys_in(tmp_path, text))
    assert unseal(STORE, 7, sealed) == SEED
    assert ring.kept == first


def test_two_machines_that_began_by_themselves_open_what_either_sealed(ring: Ring, tmp_path: Path):
    one = seal(STORE, 7, "one")
    text = sealing_key_text(STORE)
    first = another_machine(ring)
    two = seal(STORE, 8, "two")
    assert "another machine" in refused(one)
    assert adopt_sealing_key(STORE, keys_in(tmp_path, text))
    assert [unseal(STORE, 7, one), unseal(STORE, 8, two)] == ["one", "two"]
    both, three = sealing_key_text(STORE), seal(STORE, 9, "three")
    ring.kept = first
    assert unseal(STORE, 9, three) == "three"  # from then on both seal with the first one's key
    assert "another machine" in refused(two, 8)
    assert adopt_sealing_key(STORE, keys_in(tmp_path, both))
    assert unseal(STORE, 8, two) == "two"


def test_a_file_of_keys_stays_as_it_was_first_written(ring: Ring):
    ring.kept = {("stagewatch", NAME): KEYS}
    assert sealing_key_text(STORE) == (
        f"stagewatch sealing keys 1\nstore {STORE}\nkey {bytes(range(32)).hex()}\n"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("stagewatch sealing keys 1", ""),
        ("keys 1", "keys 2"),
        ("sealing", "audit"),
        ("store", "shop"),
        ("-9a3e-", "-9A3E-"),
        ("key 00", "key 0g"),
        ("1e1f\n", "1e\n"),
        ("1e1f\n", "1e1f\nkey 12\n"),
    ],
)
def test_a_file_that_is_none_changes_nothing(ring: Ring, tmp_path: Path, old: str, new: str):
    ring.kept = {("stagewatch", NAME): KEYS}
    text = sealing_key_text(STORE)
    assert old in text
    path = keys_in(tmp_path, text.replace(old, new))
    another_machine(ring)
    with pytest.raises(StoreError, match=r"is no file of sealing keys: its first line would be “stagewatch"):
        adopt_sealing_key(STORE, path)
    assert ring.kept == {}


def test_the_keys_of_another_store_change_nothing(ring: Ring, tmp_path: Path):
    seal(OTHER, 7, SEED)
    path = keys_in(tmp_path, sealing_key_text(OTHER))
    another_machine(ring)
    with pytest.raises(StoreError, match=rf"of another store \({OTHER}\); nothing was changed"):
        adopt_sealing_key(STORE, path)
    with pytest.raises(StoreError, match="cannot be read"):
        adopt_sealing_key(STORE, tmp_path / "none")
    assert ring.kept == {}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "3", "null", "[3]", '["ab"]', '["zz"]', f"[{KEYS}]", "[" * 99_999]
)
def test_what_is_kept_but_no_keys_is_said_and_left(ring: Ring, tmp_path: Path, text: str):
    ring.kept = {("stagewatch", NAME): KEYS}
    path = keys_in(tmp_path, sealing_key_text(STORE))
    keep_secret(NAME, text, KEY)
    for job in (
        lambda: seal(STORE, 7, SEED),
        lambda: unseal(STORE, 7, SEALED),
        lambda: sealing_key_text(STORE),
        lambda: adopt_sealing_key(STORE, path),
    ):
        with pytest.raises(
            StoreError, match=f"“{NAME}” of “stagewatch” is no list of sealing keys; it was le"
        ):
            job()
    assert find_secret(NAME, KEY) == text


def test_two_processes_that_seal_at_first_use_make_one_key(secrets_path: Path):
    command = [sys.executable, "-c", SEAL, str(STORE)]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    sealed = [process.communicate()[0].strip() for process in running]
    assert [unseal(STORE, 7, one) for one in sealed] == ["a seed"] * 2


def test_the_cipher_is_loaded_only_when_something_is_sealed():
    script = "import sys, store.sealing\nprint(*{'cryptography', 'keyring'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"
