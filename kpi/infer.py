"""A catalogue drafted from events alone: one stage per activity, ended by whatever comes next."""

from __future__ import annotations

import re
import unicodedata
from array import array
from typing import TYPE_CHECKING

from kpi.catalogue import ANY_EVENT, Catalogue, CatalogueError, Kpi, Stage
from kpi.events import CONTROL_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ACTIVITIES = 1_000
_LONGEST_SLUG = 60
_NOT_IN_CODE = re.compile("[^a-z0-9]+")
_NO_APPLICATION = 0
_WHOLE_WAY = 1_000_000


class _Activity:
    """What is known about one activity."""

    def __init__(self) -> None:
        self.every_row_names_an_application = True
        self.count = 0  # how often it occurs
        self.way = 0  # the sum of the ways that its subjects had come by then, in millionths
        self.last = 0  # how often it is its subject's last event

    def met(self, place: int, length: int) -> None:
        """Count one occurrence, the `place`-th (from 0) of its subject's `length` events."""
        self.count += 1
        # Whole numbers: a sum that does not depend on the order of the subjects.
        self.way += place * _WHOLE_WAY // (length - 1) if length > 1 else _WHOLE_WAY // 2
        self.last += place == length - 1

    @property
    def mean_way(self) -> float:
        """How far its subjects had come by then, on average: 0 at their beginning, 1 at their end."""
        return self.way / self.count / _WHOLE_WAY


class Inference:
    """Takes in events in any order and gives the catalogue that they suggest.

    An event costs 24 bytes: its instant, activity and application, packed by listing. Those at the same
    instant keep the order in which they were observed.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._activities: list[_Activity] = []
        self._applications: dict[str | None, int] = {None: _NO_APPLICATION}
        self._histories: dict[str, array[int]] = {}

    def observe(self, listing: str, application: str | None, kind: str, at: int) -> None:
        """Take in one event; `at` is any number that grows with time and fits 64 bits.

        CatalogueError when there are more than MOST_ACTIVITIES kinds: no board could show them.
        """
        number = self._numbers.get(kind)
        if number is None:
            number = self._new_activity(kind)
        if application is None:
            self._activities[number].every_row_names_an_application = False
        history = self._histories.get(listing)
        if history is None:
            history = self._histories[listing] = array("q")
        applications = self._applications
        history.extend((at, number, applications.setdefault(application, len(applications))))

    def _new_activity(self, kind: str) -> int:
        if len(self._numbers) >= MOST_ACTIVITIES:
            raise CatalogueError(
                f"more than {MOST_ACTIVITIES:,} different activities, such as “{kind}”: "
                "is the right column mapped to event?"
            )
        self._activities.append(_Activity())
        return self._numbers.setdefault(kind, len(self._numbers))

    def catalogue(self) -> Catalogue:
        """One stage with one KPI per activity, in the order of the process.

        That order is how far their subjects had come when they occurred, on average, from 0 for the
        first event to 1 for the last. The subject is the application where every row of the activity
        names one, else the listing. An activity that is its subject's last event in more than half of
        its occurrences is final. The clock's own events get no KPI, nor does one called “*”.
        CatalogueError if no activity is left.
        """
        for activity in self._activities:
            activity.count = activity.way = activity.last = 0
        for history in self._histories.values():
            self._walk(history)
        drafts = [(self._activities[number].mean_way, name) for name, number in self._numbers.items()]
        names = [name for _, name in sorted(drafts) if name not in CONTROL_EVENTS and name != ANY_EVENT]
        if not names:
            raise CatalogueError("no event suggests a stage: there is nothing to draft a catalogue from")
        codes: set[str] = set()
        return Catalogue(tuple(self._stage(name, codes) for name in names))

    def _walk(self, history: array[int]) -> None:
        """Count one listing's events towards their activities, in the order in which they happened.

        Every event reaches its listing. One without an application also reaches those known by then
        (design, section 3, rule 10), so it has a place in an application's life too.
        """
        order = sorted(range(0, len(history), 3), key=history.__getitem__)
        shared = 0  # events so far that name no application
        lengths: dict[int, int] = {}  # by application: its own events so far, less those shared before them
        owned: list[tuple[_Activity, int, int]] = []  # an activity, its application, its place there
        for place, start in enumerate(order):
            activity, application = self._activities[history[start + 1]], history[start + 2]
            if application == _NO_APPLICATION:
                shared += 1
            else:
                before = lengths.get(application, -shared)
                lengths[application] = before + 1
                if activity.every_row_names_an_application:
                    owned.append((activity, application, before + shared))
                    continue
            activity.met(place, len(order))
        for activity, application, place in owned:
            activity.met(place, lengths[application] + shared)

    def _stage(self, name: str, codes: set[str]) -> Stage:
        activity = self._activities[self._numbers[name]]
        code = _slug(name, codes)
        kpi = Kpi(
            code=f"{code}.next",
            title=name,
            stage=code,
            subject="application" if activity.every_row_names_an_application else "listing",
            starts=(name,),
            ends=(ANY_EVENT,),
            final=2 * activity.last > activity.count,
        )
        return Stage(code, name, (kpi,))


def infer(events: Iterable[tuple[str, str | None, str, int]]) -> Catalogue:
    """The catalogue that events suggest, each a listing, an application or None, a kind and an instant."""
    inference = Inference()
    for listing, application, kind, at in events:
        inference.observe(listing, application, kind, at)
    return inference.catalogue()


def _slug(name: str, taken: set[str]) -> str:
    """A code made of `name`'s letters and digits that is not in `taken` yet, and now is."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = _NOT_IN_CODE.sub("_", plain).strip("_")[:_LONGEST_SLUG].rstrip("_") or "activity"
    code, number = stem, 1
    while code in taken:
        number += 1
        code = f"{stem}_{number}"
    taken.add(code)
    return code
