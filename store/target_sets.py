"""Target sets as the store has them: read once per process, for they never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.targets import Target, TargetSet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.plain import Plain

_MOST_KEPT = 4096
# A set that was taken back before its day never was in force.
NOT_WITHDRAWN = "NOT EXISTS (SELECT 1 FROM target_set_withdrawal w WHERE w.set_number = s.number)"


def load_target_sets(plain: Plain) -> tuple[TargetSet, ...]:
    """The sets that are or come into force, in the order in which they do; the first has no beginning."""
    rows = plain.rows(
        "SELECT s.number, s.effective_from, s.created_at, o.store_id FROM target_set s, organisation o "
        f"WHERE {NOT_WITHDRAWN} ORDER BY coalesce(s.effective_from, -1), s.number"
    )
    found = _targets(plain, [(store_id, number, created) for number, _, created, store_id in rows])
    return tuple(
        TargetSet(number, targets, begins)
        for (number, begins, _, _), targets in zip(rows, found, strict=True)
    )


def load_target_set(plain: Plain, number: int) -> TargetSet:
    """One set, withdrawn or not; it must be there."""
    begins, created, store_id = plain.rows(
        "SELECT s.effective_from, s.created_at, o.store_id FROM target_set s, organisation o "
        "WHERE s.number = ?",
        (number,),
    )[0]
    return TargetSet(number, _targets(plain, [(store_id, number, created)])[0], begins)


# By (store, number, when it was made): a store restored from a backup may give a number again.
_KEPT: dict[tuple[str, int, int], dict[str, Target]] = {}


def _targets(plain: Plain, keys: Iterable[tuple[str, int, int]]) -> list[dict[str, Target]]:
    wanted = list(keys)
    missing = {key[1]: key for key in wanted if key not in _KEPT}
    if missing:
        if len(_KEPT) + len(missing) > _MOST_KEPT:
            _KEPT.clear()
            missing = {key[1]: key for key in wanted}
        found: dict[int, dict[str, Target]] = {number: {} for number in missing}
        for number, code, due_days, done_by_days in plain.where_in(
            "SELECT t.set_number, k.code, t.due_days, t.done_by_days FROM target t "
            "JOIN kpi k ON k.id = t.kpi_id WHERE t.set_number IN (…)",
            missing,
        ):
            found[number][code] = Target(due_days, done_by_days)
        _KEPT.update((key, found[number]) for number, key in missing.items())
    return [_KEPT[key] for key in wanted]
