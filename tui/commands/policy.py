"""`stagewatch people policy`: who may do what, as one table; it needs neither a store nor a session."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from kpi.policy import STEP_UP_MINUTES, Role, Scope
from kpi.policy_words import POLICY_NOTES, ROLE_WORDS, SCOPE_WORDS, policy_rows
from tui.commands.output import print_json, print_table

if TYPE_CHECKING:
    from argparse import Namespace

    from kpi.policy_words import PolicyRow

_WIDTH, _INDENT = 80, 18
# Seven roles beside each other leave each a few characters.
_ROLES = {
    Role.SUPER_USER: "SU",
    Role.TEAM_MANAGER: "TM",
    Role.HR_PARTNER: "HR",
    Role.ADMINISTRATOR: "RA",
    Role.RECRUITING_MANAGER: "RM",
    Role.RECRUITER: "RC",
    Role.AUDITOR: "AU",
}
_SCOPES = {
    Scope.OWN: "own",
    Scope.OWN_TEAM: "team",
    Scope.OWN_LISTINGS: "list",
    Scope.ORGANISATION: "all",
    None: "–",
}


def run(options: Namespace) -> None:
    """Print the table."""
    rows = policy_rows()
    if options.json:
        print_json({"policy": [_row_json(row) for row in rows], "notes": list(POLICY_NOTES)})
        return
    print_table(["Right", *_ROLES.values(), "Code"], [_cells(row) for row in rows])
    print()
    for role, short in _ROLES.items():
        print(f"{short:<{_INDENT}}{ROLE_WORDS[role]} ({role.value})")
    print()
    for scope in Scope:
        _print_wrapped(_SCOPES[scope], SCOPE_WORDS[scope])
    _print_wrapped("all*", "the same, but only while an approved grant names the right")
    _print_wrapped("Code: fresh", f"asks for a one-time code not older than {STEP_UP_MINUTES} minutes")
    print()
    for row in rows:
        _print_wrapped(row.action.value, row.words)
    print()
    for note in POLICY_NOTES:
        print(textwrap.fill(note, _WIDTH))


def _cells(row: PolicyRow) -> list[str]:
    cells = [
        _SCOPES[scope] + ("*" if row.by_grant and role == Role.AUDITOR and scope is not None else "")
        for role, scope in row.scopes.items()
    ]
    return [row.action.value, *cells, "fresh" if row.fresh_code else ""]


def _print_wrapped(first: str, words: str) -> None:
    print(textwrap.fill(f"{first:<{_INDENT}}{words}", _WIDTH, subsequent_indent=" " * _INDENT))


def _row_json(row: PolicyRow) -> dict[str, object]:
    return {
        "right": row.action.value,
        "words": row.words,
        "scopes": {role.value: None if scope is None else scope.value for role, scope in row.scopes.items()},
        "by_grant": row.by_grant,
        "fresh_code": row.fresh_code,
    }
