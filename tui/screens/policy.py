"""Roles and permissions: who may do what, as the policy's table says; for everybody, in any store."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from kpi.policy import Role
from kpi.policy_words import ROLE_WORDS
from tui.people_facts import ask_rights
from tui.policy_lines import policy_lines
from tui.screens.page import Page
from tui.widgets.lines import TabLine
from tui.widgets.policy_rows import PolicyRows, RoleRows
from tui.widgets.text_rows import Choice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.people_facts import Rights
    from tui.widgets.rows import Rows

LEGEND = "● organisation  ◐ teams  ◑ listings  ○ one's own  × refused  ◆ your role"


class PolicyScreen(Page):
    """The roles at the left, the rights of the one with the cursor beside them."""

    TAB = "People"
    CSS_PATH = "policy.tcss"
    AUTO_FOCUS = "RoleRows"
    KEYS = ("policy.on", "policy.other", "app.back", "app.board", "app.search")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "scroll_on", "further down", key_display="space", id="policy.on",
                tooltip="Further down the rights; b goes back up"),
        Binding("b", "scroll_on(-1)", show=False, id="policy.back", tooltip="Back up the rights"),
        Binding("tab,shift+tab", "other", "roles, rights", key_display="tab", id="policy.other",
                tooltip="From the roles to the rights, and back"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.role: Role | None = None
        """The role of whoever looks, None while it is not known, or where nobody signs in."""

    def parts(self) -> Iterable[Widget]:
        """Roles, rights, what the signs mean."""
        yield Horizontal(RoleRows(), PolicyRows(), id="policy")
        yield Static(LEGEND, id="legend", markup=False)

    def on_mount(self) -> None:
        """Show the roles; whose page it is can be asked later."""
        self.query_one(TabLine).show_path("Roles and permissions")
        self._show()
        self.reload()

    def reload(self) -> None:
        """Ask which role is one's own."""
        self.ask("rights", ask_rights, self._take, failed=self._failed, vital=False)

    def _take(self, rights: Rights) -> None:
        self.ailing = False
        role = None if rights.standing is None else rights.standing.role
        if role is not self.role:
            self.role = role
            self._show()

    def _failed(self, said: str) -> None:
        """The table is there all the same: nobody's role is marked."""
        del said

    def _show(self) -> None:
        roles = self.query_one(RoleRows)
        roles.show([Choice(ROLE_WORDS[role], role, on=role is self.role) for role in Role])
        self._show_rights()

    def _show_rights(self) -> None:
        picked = self.query_one(RoleRows).picked
        if picked is not None and isinstance(picked.value, Role):
            self.query_one(PolicyRows).show(policy_lines(picked.value))

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Show the rights of another role."""
        message.stop()
        if isinstance(message.rows, RoleRows):
            self._show_rights()

    def action_scroll_on(self, pages: int = 1) -> None:
        """Go on in the rights, wherever the focus is."""
        self.query_one(PolicyRows).action_page(pages)

    def action_other(self) -> None:
        """Go from one list to the other."""
        rights = self.query_one(PolicyRows)
        self.set_focus(self.query_one(RoleRows) if rights.has_focus else rights)
