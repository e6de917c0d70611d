"""Help: the keys of the page it was opened on, and what the signs mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType

from kpi.status import LOOKS, OPEN_STATUSES, Status
from tui import words
from tui.screens.dialogue import Dialogue
from tui.status_words import BARS
from tui.widgets import drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.binding import ActiveBinding
    from textual.widget import Widget

_MEANINGS = {
    Status.ON_TRACK: "time is left before the due day",
    Status.DUE: "the due day has come: to be done now",
    Status.OVERDUE: "the last day has passed",
    Status.PAUSED: "the listing is frozen, and its clocks with it",
}
_KEY_CELLS = 16
_LEGEND_HEAD = 2  # a blank line and a heading


class HelpRows(Rows):
    """Lines of (key, what it does); without a key, a heading."""

    HEAD_LINES: ClassVar[int] = 0  # type: ignore[misc]

    def __init__(self, lines: list[tuple[str, str]]) -> None:
        super().__init__(id="help")
        self.has_cursor = False
        self.lines = lines

    def on_mount(self) -> None:
        """Say how many lines there are."""
        legend = _LEGEND_HEAD + len(OPEN_STATUSES)
        self.set_count(len(self.lines) + legend)

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One key, or one status."""
        del selected
        look = drawing.look(self)
        if row < len(self.lines):
            key, text = self.lines[row]
            if not key:
                return [Segment(words.left(text, width), look.muted)]
            return [
                Segment(words.left(key, _KEY_CELLS), look.accent),
                Segment(words.left(text, width - _KEY_CELLS), look.text),
            ]
        place = row - len(self.lines) - _LEGEND_HEAD
        if place == -1:
            return [Segment("What the signs and the bars mean", look.muted)]
        if place not in range(len(OPEN_STATUSES)):
            return []
        status = OPEN_STATUSES[place]
        glyph = BARS[status] if look.patterns else drawing.SOLID
        return [
            Segment(f"{LOOKS[status].glyph} {glyph * 3} ", look.status[status]),
            Segment(words.left(LOOKS[status].word, _KEY_CELLS - 6), look.strong),
            Segment(words.left(_MEANINGS[status], width - _KEY_CELLS), look.text),
        ]


class HelpScreen(Dialogue[None]):
    """The keys, as the bindings themselves say them."""

    HEADING = "Help"
    FOOTING = "↑ ↓ scroll · esc closes"
    AUTO_FOCUS = "HelpRows"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark,f1,q", "close", "close", show=False, id="help.close", tooltip="Close this help"
        ),
        Binding("p", "policy", show=False, id="help.policy", tooltip="Roles and permissions"),
    ]

    def __init__(self, active: Mapping[str, ActiveBinding]) -> None:
        """Show the bindings that were active on the page."""
        super().__init__()
        self.active = active

    def parts(self) -> Iterable[Widget]:
        """One scrolling list."""
        yield HelpRows(self._lines())

    def action_policy(self) -> None:
        """Go on to who may do what."""
        from tui.screens.policy import PolicyScreen  # deferred: seldom asked for

        app = self.host
        self.dismiss(None)
        if not isinstance(app.screen, PolicyScreen):
            app.push_screen(PolicyScreen())

    def _lines(self) -> list[tuple[str, str]]:
        """The page's own keys first, then those that work everywhere; several keys for one thing together."""
        keys: dict[str, list[str]] = {}
        texts: dict[str, str] = {}
        names_of: dict[str, str] = {}
        for known in self.active.values():
            binding = known.binding
            if binding.id is None:
                continue
            text = binding.tooltip or binding.description
            # Keys that are explained together, such as [ and ], stand together.
            name = names_of.setdefault(text, binding.id)
            keys.setdefault(name, []).append(self.app.get_key_display(binding))
            texts[name] = text
        lines: list[tuple[str, str]] = []
        for heading, room in (("On this page", "page"), ("Moving", "rows"), ("Everywhere", "app")):
            names = [name for name in texts if _room(name) == room]
            if names:
                lines += [("", heading)] if not lines else [("", ""), ("", heading)]
                lines += [(" ".join(dict.fromkeys(keys[name])), texts[name]) for name in names]
        return [
            *lines,
            ("ctrl+p", "All commands by name"),
            ("p", "From here: roles and permissions, who may do what"),
            ("mouse", "Click moves, a second click opens; words below are keys"),
        ]


def _room(name: str) -> str:
    first = name.partition(".")[0]
    return first if first in ("app", "rows") else "page"
