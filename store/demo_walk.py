"""One listing's way through hiring in the demo: from the draft to the end, with the usual accidents."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from store.demo_staff import CARELESS, CROWDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from kpi.calendar import WorkingCalendar
    from store.demo_staff import Crowd, Staff

COLUMNS = (
    "id", "activity", "when", "vacancy", "applicant", "done by", "recruiter", "job title", "department",
    "role type", "urgency", "criticality", "internal", "closes", "first interview", "last interview",
    "minutes", "reply", "outreach method", "source", "justification", "note",
)  # fmt: skip
# The events after which a listing is left waiting, and since at least and at most how many days.
PARKED = (
    ("listing_marked_ready", 1, 9), ("approval_requested", 1, 8), ("approval_rejected", 2, 14),
    ("reapproval_requested", 1, 8), ("approval_granted", 1, 4), ("listing_published", 2, 12),
    ("listing_closed", 1, 8), ("shortlisting_online_chosen", 3, 12), ("shortlisting_offline_chosen", 3, 14),
    ("scoring_completed", 1, 7), ("applications_downloaded", 1, 7), ("shortlist_selected", 1, 8),
    ("interviews_arranged", 1, 3), ("interviews_started", 1, 1), ("interviews_finished", 1, 7),
    ("interview_feedback_completed", 1, 8), ("applicants_selected", 1, 7), ("nobody_selected", 2, 14),
    ("offer_started", 1, 5), ("offer_sent", 1, 12), ("offer_rejected", 1, 9), ("offer_withdrawn", 1, 9),
    ("offer_accepted", 5, 30), ("checks_decided", 1, 9), ("contract_sent", 2, 16),
    ("contract_issued_offline", 2, 16), ("contract_rejected", 1, 9), ("contract_accepted", 5, 40),
    ("listing_frozen", 1, 20), ("listing_frozen", 8, 13),
)  # fmt: skip
_THEIR_WORDS = {
    "listing_frozen": "vacancy frozen",
    "listing_unfrozen": "vacancy unfrozen",
    "call_made": "telephone call",
    "email_sent": "email sent",
    "candidate_submitted": "put forward",
}
# What is written beside a change that has to be explained.
_NOTES = {
    "approval_rejected": ("Band does not match the description", "Budget code is missing"),
    "listing_frozen": ("Vacancy panel asked to hold", "Held until the ward is reorganised"),
    "listing_cancelled": ("Funding withdrawn", "Post given to another department"),
    "nobody_selected": ("No applicant met the essential criteria", "The panel was not unanimous"),
    "offer_rejected": ("Took another post", "Asked for a higher point on the scale"),
    "offer_withdrawn": ("Right to work could not be shown", "Start date could not be agreed"),
    "contract_rejected": ("Hours differ from the advert", "Name is misspelt"),
    "application_withdrawn": ("Withdrew by telephone", "Has found work nearer home"),
}
Row = tuple[str, ...]


class Step(NamedTuple):
    """One thing that happens to a listing, in local time."""

    kind: str
    at: datetime
    applicant: str = ""
    closes: date | None = None
    interviews: tuple[datetime, datetime] | None = None

    def later(self, shift: timedelta) -> Step:
        """The same, moved with all its dates."""
        first_and_last = self.interviews and (self.interviews[0] + shift, self.interviews[1] + shift)
        closes = self.closes and self.closes + shift
        return Step(self.kind, self.at + shift, self.applicant, closes, first_and_last)


def stamp(at: datetime) -> str:
    """A time as the export writes it."""
    return at.isoformat(" ", "minutes")


def row_of(kind: str, at: datetime, ref: str, **cells: str) -> Row:
    """A row of the export but for its id; `cells` are by their columns, with “_” for a space."""
    said = {"activity": _THEIR_WORDS.get(kind, kind), "when": stamp(at), "vacancy": ref, **cells}
    return tuple([said.get(name, "") for name in _NAMES])


_NAMES = tuple(name.replace(" ", "_") for name in COLUMNS[1:])
# Both come by themselves at the dates that were arranged: places to park, not rows of the export.
_BY_ITSELF = frozenset({"interviews_started", "interviews_finished"})


class Walk:
    """One listing's way through hiring, in local time; working hours on working days, mostly."""

    def __init__(
        self,
        rng: Random,
        calendar: WorkingCalendar,
        staff: Staff,
        ref: str,
        begin: date,
        crowd: Crowd | None = None,
    ) -> None:
        self.rng = rng
        self.calendar = calendar
        self.staff = staff
        self.ref = ref
        crowd = crowd or rng.choices(CROWDS, [len(crowd.members) for crowd in CROWDS])[0]
        title, department, role = rng.choice(crowd.jobs)
        internal = rng.random() < 0.14
        self.facts = {
            "job_title": title, "department": department, "role_type": role,
            "urgency": "urgent" if rng.random() < 0.18 else "normal",
            "criticality": "critical" if rng.random() < 0.12 else "standard",
            "internal": "yes" if internal else "no",
        }  # fmt: skip
        self.haste = 0.7 if internal else 1.0
        self.first_owner = staff.give(crowd, begin)
        heirs = [name for name in crowd.members if not staff.has_joined(name, begin) and rng.random() < 0.15]
        self.heir = heirs[0] if heirs else self.first_owner
        self.at = self._hours(begin if calendar.is_working(begin) else calendar.nth_working_day(begin, 1))
        self.steps: list[Step] = []

    def owner_on(self, day: date) -> str:
        """Whose listing it is: newcomers are given some that are there already."""
        return self.heir if self.staff.has_joined(self.heir, day) else self.first_owner

    def _hours(self, day: date) -> datetime:
        minutes = self.rng.randint(8 * 60, 18 * 60)
        return datetime.combine(day, time(minutes // 60, minutes % 60))

    def wait(self, usual: float) -> None:
        """Let about `usual` working days pass; sometimes far more, as work gets stuck."""
        days = round(self.rng.lognormvariate(0, 0.6) * usual * self.haste)
        if self.rng.random() < 0.04:
            days += self.rng.randint(5, 25)
        later = self._hours(self.calendar.nth_working_day(self.at.date(), days))
        self.at = max(self.at + timedelta(minutes=self.rng.randint(5, 90)), later)

    def say(self, kind: str, usual: float = 1.0, applicant: str = "", closes: date | None = None) -> None:
        """After about `usual` working days, one event."""
        self.wait(usual)
        self.steps.append(Step(kind, self.at, applicant, closes))

    def go(self) -> None:
        """From the draft to the end of recruitment."""
        rng = self.rng
        self._approve()
        closes = self.calendar.nth_working_day(self.at.date(), rng.randint(8, 15))
        self.say("listing_published", 1, closes=closes)
        if rng.random() < 0.08:
            self.say("listing_frozen", 3)
            self.say("listing_unfrozen", 10)
        applicants = [f"{self.ref}-{place:02d}" for place in range(1, rng.randint(5, 14))]
        for applicant in applicants:
            self.say("application_received", 0.45, applicant)
        self.say("listing_closed", 3)
        if rng.random() < 0.05:
            self.say("listing_cancelled", 4)
            return
        self._shortlist()
        if rng.random() < 0.3:
            self.say("application_withdrawn", 1, applicants.pop())
        self._interview()
        if rng.random() < 0.1:
            self.say("nobody_selected", 3)
            self.say("recruitment_ended", 8)
            return
        self.say("applicants_selected", 3)
        for applicant in rng.sample(applicants, rng.choice((1, 1, 1, 2))):
            self._offer(applicant)
        self.say("recruitment_ended", 6)

    def _approve(self) -> None:
        self.say("listing_marked_ready", 0)
        self.say("approval_requested", 0.5)
        if self.rng.random() < 0.25:
            self.say("approval_rejected", 3)
            self.say("reapproval_requested", 5)
        self.say("approval_granted", 3)

    def _shortlist(self) -> None:
        if self.rng.random() < 0.7:
            self.say("shortlisting_online_chosen", 2)
            self.say("scoring_completed", 5)
        else:
            self.say("shortlisting_offline_chosen", 2)
            self.say("applications_downloaded", 5)
        self.say("shortlist_selected", 2)

    def _interview(self) -> None:
        self.wait(3)
        first = datetime.combine(
            self.calendar.nth_working_day(self.at.date(), self.rng.randint(5, 9)), time(9, 30)
        )
        last = first + timedelta(hours=self.rng.choice((6, 30)))
        self.wait(0.2)
        self.steps += [
            Step("interviews_arranged", self.at, interviews=(first, last)),
            Step("interviews_started", datetime.combine(first - timedelta(days=1), time(12))),
            Step("interviews_finished", last),
        ]
        self.at = max(self.at, last)
        self.say("interview_feedback_completed", 2)

    def _offer(self, applicant: str) -> None:
        rng = self.rng
        self.say("offer_started", 2, applicant)
        self.say("offer_sent", 1.5, applicant)
        fate = rng.random()
        if fate < 0.2:
            self.say("offer_rejected" if fate < 0.12 else "offer_withdrawn", 4, applicant)
            self.say("offer_sent", 4, applicant)
        self.say("offer_accepted", 4, applicant)
        self.say("checks_decided", 15, applicant)
        self.say("contract_issued_offline" if rng.random() < 0.25 else "contract_sent", 3, applicant)
        if rng.random() < 0.1:
            self.say("contract_rejected", 5, applicant)
            self.say("contract_sent", 3, applicant)
        self.say("contract_accepted", 6, applicant)

    def park(self, stop: tuple[str, int, int], now: datetime) -> None:
        """Cut the way behind the event `stop[0]` and move it so that this was some days ago."""
        kind, least, most = stop
        while not (places := [place for place, step in enumerate(self.steps) if step.kind == kind]):
            self.steps = []
            self.go()
        place = places[0]
        was = self.steps[place].at.date()
        possible = [now.date() - timedelta(days=days) for days in range(least, most + 1)]
        # Whole weeks keep office days on office days.
        same_weekday = [day for day in possible if day.weekday() == was.weekday()]
        shift = self.rng.choice(same_weekday or possible) - was
        self.steps = [step.later(shift) for step in self.steps[: place + 1]]

    def rows(self) -> Iterator[tuple[datetime, Row]]:
        """What the export has of it, also of days to come, each row with its time."""
        for step in self.steps:
            if step.kind not in _BY_ITSELF:
                yield step.at, self._row(step)

    def _row(self, step: Step) -> Row:
        owner = self.owner_on(step.at.date())
        cells = {
            "applicant": step.applicant,
            "done_by": self._who(owner, step),
            "recruiter": owner,
            "note": self._note(owner, step.kind),
            "closes": step.closes.isoformat() if step.closes else "",
        }
        if step.interviews:
            cells["first_interview"], cells["last_interview"] = map(stamp, step.interviews)
        return row_of(step.kind, step.at, self.ref, **self.facts, **cells)

    def _who(self, owner: str, step: Step) -> str:
        """Who did it: the owner, or somebody of the team; an application comes from outside."""
        if step.kind == "application_received":
            return ""
        day = step.at.date()
        if self.staff.is_in(owner, day) and self.rng.random() < 0.9:
            return owner
        return self.staff.another(owner, day)

    def _note(self, owner: str, kind: str) -> str:
        """Most write the note that is asked for."""
        forgets = 0.5 if owner == CARELESS else 0.12
        return self.rng.choice(_NOTES[kind]) if kind in _NOTES and self.rng.random() > forgets else ""
