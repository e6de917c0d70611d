"""The Summaries screen: what waits for whom; approving one, returning one, approving many."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.slowly import slowly
from tests.tui.driving import LARGE, SMALL, driven
from tests.tui.people_screen import Place as OpenPlace
from tests.tui.people_screen import looking as looking_at_people
from tests.tui.summaries_screen import (
    W44,
    W45,
    W46,
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
)

if TYPE_CHECKING:
    from pathlib import Path

LAST = date(2026, 11, 9)  # the first day of the last week
ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
DOING = {"summaries.approve", "summaries.return", "summaries.approve_many", "summary.decide",
         "summary.report", "benchmarks.new"}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return place_at(tmp_path, monkeypatch)


def states(place: Place, week: str = W46) -> dict[str, str]:
    with place.read() as reader:
        lines = reader.summary_questions().lines()
    return {line.name.split()[0]: line.state for line in lines if line.week.label == week}


@driven
async def test_the_inbox_is_by_week_then_name_and_one_is_approved_as_it_was_shown(place):
    async with looking(place, "Moyra") as driver:
        shown = [(row.cells[0], row.cells[1].casefold()) for row in table(driver).rows]
        assert shown == sorted(shown), "nobody is ranked"
        assert (W44, "rita") in shown, "what has changed since it was approved waits again"
        assert not ESCAPES.search(driver.text)
        await put_on(driver, "Rita", W44)
        await driver.reads("Rita, North, 2026-W44, 26 Oct to 1 Nov 2026: ■ changed since approval.")
        await put_on(driver, "Ray", W46)
        await driver.press("y")
        await driver.reads("■ Not approved: 3 flags need an answer first.")
        await put_on(driver, "Rita", W46)
        await opens(driver, "y", "FactsBox")
        await driver.reads("Calls 1, E-mails 0", "earlier weeks are not approved yet: 2026-W45")
        place.late_call("Rita")  # meanwhile
        await answer_yes(driver, "FactsBox")
        await driver.reads(
            "have changed since you looked at them", "They are now: Rita", "Calls 2, E-mails 0"
        )
        assert states(place)["Rita"] == "ready"
        await answer_yes(driver, "FactsBox")
        await driver.reads("✓ The summary of Rita is approved. ▲ earlier weeks are not approved yet")
        await calm(driver)
        assert [W46, "Rita"] not in [list(row.cells[:2]) for row in table(driver).rows]
        await driver.press("o")
        await calm(driver)
        assert [W46, "Rita"] in [list(row.cells[:2]) for row in table(driver).rows], "o shows all of them"
    assert place.page("Rita").seal.summary.figure("calls").count == 2


@driven
async def test_one_is_returned_with_a_reason_that_is_not_lost(place):
    async with looking(place, "Moyra") as driver:
        await put_on(driver, "Rob", W46)
        await opens(driver, "x", "FormBox")
        await driver.press(*"Calls")
        await driver.press("escape", "x")
        await driver.on("FormBox")
        await driver.press("space", *"are", "space", *"missing", "enter")
        await driver.reads("▲ The summary of Rob is returned.")
        assert "▲ returned" in driver.text
        assert place.page("Rob").steps[-1].text == "Calls are missing"
        await opens(driver, "x", "FormBox")
        await driver.press("enter")
        await driver.reads("■ reason: it is missing.")


@driven
async def test_all_without_flags_are_approved_after_they_were_shown_and_it_says_who_is_left_and_why(place):
    async with looking(place, "Moyra") as driver:
        await put_on(driver, "Ray", W46)
        await opens(driver, "Y", "FactsBox")
        await driver.reads("6 summaries without flags. 1 is left out", "Ray – left: it has flags")
        await driver.press("pagedown", "escape")
        assert set(states(place).values()) == {"ready"}
        await driver.press("Y")
        await answer_yes(driver, "FactsBox")
        await driver.reads("✓ 6 summaries approved.")
        await calm(driver)
        assert [row.cells[1] for row in table(driver).rows if row.cells[0] == W46] == ["Ray"]
    assert states(place)["Ray"] == states(place)["Moyra"] == "ready", "nor one's own"
    assert states(place, W45) == dict.fromkeys(states(place, W45), "ready"), "nor another week's"


@pytest.mark.parametrize(
    ("name", "sections", "may"),
    [
        slowly("Ray", ["Mine", "Team", "Missing", "Benchmarks"], {"summary.report"}),
        ("Hana", ["Inbox", "Mine", "Contests", "Team", "Missing", "Benchmarks"], {"summary.report"}),
        slowly("Ada", ["Mine", "Team", "Missing", "Benchmarks"], {"summary.report", "benchmarks.new"}),
    ],
)
@driven
async def test_everybody_has_the_sections_and_keys_that_the_store_would_not_refuse(
    place, name, sections, may
):
    async with looking(place, name) as driver:
        found = set()
        for section in sections:
            await go_to(driver, section)
            found |= labels(driver) & DOING
            assert all(len(line) <= SMALL[0] for line in driver.lines)
            if section == "Team":
                await driver.reads("– is withheld, * lacks months that are: fewer than five people")
                assert "Calls" in driver.text
        screen: Any = driver.app.screen
        assert [one.value for one in screen.sections] == sections
        assert found == may
        if name == "Ray":
            assert {row.cells[0] for row in table(driver).rows} != {W46}
            await go_to(driver, "Mine")
            assert [row.cells[0] for row in table(driver).rows] == [W46, W45, W44], "the latest first"


@driven
async def test_they_are_made_when_it_is_opened_and_missing_weeks_stand_in_a_list(place):
    with place.house.working() as work:  # of the last week nothing has been made yet
        for name in ("summary_step", "summary"):
            work.plain.run(f"DROP TRIGGER IF EXISTS {name}_no_delete")
        of_last = f"FROM summary WHERE from_day = {LAST.toordinal()}"
        work.plain.run(f"DELETE FROM summary_step WHERE summary IN (SELECT number {of_last})")
        work.plain.run(f"DELETE {of_last}")
    async with looking(place, "Moyra", size=LARGE) as driver:
        await driver.sees("Summaries: ", " made", "Ray")
        assert {row.cells[0] for row in table(driver).rows} == {W44, W45, W46}
        await go_to(driver, "Missing")
        await driver.sees("No week is missing")
        await go_to(driver, "Inbox")
        place.late_call("Rui")
        driver.app.ask_pulse()
        await driver.sees("Shown: what waits")
        await driver.pilot.resize_terminal(*SMALL)
        await driver.sees_no("Shown:")
        place.path.rename(place.path.with_suffix(".away"))
        await driver.press("r")
        await driver.sees("■ ", "Rita")
        place.path.with_suffix(".away").rename(place.path)


@driven
async def test_an_open_store_says_that_nobody_can_approve(tmp_path, monkeypatch):
    async with looking_at_people(OpenPlace(tmp_path, monkeypatch, guarded=False), None) as driver:
        await driver.press("3")
        await driver.on("SummariesScreen")
        await calm(driver)
        await driver.reads("Nobody signs in to this store yet: summaries can be looked at")
        assert not labels(driver) & DOING
        await driver.press("escape")
        await driver.on("BoardScreen")
