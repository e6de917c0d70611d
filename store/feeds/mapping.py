"""A mapping: how one source's columns and activities read as our fields and events, from TOML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kpi.calendar import CalendarError, load_zone
from kpi.text import clean
from kpi.toml_text import read_toml
from store.errors import StoreError
from store.feeds.formats import DateFormat, FormatError, parse_format

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Iterable

REQUIRED_FIELDS = ("event", "at", "listing")
MILESTONE_FIELDS = ("event", "at")
DETAIL_FIELDS = (
    "title",
    "department",
    "role_type",
    "urgency",
    "criticality",
    "internal",
    "closing_date",
    "first_interview_at",
    "last_interview_at",
    "minutes",
    "reply",
    "justification",
    "note",
)
FIELDS = ("event_id", *REQUIRED_FIELDS, "application", "actor", "owner", *DETAIL_FIELDS)
LONGEST_NAME = 200
_CUSTOM_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
# What OCEL says of every event and object: where the cells of an OCEL file's rows come from by themselves.
OCEL_EVENT, OCEL_AT, OCEL_EVENT_ID, OCEL_OBJECT_ID = "ocel:activity", "ocel:timestamp", "ocel:eid", "ocel:oid"
OBJECT_FIELDS = ("listing", "application", "actor", "owner")
_TABLES = ("source", "columns", "custom", "events", "sandbox", "milestones", "objects")
_SOURCE_KEYS = ("name", "timezone", "date_formats", "sheet")


class MappingError(StoreError):
    """A mapping that cannot be used. One clear line: the place and the rule."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one source is read.

    `name` is the source's name: events with an id are the same event only within it. `timezone` holds
    for times without an offset; None refuses them. `columns` gives their column by our field, `events`
    our event by their activity, `sandbox` the values of their column that mark a row as made up.

    With `milestones`, our event by their column of dates, each row is a listing or an application and
    each date in it an event. `sheet` is the one of a workbook to read; None is the
    first. `objects`, for OCEL, is their type of object by our field; `columns` has the cells that follow from
    it. `custom` gives their column by the name of a field of the organisation's own. `text` is the TOML it
    was read from.
    """

    name: str
    columns: abc.Mapping[str, str]
    timezone: str | None = None
    date_formats: tuple[DateFormat, ...] = ()
    events: abc.Mapping[str, str] = field(default_factory=dict)
    sandbox: abc.Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    milestones: abc.Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    objects: abc.Mapping[str, str] = field(default_factory=dict)
    custom: abc.Mapping[str, str] = field(default_factory=dict)
    text: str = field(default="", compare=False)

    @property
    def wanted_columns(self) -> tuple[str, ...]:
        """Every column of theirs that is read, each once, in the mapping's order."""
        named = (*self.columns.values(), *self.custom.values(), *self.milestones, *self.sandbox)
        return tuple(dict.fromkeys(named))


