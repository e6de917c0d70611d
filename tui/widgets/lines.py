"""Single drawn lines: the frame's top and bottom, the tabs, the choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.widget import Widget

from tui import words
from tui.widgets import drawing
from tui.widgets.drawing import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.binding import Binding
    from textual.strip import Strip

    from tui.themes import Look


_LEAST_NAME = 5  # cells of the organisation's name, beside somebody's


def width_of(segments: Sequence[Segment]) -> int:
    """How many cells the segments take."""
    return sum(cell_len(segment.text) for segment in segments)


class Line(Widget):
    """One line of the screen, drawn from segments."""

    DEFAULT_CSS = """
    Line { height: 1; width: 1fr; background: $background; }
    """

    def draw(self, width: int) -> list[Segment]:
        """The line's segments."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Draw the line; a widget that is made taller is blank below."""
        width = self.size.width
        return drawing.strip(self, self.draw(width) if y == 0 else [], width)


class TopLine(Line):
    """The frame's upper edge: product, organisation, day, who has signed in, and how fresh all this is."""

    def __init__(self) -> None:
        super().__init__(id="top")
        self.organisation = ""
        self.day = ""
        self.day_is_odd = False
        self.who = ""
        self.age = ""
        self.age_is_bad = False

    def show(
        self, *, organisation: str, day: str, day_is_odd: bool, who: str, age: str, age_is_bad: bool
    ) -> None:
        """Say what stands in the line; `…_odd` and `…_bad` make a part stand out."""
        facts = (organisation, day, day_is_odd, who, age, age_is_bad)
        if facts == (self.organisation, self.day, self.day_is_odd, self.who, self.age, self.age_is_bad):
            return
        self.organisation, self.day, self.day_is_odd, self.who, self.age, self.age_is_bad = facts
        self.refresh()

    def draw(self, width: int) -> list[Segment]:
        """The day always fits; the organisation's name gives way, then that of whoever is there.

        With somebody there the product's name goes first: it is the one thing that everybody knows.
        """
        look = drawing.look(self)
        name, who = words.shown(self.organisation, ""), words.shown(self.who, "")
        edge = Segment("─", look.faint)
        day = Segment(f" {self.day} ", look.warning if self.day_is_odd else look.text)
        age = Segment(f" {self.age} ", look.warning if self.age_is_bad else look.muted)
        fixed = [Segment("╭", look.faint), Segment(" Stagewatch ", look.accent), edge]
        tail = [age, Segment("╮", look.faint)] if self.age else [Segment("─╮", look.faint)]
        if self.day:
            fixed.append(day)
        room = width - width_of([*fixed, *tail]) - 4
        if who and name and cell_len(who) + 3 + cell_len(name) > room:
            room += width_of(fixed[1:3])
            del fixed[1:3]
        place = len(fixed) - bool(self.day)
        if who and room > 0:
            who = who if cell_len(who) <= room else words.left(who, room)
            fixed += [edge, Segment(f" {who} ", look.text)]
            room -= cell_len(who) + 3
        if name and room > (_LEAST_NAME if who else 0):
            name = name if cell_len(name) <= room else words.left(name, room)
            fixed[place:place] = [Segment(f" {name} ", look.strong), edge]
        return [*fixed, Segment("─" * max(0, width - width_of([*fixed, *tail])), look.faint), *tail]


class TabLine(Line):
    """The screens that digits open, and the way to where one is."""

    def __init__(self, tabs: Sequence[tuple[str, str]], active: str, path: Sequence[str] = ()) -> None:
        """Show `tabs`, (key, title) each, with the one called `active` marked, and a path below it."""
        super().__init__(id="tabs")
        self.tabs = tabs
        self.active = active
        self.path = tuple(path)

    def show_tabs(self, tabs: Sequence[tuple[str, str]]) -> None:
        """Show other screens than before."""
        if tabs != self.tabs:
            self.tabs = tabs
            self.refresh()

    def show_path(self, *path: str) -> None:
        """Say where below the tab one is."""
        if path != self.path:
            self.path = path
            self.refresh()

    def draw(self, width: int) -> list[Segment]:
        """“1 Board  › Draft › Ready to approve”; the path's end is what matters and stays."""
        look = drawing.look(self)
        path = [words.shown(step) for step in self.path]
        segments = self._tabs(look, named=True)
        if width_of(segments) + sum(map(cell_len, path)) + 3 * len(path) > width:
            segments = self._tabs(look, named=False)
        room = width - width_of(segments)
        while len(path) > 1 and sum(map(cell_len, path)) + 3 * len(path) > room:
            del path[0]
        for place, step in enumerate(path):
            style = look.strong if place == len(path) - 1 else look.text
            segments += [
                Segment("› ", look.faint),
                Segment(f"{words.left(step, min(cell_len(step), room - 2))} ", style),
            ]
        return segments

    def _tabs(self, look: Look, *, named: bool) -> list[Segment]:
        """The screens; where the path needs the room only the one where one is has its name."""
        segments: list[Segment] = []
        for key, title in self.tabs:
            active = title == self.active
            style = look.accent if active else look.muted
            text = f"{key} {title}" if named or active else key
            segments += [Segment(text, style + click(f"app.tab({key!r})")), Segment("  ")]
        return segments


