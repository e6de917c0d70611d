"""The tables. SQLModel tables do not validate: what goes in is checked before, and again by constraints.

Instants are BIGINT microseconds since 1970 in UTC; days are INTEGER ordinals (`date.toordinal()`), so that
both databases compare them alike and fast.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlmodel import Field, SQLModel

import store.audit_tables
import store.people_tables
import store.summary_tables  # noqa: F401 - these three fill the metadata

# The same order of letters in both databases, whatever the server's locale.
_REF = String().with_variant(String(collation="C"), "postgresql")
# SQLite gives rowids only to a column that says INTEGER.
_BIG_KEY = BigInteger().with_variant(Integer(), "sqlite")


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index of the rows that fulfil a condition alone, alike in both databases."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Organisation(SQLModel, table=True):
    """One account: one row."""

    id: int = Field(default=1, primary_key=True)
    name: str
    store_id: str
    zone: str
    region: str | None
    weekdays: str
    catalogue: str = Field(sa_column=Column(Text, nullable=False))
    created_at: int = Field(sa_column=Column(BigInteger, nullable=False))

    __table_args__ = (CheckConstraint("id = 1", name="one_organisation"),)


class StoreState(SQLModel, table=True):
    """How often the store has changed, and when last: one row, moved on by every transaction that writes."""

    __tablename__ = "store_state"
    id: int = Field(default=1, primary_key=True)
    revision: int = Field(sa_column=Column(BigInteger, nullable=False))
    updated_at: int = Field(sa_column=Column(BigInteger, nullable=False))

    __table_args__ = (CheckConstraint("id = 1", name="one_state"),)


class CalendarDay(SQLModel, table=True):
    """A day on which the organisation closes, or works although the calendar says otherwise."""

    __tablename__ = "calendar_day"
    day: int = Field(primary_key=True)
    works: int
    reason: str

    __table_args__ = (CheckConstraint("works IN (0, 1)", name="works_is_a_flag"),)


class KpiRow(SQLModel, table=True):
    """The number under which a KPI of the catalogue stands in other tables; numbers follow its order."""

    __tablename__ = "kpi"
    id: int = Field(primary_key=True)
    code: str = Field(unique=True)
    stage: str


class TargetSetRow(SQLModel, table=True):
    """A target set; set 1 has no `effective_from`: it is in force from the beginning of time."""

    __tablename__ = "target_set"
    number: int = Field(primary_key=True)
    effective_from: int | None = Field(default=None, sa_column=Column(BigInteger))
    created_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    author: str
    reason: str


class TargetRow(SQLModel, table=True):
    """One KPI's two numbers in one target set."""

    __tablename__ = "target"
    set_number: int = Field(sa_column=Column(ForeignKey("target_set.number"), primary_key=True))
    kpi_id: int = Field(sa_column=Column(ForeignKey("kpi.id"), primary_key=True))
    due_days: int
    done_by_days: int

    __table_args__ = (
        CheckConstraint(
            "due_days >= 0 AND due_days <= done_by_days AND done_by_days <= 999", name="target_in_order"
        ),
    )


class TargetSetWithdrawal(SQLModel, table=True):
    """A target set taken back before it came into force: it never does."""

    __tablename__ = "target_set_withdrawal"
    set_number: int = Field(sa_column=Column(ForeignKey("target_set.number"), primary_key=True))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    author: str
    reason: str


class CalendarChange(SQLModel, table=True):
    """The calendar as it counts from the instant `at` on, by days from `from_day` on.

    Number 1 is the calendar the organisation was founded with, which stands in `organisation` and
    `calendar_day`. `days` is JSON: [[day, works, reason], …], as in `calendar_day`.
    """

    __tablename__ = "calendar_change"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    from_day: int
    author: str
    reason: str
    region: str | None
    weekdays: str
    days: str = Field(sa_column=Column(Text, nullable=False))

    __table_args__ = (CheckConstraint("number > 1", name="first_is_the_founding"),)


