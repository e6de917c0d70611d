"""Which weeks' summaries may come out otherwise than they stand: what has come in since they were made.

After each time it is noted up to where was looked: the last event, who was linked to what, the calendar.
Later events of a week that runs touch none that is over; one that comes late touches its own week and those
after it, for what a listing is at a week's end hangs on what was before. A listing whose kind of role was
said anew touches all weeks in which anything happened to it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from kpi.chain import canonical
from kpi.weeks import Week, last_full_week, week_of
from store.benchmarks import benchmarks_for
from store.summary_rows import first_weekday
from store.week_people import Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kpi.events import Instant
    from store.organisation import Organisation
    from store.plain import Plain

SEEN = "summaries_seen"
_MANY = 50_000  # events of which it would take longer to tell what they touch than to look at everything
_PORTION = 500  # listings of which all events are looked at together
_FACTS = ("role_type", "urgency", "criticality", "internal")


_TAKEN_OUT = (
    "FROM contest c JOIN summary s ON s.number = c.summary "
    "WHERE c.decision = 'upheld' AND c.event IS NOT NULL"
)
# Of events that were corrected after the one of a seq, the first versions.
_CORRECTED = "SELECT c.corrects FROM event c WHERE c.seq > ? AND c.corrects IS NOT NULL"


class Seen(NamedTuple):
    """Up to where was looked.

    The last event's seq, a digest of the links and of who was in which team, the number of the calendar, when
    the last event was taken out by a decision.
    """

    event: int
    links: str
    calendar: int
    decided: int = 0

    @property
    def text(self) -> str:
        """As it is kept among the settings."""
        return canonical(self._asdict())


def seen_now(plain: Plain, organisation: Organisation) -> Seen:
    """Where the store is now."""
    links = plain.rows("SELECT ref, person FROM person_link ORDER BY ref")
    links += plain.rows("SELECT person, from_day, until_day, team FROM membership ORDER BY person, from_day")
    return Seen(
        int(plain.value("SELECT coalesce(max(seq), 0) FROM event")),
        sha256(json.dumps(links).encode()).hexdigest(),
        organisation.calendar_rows[-1].number,
        int(plain.value(f"SELECT coalesce(max(c.decided_at), 0) {_TAKEN_OUT}")),
    )


def seen_last(plain: Plain) -> Seen | None:
    """Where it was when summaries were last brought up to date; None if they never were."""
    found = plain.value("SELECT value FROM setting WHERE name = ?", (SEEN,))
    return None if found is None else Seen(**json.loads(found))


def weeks_due(plain: Plain, organisation: Organisation, now: Instant) -> tuple[Week, ...]:
    """The last full week, those in which somebody has none yet, and those that may have changed; in order."""
    last = last_full_week(organisation.today(now), first_weekday(plain))
    made = plain.value("SELECT min(from_day) FROM summary")
    if made is None:
        return (last,)
    first = Week(date.fromordinal(made))
    weeks = {last, *missing_weeks(plain, first, last)}
    weeks |= {week for week in _by_what_was_said(plain) if first <= week <= last}
    found = (_changed_since(plain, organisation), _decided_since(plain))
    since = min((day for day in found if day is not None), default=None)
    if since is not None:
        weeks.update(_through(week_of(max(first.first, since), first_weekday(plain)), last))
    return tuple(sorted(weeks))


def _through(first: Week, last: Week) -> Iterable[Week]:
    week = first
    while week <= last:
        yield week
        week = week.before(-1)


def missing_weeks(plain: Plain, first: Week, last: Week) -> dict[Week, list[int]]:
    """The weeks from one to another in which people who were in a team have no summary, and who they are."""
    there = set(
        plain.rows("SELECT person, from_day FROM summary WHERE from_day >= ?", (first.first.toordinal(),))
    )
    staff = Staff(plain)
    found: dict[Week, list[int]] = defaultdict(list)
    for week in _through(first, last):
        day = week.first.toordinal()
        for person in staff.people:
            if (person, day) not in there and staff.team_in(person, week) is not None:
                found[week].append(person)
    return found


def _by_what_was_said(plain: Plain) -> Iterable[Week]:
    """Weeks not approved with other benchmarks by now, or with a later self-report."""
    for from_day, benchmarks in plain.rows(
        "SELECT DISTINCT from_day, benchmarks FROM summary WHERE sealed IS NULL"
    ):
        week = Week(date.fromordinal(from_day))
        if benchmarks_for(plain, week).number != benchmarks:
            yield week
    rows = plain.rows(
        "SELECT DISTINCT s.from_day FROM summary s JOIN self_report r ON r.person = s.person "
        'AND r.from_day = s.from_day AND r."at" >= s.generated_at WHERE s.sealed IS NULL'
    )
    yield from (Week(date.fromordinal(from_day)) for (from_day,) in rows)


def _decided_since(plain: Plain) -> date | None:
    """The first day of the weeks out of which a decision took an event; what followed it is in later ones."""
    seen = seen_last(plain)
    found = plain.value(
        f"SELECT min(s.from_day) {_TAKEN_OUT} AND c.decided_at > ?", (0 if seen is None else seen.decided,)
    )
    return None if found is None else date.fromordinal(found)


def _changed_since(plain: Plain, organisation: Organisation) -> date | None:
    """The first day of which something is known otherwise than when this was last done."""
    seen, now = seen_last(plain), seen_now(plain, organisation)
    if seen is None or (seen.links, seen.calendar) != (now.links, now.calendar):
        return date.min
    if now.event - seen.event > _MANY:
        return date.min
    if seen.event == now.event:
        return None
    at = plain.value(
        f"SELECT min(e.at) FROM event e WHERE e.seq > ? OR e.seq IN ({_CORRECTED}) "
        f"OR e.corrects IN ({_CORRECTED})",
        (seen.event,) * 3,
    )
    if at is None:  # fewer events than were there: it was put back
        return date.min
    return organisation.calendar.day_of(min([at, *_of_listings_said_anew(plain, seen.event)]))


def _of_listings_said_anew(plain: Plain, before: int) -> list[Instant]:
    """When the listings began of which events after the one of seq `before` say another kind of role."""
    told: dict[int, dict[str, str]] = defaultdict(dict)
    for listing, detail in plain.rows(
        "SELECT listing_id, detail FROM event WHERE seq > ? AND detail IS NOT NULL ORDER BY at, seq",
        (before,),
    ):
        facts = json.loads(detail)
        told[listing].update({name: facts[name] for name in _FACTS if name in facts})
    named = [listing for listing, facts in told.items() if facts]
    taken_back = _of_which_something_was_taken_back(plain, before)
    named = sorted({*named, *taken_back})
    found = []
    for start in range(0, len(named), _PORTION):
        held, begun = _said_before(plain, named[start : start + _PORTION], before)
        found += [
            at
            for listing, at in begun.items()
            if listing in taken_back or told[listing].items() - held[listing].items()
        ]
    return found


def _of_which_something_was_taken_back(plain: Plain, before: int) -> set[int]:
    """The listings of corrected events whose newer version does not say any more what an older one said."""
    found: set[int] = set()
    for listing, detail, old_listing, old_detail in plain.rows(
        "SELECT n.listing_id, n.detail, o.listing_id, o.detail FROM event n JOIN event o "
        "ON o.seq < n.seq AND (o.seq = n.corrects OR o.corrects = n.corrects) "
        "WHERE n.seq > ? AND n.corrects IS NOT NULL AND o.detail IS NOT NULL",
        (before,),
    ):
        said, old = json.loads(detail or "{}"), json.loads(old_detail)
        if listing != old_listing or any(name in old and old[name] != said.get(name) for name in _FACTS):
            found |= {listing, old_listing}
    return found


def _said_before(
    plain: Plain, listings: Sequence[int], before: int
) -> tuple[dict[int, dict[str, str]], dict[int, Instant]]:
    """What the events up to the one of seq `before` say of listings, and when the first of each was."""
    ask = "SELECT listing_id, at, seq, detail FROM event WHERE seq <= ? AND listing_id IN (…)"
    held: dict[int, dict[str, str]] = defaultdict(dict)
    begun: dict[int, Instant] = {}
    last = None
    for listing, at, _, detail in sorted(
        plain.where_in(ask, listings, (before,)), key=lambda row: (row[0], row[1], row[2])
    ):
        begun.setdefault(listing, at)
        if detail is not None and (listing, detail) != last:  # an export repeats the same with every event
            held[listing].update(json.loads(detail))
            last = (listing, detail)
    return held, begun
