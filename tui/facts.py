"""The questions that screens put to a reader, and the frozen answers. Runs on the desk's thread."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tui.me import read_me

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from kpi.board import Board, EventView, Explanation, OutlookDay, TaskView, UserRow
    from kpi.changes import ChangeCounts, ChangeView
    from store.changes import ChangeQuery
    from store.tasks import TaskQuery
    from tui.me import Me
    from tui.reader import ChangeSource, Reader, TaskSource

# These are named tuples because they are made before the first frame: a dataclass takes seven times as long.
OUTLOOK_DAYS = 10
MOST_EVENTS = 5_000


class Lens(NamedTuple):
    """Through what the organisation is looked at: a day (None: today) and a user (None: all)."""

    as_of: date | None = None
    user: str | None = None


class BoardFacts(NamedTuple):
    """The first frame's facts.

    `users` is None unless listings by user were asked for; `why` says why they are nobody's but one's own.
    """

    lens: Lens
    today: date
    revision: int
    board: Board
    users: tuple[UserRow, ...] | None
    empty: bool
    me: Me | None = None
    why: str = ""


class UserNames(NamedTuple):
    """Whose tasks can be looked at; `why` says why they are nobody's but one's own."""

    names: tuple[str, ...]
    why: str


class Pulse(NamedTuple):
    """What tells whether anything has changed."""

    revision: int
    today: date
    updated_at: datetime | None
    pending: bool
    warnings: tuple[str, ...] = ()
    me: Me | None = None
    organisation: str = ""


class TaskFacts(NamedTuple):
    """One task with its clock and the events that reached it."""

    explanation: Explanation
    events: tuple[EventView, ...]


class SubjectFacts(NamedTuple):
    """One listing's or application's tasks and events."""

    tasks: tuple[TaskView, ...]
    total: int
    events: tuple[EventView, ...]


class TaskPage(NamedTuple):
    """A part of a task list: the tasks from the place `start` on, of `total`."""

    query: TaskQuery
    revision: int
    today: date
    total: int
    start: int
    tasks: tuple[TaskView, ...]


class ChangePage(NamedTuple):
    """A part of what changed between two days: the changes from the place `start` on, of `total`."""

    query: ChangeQuery
    revision: int
    today: date
    days: tuple[date, date]
    counts: ChangeCounts
    total: int
    start: int
    changes: tuple[ChangeView, ...]


def board_facts(lens: Lens, by_user: bool, reader: Reader) -> BoardFacts:
    """The board, and the listings by user where they are shown."""
    with reader.at_once():
        revision = reader.revision()
        today = reader.today()
        me = read_me(reader)
        board = reader.board(lens.as_of, lens.user)
        users, why = None, ""
        if by_user:
            listings = reader.listings_by_user(lens.as_of)
            users = tuple(row for row in listings if lens.user in (None, row.user))
            why = _why_only_own(reader, me)
        empty = board.totals.tasks == 0 and reader.is_empty()
    return BoardFacts(lens, today, revision, board, users, empty, me, why)


def _why_only_own(reader: Reader, me: Me | None) -> str:
    """Why whoever has signed in sees nobody's figures but their own; empty if they see others'."""
    if me is None:
        return ""
    if me.figures == "own":
        return "Others' figures are for them, their manager and HR alone."
    if reader.sight().few:
        return "Too few others: a team's figures would give theirs away."
    return ""


def ask_users(reader: Reader) -> UserNames:
    """Whose tasks can be looked at."""
    return UserNames(reader.users(), _why_only_own(reader, read_me(reader)))


def ask_board(lens: Lens, *, by_user: bool) -> Callable[[Reader], BoardFacts]:
    """The question whose answer is `board_facts`."""
    return partial(board_facts, lens, by_user)


def read_pulse(reader: Reader) -> Pulse:
    """Ask whether anything has changed."""
    with reader.at_once():
        return Pulse(
            reader.revision(),
            reader.today(),
            reader.updated_at(),
            reader.pending(),
            reader.warnings(),
            read_me(reader),
            reader.organisation(),
        )


def ask_outlook(lens: Lens) -> Callable[[Reader], tuple[OutlookDay, ...]]:
    """What the coming days bring."""
    return lambda reader: reader.outlook(lens.as_of, lens.user, OUTLOOK_DAYS)


def ask_task(task_id: str, as_of: date | None) -> Callable[[Reader], TaskFacts]:
    """One task, its clock and its events."""

    def ask(reader: Reader) -> TaskFacts:
        with reader.at_once():
            explanation = reader.explain(task_id, as_of)
            task = explanation.task
            return TaskFacts(explanation, reader.events(task.listing, task.application, MOST_EVENTS))

    return ask


class _Prepared(threading.local):
    """The lists of the reader that this thread asked last; with another reader all are made anew."""

    def __init__(self) -> None:
        self.reader: Reader | None = None
        self.lists: dict[TaskQuery, tuple[object, TaskSource]] = {}
        self.changes: tuple[object, ChangeSource] | None = None


_prepared = _Prepared()
_MOST_PREPARED = 8


def prepared_list(reader: Reader, query: TaskQuery, state: object) -> TaskSource:
    """The reader's list for a query: one serves all its pages, until the data's state has changed."""
    if _prepared.reader is not reader or len(_prepared.lists) >= _MOST_PREPARED:
        _prepared.reader, _prepared.lists, _prepared.changes = reader, {}, None
    made = _prepared.lists.get(query)
    if made is None or made[0] != state:
        made = _prepared.lists[query] = (state, reader.task_list(query))
    return made[1]


def ask_page(query: TaskQuery, start: int, count: int) -> Callable[[Reader], TaskPage]:
    """A part of a task list."""

    def ask(reader: Reader) -> TaskPage:
        with reader.at_once():
            revision, today = reader.revision(), reader.today()
            tasks = prepared_list(reader, query, (revision, today))
            found = tasks.fetch(start, count) if tasks.total else ()
        return TaskPage(query, revision, today, tasks.total, start, found)

    return ask


def prepared_changes(reader: Reader, query: ChangeQuery, state: object) -> ChangeSource:
    """The reader's list of changes: only the last one is kept, for it may be long."""
    if _prepared.reader is not reader:
        _prepared.reader, _prepared.lists, _prepared.changes = reader, {}, None
    if _prepared.changes is None or _prepared.changes[0] != (query, state):
        _prepared.changes = None  # before the next one is made
        _prepared.changes = ((query, state), reader.changes(query))
    return _prepared.changes[1]


