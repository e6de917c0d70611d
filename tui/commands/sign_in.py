"""`stagewatch sign-in` and `sign-out`: a session begins, goes on, is proven anew, and ends."""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from kpi.text import clean
from store.errors import StoreError
from store.location import find_location
from tui.actor import TOKEN, session_name, token_for, visiting, writer
from tui.commands.asking_secrets import ask, ask_name, at_terminal, the_password
from tui.commands.output import print_json

if TYPE_CHECKING:
    from argparse import Namespace

    from store.location import Location
    from store.own_session import OwnSession
    from store.signing_in import SignedIn
    from store.work import Store

_CODE = "One-time code"
_FEW_CODES = 3


def run(options: Namespace) -> None:
    """Sign in, or what the options say instead."""
    from store.permission import people_sign_in
    from tui.commands.enrolment import enrol

    location = find_location(options.store)
    if options.enrol is not None:
        enrol(options, location)
        return
    if options.seed is not None:
        raise StoreError("--seed belongs to --enrol; nothing was changed")
    if not people_sign_in(location):
        raise StoreError(
            "nobody signs in to this store yet: it has no super user; “stagewatch people first-super-user "
            "NAME” makes one"
        )
    with closing(writer(location, "command line")) as store:
        if options.unlock:
            _unlock(options, store)
        elif options.again:
            _prove_anew(options, store)
        else:
            _begin(options, store)


def _begin(options: Namespace, store: Store) -> None:
    from store.audit_care import store_id
    from store.secrets_kept import SESSION, find_secret
    from store.signing_in import sign_out as end

    name = session_name(str(store_id(store.location)))
    before = None
    if not options.print_token:
        try:  # before anything is asked: a code would be used up for nothing
            before = find_secret(name, SESSION)
        except StoreError as error:
            raise StoreError(f"{error}; nobody was signed in") from error
    signed = _sign_in(options, store)
    if not options.print_token:
        _keep(store, name, signed)
        if before is not None:
            with suppress(StoreError):  # it would end by itself
                end(store, before)
    own = _own(store.location, signed.token)
    if options.json:
        token = {"token": signed.token} if options.print_token else {}
        print_json({**_session_json(own), **token})
    elif options.print_token:
        print(signed.token)
    else:
        _print_session(own, "Signed in")
        if os.environ.get(TOKEN):
            print(f"stagewatch: {TOKEN} is set, and goes before this session", file=sys.stderr)


def _sign_in(options: Namespace, store: Store) -> SignedIn:
    from store.proofs import CodeNeededError
    from store.signing_in import sign_in

    name = options.user or ask_name()
    password = the_password(options)
    try:
        return sign_in(store, name, password, options.code)
    except CodeNeededError as error:
        if not at_terminal():
            raise StoreError(f"{error}, give it with --code") from error
    return sign_in(store, name, password, ask(_CODE))


def _keep(store: Store, name: str, signed: SignedIn) -> None:
    """Keep the token; a session that nobody could go on with is ended at once."""
    from store.secrets_kept import SESSION, keep_secret
    from store.signing_in import sign_out as end

    try:
        keep_secret(name, signed.token, SESSION)
    except StoreError as error:
        end(store, signed.token)
        raise StoreError(f"{error}; nothing was kept, and the session was ended again") from error


def _unlock(options: Namespace, store: Store) -> None:
    from store.signing_in import unlock

    token = _token(store.location)
    unlock(store, token, the_password(options))
    _tell(options, _own(store.location, token), "Unlocked")


def _prove_anew(options: Namespace, store: Store) -> None:
    from store.signing_in import step_up

    token = _token(store.location)
    own = _own(store.location, token)
    step_up(store, (options.code or ask(_CODE)) if own.gives_codes else the_password(options))
    _tell(options, _own(store.location, token), "Proven anew")


def _token(location: Location) -> str:
    """The token of the session here. SignInNeededError without one."""
    from store.access import SignInNeededError
    from store.audit_care import store_id

    token = token_for(str(store_id(location)))
    if token is None:
        raise SignInNeededError("nobody has signed in here; sign in with “stagewatch sign-in”")
    return token


def _own(location: Location, token: str) -> OwnSession:
    """What the session is by now."""
    from store.own_session import own_session
    from store.reading import open_reader

    who = visiting("command line")._replace(token=lambda _: token)
    with closing(open_reader(location, who=who)) as reader:
        own = own_session(reader)
    if own is None:
        raise StoreError("this store has no super user any more, and nobody signs in to it")
    return own


def _tell(options: Namespace, own: OwnSession, done: str) -> None:
    if options.json:
        print_json(_session_json(own))
    else:
        _print_session(own, done)


def _session_json(own: OwnSession) -> dict[str, object]:
    """A session in the machine form."""
    return {
        "user": own.name,
        "role": own.role.value,
        "session": own.session,
        "ends_at": own.ends_at.isoformat(),
        "recovery_codes_left": own.recovery_codes,
    }


def _print_session(own: OwnSession, done: str) -> None:
    from kpi.policy_words import ROLE_WORDS

    print(clean(f"{done}: {own.name}, {ROLE_WORDS[own.role].lower()}, until {own.ends_at:%a %H:%M}."))
    if own.gives_codes and own.recovery_codes <= _FEW_CODES:
        print(f"Please note: so few recovery codes are left: {own.recovery_codes}.")


def sign_out(options: Namespace) -> None:
    """End the session that is kept here, and forget its token."""
    from store.audit_care import store_id
    from store.secrets_kept import forget_secret
    from store.signing_in import sign_out as end

    location = find_location(options.store)
    name = str(store_id(location))
    token = token_for(name)
    if token is not None:
        _refuse_token(location, token)
        with closing(writer(location, "command line")) as store:
            end(store, token)
        if not os.environ.get(TOKEN) and not forget_secret(session_name(name)):
            print(
                "stagewatch: the keyring did not let go of the token, which is worth nothing now",
                file=sys.stderr,
            )
    if options.json:
        print_json({"signed_out": token is not None})
    else:
        print("Nobody has signed in here." if token is None else "Signed out.")


def _refuse_token(location: Location, token: str) -> None:
    """StoreError for a token for scripts, which signing out does not end."""
    from store.access import SignInNeededError

    with suppress(SignInNeededError):  # locked or over: to be ended and forgotten all the same
        if (made := _own(location, token).token) is not None:
            raise StoreError(
                f"{TOKEN} holds the token “{made}”, not a session; “stagewatch tokens end” ends tokens"
            )
