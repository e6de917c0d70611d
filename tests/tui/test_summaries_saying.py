"""What is said of a summary: contests and what is decided, own counts, documents and appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from tests.store.summarising import Happening
from tests.tui.driving import driven
from tests.tui.summaries_screen import (
    W46,
    Place,
    answer_yes,
    calm,
    go_to,
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

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return place_at(tmp_path, monkeypatch)


@driven
async def test_a_figure_and_an_event_are_contested_held_and_decided_by_the_hr_partner(place):
    async with looking(place, "Ray") as driver:
        await open_one(driver, W46)
        await driver.press("down")
        await opens(driver, "c", "FormBox")
        await driver.reads("E-mails of 2026-W46 is held out of every report")
        await write(driver, text="It went to myself")
        await driver.reads("○ E-mails is held until it is decided.")
        await calm(driver)
        assert "○             E-mails" in driver.text
        await driver.press("up", "enter")
        await driver.on("BehindScreen")
        await calm(driver)
        await driver.press("end")
        await opens(driver, "e", "FormBox")
        await write(driver, text="Not mine")
        await driver.reads("○ Calls is held until it is decided.")
        await calm(driver)
        assert "behind.contest_event" not in labels(driver), "once is enough"
        await driver.press("escape")
        await driver.on("SummaryScreen")
        await go_to_part(driver, "Contests")
        assert [row.cells[0] for row in table(driver).rows] == ["◇ waiting", "◇ waiting"]
        assert "summary.decide" not in labels(driver), "nobody decides their own"
    async with looking(place, "Hana") as driver:
        await go_to(driver, "Contests")
        await put_on(driver, "Calls: call made, 15 Nov 26 15:00")
        await opens(driver, "v", "AskBox")
        await driver.reads("Uphold it: the event is left out of their weeks")
        await driver.press("down", "enter")
        await write(driver, text="The log shows Rob")
        await driver.reads("✓ The contest is upheld.")
        await calm(driver)
        await opens(driver, "v", "AskBox")
        await driver.press("down", "down", "enter")
        await write(driver, text="It counts all the same")
        await driver.reads("× The contest is rejected.", "No contest waits")
        await driver.press("o")
        await calm(driver)
        assert len(table(driver).rows) == 2
        await driver.press("enter")
        await driver.on("SummaryScreen")
    page = place.page("Ray")
    assert [one.decision for one in page.contests] == ["rejected", "upheld"]
    assert not page.held
    assert page.summary.figure("calls").count == 4, "the figures follow by themselves"


@driven
async def test_what_one_did_oneself_is_said_and_stands_beside_what_was_logged(place):
    async with looking(place, "Rita") as driver:
        await opens(driver, "s", "FormBox")
        await write(driver, calls="nine")
        await driver.reads("■ calls: write a whole number, such as 12.")
        await write(driver, calls="9", week="2026-W47")
        await driver.reads("✓ What you say of 2026-W47 is kept")
        await calm(driver)
        await put_on(driver, "2026-W46")
        await opens(driver, "s", "FormBox")
        await write(driver, calls="9", notes="1")
        await driver.reads("✓ What you say of 2026-W46 is kept")
        await calm(driver)
        await driver.reads("self-report differs")
        await open_one(driver, W46)
        await go_to_part(driver, "Context")
        await driver.press("end")
        await driver.reads("Calls: 9 you say, 1 counted", "Notes: 1 you say, 1 counted")
        await opens(driver, "s", "FormBox")
        assert driver.app.screen.query_one("#calls", Input).value == "9", "what was said before"


@driven
async def test_a_corrective_action_is_for_a_flag_that_came_again_and_again(place):
    office = place.office
    office._count = 1000  # of the template's there are fewer
    for back in (0, 1, 2):
        office.happens(Happening("offer_rejected", office.on(2, back=back), by="Ron"))
        office.generate(office.week.before(back))
    async with looking(place, "Moyra") as driver:
        await open_one(driver, "Ron")
        await opens(driver, "d", "AskBox")
        await driver.press("down", "enter")
        await write(driver, flag="outside business hours", text="Write it down")
        await driver.reads("■")
        await driver.sees("Write it down")
        await write(driver, flag="note missing")
        await driver.reads("✓ The reminder is attached.")
    (document,) = place.page("Ron").documents
    assert document.context == {"flag": "missing_note"}


@driven
async def test_documents_ask_for_what_their_kind_needs_and_can_be_appealed_against(place):
    async with looking(place, "Moyra") as driver:
        await open_one(driver, "Ray")
        await opens(driver, "d", "AskBox")
        await driver.press("down", "enter")
        await driver.reads("▲ Corrective actions follow on a flag about entering data")
        await driver.press("d")
        await answer_yes(driver, down=4)
        await driver.reads("Figures never stand alone")
        context = {
            "purpose": "ending employment",
            "role_mix": "Nurses",
            "priorities": "None",
            "exclusions": "None",
        }
        await write(driver, **context, text="It ends")
        await driver.reads("figures alone are no ground for ending employment")
        await write(driver, other_criteria="Two written warnings from the ward")
        await driver.reads("✓ The performance plan is attached.")
        await calm(driver)
        await go_to_part(driver, "Documents")
        await opens(driver, "enter", "ReadBox")
        await driver.reads("Two written warnings from the ward", "Moyra")
    async with looking(place, "Ray") as driver:
        await open_one(driver, W46)
        assert "summary.document" not in labels(driver)
        await go_to_part(driver, "Documents")
        await opens(driver, "e", "FormBox")
        await write(driver, text="There was one warning")
        await driver.reads("◇ Your appeal waits for a decision.")
    async with looking(place, "Hana") as driver:
        await go_to(driver, "Contests")
        await put_on(driver, "Appeal, performance plan")
        await driver.reads(
            "Ray appeals against the performance plan of 2026-W46", "enter opens it; v decides there"
        )
        await opens(driver, "enter", "SummaryScreen")
        await driver.sees("appeal waiting")
        await opens(driver, "v", "AskBox")
        await answer_yes(driver)
        await write(driver, text="There was one")
        await driver.reads("✓ The appeal is upheld.", "× lifted on appeal")
    (document,) = place.page("Ray").documents
    assert (document.decision, document.decision_reason) == ("upheld", "There was one")
