"""An app with doors: screens that let nothing else be seen or done while one of them stands."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.me import Door, Me, ask_door
from tui.proving import ProvingApp
from tui.screens.page import Page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from textual.screen import Screen

    from tui.entering import Done, Entered
    from tui.screens.door import DoorScreen
    from tui.source import Mailbox


class DoorsApp(ProvingApp):
    """Coming in, and going out; `me` is who is there, or was last."""

    me: Me | None = None
    door: DoorScreen | None = None
    location: str | None
    is_returning = False
    """Whether what comes in was asked before the door: that nobody was there then is known."""

    def close_doors(self) -> None:
        """There is no door; nothing waits behind one."""
        self.door = None
        self._behind: list[Callable[[], object]] = []
        self._unkept: Door | None = None

    def begin_anew(self, early: Mailbox | None = None) -> None:
        """Go to the board as if the app had just begun; nothing of what was shown stays."""
        raise NotImplementedError

    def ask_pulse(self, *, reopen: bool = True) -> None:
        """Ask whether anything has changed."""
        raise NotImplementedError

    def watch_anew(self) -> None:
        """Somebody is there again."""
        raise NotImplementedError

    def operation_failed(
        self, error: Exception, again: Callable[[], object], give_up: Callable[[str], None]
    ) -> None:
        """An operation has failed: do it `again` or give it up, with the words."""
        raise NotImplementedError

    def carry(self, call: Callable[[], object]) -> None:
        """What comes in while there is a door waits behind it: it may show, or open, something."""
        if self.door is None:
            super().carry(call)
        else:
            self._behind.append(call)

    def go_to_door(self, screen: DoorScreen) -> None:
        """Show a door, in the place of the one that stands there."""
        self.clear_notifications()
        if self.door is not None and self.screen is self.door:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
        self.door = screen

    def ask_to_sign_in(self, why: str = "") -> None:
        """Show where one signs in; `why` the store says one must."""
        from tui.screens.sign_in import SignInScreen  # deferred: an open store needs no doors

        known = None if self.door is None else self.door.door
        said = why.partition("; sign in with")[0]
        first = self.me is None and said.startswith("nobody has")
        name = "" if self.me is None else self.me.name
        self.go_to_door(SignInScreen("" if first else f"{said[:1].upper()}{said[1:]}", name, known))

    def signed_out(self, _: object = None) -> None:
        """The session was ended here."""
        self.me = None
        self.ask_to_sign_in()

    def leave_door(self, done: Done) -> None:
        """Somebody is in, or nobody needs to be; what is shown once comes before all else."""
        if done.once:
            from tui.screens.shown_once import ShownOnceScreen  # deferred: once in a person's life

            then = partial(self.leave_door, done._replace(once=done.once[1:]))
            self.go_to_door(ShownOnceScreen(done.once[0], then))
        elif done.entered is not None and done.entered.unkept:
            from tui.screens.sign_in import UnkeptScreen

            known = None if self.door is None else self.door.door
            self.go_to_door(UnkeptScreen(done.entered, known))
        elif done.entered is not None:
            self.enter(done.entered)
        else:
            self.begin_anew()

    def enter(self, entered: Entered) -> None:
        """Let somebody in: to where they were before, or to the board if it was somebody else."""
        unkept = self.door.door if entered.unkept and self.door is not None else None
        if self.me is not None and self.me.person == entered.person:
            self.come_back()
        else:
            self.begin_anew()
        self._unkept = unkept

    def come_back(self) -> None:
        """Take the door away; what lies below is as it was, and asks again."""
        from tui.screens.door import DoorScreen  # deferred: an open store needs no doors

        while any(isinstance(screen, DoorScreen) for screen in self.screen_stack):
            self.pop_screen()
        self.door = None
        self.watch_anew()
        self.is_returning = True
        waiting, self._behind = self._behind, []
        for call in waiting:
            call()
        self.is_returning = False
        if self.page is not None and self.page.is_whole:
            self.page.show_keys()
        self.freshen()

    def leave(self) -> None:
        """After the app: a session that nobody keeps is ended."""
        if self._unkept is not None:
            from store.errors import StoreError
            from tui.entering import go_out

            with suppress(StoreError):
                go_out(self._unkept)

    def freshen(self) -> None:
        """Have every page ask again."""
        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.ailing = True
        page = self.page
        if page is not None and page.is_whole:
            page.store_changed()

    # ---------------------------------------------------------------------------------- founding, leaving

    def action_first_super_user(self) -> None:
        """Make the first super user of a store in which nobody signs in yet."""
        from tui.screens.first_run import FirstSuperUserScreen  # deferred: once in a store's life

        self.go_to_door(FirstSuperUserScreen())

    def action_found(self) -> None:
        """Found an organisation where there is no store."""
        from tui.screens.first_run import FirstRunScreen  # deferred: once in a store's life

        self.go_to_door(FirstRunScreen())

    @property
    def place(self) -> str:
        """Where the app was told that the store is."""
        from store.location import find_location  # deferred: the store is opened on the desk's thread

        return str(find_location(self.location))

    def held_back(
        self, again: Callable[[], Awaitable[None]], leaving: Iterable[Screen[Any]] | None = None
    ) -> bool:
        """Whether a page that is left, by default any, asks something first; it goes on with `again`."""
        screens = reversed(self.screen_stack) if leaving is None else leaving
        return any(isinstance(screen, Page) and screen.holds_back(again) for screen in screens)

    # ----------------------------------------------------------------------------------- off the loop

    def with_door(self, then: Callable[[Door], None], failed: Callable[[str], None] | None = None) -> None:
        """Ask which store this is, and go on with that."""
        self.put(None, "which store", ask_door, then, failed=failed, vital=False)

    def in_background(self, work: Callable[[], Any], done: Callable[[Any], object] | None = None) -> None:
        """Do something to the session on a thread; what goes wrong with it shows as a door, or in a note."""
        run = partial(self._in_background, work, done)
        self.run_worker(run, thread=True, exit_on_error=False, group="session")

    def _in_background(self, work: Callable[[], Any], done: Callable[[Any], object] | None) -> None:
        then: Callable[[], object] | None = None
        try:
            value = work()
        except Exception as error:  # noqa: BLE001 - told to the person, who can go on
            then = partial(self.operation_failed, error, partial(self.in_background, work, done), self._note)
        else:
            if done is not None:
                then = partial(done, value)
        if then is not None and self.is_running:
            self.call_later(self.carry, then)

    def _note(self, words: str) -> None:
        self.notify(f"{words[:1].upper()}{words[1:]}.", severity="warning", markup=False)
