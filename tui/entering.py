"""Coming in and going: what the doors' screens have done on threads of their own; nothing here draws."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple

from tui.actor import held_token, hold, let_go, session_name, writer
from tui.me import Door
from tui.source import failure_kind, failure_words

if TYPE_CHECKING:
    from store.enrolling import Beginning, Enrolled
    from store.signing_in import SignedIn

# Kinds of trouble besides those of `tui.source`.
CODE, WRONG, TOO_SOON = "code", "wrong", "too soon"
HOW_TO_KEEP = (
    "A file under a passphrase can keep it instead. Quit, and in the shell from which you start Stagewatch "
    "set STAGEWATCH_SECRETS to the whole path of a file that need not be there yet, and "
    "STAGEWATCH_PASSPHRASE to the passphrase that opens it; then start again."
)


class Trouble(NamedTuple):
    """Why it did not work: in words, which kind, and how many seconds to wait where it is too soon."""

    words: str
    kind: str
    seconds: int = 0


class Entered(NamedTuple):
    """A session has begun; `unkept` says why it lasts only as long as the app runs, empty if it is kept."""

    person: int
    name: str
    unkept: str
    recovery_codes: int


class Once(NamedTuple):
    """What is shown this once, to be noted: a heading, what it is, and its lines."""

    heading: str
    said: str
    lines: tuple[str, ...]


class Done(NamedTuple):
    """What a door came to: who is in, None if nobody signs in, and what has to be noted before."""

    entered: Entered | None
    once: tuple[Once, ...] = ()


class Founding(NamedTuple):
    """An organisation to be founded."""

    organisation: str
    region: str
    zone: str


def trouble_of(error: Exception) -> Trouble:
    """An error, as the doors' screens tell it."""
    from store.attempts import TooSoonError  # deferred: only where something went wrong
    from store.proofs import CodeNeededError, RefusedError

    said = failure_words(error)
    if isinstance(error, TooSoonError):
        return Trouble(said, TOO_SOON, error.seconds)
    if isinstance(error, CodeNeededError):
        return Trouble(said, CODE)
    if isinstance(error, RefusedError):
        return Trouble(said, WRONG)
    return Trouble(said, failure_kind(error))


# ------------------------------------------------------------------------------------------- signing in


def come_in(door: Door, name: str, password: str, code: str) -> Done:
    """Sign in. The store's errors."""
    from store.signing_in import sign_in  # deferred: writing needs what reading does not

    with closing(writer(door.location, "app")) as store:
        return Done(_entered(door, sign_in(store, name, password, code or None)))


def _entered(door: Door, made: SignedIn) -> Entered:
    """Have the app use the session, and the machine keep it, if it can, in the place of the one before."""
    from store.errors import StoreError
    from store.secrets_kept import SESSION, find_secret, keep_secret
    from store.signing_in import sign_out

    hold(door.store_id, made.token)
    name, unkept = session_name(door.store_id), ""
    try:
        before = find_secret(name, SESSION)
        keep_secret(name, made.token, SESSION)
        if before is not None:
            with closing(writer(door.location, "app")) as store, suppress(StoreError):
                sign_out(store, before)  # or it would end by itself
    except StoreError as error:
        unkept = failure_words(error)
    return Entered(made.person, made.name, unkept, made.recovery_codes)


def unlock_session(door: Door, password: str) -> None:
    """Go on with the session that is locked. The store's errors."""
    from store.access import SignInNeededError
    from store.signing_in import unlock

    token = held_token(door.store_id)
    if token is None:
        raise SignInNeededError("this session is over")
    with closing(writer(door.location, "app")) as store:
        unlock(store, token, password)


def lock_session(door: Door) -> None:
    """Have the store ask for the password before the session goes on."""
    from store.signing_in import lock

    token = held_token(door.store_id)
    if token is not None:
        with closing(writer(door.location, "app")) as store:
            lock(store, token)


def touch_session(door: Door) -> None:
    """Have the store know that the person is there."""
    from store.signing_in import touch

    with closing(writer(door.location, "app")) as store:
        touch(store)


def step_up_again(door: Door, proof: str) -> None:
    """Prove anew who one is. The store's errors."""
    from store.signing_in import step_up

    with closing(writer(door.location, "app")) as store:
        step_up(store, proof)


def go_out(door: Door) -> None:
    """End the session; neither the app nor the machine keeps it any more."""
    from store.errors import StoreError
    from store.secrets_kept import SESSION, find_secret, forget_secret
    from store.signing_in import sign_out

    token = held_token(door.store_id)
    if token is None:
        return
    with closing(writer(door.location, "app")) as store:
        sign_out(store, token)
    let_go(door.store_id)
    with suppress(StoreError):  # another session may have taken its place there, and where it cannot be read
        if find_secret(session_name(door.store_id), SESSION) == token:
            forget_secret(session_name(door.store_id))


