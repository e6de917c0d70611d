"""The lock: a session that was left alone goes on with its person's password; all below stays as it was."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.entering import WRONG, go_out, lock_session, unlock_session
from tui.screens.door import DoorScreen, Field
from tui.source import SIGN_IN

if TYPE_CHECKING:
    from tui.entering import Trouble
    from tui.me import Door


_LOOK_AGAIN = 1.0  # seconds, while something is still running


class LockScreen(DoorScreen):
    """Nothing of what lies below is seen."""

    HEADING = "Locked"
    FIELDS = (Field("password", "Password", secret=True),)
    KEYS = (
        ("enter", "Unlock", "screen.go_on"),
        ("f8", "Sign out", "screen.out"),
        ("f10", "Quit", "screen.leave"),
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "out", "sign out", id="door.out", tooltip="End the session; somebody else can sign in"),
    ]

    def __init__(self, who: str) -> None:
        """`who` is locked, in words."""
        super().__init__()
        self.who = who
        self._leaves = False

    def intro(self) -> str:
        """Who is locked, and where."""
        where = "" if self.door is None else f", at {self.door.organisation}"
        return f"{self.who or 'A session'}{where}. Nothing is seen until the password is given."

    def door_known(self, door: Door) -> None:
        """Have the store know that it is locked, whichever window asks."""
        self._lock(door)

    def _lock(self, door: Door) -> None:
        """At once or, where work of the session is still running, after it: it would be refused the rest."""
        if not self.is_attached:
            return
        if self.host.is_working:
            self.host.tell_of_work()
            self.set_timer(_LOOK_AGAIN, partial(self._lock, door))
        else:
            self.attempt("Locking", partial(lock_session, door), lambda _: None)

    def go_on(self) -> None:
        """Unlock."""
        if self.door is not None:
            work = partial(unlock_session, self.door, self.typed("password"))
            self.attempt("Unlocking", work, self._unlocked)

    def _unlocked(self, _: None) -> None:
        self.forget()
        self.host.come_back()

    def troubled(self, trouble: Trouble) -> None:
        """Only the password can be wrong here; a session that is over cannot be unlocked."""
        super().troubled(trouble)
        if trouble.kind == WRONG:
            self.say_wrong("the password is not right")
        if trouble.kind == SIGN_IN:
            self.host.ask_to_sign_in(trouble.words)

    def action_out(self) -> None:
        """Sign out."""
        if self.door is not None:
            self.attempt("Signing out", partial(go_out, self.door), self.host.signed_out)

    async def action_leave(self) -> None:
        """Quit, if that is meant: what lies below may not be saved."""
        if self._leaves:
            await super().action_leave()
        self._leaves = True
        self.say("■ What is not saved yet is lost: f10 once more quits.", wrong=True)
