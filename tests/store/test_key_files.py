"""The key file: five lines for the auditor, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreError
from store.key_files import KeyFile, key_file_text, read_key_file

STORE = UUID("6f1d9a52-0f3b-4c57-9a3e-0d2c5b7e8a11")
KEY_FILE = KeyFile(STORE, 12, bytes(range(32)), bytes(range(32, 64)))
TEXT = """stagewatch audit key 1
store 6f1d9a52-0f3b-4c57-9a3e-0d2c5b7e8a11
epoch 12
key 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
checkpoint-key ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=
"""


def read(folder: Path, content: bytes) -> KeyFile:
    (folder / "key.txt").write_bytes(content)
    return read_key_file(folder / "key.txt")


def test_the_text_stays_as_it_was_first_written(tmp_path: Path) -> None:
    assert key_file_text(KEY_FILE) == TEXT
    assert read(tmp_path, TEXT.encode()) == KEY_FILE


@pytest.mark.parametrize(
    "text",
    [
        TEXT.strip(),
        TEXT.replace("\n", "\r\n"),
        f"\n  {TEXT}\n\n",
        TEXT.replace("\n", "\n\n"),
        f"{TEXT} \t\r\n",
    ],
)
def test_what_a_mail_program_does_to_it_is_no_matter(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text.encode()) == KEY_FILE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("key 1\n", "key 2\n"),
        ("stagewatch audit key 1\n", ""),
        ("6f1d", "6f1"),
        ("6f1d", "6F1D"),
        ("epoch 12", "epoch 0"),
        ("epoch 12", "epoch -1"),
        ("epoch 12", "epoch ١٢"),
        ("epoch 12", f"epoch {10**18}"),
        ("key 0001", "key 00"),
        ("key 0001", "key 000102"),
        ("key 0001", "key 00zz"),
        ("ICEi", "ICE"),
        ("Pj8=", "Pj8"),
        ("checkpoint-key", "checkpoint"),
        ("store ", "store  "),
        (TEXT, ""),
        (TEXT, TEXT + TEXT),
        (TEXT, f"{TEXT}more\n"),
    ],
)
def test_anything_else_is_no_key_file(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(StoreError, match=r"key\.txt is no key file: five lines"):
        read(tmp_path, TEXT.replace(old, new, 1).encode())


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda more: (TEXT + more).encode("utf-8")))
def test_whatever_a_file_holds_the_answer_is_a_key_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    found: KeyFile | str
    try:
        found = read(tmp_path_factory.getbasetemp(), content)
    except StoreError as error:
        found = str(error)
    assert found == KEY_FILE or "\n" not in str(found)


def test_a_file_that_cannot_be_read_or_is_too_long_is_said(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none", "none cannot be read: No such file"),
        (tmp_path, "cannot be read: Is a directory"),
        (tmp_path / "\0", "no text file"),
        (Path("/dev/zero"), "longer than the 4,096 bytes"),
    ):
        with pytest.raises(StoreError, match=said):
            read_key_file(path)
    with pytest.raises(StoreError, match="longer than"):
        read(tmp_path, TEXT.encode() + b"\n" * 4_096)


def test_the_key_is_in_no_message(tmp_path: Path) -> None:
    assert "0102" not in repr(KEY_FILE)
    assert r"\x01\x02" not in repr(KEY_FILE)
    with pytest.raises(StoreError) as refused:
        read(tmp_path, TEXT.replace("epoch 12", "epoch x").encode())
    assert "000102" not in str(refused.value)


def test_the_fingerprint_tells_keys_and_stores_apart() -> None:
    others = [
        KeyFile(STORE, 12, bytes(32), KEY_FILE.checkpoint_key),
        KeyFile(UUID(int=1), 12, KEY_FILE.key, KEY_FILE.checkpoint_key),
    ]
    prints = {one.fingerprint for one in (KEY_FILE, *others)}
    assert len(prints) == 3
    assert all(len(one) == 32 for one in prints)
    assert KeyFile(STORE, 99, KEY_FILE.key, bytes(32)).fingerprint == KEY_FILE.fingerprint
