"""Files of broken and hostile rows in every form, with what must become of each row.

Everything is drawn from one seed. A row is drawn as cells first, with its outcome, and then written in the
form's way; what only one form can get wrong stands in the file as it is.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import quoteattr

import openpyxl  # type: ignore[import-untyped]

from store.feeds import reasons
from store.feeds.mapping import Mapping, load_mapping
from tests.feeds.corpus_rows import (
    COLUMNS,
    CONFLICTS,
    CONTROL,
    EVENT,
    GOOD_TIMES,
    SANDBOX,
    Odd,
    Row,
    Rows,
    drawn,
    mixed,
)

FIELDS = {
    "event_id": "id",
    "event": "what",
    "at": "when",
    "listing": "job",
    "application": "app",
    "actor": "who",
    "note": "note",
    "closing_date": "closing",
}
MILESTONES = {"Live": "listing_published", "Shut": "applications_closed"}
_SOURCE = """
[source]
name = "corpus"
date_formats = ["DD/MM/YYYY HH:mm ZZ", "MM/DD/YYYY HH:mm ZZ"]
[sandbox]
"test" = ["yes", "true"]
"""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DEEP = "[" * 150 + "]" * 150


class Broken(NamedTuple):
    """A file, how to read it, and what each of its items must be: an event, a sandbox row, or a kind."""

    name: str
    data: bytes
    mapping: Mapping
    outcomes: list[str]


def described(columns: dict[str, str], more: str = "") -> Mapping:
    """The corpus's mapping with these columns."""
    lines = [_SOURCE, "[columns]", *(f'{ours} = "{theirs}"' for ours, theirs in columns.items())]
    return load_mapping("\n".join((*lines, more)))


def outcomes(rows: Rows) -> list[str]:
    """What must become of each."""
    return [row.outcome for row in rows]


