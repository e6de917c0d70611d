"""The mapping in the wizard: kept ones, corrections, the text."""

from __future__ import annotations

from contextlib import closing
from threading import Event

from textual.widgets import Input, TextArea

from store.location import find_location
from store.mappings import save_mapping
from store.work import Store
from tests.tui.driving import driven
from tests.tui.wizarding import LOG, ODD, WIDE, chosen, draft, imports, kept, page, picked, wizard
from tui.wizard_work import times_of


@driven
async def test_a_kept_mapping_that_fits_is_offered_first(store, folder):
    (folder / "vacancies.csv").write_text(WIDE, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "vac")
        await driver.sees("Each row seems to be a listing or an application")
        await driver.press("ctrl+n")
        await driver.sees("3 of 6")
        assert "time (at)" not in driver.text
        await driver.press("ctrl+n")
        await driver.sees("Their column of dates", "Advert live", "listing published")
        await driver.press("ctrl+n")
        await driver.sees("24 events added")
        await driver.press("ctrl+n")
        await driver.sees("has been imported")
        assert imports(store) == [(24, 24, 0)]
        await driver.press("a")
        await driver.sees("1 of 6")
        await driver.press("enter")
        await driver.until(lambda: page(driver).looked, "the file is looked at")
        await driver.press("ctrl+n")
        await driver.sees("as last time: vacancies")
        await driver.press("enter")
        await driver.sees("3 of 6")
        await driver.press("l")
        await driver.sees("Read it as last time?", "a new suggestion")
        await driver.press("escape")
        await driver.on("Wizard")
        await driver.press("ctrl+n", "ctrl+n")
        await driver.sees("0 events added, 24 known already", "in place of the one there")


@driven
async def test_going_back_and_forth_keeps_the_corrections_and_leaving_asks(store, folder):
    (folder / "jobs.csv").write_text(ODD, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "jobs")
        await driver.press("ctrl+n")
        await driver.sees("3 of 6")
        await driver.press("shift+tab", "shift+tab", "shift+tab", *" two")
        await driver.until(lambda: page(driver).draft.name == "jobs two", "the name")  # type: ignore[union-attr]
        await driver.press("escape", "escape")
        await driver.sees("1 of 6")
        await driver.press("enter")
        await driver.sees("2 of 6", "delimiter semicolon")
        await driver.press("ctrl+n")
        await driver.sees("3 of 6", "jobs two", "corrected")
        await driver.press("escape", "escape", "escape")
        await driver.on("AskBox")
        await driver.press("enter")
        await driver.on("Wizard")
        await driver.press("escape")
        await driver.on("AskBox")
        await driver.press("down", "enter")
        await driver.on("BoardScreen")
    assert kept(store) == []


@driven
async def test_the_text_is_checked_while_it_is_written_and_taken_over_on_coming_back(store, folder):
    (folder / "jobs.csv").write_text(ODD, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "jobs")
        await driver.press("ctrl+n")
        await driver.sees("3 of 6")
        await driver.press("ctrl+t")
        await driver.on("TextBox")
        await driver.sees("must say which column is at")
        area = driver.app.screen.query_one(TextArea)
        area.text = (
            '[source]\nname = "by hand"\n[columns]\nevent = "Was geschah?"\nat = "Wann"\nlisting = 3\n'
        )
        await driver.sees("[columns] listing must be a text")
        await driver.press("escape")
        await driver.on("AskBox")
        await driver.press("enter")
        await driver.on("TextBox")
        area.text = area.text.replace("3", '"Ref No."')
        await driver.sees("This can be used")
        await driver.press("escape")
        await driver.on("Wizard")
        await driver.sees("by hand", "chosen")
        assert page(driver).draft.all_columns["listing"] == "Ref No."  # type: ignore[union-attr]


