"""What the steps of the import wizard have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.containers import Vertical
from textual.widgets import Static

from tui import words

if TYPE_CHECKING:
    from tui.screens.wizard import Wizard


class Step(Vertical):
    """A part of the wizard that is seen by itself; what is entered stands in the wizard."""

    TITLE: ClassVar[str] = ""
    KEYS: ClassVar[tuple[str, ...]] = ()
    """The ids of the keys that matter most here."""

    @property
    def wizard(self) -> Wizard:
        """The page."""
        return cast("Wizard", self.screen)

    def draw(self) -> None:
        """Show what stands in the wizard."""

    def aim(self) -> None:
        """Give the focus to what is used first."""

    def reload(self) -> None:
        """Do again what the step began with."""

    def onward(self) -> None:
        """Go on, if that can be."""

    def move(self, step: int) -> None:
        """Move through the step's list while an input has the focus."""

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say something below the step's list."""
        line = self.query_one(".said", Static)
        line.update("\n".join(words.shown(part, "") for part in text.split("\n")))
        line.display = bool(text)
        line.set_class(wrong, "-wrong")
