"""What weekly summaries are made from: plain values, as a store that has read the week hands them over.

Nothing here judges. Days and minutes are local, in the calendar's zone; weighted counts are hundredths of an
event, so that every sum is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kpi.deadlines import Freeze
    from kpi.events import Instant

CALL_MADE = "call_made"
EMAIL_SENT = "email_sent"
EMAIL_RECEIVED = "email_received"
CANDIDATE_SUBMITTED = "candidate_submitted"
NOTE_ADDED = "note_added"
# Work that moves no clock: known by name to importing, to nothing in the catalogue. A mail that came in is
# nobody's work and counts in no figure.
ACTIVITY_EVENTS = (CALL_MADE, EMAIL_SENT, EMAIL_RECEIVED, CANDIDATE_SUBMITTED, NOTE_ADDED)

# What the details of an event may say, by name; all are texts.
MINUTES, REPLY, JUSTIFICATION, NOTE = "minutes", "reply", "justification", "note"
CUSTOM = "custom."  # custom.NAME: a field of the organisation's own


class Act(NamedTuple):
    """The latest version of one event, done by `person`, or by nobody who is linked.

    `minute` is that of the local day, 0 to 1439; `known_at` is when the import began that brought it.
    """

    seq: int
    kind: str
    at: Instant
    day: date
    minute: int
    listing: int
    application: str | None
    person: int | None
    detail: Mapping[str, str] | None
    known_at: Instant


class Ownership(NamedTuple):
    """Whose a listing is from the day `since` to the day before `until`; None: still, or nobody's linked."""

    since: date
    until: date | None
    person: int | None


class ListingFacts(NamedTuple):
    """What summaries ask of one listing.

    `first_at` is its first event that is no plain activity; `started_on`, `offered_on` and `filled_on` are
    the first days of the events that the benchmarks name for the cycle; `ended_on` is the first day of
    recruitment_ended. All are as they are known now: what lies after a week does not count in it.
    """

    id: int
    ref: str
    role_type: str | None
    urgency: str | None
    criticality: str | None
    internal: bool
    first_at: Instant | None
    owners: tuple[Ownership, ...]
    freezes: tuple[Freeze, ...]
    cancelled_on: date | None = None
    started_on: date | None = None
    offered_on: date | None = None
    filled_on: date | None = None
    ended_on: date | None = None

    def owner_on(self, day: date) -> int | None:
        """Whose it is at the end of `day`; None if nobody's who is linked."""
        for since, until, person in self.owners:
            if since <= day and (until is None or day < until):
                return person
        return None

    def cancelled_by(self, day: date) -> bool:
        """Whether it was cancelled on `day` or before."""
        return self.cancelled_on is not None and self.cancelled_on <= day

    def frozen_on(self, day: date) -> bool:
        """Whether it is frozen at the end of `day`."""
        return any(freeze.holds(day) for freeze in self.freezes)


class TaskFacts(NamedTuple):
    """One task as it stood at the end of the week's last day.

    `person` is whose listing it was when the task ended, or else on the week's last day; `outcome` is None
    while it is open, else finished or cancelled (kpi/course.py). Needed are the tasks that are open on the
    week's last day, and those that ended within the week.
    """

    id: int
    listing: int
    person: int | None
    opened_on: date
    ended_on: date | None
    done_by: date
    paused: bool
    outcome: str | None


class Person(NamedTuple):
    """Somebody who has a summary in the week: their team then, and the first day of their employment."""

    id: int
    team: int | None
    joined_on: date | None


class TeamWeek(NamedTuple):
    """One earlier week of a team, or of the organisation.

    `totals` are weighted counts in hundredths, in the order of kpi.summary.ACTIVITY; `people` had a summary
    in that week, and `open_roles` of their listings were open at its end (kpi.figures.owners_while_open).
    """

    totals: tuple[int, ...]
    people: int
    open_roles: int


@dataclass(frozen=True, slots=True)
class History:
    """The weeks before the one that is summed up, weighted by its benchmarks.

    A person has for each figure, in the order of kpi.summary.ACTIVITY, one weighted count to a week, the
    newest last: no more weeks than they have been here, and zeros for weeks in which they did nothing. A
    team likewise has its weeks; one in which it had nobody stands there with 0 people.
    """

    people: Mapping[int, tuple[Sequence[int], ...]]
    teams: Mapping[int, Sequence[TeamWeek]]
    organisation: Sequence[TeamWeek]


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """All that the summaries of one week are made from, in any order.

    `acts` are those of the week, and of so many days before it as kpi.figures.acts_from says. `listings` has
    every listing that an act or a task names, and those that the cycle and the open roles may be about: begun
    by the week's end, and open then, or finished, ended or cancelled in the weeks of the cycle. `people` are
    all who have a summary in the week. `sandbox_rows` is how many rows of test data the imports of the week
    left out.
    """

    people: Sequence[Person]
    acts: Sequence[Act]
    listings: Mapping[int, ListingFacts]
    tasks: Sequence[TaskFacts]
    history: History
    sandbox_rows: int = 0
