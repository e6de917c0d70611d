"""What the descriptions of commands are made of: deferred commands, their groups, and kinds of values."""

from __future__ import annotations

import argparse
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from kpi.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    Runner = Callable[[argparse.Namespace], int | None]
    Commands = argparse._SubParsersAction["OneLineParser"]  # noqa: SLF001 - it has no public name

MOST, _DIGITS = 1_000_000_000, 12


def deferred(module: str, name: str = "run") -> Runner:
    """The command in `tui.commands.<module>`, imported when it is run: each brings its own weight."""

    def run(options: argparse.Namespace) -> int | None:
        command: Runner = getattr(import_module(f"tui.commands.{module}"), name)
        return command(options)

    return run


class OneLineParser(argparse.ArgumentParser):
    """A parser that says in one line what makes no sense, and where to read more."""

    def error(self, message: str) -> NoReturn:
        """Leave with status 2."""
        self.exit(2, f"{self.prog}: {clean(message)}; “{self.prog} --help” tells how it is written\n")


def a_day(text: str) -> date:
    """A day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no day; write YYYY-MM-DD") from error


def a_count(text: str) -> int:
    """A whole number from 1 up."""
    if not text.isdecimal() or not 1 <= int(text[:_DIGITS]) <= MOST or len(text) >= _DIGITS:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number from 1 to {MOST:,}")
    return int(text)


def add_store(parser: argparse.ArgumentParser) -> None:
    """The option that chooses the store."""
    parser.add_argument(
        "--store",
        metavar="PATH-or-URL",
        default=argparse.SUPPRESS,
        help="the store: a SQLite file or a postgresql:// address (else $STAGEWATCH_STORE, else the account "
        "in use, else a file in your data folder)",
    )


def a_command(commands: Commands, name: str, module: str, words: str) -> argparse.ArgumentParser:
    """A command run by `tui.commands.<module>`, with the option that chooses the store."""
    command = commands.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")
    command.set_defaults(run=deferred(module))
    add_store(command)
    return command


def group(commands: Commands, name: str, words: str) -> Commands:
    """A command that does nothing itself, but has commands of its own."""
    group = commands.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")
    return group.add_subparsers(title="commands", metavar="COMMAND", required=True)


def part(
    parts: Commands, name: str, module: str, words: str, function: str | None = None
) -> argparse.ArgumentParser:
    """A command of a group: the function in its module, by default the one of the command's name."""
    command = a_command(parts, name, module, words)
    command.set_defaults(run=deferred(module, function or name))
    add_json(command)
    return command


def add_json(command: argparse.ArgumentParser) -> None:
    """The option for the machine form."""
    command.add_argument("--json", action="store_true", help="print the machine form")


class _NeverHere(argparse.Action):
    """An option that only says why it is none; whatever was written after it is not repeated."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        parser.error("a password is never part of a command, where others can read it; use --password-stdin")


def add_password(command: argparse.ArgumentParser) -> None:
    """The option for a password that is not typed at a terminal."""
    command.add_argument(
        "--password-stdin",
        action="store_true",
        help="the password is a line of standard input (else it asks)",
    )
    command.add_argument("--password", action=_NeverHere, nargs="?", help=argparse.SUPPRESS)


def add_as_of(command: argparse.ArgumentParser) -> None:
    """The option for another day than today."""
    command.add_argument(
        "--as-of", type=a_day, metavar="YYYY-MM-DD", help="as of the end of this day (else today)"
    )
