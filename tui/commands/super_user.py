"""`stagewatch people first-super-user`, and `init --super-user`: from then on people sign in."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from kpi.text import clean
from tui.commands.asking_secrets import a_new_password
from tui.commands.output import print_json, writing
from tui.commands.shown_once import print_recovery_codes, print_second_factor

if TYPE_CHECKING:
    from argparse import Namespace

    from store.enrolling import FirstSuperUser


def run(options: Namespace) -> None:
    """Make the first super user of a store that is there."""
    from store.enrolling import make_first_super_user

    with writing(options) as store:
        made = make_first_super_user(store, options.name, a_new_password(options))
    if options.json:
        print_json(super_user_json(made))
    else:
        print_super_user(made)


def check_first(options: Namespace) -> str:
    """The password for `init --super-user`; whatever can be refused is, before anything is made."""
    from kpi.names import check_name
    from store.passwords import check_new_password
    from store.secrets_kept import KEY, find_secret

    name = check_name(options.super_user).shown
    find_secret("seal", KEY)  # NoKeyringError where nothing can seal the seed of a second factor
    password = a_new_password(options)
    check_new_password(password, name, options.organisation)
    return password


def super_user_json(made: FirstSuperUser | None) -> dict[str, object]:
    """The first super user in the machine form; null if there came to be none."""
    return {
        "user": None if made is None else made.name,
        "totp_uri": None if made is None else made.uri,
        "recovery_codes": [] if made is None else list(made.recovery_codes),
    }


def print_super_user(made: FirstSuperUser) -> None:
    """Show what the first super user needs: their second factor and recovery codes."""
    print(f"{clean(made.name)} is the first super user; from now on people sign in.")
    print()
    print_recovery_codes(made.recovery_codes)
    print_second_factor(made.uri)
    print(f"Next: stagewatch sign-in --user {shlex.quote(clean(made.name))}")
