"""Something typed is tried on a thread: what is wrong stands beside it, and a wait is counted down."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen
from textual.widgets import Input, Static

from tui import words
from tui.entering import TOO_SOON, trouble_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer
    from textual.widget import Widget

    from tui.app import StagewatchApp
    from tui.entering import Trouble

_MINUTE = 60


class Secret(Input):
    """Where a password is typed: it is neither shown nor copied."""

    def __init__(self, **more: Any) -> None:
        super().__init__(password=True, **more)

    def action_copy(self) -> None:
        """Passwords stay here."""

    def action_cut(self) -> None:
        """Passwords stay here."""


class Attempts(Screen[Any]):
    """A screen with fields and a line that says what came of them (`#said`); one attempt at a time."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.is_busy = False
        self._typed_in: Widget | None = None
        self._again_at = 0.0
        self._counting: Timer | None = None

    def attempt(self, doing: str, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Do something on a thread; `done` gets what came of it, on the loop."""
        if self.is_busy or self.seconds_left:
            self.app.bell()
            return
        self._set_busy(True)
        self.say(f"{doing} …")
        app = cast("StagewatchApp", self.app)
        run = partial(_in_thread, app, work, partial(self._ended, done))
        app.run_worker(run, thread=True, exit_on_error=False, group="door")

    def _ended(self, done: Callable[[Any], None], value: Any, trouble: Trouble | None) -> None:
        if not self.is_attached:
            return
        self._set_busy(False)
        if trouble is None:
            self.say("")
            done(value)
        else:
            self.troubled(trouble)

    def _set_busy(self, busy: bool) -> None:
        """What is typed meanwhile is for no field: not for the one that had the focus, least of all."""
        if busy:
            self._typed_in = self.focused
        self.is_busy = busy
        for field in self.query(Input):
            field.disabled = busy
        if not busy and self._typed_in is not None and self._typed_in.is_attached:
            self.set_focus(self._typed_in)

    async def whole(self) -> None:
        """Wait until the field with the focus has taken all that was typed: strokes may come in a burst."""
        if self.focused is not None:
            taken = asyncio.Event()
            self.focused.call_later(taken.set)
            await taken.wait()

    def troubled(self, trouble: Trouble) -> None:
        """Say why it did not work."""
        if trouble.kind == TOO_SOON:
            self.count_down(trouble.seconds)
        else:
            self.say_wrong(trouble.words)

    def say_wrong(self, text: str) -> None:
        """Say what is wrong."""
        self.say(f"■ {text[:1].upper()}{text[1:]}.", wrong=True)

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say something beside the fields."""
        said = self.query_one("#said", Static)
        said.update(words.shown(text, ""))
        said.set_class(wrong, "-wrong")

    # ------------------------------------------------------------------------------------- the wait

    @property
    def seconds_left(self) -> int:
        """How long to wait before another attempt may be made."""
        return max(0, -int(-(self._again_at - time.monotonic()) // 1))

    def count_down(self, seconds: int) -> None:
        """Say, second by second, how long there is to wait."""
        self._again_at = time.monotonic() + seconds
        if self._counting is None:
            self._counting = self.set_interval(1.0, self._count)
        self._count()

    def _count(self) -> None:
        left = self.seconds_left
        if left:
            minutes, seconds = divmod(left, _MINUTE)
            wait = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
            self.say(f"■ Too many attempts: wait {wait}. Starting the app anew does not help.", wrong=True)
            return
        if self._counting is not None:
            self._counting.stop()
            self._counting = None
        self.say("You may try again.")


def _in_thread(
    app: StagewatchApp, work: Callable[[], Any], ended: Callable[[Any, Trouble | None], None]
) -> None:
    value, trouble = None, None
    try:
        value = work()
    except Exception as error:  # noqa: BLE001 - told to the person, who can try again
        trouble = trouble_of(error)
    if app.is_running:
        # Not `call_from_thread`: what goes wrong in showing it would be the worker's failure, and unseen.
        app.call_later(ended, value, trouble)
