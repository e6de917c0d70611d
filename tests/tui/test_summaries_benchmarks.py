"""The benchmarks on the Summaries screen: versions, what differs, and writing a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import TextArea

from kpi.benchmarks import STANDARD, write_benchmarks
from store.benchmarks import save_benchmarks
from tests.tui.driving import driven
from tests.tui.summaries_screen import (
    Place,
    answer_yes,
    calm,
    go_to,
    labels,
    looking,
    opens,
    place_at,
    put_on,
    table,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

TEXT = write_benchmarks(STANDARD)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return place_at(tmp_path, monkeypatch)


@driven
async def test_a_new_version_is_checked_as_it_is_written_and_needs_a_reason_and_the_team_leads(place):
    async with looking(place, "Ada") as driver:
        await go_to(driver, "Benchmarks")
        await driver.reads("The benchmarks have never been revised here")
        await opens(driver, "n", "BenchmarksEditor")
        await calm(driver)
        area = driver.app.screen.query_one(TextArea)
        await driver.press("ctrl+s")
        await driver.reads("■ Not saved: it says the same as the program's own.")
        area.text = TEXT.replace("daily = 60", "daily = 0")
        await driver.reads("■ [limits]: daily must be a whole number")
        await driver.press("ctrl+s")
        await driver.reads("■ Not saved: correct what is wrong first.")
        area.text = TEXT.replace("daily = 60", "daily = 50")
        await driver.reads("Changes in the program's own: limits.daily 60 → 50.", "not saved")
        await opens(driver, "f2", "FormBox")
        await write(driver, reason="Too many")
        await driver.reads("What Moyra, who leads North, said of them. It is needed.")
        await driver.press("enter")
        await driver.reads("■ moyra: it is missing.")
        with place.house.by_system() as store:  # meanwhile
            save_benchmarks(store, TEXT.replace("daily = 60", "daily = 55"), reason="Else", actor="Sue")
        await write(driver, lead0="Fair", lead1="Fair too")
        await driver.reads("■ ", "version 1", "Too many", "Fair too")
        await driver.press("escape")
        await driver.reads("Changes in version 1: limits.daily 55 → 50.")
        await driver.press("escape")
        await driver.on("AskBox")
        await driver.press("escape")
        await opens(driver, "f2", "FormBox")
        await driver.press("enter")
        await driver.reads("✓ Version 2 is saved, with 1 value changed.")
        await driver.press("escape")
        await driver.on("SummariesScreen")
        await calm(driver)
        await driver.reads("the next quarterly revision is due from Fri 1 Jan 2027 on")
        assert [row.cells[0].strip("▸ ") for row in table(driver).rows] == [
            "Version 2", "Version 1", "The program's own",
        ]  # fmt: skip
        await put_on(driver, "  The program's own")
        await driver.press("space")
        table(driver).cursor = 0
        await opens(driver, "d", "BenchmarksScreen")
        await driver.reads("Moyra “Fair”", "limits.daily 60 50")
        await driver.press("v", "end")
        await driver.reads("least_difference")
    with place.read() as reader:
        newest = reader.summary_questions().benchmarks_versions()[0]
    assert (newest.reason, newest.feedback) == ("Too many", {"Moyra": "Fair", "Sol": "Fair too"})


@pytest.mark.slow
@driven
async def test_everybody_reads_them_and_leaving_what_is_written_asks_first(place):
    async with looking(place, "Ray") as driver:
        await go_to(driver, "Benchmarks")
        assert "benchmarks.new" not in labels(driver)
        await driver.press("d")
        await driver.reads("The program's own is in force: go to another, or mark one with space")
        await opens(driver, "enter", "BenchmarksScreen")
        await calm(driver)
        await driver.reads("until a version does; in force", "[activity]")
        assert "benchmarks.new" not in labels(driver)
    async with looking(place, "Ada") as driver:
        await go_to(driver, "Benchmarks")
        await opens(driver, "n", "BenchmarksEditor")
        await calm(driver)
        driver.app.screen.query_one(TextArea).text = "x"
        await driver.reads("■ ")
        await driver.press("escape")
        await answer_yes(driver)
        await driver.on("SummariesScreen")
