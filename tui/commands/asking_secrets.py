"""Passwords and codes as commands get them: from standard input, or asked for at a terminal without echo."""

from __future__ import annotations

import sys
import warnings
from getpass import GetPassWarning, getpass
from typing import TYPE_CHECKING

from store.errors import StoreError

if TYPE_CHECKING:
    from argparse import Namespace

MOST_BYTES = 8_192  # far more than a password may have
_LEFT = "nothing was changed"


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def the_password(options: Namespace, prompt: str = "Password") -> str:
    """The password: a line of standard input if the options say so, else asked for."""
    return _line() if options.password_stdin and not at_terminal() else ask(prompt)


def a_new_password(options: Namespace, prompt: str = "New password") -> str:
    """A password that is being chosen: asked for twice, or a line of standard input."""
    if options.password_stdin and not at_terminal():
        return _line()
    chosen = ask(prompt)
    if ask(f"{prompt}, once more") != chosen:
        raise StoreError(f"the two passwords differ; {_LEFT}")
    return chosen


def ask(prompt: str) -> str:
    """What is typed at the terminal, unseen; StoreError where there is none, or none that can hide it."""
    if not at_terminal():
        raise StoreError(
            f"there is no terminal to ask at ({prompt.lower()}); a password comes by --password-stdin, "
            f"a code by --code; {_LEFT}"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)  # it would go on, and show what is typed
            return getpass(f"{prompt}: ", stream=sys.stderr)
    except GetPassWarning as error:
        raise StoreError(f"this terminal would show what is typed; use --password-stdin; {_LEFT}") from error
    except EOFError as error:
        raise StoreError(f"nothing was typed; {_LEFT}") from error


def ask_name() -> str:
    """A name typed at the terminal, seen."""
    if not at_terminal():
        raise StoreError(f"say who it is with --user; {_LEFT}")
    print("Name: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().rstrip("\n")


def _line() -> str:
    """The next line of standard input."""
    raw = b"" if sys.stdin is None else sys.stdin.buffer.readline(MOST_BYTES)
    if not raw:
        raise StoreError(f"there is no password on standard input; {_LEFT}")
    # What is no UTF-8 is nobody's password, and is refused as any wrong one.
    return raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")
