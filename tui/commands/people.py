"""`stagewatch people whoami|list|add|change|deactivate|reactivate|enrol|reset|password`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from kpi.events import moment_of
from kpi.policy_words import ROLE_WORDS
from kpi.text import clean
from store.errors import StoreError
from tui.actor import who
from tui.commands.asking_secrets import a_new_password, the_password
from tui.commands.output import print_json, print_table, reading, writing

if TYPE_CHECKING:
    from argparse import Namespace

    from store.enrolling import EnrolmentCode
    from store.people_questions import Named, PersonView
    from store.people_rows import PersonSaved


def whoami(options: Namespace) -> None:
    """Print who has signed in here, and until when."""
    from store.own_session import own_session

    with reading(options) as reader:
        own = own_session(reader)
    if own is None:
        said = {"user": who(), "number": None, "role": None, "team": None, "session": None, "token": None}
        if options.json:
            print_json({**said, "ends_at": None, "recovery_codes_left": None})
        else:
            print(f"{who()}, by the name of this machine's login: nobody signs in to this store yet.")
        return
    if options.json:
        print_json(
            {
                "user": own.name,
                "number": own.person,
                "role": own.role.value,
                "team": own.team,
                "session": own.session,
                "token": own.token,
                "ends_at": own.ends_at.isoformat(),
                "recovery_codes_left": own.recovery_codes,
            }
        )
        return
    team = f", {own.team}" if own.team else ""
    print(clean(f"{own.name} ({own.person}), {ROLE_WORDS[own.role].lower()}{team}"))
    by = "Session" if own.token is None else f"Token “{own.token}”,"
    print(clean(f"{by} {own.session}, until {own.ends_at:%Y-%m-%d %H:%M}."))
    if own.gives_codes:
        print(f"Recovery codes left: {own.recovery_codes}.")


def list_people(options: Namespace) -> None:
    """Print the people whom one may see, by name."""
    with reading(options) as reader:
        found = reader.people().people()
    if options.json:
        print_json({"people": [_person_json(one) for one in found]})
        return
    if not found:
        print("Nobody yet; stagewatch people add NAME --role ROLE")
        return
    print_table(
        ["Number", "Name", "Role", "Team", ""],
        [
            [one.number, one.name, ROLE_WORDS[one.role], one.team.name if one.team else "", _state(one)]
            for one in found
        ],
        numbers=(0,),
    )


def _state(one: PersonView) -> str:
    if not one.active:
        return "deactivated"
    return "" if one.has_password else "not enrolled"


def _person_json(one: PersonView) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        "role": one.role.value,
        "team": named_json(one.team),
        "active": one.active,
        "database_role": one.database_role,
        "links": list(one.links),
        "listings": list(one.listings),
        "has_password": one.has_password,
        "has_second_factor": one.has_second_factor,
    }


def named_json(one: Named | None) -> dict[str, Any] | None:
    """A person or a team in the machine form."""
    return None if one is None else {"number": one.number, "name": one.name}


def add_one(options: Namespace) -> None:
    """Add a person, and give them a code to enrol by."""
    from store.enrolling import give_enrolment_code
    from store.people import add_person

    team = None if options.team is None else find_team(options, options.team)
    with writing(options) as store:
        made = add_person(store, options.name, options.role, team)
        try:
            code = give_enrolment_code(store, made.number)
        except StoreError as error:
            raise StoreError(
                f"{made.name} is added, as number {made.number}, but has no code: {error}; "
                "“stagewatch people enrol” gives one"
            ) from error
    if options.json:
        print_json({"role": made.role.value, **_code_json(code)})
    else:
        print(clean(f"{made.name} is added as {ROLE_WORDS[made.role].lower()}, number {made.number}."))
        _print_code(code)


def change(options: Namespace) -> None:
    """Change what is said of a person."""
    from store.people import change_person

    wanted: dict[str, Any] = {
        field: value
        for field, value in (
            ("name", options.name), ("role", options.role), ("database_role", options.database_role),
        )
        if value is not None
    }  # fmt: skip
    if options.team is not None:
        wanted["team"] = find_team(options, options.team)
    if options.no_team:
        wanted["team"] = None
    if options.no_database_role:
        wanted["database_role"] = None
    if not wanted:
        raise StoreError("say what to change: --name, --role, --team or --database-role; nothing was written")
    number = find_person(options, options.person)
    with writing(options) as store:
        saved = change_person(store, number, **wanted)
    print_saved(options, saved, "changed")


def deactivate(options: Namespace) -> None:
    """Let a person in no more."""
    from store.people import deactivate_person

    number = find_person(options, options.person)
    with writing(options) as store:
        saved = deactivate_person(store, number)
    print_saved(options, saved, "deactivated")


def reactivate(options: Namespace) -> None:
    """Let a person in again."""
    from store.people import reactivate_person

    number = find_person(options, options.person)
    with writing(options) as store:
        saved = reactivate_person(store, number)
    print_saved(options, saved, "let in again")


def enrol(options: Namespace) -> None:
    """Give a person a new code to enrol by."""
    _give_code(options, reset=False)


def reset(options: Namespace) -> None:
    """Take a person's password away, and give them a code to enrol by."""
    _give_code(options, reset=True)


def _give_code(options: Namespace, *, reset: bool) -> None:
    from store.enrolling import give_enrolment_code

    number = find_person(options, options.person)
    with writing(options) as store:
        code = give_enrolment_code(store, number, reset=reset)
    if options.json:
        print_json(_code_json(code))
        return
    if reset:
        print(clean(f"{code.name} is signed out everywhere and has no password; a second factor stays."))
    _print_code(code)


def _code_json(code: EnrolmentCode) -> dict[str, Any]:
    return {
        "number": code.person,
        "name": code.name,
        "enrolment_code": code.code,
        "until": moment_of(code.until).isoformat(),
    }


def _print_code(code: EnrolmentCode) -> None:
    print(f"Their enrolment code, shown this once and good until {moment_of(code.until):%Y-%m-%d %H:%M} UTC:")
    print()
    print(f"  {code.code}")
    print()
    print(f"They enrol with: stagewatch sign-in --user {shlex.quote(clean(code.name))} --enrol {code.code}")


def password(options: Namespace) -> None:
    """Choose another password for oneself: the present one comes first, then the new one."""
    from store.signing_in import change_password

    with writing(options) as store:
        old = the_password(options, "Present password")
        change_password(store, old, a_new_password(options))
    if options.json:
        print_json({"changed": True})
    else:
        print("Your password is changed; your other sessions and your tokens have ended.")


def find_person(options: Namespace, said: str) -> int:
    """The number of the person of this name or number."""
    from store.naming import person_named

    with reading(options) as reader:
        return person_named(reader, said).number


def find_team(options: Namespace, said: str) -> int:
    """The number of the team of this name or number."""
    from store.naming import team_named

    with reading(options) as reader:
        return team_named(reader, said).number


def print_saved(options: Namespace, saved: PersonSaved, done: str) -> None:
    """Say what became of a person."""
    one = saved.person
    if options.json:
        print_json(
            {
                "number": one.number,
                "name": one.name,
                "role": one.role.value,
                "team": one.team,
                "active": one.active,
                "database_role": one.database_role,
                "links": list(one.links),
                "listings": list(one.listings),
                "changed": saved.changed,
            }
        )
    else:
        print(
            f"{one.name} is {done}." if saved.changed else f"{one.name} was so before; nothing was written."
        )
