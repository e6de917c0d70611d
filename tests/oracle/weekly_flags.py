"""Targets and flags over pandas, read off docs/summaries.md and none of our code, beside `weekly.Year`.

An event's number is that of its row in the order of arrival, from 1 up. Everybody was always there, in one
team, and nobody is new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tests.oracle.weekly import WEEK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.oracle.weekly import Year

PLAIN = {"call_made", "email_sent", "email_received", "candidate_submitted", "note_added"}
NOTES = {
    "approval_rejected", "offer_rejected", "offer_withdrawn", "application_withdrawn", "listing_frozen",
    "listing_cancelled", "nobody_selected", "contract_rejected",
}  # fmt: skip
MORNING, EVENING = 7 * 60, 20 * 60
MANY, NEAR = 60, 48
Found = dict[tuple[str, str | None], tuple[int, ...]]


@dataclass
class Expected:
    """What is expected of the people of a year from `since` on; `seasons` are (first, last, per cent)."""

    year: Year
    since: date
    seasons: Sequence[tuple[date, date, int]] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _figures: dict[date, Any] = field(default_factory=dict)
    _roles_open: dict[date, Counter[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.heads = Counter(self.year.teams.values())
        moving = self.year.events[~self.year.events["kind"].isin(PLAIN)]
        self.first_at = moving.groupby("listing")["at"].min()

    def weeks_before(self, first: date, most: int) -> list[date]:
        """The latest whole weeks of which something is known, the last one first."""
        return [first - back * WEEK for back in range(1, most + 1) if first - back * WEEK >= self.since]

    def weighted(self, week: date, who: str, figure: str) -> int:
        """What somebody did in a week, weighted."""
        if week not in self._figures:
            self._figures[week] = self.year.figures(week)
        return int(self._figures[week].get((who, figure), (0, 0))[1])

    # ---------------------------------------------------------------------------------------- targets

    def targets(self, first: date, bases: Mapping[tuple[int, str], int]) -> dict[tuple[int, str], int]:
        """By team and figure: base × open roles × working days × season, once rounded."""
        days = [first + timedelta(days=number) for number in range(7)]
        worked = [day for day in days if np.is_busday(np.datetime64(day), busdaycal=self.year.calendar.table)]
        percents = [
            next((percent for since, until, percent in self.seasons if since <= day <= until), 100)
            for day in worked
        ]
        season = _whole(Fraction(sum(percents), len(percents))) if worked else 100
        shared = Fraction(_whole(Fraction(100 * len(worked), 5)), 100) * Fraction(season, 100)
        roles = {team: Fraction(self._roles(first, team), 100) for team, _ in bases}
        return {key: _whole(base * shared * roles[key[0]]) for key, base in bases.items()}

    def _roles(self, first: date, team: int) -> int:
        """The open roles a head at the week's end, by their median in the 13 weeks before, per cent."""
        usual = median(
            Fraction(self._open(week)[team], self.heads[team]) for week in self.weeks_before(first, 13)
        )
        now = Fraction(self._open(first)[team], self.heads[team])
        return min(max(_whole(100 * now / usual), 50), 200) if usual else 100

    def _open(self, first: date) -> Counter[int]:
        """How many listings of each team are open roles at the end of a week."""
        if first not in self._roles_open:
            year, last = self.year, pd.Timestamp(first + timedelta(days=6))
            begun, *over = (
                {str(one) for one in days[days <= last].index}
                for days in (year.turns[turn] for turn in ("start", "fill", "end"))
            )
            listings = begun.difference(*over, year.left_out(last))
            owners = (year.owner_on(one, last) for one in listings)
            self._roles_open[first] = Counter(year.teams[owner] for owner in owners if owner is not None)
        return self._roles_open[first]

    # ------------------------------------------------------------------------------------------ flags

    def flags(self, first: date) -> dict[str, Found]:
        """By person: the flags of a week by code and figure, with the events behind each."""
        events = self.year.events
        begin, last = pd.Timestamp(first), pd.Timestamp(first + timedelta(days=6))
        week = events[(events["day"] >= begin) & (events["day"] <= last) & events["person"].notna()]
        found: dict[str, Found] = {who: {} for who in self.year.teams}
        for who, acts in week.groupby("person"):
            found[str(who)] |= self._of_acts(acts)
        for who in self.year.teams:
            found[who] |= self._of_weeks(first, who, week[week["person"] == who])
        return found

    def _of_acts(self, acts: pd.DataFrame) -> Found:
        work = acts[acts["figure"].notna()]
        found: Found = {("missing_note", None): _numbers(acts[self._lacks_note(acts)])}
        minute = work["local"].dt.hour * 60 + work["local"].dt.minute
        timeless = (minute == 0) & (work["local"].dt.second == 0)
        busy = np.is_busday(work["day"].to_numpy("datetime64[D]"), busdaycal=self.year.calendar.table)
        within = (timeless | minute.between(MORNING, EVENING - 1)) & busy
        found["outside_hours", None] = _numbers(work[~within & _blank(work["justification"])])
        first_at = acts["listing"].map(self.first_at)
        found["before_listing", None] = _numbers(acts[first_at.notna() & (acts["at"] < first_at)])
        a_day = work.groupby("day")["seq"].transform("count")
        found["daily_limit", None] = _numbers(work[a_day > MANY])
        found["near_daily_limit", None] = _numbers(work[a_day.between(NEAR, MANY)])
        for figure, names in self.fields.items():
            own = work[work["figure"] == figure]
            empty = [_blank(own[name]) for name in names]
            found["empty_field", figure] = _numbers(own[np.logical_or.reduce(empty)]) if len(own) else ()
        return {key: events for key, events in found.items() if events}

    def _lacks_note(self, acts: pd.DataFrame) -> pd.Series[bool]:
        noted: dict[Any, set[Any]] = defaultdict(set)
        for row in acts[acts["figure"] == "notes"].itertuples():
            noted[row.listing, row.day].add(row.application)
        answered = [
            not {row.application, None}.isdisjoint(noted[row.listing, row.day]) for row in acts.itertuples()
        ]
        return acts["kind"].isin(NOTES) & _blank(acts["note"]) & ~pd.Series(answered, acts.index, dtype=bool)

    def _of_weeks(self, first: date, who: str, acts: pd.DataFrame) -> Found:
        weeks, found = self.weeks_before(first, 26), Found()
        if len(weeks) < 8:
            found["outlier_short", None] = ()
            return found
        team = [one for one, of in self.year.teams.items() if of == self.year.teams[who]]
        out = self.year.left_out(pd.Timestamp(first + timedelta(days=6)))
        for figure in self.year.rules.figures:
            now = self.weighted(first, who, figure)
            counted = acts[(acts["figure"] == figure) & ~acts["listing"].isin(list(out))]
            own = [self.weighted(week, who, figure) for week in weeks]
            if _is_far(now, own):
                found["outlier_own", figure] = _numbers(counted)
            others = [self.weighted(week, one, figure) for week in weeks for one in team]
            if len(team) >= 5 and _is_far(now, others):
                found["outlier_team", figure] = _numbers(counted)
        return found


def _whole(value: Fraction) -> int:
    """Rounded, half up."""
    return int(value + Fraction(1, 2))


def _blank(said: pd.Series[Any]) -> pd.Series[bool]:
    return said.fillna("").str.strip().eq("")


def _numbers(rows: pd.DataFrame) -> tuple[int, ...]:
    return tuple(sorted(int(seq) + 1 for seq in rows["seq"]))


def _is_far(now: int, weeks: Sequence[int]) -> bool:
    """Iglewicz and Hoaglin: beyond 3.5 median absolute deviations, and by five events."""
    middle = median(map(Fraction, weeks))
    away = [abs(week - middle) for week in weeks]
    if abs(now - middle) < 500 or now == middle:
        return False
    by_median, by_mean = median(away), sum(away) / len(away)
    if by_median:
        return Fraction(6745, 10_000) * abs(now - middle) / by_median > Fraction(7, 2)
    return not by_mean or abs(now - middle) / (Fraction(12_533, 10_000) * by_mean) > Fraction(7, 2)
