"""Enrolling: an enrolment code, a password, a second factor if the role asks for one, and then in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from tui.entering import Done, begin, check_password, enrol
from tui.screens.door import DoorScreen, Field
from tui.screens.second_factor import SecondFactorScreen

if TYPE_CHECKING:
    from store.enrolling import Beginning
    from tui.me import Door

PASSWORD_HINT = "a few unrelated words; twelve characters or more"  # noqa: S105 - a hint
NEW_PASSWORD = (
    Field("password", "Password", PASSWORD_HINT, secret=True),
    Field("again", "The same again", secret=True),
)


class EnrolScreen(DoorScreen):
    """Who was given a code says who they are."""

    HEADING = "Enrol"
    FIELDS = (Field("name", "Name"), Field("enrolment", "Enrolment code", "7KQ29-FHM3X-…", secret=True))
    KEYS = (("enter", "Go on", "screen.go_on"), ("esc", "Back to signing in", "screen.back"))

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", id="door.back", tooltip="Back to signing in"),
    ]

    def intro(self) -> str:
        """Where the code comes from."""
        return (
            "A super user has given you a code, which is good once. With it you choose a password. "
            "Capitals and hyphens do not matter."
        )

    def go_on(self) -> None:
        """See whether the code is theirs."""
        if self.door is not None:
            name, code = self.typed("name"), self.typed("enrolment")
            self.attempt("Looking", partial(begin, self.door, name, code), partial(self._begun, code))

    def _begun(self, code: str, beginning: Beginning) -> None:
        self.forget()
        self.host.go_to_door(PasswordScreen(self.door, beginning, code))

    def action_back(self) -> None:
        """Back to signing in."""
        self.host.ask_to_sign_in()


class PasswordScreen(DoorScreen):
    """They choose a password."""

    HEADING = "Choose a password"
    FIELDS = NEW_PASSWORD
    KEYS = (("enter", "Go on", "screen.go_on"), ("esc", "Back", "screen.back"))

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", id="door.back", tooltip="Back to signing in"),
    ]

    def __init__(self, known: Door | None, beginning: Beginning, enrolment_code: str) -> None:
        super().__init__(known)
        self.beginning, self.enrolment_code = beginning, enrolment_code

    def intro(self) -> str:
        """For whom, and what will do."""
        return (
            f"{self.beginning.name}, choose a password for {self.beginning.organisation}: at least twelve "
            "characters, and nothing that others would guess."
        )

    def go_on(self) -> None:
        """See whether it will do."""
        password, one = self.typed("password"), self.beginning
        if password != self.typed("again"):
            self.forget()
            self.say_wrong("the two are not the same; type both anew")
            return
        needs_no_code = one.seed is None and not one.has_second_factor
        if self.door is not None and needs_no_code:
            complete = partial(enrol, self.door, one, self.enrolment_code, password, "")
            self.attempt("Enrolling", complete, self._done)
        else:
            check = partial(check_password, password, one.name, one.organisation)
            self.attempt("Looking", check, partial(self._chosen, password))

    def _done(self, done: Done) -> None:
        self.forget()
        self.host.leave_door(done)

    def _chosen(self, password: str, _: Any) -> None:
        self.forget()
        if self.door is not None:
            confirm = partial(enrol, self.door, self.beginning, self.enrolment_code, password)
            self.host.go_to_door(SecondFactorScreen(self.door, self.beginning, confirm, self.action_back))

    def action_back(self) -> None:
        """Back to signing in."""
        self.host.ask_to_sign_in()
