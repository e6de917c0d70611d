"""Rows that were not understood are kept, and so are the mappings that sources are read with."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NAME = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "mapping",
        sa.Column("name", _NAME, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", _BIG_KEY, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_quarantine_import_id", "quarantine", ["import_id"])
    op.create_index("quarantine_by_kind", "quarantine", ["kind", "id"])
    # What was on a day long ago is told from the index alone.
    op.drop_index("task_ended", "task")
    ended = sa.text("ended_on IS NOT NULL")
    op.create_index(
        "task_ended",
        "task",
        ["ended_on", "opened_on", "since", "due_on", "done_by", "paused"],
        sqlite_where=ended,
        postgresql_where=ended,
    )
    _give_new_keys()
    # Tasks have other numbers now, by which those of a listing lie together: all are to be replayed.
    op.execute("UPDATE listing SET next_moment = 0")


_PORTION = 10_000
_DAY = 24 * 3600 * 1_000_000


def _give_new_keys() -> None:
    """Events that stand near each other in an export have keys now that lie near each other."""
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"
    guard = connection.execute(sa.text(triggers)).all() if sqlite else []
    for name, _ in guard:
        op.execute(f"DROP TRIGGER {name}")
    if not sqlite:
        op.execute("ALTER TABLE event DISABLE TRIGGER event_append_only")
    ask = sa.text(
        "SELECT e.seq, r.source, e.event_id, e.kind, e.at, l.ref, e.application, e.actor, e.owner, e.detail, "
        "e.corrects, e.listing_id FROM event e JOIN import_run r ON r.id = e.import_id "
        "JOIN listing l ON l.id = e.listing_id WHERE e.seq > :last ORDER BY e.seq LIMIT :most"
    )
    change = sa.text("UPDATE event SET key = :key WHERE seq = :seq")
    first_keys = sa.text("SELECT key FROM event WHERE seq = :seq")
    last = 0
    while rows := connection.execute(ask, {"last": last, "most": _PORTION}).all():
        for row in rows:
            if row.corrects is None:
                key = _key(row)
            else:
                # The first version arrived before, and has its new key already.
                first = bytes(connection.execute(first_keys, {"seq": row.corrects}).scalar_one())
                content = (
                    row.listing_id,
                    row.application,
                    row.kind,
                    row.at,
                    row.actor,
                    row.owner,
                    row.detail,
                )
                key = blake2b(first + repr(content).encode(), digest_size=16, person=b"correction").digest()
            connection.execute(change, {"key": key, "seq": row.seq})
        last = rows[-1].seq
    for _, sql in guard:
        op.execute(sql)
    if not sqlite:
        op.execute("ALTER TABLE event ENABLE TRIGGER event_append_only")


def _key(row: Any) -> bytes:
    if row.event_id is not None:
        base = f"id\x1f{row.source}\x1f".encode()
        near, said = row.event_id[:-4], row.event_id
    else:
        base = f"content\x1f{row.source}\x1f".encode()
        near = str(row.at // _DAY)
        said = "\x1f".join(
            (
                row.kind,
                str(row.at),
                row.ref,
                row.application or "",
                row.actor or "",
                row.owner or "",
                row.detail or "",
            )
        )
    return (
        blake2b(base + near.encode(), digest_size=4).digest()
        + blake2b(base + said.encode(), digest_size=12).digest()
    )
