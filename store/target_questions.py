"""The questions of the KPI page: targets in force and pending, history, what a draft would have done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kpi.drafts import all_targets
from kpi.events import moment_of
from kpi.policy import Action
from kpi.survival import suggest
from store.errors import StoreError
from store.lives import affected_tasks, durations, read_sample
from store.target_sets import load_target_set
from store.targets import no_set, number_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, tzinfo

    from kpi.preview import Affected, Sample
    from kpi.survival import Suggestion
    from kpi.targets import Target
    from store.plain import Plain, Row
    from store.reading import Reader


class SetState(StrEnum):
    """Where a target set stands."""

    IN_FORCE = "in force"
    PENDING = "pending"
    PAST = "past"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who took a pending set back, when and why."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetView:
    """A target set: who made it, when, why; times are in the organisation's zone.

    `effective_from` is None for set 1. `listings` is how many live under it, None where nobody counted.
    """

    number: int
    effective_from: datetime | None
    created_at: datetime
    by: str
    reason: str
    state: SetState
    withdrawal: Withdrawal | None
    listings: int | None = None


@dataclass(frozen=True, slots=True)
class TargetPage:
    """What the KPI page opens with: the set in force and its targets, the sets that wait.

    `newest` is the highest number there is: what a form is opened with, and saved against.
    """

    newest: int
    in_force: SetView
    targets: Mapping[str, Target]
    pending: tuple[SetView, ...]
    today: date


_SETS = (
    "SELECT s.number, s.effective_from, s.created_at, s.author, s.reason, w.at, w.author, w.reason "
    "FROM target_set s LEFT JOIN target_set_withdrawal w ON w.set_number = s.number"
)


class TargetQuestions:
    """Asked over a reader; each answer is a frozen result."""

    def __init__(self, reader: Reader, now: int) -> None:
        """Ask `reader` as of the instant `now`."""
        self._reader = reader
        self._now = now

    def page(self) -> TargetPage:
        """What the KPI page opens with."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_TARGETS) as plain:
            sets = self._sets(plain, "")
            in_force = next(view for view in sets if view.state is SetState.IN_FORCE)
            return TargetPage(
                newest=sets[-1].number,
                in_force=in_force,
                targets=self._targets(plain, in_force.number),
                pending=tuple(view for view in sets if view.state is SetState.PENDING),
                today=self._reader.today(),
            )

    def history(self) -> tuple[SetView, ...]:
        """All target sets, the newest first, and how many listings live under each."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_TARGETS) as plain:
            listings: dict[int, int] = dict(
                plain.rows("SELECT target_set, count(*) FROM listing WHERE target_set IS NOT NULL GROUP BY 1")
            )
            return tuple(reversed(self._sets(plain, "", listings)))

    def one_set(self, number: int) -> SetView:
        """One set; StoreError if there is none of that number."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_TARGETS) as plain:
            found = self._sets(plain, " WHERE s.number = ?", None, (number,))
        if not found:
            raise no_set(number)
        return found[0]

    def targets(self, number: int) -> Mapping[str, Target]:
        """A set's target of every KPI, in the catalogue's order; StoreError if there is no such set."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_TARGETS) as plain:
            if plain.value("SELECT 1 FROM target_set WHERE number = ?", (number,)) is None:
                raise no_set(number)
            return self._targets(plain, number)

    def sample(self, since: date, until: date) -> Sample:
        """The tasks that lived within a period, ready to be judged under any draft.

        StoreError if the period is none, or has not come yet.
        """
        self._check_period(since, until)
        with self._reader.at_once(), self._reader.asking(Action.SEE_TARGETS) as plain:
            return read_sample(plain, self._reader.rules, since, until)

    def affected(self, kpi: str, target: Target, since: date, until: date) -> tuple[Affected, ...]:
        """The tasks of a KPI that a draft's target would have made due or overdue on another day, or not."""
        self._check_period(since, until)
        self._check_kpi(kpi)
        with self._reader.at_once(), self._reader.asking(Action.SEE_TARGETS) as plain:
            return affected_tasks(plain, self._reader.rules, kpi, target, (since, until))

    def suggestions(self, since: date | None = None) -> tuple[Suggestion, ...]:
        """What history says of every KPI: tasks that started on or after `since`, None for all."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_TARGETS) as plain:
            took = durations(plain, self._reader.rules, self._reader.today(), since)
        return tuple(suggest(kpi.code, *took[kpi.code]) for kpi in self._reader.rules.catalogue.kpis)

    def _check_kpi(self, code: str) -> None:
        if code not in self._reader.rules.catalogue.by_code:
            raise StoreError(f"the catalogue has no KPI “{code}”; “stagewatch kpi list” names them all")

    def _check_period(self, since: date, until: date) -> None:
        if since > until:
            raise StoreError(f"since: {since} lies after until, {until}")
        if until > self._reader.today():
            raise StoreError(f"until: {until} has not come yet; a preview looks at a past period")

    def _targets(self, plain: Plain, number: int) -> dict[str, Target]:
        return all_targets(load_target_set(plain, number), self._reader.rules.catalogue)

    def _sets(
        self,
        plain: Plain,
        where: str,
        listings: Mapping[int, int] | None = None,
        parameters: tuple[int, ...] = (),
    ) -> list[SetView]:
        """The sets in the order of their numbers."""
        in_force = number_in_force(plain, self._now)
        rows = plain.rows(f"{_SETS}{where} ORDER BY s.number", parameters)
        return [self._view(row, in_force, listings) for row in rows]

    def _view(self, row: Row, in_force: int, listings: Mapping[int, int] | None) -> SetView:
        number, begins, created, author, reason, at, by, why = row
        zone = self._reader.rules.zone
        if at is not None:
            state = SetState.WITHDRAWN
        elif number == in_force:
            state = SetState.IN_FORCE
        else:
            state = SetState.PENDING if begins is not None and begins > self._now else SetState.PAST
        return SetView(
            number,
            None if begins is None else _moment(begins, zone),
            _moment(created, zone),
            author,
            reason,
            state,
            None if at is None else Withdrawal(_moment(at, zone), by, why),
            None if listings is None else listings.get(number, 0),
        )


def _moment(at: int, zone: tzinfo) -> datetime:
    return moment_of(at).astimezone(zone)
