"""`stagewatch people teams|add-team|change-team|delegate|undelegate`: teams, and who stands in when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.text import clean
from store.errors import StoreError
from tui.commands.output import print_json, print_table, reading, writing
from tui.commands.people import find_person, find_team, named_json

if TYPE_CHECKING:
    from argparse import Namespace

    from store.people_questions import DelegationView, TeamView
    from store.people_rows import Team
    from store.teams import Delegation

_LEADERS = ("manager", "hr_partner")


def list_teams(options: Namespace) -> None:
    """Print teams by name, and all delegations, the latest first."""
    with reading(options) as reader:
        teams, delegations = reader.people().teams(), reader.people().delegations()
        today = reader.today()
    if options.json:
        print_json(
            {
                "teams": [_team_json(team) for team in teams],
                "delegations": [{**_delegation_json(one), "is_on": one.is_on(today)} for one in delegations],
            }
        )
        return
    if not teams:
        print("No teams yet; stagewatch people add-team NAME")
        return
    print_table(
        ["Number", "Team", "Manager", "HR partner", "People"],
        [
            [
                team.number,
                team.name,
                *(_name(leader) for leader in (team.manager, team.hr_partner)),
                team.members,
            ]
            for team in teams
        ],
        numbers=(0, 4),
    )
    if delegations:
        print()
        print_table(
            ["Number", "Team", "Stands in", "From", "Until", ""],
            [
                [one.number, one.team.name, one.delegate.name, one.from_day, one.until_day,
                 "ended" if one.withdrawn_at else "today" if one.is_on(today) else ""]
                for one in delegations
            ],
            numbers=(0,),
        )  # fmt: skip


def _name(named: Any) -> str:
    return "" if named is None else str(named.name)


def _team_json(team: TeamView) -> dict[str, Any]:
    return {
        "number": team.number,
        "name": team.name,
        "manager": named_json(team.manager),
        "hr_partner": named_json(team.hr_partner),
        "members": team.members,
        "delegate": named_json(team.delegate),
    }


def _delegation_json(one: DelegationView) -> dict[str, Any]:
    return {
        "number": one.number,
        "team": named_json(one.team),
        "delegate": named_json(one.delegate),
        "from": one.from_day.isoformat(),
        "until": one.until_day.isoformat(),
        "withdrawn_at": None if one.withdrawn_at is None else one.withdrawn_at.isoformat(),
    }


def add_one(options: Namespace) -> None:
    """Make a team."""
    from store.teams import add_team

    leaders = _leaders(options)
    with writing(options) as store:
        made = add_team(store, options.name, **leaders)
    _print_team(options, made, f"Team {made.number} is {made.name}.")


def change(options: Namespace) -> None:
    """Change a team's name, manager or HR partner."""
    from store.teams import change_team

    wanted: dict[str, Any] = {} if options.name is None else {"name": options.name}
    wanted |= _leaders(options)
    wanted |= {field: None for field in _LEADERS if getattr(options, f"no_{field}")}
    if not wanted:
        raise StoreError("say what to change: --name, --manager or --hr-partner; nothing was written")
    number = find_team(options, options.team)
    with writing(options) as store:
        saved = change_team(store, number, **wanted)
    words = "is changed." if saved.changed else "was so before; nothing was written."
    _print_team(options, saved.team, f"{saved.team.name} {words}")


def _leaders(options: Namespace) -> dict[str, Any]:
    """The manager and the HR partner who are named, by number."""
    said = ((field, getattr(options, field)) for field in _LEADERS)
    return {field: find_person(options, name) for field, name in said if name is not None}


def _print_team(options: Namespace, team: Team, words: str) -> None:
    if options.json:
        fields = ("number", "name", *_LEADERS)
        print_json({field: getattr(team, field) for field in fields})
    else:
        print(clean(words))


def stand_in(options: Namespace) -> None:
    """Let a person stand in for a team's manager."""
    from store.teams import delegate

    team, person = find_team(options, options.team), find_person(options, options.person)
    with writing(options) as store:
        made = delegate(store, team, person, options.since, options.until)
    _print_delegation(options, made, f"Delegation {made.number}: from {made.from_day} to {made.until_day}.")


def end_one(options: Namespace) -> None:
    """End a delegation."""
    from store.teams import end_delegation

    with writing(options) as store:
        ended = end_delegation(store, options.number)
    _print_delegation(options, ended, f"Delegation {ended.number} has ended.")


def _print_delegation(options: Namespace, one: Delegation, words: str) -> None:
    if options.json:
        print_json(
            {
                "number": one.number,
                "team": one.team,
                "delegate": one.delegate,
                "from": one.from_day.isoformat(),
                "until": one.until_day.isoformat(),
            }
        )
    else:
        print(words)
