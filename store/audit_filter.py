"""Which audit entries are asked for, and the query that finds them: portion by portion, newest first."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from kpi.events import instant_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from kpi.events import Instant
    from store.plain import Plain

_FIRST_YEAR, _LAST_YEAR = 1970, 9000  # outside them no entry was written


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What an entry must be; None for whatever it is.

    `person` is an id, or a part of a name. `operation` is a name such as “targets.save”, or its part before
    the dot. `target` is kind:key, or a kind. `field` and `text` are parts of a changed field's name and of
    the reason, whatever their case. `since` and `until` are days in the organisation's zone, both included.
    `unreviewed`: nobody has marked it as reviewed. `group` is the first entry of a transaction.
    """

    person: str | None = None
    operation: str | None = None
    target: str | None = None
    field: str | None = None
    since: date | None = None
    until: date | None = None
    text: str | None = None
    unreviewed: bool = False
    group: int | None = None


EVERYTHING = AuditFilter()


class Span(NamedTuple):
    """Entries from `first` to `last`, both included; `last` lies before `first` if there are none."""

    first: int
    last: int


class Found(NamedTuple):
    """The entries that fit, newest first, of all that have been looked at: those from `reached` up."""

    numbers: tuple[int, ...]
    reached: int


class Meant(NamedTuple):
    """The ids of people, and the operations, that a filter's words stand for; None for all of them."""

    actors: tuple[str, ...] | None = None
    operations: tuple[str, ...] | None = None


class Search:
    """A filter made ready for one store: whose ids a name means, which entries have been reviewed."""

    def __init__(self, plain: Plain, wanted: AuditFilter, zone: tzinfo, meant: Meant) -> None:
        """Look for `wanted`; `meant` says what its words stand for in this log."""
        self._plain = plain
        self._wanted = wanted
        self._since, self._until = _instants(wanted, zone)
        self._conditions, self._values = _conditions(wanted, meant, (self._since, self._until))
        self._reviewed = _Reviewed(plain) if wanted.unreviewed else None
        self._is_hopeless = () in meant

    def bounds(self) -> Span:
        """Between which entries those that fit must lie; cheap, whatever the length of the log."""
        plain, group = self._plain, self._wanted.group
        if self._is_hopeless:
            return Span(1, 0)
        if group is not None:
            ask = "SELECT seq FROM audit_entry WHERE seq > ? AND grp <> ? ORDER BY seq LIMIT 1"
            following = plain.value(ask, (group, group))
            last = plain.value("SELECT max(seq) FROM audit_entry") or 0
            return Span(group, last if following is None else following - 1)
        row = plain.row("SELECT (SELECT min(seq) FROM audit_entry), (SELECT max(seq) FROM audit_entry)")
        if self._since is not None or self._until is not None:
            # Machines' clocks may differ, so that the order of times is only nearly that of entries.
            said = _period(self._since, self._until)
            # Without the plus PostgreSQL would go through the log from its end until one fits.
            row = plain.row(f"SELECT min(+seq), max(+seq) FROM audit_entry WHERE {said.where}", said.values)
        return Span(1, 0) if row is None or row[0] is None else Span(*row)

    def portion(self, below: int, lowest: int, most: int) -> Found:
        """Look through at most `most` entries below `below`, none below `lowest`."""
        if self._reviewed is not None:
            below = self._reviewed.below(below)
        reached = max(lowest, below - most)
        if self._is_hopeless or reached >= below:
            return Found((), lowest)
        where = " AND ".join(["seq >= ?", "seq < ?", *self._conditions])
        rows = self._plain.rows(
            f"SELECT seq, {self._checked} FROM audit_entry WHERE {where} ORDER BY seq DESC",
            (reached, below, *self._values),
        )
        return Found(tuple(seq for seq, said in rows if self._fits(seq, said)), reached)

    @property
    def _checked(self) -> str:
        """What is looked at again: patterns are coarser than what is meant."""
        if self._wanted.field is not None:
            return "text"
        return "reason" if self._wanted.text is not None and not self._wanted.text.isascii() else "NULL"

    def _fits(self, seq: int, said: str | None) -> bool:
        wanted = self._wanted
        if self._reviewed is not None and self._reviewed.has(seq):
            return False
        if wanted.field is not None:
            fields, said = _read(said or "")
            if not any(wanted.field.casefold() in field.casefold() for field in fields):
                return False
        return (
            wanted.text is None or wanted.text.isascii() or wanted.text.casefold() in (said or "").casefold()
        )