def load_mapping(text: str) -> Mapping:
    """Read a mapping from TOML text; MappingError says in one line what is wrong and where."""
    try:
        document = read_toml(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise MappingError(f"the mapping is {error}") from error
    _refuse_unknown("table", document, _TABLES)
    tables = {name: _table(document, name) for name in _TABLES}
    source, wide = tables["source"], bool(tables["milestones"])
    objects = _objects(tables["objects"])
    if objects and wide:
        raise MappingError("[objects] is for OCEL, which has no [milestones]: leave out one of them")
    _refuse_unknown("key in [source]", source, _SOURCE_KEYS)
    return Mapping(
        name=_name(source.get("name"), "[source] name"),
        columns=_columns(tables["columns"], implied_columns(objects), wide=wide),
        timezone=_timezone(source),
        date_formats=_date_formats(source),
        events=_names("events", "activity", tables["events"]),
        sandbox=_sandbox(tables["sandbox"]),
        milestones=_names("milestones", "column", tables["milestones"]),
        sheet=_name(source["sheet"], "[source] sheet") if "sheet" in source else None,
        objects=objects,
        custom=_custom(tables["custom"]),
        text=text,
    )


def _refuse_unknown(what: str, given: Iterable[str], known: tuple[str, ...]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise MappingError(f"unknown {what}: “{clean(unknown[0])[:80]}”; known are {', '.join(known)}")


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise MappingError(f"“{name}” is a table: write [{name}] on a line of its own")
    return table


def _name(value: object, where: str) -> str:
    name = clean(value) if isinstance(value, str) else ""
    if not name or len(name) > LONGEST_NAME:
        raise MappingError(f"{where} must be a text of 1 to {LONGEST_NAME} characters")
    return name


def object_column(kind: str, attribute: str = OCEL_OBJECT_ID) -> str:
    """How an attribute of the objects of a type is called among the columns; without one, their id."""
    return f"{kind}:{attribute}"


def _objects(table: dict[str, Any]) -> dict[str, str]:
    """Their type of object by our field."""
    _refuse_unknown("field in [objects]", table, OBJECT_FIELDS)
    objects = {field: _name(kind, f"[objects] {field}") for field, kind in table.items()}
    for ours, kind in objects.items():
        _name(object_column(kind), f"[objects] {ours}, with “:{OCEL_OBJECT_ID}” behind it,")
    if len(set(objects.values())) < len(objects):
        raise MappingError("[objects] names one type of object twice")
    return objects


def implied_columns(objects: abc.Mapping[str, str]) -> dict[str, str]:
    """The columns that an OCEL file's rows have by themselves; none without [objects]."""
    if not objects:
        return {}
    ids = {field: object_column(kind) for field, kind in objects.items()}
    return {"event_id": OCEL_EVENT_ID, "event": OCEL_EVENT, "at": OCEL_AT, **ids}


def _columns(table: dict[str, Any], implied: dict[str, str], *, wide: bool) -> dict[str, str]:
    """Their column by our field; with milestones (`wide`) those say event and time."""
    _refuse_unknown("field in [columns]", table, FIELDS)
    said_there = {field: _name(column, f"[columns] {field}") for field, column in table.items()}
    columns = implied | said_there
    twice = [field for field in MILESTONE_FIELDS if wide and field in columns]
    if twice:
        raise MappingError(f"[columns] {twice[0]} must be left out: [milestones] says it")
    said = MILESTONE_FIELDS if wide else ()
    missing = [field for field in REQUIRED_FIELDS if field not in columns and field not in said]
    if missing:
        raise MappingError(f"[columns] must say which column is {' and which is '.join(missing)}")
    return columns


def _custom(table: dict[str, Any]) -> dict[str, str]:
    """Their column by the name of a field of the organisation's own."""
    for name in table:
        if not _CUSTOM_NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise MappingError(
                f"[custom] “{clean(name)[:80]}” must be of lower-case letters, digits, “_” and “.”, at most "
                f"{LONGEST_NAME} of them"
            )
    return {name: _name(column, f"[custom] {name}") for name, column in table.items()}


def _timezone(source: dict[str, Any]) -> str | None:
    if "timezone" not in source:
        return None
    name = _name(source["timezone"], "[source] timezone")
    try:
        load_zone(name)
    except CalendarError as error:
        raise MappingError(f"[source] timezone: {error}") from error
    return name


def _date_formats(source: dict[str, Any]) -> tuple[DateFormat, ...]:
    names = source.get("date_formats", [])
    if not isinstance(names, list):
        raise MappingError('[source] date_formats must be a list, like ["DD/MM/YYYY HH:mm"]')
    try:
        return tuple(parse_format(_name(name, "each of [source] date_formats")) for name in names)
    except FormatError as error:
        raise MappingError(f"[source] {error}") from error


def _names(table_name: str, what: str, table: dict[str, Any]) -> dict[str, str]:
    """Our event by their activity or column, from [events] or [milestones]."""
    events: dict[str, str] = {}
    for theirs, ours in table.items():
        name = _name(theirs, f"each {what} in [{table_name}]")
        if name in events:
            raise MappingError(f"[{table_name}] names “{name}” twice")
        events[name] = _name(ours, f"[{table_name}] “{name}”")
    return events


def _sandbox(table: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    sandbox = {}
    for column, values in table.items():
        name = _name(column, "each column in [sandbox]")
        if not isinstance(values, list) or not values:
            raise MappingError(f'[sandbox] “{name}” must be a list of texts, like ["yes", "test"]')
        sandbox[name] = tuple(_name(value, f"each value of [sandbox] “{name}”") for value in values)
    return sandbox
