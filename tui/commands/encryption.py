"""`stagewatch store encrypt`, `decrypt` and `key`: the file of a store under a key, or plain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kpi.text import clean
from store.location import find_location
from tui.actor import visiting
from tui.commands.output import print_json
from tui.commands.progress import spinner

if TYPE_CHECKING:
    from argparse import Namespace


def encrypt(options: Namespace) -> None:
    """Encrypt the store's file, and show its key this once."""
    from store.encrypting import encrypt_store

    location = find_location(options.store)
    with spinner("Encrypting"):
        key = encrypt_store(location, visiting("command line"))
    if options.json:
        print_json({"store": str(location), "encrypted": True, "store_key": key})
        return
    print(
        f"{clean(str(location))} is encrypted. The old file was overwritten and removed; a solid-state disk,"
    )
    print("a snapshot or a backup from before may still hold what it held.")
    print_store_key(key)


def decrypt(options: Namespace) -> None:
    """Make an encrypted store a plain file again."""
    from store.encrypting import decrypt_store

    location = find_location(options.store)
    with spinner("Decrypting"):
        decrypt_store(location, visiting("command line"))
    if options.json:
        print_json({"store": str(location), "encrypted": False})
    else:
        print(f"{clean(str(location))} is a plain file again. Its key stays on this machine, for the backups")
        print("that were encrypted with it.")


def key(options: Namespace) -> None:
    """Keep the key of an encrypted store or backup on this machine."""
    from store.file_keys import take_key

    taken = take_key(Path(options.file).expanduser())
    if options.json:
        print_json({"file": taken.salt})
    else:
        print(f"The key of the store’s file {taken.salt} is kept on this machine.")


def print_store_key(text: str) -> None:
    """The key of an encrypted file, for safe keeping."""
    print(
        "This machine keeps its key. Keep these three lines in another safe place too: without the key nobody"
    )
    print("reads the store or its backups again. “stagewatch store key FILE” brings them to another machine.")
    print()
    print(text, end="")
