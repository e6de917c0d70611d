"""One summary on its screen: figures, what is behind them, flags and their answers, what has changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.slowly import slowly
from tests.store.summarising import Happening
from tests.tui.driving import LARGE, SMALL, driven
from tests.tui.summaries_screen import (
    LATE,
    W44,
    W46,
    Place,
    calm,
    go_to_part,
    labels,
    looking,
    open_one,
    opens,
    place_at,
    put_on,
    table,
    write,
)
from tui.widgets.figure_rows import FigureRows

if TYPE_CHECKING:
    from pathlib import Path

ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return place_at(tmp_path, monkeypatch)


@pytest.mark.parametrize("size", [SMALL, slowly(LARGE)])
@driven
async def test_all_figures_stand_on_one_screen_and_what_is_behind_each_is_one_key_away(place, size):
    async with looking(place, "Moyra", size=size) as driver:
        await open_one(driver, "Ray")
        for seen in ("◇ ready", W46, "Ray, North", "▲ 3 flags to answer", "Calls", "overdue"):
            assert seen.casefold() in driver.text.casefold()
        assert "▲ Activity    Calls" in driver.text, "what has a flag is marked"
        assert "··········▁▁█" in driver.line_with("Calls"), "weeks without a summary are dots"
        await driver.reads("Calls 5, unlike the person's own weeks, unlike the team's weeks. Target 0")
        await opens(driver, "enter", "BehindScreen")
        await calm(driver)
        await driver.reads("× open roles 100 %, 0.13 open roles a head", "Call made")
        await driver.press("end")
        await driver.reads("Evil[bold]name[/bold][@click=app.quit]x[/]", "minutes: 7")
        assert not ESCAPES.search(driver.text)
        await opens(driver, "enter", "SubjectScreen")
        await driver.press("escape", "escape")
        await driver.on("SummaryScreen")
        await driver.press("end")
        await driver.reads("Tasks overdue 1.")
        await opens(driver, "enter", "BehindScreen")
        await driver.reads("○ open", "L-1", "it is known now")
        await driver.press("escape")
        for part, seen in (
            ("Context", "how long roles took"),
            ("Contests", "Nothing is contested"),
            ("Documents", "No documents"),
            ("Steps", "made from the events"),
        ):
            await go_to_part(driver, part)
            assert seen.casefold() in driver.text.casefold()
            assert all(len(line) <= size[0] for line in driver.lines)
        await opens(driver, "enter", "ReadBox")
        await driver.reads("nobody: the program itself")


@driven
async def test_a_flag_shows_its_events_and_is_answered_and_what_is_typed_meanwhile_is_kept(place):
    async with looking(place, "Moyra") as driver:
        await open_one(driver, "Ray")
        await go_to_part(driver, "Flags")
        await put_on(driver, "outside business hours")
        await opens(driver, "enter", "BehindScreen")
        await driver.reads("1 event outside 07:00 to 20:00", "15 Nov 26 15:00")
        await driver.press("escape")
        await opens(driver, "a", "FormBox")
        await driver.press("enter")
        await driver.reads("■ answer: it is missing.")
        place.late_call("Ray")  # the figures change, the flag does not
        await driver.press(*"Agreed", "enter")
        await driver.reads("✓ “outside business hours” is answered.", "✓ answered")
        await calm(driver)
        await driver.sees("Flags 3")
        assert "▲ 2 flags to answer" in driver.text
        await opens(driver, "n", "FormBox")
        await write(driver, text="I have asked for it")
        await driver.reads("✓ It is said")
        await go_to_part(driver, "Steps")
        await driver.press("end")
        await driver.reads("commented by Moyra: “I have asked for it”.")
    page = place.page("Ray")
    assert next(flag for flag in page.flags if flag.code == "outside_hours").answer == "Agreed"


@driven
async def test_what_has_changed_since_the_approval_is_shown_and_the_old_is_kept(place):
    async with looking(place, "Moyra") as driver:
        await open_one(driver, "Rita", W44)
        await driver.sees("■ changed since approval", "approved by Moyra", "Changed 2")
        await driver.reads("Calls 2, was 1 when it was approved.")
        await go_to_part(driver, "Changed")
        assert [row.cells for row in table(driver).rows] == [
            ("Calls", "1", "2", "1 came"),
            ("Calls, weighted", "1", "2", ""),
        ]
        await opens(driver, "enter", "BehindScreen")
        await driver.reads("■ Call made", LATE)
        await driver.press("v")
        await calm(driver)
        await driver.sees("1, as it was approved")
        assert LATE not in driver.text
        await driver.press("escape")
        await opens(driver, "o", "FormBox")
        await write(driver, text="It belongs to the week before")
        await driver.reads("✓ What was approved stands.")
        await calm(driver)
        await driver.reads("✓ approved", "kept as approved: “It belongs to the week before”")
        assert not labels(driver) & {"summaries.approve", "summaries.keep", "summaries.return"}
    assert place.page("Rita", W44).seal.version == 1


@driven
async def test_figures_that_change_while_the_reason_is_written_are_shown_with_it(place):
    async with looking(place, "Moyra") as driver:
        await open_one(driver, "Rita", W44)
        await opens(driver, "y", "FormBox")
        await driver.reads("since it was approved: Calls 1 → 2")
        place.late_call("Rita", back=2)
        await write(driver, text="The phone log has them")
        await driver.reads("■ the figures of summary", "have changed since", "Calls 1 → 3")
        await driver.sees("The phone log has them")
        assert place.page("Rita", W44).seal.version == 1
        await driver.press("enter")
        await driver.reads("✓ The summary of Rita is approved.")
    page = place.page("Rita", W44)
    assert (page.seal.version, page.seal.reason) == (2, "The phone log has them")
    assert page.seal.summary.figure("calls").count == 3


@pytest.mark.slow
@driven
async def test_the_mouse_and_small_terminals_work_and_nobody_elses_summary_opens(place):
    number = place.page("Rita").line.number
    async with looking(place, "Ray") as driver:
        await open_one(driver, "2026-W46", W46)
        await driver.click_text("Context")
        await driver.sees("What the week was under")
        await driver.click_text("Figures")
        rows = driver.app.screen.query_one(FigureRows)
        await driver.pilot.resize_terminal(60, 16)
        await driver.sees("Calls")
        assert all(len(line) <= 60 for line in driver.lines)
        await driver.pilot.resize_terminal(*SMALL)
        rows.cursor = 1
        await driver.sees("2 of 14")
        assert not labels(driver) & {"summaries.approve", "summaries.return", "summary.document"}
        from tui.screens.summary import SummaryScreen

        driver.app.push_screen(SummaryScreen(number, "Rita"))
        await driver.reads("■ This is not shown to you")
        assert "Rita, North" not in driver.text


@driven
async def test_ones_own_week_that_runs_is_opened_from_ones_own_weeks(place):
    office = place.office
    office._count = 1000  # of the template's there are fewer
    office.happens(Happening("call_made", office.on(7, 9), by="Ray", application="A-9"))
    async with looking(place, "Ray") as driver:
        first = table(driver).rows[0]
        assert first.cells[0] == "2026-W47"
        await driver.reads("○ open", "so far: nobody sees it but you until it is over")
        await opens(driver, "enter", "SummaryScreen")
        await calm(driver)
        await driver.reads("○ open, so far", "nobody sees it but you", "Calls")
        assert not labels(driver) & {"summaries.approve", "summary.comment", "summary.contest"}
        await opens(driver, "enter", "BehindScreen")
        await calm(driver)
        await driver.reads("A-9", "1 of 1")
        await driver.press("escape", "escape")
        await driver.on("SummariesScreen")
