"""A keyring in memory, for the fixture `ring` in tests/conftest.py."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import keyring
from keyring.backend import KeyringBackend

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ring(KeyringBackend):
    """A keyring in memory: what it keeps, by service and name. It can be locked, or forgetful."""

    priority: ClassVar[float] = -1  # never found by itself

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False
        self.forgetful = False

    def _open(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("Failed to unlock the collection!\nat all")

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        if not self.forgetful:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        del self.kept[service, username]


@contextmanager
def keyring_in_memory() -> Iterator[Ring]:
    """This process has a keyring, empty at first."""
    before = keyring.get_keyring()
    made = Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)
