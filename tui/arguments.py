"""What may be written after `stagewatch`, and which function does it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tui import (
    arguments_audit,
    arguments_calendar,
    arguments_data,
    arguments_days,
    arguments_kpi,
    arguments_people,
    arguments_signing_in,
    arguments_summaries,
)
from tui.parsing import (
    OneLineParser,
    a_command,
    a_count,
    add_as_of,
    add_json,
    add_password,
    add_store,
    deferred,
    group,
    part,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.parsing import Commands

STATUSES = ("on_track", "due", "overdue", "paused", "cancelled")
SORTS = ("deadline", "stage", "listing", "age")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options as written; exits with status 2 and one line of help where they make no sense."""
    said = sys.argv[1:] if arguments is None else list(arguments)
    return make_parser(said).parse_args(said)


def make_parser(said: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The whole command line; of the largest groups only what one of the words `said` can be about."""
    parser = OneLineParser(
        prog="stagewatch",
        description="Recruitment tasks by stage: on track, due, overdue. Without a command it opens the app.",
        epilog="Exit status: 0 done, 1 refused or invalid, 2 wrong usage.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    parser.set_defaults(run=deferred("app"), store=None)
    add_store(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_init(commands)
    _add_import(commands)
    arguments_data.add(commands)
    _add_catalogue(commands)
    arguments_calendar.add(commands)
    _add_board(commands)
    _add_tasks(commands)
    arguments_days.add(commands)
    arguments_kpi.add(commands)
    arguments_audit.add(commands)
    _add_explain(commands)
    _add_search(commands)
    arguments_signing_in.add(commands)
    arguments_people.add(commands, said)
    arguments_summaries.add(commands, said)
    _add_rebuild(commands)
    _add_store_care(commands)
    _add_account(commands)
    _add_demo(commands)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"stagewatch {version('stagewatch')}")
        parser.exit()


def _add_init(commands: Commands) -> None:
    command = a_command(commands, "init", "init", "make a store for an organisation")
    command.add_argument("--organisation", required=True, metavar="NAME")
    command.add_argument(
        "--calendar", default="GB-ENG", metavar="REGION", help="whose bank holidays (GB-ENG)"
    )
    command.add_argument("--timezone", default="Europe/London", metavar="ZONE", help="(Europe/London)")
    command.add_argument("--catalogue", metavar="FILE", help="stages and KPIs (else those of NHS Jobs)")
    command.add_argument("--targets", metavar="FILE", help="the first target set (else 99 and 99 days)")
    command.add_argument(
        "--working-days", default="Mon,Tue,Wed,Thu,Fri", metavar="DAYS", help="(Mon,Tue,Wed,Thu,Fri)"
    )
    command.add_argument("--no-holidays", action="store_true", help="bank holidays count as working days")
    command.add_argument(
        "--encrypt", action="store_true", help="encrypt the file (needs the extra sqlcipher)"
    )
    command.add_argument(
        "--super-user", metavar="NAME", help="the first super user: people sign in from now on"
    )
    add_password(command)
    add_json(command)


def _add_import(commands: Commands) -> None:
    command = a_command(
        commands, "import", "importing", "bring events in from files: CSV, Excel, JSON, OCEL or XES"
    )
    command.add_argument("files", nargs="+", metavar="FILE")
    command.add_argument(
        "--mapping",
        required=True,
        metavar="MAP.toml",
        help="which column is what: a file, or the name of a mapping that the store keeps",
    )
    command.add_argument("--dry-run", action="store_true", help="only say what would become of the rows")
    add_json(command)


def _add_catalogue(commands: Commands) -> None:
    command = a_command(
        commands, "catalogue", "catalogue", "show the stages and KPIs, or draft them from a log"
    )
    add_json(command)
    parts = command.add_subparsers(title="commands", metavar="COMMAND", parser_class=OneLineParser)
    infer = a_command(parts, "infer", "infer", "draft a catalogue from a log nobody has described")
    infer.add_argument("file", metavar="FILE")
    infer.add_argument("--mapping", required=True, metavar="MAP.toml")
    infer.add_argument("--output", metavar="FILE", help="write it there (else to standard output)")
    infer.add_argument("--timezone", default="Europe/London", metavar="ZONE", help="(Europe/London)")
    add_json(infer)


def _add_board(commands: Commands) -> None:
    command = a_command(commands, "board", "board", "show the board: tasks by stage and status")
    add_as_of(command)
    command.add_argument("--user", metavar="REF", help="only the tasks of this user's listings")
    command.add_argument("--by-user", action="store_true", help="listings by user instead of tasks by stage")
    add_json(command)


def _add_tasks(commands: Commands) -> None:
    command = a_command(commands, "tasks", "tasks", "list tasks")
    command.add_argument("--stage", metavar="CODE")
    command.add_argument("--kpi", metavar="CODE")
    command.add_argument("--status", choices=STATUSES)
    command.add_argument("--user", metavar="REF")
    command.add_argument("--listing", metavar="REF")
    command.add_argument("--application", metavar="REF")
    add_as_of(command)
    command.add_argument("--finished", action="store_true", help="ended tasks instead of open ones")
    command.add_argument("--sort", choices=SORTS, default="deadline")
    command.add_argument("--limit", type=a_count, metavar="N", help="at most so many (else all)")
    command.add_argument("--after", metavar="CURSOR", help="go on from the “next” of an earlier answer")
    add_json(command)


def _add_explain(commands: Commands) -> None:
    command = a_command(commands, "explain", "explain", "show a task's clock, day by day")
    command.add_argument("task", metavar="TASK-ID")
    add_as_of(command)
    add_json(command)


def _add_search(commands: Commands) -> None:
    command = a_command(commands, "search", "search", "find a listing or an applicant")
    command.add_argument("text", metavar="TEXT")
    command.add_argument("--limit", type=a_count, default=100, metavar="N", help="(100)")
    add_json(command)


def _add_rebuild(commands: Commands) -> None:
    command = a_command(commands, "rebuild", "rebuild", "work all tasks out again from the events")
    add_json(command)


def _add_store_care(commands: Commands) -> None:
    parts = group(commands, "store", "look after the store: check, back up, restore, upgrade")
    part(parts, "info", "store_care", "say what the store is and holds")
    check = part(parts, "check", "store_care", "look for damage; nothing is written")
    check.add_argument("--full", action="store_true", help="replay every listing, not a sample")
    backup = part(parts, "backup", "store_care", "write a checked copy to a file, while others work")
    backup.add_argument("file", metavar="FILE")
    backup.add_argument("--replace", action="store_true", help="even if the file is there already")
    restore = part(parts, "restore", "store_care", "put a backup in the store's place")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="even if there is a store already")
    part(parts, "upgrade", "store_care", "bring a store of an older Stagewatch up to date")
    grant = part(
        parts, "grant", "store_care", "let a PostgreSQL role work with the store, but rewrite no history"
    )
    grant.add_argument("role", metavar="ROLE")
    grant.add_argument("--person", metavar="NAME-or-NUMBER", help="make it theirs, with their rights alone")
    grant.add_argument("--print", action="store_true", help="print the SQL that gives them; change nothing")
    part(parts, "encrypt", "encryption", "encrypt the store's file (needs the extra sqlcipher)")
    part(parts, "decrypt", "encryption", "make an encrypted store a plain file again")
    key = part(parts, "key", "encryption", "keep the key of an encrypted store on this machine")
    key.add_argument(
        "file", metavar="FILE", help="with the three lines that were shown when it was encrypted"
    )


def _add_account(commands: Commands) -> None:
    parts = group(commands, "account", "several organisations: list them, choose one")
    add = part(parts, "add", "account", "put a store on the list")
    add.add_argument("name", metavar="NAME")
    add.add_argument("place", metavar="PATH-or-URL", help="a password in it goes to the system's keyring")
    part(parts, "list", "account", "show the list")
    use = part(parts, "use", "account", "make a store the one that is used when none is named")
    use.add_argument("name", metavar="NAME")
    remove = part(parts, "remove", "account", "take a store off the list; its data stays")
    remove.add_argument("name", metavar="NAME")


def _add_demo(commands: Commands) -> None:
    command = a_command(commands, "demo", "demo", "open the app on a throw-away store full of invented data")
    command.add_argument("--seed", type=int, default=1, metavar="N", help="another invented year (1)")
    command.add_argument("--listings", type=a_count, default=600, metavar="N", help="how many (600)")
    command.add_argument("--weeks", type=a_count, default=6, metavar="N", help="weekly summaries of them (6)")
    command.add_argument("--no-app", action="store_true", help="only make the store, and say where it is")
    add_json(command)
