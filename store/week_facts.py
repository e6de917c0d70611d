"""All that the summaries of one week are made from, read in few passes over the events.

Only the events of the week itself are read whole; of those before it no detail is looked into.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from kpi.acts import ACTIVITY_EVENTS, Act, Person, TaskFacts, WeekFacts
from kpi.events import moment_of
from kpi.figures import acts_from
from kpi.summary import ACTIVITY
from store.board import past_tasks
from store.event_versions import all_versions
from store.summary_rows import evidence_of
from store.week_history import Skipped, count_before, history_of, weeks_before
from store.week_listings import Listings, read_listings
from store.week_people import Staff

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kpi.acts import ListingFacts
    from kpi.calendar import WorkingCalendar
    from kpi.events import Instant
    from kpi.figures import Counting
    from kpi.weeks import Week
    from store.organisation import Organisation
    from store.plain import Plain, Row

_COLUMNS = "seq, kind, at, listing_id, application, actor, owner, detail"
_MINUTES = 60


class WeekRead(NamedTuple):
    """A week's facts, with what of them a store keeps to itself.

    `calendar` is the one that counts at the week's end; `left_out` has the events that contests took out by
    person; `rows` are the week's events as they are stored, by seq.
    """

    facts: WeekFacts
    calendar: WorkingCalendar
    left_out: Mapping[int, frozenset[int]]
    rows: Mapping[int, Row]

    def evidence(self, seqs: Iterable[int]) -> str:
        """What the store holds of these events, as store.summary_rows.evidence_of has it."""
        refs = self.facts.listings
        return evidence_of((*row[:3], refs[row[3]].ref, *row[4:]) for row in (self.rows[seq] for seq in seqs))


def read_week(
    plain: Plain, organisation: Organisation, week: Week, counting: Counting, there: Mapping[int, int | None]
) -> WeekRead:
    """Read a week. `there` are people who have a summary of it, whatever is said of them now, by team."""
    calendar, cycle = organisation.calendars.on(week.last), counting.benchmarks.cycle
    staff = Staff(plain)
    left_out = _left_out(plain)
    pairs = {(person, seq) for person, seqs in left_out.items() for seq in seqs}
    skipped = Skipped(superseded_events(plain), pairs)
    listings = read_listings(plain, calendar, cycle, staff.links, skipped.superseded)
    acts, rows = _acts(plain, week, calendar, counting, staff, skipped.superseded)
    before = count_before(
        plain, weeks_before(plain, week, counting), calendar, counting, staff.links, listings.facts, skipped
    )
    staff.note_first(_first_days(before.first, acts, counting, calendar))
    tasks = _tasks(plain, week, listings.facts)
    history = history_of(before, staff, listings.facts.values())
    _set_first_at(plain, week, acts, listings, skipped.superseded)
    people = _people(staff, week, there)
    since = week.before(cycle.weeks).first
    named = {act.listing for act in acts} | {task.listing for task in tasks}
    kept = {
        number: one
        for number, one in listings.facts.items()
        if number in named or _may_be_looked_at(one, since, week.last)
    }
    facts = WeekFacts(people, acts, kept, tasks, history, _sandbox_rows(plain, week, calendar))
    return WeekRead(facts, calendar, left_out, rows)


def superseded_events(plain: Plain) -> frozenset[int]:
    """Of corrected events all versions but the last to arrive, by seq; most stores have none."""
    versions: dict[int, list[int]] = defaultdict(list)
    for seq, first in plain.rows("SELECT seq, corrects FROM event WHERE corrects IS NOT NULL"):
        versions[first].append(seq)
    return frozenset(seq for first, later in versions.items() for seq in (first, *later) if seq != max(later))


def _left_out(plain: Plain) -> dict[int, frozenset[int]]:
    """The events that decided contests took out of whose weeks, in all their versions."""
    rows = plain.rows(
        "SELECT s.person, c.event FROM contest c JOIN summary s ON s.number = c.summary "
        "WHERE c.decision = 'upheld' AND c.event IS NOT NULL"
    )
    versions = all_versions(plain, {event for _, event in rows})
    found: dict[int, set[int]] = defaultdict(set)
    for person, event in rows:
        found[person] |= versions.get(event, {event})
    return {person: frozenset(events) for person, events in found.items()}


def _acts(
    plain: Plain,
    week: Week,
    calendar: WorkingCalendar,
    counting: Counting,
    staff: Staff,
    superseded: Collection[int],
) -> tuple[list[Act], dict[int, Row]]:
    """The acts of the week, and the earlier ones that a follow-up may follow; the week's own rows by seq."""
    touches = {ACTIVITY.index(figure) for figure in counting.benchmarks.engagement.kinds}
    first, begin = (begin_of(calendar, day) for day in (acts_from(week, counting.benchmarks), week.first))
    imports: dict[int, Instant] = dict(plain.rows("SELECT id, started_at FROM import_run"))
    details: dict[str | None, Mapping[str, str] | None] = {None: None}
    acts, rows = [], {}
    for *row, run in plain.stream(
        f"SELECT {_COLUMNS}, import_id FROM event WHERE at >= ? AND at <= ?",
        (first, calendar.end_of(week.last)),
    ):
        seq, kind, at, listing, application, actor, _, text = row
        person = staff.links.get(actor)
        if seq in superseded or (at < begin and (person is None or counting.activity(kind) not in touches)):
            continue
        detail = None
        if at >= begin:
            rows[seq] = tuple(row)
            if text not in details:
                details[text] = json.loads(text)
            detail = details[text]
        moment = moment_of(at).astimezone(calendar.zone)
        minute = moment.hour * _MINUTES + moment.minute
        acts.append(
            Act(seq, kind, at, moment.date(), minute, listing, application, person, detail, imports[run])
        )
    return acts, rows