def _line(cells: Sequence[Any], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return out.getvalue()


def csv_file(some: random.Random, count: int, delimiter: str, encoding: str) -> Broken:
    """Lines with too few and too many cells, quotation marks never closed, bytes of another encoding."""
    odd = [
        *CONFLICTS,
        Odd("alone", reasons.BROKEN_LINE),
        Odd(delimiter.join("abc"), reasons.BROKEN_LINE),
        Odd(delimiter * 40, reasons.BROKEN_LINE),
        Odd(delimiter.join(("E", "ready", GOOD_TIMES[0], '"J1')), reasons.BROKEN_LINE),
        Odd('"' + delimiter.join("abcdefghi"), reasons.BROKEN_LINE),
        Odd(delimiter.join(('"a"b', *"cdefghij")), reasons.BROKEN_LINE),
        Odd(delimiter.join(("E", "re\rady", *"cdefghi")), reasons.BROKEN_LINE),
        Odd(delimiter.join(("E", "x" * (1 << 20), *"cdefghi")), reasons.OVER_LONG),
    ]
    if encoding.startswith("utf-8"):
        odd.append(Odd(delimiter.join(("E", "caf\udce9", *"cdefghi")), reasons.NOT_TEXT))
        odd.append(Odd(delimiter.join("\udcff\udcfe\udc80"), reasons.NOT_TEXT))
    rows = mixed(some, drawn(some, count), odd)
    lines = [
        f"{row.text}\n" if isinstance(row, Odd) else _line([row.cells[name] for name in COLUMNS], delimiter)
        for row in rows
    ]
    errors = "surrogateescape" if encoding.startswith("utf-8") else "ignore"
    name = f"{encoding} with {delimiter!r}"
    text = "".join((_line(COLUMNS, delimiter), *lines))
    return Broken(name, text.encode(encoding, errors), described(FIELDS), outcomes(rows))


JSON_ODD = (
    Odd('{"what": 1,}', reasons.BROKEN_LINE),
    Odd('{"what": "open', reasons.BROKEN_LINE),
    Odd('{"what": NaN}', reasons.BROKEN_LINE),
    Odd("17", reasons.BROKEN_LINE),
    Odd('"text"', reasons.BROKEN_LINE),
    Odd('["a", "b"]', reasons.BROKEN_LINE),
    Odd('{"x": ' + _DEEP + "}", reasons.BROKEN_LINE),
    Odd('{"x": ' + '{"y":' * 3_000, reasons.BROKEN_LINE),
    Odd('{"what": "a", "when": {"at": 1}, "job": "J"}', reasons.BROKEN_LINE),
    Odd('{"what": "a", "when": "2026-03-04T10:00Z", "job": ["J"]}', reasons.BROKEN_LINE),
    Odd('{"what": "\\ud800", "when": "2026-03-04T10:00Z", "job": "J"}', reasons.CONTROL_ONLY),
    Odd('{"what": null, "when": true, "job": 1e999}', reasons.UNKNOWN_EVENT),
    Odd('{"what": "caf\udce9", "job": "J1"}', reasons.NOT_TEXT),
    Odd("{}", reasons.UNKNOWN_EVENT),
)


def json_file(some: random.Random, count: int, *, array: bool) -> Broken:
    """JSON that is broken, deep, no object, or holds values of other types, one a line."""
    more = () if array else (Odd('{"what": "a"} and more', reasons.BROKEN_LINE),)
    rows = mixed(some, drawn(some, count), (*CONFLICTS, *JSON_ODD, *more))
    texts = [
        row.text if isinstance(row, Odd) else json.dumps(row.cells, ensure_ascii=some.random() < 0.5)
        for row in rows
    ]
    text = "[\n" + ",\n".join(map(str, texts)) + "\n]" if array else "\n".join(map(str, texts))
    name = "JSON array" if array else "JSON lines"
    return Broken(name, text.encode(errors="surrogateescape"), described(FIELDS), outcomes(rows))


def _legal(value: Any) -> Any:
    """What XML can hold of a text."""
    return _NO_XML.sub("", value) if isinstance(value, str) else value


def excel_file(some: random.Random, count: int) -> Broken:
    """Cells of every type; a cell that begins with = would be a formula."""
    rows = drawn(some, count)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("rows")
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([str(_legal(value)).lstrip("=") if isinstance(value, str) else value
                      for value in row.cells.values()])  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return Broken("Excel", out.getvalue(), described(FIELDS), outcomes(rows))


def xes_file(some: random.Random, count: int) -> Broken:
    """Each row a trace with one event; a number is an <int>, and some attributes have none of their parts."""
    rows = drawn(some, count)
    parts = ["<log>"]
    for row in rows:
        said = {
            name: f"<string key='{name}' value={quoteattr(str(_legal(value)))}/>"
            for name, value in row.cells.items()
        }
        job = said.pop("job")
        parts.append(
            f"<trace>{job}<string/><event><string key='x'/>{''.join(said.values())}</event></trace>\n"
        )
    return Broken(
        "XES",
        "".join((*parts, "</log>")).encode(),
        described(FIELDS | {"listing": "case:job"}),
        outcomes(rows),
    )


OCEL_ODD = (
    Odd("17", reasons.BROKEN_LINE),
    Odd("null", reasons.BROKEN_LINE),
    Odd('["a"]', reasons.BROKEN_LINE),
    Odd('{"x": ' + _DEEP + "}", reasons.BROKEN_LINE),
    Odd("{}", reasons.UNKNOWN_EVENT),
    Odd('{"ocel:activity": ["a"], "type": ["a"]}', reasons.BROKEN_LINE),
    Odd('{"ocel:activity": "a", "type": "a", "ocel:omap": 5, "relationships": {"V": 1}}', reasons.NO_LISTING),
    Odd('{"type": "a", "ocel:activity": "caf\udce9"}', reasons.NOT_TEXT),
    Odd('{"ocel:activity": "a", "type": "a", "ocel:vmap": [], "attributes": 3}', reasons.NO_LISTING),
)


def ocel_file(some: random.Random, count: int, version: int) -> Broken:
    """Events of wrong types, about objects that there are and that there are not."""
    rows = mixed(some, drawn(some, count), OCEL_ODD)
    events: list[str] = []
    objects: dict[str, str] = {}
    for number, row in enumerate(rows):
        if isinstance(row, Odd):
            text = row.text
        else:
            cells = {
                name: value if name in ("note", "id") else str(value) for name, value in row.cells.items()
            }
            about = [one for one in (cells["job"], cells["app"], "nobody") if one]
            objects |= {cells["job"]: "vacancy", cells["app"]: "candidate"}
            said = {name: cells[name] for name in ("who", "note", "closing", "test")}
            text = json.dumps(_ocel_event(version, cells, about, said), ensure_ascii=some.random() < 0.5)
        events.append(f'"{number}": {text}' if version == 1 else text)
    things = [_ocel_object(version, key, kind) for key, kind in objects.items() if key]
    if version == 1:
        shape = '{"ocel:global-log": {},\n"ocel:events": {\n%s\n},\n"ocel:objects": {\n%s\n}}'
    else:
        shape = '{"eventTypes": [],\n"objectTypes": [],\n"events": [\n%s\n],\n"objects": [\n%s\n]}'
    text = shape % (",\n".join(events), ",\n".join(things))
    own = {field: FIELDS[field] for field in ("actor", "note", "closing_date")}
    more = '[objects]\nlisting = "vacancy"\napplication = "candidate"'
    if version == 1:
        own["event_id"] = "own id"
    return Broken(
        f"OCEL {version}.0", text.encode(errors="surrogateescape"), described(own, more), outcomes(rows)
    )


def _ocel_event(
    version: int, cells: dict[str, Any], about: list[str], said: dict[str, Any]
) -> dict[str, Any]:
    if version == 1:
        said = said | {"own id": cells["id"]}
        return {
            "ocel:activity": cells["what"],
            "ocel:timestamp": cells["when"],
            "ocel:omap": about,
            "ocel:vmap": said,
        }
    return {
        "id": cells["id"],
        "type": cells["what"],
        "time": cells["when"],
        "attributes": [{"name": name, "value": value} for name, value in said.items()],
        "relationships": [{"objectId": one, "qualifier": "\u202e"} for one in about],
    }


def _ocel_object(version: int, key: str, kind: str) -> str:
    if version == 1:
        return f"{json.dumps(key)}: {json.dumps({'ocel:type': kind, 'ocel:ovmap': {}})}"
    return json.dumps({"id": key, "type": kind, "attributes": [], "relationships": []})


def wide_file(some: random.Random, count: int) -> Broken:
    """A row has the first milestone, both, or none."""
    lines = [_line(("id", "job", "app", "note", "test", *MILESTONES), ",")]
    expected: list[str] = []
    for row in drawn(some, count):
        cells = row.cells | {"Live": row.cells["when"], "Shut": some.choice(("", GOOD_TIMES[1]))}
        lines.append(_line([cells[name] for name in ("id", "job", "app", "note", "test", *MILESTONES)], ","))
        expected += _wide_outcomes(row, cells)
    columns = {field: FIELDS[field] for field in ("event_id", "listing", "application", "note")}
    more = "[milestones]\n" + "\n".join(f'"{theirs}" = "{ours}"' for theirs, ours in MILESTONES.items())
    return Broken("wide", "".join(lines).encode(), described(columns, more), expected)


# What is wrong with a row as a whole, so that none of its milestones can be an event.
_OF_ROW = ("job", "app", "id", "note")


def _wide_outcomes(row: Row, cells: dict[str, Any]) -> Iterator[str]:
    there = [name for name in MILESTONES if str(cells[name]).strip()]
    if row.outcome == SANDBOX:
        yield from [SANDBOX] * max(1, len(there))
        return
    if not there:
        yield reasons.NO_MILESTONE
    of_row = row.outcome in (reasons.NO_LISTING, reasons.OVER_LONG) and not cells["what"].startswith(
        "w" * 201
    )
    of_row = of_row or cells["job"] == CONTROL
    of_row = of_row and not cells["who"].startswith("u" * 201)
    of_time = (
        row.outcome.endswith("time") or row.outcome == reasons.TIME_ZONE_MISSING or cells["when"] == CONTROL
    )
    for name in there:
        bad = of_row or (of_time and name == "Live")
        yield row.outcome if bad else EVENT


def corpus(seed: int = 1, count: int = 5_000) -> list[Broken]:
    """Files of at least `count` rows together, in every form."""
    some = random.Random(seed)
    makers: list[Callable[[int], Broken]] = [
        *(
            lambda size, delimiter=delimiter, encoding=encoding: csv_file(some, size, delimiter, encoding)
            for delimiter, encoding in (
                (",", "utf-8"),
                (";", "utf-8-sig"),
                ("\t", "cp1252"),
                ("|", "utf-16"),
            )
        ),
        lambda size: json_file(some, size, array=False),
        lambda size: json_file(some, size, array=True),
        lambda size: excel_file(some, size),
        lambda size: xes_file(some, size),
        lambda size: ocel_file(some, size, 1),
        lambda size: ocel_file(some, size, 2),
        lambda size: wide_file(some, size),
    ]
    return [make(-(-count // len(makers))) for make in makers]
