"""Pieces of drawn lines: styled texts, bars by status, sparklines, clickable words."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from kpi.status import LOOKS, OPEN_STATUSES, Status
from tui import words
from tui.status_words import BARS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from kpi.board import Counts
    from tui.app import StagewatchApp
    from tui.themes import Look

SOLID = "▆"
_SPARKS = "▁▂▃▄▅▆▇█"


def look(widget: Widget) -> Look:
    """The styles of the app's present theme."""
    return cast("StagewatchApp", widget.app).look


def strip(widget: Widget, segments: Iterable[Segment], width: int) -> Strip:
    """Segments as a line of exactly `width` cells on the widget's own background."""
    line = Strip(segments).adjust_cell_length(width)
    return line.apply_style(Style(bgcolor=widget.rich_style.bgcolor))


def click(action: str) -> Style:
    """The style of a word that does something when clicked; laid over its own style."""
    return Style.from_meta({"@click": action})


def label(status: Status, look: Look, base: Style) -> list[Segment]:
    """“● on track”, the glyph in the status's colour."""
    known = LOOKS[status]
    return [Segment(known.glyph, base + look.status[status]), Segment(f" {known.word}", base)]


def shares(counts: Sequence[int], width: int) -> list[int]:
    """`width` cells divided in proportion to `counts`; what is not 0 keeps a cell while there are enough.

    The largest remainders get the cells left over, so that the sum is exactly `width`.
    """
    whole = sum(counts)
    if whole == 0 or width <= 0:
        return [0] * len(counts)
    exact = [count * width / whole for count in counts]
    cells = [max(int(part), 1 if count else 0) for part, count in zip(exact, counts, strict=True)]
    while sum(cells) > width:
        # The widest gives: it shows the loss least.
        cells[cells.index(max(cells))] -= 1
    by_remainder = sorted(range(len(cells)), key=lambda place: cells[place] - exact[place])
    for place in by_remainder[: width - sum(cells)]:
        cells[place] += 1
    return cells


def bar(counts: Counts, width: int, look: Look, base: Style) -> list[Segment]:
    """How a row's tasks divide by status."""
    if counts.tasks == 0:
        return [Segment("·" * width, base + look.faint)]
    numbers = [counts.of(status) for status in OPEN_STATUSES]
    return [
        Segment((BARS[status] if look.patterns else SOLID) * cells, base + look.status[status])
        for status, cells in zip(OPEN_STATUSES, shares(numbers, width), strict=True)
        if cells
    ]


def sentence_line(said: Sequence[str], y: int, width: int, look: Look) -> list[Segment]:
    """The line `y` of a heading and sentences, wrapped and with room around them."""
    from textwrap import wrap  # deferred: seldom needed

    lines: list[tuple[str, Style]] = [("", look.text)]
    for place, sentence in enumerate(said):
        style = look.text if place else look.strong
        lines += [(part, style) for part in wrap(words.shown(sentence, ""), max(20, min(76, width - 6)))]
        lines.append(("", look.text))
    text, style = lines[y] if y < len(lines) else ("", look.text)
    return [Segment("   "), Segment(text, style)]


def count(value: int, width: int, style: Style, quiet: Style) -> Segment:
    """A number at the right of its column; 0 is quiet, so that the others are seen."""
    return Segment(words.right(words.number(value, width), width), style if value else quiet)


def sparkline(values: Sequence[int]) -> str:
    """One little bar a value; 0 is the lowest, the largest is full."""
    most = max(values, default=0)
    if most == 0:
        return _SPARKS[0] * len(values)
    return "".join(_SPARKS[-(-value * (len(_SPARKS) - 1) // most)] for value in values)
