"""How the fields of an event are read from a file's raw texts: all that can be decided once for a file is."""

from __future__ import annotations

import json
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.acts import CUSTOM
from kpi.text import clean
from store.feeds.errors import RowError, missing
from store.feeds.mapping import DETAIL_FIELDS
from store.feeds.reasons import BAD_DETAIL, OVER_LONG, UNKNOWN_EVENT
from store.feeds.synonyms import FALSEHOODS, TRUTHS
from store.feeds.times import as_text, day_reader, instant_reader

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Callable

    from store.feeds.mapping import Mapping
    from store.feeds.rows import Possible

LONGEST = {"title": 500, "note": 10_000, "justification": 10_000}
LONGEST_OTHER = 200
_LONGEST_CUSTOM = 2_000
_TIME_FIELDS = ("first_interview_at", "last_interview_at")
_CORE = ("event", "at", "listing", "event_id", "application", "actor", "owner")
_CACHED = 8_192
_SHOWN = 60
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class Remembered(dict[Any, Any]):
    """What `read` makes of a text, or of some texts, for those that come again and again.

    It is bounded in number and in length, for the file may hold anything.
    """

    def __init__(self, read: Callable[[Any], Any], length: Callable[[Any], int] = len) -> None:
        super().__init__()
        self._read, self._length = read, length

    def __missing__(self, raw: Any) -> Any:
        value = self._read(raw)
        if self._length(raw) <= LONGEST_OTHER:
            if len(self) >= _CACHED:
                self.clear()
            self[raw] = value
        return value


class Details(dict[str, str]):
    """What else an event says, by field; not to be changed, for events that say the same share it.

    `text` is all of it as JSON.
    """

    __slots__ = ("text",)

    def __init__(self, *said: abc.Mapping[str, str], **named: str) -> None:
        """Made as a dict is."""
        super().__init__(*said, **named)
        self.text = _encode(self)


class Fields(NamedTuple):
    """Readers of the fields of one file's rows; each raises RowError for what it cannot take.

    `pick` gives of a row's cells, or of a file's columns, those of event, time, listing, event id,
    application, actor and owner; `pick_details` those of which `details` makes an event's details.
    """

    pick: Callable[[abc.Sequence[Any]], tuple[Any, ...]]
    kinds: abc.Mapping[str, str]
    instant: Callable[[str], int]
    actors: abc.Mapping[str, str | None]
    owners: abc.Mapping[str, str | None]
    pick_details: Callable[[abc.Sequence[Any]], tuple[Any, ...]] | None
    details: abc.Mapping[tuple[str, ...], Details | None]


def fields_of(
    mapping: Mapping, zone: str, places: abc.Mapping[str, int], possible: Possible | None = None
) -> Fields:
    """The readers of a mapping's fields, whose columns stand in these `places`.

    A row has one more cell, which is empty and stands for what the mapping lacks. `zone` is the calendar's,
    for closing dates. Without `possible` years from 1990 to 2095 are.
    """
    at = [places[mapping.columns[name]] if name in mapping.columns else -1 for name in _CORE]
    wanted = _detail_readers(mapping, zone, places, possible)
    read = [(name, texts) for name, _, texts in wanted]
    return Fields(
        itemgetter(*at),
        Remembered(partial(_kind, mapping.events, tidier("event"))),
        instant_reader(mapping.date_formats, mapping.timezone, possible),
        Remembered(tidier("actor")),
        Remembered(tidier("owner")),
        # The empty cell is picked too: of one place alone there would be no tuple.
        itemgetter(*(place for _, place, _ in wanted), -1) if wanted else None,
        Remembered(partial(_details, read), _length_of_all),
    )


def _length_of_all(texts: tuple[str, ...]) -> int:
    return sum(map(len, texts))


def _details(
    readers: abc.Sequence[tuple[str, abc.Mapping[str, str | None]]], raws: tuple[str, ...]
) -> Details | None:
    said = {}
    for (name, texts), raw in zip(readers, raws, strict=False):
        if raw and (text := texts[raw]):
            said[name] = text
    return Details(said) if said else None


def _detail_readers(
    mapping: Mapping, zone: str, places: abc.Mapping[str, int], possible: Possible | None
) -> list[tuple[str, int, Remembered]]:
    """The details that the mapping names: where each stands, and how it is read."""
    day = day_reader(mapping.date_formats, zone, possible)
    instant = instant_reader(mapping.date_formats, mapping.timezone)  # an interview may be long to come
    readers: dict[str, Callable[[str], str | None]] = {
        "internal": _yes_or_no,
        "closing_date": partial(_timely, "closing_date", lambda raw: day(raw).isoformat()),
        **{name: partial(_timely, name, lambda raw: as_text(instant(raw))) for name in _TIME_FIELDS},
    }
    wanted = [
        (name, places[mapping.columns[name]], Remembered(readers.get(name) or tidier(name)))
        for name in DETAIL_FIELDS
        if name in mapping.columns
    ]
    return wanted + [
        (CUSTOM + name, places[column], Remembered(tidier(CUSTOM + name, _LONGEST_CUSTOM)))
        for name, column in mapping.custom.items()
    ]


def _kind(events: abc.Mapping[str, str], tidy: Callable[[str], str | None], raw: str) -> str:
    """Our name for an activity, where the mapping has one; else its own."""
    activity = tidy(raw)
    if activity is None:
        raise missing(UNKNOWN_EVENT, "event", raw)
    return events.get(activity, activity)


def _timely(name: str, read: Callable[[str], str], raw: str) -> str | None:
    """What `read` makes of a detail's time; the reason of a bad one names the field."""
    if not clean(raw):
        return None
    try:
        return read(raw)
    except RowError as error:
        raise RowError(BAD_DETAIL, f"{name}, {error}") from error


def _yes_or_no(raw: str) -> str | None:
    """Whether a listing is for moves within the organisation, as yes or no; RowError for what is neither."""
    said = clean(raw).casefold()
    if not said:
        return None
    if said in TRUTHS or said == "internal":
        return "yes"
    if said in FALSEHOODS or said == "external":
        return "no"
    raise RowError(BAD_DETAIL, f"internal, “{said[:_SHOWN]}” is neither yes nor no")


def tidier(name: str, longest: int | None = None) -> Callable[[str], str | None]:
    """A function that cleans a field's text, None if nothing is left; RowError if it is too long."""
    longest = longest or LONGEST.get(name, LONGEST_OTHER)

    def tidy(raw: str) -> str | None:
        text = raw.strip()
        if not (text.isascii() and text.isprintable()):  # what `clean` asks first, without a call
            text = clean(text)
        if len(text) > longest:
            raise too_long(name, text, longest)
        return text or None

    return tidy


def too_long(name: str, text: str, longest: int) -> RowError:
    """Why a field's text is not taken."""
    return RowError(OVER_LONG, f"{name} has {len(text):,} characters where {longest:,} are allowed")
