"""Keys of encrypted SQLite files: random, kept where this machine keeps secrets, found by the file itself.

An encrypted file begins with 16 random bytes, its salt, which its copies share: the secret `cipher:<salt in
hex>` is the key, 64 hex digits. For another machine, and for the day on which this one is lost, it is
given as lines:

    stagewatch store key 1
    file <salt, 32 hex digits>
    key <64 hex digits>
"""

from __future__ import annotations

import os
import re
import secrets
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from store.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

SALT_BYTES = 16
_KEY_BYTES = 32
_MOST_BYTES = 4_096
_PLAIN = b"SQLite format 3\0"
_TITLE = "stagewatch store key 1"
_FORM = re.compile(rf"{_TITLE}\nfile (?P<salt>[0-9a-f]{{32}})\nkey (?P<key>[0-9a-f]{{64}})")
# Asked for at every look at the store, and a keyring takes its time.
_known: dict[str, FileKey] = {}
# By device and inode. Nobody works with as many stores at once.
_handles: dict[tuple[int, int], int] = {}
_MOST_HANDLES = 64
_handing = threading.Lock()


class FileKey(NamedTuple):
    """A file's key and its salt, in hex."""

    key: str
    salt: str

    def __repr__(self) -> str:
        """Not what is secret."""
        return f"FileKey(salt={self.salt!r})"

    @property
    def said(self) -> str:
        """As the driver takes it: the key itself, no passphrase, so that opening a file costs no time."""
        return f"x'{self.key}{self.salt}'"

    @property
    def text(self) -> str:
        """As lines for safe keeping."""
        return f"{_TITLE}\nfile {self.salt}\nkey {self.key}\n"


def new_key() -> FileKey:
    """A key for a file that is still to be written."""
    return FileKey(secrets.token_hex(_KEY_BYTES), secrets.token_hex(SALT_BYTES))


def keep_key(key: FileKey) -> None:
    """Have this machine keep it; StoreError if it has no place for secrets."""
    from store.secrets_kept import KEY, keep_secret  # deferred: a plain file needs none of it

    keep_secret(_name(key.salt), key.key, KEY)
    _known[key.salt] = key


def forget_unused(key: FileKey, path: Path) -> None:
    """Let go of a key that was made for a file, unless the file has it by now: nobody could read it then."""
    from store.secrets_kept import forget_secret

    if salt_of(path) != key.salt:
        _known.pop(key.salt, None)
        forget_secret(_name(key.salt))


def salt_of(path: Path) -> str | None:
    """How a file begins, in hex, if it could be an encrypted one: neither plain nor empty."""
    try:
        begins = os.pread(_handle(path), SALT_BYTES, 0)
    except (OSError, ValueError):  # not there, or a name that no file can have: whoever opens it says so
        return None
    return None if begins == _PLAIN or len(begins) < SALT_BYTES else begins.hex()


def _handle(path: Path) -> int:
    """A handle of the file, which stays open as long as there is a file.

    To close it would let go of every lock that this process has on the file, and SQLite relies on its own.
    """
    with _handing:
        for place, handle in list(_handles.items()):
            if os.fstat(handle).st_nlink == 0 or len(_handles) > _MOST_HANDLES:
                os.close(_handles.pop(place))
        found = path.stat()
        place = found.st_dev, found.st_ino
        if place not in _handles:
            _handles[place] = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        return _handles[place]


def key_for(path: Path) -> FileKey | None:
    """The key that this machine keeps for a file; None for a plain file, or one whose key is not here."""
    if (salt := salt_of(path)) is None:
        return None
    if salt not in _known:
        from store.secrets_kept import KEY, NoKeyringError, find_secret

        with suppress(NoKeyringError):  # then the file is damaged, or its key is elsewhere
            found = find_secret(_name(salt), KEY)
            if found is not None:
                _known[salt] = FileKey(found, salt)
    return _known.get(salt)


def take_key(path: Path) -> FileKey:
    """Keep the key that a file of lines holds; StoreError if it is none."""
    from store.whole_files import read_small

    lines = (line.strip() for line in read_small(path, _MOST_BYTES).split("\n"))
    form = _FORM.fullmatch("\n".join(line for line in lines if line))
    if form is None:
        raise StoreError(f"{path} is no key of an encrypted store: its first line would be “{_TITLE}”")
    key = FileKey(form["key"], form["salt"])
    keep_key(key)
    return key


def _name(salt: str) -> str:
    return f"cipher:{salt}"
