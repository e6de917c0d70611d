"""An organisation in memory, for driving the app: the same questions as store.reading.Reader answers."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kpi import catalogue as catalogues
from kpi.board import (
    Board,
    Counts,
    EventView,
    ExplainedDay,
    Explanation,
    KpiCounts,
    OutlookDay,
    SearchHit,
    StageCounts,
    TaskView,
    UserRow,
    total,
)
from kpi.changes import Change, ChangeCounts, ChangeView
from kpi.status import Status, status_on
from store.changes import ChangeQuery
from store.errors import StoreError
from store.location import Location
from store.sight import EVERYTHING, Sight
from store.tasks import TaskQuery
from tests.tui.fake_intake import FakeIntake

TODAY = date(2026, 11, 17)
HOSTILE = "\x1b[31mEvil\x07[bold]name[/bold]\u202e[@click=app.quit]x[/]"
USERS = ("A. Okafor", "Bronwyn Llewellyn-Featherstonehaugh", "Chidi", HOSTILE, "李小龙")
CATALOGUE = catalogues.built_in()
KPIS = CATALOGUE.kpis
STAGE_TITLES = {stage.code: stage.title for stage in CATALOGUE.stages}


def make_task(number: int, day: date) -> TaskView:
    """The task at one place; everything about it follows from its number."""
    kpi = KPIS[number % len(KPIS)]
    done_by = TODAY + timedelta(days=number % 37 - 12)
    due_on = done_by - timedelta(days=number % 6)
    started = done_by - timedelta(days=9 + number % 5)
    return TaskView(
        id=f"{number:016x}",
        kpi=kpi.code,
        kpi_title=kpi.title,
        stage=kpi.stage,
        stage_title=STAGE_TITLES[kpi.stage],
        listing=f"NB-{2026_000 + number // 7}" if number % 50 else HOSTILE,
        application=f"APP-{number:07d}" if kpi.subject == "application" else None,
        user=USERS[number % len(USERS)],
        started_at=datetime.combine(started, time(9, 30), UTC),
        day_zero=started,
        due_on=due_on,
        done_by=done_by,
        status=Status.PAUSED if number % 23 == 5 else status_on(day, due_on, done_by),
        elapsed_working_days=max(0, (day - started).days * 5 // 7),
        target_set=1,
        finished_at=None,
        in_time=None,
    )


@dataclass
class World:
    """What readers read. `fault` makes every question fail; `gate`, when cleared, makes them wait."""

    size: int = 300
    fault: str | None = None
    open_fault: str | None = None
    revision: int = 1
    today: date = TODAY
    organisation: str = "Northbank NHS Trust"
    pending: bool = False
    empty: bool = False
    unchanged: bool = False
    warnings: tuple[str, ...] = ()
    paused: bool = True
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    imports: int = 3
    bad: int = 120
    # More counts per stage and status, to see how large numbers are drawn.
    counts: tuple[int, int, int, int] | None = None

    def __post_init__(self) -> None:
        self.gate.set()

    def open(self) -> FakeReader:
        self.opened += 1
        if self.open_fault:
            raise StoreError(self.open_fault)
        return FakeReader(self)


class FakeList:
    """A list of which any part can be fetched at once, also of a million."""

    def __init__(self, world: World, query: TaskQuery) -> None:
        self.world = world
        self.query = query
        self.numbers: range | list[int] = range(world.size)
        if query.kpi or query.stage or query.user or query.status or query.listing or query.application:
            assert world.size <= 10_000, "filter small worlds only"
            self.numbers = [n for n in range(world.size) if self._fits(make_task(n, self.day))]
        if query.sort.value == "listing":
            self.numbers = self.numbers[::-1]

    @property
    def day(self) -> date:
        return self.query.as_of or self.world.today

    @property
    def total(self) -> int:
        return 0 if self.world.empty else len(self.numbers)

    def _fits(self, task: TaskView) -> bool:
        query = self.query
        pairs = (
            (query.kpi, task.kpi),
            (query.stage, task.stage),
            (query.user, task.user),
            (query.status, task.status),
            (query.listing, task.listing),
            (query.application, task.application),
        )
        return all(wanted is None or wanted == found for wanted, found in pairs)

    def fetch(self, start: int, count: int) -> tuple[TaskView, ...]:
        self.world.asked.append(f"fetch {start}+{count}")
        self.world.gate.wait(20)
        if self.world.fault:
            raise StoreError(self.world.fault)
        tasks = [make_task(n, self.day) for n in self.numbers[start : start + count]]
        if self.query.finished:
            tasks = [replace(t, finished_at=t.started_at, in_time=t.target_set % 2 == 1) for t in tasks]
        return tuple(tasks)


class FakeChanges:
    """A quarter of all tasks changed in each of the four ways, in the order of their numbers."""

    def __init__(self, world: World, query: ChangeQuery) -> None:
        self.world = world
        self.until = query.until or world.today
        self.since = query.since or self.until - timedelta(days=1)
        if self.since >= self.until:
            raise StoreError(f"not from {self.since} to {self.until}")
        size = 0 if world.empty or world.unchanged else world.size // 4
        self.counts = ChangeCounts(size, size, size, size)
        kinds = [kind for kind in Change if query.kinds is None or kind.value in query.kinds]
        self.places = [(kind, list(Change).index(kind) * size) for kind in kinds]
        self.size, self.total = size, size * len(kinds)

    def fetch(self, start: int, count: int) -> tuple[ChangeView, ...]:
        self.world.asked.append(f"changes {start}+{count}")
        return tuple(self._change(place) for place in range(start, min(start + count, self.total)))

    def _change(self, place: int) -> ChangeView:
        kind, first = self.places[place // self.size]
        task = make_task(first + place % self.size, self.until)
        if kind is Change.LEFT:
            in_time = (True, False, None)[place % 3]
            status = Status.CANCELLED if in_time is None else task.status
            task = replace(task, finished_at=task.started_at, in_time=in_time, status=status)
        return ChangeView(kind, self.until, task)


class FakeReader:
    """One reader of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.is_closed = False

    def _asked(self, what: str) -> None:
        assert not self.is_closed, "a closed reader was asked"
        assert threading.current_thread() is not threading.main_thread(), "the store was asked on the UI loop"
        self.world.asked.append(what)
        self.world.gate.wait(20)
        if self.world.fault:
            raise StoreError(self.world.fault)

    def close(self) -> None:
        self.is_closed = True
        self.world.closed += 1

    def organisation(self) -> str:
        return self.world.organisation

    def visitor(self) -> None:
        """Nobody signs in to a world in memory."""

    def sight(self) -> Sight:
        return EVERYTHING

    def at_once(self) -> AbstractContextManager[None]:
        return nullcontext()

    def warnings(self) -> tuple[str, ...]:
        return self.world.warnings

    def today(self) -> date:
        return self.world.today

    def revision(self) -> int:
        self._asked("revision")
        return self.world.revision

    def updated_at(self) -> datetime | None:
        return datetime(2026, 11, 17, 8, 0, tzinfo=UTC)

    def pending(self) -> bool:
        return self.world.pending

    def is_empty(self) -> bool:
        return self.world.empty

    def users(self) -> tuple[str, ...]:
        self._asked("users")
        return USERS

    def board(self, as_of: date | None = None, user: str | None = None) -> Board:
        self._asked(f"board {as_of} {user}")
        stages = []
        for place, stage in enumerate(CATALOGUE.stages):
            kpis = [self._counts(place, n) for n, _ in enumerate(stage.kpis)]
            rows = tuple(KpiCounts(k.code, k.title, c) for k, c in zip(stage.kpis, kpis, strict=True))
            stages.append(StageCounts(stage.code, stage.title, total(kpis), rows))
        return Board(
            as_of or self.world.today, self.world.organisation, tuple(stages), total(s.counts for s in stages)
        )

    def _counts(self, stage: int, kpi: int) -> Counts:
        if self.world.empty or stage == 2:
            return Counts()
        if self.world.counts is not None:
            return Counts(*self.world.counts) if kpi == 0 else Counts()
        seed = stage * 7 + kpi * 3 + self.world.revision
        paused = (seed % 3) * int(self.world.paused)
        return Counts(5 + seed * 5 % 23, seed * 7 % 11, seed * 3 % 9, paused)

    def listings_by_user(self, as_of: date | None = None) -> tuple[UserRow, ...]:
        self._asked(f"listings_by_user {as_of}")
        rows = [UserRow(name, Counts(7 + n, n, 2 * n, n % 2), 20 + n) for n, name in enumerate(USERS)]
        return (*rows, UserRow(None, Counts(1, 0, 0, 0), 1))

    def outlook(
        self, as_of: date | None = None, user: str | None = None, days: int = 10
    ) -> tuple[OutlookDay, ...]:
        self._asked("outlook")
        start = as_of or self.world.today
        values = ((2, 0), (0, 1), (3, 0), (1, 2), (5, 1), (0, 0), (2, 3), (7, 1), (1, 0), (0, 2))
        return tuple(
            OutlookDay(start + timedelta(days=1 + n + 2 * (n // 4)), *values[n % 10]) for n in range(days)
        )

    def task_list(self, query: TaskQuery) -> FakeList:
        self._asked(f"task_list {query.sort.value} {query.status} {query.finished}")
        return FakeList(self.world, query)

    def changes(self, query: ChangeQuery) -> FakeChanges:
        kinds = "all" if query.kinds is None else "+".join(sorted(query.kinds))
        self._asked(f"changes {query.since} {query.until} {kinds} {query.user}")
        return FakeChanges(self.world, query)

    def task(self, task_id: str, as_of: date | None = None) -> TaskView:
        self._asked("task")
        return make_task(int(task_id, 16), as_of or self.world.today)

    def explain(self, task_id: str, as_of: date | None = None) -> Explanation:
        self._asked("explain")
        day = as_of or self.world.today
        task = make_task(int(task_id, 16), day)
        until = max(task.day_zero, day)
        days = [ExplainedDay(task.day_zero, counted=False, why="day 0: the clock starts")]
        for n in range(1, (until - task.day_zero).days + 1):
            one = task.day_zero + timedelta(days=n)
            weekend = one.weekday() >= 5
            days.append(ExplainedDay(one, counted=not weekend, why="weekend" if weekend else "working day"))
        return Explanation(
            task,
            task.started_at,
            "From ready to publish or sent back for changes, to approval granted or approval rejected.",
            "Target set 1: due after 3 working days, done by 5 working days.",
            tuple(days),
            task.due_on,
            task.done_by,
            task.status,
        )

    def events(
        self, listing: str, application: str | None = None, limit: int = 1000
    ) -> tuple[EventView, ...]:
        self._asked(f"events {listing}")
        start = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
        details = (("note", f"Called the manager {HOSTILE}"), ("department", "Estates"))
        kinds = ("listing_created", "ready_to_publish", "approval_granted", "note")
        return tuple(
            EventView(start + timedelta(days=n, minutes=7 * n), kinds[n % 4], application, USERS[n % 5],
                      details if n % 4 == 3 else ())
            for n in range(min(limit, 12))
        )  # fmt: skip

    @property
    def location(self) -> Location:
        return Location(path=Path("none.db"))

    def intake(self) -> Any:
        world = self.world
        return FakeIntake(self._asked, HOSTILE, rows=world.bad, imports=world.imports, empty=world.empty)

    # Worlds with targets, a calendar or an audit log have readers of their own.

    @property
    def rules(self) -> Any:
        return SimpleNamespace(catalogue=CATALOGUE)

    def targets(self) -> Any:
        raise StoreError("this world has no targets")

    def people(self) -> Any:
        raise StoreError("this world has no people")

    def session_questions(self) -> Any:
        raise StoreError("this world has no sessions")

    def summary_questions(self) -> Any:
        raise StoreError("this world has no summaries")

    def calendar_questions(self) -> Any:
        raise StoreError("this world has no calendar")

    def audit(self) -> Any:
        raise StoreError("this world has no audit log")

    def subject(self, listing: str, application: str | None) -> SearchHit:
        return SearchHit(listing, application, f"The title of {listing}", USERS[0], 1, 2)

    def search(self, text: str, limit: int = 100) -> tuple[SearchHit, ...]:
        self._asked(f"search {text}")
        if text.startswith("zzz"):
            return ()
        hits = [
            SearchHit(f"NB-{2026000 + n}", None, f"{text} nurse, ward {n}", USERS[n % 5], n, 1 + n % 3)
            for n in range(30)
        ]
        hits.append(SearchHit("NB-2026001", "APP-0000011", "Porter", USERS[3], 2, 3))
        return tuple(hits[:limit])
