"""Targets: after how many working days a task is due, and by when it must be done (rule 4)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kpi.calendar import MOST_DAYS
from kpi.errors import StagewatchError
from kpi.toml_text import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi.catalogue import Catalogue
    from kpi.events import Instant

_MOST_SHOWN = 20  # characters of what is no target
_ALWAYS = -(1 << 62)  # before every instant
_RULE = f"a whole number of working days from 0 to {MOST_DAYS}"


class TargetError(StagewatchError):
    """A target that breaks a rule. The message names the KPI, the field and the rule."""


@dataclass(frozen=True, slots=True)
class Target:
    """A KPI's two numbers, in working days: 0 <= due_days <= done_by_days <= 999."""

    due_days: int
    done_by_days: int

    def __post_init__(self) -> None:
        """Refuse numbers outside the rule."""
        for name, days in (("due", self.due_days), ("done by", self.done_by_days)):
            if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
                raise TargetError(f"{name} must be {_RULE}, got {str(days)[:_MOST_SHOWN]}")
        if self.due_days > self.done_by_days:
            raise TargetError(f"due ({self.due_days}) must not be after done by ({self.done_by_days})")


SERVICE_DEFAULT = Target(99, 99)


@dataclass(frozen=True, slots=True)
class TargetSet:
    """All targets together. `effective_from` is None for the first set: from the beginning of time."""

    number: int
    targets: Mapping[str, Target]
    effective_from: Instant | None = None
    default: Target = field(default=SERVICE_DEFAULT)

    def target(self, kpi: str) -> Target:
        """The target of the KPI with this code."""
        return self.targets.get(kpi, self.default)


def set_in_force(sets: tuple[TargetSet, ...], at: Instant) -> TargetSet:
    """The target set in force at `at`: of those that have begun by then, the last to begin (rule 8).

    `sets` are in the order in which they begin; the first one has no beginning.
    """
    return sets[max(0, bisect_right(sets, at, key=_beginning) - 1)]


def _beginning(target_set: TargetSet) -> Instant:
    begins = target_set.effective_from
    return _ALWAYS if begins is None else begins


def load_targets(text: str, catalogue: Catalogue) -> dict[str, Target]:
    """Read a targets file for every KPI of the catalogue.

    The form: `[targets."draft.ready_to_publish"]` with `due` and `done_by`, and `[default]` for the
    KPIs that are not named (99 and 99 without one). TargetError says what is wrong in one line.
    """
    named, default = _read(text, catalogue)
    return {kpi.code: named.get(kpi.code, default or SERVICE_DEFAULT) for kpi in catalogue.kpis}


def load_changes(text: str, catalogue: Catalogue) -> dict[str, Target]:
    """Read a targets file as a change of the targets there are: KPIs that it does not name are left out.

    With a `[default]` it names them all. TargetError as for `load_targets`.
    """
    named, default = _read(text, catalogue)
    if default is None:
        return {kpi.code: named[kpi.code] for kpi in catalogue.kpis if kpi.code in named}
    return {kpi.code: named.get(kpi.code, default) for kpi in catalogue.kpis}


def _read(text: str, catalogue: Catalogue) -> tuple[dict[str, Target], Target | None]:
    """What a targets file says: the KPIs that it names, and its default if it has one."""
    try:
        document = read_toml(text)
    except ValueError as error:
        raise TargetError(str(error)) from error
    unknown = sorted(set(document) - {"targets", "default"})
    if unknown:
        raise TargetError(f'unknown table [{unknown[0]}]; known are [targets."KPI"] and [default]')
    default = _target(document["default"], "[default]") if "default" in document else None
    named = document.get("targets", {})
    if not isinstance(named, dict):
        raise TargetError('write targets as [targets."KPI"] tables')
    for code in named:
        if code not in catalogue.by_code:
            raise TargetError(f"the catalogue has no KPI “{code}”")
    return {code: _target(entry, f"KPI “{code}”") for code, entry in named.items()}, default


def _target(entry: Any, where: str) -> Target:
    if not isinstance(entry, dict) or set(entry) != {"due", "done_by"}:
        raise TargetError(f"{where}: needs due and done_by, and nothing else")
    try:
        return Target(entry["due"], entry["done_by"])
    except TargetError as error:
        raise TargetError(f"{where}: {error}") from error
