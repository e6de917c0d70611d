"""The four themes: one palette each, from which both the style sheets and the drawn lines take colours."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.style import Style

from kpi.status import Status

if TYPE_CHECKING:
    from textual.theme import Theme


class Palette(NamedTuple):
    """A theme's colours, each a hexadecimal colour or, where `ansi`, the name of a terminal's own."""

    name: str
    title: str
    background: str
    panel: str
    text: str
    muted: str
    faint: str
    accent: str
    cursor: str
    warning: str
    on_track: str
    due: str
    overdue: str
    paused: str
    dark: bool = True
    ansi: bool = False


DARK = Palette(
    name="dark",
    title="Dark",
    background="#12161d",
    panel="#1a2029",
    text="#d5dbe4",
    muted="#8793a4",
    faint="#3b4554",
    accent="#7fb2e5",
    cursor="#27354a",
    warning="#e5b567",
    on_track="#5aa87a",
    due="#e0aa45",
    overdue="#df6a62",
    paused="#7887a3",
)
LIGHT = Palette(
    name="light",
    title="Light",
    background="#fbfaf7",
    panel="#f0eee8",
    text="#22272f",
    muted="#5e6875",
    faint="#c9ccd1",
    accent="#1d5fa6",
    cursor="#dce7f4",
    warning="#9a5b00",
    on_track="#2f855a",
    due="#a86a00",
    overdue="#c3392f",
    paused="#76839a",
    dark=False,
)
# Okabe and Ito's colours that differ most in lightness too, for every kind of colour blindness.
COLOUR_BLIND = Palette(
    name="colour-blind",
    title="Colour-blind safe",
    background="#101418",
    panel="#191e24",
    text="#e4e7ea",
    muted="#98a2ad",
    faint="#414a55",
    accent="#56b4e9",
    cursor="#2b3642",
    warning="#f0e442",
    on_track="#56b4e9",
    due="#f0e442",
    overdue="#d55e00",
    paused="#999999",
)
TERMINAL = Palette(
    name="terminal",
    title="Terminal's own colours",
    background="default",
    panel="default",
    text="default",
    muted="default",
    faint="bright_black",
    accent="cyan",
    cursor="default",
    warning="yellow",
    on_track="green",
    due="yellow",
    overdue="red",
    paused="blue",
    ansi=True,
)
PALETTES = {palette.name: palette for palette in (DARK, LIGHT, TERMINAL, COLOUR_BLIND)}
DEFAULT = DARK.name


class Look(NamedTuple):
    """The styles of drawn lines in one theme.

    `plain` changes nothing. `cursor` is laid over the text of the row with the cursor, `cursor_bar` over its
    bar: where the cursor is shown by reversing, a bar must not be, or its patterns would say the opposite.
    `patterns`: bars show the status by their pattern.
    """

    plain: Style
    text: Style
    strong: Style
    muted: Style
    faint: Style
    accent: Style
    warning: Style
    cursor: Style
    cursor_bar: Style
    status: dict[Status, Style]
    patterns: bool


@lru_cache(maxsize=16)
def look_of(name: str, *, colourless: bool = False) -> Look:
    """The look of a theme; `colourless` for NO_COLOR."""
    palette = PALETTES.get(name, DARK)
    if colourless:
        palette = TERMINAL
    reverse = palette.ansi
    muted = Style(color=palette.muted, dim=palette.ansi)
    cursor = (
        Style(color="default", bgcolor="default", dim=False, reverse=True)
        if reverse
        else Style(bgcolor=palette.cursor)
    )
    return Look(
        plain=Style.null(),
        text=Style(color=palette.text),
        strong=Style(color=palette.text, bold=True),
        muted=muted,
        faint=Style(color=palette.faint),
        accent=Style(color=palette.accent, bold=True),
        warning=Style(color=palette.warning, bold=True),
        cursor=cursor,
        cursor_bar=Style.null() if reverse else cursor,
        status={
            Status.ON_TRACK: Style(color=palette.on_track),
            Status.DUE: Style(color=palette.due),
            Status.OVERDUE: Style(color=palette.overdue),
            Status.PAUSED: Style(color=palette.paused),
            Status.CANCELLED: muted,
        },
        patterns=colourless or palette.name == COLOUR_BLIND.name,
    )


def textual_theme(palette: Palette) -> Theme:
    """A palette as Textual's style sheets want it."""
    from textual.theme import Theme

    def css(colour: str) -> str:
        return f"ansi_{colour}" if palette.ansi else colour

    return Theme(
        name=palette.name,
        primary=css(palette.accent),
        secondary=css(palette.accent),
        accent=css(palette.accent),
        warning=css(palette.warning),
        error=css(palette.overdue),
        success=css(palette.on_track),
        foreground=css(palette.text),
        background=css(palette.background),
        surface=css(palette.panel),
        panel=css(palette.panel),
        dark=palette.dark,
        ansi=palette.ansi,
        variables=_variables(palette, css(palette.faint), css(palette.accent), css(palette.muted)),
    )


def _variables(palette: Palette, faint: str, accent: str, muted: str) -> dict[str, str]:
    cursor = "ansi_default" if palette.ansi else palette.cursor
    text = "ansi_default" if palette.ansi else palette.text
    # Textual's own style sheets name the first two where a theme uses the terminal's colours.
    return {
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "frame": faint,
        "frame-focus": accent,
        "quiet": muted,
        "border": accent,
        "border-blurred": faint,
        "block-cursor-background": cursor,
        "block-cursor-foreground": text,
        "block-cursor-text-style": "reverse" if palette.ansi else "bold",
        "block-cursor-blurred-background": cursor,
        "block-cursor-blurred-foreground": text,
        "scrollbar": faint,
        "scrollbar-hover": accent,
        "scrollbar-active": accent,
        "scrollbar-background": "ansi_default" if palette.ansi else palette.background,
        "scrollbar-background-hover": "ansi_default" if palette.ansi else palette.background,
        "scrollbar-background-active": "ansi_default" if palette.ansi else palette.background,
        "scrollbar-corner-color": "ansi_default" if palette.ansi else palette.background,
    }
