"""Who may do what: every cell of the table against the rule, and the issue's sentences by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.policy import (
    GRANTABLE,
    NEVER_BY_TOKEN,
    NEVER_FOR_ONESELF,
    POLICY,
    SECOND_FACTOR,
    STEP_UP,
    STEP_UP_MINUTES,
    WHOLE,
    Action,
    Reach,
    Role,
    Scope,
    Standing,
    Subject,
    allows,
    needs_second_factor,
    reach,
    widest,
)
from kpi.policy_words import ACTION_WORDS, POLICY_NOTES, ROLE_WORDS, SCOPE_WORDS, policy_rows

ME, MINE, MANAGED, PARTNERED, ELSEWHERE = 1, 10, 11, 12, 13
MYSELF = Subject(person=ME)
MY_TEAM, COLLEAGUE = Subject(team=MINE), Subject(person=2, team=MINE)
MANAGED_TEAM, REPORT = Subject(team=MANAGED), Subject(person=3, team=MANAGED)
PARTNERED_TEAM, LOOKED_AFTER = Subject(team=PARTNERED), Subject(person=4, team=PARTNERED)
OTHER_TEAM, STRANGER = Subject(team=ELSEWHERE), Subject(person=5, team=ELSEWHERE)
MY_LISTING, OTHER_LISTING = Subject(listing="L-1"), Subject(listing="L-2")
NOBODY_S = Subject(person=6)  # somebody without a team
SUBJECTS = {
    MYSELF, MY_TEAM, COLLEAGUE, MANAGED_TEAM, REPORT, PARTNERED_TEAM, LOOKED_AFTER, OTHER_TEAM, STRANGER,
    MY_LISTING, OTHER_LISTING, NOBODY_S, WHOLE,
}  # fmt: skip
CELLS = [(action, role) for action in Action for role in Role]


def standing_of(role: Role) -> Standing:
    """Somebody of a role, with all that could matter to it; teams to manage only for a team manager."""
    return Standing(
        person=ME,
        role=role,
        team=MINE,
        manages=frozenset({MANAGED} if role is Role.TEAM_MANAGER else ()),
        partners=frozenset({PARTNERED}),
        listings=frozenset({"L-1"}),
        granted=GRANTABLE,
    )


def allowed(standing: Standing, action: Action) -> set[Subject]:
    return {subject for subject in SUBJECTS if allows(standing, action, subject)}


def wanted(action: Action, role: Role) -> set[Subject]:
    """What the table's cell comes to, for `standing_of(role)`."""
    found: set[Subject] = set()
    match POLICY[action].get(role):
        case Scope.ORGANISATION:
            found = SUBJECTS
        case Scope.OWN:
            found = {MYSELF}
        case Scope.OWN_LISTINGS:
            found = {MY_LISTING}
        case Scope.OWN_TEAM:
            teams = {
                Role.TEAM_MANAGER: {MANAGED_TEAM, REPORT},
                Role.HR_PARTNER: {PARTNERED_TEAM, LOOKED_AFTER},
            }
            found = teams.get(role, set())
            found |= {MYSELF} if Scope.OWN in POLICY[action].values() else set()
            found |= {MY_TEAM, COLLEAGUE} if action is Action.SEE_TOTALS else set()
        case None:
            pass
    return found - ({MYSELF} if action in NEVER_FOR_ONESELF else set())


@pytest.mark.parametrize(("action", "role"), CELLS)
def test_a_cell_reaches_the_right_subjects_and_no_wrong_one(action: Action, role: Role) -> None:
    assert allowed(standing_of(role), action) == wanted(action, role)


@pytest.mark.parametrize(("action", "role"), [cell for cell in CELLS if cell[1] is not Role.AUDITOR])
def test_a_stand_in_acts_like_for_like_for_those_teams_and_no_other(action: Action, role: Role) -> None:
    standing_in = replace(standing_of(role), manages=frozenset({MANAGED, ELSEWHERE}))
    manager = replace(standing_of(Role.TEAM_MANAGER), manages=standing_in.manages, listings=frozenset())
    theirs = {MANAGED_TEAM, REPORT, OTHER_TEAM, STRANGER}
    assert allowed(standing_in, action) == wanted(action, role) | (allowed(manager, action) & theirs)


