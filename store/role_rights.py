"""What a role of the server may do with a store's tables, by what its person is: no more than the policy.

Which rows it may do it to is said by row security (store/migrations/row_security.py). A test holds this to
kpi/policy.py: whoever may not change targets has no INSERT on them, whatever program they use.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kpi.policy import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What the server is told of a table, and the tables it is told of.
Right = tuple[str, str]

APPEND_ONLY = (
    "audit_entry",
    "audit_review",
    "target_set",
    "target",
    "target_set_withdrawal",
    "calendar_change",
    "benchmarks",
    "summary_seal",
    "summary_step",
)
_TOLD_TO_LOG = ("summary_told", "contest_told", "document_told", "self_report_told")
VIEWS = ("audit_spine", "audit_key", *_TOLD_TO_LOG)
FUNCTIONS = "next_session(), next_number(text), credential_held(integer)"

# To sign in, to be asked who one is, to leave an entry: rows of one's own. A target is part of every task.
_EVERYBODY: tuple[Right, ...] = (
    ("SELECT", "alembic_version organisation calendar_day calendar_change kpi"),
    ("SELECT", "target_set target target_set_withdrawal"),
    ("SELECT", "person team membership delegation person_link assignment access_grant"),
    ("SELECT", "setting benchmarks summary summary_seal summary_step summary_answer contest self_report"),
    ("SELECT", f"document store_state {' '.join(VIEWS)}"),
    ("UPDATE (revision, updated_at)", "store_state"),
    ("SELECT, UPDATE", "credential"),
    ("SELECT, INSERT, UPDATE", "session"),
    ("SELECT, INSERT, UPDATE, DELETE", "recovery_code sign_in_attempts audit_state"),
    ("SELECT, INSERT", "audit_name"),
    ("INSERT (seq, epoch, text, hash, tag)", "audit_entry"),
    ("INSERT", "summary_step contest"),
    ("INSERT, UPDATE", "summary_answer"),
    ("INSERT, UPDATE, DELETE", "self_report"),
    ("UPDATE (appeal, appealed_at)", "document"),
)
_LISTINGS: tuple[Right, ...] = (
    ("SELECT", "listing application event task task_phase listing_owner listing_freeze"),
)
_COUNTS: tuple[Right, ...] = (("SELECT", "task_count board_change"),)
_TOLD = (
    "title, department, role_type, urgency, criticality, internal, folded, owner, target_set, open_tasks, "
    "due_on, done_by, frozen, next_moment"
)
# Whoever reads the board brings it up to date: what timers have set off is replayed from the events.
_REPLAY: tuple[Right, ...] = (
    ("INSERT, DELETE", "task task_phase listing_owner listing_freeze"),
    ("INSERT, UPDATE, DELETE", "task_count board_change"),
    ("INSERT", "application"),
    (f"UPDATE ({_TOLD})", "listing"),
)
_STANDING_IN: tuple[Right, ...] = (
    ("INSERT, UPDATE", "delegation"),
    ("UPDATE (state, sealed, kept_digest)", "summary"),
    ("INSERT", "summary_seal document"),
)
_DECIDED = "decided_by, decided_at, decision, decision_reason"
_DECIDING: tuple[Right, ...] = ((f"UPDATE ({_DECIDED})", "contest document"),)
_GENERATING: tuple[Right, ...] = (("INSERT, UPDATE", "summary"),)
_DATA: tuple[Right, ...] = (
    ("INSERT", "listing event"),
    ("SELECT, INSERT, UPDATE", "import_run"),
    ("SELECT, INSERT, UPDATE, DELETE", "quarantine mapping"),
    ("INSERT, DELETE", "person_link assignment"),
)
_AUDIT: tuple[Right, ...] = (("SELECT", "audit_entry"), ("SELECT, INSERT", "audit_review"))
_TARGETS: tuple[Right, ...] = (
    ("INSERT", "target_set target target_set_withdrawal calendar_change benchmarks"),
)
_PEOPLE: tuple[Right, ...] = (
    ("INSERT, UPDATE", "person team access_grant"),
    ("INSERT, UPDATE, DELETE", "membership setting"),
    ("INSERT", "credential"),
    ("UPDATE", "audit_name"),
)
# An auditor compares what the log says of imports with what is there; a row's content is not for them.
_COMPARING: tuple[Right, ...] = (("SELECT", "import_run mapping"), ("SELECT (import_id)", "quarantine"))

_WORKING = (*_EVERYBODY, *_LISTINGS, *_COUNTS, *_REPLAY, *_STANDING_IN)
RIGHTS: Mapping[Role, tuple[Right, ...]] = MappingProxyType(
    {
        Role.SUPER_USER: (*_WORKING, *_DATA, *_AUDIT, *_TARGETS, *_PEOPLE, *_GENERATING),
        Role.TEAM_MANAGER: _WORKING,
        Role.HR_PARTNER: (*_WORKING, *_DECIDING),
        Role.ADMINISTRATOR: (*_WORKING, *_DATA),
        Role.RECRUITING_MANAGER: (*_EVERYBODY, *_LISTINGS, *_STANDING_IN),
        Role.RECRUITER: _WORKING,
        Role.AUDITOR: (*_EVERYBODY, *_LISTINGS, *_COUNTS, *_AUDIT, *_COMPARING),
    }
)
# The columns by which the server numbers rows that people of some roles add.
NUMBERED = (("listing", "id"), ("event", "seq"), ("import_run", "id"), ("quarantine", "id"))


def numbers(role: Role) -> bool:
    """Whether a person of this role adds to tables whose rows the server numbers."""
    return role in {Role.SUPER_USER, Role.ADMINISTRATOR}


def whole_rights(role: Role) -> Iterator[tuple[str, str]]:
    """Every (table, command) that a person of this role has for whole rows, not for some columns."""
    for commands, tables in RIGHTS[role]:
        for command in () if "(" in commands else commands.split(", "):
            yield from ((table, command) for table in tables.split())
