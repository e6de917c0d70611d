"""The members of an OCEL document in JSON, 1.0 or 2.0, one after another out of a stream."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from store.feeds.errors import FeedError, RowError
from store.feeds.json_feed import NO_OBJECT
from store.feeds.mapping import OCEL_AT, OCEL_EVENT, OCEL_EVENT_ID
from store.feeds.reasons import BROKEN_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.feeds.json_values import JsonStream

EVENTS, OBJECTS = "events", "objects"
_SECTIONS = {"ocel:events": EVENTS, "events": EVENTS, "ocel:objects": OBJECTS, "objects": OBJECTS}
_BEGINS = re.compile(
    rb'\{\s*(?:"ocel:[^"\\]*"\s*:|"(?:eventTypes|objectTypes|events|objects)"\s*:\s*\[\s*(?:[{\]]|$))'
)


class Member(NamedTuple):
    """One event, one object, or all of a section that is neither, with the line where it begins.

    `key` is its name where the section names its members (1.0), `content` how its text begins. If it
    cannot be read, `problem` says why, and `value` is None.
    """

    line: int
    section: str
    key: str | None
    value: Any
    content: str
    problem: RowError | None


def is_ocel(head: bytes) -> bool:
    """Whether a text that begins like this is OCEL: one object, the first name in it that of a section."""
    line, _, rest = head.partition(b"\n")
    # The first of several JSON lines may have such a name too, but it is a whole object.
    return _BEGINS.match(head) is not None and not (rest.strip() and _is_whole(line))


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def members(stream: JsonStream) -> Iterator[Member]:
    """Every member in the order of the text; FeedError if the document is broken.

    A value that is too deep or no text is a member with a problem. One that has no end, or is longer
    than 2 MiB, breaks the document.
    """
    _expect(stream, "{")
    for name in _names(stream):
        if name in _SECTIONS:
            yield from _of_section(stream, _SECTIONS[name])
        else:
            yield _member(stream, name, None)
    if stream.peek():
        raise FeedError(f"the JSON goes on after its end, on line {stream.line}")


def related(value: dict[str, Any]) -> list[str]:
    """The ids of the objects that an event or object is related to, each once."""
    found = value.get("relationships", value.get("ocel:omap"))
    some = found if isinstance(found, list) else ()
    ids = (one.get("objectId") if isinstance(one, dict) else one for one in some)
    return list(dict.fromkeys(one for one in ids if isinstance(one, str)))


def stated(value: dict[str, Any], named: str) -> list[tuple[str, Any, object]]:
    """The attributes of an event or object: (name, value, since when); `named` is where 1.0 has them."""
    if isinstance(by_name := value.get(named), dict):
        return [(name, one, None) for name, one in by_name.items()]
    found = value.get("attributes")
    if not isinstance(found, list):
        return []
    return [
        (one["name"], one.get("value"), one.get("time"))
        for one in found
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    ]


def event_said(member: Member) -> dict[str, Any]:
    """An event's own attributes, its id, activity and time among them by their names in OCEL 1.0."""
    event = member.value
    if member.problem is not None:
        raise member.problem
    if not isinstance(event, dict):
        raise RowError(BROKEN_LINE, NO_OBJECT)
    said: dict[str, Any] = {name: value for name, value, _ in stated(event, "ocel:vmap")}
    own_id = member.key if member.key is not None else event.get("id", event.get(OCEL_EVENT_ID))
    activity, at = event.get("type", event.get(OCEL_EVENT)), event.get("time", event.get(OCEL_AT))
    return said | {OCEL_EVENT_ID: own_id, OCEL_EVENT: activity, OCEL_AT: at}


def types_said(member: Member) -> Iterator[str]:
    """The types of objects that a member names: a section of types, a head of OCEL 1.0, or an object."""
    value = member.value
    if member.section == OBJECTS:
        found = [value.get("type", value.get("ocel:type"))] if isinstance(value, dict) else []
    elif member.section == "objectTypes":
        found = [one.get("name") for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    elif member.section == "ocel:global-log" and isinstance(value, dict):
        listed = value.get("ocel:object-types")
        found = listed if isinstance(listed, list) else []
    else:
        found = []
    return (one for one in found if isinstance(one, str))


def _of_section(stream: JsonStream, section: str) -> Iterator[Member]:
    opening = stream.take()
    if opening == "{":
        for key in _names(stream):
            yield _member(stream, section, key)
    elif opening == "[":
        if stream.peek() == "]":
            stream.take()
            return
        while True:
            yield _member(stream, section, None)
            if _separator(stream, "]"):
                return
    else:
        raise FeedError(f"the JSON is no OCEL: its {section}, on line {stream.line}, are no list")


def _names(stream: JsonStream) -> Iterator[str]:
    """The names in an object that has been opened; whoever asks for the next has read the value."""
    if stream.peek() == "}":
        stream.take()
        return
    while True:
        if stream.peek() != '"':
            raise _broken(stream, "expecting a name in quotation marks")
        try:
            name = stream.value()
        except RowError as error:
            raise _broken(stream, error.detail) from error
        _expect(stream, ":")
        yield name
        if _separator(stream, "}"):
            return


def _member(stream: JsonStream, section: str, key: str | None) -> Member:
    stream.peek()
    line = stream.line
    try:
        value = stream.value()
    except RowError as error:
        if not stream.pass_over():
            raise _broken(stream, error.detail) from error
        return Member(line, section, key, None, stream.raw, error)
    return Member(line, section, key, value, stream.raw, None)


def _expect(stream: JsonStream, character: str) -> None:
    if stream.peek() != character:
        raise _broken(stream, f"expecting “{character}”")
    stream.take()


def _separator(stream: JsonStream, end: str) -> bool:
    """Pass over what stands between two members; True if it was the end of them."""
    found = stream.peek()
    if found not in (",", end):
        raise _broken(stream, f"expecting “,” or “{end}”")
    stream.take()
    return found == end


def _broken(stream: JsonStream, what: str) -> FeedError:
    if not stream.peek():
        return FeedError(f"the JSON ends in the middle, on line {stream.line}")
    return FeedError(f"the JSON is broken on line {stream.line}: {what}")
