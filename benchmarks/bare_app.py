"""The yardstick for start-up: the smallest Textual app that still looks like one.

Run it by path (``python benchmarks/bare_app.py``), so that nothing but Python, Textual and this file is
loaded. `READY` is on the screen with its first frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.widgets import Footer, Header, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

READY = "bare app ready"


class BareApp(App[None]):
    """A header, one line of text, a footer."""

    TITLE = "Bare"
    BINDINGS: ClassVar = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        """Lay out the three widgets."""
        yield Header()
        yield Static(READY)
        yield Footer()


if __name__ == "__main__":
    BareApp().run()
