"""Benchmarks: every threshold and factor that weekly summaries are made with, as one immutable version.

Their parts are in kpi/thresholds.py, how they are read and checked in kpi/benchmarks_reading.py. Revised
quarterly from the team leads' feedback (module 4 of the curriculum: “revising benchmarks quarterly based on
feedback from team leads”), each time as a version of its own, with what differs.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from kpi.benchmarks_reading import BenchmarksError, load_benchmarks
from kpi.catalogue import quote
from kpi.thresholds import Benchmarks, clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "STANDARD",
    "Benchmarks",
    "BenchmarksError",
    "Changed",
    "difference",
    "load_benchmarks",
    "write_benchmarks",
]


class Changed(NamedTuple):
    """One value of a version beside another's, as TOML writes it; None where it is not there.

    `path` is as in `limits.daily`, `season.1.percent`.
    """

    path: str
    before: str | None
    after: str | None


_Pairs = tuple[tuple[str, str], ...]


def write_benchmarks(benchmarks: Benchmarks) -> str:
    """TOML text that `load_benchmarks` reads back as equal benchmarks, with a word on each table."""
    lines: list[str] = []
    said: set[str] = set()
    for table, pairs in _tables(benchmarks):
        if table not in said:
            lines += ["", *(f"# {line}" for line in _WORDS[table].splitlines())]
            said.add(table)
        elif table in _LISTS:
            lines.append("")
        lines.append(f"[[{table}]]" if table in _LISTS else f"[{table}]")
        lines += [_wrapped(key, value) for key, value in pairs]
    return "\n".join(lines[1:]) + "\n"


def difference(before: Benchmarks, after: Benchmarks) -> tuple[Changed, ...]:
    """What one version says otherwise than another, in the order in which it is written."""
    old, new = dict(_paths(before)), dict(_paths(after))
    paths = [*old, *(path for path in new if path not in old)]
    return tuple(
        Changed(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)
    )


def _paths(benchmarks: Benchmarks) -> Iterator[tuple[str, str]]:
    places: dict[str, int] = {}
    for table, pairs in _tables(benchmarks):
        where = table
        if table in _LISTS:
            places[table] = places.get(table, 0) + 1
            where = f"{table}.{places[table]}"
        for key, value in pairs:
            yield f"{where}.{key}", value


def _tables(benchmarks: Benchmarks) -> Iterator[tuple[str, _Pairs]]:
    """Every table in order: its name, and its keys with their values as TOML writes them."""
    b, cycle = benchmarks, benchmarks.cycle
    yield "activity", tuple((figure, _list(events)) for figure, events in b.activity.items())
    yield "outcomes", tuple((figure, _list(events)) for figure, events in b.outcomes.items())
    yield "engagement", _all_of(b.engagement, "kinds", "least_minutes", "reply", *_FOLLOW_UP)
    yield "cycle", _all_of(cycle, "start", "offer", "fill", "weeks", "default", "long_days")
    for rule in cycle.rules:
        yield "cycle.rule", _all_of(rule, "urgency", "criticality", "metric")
    yield "weights", _all_of(b.weights, "technical", "other", "internal", "technical_roles")
    yield "baseline", _all_of(b.baseline, "weeks", "least_weeks", "least_people", "roles_least", "roles_most")
    for season in b.seasons:
        days = (("from", season.since.isoformat()), ("until", season.until.isoformat()))
        yield "season", (("name", quote(season.name)), *days, ("percent", str(season.percent)))
    for step in b.ramp:
        yield "ramp", _all_of(step, "until_day", "percent")
    yield "hours", (("from", quote(clock(b.hours.since))), ("until", quote(clock(b.hours.until))))
    yield "limits", _all_of(b.limits, "daily", "near_percent")
    yield "notes", (("needed", _list(b.notes)),)
    yield "fields", tuple((_key(name), _list(fields)) for name, fields in b.fields.items())
    yield "outliers", _all_of(b.outliers, "weeks", "least_weeks", "score_percent", "least_difference")


_FOLLOW_UP = ("follow_up_from_days", "follow_up_until_days")
_LONGEST_LINE = 100
_LISTS = ("cycle.rule", "season", "ramp")


def _all_of(part: object, *keys: str) -> _Pairs:
    pairs = ((key, getattr(part, key)) for key in keys)
    return tuple((key, _value(value)) for key, value in pairs if value is not None)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return _list(value)
    return quote(value) if isinstance(value, str) else str(value)


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(map(quote, names))}]"


def _wrapped(key: str, value: str) -> str:
    """A line, or a list too long for one with each name on a line of its own."""
    line = f"{key} = {value}"
    if len(line) <= _LONGEST_LINE or not value.startswith("["):
        return line
    names = tomllib.loads(line).popitem()[1]
    return "\n".join((f"{key} = [", *(f"  {quote(name)}," for name in names), "]"))


def _key(name: str) -> str:
    """A key that is plain where TOML lets it be."""
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else quote(name)


_WORDS = {
    "activity": (
        'Which events are which activity; "*" is every other event of the catalogue. Whoever did it has it.'
    ),
    "outcomes": "Which events are which outcome. Whoever owned the listing on that day has it.",
    "engagement": (
        "A call or e-mail about an application is meaningful if it was long enough, had a reply, or\n"
        "followed the one before by so many calendar days; at most one a day for each application."
    ),
    "cycle": (
        "From which event to which a listing's cycle runs, over how many weeks it is looked at, by which\n"
        "metric, and after how many working days an open listing is called long."
    ),
    "cycle.rule": "The first rule that fits a listing's urgency and criticality says its metric.",
    "weights": (
        "What an event counts, in per cent, by the role of its listing; for internal moves it is multiplied\n"
        "by internal. Role types without regard to case."
    ),
    "baseline": (
        "Targets: the median of so many full weeks, of at least so many weeks with at least so many people.\n"
        "The factor of open roles stays between these per cents."
    ),
    "season": "What is expected in a season, in per cent; both days are within it.",
    "ramp": "What is expected of somebody new, in per cent, up to which day of their employment.",
    "hours": "Business hours on working days; what was done outside them wants a justification.",
    "limits": "Activities a day that are too many, and the per cent of it from which on a day is near it.",
    "notes": "Events that need a note.",
    "fields": "Custom fields that must be filled, by activity or by event.",
    "outliers": (
        "Outliers: within so many weeks, of at least so many; from which modified z-score on, in per cent\n"
        "(350 is 3.5); a difference of fewer events is never one."
    ),
}

STANDARD = load_benchmarks(resources.files("kpi").joinpath("nhs_jobs_benchmarks.toml").read_text("utf-8"))
