"""A fresh code, for what asks for one: approving, changing people, exporting."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.widgets import Input, Static

from tui.entering import WRONG, step_up_again
from tui.screens.attempt import Attempts, Secret
from tui.screens.dialogue import Dialogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.entering import Trouble
    from tui.me import Door


class FreshCodeBox(Dialogue[bool], Attempts):
    """Gives True once the code was right; nothing if the box was closed."""

    HEADING = "A fresh code"
    FOOTING = "enter goes on · esc closes"

    def __init__(self, *, wanted: bool, by_code: bool) -> None:
        """`wanted`: something asks for it. `by_code`: they have a second factor, else a password alone."""
        super().__init__()
        self.wanted, self.by_code = wanted, by_code

    def parts(self) -> Iterable[Widget]:
        """What it is for, the field, what is wrong."""
        why = "This asks for a fresh code: the last was given some time ago. " if self.wanted else ""
        what = (
            "Give the code that your app shows now."
            if self.by_code
            else "Give your password or, if you have one set up, the code that your app shows now."
        )
        yield Static(why + what, id="what", markup=False)
        yield Secret(id="proof", placeholder="code" if self.by_code else "password or code")
        yield Static(id="said", markup=False)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Go on."""
        message.stop()
        if message.value.strip():
            self.host.with_door(partial(self._go_on, message.value), self.say_wrong)

    def _go_on(self, proof: str, door: Door) -> None:
        if self.is_attached:
            self.attempt("Looking", partial(step_up_again, door, proof), self._given)

    def _given(self, _: None) -> None:
        self.query_one(Secret).value = ""
        self.dismiss(True)

    def troubled(self, trouble: Trouble) -> None:
        """Say why it was not right, and keep nothing of it."""
        super().troubled(trouble)
        if trouble.kind == WRONG:
            self.say_wrong("that is not right; take the code that is shown now, each is good once")
        self.query_one(Secret).value = ""
        self.host.access_lost(trouble.kind, said=trouble.words)
