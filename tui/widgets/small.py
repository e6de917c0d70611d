"""What stands in a terminal that is too small for the screens."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

LEAST_WIDTH = 60
LEAST_HEIGHT = 16


class TooSmall(Static):
    """One clear line instead of a broken layout."""

    DEFAULT_CSS = """
    TooSmall { width: 1fr; height: 1fr; content-align: center middle; text-align: center; display: none; }
    """

    def show(self, width: int, height: int) -> None:
        """Say how large the terminal is and how large it needs to be."""
        self.update(
            Content(
                f"This terminal has {width} × {height} cells. "
                f"Stagewatch needs {LEAST_WIDTH} × {LEAST_HEIGHT}: please make it larger. (q quits)"
            )
        )
