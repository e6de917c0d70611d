"""Driving the app in tests: start it, press keys, wait for what is to be seen, look at the screen."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from tests.tui.fake import World
from tui.app import StagewatchApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from textual.pilot import Pilot

PATIENCE = 15.0
SMALL = (80, 24)
LARGE = (160, 48)


def driven(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Let a coroutine be an ordinary test."""

    @wraps(test)
    def run(*args: Any, **more: Any) -> None:
        asyncio.run(test(*args, **more))

    return run


@dataclass
class Driver:
    """A running app and what its terminal shows."""

    app: StagewatchApp
    pilot: Pilot[None]
    world: World

    @property
    def lines(self) -> list[str]:
        """The screen as it is composed now, line by line."""
        screen = self.app.screen
        return ["".join(segment.text for segment in line) for line in screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until a named condition holds; fail with the screen if it never does."""
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + PATIENCE, 0.004
        while not holds():
            if loop.time() > end:
                raise AssertionError(f"never happened: {what}\n{self.text}")
            await self.pilot.pause(pause)
            pause = min(pause * 1.25, 0.025)  # looking takes time from whoever is waited for

    async def sees(self, *texts: str) -> None:
        for text in texts:
            await self.until(lambda text=text: text in self.text, f"“{text}” on the screen")  # type: ignore[misc]

    async def reads(self, *sentences: str) -> None:
        """Wait until sentences stand on the screen, wherever their lines are broken."""

        def flowing() -> str:
            return " ".join(self.text.replace("│", " ").split())

        for text in sentences:
            await self.until(lambda text=text: text in flowing(), f"“{text}” on the screen")  # type: ignore[misc]

    async def sees_no(self, text: str) -> None:
        await self.until(lambda: text not in self.text, f"no “{text}” on the screen")

    async def settled(self) -> None:
        """Wait until all that follows the first frame has been asked and answered."""
        await self.until(lambda: self.app.pulse and not self.app._waiting, "every question answered")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def on(self, name: str) -> None:
        """Wait until the screen of this class is the one that is seen."""
        await self.until(lambda: type(self.app.screen).__name__ == name, f"the screen {name}")

    async def click_text(self, text: str) -> None:
        """Click the first place where this text stands."""
        await self.sees(text)
        for y, line in enumerate(self.lines):
            if text in line:
                await self.pilot.click(offset=(line.index(text) + len(text) // 2, y))
                return
        raise AssertionError(text)

    def line_with(self, text: str) -> str:
        return next(line for line in self.lines if text in line)


@asynccontextmanager
async def running(
    world: World | None = None, *, size: tuple[int, int] = SMALL, settings: Path | None = None, **more: Any
) -> AsyncIterator[Driver]:
    """The app over a world in memory; the home folder is a test's own."""
    world = world or World()
    app = StagewatchApp("fake", world.open, settings_file=settings, **more)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Driver(app, pilot, world)
