"""How much of the board somebody sees: which listings, and which users' names beside tasks and counts.

One person's figures are for that person, their manager and their HR business partner alone. Whose a listing
is can be read on its own page, as working on it needs; but no list, filter, sort, count or export brings
one person's tasks together for anybody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date


class Asked(NamedTuple):
    """What of the board is asked for: `what` it is, in words for the log, whose, of which listing.

    `day` is the one at whose end it is looked at, None for today; `ended` says that ended tasks are in it.
    """

    what: str = "The board"
    user: str | None = None
    listing: str | None = None
    day: date | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """The listings by number, and the users by their references in the ATS; None for all.

    `few`: a team's figures are left out, since those of the few others could be told by subtraction.
    """

    listings: frozenset[int] | None = None
    users: frozenset[str] | None = None
    few: bool = False

    def condition(self, column: str) -> str:
        """A condition on the column with a listing's number; “1 = 1” if all are seen."""
        if self.listings is None:
            return "1 = 1"
        return f"{column} IN ({', '.join(map(str, sorted(self.listings))) or 'NULL'})"

    def knows(self, user: str | None) -> bool:
        """Whether tasks and counts may be told to be this user's; nobody's may always."""
        return user is None or self.users is None or user in self.users

    def name(self, user: str | None) -> str | None:
        """The user as a list names them."""
        return user if self.knows(user) else None


EVERYTHING = Sight()
THE_BOARD = Asked()
