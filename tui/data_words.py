"""How what came in is written on the Data screen: columns, rows, a sentence for the row with the cursor."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from kpi.explain import event_words
from tui import words
from tui.data_facts import Section
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from store.intake import (
        ActivityCount,
        BadRowView,
        FieldsFilled,
        ImportView,
        OwnerCount,
        ReasonCount,
    )
    from store.retrying import Retried
    from tui.data_facts import SectionFacts

_BAR_CELLS = 10
_FULL, _BARE = "▆", "·"
_NARROW_COUNT = 6
_ALL_REASONS = "all reasons"
NO_IMPORTS = ("No imports yet", "No file has been imported yet. Press i to import one.")
EMPTY = {
    Section.IMPORTS: NO_IMPORTS,
    Section.QUARANTINE: (
        "Nothing in quarantine",
        "Every row that has come in was understood, was made up, or has been dropped.",
    ),
    Section.ACTIVITIES: (
        "Every activity is mapped",
        "The latest events have only names that the catalogue knows.",
    ),
    Section.FIELDS: ("No events yet", "There are no events of which fields could be filled."),
    Section.OWNERS: (
        "Every owner is matched",
        "Each owner of a listing is linked to a person or, without people, named by an event as who acted.",
    ),
}
WAITING = {
    Section.IMPORTS: "Reading the imports …",
    Section.QUARANTINE: "Counting the quarantine …",
    Section.ACTIVITIES: "Counting the activities. In a large store this takes a few seconds …",
    Section.FIELDS: "Counting the fields. In a large store this takes a few seconds …",
    Section.OWNERS: "Looking for the owners. In a large store this takes a few seconds …",
}
_IMPORTS = (Column("No", right=True, quiet=True), Column("Began"), Column("Source", shares=True),
            Column("File", shares=True), Column("Rows", right=True), Column("Added", right=True))  # fmt: skip
_WIDE_IMPORTS = (Column("Known", right=True), Column("Sandbox", right=True))
_LAST_IMPORTS = (Column("Bad rows", right=True), Column("Waiting", right=True))
_WIDE_LAST = (Column("Quarantined", right=True), Column("Waiting", right=True), Column("Finished"))
_COLUMNS = {
    Section.QUARANTINE: (Column("Source", shares=True), Column("Reason", shares=True),
                         Column("Rows", right=True), Column("Can be tried again", right=True)),
    Section.ACTIVITIES: (Column("Source", shares=True), Column("Activity", shares=True),
                         Column("Events", right=True)),
    Section.FIELDS: (Column("Source", shares=True, quiet=True), Column("User", shares=True, quiet=True),
                     Column("Events", right=True, quiet=True), Column("Field"),
                     Column("Filled", right=True), Column("")),
    Section.OWNERS: (Column("Owner", shares=True), Column("Listings", right=True)),
}  # fmt: skip


def columns(section: Section, *, wide: bool) -> tuple[Column, ...]:
    """The columns of a section; a narrow screen says the rest in the sentence below."""
    if section is Section.IMPORTS:
        return (*_IMPORTS, *_WIDE_IMPORTS, *_WIDE_LAST) if wide else (*_IMPORTS, *_LAST_IMPORTS)
    return _COLUMNS[section]


def table(facts: SectionFacts, *, wide: bool) -> list[TableRow]:
    """The rows of a section, in the order in which the store gives them: never by a figure."""
    found: tuple[Any, ...] = facts.rows
    if facts.section is Section.IMPORTS:
        return [_import_row(one, facts.zone, wide=wide) for one in found]
    if facts.section is Section.QUARANTINE:
        by_source = groupby(found, key=lambda one: one.source)
        return [row for _, reasons in by_source for row in _reason_rows(list(reasons))]
    if facts.section is Section.ACTIVITIES:
        return [_activity_row(one) for one in found]
    if facts.section is Section.FIELDS:
        return [row for one in found for row in _field_rows(one)]
    return [_owner_row(one) for one in found]


def _import_row(one: ImportView, zone: tzinfo, *, wide: bool) -> TableRow:
    began = words.moment_words(one.started_at.astimezone(zone))
    counts: tuple[int, ...] = (one.rows, one.added, one.duplicates, one.sandbox, one.quarantined, one.waiting)
    if not wide:
        counts = (one.rows, one.added, one.quarantined, one.waiting)
    numbers = [f"{count:,}" if wide else words.number(count, _NARROW_COUNT) for count in counts]
    ended = "not finished"
    if one.finished_at is not None:
        ended = words.moment_words(one.finished_at.astimezone(zone))
    source, file = words.shown(one.source), words.shown(one.file)
    unfinished = one.finished_at is None
    if wide:
        cells: tuple[str, ...] = (str(one.id), began, source, file, *numbers, ended)
        return TableRow(cells, one, len(cells) - 1 if unfinished else None)
    cells = (str(one.id), ended if unfinished else began, source, file, *numbers)
    return TableRow(cells, one, 1 if unfinished else None)


def _reason_rows(reasons: list[ReasonCount]) -> Iterator[TableRow]:
    """A source's reasons; where there are several, all of them together first."""
    if len(reasons) > 1:
        rows, again = sum(one.rows for one in reasons), sum(one.again for one in reasons)
        cells = (words.shown(reasons[0].source), _ALL_REASONS, f"{rows:,}", f"{again:,}")
        yield TableRow(cells, tuple(reasons))
    for one in reasons:
        cells = (words.shown(one.source), words.shown(one.kind), f"{one.rows:,}", f"{one.again:,}")
        yield TableRow(cells, (one,))


def _activity_row(one: ActivityCount) -> TableRow:
    return TableRow((words.shown(one.source), words.shown(one.activity), f"{one.events:,}"), one)


