"""An app that knows who has signed in: it locks itself, and answers what the store refuses."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType

from tui.doors import DoorsApp
from tui.me import Door, Me, read_me
from tui.source import FRESH_CODE, LOCKED, MISSING, NOT_ALLOWED, SIGN_IN, failure_kind, failure_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.answers import Waiting
    from tui.facts import Pulse
    from tui.personas import Cast
    from tui.source import Outcome

# Seconds: how often the store is asked whether the session is still there, and told that its person is.
WATCH, TOUCH = 5.0, 60.0
# The groups of workers that write, or reckon, for a page.
WORK = frozenset({"writing", "jobs"})
# What can be done at a door, whatever lies behind it.
AT_THE_DOOR = frozenset({"press", "next_theme", "help_quit", "suspend_process"})


class Since(NamedTuple):
    """A moment by two clocks: one stands still while the machine sleeps, the other can be set back."""

    steady: float
    wall: float

    @property
    def seconds(self) -> float:
        """How long ago it was, by the clock that says more."""
        return max(time.monotonic() - self.steady, time.time() - self.wall)


def now() -> Since:
    """This moment."""
    return Since(time.monotonic(), time.time())


class GuardedApp(DoorsApp):
    """Who is there, for how long, and what the store refuses them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "personas", "who to be", id="app.persona",
                tooltip="Who to be: another person of the demo"),
        Binding("f6", "lock", "lock", id="app.lock", tooltip="Lock: the password goes on from here"),
        Binding("f7", "fresh_code", "fresh code", id="app.fresh_code",
                tooltip="A fresh code, before something asks for one"),
        Binding("f8", "sign_out", "sign out", id="app.sign_out", tooltip="End the session"),
    ]  # fmt: skip

    cast: Cast | None = None
    pulse: Pulse | None
    is_missing = False
    """Whether there is no store at all where the app was started."""
    is_home = True
    """Whether that is the store that is looked at."""

    def know_nobody(self) -> None:
        """Nobody is known to be there yet."""
        self.me = None
        self.is_missing = False
        self.close_doors()
        self.watch_anew()

    def watch_anew(self) -> None:
        """Somebody is there again."""
        self.moved = self._watched = now()
        self._touched: Since | None = None

    # ------------------------------------------------------------------------------------ who is there

    def take_me(self, me: Me | None) -> None:
        """Know who is there. With other rights than before everything is asked again, and may be refused."""
        before, self.me = self.me, me
        if me == before:
            return
        if me is not None and before is not None and me.person != before.person:
            self.begin_anew()  # another window has signed somebody else in
            return
        self.show_age()
        self.refresh_bindings()
        if before is not None:
            self.freshen()

    @property
    def is_open(self) -> bool:
        """Whether the store is known to have no super user: nobody signs in."""
        return self.me is None and self.door is None and self.pulse is not None

    def hint(self) -> None:
        """Say once that people can sign in."""
        if self.is_open and not self.settings.hinted:
            said = "Nobody signs in to this store yet. “Make the first super user”, in ctrl+p, begins that."
            self.notify(said, markup=False, timeout=12)
            self.keep_settings(self.settings._replace(hinted=True))

    def look_after_session(self) -> None:
        """Lock what was left alone, tell the store who is there, ask whether they still may."""
        me = self.me
        if me is None or self.door is not None:
            return
        if not me.is_token:
            if self.moved.seconds >= me.idle and self.cast is None:
                self.action_lock()
                return
            self._tell_of_moves()
        if self._watched.seconds >= WATCH:
            self._watched = now()
            self.put(None, "me", read_me, self.take_me, vital=False)

    def _tell_of_moves(self) -> None:
        """Have the store know, at most once a minute, that somebody was there since it last knew."""
        touched = self._touched
        if touched is None or (touched.seconds >= TOUCH and self.moved.seconds < touched.seconds):
            self._touched = now()
            self.with_door(self._touch)

    @property
    def is_working(self) -> bool:
        """Whether something that a page began is still being done, such as an import."""
        return any(one.group in WORK and one.is_running for one in self.workers)

    def tell_of_work(self) -> None:
        """Have the store know, at most once a minute, that what runs behind the lock is its person's."""
        door = None if self.door is None else self.door.door
        if door is not None and (self._touched is None or self._touched.seconds >= TOUCH):
            self._touched = now()
            self._touch(door)

    def _touch(self, door: Door) -> None:
        from tui.entering import touch_session  # deferred: an open store needs no doors

        self.in_background(partial(touch_session, door))

    async def on_event(self, event: events.Event) -> None:
        """Whoever presses a key or moves the mouse is there."""
        if isinstance(event, (events.InputEvent, events.Paste)):
            self.moved = now()
        await super().on_event(event)

    # ----------------------------------------------------------------------- what the store refuses

    def not_answered(self, waiting: Waiting, failure: str, outcome: Outcome) -> None:
        """A question has failed: show a door if nobody is in, the refusal where they may not see it."""
        if outcome.kind == FRESH_CODE and waiting.again is not None:
            given_up = partial(super().not_answered, waiting._replace(vital=False), failure, outcome)
            self.ask_fresh_code(waiting.again, given_up)
            return
        refused = outcome.kind in (SIGN_IN, LOCKED, NOT_ALLOWED)
        self.is_missing = outcome.kind == MISSING and self.is_home
        super().not_answered(waiting._replace(vital=waiting.vital and not refused), failure, outcome)
        if outcome.kind == NOT_ALLOWED and waiting.page is not None and waiting.shows:
            waiting.page.refuse(failure)
            if self.pulse is None:
                self.ask_pulse(reopen=False)
        self.access_lost(outcome.kind, outcome.name, failure)

    def operation_failed(
        self, error: Exception, again: Callable[[], object], give_up: Callable[[str], None]
    ) -> None:
        """An operation has failed: it goes on after a fresh code, where that is all that was asked."""
        said, kind = failure_words(error), failure_kind(error)
        if kind == FRESH_CODE:
            self.ask_fresh_code(again, partial(give_up, said))
            return
        give_up(said)
        self.access_lost(kind, getattr(error, "name", "") if kind == LOCKED else "", said)

    def access_lost(self, kind: str, name: str = "", said: str = "") -> None:
        """Show the door that goes with a failure of this kind, if any does."""
        if self.door is not None or self.is_returning or kind not in (SIGN_IN, LOCKED):
            return
        if self.cast is not None:
            self._renew(self.freshen)
        elif kind == LOCKED:
            self._show_lock(name)
        else:
            self.ask_to_sign_in(said)

    def ask_fresh_code(self, again: Callable[[], object], give_up: Callable[[], None]) -> None:
        """Ask for a fresh code and go on with what wanted one; in the demo nobody has any."""
        if self.cast is not None:
            self._renew(again)
            return
        from tui.screens.fresh_code import FreshCodeBox  # deferred: seldom needed

        def answered(given: bool | None) -> None:
            (again if given else give_up)()

        by_code = self.me is None or self.me.gives_code
        self.push_screen(FreshCodeBox(wanted=True, by_code=by_code), answered)

    # ---------------------------------------------------------------------------------------- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """At a door nothing can be done with what lies behind it."""
        if self.door is not None:
            return action in AT_THE_DOOR or (self.screen is self.door and action in self.door.MAY)
        if action == "personas":
            return self.cast is not None
        if action == "found":
            return self.is_missing and self.cast is None
        if action in ("lock", "fresh_code", "sign_out"):
            return self.me is not None and not self.me.is_token and self.cast is None
        return super().check_action(action, parameters)

    def action_lock(self) -> None:
        """Let nothing be seen until the password is given."""
        if self.me is not None and self.door is None:
            self._show_lock(self.me.said)

    def _show_lock(self, who: str) -> None:
        from tui.screens.lock import LockScreen  # deferred: an open store needs no doors

        self.go_to_door(LockScreen(who or ("" if self.me is None else self.me.said)))

    def action_fresh_code(self) -> None:
        """Give a fresh code."""
        from tui.screens.fresh_code import FreshCodeBox  # deferred: seldom needed

        def answered(given: bool | None) -> None:
            if given:
                self.notify("That was right; it holds for a quarter of an hour.", markup=False)

        by_code = self.me is None or self.me.gives_code
        self.push_screen(FreshCodeBox(wanted=False, by_code=by_code), answered)

    async def action_sign_out(self) -> None:
        """End the session; what is not saved is asked about first."""
        if not self.held_back(self.action_sign_out):
            from tui.entering import go_out  # deferred: an open store needs no doors

            self.with_door(lambda door: self.in_background(partial(go_out, door), self.signed_out))

    def action_personas(self) -> None:
        """Choose who to be."""
        if self.cast is not None:
            from tui.screens.personas import PersonasBox  # deferred: the demo alone has it

            self.push_screen(PersonasBox(self.cast))

    def become(self, person: int) -> None:
        """Be another person of the demo."""
        if self.cast is not None:
            self.in_background(partial(self.cast.become, person), lambda _: self.begin_anew())

    def _renew(self, then: Callable[[], object]) -> None:
        """Begin another session of the same person of the demo, and go on."""
        if self.cast is not None:
            self.in_background(partial(self.cast.become, self.cast.present), lambda _: then())