@driven
async def test_of_the_kept_mappings_the_last_that_was_saved_stands_first(store, folder):
    (folder / "log.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    clock = iter(range(1_800_000_000_000_000, 1_900_000_000_000_000, 1_000_000))
    with closing(Store(find_location(store), lambda: next(clock))) as kept_in:
        for name in ("middle", "alpha", "omega"):
            save_mapping(
                kept_in,
                f'[source]\nname = "{name}"\n[columns]\nevent = "status"\nat = "date"\nlisting = "vacancy"\n',
            )
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n")
        await driver.sees("a new suggestion")
        offered = [line.split("last time: ")[1].split()[0] for line in driver.lines if "last time: " in line]
        assert offered == ["omega", "alpha", "middle"]


@driven
async def test_what_has_been_corrected_can_be_kept_when_a_kept_mapping_is_offered(store, folder):
    (folder / "jobs.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    with closing(Store(find_location(store))) as kept_in:
        save_mapping(
            kept_in, '[source]\nname = "old"\n[columns]\nevent = "status"\nat = "date"\nlisting = "vacancy"\n'
        )
    async with wizard(store) as driver:
        await chosen(driver, "jobs")
        await driver.press("ctrl+n")
        await picked(driver, "new")
        await driver.sees("3 of 6")
        await driver.press("w")
        await driver.sees("corrected")
        wide = draft(driver)
        assert wide.wide
        await driver.press("l")
        await driver.sees("(•) as it has been corrected here", "as last time: old")
        await driver.press("enter")
        await driver.on("Wizard")
        assert draft(driver) == wide
        assert page(driver).is_corrected


@driven
async def test_the_sandbox_is_said_by_marking_the_values_of_a_column(store, folder):
    rows = "J-1,Went live,13/04/2026 10:00,Standard\nJ-2,Went live,13/04/2026 10:00,Drill\n"
    (folder / "log.csv").write_text("vacancy,status,date,[b]sort[/b]\n" + rows, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n")
        await driver.sees("3 of 6", "s sandbox")
        await driver.press("end")
        await driver.sees("No row is test data.")
        await driver.press("enter")
        await picked(driver, "[b]", "ValuesBox")
        await driver.sees("[ ] Standard", "[ ] Drill", "1 row")
        await driver.press(*"dri", "enter", *["backspace"] * 3)
        await driver.sees("[x] Drill", "[ ] Standard")
        await driver.press(*"Mock", "enter")
        await driver.sees("[x] Mock", "not in the first rows")
        await driver.press("escape")
        await driver.on("Wizard")
        await driver.reads("where “[b]sort[/b]” is “Drill” or “Mock”", "1 of the 2 looked at")
        assert draft(driver).sandbox == {"[b]sort[/b]": ("Drill", "Mock")}
        await driver.press("ctrl+n", "ctrl+n")
        await driver.sees("1 event added, 0 known already, 1 sandbox")
        await driver.press("escape", "escape")
        await driver.sees("3 of 6")
        await driver.press("end", "enter")
        await driver.on("ValuesBox")
        await driver.press("enter", "down", "enter", "escape")
        await driver.on("Wizard")
        await driver.sees("No row is test data.")
        assert draft(driver).sandbox == {}


@driven
async def test_times_that_are_read_while_a_box_is_open_are_not_lost(store, folder, monkeypatch):
    go_on = Event()

    def slowly(looked, column):
        assert go_on.wait(20)
        return times_of(looked, column)

    monkeypatch.setattr("tui.screens.wizard_mapping.times_of", slowly)
    (folder / "jobs.csv").write_text(ODD, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "jobs")
        await driver.press("ctrl+n")
        await driver.sees("3 of 6")
        await driver.press("enter")
        await picked(driver, "Wann")
        await driver.press("end", "up", "enter")
        await driver.on("PickBox")
        go_on.set()
        await driver.until(lambda: draft(driver).date_formats, "the times are read")
        await picked(driver, "Wer")
        assert draft(driver).columns["note"] == "[red]Wer[/red]"
        assert draft(driver).date_formats == ("DD/MM/YYYY HH:mm",)


@driven
async def test_the_time_zone_says_nothing_of_times_before_there_are_any(store, folder):
    (folder / "jobs.csv").write_text(ODD, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "jobs")
        await driver.press("ctrl+n")
        await driver.sees("none: no column of times has been chosen yet")
        await driver.press("enter")
        await picked(driver, "Wann")
        await driver.sees("Europe/London")
        page(driver).query_one("#input-timezone", Input).focus()
        await driver.press("ctrl+u")
        await driver.sees("none: every time has an offset")


@driven
async def test_what_is_missing_among_the_fields_is_told_on_the_way_with_the_way_back(store, folder):
    (folder / "jobs.csv").write_text(ODD, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "jobs")
        await driver.press("ctrl+n", "ctrl+n", "ctrl+n")
        await driver.reads("No column is chosen for at. esc goes back to the fields.")