class ChoiceLine(Line):
    """At the left one of several choices, at the right a filter; each part can be clicked."""

    def __init__(self, choices: Sequence[tuple[str, str]], *, id: str = "choice") -> None:  # noqa: A002
        """Offer `choices`, (word, action) each."""
        super().__init__(id=id)
        self.choices = choices
        self.chosen = 0
        self.parts: tuple[tuple[str, str, str], ...] = ()

    def show(self, chosen: int, *parts: tuple[str, str, str]) -> None:
        """Mark one choice; at the right `parts`: (quiet words, what is set, action) each."""
        self.chosen = chosen
        self.parts = parts
        self.refresh()

    def draw(self, width: int) -> list[Segment]:
        """“(•) Tasks by stage  ( ) Listings by user        Tasks of: All users ▾”.

        Where there is no room for all, those that are not chosen lose their marks.
        """
        look = drawing.look(self)
        segments: list[Segment] = []
        others = "( ) " if sum(cell_len(word) + 6 for word, _ in self.choices) - 2 <= width else ""
        for place, (word, action) in enumerate(self.choices):
            on = place == self.chosen
            mark, style = ("(•) ", look.strong) if on else (others, look.muted)
            segments.append(Segment(f"{mark}{word}", style + click(action)))
            segments.append(Segment("  "))
        room = width - width_of(segments)
        return [*segments, *self._right(room, look.muted, look.strong)]

    def _right(self, room: int, quiet: Style, strong: Style) -> list[Segment]:
        parts: list[Segment] = []
        for what, value, action in self.parts:
            shown = words.shown(value)
            left = room - width_of(parts) - cell_len(what) - 5
            shown = words.left(shown, min(cell_len(shown), max(6, left)))
            parts += [
                Segment("   " if parts else ""),
                Segment(f"{what} ", quiet + click(action)),
                Segment(f"{shown} ▾", strong + click(action)),
            ]
        return [Segment(" " * max(0, room - width_of(parts))), *parts]


def press(binding: Binding) -> str:
    """The action that does what pressing the binding's key does, whoever has bound it."""
    return f"app.press({binding.key!r})"


class KeyLine(Line):
    """The frame's lower edge: the keys that matter here, each of which can be clicked."""

    def __init__(self) -> None:
        super().__init__(id="keys")
        self.entries: list[
            list[tuple[str, str]]
        ] = []  # of each entry its (text, action), the last is the word
        self.note = ""

    def show(self, bindings: Sequence[tuple[str, Binding]]) -> None:
        """Say which keys, (how the key is written, binding) each; those of one group stand together."""
        self.entries = []
        places: dict[object, int] = {}
        for key, binding in bindings:
            if binding.group in places:
                self.entries[places[binding.group]].insert(-1, (key, press(binding)))
                continue
            if binding.group is not None:
                places[binding.group] = len(self.entries)
            word = binding.group.description if binding.group else binding.description
            self.entries.append([(key, press(binding)), (word, press(binding))])
        self.refresh()

    def show_note(self, note: str) -> None:
        """Say something at the right end, such as the place in a list."""
        if note != self.note:
            self.note = note
            self.refresh()

    def draw(self, width: int) -> list[Segment]:
        """As many keys as fit, and always the last of them, which is help."""
        look = drawing.look(self)
        note = [Segment(f" {self.note} ", look.text)] if self.note else []
        end = [*note, Segment("─╯", look.faint)]
        entries = [self._entry(entry) for entry in self.entries]
        room = width - width_of(end) - 2
        kept = entries[-1:]
        for place, entry in enumerate(entries[:-1]):
            if sum(width_of(one) + 1 for one in (*kept, entry)) > room:
                break
            kept.insert(place, entry)
        segments = [Segment("╰─", look.faint)]
        for place, entry in enumerate(kept):
            segments += [Segment("·", look.faint), *entry] if place else entry
        return [*segments, Segment("─" * max(0, width - width_of([*segments, *end])), look.faint), *end]

    def _entry(self, entry: list[tuple[str, str]]) -> list[Segment]:
        look = drawing.look(self)
        *keys, (word, action) = entry
        drawn = [Segment(f" {key}", look.accent + click(key_action)) for key, key_action in keys]
        return [*drawn, Segment(f" {word} ", look.muted + click(action))]


class Banner(Line):
    """What went wrong and what to do, above the figures that stay."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self.text = ""

    def show(self, text: str) -> None:
        """Say this; hidden while there is nothing to say."""
        self.text = text
        self.display = bool(text)
        self._lay()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._lay()

    def _lay(self) -> None:
        self.styles.height = max(1, len(self._lines()))
        self.refresh()

    def _lines(self) -> list[str]:
        from textwrap import wrap  # deferred: needed only when something has gone wrong

        return wrap(words.shown(self.text, ""), max(20, self.size.width or self.app.size.width - 4))

    def render_line(self, y: int) -> Strip:
        """Draw one line; all of them stand out, and a click tries again."""
        style = drawing.look(self).warning + click("app.refresh_now")
        lines = self._lines()
        width = self.size.width
        text = words.left(lines[y], width) if y < len(lines) else ""
        return drawing.strip(self, [Segment(text, style)], width)
