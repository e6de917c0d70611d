"""What whoever has signed in sees: the frame, the tabs, and the store's refusals in words."""

from __future__ import annotations

import pytest

from tests.slowly import slowly
from tests.tui.doors import Entrance, inside, look_again
from tests.tui.driving import LARGE, SMALL, driven, running
from tests.tui.fake import World
from tui import words
from tui.me import Me

LONG = Me(1, "Bronwyn Llewellyn-Featherstonehaugh", "HR business partner", frozenset({"board.see"}), "own",
          gives_code=True, is_token=False, idle=900.0)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "frame", "tabs"),
    [
        ("Ada", "Ada Sample, super user", "1 Board  2 KPIs  3 Summaries  4 Audit  5 People  6 Data"),
        ("Bo", "Bo Recruit, recruiter", "1 Board  3 Summaries  5 People  "),
    ],
)
@driven
async def test_the_frame_says_who_is_there_and_only_tabs_that_open_are_shown(
    entrance: Entrance, name, frame, tabs
):
    async with inside(entrance.guard(), name) as driver:
        assert f"╭ Northbank ─ {words.day_words(entrance.house.today)} ─ {frame} ─" in driver.lines[0]
        assert driver.lines[1].startswith(f"│ {tabs}")
        assert (
            "Import a file" in [one.title for one in driver.app.get_system_commands(driver.app.screen)]
        ) is (name == "Ada")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_a_long_name_leaves_the_day_and_the_age(size, monkeypatch):
    monkeypatch.setattr("tui.facts.read_me", lambda _: LONG)
    async with running(World(), size=size) as driver:
        await driver.sees("All stages", "fresh")
        await driver.sees("Bronwyn Llew")
        assert "Tue 17 Nov 2026" in driver.lines[0]
        assert "fresh" in driver.lines[0]
        assert len(driver.lines[0]) == size[0]
        assert ("Northbank NHS Trust" in driver.lines[0]) is (size == LARGE)


@driven
async def test_an_open_store_is_as_it_was(entrance: Entrance):
    async with running() as driver:
        await driver.sees("1 Board  2 KPIs  3 Summaries  4 Audit  5 People  6 Data")
        titles = [one.title for one in driver.app.get_system_commands(driver.app.screen)]
        assert "Import a file" in titles
        assert not {"Lock", "Sign out", "Fresh code", "Who to be"}.intersection(titles)
        await driver.press("f5", "f6", "f7", "f8")
        await driver.on("BoardScreen")


@pytest.mark.parametrize(
    ("key", "screen", "words"),
    [
        ("2", "KpisScreen", "You may not see the KPI page"),
        ("4", "AuditScreen", "You may not read the audit log"),
        slowly("6", "DataScreen", "You may not see imports, mappings and the quarantine"),
    ],
)
@driven
async def test_a_tab_reached_nevertheless_says_why_not_and_leads_back(entrance: Entrance, key, screen, words):
    async with inside(entrance.guard(), "Bo") as driver:
        await driver.press(key)
        await driver.on(screen)
        await driver.reads("■ This is not shown to you", words, "esc goes back")
        await driver.press("r")
        await driver.press("escape")
        await driver.on("BoardScreen")
        await driver.sees("All stages", "fresh")
    told = entrance.house.rows("SELECT count(*) FROM audit_entry WHERE outcome = 'refused'")
    assert told == [(1,)], "asking again is no news to the log"


@driven
async def test_an_auditor_sees_what_the_grant_names_until_it_ends(entrance: Entrance):
    entrance.guard().grant("audit.see")
    async with inside(entrance, "Ann", seeing="This is not shown to you") as driver:
        await driver.reads("You may not see the board")
        await driver.sees("4 Audit")
        assert "1 Board" not in driver.lines[1]
        await driver.press("4")
        await driver.sees("All entries, newest first", "grant 1")
        entrance.house.run("UPDATE access_grant SET ended_at = 1, ended_by = 1")
        look_again(driver)
        await driver.reads("■ This is not shown to you", "You may not read the audit log")
        assert "grant 1" not in driver.text
        await driver.until(lambda: "4 Audit" not in driver.lines[1], "the tab is gone")
        entrance.house.run("UPDATE access_grant SET ended_at = NULL, ended_by = NULL")
        look_again(driver)
        await driver.sees("All entries, newest first", "grant 1")
        await driver.sees_no("This is not shown")


@driven
async def test_drilling_down_is_refused_once_the_right_has_gone(entrance: Entrance):
    entrance.guard().grant("board.see")
    async with inside(entrance, "Ann") as driver:
        entrance.house.run("UPDATE access_grant SET ended_at = 1, ended_by = 1")
        await driver.press("end", "o")
        await driver.on("TasksScreen")
        await driver.reads("You may not see the board, its lists and its tasks")
        assert "J1" not in driver.text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Bo", "Others' figures are for them, their manager and HR alone."),
        ("Mo", "Too few others: a team's figures would give theirs away."),
    ],
)
@driven
async def test_only_ones_own_figures_are_shown_and_why_in_one_line(entrance: Entrance, name, why):
    entrance.guard()
    entrance.house.run(
        f"INSERT INTO person_link (ref, person) VALUES ('bo@ats', {entrance.member('Bo').number})"
    )
    entrance.house.run(f"UPDATE team SET manager = {entrance.member('Mo').number} WHERE number = 1")
    async with inside(entrance, name) as driver:
        await driver.press("v")
        await driver.sees(why, "All shown")
        assert ("bo@ats" in driver.text) is (name == "Bo")
        assert "zed" not in driver.text
        await driver.press("f")
        await driver.on("ChooserScreen")
        await driver.sees("All users")
        await driver.reads(why)
        assert "zed" not in driver.text
