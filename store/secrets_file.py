"""Secrets in a file under a passphrase, for machines without a keyring: chosen by hand, never by default.

    stagewatch secrets 1
    salt <base64 of 16 bytes, the same for the file's life>
    sealed <base64 of a nonce of 12 bytes, new each time, then ChaCha20-Poly1305 of the secrets as JSON>

The first two lines are authenticated too. The key is scrypt's (n = 2**15, r = 8, p = 1: 32 MiB, about a
tenth of a second) of the passphrase and the salt. Who puts back an older copy of the file is not noticed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import StoreError
from store.one_at_a_time import one_at_a_time
from store.whole_files import read_small, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "STAGEWATCH_SECRETS"
PASSPHRASE = "STAGEWATCH_PASSPHRASE"  # noqa: S105 - the variable's name
MOST_BYTES = 4 * 1024 * 1024
_SALT, _NONCE = 16, 12
_TITLE = "stagewatch secrets 1"
_FORM = re.compile(
    rf"(?P<head>{_TITLE}\nsalt (?P<salt>[A-Za-z0-9+/]{{22}}==)\n)"
    r"sealed (?P<sealed>([A-Za-z0-9+/]{4}){10,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\n"
)


@dataclass(frozen=True, slots=True)
class SecretsFile:
    """Where the secrets are and what opens them."""

    path: Path
    passphrase: str = field(repr=False)

    def __str__(self) -> str:
        return str(self.path)

    def read(self) -> dict[str, str]:
        """The secrets by name, none if there is no file yet; StoreError if they cannot be had."""
        return self._open()[1]

    @contextmanager
    def changing(self) -> Iterator[dict[str, str]]:
        """The secrets by name, while nobody else changes them; what was done to them is written at the end.

        StoreError if they cannot be read or written; the file is then as it was.
        """
        self._check_folder()
        with ExitStack() as stack:
            try:
                stack.enter_context(one_at_a_time(Path(f"{self.path}.lock")))
            except OSError as error:
                raise StoreError(f"{self.path} cannot be written: {error.strerror or error}") from error
            salt, kept = self._open()
            wanted = dict(kept)
            yield wanted
            if wanted != kept:
                self._write(salt, wanted)

    def _open(self) -> tuple[bytes, dict[str, str]]:
        """The file's salt and what it holds; a new salt and nothing if there is no file yet."""
        self._check_folder()
        try:
            text = read_small(self.path, MOST_BYTES)
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return secrets.token_bytes(_SALT), {}
            raise
        if (form := _FORM.fullmatch(text)) is None:
            raise StoreError(
                f"{self.path} is damaged or no file of secrets; restore it, or name another file in {FILE}"
            )
        from cryptography.exceptions import InvalidTag  # deferred: reading the list of accounts needs none
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # deferred, as above

        salt, sealed = base64.b64decode(form["salt"]), base64.b64decode(form["sealed"])
        cipher = ChaCha20Poly1305(_key(self.passphrase, salt))
        try:
            opened = cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], form["head"].encode())
        except InvalidTag as error:
            raise StoreError(
                f"{self.path} does not open: {PASSPHRASE} holds another passphrase than its own, "
                "or the file was changed by hand; it was left as it is"
            ) from error
        found: dict[str, str] = json.loads(opened)
        return salt, found

    def _check_folder(self) -> None:
        # The folder may be on a memory stick that is not plugged in: that is no empty file of secrets.
        if not os.path.isdir(self.path.parent):  # noqa: PTH112 - unlike Path's, it never raises
            raise StoreError(f"there is no folder {self.path.parent} for the file that {FILE} names")

    def _write(self, salt: bytes, wanted: dict[str, str]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # deferred, as in _open

        self._clear_drafts()
        head = f"{_TITLE}\nsalt {base64.b64encode(salt).decode()}\n"
        nonce = secrets.token_bytes(_NONCE)
        text = json.dumps(wanted).encode()
        sealed = nonce + ChaCha20Poly1305(_key(self.passphrase, salt)).encrypt(nonce, text, head.encode())
        write_whole(self.path, f"{head}sealed {base64.b64encode(sealed).decode()}\n", replace=True)

    def _clear_drafts(self) -> None:
        """Remove what a killed process left: it may hold keys that were to be erased."""
        draft = re.compile(rf"\.{re.escape(self.path.name)}\.[a-z0-9_]{{8}}")
        with suppress(OSError):
            for left in self.path.parent.iterdir():
                if draft.fullmatch(left.name):
                    left.unlink()


def secrets_file(named: str) -> SecretsFile:
    """The file that STAGEWATCH_SECRETS names, opened by STAGEWATCH_PASSPHRASE.

    StoreError if that is not set, or if the name depends on the folder one happens to be in.
    """
    if not Path(named).is_absolute():
        raise StoreError(f"{FILE} must name a file by its whole path, from the / on, not “{named}”")
    passphrase = os.environ.get(PASSPHRASE)
    if not passphrase:
        raise StoreError(f"{FILE} names {named}; put the passphrase that opens it into {PASSPHRASE}")
    # A link stays a link: what is replaced is the file that it leads to.
    return SecretsFile(Path(os.path.realpath(named)), passphrase)


@lru_cache(maxsize=4)
def _key(passphrase: str, salt: bytes) -> bytes:
    """The file's key, worked out once in a process: it is meant to take long."""
    said = passphrase.encode("utf-8", "surrogateescape")
    return hashlib.scrypt(said, salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)
