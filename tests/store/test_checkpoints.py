"""Signed checkpoints: four lines and a signature that other programs can check too."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from store.checkpoints import (
    Checkpoint,
    CheckpointError,
    WrongSignatureError,
    checkpoint_text,
    new_signing_key,
    public_key,
    read_checkpoint,
    sign,
    write_checkpoint,
)
from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

STORE = UUID("6f1d9a52-0f3b-4c57-9a3e-0d2c5b7e8a11")
NAME = f"stagewatch.audit/{STORE}"
NOON = datetime(2026, 11, 17, 12, 0, 0, tzinfo=UTC)
CHECKPOINT = Checkpoint(STORE, 300, bytes(range(32)), NOON)
SIGNING = bytes(range(32, 64))
PUBLIC = bytes.fromhex("29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7")
GOLDEN = """stagewatch.audit/6f1d9a52-0f3b-4c57-9a3e-0d2c5b7e8a11
300
AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
2026-11-17T12:00:00Z

— stagewatch.audit/6f1d9a52-0f3b-4c57-9a3e-0d2c5b7e8a11 \
OLE6WoR762P7gn0Vj6aJ6dGISWoSesPE4KQtqaeHEG1V0Tu30rQd+upwZJDB4Ua81209cBmE+2wuyA2Gpt707vtkiAE=
"""


def read(folder: Path, text: str, *, store: UUID = STORE, public: bytes = PUBLIC) -> Checkpoint:
    path = folder / "one.checkpoint"
    path.write_bytes(text.encode())
    return read_checkpoint(path, store, public)


def test_the_file_stays_as_it_was_first_written(tmp_path: Path) -> None:
    assert public_key(SIGNING) == PUBLIC
    assert sign(checkpoint_text(CHECKPOINT), SIGNING) == GOLDEN
    assert read(tmp_path, GOLDEN) == CHECKPOINT
    assert read(tmp_path, GOLDEN.replace("\n", "\r\n")) == CHECKPOINT


def test_another_program_can_check_a_signature_by_the_book() -> None:
    text, _, line = sign(checkpoint_text(CHECKPOINT), SIGNING).partition("\n\n")
    dash, name, signed = line.removesuffix("\n").split(" ")
    raw = base64.b64decode(signed, validate=True)
    assert (dash, name, len(raw)) == ("—", NAME, 68)
    assert raw[:4] == hashlib.sha256(NAME.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    key = Ed25519PublicKey.from_public_bytes(PUBLIC)
    key.verify(raw[4:], f"{text}\n".encode())
    with pytest.raises(InvalidSignature):
        key.verify(raw[4:], text.encode())


def test_what_another_program_signed_by_the_book_is_read(tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    text = f"{NAME}\n0\n{base64.b64encode(bytes(32)).decode()}\n2031-01-01T00:00:59Z\n"
    key_id = hashlib.sha256(f"{NAME}\n".encode() + b"\x01" + public).digest()[:4]
    line = f"— {NAME} {base64.b64encode(key_id + private.sign(text.encode())).decode()}\n"
    found = read(tmp_path, f"{text}\n{line}", public=public)
    assert found == Checkpoint(STORE, 0, bytes(32), datetime(2031, 1, 1, 0, 0, 59, tzinfo=UTC))


def test_lines_that_others_have_signed_are_no_matter(tmp_path: Path) -> None:
    own = GOLDEN.splitlines()[-1]
    witness = "— witness.example/one " + base64.b64encode(bytes(68)).decode()
    odd = f"— {NAME} no base64"
    assert read(tmp_path, f"{GOLDEN}{witness}\n") == CHECKPOINT
    assert read(tmp_path, GOLDEN.replace(own, f"{odd}\n{witness}\n{own}")) == CHECKPOINT
    with pytest.raises(WrongSignatureError):
        read(tmp_path, GOLDEN.replace(own, f"{odd}\n{witness}"))


@pytest.fixture
def far_away() -> Iterator[None]:
    """This machine's clock shows the time of Sydney."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TZ", "Australia/Sydney")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_away")
def test_a_time_is_written_in_utc_to_the_second(tmp_path: Path) -> None:
    assert (
        write_checkpoint(tmp_path, CHECKPOINT, SIGNING).name
        == "audit-6f1d9a52-300-20261117T120000Z.checkpoint"
    )
    at = datetime(2026, 11, 17, 13, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=1, minutes=30)))
    assert checkpoint_text(replace(CHECKPOINT, at=at)) == GOLDEN.partition("\n—")[0]


