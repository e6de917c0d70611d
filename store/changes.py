"""Reading what changed between two days, as a list of any length (the rule stands in kpi/changes.py).

The list is the day and the number of each change, sorted, in twelve bytes each; the tasks themselves are
read for the part that is seen. So any part of it is read in milliseconds, on both databases alike.
"""

from __future__ import annotations

import base64
import binascii
import json
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kpi.changes import Change, ChangeCounts, ChangeView
from store.board import MAX_DAY, MIN_DAY, owned_by
from store.errors import StoreError
from store.sight import EVERYTHING, Sight
from store.tasks import TaskQuery, find_views, kpi_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from store.organisation import Organisation
    from store.plain import Plain, Row

KINDS = tuple(Change)
# A key's parts: the place of its kind among KINDS, the day, the task's number.
Key = tuple[int, int, int]
_LONGEST_CURSOR = 200


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """Which changes: between the ends of two days, of which kinds (None: all), of which tasks.

    `until` is today unless it is said, `since` the working day before `until`. `user` means the listings
    that are this user's at the end of `until`, whoever had them before.
    """

    since: date | None = None
    until: date | None = None
    kinds: frozenset[str] | None = None
    user: str | None = None
    stage: str | None = None
    kpi: str | None = None


_LEFT = "SELECT ended_on, id FROM task AS tasks WHERE ended_on > {known_a} AND ended_on <= {known_b}"

# Only open tasks have an index that says when they came, by their start; it is the day they came on but
# for KPIs with `opens`, which put a task on the board later.
_ENTERED_AND_ENDED = (
    "SELECT opened_on, id FROM task AS tasks WHERE ended_on IS NOT NULL AND ended_on > {known_a} "
    "AND opened_on > {known_a} AND opened_on <= {known_b}"
)
_ENTERED_AND_OPEN = (
    "SELECT opened_on, id FROM task AS tasks WHERE ended_on IS NULL AND started_at > {end_of_a} "
    "AND started_at <= {end_of_b} AND opened_on > {known_a} AND opened_on <= {known_b}"
)
_OPENED_AND_OPEN = (
    "SELECT opened_on, id FROM task AS tasks WHERE ended_on IS NULL AND kpi_id IN ({opening}) "
    "AND started_at <= {end_of_a} AND opened_on > {known_a} AND opened_on <= {known_b}"
)

# What is running, and due or overdue on B by the deadlines it has had since {begin}; it was not so on A if
# these deadlines came later, or had not come to that on A, and no earlier ones had either.
_BECAME = (
    "SELECT CASE WHEN {s}.done_by < {b} THEN 1 ELSE 0 END AS late, "
    "CASE WHEN {s}.done_by < {b} THEN CASE WHEN {begin} > {s}.done_by THEN {begin} ELSE {s}.done_by + 1 END "
    "WHEN {begin} > {s}.due_on THEN {begin} ELSE {s}.due_on END AS day, tasks.id "
    "FROM {source} WHERE {s}.paused = 0 AND {s}.due_on <= {b} AND {begin} <= {known_b} AND {where} AND ("
    "({s}.done_by < {b} AND ({s}.done_by >= {a} OR {begin} > {a}) "
    "AND NOT EXISTS ({before} AND e.done_by < {a})) OR "
    "({s}.done_by >= {b} AND ({s}.due_on > {a} OR {begin} > {a}) "
    "AND NOT EXISTS ({before} AND e.due_on <= {a})))"
)
_BEFORE = (
    "SELECT 1 FROM task_phase e WHERE e.task_id = tasks.id AND e.from_day <= {a} AND e.until_day > {a} "
    "AND e.paused = 0"
)
# The open tasks that may have: those whose deadline lies between the days, found by their count; and
# those that came, or got other deadlines, meanwhile.
_CROSSING = (
    "SELECT c.id FROM (SELECT DISTINCT kpi_id, done_by FROM task_count WHERE paused = 0 AND due_on <= {b} "
    "AND ((done_by < {b} AND done_by >= {a}) OR (done_by >= {b} AND due_on > {a}))) AS g "
    "JOIN task c ON c.kpi_id = g.kpi_id AND c.done_by = g.done_by AND c.ended_on IS NULL"
)
_MOVED = "SELECT task_id FROM task_phase WHERE until_day > {known_a} AND until_day <= {known_b}"