def begin_of(calendar: WorkingCalendar, day: date) -> Instant:
    """The first instant of a day in the calendar's zone."""
    return calendar.end_of(day - timedelta(days=1)) + 1


def _first_days(
    before: Mapping[int, Instant], acts: Iterable[Act], counting: Counting, calendar: WorkingCalendar
) -> dict[int, date]:
    """On which day each did something first, within the weeks that were read."""
    found = {person: calendar.day_of(at) for person, at in before.items()}
    for act in acts:
        if act.person is not None and counting.activity(act.kind) is not None:
            found[act.person] = min(act.day, found.get(act.person, act.day))
    return found


def _people(staff: Staff, week: Week, there: Mapping[int, int | None]) -> list[Person]:
    found = []
    for person in sorted({*staff.people, *there}):
        team = staff.team_in(person, week) or there.get(person)
        if team is not None:
            found.append(Person(person, team, staff.joined_on(person)))
    return found


def _tasks(plain: Plain, week: Week, listings: Mapping[int, ListingFacts]) -> list[TaskFacts]:
    """The tasks that were open at the week's end, and those that ended within it, of people who are known."""
    opened, parameters = past_tasks(
        "t.id, t.listing_id, t.opened_on, NULL AS ended_on, NULL AS outcome", week.last
    )
    ended = (
        "SELECT id, listing_id, opened_on, ended_on, outcome, due_on, done_by, 0 FROM task "
        "WHERE ended_on >= ? AND ended_on <= ?"
    )
    rows = plain.rows(opened, parameters)
    rows += plain.rows(ended, (week.first.toordinal(), week.last.toordinal()))
    day = date.fromordinal
    found = []
    for number, listing, opened_on, ended_on, outcome, _, done_by, paused in rows:
        end = None if ended_on is None else day(ended_on)
        person = listings[listing].owner_on(end or week.last)
        if person is not None:
            found.append(
                TaskFacts(number, listing, person, day(opened_on), end, day(done_by), bool(paused), outcome)
            )
    return found


def _set_first_at(
    plain: Plain, week: Week, acts: Iterable[Act], listings: Listings, superseded: Collection[int]
) -> None:
    """Let the listings of the week's acts know their first event that is no plain activity.

    Of most it is enough that one was there before: only of the others all events are asked for.
    """
    known = dict(listings.first_turn)
    named: dict[int, Instant] = {}
    for act in acts:
        if act.day >= week.first:
            named[act.listing] = min(act.at, named.get(act.listing, act.at))
        if act.kind not in ACTIVITY_EVENTS:
            known[act.listing] = min(act.at, known.get(act.listing, act.at))
    unclear = [number for number, at in named.items() if known.get(number, at + 1) > at]
    plain_kinds = ", ".join("?" * len(ACTIVITY_EVENTS))
    for number, at, seq in plain.where_in(
        f"SELECT listing_id, at, seq FROM event WHERE kind NOT IN ({plain_kinds}) AND listing_id IN (…)",
        unclear,
        ACTIVITY_EVENTS,
    ):
        if seq not in superseded:
            known[number] = min(at, known.get(number, at))
    for number in named:
        listings.facts[number] = listings.facts[number]._replace(first_at=known.get(number))


def _may_be_looked_at(listing: ListingFacts, since: date, until: date) -> bool:
    """Whether the cycle or the open roles of a week may be about a listing."""
    ends = (listing.filled_on, listing.ended_on, listing.cancelled_on)
    over = max((day for day in ends if day is not None), default=until)
    return listing.started_on is not None and listing.started_on <= until and over >= since


def _sandbox_rows(plain: Plain, week: Week, calendar: WorkingCalendar) -> int:
    """How many rows of test data the imports left out that began in the week."""
    found = plain.value(
        "SELECT coalesce(sum(sandbox), 0) FROM import_run WHERE started_at >= ? AND started_at <= ?",
        (begin_of(calendar, week.first), calendar.end_of(week.last)),
    )
    return int(found)
