"""An audit log in memory: what store.audit_questions answers, of any length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from kpi.audit_entry import Change
from store.audit_filter import AuditFilter, Found, Span
from store.audit_questions import AuditChoices, EntryView, Person, ReviewView
from tests.tui.fake import CATALOGUE, HOSTILE, USERS, FakeReader, World

BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LINES = [f'"Step {n}" = "approval_granted"' for n in range(12)]
TEXT = "\n".join(["[source]", *LINES])
OTHER_TEXT = "\n".join(["[source]", *LINES[:5], '"Step 5" = "offer_sent"', *LINES[6:], '"New" = "note"'])
KINDS: tuple[dict[str, Any], ...] = (
    {
        "operation": "targets.save",
        "target": "target_set:3",
        "changes": (Change("draft.ready_to_publish.due_days", 5, 7), Change("withdrawn", None, False)),
        "reason": f"agreed {HOSTILE}",
    },
    {"operation": "import.file", "target": "import:7", "reason": None,
     "changes": (Change("rows", None, 1027),)},
    {"operation": "calendar.change", "target": "calendar:2", "outcome": "refused", "changes": (),
     "reason": "calendar 3 was saved meanwhile"},
    {"operation": "mapping.save", "target": f"mapping:{HOSTILE}", "reason": None,
     "changes": (Change("text", TEXT, OTHER_TEXT),)},
    {"operation": "audit.export", "target": "audit:export", "outcome": "read", "changes": (),
     "reason": "for the auditor"},
)  # fmt: skip


def make_entry(seq: int, reviews: tuple[ReviewView, ...] = ()) -> EntryView:
    """The entry of a number; everything about it follows from that."""
    kind = {"outcome": "done", "origin": "app", **KINDS[seq % len(KINDS)]}
    person = seq % len(USERS)
    return EntryView(
        seq=seq,
        at=BEGAN + timedelta(minutes=seq % 400_000),
        actor=f"id-{person}",
        person=USERS[person] if person != 2 else "erased person id-2",
        group=seq - seq % 2,
        epoch=1 + seq // 1000,
        hash=f"{seq:064x}",
        sealed=seq > 10,
        reviews=reviews,
        **kind,
    )


@dataclass
class AuditWorld(World):
    """A log of `entries` entries, of which those in `gaps` are missing. `portion` is looked at in one go."""

    entries: int = 40
    gaps: frozenset[int] = frozenset()
    portion: int = 1_000_000
    reviews: list[ReviewView] = field(default_factory=list)

    def open(self) -> AuditReader:
        super().open()
        return AuditReader(self)


class AuditReader(FakeReader):
    """A reader of a world with an audit log."""

    world: AuditWorld

    @property
    def rules(self) -> Any:
        return SimpleNamespace(catalogue=CATALOGUE)

    def audit(self) -> Any:
        return FakeAudit(self)


class FakeAudit:
    """The questions about the log."""

    def __init__(self, reader: AuditReader) -> None:
        self.reader, self.world = reader, reader.world

    def bounds(self, wanted: AuditFilter | None = None) -> Span:
        if wanted is not None and wanted.group is not None:
            return Span(wanted.group, min(wanted.group + 1, self.world.entries))
        return Span(1, self.world.entries)

    def find(
        self, wanted: AuditFilter, below: int, lowest: int, enough: Callable[[], bool] | None = None
    ) -> Found:
        del enough
        self.reader._asked(f"find {below}")
        reached = max(lowest, below - self.world.portion)
        numbers = (seq for seq in range(below - 1, reached - 1, -1) if seq not in self.world.gaps)
        return Found(tuple(seq for seq in numbers if _fits(make_entry(seq), wanted)), reached)

    def entries(self, numbers: Sequence[int]) -> tuple[EntryView, ...]:
        self.reader._asked(f"entries {len(numbers)}")
        there = (seq for seq in numbers if seq not in self.world.gaps)
        return tuple(make_entry(seq, self._reviews(seq)) for seq in there)

    def _reviews(self, seq: int) -> tuple[ReviewView, ...]:
        return tuple(one for one in self.world.reviews if one.first <= seq <= one.last)

    def choices(self) -> AuditChoices:
        self.reader._asked("choices")
        people = tuple(Person(f"id-{n}", name) for n, name in enumerate(USERS))
        operations = tuple(sorted({kind["operation"] for kind in KINDS} | {"payroll.add"}))
        return AuditChoices(people, operations, ("target_set", "import"))


def _fits(entry: EntryView, wanted: AuditFilter) -> bool:
    """The filters that the tests use."""
    return (
        (wanted.person is None or wanted.person.casefold() in entry.person.casefold())
        and (wanted.operation is None or wanted.operation == entry.operation)
        and (wanted.target is None or entry.target == wanted.target)
        and (wanted.text is None or wanted.text.casefold() in (entry.reason or "").casefold())
        and (wanted.group is None or wanted.group == entry.group)
    )
