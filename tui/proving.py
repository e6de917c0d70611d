"""The app looks at the audit log when it starts and every new day, off the loop; with a checkpoint."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tui.asking import AskingApp
from tui.audit_facts import Verified
from tui.screens.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from zoneinfo import ZoneInfo

    from store.location import Location
    from tui.reader import Reader
    from tui.source import Desk

_ALARM = 10  # seconds that a tampered log is told of, wherever one is; the Audit screen goes on saying it


class Place(NamedTuple):
    """Where the store is, and in which time zone its people read a clock."""

    location: Location
    zone: ZoneInfo


class Proof(NamedTuple):
    """What a look came to; `warning` says why there is no checkpoint of today, though one was wanted."""

    verified: Verified
    warning: str | None


def ask_place(reader: Reader) -> Place:
    """Where to look."""
    return Place(reader.location, reader.rules.zone)


class ProvingApp(AskingApp):
    """What an app keeps of the audit log: how far it is proven."""

    verified: Verified | None = None
    _proved_on: date | None = None

    def prove(self, today: date) -> None:
        """Look at what has come into the log since it was last found whole, once a day."""
        if self._proved_on != today:
            self._proved_on = today
            self.put(None, "log", ask_place, self._begin_proof, failed=_forget, vital=False)

    def forget_proof(self) -> None:
        """Another store is looked at."""
        self.verified = self._proved_on = None

    def _begin_proof(self, place: Place) -> None:
        work = partial(self._prove_in_thread, self.desk, place)
        self.run_worker(work, thread=True, exit_on_error=False, group="proof")

    def _prove_in_thread(self, desk: Desk, place: Place) -> None:
        found = look_at_log(place, lambda: not self.is_running or self.desk is not desk)
        if found is not None and self.is_running:
            self.call_later(self._proved, desk, found)

    def _proved(self, desk: Desk, proof: Proof) -> None:
        if desk is not self.desk:
            return
        self.verified = proof.verified
        if proof.verified.result == "tampered":
            said = f"The audit log was tampered with: {proof.verified.why}."
            self.notify(said, title="■ Audit", severity="error", markup=False, timeout=_ALARM)
        if proof.warning is not None:
            self.notify(f"No checkpoint today: {proof.warning}", severity="warning", markup=False)
        for screen in self.screen_stack:
            if isinstance(screen, Page) and screen.is_whole:
                screen.show_frame()


def _forget(words: str) -> None:
    """What the store cannot tell now it is asked again tomorrow; that it fails shows elsewhere."""
    del words


def look_at_log(place: Place, stopped: Callable[[], bool]) -> Proof | None:
    """Have the store look after its log; None if it was stopped. On a thread of its own."""
    from kpi.events import moment_of  # deferred: the first frame does without
    from store.audit_care import look_after_log
    from store.audit_verify import NotVerifiedError
    from store.work import system_now
    from tui.source import failure_words

    now = system_now()
    at = moment_of(now).astimezone(place.zone)
    try:
        verdict, warning = look_after_log(place.location, now, stopped)
    except NotVerifiedError:
        return None
    except Exception as error:  # noqa: BLE001 - what nobody thought of must not look like “not yet”
        return Proof(Verified("unreadable", at, 0, failure_words(error)), None)
    return Proof(Verified(verdict.result, at, verdict.first_bad or verdict.last, verdict.why), warning)
