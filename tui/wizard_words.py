"""How the import wizard says what a file is, what it is taken for, and what became of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.explain import event_words
from tui import words
from tui.data_words import field_words
from tui.widgets.table_rows import Column, TableRow
from tui.widgets.text_rows import Choice
from tui.wizard_draft import can_be_object

if TYPE_CHECKING:
    from store.dry_run import Trial
    from store.feeds.likeness import Likeness
    from store.feeds.peeking import Peek
    from store.feeds.suggesting import Guess
    from store.importing import ImportResult
    from tui.wizard_draft import Draft
    from tui.wizard_work import Entry, Looked

FORMS = {
    "csv": "text with delimiters (CSV)",
    "jsonl": "JSON lines",
    "json": "a JSON array",
    "xlsx": "an Excel workbook",
    "xes": "an XES log",
    "ocel": "an object-centric log (OCEL)",
}
FILE_COLUMNS = (Column("Name", shares=True), Column("Size", right=True, quiet=True))
REASON_COLUMNS = (Column("Not understood", shares=True), Column("Rows", right=True),
                  Column("Line", right=True, quiet=True), Column("For example", shares=True))  # fmt: skip
_MOST_DOUBTS, _MOST_VALUES, _NOTE_CELLS = 4, 4, 24
_KILO, _UNITS = 1024, ("KB", "MB", "GB", "TB")
_NEEDED = "needed, and none is chosen"


def size_words(size: int) -> str:
    """“812 B”, “4.2 KB”, “1.3 GB”."""
    if size < _KILO:
        return f"{size} B"
    power = min(len(_UNITS), (size.bit_length() - 1) // 10)
    return f"{size / _KILO**power:.1f} {_UNITS[power - 1]}"


def entry_row(entry: Entry) -> TableRow:
    """A line of a folder; a slash marks folders."""
    name = words.shown(entry.name, "?")
    return TableRow((f"{name}/", "") if entry.is_folder else (name, size_words(entry.size)), entry)


# ------------------------------------------------------------------------------------------ what it is


def file_words(looked: Looked) -> str:
    """What the file is."""
    peek = looked.peek
    parts = [FORMS.get(peek.form, peek.form)]
    if peek.encoding:
        parts.append(f"encoding {peek.encoding}")
    if peek.delimiter:
        parts.append(f"delimiter {peek.delimiter}")
    if peek.sheets:
        sheet = peek.sheet or peek.sheets[0]
        parts.append(f"sheet “{words.shown(sheet)}” ({words.plural(len(peek.sheets), 'sheet')})")
    parts.append(words.plural(len(peek.columns), "column"))
    return f"{words.shown(looked.path.name)}: {', '.join(parts)}."


def doubt_words(looked: Looked) -> str:
    """What only a person can decide, and what a row seems to be."""
    row = "a listing or an application, with a column for each milestone" if looked.draft.wide else "an event"
    doubts = looked.suggestion.doubts
    lines = [f"Each row seems to be {row}. Press enter to go on."]
    lines += [f"■ {_sentence(doubt)}" for doubt in doubts[:_MOST_DOUBTS]]
    if len(doubts) > _MOST_DOUBTS:
        lines.append(f"■ And {words.plural(len(doubts) - _MOST_DOUBTS, 'more doubt')}; see the text (t).")
    return "\n".join(lines)


def _sentence(text: str) -> str:
    text = words.shown(text)
    return f"{text[:1].upper()}{text[1:]}."


def sheet_choices(peek: Peek) -> list[Choice]:
    """A workbook's sheets."""
    now = peek.sheet or peek.sheets[0]
    return [Choice(words.shown(name), name, on=name == now) for name in peek.sheets]


def kept_choices(looked: Looked) -> list[Choice]:
    """The kept mappings that fit the file, and last the suggestion; each stands for its place."""
    kept = [Choice(f"as last time: {words.shown(one.name)}", at) for at, one in enumerate(looked.kept)]
    return [*kept, Choice("a new suggestion", len(kept))]


# ------------------------------------------------------------------------------------------ the fields

FIELD_COLUMNS = (Column("Our field"), Column("Their column", shares=True), Column("Score", right=True),
                 Column("For example", shares=True, quiet=True))  # fmt: skip


def field_title(name: str) -> str:
    """Our field as the wizard writes it: “at” alone says little."""
    return "time (at)" if name == "at" else field_words(name)


def field_rows(draft: Draft, looked: Looked) -> list[TableRow]:
    """Our fields, each with what it is read from."""
    rows = []
    columns = draft.all_columns
    for name in draft.fields:
        column = columns.get(name, "")
        kind = draft.objects.get(name)
        shown = f"objects of type “{words.shown(kind)}”" if kind else words.shown(column)
        if not column and name in draft.needed:
            shown = _NEEDED
        cells = (field_title(name), shown, _score(looked.suggestion.columns.get(name), column),
                 words.shown(next(iter(_values(looked, column)), "")))  # fmt: skip
        rows.append(TableRow(cells, name, 1 if shown == _NEEDED else None))
    return rows


def _values(looked: Looked, column: str) -> tuple[str, ...]:
    """The first values of a column."""
    samples = looked.peek.samples.get(column, {})
    return tuple(value for value, _ in zip(samples, range(_MOST_VALUES), strict=False))


def _score(guess: Guess | None, chosen: str) -> str:
    """How sure the guess is, if it is what is chosen."""
    if guess is not None and guess.value == chosen:
        return f"{guess.score} %"
    return "chosen" if chosen else ""


