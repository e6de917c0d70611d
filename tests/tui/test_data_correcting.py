"""What is done on the Data screen: a mapping corrected, rows tried again or dropped, activities mapped."""

from __future__ import annotations

from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

import pytest

from store import retrying
from store.feeds.mapping import load_mapping
from store.importing import import_file, keep
from store.location import find_location
from store.mappings import map_activity, save_mapping
from store.work import Store
from tests.store.helpers import new_store
from tests.tui.data_screen import opened
from tests.tui.driving import SMALL, Driver, driven, running
from tests.tui.fake import World
from tui.app import StagewatchApp
from tui.screens.data import DataScreen

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = """# by hand
[source]
name = "ATS"
[columns]
event = "what"
at = "when"
listing = "vacancy"
[events]  # theirs = ours
"went live" = "listing_published"
"""
ROWS = """what,when,vacancy
went live,2026-03-02T09:00:00Z,V1
Offer was accepted by candidate,2026-03-03T09:00:00Z,V1
went live,2026-03-04T09:00:00,V2
went live,2026-03-05T09:00:00,V3
went live,,V4
broken
"""


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    """A store with two events and four rows in quarantine, for three reasons."""
    with new_store(str(tmp_path / "dirty.db")) as store:
        file = tmp_path / "events.csv"
        file.write_text(ROWS, "utf-8")
        import_file(store, file, load_mapping(MAPPING))
    return tmp_path / "dirty.db"


@driven
async def test_dropping_asks_first_with_the_number_of_rows():
    async with running() as driver:
        await opened(driver, 1)
        await driver.press("x")
        await driver.sees("Drop 130 rows of ATS, whatever the reason?", "( ) Keep them")
        await driver.press("enter")
        await driver.on("DataScreen")
        await driver.press("down", "down", "x")
        await driver.sees("Drop 120 rows of ATS with the reason “no time”?")
        await driver.press("escape")
        await driver.on("DataScreen")
        assert "Dropping" not in driver.text


@driven
async def test_what_cannot_be_written_is_said_in_words():
    async with running() as driver:
        await opened(driver, 1)
        await driver.press("r")
        await driver.sees("■ Trying again failed:", "What was done before that stays.")


@driven
async def test_an_activity_is_mapped_from_our_events_those_most_like_it_first():
    async with running() as driver:
        await opened(driver, 2)
        await driver.press("enter")
        await driver.on("EventChooser")
        await driver.sees("“coffee” from ATS", "events already kept", "92 % alike", "approval granted")
        await driver.press(*"appr")
        await driver.sees_no("offer accepted")
        await driver.press(*"zzz")
        await driver.sees("No event's name holds that.")
        await driver.press("escape")
        await driver.on("DataScreen")


@driven
async def test_what_is_wrong_with_a_mapping_is_said_at_once_and_it_is_not_saved():
    async with running() as driver:
        await opened(driver)
        await driver.press("m")
        await driver.on("MappingEditor")
        await driver.sees("This is what is kept.", "ctrl+s save")
        await driver.press(*"x /q1")
        await driver.sees("■ the mapping is not a TOML file:", "not saved", "x /q1# by hand")
        await driver.press("ctrl+s")
        await driver.sees("Not saved: correct what is wrong first.")
        await driver.press(*["backspace"] * 5)
        await driver.sees("This is what is kept.")
        await driver.press("enter", "up", *"# mine")
        await driver.sees("This can be used.")
        await driver.press("escape")
        await driver.sees("has been changed and is not saved", "Save, then leave")
        await driver.press("enter")
        await driver.on("MappingEditor")


@driven
async def test_a_source_keeps_its_name():
    async with running() as driver:
        await opened(driver)
        await driver.press("m")
        await driver.sees("This is what is kept.")
        await driver.press("down", "down", "end", "left", "B")
        await driver.sees("■ [source] name must stay “ATS”")


@pytest.mark.parametrize("way", ["escape", "tab line", "quit"])
@driven
async def test_leaving_unsaved_asks_whichever_way_one_leaves(way):
    async with running() as driver:
        await opened(driver)
        await driver.press("m")
        await driver.sees("This is what is kept.")
        await driver.press("#")
        await driver.sees("not saved")
        if way == "escape":
            await driver.press("escape")
        elif way == "quit":
            await driver.press("ctrl+q")
        else:
            await driver.click_text("1 Board")
        await driver.on("AskBox")
        if way != "quit":
            await driver.press("down", "down", "enter")
            await driver.on("DataScreen" if way == "escape" else "BoardScreen")


