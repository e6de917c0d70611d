"""Benchmarks from TOML text: every value is checked, whatever is wrong is said in one line with its place."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kpi.errors import StagewatchError
from kpi.summary import ACTIVITY, OUTCOMES
from kpi.text import clean
from kpi.thresholds import (
    ANY_OTHER,
    METRICS,
    Baseline,
    Benchmarks,
    Cycle,
    CycleRule,
    Engagement,
    Hours,
    Limits,
    Outliers,
    RampStep,
    Season,
    Weights,
)
from kpi.toml_text import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MOST_SHOWN = 40  # characters of what is wrong
_MOST_WEEKS, _MOST_DAYS, _MOST_PERCENT, _MOST_EVENTS = 104, 999, 1000, 10_000
_UNCHANGED = 100
_LEAST_PEOPLE = 5  # kpi/disclosure.py: of fewer, a colleague could be told from it
_LEAST_TO_EXPECT = 4  # weeks: the median of fewer would be what somebody did in one of them
_LEAST_TO_SPREAD = 3  # of fewer weeks there is no median deviation to speak of
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_DAY_MINUTES = 24 * 60
_TABLES = (
    "activity",
    "outcomes",
    "engagement",
    "cycle",
    "weights",
    "baseline",
    "season",
    "ramp",
    "hours",
    "limits",
    "notes",
    "fields",
    "outliers",
)
_LISTS = ("season", "ramp")


class BenchmarksError(StagewatchError):
    """Benchmarks that cannot be used. The message names the place and the rule."""


class _Table:
    """One table of the document, and where it stands; what is asked of it is checked."""

    def __init__(self, where: str, entry: Any, keys: Iterable[str], optional: Iterable[str] = ()) -> None:
        if not isinstance(entry, dict):
            raise BenchmarksError(f"{where}: write it as a table")
        self.where, self.entry = where, entry
        needed, allowed = tuple(keys), (*keys, *optional)
        for key in entry:
            if key not in allowed:
                raise self.wrong(f"unknown key “{_shown(key)}”; known are {', '.join(allowed)}")
        for key in needed:
            if key not in entry:
                raise self.wrong(f"{key} is missing")

    def wrong(self, said: str) -> BenchmarksError:
        return BenchmarksError(f"{self.where}: {said}")

    def whole(self, key: str, least: int, most: int) -> int:
        value = self.entry[key]
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(f"{key} must be a whole number from {least} to {most}, got {_shown(value)}")
        return value

    def percent(self, key: str, least: int = 0, most: int = _MOST_PERCENT) -> int:
        return self.whole(key, least, most)

    def names(self, key: str, *, empty: bool = True) -> tuple[str, ...]:
        value = self.entry[key]
        if not isinstance(value, list) or not all(isinstance(one, str) and _is_clean(one) for one in value):
            raise self.wrong(f"{key} must be a list of names, without blanks around them")
        if not value and not empty:
            raise self.wrong(f"{key} names no event")
        if len(set(value)) < len(value):
            raise self.wrong(f"{key} names one twice")
        return tuple(value)

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.entry[key]
        if value not in allowed:
            raise self.wrong(f"{key} must be {' or '.join(allowed)}, got {_shown(value)}")
        return str(value)

    def flag(self, key: str) -> bool:
        value = self.entry[key]
        if not isinstance(value, bool):
            raise self.wrong(f"{key} is true or false")
        return value

    def word(self, key: str) -> str:
        value = self.entry[key]
        if not isinstance(value, str) or not _is_clean(value):
            raise self.wrong(f"{key} must be a text, without blanks around it")
        return value

    def day(self, key: str) -> date:
        value = self.entry[key]
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.wrong(f"{key} must be a day, as in 2026-12-24 without quotation marks")
        return value

    def minute(self, key: str) -> int:
        found = _CLOCK.fullmatch(self.entry[key]) if isinstance(self.entry[key], str) else None
        minute = int(found[1]) * 60 + int(found[2]) if found else _DAY_MINUTES + 1
        if minute > _DAY_MINUTES:
            raise self.wrong(f'{key} must be a time of day, as in "07:30"')
        return minute


def _is_clean(text: str) -> bool:
    return bool(text) and clean(text) == text


def _shown(value: object) -> str:
    return clean(str(value))[:_MOST_SHOWN]


def load_benchmarks(text: str) -> Benchmarks:
    """Read benchmarks; every table must be there but for [[season]], [[ramp]] and [[cycle.rule]].

    BenchmarksError says in one line what is wrong and where.
    """
    try:
        document = read_toml(text)
    except ValueError as error:
        raise BenchmarksError(str(error)) from error
    unknown = sorted(set(document) - set(_TABLES))
    if unknown:
        known = ", ".join(f"[{name}]" for name in _TABLES)
        raise BenchmarksError(f"unknown table [{_shown(unknown[0])}]; known are {known}")
    for name in _TABLES:
        if name not in document and name not in _LISTS:
            raise BenchmarksError(f"the table [{name}] is missing")
    return Benchmarks(
        activity=_events("activity", document, ACTIVITY),
        outcomes=_events("outcomes", document, OUTCOMES),
        engagement=_engagement(document["engagement"]),
        cycle=_cycle(document["cycle"]),
        weights=_weights(document["weights"]),
        baseline=_baseline(document["baseline"]),
        seasons=_seasons(document.get("season", [])),
        ramp=_ramp(document.get("ramp", [])),
        hours=_hours(document["hours"]),
        limits=_limits(document["limits"]),
        notes=_Table("[notes]", document["notes"], ("needed",)).names("needed"),
        fields=_custom(document["fields"]),
        outliers=_outliers(document["outliers"]),
    )


def _events(name: str, document: dict[str, Any], figures: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Figure → event names; no event stands in two, so that it counts once."""
    table = _Table(f"[{name}]", document[name], figures)
    found = {figure: table.names(figure) for figure in figures}
    seen: dict[str, str] = {}
    for figure, events in found.items():
        for event in events:
            if event in seen:
                raise table.wrong(f"“{event}” stands in {seen[event]} and in {figure}; an event counts once")
            if event == ANY_OTHER and name != "activity":
                raise table.wrong(f"“{ANY_OTHER}” may stand only in [activity]")
            seen[event] = figure
    return found


