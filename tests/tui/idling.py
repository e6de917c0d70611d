"""When the app has done all that it can do at once: what the pilot waits for after each key and click.

Textual's own wait looks every fiftieth of a second whether the processor was idle, twice for each key. This
one asks the loop, so it takes no longer than what is waited for, and is not misled by a busy machine.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from textual._context import active_app
from textual._wait import SLEEP_GRANULARITY, wait_for_idle

SLICE = 0.002
TURNS = 3  # of the loop, in which nobody else had anything to do


async def until_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until every message is handled, what it changed is drawn, and no thread works for the app."""
    end = time.monotonic() + max_sleep
    while time.monotonic() < end:
        await _until_quiet(end)
        app = active_app.get()
        if app.screen_stack:
            app.screen._on_timer_update()
            await _until_quiet(end)
        if not _others_at_work(app):
            return
        if not await _until_they_are_done(app):
            # Nothing says that they ever will be: a test may hold them back. As Textual does, then.
            await wait_for_idle(min_sleep, max_sleep)
            return


async def _until_quiet(end: float) -> None:
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    quiet = 0
    while quiet < TURNS and time.monotonic() < end:
        await asyncio.sleep(0)
        quiet = 0 if ready else quiet + 1


async def _until_they_are_done(app: Any) -> bool:
    end = time.monotonic() + SLEEP_GRANULARITY
    while time.monotonic() < end:
        await asyncio.sleep(SLICE)
        if not _others_at_work(app):
            return True
    return False


def _others_at_work(app: Any) -> bool:
    return bool(app._waiting) or any(not worker.is_finished for worker in app.workers)
