"""Totals of teams that say nothing about one person (module 3 of the curriculum).

Its bullets: single recruiters' performance is for direct managers and HR business partners only, so that
peers are not compared; reports on teams show aggregates “without exposing individual contributor activity”.

The rule. What could be asked about is cut once into *cells*: one team, one month, one figure. A cell is
*shown* if at least LEAST_PEOPLE people contributed to it and at least two of them more than one; else it is
*withheld*. Every answer, over whatever teams, months and figures, filtered, sorted or exported, is the sum of
the shown cells it asks for, and says how many it asks for that are withheld.

Why that is enough:

subtraction
    All answers together say what the shown cells say one by one, and no more. A withheld cell is in no sum,
    so no other sum has it as its complement. As each person's figure is in one cell only, among four others
    at least, no adding and taking away of answers comes out at one person.
knowing the rule
    Five people who make five have one each; so a total has to be greater than its contributors are many. One
    of them knows a figure more, their own: two in a total of six say that the other four have one each.
    Hence two people above one: then what is left, without any one of them, is still not all ones, and can
    be shared out among the others in more than one way.
cells that are withheld
    Nobody contributed, one did, all had one each: all of these look alike, also where no cell was made for
    want of figures. So nobody is known to have done nothing. The number of withheld cells tells which are
    shown, as asking for them singly would; it is of the cells asked for, not of those that hold something.
order
    Rows are sorted by what they show and by name, never by what is withheld from them.

It holds as long as whoever makes the cells keeps to this:

one partition
    Finer questions (one source, one KPI) need finer cells for all; no second way of cutting beside the first.
figures that do not overlap
    “Finished” beside “finished in time” and “finished late” would be a sum with a complement. Cells are of
    the parts; sums are made from them by `total`.
whole months that are over
    `whole_months`. Two periods a day apart, or two looks at a running month, differ by one day's work, which
    may be one person's.
a month's work in one team
    `team_of_month`. Who changes teams within a month stays whole, and where they were on its first day;
    else moving somebody would change two totals by what is theirs.
an answer is kept
    Moving people or links of the past and asking again would show what was moved. Memberships begin today at
    the earliest; what a month came to is kept when it is first counted, or links too count from a month on.
single figures go with the team of their time
    Of who comes from elsewhere, a manager sees the figures since then. With those from before, of four who
    came, they would have the fifth who stayed.

It hides who has what, not how much there is: a contributor who knows that one of them does nearly all the
work can estimate how much. And it does not guard against four of five who put their own figures together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from kpi.errors import StagewatchError

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping

LEAST_PEOPLE = 5
LEAST_ABOVE_ONE = 2

_Key = TypeVar("_Key", bound="Hashable")


class DisclosureError(StagewatchError):
    """A question that totals are not given for. The message says which are."""


@dataclass(frozen=True, slots=True)
class Cell(Generic[_Key]):
    """One cell: its key, such as (team, month, figure), and by person how many of it they have, from 0 up."""

    key: _Key
    figures: Mapping[int, int]


class Total(NamedTuple):
    """The sum of the cells that are shown, None if none is, and how many were withheld from it."""

    value: int | None
    withheld: int


class Row(NamedTuple):
    """One line of a table of totals."""

    name: str
    total: Total


class Membership(NamedTuple):
    """Somebody is in a team from the day `since` to the day before `until`; None: still."""

    team: int
    since: date
    until: date | None


def may_be_shown(figures: Collection[int]) -> bool:
    """Whether a cell in which people have `figures` may be shown. ValueError for one below 0."""
    if any(figure < 0 for figure in figures):
        raise ValueError("a figure counts what somebody did, and is never below 0")
    contributors = sum(figure > 0 for figure in figures)
    above_one = sum(figure > 1 for figure in figures)
    return contributors >= LEAST_PEOPLE and above_one >= LEAST_ABOVE_ONE


def shown(cells: Iterable[Cell[_Key]]) -> dict[_Key, int]:
    """The totals of the cells that may be shown; all that anybody may be told. ValueError for a key twice."""
    seen: set[_Key] = set()
    found: dict[_Key, int] = {}
    for cell in cells:
        if cell.key in seen:
            raise ValueError(f"the cell {cell.key} is there twice; all that people have of it belongs in one")
        seen.add(cell.key)
        if may_be_shown(cell.figures.values()):
            found[cell.key] = sum(cell.figures.values())
    return found


def total(told: Mapping[_Key, int], asked: Iterable[_Key]) -> Total:
    """The sum over the cells `asked` for, out of those that are `shown`.

    `asked` names every cell of the question, also those that hold nothing: they count as withheld.
    """
    keys = set(asked)
    values = [told[key] for key in keys if key in told]
    return Total(sum(values) if values else None, len(keys) - len(values))


def by_value(rows: Iterable[Row]) -> list[Row]:
    """Rows with the greatest value first, those of one value by name; those that show none at the end."""
    return sorted(by_name(rows), key=_value, reverse=True)


def by_name(rows: Iterable[Row]) -> list[Row]:
    """Rows by name, capitals or not."""
    return sorted(rows, key=lambda row: (row.name.casefold(), row.name))


def _value(row: Row) -> int:
    return -1 if row.total.value is None else row.total.value


def whole_months(since: date, until: date, today: date) -> tuple[date, ...]:
    """The first days of the months from `since` to `until`, both within.

    DisclosureError for any other period than whole months that are over on `today`.
    """
    first_open = today.replace(day=1)
    if not since <= until < first_open or since.day != 1 or (until + timedelta(days=1)).day != 1:
        last = first_open - timedelta(days=1)
        raise DisclosureError(
            f"totals are given for whole months that are over, such as {last.replace(day=1)} to {last}"
        )
    months = [since]
    while (following := _next_month(months[-1])) <= until:
        months.append(following)
    return tuple(months)


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def team_of_month(memberships: Iterable[Membership], month: date) -> int | None:
    """In which team's cells somebody's whole month is: where they were on its first day; None if nowhere.

    Those who were nowhere are a team of their own in the partition, or left out of it; never split.
    """
    first = month.replace(day=1)
    for one in memberships:
        if one.since <= first and (one.until is None or first < one.until):
            return one.team
    return None
