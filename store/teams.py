"""Teams: who manages them, who is their HR business partner, and who stands in for the manager when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from kpi.names import check_name
from kpi.policy import Role, Subject
from store.errors import StoreError
from store.people_rows import (
    PeopleError,
    Team,
    check_free,
    check_unchanged,
    load_person,
    load_team,
    next_number,
    refused,
    today_of,
)
from store.schema import check_version
from store.unchanged import UNCHANGED, Unchanged

if TYPE_CHECKING:
    from kpi.names import Name
    from store.plain import Plain
    from store.work import Store, Work

# What somebody must be who leads a team: else rights would come by the team that the role is without.
_LEADERS = {
    "manager": (Role.TEAM_MANAGER, "no team manager"),
    "hr_partner": (Role.HR_PARTNER, "no HR business partner"),
}


@dataclass(frozen=True, slots=True)
class TeamSaved:
    """The team as it is now; not `changed` if it was so before: nothing was written."""

    team: Team
    changed: bool


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who stands in for a team's manager, from the first day to the end of the last; both by number."""

    number: int
    team: int
    delegate: int
    from_day: date
    until_day: date


def add_team(
    store: Store,
    name: str,
    *,
    manager: int | None = None,
    hr_partner: int | None = None,
    actor: str | None = None,
) -> Team:
    """Make a team; its manager and HR partner are people's numbers, and must have that role.

    StoreError for a name that another team has, and for people who cannot lead one.
    """
    wanted = check_name(name)
    with store.work("team.add", actor=actor, about="team:next", concerning=Subject(person=manager)) as work:
        plain = work.plain
        check_version(plain, store.location)
        team = Team(next_number(plain, "team"), wanted.shown, manager, hr_partner)
        check_free(plain, "team", wanted)
        _check_leaders(plain, replace(team, manager=None, hr_partner=None), team, today_of(work))
        plain.run(
            "INSERT INTO team (number, name, folded, manager, hr_partner) VALUES (?, ?, ?, ?, ?)",
            (team.number, wanted.shown, wanted.folded, manager, hr_partner),
        )
    return team


def change_team(
    store: Store,
    number: int,
    *,
    name: str | Unchanged = UNCHANGED,
    manager: int | Unchanged | None = UNCHANGED,
    hr_partner: int | Unchanged | None = UNCHANGED,
    expected: Team | None = None,
    actor: str | None = None,
) -> TeamSaved:
    """Change what is said of a team; what is UNCHANGED stays, and None is nobody.

    `expected` is the team as the form had it: PeopleConflictError if what is to change is not so any more.
    StoreError for what cannot be.
    """
    called = None if name is UNCHANGED else check_name(name)
    wanted: dict[str, Any] = {} if called is None else {"name": called.shown}
    wanted |= {
        field: value
        for field, value in (("manager", manager), ("hr_partner", hr_partner))
        if value is not UNCHANGED
    }
    concerning = Subject(person=wanted.get("manager"), team=number)
    with store.work("team.change", actor=actor, about=f"team:{number}", concerning=concerning) as work:
        plain = work.plain
        check_version(plain, store.location)
        before = load_team(plain, number)
        after = replace(before, **wanted)
        check_unchanged(expected, before, wanted, partial(_said, plain))
        work.changed = after != before
        if work.changed:
            _check_leaders(plain, before, after, today_of(work))
            _write(plain, after, called)
            if after.manager not in (None, before.manager):
                _end_delegations(work, number)
    return TeamSaved(after, changed=work.changed)


def delegate(
    store: Store, team: int, person: int, from_day: date, until_day: date, *, actor: str | None = None
) -> Delegation:
    """Let a person stand in for a team's manager, like for like, from one day to the end of another.

    StoreError for days that have been or are in no order, if somebody stands in on one of them already, and
    for the manager and the deactivated.
    """
    if until_day < from_day:
        raise StoreError(f"until: {until_day} comes before {from_day}; nothing was written")
    concerning = Subject(person=person, team=team)
    with store.work("team.delegate", actor=actor, about=f"team:{team}", concerning=concerning) as work:
        plain = work.plain
        check_version(plain, store.location)
        today = today_of(work)
        if from_day < today:
            raise StoreError(
                f"from: {from_day} has been (today is {today}), and nobody stood in then; nothing was written"
            )
        _check_delegate(plain, load_team(plain, team), person)
        _check_nobody_else(plain, team, from_day, until_day)
        number = next_number(plain, "delegation")
        plain.run(
            "INSERT INTO delegation (number, team, delegate, from_day, until_day) VALUES (?, ?, ?, ?, ?)",
            (number, team, person, from_day.toordinal(), until_day.toordinal()),
        )
    return Delegation(number, team, person, from_day, until_day)


