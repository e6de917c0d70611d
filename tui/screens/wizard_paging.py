"""A page of several steps, one of which is seen at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.jobs import JobsPage
from tui.screens.wizard_step import Step
from tui.widgets.lines import KeyLine, TabLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

STEPS = ("file-step", "look-step", "fields-step", "names-step", "trial-step", "import-step")


class StepsPage(JobsPage):
    """Shows the step that is `step_id`, and its keys."""

    TAB = "Data"
    TAKES_TEXT = True
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.step_id = STEPS[0]

    def parts(self) -> Iterable[Widget]:
        """All the steps."""
        raise NotImplementedError

    def reload(self) -> None:
        """Do again what the step began with; an import is begun by nobody but the person."""
        self.step.reload()

    @property
    def step(self) -> Step:
        """The step that is seen."""
        return self.query_one(f"#{self.step_id}", Step)

    def go_to(self, name: str) -> None:
        """Show a step as things stand now."""
        self.step_id = name
        for step in self.query(Step):
            step.display = step.id == name
        step = self.step
        self.query_one(TabLine).show_path("Import a file", step.TITLE)
        self.query_one(KeyLine).show_note("")
        step.draw()
        step.aim()
        self.show_keys()

    def show_keys(self) -> None:
        """The keys that matter are the step's."""
        self.KEYS = self.step.KEYS  # type: ignore[misc]
        super().show_keys()

    def on_descendant_focus(self) -> None:
        """Other keys may work where the focus is now."""
        if self.is_whole:
            self.call_after_refresh(self.show_keys)

    def action_next(self) -> None:
        """Go on."""
        self.step.onward()

    def action_move(self, step: int) -> None:
        """Move through the step's list while an input keeps the focus."""
        self.step.move(step)
