"""Many rows at once: what makes such work lighter for the interpreter."""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_RARELY = 500_000


class _Collector:
    """The interpreter's, of which there is one for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way = 0
        self._before = gc.get_threshold()

    @contextmanager
    def rarely(self) -> Iterator[None]:
        """Look for garbage in cycles a thousand times less often: rows make none, and looking takes long."""
        with self._lock:
            if not self._under_way:
                self._before = gc.get_threshold()
                gc.set_threshold(_RARELY, *self._before[1:])
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                if not self._under_way:
                    gc.set_threshold(*self._before)


collecting_rarely = _Collector().rarely
