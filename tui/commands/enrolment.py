"""`stagewatch sign-in --enrol`: a person chooses a password, and a second factor if their role has one."""

from __future__ import annotations

import shlex
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from kpi.text import clean
from store.errors import StoreError
from tui.actor import writer
from tui.commands.asking_secrets import a_new_password, ask, ask_name, at_terminal
from tui.commands.output import print_json
from tui.commands.shown_once import print_recovery_codes, print_second_factor

if TYPE_CHECKING:
    from argparse import Namespace

    from store.enrolling import Beginning, Enrolled
    from store.location import Location
    from store.work import Store


def enrol(options: Namespace, location: Location) -> None:
    """Enrol by what the options give, by asking at the terminal, or only say what is needed."""
    name = options.user or ask_name()
    with closing(writer(location, "command line")) as store:
        if options.password_stdin:
            done = _complete(options, store, name)
        elif options.json:
            _print_beginning(options, store, name)
            return
        elif at_terminal():
            done = _ask_for_all(options, store, name)
        else:
            raise StoreError(
                "choose a password, by --password-stdin; with --json instead it says what else you need; "
                "nothing was changed"
            )
    if options.json:
        print_json({"name": done.name, "recovery_codes": list(done.recovery_codes)})
        return
    print(f"{clean(done.name)} is enrolled.")
    if done.recovery_codes:
        print()
        print_recovery_codes(done.recovery_codes)
    print(f"Next: stagewatch sign-in --user {shlex.quote(clean(done.name))}")


def _print_beginning(options: Namespace, store: Store, name: str) -> None:
    from store.enrolling import begin_enrolment

    begun = begin_enrolment(store, name, options.enrol)
    print_json(
        {
            "name": begun.name,
            "organisation": begun.organisation,
            "totp_uri": begun.uri,
            "seed": begun.seed,
            "has_second_factor": begun.has_second_factor,
        }
    )


def _complete(options: Namespace, store: Store, name: str) -> Enrolled:
    from store.enrolling import begin_enrolment, complete_enrolment

    if options.seed is None and begin_enrolment(store, name, options.enrol).seed is not None:
        raise StoreError(
            "your role asks for a second factor: “--enrol CODE --json” gives its seed; then give --seed and "
            "--code beside the password; nothing was changed"
        )
    password = a_new_password(options)
    return complete_enrolment(store, name, options.enrol, password, options.seed, options.code)


def _ask_for_all(options: Namespace, store: Store, name: str) -> Enrolled:
    """At a terminal what was mistyped is asked for again: the app has the new seed by then."""
    from store.attempts import TooSoonError
    from store.enrolling import begin_enrolment, complete_enrolment
    from store.proofs import RefusedError

    begun = begin_enrolment(store, name, options.enrol)
    password = _choose(options, begun)
    if begun.uri is not None:
        print_second_factor(begun.uri)
    while True:
        code = ask("One-time code") if begun.uri or begun.has_second_factor else None
        try:
            return complete_enrolment(store, name, options.enrol, password, begun.seed, code)
        except (RefusedError, TooSoonError) as error:
            if code is None:
                raise
            said = "that code does not fit" if isinstance(error, RefusedError) else clean(str(error))
            print(f"stagewatch: {said}; give another, or leave with ctrl+c", file=sys.stderr)


def _choose(options: Namespace, begun: Beginning) -> str:
    from store.passwords import WeakPasswordError, check_new_password

    print(clean(f"{begun.organisation}: {begun.name}"), file=sys.stderr)
    while True:
        password = a_new_password(options)
        try:
            check_new_password(password, begun.name, begun.organisation)
        except WeakPasswordError as error:
            print(f"stagewatch: {error}", file=sys.stderr)
        else:
            return password
