"""What recruiters of the demo do for their listings, day by day: calls, e-mails, submissions and notes."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise
from math import exp
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from store.demo_staff import BUSY, CARELESS, EVENINGS, LATE, SATURDAY
from store.demo_walk import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from kpi.calendar import WorkingCalendar
    from store.demo_staff import Staff
    from store.demo_walk import Row, Walk

CALL, SENT, RECEIVED = "call_made", "email_sent", "email_received"
SUBMITTED, NOTED = "candidate_submitted", "note_added"


class _Phase(NamedTuple):
    """How much is done for a listing on a usual day of it, and of what how much beside the rest."""

    usual: float
    weights: tuple[int, int, int, int]  # up to a call, e-mail, submission, note


_PREPARING = _Phase(0.5, (2, 6, 6, 9))
_SOURCING = _Phase(1.9, (4, 10, 14, 15))
_SHORTLISTING = _Phase(1.5, (4, 9, 12, 14))
_INTERVIEWING = _Phase(1.5, (4, 9, 9, 11))
_OFFERING = _Phase(1.1, (4, 8, 8, 10))
_NOTHING = _Phase(0.0, (1, 2, 2, 3))
_PHASES = {
    "listing_marked_ready": _PREPARING, "listing_published": _SOURCING, "listing_unfrozen": _SOURCING,
    "listing_closed": _SHORTLISTING, "interviews_arranged": _INTERVIEWING, "applicants_selected": _OFFERING,
    "nobody_selected": _PREPARING, "listing_frozen": _NOTHING, "listing_cancelled": _NOTHING,
    "recruitment_ended": _NOTHING,
}  # fmt: skip
_KINDS = (CALL, SENT, SUBMITTED, NOTED)
_STUCK_DAYS, _STUCK = 21, 0.4
_LONGEST = 400  # days that the year and its listings go back
_A_DAY = 5.0  # so much somebody does on a usual day, however many listings they have
_COVERED = 0.4  # on so many days of leave somebody else steps in
_TOO_EARLY = 0.02
_WAYS = {CALL: ("telephone", "telephone", "video"), SENT: ("e-mail", "e-mail", "social media")}
_SOURCES = ("NHS Jobs", "NHS Jobs", "referral", "careers fair", "agency", "talent pool")
_SAID = (
    "Talked through the panel's dates", "Would like to see the ward first", "Asked about flexible hours",
    "References named", "Reminded the hiring manager of the scores", "Prefers to be called after four",
    "Sent the person specification", "Relocation discussed", "Notice period is eight weeks",
)  # fmt: skip
_WHY_LATE = ("Candidate works nights", "Candidate is abroad", "Asked to be called in the evening")


class Applicants:
    """Who has applied for a listing by a day, and who of them has not been put forward."""

    def __init__(self, walk: Walk, day: date | None = None) -> None:
        self.coming = [
            (step.at.date(), step.applicant) for step in walk.steps if step.kind == "application_received"
        ]
        self.chosen = [
            (step.at.date(), step.applicant) for step in walk.steps if step.kind == "offer_started"
        ]
        self.here: list[str] = []
        self.to_submit: list[str] = []
        if day is not None:
            self.on(day)

    def on(self, day: date) -> None:
        """Go on to a day; whoever is to get an offer is talked to alone from then on."""
        while self.coming and self.coming[0][0] < day:
            applicant = self.coming.pop(0)[1]
            self.here.append(applicant)
            self.to_submit.append(applicant)
        chosen = [applicant for since, applicant in self.chosen if since < day]
        if chosen:
            self.here = chosen

    def one(self, rng: Random) -> str:
        """One of them, the first ones more often; nobody as long as nobody is there, and now and then."""
        if not self.here or rng.random() < 0.15:
            return ""
        return self.here[min(int(rng.expovariate(0.5)), len(self.here) - 1)]

    def next_to_submit(self) -> str:
        """The next to be put forward, each once; "" if all have been."""
        return self.to_submit.pop(0) if self.to_submit else ""


class _Task(NamedTuple):
    """What there is to do for a listing on a day, and how much of it as a rule."""

    walk: Walk
    applicants: Applicants
    phase: _Phase
    much: float


class Activity:
    """Draws what is done; all times are local."""

    def __init__(self, rng: Random, calendar: WorkingCalendar, staff: Staff, now: datetime) -> None:
        self.rng = rng
        self.calendar = calendar
        self.staff = staff
        self.now = now

    def around(self, walks: list[Walk]) -> Iterator[tuple[datetime, Row]]:
        """What was done for the listings, up to now: on each day by each owner, for what they have."""
        rng, staff = self.rng, self.staff
        for (day, owner), tasks in sorted(self._agenda(walks).items(), key=itemgetter(0)):
            who = owner
            if not staff.is_in(owner, day):
                if rng.random() > _COVERED:
                    continue
                who = staff.another(owner, day)
            much = [task.much for task in tasks]
            for _ in range(_poisson(rng, staff.speed(who, day) * min(sum(much), _A_DAY))):
                task = rng.choices(tasks, much)[0]
                task.applicants.on(day)
                kind = rng.choices(_KINDS, cum_weights=task.phase.weights)[0]
                yield from self.one(task.walk, task.applicants, kind, who, day)

    def _agenda(self, walks: list[Walk]) -> dict[tuple[date, str], list[_Task]]:
        """What there is to do by day and owner, on working days."""
        today = self.now.date()
        year = [today - timedelta(days=back) for back in range(_LONGEST, -1, -1)]
        days = [day for day in year if self.calendar.is_working(day)]
        agenda: dict[tuple[date, str], list[_Task]] = defaultdict(list)
        for walk in walks:
            applicants = Applicants(walk)
            moves = [(step.at.date(), _PHASES[step.kind]) for step in walk.steps if step.kind in _PHASES]
            for (since, phase), (until, _) in pairwise((*moves, (today, _NOTHING))):
                usual = _Task(walk, applicants, phase, phase.usual)
                stuck = usual._replace(much=phase.usual * _STUCK)
                stuck_from = since + timedelta(days=_STUCK_DAYS)
                for day in days[bisect(days, since) : bisect(days, until)] if phase.usual else ():
                    agenda[day, walk.owner_on(day)].append(usual if day < stuck_from else stuck)
        return agenda

    def too_early(self, walks: list[Walk]) -> Iterator[tuple[datetime, Row]]:
        """Some calls dated before their listing was there, as a wrong date makes it; one of them lately."""
        lately, is_wanted = self._monday(1), True
        for walk in walks:
            first = walk.steps[0].at
            day = first.date() - timedelta(days=1)
            if not self.calendar.is_working(day) or first > self.now:
                continue
            is_now = is_wanted and lately <= day < lately + timedelta(days=7)
            if is_now or self.rng.random() < _TOO_EARLY:
                is_wanted = is_wanted and not is_now
                yield self._bare_call(walk, day, first.hour)

    def saturday(self, walks: list[Walk]) -> Iterator[tuple[datetime, Row]]:
        """A call that nobody would expect then, without a word why."""
        day = self._monday(1) + timedelta(days=5)
        found = (
            walk for who in SATURDAY for walk in walks if walk.owner_on(day) == who and is_running(walk, day)
        )
        for walk in islice(found, 1):
            yield self._bare_call(walk, day, 10)

    def _bare_call(self, walk: Walk, day: date, hour: int) -> tuple[datetime, Row]:
        at = datetime.combine(day, time(hour, 20))
        cells = {"minutes": "7", "outreach_method": "telephone", "done_by": walk.owner_on(day)}
        return at, row_of(CALL, at, walk.ref, **cells)

    def one(
        self, walk: Walk, waiting: Applicants, kind: str, who: str, day: date
    ) -> Iterator[tuple[datetime, Row]]:
        """One thing that somebody does for a listing on a day, and the answer to an e-mail."""
        rng = self.rng
        at = datetime.combine(day, time()) + timedelta(
            minutes=round(rng.triangular(8 * 60 + 10, 18 * 60, 10 * 60 + 40))
        )
        cells: dict[str, str] = {}
        applicant = waiting.one(rng)
        if kind == SUBMITTED:
            applicant = waiting.next_to_submit()
            kind = kind if applicant else SENT
        if kind == CALL:
            at, cells["justification"] = self._when(who, at)
            cells["minutes"] = str(_minutes(rng))
        if kind == SENT and applicant:
            cells["reply"] = "yes" if rng.random() < 0.4 else "no"
        if kind == NOTED or rng.random() < 0.06:
            cells["note"] = rng.choice(_SAID)
        if rng.random() > (0.15 if who == CARELESS else 0.002):
            if kind in _WAYS:
                cells["outreach_method"] = rng.choice(_WAYS[kind])
            if kind == SUBMITTED:
                cells["source"] = rng.choice(_SOURCES)
        yield at, row_of(kind, at, walk.ref, applicant=applicant, done_by=who, **cells)
        if cells.get("reply") == "yes" and rng.random() < 0.3:
            back = at + timedelta(minutes=rng.randint(20, 200))
            yield back, row_of(RECEIVED, back, walk.ref, applicant=applicant, done_by=who)

    def _when(self, who: str, at: datetime) -> tuple[datetime, str]:
        """When somebody calls, and why then: most in office hours, for which there is no need of a reason."""
        rng = self.rng
        late = rng.random() < (0.07 if who == EVENINGS else 0.002)
        if not late:
            return at, ""
        at = at.replace(hour=rng.choice((20, 21)), minute=rng.randint(5, 55))
        return at, rng.choice(_WHY_LATE) if rng.random() < (0.9 if who == EVENINGS else 0.4) else ""

    def busy(self, walks: list[Walk]) -> Iterator[tuple[datetime, Row]]:
        """Days on which somebody did far more than usual, for listings of theirs."""
        for who, weeks, weekdays, much in BUSY:
            for weekday in weekdays:
                day = self._monday(weeks) + timedelta(days=weekday)
                if self.calendar.is_working(day):
                    yield from self._campaign(walks, who, day, much)

    def late(self, walks: list[Walk]) -> list[tuple[datetime, Row]]:
        """Calls of weeks ago that have not been entered yet."""
        members, weeks, much = LATE
        day = self._monday(weeks) + timedelta(days=2)
        found = (list(self._campaign(walks, who, day, much, (CALL,))) for who in members)
        return next((rows for rows in found if rows), [])

    def _monday(self, weeks: int) -> date:
        today = self.now.date()
        return today - timedelta(days=today.weekday() + 7 * weeks)

    def _campaign(
        self, walks: list[Walk], who: str, day: date, much: int, kinds: tuple[str, ...] = (CALL, SENT)
    ) -> Iterator[tuple[datetime, Row]]:
        own = [walk for walk in walks if walk.owner_on(day) == who and is_running(walk, day)]
        there = [Applicants(walk, day) for walk in own]
        for _ in range(much if own else 0):
            place = self.rng.randrange(len(own))
            yield from self.one(own[place], there[place], self.rng.choice(kinds), who, day)


def is_running(walk: Walk, day: date) -> bool:
    """Whether the listing has been published and goes on."""
    before = [step.kind for step in walk.steps if step.at.date() < day]
    return "listing_published" in before and not {"recruitment_ended", "listing_cancelled"} & {*before}


def _minutes(rng: Random) -> int:
    """How long a call lasts: many are a message left, some a long talk."""
    return 1 if rng.random() < 0.25 else min(55, 2 + round(rng.lognormvariate(1.6, 0.7)))


def _poisson(rng: Random, mean: float) -> int:
    """How often something happens that happens `mean` times as a rule."""
    number, chance, limit = 0, rng.random(), exp(-mean)
    while chance > limit:
        number += 1
        chance *= rng.random()
    return number
