"""The tables of the audit log (design, section 5), and the settings that only its readers have so far."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

# Columns that the database itself draws from an entry's text: nobody can write them.
GENERATED = {"generated": True}


def _drawn(kind: type[BigInteger | Text]) -> Column[Any]:
    return Column(kind, nullable=True, info=GENERATED)


class AuditEntry(SQLModel, table=True):
    """One entry: the canonical JSON `text`, chained by `hash` and sealed by `tag` with the key of `epoch`.

    Epoch 0 is written without a key; then, and where a machine has none, `tag` is None.
    """

    __tablename__ = "audit_entry"
    seq: int = Field(sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True))
    epoch: int = Field(sa_column=Column(BigInteger, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    tag: bytes | None = Field(sa_column=Column(LargeBinary(32)))
    at: int | None = Field(sa_column=_drawn(BigInteger))
    actor: str | None = Field(sa_column=_drawn(Text))
    operation: str | None = Field(sa_column=_drawn(Text))
    target: str | None = Field(sa_column=_drawn(Text))
    origin: str | None = Field(sa_column=_drawn(Text))
    outcome: str | None = Field(sa_column=_drawn(Text))
    reason: str | None = Field(sa_column=_drawn(Text))
    state: str | None = Field(sa_column=_drawn(Text))
    grp: int | None = Field(sa_column=_drawn(BigInteger))

    __table_args__ = (
        CheckConstraint("seq > 0", name="first_is_one"),
        Index("audit_by_actor", "actor", "seq"),
        Index("audit_by_operation", "operation", "seq"),
        Index("audit_by_target", "target", "seq"),
        Index("audit_by_time", "at", "seq"),
    )


class AuditName(SQLModel, table=True):
    """Whose an opaque id in the log is; a name can be erased without breaking the chain."""

    __tablename__ = "audit_name"
    id: str = Field(primary_key=True)
    name: str = Field(unique=True)


class AuditState(SQLModel, table=True):
    """A record's fields as canonical JSON, as the entry `seq` left them; that entry has their digest."""

    __tablename__ = "audit_state"
    target: str = Field(sa_column=Column(Text, primary_key=True))
    seq: int = Field(sa_column=Column(BigInteger, ForeignKey("audit_entry.seq"), nullable=False))
    fields: str = Field(sa_column=Column(Text, nullable=False))


class AuditReview(SQLModel, table=True):
    """Entries that somebody has looked through, with a note: those from `first_seq` to `last_seq`."""

    __tablename__ = "audit_review"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    actor: str
    first_seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    note: str

    __table_args__ = (CheckConstraint("first_seq > 0 AND first_seq <= last_seq", name="review_in_order"),)


class Setting(SQLModel, table=True):
    """Something the organisation has chosen, by its name."""

    __tablename__ = "setting"
    name: str = Field(sa_column=Column(Text, primary_key=True))
    value: str
