"""What takes long to make is made once and kept in a folder that git does not see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).resolve().parent.parent / ".bench"


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """The path of a file in FOLDER; `make` fills it under another name, so that it is there whole or not."""
    path = FOLDER / name
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        unfinished = path.with_name(f"{name}.part")
        for leftover in FOLDER.glob(f"{unfinished.name}*"):
            leftover.unlink()
        make(unfinished)
        unfinished.rename(path)
    return path
