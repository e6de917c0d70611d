"""What is done to people on the People screen, and what the store says to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kpi.policy import Role
from store.people import change_person, deactivate_person
from tests.tui.driving import driven
from tests.tui.people_screen import (
    ADA,
    EVE,
    FAY,
    PASSWORD,
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
    table,
    type_in,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


@driven
async def test_who_is_added_gets_a_code_that_is_shown_once_and_is_not_lost_by_a_slip(place):
    async with looking(place, ADA) as driver:
        await driver.press("a")
        await fill(driver, "Zoe New", "Recruiter", "South")
        await driver.on("OnceBox")
        await driver.reads("For Zoe New alone: hand it over yourself", "good once, until")
        code = str(driver.app.screen.query_one("#once").render())
        assert len(code.split("-")) == 4
        await driver.press("enter")
        await driver.pilot.click(offset=(1, 1))
        await driver.sees(code)
        await driver.press("escape")
        await driver.on("PeopleScreen")
        await driver.sees("✓ Zoe New was added.", "Zoe New")
        assert code not in driver.text
    found = place.person(10)
    assert (found.name, found.role, found.team.name) == ("Zoe New", Role.RECRUITER, "South")


@driven
async def test_what_the_store_declines_is_said_in_its_words_and_nothing_typed_is_lost(place):
    async with looking(place, ADA) as driver:
        await driver.press("a")
        await fill(driver, "ray  RECRUITER", "Auditor")
        await driver.reads("■ person 5 is called “Ray Recruiter” already")
        await driver.sees("ray  RECRUITER", "Auditor")
        await type_in(driver, "Zoe")
        await driver.press("enter")
        await driver.on("OnceBox")
    assert place.person(10).name == "Zoe"


@driven
async def test_what_cannot_stand_in_a_field_is_said_before_anything_is_asked(place):
    async with looking(place, ADA) as driver:
        await driver.press("a", "enter")
        await driver.reads("■ name: it is missing.")
        await type_in(driver, "Zoe")
        await driver.press("tab")
        await type_in(driver, "boss")
        await driver.press("enter")
        await driver.reads("■ role: “boss” is none of those that can be chosen.")
        await type_in(driver, "hr b")
        await driver.press("enter")
        await driver.sees("HR business partner")
        await driver.press("enter")
        await driver.on("OnceBox")
    assert place.person(10).role is Role.HR_PARTNER


@driven
async def test_a_role_is_changed_and_nothing_that_was_not_touched(place):
    async with looking(place, ADA) as driver:
        await put_on(driver, "Ray")
        await driver.press("e")
        await driver.on("FormBox")
        with place.open() as store:  # meanwhile
            change_person(store, RAY, team=2)
        await driver.press("tab")
        await type_in(driver, "Auditor")
        await driver.press("enter")
        await driver.sees("✓ Ray Recruiter was changed.")
    found = place.person(RAY)
    assert (found.role, found.team.name, found.name) == (Role.AUDITOR, "South", "Ray Recruiter")


@driven
async def test_a_conflict_is_shown_and_saving_again_is_a_choice(place):
    async with looking(place, ADA) as driver:
        await put_on(driver, "Ray")
        await driver.press("e")
        await driver.on("FormBox")
        with place.open() as store:
            change_person(store, RAY, role="recruiting_manager", team=2)
        await driver.press("tab")
        await type_in(driver, "Auditor")
        await driver.press("enter")
        await driver.reads(
            "■ Ray Recruiter: role was recruiter when this was opened and is recruiting manager now"
        )
        await driver.sees("Auditor", "South")
        assert place.person(RAY).role is Role.RECRUITING_MANAGER
        await driver.press("enter")
        await driver.sees("✓ Ray Recruiter was changed.")
    found = place.person(RAY)
    assert (found.role, found.team.name) == (Role.AUDITOR, "South"), "theirs stays where one said nothing"


@driven
async def test_deactivating_asks_first_and_can_be_taken_back(place):
    async with looking(place, ADA) as driver:
        await put_on(driver, "Ray")
        await driver.press("d")
        await driver.sees("Deactivate Ray Recruiter? Their sessions and tokens end at")
        await driver.press("enter")
        await driver.on("PeopleScreen")
        assert place.person(RAY).active
        await driver.press("d")
        await answer_yes(driver)
        await driver.sees("× Ray Recruiter is deactivated.", "× deactivated")
        await read(driver)
        assert not {"people.code", "people.reset", "people.deactivate"} & labels(driver)
        await driver.press("d")
        await driver.sees("✓ Ray Recruiter may sign in again")
    assert place.person(RAY).active


@driven
async def test_the_last_super_user_stays_in_the_stores_own_words(place):
    with place.open() as store:
        deactivate_person(store, SUE)
    async with looking(place, ADA) as driver:
        await put_on(driver, "Ada")
        await driver.press("d")
        await answer_yes(driver)
        await driver.reads("■ Not done: Ada Super is the last super user and stays one")
    assert place.person(ADA).active


@driven
async def test_a_reset_takes_the_password_and_shows_a_code(place):
    async with looking(place, ADA) as driver:
        await put_on(driver, "Ray")
        await driver.press("w")
        await driver.sees("Reset the password of Ray Recruiter?", "second factor stays.")
        await answer_yes(driver)
        await driver.on("OnceBox")
        await driver.press("escape")
        await driver.sees("✓ Ray Recruiter has a new enrolment code.", "No password yet")
        await read(driver)
        assert "people.reset" not in labels(driver)
        await driver.press("n")
        await driver.on("OnceBox")
    assert not place.person(RAY).has_password


@driven
async def test_a_reference_is_linked_from_those_of_nobody_and_taken_away(place):
    async with looking(place, EVE) as driver:
        await put_on(driver, "Ray")
        await driver.press("enter")
        await driver.on("PersonScreen")
        await driver.sees("ray@ats", "managed by Mo Manager")
        await driver.press("l")
        await driver.on("FormBox")
        await driver.sees("zed", "1 listing")
        await driver.press("down", "down", "enter", "enter")
        await driver.sees("✓ “zed” is Ray Recruiter.")
        await read(driver)
        await put_on(driver, "ATS reference")
        await driver.press("x")
        await driver.sees("× ray@ats was taken from Ray Recruiter.")
        await read(driver)
        await driver.press("l")
        await fill(driver, "not-yet@ats")
        await driver.sees("✓ “not-yet@ats” is Ray Recruiter.")
    assert place.person(RAY).links == ("not-yet@ats", "zed")


@driven
async def test_whose_an_unlinked_reference_is_can_be_said_where_it_stands(place):
    async with looking(place, EVE) as driver:
        await go_to(driver, "Unlinked")
        await driver.sees("zed", "[bold]name[/bold]")
        await put_on(driver, "zed")
        await driver.press("enter")
        await fill(driver, "hal")
        await driver.sees("Hal Partner")
        await driver.press("enter")
        await driver.reads("✓ “zed” is Hal Partner.")
        await driver.until(lambda: [row.cells[0] for row in table(driver).rows] != ["zed"], "one less")
    assert place.person(4).links == ("zed",)


@driven
async def test_a_listing_is_assigned_to_who_goes_by_listings_alone(place):
    async with looking(place, EVE) as driver:
        await put_on(driver, "Ray")
        assert "people.assign" not in labels(driver)
        await put_on(driver, "Fay")
        await driver.press("s")
        await driver.on("ListingBox")
        await type_in(driver, "nurse")
        await driver.sees("NB-1", "Staff nurse")
        await driver.press("enter")
        await driver.sees("✓ NB-1 is assigned to Fay Hiring.")
        await read(driver)
        await driver.press("enter")
        await driver.on("PersonScreen")
        await driver.sees("Listing  NB-1")
        await driver.press("x")
        await driver.sees("× NB-1 was taken from Fay Hiring.")
    assert place.person(FAY).listings == ()


@driven
async def test_what_asks_for_a_fresh_code_is_done_once_it_was_given(place):
    async with looking(place, RAY, coded=False) as driver:
        await go_to(driver, "Sessions")
        await driver.press("a")
        await driver.on("FormBox")
        await type_in(driver, "nightly")
        await driver.press("tab", "tab", "space", "enter")
        await driver.on("FreshCodeBox")
        await driver.press("escape")
        await driver.reads("this asks for a fresh code: the last was given over")
        await driver.press("a")
        await driver.on("FormBox")
        await type_in(driver, "nightly")
        await driver.press("tab", "tab", "space", "enter")
        await driver.on("FreshCodeBox")
        await type_in(driver, PASSWORD)
        await driver.press("enter")
        await driver.on("OnceBox")
        await driver.reads("The token “nightly”, good until", "STAGEWATCH_TOKEN")
        await driver.press("escape")
        await driver.sees("token nightly")
        await put_on(driver, "Ray")
        await driver.press("home", "x")
        await driver.sees("made the token “nightly”")
        await answer_yes(driver)
        await driver.sees("× It was ended.")
        await driver.sees_no("token nightly")


@driven
async def test_a_hostile_name_is_only_text_in_boxes_too(place):
    async with looking(place, ADA) as driver:
        await put_on(driver, "[31mEvil")
        for key, box in (("e", "FormBox"), ("d", "AskBox")):
            await driver.press(key)
            await driver.on(box)
            await driver.sees("[bold]name[/bold]")
            await driver.press("escape")
        await driver.press("enter")
        await driver.on("PersonScreen")
        await driver.sees("[bold]name[/bold]", "Nothing is theirs yet")
