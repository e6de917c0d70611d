"""The commands about people: who they are, their teams, their sessions and tokens, grants for auditors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.parsing import a_count, a_day, add_password, group, part

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection

    from tui.parsing import Commands

_PERSON = "a name or a number"


def add(commands: Commands, said: Collection[str] | None) -> None:
    """Describe `people`, `grants` and `tokens`; what is in those that no word `said` names is left out.

    They are many, and every start would pay for them.
    """
    for name, words, describe in (
        ("people", "who may sign in, what each may see and do", _add_people),
        ("grants", "an auditor's access for a time, approved by a second super user", _add_grants),
        ("tokens", "tokens by which scripts act as you, with some of your rights", _add_tokens),
    ):
        parts = group(commands, name, words)
        if said is None or name in said:
            describe(parts)


def _add_people(people: Commands) -> None:
    _add_persons(people)
    _add_links(people)
    _add_teams(people)
    _add_sessions(people)
    first = part(people, "first-super-user", "super_user", "guard a store that is open", "run")
    first.add_argument("name", metavar="NAME")
    add_password(first)
    _add_sealing_key(group(people, "sealing-key", "what opens second factors, for another machine"))


def _add_persons(people: Commands) -> None:
    part(people, "whoami", "people", "say who has signed in here")
    part(people, "list", "people", "list the people you may see", "list_people")
    added = part(people, "add", "people", "add a person, with a code to enrol by", "add_one")
    added.add_argument("name", metavar="NAME")
    added.add_argument("--role", required=True, metavar="ROLE", help="as in “people policy”")
    added.add_argument("--team", metavar="TEAM", help=_PERSON)
    _add_change(part(people, "change", "people", "change a person's name, role or team"))
    for name, words in (
        ("deactivate", "let a person in no more; what they did stays"),
        ("reactivate", "let a person in again"),
        ("enrol", "give a person a new code to enrol by"),
        ("reset", "take a person's password away, and give them a code to enrol by"),
    ):
        _add_person(part(people, name, "people", words))
    add_password(part(people, "password", "people", "choose another password for yourself"))
    part(people, "policy", "policy", "print who may do what; it needs no store", "run")


def _add_change(changed: argparse.ArgumentParser) -> None:
    _add_person(changed)
    changed.add_argument("--name", metavar="NAME", help="the new name")
    changed.add_argument("--role", metavar="ROLE", help="as in “people policy”")
    team = changed.add_mutually_exclusive_group()
    team.add_argument("--team", metavar="TEAM", help="from today on")
    team.add_argument("--no-team", action="store_true", help="in no team from today on")
    role = changed.add_mutually_exclusive_group()
    role.add_argument("--database-role", metavar="ROLE", help="the person's own role on PostgreSQL")
    role.add_argument("--no-database-role", action="store_true", help="none any more")


def _add_links(people: Commands) -> None:
    module = "people_links"
    link = part(people, "link", module, "say that a user reference of the ATS is a person's")
    _add_person(link)
    link.add_argument("ref", metavar="REF")
    part(people, "unlink", module, "take a user reference from whose it is").add_argument(
        "ref", metavar="REF"
    )
    part(people, "unlinked", module, "list the user references that are nobody's")
    for name, words in (
        ("assign", "assign listings to a person"),
        ("unassign", "take listings from a person"),
    ):
        listings = part(people, name, module, words)
        _add_person(listings)
        listings.add_argument("listings", metavar="LISTING", nargs="+")


def _add_teams(people: Commands) -> None:
    part(people, "teams", "teams", "list teams, and who stands in for their managers", "list_teams")
    added = part(people, "add-team", "teams", "make a team", "add_one")
    added.add_argument("name", metavar="NAME")
    changed = part(people, "change-team", "teams", "change a team's name, manager or HR partner", "change")
    changed.add_argument("team", metavar="TEAM", help=_PERSON)
    changed.add_argument("--name", metavar="NAME", help="the new name")
    for command in (added, changed):
        for name, words in (("manager", "a team manager"), ("hr-partner", "an HR business partner")):
            either = command.add_mutually_exclusive_group()
            either.add_argument(f"--{name}", metavar="PERSON", help=words)
            if command is changed:
                either.add_argument(f"--no-{name}", action="store_true", help="nobody any more")
    stand_in = part(people, "delegate", "teams", "let a person stand in for a team's manager", "stand_in")
    stand_in.add_argument("team", metavar="TEAM", help=_PERSON)
    _add_person(stand_in)
    _add_days(stand_in)
    totals = part(
        people, "totals", "totals", "what teams finished in whole months, from five people up", "run"
    )
    for name, words in (("--since", "the first day of a month"), ("--until", "the last day of a month")):
        totals.add_argument(name, type=a_day, metavar="DAY", help=words)
    ended = part(people, "undelegate", "teams", "end a delegation, at once or before it begins", "end_one")
    ended.add_argument("number", type=a_count, metavar="N")


def _add_sessions(people: Commands) -> None:
    part(people, "sessions", "sessions", "list sessions and tokens", "list_sessions")
    ended = part(people, "end-session", "sessions", "end a session, at once and everywhere", "end_one")
    ended.add_argument("number", type=a_count, metavar="N")


def _add_sealing_key(keys: Commands) -> None:
    part(keys, "show", "sealing_key", "print the keys of this machine, for another one")
    adopted = part(keys, "adopt", "sealing_key", "keep the keys of another machine here")
    adopted.add_argument("file", metavar="FILE")


def _add_grants(grants: Commands) -> None:
    part(grants, "list", "grants", "list grants", "list_grants")
    asked = part(grants, "request", "grants", "ask that an auditor be let in for a time")
    _add_person(asked)
    asked.add_argument("--purpose", required=True, metavar="TEXT", help="what for; it is in the log")
    asked.add_argument("--scope", required=True, metavar="A,B", help="rights, such as audit.see,board.see")
    _add_days(asked)
    for name, words in (
        ("approve", "let it begin: a second super user does"),
        ("revoke", "end it, or turn it down"),
    ):
        part(grants, name, "grants", words).add_argument("number", type=a_count, metavar="N")


def _add_tokens(tokens: Commands) -> None:
    part(tokens, "list", "sessions", "list tokens", "list_tokens")
    made = part(tokens, "make", "sessions", "make a token, shown once", "make")
    made.add_argument("name", metavar="NAME")
    made.add_argument("--days", required=True, type=a_count, metavar="N", help="for so many days")
    made.add_argument("--rights", required=True, metavar="A,B", help="rights, such as board.see,board.export")
    part(tokens, "end", "sessions", "end a token", "end_token").add_argument(
        "number", type=a_count, metavar="N"
    )


def _add_person(command: argparse.ArgumentParser) -> None:
    command.add_argument("person", metavar="PERSON", help=_PERSON)


def _add_days(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--from", dest="since", required=True, type=a_day, metavar="DAY", help="from this day"
    )
    command.add_argument("--until", required=True, type=a_day, metavar="DAY", help="to the end of this day")
