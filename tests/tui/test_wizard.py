"""The import wizard over a real store, by the keyboard at 80x24: the whole way, and what goes wrong on it."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, TextArea

from store import importing
from store.location import find_location
from store.reading import open_reader
from tests.tui.driving import LARGE, SMALL, Driver, driven
from tests.tui.fake import World
from tui.app import StagewatchApp
from tui.main import main
from tui.screens.wizard import Wizard
from tui.widgets.preview import PreviewRows
from tui.widgets.table_rows import TableRows
from tui.wizard_work import try_dry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ODD = """\
Ref No.;Was geschah?;Wann;[red]Wer[/red]
J-1;Went live;13/04/2026 10:00;Ann
J-1;Approved;09/04/2026 09:00;Ann
J-2;Lunch;14/04/2026 11:00;Bo
J-2;Went live;rubbish;Bo
"""
WIDE = "Vacancy,Title,Approval date,Advert live,Offer made\n" + "".join(
    f"V-{n},Nurse,0{n}/03/2026,1{n}/03/2026,2{n}/04/2026\n" for n in range(1, 9)
)
LOG = "vacancy,status,date\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the app is started: an empty folder."""
    place = tmp_path / "files"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The path of an empty store."""
    place = str(tmp_path / "s.db")
    assert main(["init", "--store", place, "--organisation", "Northbank"]) == 0
    capsys.readouterr()
    return place


@asynccontextmanager
async def wizard(store: str, size: tuple[int, int] = SMALL) -> AsyncIterator[Driver]:
    """The wizard, opened from the board, with its list of files read."""
    app = StagewatchApp(store)
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await driver.sees("No events yet")
        await driver.settled()
        await driver.press("i")
        await driver.sees("1 of 6", "../")
        yield driver


def page(driver: Driver) -> Wizard:
    found = driver.app.page
    assert isinstance(found, Wizard)
    return found


async def typed(driver: Driver, text: str) -> None:
    """Write a path in place of the one that stands there."""
    box = page(driver).query_one("PathInput", Input)
    box.value = text
    box.cursor_position = len(text)
    await driver.until(lambda: "folder" not in page(driver).jobs, "the folder is read")


async def chosen(driver: Driver, name: str) -> None:
    """Choose a file of the folder by the beginning of its name."""
    await driver.press(*name)
    await driver.until(lambda: len(page(driver).query_one("#entries", TableRows).rows) == 1, "only this file")
    await driver.press("enter")
    await driver.until(lambda: page(driver).looked, "the file is looked at")


async def picked(driver: Driver, part: str) -> None:
    """In the box that has opened, choose what holds this part."""
    await driver.on("PickBox")
    await driver.press(*part)
    await driver.until(lambda: driver.app.screen.query_one("PickRows").count == 1, f"only one holds {part}")  # type: ignore[attr-defined]
    await driver.press("enter")
    await driver.on("Wizard")


def kept(store: str) -> list[str]:
    with closing(open_reader(find_location(store))) as reader:
        return [one.name for one in reader.intake().mappings()]


def imports(store: str) -> list[tuple[int, int, int]]:
    """(rows, added, quarantined) of each import, the latest first."""
    with closing(open_reader(find_location(store))) as reader:
        return [(one.rows, one.added, one.quarantined) for one in reader.intake().imports()]


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
        await driver.press("end", "enter")
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
async def test_a_file_that_vanishes_on_the_way_is_one_clear_line(store, folder):
    file = folder / "log.csv"
    file.write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n", "ctrl+n")
        await driver.sees("4 of 6")
        file.unlink()
        await driver.press("ctrl+n")
        await driver.sees("■ There is no “")
        file.write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
        await driver.press("r")
        await driver.sees("1 event added")
        file.unlink()
        await driver.press("ctrl+n")
        await driver.sees("6 of 6", "■ There is no “")
        await driver.press("escape")
        await driver.sees("4 of 6")


@driven
async def test_an_import_that_is_stopped_keeps_whole_batches_and_says_so(store, folder, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 8)
    lines = "".join(f"J-{n},Went live,{n % 28 + 1:02d}/04/2026 10:00\n" for n in range(400))
    (folder / "log.csv").write_text(LOG + lines, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n", "ctrl+n", "ctrl+n")
        await driver.sees("400 events added")
        held = importing.keep

        def keep_and_stop(*args, **more):
            page(driver).jobs["work"].is_stopped = True
            return held(*args, **more)

        monkeypatch.setattr(importing, "keep", keep_and_stop)
        await driver.press("ctrl+n")
        await driver.sees(
            "was stopped before its end; what was read is kept", "8 events added", "adds only the rest"
        )
        assert imports(store) == [(8, 8, 0)]


@driven
async def test_leaving_a_running_import_asks_and_then_stops_it(store, folder, monkeypatch):
    from threading import Event

    go_on, begun = Event(), Event()
    held = importing.keep

    def keep_slowly(*args, **more):
        begun.set()
        assert go_on.wait(20)
        return held(*args, **more)

    monkeypatch.setattr(importing, "BATCH", 8)
    lines = "".join(f"J-{n},Went live,{n % 28 + 1:02d}/04/2026 10:00\n" for n in range(80))
    (folder / "log.csv").write_text(LOG + lines, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n", "ctrl+n", "ctrl+n")
        await driver.sees("80 events added")
        monkeypatch.setattr(importing, "keep", keep_slowly)
        await driver.press("ctrl+n")
        await driver.until(begun.is_set, "the import has begun")
        await driver.press("1")
        await driver.on("AskBox")
        await driver.sees("The import is running")
        await driver.press("down", "enter")
        await driver.on("BoardScreen")
        go_on.set()
        said = "The file was stopped before its end"
        await driver.until(lambda: any(said in n.message for n in driver.app._notifications), "it is told")
        await driver.sees("All stages")
    assert imports(store)[0][0] < 80


@driven
async def test_a_dry_run_that_was_left_is_stopped_and_its_result_dropped(store, folder, monkeypatch):
    from threading import Event

    go_on, seen = Event(), []

    def slowly(location, path, mapping, job):
        seen.append(job)
        assert go_on.wait(20)
        return try_dry(location, path, mapping, job)

    monkeypatch.setattr("tui.screens.wizard.try_dry", slowly)
    (folder / "log.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n", "ctrl+n", "ctrl+n")
        await driver.sees("Trying …", "esc stops")
        await driver.press("ctrl+n", "enter", "escape")
        await driver.sees("4 of 6")
        assert seen[0].is_stopped
        go_on.set()
        await driver.until(lambda: not driver.app.workers._workers, "the thread has ended")
        assert page(driver).trial is None
        assert page(driver).step_id == "names-step"
        assert imports(store) == []


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
