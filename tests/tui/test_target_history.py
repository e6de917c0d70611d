"""The target history: all sets, one in full, two beside each other, going back and withdrawing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kpi.targets import Target
from store.location import find_location
from store.reading import open_reader
from store.target_questions import SetState
from store.targets import save_targets
from store.work import Store
from tests.store.helpers import Clock, new_store
from tests.tui.driving import LARGE, SMALL, Driver, driven, running
from tests.tui.fake import KPIS, World
from tests.tui.fake_sets import SETS, SetsWorld, view
from tui.app import StagewatchApp
from tui.history_facts import made_from
from tui.screens.target_history import TargetHistoryScreen

if TYPE_CHECKING:
    from pathlib import Path

APPROVAL = KPIS[4].code


async def opened(driver: Driver) -> TargetHistoryScreen:
    """Open the history."""
    await driver.sees("1 Board")
    await driver.settled()
    screen = TargetHistoryScreen()
    await driver.app.push_screen(screen)
    await driver.on("TargetHistoryScreen")
    await driver.until(lambda: not driver.app._waiting, "every question answered")
    return screen


@pytest.fixture
def kept(tmp_path: Path) -> str:
    """A store with three sets: the founding's, one in force, one pending."""
    url = str(tmp_path / "kept.db")
    with new_store(url, clock=Clock(datetime(2026, 1, 5, tzinfo=UTC))):
        pass
    store = Store(find_location(url))
    try:
        save_targets(store, {APPROVAL: Target(2, 4)}, reason="After the audit", actor="A. Okafor")
        reader = open_reader(store.location)
        ahead = reader.today() + timedelta(days=30)
        reader.close()
        save_targets(store, {APPROVAL: Target(1, 4)}, reason="New year", actor="Chidi", effective_from=ahead)
    finally:
        store.close()
    return url


def sets_in(url: str) -> list[tuple[int, str, str]]:
    reader = open_reader(url)
    try:
        return [(one.number, one.state.value, one.reason) for one in reader.targets().history()]
    finally:
        reader.close()


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


# --------------------------------------------------------------------------------------- going back


@driven
async def test_going_back_shows_the_difference_and_asks_for_a_reason():
    async with running(SetsWorld()) as driver:
        screen = await opened(driver)
        await driver.press("v")
        await driver.reads("Set 5 is in force already")
        await driver.press("end", "v")
        await driver.on("ReasonBox")
        await driver.reads("new target set with the targets of set 1", "begin from", "2 KPIs change")
        await driver.reads("Pending: set 4 on", "1 → 5", "Why?")
        await driver.press("enter")
        await driver.reads("■ reason: say why")
        await driver.press(*"too late", "escape")
        await driver.on("TargetHistoryScreen")
        assert "■ reason" not in driver.text
        await driver.press("v")
        await driver.reads("too late")
        assert screen.job is None


@driven
async def test_a_long_difference_is_scrolled_while_the_reason_keeps_the_focus():
    world = SetsWorld(targets_of={5: {kpi.code: Target(1, 2) for kpi in KPIS}})
    async with running(world) as driver:
        await opened(driver)
        await driver.press("end", "v")
        await driver.on("ReasonBox")
        await driver.sees(KPIS[0].title, "1 → 5")
        assert KPIS[-2].title not in driver.text
        await driver.press(*["pagedown"] * 6, *"so")
        await driver.sees(KPIS[-2].title, "so")


@driven
async def test_a_reason_that_is_too_long_is_said_beside_it():
    async with running(SetsWorld()) as driver:
        await opened(driver)
        await driver.press("end", "v")
        await driver.on("ReasonBox")
        driver.app.screen.query_one("#reason").value = "x" * 501  # type: ignore[attr-defined]
        await driver.press("enter")
        await driver.reads("at most 500 characters, this has 501")
        await driver.press("backspace")
        await driver.sees_no("at most 500")


@driven
async def test_going_back_makes_a_new_set(kept):
    app = StagewatchApp(kept)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver)
        await driver.press("end", "v")
        await driver.on("ReasonBox")
        await driver.press(*"As before")
        await driver.click_text("Revert to set 1")
        await driver.reads("Target set 4 is in force for listings that begin from now on", "1 KPI changed")
        await driver.reads("▸ in force")
        assert sets_in(kept)[0] == (4, "in force", "As before")
        assert sets_in(kept)[1][1] == "pending", "what waits goes on waiting"


@driven
async def test_a_set_saved_meanwhile_is_a_conflict_that_keeps_the_reason(kept):
    app = StagewatchApp(kept)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver)
        await driver.press("end", "v")
        await driver.on("ReasonBox")
        store = Store(find_location(kept))
        save_targets(store, {KPIS[0].code: Target(7, 8)}, reason="Mine was first", actor="Chidi")
        store.close()
        await driver.press(*"As before", "enter")
        await driver.reads("■ target set 4 was saved meanwhile by Chidi", "As before", "2 KPIs change")
        assert len(sets_in(kept)) == 4
        await driver.press("enter")
        await driver.reads("Target set 5 is in force")
        assert sets_in(kept)[0] == (5, "in force", "As before")


@driven
async def test_a_store_that_is_gone_keeps_the_reason(kept, tmp_path):
    app = StagewatchApp(kept)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver)
        await driver.press("end", "v")
        await driver.on("ReasonBox")
        (tmp_path / "kept.db").rename(tmp_path / "away.db")
        await driver.press(*"As before", "enter")
        await driver.reads("■ there is no store at")
        await driver.press("escape")
        await driver.on("TargetHistoryScreen")
        (tmp_path / "away.db").rename(tmp_path / "kept.db")
        await driver.press("r")
        await driver.until(lambda: not app._waiting, "read again")
        await driver.press("v")
        await driver.reads("As before")


# --------------------------------------------------------------------------------------- withdrawing


@pytest.mark.parametrize(
    ("place", "said"),
    [(0, "is in force and stays"), (2, "has been withdrawn already"), (3, "has been in force, and")],
)
@driven
async def test_only_a_pending_set_is_withdrawn(place, said):
    async with running(SetsWorld()) as driver:
        await opened(driver)
        await driver.press(*["down"] * place, "w")
        await driver.reads(said, "Only a pending set can be withdrawn.")
        assert type(driver.app.screen).__name__ == "TargetHistoryScreen"


@driven
async def test_a_pending_set_is_withdrawn_with_a_reason(kept):
    app = StagewatchApp(kept)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver)
        await driver.press("w")
        await driver.on("ReasonBox")
        await driver.reads("Withdrawn, it never will", "“New year”")
        await driver.press("enter")
        await driver.reads("■ reason: say why")
        await driver.press(*"No need", "enter")
        await driver.reads("Target set 3 is withdrawn", "× withdrawn", "“No need”")
        assert sets_in(kept)[0][:2] == (3, "withdrawn")


@driven
async def test_a_set_can_be_reverted_to_from_its_own_page(kept):
    app = StagewatchApp(kept)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver)
        await driver.press("end", "enter", "v")
        await driver.on("ReasonBox")
        await driver.press(*"Once more", "enter")
        await driver.reads("Target set 4 is in force")
        await driver.press("escape")
        await driver.reads("Once more")


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
