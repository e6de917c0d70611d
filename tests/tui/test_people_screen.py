"""The People screen: whom somebody sees there, in which order, and that nothing foreign is drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from store.people import add_person, change_person
from tests.tui.driving import LARGE, SMALL, driven
from tests.tui.people_screen import (
    ADA,
    ANN,
    EVE,
    FAY,
    MO,
    RAY,
    Place,
    go_to,
    labels,
    looking,
    put_on,
    read,
    table,
)
from tui.people_facts import Section

if TYPE_CHECKING:
    from pathlib import Path

ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
CHANGING = {
    "people.add", "people.change", "people.code", "people.reset", "people.deactivate", "people.link",
    "people.assign", "teams.add", "teams.change", "teams.delegate", "access.ask", "access.approve",
    "access.revoke", "access.turn_down",
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


@pytest.fixture
def open_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch, guarded=False)


@driven
async def test_5_opens_it_and_escape_and_the_mouse_lead_back(place):
    async with looking(place, ADA) as driver:
        await driver.press("escape")
        await driver.on("BoardScreen")
        await driver.click_text("5 People")
        await driver.on("PeopleScreen")
        await driver.click_text("( ) Teams")
        await driver.sees("(•) Teams", "Mo Manager")
        await driver.press("1")
        await driver.on("BoardScreen")


@driven
async def test_people_stand_by_name_with_role_team_and_how_they_sign_in(place):
    async with looking(place, ADA, size=LARGE) as driver:
        names = [row.cells[0] for row in table(driver).rows]
        assert names == sorted(names, key=str.casefold)
        assert "ray@ats" in driver.line_with("Ray Recruiter"), "a wide screen names the references"
        assert "● password, code" in driver.line_with("Mo Manager")
        assert "○ no password" in driver.line_with("Hal Partner")
        assert "Recruitment administrator" in driver.line_with("Eve Admin")
        await put_on(driver, "Ray")
        await driver.reads(
            "Ray Recruiter, recruiter in North. They sign in with a password. In the ATS: ray@ats."
        )
        table(driver).cursor = 0
        await driver.press("enter")
        await driver.on("PersonScreen")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_nothing_foreign_is_drawn_and_every_section_fits(place, size):
    with place.open() as store:
        change_person(store, FAY, name="Fay " + "Featherstonehaugh-" * 5)
    async with looking(place, ADA, size=size) as driver:
        for _ in Section:
            assert not ESCAPES.search(driver.text)
            assert all(len(line) <= size[0] for line in driver.lines)
            await driver.press("right")
            await read(driver)
        await driver.sees("[bold]name[/bold]")
        await driver.pilot.resize_terminal(60, 16)
        await driver.sees("People", "Role")
        await driver.pilot.resize_terminal(40, 10)
        await driver.sees("This terminal has 40 × 10 cells")
        await driver.pilot.resize_terminal(*size)
        await driver.sees("Ray Recruiter")


@pytest.mark.parametrize(
    ("person", "seen", "sections", "may"),
    [
        (RAY, ["Ray Recruiter"], ["People", "Teams", "Totals", "Access", "Sessions"], set()),
        (ANN, ["Ann Audit"], ["People", "Teams", "Access", "Sessions"], set()),
        (EVE, None, ["People", "Teams", "Totals", "Access", "Sessions", "Unlinked"], {"people.link"}),
    ],
)
@driven
async def test_everybody_sees_themselves_and_only_keys_that_the_store_would_not_refuse(
    place, person, seen, sections, may
):
    async with looking(place, person) as driver:
        screen = await go_to(driver, "People")
        names = [row.cells[0] for row in table(driver).rows]
        assert seen is None or names == seen
        assert [one.value for one in screen.sections] == sections
        found = set()
        for _ in sections:
            found |= labels(driver) & CHANGING
            await driver.press("right")
            await read(driver)
        assert found == may
        await go_to(driver, "Sessions")
        await driver.sees("● this one", "make a token")


@driven
async def test_a_manager_sees_the_team_and_names_a_stand_in_and_changes_nothing_else(place):
    async with looking(place, MO) as driver:
        names = [row.cells[0] for row in table(driver).rows]
        assert names[-2:] == ["Mo Manager", "Ray Recruiter"]
        assert len(names) == 3
        await go_to(driver, "Teams")
        assert labels(driver) & CHANGING == {"teams.delegate"}
        await driver.press("enter")
        await driver.on("TeamScreen")
        await driver.sees("Hal Partner", "In the team", "Ray Recruiter")


@driven
async def test_an_open_store_says_so_and_lets_nobody_become_its_first_super_user_by_the_way(open_place):
    async with looking(open_place, None) as driver:
        await driver.reads("Nobody signs in to this store yet", "“Make the first super user” in ctrl+p")
        await driver.press("a")
        await driver.on("FormBox")
        await driver.press("tab", "down")
        await driver.sees("Team manager")
        assert "Super user" not in driver.text
        await driver.press("escape")
        for section in ("Access", "Sessions"):
            await go_to(driver, section)
            assert not labels(driver) & {"access.ask", "sessions.token"}
        await driver.sees("Nobody is signed in")


@driven
async def test_others_changes_come_in_by_themselves_and_a_failure_is_said(place):
    async with looking(place, ADA) as driver:
        with place.open() as store:
            add_person(store, "Zoe New", "recruiter")
        driver.app.ask_pulse()
        await driver.sees("Zoe New")
        place.path.rename(place.path.with_suffix(".away"))
        await driver.press("r")
        await driver.sees("■ ", "Zoe New")
        place.path.with_suffix(".away").rename(place.path)
        await driver.press("r")
        await driver.sees_no("last good figures")


@driven
async def test_o_on_an_audit_entry_leads_to_the_person_or_the_team_that_it_changed(place):
    async with looking(place, ADA) as driver:
        await driver.press("4")
        await driver.on("AuditScreen")
        await driver.sees("of 20")
        for target, seen in (("person 5", "Recruiter"), ("team 1", "Hal Partner")):
            for _ in range(20):
                if f", {target}, by" in " ".join(driver.text.replace("│", " ").split()):
                    break
                await driver.press("down")
            await driver.press("o")
            await driver.sees("North", seen)
            await driver.press("escape")
            await driver.on("AuditScreen")


@driven
async def test_who_may_do_what_is_shown_role_by_role_and_ones_own_is_marked(place):
    async with looking(place, EVE) as driver:
        await driver.press("p")
        await driver.on("PolicyScreen")
        await driver.sees("◆ Recruitment administrator", "● link people to the ATS")
        await driver.press("home")
        await driver.sees("● change targets")
        await driver.press("end")
        await driver.sees("see the board", "only while a grant names it", "● organisation")
        await driver.press("space", "space", "space")
        await driver.sees("What holds beside this", "What does not stand here is refused.")
        assert all(len(line) <= SMALL[0] for line in driver.lines)
        await driver.press("b", "b", "b", "tab", "down", "down")
        await driver.sees_no("May, for all of the organisation")
        await driver.press("escape", "question_mark")
        await driver.on("HelpScreen")
        await driver.press("p")
        await driver.on("PolicyScreen")


@driven
async def test_who_may_do_what_is_there_in_an_open_store_too(open_place):
    async with looking(open_place, None) as driver:
        await driver.press("escape", "ctrl+p")
        await driver.press(*"Roles")
        await driver.sees("Roles and permissions")
        await driver.press("enter")
        await driver.on("PolicyScreen")
        await driver.sees("Super user", "● change targets")
        assert driver.text.count("◆") == 1, "the legend alone"


@driven
async def test_totals_of_few_people_are_withheld(place):
    async with looking(place, ADA) as driver:
        await go_to(driver, "Totals")
        assert [row.cells[1:] for row in table(driver).rows] == [("–", "–")] * len(table(driver).rows)
        assert [row.cells[0] for row in table(driver).rows][-1] == "All teams"
        await driver.reads("tasks finished in the last three whole months. – is withheld")
