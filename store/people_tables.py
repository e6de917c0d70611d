"""The tables of people: who they are, their teams, how they sign in, what was granted to them.

Nobody is ever deleted. Instants are BIGINT microseconds since 1970 in UTC; days are INTEGER ordinals. A
membership ends the day before its `until_day`, as a listing's owner does; a delegation and a grant last to
the end of theirs, as people say it.
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
    String,
    Text,
    text,
)
from sqlmodel import Field, SQLModel

# As in store/tables.py, where such a reference is compared with a listing's.
_REF = String().with_variant(String(collation="C"), "postgresql")
_ROLES = (
    "'super_user', 'team_manager', 'hr_partner', 'recruitment_administrator', 'recruiting_manager', "
    "'recruiter', 'auditor'"
)


def _number() -> Column[Any]:
    """A number that the store gives out itself, one higher each time."""
    return Column(Integer, primary_key=True, autoincrement=False)


def _instant(*, nullable: bool = False) -> Column[Any]:
    return Column(BigInteger, nullable=nullable)


def _of_person(*, key: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(Integer, ForeignKey("person.number"), primary_key=key, nullable=nullable)


class PersonRow(SQLModel, table=True):
    """A person. `folded` is the name without regard to case and width, by which it is unique."""

    __tablename__ = "person"
    number: int = Field(sa_column=_number())
    name: str = Field(unique=True)
    folded: str = Field(unique=True)
    role: str
    active: int
    database_role: str | None = Field(unique=True)
    created_at: int = Field(sa_column=_instant())

    __table_args__ = (
        CheckConstraint("number > 0", name="person_is_numbered"),
        CheckConstraint("name <> '' AND folded <> ''", name="person_has_a_name"),
        CheckConstraint(f"role IN ({_ROLES})", name="role_is_known"),
        CheckConstraint("active IN (0, 1)", name="active_is_a_flag"),
    )


class TeamRow(SQLModel, table=True):
    """A team, its manager and its HR business partner."""

    __tablename__ = "team"
    number: int = Field(sa_column=_number())
    name: str = Field(unique=True)
    folded: str = Field(unique=True)
    manager: int | None = Field(sa_column=_of_person(nullable=True))
    hr_partner: int | None = Field(sa_column=_of_person(nullable=True))

    __table_args__ = (
        CheckConstraint("number > 0", name="team_is_numbered"),
        CheckConstraint("name <> '' AND folded <> ''", name="team_has_a_name"),
    )


class MembershipRow(SQLModel, table=True):
    """Which team a person was in from which day on, until the day before `until_day`; None while they are."""

    __tablename__ = "membership"
    person: int = Field(sa_column=_of_person(key=True))
    from_day: int = Field(sa_column=_number())
    team: int = Field(sa_column=Column(Integer, ForeignKey("team.number"), nullable=False, index=True))
    until_day: int | None

    __table_args__ = (
        CheckConstraint("until_day IS NULL OR from_day < until_day", name="membership_in_order"),
        Index(
            "membership_open",
            "person",
            unique=True,
            sqlite_where=text("until_day IS NULL"),
            postgresql_where=text("until_day IS NULL"),
        ),
    )


class DelegationRow(SQLModel, table=True):
    """Who stands in for a team's manager, from the first day to the end of the last, unless withdrawn."""

    __tablename__ = "delegation"
    number: int = Field(sa_column=_number())
    team: int = Field(sa_column=Column(Integer, ForeignKey("team.number"), nullable=False))
    delegate: int = Field(sa_column=_of_person())
    from_day: int
    until_day: int
    withdrawn_at: int | None = Field(default=None, sa_column=_instant(nullable=True))

    __table_args__ = (
        CheckConstraint("number > 0", name="delegation_is_numbered"),
        CheckConstraint("from_day <= until_day", name="delegation_in_order"),
    )


class PersonLink(SQLModel, table=True):
    """Whose a user reference of the applicant tracking system is."""

    __tablename__ = "person_link"
    ref: str = Field(sa_column=Column(_REF, primary_key=True))
    person: int = Field(sa_column=Column(Integer, ForeignKey("person.number"), nullable=False, index=True))

    __table_args__ = (CheckConstraint("ref <> ''", name="link_says_a_reference"),)


