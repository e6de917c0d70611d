"""Passwords in the system's keyring: kept, fetched, forgotten; never written anywhere else."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from store.errors import StoreError

SERVICE = "stagewatch"
INSTEAD = (
    "keep the password in a ~/.pgpass file (or one that PGPASSFILE names) and leave it out of the address"
)
# Backends that keep nothing, fail at everything, or keep it in plain text.
_UNSAFE = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt.")


def keep_secret(name: str, secret: str) -> None:
    """Put a secret into the keyring under `name`; StoreError if there is none that can be used."""
    ring = _ring()
    try:
        ring.set_password(SERVICE, name, secret)
        kept = ring.get_password(SERVICE, name)
    except Exception as error:
        raise StoreError(f"the keyring refused the password ({_said(error)}); {INSTEAD}") from error
    if kept != secret:
        raise StoreError(f"the keyring did not keep the password; {INSTEAD}")


def fetch_secret(name: str) -> str:
    """The secret kept under `name`; StoreError if it cannot be had."""
    ring = _ring()
    try:
        secret: str | None = ring.get_password(SERVICE, name)
    except Exception as error:
        raise StoreError(f"the keyring does not give the password ({_said(error)}); is it locked?") from error
    if secret is None:
        raise StoreError(f"the keyring has no password for “{name}”; remove the account and add it again")
    return secret


def forget_secret(name: str) -> bool:
    """Take the secret out of the keyring; whether none is left there."""
    with suppress(Exception):
        ring = _ring()
        if ring.get_password(SERVICE, name) is not None:
            ring.delete_password(SERVICE, name)
        return ring.get_password(SERVICE, name) is None
    return False


def _ring() -> Any:
    """The first keyring of this system that keeps secrets as secrets."""
    import keyring  # deferred: only a store on PostgreSQL with a password needs it

    try:
        found: Any = keyring.get_keyring()
    except Exception as error:
        raise StoreError(f"the system's keyring cannot be used ({_said(error)}); {INSTEAD}") from error
    several = type(found).__module__ == "keyring.backends.chainer"
    for ring in found.backends if several else [found]:
        if not type(ring).__module__.startswith(_UNSAFE):
            return ring
    raise StoreError(f"this system has no keyring that can be used; {INSTEAD}")


def _said(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
