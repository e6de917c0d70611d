"""Secrets in the system's keyring, or in a file under a passphrase if one is named; never anywhere else."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.secrets_file import SecretsFile

SERVICE = "stagewatch"
# Backends that keep nothing, fail at everything, or keep it in plain text.
_UNSAFE = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt.")


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of secret, in words: its name, what to do without a keyring, and when it is gone."""

    word: str
    instead: str
    gone: str


PASSWORD = Sort(
    "password",
    "keep the password in a ~/.pgpass file (or one that PGPASSFILE names) and leave it out of the address",
    "remove the account and add it again",
)
KEY = Sort(
    "key",
    "name a file in STAGEWATCH_SECRETS that keeps it under the passphrase in STAGEWATCH_PASSPHRASE",
    "take it from the key file",
)


SESSION = Sort(
    "session",
    "name a file in STAGEWATCH_SECRETS that keeps it under the passphrase in STAGEWATCH_PASSPHRASE, or use "
    "“stagewatch sign-in --print-token” and STAGEWATCH_TOKEN",
    "sign in again",
)


class NoKeyringError(StoreError):
    """This machine has no keyring that keeps secrets as secrets, and no file is named that does."""


def keep_secret(name: str, secret: str, sort: Sort = PASSWORD) -> None:
    """Keep a secret under `name`; StoreError if there is no place that can be used."""
    if (file := _file()) is not None:
        with file.changing() as kept_there:
            kept_there[name] = secret
        return
    ring = _ring(sort)
    try:
        ring.set_password(SERVICE, name, secret)
        kept = ring.get_password(SERVICE, name)
    except Exception as error:
        raise StoreError(f"the keyring refused the {sort.word} ({_said(error)}); {sort.instead}") from error
    if kept != secret:
        raise StoreError(f"the keyring did not keep the {sort.word}; {sort.instead}")


def find_secret(name: str, sort: Sort = PASSWORD) -> str | None:
    """The secret kept under `name`, None if there is none; StoreError if that cannot be told."""
    if (file := _file()) is not None:
        return file.read().get(name)
    ring = _ring(sort)
    try:
        secret: str | None = ring.get_password(SERVICE, name)
    except Exception as error:
        raise StoreError(
            f"the keyring does not give the {sort.word} ({_said(error)}); is it locked?"
        ) from error
    return secret


def fetch_secret(name: str, sort: Sort = PASSWORD) -> str:
    """The secret kept under `name`; StoreError if it cannot be had."""
    secret = find_secret(name, sort)
    if secret is None:
        raise StoreError(f"{_file() or 'the keyring'} has no {sort.word} for “{name}”; {sort.gone}")
    return secret


def change_secret(name: str, change: Callable[[str | None], str | None], sort: Sort = PASSWORD) -> str | None:
    """Keep what `change` makes of the secret that is kept (None if none is); what is kept then.

    `change` gives None to leave everything as it is. Processes that do this at the same time do it one after
    the other, so that none undoes what another did. StoreError if the secret cannot be read or kept.
    """
    if (file := _file()) is not None:
        with file.changing() as kept_there:
            if (wanted := change(kept_there.get(name))) is not None:
                kept_there[name] = wanted
        return kept_there.get(name)
    _ring(sort)
    with _alone_with_the_keyring():
        kept = find_secret(name, sort)
        wanted = change(kept)
        if wanted is None or wanted == kept:
            return kept
        keep_secret(name, wanted, sort)
        return wanted


def forget_secret(name: str) -> bool:
    """Let go of the secret kept under `name`; whether none is left."""
    with suppress(Exception):
        if (file := _file()) is not None:
            with file.changing() as kept_there:
                kept_there.pop(name, None)
            return True
        ring = _ring(PASSWORD)
        if ring.get_password(SERVICE, name) is not None:
            ring.delete_password(SERVICE, name)
        return ring.get_password(SERVICE, name) is None
    return False


def _file() -> SecretsFile | None:
    """The file under a passphrase, if one is named: whoever names it wants no keyring asked."""
    if not (named := os.environ.get("STAGEWATCH_SECRETS")):
        return None
    from store.secrets_file import secrets_file  # deferred: most people have a keyring

    return secrets_file(named)


def _ring(sort: Sort) -> Any:
    """The first keyring of this system that keeps secrets as secrets."""
    import keyring  # deferred: only a store with a secret needs it

    try:
        found: Any = keyring.get_keyring()
    except Exception as error:
        raise StoreError(f"the system's keyring cannot be used ({_said(error)}); {sort.instead}") from error
    several = type(found).__module__ == "keyring.backends.chainer"
    for ring in found.backends if several else [found]:
        if not type(ring).__module__.startswith(_UNSAFE):
            return ring
    raise NoKeyringError(f"this system has no keyring that can be used; {sort.instead}")


@contextmanager
def _alone_with_the_keyring() -> Iterator[None]:
    """As well as it can be done: a keyring has no lock of its own, and a folder may be read-only."""
    from platformdirs import user_config_path  # deferred: most starts change no secret

    from store.one_at_a_time import one_at_a_time  # deferred, as above

    folder = user_config_path("stagewatch", appauthor=False)
    with ExitStack() as stack:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            stack.enter_context(one_at_a_time(folder / "keyring.lock"))
        yield


def _said(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
