"""One listing's events being played: which clocks they start, open and end (design 3, rules 6 to 11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kpi.catalogue import ANY_EVENT, Catalogue
from kpi.deadlines import Freeze
from kpi.events import (
    APPLICATION_WITHDRAWN,
    FROZEN,
    INTERVIEWS_ARRANGED,
    INTERVIEWS_FINISHED,
    INTERVIEWS_STARTED,
    LISTING_CANCELLED,
    OFFER_STARTED,
    READY_TO_END,
    RECRUITMENT_ENDED,
    SETTLING,
    UNFROZEN,
    UNSETTLING,
    Event,
    Instant,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import date

    from kpi.calendar import WorkingCalendar

FINISHED = "finished"
CANCELLED = "cancelled"
# Events of which the clock makes something itself, whatever the catalogue says; most need no look.
_HANDLED = frozenset({INTERVIEWS_ARRANGED, INTERVIEWS_STARTED, INTERVIEWS_FINISHED, FROZEN, UNFROZEN})
_CANCELLING = frozenset({LISTING_CANCELLED, RECRUITMENT_ENDED, APPLICATION_WITHDRAWN})
_DECIDING = frozenset({OFFER_STARTED}) | SETTLING | UNSETTLING
_MOST_KINDS = 10_000  # remembered event names: names come from outside, and memory does not grow with them


class _Reaction(NamedTuple):
    """What one event name does to one kind of subject: positions of KPIs in the catalogue."""

    ends: tuple[int, ...]
    starts: tuple[int, ...]
    opens: tuple[int, ...]
    marks: tuple[int, ...]  # the starts of KPIs that open later


class _Reactions(dict[str, tuple[_Reaction | None, _Reaction | None]]):
    """What an event of a name does to a listing, and to an application; found when first asked for."""

    def __init__(self, rules: Rules) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, kind: str) -> tuple[_Reaction | None, _Reaction | None]:
        found = self._rules.reaction(kind, "listing"), self._rules.reaction(kind, "application")
        if len(self) < _MOST_KINDS:
            self[kind] = found
        return found


class Rules:
    """A catalogue made ready for replay: per event name and subject, what it ends and starts."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Compile `catalogue`."""
        self.kpis = catalogue.kpis
        self.timed = frozenset(kpi.timer for kpi in self.kpis if kpi.timer)
        self.derives_ready = any(READY_TO_END in kpi.events for kpi in self.kpis)
        self.ready_clocks = tuple(n for n, kpi in enumerate(self.kpis) if READY_TO_END in kpi.starts)
        self.reactions = _Reactions(self)

    def reaction(self, kind: str, subject: str) -> _Reaction | None:
        """What an event called `kind` does to a listing or to an application; None if nothing."""
        mine = [(n, kpi) for n, kpi in enumerate(self.kpis) if kpi.subject == subject and not kpi.final]
        moves = kind not in (FROZEN, UNFROZEN)  # a freeze stops clocks, it does not finish the work
        reaction = _Reaction(
            ends=tuple(n for n, kpi in mine if kind in kpi.ends or (moves and ANY_EVENT in kpi.ends)),
            starts=tuple(n for n, kpi in mine if kind in kpi.starts and not kpi.opens),
            opens=tuple(n for n, kpi in mine if kind in kpi.opens),
            marks=tuple(n for n, kpi in mine if kind in kpi.starts and kpi.opens),
        )
        return reaction if any(reaction) else None


class Clock(NamedTuple):
    """A clock that was started: of which KPI (its place in the catalogue), which time round, since when."""

    kpi: int
    round: int
    started_at: Instant
    opened_at: Instant


@dataclass(slots=True)
class Subject:
    """A listing or an application while its events are replayed."""

    application: str | None
    running: dict[int, Clock] = field(default_factory=dict)
    rounds: dict[int, int] = field(default_factory=dict)
    marks: dict[int, Instant] = field(default_factory=dict)
    offered: bool = False
    settled: bool = False


