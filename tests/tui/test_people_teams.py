"""Teams, access for a time and sessions on the People screen."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from store.people_questions import Named
from store.session_questions import GrantState
from tests.tui.driving import LARGE, driven
from tests.tui.people_screen import (
    ADA,
    ANN,
    HAL,
    MO,
    NORTH,
    RAY,
    SUE,
    Place,
    answer_yes,
    fill,
    go_to,
    labels,
    looking,
    put_on,
    read,
    type_in,
)

if TYPE_CHECKING:
    from pathlib import Path

    from store.people_questions import TeamView
    from store.session_questions import GrantView


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


def team_of(place: Place, name: str) -> TeamView:
    with closing(place.read()) as reader:
        return reader.people().team(name)


def grants_of(place: Place) -> tuple[GrantView, ...]:
    with closing(place.read()) as reader:
        return reader.session_questions().grants()


@driven
async def test_a_team_is_added_and_changed_with_whom_it_can_have(place):
    async with looking(place, ADA) as driver:
        await go_to(driver, "Teams")
        await driver.press("a")
        await driver.on("FormBox")
        await driver.press("tab")
        await driver.sees("Mo Manager")
        assert "( ) Ray Recruiter" not in driver.text, "who is no manager cannot be a team's"
        await driver.press("shift+tab")
        await fill(driver, "East", "mo")  # of the only manager a part is enough
        await driver.press("enter")
        await driver.sees("✓ East was added.", "East  ")
        await read(driver)
        await put_on(driver, "East")
        await driver.press("e")
        await driver.on("FormBox")
        await driver.press("tab")
        await type_in(driver, "")
        await driver.press("tab")
        await type_in(driver, "Hal Partner")
        await driver.press("enter")
        await driver.sees("✓ East was changed.")
    east = team_of(place, "East")
    assert (east.manager, east.hr_partner) == (None, Named(HAL, "Hal Partner"))


@driven
async def test_a_manager_names_a_stand_in_for_some_days_and_ends_it(place):
    async with looking(place, MO) as driver:
        await go_to(driver, "Teams")
        await driver.press("s")
        await driver.on("FormBox")
        await driver.sees("Ada Super", "Ann Audit")
        assert "( ) Mo Manager" not in driver.text, "nobody stands in for themselves"
        await type_in(driver, "Eve Admin")
        await driver.press("tab")
        await type_in(driver, "yesterday")
        await driver.press("tab")
        await type_in(driver, "+3")
        await driver.press("enter")
        await driver.reads("nobody stood in then")
        await driver.press("tab")
        await type_in(driver, "today")
        await driver.press("enter")
        await driver.sees("✓ Eve Admin stands in at North")
        await driver.press("enter")
        await driver.on("TeamScreen")
        await driver.sees("● today", "Eve Admin today")
        await driver.press("x")
        await driver.sees("It ends at once.")
        await answer_yes(driver)
        await driver.sees("× Eve Admin does not stand in any more.", "× ended", "nobody today")
        await read(driver)
        assert "teams.end" not in labels(driver)
    with closing(place.read()) as reader:
        (made,) = reader.people().delegations()
        assert (made.team.number, made.until_day) == (NORTH, reader.today() + timedelta(days=3))


@driven
async def test_one_super_user_asks_for_access_and_only_another_can_approve_it(place):
    async with looking(place, ADA, size=LARGE) as driver:
        await go_to(driver, "Access")
        await driver.press("a")
        await fill(driver, "ann", "Yearly audit")
        await driver.reads("■ scope: some of")
        await driver.press(*["tab"] * 4)
        await driver.sees("[ ] read the audit log")
        await driver.click_text("[ ] read the audit log")
        await driver.click_text("[ ] read the audit log")
        await driver.sees("[x] read the audit log")
        await driver.press("enter")
        await driver.sees("▲ Grant 1 was asked for.", "▲ asked for")
        await driver.reads("May: read the audit log. Asked for by Ada Super.")
        await read(driver)
        assert "access.approve" not in labels(driver)
        assert "access.turn_down" in labels(driver)
    async with looking(place, SUE) as driver:
        await go_to(driver, "Access")
        await driver.press("y")
        await driver.sees("“Yearly audit”")
        await answer_yes(driver)
        await driver.sees("✓ Grant 1 of Ann Audit is approved.", "● in force")
        (grant,) = grants_of(place)
        assert (grant.approved_by, grant.state) == ("Sue Super", GrantState.IN_FORCE)
        await read(driver)
        await driver.press("x")
        await driver.sees("Revoke this access")
        await answer_yes(driver)
        await driver.sees("× Grant 1 of Ann Audit was revoked.", "× ended")
        await read(driver)
        assert not {"access.approve", "access.revoke", "access.turn_down"} & labels(driver)


@driven
async def test_an_auditor_sees_their_own_access_and_ends_their_own_sessions(place):
    place.enter(SUE)
    other = place.enter(ANN)
    async with looking(place, ANN, size=LARGE) as driver:
        await go_to(driver, "Access")
        await driver.sees("No access for a time")
        await go_to(driver, "Sessions")
        await driver.sees("● this one")
        assert "Sue Super" not in driver.text
        await driver.press("end", "x")
        await driver.sees("signed in on")
        await answer_yes(driver)
        await driver.sees("× It was ended.")
    with closing(place.read()) as reader:
        left = [one.person for one in reader.session_questions().sessions()]
    assert sorted(left) == [SUE, ANN]
    assert other


@driven
async def test_a_super_user_sees_all_sessions_and_ends_any(place):
    place.enter(RAY)
    async with looking(place, ADA) as driver:
        await go_to(driver, "Sessions")
        await driver.sees("Ray Recruiter", "Ada Super")
        await put_on(driver, "Ray")
        await driver.press("x")
        await answer_yes(driver)
        await driver.sees_no("Ray Recruiter  session")
        await driver.sees("× It was ended.")
