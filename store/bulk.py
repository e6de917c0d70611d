"""Many rows at once: what makes such work lighter for the interpreter."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_RARELY = 500_000


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Look for garbage in cycles a thousand times less often: rows make none, and looking takes long."""
    before = gc.get_threshold()
    gc.set_threshold(_RARELY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
