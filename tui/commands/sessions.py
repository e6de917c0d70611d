"""`stagewatch people sessions|end-session` and `stagewatch tokens`: who is in, by a session or a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.text import clean
from store.errors import StoreError
from tui.commands.output import print_json, print_table, reading, writing
from tui.commands.rights import rights_named

if TYPE_CHECKING:
    from argparse import Namespace

    from store.session_questions import SessionView


def list_sessions(options: Namespace) -> None:
    """Print one's own sessions and tokens and, for a super user, everybody's."""
    found = _sessions(options)
    if options.json:
        print_json({"sessions": [_session_json(one) for one in found]})
        return
    if not found:
        print("Nobody has signed in.")
        return
    rows = [
        [
            one.number,
            one.person_name,
            one.name,
            f"{one.seen_at:%Y-%m-%d %H:%M}",
            f"{one.ends_at:%Y-%m-%d %H:%M}",
            "this one" if one.is_this else "locked" if one.locked else "",
        ]
        for one in found
    ]
    print_table(["Number", "Who", "Token", "Last seen", "Until", ""], rows, numbers=(0,))


def _sessions(options: Namespace) -> tuple[SessionView, ...]:
    with reading(options) as reader:
        return reader.session_questions().sessions()


def _session_json(one: SessionView) -> dict[str, Any]:
    return {
        "number": one.number,
        "person": one.person,
        "user": one.person_name,
        "token": one.name,
        "rights": None if one.rights is None else [right.value for right in one.rights],
        "made_at": one.made_at.isoformat(),
        "seen_at": one.seen_at.isoformat(),
        "ends_at": one.ends_at.isoformat(),
        "locked": one.locked,
        "this": one.is_this,
    }


def end_one(options: Namespace) -> None:
    """End a session or a token."""
    from store.sessions import end_session

    with writing(options) as store:
        ended = end_session(store, options.number)
    if options.json:
        print_json({"number": options.number, "ended": ended})
    else:
        print(f"{options.number} has ended." if ended else f"{options.number} had ended before.")


def list_tokens(options: Namespace) -> None:
    """Print tokens: whose, what for, until when."""
    found = [one for one in _sessions(options) if one.name is not None]
    if options.json:
        print_json({"tokens": [_session_json(one) for one in found]})
        return
    if not found:
        print("No tokens; stagewatch tokens make NAME --days N --rights A,B")
        return
    rows = [
        [one.number, one.name, one.person_name, f"{one.ends_at:%Y-%m-%d}", " ".join(one.rights or ())]
        for one in found
    ]
    print_table(["Number", "Token", "Whose", "Until", "Rights"], rows, numbers=(0,))


def make(options: Namespace) -> None:
    """Make a token and show it, this once."""
    from kpi.events import moment_of
    from store.sessions import make_token

    rights = rights_named("rights", options.rights)
    with writing(options) as store:
        made = make_token(store, options.name, options.days, rights)
    until = moment_of(made.ends_at)
    if options.json:
        print_json(
            {
                "number": made.session,
                "name": made.name,
                "token": made.token,
                "ends_at": until.isoformat(),
                "rights": [right.value for right in made.rights],
            }
        )
        return
    what = f"Token {made.session}, “{clean(made.name)}”"
    print(f"{what}, shown this once and good until {until:%Y-%m-%d %H:%M} UTC:")
    print()
    print(f"  {made.token}")
    print()
    print("A script has it in STAGEWATCH_TOKEN.")


def end_token(options: Namespace) -> None:
    """End a token, but no session."""
    if not any(one.number == options.number and one.name is not None for one in _sessions(options)):
        raise StoreError(f"there is no token {options.number}; “stagewatch tokens list” lists them")
    end_one(options)
