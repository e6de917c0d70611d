"""The audit log: chained entries that only grow, what they left behind, who has looked them through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# What the database itself draws from an entry's text, with the type that PostgreSQL gives it.
_DRAWN = {
    "at": ("at", "bigint"),
    "actor": ("actor", "text"),
    "operation": ("operation", "text"),
    "target": ("target", "text"),
    "origin": ("origin", "text"),
    "outcome": ("outcome", "text"),
    "reason": ("reason", "text"),
    "state": ("state", "text"),
    "grp": ("group", "bigint"),
}
_KEPT = ("audit_entry", "audit_review")
QUOTE = "'"
# By table, the record that a changed row belongs to: its kind, and its key from the row.
_RECORDS = (
    ("organisation", "organisation", "'1'"),
    ("organisation", "calendar", "'1'"),
    ("calendar_day", "calendar", "'1'"),
    ("target_set", "target_set", "number"),
    ("target", "target_set", "set_number"),
    ("target_set_withdrawal", "target_set", "set_number"),
    ("calendar_change", "calendar", "number"),
    ("mapping", "mapping", "name"),
    ("import_run", "import", "id"),
    ("quarantine", "import", "import_id"),
    ("setting", "setting", "name"),
    ("audit_review", "review", "number"),
)


def upgrade() -> None:
    """Take the step."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _entries(sqlite=sqlite)
    op.create_table(
        "audit_name",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "audit_state",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["audit_entry.seq"]),
        sa.PrimaryKeyConstraint("target"),
    )
    op.create_table(
        "audit_review",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("first_seq > 0 AND first_seq <= last_seq", name="review_in_order"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    if sqlite:
        _guard_sqlite()
    else:
        _guard_postgres()
        _watch_postgres()


def _entries(*, sqlite: bool) -> None:
    """Alembic has no words for generated columns of two databases."""
    if sqlite:
        types = {"key": "INTEGER", "count": "BIGINT", "bytes": "BLOB"}
        drawn = [
            f"\"{name}\" {kind} GENERATED ALWAYS AS (json_extract(text, '$.{field}')) VIRTUAL"
            for name, (field, kind) in _DRAWN.items()
        ]
    else:
        types = {"key": "BIGINT", "count": "BIGINT", "bytes": "BYTEA"}
        drawn = [
            f"\"{name}\" {kind} GENERATED ALWAYS AS ((CAST(text AS jsonb) ->> '{field}')::{kind}) STORED"
            for name, (field, kind) in _DRAWN.items()
        ]
    columns = [
        f"seq {types['key']} NOT NULL",
        f"epoch {types['count']} NOT NULL",
        "text TEXT NOT NULL",
        f"hash {types['bytes']} NOT NULL",
        f"tag {types['bytes']}",
        *drawn,
        "PRIMARY KEY (seq)",
        "CONSTRAINT first_is_one CHECK (seq > 0)",
    ]
    op.execute(sa.text(f"CREATE TABLE audit_entry ({', '.join(columns)})".replace(":", r"\:")))
    for column in ("actor", "operation", "target", "at"):
        name = "time" if column == "at" else column
        op.execute(f'CREATE INDEX audit_by_{name} ON audit_entry ("{column}", seq)')


def _guard_sqlite() -> None:
    for table in _KEPT:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        "CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry "
        "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit_entry) "
        "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only: the next entry is another one'); END"
    )


def _guard_postgres() -> None:
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        # The table by its whole name: somebody's temporary one must not stand in front of it.
        "CREATE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE next bigint; BEGIN "
        "EXECUTE format('SELECT coalesce(max(seq), 0) + 1 FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME) "
        "INTO next; IF NEW.seq <> next THEN "
        "RAISE EXCEPTION 'audit_entry is append-only: the next entry is another one'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_gap()"
    )


def _watch_postgres() -> None:
    """Note which records a unit of work changes, in its own temporary table; others' changes are not noted.

    On SQLite temporary triggers do it, which every unit of work makes for itself.
    """
    op.execute(
        "CREATE FUNCTION note_touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF to_regclass('pg_temp.touched') IS NOT NULL THEN "
        "EXECUTE format('INSERT INTO pg_temp.touched SELECT DISTINCT %L, (%s)::text FROM changed', "
        "TG_ARGV[0], TG_ARGV[1]); END IF; RETURN NULL; END $$"
    )
    # One statement for all of them: a round trip each would be most of the time that a founding takes.
    wanted = [
        f"CREATE TRIGGER touched_{kind}_{verb.lower()} AFTER {verb} ON {table} "
        f"REFERENCING {side} TABLE AS changed FOR EACH STATEMENT "
        f"EXECUTE FUNCTION note_touched('{kind}', '{key.replace(QUOTE, QUOTE * 2)}');"
        for table, kind, key in _RECORDS
        for verb, side in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ]
    op.execute(f"DO $$ BEGIN {' '.join(wanted)} END $$")