def field_sentence(name: str, draft: Draft, looked: Looked) -> str:
    """What is known of the column that a field is read from."""
    column = draft.all_columns.get(name, "")
    if not column:
        return f"No column says the {field_title(name)}. enter chooses one."
    guess = looked.suggestion.columns.get(name)
    why = f" ({words.shown(guess.why)})" if guess is not None and guess.value == column else ""
    values = ", ".join(f"“{words.shown(value)}”" for value in _values(looked, column))
    return f"{field_title(name)} = “{words.shown(column)}”{why}: {values or 'no values in the first rows'}."


def column_choices(name: str, draft: Draft, looked: Looked) -> list[Choice]:
    """What a field can be read from: nothing, a type of object, or a column; each with a value."""
    column, kind = draft.columns.get(name), draft.objects.get(name)
    choices = [Choice("none", ("none", ""), on=column is None and kind is None)]
    if can_be_object(name):
        choices += [
            Choice(words.shown(one), ("object", one), on=one == kind, note="type of object")
            for one in looked.peek.object_types
        ]
    for one in looked.peek.samples:
        note = words.shown(next(iter(_values(looked, one)), ""), "empty")
        note = words.left(note, _NOTE_CELLS).rstrip()
        choices.append(Choice(words.shown(one), ("column", one), on=one == column, note=note))
    return choices


# ------------------------------------------------------------------------------------------- the names


def name_columns(draft: Draft) -> tuple[Column, ...]:
    """The columns of the list of names."""
    theirs = "Their column of dates" if draft.wide else "Their activity"
    return (Column(theirs, shares=True), Column("Rows", right=True, quiet=True),
            Column("Our event", shares=True), Column("Score", right=True))  # fmt: skip


def name_rows(draft: Draft, looked: Looked) -> list[TableRow]:
    """Their activities, or columns that may be milestones, each with our event."""
    return _milestone_rows(draft, looked) if draft.wide else _activity_rows(draft, looked)


def _activity_rows(draft: Draft, looked: Looked) -> list[TableRow]:
    seen = looked.peek.samples.get(draft.all_columns.get("event", ""), {})
    rows = []
    for theirs in dict.fromkeys((*seen, *draft.events)):
        ours = draft.events.get(theirs)
        if ours is not None:
            event, score = event_words(ours), _score(looked.suggestion.events.get(theirs), ours)
        elif theirs in looked.ours:
            event, score = f"{event_words(theirs)} (the same name)", ""
        else:
            event, score = "a plain activity, as it is", ""
        plain = ours is None and theirs not in looked.ours
        cells = (words.shown(theirs), f"{seen.get(theirs, 0):,}", words.shown(event), score)
        rows.append(TableRow(cells, theirs, 2 if plain else None))
    return rows


def _milestone_rows(draft: Draft, looked: Looked) -> list[TableRow]:
    used = set(draft.all_columns.values())
    columns = [name for name in looked.peek.samples if name not in used and name not in draft.milestones]
    rows = []
    for column in (*draft.milestones, *columns):
        ours = draft.milestones.get(column)
        score = _score(looked.suggestion.milestones.get(column), ours or "")
        event = words.shown(event_words(ours)) if ours else "no milestone"
        filled = sum(looked.peek.samples.get(column, {}).values())
        rows.append(TableRow((words.shown(column), f"{filled:,}", event, score), column))
    return rows


def name_sentence(theirs: str, draft: Draft, looked: Looked) -> str:
    """What is known of one of their names."""
    guesses = looked.suggestion.milestones if draft.wide else looked.suggestion.events
    chosen = (draft.milestones if draft.wide else draft.events).get(theirs)
    guess = guesses.get(theirs)
    if guess is not None and guess.value == chosen:
        return f"“{words.shown(theirs)}” is {words.shown(guess.why)}. enter chooses another event."
    if draft.wide:
        values = ", ".join(words.shown(value) for value in _values(looked, theirs))
        return (
            f"“{words.shown(theirs)}”: {values or 'empty in the first rows'}. enter says which event it is."
        )
    if chosen is None and theirs not in looked.ours:
        return f"“{words.shown(theirs)}” keeps its name and counts for no KPI. enter says which event it is."
    return f"“{words.shown(theirs)}” is taken for an event of ours. enter chooses another."


def event_choices(alike: tuple[Likeness, ...], now: str | None, *, wide: bool) -> list[Choice]:
    """Our events, those most alike first, below leaving the name as it is."""
    plain = "no milestone" if wide else "keep as a plain activity"
    return [
        Choice(plain, ("none", ""), on=now is None),
        *(
            Choice(event_words(one.target), ("event", one.target), on=one.target == now,
                   note=f"{one.score} % alike" if one.score else "")
            for one in alike
        ),
    ]  # fmt: skip


# ----------------------------------------------------------------------------------- what became of it


def trial_words(trial: Trial, name: str, *, replaces: bool) -> str:
    """What an import would do."""
    kept = ", in place of the one there" if replaces else ""
    lines = [
        f"{words.plural(trial.rows, 'row')} read, nothing written. An import would do this:",
        (
            f"  {words.plural(trial.added, 'event')} added, {trial.duplicates:,} known already, "
            f"{trial.sandbox:,} sandbox."
        ),
        f"  {words.plural(trial.quarantined_total, 'row')} not understood: to quarantine.",
        *_plain_lines(trial.plain_activities),
        f"  The mapping is kept as “{words.shown(name)}”{kept}.",
    ]
    return "\n".join(lines)


def _plain_lines(names: tuple[str, ...]) -> list[str]:
    if not names:
        return []
    first = ", ".join(f"“{words.shown(name)}”" for name in names[:_MOST_VALUES])
    more = f" and {len(names) - _MOST_VALUES:,} more" if len(names) > _MOST_VALUES else ""
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
        f"  {words.plural(result.quarantined_total, 'row')} not understood: in quarantine.",
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
