"""One audit entry on the screen: its facts, before and after, going on from it, marking it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from store.audit_questions import ReviewView
from store.errors import StoreError
from store.reviews import Reviewed
from tests.tui import fake_audit
from tests.tui.audit_screen import filtered, opened, rows
from tests.tui.driving import LARGE, SMALL, Driver, driven, running
from tests.tui.fake import HOSTILE
from tests.tui.fake_audit import AuditWorld
from tui.widgets.beside_rows import BesideRows

AT = datetime(2026, 11, 17, 14, 5, tzinfo=UTC)


async def entry_opened(driver: Driver, down: int = 0) -> None:
    await opened(driver)
    await driver.press(*["down"] * down, "enter")
    await driver.on("AuditEntryScreen")
    await driver.until(lambda: not driver.app._waiting, "every question answered")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_who_when_where_from_why_and_the_change_stand_there(size):
    async with running(AuditWorld(), size=size) as driver:
        await entry_opened(driver)
        await driver.sees("› Entry 40", "Entry 40 of 40: targets saved, target set 3")
        await driver.sees("Mon 5 Jan 2026 09:40:00, in the app", "A. Okafor  (id id-0)", "not yet")
        await driver.reads("Why agreed [31mEvil[bold]name[/bold][@click=app.quit]x[/]")
        await driver.sees("● sealed with the key of epoch 1, hash 0000000000000000…", "1 of 40")
        head, line = driver.line_with("Before"), driver.line_with("≠ Marked as")
        assert line.index(" 5 ") + 1 == head.index("Before")
        assert line.index(" 7 ") + 1 == head.index("After")
        assert driver.line_with("+ withdrawn").rstrip(" │").endswith("no")
        assert "\x1b" not in driver.text
        assert "\u202e" not in driver.text


@driven
async def test_the_part_that_differs_is_marked_by_more_than_colour():
    async with running(AuditWorld(), size=LARGE) as driver:
        await entry_opened(driver)
        drawn = driver.app.screen.query_one(BesideRows)
        (line,) = [drawn.draw_row(row, 150, selected=False) for row in range(drawn.count)][:1]
        marked = [segment.text for segment in line if segment.style is not None and segment.style.underline]
        assert marked == ["5", "7"]


@driven
async def test_long_texts_are_compared_line_by_line():
    async with running(AuditWorld(), size=LARGE) as driver:
        await entry_opened(driver, 2)
        await driver.sees("≠ text", "… 4 lines that are the same")
        line = driver.line_with('≠ "Step 5')
        assert "approval_granted" in line
        assert "offer_sent" in line
        assert '"New" = "note"' in driver.line_with("+  ")
        assert "mapping [31mEvil[bold]name" in driver.text


@driven
async def test_entries_that_change_nothing_say_so():
    async with running(AuditWorld()) as driver:
        await entry_opened(driver, 3)
        await driver.sees("■ refused: change the calendar", "calendar 3 was saved meanwhile")
        await driver.reads("changed no record")


@driven
async def test_n_and_p_go_through_the_list_and_the_cursor_goes_with_them():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await filtered(driver, person="okafor")
        await driver.sees("1 of 8")
        await driver.press("enter")
        await driver.on("AuditEntryScreen")
        await driver.press("p", "n", "n")
        await driver.sees("› Entry 30", "Entry 30 of 40", "3 of 8")
        await driver.press("p")
        await driver.sees("Entry 35 of 40", "2 of 8")
        await driver.press("escape")
        await driver.on("AuditScreen")
        assert rows(driver).cursor == 1


@driven
async def test_t_g_o_and_x_work_from_the_entry_too():
    async with running(AuditWorld()) as driver:
        await entry_opened(driver)
        await driver.press("t")
        await driver.sees("History of target set 3")
        await driver.press("escape", "g")
        await driver.sees("Written in one go with entry 40")
        await driver.press("escape", "o")
        await driver.on("TargetHistoryScreen")
        await driver.press("escape", "x")
        await driver.reads("stagewatch audit export FOLDER")


@driven
async def test_an_entry_that_cannot_be_read_says_why(monkeypatch):
    broken = "audit entry 40 cannot be read: its text is not that of an entry"

    def make(seq: int, reviews: tuple[ReviewView, ...] = ()) -> object:
        made = make_entry(seq, reviews)
        return replace(made, unreadable=broken, at=None, changes=(), target="") if seq == 40 else made

    make_entry = fake_audit.make_entry
    monkeypatch.setattr(fake_audit, "make_entry", make)
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await driver.sees("■ cannot be read")
        await driver.reads("Audit entry 40 cannot be read")
        await driver.press("t", "o", "g", "enter")
        await driver.on("AuditEntryScreen")
        await driver.reads("Audit entry 40 cannot be read")
        await driver.press("n")
        await driver.sees("Entry 39 of 40")


@driven
async def test_failing_is_said_and_r_tries_again():
    world = AuditWorld()
    async with running(world) as driver:
        await opened(driver)
        world.fault = "/x cannot be read"
        await driver.press("enter")
        await driver.reads("Entry 40 cannot be shown", "/x cannot be read")
        await driver.press("m", "t", "g", "o")
        world.fault = None
        await driver.press("r")
        await driver.sees("Entry 40 of 40")
        world.fault = "/x cannot be read"
        await driver.press("r")
        await driver.reads("last good figures", "Entry 40 of 40")


# -------------------------------------------------------------------------------------- marks of review


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, str]]:
    """What was marked as reviewed."""
    made: list[tuple[int, int, str]] = []

    def mark(store: object, first: int, last: int, note: str, *, actor: str) -> Reviewed:
        if note == "refuse":
            raise StoreError("somebody objects; nothing was written")
        made.append((first, last, note))
        return Reviewed(len(made), first, last)

    monkeypatch.setattr("store.reviews.mark_reviewed", mark)
    return made


@driven
async def test_m_marks_the_entry_with_a_note_that_is_required_and_kept(marks):
    world = AuditWorld()
    async with running(world) as driver:
        await entry_opened(driver)
        await driver.press("m")
        await driver.sees("Entry 40: reviewed", "What did you find?")
        await driver.press("enter")
        await driver.reads("say why")
        await driver.press(*"refuse", "enter")
        await driver.reads("■ somebody objects; nothing was written")
        assert driver.app.screen.query_one("#reason").value == "refuse"  # type: ignore[attr-defined]
        await driver.press("escape")
        await driver.on("AuditEntryScreen")
        await driver.press("m", *"d", "enter")
        await driver.sees("✓ Entry 40 marked as reviewed.")
        assert marks == [(40, 40, "refused")]
        world.reviews.append(ReviewView(1, AT, f"Dee {HOSTILE}", 40, 40, "refused"))
        world.revision = 2
        driver.app.ask_pulse()
        await driver.reads("✓ 17 Nov 26 14:05 by Dee [31mEvil")


@driven
async def test_a_stretch_is_marked_from_the_list(marks):
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await driver.press("down", "space", "down", "down")
        await driver.reads("◆ Entry 39: go to the other end and press m", "◆ 39")
        await driver.press("m")
        await driver.sees("Entries 37 to 39: reviewed", "Entries 37 to 39, 3 entries")
        await driver.press(*"seen", "enter")
        await driver.sees("✓ Entries 37 to 39 marked as reviewed.")
        assert marks == [(37, 39, "seen")]
        await driver.sees_no("◆")


@driven
async def test_a_stretch_is_given_up_by_escape_or_by_marking_it_again(marks):
    async with running(AuditWorld()) as driver:
        await opened(driver)
        for key in ("escape", "space"):
            await driver.press("space")
            await driver.sees("◆    40", "◆ Entry 40")
            await driver.press(key)
            await driver.sees_no("◆    40")
        await driver.press("m", *"one", "enter")
        await driver.sees("✓ Entry 40 marked as reviewed.")
        assert marks == [(40, 40, "one")]


@driven
async def test_what_a_filter_leaves_out_is_never_marked_unseen(marks):
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await filtered(driver, person="okafor")
        await driver.sees("1 of 8")
        await driver.press("space", "down", "m")
        await driver.reads("Between 35 and 40 stand entries that this filter leaves out, unseen")
        await driver.on("AuditScreen")
        assert marks == []
