"""How the import wizard says what became of a file's rows, or would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import words
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from store.dry_run import Trial
    from store.importing import ImportResult

REASON_COLUMNS = (Column("Not understood", shares=True), Column("Rows", right=True),
                  Column("Line", right=True, quiet=True), Column("For example", shares=True))  # fmt: skip
_MOST_PLAIN = 4


def trial_words(trial: Trial, name: str, *, replaces: bool) -> str:
    """What an import would do."""
    kept = ", in place of the one there" if replaces else ""
    lines = [
        f"{words.plural(trial.rows, 'row')} read, nothing written. An import would do this:",
        (
            f"  {words.plural(trial.added, 'event')} added, {trial.duplicates:,} known already, "
            f"{trial.sandbox:,} sandbox."
        ),
        _bad_words(trial.quarantined_total, "to quarantine"),
        *_plain_lines(trial.plain_activities),
        f"  The mapping is kept as “{words.shown(name)}”{kept}.",
    ]
    return "\n".join(lines)


def _bad_words(rows: int, where: str) -> str:
    return f"  {words.plural(rows, 'row')} not understood: {where}." if rows else "  Every row is understood."


def _plain_lines(names: tuple[str, ...]) -> list[str]:
    if not names:
        return []
    first = ", ".join(f"“{words.shown(name)}”" for name in names[:_MOST_PLAIN])
    more = f" and {len(names) - _MOST_PLAIN:,} more" if len(names) > _MOST_PLAIN else ""
    return [f"  Kept as plain activities, which count for no KPI: {first}{more}."]


def result_words(result: ImportResult, name: str) -> str:
    """What an import did."""
    head = "has been imported" if result.complete else "was stopped before its end; what was read is kept"
    lines = [
        f"The file {head}: {words.plural(result.rows, 'row')}.",
        (
            f"  {words.plural(result.events_added, 'event')} added, {result.duplicates:,} known already, "
            f"{result.sandbox:,} sandbox."
        ),
        _bad_words(result.quarantined_total, "in quarantine"),
        (
            f"  The store now has {words.plural(result.listings, 'listing')}, "
            f"{words.plural(result.applications, 'application')} and "
            f"{words.plural(result.tasks_open, 'open task')}."
        ),
        *_plain_lines(result.plain_activities),
        f"  The mapping is kept as “{words.shown(name)}”.",
    ]
    if not result.complete:
        lines.append("  Importing the same file again adds only the rest.")
    return "\n".join(lines)


def reason_rows(outcome: Trial | ImportResult) -> list[TableRow]:
    """The reasons for which rows are not understood, the most frequent first, each with its first row."""
    rows = []
    for kind, count in sorted(outcome.reasons, key=lambda one: (-one[1], one[0])):
        first = next((bad for bad in outcome.quarantined if bad.reason.partition(":")[0] == kind), None)
        line = f"{first.line:,}" if first else ""
        example = words.shown(first.reason.partition(":")[2] if first else "")
        rows.append(TableRow((words.shown(kind), f"{count:,}", line, example), kind))
    return rows