def test_an_auditor_stands_in_for_nobody() -> None:
    auditor = replace(standing_of(Role.AUDITOR), manages=frozenset({MANAGED}), granted=frozenset())
    assert {action: found for action in Action if (found := allowed(auditor, action))} == {
        Action.SEE_FIGURES: {MYSELF},
        Action.CONTEST_FIGURES: {MYSELF},
        Action.SEE_PEOPLE: {MYSELF},
        Action.SEE_SESSIONS: {MYSELF},
        Action.END_SESSIONS: {MYSELF},
        Action.MAKE_TOKENS: {MYSELF},
    }


@given(st.frozensets(st.sampled_from(Action)), st.sampled_from(Action), st.sampled_from(Role))
def test_a_grant_gives_an_auditor_what_it_names_and_others_nothing(
    granted: frozenset[Action], action: Action, role: Role
) -> None:
    standing = replace(standing_of(role), granted=granted)
    if role is Role.AUDITOR:
        assert allows(standing, action) is (action in granted & GRANTABLE)
    else:
        assert allowed(standing, action) == wanted(action, role)


def test_what_may_be_granted_is_what_an_auditor_has_of_the_organisation() -> None:
    whole = {action for action in Action if POLICY[action].get(Role.AUDITOR) is Scope.ORGANISATION}
    assert whole == GRANTABLE == {
        Action.SEE_AUDIT, Action.REVIEW_AUDIT, Action.EXPORT_AUDIT, Action.SEE_BOARD, Action.SEE_TOTALS,
        Action.SEE_BENCHMARKS, Action.SEE_POLICY,
    }  # fmt: skip


@given(st.frozensets(st.sampled_from(Action)), st.sampled_from(Action), st.sampled_from(Role), st.booleans())
def test_a_token_only_narrows(rights: frozenset[Action], action: Action, role: Role, stands_in: bool) -> None:
    person = standing_of(role)
    if stands_in:
        person = replace(person, manages=frozenset({MANAGED}))
    token = replace(person, rights=rights)
    has_it = action in rights - NEVER_BY_TOKEN
    assert allowed(token, action) == (allowed(person, action) if has_it else set())
    assert widest(token, action) == (widest(person, action) if has_it else None)


def test_a_token_makes_no_tokens() -> None:
    person = standing_of(Role.SUPER_USER)
    assert allows(person, Action.MAKE_TOKENS, MYSELF)
    assert not allows(replace(person, rights=frozenset(Action)), Action.MAKE_TOKENS, MYSELF)


@pytest.mark.parametrize("action", sorted(NEVER_FOR_ONESELF))
def test_nobody_uses_a_right_over_others_in_their_own_favour(action: Action) -> None:
    role = Role.HR_PARTNER if action is Action.DECIDE_CONTESTS else Role.SUPER_USER
    manager = replace(standing_of(role), manages=frozenset({MANAGED}), partners=frozenset({MANAGED}))
    assert allows(manager, action, REPORT)
    assert not allows(manager, action, replace(REPORT, person=ME))


def test_what_the_table_does_not_know_is_refused() -> None:
    action, role = cast("Action", "payroll.see"), cast("Role", "owner")
    for known in Role:
        standing = replace(standing_of(known), manages=frozenset({MANAGED}))
        assert allowed(standing, action) == set()
        assert widest(standing, action) is None
    assert not any(allowed(replace(standing_of(Role.SUPER_USER), role=role), action) for action in Action)


# ------------------------------------------------------------------- the sentences, by hand

