"""Signing in at the door of a guarded store, and what ends a session while it is on the screen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from store.accounts import add_account
from store.people import deactivate_person
from store.sessions import end_session
from tests.slowly import slowly
from tests.store.house import PASSWORD, WRONG, failures
from tests.tui.doors import Entrance, coming, field, in_a_burst, inside, look_again, sign_in, typed
from tests.tui.driving import LARGE, SMALL, Driver, driven, running
from tui.actor import held_token, session_name
from tui.me import Door, ask_door

if TYPE_CHECKING:
    from store.reading import Reader


async def at_the_door(driver: Driver) -> None:
    await driver.on("SignInScreen")
    await driver.sees("Sign in to Northbank.")


@driven
async def test_a_guarded_store_shows_nothing_until_somebody_has_signed_in(entrance: Entrance, ring):
    async with coming(entrance.guard()) as driver:
        await at_the_door(driver)
        assert "All stages" not in driver.text
        await driver.press("tab", "tab", "f1", "f2")  # the codes of enrolling are another door
        await driver.on("EnrolScreen")
        await driver.press("escape")
        await sign_in(driver, "ada sample")
        await driver.sees("The password was right; now the code.")
        await driver.until(lambda: driver.app.focused is field(driver, "code"), "the code is asked for")
        await driver.press(*entrance.code(), "enter")
        await driver.sees("All stages", "Ada Sample, super user", "2 KPIs")
        await driver.on("BoardScreen")
        store_id = entrance.store_id
        assert ring.kept["stagewatch", session_name(store_id)] == held_token(store_id)
        assert len(driver.app.screen_stack) == 1


@driven
async def test_who_has_no_second_factor_is_in_by_the_password(entrance: Entrance, ring):
    async with coming(entrance.guard()) as driver:
        await at_the_door(driver)
        other = entrance.house.session(entrance.member("Cy"))
        ring.kept["stagewatch", session_name(entrance.store_id)] = other
        await sign_in(driver, "Bo Recruit")
        await driver.sees("All stages", "Bo Recruit, recruiter")
    alive = entrance.house.rows("SELECT person FROM session WHERE ended_at IS NULL")
    assert alive == [(entrance.member("Bo").number,)], "what the machine kept before has ended"


@driven
async def test_what_is_wrong_stands_beside_and_nothing_secret_stays(entrance: Entrance):
    async with coming(entrance.guard()) as driver:
        await at_the_door(driver)
        await sign_in(driver, "Bo Recruit", WRONG, "123456")
        await driver.reads("■ The name, the password or the code is wrong; nobody was signed in.")
        assert field(driver, "name").value == "Bo Recruit"
        assert not field(driver, "password").value + field(driver, "code").value
        await driver.until(lambda: driver.app.focused is field(driver, "password"), "the password anew")
        await driver.press(*"text", "ctrl+a", "ctrl+c", "ctrl+x")
        assert driver.app.clipboard == ""


@driven
async def test_a_wait_is_counted_down_and_nothing_is_tried_meanwhile(entrance: Entrance):
    house = entrance.guard().house
    bo = entrance.member("Bo").number
    house.run(f"INSERT INTO sign_in_attempts VALUES ({bo}, 9, {house.now}, {house.now + 127_000_000})")
    async with coming(entrance) as driver:
        await sign_in(driver, "Bo Recruit")
        await driver.reads("■ Too many attempts: wait 2 min", "Starting the app anew does not help.")
        door = driver.app.screen
        assert 100 < door.seconds_left <= 127  # type: ignore[attr-defined]
        await sign_in(driver, "Bo Recruit")
        assert not door.is_busy  # type: ignore[attr-defined]
        assert failures(house, bo) == 9
        door._again_at = 0.0  # type: ignore[attr-defined]
        await driver.sees("You may try again.")
        house.run("DELETE FROM sign_in_attempts")
        await driver.press("enter")
        await driver.sees("All stages")


@driven
async def test_strokes_that_come_all_at_once_go_each_to_its_field(entrance: Entrance):
    async with coming(entrance.guard()) as driver:
        await at_the_door(driver)
        in_a_burst(driver, "Bo Recruit", "enter", PASSWORD, "enter", "12345", "tab", "q")
        await driver.sees("All stages", "Bo Recruit")
    async with coming(entrance) as driver:
        await driver.sees("All stages")


@pytest.mark.parametrize("size", [SMALL, slowly(LARGE), (60, 16)])
@driven
async def test_the_doors_fit_the_screen(entrance: Entrance, size):
    async with coming(entrance.guard(), size=size) as driver:
        await at_the_door(driver)
        await driver.sees("Name", "Password", "Code", "enter Sign in")
        await driver.press("f2")
        await driver.sees("Enrolment code", "esc Back to signing in")
        assert all(len(line.rstrip()) <= size[0] for line in driver.lines)


@driven
async def test_at_the_door_nothing_can_be_done_with_what_lies_behind(entrance: Entrance):
    async with coming(entrance.guard()) as driver:
        await at_the_door(driver)
        keys = ("1", "2", "o", "v", "slash", "i", "f2", "escape", "f3", "f5", "f6", "f7", "f8", "ctrl+p", "r")
        await driver.press("ctrl+a", *keys)
        await driver.on("SignInScreen")
        assert len(driver.app.screen_stack) == 2
        await driver.press("f4")
        await driver.on("AccountsScreen")
        await driver.press("escape", "f10")
    assert driver.app.return_code == 0


@driven
async def test_an_account_that_is_guarded_is_gone_over_to_and_asks_who_one_is(entrance: Entrance):
    add_account("Guarded", str(entrance.guard().path))
    async with running() as driver:
        await driver.sees("Northbank NHS Trust", "All stages")
        await driver.settled()
        await driver.press("f4")
        await driver.sees("Guarded")
        await driver.press("enter")
        await at_the_door(driver)
        await sign_in(driver, "Bo Recruit")
        await driver.sees("All stages", "Bo Recruit, recruiter", "Northbank ─")
        assert "NHS Trust" not in driver.text


# ------------------------------------------------------------------------------- without a keyring


@driven
async def test_who_is_quicker_than_the_store_need_not_press_again(entrance: Entrance, ring, monkeypatch):
    may_answer = threading.Event()

    def slowly(reader: Reader) -> Door:
        assert may_answer.wait(20)
        return ask_door(reader)

    monkeypatch.setattr("tui.screens.door.ask_door", slowly)
    async with coming(entrance.guard()) as driver:
        await driver.on("SignInScreen")
        await driver.until(lambda: driver.app.screen.query("#code"), "the door stands")
        await typed(driver, name="Bo Recruit", password=PASSWORD, code="")
        driver.app.screen.set_focus(field(driver, "code"))
        await driver.press("enter")
        await driver.sees("One moment: the store is being read")
        may_answer.set()
        await driver.sees("All stages", "Bo Recruit, recruiter")


@driven
async def test_without_a_keyring_it_says_so_and_goes_on_until_one_quits(entrance: Entrance, ring):
    app = entrance.guard().app()
    ring.locked = True
    async with coming(app) as driver:
        await sign_in(driver, "Bo Recruit")
        await driver.on("UnkeptScreen")
        await driver.reads("The session cannot be kept on this machine")
        await driver.press("f2")
        await driver.reads("set STAGEWATCH_SECRETS to the whole path", "STAGEWATCH_PASSPHRASE")
        await driver.press("enter")
        await driver.sees("All stages", "Bo Recruit, recruiter")
        assert entrance.house.rows("SELECT 1 FROM session WHERE ended_at IS NULL")
        await driver.press("q")
    app.leave()
    assert entrance.house.rows("SELECT 1 FROM session WHERE ended_at IS NULL") == []


@driven
async def test_without_a_keyring_one_can_sign_out_again_at_once(entrance: Entrance, ring):
    entrance.guard()
    ring.forgetful = True
    async with coming(entrance) as driver:
        await sign_in(driver, "Bo Recruit")
        await driver.on("UnkeptScreen")
        await driver.press("f8")
        await at_the_door(driver)
    assert entrance.house.rows("SELECT 1 FROM session WHERE ended_at IS NULL") == []


@driven
async def test_a_code_that_no_key_opens_is_said_in_the_stores_words(entrance: Entrance, ring):
    entrance.guard()
    ring.kept.clear()
    async with coming(entrance) as driver:
        await sign_in(driver, "Ada Sample", code="123456")
        await driver.reads("■ This second factor was set up on another machine")


# --------------------------------------------------------------------------------- when a session ends


def ended_elsewhere(entrance: Entrance) -> None:
    with entrance.house.by_system() as store:
        end_session(store, 1)


def deactivated(entrance: Entrance) -> None:
    with entrance.house.by_system() as store:
        deactivate_person(store, entrance.member("Bo").number)


def over(entrance: Entrance) -> None:
    entrance.house.run("UPDATE session SET made_at = 1, seen_at = 2, coded_at = 1, ends_at = 3")


@pytest.mark.parametrize("how", [ended_elsewhere, slowly(deactivated), slowly(over)])
@driven
async def test_a_session_that_is_gone_takes_everything_off_the_screen(entrance: Entrance, how):
    async with inside(entrance.guard(), "Bo") as driver:
        await driver.press("end", "o")
        await driver.sees("1 of 2", "J1")
        how(entrance)
        look_again(driver)
        await driver.on("SignInScreen")
        await driver.sees("This session")
        assert "J1" not in driver.text
        assert field(driver, "name").value == "Bo Recruit"


@driven
async def test_the_next_list_that_is_asked_for_is_refused_too(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        ended_elsewhere(entrance)
        await driver.press("o")
        await driver.on("SignInScreen")
        await driver.sees("This session was ended. Sign in to Northbank.")


@driven
async def test_whose_session_it_was_finds_everything_as_it_was(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        await driver.press("end", "o", "s")
        await driver.sees("1 of 2", "by stage")
        ended_elsewhere(entrance)
        look_again(driver)
        await sign_in(driver, "Bo Recruit")
        await driver.on("TasksScreen")
        await driver.sees("1 of 2", "by stage", "fresh")


@driven
async def test_somebody_else_begins_at_the_board_and_sees_nothing_of_it(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        await driver.press("left_square_bracket", "end", "o")
        await driver.sees("1 day back")
        ended_elsewhere(entrance)
        look_again(driver)
        await sign_in(driver, "Cy Recruit")
        await driver.on("BoardScreen")
        await driver.sees("All stages", "Cy Recruit, recruiter")
        assert len(driver.app.screen_stack) == 1
        assert driver.app.lens.as_of is None


@driven
async def test_signing_out_ends_the_session_and_the_machine_keeps_it_no_more(entrance: Entrance, ring):
    async with coming(entrance.guard()) as driver:
        await sign_in(driver, "Bo Recruit")
        await driver.sees("All stages")
        await driver.press("f8")
        await at_the_door(driver)
        assert entrance.house.rows("SELECT 1 FROM session WHERE ended_at IS NULL") == []
        assert [name for _, name in ring.kept if name.startswith("session:")] == []
        assert "All stages" not in driver.text
        assert not field(driver, "name").value
