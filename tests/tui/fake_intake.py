"""What came into an organisation in memory: the same questions as store.intake.Intake answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from store.errors import StoreError
from store.feeds.likeness import Likeness
from store.intake import (
    ActivityCount,
    BadRowView,
    FieldsFilled,
    ImportView,
    OwnerCount,
    ReasonCount,
)
from store.mappings import SavedMapping
from store.quarantine import EVERY_ROW, Chosen

MAPPING = """# by hand
[source]
name = "ATS"
[columns]
event = "what"
at = "when"
listing = "vacancy"
"""
BEGAN = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)


class FakeIntake:
    """`asked` notes each question; `rows` wait in quarantine for no time, ten of them broken lines."""

    def __init__(
        self, asked: Callable[[str], None], hostile: str, *, rows: int, imports: int, empty: bool
    ) -> None:
        self.asked = asked
        self.hostile = hostile
        self.rows = rows
        self.runs = imports
        self.empty = empty

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo("Europe/London")

    def imports(self, limit: int = 200, before: int | None = None) -> tuple[ImportView, ...]:
        self.asked(f"imports {limit}")
        if self.empty:
            return ()
        return tuple(
            ImportView(number, "ATS", self.hostile if number % 2 else "events.csv", "ab", BEGAN,
                       None if number == self.runs else BEGAN + timedelta(minutes=5),
                       1_234_567, 1_200_000, 30_000, 67, 4_500, 321)
            for number in range(self.runs, max(0, self.runs - limit), -1)
        )  # fmt: skip

    def reasons(self, chosen: Chosen = EVERY_ROW) -> tuple[ReasonCount, ...]:
        self.asked("reasons")
        if self.empty or not self.rows:
            return ()
        found = (
            ReasonCount("ATS", "broken line", 10, 0),
            ReasonCount("ATS", "no time", self.rows, self.rows),
            ReasonCount(self.hostile, "no time", 1, 1),
        )
        return tuple(one for one in found if chosen.source in (None, one.source))

    def bad_row_numbers(self, chosen: Chosen = EVERY_ROW) -> tuple[int, ...]:
        self.asked(f"numbers {chosen.source} {chosen.kind} {chosen.run}")
        return tuple(range(1, self.rows + 1))

    def bad_rows(
        self, chosen: Chosen = EVERY_ROW, limit: int = 200, after: int | None = None
    ) -> tuple[BadRowView, ...]:
        numbers = chosen.ids or ()
        self.asked(f"bad rows {len(numbers)}")
        return tuple(
            BadRowView(number, 1, "ATS", "events.csv", number + 1, "no time", "no time",
                       f"{number},{self.hostile}",
                       None if number % 10 == 0 else (("id", str(number)), ("what", self.hostile)))
            for number in numbers if number <= self.rows
        )  # fmt: skip

    def unmapped(self) -> tuple[ActivityCount, ...]:
        self.asked("unmapped")
        found = (ActivityCount("ATS", "coffee", 12), ActivityCount("ATS", self.hostile, 3))
        return () if self.empty else found

    def alike(self, activity: str) -> tuple[Likeness, ...]:
        self.asked(f"alike {activity}")
        return (Likeness("offer_accepted", 92, ""), Likeness("approval_granted", 0, ""))

    def fields_filled(self) -> tuple[FieldsFilled, ...]:
        self.asked("fields")
        if self.empty:
            return ()
        return (
            FieldsFilled("ATS", None, 200, (("event_id", 200), ("note", 1))),
            FieldsFilled("ATS", "Chidi", 10, (("event_id", 5), ("note", 0))),
            FieldsFilled("ATS", self.hostile, 1000, (("event_id", 999), ("note", 400))),
        )

    def unmatched_owners(self) -> tuple[OwnerCount, ...]:
        self.asked("owners")
        return () if self.empty else (OwnerCount("J. Nobody", 8), OwnerCount(self.hostile, 1))

    def mapping(self, name: str) -> SavedMapping:
        self.asked(f"mapping {name}")
        if name != "ATS":
            raise StoreError(f"no mapping is kept under the name “{name}”; there is “ATS”")
        return SavedMapping(name, MAPPING, BEGAN)

    # What no screen asks.
    one_import: Any = None
    mappings: Any = None
