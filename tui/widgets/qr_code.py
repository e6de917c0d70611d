"""A QR code: dark on light in every theme, for that is what readers know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.qr import CELLS as CODE_CELLS
from tui.qr import LINES as CODE_LINES
from tui.qr import qr_lines

if TYPE_CHECKING:
    from tui.app import StagewatchApp

__all__ = ["CODE_CELLS", "CODE_LINES", "QrCode"]
_DARK_ON_LIGHT = Style(color="#000000", bgcolor="#ffffff")


class QrCode(Widget):
    """The code of a text, or nothing for one that is too long."""

    DEFAULT_CSS = f"""
    QrCode {{ width: {CODE_CELLS}; height: {CODE_LINES}; }}
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self._lines: list[str] | None = None

    def on_mount(self) -> None:
        """Without colours the ground is what the terminal's is: dark, of most."""
        app: StagewatchApp = self.app  # type: ignore[assignment]
        self._lines = qr_lines(self.text, dark=app.no_color) if self.text else None

    @property
    def is_drawn(self) -> bool:
        """Whether there is one."""
        return self._lines is not None

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        line = self._lines[y] if self._lines is not None and y < len(self._lines) else ""
        return Strip([Segment(line, _DARK_ON_LIGHT)])