def end_delegation(store: Store, number: int, *, actor: str | None = None) -> Delegation:
    """End a delegation at once, or before it begins; StoreError if it has ended already."""
    with store.work("team.undelegate", actor=actor, about=f"delegation:{number}") as work:
        plain = work.plain
        check_version(plain, store.location)
        row = plain.row(
            "SELECT team, delegate, from_day, until_day, withdrawn_at FROM delegation WHERE number = ?",
            (number,),
        )
        if row is None:
            raise StoreError(f"there is no delegation {number}; “stagewatch people teams” names them all")
        team, person, first, last, withdrawn_at = row
        if withdrawn_at is not None or last < today_of(work).toordinal():
            raise StoreError(f"delegation {number} has ended already; nothing was written")
        plain.run("UPDATE delegation SET withdrawn_at = ? WHERE number = ?", (work.now, number))
    return Delegation(number, team, person, date.fromordinal(first), date.fromordinal(last))


def _end_delegations(work: Work, team: int) -> None:
    """Who stood in did so for the manager before, who chose them."""
    work.plain.run(
        "UPDATE delegation SET withdrawn_at = ? WHERE team = ? AND withdrawn_at IS NULL AND until_day >= ?",
        (work.now, team, today_of(work).toordinal()),
    )


def _said(plain: Plain, field: str, value: Any) -> str:
    if value is None:
        return "nobody"
    return str(value) if field == "name" else load_person(plain, value).name


def _check_leaders(plain: Plain, before: Team, after: Team, today: date) -> None:
    """StoreError for a new manager or HR partner who is not one by role, or who is to stand in there."""
    for field, (role, otherwise) in _LEADERS.items():
        number = getattr(after, field)
        if number is None or number == getattr(before, field):
            continue
        person = load_person(plain, number)
        if not person.active:
            raise refused(person, "is deactivated and can lead no team")
        if person.role != role:
            raise refused(person, f"is {otherwise} and cannot be a team's")
        if field == "manager" and (standing_in := _standing_in(plain, after.number, number, today)):
            raise refused(person, f"stands in there by delegation {standing_in}, end that first")


def _standing_in(plain: Plain, team: int, person: int, today: date) -> int | None:
    """The delegation by which a person stands in at a team, now or later."""
    found = plain.value(
        "SELECT min(number) FROM delegation WHERE team = ? AND delegate = ? AND withdrawn_at IS NULL "
        "AND until_day >= ?",
        (team, person, today.toordinal()),
    )
    return None if found is None else int(found)


def _check_delegate(plain: Plain, team: Team, number: int) -> None:
    person = load_person(plain, number)
    if not person.active:
        raise refused(person, "is deactivated and can stand in for nobody")
    if number == team.manager:
        raise refused(person, f"is the manager of team {team.number}, for whom another stands in")


def _check_nobody_else(plain: Plain, team: int, first: date, last: date) -> None:
    row = plain.row(
        "SELECT number, delegate, from_day, until_day FROM delegation WHERE team = ? "
        "AND withdrawn_at IS NULL AND from_day <= ? AND until_day >= ? ORDER BY from_day",
        (team, last.toordinal(), first.toordinal()),
    )
    if row is not None:
        number, person, *days = row
        since, until = map(date.fromordinal, days)
        raise PeopleError(
            f"{load_person(plain, person).name} stands in from {since} to {until} already (delegation "
            f"{number}); nothing was written",
            f"delegation {number} is for some of these days",
        )


def _write(plain: Plain, team: Team, called: Name | None) -> None:
    if called is not None:
        check_free(plain, "team", called, own=team.number)
        plain.run(
            "UPDATE team SET name = ?, folded = ? WHERE number = ?",
            (called.shown, called.folded, team.number),
        )
    plain.run(
        "UPDATE team SET manager = ?, hr_partner = ? WHERE number = ?",
        (team.manager, team.hr_partner, team.number),
    )
