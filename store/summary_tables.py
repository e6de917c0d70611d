"""The tables of weekly summaries: what they are measured by, what was approved, what people said of them.

As in store/people_tables.py, nothing is ever deleted; instants are BIGINT microseconds since 1970 in UTC,
days INTEGER ordinals. `benchmarks`, `summary_seal` and `summary_step` only grow: triggers refuse the rest.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlmodel import Field, SQLModel

_STEPS = (
    "'generated', 'changed', 'commented', 'answered', 'contested', 'decided', 'returned', 'approved', "
    "'kept', 'reported', 'document', 'appealed'"
)
_DOCUMENTS = "'coaching', 'reminder', 'retraining', 'restricted_access', 'plan'"
_DECISIONS = "'upheld', 'rejected'"
_NOT_APPROVED = "state <> 'approved'"
_WAITING = "decided_at IS NULL"
_APPEALED = "appealed_at IS NOT NULL AND decided_at IS NULL"


def _number() -> Column[Any]:
    """A number that the store gives out itself, one higher each time; or a day."""
    return Column(Integer, primary_key=True, autoincrement=False)


def _instant(*, nullable: bool = False) -> Column[Any]:
    return Column(BigInteger, nullable=nullable)


def _of_person(*, key: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(Integer, ForeignKey("person.number"), primary_key=key, nullable=nullable)


def _of_summary(*, key: bool = False) -> Column[Any]:
    return Column(Integer, ForeignKey("summary.number"), primary_key=key, nullable=False)


def _text(*, nullable: bool = False) -> Column[Any]:
    return Column(Text, nullable=nullable)


def _partial(name: str, *columns: str, where: str) -> Index:
    """As in store/tables.py."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class BenchmarksRow(SQLModel, table=True):
    """A version of the benchmarks: from the week that begins on `from_day` on. `text` is TOML.

    `feedback` is JSON: what the team leads said. Before version 1 those of the program itself count.
    """

    __tablename__ = "benchmarks"
    number: int = Field(sa_column=_number())
    from_day: int
    created_at: int = Field(sa_column=_instant())
    author: str
    reason: str
    feedback: str = Field(sa_column=_text())
    text: str = Field(sa_column=_text())

    __table_args__ = (CheckConstraint("number > 0", name="benchmarks_are_numbered"),)


class SummaryRow(SQLModel, table=True):
    """One person's week that begins on `from_day`, with the figures as the events are now.

    `team` is the one they were in, `benchmarks` the version it was made by (0: the program's own), `sealed`
    the seal that counts, `kept_digest` stands for later figures that were turned down. `content` is two
    lines of JSON (store/summary_rows.py): what lists need, and the whole summary.
    """

    __tablename__ = "summary"
    number: int = Field(sa_column=_number())
    person: int = Field(sa_column=_of_person())
    from_day: int
    team: int | None = Field(sa_column=Column(Integer, ForeignKey("team.number"), nullable=True))
    state: str
    benchmarks: int
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    generated_at: int = Field(sa_column=_instant())
    sealed: int | None
    kept_digest: bytes | None = Field(sa_column=Column(LargeBinary(32), nullable=True))
    content: str = Field(sa_column=_text())

    __table_args__ = (
        CheckConstraint("number > 0 AND benchmarks >= 0", name="summary_is_numbered"),
        CheckConstraint("state IN ('ready', 'returned', 'approved')", name="summary_state_is_known"),
        CheckConstraint("state <> 'approved' OR sealed IS NOT NULL", name="summary_approved_is_sealed"),
        CheckConstraint("kept_digest IS NULL OR sealed IS NOT NULL", name="summary_kept_is_sealed"),
        CheckConstraint("length(digest) = 32", name="summary_digest_is_one"),
        Index("summary_of_person", "person", "from_day", unique=True),
        Index("summary_by_week", "from_day", "team", "state"),
        _partial("summary_to_approve", "team", "from_day", where=_NOT_APPROVED),
    )


class SummarySeal(SQLModel, table=True):
    """What was approved: the first, second … version of one summary, exactly as it was then."""

    __tablename__ = "summary_seal"
    summary: int = Field(sa_column=_of_summary(key=True))
    version: int = Field(sa_column=_number())
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    approved_by: int = Field(sa_column=_of_person())
    approved_at: int = Field(sa_column=_instant())
    reason: str
    content: str = Field(sa_column=_text())

    __table_args__ = (
        CheckConstraint("version > 0", name="seal_is_numbered"),
        CheckConstraint("length(digest) = 32", name="seal_digest_is_one"),
    )


