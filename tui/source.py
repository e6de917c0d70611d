"""Where the screens' facts come from: one thread that owns the reader and answers questions in turn.

Nothing here knows Textual, so that the first question can be on its way while Textual is being imported.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from itertools import count
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.accounts import Account
    from tui.reader import Opener, Question, Reader

EARLY_TOPIC = "early"
# Kinds of failures that the screens answer in ways of their own; of any other they show the words.
SIGN_IN, LOCKED, NOT_ALLOWED, FRESH_CODE, MISSING = (
    "sign in",
    "locked",
    "not allowed",
    "fresh code",
    "missing",
)
ABOUT_ACCESS = (SIGN_IN, LOCKED, NOT_ALLOWED, FRESH_CODE)
# Of all desks together: an answer of a desk that was left must not pass for one of another's.
_NUMBERS = count(1)


class Outcome(NamedTuple):
    """What became of the question `number` on `topic`: a value, or a failure in words for people.

    `at` is the monotonic moment, in seconds, at which the store was asked: the age of the answer. `kind` is a
    failure's, where it has one; `name` is of whoever's session is locked.
    """

    number: int
    topic: str
    value: Any = None
    failure: str | None = None
    at: float = 0.0
    kind: str = ""
    name: str = ""


class _Request(NamedTuple):
    number: int
    topic: str
    ask: Question
    deliver: Callable[[Outcome], None]
    reopen: bool


class Desk:
    """Answers questions to the store, one after the other, on a thread of its own.

    Of several questions on one topic that wait, only the newest is asked: the others' answers would be
    dropped anyway. A reader that failed is closed and opened again for the next question.
    """

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._queue: SimpleQueue[_Request | None] = SimpleQueue()
        self._newest: dict[str, int] = {}
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._thread: threading.Thread | None = None

    def ask(
        self, topic: str, ask: Question, deliver: Callable[[Outcome], None], *, reopen: bool = False
    ) -> int:
        """Put a question; `deliver` gets the outcome, on the desk's thread. Returns the question's number.

        With `reopen` the store is opened anew first: a file that was replaced or taken away shows then.
        """
        with self._lock:
            number = next(_NUMBERS)
            self._newest[topic] = number
            if self._thread is None:
                # A daemon: a store that hangs must not keep the program from ending.
                self._thread = threading.Thread(target=self._serve, name="stagewatch-reader", daemon=True)
                self._thread.start()
        self._queue.put(_Request(number, topic, ask, deliver, reopen))
        return number

    def stop(self, patience: float = 1.0) -> None:
        """End the thread and close the reader; waits `patience` seconds for a question under way."""
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(patience)

    def _serve(self) -> None:
        while (request := self._queue.get()) is not None:
            if self._newest[request.topic] == request.number:
                request.deliver(self._answer(request))
        self._let_go()

    def _answer(self, request: _Request) -> Outcome:
        at = time.monotonic()
        try:
            if request.reopen:
                self._let_go()
            if self._reader is None:
                self._reader = self._opener()
            value = request.ask(self._reader)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in here is shown, never raised
            kind = failure_kind(error)
            if kind not in ABOUT_ACCESS:  # a reader that refuses somebody is as good as before
                self._let_go()
            said, name = failure_words(error), getattr(error, "name", "") if kind == LOCKED else ""
            return Outcome(request.number, request.topic, failure=said, at=at, kind=kind, name=name)
        return Outcome(request.number, request.topic, value=value, at=at)

    def _let_go(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            with suppress(Exception):  # it may be closed because it is broken
                reader.close()


class Mailbox:
    """Keeps one early outcome until somebody takes it; `number` is its question's."""

    def __init__(self) -> None:
        self.number = 0
        self._lock = threading.Lock()
        self._outcome: Outcome | None = None
        self._taker: Callable[[Outcome], None] | None = None

    def put(self, outcome: Outcome) -> None:
        """Leave the outcome, or hand it straight to whoever waits for it."""
        with self._lock:
            self._outcome = outcome
            taker = self._taker
        if taker is not None:
            taker(outcome)

    def take(self, taker: Callable[[Outcome], None]) -> Outcome | None:
        """The outcome if it is there, else None, and `taker` will get it from the desk's thread."""
        with self._lock:
            self._taker = taker
            return self._outcome


def failure_words(error: BaseException) -> str:
    """An error in one line for people: our own words, or what kind of error was not foreseen."""
    from kpi.errors import StagewatchError  # deferred: only failures need it

    said = str(error).strip().partition("\n")[0]
    if isinstance(error, StagewatchError):
        return said or "the store could not be read"
    return f"reading the store failed unexpectedly: {type(error).__name__}{f', {said}' if said else ''}"


def failure_kind(error: BaseException) -> str:
    """Which of the kinds an error is, empty for any other."""
    from store.access import LockedError, NotAllowedError, SignInNeededError, StepUpError
    from store.errors import StoreMissingError  # deferred: the store is imported on the desk's thread

    kinds = {
        LockedError: LOCKED,
        SignInNeededError: SIGN_IN,
        NotAllowedError: NOT_ALLOWED,
        StepUpError: FRESH_CODE,
        StoreMissingError: MISSING,
    }
    return next((kind for sort, kind in kinds.items() if isinstance(error, sort)), "")


def open_account(account: Account) -> Reader:
    """Open an account's store, its password fetched from the keyring, on whatever thread this is called."""
    from store.accounts import location_of
    from store.reading import open_reader  # deferred: as in open_store
    from tui.actor import visiting

    return open_reader(location_of(account), who=visiting("app"))


def open_store(location: str | None) -> Reader:
    """Open a store by its location, on whatever thread this is called."""
    from store.reading import open_reader  # deferred: imported while Textual starts
    from tui.actor import visiting

    return open_reader(location, who=visiting("app"))
