"""The rights in words for a person: the rows of “stagewatch people policy” and of Roles and permissions."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from kpi.policy import GRANTABLE, POLICY, STEP_UP, Action, Role, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLE_WORDS: Mapping[Role, str] = MappingProxyType(
    {
        Role.SUPER_USER: "Super user",
        Role.TEAM_MANAGER: "Team manager",
        Role.HR_PARTNER: "HR business partner",
        Role.ADMINISTRATOR: "Recruitment administrator",
        Role.RECRUITING_MANAGER: "Recruiting manager",
        Role.RECRUITER: "Recruiter",
        Role.AUDITOR: "Auditor",
    }
)
SCOPE_WORDS: Mapping[Scope, str] = MappingProxyType(
    {
        Scope.OWN: "what is one's own",
        Scope.OWN_TEAM: (
            "the teams that one manages, stands in for today or is HR business partner of; of totals also "
            "the team that one belongs to, of figures and people also what is one's own"
        ),
        Scope.OWN_LISTINGS: "the listings that are assigned to one",
        Scope.ORGANISATION: "all of the organisation",
    }
)
# What holds beside the table, for below it.
POLICY_NOTES: tuple[str, ...] = (
    "What does not stand here is refused.",
    "Who stands in for a team's manager has the manager's rights over that team while it lasts.",
    "An auditor has what reaches the organisation only while an approved grant names it.",
    "One person's figures are for that person, their manager and their HR business partner alone.",
    "Nobody makes themselves manager or stand-in, links users to themselves, or approves their own grant.",
    "Nobody approves their own summary, decides about it, or writes documents about themselves.",
    "A token has the rights that it was made for, as long as its owner has them; it makes no other tokens.",
)
# Each completes “may …”.
ACTION_WORDS: Mapping[Action, str] = MappingProxyType(
    {
        Action.SEE_BOARD: "see the board, its lists and its tasks",
        Action.EXPORT_TASKS: "export tasks",
        Action.SEE_FIGURES: "see one person's figures and summaries, answer flags and comment",
        Action.SEE_TOTALS: "see totals of teams, from five people up",
        Action.APPROVE_SUMMARIES: "approve and return weekly summaries",
        Action.CONTEST_FIGURES: "contest figures and documents about oneself, and report what one did",
        Action.DECIDE_CONTESTS: "decide contests and appeals",
        Action.WRITE_DOCUMENTS: "attach coaching notes, corrective actions and plans to summaries",
        Action.SEE_BENCHMARKS: "see the benchmarks",
        Action.CHANGE_BENCHMARKS: "change the benchmarks and the first day of the week",
        Action.SEE_TARGETS: "see the KPI page",
        Action.CHANGE_TARGETS: "change targets",
        Action.SEE_CALENDAR: "see the calendar's page",
        Action.CHANGE_CALENDAR: "change the calendar",
        Action.SEE_DATA: "see imports, mappings and the quarantine",
        Action.BRING_IN: "import, retry and drop data, and change mappings",
        Action.SEE_AUDIT: "read the audit log",
        Action.REVIEW_AUDIT: "mark audit entries as reviewed",
        Action.EXPORT_AUDIT: "export the audit log",
        Action.KEEP_KEYS: "keep the audit log's key and its checkpoints",
        Action.CARE_FOR_STORE: "back up, restore, upgrade and rebuild the store, and admit database roles",
        Action.SEE_PEOPLE: "see people, their roles and their teams",
        Action.CHANGE_PEOPLE: "add, change and deactivate people, and reset how they sign in",
        Action.LINK_PEOPLE: "link people to the ATS, and assign listings to them",
        Action.CHANGE_TEAMS: "add and change teams",
        Action.DELEGATE: "name who stands in for a team's manager",
        Action.SEE_SESSIONS: "see sessions and tokens",
        Action.END_SESSIONS: "end sessions and tokens",
        Action.MAKE_TOKENS: "make tokens for scripts",
        Action.SEE_GRANTS: "see auditors' grants",
        Action.REQUEST_GRANTS: "request a grant for an auditor",
        Action.APPROVE_GRANTS: "approve a grant that somebody else requested",
        Action.REVOKE_GRANTS: "revoke a grant",
        Action.SEE_POLICY: "see roles and permissions",
    }
)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One action: of every role, in their order, the scope or None.

    `by_grant`: an auditor's scope counts only while a grant names the action. `fresh_code`: it asks for a
    one-time code when the last was too long ago.
    """

    action: Action
    words: str
    scopes: Mapping[Role, Scope | None]
    by_grant: bool
    fresh_code: bool


def policy_rows() -> tuple[PolicyRow, ...]:
    """The whole table, in its own order."""
    return tuple(
        PolicyRow(
            action=action,
            words=ACTION_WORDS[action],
            scopes=MappingProxyType({role: row.get(role) for role in Role}),
            by_grant=action in GRANTABLE,
            fresh_code=action in STEP_UP,
        )
        for action, row in POLICY.items()
    )
