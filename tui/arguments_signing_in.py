"""The commands by which people sign in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.parsing import a_command, add_json, add_password, deferred

if TYPE_CHECKING:
    from tui.parsing import Commands


def add(commands: Commands) -> None:
    """Describe `sign-in` and `sign-out`."""
    command = a_command(commands, "sign-in", "sign_in", "sign in to a store whose people do")
    command.add_argument("--user", metavar="NAME", help="who you are (else it asks)")
    add_password(command)
    command.add_argument(
        "--code", metavar="N", help="the six digits of the second factor, or a recovery code"
    )
    instead = command.add_mutually_exclusive_group()
    instead.add_argument(
        "--print-token", action="store_true", help="print the session's token instead of keeping it"
    )
    instead.add_argument("--unlock", action="store_true", help="go on with a session that was left alone")
    instead.add_argument(
        "--again", action="store_true", help="prove anew who you are, as some commands ask for"
    )
    instead.add_argument("--enrol", metavar="CODE", help="choose a password, with the code you were given")
    command.add_argument("--seed", metavar="SEED", help="with --enrol: the second factor that --code proves")
    add_json(command)
    ending = a_command(commands, "sign-out", "sign_in", "end the session that is kept here")
    ending.set_defaults(run=deferred("sign_in", "sign_out"))
    add_json(ending)
