"""Target sets in memory: what store.target_questions answers, for the screens of the history."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from kpi.targets import Target
from store.errors import StoreError
from store.target_questions import SetState, SetView, TargetPage, Withdrawal
from tests.tui.fake import CATALOGUE, HOSTILE, KPIS, FakeReader, World

FOUNDED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FIRST = {kpi.code: Target(5, 10) for kpi in KPIS}


def view(number: int, state: SetState, *, days: int | None, made: int = 0, by: str = "A. Okafor") -> SetView:
    """A set that begins so many days after the founding, and was made `made` days after it."""
    begins = None if days is None else FOUNDED + timedelta(days=days)
    taken = None
    if state is SetState.WITHDRAWN:
        taken = Withdrawal(FOUNDED + timedelta(days=made + 1), "Chidi", "No trial after all")
    reason = f"Reason {number} {HOSTILE}"
    created = FOUNDED + timedelta(days=made)
    return SetView(number, begins, created, by, reason, state, taken, 100 * number)


SETS = (
    view(1, SetState.PAST, days=None),
    view(2, SetState.PAST, days=50, made=50),
    view(3, SetState.WITHDRAWN, days=70, made=60),
    view(4, SetState.PENDING, days=330, made=100),
    view(5, SetState.IN_FORCE, days=200, made=200),
)


@dataclass
class SetsWorld(World):
    """Five sets; `targets_of` says which numbers a set has in place of the first ones."""

    sets: tuple[SetView, ...] = SETS
    targets_of: dict[int, dict[str, Target]] = field(
        default_factory=lambda: {
            2: {KPIS[0].code: Target(1, 2)},
            4: {KPIS[0].code: Target(1, 2), KPIS[5].code: Target(0, 999)},
            5: {KPIS[0].code: Target(1, 2), KPIS[7].code: Target(3, 3)},
        }
    )

    def open(self) -> SetsReader:
        super().open()
        return SetsReader(self)


class SetsReader(FakeReader):
    """A reader of a world with sets."""

    world: SetsWorld

    @property
    def rules(self) -> Any:
        return SimpleNamespace(catalogue=CATALOGUE)

    def targets(self) -> Any:
        return FakeSets(self)


class FakeSets:
    """The questions about targets."""

    def __init__(self, reader: SetsReader) -> None:
        self.reader = reader

    def history(self) -> tuple[SetView, ...]:
        self.reader._asked("history")
        return tuple(reversed(self.reader.world.sets))

    def one_set(self, number: int) -> SetView:
        self.reader._asked(f"set {number}")
        for one in self.reader.world.sets:
            if one.number == number:
                return replace(one, listings=None)
        raise StoreError(f"there is no target set {number}")

    def targets(self, number: int) -> dict[str, Target]:
        return {**FIRST, **self.reader.world.targets_of.get(number, {})}

    def page(self) -> TargetPage:
        self.reader._asked("page")
        sets = self.reader.world.sets
        in_force = next(one for one in sets if one.state is SetState.IN_FORCE)
        pending = tuple(one for one in sets if one.state is SetState.PENDING)
        today = self.reader.world.today
        return TargetPage(sets[-1].number, in_force, self.targets(in_force.number), pending, today)