@driven
async def test_a_source_without_a_kept_mapping_is_said_in_words():
    async with running() as driver:
        await opened(driver, 1)
        await driver.press("end", "m")
        await driver.on("MappingEditor")
        await driver.sees("■ No mapping is kept under the name")
        await driver.press("a", "ctrl+s", "escape")
        await driver.on("DataScreen")
        assert isinstance(driver.app.screen, DataScreen)


@driven
async def test_a_corrected_mapping_is_saved_and_the_rows_of_its_source_are_tried_again(dirty):
    app = StagewatchApp(str(dirty))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver)
        await driver.press("m")
        await driver.sees("This is what is kept.")
        await driver.press("down", "down", "end", "enter", *"timezone = ", *'"Europe/London"')
        await driver.sees("This can be used.")
        await driver.press("f2")
        await driver.sees("3 rows of ATS in quarantine can be tried again")
        await driver.press("enter")
        await driver.sees("3 rows tried again: 2 understood, 1 still not")
        await driver.press("escape", "right")
        await driver.sees("no time", "broken line")
        await driver.sees_no("time zone missing")
        await driver.press("left")
        await driver.sees("quarantine")


@driven
async def test_a_row_and_then_all_rows_of_a_source_are_dropped(dirty):
    app = StagewatchApp(str(dirty))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver, 1)
        await driver.press("enter")
        await driver.sees("1 of 4", "events.csv, line 4")
        await driver.press("x")
        await driver.sees("Drop 1 row of ATS, events.csv, line 4?")
        await driver.press("down", "enter")
        await driver.sees("1 row dropped.", "1 of 3", "events.csv, line 5")
        await driver.press("escape")
        await driver.on("DataScreen")
        await driver.sees("all reasons: 3 rows in quarantine")
        await driver.press("x", "down", "enter")
        await driver.sees("3 rows dropped.", "Nothing in quarantine")


@driven
async def test_a_chosen_event_is_written_into_the_kept_mapping(dirty):
    app = StagewatchApp(str(dirty))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver, 2)
        await driver.press("enter")
        await driver.sees("% alike")
        await driver.press("enter")
        await driver.sees("as “offer accepted”", "Events already kept keep their name.")
        await driver.press("m")
        await driver.sees('"Offer was accepted by candidate" = "offer_accepted"', "# theirs = ours")


def test_mapping_an_activity_keeps_the_comments_and_changes_what_the_mapping_itself_says(dirty):
    store = Store(find_location(str(dirty)))
    try:
        added = map_activity(store, "ATS", 'coffee "black"', "listing_closed")
        assert added.events == {"went live": "listing_published", 'coffee "black"': "listing_closed"}
        assert "# by hand" in added.text
        assert "# theirs = ours" in added.text
        changed = map_activity(store, "ATS", "listing_published", "listing_closed")
        assert changed.events["went live"] == "listing_closed"
        assert "listing_published" not in changed.events
    finally:
        store.close()


def held_up(dirty, monkeypatch):
    """A corrected mapping, and a retry that says when it has begun and waits until it may go on."""
    begun, go_on = Event(), Event()

    def keep_slowly(*args, **more):
        begun.set()
        assert go_on.wait(20)
        return keep(*args, **more)

    monkeypatch.setattr(retrying, "keep", keep_slowly)
    with closing(Store(find_location(str(dirty)))) as store:
        save_mapping(store, MAPPING.replace("[columns]", 'timezone = "Europe/London"\n[columns]'))
    return begun, go_on


@driven
async def test_a_retry_that_is_stopped_keeps_whole_portions_and_says_so(dirty, monkeypatch):
    monkeypatch.setattr(retrying, "PORTION", 1)
    begun, go_on = held_up(dirty, monkeypatch)
    app = StagewatchApp(str(dirty))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver, 1)
        await driver.sees("time zone missing")
        await driver.press("r")
        await driver.until(begun.is_set, "the first portion is being read")
        await driver.press("escape")
        await driver.sees("Stopping after this portion.")
        await driver.on("DataScreen")
        go_on.set()
        await driver.reads("Stopped before the end; the rest waits as before.")
        await driver.reads("1 row tried again: 1 understood, 0 still not. 1 event added")
        await driver.sees("3 rows in quarantine")
        await driver.press("escape")
        await driver.on("BoardScreen")


@driven
async def test_a_retry_whose_page_was_left_is_told_where_one_is_then(dirty, monkeypatch):
    begun, go_on = held_up(dirty, monkeypatch)
    app = StagewatchApp(str(dirty))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await opened(driver, 1)
        page = app.screen
        await driver.press("r")
        await driver.until(begun.is_set, "the rows are being read")
        await driver.press("1")
        await driver.on("BoardScreen")
        await driver.until(lambda: not page.is_attached, "the page is gone")
        go_on.set()
        await driver.until(
            lambda: any("2 events added" in note.message for note in app._notifications), "it is told"
        )
