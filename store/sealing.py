"""Seeds of second factors are sealed before they are kept in the store, under a key that this machine keeps.

Whoever copies the store alone has no seed. The keys are one secret, `seal:<store id>`: a JSON list of keys,
64 hex digits each. The first one seals; the others, of machines that began with a key of their own, open what
they sealed. What is sealed is base64 of the key's id of 8 bytes, a nonce of 12 bytes, new each time, and
ChaCha20-Poly1305 of the text. It is bound to the store's id and the person's number, so that it does not open
for anybody else.

A second machine of the same store is given the keys as a file of lines:

    stagewatch sealing keys 1
    store <the store's id>
    key <64 hex digits, as many such lines as there are keys>
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from typing import TYPE_CHECKING
from uuid import UUID

from store.errors import StoreError
from store.secrets_kept import KEY, SERVICE, change_secret, find_secret
from store.whole_files import read_small

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_BYTES = 4_096
_KEY, _KEY_ID, _NONCE = 32, 8, 12
_BINDING = b"stagewatch seed 1\n"
_TITLE = "stagewatch sealing keys 1"
_FORM = re.compile(
    rf"{_TITLE}\nstore (?P<store>[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})"
    r"(?P<keys>(\nkey [0-9a-f]{64})+)"
)


def seal(store_id: UUID, person: int, text: str) -> str:
    """A text sealed for one person of one store; the key is made and kept if this machine has none.

    StoreError if there is no place for a key, or if the place does not open.
    """
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # deferred: see `_opened`

    key = _change(store_id, lambda kept: kept or (secrets.token_bytes(_KEY),))[0]
    nonce = secrets.token_bytes(_NONCE)
    closed = ChaCha20Poly1305(key).encrypt(nonce, text.encode(), _bound_to(store_id, person))
    return base64.b64encode(_id_of(key) + nonce + closed).decode()


def unseal(store_id: UUID, person: int, sealed: str) -> str:
    """The text that was sealed for this person of this store.

    StoreError in one line if this machine has no key for it, or if it is damaged or another person's.
    """
    try:
        opaque = base64.b64decode(sealed, validate=True)
    except ValueError as error:
        raise _damaged() from error
    named = opaque[:_KEY_ID]
    key = next((one for one in _keys(store_id) if _id_of(one) == named), None)
    if key is None:
        raise StoreError(
            "this second factor was set up on another machine, and its sealing key is not on this one; bring "
            "the key over, or enrol the person again here"
        )
    return _opened(key, opaque[_KEY_ID:], _bound_to(store_id, person))


def sealing_key_text(store_id: UUID) -> str:
    """The keys of this machine as the lines of a file for another one; StoreError if there are none."""
    keys = _keys(store_id)
    if not keys:
        raise StoreError("this machine keeps no sealing key of this store; nothing was sealed on it yet")
    return "\n".join((_TITLE, f"store {store_id}", *(f"key {key.hex()}" for key in keys), ""))


def adopt_sealing_key(store_id: UUID, path: Path) -> bool:
    """Keep the keys in a file from another machine, and seal with its first from now on; whether any was new.

    This machine's own stay, to open what they sealed. StoreError if the file is none or another store's.
    """
    lines = (line.strip() for line in read_small(path, MOST_BYTES).split("\n"))
    form = _FORM.fullmatch("\n".join(line for line in lines if line))
    if form is None:
        raise StoreError(f"{path} is no file of sealing keys: its first line would be “{_TITLE}”")
    if UUID(form["store"]) != store_id:
        raise StoreError(
            f"those are the sealing keys of another store ({form['store']}); nothing was changed"
        )
    theirs = tuple(bytes.fromhex(key) for key in form["keys"].split()[1::2])
    news: list[bool] = []

    def adopted(kept: tuple[bytes, ...]) -> tuple[bytes, ...]:
        news.append(not {*theirs} <= {*kept})
        return tuple(dict.fromkeys((*theirs, *kept)))

    _change(store_id, adopted)
    return news[0]


def _opened(key: bytes, closed: bytes, bound_to: bytes) -> str:
    # Deferred: only who signs in with a code needs the cipher.
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        return ChaCha20Poly1305(key).decrypt(closed[:_NONCE], closed[_NONCE:], bound_to).decode()
    except (InvalidTag, ValueError) as error:
        raise _damaged() from error


def _damaged() -> StoreError:
    return StoreError(
        "this second factor does not open: it is damaged or another person's; enrol the person again"
    )


def _bound_to(store_id: UUID, person: int) -> bytes:
    return _BINDING + store_id.bytes + person.to_bytes(8, "big")


def _id_of(key: bytes) -> bytes:
    """Which key it is, for everybody to see: a digest from which the key does not follow."""
    return hashlib.sha256(_BINDING + key).digest()[:_KEY_ID]


def _keys(store_id: UUID) -> tuple[bytes, ...]:
    """The keys that this machine keeps, none if it has none; StoreError if that cannot be told."""
    return _read(store_id, find_secret(_name(store_id), KEY))


def _change(store_id: UUID, change: Callable[[tuple[bytes, ...]], tuple[bytes, ...]]) -> tuple[bytes, ...]:
    """Keep what `change` makes of the keys while no other process does so; what is kept then."""

    def changed(text: str | None) -> str:
        return json.dumps([key.hex() for key in change(_read(store_id, text))])

    return _read(store_id, change_secret(_name(store_id), changed, KEY))


def _read(store_id: UUID, text: str | None) -> tuple[bytes, ...]:
    if text is None:
        return ()
    try:
        keys = tuple(bytes.fromhex(key) for key in json.loads(text))
    except (ValueError, TypeError, RecursionError):
        keys = ()
    if not keys or any(len(key) != _KEY for key in keys):
        raise StoreError(
            f"what this machine keeps as “{_name(store_id)}” of “{SERVICE}” is no list of sealing keys; "
            "it was left as it is"
        )
    return keys


def _name(store_id: UUID) -> str:
    return f"seal:{store_id}"
