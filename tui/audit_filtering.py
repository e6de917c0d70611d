"""A filter of audit entries as it is written in the box and kept as a bookmark, and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.days import DayError, parse_day
from kpi.errors import StagewatchError
from kpi.text import clean
from store.audit_filter import AuditFilter
from tui import words
from tui.audit_words import KINDS, OPERATIONS, operation_words, target_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

# The fields of the box in their order, with their names.
FIELDS = {
    "person": "Person",
    "operation": "What",
    "target": "Of what",
    "field": "Field",
    "since": "From day",
    "until": "To day",
    "text": "Why",
}
UNREVIEWED = "unreviewed"
Written = dict[str, str]


class WrittenError(StagewatchError):
    """Something that is written is not meant so; `field` says where."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(said)
        self.field = field


def read_filter(written: Mapping[str, str], today: date) -> AuditFilter:
    """What is meant; WrittenError where nothing can be. A day such as “-7” is counted from `today`."""
    said = {name: clean(written.get(name, "")) or None for name in FIELDS}
    since, until = _day(said["since"], "since", today), _day(said["until"], "until", today)
    if since is not None and until is not None and since > until:
        raise WrittenError("until", f"{words.day_words(until)} lies before the first day")
    return AuditFilter(
        person=said["person"],
        operation=_operation(said["operation"]),
        target=_target(said["target"]),
        field=said["field"],
        since=since,
        until=until,
        text=said["text"],
        unreviewed=UNREVIEWED in written,
    )


def _day(said: str | None, field: str, today: date) -> date | None:
    try:
        return None if said is None else parse_day(said, today, today)
    except DayError as error:
        raise WrittenError(field, str(error)) from error


def _operation(said: str | None) -> str | None:
    """An operation by its words, its name or the part of it before the dot."""
    if said is None:
        return None
    wanted = said.casefold()
    named = {done: operation for operation, (done, _) in OPERATIONS.items()}
    if wanted in named:
        return named[wanted]
    if ": " in wanted:
        return wanted.replace(": ", ".").replace(" ", "_")
    if "." in wanted or any(operation.startswith(f"{wanted}.") for operation in OPERATIONS):
        return wanted
    fits = [operation for done, operation in named.items() if wanted in done]
    if len(fits) != 1:
        many = "many things" if fits else "nothing"
        raise WrittenError(
            "operation", f"“{said}” is {many} that somebody does here; choose one from the list"
        )
    return fits[0]


def _target(said: str | None) -> str | None:
    """“target set 3” and “target_set:3” are one thing, “target set” all of a kind."""
    if said is None or ":" in said:
        return said
    wanted = said.casefold()
    for kind, word in KINDS.items():
        if wanted in (word, kind):
            return kind
        if wanted.startswith(f"{word} "):
            return f"{kind}:{said[len(word) + 1 :].strip()}"
    raise WrittenError("target", f"“{said}” is no kind of thing; write such as “target set 3” or “mapping”")


def filter_words(written: Mapping[str, str]) -> str:
    """“by Ann, targets saved, from 1 Nov”; nothing for all entries."""
    parts = {
        "person": "by {}",
        "operation": "{}",
        "target": "of {}",
        "field": "field {}",
        "since": "from {}",
        "until": "to {}",
        "text": "why: “{}”",
    }
    said = [parts[name].format(_said(name, written[name])) for name in FIELDS if clean(written.get(name, ""))]
    return ", ".join([*said, *(["not reviewed"] if UNREVIEWED in written else [])])


def _said(name: str, text: str) -> str:
    shown = clean(text)
    if name == "operation" and shown in OPERATIONS:
        return operation_words(shown)
    return target_words(shown) if name == "target" and ":" in shown else shown
