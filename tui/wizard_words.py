"""How the import wizard says what a file is and what it is taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kpi.explain import event_words
from tui import words
from tui.data_words import field_words
from tui.widgets.table_rows import Column, TableRow
from tui.widgets.text_rows import Choice
from tui.wizard_draft import can_be_object

if TYPE_CHECKING:
    from store.feeds.likeness import Likeness
    from store.feeds.peeking import Peek
    from store.feeds.suggesting import Guess
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
        many = f" of {len(peek.sheets):,}" if len(peek.sheets) > 1 else ""
        parts.append(f"sheet “{words.shown(sheet_seen(peek))}”{many}")
    parts.append(words.plural(len(peek.columns), "column"))
    first = f"{words.shown(looked.path.name)}: {', '.join(parts)}."
    shown = f", the first {len(peek.rows):,} below" if len(peek.rows) < peek.rows_seen else ""
    return f"{first} {words.plural(peek.rows_seen, 'row')} looked at{shown}."


def sheet_seen(peek: Peek) -> str:
    """The sheet of a workbook that has been looked at; empty for what is none."""
    return peek.sheet or next(iter(peek.sheets), "")


def changed_words(looked: Looked, gone: tuple[str, ...]) -> str:
    """That the file begins otherwise than when the mapping was corrected, and what goes with that."""
    said = f"{words.shown(looked.path.name)} begins otherwise than when you corrected its mapping."
    if not gone:
        return f"{said} All the columns that you have chosen are still there."
    names = ", ".join(f"“{words.shown(name)}”" for name in gone[:_MOST_VALUES])
    more = f" and {len(gone) - _MOST_VALUES:,} more" if len(gone) > _MOST_VALUES else ""
    return f"{said} It no longer has {names}{more}: what you said of that goes, all else can stay."


def doubt_words(looked: Looked) -> str:
    """What only a person can decide, and what a row seems to be."""
    row = "a listing or an application, with a column for each milestone" if looked.draft.wide else "an event"
    doubts = looked.suggestion.doubts
    other = ", s for another sheet" if len(looked.peek.sheets) > 1 else ""
    lines = [f"Each row seems to be {row}. Press enter to go on{other}."]
    lines += [f"■ {_sentence(doubt)}" for doubt in doubts[:_MOST_DOUBTS]]
    if len(doubts) > _MOST_DOUBTS:
        lines.append(f"■ And {words.plural(len(doubts) - _MOST_DOUBTS, 'more doubt')}; see the text (t).")
    return "\n".join(lines)


def _sentence(text: str) -> str:
    text = words.shown(text)
    return f"{text[:1].upper()}{text[1:]}."


def sheet_choices(peek: Peek) -> list[Choice]:
    """A workbook's sheets."""
    now = sheet_seen(peek)
    return [Choice(words.shown(name), name, on=name == now) for name in peek.sheets]


KEPT_SAID = "These mappings are kept, the last that was saved first, and the file has all their columns."


def kept_choices(looked: Looked, corrected: Draft | None) -> list[Choice]:
    """What has been corrected, if anything has; the kept mappings that fit; and last the suggestion."""
    now = [Choice("as it has been corrected here", corrected, on=True)] if corrected is not None else []
    kept = [
        Choice(
            f"as last time: {words.shown(one.name)}",
            one,
            note="" if one.is_of_sheet(looked.peek) else f"sheet {words.shown(one.sheet or 'the first')}",
        )
        for one in looked.kept
    ]
    return [*now, *kept, Choice("a new suggestion", looked.draft)]


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
    rows += [
        TableRow(("sandbox", words.shown(column), "", _listed(values, "or")), Sandbox(column))
        for column, values in draft.sandbox.items()
    ]
    if not draft.sandbox:
        rows.append(TableRow(("sandbox", words.shown(""), "", words.shown("")), Sandbox(None)))
    return rows


class Sandbox(NamedTuple):
    """The line of the fields that says which rows are made up, by a column or by none."""

    column: str | None


def sandbox_sentence(line: Sandbox, draft: Draft, looked: Looked) -> str:
    """Which rows are made up, and how many of those that have been looked at."""
    if line.column is None:
        return "No row is test data. s says which values of which column mean that one is."
    values = draft.sandbox.get(line.column, ())
    counts = looked.peek.samples.get(line.column, {})
    rows = sum(counts.get(value, 0) for value in values)
    return (
        f"Sandbox: where “{words.shown(line.column)}” is {_listed(values, 'or')}, a row is counted and left "
        f"out; {rows:,} of the {looked.peek.rows_seen:,} looked at. s or enter changes that."
    )


def sandbox_columns(draft: Draft, looked: Looked) -> list[Choice]:
    """The columns that may mark rows as made up, those that do first; each with a value."""
    columns = dict.fromkeys((*draft.sandbox, *looked.peek.samples))
    return [
        Choice(words.shown(one), one, on=one in draft.sandbox, note=_value_note(looked, one))
        for one in columns
    ]


def value_choices(column: str, marked: tuple[str, ...], looked: Looked) -> list[Choice]:
    """The values of a column, those that are marked first; each with its rows."""
    counts = looked.peek.samples.get(column, {})
    return [
        Choice(words.shown(value), value, on=value in marked,
               note=words.plural(counts[value], "row") if value in counts else "not in the first rows")
        for value in dict.fromkeys((*marked, *counts))
    ]  # fmt: skip


def zone_hint(draft: Draft) -> str:
    """What it means that no time zone is said."""
    if not draft.times:
        return "none: no column of times has been chosen yet"
    return "none: every time has an offset"


def _listed(values: tuple[str, ...], last: str) -> str:
    shown = [f"“{words.shown(value)}”" for value in values[:_MOST_VALUES]]
    if len(values) > _MOST_VALUES:
        shown.append(f"{len(values) - _MOST_VALUES:,} more")
    return f" {last} ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else "".join(shown)


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
        note = _value_note(looked, one)
        choices.append(Choice(words.shown(one), ("column", one), on=one == column, note=note))
    return choices


def _value_note(looked: Looked, column: str) -> str:
    """A value of a column, cut."""
    note = words.shown(next(iter(_values(looked, column)), ""), "empty")
    return words.left(note, _NOTE_CELLS).rstrip()


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
