"""The reading face of a store: every question a screen or a command asks, answered by frozen results."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from kpi.board import Explanation, SearchHit
from kpi.deadlines import Freeze
from kpi.events import moment_of
from kpi.explain import explain_days, kpi_words, target_words
from kpi.policy import WHOLE, Action
from kpi.text import clean
from store.board import count_board, count_users, list_users, read_outlook
from store.changes import ChangeList, ChangeQuery
from store.corrections import CURRENT_ONLY
from store.errors import StoreError
from store.event_views import event_views
from store.failures import in_words, is_drivers
from store.gate import Gate
from store.location import find_location
from store.moved_by import freezes_of
from store.organisation import load_organisation
from store.plain import connect
from store.schema import check_version
from store.sight import THE_BOARD, Asked
from store.target_sets import load_target_sets
from store.task_views import calendar_for
from store.tasks import TaskList, TaskQuery, find_task
from store.who import NOBODY, Who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kpi.board import Board, EventView, OutlookDay, TaskView, UserRow
    from kpi.policy import Subject
    from kpi.weeks import Week
    from store.access import Visitor
    from store.audit_questions import AuditQuestions
    from store.calendar_questions import CalendarQuestions
    from store.intake import Intake
    from store.location import Location
    from store.organisation import Organisation
    from store.people_questions import PeopleQuestions
    from store.plain import Plain, Row
    from store.session_questions import SessionQuestions
    from store.sight import Sight
    from store.summary_facts import SoFar
    from store.summary_questions import SummaryQuestions
    from store.target_questions import TargetQuestions

_LISTING_HITS = "SELECT l.ref, NULL, l.title, l.owner, l.open_tasks, l.target_set FROM listing l"
_APPLICATION_HITS = (
    "SELECT l.ref, a.ref, l.title, l.owner, (SELECT count(*) FROM task t WHERE t.listing_id = l.id "
    "AND t.application = a.ref AND t.ended_on IS NULL), l.target_set "
    "FROM application a JOIN listing l ON l.id = a.listing_id"
)


def _utc_now() -> int:
    import time

    return time.time_ns() // 1000


def open_reader(
    location: str | Location | None, clock: Callable[[], int] = _utc_now, who: Who = NOBODY
) -> Reader:
    """Open a store for reading. StoreError in one line if there is none, or none that can be read."""
    place = find_location(location) if location is None or isinstance(location, str) else location
    plain = connect(place)
    reader = Reader(plain, place, clock, who)
    try:
        with reader.translated():
            check_version(plain, place)
            reader.load()
    except StoreError:
        plain.close()
        raise
    return reader


class Reader:
    """One connection that only reads; to be used by one thread at a time."""

    def __init__(self, plain: Plain, location: Location, clock: Callable[[], int], who: Who) -> None:
        """Made by `open_reader`."""
        self._plain = plain
        self._clock = clock
        self._gate = Gate(plain, location, clock, who)
        self.location = location
        self._loaded: Organisation | None = None
        # What was made last for a revision, a person and a week (store.summary_questions).
        self.so_far: tuple[tuple[int, int, Week], SoFar | None] | None = None

    def load(self) -> None:
        """Read the organisation."""
        self._loaded = load_organisation(self._plain)

    @property
    def rules(self) -> Organisation:
        """The organisation with its calendar and catalogue."""
        if self._loaded is None:
            raise StoreError("this reader has not been opened")
        return self._loaded

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn whatever the driver raises into a StoreError in words."""
        try:
            yield
        except Exception as error:
            if not is_drivers(error):
                raise
            raise in_words(error, self.location, writing=False) from error

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Several questions that see one and the same state of the store."""
        with self._seen_at_once():
            yield

    @contextmanager
    def asking(self, action: Action | None = None) -> Iterator[Plain]:
        """The connection for one question of the store's own; of who has no right to `action`, the error."""
        if action is not None:
            self.may(action)
        with self.translated():
            yield self._plain

    @contextmanager
    def _seen_at_once(self) -> Iterator[Plain]:
        with self.translated(), self._plain.snapshot():
            yield self._plain

    def close(self) -> None:
        """Close the connection."""
        self._plain.close()

    def row(self, sql: str) -> Row:
        """The one row of a query of the store's own."""
        with self.translated():
            return self._plain.rows(sql)[0]

    def organisation(self) -> str:
        """The organisation's name."""
        return self.rules.name

    def today(self) -> date:
        """The date in the organisation's zone."""
        return self.rules.today(self._clock())

    def revision(self) -> int:
        """A number that changes with every change of the store."""
        with self.translated():
            return int(self._plain.value("SELECT revision FROM store_state") or 0)

    def updated_at(self) -> datetime | None:
        """When the store last changed, in UTC."""
        with self.translated():
            at = self._plain.value("SELECT updated_at FROM store_state")
        return None if at is None else moment_of(at)

    def pending(self) -> bool:
        """Whether timers have gone off, or events come in, that the tasks do not show yet."""
        ask = "SELECT 1 FROM listing WHERE next_moment IS NOT NULL AND next_moment <= ? LIMIT 1"
        with self.translated():
            return self._plain.value(ask, (self._clock(),)) is not None

    def warnings(self) -> tuple[str, ...]:
        """What a person should know about the calendar, such as years without known bank holidays."""
        return self.rules.calendar.warnings(self.today())

    def is_empty(self) -> bool:
        """Whether no event has come in yet."""
        with self.translated():
            return self._plain.value("SELECT 1 FROM listing LIMIT 1") is None

    def visitor(self) -> Visitor | None:
        """Who has signed in; None in a store that is open. SignInNeededError if nobody has."""
        with self.translated():
            return self._gate.visitor(self.rules)

    def may(self, action: Action, subject: Subject = WHOLE) -> None:
        """Have the policy asked; NotAllowedError if whoever has signed in may not, and the log says so."""
        with self.translated():
            self._gate.check(self.rules, action, subject)

    def see_person(self, subject: Subject) -> None:
        """Have the policy asked for one person's weekly summary; the log has it if it is another's."""
        with self.translated():
            self._gate.see_person(self.rules, subject)

    def sight(self, asked: Asked = THE_BOARD) -> Sight:
        """How much of the board is seen; NotAllowedError for a user's figures, or a listing, that is not."""
        with self.translated():
            return self._gate.sight(self.rules, asked)

    def users(self) -> tuple[str, ...]:
        """Everyone who owns a listing with open tasks and whose figures may be seen, by name."""
        with self.translated():
            return list_users(self._plain, self.sight())

    def board(self, as_of: date | None = None, user: str | None = None) -> Board:
        """The counts of all stages and KPIs as of the end of a day, None for today."""
        today = self.today()
        with self.translated():
            sight = self.sight(Asked(user=user, day=as_of))
            return count_board(self._plain, self.rules, as_of or today, today, user, sight)

    def listings_by_user(self, as_of: date | None = None) -> tuple[UserRow, ...]:
        """Each user's open listings, by name; never a rank."""
        today = self.today()
        with self.translated():
            return count_users(self._plain, as_of or today, today, self.sight(Asked(day=as_of)))

    def outlook(
        self, as_of: date | None = None, user: str | None = None, days: int = 10
    ) -> tuple[OutlookDay, ...]:
        """What becomes due and overdue on the coming working days if nothing moves."""
        today = self.today()
        with self.translated():
            sight = self.sight(Asked(user=user, day=as_of))
            return read_outlook(self._plain, self.rules, as_of or today, today, days, user, sight)

    def task_list(self, query: TaskQuery) -> TaskList:
        """The tasks of a query; its `fetch` uses this reader's connection."""
        with self.translated():
            asked = Asked("A list of tasks", query.user, query.listing, query.as_of, query.finished)
            return TaskList(self._plain, self.rules, query, self.today(), partial(self.sight, asked))

    def changes(self, query: ChangeQuery) -> ChangeList:
        """What changed between two days; its `fetch` uses this reader's connection."""
        with self.translated():
            asked = Asked("What changed", query.user, day=query.until, ended=True)
            return ChangeList(self._plain, self.rules, query, self.today(), partial(self.sight, asked))

    def task(self, task_id: str, as_of: date | None = None) -> TaskView:
        """One task as of the end of a day."""
        today = self.today()
        with self._seen_at_once() as plain:
            found = find_task(plain, self.rules, task_id, as_of or today, today)[1]
            self.sight(Asked("A task", listing=found.listing))
            return found

    def explain(self, task_id: str, as_of: date | None = None) -> Explanation:
        """One task's clock, day by day, to the end of the day asked about or the task's last."""
        today = self.today()
        day = as_of or today
        rules = self.rules
        with self._seen_at_once() as plain:
            row, task = find_task(plain, rules, task_id, day, today)
            self.sight(Asked("A task", listing=task.listing))
            ended_at, ended_on = row[11:13]
            until = day if ended_at is None else date.fromordinal(ended_on)
            freezes = _as_known(freezes_of(plain, row[1]), until)
            dated = rules.catalogue.by_code[task.kpi].deadline is not None and _has_closing_date(
                plain, row[1], rules.calendar.end_of(until)
            )
            sets = {target_set.number: target_set for target_set in load_target_sets(plain)}
        kpi = rules.catalogue.by_code[task.kpi]
        target = sets[task.target_set].target(kpi.code)
        return Explanation(
            task=task,
            started=task.started_at.astimezone(rules.zone),
            kpi_words=kpi_words(kpi),
            target_words=target_words(kpi, target, task.target_set, dated=dated),
            days=explain_days(calendar_for(rules, day, ended_at), task.day_zero, until, freezes),
            due_on=task.due_on,
            done_by=task.done_by,
            status=task.status,
        )

    def events(
        self, listing: str, application: str | None = None, limit: int = 1000
    ) -> tuple[EventView, ...]:
        """The newest `limit` events of a listing, oldest first; with `application`, those that reach it."""
        self.sight(Asked("A listing", listing=listing))
        where, names = "", [listing]
        if application is not None:
            where = " AND (e.application = ? OR e.application IS NULL)"
            names.append(application)
        with self.translated():
            rows = self._plain.rows(
                "SELECT e.at, e.kind, e.application, e.actor, e.owner, e.detail, "
                f"CASE WHEN {CURRENT_ONLY} THEN 0 ELSE 1 END FROM event e WHERE e.listing_id = "
                f"(SELECT id FROM listing WHERE ref = ?){where} ORDER BY e.at DESC, e.seq DESC LIMIT ?",
                (*names, limit),
            )
        return event_views(reversed(rows), self.rules.zone)

    def intake(self) -> Intake:
        """The questions about what came in, and what was not understood."""
        from store.intake import Intake  # deferred: the first frame does not ask them

        self.may(Action.SEE_DATA)
        return Intake(self)

    def audit(self) -> AuditQuestions:
        """The questions about the audit log: entries, newest first, by any filter."""
        from store.audit_questions import AuditQuestions  # deferred: the first frame does not ask them

        self.may(Action.SEE_AUDIT)
        return AuditQuestions(self)

    def calendar_questions(self) -> CalendarQuestions:
        """The questions about the calendar: what counts, its history, what a change would do."""
        from store.calendar_questions import CalendarQuestions  # deferred: the first frame does not ask them

        self.may(Action.SEE_CALENDAR)
        return CalendarQuestions(self, self._clock())

    def people(self) -> PeopleQuestions:
        """The questions about people: who they are, their teams, whose references nobody has."""
        from store.people_questions import PeopleQuestions  # deferred: the first frame does not ask them

        return PeopleQuestions(self)

    def session_questions(self) -> SessionQuestions:
        """The questions about sessions, tokens and grants."""
        from store.session_questions import SessionQuestions  # deferred: as above

        return SessionQuestions(self, self._clock())

    def summary_questions(self) -> SummaryQuestions:
        """The questions about weekly summaries."""
        from store.summary_questions import SummaryQuestions  # deferred: as above

        return SummaryQuestions(self)

    def targets(self) -> TargetQuestions:
        """The questions about targets: what is in force, its history, what a draft would have done."""
        from store.target_questions import TargetQuestions  # deferred: the first frame does not ask them

        self.may(Action.SEE_TARGETS)
        return TargetQuestions(self, self._clock())

    def search(self, text: str, limit: int = 100) -> tuple[SearchHit, ...]:
        """Listings and applications whose reference or title contains `text`, whatever its case."""
        wanted = text.strip().casefold()
        if not wanted:
            return ()
        pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with self._seen_at_once() as plain:
            sight = self.sight(Asked("A search"))
            seen = sight.condition("l.id")
            rows = plain.rows(
                f"{_LISTING_HITS} WHERE l.folded LIKE ? ESCAPE '\\' AND {seen} ORDER BY l.ref LIMIT ?",
                (pattern, limit),
            )
            rows += plain.rows(
                f"{_APPLICATION_HITS} WHERE a.folded LIKE ? ESCAPE '\\' AND {seen} "
                "ORDER BY a.ref, l.ref LIMIT ?",
                (pattern, limit),
            )
        hits = (SearchHit(*row) for row in rows[:limit])
        return tuple(replace(hit, user=sight.name(hit.user)) for hit in hits)

    def subject(self, listing: str, application: str | None) -> SearchHit:
        """A listing, or an application to it; StoreError if it is not known."""
        self.sight(Asked("A listing", listing=listing))
        ask = f"{_LISTING_HITS} WHERE l.ref = ?"
        if application is not None:
            ask = f"{_APPLICATION_HITS} WHERE l.ref = ? AND a.ref = ?"
        with self.translated():
            row = self._plain.row(ask, (listing,) if application is None else (listing, application))
        if row is None:
            raise StoreError(f"{clean(application or listing)} is not known any more")
        return SearchHit(*row)


def _as_known(freezes: Iterable[Freeze], day: date) -> list[Freeze]:
    """The freezes as they were known at the end of `day`: what was lifted later was not lifted yet."""
    return [
        freeze if freeze.lifted is None or freeze.lifted <= day else Freeze(freeze.begin, None)
        for freeze in freezes
        if freeze.begin <= day
    ]


def _has_closing_date(plain: Plain, listing_id: int, until: int) -> bool:
    """Whether an event of the listing has said a closing date by then."""
    ask = "SELECT 1 FROM event WHERE listing_id = ? AND at <= ? AND detail LIKE '%\"closing_date\"%' LIMIT 1"
    return plain.value(ask, (listing_id, until)) is not None
