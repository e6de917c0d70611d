"""Who has signed in, as far as the screens need to know, and the door through which people come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from store.location import Location
    from tui.reader import Reader


class Me(NamedTuple):
    """Who has signed in, and what the policy lets them do somewhere: `rights`, by the actions' values.

    `figures` is the widest scope of single people's figures. `gives_code`: they prove themselves anew by a
    code, else by the password. `idle` is after how many seconds alone the session locks itself.
    """

    person: int
    name: str
    role: str
    rights: frozenset[str]
    figures: str
    gives_code: bool
    is_token: bool
    idle: float

    @property
    def said(self) -> str:
        """“A. Okafor, super user”."""
        return f"{self.name}, {self.role}{' (token)' if self.is_token else ''}"

    def may(self, action: str) -> bool:
        """Whether the store would let them do this at all."""
        return action in self.rights


class Door(NamedTuple):
    """Where people come in. `is_open`: nobody signs in there, for the store has no super user."""

    location: Location
    store_id: str
    organisation: str
    is_open: bool


def read_me(reader: Reader) -> Me | None:
    """Who has signed in; None in a store that is open. The reader's errors if nobody has."""
    visitor = reader.visitor()
    if visitor is None:
        return None
    from kpi.policy import Action, needs_second_factor, widest  # deferred: an open store needs none of it
    from kpi.policy_words import ROLE_WORDS
    from store.access import IDLE

    standing, role = visitor.standing, ROLE_WORDS[visitor.standing.role]
    return Me(
        person=visitor.person,
        name=visitor.name,
        role=role if role[1].isupper() else role[:1].lower() + role[1:],
        rights=frozenset(action.value for action in Action if widest(standing, action) is not None),
        figures=(widest(standing, Action.SEE_FIGURES) or ""),
        gives_code=needs_second_factor(standing),
        is_token=visitor.is_token,
        idle=IDLE / 1_000_000,
    )


def ask_door(reader: Reader) -> Door:
    """Where to come in."""
    from store.access import SignInNeededError  # deferred: only who comes or goes asks

    try:
        is_open = reader.visitor() is None
    except SignInNeededError:
        is_open = False
    return Door(reader.location, reader.rules.store_id, reader.organisation(), is_open)
