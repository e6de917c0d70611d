"""The calendar changes: from a day on, open tasks' deadlines are counted by another one (docs/time.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kpi.calendar import CalendarError, CalendarSpec, WorkingCalendar
from kpi.text import clean
from store.errors import StoreError
from store.organisation import days_said, load_organisation
from store.rationale import MOST_CHARACTERS, check_reason
from store.schema import check_version
from store.work import CLOCKS_APART

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.organisation import Organisation
    from store.plain import Plain
    from store.work import Store

_WEEK = 7


@dataclass(frozen=True, slots=True)
class CalendarSaved:
    """The calendar that counts now, and its number; not `changed` if it did before: nothing was written."""

    number: int
    spec: CalendarSpec
    changed: bool


class CalendarConflictError(StoreError):
    """Somebody changed the calendar since the form was opened; nothing was written.

    `spec`, `number`, `by` and `reason` are of the calendar that counts now.
    """

    def __init__(self, expected: int, number: int, spec: CalendarSpec, by: str, reason: str) -> None:
        """Say it in one line."""
        super().__init__(
            f"calendar {number} was saved meanwhile by {by} (“{reason}”), and this change was made of "
            f"calendar {expected}; nothing was written, look at both and save again"
        )
        self.number, self.spec, self.by, self.reason = number, spec, by, reason
        self.for_the_log = f"calendar {number} was saved meanwhile"


class Saver(NamedTuple):
    """Who saved a calendar, why, and at which instant."""

    by: str
    reason: str
    at: int


def save_calendar(
    store: Store, spec: CalendarSpec, *, reason: str, actor: str, expected: int | None = None
) -> CalendarSaved:
    """Let `spec` count from now on; all listings with open tasks wait for a replay afterwards.

    `expected` is the number of the calendar that the change was made of. CalendarError for a calendar that
    cannot be built, or by which an open task could not be counted; StoreError without a reason, and for
    another time zone; CalendarConflictError if `expected` is not the newest number.
    """
    reason = check_reason(reason)
    with store.work("calendar.change", actor=actor, reason=reason, about="calendar:1") as work:
        plain = work.plain
        check_version(plain, store.location)
        organisation = load_organisation(plain)
        last = organisation.calendar_rows[-1]
        if expected is not None and expected != last.number:
            by, why, _ = saver_of(plain, last.number)
            raise CalendarConflictError(expected, last.number, organisation.spec, by, why)
        draft = draft_calendar(plain, organisation, spec, organisation.today(work.now))
        if draft.spec == organisation.spec:
            work.changed = False
            return CalendarSaved(last.number, organisation.spec, changed=False)
        # Two machines' clocks may differ a little; what one that ran far ahead saved is overtaken.
        at = max(work.now, last.at + 1) if last.at <= work.now + CLOCKS_APART else work.now
        plain.insert(
            "calendar_change",
            "number, at, from_day, author, reason, region, weekdays, days",
            [
                (
                    last.number + 1,
                    at,
                    organisation.today(at).toordinal(),
                    clean(work.operation.actor),
                    reason,
                    draft.spec.region,
                    json.dumps(draft.spec.weekdays),
                    json.dumps(days_said(draft.spec), ensure_ascii=False),
                )
            ],
        )
        plain.run("UPDATE listing SET next_moment = 0 WHERE open_tasks > 0")
    return CalendarSaved(last.number + 1, draft.spec, changed=True)


def draft_calendar(
    plain: Plain, organisation: Organisation, spec: CalendarSpec, today: date
) -> WorkingCalendar:
    """The calendar that a form says, its texts cleaned; CalendarError or StoreError if it cannot be one."""
    if spec.zone != organisation.spec.zone:
        raise StoreError(
            f"the time zone stays {organisation.spec.zone}: with another one, days that have been would be "
            "other days; nothing was written"
        )
    if not all(0 <= day < _WEEK for day in spec.weekdays):
        raise CalendarError("working weekdays go from 0, Monday, to 6, Sunday")
    closures = _clean_days(spec.closures, "closed")
    extra_days = _clean_days(spec.extra_days, "worked")
    calendar = WorkingCalendar(
        CalendarSpec(
            region=spec.region,
            zone=spec.zone,
            weekdays=tuple(sorted(set(spec.weekdays))),
            closures=closures,
            extra_days={day: reason for day, reason in extra_days.items() if day not in closures},
        )
    )
    outside = next((day for day in (*closures, *extra_days) if not calendar.knows(day)), None)
    if outside is not None:
        calendar.is_working(outside)  # says which days it knows
    # No open task began, and none of its listing's dates lies, after its own deadline.
    furthest = max(today.toordinal(), plain.value("SELECT max(done_by) FROM task_count") or 0)
    if furthest > calendar.latest_start.toordinal():
        raise CalendarError(
            f"this calendar has too few working days to count the open tasks by, which run to "
            f"{date.fromordinal(furthest)}; nothing was written"
        )
    return calendar


def saver_of(plain: Plain, number: int) -> Saver:
    """Who saved a calendar of the store; number 1 came with the founding."""
    row = plain.row("SELECT author, reason, at FROM calendar_change WHERE number = ?", (number,))
    if row is None:
        row = plain.row(
            "SELECT s.author, 'The calendar of the founding', o.created_at FROM organisation o "
            "JOIN target_set s ON s.number = 1"
        )
    return Saver._make(row or ("", "", 0))


def _clean_days(days: Mapping[date, str], what: str) -> dict[date, str]:
    """Days in order with their reasons, as they are kept."""
    kept = {}
    for day, said in sorted(days.items()):
        kept[day] = reason = clean(said)
        if not reason:
            raise CalendarError(f"{day}: say why it is {what}; nothing was written")
        if len(reason) > MOST_CHARACTERS:
            raise CalendarError(
                f"{day}: a reason has at most {MOST_CHARACTERS} characters, this has {len(reason)}; "
                "nothing was written"
            )
    return kept
