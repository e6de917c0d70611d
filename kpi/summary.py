"""One person's weekly summary: its parts, its text, its digest, and what differs between two of them.

Whole numbers only: counts, hundredths and per cent, so that the same summary has the same text and digest
on every machine. Weighted counts and targets are hundredths of an event.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.chain import canonical
from kpi.errors import StagewatchError
from kpi.weeks import Week

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACTIVITY = ("calls", "emails", "submissions", "interviews", "notes", "stage_moves")
OUTCOMES = ("offers", "hires", "withdrawals")
ENGAGEMENT = ("engagement",)
TASKS = ("tasks_in_time", "tasks_late", "tasks_open", "tasks_overdue")
# Figures by group, in the order in which they stand everywhere.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "activity": ACTIVITY,
    "outcomes": OUTCOMES,
    "engagement": ENGAGEMENT,
    "tasks": TASKS,
}
FIGURES = (*ACTIVITY, *OUTCOMES, *ENGAGEMENT, *TASKS)
TITLES: Mapping[str, str] = {
    "calls": "Calls",
    "emails": "E-mails",
    "submissions": "Submissions",
    "interviews": "Interviews arranged",
    "notes": "Notes",
    "stage_moves": "Stage moves",
    "offers": "Offers",
    "hires": "Hires",
    "withdrawals": "Withdrawals",
    "engagement": "Meaningful engagement",
    "tasks_in_time": "Tasks finished in time",
    "tasks_late": "Tasks finished late",
    "tasks_open": "Tasks open, not overdue",
    "tasks_overdue": "Tasks overdue",
}

FACTORS: Mapping[str, str] = {
    "open_roles": "Open roles",
    "working_days": "Working days",
    "season": "Season",
    "ramp_up": "Ramp-up",
}

FLAG_CODES: Mapping[str, str] = {
    "missing_note": "note missing",
    "outside_hours": "outside business hours",
    "in_future": "in the future",
    "before_listing": "before the listing existed",
    "outlier_own": "unlike the person's own weeks",
    "outlier_team": "unlike the team's weeks",
    "outlier_short": "too few weeks to compare with",
    "self_report": "self-report differs",
    "daily_limit": "over the daily limit",
    "near_daily_limit": "near the daily limit",
    "empty_field": "field left empty",
}
# It says what could not be looked at: there is nothing to answer.
UNANSWERED_CODES = frozenset({"outlier_short"})
_SEAL = b"stagewatch summary v1\0"


class SummaryTextError(StagewatchError):
    """A stored text that is no summary."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and what is behind it: the `events` by seq, the `tasks` by id, both in ascending order.

    `weighted` is in hundredths of an event, for activity and outcomes; None for the others.
    """

    name: str
    group: str
    count: int
    weighted: int | None = None
    events: tuple[int, ...] = ()
    tasks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Factor:
    """What a target was multiplied by: `name`, whole per cent (100 changes nothing), and why in words."""

    name: str
    percent: int
    said: str


@dataclass(frozen=True, slots=True)
class Target:
    """What is expected of one activity figure, in hundredths: `base` times all `factors`.

    `source` says whose weeks the base is from: team or organisation. Without a target `value`, `base` and
    `source` are None, and `why` says why in words.
    """

    figure: str
    value: int | None
    base: int | None = None
    source: str | None = None
    factors: tuple[Factor, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class CycleGroup:
    """How long one kind of role took, in working and in calendar days, by one metric.

    `group` is as in “technical, external”, `metric` time_to_fill or time_to_offer. `finished`, `open` and
    `unfilled` (ended without) count all of `listings`. A percentile is None if so great a share never
    finished.
    """

    group: str
    metric: str
    finished: int
    open: int
    unfilled: int
    working_p50: int | None
    working_p85: int | None
    calendar_p50: int | None
    calendar_p85: int | None
    listings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """What counts nowhere in the summary, and why.

    Frozen and cancelled are the person's; `contested_events` were left out by a decision; `sandbox_rows` are
    the organisation's in that week.
    """

    frozen_listings: int = 0
    frozen_events: int = 0
    frozen_tasks: int = 0
    cancelled_listings: int = 0
    cancelled_events: int = 0
    cancelled_tasks: int = 0
    contested_events: int = 0
    sandbox_rows: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to look at: a code of FLAG_CODES, the figure it is about if it is about one, and words."""

    code: str
    figure: str | None
    said: str
    events: tuple[int, ...] = ()
    days: tuple[date, ...] = ()

    @property
    def needs_answer(self) -> bool:
        """Whether a summary with it is approved only once it has been answered."""
        return self.code not in UNANSWERED_CODES

    @property
    def key(self) -> str:
        """What an answer to it is kept under, as in `outlier_own.calls.3f9a01bc`.

        It changes with the events and days behind the flag: an answer is to what was there to be seen.
        """
        # The number that somebody reported, and which fields are asked for, are nowhere but in the words.
        said = self.said if self.code in ("self_report", "empty_field") else None
        about = {"days": [day.isoformat() for day in self.days], "events": self.events, "said": said}
        mark = sha256(canonical(about).encode()).hexdigest()[:8]
        return ".".join(part for part in (self.code, self.figure, mark) if part)


