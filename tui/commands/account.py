"""`stagewatch account`: several organisations by name, and which of them is used when none is named."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from kpi.text import clean
from store.accounts import add_account, load_accounts, remove_account, use_account
from tui.commands.output import print_json, print_table

if TYPE_CHECKING:
    from argparse import Namespace

    from store.accounts import Account


def add(options: Namespace) -> None:
    """Put a store on the list."""
    account = add_account(options.name, options.place)
    if options.json:
        print_json(account_json(account))
        return
    print(f"{account.name} is on the list: {clean(account.shown)}.")
    if account.keyring:
        print("Its password is in the system's keyring, not in the list.")
    print(f"Use it with: stagewatch account use {shlex.quote(account.name)}")


def list(options: Namespace) -> None:  # noqa: A001 - the command's name
    """Print the list."""
    known = load_accounts()
    in_use = None if known.default is None else known.find(known.default)
    if options.json:
        rows = [account_json(account, in_use=account == in_use) for account in known.accounts]
        print_json({"accounts": rows})
    elif known.accounts:
        table = [
            [
                account.name,
                "in use" if account == in_use else "",
                "in the keyring" if account.keyring else "",
                account.shown,
            ]
            for account in known.accounts
        ]
        print_table(["Name", "", "Password", "Address"], table)
    else:
        print("No accounts yet; stagewatch account add NAME PATH-or-URL")


def use(options: Namespace) -> None:
    """Make an account the one in use."""
    account = use_account(options.name)
    if options.json:
        print_json(account_json(account, in_use=True))
    else:
        print(f"{account.name} is used from now on, unless --store or STAGEWATCH_STORE names another store.")


def remove(options: Namespace) -> None:
    """Take an account off the list."""
    removed = remove_account(options.name)
    account = removed.account
    if options.json:
        print_json({**account_json(account), "password_left": removed.password_left})
        return
    print(f"{account.name} is off the list. Its data is untouched, at {clean(account.shown)}.")
    if removed.password_left:
        print("Its password could not be taken out of the keyring; remove “stagewatch” there by hand.")


def account_json(account: Account, **more: object) -> dict[str, object]:
    """An account in the machine form."""
    return {"name": account.name, "address": account.shown, "keyring": account.keyring, **more}