def _field_rows(one: FieldsFilled) -> Iterator[TableRow]:
    for field, filled in one.filled:
        cells = (
            words.shown(one.source),
            words.shown(one.user, "everybody else" if one.together else "nobody named"),
            f"{one.events:,}",
            field_words(field),
            percent(filled, one.events),
            small_bar(filled, one.events),
        )
        yield TableRow(cells, (one, field, filled))


def _owner_row(one: OwnerCount) -> TableRow:
    return TableRow((words.shown(one.owner), f"{one.listings:,}"), one)


def field_words(field: str) -> str:
    """A field as it is written for people."""
    return field.replace("_", " ")


def percent(part: int, whole: int) -> str:
    """A share in whole per cent; only nothing is “0 %”, and only all is “100 %”."""
    if not part or not whole:
        return "0 %"
    if part == whole:
        return "100 %"
    return f"{min(99, round(100 * part / whole)) or '<1'} %"


def small_bar(part: int, whole: int) -> str:
    """A share as a bar; a little of something shows, and a little that is missing too."""
    cells = round(_BAR_CELLS * part / whole) if whole else 0
    cells = min(max(cells, int(part > 0)), _BAR_CELLS - int(part < whole))
    return _FULL * cells + _BARE * (_BAR_CELLS - cells)


# ------------------------------------------------------------------------------------- the sentences


def import_sentence(one: ImportView, zone: tzinfo) -> str:
    """What became of an import."""
    began = words.moment_words(one.started_at.astimezone(zone)).strip()
    ended = "not finished: run it again to complete it"
    if one.finished_at is not None:
        ended = f"to {words.moment_words(one.finished_at.astimezone(zone)).strip()}"
    return (
        f"Import {one.id} of {words.shown(one.source)}, {words.shown(one.file)}, {began} {ended}. "
        f"{words.plural(one.rows, 'row')}: {one.added:,} added, {one.duplicates:,} known already, "
        f"{one.sandbox:,} sandbox, {one.quarantined:,} quarantined, of which {one.waiting:,} still wait."
    )


def reason_sentence(reasons: tuple[ReasonCount, ...]) -> str:
    """How many rows wait for a reason, or for all of a source's."""
    rows, again = sum(one.rows for one in reasons), sum(one.again for one in reasons)
    kind = words.shown(reasons[0].kind) if len(reasons) == 1 else _ALL_REASONS
    without = rows - again
    no_rows = "is no row of cells" if without == 1 else "are no rows of cells"
    rest = f" {without:,} {no_rows} and can only be dropped." if without else ""

    many, source = words.plural(rows, "row"), words.shown(reasons[0].source)
    return f"{source}, {kind}: {many} in quarantine, {again:,} can be tried again.{rest}"


def which_rows(reasons: tuple[ReasonCount, ...]) -> str:
    """“of ATS with the reason “no time””."""
    source = words.shown(reasons[0].source)
    if len(reasons) == 1:
        return f"of {source} with the reason “{words.shown(reasons[0].kind)}”"
    return f"of {source}, whatever the reason"


def activity_sentence(one: ActivityCount) -> str:
    """What nobody mapped."""
    many = words.plural(one.events, "event")
    return (
        f"The catalogue knows no “{words.shown(one.activity)}”: {many} of {words.shown(one.source)} count "
        "for no KPI. enter says which of our events it is."
    )


def field_sentence(one: FieldsFilled, field: str, filled: int) -> str:
    """How full a field is."""
    nobody = "by everybody else" if one.together else "that name nobody"
    who = f"by {words.shown(one.user)}" if one.user else nobody
    many = words.plural(one.events, "event")
    return f"Of {many} {who} from {words.shown(one.source)}, {filled:,} say the {field_words(field)}."


def owner_sentence(one: OwnerCount) -> str:
    """Whom no person matches."""
    many = words.plural(one.listings, "listing")
    verb = "is" if one.listings == 1 else "are"
    why = (
        "but nobody is linked to that reference: “stagewatch people link” does it."
        if one.by_link
        else "but no event names them as the one who acted: perhaps the name is written otherwise there."
    )
    return f"{many} {verb} of “{words.shown(one.owner)}”, {why}"


def bad_row_sentence(row: BadRowView) -> str:
    """Where a row stood, and why it was not understood."""
    where = f"{words.shown(row.file)}, line {row.line:,}: {words.shown(row.reason)}."
    return where if row.cells is not None else f"{where} It is no row of cells and can only be dropped."


def retried_words(result: Retried) -> str:
    """What became of the rows that were tried again."""
    if not result.rows:
        return "None of these rows is in the quarantine any more."
    no_rows = "is no row of cells" if result.without_cells == 1 else "are no rows of cells"
    rest = f" {result.without_cells:,} {no_rows} and cannot be tried." if result.without_cells else ""
    stopped = "" if result.complete else "Stopped before the end; the rest waits as before. "
    tried = words.plural(result.understood + result.still, "row")
    return (
        f"{stopped}{tried} tried again: {result.understood:,} understood, "
        f"{result.still:,} still not. {words.plural(result.added, 'event')} added, "
        f"{result.duplicates:,} known already, {result.sandbox:,} sandbox.{rest}"
    )


def mapped_words(one: ActivityCount, event: str) -> str:
    """What the mapping says from now on."""
    return (
        f"Rows of {words.shown(one.source)} that come from now on read “{words.shown(one.activity)}” as "
        f"“{event_words(event)}”. Events already kept keep their name."
    )


def dropped_words(rows: int) -> str:
    """How many rows are gone."""
    return f"{words.plural(rows, 'row')} dropped."