class _Statements:
    """The SQL for two days. Days and KPIs are numbers of our own; a user's name is a parameter."""

    def __init__(
        self, query: ChangeQuery, organisation: Organisation, days: tuple[date, date, date], sight: Sight
    ) -> None:
        since, until, today = days
        known_a, self.past = min(since, today), until < today
        opening = [number for number, kpi in enumerate(organisation.catalogue.kpis, 1) if kpi.opens]
        self.values = {
            "a": since.toordinal(),
            "b": until.toordinal(),
            "known_a": known_a.toordinal(),
            "known_b": min(until, today).toordinal(),
            "end_of_a": organisation.calendar.end_of(known_a),
            "end_of_b": organisation.calendar.end_of(min(until, today)),
            "opening": ", ".join(map(str, opening)) or "NULL",
        }
        self.filters = ""
        self.parameters: tuple[int | str, ...] = ()
        numbers = kpi_numbers(TaskQuery(stage=query.stage, kpi=query.kpi), organisation)
        if numbers is not None:
            self.filters += f" AND tasks.kpi_id IN ({', '.join(map(str, numbers)) or 'NULL'})"
        if sight.listings is not None:
            self.filters += f" AND {sight.condition('tasks.listing_id')}"
        if query.user is not None:
            condition, self.parameters = owned_by(query.user, min(until, today))
            self.filters += f" AND {condition}"

    def _joined(self, order: str, *arms: str) -> tuple[str, tuple[int | str, ...]]:
        sql = " UNION ALL ".join(f"{arm}{self.filters}" for arm in arms).format(**self.values)
        return f"{sql} ORDER BY {order}", self.parameters * len(arms)

    def left(self) -> tuple[str, tuple[int | str, ...]]:
        return self._joined("1, 2", _LEFT)

    def entered(self) -> tuple[str, tuple[int | str, ...]]:
        return self._joined("1, 2", _ENTERED_AND_ENDED, _ENTERED_AND_OPEN, _OPENED_AND_OPEN)

    def became(self) -> tuple[str, tuple[int | str, ...]]:
        may = " UNION ".join(
            (
                _CROSSING,
                *(f"SELECT id FROM ({arm}) AS e" for arm in (_ENTERED_AND_OPEN, _OPENED_AND_OPEN)),
                _MOVED,
            )
        )
        row = {"s": "tasks", "begin": "tasks.since", "source": "task AS tasks"}
        arms = [_arm(**row, where=f"tasks.ended_on IS NULL AND tasks.id IN ({may})")]
        if self.past:
            arms.append(_arm(**row, where="tasks.ended_on IS NOT NULL AND tasks.ended_on > {known_b}"))
            phase = {
                "s": "p",
                "begin": "p.from_day",
                "source": "task_phase p JOIN task AS tasks ON tasks.id = p.task_id",
            }
            arms.append(_arm(**phase, where="p.until_day > {known_b}"))
        return self._joined("1, 2, 3", *arms)


def _arm(**parts: str) -> str:
    """A source of running tasks filled into _BECAME; the days stay to be filled in."""
    days = {name: f"{{{name}}}" for name in ("a", "b", "known_b")}
    return _BECAME.format(**days, **parts, before=_BEFORE)