SUPER, MANAGER, PARTNER, ADMIN = Role.SUPER_USER, Role.TEAM_MANAGER, Role.HR_PARTNER, Role.ADMINISTRATOR
OF_LISTINGS, RECRUITER, AUDITOR = Role.RECRUITING_MANAGER, Role.RECRUITER, Role.AUDITOR
ALL, TEAM, LISTINGS, OWN = Scope.ORGANISATION, Scope.OWN_TEAM, Scope.OWN_LISTINGS, Scope.OWN
EVERYBODY_S_OWN = dict.fromkeys(Role, OWN)
BY_HAND: dict[Action, dict[Role, Scope]] = {
    Action.SEE_BOARD: {**dict.fromkeys(Role, ALL), OF_LISTINGS: LISTINGS},
    Action.EXPORT_TASKS: {
        SUPER: ALL, MANAGER: ALL, PARTNER: ALL, ADMIN: ALL, RECRUITER: ALL, OF_LISTINGS: LISTINGS,
    },
    Action.SEE_FIGURES: {**EVERYBODY_S_OWN, MANAGER: TEAM, PARTNER: TEAM},
    Action.SEE_TOTALS: {
        SUPER: ALL, PARTNER: ALL, ADMIN: ALL, MANAGER: TEAM, RECRUITER: TEAM, AUDITOR: ALL,
    },
    Action.APPROVE_SUMMARIES: {MANAGER: TEAM},
    Action.CONTEST_FIGURES: EVERYBODY_S_OWN,
    Action.DECIDE_CONTESTS: {PARTNER: TEAM},
    Action.WRITE_DOCUMENTS: {MANAGER: TEAM, PARTNER: TEAM},
    Action.SEE_BENCHMARKS: dict.fromkeys(Role, ALL),
    Action.CHANGE_BENCHMARKS: {SUPER: ALL},
    Action.SEE_TARGETS: {SUPER: ALL},
    Action.CHANGE_TARGETS: {SUPER: ALL},
    Action.SEE_CALENDAR: {SUPER: ALL},
    Action.CHANGE_CALENDAR: {SUPER: ALL},
    Action.SEE_DATA: {SUPER: ALL, ADMIN: ALL},
    Action.BRING_IN: {SUPER: ALL, ADMIN: ALL},
    Action.SEE_AUDIT: {SUPER: ALL, AUDITOR: ALL},
    Action.REVIEW_AUDIT: {SUPER: ALL, AUDITOR: ALL},
    Action.EXPORT_AUDIT: {SUPER: ALL, AUDITOR: ALL},
    Action.KEEP_KEYS: {SUPER: ALL},
    Action.CARE_FOR_STORE: {SUPER: ALL},
    Action.SEE_PEOPLE: {**EVERYBODY_S_OWN, SUPER: ALL, PARTNER: ALL, ADMIN: ALL, MANAGER: TEAM},
    Action.CHANGE_PEOPLE: {SUPER: ALL},
    Action.LINK_PEOPLE: {SUPER: ALL, ADMIN: ALL},
    Action.CHANGE_TEAMS: {SUPER: ALL},
    Action.DELEGATE: {SUPER: ALL, MANAGER: TEAM},
    Action.SEE_SESSIONS: {**EVERYBODY_S_OWN, SUPER: ALL},
    Action.END_SESSIONS: {**EVERYBODY_S_OWN, SUPER: ALL},
    Action.MAKE_TOKENS: EVERYBODY_S_OWN,
    Action.SEE_GRANTS: {SUPER: ALL},
    Action.REQUEST_GRANTS: {SUPER: ALL},
    Action.APPROVE_GRANTS: {SUPER: ALL},
    Action.REVOKE_GRANTS: {SUPER: ALL},
    Action.SEE_POLICY: dict.fromkeys(Role, ALL),
}  # fmt: skip


@pytest.mark.parametrize("action", Action)
def test_the_table_is_the_one_that_was_agreed(action: Action) -> None:
    assert dict(POLICY[action]) == BY_HAND[action]


@pytest.mark.parametrize("role", Role)
def test_only_super_users_see_the_kpi_page(role: Role) -> None:
    assert allows(standing_of(role), Action.SEE_TARGETS) is (role is Role.SUPER_USER)
    assert allows(standing_of(role), Action.CHANGE_TARGETS) is (role is Role.SUPER_USER)


@pytest.mark.parametrize("role", Role)
def test_single_figures_are_for_the_person_their_manager_and_their_hr_partner(role: Role) -> None:
    standing = standing_of(role)
    assert allows(standing, Action.SEE_FIGURES, MYSELF)
    assert allows(standing, Action.SEE_FIGURES, REPORT) is (role is Role.TEAM_MANAGER)
    assert allows(standing, Action.SEE_FIGURES, LOOKED_AFTER) is (role is Role.HR_PARTNER)
    for subject in (COLLEAGUE, STRANGER, NOBODY_S, WHOLE):
        assert not allows(standing, Action.SEE_FIGURES, subject)


def test_nobody_approves_or_decides_about_their_own_summary_through_any_role() -> None:
    for role in Role:
        mine = replace(standing_of(role), manages=frozenset({MINE}), partners=frozenset({MINE}))
        own = Subject(person=ME, team=MINE)
        for action in (Action.APPROVE_SUMMARIES, Action.DECIDE_CONTESTS, Action.WRITE_DOCUMENTS):
            assert not allows(mine, action, own)
            assert not allows(replace(mine, rights=frozenset(Action)), action, own)
        assert allows(mine, Action.APPROVE_SUMMARIES, COLLEAGUE) is (role is not Role.AUDITOR)