class Assignment(SQLModel, table=True):
    """A listing that was assigned to a person."""

    __tablename__ = "assignment"
    listing: str = Field(sa_column=Column(_REF, primary_key=True))
    person: int = Field(sa_column=_of_person(key=True))

    __table_args__ = (Index("assignment_of_person", "person"),)


class Credential(SQLModel, table=True):
    """How a person signs in: a password's hash, a sealed seed in base64, the last time step that was used.

    `enrolment_hash` is of the code by which they choose a password themselves, until `enrolment_until`.
    """

    __tablename__ = "credential"
    person: int = Field(sa_column=_of_person(key=True))
    password_hash: str | None = Field(default=None, sa_column=Column(Text))
    seed: str | None = Field(default=None, sa_column=Column(Text))
    last_step: int = Field(default=0, sa_column=_instant())
    enrolment_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    enrolment_until: int | None = Field(default=None, sa_column=_instant(nullable=True))
    changed_at: int = Field(sa_column=_instant())

    __table_args__ = (
        CheckConstraint("last_step >= 0", name="no_negative_step"),
        CheckConstraint("(enrolment_hash IS NULL) = (enrolment_until IS NULL)", name="enrolment_ends"),
    )


class RecoveryCode(SQLModel, table=True):
    """The hash of a code that serves once in place of a one-time code, and when it did."""

    __tablename__ = "recovery_code"
    person: int = Field(sa_column=_of_person(key=True))
    hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    used_at: int | None = Field(default=None, sa_column=_instant(nullable=True))

    __table_args__ = (CheckConstraint("length(hash) = 32", name="recovery_is_a_hash"),)


class SignInAttempts(SQLModel, table=True):
    """How often signing in has failed since it last succeeded, and when it may be tried again.

    `account` is a person's number; 0 counts for all names that nobody has.
    """

    __tablename__ = "sign_in_attempts"
    account: int = Field(sa_column=_number())
    failures: int
    latest: int = Field(sa_column=_instant())
    not_before: int = Field(sa_column=_instant())

    __table_args__ = (CheckConstraint("account >= 0 AND failures >= 0", name="attempts_are_counted"),)


class SessionRow(SQLModel, table=True):
    """A session, or a named token with the `rights` (a JSON list of actions) that it is for; None: all.

    Of its token there is only the hash. `coded_at` is when a one-time code was last given, 0 if never.
    """

    __tablename__ = "session"
    number: int = Field(sa_column=_number())
    person: int = Field(sa_column=Column(Integer, ForeignKey("person.number"), nullable=False, index=True))
    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    name: str | None
    rights: str | None = Field(sa_column=Column(Text))
    made_at: int = Field(sa_column=_instant())
    seen_at: int = Field(sa_column=_instant())
    coded_at: int = Field(default=0, sa_column=_instant())
    ends_at: int = Field(sa_column=_instant())
    locked_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    ended_at: int | None = Field(default=None, sa_column=_instant(nullable=True))

    __table_args__ = (
        CheckConstraint("number > 0", name="session_is_numbered"),
        CheckConstraint("length(token_hash) = 32", name="token_is_a_hash"),
        CheckConstraint("made_at < ends_at AND coded_at >= 0", name="session_in_order"),
    )


class AccessGrant(SQLModel, table=True):
    """Actions (a JSON list) granted to a person for a time: who asked, who approved, who ended it."""

    __tablename__ = "access_grant"
    number: int = Field(sa_column=_number())
    person: int = Field(sa_column=Column(Integer, ForeignKey("person.number"), nullable=False, index=True))
    purpose: str
    actions: str = Field(sa_column=Column(Text, nullable=False))
    requested_by: int = Field(sa_column=_of_person())
    requested_at: int = Field(sa_column=_instant())
    from_day: int
    until_day: int
    approved_by: int | None = Field(default=None, sa_column=_of_person(nullable=True))
    approved_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    ended_by: int | None = Field(default=None, sa_column=_of_person(nullable=True))
    ended_at: int | None = Field(default=None, sa_column=_instant(nullable=True))

    __table_args__ = (
        CheckConstraint("number > 0", name="grant_is_numbered"),
        CheckConstraint("from_day <= until_day", name="grant_in_order"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="grant_approved_by_somebody"),
        CheckConstraint("approved_by <> requested_by", name="grant_approved_by_another"),
        CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="grant_ended_by_somebody"),
    )
