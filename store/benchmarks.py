"""Benchmarks, saved as numbered versions: each counts from a week on, and none is ever changed.

Module 4 of the curriculum: “revising benchmarks quarterly based on feedback from team leads to reflect
evolving business priorities and market conditions”.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kpi.benchmarks import STANDARD, Benchmarks, difference, load_benchmarks, write_benchmarks
from kpi.text import clean
from kpi.weeks import DAYS, Week, week_of
from store.errors import StoreError
from store.people_rows import today_of
from store.rationale import MOST_CHARACTERS, check_reason
from store.schema import check_version
from store.summary_facts import BenchmarksConflictError, BenchmarksSaved
from store.summary_rows import FIRST_WEEKDAY, first_weekday

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.plain import Plain
    from store.work import Store, Work

_THE_PROGRAMS_OWN = 0


class Version(NamedTuple):
    """A version of the benchmarks; number 0 are the program's own, which count until another does."""

    number: int
    benchmarks: Benchmarks


@lru_cache(maxsize=16)
def _loaded(text: str) -> Benchmarks:
    return load_benchmarks(text)


def benchmarks_for(plain: Plain, week: Week) -> Version:
    """The version that counts for a week: of those that begin by then, the last to be saved."""
    row = plain.row(
        "SELECT number, text FROM benchmarks WHERE from_day <= ? ORDER BY number DESC LIMIT 1",
        (week.first.toordinal(),),
    )
    return Version(_THE_PROGRAMS_OWN, STANDARD) if row is None else Version(row[0], _loaded(row[1]))


def save_benchmarks(
    store: Store,
    text: str,
    *,
    reason: str,
    feedback: Mapping[str, str] | None = None,
    from_week: Week | None = None,
    expected: int | None = None,
    actor: str | None = None,
) -> BenchmarksSaved:
    """Make the next version, of TOML text (kpi/benchmarks.py); nothing is written if it is the newest one's.

    It counts from the week `from_week` on, this week without one. `feedback` is what team leads said, by
    name. BenchmarksError for a text that is none; StoreError for a week that has approved summaries, or one
    before such a week; BenchmarksConflictError if `expected` is not the newest version's number.
    """
    reason, said = check_reason(reason), _clean_feedback(feedback or {})
    draft = load_benchmarks(text)
    with store.work("benchmarks.save", actor=actor, reason=reason, about="benchmarks:next") as work:
        plain = work.plain
        check_version(plain, store.location)
        row = plain.row("SELECT number, author, reason FROM benchmarks ORDER BY number DESC LIMIT 1")
        newest, author, why = row or (_THE_PROGRAMS_OWN, "", "")
        if expected not in (None, newest):
            raise BenchmarksConflictError(expected or 0, newest, author, why)
        week = _begins(work, from_week)
        before = benchmarks_for(plain, week)
        differences = difference(before.benchmarks, draft)
        if not differences and before.number == newest:
            work.changed = False
            return BenchmarksSaved(before.number, week, ())
        _check_not_approved(plain, week)
        plain.run(
            "INSERT INTO benchmarks (number, from_day, created_at, author, reason, feedback, text) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                newest + 1,
                week.first.toordinal(),
                work.now,
                clean(work.operation.actor),
                reason,
                json.dumps(said, ensure_ascii=False),
                write_benchmarks(draft),
            ),
        )
    return BenchmarksSaved(newest + 1, week, differences)


def _clean_feedback(feedback: Mapping[str, str]) -> dict[str, str]:
    """What was said, as it is kept; StoreError if it is too long, or nobody said it."""
    kept = {}
    for by, words in feedback.items():
        name, said = clean(by), clean(words)
        if not name or not said:
            raise StoreError("feedback: say whose it is and what they said; nothing was written")
        if len(said) > MOST_CHARACTERS:
            raise StoreError(f"feedback: at most {MOST_CHARACTERS} characters each; nothing was written")
        kept[name] = said
    return kept


def _begins(work: Work, week: Week | None) -> Week:
    weekday = first_weekday(work.plain)
    if week is None:
        return week_of(today_of(work), weekday)
    return check_week(week, weekday)


def check_week(week: Week, weekday: int) -> Week:
    """The week; StoreError if it does not begin on the organisation's first weekday."""
    if week != week_of(week.first, weekday):
        raise StoreError(f"{week.first} is not the first day of a week here; nothing was written")
    return week


def _check_not_approved(plain: Plain, week: Week) -> None:
    """StoreError if a summary was approved by the benchmarks that would be others now."""
    last = plain.value(
        "SELECT max(from_day) FROM summary WHERE sealed IS NOT NULL AND from_day >= ?",
        (week.first.toordinal(),),
    )
    if last is not None:
        first = Week(date.fromordinal(last + DAYS))
        raise StoreError(
            f"from: summaries of {Week(date.fromordinal(last)).label} are approved already, as they were "
            f"measured; the first week that can be is {first.label}; nothing was written"
        )


def choose_first_weekday(store: Store, weekday: int, *, actor: str | None = None) -> bool:
    """Let weeks begin on this weekday, 0 Monday to 6 Sunday; whether that is new.

    StoreError once there are summaries: they would be of other weeks.
    """
    if not 0 <= weekday < DAYS:
        raise StoreError("the first weekday goes from 0, Monday, to 6, Sunday; nothing was written")
    with store.work("setting.first_weekday", actor=actor, about=f"setting:{FIRST_WEEKDAY}") as work:
        plain = work.plain
        check_version(plain, store.location)
        work.changed = first_weekday(plain) != weekday
        if not work.changed:
            return False
        if plain.value("SELECT 1 FROM summary LIMIT 1") is not None:
            raise StoreError(
                "there are weekly summaries already, which would be of other weeks; the first weekday stays"
            )
        plain.run(
            "INSERT INTO setting (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (FIRST_WEEKDAY, str(weekday)),
        )
    return True