def test_the_signature_of_another_key_or_of_something_else_is_wrong(tmp_path: Path) -> None:
    other = sign(checkpoint_text(CHECKPOINT), bytes(32))
    longer = sign(checkpoint_text(replace(CHECKPOINT, size=301)), SIGNING)
    moved = GOLDEN.replace("\n300\n", "\n301\n")
    swapped = GOLDEN.partition("\n\n")[0] + "\n\n" + longer.partition("\n\n")[2]
    # The key id of ours before the signature of another.
    line = other.splitlines()[-1].split(" ")[-1]
    mixed = base64.b64encode(
        base64.b64decode(GOLDEN.splitlines()[-1].split(" ")[-1])[:4] + base64.b64decode(line)[4:]
    ).decode()
    for text in (other, moved, swapped, other.replace(line, mixed)):
        with pytest.raises(WrongSignatureError, match=r"one\.checkpoint is not signed with this audit log"):
            read(tmp_path, text)
    for public in (bytes(32), b"short", b""):
        with pytest.raises(WrongSignatureError):
            read(tmp_path, GOLDEN, public=public)


def test_the_checkpoint_of_another_store_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="checkpoint of another store") as refused:
        read(tmp_path, GOLDEN, store=UUID(int=7))
    assert not isinstance(refused.value, WrongSignatureError)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (GOLDEN, ""),
        (GOLDEN, "a letter\n"),
        ("stagewatch.audit/", "stagewatch/"),
        ("\n300\n", "\n0300\n"),
        ("\n300\n", "\n-1\n"),
        ("\n300\n", f"\n{10**18}\n"),
        ("\n300\n", "\n٣\n"),
        ("AAEC", "AAE"),
        ("AAEC", "A EC"),
        ("11-17T", "13-17T"),
        ("12:00:00Z", "25:00:00Z"),
        ("12:00:00Z", "12:00:00+01:00"),
        ("\n\n", "\n"),
        ("\n\n", "\nmore\n\n"),
        (GOLDEN[GOLDEN.index("—") :], ""),
    ],
)
def test_what_is_no_checkpoint_is_said_in_one_line(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(CheckpointError, match=r"one\.checkpoint is no checkpoint") as refused:
        read(tmp_path, GOLDEN.replace(old, new, 1))
    assert not isinstance(refused.value, WrongSignatureError)
    assert "\n" not in str(refused.value)


def test_no_changed_byte_makes_it_say_something_else(tmp_path: Path) -> None:
    path = tmp_path / "one.checkpoint"
    whole = GOLDEN.encode()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(CheckpointError):
            read_checkpoint(path, STORE, PUBLIC)


def test_a_file_that_cannot_be_read_or_is_too_long_is_said(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none", "No such file"),
        (tmp_path, "Is a directory"),
        (Path("/dev/zero"), "longer than the 16,384 bytes"),
    ):
        with pytest.raises(CheckpointError, match=said):
            read_checkpoint(path, STORE, PUBLIC)


def test_a_checkpoint_is_written_for_everybody_under_a_name_of_its_own(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        made = [write_checkpoint(tmp_path, CHECKPOINT, SIGNING) for _ in range(3)]
    finally:
        os.umask(before)
    names = [f"audit-6f1d9a52-300-20261117T120000Z{more}.checkpoint" for more in ("", "-2", "-3")]
    assert [path.name for path in made] == names
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    for path in made:
        assert path.read_text("utf-8") == GOLDEN
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        assert read_checkpoint(path, STORE, PUBLIC) == CHECKPOINT


def test_what_stands_there_already_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.checkpoints._MOST_ALIKE", 3)
    first = tmp_path / "audit-6f1d9a52-300-20261117T120000Z.checkpoint"
    first.write_text("somebody's", "utf-8")
    (tmp_path / "audit-6f1d9a52-300-20261117T120000Z-2.checkpoint").symlink_to("nowhere")
    assert write_checkpoint(tmp_path, CHECKPOINT, SIGNING).name.endswith("-3.checkpoint")
    with pytest.raises(StoreError, match="too many checkpoints of 20261117T120000Z"):
        write_checkpoint(tmp_path, CHECKPOINT, SIGNING)
    assert first.read_text("utf-8") == "somebody's"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_folder_that_is_missing_or_full_is_said_and_nothing_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreError, match=r"nothing can be written to .*none: No such file"):
        write_checkpoint(tmp_path / "none", CHECKPOINT, SIGNING)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreError, match="cannot be written: No space left on device"):
        write_checkpoint(tmp_path, CHECKPOINT, SIGNING)
    assert list(tmp_path.iterdir()) == []


def test_every_signing_key_is_a_new_one(tmp_path: Path) -> None:
    keys = {new_signing_key() for _ in range(20)}
    assert len(keys) == 20
    for key in keys:
        path = write_checkpoint(tmp_path, CHECKPOINT, key)
        assert read_checkpoint(path, STORE, public_key(key)) == CHECKPOINT
