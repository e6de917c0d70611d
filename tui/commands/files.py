"""Reading the small text files that commands are given: mappings, catalogues, targets."""

from __future__ import annotations

from pathlib import Path

from store.errors import StoreError

MOST_BYTES = 4 * 1024 * 1024


def read_text(path: str) -> str:
    """The text of a small UTF-8 file; StoreError in one line if it is none."""
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise StoreError(f"{path} is larger than {MOST_BYTES // 1024 // 1024} MiB; is it the right file?")
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} is not UTF-8 text") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}") from error