def _read(text: str) -> tuple[list[str], str | None]:
    """The fields that an entry's text names, and its reason; none of a text that is no entry's."""
    try:
        read = json.loads(text)
        return [str(change["field"]) for change in read["changes"]], read["reason"]
    except (KeyError, TypeError, ValueError):
        return [], None


class _Reviewed:
    """The entries that somebody has reviewed, as stretches that do not touch."""

    def __init__(self, plain: Plain) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in plain.rows("SELECT first_seq, last_seq FROM audit_review ORDER BY 1"):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def has(self, seq: int) -> bool:
        """Whether an entry is among them."""
        place = bisect_right(self._firsts, seq) - 1
        return place >= 0 and seq <= self._lasts[place]

    def below(self, seq: int) -> int:
        """`seq`, or the first of the stretch that ends right below it: nothing in there needs a look."""
        place = bisect_right(self._firsts, seq - 1) - 1
        return self._firsts[place] if place >= 0 and seq - 1 <= self._lasts[place] else seq


class _Said(NamedTuple):
    where: str
    values: tuple[Instant, ...]


def _period(since: Instant | None, until: Instant | None, column: str = '"at"') -> _Said:
    """From `since` on and before `until`."""
    parts = [(f"{column} >= ?", since), (f"{column} < ?", until)]
    said = [(where, value) for where, value in parts if value is not None]
    return _Said(" AND ".join(where for where, _ in said), tuple(value for _, value in said))


def _instants(wanted: AuditFilter, zone: tzinfo) -> tuple[Instant | None, Instant | None]:
    """The beginning of the first day, and the end of the last one."""
    since, until = wanted.since, wanted.until
    if until is not None and until.year < _LAST_YEAR:
        until += timedelta(days=1)
    return _start_of(since, zone), _start_of(until, zone)


def _start_of(day: date | None, zone: tzinfo) -> Instant | None:
    if day is None:
        return None
    if not _FIRST_YEAR < day.year < _LAST_YEAR:
        return instant_of(datetime.combine(day, time.min, tzinfo=UTC))
    return instant_of(datetime.combine(day, time.min, tzinfo=zone))


def _conditions(
    wanted: AuditFilter, meant: Meant, period: tuple[Instant | None, Instant | None]
) -> tuple[list[str], list[str | int]]:
    """The conditions of a filter in SQL, and their values; those on texts may let too much through."""
    where: list[str] = []
    values: list[str | int] = []

    def add(condition: str, *found: str | int) -> None:
        where.append(condition)
        values.extend(found)

    for column, values_meant in zip(("actor", "operation"), meant, strict=True):
        if values_meant is not None:
            add(f"{column} IN ({', '.join('?' * len(values_meant))})", *values_meant)
    if wanted.target is not None and ":" in wanted.target:
        add("target = ?", wanted.target)
    elif wanted.target is not None:
        add("lower(target) LIKE ? ESCAPE '\\'", f"{_like(wanted.target)}:%")
    # The plus, as `lower` above, keeps databases from going through all that fits for every portion.
    said = _period(*period, '+"at"')
    if said.where:
        add(said.where, *said.values)
    if wanted.group is not None:
        add("grp = ?", wanted.group)
    if wanted.text is not None:
        add("lower(reason) LIKE ? ESCAPE '\\'", f"%{_like(wanted.text)}%")
    if wanted.field is not None:
        name = json.dumps(wanted.field, ensure_ascii=False)[1:-1]
        add("lower(text) LIKE ? ESCAPE '\\'", f'%"field":"%{_like(name)}%')
    return where, values


def _like(text: str) -> str:
    """`text` as a part of a pattern, folded. Databases fold plain letters alike; others may be anything."""
    quoted = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return "".join(letter if letter.isascii() else "%" for letter in quoted).lower()
