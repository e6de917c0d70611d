"""The lock: what it hides, how one comes back, and what the store knows of it."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from tests.slowly import slowly
from tests.store.house import WRONG
from tests.tui.doors import LONG_AGO, Entrance, coming, field, inside, look_again, typed
from tests.tui.driving import Driver, driven
from tui.actor import held_token
from tui.screens.ask_box import AskBox
from tui.settings import Settings, save_settings, settings_path


def locked_at(entrance: Entrance) -> int | None:
    found: int | None = entrance.house.rows("SELECT max(locked_at) FROM session")[0][0]
    return found


async def unlock(driver: Driver, entrance: Entrance) -> None:
    """Give the password, once the store knows of the lock."""
    await driver.until(lambda: locked_at(entrance), "the store knows of the lock")
    await driver.until(lambda: not driver.app.screen.is_busy, "the door is free")  # type: ignore[attr-defined]
    await typed(driver, password="wobble quartz lantern")
    await driver.press("enter")


@driven
async def test_who_is_away_too_long_is_locked_and_finds_everything_as_it_was(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        await driver.press("end", "o", "s", "s", "down")
        await driver.sees("2 of 2", "by listing")
        driver.app.look_after_session()
        await driver.on("TasksScreen")
        driver.app.moved = LONG_AGO
        driver.app.look_after_session()
        await driver.on("LockScreen")
        await driver.reads(
            "Bo Recruit, recruiter, at Northbank. Nothing is seen until the password is given."
        )
        assert "J1" not in driver.text
        await driver.press("1", "o", "escape", "ctrl+p")
        await unlock(driver, entrance)
        await driver.on("TasksScreen")
        await driver.sees("2 of 2", "by listing", "fresh", "? help")
        assert locked_at(entrance) is None


@pytest.mark.parametrize("theme", ["dark", slowly("light"), "terminal", slowly("colour-blind")])
@driven
async def test_no_theme_shows_what_lies_below(entrance: Entrance, theme):
    save_settings(settings_path(), Settings(theme))
    async with inside(entrance.guard(), "Bo") as driver:
        driver.app.notify("Told of listing J1", markup=False)
        await driver.press("f6")
        await driver.on("LockScreen")
        await driver.sees("Unlock")
        assert "All stages" not in driver.text
        assert "J1" not in driver.text
        assert "All stages" not in driver.app.export_screenshot().replace("&#160;", " ")


@driven
async def test_a_wrong_password_unlocks_nothing_and_f8_signs_out(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        await driver.press("f6")
        await driver.until(lambda: locked_at(entrance), "the store knows of the lock")
        await driver.until(lambda: not driver.app.screen.is_busy, "the door is free")  # type: ignore[attr-defined]
        await typed(driver, password=WRONG)
        await driver.press("enter")
        await driver.reads("■ The password is not right.")
        assert not field(driver, "password").value
        await driver.press("f8")
        await driver.on("SignInScreen")
        assert entrance.house.rows("SELECT 1 FROM session WHERE ended_at IS NULL") == []


@driven
async def test_a_session_that_was_left_locked_is_unlocked_by_whoever_it_is_of(entrance: Entrance):
    entrance.guard().enter("Bo")
    entrance.house.run("UPDATE session SET locked_at = seen_at")
    async with coming(entrance) as driver:
        await driver.on("LockScreen")
        await driver.reads("Bo Recruit, at Northbank.")
        await unlock(driver, entrance)
        await driver.sees("All stages", "Bo Recruit, recruiter")


@driven
async def test_a_lock_in_another_window_locks_this_one_too(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        entrance.house.run("UPDATE session SET locked_at = seen_at")
        look_again(driver)
        await driver.on("LockScreen")
        assert "All stages" not in driver.text


@driven
async def test_a_session_that_is_over_is_not_unlocked_but_begun_anew(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        await driver.press("f6")
        await driver.until(lambda: locked_at(entrance), "the store knows of the lock")
        entrance.house.run("UPDATE session SET ended_at = locked_at")
        await unlock(driver, entrance)
        await driver.on("SignInScreen")
        await driver.sees("This session is over.")


@driven
async def test_the_store_learns_once_a_minute_that_somebody_is_there(entrance: Entrance):
    def seen_at() -> int:
        return int(entrance.house.rows("SELECT max(seen_at) FROM session")[0][0])

    def minutes_pass() -> None:
        entrance.house.run("UPDATE session SET made_at = made_at - 1e8, seen_at = seen_at - 1e8")

    entrance.guard().enter("Bo")
    minutes_pass()
    before = seen_at()
    async with coming(entrance) as driver:
        await driver.sees("All stages")
        await driver.until(lambda: seen_at() > before, "the store knows")
        minutes_pass()
        revision, before = entrance.house.rows("SELECT revision FROM store_state"), seen_at()
        await driver.press("down")
        driver.app.look_after_session()
        driver.app._touched = LONG_AGO  # and the key was pressed since
        driver.app.look_after_session()
        await driver.until(lambda: seen_at() > before, "the store knows again")
        assert entrance.house.rows("SELECT revision FROM store_state") == revision, "nothing is news"


@driven
async def test_what_comes_in_meanwhile_waits_behind_the_lock(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        app = driver.app
        box = AskBox("A question", "Which?", (("one", "This"),))
        await driver.press("f6")
        await driver.on("LockScreen")
        app.carry(partial(app.push_screen, box))
        await unlock(driver, entrance)
        await driver.on("AskBox")
        assert len(app.screen_stack) == 2


@driven
async def test_what_is_still_being_done_is_not_locked_out(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        done = threading.Event()
        driver.app.run_worker(lambda: done.wait(30), thread=True, group="writing")
        await driver.press("f6")
        await driver.on("LockScreen")
        await driver.until(lambda: driver.app.door and driver.app.door.door, "it is known which store it is")
        assert locked_at(entrance) is None
        done.set()
        await driver.until(lambda: locked_at(entrance), "the store knows of the lock")


@driven
async def test_quitting_while_locked_is_asked_twice(entrance: Entrance):
    async with inside(entrance.guard(), "Bo") as driver:
        await driver.press("f6", "f10")
        await driver.reads("■ What is not saved yet is lost: f10 once more quits.")
        assert driver.app.is_running
        await driver.press("ctrl+q")
    assert driver.app.return_code == 0
    assert held_token(entrance.store_id), "whoever comes back unlocks it"