def _engagement(entry: Any) -> Engagement:
    table = _Table("[engagement]", entry, Engagement.__slots__)
    kinds = table.names("kinds")
    for kind in kinds:
        if kind not in ACTIVITY:
            raise table.wrong(f"kinds are activity figures ({', '.join(ACTIVITY)}), not “{kind}”")
    first = table.whole("follow_up_from_days", 1, _MOST_DAYS)
    return Engagement(
        kinds=kinds,
        least_minutes=table.whole("least_minutes", 1, _MOST_DAYS),
        reply=table.flag("reply"),
        follow_up_from_days=first,
        follow_up_until_days=table.whole("follow_up_until_days", first, _MOST_DAYS),
    )


def _cycle(entry: Any) -> Cycle:
    keys = ("start", "offer", "fill", "weeks", "default", "long_days")
    table = _Table("[cycle]", entry, keys, ("rule",))
    return Cycle(
        start=table.names("start", empty=False),
        offer=table.names("offer", empty=False),
        fill=table.names("fill", empty=False),
        weeks=table.whole("weeks", 1, _MOST_WEEKS),
        default=table.one_of("default", METRICS),
        long_days=table.whole("long_days", 1, _MOST_DAYS),
        rules=tuple(
            _cycle_rule(f"[[cycle.rule]] {place}", one)
            for place, one in enumerate(_list_of(entry.get("rule", []), "[[cycle.rule]]"), 1)
        ),
    )


