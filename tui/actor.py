"""Who acts: by the session that the machine keeps, else by the name of whoever is logged in to it."""

from __future__ import annotations

import getpass
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from kpi.text import clean
from store.who import Who

if TYPE_CHECKING:
    from kpi.audit_entry import Origin
    from store.location import Location
    from store.work import Store

MOST_CHARACTERS = 100
# Tokens that the app holds while it runs, by the store's id: a keyring is not asked with every question, and
# where there is none they are nowhere else.
_held: dict[str, str] = {}
TOKEN = "STAGEWATCH_TOKEN"  # noqa: S105 - the variable's name


def writer(location: Location, origin: Origin) -> Store:
    """The store for an operation of the person at the terminal; to be closed afterwards."""
    from store.work import Store  # deferred: writing needs what reading does not

    return Store(location, who=visiting(origin))


def visiting(origin: Origin) -> Who:
    """Whoever is at the terminal, with the session that is kept here if the store asks for one."""
    return Who(who(), origin, held_token if origin == "app" else token_for)


def hold(store_id: str, token: str) -> None:
    """Have the app use this session from now on."""
    _held[store_id] = token


def let_go(store_id: str) -> None:
    """Have the app look again which session there is."""
    _held.pop(store_id, None)


def held_token(store_id: str) -> str | None:
    """The token of the app's session with a store: the one that it holds, else as `token_for`.

    None too if the keyring cannot be asked: one can sign in all the same, and learns of it there.
    """
    if (token := _held.get(store_id)) is not None:
        return token
    from store.errors import StoreError  # deferred: only where people sign in

    with suppress(StoreError):
        if (token := token_for(store_id)) is not None:
            _held[store_id] = token
    return token


def token_for(store_id: str) -> str | None:
    """The token of the session with a store: STAGEWATCH_TOKEN, else what the keyring keeps; None without.

    StoreError if this machine has no keyring, and no file that is named in its place.
    """
    if token := os.environ.get(TOKEN):
        return token
    # Deferred: only where people sign in.
    from store.secrets_kept import SESSION, NoKeyringError, find_secret

    try:
        return find_secret(session_name(store_id), SESSION)
    except NoKeyringError as error:
        raise NoKeyringError(f"nobody has signed in here: {error}") from error


def session_name(store_id: str) -> str:
    """The name under which a session's token is kept."""
    return f"session:{store_id}"


def who() -> str:
    """The login name of the person at the terminal."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a user without an entry in the machine's list
        name = f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"
    return clean(name)[:MOST_CHARACTERS] or "unknown"
