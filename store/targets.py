"""Target sets: saved, reverted to, withdrawn. A set is immutable; each change makes the next one (rule 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, NamedTuple

from kpi.drafts import TargetChange, TargetChoice, all_targets, chosen, differences
from kpi.events import instant_of, moment_of
from kpi.text import clean
from store.errors import StoreError
from store.organisation import load_organisation
from store.rationale import check_reason
from store.schema import check_version
from store.target_sets import NOT_WITHDRAWN, load_target_set
from store.work import CLOCKS_APART

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
    """A newer set was saved, or a pending one began, since the form was opened; nothing was written.

    `newest` is that set's number, `by` and `reason` are whose it is and why.
    """

    def __init__(self, what: str, expected: int, found: tuple[int, str, str]) -> None:
        """Say in one line `what` happened to the set that was `found` in place of the one `expected`."""
        self.newest, self.by, self.reason = found
        self.for_the_log = f"target set {self.newest} {what} meanwhile"
        super().__init__(
            f"target set {self.newest} {what} meanwhile, by {self.by} (“{self.reason}”), and this change was "
            f"made of set {expected}; nothing was written, look at both and save again"
        )


def save_targets(
    store: Store,
    targets: Mapping[str, Target | TargetChoice],
    *,
    reason: str,
    actor: str,
    expected: int | None = None,
    made_of: int | None = None,
    effective_from: date | None = None,
) -> Saved:
    """Make the next target set: those in force then, with `targets` in place of the KPIs that they name.

    It is for listings that begin from now on, or from the beginning of the day `effective_from`. Of a
    `TargetChoice` the number that is None stays. StoreError without a reason, for an unknown KPI or a day
    that is not ahead; TargetError for numbers that do not fit together; TargetConflictError if `expected` is
    not the newest set's number, or `made_of` not that of the set in force then.
    """
    reason = check_reason(reason)
    with store.work("targets.save", actor=actor, reason=reason, about="target_set:next") as work:
        check_version(work.plain, store.location)
        organisation = load_organisation(work.plain)
        unknown = next((code for code in targets if code not in organisation.catalogue.by_code), None)
        if unknown is not None:
            raise StoreError(
                f"the catalogue has no KPI “{clean(unknown)}”; “stagewatch kpi list” names them all"
            )
        begins = _beginning(work, organisation, effective_from)
        return _make(work, organisation, targets, begins, _Terms(reason, expected, made_of))


def revert_targets(
    store: Store, number: int, *, reason: str, actor: str, expected: int | None = None
) -> Saved:
    """Make the next target set with the targets of set `number`, for listings that begin from now on."""
    reason = check_reason(reason)
    with store.work("targets.revert", actor=actor, reason=reason, about=f"target_set:{number}") as work:
        check_version(work.plain, store.location)
        organisation = load_organisation(work.plain)
        if work.plain.value("SELECT 1 FROM target_set WHERE number = ?", (number,)) is None:
            raise no_set(number)
        targets = all_targets(load_target_set(work.plain, number), organisation.catalogue)
        begins = _beginning(work, organisation, None)
        return _make(work, organisation, targets, begins, _Terms(reason, expected, None))


def withdraw_targets(store: Store, number: int, *, reason: str, actor: str) -> tuple[int, ...]:
    """Take a pending set back, for good; the numbers of the pending sets that were made of it.

    Those keep its numbers. StoreError if it has come into force, or is not there.
    """
    reason = check_reason(reason)
    with store.work("targets.withdraw", actor=actor, reason=reason, about=f"target_set:{number}") as work:
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
        # After all sets that were made before it, also by a clock that was ahead: of what each was made hangs
        # on the order, and the log has it.
        at = max(work.now, 1 + int(work.plain.value("SELECT max(created_at) FROM target_set")))
        work.plain.run(
            "INSERT INTO target_set_withdrawal (set_number, at, author, reason) VALUES (?, ?, ?, ?)",
            (number, at, clean(work.operation.actor), reason),
        )
        later = work.plain.rows(
            "SELECT s.number FROM target_set s WHERE s.number > ? AND s.effective_from >= ? "
            f"AND {NOT_WITHDRAWN} ORDER BY 1",
            (number, row[0]),
        )
        return tuple(found for (found,) in later)


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


class _Terms(NamedTuple):
    """Why a set is made, and what must still be so."""

    reason: str
    expected: int | None
    made_of: int | None


def _make(
    work: Work,
    organisation: Organisation,
    targets: Mapping[str, Target | TargetChoice],
    begins: _Beginning,
    terms: _Terms,
) -> Saved:
    plain, at = work.plain, begins.at
    newest = plain.rows("SELECT number, author, reason FROM target_set ORDER BY number DESC LIMIT 1")[0]
    if terms.expected not in (None, newest[0]):
        raise TargetConflictError("was saved", terms.expected or 0, newest)
    base = load_target_set(plain, number_in_force(plain, at))
    if terms.made_of not in (None, base.number):
        author = plain.rows("SELECT author, reason FROM target_set WHERE number = ?", (base.number,))[0]
        raise TargetConflictError("came into force", terms.made_of or 0, (base.number, *author))
    before = all_targets(base, organisation.catalogue)
    after = before | {code: chosen(target, before[code]) for code, target in targets.items()}
    changed = differences(before, after, organisation.catalogue)
    if not changed:
        work.changed = False
        return Saved(base.number, _moment(base, organisation), ())
    number = newest[0] + 1
    plain.run(
        "INSERT INTO target_set (number, effective_from, created_at, author, reason) VALUES (?, ?, ?, ?, ?)",
        (number, at, work.now if begins.is_ahead else at, clean(work.operation.actor), terms.reason),
    )
    kpi_ids: dict[str, int] = dict(plain.rows("SELECT code, id FROM kpi"))
    plain.insert(
        "target",
        "set_number, kpi_id, due_days, done_by_days",
        [(number, kpi_ids[code], target.due_days, target.done_by_days) for code, target in after.items()],
    )
    pending = plain.rows(
        f"SELECT s.number FROM target_set s WHERE s.effective_from > ? AND {NOT_WITHDRAWN} ORDER BY 1", (at,)
    )
    return Saved(
        number, moment_of(at).astimezone(organisation.zone), changed, tuple(found for (found,) in pending)
    )


class _Beginning(NamedTuple):
    """From when on a set is to be in force; `is_ahead` if a day was named."""

    at: Instant
    is_ahead: bool


def _beginning(work: Work, organisation: Organisation, from_day: date | None) -> _Beginning:
    if from_day is None:
        # Two machines' clocks may differ: a set that is saved after another comes into force after it.
        last = work.plain.value(
            "SELECT max(s.effective_from) FROM target_set s WHERE s.effective_from = s.created_at "
            f"AND s.effective_from <= ? AND {NOT_WITHDRAWN}",
            (work.now + CLOCKS_APART,),
        )
        return _Beginning(work.now if last is None else max(work.now, last), is_ahead=False)
    today = organisation.today(work.now)
    if from_day <= today:
        raise StoreError(
            f"from: {from_day} is not ahead (today is {today}); without a day the change counts from now on"
        )
    if not organisation.calendar.knows(from_day):
        raise StoreError(f"from: {from_day} lies beyond the years that the calendar knows")
    midnight = datetime.combine(from_day, time.min, tzinfo=organisation.zone)
    return _Beginning(instant_of(midnight), is_ahead=True)


def _moment(target_set: TargetSet, organisation: Organisation) -> datetime | None:
    begins = target_set.effective_from
    return None if begins is None else moment_of(begins).astimezone(organisation.zone)
