"""The questions of the Audit page, and the frozen answers. Runs on the desk's thread."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from kpi.catalogue import Catalogue
    from store.audit_questions import AuditChoices, AuditFilter, EntryView, Found, Span
    from tui.reader import Reader

# Seconds that a search takes of the desk at a time: others wait for their answers meanwhile.
PATIENCE = 0.1


class Verified(NamedTuple):
    """What a look at the log came to: “proven”, “tampered”, “not_provable” or “unreadable”, and why.

    `seq` is the last entry that was looked at, or where the log is not what it was the first such one. `at`
    is in the organisation's zone.
    """

    result: str
    at: datetime
    seq: int
    why: str = ""


class AuditStart(NamedTuple):
    """What a list of entries begins with: those that fit so far, newest first, of those from `reached` up.

    `span` is from where to where those that fit can lie, `last` the last entry of the log.
    """

    revision: int
    today: date
    wanted: AuditFilter
    span: Span
    last: int
    numbers: Sequence[int]
    reached: int
    catalogue: Catalogue


class AuditMore(NamedTuple):
    """What a search has found since."""

    wanted: AuditFilter
    found: Found


class AuditNewer(NamedTuple):
    """The entries that fit of those that have come since, newest first, and the last entry by now."""

    revision: int
    today: date
    wanted: AuditFilter
    last: int
    numbers: tuple[int, ...]


class EntryFacts(NamedTuple):
    """An entry, None if it is not there, and the last one of the log."""

    revision: int
    seq: int
    entry: EntryView | None
    last: int
    catalogue: Catalogue


def _enough() -> Callable[[], bool]:
    end = time.monotonic() + PATIENCE
    return lambda: time.monotonic() >= end


def ask_start(wanted: AuditFilter) -> Callable[[Reader], AuditStart]:
    """The beginning of a list; of no filter all numbers at once, for nothing needs to be looked for."""

    def ask(reader: Reader) -> AuditStart:
        from store.audit_questions import EVERYTHING, Found  # deferred: start-up imports no store

        with reader.at_once():
            questions = reader.audit()
            span, last = questions.bounds(wanted), questions.bounds().last
            numbers: Sequence[int] = range(span.last, span.first - 1, -1)
            found = Found((), span.first)
            if wanted != EVERYTHING:
                found = questions.find(wanted, span.last + 1, span.first, _enough())
                numbers = list(found.numbers)
            revision, today, catalogue = reader.revision(), reader.today(), reader.rules.catalogue
            return AuditStart(revision, today, wanted, span, last, numbers, found.reached, catalogue)

    return ask


def ask_more(wanted: AuditFilter, below: int, lowest: int) -> Callable[[Reader], AuditMore]:
    """Look on for a while."""
    return lambda reader: AuditMore(wanted, reader.audit().find(wanted, below, lowest, _enough()))


def ask_newer(wanted: AuditFilter, above: int) -> Callable[[Reader], AuditNewer]:
    """What has come since `above` was the last entry."""

    def ask(reader: Reader) -> AuditNewer:
        with reader.at_once():
            questions = reader.audit()
            last = questions.bounds().last
            found = questions.find(wanted, last + 1, above + 1) if last > above else None
            numbers = () if found is None else found.numbers
            return AuditNewer(reader.revision(), reader.today(), wanted, last, numbers)

    return ask


def ask_entries(numbers: Sequence[int]) -> Callable[[Reader], tuple[EntryView, ...]]:
    """The entries of these numbers that are there."""
    return lambda reader: reader.audit().entries(numbers)


def ask_entry(seq: int) -> Callable[[Reader], EntryFacts]:
    """One entry."""

    def ask(reader: Reader) -> EntryFacts:
        with reader.at_once():
            questions = reader.audit()
            found = questions.entries((seq,))
            entry, last = found[0] if found else None, questions.bounds().last
            return EntryFacts(reader.revision(), seq, entry, last, reader.rules.catalogue)

    return ask


def ask_choices(reader: Reader) -> AuditChoices:
    """What a filter can name."""
    return reader.audit().choices()