class Ended(NamedTuple):
    """A clock and how it ended, if it did; `dates` is how many closing dates had been said by then."""

    application: str | None
    clock: Clock
    at: Instant | None
    outcome: str | None
    dates: int


# The tuples' own constructor: a rebuild makes millions of these.
_new_clock: Callable[[tuple[int, int, Instant, Instant]], Clock] = partial(tuple.__new__, Clock)
_new_ended: Callable[[tuple[str | None, Clock, Instant, str, int]], Ended] = partial(tuple.__new__, Ended)


class Course:
    """One listing's events being played through, in the order of instant, then arrival."""

    def __init__(self, rules: Rules, calendar: WorkingCalendar) -> None:
        """Nothing has happened yet."""
        self.rules = rules
        self.calendar = calendar
        self.listing = Subject(None)
        self.applications: dict[str, Subject] = {}
        self.ended: list[Ended] = []
        self.freezes: list[Freeze] = []
        self.frozen_since: date | None = None
        self.interviews_start: Instant | None = None
        self.interviews_finish: Instant | None = None
        self.all_settled = False
        self.closing: list[tuple[date, date]] = []  # on which day which closing date was said

    def take(self, event: Event) -> None:
        """Play one reported event, after the timers that were due by then."""
        kind, at, application, _, _, closing_date, _, _ = event
        if self.interviews_start is not None or self.interviews_finish is not None:
            self.run_timers(at)
        if closing_date is not None:
            self.closing.append((self.calendar.day_of(at), closing_date))
        if kind in _HANDLED:
            self._handle(kind, event)
        self.deliver(kind, at, application)

    def _handle(self, kind: str, event: Event) -> None:
        """What the clock itself makes of an event, before it is delivered: timers and freezes."""
        if kind == INTERVIEWS_ARRANGED:
            self._set_timers(event)
        elif kind == INTERVIEWS_STARTED:
            self.interviews_start = None
        elif kind == INTERVIEWS_FINISHED:
            self.interviews_start = self.interviews_finish = None
        elif kind == FROZEN:
            if self.frozen_since is None:
                self.frozen_since = self.calendar.day_of(event.at)
        elif kind == UNFROZEN and self.frozen_since is not None:
            lifted = self.calendar.day_of(event.at)
            if lifted > self.frozen_since:
                self.freezes.append(Freeze(self.frozen_since, lifted))
            self.frozen_since = None

    def _set_timers(self, event: Event) -> None:
        """Rule 11: both moments are set anew, and lie not before the arrangement."""
        first, last = event.first_interview_at, event.last_interview_at
        self.interviews_start = self.interviews_finish = None
        earliest = event.at
        if first is not None and INTERVIEWS_STARTED in self.rules.timed:
            midday = self.calendar.midday(self.calendar.day_of(first) - timedelta(days=1))
            self.interviews_start = earliest = max(midday, event.at)
        if last is not None and INTERVIEWS_FINISHED in self.rules.timed:
            self.interviews_finish = max(last, earliest)

    def run_timers(self, until: Instant) -> None:
        """Let the timers due at or before `until` go off, in order."""
        if self.interviews_start is not None and self.interviews_start <= until:
            at, self.interviews_start = self.interviews_start, None
            self.deliver(INTERVIEWS_STARTED, at, None)
        if self.interviews_finish is not None and self.interviews_finish <= until:
            at, self.interviews_finish = self.interviews_finish, None
            self.deliver(INTERVIEWS_FINISHED, at, None)

    def next_timer(self) -> Instant | None:
        """When the next timer goes off."""
        pending = [at for at in (self.interviews_start, self.interviews_finish) if at is not None]
        return min(pending, default=None)

    def deliver(self, kind: str, at: Instant, application: str | None) -> None:
        """Bring an event to whom it reaches (rule 10): first it ends, then it starts (rule 9)."""
        reached = self._reached_by(application)
        if kind in _CANCELLING:
            self._cancel_by(kind, at, reached)
        of_listing, of_application = self.rules.reactions[kind]
        if of_listing is not None:
            self._end(self.listing, of_listing.ends, at)
        if of_application is not None and of_application.ends:
            for subject in reached:
                self._end(subject, of_application.ends, at)
        if kind == RECRUITMENT_ENDED:
            self._cancel_all(at)
        if of_listing is not None:
            self._start(self.listing, of_listing, at)
        if of_application is not None:
            for subject in reached:
                self._start(subject, of_application, at)
        if kind in _DECIDING:
            self._settle(kind, at, reached)

    def _cancel_by(self, kind: str, at: Instant, reached: Iterable[Subject]) -> None:
        """Rule 7: what a cancelled listing and a withdrawn application cancel."""
        if kind == APPLICATION_WITHDRAWN:
            for subject in reached:
                self._cancel(subject, at)
            return
        # Interviews of a recruitment that is over do not take place: no timer may bring it back.
        self.interviews_start = self.interviews_finish = None
        if kind == LISTING_CANCELLED:
            self._cancel_all(at)

    def _reached_by(self, application: str | None) -> Collection[Subject]:
        """Rule 10: the application that is named, else all that are known by now."""
        if application is None:
            return self.applications.values()
        subject = self.applications.get(application)
        if subject is None:
            subject = self.applications[application] = Subject(application)
        return (subject,)

    def _end(self, subject: Subject, kpis: tuple[int, ...], at: Instant) -> None:
        running = subject.running
        if running:
            for kpi in kpis:
                clock = running.pop(kpi, None)
                if clock is not None:
                    self.ended.append(
                        _new_ended((subject.application, clock, at, FINISHED, len(self.closing)))
                    )

    @staticmethod
    def _start(subject: Subject, reaction: _Reaction, at: Instant) -> None:
        _, starts, opens, marks = reaction
        running, rounds = subject.running, subject.rounds
        for kpi in starts:
            if kpi not in running:
                times = rounds[kpi] = rounds.get(kpi, 0) + 1
                running[kpi] = _new_clock((kpi, times, at, at))
        for kpi in opens:
            if kpi not in running:
                times = rounds[kpi] = rounds.get(kpi, 0) + 1
                running[kpi] = _new_clock((kpi, times, subject.marks.get(kpi, at), at))
        for kpi in marks:
            subject.marks[kpi] = at

    def _cancel(self, subject: Subject, at: Instant) -> None:
        self.ended += [
            Ended(subject.application, clock, at, CANCELLED, len(self.closing))
            for clock in subject.running.values()
        ]
        subject.running.clear()

    def _cancel_all(self, at: Instant) -> None:
        for subject in (self.listing, *self.applications.values()):
            self._cancel(subject, at)

    def _settle(self, kind: str, at: Instant, reached: Iterable[Subject]) -> None:
        """Rule 11: recruitment is ready to end at the moment when the last offered application settles."""
        for subject in reached:
            if kind == OFFER_STARTED:
                subject.offered = True
            else:
                subject.settled = kind in SETTLING
        offered = [subject for subject in self.applications.values() if subject.offered]
        settled_before, self.all_settled = self.all_settled, all(s.settled for s in offered) and bool(offered)
        if self.all_settled and not settled_before and self.rules.derives_ready:
            listing = self.listing
            if not any(clock in listing.running for clock in self.rules.ready_clocks):
                self.deliver(READY_TO_END, at, None)

    def clocks(self) -> list[Ended]:
        """All clocks that ever ran: those that have ended, as they ended, then those still running."""
        subjects = (self.listing, *self.applications.values())
        said = len(self.closing)
        still = [
            Ended(subject.application, clock, None, None, said)
            for subject in subjects
            for clock in subject.running.values()
        ]
        return self.ended + still

    def all_freezes(self) -> tuple[Freeze, ...]:
        """The listing's freezes in order, the last one perhaps not lifted yet."""
        open_one = () if self.frozen_since is None else (Freeze(self.frozen_since, None),)
        return (*self.freezes, *open_one)
