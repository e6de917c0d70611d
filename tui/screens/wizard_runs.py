"""The wizard's last steps: trying the import dry, and the import itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui import wizard_outcome as came
from tui import words
from tui.screens.wizard_step import Step
from tui.widgets.preview import ProgressLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from store.dry_run import Trial
    from store.importing import ImportResult
    from tui.screens.working import Job
    from tui.widgets.rows import Rows


class RunStep(Step, can_focus=True):
    """A job with its progress, and what became of the file's rows."""

    def compose(self) -> Iterable[Widget]:
        """Progress, what became of it, the reasons of what was not understood."""
        yield ProgressLine()
        yield Static(classes="facts", markup=False)
        yield TableRows(id="reasons")
        yield Static(classes="said", markup=False)

    def aim(self) -> None:
        """Go through the reasons, if there are any."""
        rows = self.query_one(TableRows)
        (rows if rows.display else self).focus()

    def begin(self) -> None:
        """Nothing has come of it yet."""
        self.query_one(".facts", Static).update("")
        self.query_one(TableRows).show(came.REASON_COLUMNS, ())
        self.query_one(TableRows).display = False
        self.say("")
        self.focus()

    def tell(self, job: Job | None) -> None:
        """Show how far it has come; nothing once it has ended."""
        line = self.query_one(ProgressLine)
        if job is None:
            line.show("", None)
        else:
            said = "Stopping after this portion …" if job.is_stopped else f"{job.doing} … esc stops."
            line.show(said, job.share)

    def show(self, text: str, outcome: Trial | ImportResult, hint: str) -> None:
        """Say what became of the rows."""
        self.tell(None)
        facts = self.query_one(".facts", Static)
        facts.update("\n".join(_whole(line) for line in text.split("\n")))
        rows = self.query_one(TableRows)
        found = came.reason_rows(outcome)
        rows.display = bool(found)
        rows.show(came.REASON_COLUMNS, found)
        self.say(hint)
        self.aim()

    def failed(self, said: str, hint: str) -> None:
        """Say what went wrong."""
        self.tell(None)
        self.begin()
        self.say(f"■ {said[:1].upper()}{said[1:]}.\n{hint}", wrong=True)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()


def _whole(line: str) -> str:
    """A line that can be drawn, its indentation kept."""
    return " " * (len(line) - len(line.lstrip(" "))) + words.shown(line, "")


class TrialStep(RunStep):
    """What would become of every row; nothing is written."""

    TITLE = "5 of 6: the dry run"
    KEYS = ("wizard.import", "wizard.again", "wizard.back")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n,i,enter", "import", "import", key_display="ctrl+n", id="wizard.import",
                tooltip="Import the file now", priority=True),
        Binding("r", "again", "try again", id="wizard.again", tooltip="Read the file again, without writing"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__(id="trial-step")

    def reload(self) -> None:
        """Try again."""
        self.wizard.trial = None
        self.wizard.try_dry()

    def onward(self) -> None:
        """Import."""
        self.wizard.begin_import()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what has been tried is imported, and a box over the page has its own keys."""
        if action == "import":
            return self.is_attached and self.app.screen is self.screen and self.wizard.trial is not None
        if action == "again":
            return self.is_attached and "work" not in self.wizard.jobs
        return super().check_action(action, parameters)

    def action_import(self) -> None:
        """Import."""
        self.onward()

    def action_again(self) -> None:
        """Try again."""
        self.reload()


class ImportStep(RunStep):
    """The import, and what came of it."""

    TITLE = "6 of 6: the import"
    KEYS = ("wizard.close", "wizard.another", "wizard.back")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "close",
            "close",
            key_display="enter",
            id="wizard.close",
            tooltip="Close the import",
            priority=True,
        ),
        Binding("a", "another", "another", id="wizard.another", tooltip="Import another file"),
    ]

    def __init__(self) -> None:
        super().__init__(id="import-step")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While it runs it can only be stopped."""
        if action in ("close", "another"):
            there = self.is_attached and self.app.screen is self.screen
            return there and "work" not in self.wizard.jobs
        return super().check_action(action, parameters)

    async def action_close(self) -> None:
        """Leave the wizard."""
        await self.wizard.host.action_back()

    def action_another(self) -> None:
        """Begin again, where the last file was."""
        self.wizard.begin_again()