class ImportRun(SQLModel, table=True):
    """One file brought in, and what became of its rows."""

    __tablename__ = "import_run"
    id: int | None = Field(default=None, primary_key=True)
    source: str
    file: str
    digest: str | None = None
    started_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    finished_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    rows: int
    added: int
    duplicates: int
    sandbox: int
    quarantined: int


class MappingRow(SQLModel, table=True):
    """How one source is read: the mapping it was last imported with, or the one somebody corrected."""

    __tablename__ = "mapping"
    name: str = Field(sa_column=Column(_REF, primary_key=True))
    text: str = Field(sa_column=Column(Text, nullable=False))
    saved_at: int = Field(sa_column=Column(BigInteger, nullable=False))


class QuarantineRow(SQLModel, table=True):
    """A row of a file that was not understood, kept until it is read after all or dropped.

    `key` tells the same row of the same file, so that importing it twice keeps it once. `content` is the
    row as a person may see it, `cells` its raw cells by column as JSON, where it has any.
    """

    __tablename__ = "quarantine"
    id: int | None = Field(default=None, sa_column=Column(_BIG_KEY, primary_key=True))
    key: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, unique=True))
    import_id: int = Field(sa_column=Column(ForeignKey("import_run.id"), nullable=False, index=True))
    line: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str
    reason: str
    content: str = Field(sa_column=Column(Text, nullable=False))
    cells: str | None = Field(sa_column=Column(Text))

    __table_args__ = (Index("quarantine_by_kind", "kind", "id"),)


class ListingRow(SQLModel, table=True):
    """A job listing: its reference, the latest facts of its events, and a summary of its open tasks.

    `folded` is reference and title without regard to case, for searching.

    `next_moment` is when it must be replayed: 0 at once, later when a timer or an event ahead is due.
    `due_on` and `done_by` are the earliest of its open, running tasks.
    """

    __tablename__ = "listing"
    id: int | None = Field(default=None, sa_column=Column(_BIG_KEY, primary_key=True))
    ref: str = Field(sa_column=Column(_REF, nullable=False, unique=True))
    title: str | None
    department: str | None
    role_type: str | None
    urgency: str | None
    criticality: str | None
    internal: int | None
    folded: str | None
    owner: str | None = Field(sa_column=Column(_REF))
    target_set: int | None
    open_tasks: int = 0
    due_on: int | None
    done_by: int | None
    frozen: int = 0
    next_moment: int | None = Field(sa_column=Column(BigInteger))

    __table_args__ = (
        _partial("listing_to_replay", "next_moment", where="next_moment IS NOT NULL"),
        _partial(
            "listing_of_owner", "owner", "due_on", "done_by", "frozen", "open_tasks", where="open_tasks > 0"
        ),
    )


class ApplicationRow(SQLModel, table=True):
    """One applicant's way through one listing."""

    __tablename__ = "application"
    listing_id: int = Field(sa_column=Column(_BIG_KEY, ForeignKey("listing.id"), primary_key=True))
    ref: str = Field(sa_column=Column(_REF, primary_key=True))
    folded: str


class EventRow(SQLModel, table=True):
    """One thing that happened: append-only, the truth of which tasks are a projection.

    `seq` is the order of arrival. `key` tells a repeated event: a hash of the source and its id there, or
    of its content. `detail` is JSON with whatever else the row said. A corrected event is a row of its own:
    `corrects` is the `seq` of the first version, and of all versions the last to arrive counts.
    """

    __tablename__ = "event"
    seq: int | None = Field(default=None, sa_column=Column(_BIG_KEY, primary_key=True))
    key: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, unique=True))
    listing_id: int = Field(sa_column=Column(_BIG_KEY, ForeignKey("listing.id"), nullable=False, index=True))
    application: str | None
    kind: str
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    actor: str | None
    owner: str | None
    detail: str | None = Field(sa_column=Column(Text))
    event_id: str | None
    corrects: int | None = Field(default=None, sa_column=Column(BigInteger))
    import_id: int = Field(sa_column=Column(ForeignKey("import_run.id"), nullable=False))

    __table_args__ = (_partial("event_corrected", "corrects", where="corrects IS NOT NULL"),)


