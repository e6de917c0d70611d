"""Rows of the corpus as cells, each with what must become of it, whatever form it is written in."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from store.feeds import reasons

EVENT, SANDBOX = "event", "sandbox"
COLUMNS = ("id", "what", "when", "job", "app", "who", "note", "closing", "test")


class Row(NamedTuple):
    """A row as cells."""

    cells: dict[str, Any]
    outcome: str


class Odd(NamedTuple):
    """A row that stands in the file as it is."""

    text: str
    outcome: str


Rows = Sequence[Row | Odd]

GOOD_TIMES = (
    "2026-03-04T10:00:00Z",
    "2026-03-04 10:00:00.5+01:00",
    "20260304T100000Z",
    "13/04/2026 10:00 +00:00",
    "04/13/2026 10:00 Z",
    " 2026-03-04T10:00Z ",
    "\x072026-03-04T10:00:00Z\u202e",
)
HOSTILE_NAMES = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "[bold red on white]boo[/]",
    "[link=file:///etc/passwd]x[/link]",
    "\u202egnp.exe",
    "a\u2066b\u2069\u200fc",
    "nul\x00within",
    "<b>&amp;</b> & ]]>",
    "=cmd|' /C calc'!A1",
    "two\nlines\r\nand a tab\t",
    "quote \" and '",
    "é ü ß ø",
    "x" * 200,
    "' OR 1=1; --",
    "../../etc/passwd",
    "{0} %s ${HOME}",
)
CONTROL = "\x00\x1b\u202e"


def _with(kind: str, **cells: Any) -> Callable[[dict[str, Any]], str]:
    def change(row: dict[str, Any]) -> str:
        row.update(cells)
        return kind

    return change


CHANGES: tuple[Callable[[dict[str, Any]], str], ...] = (
    _with(reasons.NO_TIME, when=""),
    _with(reasons.NO_TIME, when="   "),
    _with(reasons.CONTROL_ONLY, when=CONTROL),
    _with(reasons.TIME_ZONE_MISSING, when="2026-03-04T10:00:00"),
    _with(reasons.TIME_ZONE_MISSING, when="2026-03-04"),
    _with(reasons.AMBIGUOUS_TIME, when="03/04/2026 10:00 +00:00"),
    _with(reasons.UNKNOWN_TIME, when="soon"),
    _with(reasons.UNKNOWN_TIME, when="2026-02-30T10:00:00Z"),
    _with(reasons.UNKNOWN_TIME, when="2026-03-04T25:61:00Z"),
    _with(reasons.UNKNOWN_TIME, when=20260304103000),
    _with(reasons.UNKNOWN_TIME, when="\x1b[2J" + "9" * 300),
    _with(reasons.IMPOSSIBLE_TIME, when="0001-01-01T00:00:00Z"),
    _with(reasons.IMPOSSIBLE_TIME, when="0001-01-01T00:00:00+14:00"),
    _with(reasons.IMPOSSIBLE_TIME, when="9999-12-31T23:59:59-14:00"),
    _with(reasons.IMPOSSIBLE_TIME, when="1985-06-01T00:00:00Z"),
    _with(reasons.IMPOSSIBLE_TIME, when="2027-01-01T00:00:00Z"),
    _with(reasons.UNKNOWN_EVENT, what=""),
    _with(reasons.UNKNOWN_EVENT, what=" \t "),
    _with(reasons.CONTROL_ONLY, what=CONTROL),
    _with(reasons.OVER_LONG, what="w" * 201),
    _with(reasons.NO_LISTING, job=""),
    _with(reasons.CONTROL_ONLY, job=CONTROL),
    _with(reasons.OVER_LONG, job="\u202e" + "j" * 201),
    _with(reasons.OVER_LONG, app="a" * 5_000),
    _with(reasons.OVER_LONG, who="u" * 201),
    _with(reasons.OVER_LONG, id="i" * 201),
    _with(reasons.OVER_LONG, note="n" * 10_001),
    _with(reasons.OVER_LONG, note="\\\x1b" * 12_000),
    _with(reasons.BAD_DETAIL, closing="soon"),
    _with(reasons.BAD_DETAIL, closing="9999-12-31"),
    _with(reasons.BAD_DETAIL, closing="03/04/2026 10:00 +00:00"),
    _with(SANDBOX, test="yes", when="soon", what=""),
    _with(SANDBOX, test=" true\x07", job=""),
    _with(EVENT, who=CONTROL, note=CONTROL, closing=" "),
    _with(EVENT, id=17, job=1_234_567, app=987_654, who=5),
    _with(EVENT, app="", who="", note="", closing="", id=""),
)


def drawn(some: random.Random, count: int) -> list[Row]:
    """Rows as cells: a third of them good, some of those twice, the others with one thing wrong."""
    rows: list[Row] = []
    while len(rows) < count:
        number = len(rows)
        cells: dict[str, Any] = {
            "id": f"E{number}",
            "what": some.choice(("applied", "listing_frozen", "Odd thing", some.choice(HOSTILE_NAMES))),
            "when": some.choice(GOOD_TIMES),
            "job": f"J{some.randrange(40)}",
            "app": f"A{some.randrange(90)}",
            "who": some.choice(HOSTILE_NAMES),
            "note": some.choice((*HOSTILE_NAMES, "é")),
            "closing": some.choice(("", "2026-07-01", "2026-07-01T23:30:00Z")),
            "test": "",
        }
        if some.random() < 0.6:
            rows.append(Row(cells, some.choice(CHANGES)(cells)))
        else:
            rows += [Row(cells, EVENT)] * some.choice((1, 1, 1, 2))
    return rows[:count]


def mixed(some: random.Random, rows: list[Row], odd: Sequence[Odd]) -> Rows:
    """The rows with every odd one twice somewhere between them, and a plain good one after each.

    What is broken may be part of a row of several lines; a good one on a line of its own ends it.
    """
    found: list[list[Row | Odd]] = [[row] for row in rows]
    for one in (*odd, *odd):
        found.insert(some.randrange(len(found)), [one, Row(_PLAIN, EVENT)])
    return [row for group in found for row in group]


_PLAIN = dict.fromkeys(COLUMNS, "") | {"what": "plain", "when": GOOD_TIMES[0], "job": "J1", "note": "é é"}
CONFLICTS = (
    Odd("<<<<<<< HEAD", reasons.CONFLICT),
    Odd("||||||| merged common ancestors", reasons.CONFLICT),
    Odd("=======", reasons.CONFLICT),
    Odd(">>>>>>> feature/“x”, they said", reasons.CONFLICT),
)
