"""Target sets: saved, reverted to, withdrawn. A set is immutable; each change makes the next one (rule 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from kpi.drafts import TargetChange, all_targets, differences
from kpi.events import instant_of, moment_of
from kpi.text import clean
from store.errors import StoreError
from store.organisation import load_organisation
from store.rationale import check_reason
from store.schema import check_version
from store.target_sets import NOT_WITHDRAWN, load_target_set

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kpi.events import Instant
    from kpi.targets import Target, TargetSet
    from store.organisation import Organisation
    from store.plain import Plain
    from store.work import Store, Work


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of saving: the set that now holds these targets, and what it changes.

    `changed` is empty, and `number` the set there was, if nothing differs: then nothing was written.
    `effective_from` is None only for set 1. `pending` are sets that wait and will take over after it.
    """

    number: int
    effective_from: datetime | None
    changed: tuple[TargetChange, ...]
    pending: tuple[int, ...] = ()


class TargetConflictError(StoreError):
    """Somebody saved a newer set than the one the form was opened with; nothing was written.

    `newest` is that set's number, `by` and `reason` are whose it is and why.
    """

    def __init__(self, expected: int, newest: int, by: str, reason: str) -> None:
        """Say it in one line."""
        super().__init__(
            f"target set {newest} was saved meanwhile by {by} (“{reason}”), and this change was made of set "
            f"{expected}; nothing was written, look at both and save again"
        )
        self.newest, self.by, self.reason = newest, by, reason


def save_targets(
    store: Store,
    targets: Mapping[str, Target],
    *,
    reason: str,
    actor: str,
    expected: int | None = None,
    effective_from: date | None = None,
) -> Saved:
    """Make the next target set: those in force, with `targets` in place of the KPIs that they name.

    It is for listings that begin from now on, or from the beginning of the day `effective_from`.
    StoreError without a reason, for an unknown KPI or a day that is not ahead; TargetConflictError if
    `expected` is not the newest set's number.
    """
    reason = check_reason(reason)
    with store.work() as work:
        check_version(work.plain, store.location)
        organisation = load_organisation(work.plain)
        unknown = next((code for code in targets if code not in organisation.catalogue.by_code), None)
        if unknown is not None:
            raise StoreError(
                f"the catalogue has no KPI “{clean(unknown)}”; “stagewatch kpi list” names them all"
            )
        return _make(work, organisation, targets, reason, actor, expected, effective_from)


def revert_targets(
    store: Store, number: int, *, reason: str, actor: str, expected: int | None = None
) -> Saved:
    """Make the next target set with the targets of set `number`, for listings that begin from now on."""
    reason = check_reason(reason)
    with store.work() as work:
        check_version(work.plain, store.location)
        organisation = load_organisation(work.plain)
        if work.plain.value("SELECT 1 FROM target_set WHERE number = ?", (number,)) is None:
            raise no_set(number)
        targets = all_targets(load_target_set(work.plain, number), organisation.catalogue)
        return _make(work, organisation, targets, reason, actor, expected, None)


def withdraw_targets(store: Store, number: int, *, reason: str, actor: str) -> None:
    """Take a pending set back, for good; StoreError if it has come into force, or is not there."""
    reason = check_reason(reason)
    with store.work() as work:
        check_version(work.plain, store.location)
        row = work.plain.row("SELECT effective_from FROM target_set WHERE number = ?", (number,))
        if row is None:
            raise no_set(number)
        if work.plain.value("SELECT 1 FROM target_set_withdrawal WHERE set_number = ?", (number,)):
            raise StoreError(f"target set {number} has been withdrawn already")
        if row[0] is None or row[0] <= work.now:
            raise StoreError(
                f"target set {number} is in force already and stays; go back with “stagewatch kpi revert”"
            )
        work.plain.run(
            "INSERT INTO target_set_withdrawal (set_number, at, author, reason) VALUES (?, ?, ?, ?)",
            (number, work.now, clean(actor), reason),
        )


def no_set(number: int) -> StoreError:
    """There is no such target set."""
    return StoreError(f"there is no target set {number}; “stagewatch kpi history” lists them")


def number_in_force(plain: Plain, at: Instant) -> int:
    """The number of the set that is in force at `at`: of those that have begun, the last to begin."""
    return int(
        plain.value(
            "SELECT s.number FROM target_set s WHERE (s.effective_from IS NULL OR s.effective_from <= ?) "
            f"AND {NOT_WITHDRAWN} ORDER BY coalesce(s.effective_from, -1) DESC, s.number DESC LIMIT 1",
            (at,),
        )
    )


def _make(
    work: Work,
    organisation: Organisation,
    targets: Mapping[str, Target],
    reason: str,
    actor: str,
    expected: int | None,
    from_day: date | None,
) -> Saved:
    plain = work.plain
    newest, by, why = plain.rows(
        "SELECT number, author, reason FROM target_set ORDER BY number DESC LIMIT 1"
    )[0]
    if expected is not None and expected != newest:
        raise TargetConflictError(expected, newest, by, why)
    begins = _beginning(work, organisation, from_day)
    base = load_target_set(plain, number_in_force(plain, begins))
    before = all_targets(base, organisation.catalogue)
    changed = differences(before, {**before, **targets}, organisation.catalogue)
    if not changed:
        work.changed = False
        return Saved(base.number, _moment(base, organisation), ())
    plain.run(
        "INSERT INTO target_set (number, effective_from, created_at, author, reason) VALUES (?, ?, ?, ?, ?)",
        (newest + 1, begins, begins if from_day is None else work.now, clean(actor), reason),
    )
    kpi_ids: dict[str, int] = dict(plain.rows("SELECT code, id FROM kpi"))
    plain.insert(
        "target",
        "set_number, kpi_id, due_days, done_by_days",
        [
            (newest + 1, kpi_ids[code], target.due_days, target.done_by_days)
            for code, target in {**before, **targets}.items()
        ],
    )
    pending = plain.rows(
        f"SELECT s.number FROM target_set s WHERE s.effective_from > ? AND {NOT_WITHDRAWN} ORDER BY 1",
        (begins,),
    )
    return Saved(
        newest + 1,
        moment_of(begins).astimezone(organisation.zone),
        changed,
        tuple(number for (number,) in pending),
    )


def _beginning(work: Work, organisation: Organisation, from_day: date | None) -> Instant:
    if from_day is None:
        # Two machines' clocks may differ: a set that is saved after another comes into force after it.
        last = work.plain.value(
            "SELECT max(effective_from) FROM target_set WHERE effective_from = created_at"
        )
        return work.now if last is None else max(work.now, last)
    today = organisation.today(work.now)
    if from_day <= today:
        raise StoreError(
            f"from: {from_day} is not ahead (today is {today}); without a day the change counts from now on"
        )
    if not organisation.calendar.knows(from_day):
        raise StoreError(f"from: {from_day} lies beyond the years that the calendar knows")
    return instant_of(datetime.combine(from_day, time.min, tzinfo=organisation.zone))


def _moment(target_set: TargetSet, organisation: Organisation) -> datetime | None:
    begins = target_set.effective_from
    return None if begins is None else moment_of(begins).astimezone(organisation.zone)