def test_a_recruiting_manager_sees_only_listings_assigned_to_them() -> None:
    standing = standing_of(Role.RECRUITING_MANAGER)
    assert allows(standing, Action.SEE_BOARD, MY_LISTING)
    assert not allows(standing, Action.SEE_BOARD, OTHER_LISTING)
    assert not allows(standing, Action.SEE_BOARD)
    assert not allows(standing, Action.SEE_TOTALS, MY_TEAM)


def test_a_stand_in_sees_the_team_s_figures_whatever_their_role() -> None:
    standing = replace(standing_of(Role.RECRUITER), manages=frozenset({MANAGED}))
    assert allows(standing, Action.SEE_FIGURES, REPORT)
    assert not allows(standing, Action.SEE_FIGURES, COLLEAGUE)
    assert not allows(standing, Action.SEE_TARGETS, MANAGED_TEAM)


def test_standing_in_for_a_manager_takes_a_code_as_managing_does() -> None:
    assert {role for role in Role if needs_second_factor(Standing(ME, role))} == SECOND_FACTOR
    assert {Role.SUPER_USER, Role.TEAM_MANAGER, Role.HR_PARTNER, Role.AUDITOR} == SECOND_FACTOR
    assert needs_second_factor(Standing(ME, Role.RECRUITER, manages=frozenset({MANAGED})))


def test_approving_changing_roles_and_exporting_ask_for_a_fresh_code() -> None:
    exports = {action for action in Action if action.value.endswith(".export")}
    deciding = {Action.APPROVE_GRANTS, Action.APPROVE_SUMMARIES, Action.DECIDE_CONTESTS}
    assert exports | deciding | {Action.CHANGE_PEOPLE} <= STEP_UP
    assert STEP_UP_MINUTES == 15


# ----------------------------------------------------------------------------------- for the screens


@pytest.mark.parametrize(("action", "role"), CELLS)
def test_the_widest_scope_is_the_table_s(action: Action, role: Role) -> None:
    assert widest(standing_of(role), action) == POLICY[action].get(role)


@pytest.mark.parametrize(
    ("standing", "action", "scope"),
    [
        (Standing(ME, Role.TEAM_MANAGER), Action.SEE_FIGURES, Scope.OWN),
        (Standing(ME, Role.TEAM_MANAGER), Action.DELEGATE, None),
        (Standing(ME, Role.HR_PARTNER), Action.SEE_FIGURES, Scope.OWN),
        (Standing(ME, Role.RECRUITER), Action.SEE_TOTALS, None),
        (Standing(ME, Role.RECRUITING_MANAGER), Action.SEE_BOARD, Scope.OWN_LISTINGS),
        (Standing(ME, Role.RECRUITER, manages=frozenset({MANAGED})), Action.DELEGATE, Scope.OWN_TEAM),
        (Standing(ME, Role.AUDITOR), Action.SEE_AUDIT, None),
    ],
)
def test_the_widest_scope_is_what_somebody_really_has(
    standing: Standing, action: Action, scope: Scope | None
) -> None:
    assert widest(standing, action) == scope


def test_a_question_can_be_cut_down_to_what_somebody_reaches() -> None:
    standing = replace(standing_of(Role.RECRUITING_MANAGER), manages=frozenset({MANAGED}))
    found = reach(standing, Action.SEE_BOARD)
    assert found == Reach(teams=frozenset({MANAGED}), listings=frozenset({"L-1"}))
    assert reach(Standing(ME, Role.RECRUITING_MANAGER), Action.SEE_BOARD).listings == frozenset()
    assert reach(standing_of(Role.RECRUITER), Action.SEE_BOARD).listings is None


def test_the_table_in_words_says_all_of_it() -> None:
    rows = policy_rows()
    assert [row.action for row in rows] == list(Action)
    assert {row.action: dict(row.scopes) for row in rows} == {
        action: {role: cells.get(role) for role in Role} for action, cells in BY_HAND.items()
    }
    assert {row.action for row in rows if row.by_grant} == GRANTABLE
    assert {row.action for row in rows if row.fresh_code} == STEP_UP
    assert {row.words for row in rows} == set(ACTION_WORDS.values())
    assert len({row.words for row in rows}) == len(Action)
    assert (list(ROLE_WORDS), list(SCOPE_WORDS)) == (list(Role), list(Scope))
    assert all(note.endswith(".") for note in POLICY_NOTES)