class OwnerRow(SQLModel, table=True):
    """Who owned a listing from which day on, until the day before the next one's."""

    __tablename__ = "listing_owner"
    listing_id: int = Field(sa_column=Column(_BIG_KEY, ForeignKey("listing.id"), primary_key=True))
    from_day: int = Field(primary_key=True)
    until_day: int | None
    owner: str = Field(sa_column=Column(_REF, nullable=False))

    __table_args__ = (Index("listing_owner_by_owner", "owner", "from_day"),)


class FreezeRow(SQLModel, table=True):
    """A freeze of a listing, by days; `lifted_day` is None while it lasts."""

    __tablename__ = "listing_freeze"
    listing_id: int = Field(sa_column=Column(_BIG_KEY, ForeignKey("listing.id"), primary_key=True))
    from_day: int = Field(primary_key=True)
    lifted_day: int | None


_OPEN = "ended_on IS NULL"


class TaskRow(SQLModel, table=True):
    """One task: `due_on`, `done_by` and `paused` hold since the day `since`; `task_phase` has the rest."""

    __tablename__ = "task"
    id: int = Field(sa_column=Column(_BIG_KEY, primary_key=True, autoincrement=False))
    listing_id: int = Field(sa_column=Column(_BIG_KEY, ForeignKey("listing.id"), nullable=False, index=True))
    listing: str = Field(sa_column=Column(_REF, nullable=False))
    application: str | None = Field(sa_column=Column(_REF))
    kpi_id: int = Field(sa_column=Column(ForeignKey("kpi.id"), nullable=False))
    owner: str | None = Field(sa_column=Column(_REF))
    target_set: int
    started_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    day_zero: int
    opened_on: int
    since: int
    due_on: int
    done_by: int
    paused: int
    ended_at: int | None = Field(sa_column=Column(BigInteger))
    ended_on: int | None
    outcome: str | None

    __table_args__ = (
        CheckConstraint("due_on <= done_by", name="due_before_done"),
        CheckConstraint("(ended_on IS NULL) = (outcome IS NULL)", name="ended_with_outcome"),
        _partial("task_open_deadline", "done_by", "id", where=_OPEN),
        _partial("task_open_kpi", "kpi_id", "done_by", "id", where=_OPEN),
        _partial("task_open_listing", "listing", "id", where=_OPEN),
        _partial("task_open_age", "started_at", "id", where=_OPEN),
        _partial("task_open_owner", "owner", "kpi_id", "paused", "due_on", "done_by", where=_OPEN),
        _partial(
            "task_ended",
            "ended_on",
            "opened_on",
            "since",
            "due_on",
            "done_by",
            "paused",
            where="ended_on IS NOT NULL",
        ),
    )


class PhaseRow(SQLModel, table=True):
    """What held for a task from `from_day` until the day before `until_day`, before what its row says."""

    __tablename__ = "task_phase"
    task_id: int = Field(sa_column=Column(_BIG_KEY, ForeignKey("task.id"), primary_key=True))
    from_day: int = Field(primary_key=True)
    until_day: int
    due_on: int
    done_by: int
    paused: int


class TaskCount(SQLModel, table=True):
    """How many open tasks a KPI has per due day and done-by day: exact in every transaction."""

    __tablename__ = "task_count"
    kpi_id: int = Field(sa_column=Column(ForeignKey("kpi.id"), primary_key=True))
    paused: int = Field(primary_key=True)
    due_on: int = Field(primary_key=True)
    done_by: int = Field(primary_key=True)
    tasks: int

    __table_args__ = (CheckConstraint("tasks >= 0", name="no_negative_count"), {"sqlite_with_rowid": False})


class BoardChange(SQLModel, table=True):
    """By how much a KPI's count of a status differs from the day before; the sum to a day is its board."""

    __tablename__ = "board_change"
    kpi_id: int = Field(sa_column=Column(ForeignKey("kpi.id"), primary_key=True))
    day: int = Field(primary_key=True)
    status: int = Field(primary_key=True)
    tasks: int

    __table_args__ = (
        CheckConstraint("status BETWEEN 0 AND 3", name="status_is_known"),
        {"sqlite_with_rowid": False},
    )
