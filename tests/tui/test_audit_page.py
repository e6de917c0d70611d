"""The audit log on the screen: the list, its filters, what leads on from an entry."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from store.audit_questions import ReviewView
from tests.tui.audit_screen import filtered, opened, rows
from tests.tui.driving import LARGE, SMALL, driven, running
from tests.tui.fake import HOSTILE
from tests.tui.fake_audit import AuditWorld
from tui.audit_facts import Verified

AT = datetime(2026, 11, 17, 14, 5, tzinfo=UTC)

# ---------------------------------------------------------------------------------------------- the list


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_entries_stand_newest_first_with_who_when_and_what_in_words(size):
    async with running(AuditWorld(), size=size) as driver:
        await opened(driver)
        await driver.sees("1 Board  2 KPIs  3 Summaries  4 Audit  5 People  6 Data")
        await driver.sees("All entries, newest first", "1 of 40")
        head = driver.line_with("Entry")
        for name in ("Entry", "When", "Who", "What", "Of", "✓"):
            assert name in head
        assert ("Why" in head) is (size is LARGE)
        line = driver.line_with(" 39  ")
        assert ("audit log" if size is LARGE else " log ") in line
        assert "5 Jan 26 09:39" in line
        assert driver.lines.index(line) > driver.lines.index(driver.line_with(" 40  "))
        await driver.reads("Entry 40: targets saved, target set 3, by A. Okafor in the app.")
        await driver.reads("ready to publish: due 5 → 7, withdrawn no.")
        await driver.press("down")
        await driver.reads("Entry 39: ○ read: audit log exported, audit log, by 李小龙")
        await driver.press("down", "down")
        await driver.reads("Entry 37: ■ refused: change the calendar, calendar 2, by erased person id-2")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_nothing_foreign_is_drawn(size):
    async with running(AuditWorld(), size=size) as driver:
        await opened(driver)
        for _ in range(5):
            assert "\x1b" not in driver.text
            assert "\u202e" not in driver.text
            await driver.press("down")
        await driver.press("up", "up", "up")
        await driver.reads("[bold]name[/bold]")


@driven
async def test_a_million_entries_open_at_once_and_only_what_is_seen_is_fetched():
    world = AuditWorld(entries=1_000_000)
    async with running(world) as driver:
        await driver.sees("1 Board")
        await driver.settled()
        begin = time.perf_counter()
        await opened(driver)
        took = time.perf_counter() - begin
        assert "1 of 1,000,000" in driver.text
        assert took < 3, "a list that read everything would take minutes"
        assert not [asked for asked in world.asked if asked.startswith("find")]
        assert len([asked for asked in world.asked if asked.startswith("entries")]) <= 3


@driven
async def test_every_moving_key_in_a_million():
    async with running(AuditWorld(entries=1_000_000)) as driver:
        await opened(driver)
        await driver.press("end")
        await driver.sees("1,000,000 of 1,000,000", "Entry 1:")
        await driver.press("up")
        await driver.sees("999,999 of 1,000,000", "Entry 2:")
        await driver.press("home", "down", "pagedown")
        await driver.until(lambda: rows(driver).cursor == 1 + rows(driver).slots, "a page down")


@driven
async def test_a_gap_in_the_log_is_seen():
    async with running(AuditWorld(gaps=frozenset({38}))) as driver:
        await opened(driver)
        await driver.sees("■ is not in the log")
        await driver.press("down", "down")
        await driver.reads("Entry 38 is not there: the log has a gap.")
        await driver.press("m", "t", "o", "g")
        await driver.on("AuditScreen")
        await driver.press("enter")
        await driver.on("AuditEntryScreen")
        await driver.reads("Entry 38 is not there")


@driven
async def test_new_entries_come_on_top_and_the_cursor_stays_on_its_entry():
    world = AuditWorld()
    async with running(world) as driver:
        await opened(driver)
        world.entries, world.revision = 42, 2
        driver.app.ask_pulse()
        await driver.reads("1 of 42", "Entry 42:")
        await driver.press("down", "down")
        world.entries, world.revision = 45, 3
        driver.app.ask_pulse()
        await driver.reads("6 of 45", "Entry 40:")


@driven
async def test_another_log_in_the_place_of_this_one_is_read_anew():
    world = AuditWorld()
    async with running(world) as driver:
        await opened(driver)
        world.entries, world.revision = 12, 2
        driver.app.ask_pulse()
        await driver.reads("1 of 12", "Entry 12:")


@driven
async def test_reading_and_failing_are_said_and_r_tries_again():
    world = AuditWorld()
    async with running(world) as driver:
        await driver.sees("1 Board")
        await driver.settled()
        world.gate.clear()
        await driver.press("4")
        await driver.reads("Reading the audit log")
        await driver.press("enter", "m", "t", "o", "g", "space", "end", "home")
        world.fault = "/x cannot be read"
        world.gate.set()
        await driver.reads("The audit log cannot be shown", "/x cannot be read", "Press r")
        world.fault = None
        await driver.press("r")
        await driver.reads("1 of 40")
        world.fault = "/x cannot be read"
        await driver.press("r")
        await driver.reads("last good figures", "1 of 40")


@driven
async def test_an_empty_log_says_so():
    async with running(AuditWorld(entries=0)) as driver:
        await opened(driver)
        await driver.reads("The audit log is empty.")
        await driver.press("enter", "m", "space", "end")
        await driver.on("AuditScreen")


@driven
async def test_4_and_the_palette_lead_there_from_anywhere_and_escape_back():
    async with running(AuditWorld()) as driver:
        screen = await opened(driver)
        await driver.press("t")
        await driver.on("AuditList")
        await driver.press("enter")
        await driver.on("AuditEntryScreen")
        await driver.press("4")
        await driver.until(lambda: driver.app.screen is screen, "the same screen as before")
        await driver.press("escape")
        await driver.on("BoardScreen")
        await driver.press("ctrl+p", *"Audit")
        await driver.reads("Every change: who, when, what, why")
        await driver.press("down", "enter")
        await driver.on("AuditScreen")
        await driver.press("question_mark")
        await driver.reads("Mark as reviewed, with a note", "Filters kept under a name")


# ----------------------------------------------------------------------------------- how far it is proven


@pytest.mark.parametrize(
    ("verified", "said"),
    [
        (None, "○ not verified yet"),
        (Verified("proven", AT, 40), "● proven up to entry 40 at 14:05"),
        (Verified("proven", AT, 39), "● proven up to entry 39 at 14:05, 1 newer entry since"),
        (Verified("proven", AT, 30), "● proven up to entry 30 at 14:05, 10 newer entries since"),
        (Verified("tampered", AT, 7, "entry 7 was edited"), "■ tampered, seen at 14:05: entry 7 was edited"),
        (Verified("not_provable", AT, 40, "there is no key."), "○ not provable at 14:05: there is no key"),
        (Verified("unreadable", AT, 0, HOSTILE), "■ unreadable at 14:05: [31mEvil[bold]name[/bold]"),
    ],
)
@driven
async def test_how_far_the_log_is_proven_stands_above_it(verified, said):
    async with running(AuditWorld()) as driver:
        screen = await opened(driver)
        driver.app.verified = verified
        screen.show_frame()
        await driver.sees(said)
        assert "\x1b" not in driver.text


@driven
async def test_a_long_reason_why_it_is_not_proven_is_read_to_its_end():
    why = "this system has no keyring that can be used; name a file in STAGEWATCH_SECRETS and a passphrase"
    async with running(AuditWorld()) as driver:
        screen = await opened(driver)
        driver.app.verified = Verified("not_provable", AT, 0, why)
        screen.show_frame()
        await driver.reads(why)


# ------------------------------------------------------------------------------------------ leading on


@driven
async def test_t_shows_the_things_whole_history_and_g_the_group():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await driver.press("t")
        await driver.sees("History of target set 3", "All of them, newest first", "1 of 8")
        await driver.press("escape", "down", "g")
        await driver.sees("Written in one go with entry 39", "1 of 2", "Entry 39:")
        await filtered(driver, person="chidi")
        await driver.reads("No entry fits")
        await driver.press("escape")
        await driver.sees("1 of 2")
        await driver.press("escape")
        await driver.on("AuditScreen")


@driven
async def test_o_opens_what_was_changed_where_it_has_a_screen():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        for screen in ("TargetHistoryScreen", None, "DataScreen", "CalendarScreen", "DataScreen"):
            await driver.press("o")
            if screen is None:
                await driver.reads("The audit log has no screen of its own.")
            else:
                await driver.on(screen)
                await driver.press("escape")
                await driver.on("AuditScreen")
            await driver.press("down")


@driven
async def test_x_says_how_to_export():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await driver.press("x")
        await driver.reads("stagewatch audit export FOLDER")


@driven
async def test_a_mark_of_review_is_seen_in_list_and_sentence():
    review = ReviewView(1, AT, "Chidi", 39, 40, f"fine {HOSTILE}")
    async with running(AuditWorld(reviews=[review])) as driver:
        await opened(driver)
        assert driver.line_with(" 40  ").rstrip(" │").endswith("✓")
        assert not driver.line_with(" 38  ").rstrip(" │").endswith("✓")
        await driver.press("down")
        await driver.reads("✓ Reviewed 17 Nov 26 14:05 by Chidi, entries 39 to 40: “fine")
