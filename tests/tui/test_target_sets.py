"""Going back to an older target set, and withdrawing a pending one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kpi.targets import Target
from store.location import find_location
from store.reading import open_reader
from store.targets import save_targets
from store.work import Store
from tests.store.helpers import Clock, new_store
from tests.tui.driving import LARGE, SMALL, Driver, driven, running
from tests.tui.fake import KPIS, World
from tests.tui.fake_sets import SetsWorld
from tests.tui.history_screen import opened
from tui.app import StagewatchApp

if TYPE_CHECKING:
    from pathlib import Path

APPROVAL = KPIS[4].code


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
        await driver.reads("■ target set 4 was saved meanwhile, by Chidi", "As before", "2 KPIs change")
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
