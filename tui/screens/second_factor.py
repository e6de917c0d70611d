"""Setting up a second factor: a QR code for the app on a phone, and its first code to confirm it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tui.entering import WRONG, Done
from tui.screens.door import DoorScreen, Field
from tui.widgets.qr_code import CODE_CELLS, CODE_LINES, QrCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual import events
    from textual.widget import Widget

    from store.enrolling import Beginning
    from tui.entering import Trouble
    from tui.me import Door

_BESIDE, _FRAME = 37, 2  # cells for the words beside the code; lines of the box
_FOUR = 4


class SecondFactorScreen(DoorScreen):
    """`confirm` takes the code; it is done once, with what was typed before."""

    HEADING = "Second factor"
    FIELDS = (Field("code", "Code", "123 456"),)
    KEYS = (("enter", "Confirm", "screen.go_on"), ("esc", "Back", "screen.back"))
    NEEDS_DOOR = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", id="door.back", tooltip="Back; nothing has been kept"),
    ]

    def __init__(
        self,
        known: Door | None,
        beginning: Beginning,
        confirm: Callable[[str], Done],
        back: Callable[[], None],
    ) -> None:
        """What to show stands in `beginning`; `back` leads to where it began."""
        super().__init__(known)
        self.beginning, self.confirm, self.back = beginning, confirm, back

    def parts(self) -> Iterable[Widget]:
        """The code to scan beside the words and the field."""
        yield Horizontal(
            QrCode(self.beginning.uri or ""),
            Vertical(
                Static(id="intro", markup=False), *self.fields(), Static(id="said", markup=False), id="beside"
            ),
            id="factor",
        )

    def intro(self) -> str:
        """What to do with the code, or with the seed where there is no room for one."""
        if self.beginning.seed is None:
            return "Your second factor stays as it is: confirm with a code from your app."
        groups = [self.beginning.seed[at : at + _FOUR] for at in range(0, len(self.beginning.seed), _FOUR)]
        seed = " ".join(groups)
        if self.query_one(QrCode).display:
            return (
                f"Scan this with the authenticator app on your phone, or type into it:\n\n{seed}\n\n" + _THEN
            )
        return f"Type this into the authenticator app on your phone:\n\n{seed}\n\n" + _THEN

    def on_mount(self) -> None:
        """Draw what there is room for."""
        self._lay(self.app.size.width, self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        """More or less room."""
        self._lay(*event.size)

    def _lay(self, width: int, height: int) -> None:
        code = self.query_one(QrCode)
        room = width >= CODE_CELLS + _BESIDE and height >= CODE_LINES + _FRAME
        code.display = room and self.beginning.uri is not None and code.is_drawn
        self.set_class(code.display, "-scan")
        intro = self.query_one("#intro", Static)
        # Its line breaks are meant, and nothing in it comes from outside.
        intro.update(self.intro())

    def go_on(self) -> None:
        """Confirm."""
        self.attempt("Looking", partial(self.confirm, self.typed("code")), self.host.leave_door)

    def troubled(self, trouble: Trouble) -> None:
        """Only the code can be wrong here."""
        super().troubled(trouble)
        if trouble.kind == WRONG:
            self.say_wrong(
                "that code is not right; take the one that the app shows now, and see that this machine's "
                "clock is right"
            )
        self.query_one("#code", Input).value = ""
        self.set_focus(self.query_one("#code"))

    def action_back(self) -> None:
        """Begin anew."""
        self.back()


_THEN = "Then confirm with the code that it shows."
