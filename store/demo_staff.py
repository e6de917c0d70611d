"""Who recruits in the demo, and how: forty people in six teams, none of whom exists.

Each name is a play on words. What the demo is to show of somebody (who is new, who leaves fields empty, who
had too much to do) stands here as data; everything else about them is drawn by the seed.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from random import Random

    from kpi.calendar import WorkingCalendar


class Crowd(NamedTuple):
    """A team: who manages it, its HR partner, who recruits in it, and the jobs they recruit for."""

    name: str
    manager: str
    partner: str
    members: tuple[str, ...]
    jobs: tuple[tuple[str, str, str], ...]  # title, department, role type


CROWDS = (
    Crowd(
        "Clinical", "Miles Ahead", "Paige Turner",
        (
            "Al Pine", "Barb Dwyer", "Clay Potts", "Dee Light", "Ella Vator", "Faye Slift", "Kay Oss",
            "Neil Down",
        ),
        (
            ("Consultant anaesthetist", "Theatres", "clinical"), ("Pharmacist", "Pharmacy", "clinical"),
            ("Physiotherapist", "Therapies", "clinical"), ("Midwife", "Maternity", "clinical"),
            ("Radiographer", "Imaging", "technical"),
        ),
    ),
    Crowd(
        "Corporate", "Grace Period", "Connie Fidential",
        ("Gail Force", "Hazel Nutt", "Iris Bloom", "Jay Walker"),
        (
            ("Ward clerk", "Ward 7", "support"), ("Payroll officer", "Finance", "support"),
            ("Data analyst", "Finance", "technical"),
        ),
    ),
    Crowd(
        "Nursing", "Chuck Lister", "Paige Turner",
        (
            "Olive Branch", "Rusty Gates", "Sandy Shore", "Terry Bull", "Percy Vere", "Ida Down",
            "Pearl Button", "Minnie Bus",
        ),
        (("Staff nurse", "Ward 7", "clinical"), ("Healthcare assistant", "Ward 3", "clinical")),
    ),
    Crowd(
        "Diagnostics", "Mona Tor", "Paige Turner",
        ("Basil Leaf", "Cara Van", "Cliff Edge", "Dinah Mite", "Eve Ning", "Zoe Trope", "Sid Downe"),
        (
            ("Radiographer", "Imaging", "technical"), ("Biomedical scientist", "Pathology", "technical"),
            ("Phlebotomist", "Pathology", "clinical"),
        ),
    ),
    Crowd(
        "Digital", "Ken Doo", "Connie Fidential",
        ("Otto Matic", "Polly Ester", "Bill Board", "Rita Book", "Walter Melon", "Drew Blanks", "Anna Gramm"),
        (
            ("Data engineer", "Digital services", "technical"),
            ("Systems analyst", "Digital services", "technical"),
            ("Service desk assistant", "Digital services", "support"),
        ),
    ),
    Crowd(
        "Estates", "Hugh Mility", "Connie Fidential",
        ("Dan Delion", "Herb Garden", "Mo Lasses", "Wanda Round", "Gus Tofwind", "Marsha Mellow"),
        (
            ("Porter", "Estates", "support"), ("Catering assistant", "Kitchens", "support"),
            ("Electrician", "Estates", "technical"),
        ),
    ),
)  # fmt: skip
USERS = tuple(name for crowd in CROWDS for name in crowd.members)
# How many days ago the newcomers joined; everybody else has been there for longer than the year.
NEWCOMERS = {"Neil Down": 24, "Minnie Bus": 52, "Anna Gramm": 80}
RAMP = ((30, 0.35), (60, 0.6), (90, 0.8))
# Whose notes and fields are missing more often than others', and who calls in the evening.
CARELESS, EVENINGS = "Kay Oss", "Eve Ning"
# Who did far more than usual: in which week (1: the last full one), on which weekdays, how much each day.
BUSY = (
    ("Faye Slift", 1, (0, 1, 2, 3, 4), 18), ("Wanda Round", 1, (2,), 63), ("Dee Light", 1, (3,), 49),
    ("Percy Vere", 5, (0, 1, 2, 3), 26), ("Zoe Trope", 4, (3,), 50), ("Cliff Edge", 6, (1,), 62),
)  # fmt: skip
# Who called on the Saturday of the last full week, and did not say why.
SATURDAY = ("Terry Bull", "Olive Branch", "Sandy Shore")
# Calls that were noted elsewhere and entered when the week had long been over: who may have made them (the
# first of these who had a listing then), in which week, how many.
LATE = (("Ella Vator", "Clay Potts", "Barb Dwyer", "Al Pine"), 3, 4)
# From, until (month and day, both within), and how much is done then.
QUIET = (((12, 20), (12, 31), 0.35), ((1, 1), (1, 3), 0.35), ((7, 20), (8, 31), 0.8))
_LEAVE, _LEAVE_DAYS = 3, 5
_ABOUT = 75  # days for which a listing is much work, or thereabouts


class Staff:
    """The people in one year: who was there on a day, and how much they do."""

    def __init__(self, rng: Random, calendar: WorkingCalendar, today: date) -> None:
        self.rng = rng
        self.today = today
        self.pace = {name: rng.uniform(0.85, 1.2) for name in USERS}
        self.joined = {name: today - timedelta(days=days) for name, days in NEWCOMERS.items()}
        busy = {name for name, *_ in BUSY}
        self.away = {name: self._leave(calendar, 84 if name in busy else 0) for name in USERS}
        self.given: dict[str, list[date]] = {name: [] for name in USERS}
        self.crowd_of = {name: crowd for crowd in CROWDS for name in crowd.members}

    def _leave(self, calendar: WorkingCalendar, least: int) -> frozenset[date]:
        """Some working weeks of leave, each from any day on that is at least so many days ago."""
        begins = [self.today - timedelta(days=self.rng.randrange(least, 364)) for _ in range(_LEAVE)]
        return frozenset(
            calendar.nth_working_day(begin, number) for begin in begins for number in range(_LEAVE_DAYS)
        )

    def give(self, crowd: Crowd, day: date) -> str:
        """Whose a new listing becomes: of two who could take it, who was given less about that time."""
        here = [name for name in crowd.members if self.has_joined(name, day)]
        name = min(self.rng.sample(here, 2), key=lambda name: self._load(name, day))
        self.given[name].append(day)
        return name

    def _load(self, name: str, day: date) -> int:
        return sum(abs((other - day).days) <= _ABOUT for other in self.given[name])

    def has_joined(self, name: str, day: date) -> bool:
        """Whether somebody works there by then."""
        return name not in self.joined or self.joined[name] <= day

    def is_in(self, name: str, day: date) -> bool:
        """Whether somebody works that day."""
        return self.has_joined(name, day) and day not in self.away[name]

    def another(self, name: str, day: date) -> str:
        """Who does it in somebody's place: one of the same team, if anybody is there."""
        others = [other for other in self.crowd_of[name].members if other != name and self.is_in(other, day)]
        return self.rng.choice(others) if others else name

    def speed(self, name: str, day: date) -> float:
        """How much of the usual somebody does on a day."""
        usual = self.pace[name] * quiet(day)
        if name not in self.joined:
            return usual
        been = (day - self.joined[name]).days
        return usual * next((part for until, part in RAMP if been < until), 1.0)


def quiet(day: date) -> float:
    """How much of the usual anybody does in this season."""
    here = (day.month, day.day)
    return next((part for first, last, part in QUIET if first <= here <= last), 1.0)
