"""What moves the deadlines of listings' tasks: their freezes, and the closing dates that were said."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from kpi.deadlines import Freeze
from store.corrections import CURRENT_ONLY, any_corrected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from store.plain import Plain


def freezes_by_listing(plain: Plain, listing_ids: Iterable[int]) -> dict[int, list[Freeze]]:
    """The freezes of those listings that have any, in order."""
    found: dict[int, list[Freeze]] = {}
    ask = "SELECT listing_id, from_day, lifted_day FROM listing_freeze WHERE listing_id IN (…)"
    for listing_id, begin, lifted in sorted(plain.where_in(ask, listing_ids), key=lambda row: row[:2]):
        freeze = Freeze(date.fromordinal(begin), None if lifted is None else date.fromordinal(lifted))
        found.setdefault(listing_id, []).append(freeze)
    return found


def freezes_of(plain: Plain, listing_id: int) -> Sequence[Freeze]:
    """One listing's freezes, in order."""
    return freezes_by_listing(plain, (listing_id,)).get(listing_id, ())


def closing_dates_said(plain: Plain, listing_ids: Iterable[int]) -> dict[int, list[tuple[int, date]]]:
    """When which closing date was said of those listings of which any was, in the order of its events."""
    only = f"{CURRENT_ONLY} AND " if any_corrected(plain) else ""
    found: dict[int, list[tuple[int, date]]] = {}
    for listing_id, at, detail in plain.where_in(
        f"SELECT e.listing_id, e.at, e.detail FROM event e WHERE {only}"
        "e.detail LIKE '%\"closing_date\": %' AND e.listing_id IN (…) "
        "ORDER BY e.listing_id, e.at, coalesce(e.corrects, e.seq)",
        listing_ids,
    ):
        said = json.loads(detail).get("closing_date")
        if said:
            found.setdefault(listing_id, []).append((at, date.fromisoformat(said)))
    return found
