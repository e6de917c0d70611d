"""What a person has said so far about how a file is to be read: the wizard's state, without widgets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from store.errors import StoreError
from store.feeds.formats import FormatError, parse_format
from store.feeds.mapping import (
    FIELDS,
    LONGEST_NAME,
    MILESTONE_FIELDS,
    OBJECT_FIELDS,
    REQUIRED_FIELDS,
    Mapping,
    MappingError,
    implied_columns,
    load_mapping,
)
from store.feeds.mapping_text import draft as suggested_text
from store.feeds.mapping_text import mapping_text

if TYPE_CHECKING:
    from collections import abc

    from store.feeds.peeking import Peek
    from store.feeds.suggesting import Suggestion

BETWEEN_FORMATS = ";"
TIME_FIELDS = ("at", "closing_date", "first_interview_at", "last_interview_at")
"""Our fields that hold times."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping that may still be incomplete or wrong.

    `columns` has their column by our field, without those that follow from `objects`. With `wide` a row is a
    listing or an application: `milestones` counts then, and what `columns` says of event and time does not.
    `written` is TOML text; it is kept, comments and all, as long as it says the same as the rest.
    """

    name: str
    timezone: str = ""
    date_formats: tuple[str, ...] = ()
    columns: abc.Mapping[str, str] = field(default_factory=dict)
    events: abc.Mapping[str, str] = field(default_factory=dict)
    milestones: abc.Mapping[str, str] = field(default_factory=dict)
    objects: abc.Mapping[str, str] = field(default_factory=dict)
    sandbox: abc.Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    custom: abc.Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    wide: bool = False
    written: str = field(default="", compare=False)

    # -------------------------------------------------------------------------------- what it says

    @property
    def fields(self) -> tuple[str, ...]:
        """Our fields that a column can be said for; with milestones those say event and time."""
        return tuple(name for name in FIELDS if not (self.wide and name in MILESTONE_FIELDS))

    @property
    def needed(self) -> tuple[str, ...]:
        """Our fields that must have a column."""
        return tuple(name for name in REQUIRED_FIELDS if name in self.fields)

    @property
    def all_columns(self) -> dict[str, str]:
        """Their column by our field, with those that follow from the types of object."""
        said = {name: column for name, column in self.columns.items() if name in self.fields}
        return implied_columns(dict(self.objects)) | said

    @property
    def times(self) -> tuple[str, ...]:
        """Their columns that are read as times."""
        columns = self.all_columns
        said = (columns[name] for name in TIME_FIELDS if name in columns)
        return (*said, *(self.milestones if self.wide else ()))

    @property
    def text(self) -> str:
        """TOML text, also of what cannot be used yet; FormatError if a form of date is none."""
        mapping = self._unchecked()
        if self.written and _loaded(self.written) == mapping:
            return self.written
        return mapping_text(mapping)

    def mapping(self) -> Mapping:
        """What is to be imported with; MappingError says in one line why it cannot be."""
        missing = [name for name in self.needed if name not in self.all_columns]
        if missing:
            raise MappingError(f"no column is chosen for {' and for '.join(missing)}")
        try:
            text = self.text
        except FormatError as error:
            raise MappingError(f"date formats: {error}") from error
        if self.wide and not self.milestones:
            raise MappingError("no column is said to be a milestone: say which dates mean which event")
        return load_mapping(text)

    @property
    def problem(self) -> str:
        """Why it cannot be used, in one line; empty if it can."""
        try:
            self.mapping()
        except StoreError as error:
            return str(error).partition("\n")[0]
        return ""

    def _unchecked(self) -> Mapping:
        return Mapping(
            name=self.name,
            columns=self.all_columns,
            timezone=self.timezone or None,
            date_formats=tuple(parse_format(name) for name in self.date_formats),
            events=dict(self.events),
            sandbox=dict(self.sandbox),
            milestones=dict(self.milestones) if self.wide else {},
            sheet=self.sheet,
            objects=dict(self.objects),
            custom=dict(self.custom),
        )

    # ------------------------------------------------------------------------------ correcting it

    def with_column(self, name: str, column: str | None) -> Draft:
        """Our field read from a column, or from none; a type of object no longer says it."""
        objects = {ours: kind for ours, kind in self.objects.items() if ours != name}
        return replace(self, columns=_put(self.columns, name, column), objects=objects)

    def with_object(self, name: str, kind: str) -> Draft:
        """Our field read from the objects of a type, which no other field is."""
        objects = {ours: other for ours, other in self.objects.items() if other != kind} | {name: kind}
        return replace(self, columns=_put(self.columns, name, None), objects=objects)

    def with_event(self, theirs: str, ours: str | None) -> Draft:
        """Their activity, or with `wide` their column of dates, read as our event; None lets it be."""
        if self.wide:
            return replace(self, milestones=_put(self.milestones, theirs, ours))
        return replace(self, events=_put(self.events, theirs, ours))

    def with_formats(self, typed: str) -> Draft:
        """The forms of dates as they were typed, one behind the other."""
        if typed == self.formats_typed:
            return self
        names = (name.strip() for name in typed.split(BETWEEN_FORMATS))
        return replace(self, date_formats=tuple(name for name in names if name))

    def with_times(self, formats: tuple[str, ...], zone: str | None) -> Draft:
        """Times in more forms; `zone` is their time zone, unless one is said already."""
        new = (name for name in formats if name not in self.date_formats)
        return replace(self, date_formats=(*self.date_formats, *new), timezone=self.timezone or zone or "")

    @property
    def formats_typed(self) -> str:
        """The forms of dates as they stand in an input."""
        return f"{BETWEEN_FORMATS} ".join(self.date_formats)

    def with_text(self, text: str) -> Draft:
        """What TOML text says; MappingError if it cannot be used. The side that it leaves open stays."""
        found = draft_of(load_mapping(text))
        if found.wide:
            columns = {name: self.columns[name] for name in MILESTONE_FIELDS if name in self.columns}
            return replace(found, columns={**columns, **found.columns})
        return replace(found, milestones=self.milestones)

    def with_sandbox(self, column: str, values: tuple[str, ...]) -> Draft:
        """Rows in which a column has one of these values are sandbox; without values none is by it."""
        rest = {name: other for name, other in self.sandbox.items() if name != column or values}
        return replace(self, sandbox={**rest, column: values} if values else rest)

    # ---------------------------------------------------------------------- for what has been seen

    def is_of_sheet(self, peek: Peek) -> bool:
        """Whether it is for the sheet that has been seen; what is no workbook has none."""
        return not peek.sheets or (self.sheet or peek.sheets[0]) == (peek.sheet or peek.sheets[0])

    def of_sheet(self, peek: Peek) -> Draft:
        """For the sheet that has been seen, whichever it was for before."""
        return self if self.is_of_sheet(peek) else replace(self, sheet=peek.sheet)

    def carried(self, before: Peek, now: Peek) -> tuple[Draft, tuple[str, ...]]:
        """The draft for a file that begins otherwise than `before`, and what is let go in it.

        That is the columns and the types of object that were there and no longer are.
        """
        columns = set(before.samples) - set(now.samples)
        kinds = set(before.object_types) - set(now.object_types)
        kept = replace(
            self,
            columns={ours: column for ours, column in self.columns.items() if column not in columns},
            milestones={column: ours for column, ours in self.milestones.items() if column not in columns},
            sandbox={column: values for column, values in self.sandbox.items() if column not in columns},
            objects={ours: kind for ours, kind in self.objects.items() if kind not in kinds},
            custom={ours: column for ours, column in self.custom.items() if column not in columns},
        ).of_sheet(now)
        columns_named = (*self.columns.values(), *self.custom.values(), *self.milestones, *self.sandbox)
        named = (*self.objects.values(), *columns_named)
        return kept, tuple(dict.fromkeys(name for name in named if name in columns | kinds))


def _put(table: abc.Mapping[str, str], key: str, value: str | None) -> dict[str, str]:
    """The table with an entry changed in its place, added at the end, or taken out."""
    if value is None:
        return {name: other for name, other in table.items() if name != key}
    return {**table, key: value}


def _loaded(text: str) -> Mapping | None:
    """The mapping, None if the text is none."""
    try:
        return load_mapping(text)
    except MappingError:
        return None


def draft_of(mapping: Mapping) -> Draft:
    """A mapping to be corrected."""
    implied = implied_columns(dict(mapping.objects))
    return Draft(
        name=mapping.name,
        timezone=mapping.timezone or "",
        date_formats=tuple(form.name for form in mapping.date_formats),
        columns={name: column for name, column in mapping.columns.items() if column != implied.get(name)},
        events=dict(mapping.events),
        milestones=dict(mapping.milestones),
        objects=dict(mapping.objects),
        sandbox=dict(mapping.sandbox),
        custom=dict(mapping.custom),
        sheet=mapping.sheet,
        wide=bool(mapping.milestones),
        written=mapping.text,
    )


def draft_suggested(name: str, suggestion: Suggestion, peek: Peek) -> Draft:
    """A suggestion to be corrected; `name` becomes the source's."""
    objects = {ours: guess.value for ours, guess in suggestion.objects.items()}
    implied = implied_columns(objects)
    return Draft(
        name=name[:LONGEST_NAME].strip() or "source",
        timezone=suggestion.timezone or "",
        date_formats=suggestion.date_formats,
        columns={
            ours: guess.value
            for ours, guess in suggestion.columns.items()
            if guess.value != implied.get(ours)
        },
        events={theirs: guess.value for theirs, guess in suggestion.events.items()},
        milestones={column: guess.value for column, guess in suggestion.milestones.items()},
        objects=objects,
        sandbox=dict(suggestion.sandbox),
        sheet=peek.sheet,
        wide=bool(suggestion.milestones),
        written=suggested_text(name, suggestion, peek),
    )


def can_be_object(name: str) -> bool:
    """Whether our field can be read from a type of object."""
    return name in OBJECT_FIELDS