class _Keys:
    """The changes of one kind, in order: day and task of each."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.days, self.ids = array("l"), array("q")
        for day, number in rows:
            self.days.append(day)
            self.ids.append(number)

    def __len__(self) -> int:
        return len(self.ids)

    def place_after(self, day: int, number: int) -> int:
        """The place of the first change behind this one, whether it is still there or not."""
        first, end = bisect_left(self.days, day), bisect_right(self.days, day)
        return bisect_right(self.ids, number, first, end)


class ChangeList:
    """What changed between two days: first by kind, in the order of `Change`, then by day.

    `counts` has all kinds, whichever were asked for; `total` the changes asked for, which are in the list.
    """

    def __init__(
        self,
        plain: Plain,
        organisation: Organisation,
        query: ChangeQuery,
        today: date,
        look: Callable[[], Sight] = lambda: EVERYTHING,
    ) -> None:
        """Find the changes; StoreError if the days, the stage or the KPI make no sense.

        `look` is asked again whenever a part of the list is read.
        """
        self.query, self._look = query, look
        self._plain, self._organisation, self._today = plain, organisation, today
        self.since, self.until = _days(query, organisation, today)
        statements = _Statements(query, organisation, (self.since, self.until, today), look())
        with plain.snapshot():
            self._keys = {
                Change.ENTERED: _Keys(plain.stream(*statements.entered())),
                Change.LEFT: _Keys(plain.stream(*statements.left())),
                Change.BECAME_DUE: _Keys(),
                Change.BECAME_OVERDUE: _Keys(),
            }
            became = (self._keys[Change.BECAME_DUE], self._keys[Change.BECAME_OVERDUE])
            for late, day, number in plain.stream(*statements.became()):
                became[late].days.append(day)
                became[late].ids.append(number)
        self.counts = ChangeCounts(*(len(self._keys[kind]) for kind in KINDS))
        self.kinds = tuple(kind for kind in KINDS if query.kinds is None or kind.value in query.kinds)
        self.total = sum(len(self._keys[kind]) for kind in self.kinds)

    def fetch(self, start: int, count: int) -> tuple[ChangeView, ...]:
        """The changes at the places `start` to `start + count - 1`, fewer at the end."""
        return self._views(self._part(start, count))

    def after(self, key: Key | None, count: int) -> tuple[tuple[ChangeView, ...], Key | None]:
        """Up to `count` changes behind this key, and the key to go on from (None at the end)."""
        start = 0 if key is None else self._place_after(key)
        keys = self._part(start, count)
        return self._views(keys), keys[-1] if keys and start + count < self.total else None

    def _part(self, start: int, count: int) -> list[Key]:
        found: list[Key] = []
        for kind in self.kinds:
            keys = self._keys[kind]
            places = range(max(0, start), min(len(keys), start + count))
            found += [(KINDS.index(kind), keys.days[place], keys.ids[place]) for place in places]
            start -= len(keys)
        return found

    def _place_after(self, key: Key) -> int:
        place, day, number = key
        start = sum(len(self._keys[kind]) for kind in self.kinds if KINDS.index(kind) < place)
        if KINDS[place] in self.kinds:
            start += self._keys[KINDS[place]].place_after(day, number)
        return start

    def _views(self, keys: Sequence[Key]) -> tuple[ChangeView, ...]:
        """The changes with their tasks; a task that has gone since the list was made is left out."""
        numbers = dict.fromkeys(number for _, _, number in keys)
        with self._plain.snapshot():
            tasks = find_views(
                self._plain, self._organisation, numbers, self.until, self._today, self._look()
            )
        return tuple(
            ChangeView(KINDS[place], date.fromordinal(day), tasks[number])
            for place, day, number in keys
            if number in tasks
        )

    def cursor(self, key: Key | None) -> str | None:
        """A key as the opaque text that the command line hands out."""
        return (
            None if key is None else base64.urlsafe_b64encode(json.dumps(["change", *key]).encode()).decode()
        )

    def parse_cursor(self, text: str) -> Key:
        """A key from its text; StoreError if it was not made for such a list."""
        try:
            what, place, day, number = json.loads(base64.urlsafe_b64decode(text[:_LONGEST_CURSOR].encode()))
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise StoreError("this is no cursor; use the “next” of an earlier answer") from error
        whole = all(type(part) is int and abs(part) < 1 << 63 for part in (place, day, number))
        if what != "change" or not whole or place not in range(len(KINDS)):
            raise StoreError("this is no cursor; use the “next” of an earlier answer")
        return place, day, number


def _days(query: ChangeQuery, organisation: Organisation, today: date) -> tuple[date, date]:
    """The two days, in order and within what can be counted."""
    until = query.until or today
    for day in (query.since or until, until):
        if not MIN_DAY <= day <= MAX_DAY:
            raise StoreError(
                f"{day} lies outside the years that can be counted ({MIN_DAY.year} to {MAX_DAY.year})"
            )
    since = query.since or organisation.calendar.working_day_before(until)
    if since >= until:
        raise StoreError(
            f"what changed is asked from an earlier day to a later one, not from {since} to {until}"
        )
    return since, until
