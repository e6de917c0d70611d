"""What all pages about people share: where they stand, and the key to who may do what."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.people_facts import Known
from tui.screens.changing import ChangingPage

POLICY_KEY = Binding("p", "policy", "permissions", id="people.policy",
                     tooltip="Roles and permissions: who may do what")  # fmt: skip


class PeoplePage(ChangingPage[Known]):
    """A page about people."""

    TAB = "People"
    CSS_PATH: ClassVar = ["data.tcss", "people.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [POLICY_KEY]

    def action_policy(self) -> None:
        """Show who may do what."""
        from tui.screens.policy import PolicyScreen

        self.app.push_screen(PolicyScreen())
