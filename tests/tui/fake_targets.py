"""Targets in memory: sets, a sample of tasks, what history suggests, who would be affected."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kpi.preview import Affected, PreviewRow
from kpi.survival import Suggestion
from kpi.targets import Target
from store.errors import StoreError
from store.target_questions import SetState, SetView, TargetPage
from tests.tui.fake import KPIS, FakeReader, World


def view(number: int, *, by: str = "A. Okafor", reason: str = "because", begins: datetime | None = None,
         state: SetState = SetState.IN_FORCE) -> SetView:  # fmt: skip
    made = begins or datetime(2026, 9, 2, 9, 14, tzinfo=UTC)
    return SetView(number, begins, made, by, reason, state, None)


@dataclass
class TargetWorld(World):
    """A world with targets. `faults` says which of its questions fail, and with what words."""

    numbers: dict[str, Target] = field(default_factory=lambda: {kpi.code: Target(10, 20) for kpi in KPIS})
    in_force: SetView = field(default_factory=lambda: view(3, begins=datetime(2026, 9, 2, 9, 14, tzinfo=UTC)))
    waiting: tuple[SetView, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)
    reckoned: list[tuple[str, Target]] = field(default_factory=list)
    reckoning: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reckoning.set()

    def open(self) -> TargetReader:
        super().open()
        return TargetReader(self)

    def save(self, by: str, changes: dict[str, tuple[int, int]]) -> None:
        """Somebody saves another set."""
        assert changes.keys() <= self.numbers.keys()
        self.numbers = {**self.numbers, **{code: Target(*pair) for code, pair in changes.items()}}
        begins = self.in_force.created_at + timedelta(days=1)
        self.in_force = view(self.newest + 1, by=by, reason="quicker", begins=begins)
        self.revision += 1

    @property
    def newest(self) -> int:
        return max(one.number for one in (self.in_force, *self.waiting))


class TargetReader(FakeReader):
    """A reader of a world with targets."""

    world: TargetWorld

    def targets(self) -> Any:
        return FakeTargets(self.world, self._asked)


class FakeTargets:
    """The questions; `asked` is told of each."""

    def __init__(self, world: TargetWorld, asked: Callable[[str], None]) -> None:
        self.world, self.asked = world, asked

    def _asked(self, what: str) -> None:
        self.asked(what)
        fault = self.world.faults.get(what.split(maxsplit=1)[0])
        if fault:
            raise StoreError(fault)

    def page(self) -> TargetPage:
        self._asked("targets")
        world = self.world
        return TargetPage(world.newest, world.in_force, dict(world.numbers), world.waiting, world.today)

    def targets(self, number: int) -> dict[str, Target]:
        self._asked(f"set {number}")
        return {code: replace(one, done_by_days=30) for code, one in self.world.numbers.items()}

    def sample(self, since: date, until: date) -> FakeSample:
        self._asked(f"sample {since} {until}")
        return FakeSample(self.world)

    def suggestions(self, since: date | None = None) -> tuple[Suggestion, ...]:
        self._asked("suggestions")
        if self.world.empty:
            return tuple(Suggestion(kpi.code, 0, 0, None, None) for kpi in KPIS)
        found = [Suggestion(kpi.code, 140, 120, 7, 18) for kpi in KPIS]
        found[1] = Suggestion(KPIS[1].code, 25, 4, None, None)
        found[2] = Suggestion(KPIS[2].code, 900, 400, 12, None)
        return tuple(found)

    def affected(self, kpi: str, target: Target, since: date, until: date) -> tuple[Affected, ...]:
        self._asked(f"affected {kpi} {target.due_days} {target.done_by_days} {since} {until}")
        if self.world.empty:
            return ()
        return (
            Affected("NB-2026001", None, None, None, since, None),
            Affected("[red]NB\x1b[31m-2[/]", "APP-1", since, None, None, until),
        )


class FakeSample:
    """Of every KPI but the fourth 24 tasks that took 1 to 24 working days each, really due after 10, by 20.

    `gate`, when cleared, makes what is reckoned wait.
    """

    def __init__(self, world: TargetWorld) -> None:
        self.world = world

    def __repr__(self) -> str:
        raise AssertionError("the repr of a sample takes long")

    def row(self, kpi: str, target: Target) -> PreviewRow:
        assert threading.current_thread() is not threading.main_thread(), "reckoned on the UI loop"
        self.world.reckoned.append((kpi, target))
        self.world.reckoning.wait(20)
        if "row" in self.world.faults:
            raise StoreError(self.world.faults["row"])
        if self.world.empty or kpi == KPIS[3].code:
            return PreviewRow(kpi, 0, 0, 0, 0, 0)
        due, overdue = (25 - max(1, target.due_days), 24 - target.done_by_days)
        return PreviewRow(kpi, 24, 15, 4, max(0, due), max(0, overdue))
