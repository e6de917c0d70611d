"""Who to be in the demo: its people, and becoming another of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actor import hold

if TYPE_CHECKING:
    from store.demo_people import Persona, Troupe


class Cast:
    """The people of the demo's own store; one of them is who the app is now."""

    def __init__(self, troupe: Troupe) -> None:
        """Begin as the first of them, without a password."""
        self._troupe = troupe
        self.present = troupe.people[0].person
        self.become(self.present)

    @property
    def people(self) -> tuple[Persona, ...]:
        """Who one can be."""
        return self._troupe.people

    def become(self, person: int) -> None:
        """Have the app go on as somebody else; nobody else's machine keeps that session."""
        hold(self._troupe.store_id, self._troupe.session_of(person))
        self.present = person