# -------------------------------------------------------------------------------------------- enrolling


def begin(door: Door, name: str, enrolment_code: str) -> Beginning:
    """What to show to whoever has the enrolment code. The store's errors."""
    from store.enrolling import begin_enrolment

    with closing(writer(door.location, "app")) as store:
        beginning = begin_enrolment(store, name, enrolment_code)
    if beginning.seed is not None:
        _check_place()
    return beginning


def _check_place() -> None:
    """Say it before a second factor is set up, if this machine has no place for the key that seals it."""
    from store.secrets_kept import KEY, find_secret

    find_secret("seal:", KEY)


def check_password(password: str, *names: str) -> None:
    """WeakPasswordError if a new password would not do."""
    from store.passwords import check_new_password

    check_new_password(password, *names)


def enrol(door: Door, beginning: Beginning, enrolment_code: str, password: str, code: str) -> Done:
    """Keep the password and the second factor, and begin a session. The store's errors."""
    from store.enrolling import complete_enrolment

    with closing(writer(door.location, "app")) as store:
        made: Enrolled = complete_enrolment(
            store, beginning.name, enrolment_code, password, beginning.seed, code or None, enter=True
        )
    entered = None if made.session is None else _entered(door, made.session)
    return Done(entered, _recovery(made.recovery_codes))


def _recovery(codes: tuple[str, ...]) -> tuple[Once, ...]:
    if not codes:
        return ()
    said = (
        "Each of these is good once in place of a code, should you lose your phone. They are shown this "
        "once: note them, and keep them where you keep no password."
    )
    return (Once("Recovery codes", said, codes),)


# ------------------------------------------------------------------------------- the first super user


def begin_first(organisation: str, name: str, password: str) -> Beginning:
    """What to show to whoever is to be the first super user; nothing is written. The store's errors."""
    from store.enrolling import begin_first_super_user

    _check_place()
    return begin_first_super_user(organisation, name, password)


def make_first(door: Door, beginning: Beginning, password: str, code: str) -> Done:
    """Make the first super user, and begin their session. The store's errors; nothing is written then."""
    from store.enrolling import make_first_super_user

    with closing(writer(door.location, "app")) as store:
        made = make_first_super_user(store, beginning.name, password, beginning.seed, code)
    entered = None if made.session is None else _entered(door, made.session)
    return Done(entered, _recovery(made.recovery_codes))


def check_founding(founding: Founding) -> None:
    """CalendarError, or StoreError, for an organisation that cannot be founded."""
    from kpi.calendar import CalendarSpec, WorkingCalendar
    from kpi.text import clean
    from store.errors import StoreError

    if not clean(founding.organisation):
        raise StoreError("an organisation needs a name")
    WorkingCalendar(CalendarSpec(region=founding.region or None, zone=founding.zone))


def found(location: str | None, founding: Founding, first: tuple[Beginning, str, str] | None) -> Done:
    """Found an organisation and give its audit log a key; then the first super user, if there is to be one.

    `first` is what was shown to them, their password and a code.
    """
    from kpi.calendar import CalendarSpec
    from store.location import find_location
    from store.organisation import found_organisation

    place = find_location(location)
    if first is not None:
        _check_code(first[0], first[2])  # before anything is written
    spec = CalendarSpec(region=founding.region or None, zone=founding.zone)
    with closing(writer(place, "app")) as store:
        made = found_organisation(store, founding.organisation, spec=spec)
    door = Door(place, made.store_id, made.name, is_open=True)
    key = _auditors_key(door)
    done = Done(None) if first is None else make_first(door, *first)
    return Done(done.entered, (*done.once, key))


def _check_code(beginning: Beginning, code: str) -> None:
    from store.one_time_codes import step_for
    from store.proofs import RefusedError
    from store.work import system_now

    if beginning.seed is None or step_for(beginning.seed, code, system_now(), 0) is None:
        raise RefusedError("the code of the new second factor was wrong")


def _auditors_key(door: Door) -> Once:
    from store.audit_care import begin_key
    from store.errors import StoreError
    from store.key_files import key_file_text

    try:
        with closing(writer(door.location, "app")) as store:
            lines = tuple(key_file_text(begin_key(store)).splitlines())
    except StoreError as error:
        return Once("The audit log", f"Please note: {failure_words(error)}.", ())
    said = (
        "The audit log's first key, shown this once. Give these five lines to your auditor, and keep them "
        "nowhere else."
    )
    return Once("The audit log's key", said, lines)
