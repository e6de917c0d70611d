"""Who is who, and who was where when, as weekly summaries need it: references, teams, first days."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kpi.weeks import Week
    from store.plain import Plain


class Stay(NamedTuple):
    """Somebody is in a team from the day `since` to the day before `until`; None: still."""

    since: date
    until: date | None
    team: int


class Staff:
    """Everybody who is linked to a reference of the ATS and was ever in a team.

    Before anybody said which team somebody is in, they count as in the first one from the day of their
    first event on, as far as that is known: an organisation that begins with Stagewatch has not hired all
    its people on that day.
    """

    def __init__(self, plain: Plain) -> None:
        """Read who they are."""
        self.links: dict[str, int] = dict(plain.rows("SELECT ref, person FROM person_link"))
        linked = set(self.links.values())
        self._stays: dict[int, list[Stay]] = defaultdict(list)
        for person, team, since, until in plain.rows(
            "SELECT person, team, from_day, until_day FROM membership ORDER BY person, from_day"
        ):
            if person in linked:
                left = None if until is None else date.fromordinal(until)
                self._stays[person].append(Stay(date.fromordinal(since), left, team))

    @property
    def people(self) -> Collection[int]:
        """All of them."""
        return self._stays.keys()

    def note_first(self, first: Mapping[int, date]) -> None:
        """Take into account on which day each first did something, of those of whom it is known."""
        for person, day in first.items():
            stays = self._stays.get(person)
            if stays and day < stays[0].since:
                stays[0] = stays[0]._replace(since=day)

    def joined_on(self, person: int) -> date | None:
        """The first day on which they were here, as far as is known."""
        stays = self._stays.get(person)
        return stays[0].since if stays else None

    def team_in(self, person: int, week: Week) -> int | None:
        """The team of a week: where they were on its first day, else the first they joined in it; or None.

        Who changes teams within a week stays whole, as within a month (kpi/disclosure.py).
        """
        for since, until, team in self._stays.get(person, ()):
            if since <= week.last and (until is None or week.first < until):
                return team
        return None
