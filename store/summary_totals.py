"""Totals of teams by whole months, of what weekly summaries count, out of which nobody's own can be told.

The rule is that of kpi/disclosure.py, in the cells of store/team_totals.py: one team, one month, one figure.
Of each summary that counts which was approved, else as it is; an event counts in the month of its day.

Beside that:

figures that do not overlap
    An offer is an outcome, and reporting it a stage move: “stage moves” are here those that are no outcome.
    Meaningful engagement is a part of calls and e-mails, and has no total.
what is held
    A figure that is contested, or was with success, is in no total. Nor are the others of its cell while that
    is so: a total without it, beside the one of the day before, would be the figure.
months whose weeks are over
    The last week of a month may end in the next one, and is not summed up before that.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from kpi.disclosure import Cell, shown, team_of_month, total, whole_months
from kpi.policy import Action, Subject, reach
from kpi.summary import ACTIVITY, GROUPS, OUTCOMES
from kpi.weeks import DAYS, Week, last_full_week
from store.errors import StoreError
from store.summary_facts import FigureTotal, MonthFigures, TeamFigures
from store.summary_rows import first_weekday, unpack
from store.summary_standing import held_between
from store.team_totals import MONTHS, memberships, period_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from kpi.calendar import WorkingCalendar
    from kpi.policy import Reach
    from store.plain import Plain
    from store.reading import Reader
    from store.team_totals import Key

TOTALLED = (*ACTIVITY, *OUTCOMES)
_GROUP = {figure: group for group, figures in GROUPS.items() for figure in figures}
_CONTENTS = (
    "SELECT s.person, s.from_day, coalesce(g.content, s.content) FROM summary s "
    "LEFT JOIN summary_seal g ON g.summary = s.number AND g.version = s.sealed "
    "WHERE s.from_day >= ? AND s.from_day <= ? ORDER BY s.number"
)


def read_team_figures(
    reader: Reader,
    team: int | None,
    since: date | None = None,
    until: date | None = None,
    months: int = MONTHS,
) -> TeamFigures:
    """A team's totals, or those of all teams that whoever asks may see together; the last so many months.

    DisclosureError for a period that is not of whole months; NotAllowedError for a team that is not seen.
    """
    with reader.asking() as plain:
        weekday = first_weekday(plain)
    over = last_full_week(reader.today(), weekday).before(-1).first
    since, until = period_of(since, until, over, months)
    asked_for = whole_months(since, until, over)
    seen = _seen(reader, team)
    with reader.at_once(), reader.asking() as plain:
        names: dict[int, str] = dict(plain.rows("SELECT number, name FROM team ORDER BY folded"))
        told = shown(_cells(plain, reader.rules.calendar, asked_for, until))
    teams = [one for one in names if seen is None or seen.holds(Subject(team=one))]
    if not teams:
        raise StoreError("there is no team yet; “stagewatch people add-team” makes one")
    if team is not None and team not in names:
        raise StoreError(f"there is no team {team}; “stagewatch people teams” names them all")
    asked = teams if team is None else [team]
    return TeamFigures(
        team,
        "All teams" if team is None else names[team],
        since,
        until,
        _totals(told, asked, asked_for),
        tuple(MonthFigures(month, _totals(told, asked, (month,))) for month in asked_for),
    )


def _seen(reader: Reader, team: int | None) -> Reach | None:
    """Whose totals are seen, None for all; NotAllowedError if not this team's, or nobody's."""
    visitor = reader.visitor()
    if visitor is None:
        return None
    found = reach(visitor.standing, Action.SEE_TOTALS)
    if team is not None or not (found.whole or found.teams):
        reader.may(Action.SEE_TOTALS, Subject(team=team))
    return found


def _totals(told: dict[Key, int], teams: Iterable[int], months: Collection[date]) -> tuple[FigureTotal, ...]:
    teams = tuple(teams)
    return tuple(
        FigureTotal(figure, _GROUP[figure], total(told, product(teams, months, (figure,))))
        for figure in TOTALLED
    )


class _Part(NamedTuple):
    """What one summary adds to one figure; its events are looked up where its week lies in two months."""

    person: int
    week: Week
    figure: str
    events: Collection[int]


def _cells(plain: Plain, calendar: WorkingCalendar, months: tuple[date, ...], until: date) -> list[Cell[Key]]:
    """The cells of the months in which anybody did anything, but those of which something is held."""
    days = (months[0].toordinal() - DAYS + 1, until.toordinal())
    members = memberships(plain)
    figures: dict[Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    parts = list(_parts(plain, days))
    day_of = _days_of(plain, calendar, parts)
    for person, week, figure, events in parts:
        by_month: dict[date, int] = defaultdict(int)
        for event in events:
            by_month[day_of.get(event, week.first).replace(day=1)] += 1
        for month, count in by_month.items():
            team = team_of_month(members[person], month)
            if team is not None and month in months:
                figures[team, month, figure][person] += count
    for person, week, figure in held_between(plain, days):
        for month in {day.replace(day=1) for day in week.days}:
            figures.pop((team_of_month(members[person], month) or 0, month, figure), None)
    return [Cell(key, people) for key, people in figures.items()]


def _parts(plain: Plain, days: tuple[int, int]) -> Iterator[_Part]:
    """Every summary's figures by their events, each event in one figure: an outcome before an activity.

    A corrected event counts for one person: its version that was approved for one, and its later one for
    another, are the same event.
    """
    first: dict[int, int] = dict(plain.rows("SELECT seq, corrects FROM event WHERE corrects IS NOT NULL"))
    corrected, counted, outcomes = {*first.values(), *first}, set[tuple[int, bool]](), set[int]()
    found: list[_Part] = []
    for person, from_day, content in plain.stream(_CONTENTS, days):
        week = Week(date.fromordinal(from_day))
        for figure in json.loads(unpack(content).text)["figures"]:
            name, events = figure["name"], figure["events"]
            if name not in TOTALLED or not events:
                continue
            for event in corrected.intersection(events):
                one = (first.get(event, event), name in OUTCOMES)
                if one in counted:
                    events.remove(event)
                counted.add(one)
            found.append(_Part(person, week, name, events))
            if name in OUTCOMES:
                outcomes.update(events)
    for part in found:
        if part.figure in OUTCOMES:
            yield part
        else:
            yield part._replace(events=[event for event in part.events if event not in outcomes])


def _days_of(plain: Plain, calendar: WorkingCalendar, parts: Iterable[_Part]) -> dict[int, date]:
    """The days of those events whose week lies in two months."""
    wanted = {
        event for part in parts if part.week.first.month != part.week.last.month for event in part.events
    }
    rows = plain.where_in("SELECT seq, at FROM event WHERE seq IN (…)", sorted(wanted))
    return {seq: calendar.day_of(at) for seq, at in rows}
