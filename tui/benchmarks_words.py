"""How versions of the benchmarks are written: one, what differs from another, and what a draft changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.benchmarks import difference
from kpi.text import clean
from tui import summary_words as say
from tui import words
from tui.widgets.fact_rows import Fact
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.benchmarks import Benchmarks
    from store.summary_facts import BenchmarksSaved, BenchmarksVersion

_NONE = "–"


def version_of(versions: Sequence[BenchmarksVersion], number: int) -> BenchmarksVersion | None:
    """The version of a number."""
    return next((one for one in versions if one.number == number), None)


def name_of(number: int) -> str:
    """“version 3”, or what number 0 is."""
    return f"version {number}" if number else "the program's own"


def facts_of(one: BenchmarksVersion) -> tuple[tuple[str, str], ...]:
    """What stands above the values of a version: from when, by whom, why, and what team leads said."""
    counts = "until a version does" if one.week is None else f"from {say.week_words(one.week)} on"
    said = [("Counts", f"{counts}{'; in force' if one.in_force else ''}")]
    if one.created_at is not None:
        at = words.moment_words(one.created_at).strip()
        said.append(("Saved", f"{at} by {words.shown(one.author)}: “{words.shown(one.reason)}”"))
    said += [(f"{words.shown(who)}", f"“{words.shown(text)}”") for who, text in one.feedback.items()]
    return tuple(said)


def columns(one: int, other: int) -> tuple[Column, ...]:
    """The columns of a difference, the earlier version first."""
    first, second = sorted((one, other))
    heads = (name_of(first), name_of(second))
    return (
        Column("What", shares=True),
        *(Column(f"{head[:1].upper()}{head[1:]}", shares=True) for head in heads),
    )


def rows(one: BenchmarksVersion, other: BenchmarksVersion) -> list[TableRow]:
    """What differs, in the order in which it is written."""
    first, second = sorted((one, other), key=lambda version: version.number)
    return [
        TableRow((words.shown(path), words.shown(before, _NONE), words.shown(after, _NONE)), path, 2)
        for path, before, after in difference(first.benchmarks, second.benchmarks)
    ]


def text_facts(one: BenchmarksVersion) -> list[Fact]:
    """The whole text, line by line."""
    return [Fact(" ", words.shown(line, " ")) for line in one.text.splitlines()]


def changes_words(before: Benchmarks, after: Benchmarks) -> str:
    """What a draft changes: “limits.daily 60 → 50; …”."""
    found = difference(before, after)
    said = [f"{path} {was or _NONE} → {now or _NONE}" for path, was, now in found[:3]]
    more = f"; and {len(found) - 3:,} more" if len(found) > 3 else ""  # noqa: PLR2004 - as many as a line holds
    return clean("; ".join(said) + more)


def saved_words(saved: BenchmarksSaved) -> str:
    """What became of saving."""
    if not saved.differences or saved.week is None:
        return "Nothing differs from the newest version; nothing was written."
    values = words.plural(len(saved.differences), "value")
    return f"✓ Version {saved.number} is saved, with {values} changed. It counts from {saved.week.label} on."
