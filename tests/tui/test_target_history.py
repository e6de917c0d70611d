"""The target history: all sets, one in full, two beside each other, and where a set is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.target_questions import SetState
from tests.tui.driving import LARGE, SMALL, driven, running
from tests.tui.fake_sets import SETS, SetsWorld, view
from tests.tui.history_screen import opened
from tui.history_facts import made_from
from tui.screens.target_history import TargetHistoryScreen

# ------------------------------------------------------------------------------------------- all the sets


@driven
async def test_every_set_stands_newest_first_with_its_state_in_words():
    async with running(SetsWorld(), size=LARGE) as driver:
        await opened(driver)
        lines = [line for line in driver.lines if "Reason" in line and "Set" not in line]
        assert [line.split()[1] for line in lines] == ["5", "4", "3", "2", "1"]
        for line, state in zip(
            lines, ("▸ in force", "◇ pending", "× withdrawn", "· past", "· past"), strict=True
        ):
            assert state in line
        assert "the founding" in lines[-1]
        assert "never" in lines[2], "a withdrawn set is never in force"
        assert " 500 " in lines[0]


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_the_set_with_the_cursor_is_told_in_full_and_nothing_foreign_is_drawn(size):
    async with running(SetsWorld(), size=size) as driver:
        await opened(driver)
        await driver.reads("Set 5 is in force", "500 listings live under", "1 of 5")
        await driver.press("down", "down")
        await driver.reads("Set 3 is withdrawn", "by Chidi", "3 of 5", "[bold]name[/bold]")
        assert "\x1b" not in driver.text
        assert "\u202e" not in driver.text


@driven
async def test_it_is_in_the_palette():
    async with running(SetsWorld()) as driver:
        await driver.reads("All stages")
        await driver.settled()
        await driver.press("ctrl+p", *"history")
        await driver.reads("Target sets: history")
        await driver.press("down", "enter")
        await driver.on("TargetHistoryScreen")
        await driver.press("escape")
        await driver.on("BoardScreen")


@driven
async def test_reading_and_failing_are_said_and_r_tries_again():
    world = SetsWorld()
    async with running(world) as driver:
        await driver.reads("All stages")
        await driver.settled()
        world.gate.clear()
        await driver.app.push_screen(TargetHistoryScreen())
        await driver.reads("Reading the target sets")
        await driver.press("enter", "d", "v", "w", "space")
        world.fault = "/x cannot be read"
        world.gate.set()
        await driver.reads("The target sets cannot be shown", "/x cannot be read", "Press r")
        world.fault = None
        await driver.press("r")
        await driver.reads("Set 5 is in force")
        world.fault = "/x cannot be read"
        await driver.press("r")
        await driver.reads("last good figures", "Set 5 is in force")


@driven
async def test_a_set_that_comes_in_meanwhile_leaves_the_cursor_on_its_set():
    world = SetsWorld()
    async with running(world) as driver:
        await opened(driver)
        await driver.press("down")
        world.sets = (
            *SETS[:-1],
            replace(SETS[-1], state=SetState.PAST),
            view(6, SetState.IN_FORCE, days=201),
        )
        world.revision = 2
        driver.app.ask_pulse()
        await driver.reads("3 of 6", "Set 4 is pending")


# ------------------------------------------------------------------------------------- a set, and two of them


def test_a_set_was_made_from_the_one_that_would_have_been_in_force():
    assert [made_from(one, SETS) for one in SETS] == [None, 1, 2, 2, 2]
    # Set 3 was withdrawn on day 61: for one made before that, to begin after set 3, it still counted.
    early = view(4, SetState.PENDING, days=80, made=60)
    assert made_from(early, SETS[:3]) == 3


@driven
async def test_enter_shows_a_sets_targets_beside_the_set_it_was_made_from():
    async with running(SetsWorld()) as driver:
        await opened(driver)
        await driver.press("down", "enter")
        await driver.on("TargetSetScreen")
        await driver.reads("Set 4 › beside set 2", "Against set 2: 1 KPI differs", "the same", "Draft")
        await driver.press("o")
        await driver.sees_no("the same")
        assert "999" in driver.line_with("≠ due 5, done by 10")
        await driver.press("down")
        await driver.reads("From ")
        await driver.press("o", "escape")
        await driver.on("TargetHistoryScreen")


@driven
async def test_the_first_set_has_none_beside_it():
    async with running(SetsWorld()) as driver:
        await opened(driver)
        await driver.press("end", "enter")
        await driver.reads("No set came before it.")
        await driver.press("o")
        await driver.reads("Approvals")
        assert "≠" not in driver.text


@driven
async def test_any_two_sets_stand_beside_each_other():
    async with running(SetsWorld()) as driver:
        await opened(driver)
        await driver.press("d")
        await driver.reads("go to another set, or mark one")
        await driver.press("end", "space")
        await driver.reads("◆ 1")
        await driver.press("d")
        await driver.reads("Set 1 is the marked one")
        await driver.press("home", "d")
        await driver.reads("Set 5 › beside set 1", "2 KPIs differ")
        await driver.press("escape", "end", "space")
        await driver.sees_no("◆")
        await driver.press("d")
        await driver.reads("Set 5 › beside set 1")


@driven
async def test_two_sets_of_the_same_targets_say_so():
    world = SetsWorld(targets_of={})
    async with running(world) as driver:
        await opened(driver)
        await driver.press("enter", "o")
        await driver.reads("nothing differs", "Nothing differs", "o shows them all")
        world.fault = "/x cannot be read"
        await driver.press("r")
        await driver.reads("/x cannot be read", "Nothing differs")


@driven
async def test_a_set_that_cannot_be_read_says_so():
    world = SetsWorld()
    async with running(world) as driver:
        await opened(driver)
        world.fault = "/x cannot be read"
        await driver.press("enter")
        await driver.reads("Set 5 cannot be shown", "/x cannot be read")
        await driver.press("v", "w", "o")
        world.fault = None
        await driver.press("r")
        await driver.reads("Against set 2")


# --------------------------------------------------------------------- every task and listing names its set


@driven
async def test_hits_listings_and_tasks_say_their_target_set():
    async with running(SetsWorld()) as driver:
        await driver.reads("All stages")
        await driver.settled()
        await driver.press("slash", "a")
        await driver.reads("Open tasks Set")
        await driver.press("enter")
        await driver.on("SubjectScreen")
        await driver.reads("NB-2026000 · target set 1")
        await driver.until(lambda: driver.app.screen.query_one("#tasks").count, "tasks")  # type: ignore[attr-defined]
        await driver.press("enter")
        await driver.on("TaskScreen")
        await driver.reads("target set 1", "So far")


@driven
async def test_a_terminal_that_is_too_small_says_so():
    async with running(SetsWorld(), size=(50, 12)) as driver:
        await driver.settled()
        await driver.app.push_screen(TargetHistoryScreen())
        await driver.sees("This terminal has 50")
