"""Hashing that takes no time, for tests with many passwords; argon2 by default takes a fifth of a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argon2 import PasswordHasher

if TYPE_CHECKING:
    import pytest

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_cheaply(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, to the end of the test, passwords are hashed at next to no cost."""
    monkeypatch.setattr("store.passwords.hasher", lambda: CHEAP)
