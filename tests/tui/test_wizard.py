"""The import wizard over a real store at 80x24: the whole way, by the keyboard and by the mouse."""

from __future__ import annotations

import pytest

from tests.tui.driving import LARGE, SMALL, Driver, driven
from tests.tui.fake import World
from tests.tui.wizarding import LOG, ODD, chosen, imports, kept, page, picked, wizard
from tui.app import StagewatchApp
from tui.widgets.preview import PreviewRows


@driven
async def test_a_file_with_odd_headers_goes_all_the_way_by_the_keyboard(store, folder):
    (folder / "jobs.csv").write_text(ODD, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "jobs")
        await driver.sees("2 of 6", "delimiter semicolon", "[red]Wer[/red]", "No column looks like the time")
        await driver.press("enter")
        await driver.sees("3 of 6", "needed, and none is chosen", "No column is chosen for at")
        await driver.press("enter")
        await picked(driver, "Wann")
        await driver.sees("DD/MM/YYYY HH:mm", "Europe/London", "corrected")
        await driver.press("ctrl+n")
        await driver.sees("4 of 6", "listing published", "a plain activity")
        await driver.press("end", "enter")
        await picked(driver, "approval rejected")
        await driver.sees("approval rejected")
        await driver.press("ctrl+n")
        await driver.sees("4 rows read, nothing written", "3 events added", "unknown time", "“rubbish”")
        assert imports(store) == []
        await driver.press("ctrl+n")
        await driver.sees("has been imported: 4 rows", "3 events added", "The mapping is kept as “jobs”")
        assert imports(store) == [(4, 3, 1)]
        assert kept(store) == ["jobs"]
        await driver.press("enter")
        await driver.on("BoardScreen")
        await driver.sees("All stages")
        assert driver.app.failure is None


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_nothing_foreign_is_drawn_whatever_the_file_holds(store, folder, size):
    name = "evil [red]\x1b[31m.csv"
    long = "x" * 1_000
    head = ["vacancy", "status", "date", "[bold]\x1b]0;t\x07", long, *(f"c{n}" for n in range(995))]
    row = ["J-1", "[link=x]\x1b[5mgo\u202e", "13/04/2026 10:00", "[/]", long, *["v"] * 995]
    (folder / name).write_text(",".join(head) + "\n" + ",".join(row) + "\n", "utf-8")
    async with wizard(store, size) as driver:
        await driver.sees("evil [red][31m.csv")
        await chosen(driver, "evil")
        await driver.sees("2 of 6", "1,000 columns", "[link=x]")
        rows = page(driver).query_one(PreviewRows)
        await driver.press("end")
        assert rows.first == 999
        await driver.press("home", "ctrl+n")
        await driver.sees("3 of 6")
        await driver.press("end", "up", "enter")
        await driver.on("PickBox")
        await driver.sees("none", "vacancy")
        await driver.press(*"c994", "enter")
        await driver.on("Wizard")
        assert page(driver).draft.columns["note"] == "c994"  # type: ignore[union-attr]
        await driver.press("ctrl+n")
        await driver.sees("4 of 6", "[link=x]")
        await driver.press("ctrl+t")
        await driver.on("TextBox")
        assert not {"\x1b", "\x07", "\u202e"} & set(driver.text)
        await driver.press("escape", "ctrl+n")
        await driver.sees("1 row read", "1 event added")
        assert not {"\x1b", "\x07", "\u202e"} & set(driver.text)


@driven
async def test_the_mouse_alone_goes_all_the_way(store, folder):
    (folder / "log.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        await driver.click_text("log.csv")
        await driver.sees("2 of 6", "Went live")
        await driver.click_text("next")
        await driver.sees("3 of 6", "time (at)")
        await driver.click_text("time (at)")
        await driver.click_text("time (at)")
        await driver.on("PickBox")
        await driver.press("escape")
        await driver.on("Wizard")
        await driver.click_text("next")
        await driver.sees("4 of 6")
        await driver.click_text("next")
        await driver.sees("1 event added")
        await driver.click_text("import ·")
        await driver.sees("has been imported")
        await driver.click_text("another ·")
        await driver.sees("1 of 6")


@driven
async def test_the_command_palette_opens_it_too_and_not_a_second_time(store, folder):
    app = StagewatchApp(store)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await driver.sees("No events yet")
        await driver.settled()
        await driver.press("ctrl+p")
        await driver.on("CommandPalette")
        await driver.press(*"import a")
        await driver.sees("Bring events in")
        await driver.press("down", "enter")
        await driver.sees("1 of 6")
        assert "Import a file" not in [one.title for one in app.get_system_commands(app.screen)]
