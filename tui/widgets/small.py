"""What stands in the place of a screen: in a terminal that is too small, or where it is not to be seen."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.words import shown

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


class Refusal(Static):
    """Why whoever has signed in does not see this."""

    DEFAULT_CSS = """
    Refusal { width: 1fr; height: 1fr; padding: 1 3; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, words: str) -> None:
        """Say it in the store's words."""
        said = shown(f"{words[:1].upper()}{words[1:]}.")
        on = "r asks again, esc goes back; the tabs above lead to what you may see."
        self.update(Content(f"■ This is not shown to you\n\n{said}\n\n{on}"))
