"""Choosing a file in the wizard, and looking at how it begins."""

from __future__ import annotations

import os

import pytest
from textual.events import Key, Paste
from textual.widgets import Input

from tests.tui.driving import LARGE, SMALL, Driver, driven
from tests.tui.fake import World
from tests.tui.wizarding import LOG, chosen, draft, page, typed, wizard
from tui.app import StagewatchApp
from tui.wizard_work import pasted_path, restarted


@driven
async def test_what_is_no_ordinary_file_is_refused_in_words_at_once(store, folder):
    os.mkfifo(folder / "pipe")
    (folder / "below").mkdir()
    (folder / "below" / "inside.csv").write_text(LOG, "utf-8")
    async with wizard(store) as driver:
        for path, said in (
            (f"{folder}/pipe", "is no ordinary file"),
            (f"{folder}/nothing.csv", "There is no “"),
            ("~nobody-of-that-name/x", "there is no such user"),
            ("/dev/null/x", "is no folder"),
        ):
            await typed(driver, path)
            await driver.press("enter")
            await driver.sees(said)
        await typed(driver, f"{folder}/bel")
        await driver.sees("below/")
        await driver.press("tab")
        await driver.sees("inside.csv")
        await driver.press("enter")
        await driver.sees("2 of 6")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("~/files//home/x.csv", "/home/x.csv"),
        ("/a//b//c", "/c"),
        ("~/files/~/x.csv", "~/x.csv"),
        ("//", "/"),
        ("/a/b~/c~", "/a/b~/c~"),
        ("~/files/~$lock.xlsx", "~/files/~$lock.xlsx"),
    ],
)
def test_a_path_behind_a_path_is_the_one_that_is_meant(typed, meant):
    assert restarted(typed) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/home/x.csv\n", "/home/x.csv"),
        ("~/x.csv", "~/x.csv"),
        ("'/home/my files/x.csv' ", "/home/my files/x.csv"),
        ("files/x.csv", None),
        ("", None),
        ("'", None),
    ],
)
def test_what_is_pasted_is_a_whole_path_if_it_begins_like_one(text, meant):
    assert pasted_path(text) == meant


@driven
async def test_a_whole_path_takes_the_place_of_the_one_that_stands_there(store, folder):
    (folder / "log.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        box = page(driver).query_one("PathInput", Input)
        await driver.press("slash", "d", "e")
        assert box.value == "/de"
        await driver.sees("dev/")
        await driver.press("v", "slash", "tilde", "slash")
        assert box.value == "~/"
        await driver.press("x")
        box.post_message(Paste(f"{folder}/lo"))
        await driver.until(lambda: box.value == f"{folder}/lo", "the path that was pasted")
        box.post_message(Paste("g.csv"))
        await driver.until(lambda: box.value == f"{folder}/log.csv", "the rest of it behind that")
        await driver.press("enter")
        await driver.sees("2 of 6", "Went live")


@driven
async def test_a_folder_called_tilde_is_not_taken_for_the_home(store, folder):
    (folder / "~").mkdir()
    async with wizard(store) as driver:
        await driver.sees("~/ ")
        await driver.press("down", "enter")
        await driver.sees("cannot be typed")


@driven
async def test_what_is_typed_right_after_i_is_a_path(store, folder):
    (folder / "notes.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    app = StagewatchApp(store)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await driver.sees("No events yet")
        for key in "inotes":
            app.post_message(Key(key, key))  # all at once, as a quick hand or a paste does
        await driver.sees("1 of 6")
        await driver.until(
            lambda: page(driver).query_one("PathInput", Input).value.endswith("/notes"), "every key"
        )


@driven
async def test_what_was_said_of_a_file_is_gone_after_going_back(store, folder):
    (folder / "log.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.sees("2 of 6")
        await driver.press("escape")
        await driver.sees("1 of 6", "Type a path")
        assert "Looking at the file" not in driver.text
        await driver.press("enter")
        await driver.sees("2 of 6", "columns 1-3 of 3")


@pytest.mark.parametrize(("rows", "said"), [(1, "1 row looked at."), (30, "30 rows looked at, the first 20")])
@driven
async def test_it_says_how_many_rows_were_looked_at(store, folder, rows, said):
    (folder / "log.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n" * rows, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.reads(said)


@driven
async def test_the_name_of_a_source_is_the_files_without_its_endings(store, folder):
    (folder / "March 2.5.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "March")
        assert draft(driver).name == "March 2.5"


@pytest.mark.parametrize(("size", "cut"), [(SMALL, True), (LARGE, False)])
@driven
async def test_a_wide_screen_cuts_long_cells_later(store, folder, size, cut):
    (folder / "log.csv").write_text(LOG + "J-1,Offer was accepted by candidate,13/04/2026 10:00\n", "utf-8")
    async with wizard(store, size) as driver:
        await chosen(driver, "log")
        await driver.sees("2 of 6", "Offer was accepted by c")
        assert ("Offer was accepted by candidate" not in driver.text) is cut
