"""What a role may do, as lines to be drawn: by how far a right goes, then what holds beside the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kpi.policy import Role, Scope
from kpi.policy_words import POLICY_NOTES, SCOPE_WORDS, policy_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi.policy_words import PolicyRow

GLYPHS = {
    Scope.ORGANISATION: "●",
    Scope.OWN_TEAM: "◐",
    Scope.OWN_LISTINGS: "◑",
    Scope.OWN: "○",
    None: "×",
}


class PolicyLine(NamedTuple):
    """A heading, if it has no glyph, or something that a role may do; with neither text it is a gap."""

    glyph: str
    text: str


def policy_lines(role: Role) -> tuple[PolicyLine, ...]:
    """All of what a role may and may not do, widest first."""
    return tuple(_lines(role))


def _lines(role: Role) -> Iterator[PolicyLine]:
    for scope, glyph in GLYPHS.items():
        found = [row for row in policy_rows() if row.scopes[role] is scope]
        if not found:
            continue
        reach = "May not" if scope is None else f"May, for {SCOPE_WORDS[scope]}"
        yield PolicyLine("", f"{reach}:")
        for row in found:
            more = _more(row, role) if scope is not None else ""
            yield PolicyLine(glyph, f"{row.words}{more}")
        yield PolicyLine("", "")
    yield PolicyLine("", "What holds beside this:")
    for note in POLICY_NOTES:
        yield PolicyLine("·", note)


def _more(row: PolicyRow, role: Role) -> str:
    """What else it takes."""
    more = ["only while a grant names it"] if row.by_grant and role is Role.AUDITOR else []
    more += ["asks for a fresh code"] if row.fresh_code else []
    return f" ({', '.join(more)})" if more else ""