class SummaryStep(SQLModel, table=True):
    """One step of a summary's way. `person` is None where it was nobody's doing.

    `about` says what it was about: a flag's key, a figure, a contest, a document; "" if the whole summary.
    """

    __tablename__ = "summary_step"
    number: int = Field(sa_column=_number())
    summary: int = Field(sa_column=_of_summary())
    at: int = Field(sa_column=_instant())
    person: int | None = Field(sa_column=_of_person(nullable=True))
    kind: str
    about: str
    text: str = Field(sa_column=_text())

    __table_args__ = (
        CheckConstraint("number > 0", name="step_is_numbered"),
        CheckConstraint(f"kind IN ({_STEPS})", name="step_is_known"),
        Index("summary_step_of", "summary", "number"),
    )


class SummaryAnswer(SQLModel, table=True):
    """What was said to one flag of a summary."""

    __tablename__ = "summary_answer"
    summary: int = Field(sa_column=_of_summary(key=True))
    flag_key: str = Field(sa_column=Column(Text, primary_key=True))
    text: str = Field(sa_column=_text())
    person: int = Field(sa_column=_of_person())
    at: int = Field(sa_column=_instant())

    __table_args__ = (CheckConstraint("text <> ''", name="answer_says_something"),)


class ContestRow(SQLModel, table=True):
    """A person's doubt about one figure of their summary, or about the one `event` within it."""

    __tablename__ = "contest"
    number: int = Field(sa_column=_number())
    summary: int = Field(sa_column=_of_summary())
    figure: str
    event: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    reason: str = Field(sa_column=_text())
    person: int = Field(sa_column=_of_person())
    at: int = Field(sa_column=_instant())
    decided_by: int | None = Field(default=None, sa_column=_of_person(nullable=True))
    decided_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    decision: str | None
    decision_reason: str | None = Field(default=None, sa_column=_text(nullable=True))

    __table_args__ = (
        CheckConstraint("number > 0", name="contest_is_numbered"),
        CheckConstraint(f"decision IN ({_DECISIONS})", name="contest_decision_is_known"),
        CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (decision IS NULL)",
            name="contest_decided_by_somebody",
        ),
        CheckConstraint("decided_by <> person", name="contest_decided_by_another"),
        Index("contest_of", "summary"),
        _partial("contest_waiting", "summary", "figure", where=_WAITING),
    )


class SelfReport(SQLModel, table=True):
    """How much of one figure a person says they did in the week that begins on `from_day`."""

    __tablename__ = "self_report"
    person: int = Field(sa_column=_of_person(key=True))
    from_day: int = Field(sa_column=_number())
    figure: str = Field(sa_column=Column(Text, primary_key=True))
    count: int
    at: int = Field(sa_column=_instant())

    __table_args__ = (CheckConstraint("count >= 0", name="report_counts"),)


class DocumentRow(SQLModel, table=True):
    """A coaching note, a corrective action or a plan's justification, attached to a summary.

    `context` is JSON: what its kind asks for beside the text. `from_day` and `until_day` are both within;
    None for what is not for a time.
    """

    __tablename__ = "document"
    number: int = Field(sa_column=_number())
    summary: int = Field(sa_column=_of_summary())
    kind: str
    text: str = Field(sa_column=_text())
    context: str = Field(sa_column=_text())
    from_day: int | None
    until_day: int | None
    author: int = Field(sa_column=_of_person())
    at: int = Field(sa_column=_instant())
    appeal: str | None = Field(default=None, sa_column=_text(nullable=True))
    appealed_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    decided_by: int | None = Field(default=None, sa_column=_of_person(nullable=True))
    decided_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    decision: str | None
    decision_reason: str | None = Field(default=None, sa_column=_text(nullable=True))

    __table_args__ = (
        CheckConstraint("number > 0", name="document_is_numbered"),
        CheckConstraint(f"kind IN ({_DOCUMENTS})", name="document_is_known"),
        CheckConstraint("(from_day IS NULL) = (until_day IS NULL)", name="document_is_for_a_time"),
        CheckConstraint("from_day <= until_day", name="document_in_order"),
        CheckConstraint("(appeal IS NULL) = (appealed_at IS NULL)", name="document_appealed_in_words"),
        CheckConstraint(f"decision IN ({_DECISIONS})", name="document_decision_is_known"),
        CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (decision IS NULL)",
            name="document_decided_by_somebody",
        ),
        CheckConstraint("decided_by IS NULL OR appealed_at IS NOT NULL", name="document_decided_on_appeal"),
        CheckConstraint("decided_by <> author", name="document_decided_by_another"),
        Index("document_of", "summary"),
        _partial("document_appealed", "summary", where=_APPEALED),
    )
