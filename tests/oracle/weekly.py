"""Weekly figures over pandas, read off the issue's own words and none of our code: one row to an event.

An event's row has `at` (aware), kind, listing, application, actor, owner, and what else it said in columns of
their own, None where it said nothing. Rows come in the order in which they arrived.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.oracle.working_days import Calendar

ACTIVITY = {
    "calls": {"call_made", "phone_call"},
    "emails": {"email_sent"},
    "submissions": {"candidate_submitted"},
    "interviews": {"interviews_arranged"},
    "notes": {"note_added"},
}
OUTCOMES = {
    "offers": {"offer_sent"},
    "hires": {"contract_accepted"},
    "withdrawals": {"application_withdrawn", "offer_withdrawn"},
}
CYCLE = {"start": {"listing_published"}, "offer": {"offer_sent"}, "fill": {"contract_accepted"}}
WEEK = timedelta(days=7)


@dataclass
class Rules:
    """What the benchmarks say: which events are what, what weighs how much in per cent."""

    known: set[str]
    activity: Mapping[str, set[str]] = field(default_factory=lambda: ACTIVITY)
    outcomes: Mapping[str, set[str]] = field(default_factory=lambda: OUTCOMES)
    cycle: Mapping[str, set[str]] = field(default_factory=lambda: CYCLE)
    technical: int = 125
    other: int = 100
    internal: int = 70

    @property
    def figures(self) -> list[str]:
        return [*self.activity, "stage_moves"]


class Year:
    """All events of an organisation, with who is who: `links` by reference, `teams` by person."""

    def __init__(
        self,
        events: pd.DataFrame,
        calendar: Calendar,
        rules: Rules,
        links: Mapping[str, str],
        teams: Mapping[str, int],
    ) -> None:
        self.calendar, self.rules, self.links, self.teams = calendar, rules, links, teams
        events = events.copy()
        events["seq"] = range(len(events))
        events["local"] = events["at"].dt.tz_convert(calendar.zone)
        events["day"] = events["local"].dt.tz_localize(None).dt.normalize()
        events = events.sort_values(["at", "seq"], kind="stable")
        figure = {kind: name for name, kinds in rules.activity.items() for kind in kinds}
        outcome = {kind: name for name, kinds in rules.outcomes.items() for kind in kinds}
        moves = events["kind"].where(events["kind"].isin(rules.known)).notna()
        events["figure"] = (
            events["kind"].map(figure).fillna(pd.Series("stage_moves", events.index).where(moves))
        )
        events["outcome"] = events["kind"].map(outcome)
        events["person"] = events["actor"].map(links)
        facts = events.groupby("listing")[["role_type", "urgency", "criticality", "internal"]].last()
        self.facts = facts
        technical = facts["role_type"].str.casefold().eq("technical").fillna(value=False)
        internal = facts["internal"].eq("yes").fillna(value=False)
        weights = np.where(technical, rules.technical, rules.other) * np.where(internal, rules.internal, 100)
        self.weights = pd.Series(np.floor(weights / 100 + 0.5).astype(int), facts.index)
        self.groups = (
            technical.map({True: "technical", False: "other"})
            + ", "
            + internal.map({True: "internal", False: "external"})
        )
        events["weight"] = events["listing"].map(self.weights)
        self.events = events
        self.owners = self._owners()
        frozen = events[events["kind"].isin({"listing_frozen", "listing_unfrozen"})]
        self.freezes: dict[str, list[tuple[pd.Timestamp, str]]] = {}
        for listing, day, kind in frozen[["listing", "day", "kind"]].itertuples(index=False):
            self.freezes.setdefault(listing, []).append((day, kind))
        self.cancelled = events[events["kind"] == "listing_cancelled"].groupby("listing")["day"].min()
        firsts = {name: events[events["kind"].isin(kinds)] for name, kinds in rules.cycle.items()}
        firsts["end"] = events[events["kind"] == "recruitment_ended"]
        self.turns = {name: rows.groupby("listing")["day"].min() for name, rows in firsts.items()}

    def _owners(self) -> dict[str, list[tuple[pd.Timestamp, str]]]:
        """Rule 14, by listing: from which day on whose it is."""
        found: dict[str, list[tuple[pd.Timestamp, str]]] = {}
        for listing, rows in self.events.groupby("listing")[["day", "actor", "owner"]]:
            said = [(day, owner) for day, _, owner in rows.itertuples(index=False) if isinstance(owner, str)]
            acted = [(day, actor) for day, actor, _ in rows.itertuples(index=False) if isinstance(actor, str)]
            first = [one for one in acted[:1] if not said or one[0] < said[0][0]]
            found[str(listing)] = [*first, *said]
        return found

    def owner_on(self, listing: str, day: pd.Timestamp) -> str | None:
        """Whose a listing is at the end of a day, if they are linked."""
        owner = None
        for since, name in self.owners[listing]:
            if since <= day:
                owner = name
        return None if owner is None else self.links.get(owner)

    def left_out(self, last: pd.Timestamp) -> dict[str, str]:
        """The listings that count nowhere in the week that ends with `last`, and why."""
        found = {}
        for listing, rows in self.freezes.items():
            before = [kind for day, kind in rows if day <= last]
            if before and before[-1] == "listing_frozen":
                found[listing] = "frozen"
        return found | {str(one): "cancelled" for one in self.cancelled[self.cancelled <= last].index}

    def counted(self, first: date) -> pd.DataFrame:
        """The events of a week that count for somebody as an activity or an outcome: one row to each."""
        begin, last = pd.Timestamp(first), pd.Timestamp(first + WEEK - timedelta(days=1))
        week = self.events[(self.events["day"] >= begin) & (self.events["day"] <= last)]
        did = week[week["figure"].notna() & week["person"].notna()].assign(name=lambda rows: rows["figure"])
        owned = week[week["outcome"].notna()].assign(name=lambda rows: rows["outcome"])
        whose = [self.owner_on(*one) for one in owned[["listing", "day"]].itertuples(index=False)]
        owned = owned.assign(person=whose)
        both = pd.concat([did, owned[owned["person"].notna()]])
        return both.assign(why=both["listing"].map(self.left_out(last)))

    def figures(self, first: date) -> dict[tuple[str, str], tuple[int, int]]:
        """By person and figure the count and the weighted count of a week, of those that have any."""
        rows = self.counted(first)
        sums = rows[rows["why"].isna()].groupby(["person", "name"])["weight"].agg(["count", "sum"])
        return {
            (str(who), str(name)): (int(count), int(total)) for (who, name), count, total in sums.itertuples()
        }

    def excluded(self, first: date) -> dict[tuple[str, str], int]:
        """By person and why, how many events of a week are left out."""
        rows = self.counted(first).dropna(subset=["why"])
        found = rows.groupby(["person", "why"])["seq"].nunique()
        return {(str(who), str(why)): int(count) for (who, why), count in found.items()}

    def engagement(self, first: date) -> Counter[str]:
        """Module 1: long enough, answered, or followed up after 2 to 10 days; one a day and application."""
        begin, last = pd.Timestamp(first), pd.Timestamp(first + WEEK - timedelta(days=1))
        rows = self.events[
            self.events["figure"].isin(["calls", "emails"])
            & self.events["application"].notna()
            & self.events["person"].notna()
            & (self.events["day"] >= begin - timedelta(days=10))
            & (self.events["day"] <= last)
            & ~self.events["listing"].isin(list(self.left_out(last)))
        ].copy()
        about = ["person", "listing", "application"]
        rows["gap"] = rows.groupby(about)["day"].diff().dt.days
        minutes = pd.to_numeric(rows["minutes"], errors="coerce").fillna(0)
        answered = rows["reply"].fillna("").str.casefold().isin(["yes", "true", "1", "y"])
        meant = rows[(minutes >= 5) | answered | rows["gap"].between(2, 10)]
        meant = meant[meant["day"] >= begin].drop_duplicates([*about, "day"])
        return Counter(meant["person"])

    def tasks(self, views: Iterable[Any], first: date) -> dict[tuple[str, str], int]:
        """Tasks as of a week's last day, as lists of tasks have them, by person and figure."""
        out = self.left_out(pd.Timestamp(first + timedelta(days=6)))
        found: Counter[tuple[str, str]] = Counter()
        for task in views:
            if task.finished_at is None:
                who = self.links.get(task.user or "")
                name = "tasks_overdue" if task.status == "overdue" else "tasks_open"
            else:
                day = self.calendar.day_of(task.finished_at)
                if task.in_time is None or day < first:
                    continue
                who = self.owner_on(task.listing, pd.Timestamp(day))
                name = "tasks_in_time" if task.in_time else "tasks_late"
            if who is not None and task.listing not in out:
                found[who, name] += 1
        return found

    # ------------------------------------------------------------------------------------------- cycles

    def cycles(self, first: date) -> dict[tuple[str, str, str], tuple[Any, ...]]:
        """By person, kind of role and metric: finished, open, unfilled, then both percentiles twice."""
        last, since = first + timedelta(days=6), first - 12 * WEEK
        out = self.left_out(pd.Timestamp(last))
        found: dict[tuple[str, str, str], list[tuple[str, int, int]]] = {}
        for listing, start in self.turns["start"].items():
            name = str(listing)
            if start > pd.Timestamp(last) or name in out:
                continue
            facts = self.facts.loc[name]
            is_pressing = (
                str(facts["urgency"]).casefold() == "urgent"
                or str(facts["criticality"]).casefold() == "critical"
            )
            metric = "offer" if is_pressing else "fill"
            state, end = "open", pd.Timestamp(last)
            ended = self.turns["end"].get(name)
            reached = [self.turns[turn].get(name) for turn in {metric, "fill"}]
            reached = [day for day in reached if day is not None and day <= pd.Timestamp(last)]
            if reached:
                state, end = "finished", min(reached)
            elif ended is not None and ended <= pd.Timestamp(last):
                state, end = "unfilled", ended
            who = self.owner_on(name, end)
            if who is None or end < pd.Timestamp(since):
                continue
            key = (who, str(self.groups[name]), f"time_to_{metric}")
            found.setdefault(key, []).append((state, *self._lasted(name, start.date(), end.date())))
        return {key: self._summed(cycles) for key, cycles in found.items()}

    def _lasted(self, listing: str, start: date, end: date) -> tuple[int, int]:
        """Working and calendar days after the first to the last, those within freezes taken off."""
        days = {start + timedelta(days=number) for number in range(1, (end - start).days + 1)}
        begun: date | None = None
        for moment, kind in [*self.freezes.get(listing, ()), (pd.Timestamp(end), "listing_unfrozen")]:
            day = moment.date()
            if kind == "listing_frozen":
                begun = begun or day
            elif begun is not None:
                days -= {begun + timedelta(days=number) for number in range(1, (day - begun).days + 1)}
                begun = None
        worked = np.is_busday(np.array(sorted(days), "datetime64[D]"), busdaycal=self.calendar.table)
        return int(worked.sum()), len(days)

    def _summed(self, cycles: list[tuple[str, int, int]]) -> tuple[Any, ...]:
        states = Counter(state for state, _, _ in cycles)
        numbers: list[int | None] = [states[name] for name in ("finished", "open", "unfilled")]
        frame = pd.DataFrame(cycles, columns=["state", "working", "calendar"])
        for days in ("working", "calendar"):
            numbers += [product_limit(frame, days, share) for share in (Fraction(1, 2), Fraction(17, 20))]
        return tuple(numbers)

    # ------------------------------------------------------------------------------------------ targets

    def bases(self, first: date, since: date) -> dict[tuple[int, str], int]:
        """By team and figure: the median over 13 weeks, none before `since`, of the weighted count a head."""
        heads = Counter(self.teams.values())
        weeks = [first - back * WEEK for back in range(1, 14) if first - back * WEEK >= since]
        totals: dict[tuple[int, str], list[int]] = {}
        for week in weeks:
            told = self.figures(week)
            for team, figure in product(heads, self.rules.figures):
                each = (told.get((who, figure), (0, 0))[1] for who in self.teams if self.teams[who] == team)
                totals.setdefault((team, figure), []).append(sum(each))
        if len(weeks) < 8:
            return {}
        return {
            (team, figure): int(median(Fraction(one, heads[team]) for one in each) + Fraction(1, 2))
            for (team, figure), each in totals.items()
            if heads[team] >= 5
        }


def product_limit(cycles: pd.DataFrame, days: str, share: Fraction) -> int | None:
    """Kaplan and Meier, 1958: the fewest days by which so great a share has finished."""
    alive, done = Fraction(1), cycles["state"] == "finished"
    for length in sorted(cycles.loc[done, days].unique()):
        at_risk = int((cycles[days] >= length).sum())
        alive *= 1 - Fraction(int(((cycles[days] == length) & done).sum()), at_risk)
        if alive <= 1 - share:
            return int(length)
    return None
