"""The first run: founding an organisation where there is no store, and its first super user."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.entering import Done, Founding, begin_first, check_founding, found, make_first
from tui.screens.door import DoorScreen, Field
from tui.screens.enrol import NEW_PASSWORD
from tui.screens.second_factor import SecondFactorScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.enrolling import Beginning

_LEAVE: list[BindingType] = [
    Binding("escape", "back", "back", id="door.back", tooltip="Back; nothing has been written"),
]


class FirstSuperUserScreen(DoorScreen):
    """Who will add all others; from then on people sign in."""

    HEADING = "The first super user"
    FIELDS = (Field("name", "Name"), *NEW_PASSWORD)
    KEYS = (("enter", "Go on", "screen.go_on"), ("esc", "Back", "screen.back"))
    BINDINGS: ClassVar[list[BindingType]] = _LEAVE

    def intro(self) -> str:
        """What will be so from then on."""
        return (
            "Whoever can open this store may do everything in it, until it has a super user. From then on "
            "people sign in, and each sees and does what their role allows."
        )

    def go_on(self) -> None:
        """See whether name and password will do."""
        name, password = self.typed("name"), self.typed("password")
        if password != self.typed("again"):
            self.forget()
            self.say_wrong("the two passwords are not the same; type both anew")
        elif self.door is not None and not self.door.is_open:
            self.say_wrong("this store has a super user already, who adds all others")
        elif self.door is not None:
            work = partial(begin_first, self.door.organisation, name, password)
            self.attempt("Looking", work, partial(self._begun, password))

    def _begun(self, password: str, beginning: Beginning) -> None:
        self.forget()
        if self.door is not None:
            confirm = partial(make_first, self.door, beginning, password)
            again = partial(self.host.go_to_door, FirstSuperUserScreen(self.door))
            self.host.go_to_door(SecondFactorScreen(self.door, beginning, confirm, again))

    def action_back(self) -> None:
        """Back to the board."""
        self.host.come_back()


class FirstRunScreen(DoorScreen):
    """An organisation, its calendar, and whoever will add all others."""

    HEADING = "A new organisation"
    FIELDS = (
        Field("organisation", "Organisation"),
        Field("region", "Bank holidays of", "a region's code, as GB-SCT; empty for none", needed=False),
        Field("zone", "Time zone", "a name like Europe/London"),
        Field("name", "Super user", "your name; empty: nobody signs in yet", needed=False),
        Field("password", "Password", NEW_PASSWORD[0].hint, secret=True, needed=False),
        Field("again", "The same again", secret=True, needed=False),
    )
    KEYS = (("enter", "Go on", "screen.go_on"), ("esc", "Back", "screen.back"))
    NEEDS_DOOR = False
    ROOMY = 30
    BINDINGS: ClassVar[list[BindingType]] = _LEAVE

    def intro(self) -> str:
        """What is about to be made."""
        return (
            f"There is no store at {self.host.place} yet. This makes one, with the stages and KPIs of NHS "
            "Jobs. The super user adds all other people."
        )

    def on_mount(self) -> None:
        """What most will want stands there."""
        self.query_one("#region", Input).value = "GB-ENG"
        self.query_one("#zone", Input).value = "Europe/London"

    async def action_next(self) -> None:
        """Through the fields one after the other: what may be empty is not to be missed."""
        await self.whole()
        at = None if self.focused is None else self.focused.id
        if at == "again" or (at == "name" and not self.typed("name").strip()):
            self.action_go_on()
        else:
            await self.action_field(1)

    def go_on(self) -> None:
        """See whether it will do; nothing is written yet."""
        founding = Founding(
            self.typed("organisation"), self.typed("region").strip(), self.typed("zone").strip()
        )
        name, password = self.typed("name").strip(), self.typed("password")
        if password != self.typed("again"):
            self.forget()
            self.say_wrong("the two passwords are not the same; type both anew")
        elif name and not password:
            self.set_focus(self.query_one("#password"))
        elif not name and password:
            self.set_focus(self.query_one("#name"))
        elif name:
            work = partial(_look, founding, name, password)
            self.attempt("Looking", work, partial(self._begun, founding, password))
        else:
            self.attempt("Founding", partial(found, self.host.location, founding, None), self._founded)

    def _begun(self, founding: Founding, password: str, beginning: Beginning) -> None:
        self.forget()
        confirm = partial(_found_with, self.host.location, founding, beginning, password)
        again: Callable[[], Any] = partial(self.host.go_to_door, FirstRunScreen())
        self.host.go_to_door(SecondFactorScreen(None, beginning, confirm, again))

    def _founded(self, done: Done) -> None:
        self.host.leave_door(done)

    def action_back(self) -> None:
        """Back to the board."""
        self.host.come_back()


def _look(founding: Founding, name: str, password: str) -> Beginning:
    check_founding(founding)
    return begin_first(founding.organisation, name, password)


def _found_with(
    location: str | None, founding: Founding, beginning: Beginning, password: str, code: str
) -> Done:
    return found(location, founding, (beginning, password, code))
