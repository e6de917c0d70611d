"""Totals of teams by whole months: tasks finished in time and late, out of which nobody's own can be told.

The rule is that of kpi/disclosure.py. A cell is one team, one month, one figure. A task counts for whose its
listing was on the day it was finished, in the team they were in on the first day of that month. What is
contested in a weekly summary is withheld with its whole cell (store/summary_totals.py).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

from kpi.disclosure import Cell, Membership, Total, shown, team_of_month, total, whole_months
from kpi.policy import Action, Subject, reach
from kpi.weeks import DAYS
from store.errors import StoreError
from store.summary_standing import held_between

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.plain import Plain
    from store.reading import Reader

MONTHS = 3
FIGURES = ("finished_in_time", "finished_late")
Key = tuple[int, date, str]
# What the figures are called in weekly summaries, where they may be contested.
_OF_SUMMARY = {"tasks_in_time": FIGURES[0], "tasks_late": FIGURES[1]}

_ASK = (
    "SELECT k.person, t.ended_on, CASE WHEN t.ended_on <= t.done_by THEN 0 ELSE 1 END, count(*) FROM task t "
    "JOIN listing_owner o ON o.listing_id = t.listing_id AND o.from_day <= t.ended_on "
    "AND (o.until_day IS NULL OR o.until_day > t.ended_on) JOIN person_link k ON k.ref = o.owner "
    "WHERE t.ended_on >= ? AND t.ended_on <= ? AND t.outcome = 'finished' GROUP BY 1, 2, 3"
)


@dataclass(frozen=True, slots=True)
class TeamTotals:
    """One team's totals by figure, in the order of FIGURES; `team` is None for all the teams together."""

    team: int | None
    name: str
    totals: tuple[Total, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of a period of whole months: of each team by name, then of all of them together."""

    since: date
    until: date
    teams: tuple[TeamTotals, ...]
    together: TeamTotals


def read_totals(reader: Reader, since: date | None = None, until: date | None = None) -> Totals:
    """The totals of the teams that whoever asks may see; the last three whole months unless it is said.

    DisclosureError for a period that is not of whole months; NotAllowedError for who sees no team's.
    """
    today = reader.today()
    since, until = period_of(since, until, today)
    months = whole_months(since, until, today)
    visitor = reader.visitor()
    found = None if visitor is None else reach(visitor.standing, Action.SEE_TOTALS)
    if found is not None and not found.whole and not found.teams:
        reader.may(Action.SEE_TOTALS, Subject())
    with reader.at_once(), reader.asking() as plain:
        names: dict[int, str] = dict(plain.rows("SELECT number, name FROM team ORDER BY folded"))
        told = shown(_cells(plain, months, until))
    seen = {team: name for team, name in names.items() if found is None or found.whole or team in found.teams}
    if not seen:
        raise StoreError("there is no team yet; “stagewatch people add-team” makes one")
    each = tuple(
        TeamTotals(team, name, tuple(_total(told, [team], months, figure) for figure in FIGURES))
        for team, name in seen.items()
    )
    together = TeamTotals(None, "All teams", tuple(_total(told, seen, months, figure) for figure in FIGURES))
    return Totals(since, until, each, together)


def period_of(since: date | None, until: date | None, today: date, months: int = MONTHS) -> tuple[date, date]:
    """The period that is asked for: unless it is said, the last so many months that are over on `today`."""
    until = until or today.replace(day=1) - timedelta(days=1)
    if since is None:
        first = until.year * 12 + until.month - months
        since = date(max(first // 12, 1), first % 12 + 1, 1)
    return since, until


def _total(told: dict[Key, int], teams: Iterable[int], months: Iterable[date], figure: str) -> Total:
    return total(told, product(teams, months, (figure,)))


def _cells(plain: Plain, months: tuple[date, ...], until: date) -> list[Cell[Key]]:
    """The cells of the months in which anybody in a team finished anything, but those with what is held."""
    members = memberships(plain)
    figures: dict[Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for person, ended_on, late, tasks in plain.rows(_ASK, (months[0].toordinal(), until.toordinal())):
        month = date.fromordinal(ended_on).replace(day=1)
        team = team_of_month(members[person], month)
        if team is not None:
            figures[team, month, FIGURES[late]][person] += int(tasks)
    for person, week, figure in held_between(plain, (months[0].toordinal() - DAYS + 1, until.toordinal())):
        for month in {day.replace(day=1) for day in week.days}:
            figures.pop(
                (team_of_month(members[person], month) or 0, month, _OF_SUMMARY.get(figure, "")), None
            )
    return [Cell(key, people) for key, people in figures.items()]


def memberships(plain: Plain) -> dict[int, list[Membership]]:
    """Who was in which team when, by person."""
    members: dict[int, list[Membership]] = defaultdict(list)
    for person, team, since, end in plain.rows("SELECT person, team, from_day, until_day FROM membership"):
        left = None if end is None else date.fromordinal(end)
        members[person].append(Membership(team, date.fromordinal(since), left))
    return members
