"""What the screens ask of a store. Types only: start-up never imports this."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from kpi.board import (
        Board,
        EventView,
        Explanation,
        OutlookDay,
        SearchHit,
        TaskView,
        UserRow,
    )
    from kpi.changes import ChangeCounts, ChangeView
    from store.access import Visitor
    from store.audit_questions import AuditQuestions
    from store.calendar_questions import CalendarQuestions
    from store.changes import ChangeQuery
    from store.intake import Intake
    from store.location import Location
    from store.organisation import Organisation
    from store.people_questions import PeopleQuestions
    from store.session_questions import SessionQuestions
    from store.sight import Sight
    from store.summary_questions import SummaryQuestions
    from store.target_questions import TargetQuestions
    from store.tasks import TaskQuery


class TaskSource(Protocol):
    """The tasks of one query."""

    @property
    def total(self) -> int:
        """How many there are."""

    def fetch(self, start: int, count: int) -> tuple[TaskView, ...]:
        """Those at the places `start` to `start + count - 1`, fewer at the end."""


class ChangeSource(Protocol):
    """What changed between two days."""

    @property
    def since(self) -> date:
        """The first day."""

    @property
    def until(self) -> date:
        """The second day."""

    @property
    def counts(self) -> ChangeCounts:
        """How many changes there are of each kind, whichever were asked for."""

    @property
    def total(self) -> int:
        """How many are in the list."""

    def fetch(self, start: int, count: int) -> tuple[ChangeView, ...]:
        """Those at the places `start` to `start + count - 1`, fewer at the end."""


class Reader(Protocol):
    """What the screens ask of a store; `store.reading.Reader` is one. Only the desk's thread calls it."""

    @property
    def location(self) -> Location:
        """Where the store is."""

    @property
    def rules(self) -> Organisation:
        """The organisation with its calendar and catalogue."""

    def close(self) -> None:
        """Let go of the store."""

    def organisation(self) -> str:
        """The organisation's name."""

    def visitor(self) -> Visitor | None:
        """Who has signed in; None in a store that is open."""

    def sight(self) -> Sight:
        """How much of the board is seen."""

    def today(self) -> date:
        """Today in the organisation's zone."""

    def revision(self) -> int:
        """A number that changes with the data."""

    def updated_at(self) -> datetime | None:
        """When the data last changed, in UTC."""

    def pending(self) -> bool:
        """Whether tasks wait to be brought up to date."""

    def at_once(self) -> AbstractContextManager[None]:
        """Several questions that see one and the same state of the store."""

    def warnings(self) -> tuple[str, ...]:
        """What a person should know about the calendar."""

    def is_empty(self) -> bool:
        """Whether no event has come in yet."""

    def users(self) -> tuple[str, ...]:
        """Owners with open tasks, by name."""

    def board(self, as_of: date | None = None, user: str | None = None) -> Board:
        """The counts of all stages and KPIs."""

    def listings_by_user(self, as_of: date | None = None) -> tuple[UserRow, ...]:
        """Each user's listings, by name."""

    def outlook(
        self, as_of: date | None = None, user: str | None = None, days: int = 10
    ) -> tuple[OutlookDay, ...]:
        """What becomes due and overdue on the coming working days."""

    def task_list(self, query: TaskQuery) -> TaskSource:
        """The tasks of a query."""

    def changes(self, query: ChangeQuery) -> ChangeSource:
        """What changed between two days."""

    def task(self, task_id: str, as_of: date | None = None) -> TaskView:
        """One task."""

    def explain(self, task_id: str, as_of: date | None = None) -> Explanation:
        """One task's clock, day by day."""

    def events(
        self, listing: str, application: str | None = None, limit: int = 1000
    ) -> tuple[EventView, ...]:
        """A listing's events in the order of time."""

    def intake(self) -> Intake:
        """The questions about what came in."""

    def audit(self) -> AuditQuestions:
        """The questions about the audit log: entries, newest first, by any filter."""

    def calendar_questions(self) -> CalendarQuestions:
        """The questions about the calendar: what counts, its history, what a change would do."""

    def people(self) -> PeopleQuestions:
        """The questions about people, their teams and their references in the ATS."""

    def session_questions(self) -> SessionQuestions:
        """The questions about sessions, tokens and grants."""

    def summary_questions(self) -> SummaryQuestions:
        """The questions about weekly summaries, contests and benchmarks."""

    def targets(self) -> TargetQuestions:
        """The questions about targets: in force, history, what a draft would have done."""

    def subject(self, listing: str, application: str | None) -> SearchHit:
        """A listing, or an application to it."""

    def search(self, text: str, limit: int = 100) -> tuple[SearchHit, ...]:
        """Listings and applications that match."""


Opener = Callable[[], Reader]
Question = Callable[[Reader], Any]
