"""Files written whole or not at all, and small ones read whole but never more than they can hold."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

HELPERS = ("-wal", "-shm", "-journal")
"""How the files end that SQLite keeps beside one of its own."""


@contextmanager
def draft_beside(file: Path) -> Iterator[Path]:
    """An empty file for its owner alone in the folder of `file`; gone at the end if it was not placed."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise StoreError(f"nothing can be written to {file.parent}: {error.strerror or error}") from error
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
    finally:
        for helper in ("", *HELPERS):
            Path(f"{draft}{helper}").unlink(missing_ok=True)


def place(draft: Path, file: Path, *, replace: bool) -> None:
    """Make `draft` durable and give it its name in one step; without `replace` only where nothing is yet."""
    try:
        _sync(draft)
        if replace:
            draft.replace(file)
        else:
            _name_once(draft, file)
        _sync(file.parent)
    except FileExistsError as error:
        raise StoreError(f"{file} exists already; it was left as it is") from error
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror or error}") from error


def _name_once(draft: Path, file: Path) -> None:
    try:
        os.link(draft, file)  # unlike a rename this fails where there is something
    except FileExistsError:
        raise
    except OSError:  # memory sticks and some shares know no second names
        if file.exists():
            raise FileExistsError from None
        draft.replace(file)
    else:
        draft.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(file: Path, text: str, *, replace: bool, mode: int = 0o600) -> None:
    """Write a small file and give it its name in one step; without `replace` only where nothing is yet.

    StoreError in one line if that cannot be done; nothing has changed then.
    """
    with draft_beside(file) as draft:
        try:
            draft.write_text(text, "utf-8")
            draft.chmod(mode)
        except OSError as error:
            raise StoreError(f"{file} cannot be written: {error.strerror or error}") from error
        place(draft, file, replace=replace)


def read_small(file: Path, most: int) -> str:
    """The text of a file of at most `most` bytes; StoreError in one line if it cannot be had."""
    try:
        with file.open("rb") as opened:
            found = opened.read(most + 1)
        text = found.decode("utf-8")
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # no UTF-8, or a name that no file can have
        raise StoreError(f"{file} cannot be read: it is no text file") from error
    if len(found) > most:
        raise StoreError(f"{file} cannot be read: it is longer than the {most:,} bytes that it may have")
    return text
