"""People: who they are, their teams and delegates, how they sign in, what is granted to them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.migrations.row_security import statement

revision = "0005"
down_revision = "0004"

_ROLES = (
    "'super_user', 'team_manager', 'hr_partner', 'recruitment_administrator', 'recruiting_manager', "
    "'recruiter', 'auditor'"
)
# Compared with a listing's reference and owner: in the same order of letters.
_REF = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_OPEN = sa.text("until_day IS NULL")
# By table, the record that a changed row belongs to: its kind, and its key from the row.
_RECORDS = (
    ("person", "person", "number"),
    ("membership", "person", "person"),
    ("person_link", "person", "person"),
    ("assignment", "person", "person"),
    ("team", "team", "number"),
    ("delegation", "delegation", "number"),
    ("credential", "credential", "person"),
    ("recovery_code", "credential", "person"),
    ("access_grant", "grant", "number"),
)


def upgrade() -> None:
    """Take the step."""
    _people()
    _teams()
    _what_is_theirs()
    _signing_in()
    _grants()
    if op.get_bind().dialect.name != "sqlite":
        _watch_postgres()
        op.execute(statement())


def _number(name: str = "number") -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _of_person(column: str = "person") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.number"])


def _people() -> None:
    op.create_table(
        "person",
        _number(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("database_role", sa.String(), nullable=True),
        _instant("created_at"),
        sa.CheckConstraint("number > 0", name="person_is_numbered"),
        sa.CheckConstraint("name <> '' AND folded <> ''", name="person_has_a_name"),
        sa.CheckConstraint(f"role IN ({_ROLES})", name="role_is_known"),
        sa.CheckConstraint("active IN (0, 1)", name="active_is_a_flag"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("folded"),
        sa.UniqueConstraint("database_role"),
    )


def _teams() -> None:
    op.create_table(
        "team",
        _number(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("manager", sa.Integer(), nullable=True),
        sa.Column("hr_partner", sa.Integer(), nullable=True),
        sa.CheckConstraint("number > 0", name="team_is_numbered"),
        sa.CheckConstraint("name <> '' AND folded <> ''", name="team_has_a_name"),
        _of_person("manager"),
        _of_person("hr_partner"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("folded"),
    )
    op.create_table(
        "membership",
        _number("person"),
        _number("from_day"),
        sa.Column("team", sa.Integer(), nullable=False),
        sa.Column("until_day", sa.Integer(), nullable=True),
        sa.CheckConstraint("until_day IS NULL OR from_day < until_day", name="membership_in_order"),
        _of_person(),
        sa.ForeignKeyConstraint(["team"], ["team.number"]),
        sa.PrimaryKeyConstraint("person", "from_day"),
    )
    op.create_index(
        "membership_open", "membership", ["person"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index("ix_membership_team", "membership", ["team"])
    op.create_table(
        "delegation",
        _number(),
        sa.Column("team", sa.Integer(), nullable=False),
        sa.Column("delegate", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Integer(), nullable=False),
        sa.Column("until_day", sa.Integer(), nullable=False),
        _instant("withdrawn_at", nullable=True),
        sa.CheckConstraint("number > 0", name="delegation_is_numbered"),
        sa.CheckConstraint("from_day <= until_day", name="delegation_in_order"),
        sa.ForeignKeyConstraint(["team"], ["team.number"]),
        _of_person("delegate"),
        sa.PrimaryKeyConstraint("number"),
    )


def _what_is_theirs() -> None:
    op.create_table(
        "person_link",
        sa.Column("ref", _REF, nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.CheckConstraint("ref <> ''", name="link_says_a_reference"),
        _of_person(),
        sa.PrimaryKeyConstraint("ref"),
    )
    op.create_index("ix_person_link_person", "person_link", ["person"])
    op.create_table(
        "assignment",
        sa.Column("listing", _REF, nullable=False),
        _number("person"),
        _of_person(),
        sa.PrimaryKeyConstraint("listing", "person"),
    )
    op.create_index("assignment_of_person", "assignment", ["person"])


def _signing_in() -> None:
    op.create_table(
        "credential",
        _number("person"),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("seed", sa.Text(), nullable=True),
        _instant("last_step"),
        sa.Column("enrolment_hash", sa.LargeBinary(), nullable=True),
        _instant("enrolment_until", nullable=True),
        _instant("changed_at"),
        sa.CheckConstraint("last_step >= 0", name="no_negative_step"),
        sa.CheckConstraint("(enrolment_hash IS NULL) = (enrolment_until IS NULL)", name="enrolment_ends"),
        _of_person(),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "recovery_code",
        _number("person"),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        _instant("used_at", nullable=True),
        sa.CheckConstraint("length(hash) = 32", name="recovery_is_a_hash"),
        _of_person(),
        sa.PrimaryKeyConstraint("person", "hash"),
    )
    op.create_table(
        "sign_in_attempts",
        _number("account"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _instant("latest"),
        _instant("not_before"),
        sa.CheckConstraint("account >= 0 AND failures >= 0", name="attempts_are_counted"),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "session",
        _number(),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("rights", sa.Text(), nullable=True),
        _instant("made_at"),
        _instant("seen_at"),
        _instant("coded_at"),
        _instant("ends_at"),
        _instant("locked_at", nullable=True),
        _instant("ended_at", nullable=True),
        sa.CheckConstraint("number > 0", name="session_is_numbered"),
        sa.CheckConstraint("length(token_hash) = 32", name="token_is_a_hash"),
        sa.CheckConstraint("made_at < ends_at AND coded_at >= 0", name="session_in_order"),
        _of_person(),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_session_person", "session", ["person"])


def _grants() -> None:
    op.create_table(
        "access_grant",
        _number(),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        _instant("requested_at"),
        sa.Column("from_day", sa.Integer(), nullable=False),
        sa.Column("until_day", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        _instant("approved_at", nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        _instant("ended_at", nullable=True),
        sa.CheckConstraint("number > 0", name="grant_is_numbered"),
        sa.CheckConstraint("from_day <= until_day", name="grant_in_order"),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL)", name="grant_approved_by_somebody"
        ),
        sa.CheckConstraint("approved_by <> requested_by", name="grant_approved_by_another"),
        sa.CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="grant_ended_by_somebody"),
        _of_person(),
        _of_person("requested_by"),
        _of_person("approved_by"),
        _of_person("ended_by"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_access_grant_person", "access_grant", ["person"])


def _watch_postgres() -> None:
    """As 0004 does for the tables that were there before."""
    wanted = [
        f"CREATE TRIGGER touched_{kind}_{verb.lower()} AFTER {verb} ON {table} "
        f"REFERENCING {side} TABLE AS changed FOR EACH STATEMENT "
        f"EXECUTE FUNCTION note_touched('{kind}', '{key}');"
        for table, kind, key in _RECORDS
        for verb, side in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ]
    op.execute(f"DO $$ BEGIN {' '.join(wanted)} END $$")
