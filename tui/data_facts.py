"""The questions of the Data screen and its pages, and the frozen answers. Runs on the desk's thread."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, tzinfo

    from store.feeds.likeness import Likeness
    from store.intake import (
        ActivityCount,
        BadRowView,
        FieldsFilled,
        ImportView,
        Intake,
        OwnerCount,
        ReasonCount,
    )
    from store.location import Location
    from store.quarantine import Chosen
    from tui.reader import Reader

    Fact = ImportView | ReasonCount | ActivityCount | FieldsFilled | OwnerCount


class Section(Enum):
    """The parts of the Data screen, in their order."""

    IMPORTS = "Imports"
    QUARANTINE = "Quarantine"
    ACTIVITIES = "Activities"
    FIELDS = "Fields"
    OWNERS = "Owners"


class SectionFacts(NamedTuple):
    """What stands in a section; `zone` is the organisation's, for moments. `more`: older imports follow."""

    section: Section
    revision: int
    today: date
    zone: tzinfo
    rows: tuple[Fact, ...]
    more: bool = False


class BadNumbers(NamedTuple):
    """The numbers of the rows in quarantine that are chosen, in the order in which they came."""

    revision: int
    today: date
    numbers: tuple[int, ...]


class KeptText(NamedTuple):
    """The text of a source's kept mapping, and how many of its rows in quarantine can be tried again."""

    text: str
    again: int


def ask_section(section: Section, most: int) -> Callable[[Reader], SectionFacts]:
    """What stands in a section; of imports the latest `most`."""

    def ask(reader: Reader) -> SectionFacts:
        with reader.at_once():
            intake = reader.intake()
            rows = _rows(intake, section, most + 1)
            more = section is Section.IMPORTS and len(rows) > most
            found = rows[:most] if more else rows
            return SectionFacts(section, reader.revision(), reader.today(), intake.zone, found, more)

    return ask


def _rows(intake: Intake, section: Section, most: int) -> tuple[Fact, ...]:
    if section is Section.IMPORTS:
        return intake.imports(most)
    if section is Section.QUARANTINE:
        return intake.reasons()
    if section is Section.ACTIVITIES:
        return intake.unmapped()
    return intake.fields_filled() if section is Section.FIELDS else intake.unmatched_owners()


def ask_numbers(chosen: Chosen) -> Callable[[Reader], BadNumbers]:
    """Which rows are chosen."""

    def ask(reader: Reader) -> BadNumbers:
        with reader.at_once():
            return BadNumbers(reader.revision(), reader.today(), reader.intake().bad_row_numbers(chosen))

    return ask


def ask_bad_rows(numbers: tuple[int, ...]) -> Callable[[Reader], tuple[BadRowView, ...]]:
    """The rows of these numbers that are still there."""

    def ask(reader: Reader) -> tuple[BadRowView, ...]:
        from store.quarantine import Chosen  # deferred: start-up imports no store

        return reader.intake().bad_rows(Chosen(ids=numbers), limit=max(1, len(numbers)))

    return ask


def ask_alike(activity: str) -> Callable[[Reader], tuple[Likeness, ...]]:
    """Our events, those most like an activity first."""
    return lambda reader: reader.intake().alike(activity)


def ask_kept_text(source: str) -> Callable[[Reader], KeptText]:
    """The mapping that is kept for a source."""

    def ask(reader: Reader) -> KeptText:
        from store.quarantine import Chosen  # deferred: as in ask_bad_rows

        with reader.at_once():
            intake = reader.intake()
            again = sum(reason.again for reason in intake.reasons(Chosen(source=source)))
            return KeptText(intake.mapping(source).text, again)

    return ask


def ask_location(reader: Reader) -> Location:
    """Where the store is, for what writes to it."""
    return reader.location