def _cycle_rule(where: str, entry: Any) -> CycleRule:
    table = _Table(where, entry, ("metric",), ("urgency", "criticality"))
    said = {key: table.word(key).casefold() for key in ("urgency", "criticality") if key in entry}
    if not said:
        raise table.wrong("say an urgency, a criticality or both; for all others there is default")
    return CycleRule(said.get("urgency"), said.get("criticality"), table.one_of("metric", METRICS))


def _list_of(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise BenchmarksError(f"write it as {where}")
    return value


def _weights(entry: Any) -> Weights:
    table = _Table("[weights]", entry, Weights.__slots__)
    return Weights(
        technical=table.percent("technical", 1),
        other=table.percent("other", 1),
        internal=table.percent("internal", 1),
        technical_roles=tuple(role.casefold() for role in table.names("technical_roles")),
    )


def _baseline(entry: Any) -> Baseline:
    table = _Table("[baseline]", entry, Baseline.__slots__)
    weeks = table.whole("weeks", _LEAST_TO_EXPECT, _MOST_WEEKS)
    return Baseline(
        weeks=weeks,
        least_weeks=table.whole("least_weeks", _LEAST_TO_EXPECT, weeks),
        least_people=table.whole("least_people", _LEAST_PEOPLE, _MOST_EVENTS),
        roles_least=table.percent("roles_least", 1, _UNCHANGED),
        roles_most=table.percent("roles_most", _UNCHANGED),
    )


def _seasons(entries: Any) -> tuple[Season, ...]:
    """In the order of their days. Two may not share a day: it would have two factors."""
    found = []
    for place, entry in enumerate(_list_of(entries, "[[season]]"), 1):
        table = _Table(f"[[season]] {place}", entry, ("name", "from", "until", "percent"))
        season = Season(table.word("name"), table.day("from"), table.day("until"), table.percent("percent"))
        if season.until < season.since:
            raise table.wrong(f"until ({season.until}) must not be before from ({season.since})")
        found.append(season)
    found.sort(key=lambda season: season.since)
    for before, after in pairwise(found):
        if after.since <= before.until:
            raise BenchmarksError(
                f"[[season]]: “{before.name}” and “{after.name}” share {after.since}; a day has one season"
            )
    return tuple(found)


def _ramp(entries: Any) -> tuple[RampStep, ...]:
    found: list[RampStep] = []
    for place, entry in enumerate(_list_of(entries, "[[ramp]]"), 1):
        table = _Table(f"[[ramp]] {place}", entry, RampStep.__slots__)
        step = RampStep(table.whole("until_day", 1, _MOST_DAYS), table.percent("percent", 0, _UNCHANGED))
        if found and step.until_day <= found[-1].until_day:
            raise table.wrong(f"until_day must be after the step before, {found[-1].until_day}")
        found.append(step)
    return tuple(found)


def _hours(entry: Any) -> Hours:
    table = _Table("[hours]", entry, ("from", "until"))
    hours = Hours(table.minute("from"), table.minute("until"))
    if hours.until <= hours.since:
        raise table.wrong("until must be after from")
    return hours


def _limits(entry: Any) -> Limits:
    table = _Table("[limits]", entry, Limits.__slots__)
    return Limits(table.whole("daily", 1, _MOST_EVENTS), table.percent("near_percent", 1, _UNCHANGED))


def _custom(entry: Any) -> Mapping[str, tuple[str, ...]]:
    table = _Table("[fields]", entry, (), entry if isinstance(entry, dict) else ())
    if not all(map(_is_clean, entry)):
        raise table.wrong("its keys are activity figures or event names")
    return {key: table.names(key) for key in entry}


def _outliers(entry: Any) -> Outliers:
    table = _Table("[outliers]", entry, Outliers.__slots__)
    weeks = table.whole("weeks", _LEAST_TO_SPREAD, _MOST_WEEKS)
    return Outliers(
        weeks=weeks,
        least_weeks=table.whole("least_weeks", _LEAST_TO_SPREAD, weeks),
        score_percent=table.percent("score_percent", 1, _MOST_EVENTS),
        least_difference=table.whole("least_difference", 0, _MOST_EVENTS),
    )
