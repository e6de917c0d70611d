"""`stagewatch grants`: an auditor's access for a time, asked for by one super user, approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.text import clean
from tui.commands.output import print_json, reading, writing
from tui.commands.people import find_person
from tui.commands.rights import rights_named

if TYPE_CHECKING:
    from argparse import Namespace

    from store.session_questions import GrantView


def list_grants(options: Namespace) -> None:
    """Print grants, the latest first."""
    with reading(options) as reader:
        found = reader.session_questions().grants()
    if options.json:
        print_json({"grants": [_grant_json(one) for one in found]})
        return
    if not found:
        print("No grants; stagewatch grants request PERSON")
        return
    for one in found:
        when = f"{one.state.value}, from {one.from_day} to {one.until_day}"
        print(f"{one.number}  {clean(one.person_name)}: {when}")
        print(f"   {' '.join(one.actions)}: {clean(one.purpose)}")
        print(f"   {clean(', '.join(_who_did(one)))}")


def _who_did(one: GrantView) -> list[str]:
    said = [f"asked for by {one.requested_by}"]
    said += [] if one.approved_by is None else [f"approved by {one.approved_by}"]
    return [*said, *([] if one.ended_by is None else [f"ended by {one.ended_by}"])]


def _grant_json(one: GrantView) -> dict[str, Any]:
    return {
        "number": one.number,
        "person": one.person,
        "user": one.person_name,
        "purpose": one.purpose,
        "scope": [action.value for action in one.actions],
        "from": one.from_day.isoformat(),
        "until": one.until_day.isoformat(),
        "requested_by": one.requested_by,
        "approved_by": one.approved_by,
        "ended_by": one.ended_by,
        "state": one.state.value.replace(" ", "_"),
    }


def request(options: Namespace) -> None:
    """Ask that an auditor be let in."""
    from store.grants import request_grant

    scope = rights_named("scope", options.scope)
    number = find_person(options, options.person)
    with writing(options) as store:
        made = request_grant(store, number, options.purpose, scope, options.since, options.until)
    if options.json:
        print_json(
            {
                "number": made.number,
                "person": made.person,
                "purpose": made.purpose,
                "scope": [action.value for action in made.actions],
                "from": made.from_day.isoformat(),
                "until": made.until_day.isoformat(),
            }
        )
    else:
        print(f"Grant {made.number} is asked for; another super user approves it:")
        print(f"  stagewatch grants approve {made.number}")


def approve(options: Namespace) -> None:
    """Let a grant begin."""
    from store.grants import approve_grant

    with writing(options) as store:
        approve_grant(store, options.number)
    _tell(options, "approved")


def revoke(options: Namespace) -> None:
    """End a grant, or turn it down."""
    from store.grants import end_grant

    with writing(options) as store:
        end_grant(store, options.number)
    _tell(options, "ended")


def _tell(options: Namespace, done: str) -> None:
    if options.json:
        print_json({"number": options.number, "done": done})
    else:
        print(f"Grant {options.number} is {done}.")