@dataclass(frozen=True, slots=True)
class Summary:
    """One person's week.

    `team` is theirs in that week, `benchmarks` the number of the version that was in force; `self_report` is
    what they said they did, by activity figure. `priorities` are words of context, one line to a listing.
    """

    person: int
    week: Week
    team: int | None
    benchmarks: int
    figures: tuple[Figure, ...]
    targets: tuple[Target, ...]
    cycle: tuple[CycleGroup, ...]
    excluded: Excluded
    flags: tuple[Flag, ...]
    self_report: Mapping[str, int] | None
    priorities: tuple[str, ...]

    def figure(self, name: str) -> Figure:
        """The figure called `name`; KeyError if there is none."""
        return _named(self.figures, name)

    def target(self, figure: str) -> Target | None:
        """The target of an activity figure; None for the others, which have none."""
        return next((target for target in self.targets if target.figure == figure), None)


class Difference(NamedTuple):
    """What one number of a summary was, and what it is; None where it was not there.

    `figure` is a figure's name, or in words what else is sealed: “calls, weighted”, “frozen listings”, “open,
    technical, external (time_to_fill)”. `added` and `removed` are the events, tasks or listings behind it
    that came and went.
    """

    figure: str
    before: int | None
    after: int | None
    added: tuple[int | str, ...] = ()
    removed: tuple[int | str, ...] = ()


def _named(figures: tuple[Figure, ...], name: str) -> Figure:
    for figure in figures:
        if figure.name == name:
            return figure
    raise KeyError(name)


def to_json(summary: Summary) -> str:
    """The summary as canonical JSON: what a store keeps and seals, and `from_json` reads back."""
    return canonical(_plain(summary))


def _plain(summary: Summary) -> dict[str, Any]:
    return {
        **_sealed_plain(summary),
        "team": summary.team,
        "benchmarks": summary.benchmarks,
        "targets": [
            {**_fields(one), "factors": [_fields(factor) for factor in one.factors]}
            for one in summary.targets
        ],
        "flags": [{**_fields(one), "days": [day.isoformat() for day in one.days]} for one in summary.flags],
        "self_report": summary.self_report,
        "priorities": summary.priorities,
    }


def _sealed_plain(summary: Summary) -> dict[str, Any]:
    return {
        "person": summary.person,
        "week": summary.week.first.isoformat(),
        "figures": [_fields(one) for one in summary.figures],
        "cycle": [_fields(one) for one in summary.cycle],
        "excluded": _fields(summary.excluded),
    }


def _fields(part: Any) -> dict[str, Any]:
    """The fields of one part by name, as they are: `asdict` would copy every tuple."""
    return {name: getattr(part, name) for name in part.__slots__}


def from_json(text: str) -> Summary:
    """The summary that `to_json` wrote. SummaryTextError if the text is none, or written otherwise."""
    try:
        summary = _read(json.loads(text))
        written = to_json(summary)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SummaryTextError(
            "a stored summary cannot be read: its text is not that of a summary"
        ) from error
    if written != text:
        raise SummaryTextError("a stored summary cannot be read: its text is not written as summaries are")
    return summary


def _read(read: dict[str, Any]) -> Summary:
    reported = read["self_report"]
    return Summary(
        person=read["person"],
        week=Week(date.fromisoformat(read["week"])),
        team=read["team"],
        benchmarks=read["benchmarks"],
        figures=tuple(Figure(**_tuples(one, "events", "tasks")) for one in read["figures"]),
        targets=tuple(
            Target(**{**one, "factors": tuple(Factor(**factor) for factor in one["factors"])})
            for one in read["targets"]
        ),
        cycle=tuple(CycleGroup(**_tuples(one, "listings")) for one in read["cycle"]),
        excluded=Excluded(**read["excluded"]),
        flags=tuple(
            Flag(**{**_tuples(one, "events"), "days": tuple(date.fromisoformat(day) for day in one["days"])})
            for one in read["flags"]
        ),
        self_report=None if reported is None else dict(reported),
        priorities=tuple(read["priorities"]),
    )


def _tuples(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**record, **{name: tuple(record[name]) for name in names}}


def digest_of(summary: Summary) -> bytes:
    """32 bytes over what an approval seals: person, week, figures with what is behind them, cycle, excluded.

    Targets, flags and words are left out: they follow from figures, benchmarks and history.
    """
    return sha256(_SEAL + canonical(_sealed_plain(summary)).encode()).digest()


def differences(old: Summary, new: Summary) -> tuple[Difference, ...]:
    """What differs of what is sealed, in the order in which it stands; empty if and only if nothing does.

    Both are of one person and one week.
    """
    before, after = dict(_sealed(old)), dict(_sealed(new))
    found = []
    for name in [*before, *(name for name in after if name not in before)]:
        (then, had), (now, has) = before.get(name, (None, ())), after.get(name, (None, ()))
        if (then, had) != (now, has):
            known, left = set(had), set(has)
            added = tuple(one for one in has if one not in known)
            removed = tuple(one for one in had if one not in left)
            found.append(Difference(name, then, now, added, removed))
    return tuple(found)


def _sealed(summary: Summary) -> Iterator[tuple[str, tuple[int | None, tuple[int | str, ...]]]]:
    """What is sealed, number by number: its name, its value, and what is behind it."""
    for figure in summary.figures:
        yield figure.name, (figure.count, (*figure.events, *figure.tasks))
        if figure.weighted is not None:
            yield f"{figure.name}, weighted", (figure.weighted, ())
    for group in summary.cycle:
        which = f"{group.group} ({group.metric})"
        yield f"listings, {which}", (len(group.listings), group.listings)
        for name in _CYCLE_NUMBERS:
            yield f"{name.replace('_', ' ')}, {which}", (getattr(group, name), ())
    for name, value in _fields(summary.excluded).items():
        yield name.replace("_", " "), (value, ())


_CYCLE_NUMBERS = (
    "finished",
    "open",
    "unfilled",
    "working_p50",
    "working_p85",
    "calendar_p50",
    "calendar_p85",
)
