"""A file that has changed, and a workbook's sheets: nothing is lost unasked, what is seen is imported."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import openpyxl  # type: ignore[import-untyped]
import pytest
from textual.widgets import TextArea

from store.location import find_location
from store.mappings import save_mapping
from store.work import Store
from tests.tui.driving import Driver, driven
from tests.tui.wizarding import ODD, asked, chosen, draft, page, picked, wizard

if TYPE_CHECKING:
    from pathlib import Path


async def corrected(driver: Driver) -> None:
    """Choose the jobs file, and say which column is the time."""
    await chosen(driver, "jobs")
    await driver.press("ctrl+n")
    await driver.sees("3 of 6")
    await driver.press("enter")
    await picked(driver, "Wann")
    await driver.sees("DD/MM/YYYY HH:mm")
    await driver.press("escape")
    await driver.sees("2 of 6")


@pytest.mark.parametrize("anew", [False, True])
@driven
async def test_corrections_are_let_go_for_a_changed_file_only_if_one_says_so(store, folder, anew):
    file = folder / "jobs.csv"
    file.write_text(ODD, "utf-8")
    async with wizard(store) as driver:
        await corrected(driver)
        file.write_text(ODD.replace("Was geschah?", "Ereignis"), "utf-8")
        await driver.press("r")
        question = await asked(driver)
        assert "begins otherwise than when you corrected its mapping" in question
        assert "no longer has “Was geschah?”" in question
        await driver.press(*(["down"] if anew else []), "enter")
        await driver.on("Wizard")
        await driver.sees("2 of 6", "Ereignis")
        assert ("at" in draft(driver).columns) is not anew
        assert draft(driver).columns.get("event") != "Was geschah?"
        assert page(driver).is_corrected is not anew


@driven
async def test_corrections_outlive_a_file_that_is_away_for_a_while(store, folder):
    file = folder / "jobs.csv"
    file.write_text(ODD, "utf-8")
    async with wizard(store) as driver:
        await corrected(driver)
        before = draft(driver)
        file.unlink()
        await driver.press("r")
        await driver.sees("The file cannot be read", "r looks again")
        file.write_text(ODD, "utf-8")
        await driver.press("r")
        await driver.sees("delimiter semicolon")
        assert draft(driver) == before
        file.write_text("", "utf-8")
        await driver.press("r")
        await driver.sees("The file cannot be read")
        file.write_text(ODD + "J-3;Went live;15/04/2026 10:00;Ann\n", "utf-8")
        await driver.press("escape", "enter")
        assert "All the columns that you have chosen are still there." in await asked(driver)
        await driver.press("escape")
        await driver.on("Wizard")
        assert draft(driver) == before
        await driver.press("escape", "escape")
        await driver.on("AskBox")
        await driver.sees("Leave the import?")


def workbook(path: Path) -> None:
    """A cover first, then two sheets of events with the same columns."""
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["An export", "made by hand"])
    for name, rows in (("March", 3), ("April", 5)):
        sheet = book.create_sheet(name)
        sheet.append(["vacancy", "status", "date"])
        for number in range(rows):
            sheet.append([f"{name}-{number}", "Went live", f"{number + 10}/04/2026 10:00"])
    book.save(path)


OF_MARCH = """
[source]
name = "ours"
timezone = "Europe/London"
date_formats = ["DD/MM/YYYY HH:mm"]
sheet = "March"
[columns]
event = "status"
at = "date"
listing = "vacancy"
"""


def keep_mapping(place: str, text: str) -> None:
    with closing(Store(find_location(place))) as store:
        save_mapping(store, text)


@driven
async def test_a_kept_mapping_of_another_sheet_shows_the_sheet_that_is_then_imported(store, folder):
    workbook(folder / "ats.xlsx")
    keep_mapping(store, OF_MARCH)
    async with wizard(store) as driver:
        await chosen(driver, "ats")
        await driver.sees("“Cover” of 3")
        await driver.press("ctrl+n")
        await driver.sees("as last time: ours", "sheet March")
        await driver.press("enter")
        await driver.sees("“March” of 3", "March-0")
        await driver.press("ctrl+n")
        await driver.sees("3 of 6", "ours")
        await driver.press("ctrl+n", "ctrl+n")
        await driver.sees("3 rows read", "3 events added")


@driven
async def test_a_kept_mapping_is_for_the_sheet_that_was_chosen_if_that_has_its_columns(store, folder):
    workbook(folder / "ats.xlsx")
    keep_mapping(store, OF_MARCH)
    async with wizard(store) as driver:
        await chosen(driver, "ats")
        await driver.sees("2 of 6")
        await driver.press("s")
        await picked(driver, "April")
        await driver.sees("April-0")
        await driver.press("ctrl+n")
        await driver.sees("as last time: ours")
        assert "sheet March" not in driver.text
        await driver.press("enter")
        await driver.sees("3 of 6")
        await driver.press("ctrl+n", "ctrl+n")
        await driver.sees("5 rows read", "5 events added")


@driven
async def test_a_sheet_that_is_written_by_hand_is_looked_at(store, folder):
    workbook(folder / "ats.xlsx")
    async with wizard(store) as driver:
        await chosen(driver, "ats")
        await driver.press("ctrl+n")
        await driver.sees("3 of 6")
        await driver.press("ctrl+t")
        await driver.on("TextBox")
        area = driver.app.screen.query_one(TextArea)
        area.text = OF_MARCH.replace("March", "May")
        await driver.sees("the workbook has no sheet “May”")
        area.text = OF_MARCH.replace("March", "April")
        await driver.sees("This can be used")
        await driver.press("escape")
        await driver.on("Wizard")
        await driver.sees("“April” of 3", "April-0")
        assert draft(driver).sheet == "April"
        await driver.press("ctrl+n", "ctrl+n", "ctrl+n")
        await driver.sees("5 rows read", "5 events added")
