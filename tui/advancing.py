"""An app that brings waiting tasks up to date: a write, hence on a thread, and one at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.guarded import GuardedApp
from tui.source import failure_words

if TYPE_CHECKING:
    from collections.abc import Callable


class AdvancingApp(GuardedApp):
    """`advance` does it, where the app is there to look after the store; `advancing` is the one under way."""

    advance: Callable[[], object] | None
    advancing: object = None
    summed_up: int | None = None
    """The revision that weekly summaries were last brought up to date with, by this app."""

    def bring_up_to_date(self) -> None:
        """Do so, unless it is being done."""
        if self.advance is not None and self.advancing is None:
            self.advancing = self.advance
            work = partial(self._advance_in_thread, self.advance)
            self.run_worker(work, thread=True, exit_on_error=False, group="advance")

    def _advance_in_thread(self, advance: Callable[[], object]) -> None:
        words = None
        try:
            advance()
        except Exception as error:  # noqa: BLE001 - told to the person, who can go on reading
            words = failure_words(error)
        self.call_from_thread(self._advanced, advance, words)

    def _advanced(self, advance: Callable[[], object], words: str | None) -> None:
        if self.advancing is not advance:
            return  # another store is looked at by now
        self.advancing = None
        if words is None:
            self.ask_pulse(reopen=False)
        else:
            self.notify(f"Not brought up to date: {words}", severity="warning", markup=False)
