"""Weekly summaries: benchmarks, what was generated and approved, contests, documents; more of a listing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.migrations.summary_security import statement

revision = "0006"
down_revision = "0005"

_STEPS = (
    "'generated', 'changed', 'commented', 'answered', 'contested', 'decided', 'returned', 'approved', "
    "'kept', 'reported', 'document', 'appealed'"
)
_DOCUMENTS = "'coaching', 'reminder', 'retraining', 'restricted_access', 'plan'"
_DECISIONS = "'upheld', 'rejected'"
_KEPT = ("benchmarks", "summary_seal", "summary_step")
# By table, the record that a changed row belongs to: its kind, and its key from the row.
_RECORDS = (
    ("benchmarks", "benchmarks", "number"),
    ("summary", "summary", "number"),
    ("summary_seal", "summary", "summary"),
    ("summary_step", "summary", "summary"),
    ("summary_answer", "summary", "summary"),
    ("contest", "contest", "number"),
    ("self_report", "self_report", "person"),
    ("document", "document", "number"),
)


def upgrade() -> None:
    """Take the step."""
    for column in (sa.Column("criticality", sa.String()), sa.Column("internal", sa.Integer())):
        op.add_column("listing", column)
    _benchmarks()
    _summaries()
    _words()
    _contests()
    _documents()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_and_watch_postgres()
        op.execute(statement())


def _number(name: str = "number") -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _digest(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(32), nullable=nullable)


def _of_person(column: str = "person") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.number"])


def _of_summary() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["summary"], ["summary.number"])


def _decision(table: str) -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint(f"decision IN ({_DECISIONS})", name=f"{table}_decision_is_known"),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (decision IS NULL)",
            name=f"{table}_decided_by_somebody",
        ),
    )


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _benchmarks() -> None:
    op.create_table(
        "benchmarks",
        _number(),
        sa.Column("from_day", sa.Integer(), nullable=False),
        _instant("created_at"),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name="benchmarks_are_numbered"),
        sa.PrimaryKeyConstraint("number"),
    )


def _summaries() -> None:
    op.create_table(
        "summary",
        _number(),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Integer(), nullable=False),
        sa.Column("team", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("benchmarks", sa.Integer(), nullable=False),
        _digest("digest"),
        _instant("generated_at"),
        sa.Column("sealed", sa.Integer(), nullable=True),
        _digest("kept_digest", nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0 AND benchmarks >= 0", name="summary_is_numbered"),
        sa.CheckConstraint("state IN ('ready', 'returned', 'approved')", name="summary_state_is_known"),
        sa.CheckConstraint("state <> 'approved' OR sealed IS NOT NULL", name="summary_approved_is_sealed"),
        sa.CheckConstraint("kept_digest IS NULL OR sealed IS NOT NULL", name="summary_kept_is_sealed"),
        sa.CheckConstraint("length(digest) = 32", name="summary_digest_is_one"),
        _of_person(),
        sa.ForeignKeyConstraint(["team"], ["team.number"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("summary_of_person", "summary", ["person", "from_day"], unique=True)
    op.create_index("summary_by_week", "summary", ["from_day", "team", "state"])
    _partial_index("summary_to_approve", "summary", ["team", "from_day"], "state <> 'approved'")
    op.create_table(
        "summary_seal",
        _number("summary"),
        _number("version"),
        _digest("digest"),
        sa.Column("approved_by", sa.Integer(), nullable=False),
        _instant("approved_at"),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("version > 0", name="seal_is_numbered"),
        sa.CheckConstraint("length(digest) = 32", name="seal_digest_is_one"),
        _of_summary(),
        _of_person("approved_by"),
        sa.PrimaryKeyConstraint("summary", "version"),
    )


def _words() -> None:
    op.create_table(
        "summary_step",
        _number(),
        sa.Column("summary", sa.Integer(), nullable=False),
        _instant("at"),
        sa.Column("person", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name="step_is_numbered"),
        sa.CheckConstraint(f"kind IN ({_STEPS})", name="step_is_known"),
        _of_summary(),
        _of_person(),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("summary_step_of", "summary_step", ["summary", "number"])
    op.create_table(
        "summary_answer",
        _number("summary"),
        sa.Column("flag_key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        _instant("at"),
        sa.CheckConstraint("text <> ''", name="answer_says_something"),
        _of_summary(),
        _of_person(),
        sa.PrimaryKeyConstraint("summary", "flag_key"),
    )
    op.create_table(
        "self_report",
        _number("person"),
        _number("from_day"),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        _instant("at"),
        sa.CheckConstraint("count >= 0", name="report_counts"),
        _of_person(),
        sa.PrimaryKeyConstraint("person", "from_day", "figure"),
    )


def _contests() -> None:
    op.create_table(
        "contest",
        _number(),
        sa.Column("summary", sa.Integer(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        _instant("event", nullable=True),  # its seq, as wide as an instant
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        _instant("at"),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        _instant("decided_at", nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("number > 0", name="contest_is_numbered"),
        *_decision("contest"),
        sa.CheckConstraint("decided_by <> person", name="contest_decided_by_another"),
        _of_summary(),
        _of_person(),
        _of_person("decided_by"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("contest_of", "contest", ["summary"])
    _partial_index("contest_waiting", "contest", ["summary", "figure"], "decided_at IS NULL")


def _documents() -> None:
    op.create_table(
        "document",
        _number(),
        sa.Column("summary", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("from_day", sa.Integer(), nullable=True),
        sa.Column("until_day", sa.Integer(), nullable=True),
        sa.Column("author", sa.Integer(), nullable=False),
        _instant("at"),
        sa.Column("appeal", sa.Text(), nullable=True),
        _instant("appealed_at", nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        _instant("decided_at", nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("number > 0", name="document_is_numbered"),
        sa.CheckConstraint(f"kind IN ({_DOCUMENTS})", name="document_is_known"),
        sa.CheckConstraint("(from_day IS NULL) = (until_day IS NULL)", name="document_is_for_a_time"),
        sa.CheckConstraint("from_day <= until_day", name="document_in_order"),
        sa.CheckConstraint("(appeal IS NULL) = (appealed_at IS NULL)", name="document_appealed_in_words"),
        *_decision("document"),
        sa.CheckConstraint(
            "decided_by IS NULL OR appealed_at IS NOT NULL", name="document_decided_on_appeal"
        ),
        sa.CheckConstraint("decided_by <> author", name="document_decided_by_another"),
        _of_summary(),
        _of_person("author"),
        _of_person("decided_by"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("document_of", "document", ["summary"])
    _partial_index(
        "document_appealed", "document", ["summary"], "appealed_at IS NOT NULL AND decided_at IS NULL"
    )


def _guard_sqlite() -> None:
    for table in _KEPT:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _guard_and_watch_postgres() -> None:
    """As 0003 and 0004 do for the tables that were there before; in one statement, for a founding's time."""
    wanted = [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
        for table in _KEPT
    ]
    wanted += [
        f"CREATE TRIGGER touched_{kind}_{verb.lower()} AFTER {verb} ON {table} "
        f"REFERENCING {side} TABLE AS changed FOR EACH STATEMENT "
        f"EXECUTE FUNCTION note_touched('{kind}', '{key}');"
        for table, kind, key in _RECORDS
        for verb, side in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ]
    op.execute(f"DO $$ BEGIN {' '.join(wanted)} END $$")
