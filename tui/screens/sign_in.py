"""Signing in: name, password, code; and what to do where the session cannot be kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.entering import HOW_TO_KEEP, Done, Entered, come_in, go_out
from tui.screens.door import DoorScreen, Field

if TYPE_CHECKING:
    from tui.me import Door

_FEW_CODES = 3


class SignInScreen(DoorScreen):
    """Stands before a guarded store as long as nobody has signed in."""

    HEADING = "Sign in"
    FIELDS = (
        Field("name", "Name"),
        Field("password", "Password", secret=True),
        Field(
            "code", "Code", "from your app, or a recovery code; empty without one", secret=True, needed=False
        ),
    )
    KEYS = (
        ("enter", "Sign in", "screen.go_on"),
        ("f2", "I have an enrolment code", "screen.enrol"),
        ("f4", "Account", "app.accounts"),
        ("f10", "Quit", "screen.leave"),
    )
    MAY = frozenset({"accounts"})

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "enrol", "enrol", id="door.enrol", tooltip="Choose a password, with an enrolment code"),
    ]

    def __init__(self, why: str = "", name: str = "", known: Door | None = None) -> None:
        """Say `why` one has to; `name` is whose session it was."""
        super().__init__(known)
        self.why, self.known_name = why, name

    def intro(self) -> str:
        """To which organisation, and what happened to the session before."""
        where = "this store" if self.door is None else self.door.organisation
        return f"{self.why}. Sign in to {where}." if self.why else f"Sign in to {where}."

    def on_mount(self) -> None:
        """Whose session it was signs in again, most of the time."""
        if self.known_name and self.query("#name"):
            self.query_one("#name", Input).value = self.known_name
            self.set_focus(self.query_one("#password"))

    def go_on(self) -> None:
        """Sign in."""
        if self.door is None:
            return
        typed = (self.typed("name"), self.typed("password"), self.typed("code"))
        self.attempt("Signing in", partial(come_in, self.door, *typed), self._entered)

    def _entered(self, done: Done) -> None:
        by_recovery_code = len(self.typed("code").strip()) > len("123 456")
        self.forget()
        self.host.leave_door(done)
        if done.entered is not None and by_recovery_code and done.entered.recovery_codes <= _FEW_CODES:
            left = done.entered.recovery_codes or "none"
            self.host.notify(f"Recovery codes left: {left}.", severity="warning", markup=False)

    def action_enrol(self) -> None:
        """Choose a password."""
        from tui.screens.enrol import EnrolScreen  # deferred: once in a person's life

        self.host.go_to_door(EnrolScreen(self.door))


class UnkeptScreen(DoorScreen):
    """The session has begun, and this machine has no place to keep it."""

    HEADING = "Signed in, for now"
    KEYS = (
        ("enter", "Go on until I quit", "screen.go_on"),
        ("f2", "How to keep it", "screen.how"),
        ("f8", "Sign out", "screen.out"),
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "how", "how", id="door.how", tooltip="How a machine without a keyring keeps a session"),
        Binding("f8", "out", "sign out", id="door.out", tooltip="Sign out again"),
    ]

    def __init__(self, entered: Entered, known: Door | None = None) -> None:
        """Somebody has `entered`."""
        super().__init__(known)
        self.entered = entered

    def intro(self) -> str:
        """Why it is not kept."""
        why = self.entered.unkept.partition(";")[0]
        return (
            f"The session cannot be kept on this machine: {why}. You can go on all the same: it then lasts "
            "until you leave the app, and no command in another window knows of it."
        )

    def go_on(self) -> None:
        """Go on with a session that this process alone holds."""
        self.host.enter(self.entered)

    def action_how(self) -> None:
        """Say how it can be kept."""
        self.say(HOW_TO_KEEP)

    def action_out(self) -> None:
        """Sign out again."""
        if self.door is not None:
            back = SignInScreen(known=self.door)
            self.attempt("Signing out", partial(go_out, self.door), lambda _: self.host.go_to_door(back))
