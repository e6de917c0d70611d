"""Who may do what: the rights of all roles in one table, and the rule that reads it.

What does not stand in the table is refused. Sources: module 3 of the curriculum (single figures for direct
managers and HR business partners only; temporary access for auditors by approval) and module 7 (nobody is
put beside others), the roles of NHS Jobs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STEP_UP_MINUTES = 15
_NONE: frozenset[int] = frozenset()


class Role(StrEnum):
    """What a person is to the organisation; everybody has exactly one."""

    SUPER_USER = "super_user"
    TEAM_MANAGER = "team_manager"
    HR_PARTNER = "hr_partner"
    ADMINISTRATOR = "recruitment_administrator"
    RECRUITING_MANAGER = "recruiting_manager"
    RECRUITER = "recruiter"
    AUDITOR = "auditor"


class Scope(StrEnum):
    """How far a right goes."""

    OWN = "own"
    OWN_TEAM = "own team"
    OWN_LISTINGS = "own listings"
    ORGANISATION = "organisation"


class Action(StrEnum):
    """What somebody may do."""

    SEE_BOARD = "board.see"
    EXPORT_TASKS = "board.export"
    SEE_FIGURES = "figures.see"
    SEE_TOTALS = "totals.see"
    APPROVE_SUMMARIES = "summaries.approve"
    CONTEST_FIGURES = "figures.contest"
    DECIDE_CONTESTS = "contests.decide"
    WRITE_DOCUMENTS = "documents.write"
    SEE_BENCHMARKS = "benchmarks.see"
    CHANGE_BENCHMARKS = "benchmarks.change"
    SEE_TARGETS = "targets.see"
    CHANGE_TARGETS = "targets.change"
    SEE_CALENDAR = "calendar.see"
    CHANGE_CALENDAR = "calendar.change"
    SEE_DATA = "data.see"
    BRING_IN = "data.change"
    SEE_AUDIT = "audit.see"
    REVIEW_AUDIT = "audit.review"
    EXPORT_AUDIT = "audit.export"
    KEEP_KEYS = "audit.keys"
    CARE_FOR_STORE = "store.care"
    SEE_PEOPLE = "people.see"
    CHANGE_PEOPLE = "people.change"
    LINK_PEOPLE = "people.link"
    CHANGE_TEAMS = "teams.change"
    DELEGATE = "delegates.change"
    SEE_SESSIONS = "sessions.see"
    END_SESSIONS = "sessions.end"
    MAKE_TOKENS = "tokens.change"
    SEE_GRANTS = "grants.see"
    REQUEST_GRANTS = "grants.request"
    APPROVE_GRANTS = "grants.approve"
    REVOKE_GRANTS = "grants.revoke"
    SEE_POLICY = "policy.see"


_ALL, _TEAM, _LIST, _OWN, _NO = Scope.ORGANISATION, Scope.OWN_TEAM, Scope.OWN_LISTINGS, Scope.OWN, None
# An auditor has what reaches the organisation only while a grant names it.
# fmt: off
_TABLE: Mapping[Action, tuple[Scope | None, ...]] = {
    #                          super   team     HR business recruitment    recruiting
    #                          user    manager  partner     administrator  manager  recruiter  auditor
    Action.SEE_BOARD:         (_ALL,   _ALL,    _ALL,       _ALL,          _LIST,   _ALL,      _ALL),
    Action.EXPORT_TASKS:      (_ALL,   _ALL,    _ALL,       _ALL,          _LIST,   _ALL,      _NO),
    Action.SEE_FIGURES:       (_OWN,   _TEAM,   _TEAM,      _OWN,          _OWN,    _OWN,      _OWN),
    Action.SEE_TOTALS:        (_ALL,   _TEAM,   _ALL,       _ALL,          _NO,     _TEAM,     _ALL),
    Action.APPROVE_SUMMARIES: (_NO,    _TEAM,   _NO,        _NO,           _NO,     _NO,       _NO),
    Action.CONTEST_FIGURES:   (_OWN,   _OWN,    _OWN,       _OWN,          _OWN,    _OWN,      _OWN),
    Action.DECIDE_CONTESTS:   (_NO,    _NO,     _TEAM,      _NO,           _NO,     _NO,       _NO),
    Action.WRITE_DOCUMENTS:   (_NO,    _TEAM,   _TEAM,      _NO,           _NO,     _NO,       _NO),
    Action.SEE_BENCHMARKS:    (_ALL,   _ALL,    _ALL,       _ALL,          _ALL,    _ALL,      _ALL),
    Action.CHANGE_BENCHMARKS: (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.SEE_TARGETS:       (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.CHANGE_TARGETS:    (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.SEE_CALENDAR:      (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.CHANGE_CALENDAR:   (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.SEE_DATA:          (_ALL,   _NO,     _NO,        _ALL,          _NO,     _NO,       _NO),
    Action.BRING_IN:          (_ALL,   _NO,     _NO,        _ALL,          _NO,     _NO,       _NO),
    Action.SEE_AUDIT:         (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _ALL),
    Action.REVIEW_AUDIT:      (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _ALL),
    Action.EXPORT_AUDIT:      (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _ALL),
    Action.KEEP_KEYS:         (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.CARE_FOR_STORE:    (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    # Whoever links people sees whom.
    Action.SEE_PEOPLE:        (_ALL,   _TEAM,   _ALL,       _ALL,          _OWN,    _OWN,      _OWN),
    Action.CHANGE_PEOPLE:     (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.LINK_PEOPLE:       (_ALL,   _NO,     _NO,        _ALL,          _NO,     _NO,       _NO),
    Action.CHANGE_TEAMS:      (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.DELEGATE:          (_ALL,   _TEAM,   _NO,        _NO,           _NO,     _NO,       _NO),
    Action.SEE_SESSIONS:      (_ALL,   _OWN,    _OWN,       _OWN,          _OWN,    _OWN,      _OWN),
    Action.END_SESSIONS:      (_ALL,   _OWN,    _OWN,       _OWN,          _OWN,    _OWN,      _OWN),
    Action.MAKE_TOKENS:       (_OWN,   _OWN,    _OWN,       _OWN,          _OWN,    _OWN,      _OWN),
    Action.SEE_GRANTS:        (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.REQUEST_GRANTS:    (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.APPROVE_GRANTS:    (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.REVOKE_GRANTS:     (_ALL,   _NO,     _NO,        _NO,           _NO,     _NO,       _NO),
    Action.SEE_POLICY:        (_ALL,   _ALL,    _ALL,       _ALL,          _ALL,    _ALL,      _ALL),
}
# fmt: on
POLICY: Mapping[Action, Mapping[Role, Scope]] = MappingProxyType(
    {
        action: MappingProxyType(
            {role: scope for role, scope in zip(Role, row, strict=True) if scope is not None}
        )
        for action, row in _TABLE.items()
    }
)

# What each unit of work is named, and the right that it takes. None: the store's own housekeeping and what
# concerns nobody but oneself, which whoever has signed in, or is about to, sets off.
OPERATIONS: Mapping[str, Action | None] = MappingProxyType(
    {
        "organisation.found": Action.CARE_FOR_STORE,
        "store.upgrade": Action.CARE_FOR_STORE,
        "store.backup": Action.CARE_FOR_STORE,
        "store.restore": Action.CARE_FOR_STORE,
        "store.grant": Action.CARE_FOR_STORE,
        "store.encrypt": Action.CARE_FOR_STORE,
        "store.decrypt": Action.CARE_FOR_STORE,
        "tasks.rebuild": Action.CARE_FOR_STORE,
        "tasks.advance": None,
        "import.file": Action.BRING_IN,
        "mapping.save": Action.BRING_IN,
        "mapping.drop": Action.BRING_IN,
        "quarantine.retry": Action.BRING_IN,
        "quarantine.drop": Action.BRING_IN,
        "calendar.change": Action.CHANGE_CALENDAR,
        "targets.save": Action.CHANGE_TARGETS,
        "targets.revert": Action.CHANGE_TARGETS,
        "targets.withdraw": Action.CHANGE_TARGETS,
        "audit.key": Action.KEEP_KEYS,
        "audit.adopt": Action.KEEP_KEYS,
        "audit.folder": Action.KEEP_KEYS,
        "audit.review": Action.REVIEW_AUDIT,
        "audit.export": Action.EXPORT_AUDIT,
        "people.add": Action.CHANGE_PEOPLE,
        "people.change": Action.CHANGE_PEOPLE,
        "people.deactivate": Action.CHANGE_PEOPLE,
        "people.reactivate": Action.CHANGE_PEOPLE,
        "people.enrol": Action.CHANGE_PEOPLE,
        "people.reset": Action.CHANGE_PEOPLE,
        "people.sealing_key": Action.CHANGE_PEOPLE,
        "people.complete": None,
        "people.password": None,
        "people.link": Action.LINK_PEOPLE,
        "people.unlink": Action.LINK_PEOPLE,
        "people.assign": Action.LINK_PEOPLE,
        "people.unassign": Action.LINK_PEOPLE,
        "summary.generate": None,
        "summary.approve": Action.APPROVE_SUMMARIES,
        "summary.return": Action.APPROVE_SUMMARIES,
        "summary.keep": Action.APPROVE_SUMMARIES,
        "summary.answer": Action.SEE_FIGURES,
        "summary.comment": Action.SEE_FIGURES,
        "summary.report": Action.CONTEST_FIGURES,
        "contest.make": Action.CONTEST_FIGURES,
        "contest.decide": Action.DECIDE_CONTESTS,
        "document.add": Action.WRITE_DOCUMENTS,
        "document.appeal": Action.CONTEST_FIGURES,
        "document.decide": Action.DECIDE_CONTESTS,
        "benchmarks.save": Action.CHANGE_BENCHMARKS,
        "setting.first_weekday": Action.CHANGE_BENCHMARKS,
        "team.add": Action.CHANGE_TEAMS,
        "team.change": Action.CHANGE_TEAMS,
        "team.delegate": Action.DELEGATE,
        "team.undelegate": Action.DELEGATE,
        "session.sign_in": None,
        "session.sign_out": None,
        "session.lock": None,
        "session.unlock": None,
        "session.step_up": None,
        "session.touch": None,
        "session.end": Action.END_SESSIONS,
        "token.make": Action.MAKE_TOKENS,
        "grant.request": Action.REQUEST_GRANTS,
        "grant.approve": Action.APPROVE_GRANTS,
        "grant.revoke": Action.REVOKE_GRANTS,
    }
)

# Approving, changing who may do what, and exporting: asks for a code not older than STEP_UP_MINUTES.
STEP_UP: frozenset[Action] = frozenset(
    {
        Action.CHANGE_PEOPLE,
        Action.CHANGE_TEAMS,
        Action.DELEGATE,
        Action.APPROVE_GRANTS,
        Action.APPROVE_SUMMARIES,
        Action.DECIDE_CONTESTS,
        Action.EXPORT_AUDIT,
        Action.EXPORT_TASKS,
        Action.MAKE_TOKENS,
    }
)
SECOND_FACTOR: frozenset[Role] = frozenset(
    {Role.SUPER_USER, Role.TEAM_MANAGER, Role.HR_PARTNER, Role.AUDITOR}
)
GRANTABLE: frozenset[Action] = frozenset(
    {
        Action.SEE_AUDIT,
        Action.REVIEW_AUDIT,
        Action.EXPORT_AUDIT,
        Action.SEE_BOARD,
        Action.SEE_TOTALS,
        Action.SEE_BENCHMARKS,
        Action.SEE_POLICY,
    }
)
# Else a super user could make themselves the manager whom single figures are for, or those figures their own
# by linking another's user reference to themselves, or approve themselves; and a summary is for a second
# person to judge, whoever manages its team.
NEVER_FOR_ONESELF: frozenset[Action] = frozenset(
    {
        Action.CHANGE_TEAMS,
        Action.DELEGATE,
        Action.LINK_PEOPLE,
        Action.APPROVE_GRANTS,
        Action.APPROVE_SUMMARIES,
        Action.DECIDE_CONTESTS,
        Action.WRITE_DOCUMENTS,
    }
)
# Else a token could outlive itself, or give itself the rights that it lacks. A script gives no fresh code: it
# exports by a token that was made for that with one, and neither approves nor changes who may do what.
NEVER_BY_TOKEN: frozenset[Action] = STEP_UP - {Action.EXPORT_AUDIT, Action.EXPORT_TASKS}
# Of their own team's totals those see something too who do not manage it.
_FOR_MEMBERS = frozenset({Action.SEE_TOTALS})


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is today, as far as rights depend on it. People and teams by number, listings by ref.

    `team` is the one they belong to; `manages` the teams that they manage, or stand in for today, of which
    they only stand in for those in `stands_in`; `partners` those whose HR business partner they are;
    `listings` those assigned to them; `granted` what an auditor's grants hold today; `rights` what a token
    was made for, None for a person at a screen.
    """

    person: int
    role: Role
    team: int | None = None
    manages: frozenset[int] = _NONE
    stands_in: frozenset[int] = _NONE
    partners: frozenset[int] = _NONE
    listings: frozenset[str] = frozenset()
    granted: frozenset[Action] = frozenset()
    rights: frozenset[Action] | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what an action is about.

    `person` is whose it is, or in whose favour: who becomes manager, delegate, auditor. `team` is the team
    itself, or the one that the person was in at the time that is asked about: who manages them now does not
    see what they did elsewhere (kpi.disclosure says why).
    """

    person: int | None = None
    team: int | None = None
    listing: str | None = None


WHOLE = Subject()
"""The organisation: what is about nobody and nothing in particular, or about everything."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody's right to an action comes to: the `whole`, or what belongs to these.

    `listings` is None for a right that does not go by listings, and empty for one to whom none is assigned.
    """

    whole: bool = False
    people: frozenset[int] = _NONE
    teams: frozenset[int] = _NONE
    listings: frozenset[str] | None = None

    def holds(self, subject: Subject) -> bool:
        """Whether it reaches `subject`."""
        return (
            self.whole
            or subject.person in self.people
            or subject.team in self.teams
            or (self.listings is not None and subject.listing in self.listings)
        )


_NOTHING = Reach()


def reach(standing: Standing, action: Action) -> Reach:
    """How far somebody's right to `action` goes, so that a question can be cut down to it.

    Who stands in for a manager has that manager's rights over the manager's teams, like for like, whatever
    their own role, but for naming who stands in: they would choose who approves their own summaries. An
    auditor stands in for nobody.
    """
    if _is_kept_from(standing, action):
        return _NOTHING
    row = POLICY.get(action, {})
    scope, teams = row.get(standing.role), _NONE
    if standing.role != Role.AUDITOR and row.get(Role.TEAM_MANAGER) in {_TEAM, _ALL}:
        teams |= standing.manages - (standing.stands_in if action == Action.DELEGATE else _NONE)
    if scope == _TEAM and standing.role == Role.HR_PARTNER:
        teams |= standing.partners
    if scope == _TEAM and standing.team is not None and action in _FOR_MEMBERS:
        teams |= {standing.team}
    return Reach(
        whole=scope == _ALL,
        # Where some see their own, those who see a team's see their own as well.
        people=frozenset({standing.person}) if scope is not None and _OWN in row.values() else _NONE,
        teams=teams,
        listings=standing.listings if scope == _LIST else None,
    )


def _is_kept_from(standing: Standing, action: Action) -> bool:
    """Whether a token was not made for it, or an auditor has no grant for it."""
    if standing.rights is not None and action not in standing.rights - NEVER_BY_TOKEN:
        return True
    return standing.role == Role.AUDITOR and action in GRANTABLE and action not in standing.granted


def allows(standing: Standing, action: Action, subject: Subject = WHOLE) -> bool:
    """Whether somebody may do `action` to `subject`; a right that is narrower than what is asked refuses."""
    if action in NEVER_FOR_ONESELF and subject.person == standing.person:
        return False
    return reach(standing, action).holds(subject)


def widest(standing: Standing, action: Action) -> Scope | None:
    """The widest scope in which somebody may do `action`, for screens; None if they may not at all.

    One scope does not say all: who is recruiting manager and stands in for another has listings and a team.
    """
    found = reach(standing, action)
    if found.whole:
        return Scope.ORGANISATION
    if found.teams:
        return Scope.OWN_TEAM
    if found.listings is not None:
        return Scope.OWN_LISTINGS
    return Scope.OWN if found.people else None


def needs_second_factor(standing: Standing) -> bool:
    """Whether a one-time code belongs to signing in: of some roles, and of all who stand in for a manager."""
    return standing.role in SECOND_FACTOR or bool(standing.manages)
