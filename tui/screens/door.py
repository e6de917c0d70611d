"""A door: a whole screen through which people come in; nothing of the organisation is seen behind it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.renderables.blank import Blank
from textual.widgets import Input, Label, Static

from tui import words
from tui.entering import CODE
from tui.me import Door, ask_door
from tui.screens.attempt import Attempts, Secret
from tui.widgets.answer_line import AnswerLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui.app import StagewatchApp
    from tui.entering import Trouble
    from tui.source import Outcome


class Field(NamedTuple):
    """One line to be typed; a `secret` is not shown, and not kept after use."""

    name: str
    label: str
    hint: str = ""
    secret: bool = False
    needed: bool = True


class DoorScreen(Attempts):
    """A box with words, fields, what is wrong, and the keys. Subclasses say what `go_on` does."""

    CSS_PATH = "door.tcss"
    HEADING: ClassVar[str] = ""
    FIELDS: ClassVar[tuple[Field, ...]] = ()
    KEYS: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """(key, word, action) of all that can be done."""
    NEEDS_DOOR: ClassVar[bool] = True
    """Whether there is a store to come in to."""
    ROOMY: ClassVar[int] = 24
    """In so many lines it need not be close."""
    MAY: ClassVar[frozenset[str]] = frozenset()
    """The app's actions that are allowed here, besides those of any door."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority, and awaited: what is typed right after them is for the next field, and not for this one.
        Binding("enter", "next", "go on", id="door.next", priority=True,
                tooltip="The next field; from the last, go on"),
        Binding("tab", "field(1)", "next field", id="door.field", priority=True, tooltip="The next field"),
        Binding("shift+tab", "field(-1)", "field before", id="door.field_before", priority=True,
                tooltip="The field before"),
        # Not by a letter: while something is tried no field takes what is typed.
        Binding("f10,ctrl+q", "leave", "quit", id="door.quit", tooltip="Leave Stagewatch"),
    ]  # fmt: skip

    def __init__(self, known: Door | None = None) -> None:
        """A door that is `known` already is not asked for."""
        super().__init__()
        self.door = known
        self._goes_on = False  # somebody has, and waits for what the door is

    @property
    def host(self) -> StagewatchApp:
        """The app."""
        return cast("StagewatchApp", self.app)

    def compose(self) -> ComposeResult:
        """Put the parts in the box."""
        with Vertical(id="door") as box:
            yield from self.parts()
            yield AnswerLine(self.KEYS)
        box.border_title = Content(f" {self.HEADING} ")

    def render(self) -> Any:
        """Nothing round the box: where a theme has no ground of its own, the screen below would show."""
        return Blank(self.styles.background)

    def parts(self) -> Iterable[Widget]:
        """What stands in the box."""
        about = VerticalScroll(Static(id="intro", markup=False), id="about")
        about.can_focus = False
        yield about
        yield from self.fields()
        yield Static(id="said", markup=False)

    def fields(self) -> Iterable[Widget]:
        """The fields, each beside its label."""
        for field in self.FIELDS:
            sort = Secret if field.secret else Input
            typed = sort(id=field.name, placeholder=field.hint, compact=True, select_on_focus=False)
            yield Horizontal(Label(field.label), typed, classes="field")

    def intro(self) -> str:
        """What stands above the fields."""
        return ""

    def on_mount(self) -> None:
        """Say what is wanted, and ask which store this is."""
        self._show_intro()
        if self.door is None and self.NEEDS_DOOR:
            self._ask_door()

    def on_resize(self, event: events.Resize) -> None:
        """In a low terminal the fields stand close together."""
        self.set_class(event.size.height < self.ROOMY, "-low")

    def _show_intro(self) -> None:
        if not self.query("#intro"):
            return  # the app is closing
        self.query_one("#intro", Static).update(words.shown(self.intro(), ""))

    def _ask_door(self) -> None:
        app = self.host  # a door that has been left, when there is an answer, knows of no app
        app.desk.ask("door", ask_door, partial(self._deliver, app))

    def _deliver(self, app: StagewatchApp, outcome: Outcome) -> None:
        """Not by the app's way: that is closed while there is a door."""
        with suppress(RuntimeError):  # the loop has ended meanwhile; nobody is left to see it
            if app.is_running:
                app.call_later(self._take_door, outcome)

    def _take_door(self, outcome: Outcome) -> None:
        if not self.is_attached:
            return
        goes_on, self._goes_on = self._goes_on, False
        if outcome.failure is not None:
            self.say_wrong(outcome.failure)
            return
        if self.door is not None:
            return  # it was asked for twice
        self.door = outcome.value
        self._show_intro()
        self.door_known(outcome.value)
        if goes_on:
            self.say("")
            self.action_go_on()

    def door_known(self, door: Door) -> None:
        """Which store it is, is known now."""

    # ---------------------------------------------------------------------------------- what is typed

    def typed(self, name: str) -> str:
        """What stands in a field."""
        return self.query_one(f"#{name}", Input).value

    async def action_field(self, step: int) -> None:
        """Go to the next field, or the one before."""
        await self.whole()
        names = [field.name for field in self.FIELDS]
        if names and not self.is_busy:
            at = self.focused.id if self.focused is not None else None
            place = names.index(at) + step if at in names else 0
            self.set_focus(self.query_one(f"#{names[place % len(names)]}"))

    async def action_next(self) -> None:
        """Go to the next field that is wanted; go on, if there is none."""
        await self.whole()
        self.action_go_on()

    def action_go_on(self) -> None:
        """Go on with what was typed, if all of it is there."""
        for field in self.FIELDS:
            if field.needed and not self.typed(field.name).strip():
                self.set_focus(self.query_one(f"#{field.name}"))
                return
        if self.door is None and self.NEEDS_DOOR:
            self._ask_door()
            self._goes_on = True
            self.say("One moment: the store is being read …")
            return
        self.go_on()

    def go_on(self) -> None:
        """Do what the door is for."""
        raise NotImplementedError

    def troubled(self, trouble: Trouble) -> None:
        """Say why it did not work, and keep nothing that was secret; a code alone may still be given."""
        super().troubled(trouble)
        if trouble.kind == CODE:
            self.say("The password was right; now the code.")
            self.set_focus(self.query_one("#code"))
        else:
            self.forget()

    def forget(self) -> None:
        """Keep nothing that was secret; the first of it can be typed anew."""
        empty = [field.name for field in self.FIELDS if field.needed and not self.typed(field.name).strip()]
        secret = [field.name for field in self.FIELDS if field.secret]
        for name in secret:
            self.query_one(f"#{name}", Input).value = ""
        if secret:
            self.set_focus(self.query_one(f"#{[*empty, *secret][0]}"))

    async def action_leave(self) -> None:
        """Leave the app."""
        await self.host.action_quit()

    def on_unmount(self) -> None:
        """Keep nothing."""
        for field in self.query(Secret):
            field.value = ""
