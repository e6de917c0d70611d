"""Target sets stay as they were made, may wait and be withdrawn; the calendar may change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# A server asks for every row whether what it refers to is there: of an import's time that was half. Here
# `store check` asks instead. SQLite asks almost for nothing.
_MANY_ROWS = ("application", "event", "listing_freeze", "listing_owner", "task", "task_phase")
_KEPT = ("target_set", "target", "target_set_withdrawal", "calendar_change")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "target_set_withdrawal",
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["set_number"], ["target_set.number"]),
        sa.PrimaryKeyConstraint("set_number"),
    )
    op.create_table(
        "calendar_change",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("from_day", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("weekdays", sa.String(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 1", name="first_is_the_founding"),
        sa.PrimaryKeyConstraint("number"),
    )
    if op.get_bind().dialect.name != "sqlite":
        for table in _MANY_ROWS:
            _drop_references(table)
    _guard()


def _drop_references(table: str) -> None:
    ask = sa.text(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = CAST(:name AS regclass)"
    )
    for name in op.get_bind().execute(ask, {"name": table}).scalars().all():
        op.drop_constraint(name, table, type_="foreignkey")


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _KEPT:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