def ask_changes(query: ChangeQuery, start: int, count: int) -> Callable[[Reader], ChangePage]:
    """A part of what changed between two days."""

    def ask(reader: Reader) -> ChangePage:
        with reader.at_once():
            revision, today = reader.revision(), reader.today()
            listed = prepared_changes(reader, query, (revision, today))
            found = listed.fetch(start, count) if listed.total else ()
        days = (listed.since, listed.until)
        return ChangePage(query, revision, today, days, listed.counts, listed.total, start, found)

    return ask


def ask_first_task(query: TaskQuery) -> Callable[[Reader], TaskView | None]:
    """The first task of a query, None if it has none."""

    def ask(reader: Reader) -> TaskView | None:
        with reader.at_once():
            tasks = reader.task_list(query)
            return tasks.fetch(0, 1)[0] if tasks.total else None

    return ask


def ask_subject(query: TaskQuery, most: int) -> Callable[[Reader], SubjectFacts]:
    """The tasks and events of the listing (and application) that a query names."""

    def ask(reader: Reader) -> SubjectFacts:
        listing = query.listing or ""
        with reader.at_once():
            tasks = reader.task_list(query)
            found = tasks.fetch(0, most) if tasks.total else ()
            events = reader.events(listing, query.application, MOST_EVENTS)
        return SubjectFacts(found, tasks.total, events)

    return ask
