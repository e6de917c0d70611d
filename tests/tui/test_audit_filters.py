"""The audit log filtered: the box, the search that goes on by itself, bookmarks."""

from __future__ import annotations

from tests.tui.audit_screen import filtered, opened
from tests.tui.driving import driven, running
from tests.tui.fake_audit import AuditWorld

# ------------------------------------------------------------------------------------------- the filters


@driven
async def test_a_filter_is_written_shown_and_taken_away_by_escape():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await filtered(driver, person="okafor", operation="targets saved")
        await driver.sees("Only by okafor, targets saved", "1 of 8")
        await driver.press("f")
        await driver.on("FilterBox")
        assert driver.app.screen.query_one("#person").value == "okafor"  # type: ignore[attr-defined]
        await driver.press("escape", "escape")
        await driver.sees("All entries, newest first", "1 of 40")
        await driver.press("escape")
        await driver.on("BoardScreen")


@driven
async def test_known_people_and_things_are_offered_as_one_writes():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await driver.press("f")
        await driver.sees("Chidi", "[bold]name[/bold]")
        await driver.press(*"fea", "down", "enter")
        field = driver.app.screen.query_one("#person")
        assert field.value == "Bronwyn Llewellyn-Featherstonehaugh"  # type: ignore[attr-defined]
        await driver.press("tab")
        await driver.sees("mapping saved", "payroll: add")
        await driver.press("tab", "down", "down", "up", "enter", "enter")
        await driver.sees("Only by Bronwyn Llewellyn-Featherstonehau")


@driven
async def test_what_cannot_be_read_is_said_and_the_box_stays():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        for name, text, said in (
            ("operation", "sing", "“sing” is nothing that somebody does here"),
            ("operation", "saved", "“saved” is many things that somebody does here"),
            ("target", "moon", "“moon” is no kind of thing"),
            ("since", "someday", "“someday” is no day"),
        ):
            await driver.press("f")
            await driver.on("FilterBox")
            driver.app.screen.query_one(f"#{name}").focus()
            await driver.press(*text, "enter")
            await driver.reads(said)
            assert driver.app.screen.focused is driver.app.screen.query_one(f"#{name}")
            await driver.press("escape")
            await driver.on("AuditScreen")
        await driver.press("f")
        for name, text in (("since", "2026-11-17"), ("until", "yesterday")):
            driver.app.screen.query_one(f"#{name}").focus()
            await driver.press(*text)
        await driver.reads("Mon 16 Nov 2026.")
        await driver.press("enter")
        await driver.reads("lies before the first day")
        await driver.press("ctrl+x", "enter")
        await driver.sees("All entries, newest first")


@driven
async def test_a_filter_that_fits_nothing_says_so():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await filtered(driver, text="no such reason")
        await driver.reads("No entry fits this filter.", "none")
        await driver.press("enter", "m", "space", "end", "home", "escape")
        await driver.sees("1 of 40")


@driven
async def test_a_search_goes_on_by_itself_and_says_how_far_it_is():
    world = AuditWorld(entries=1_000, portion=100)
    async with running(world) as driver:
        await opened(driver)
        world.gate.clear()
        await filtered(driver, person="okafor")
        world.portion = 1
        world.gate.set()
        await driver.sees("+, ")
        world.portion = 200
        await driver.sees("1 of 200 ")
        assert len([asked for asked in world.asked if asked.startswith("find")]) > 3


@driven
async def test_end_goes_on_to_the_real_end_while_more_is_found():
    world = AuditWorld(entries=1_000, portion=100)
    async with running(world) as driver:
        await opened(driver)
        world.portion = 5
        await filtered(driver, person="okafor")
        await driver.press("end")
        await driver.sees("200 of 200", "Entry 5:")
        await driver.press("home")
        await driver.sees("1 of 200", "Entry 1,000:")


@driven
async def test_a_search_that_was_left_is_not_gone_on_with():
    world = AuditWorld(entries=100_000, portion=1)
    async with running(world) as driver:
        await opened(driver)
        await filtered(driver, person="okafor")
        await driver.sees("+, ")  # it goes on searching
        await driver.press("escape")
        await driver.sees("1 of 100,000")
        await driver.until(lambda: not driver.app._waiting, "every question answered")
        many = len(world.asked)
        await driver.press("down", "down")
        await driver.sees("3 of 100,000")
        assert len([asked for asked in world.asked[many:] if asked.startswith("find")]) == 0


@driven
async def test_a_search_that_failed_goes_on_after_r():
    world = AuditWorld(entries=1_000, portion=100)
    async with running(world) as driver:
        await opened(driver)
        world.gate.clear()
        await filtered(driver, person="okafor")
        world.portion = 1
        world.gate.set()
        await driver.sees("+, ")
        world.fault = "/x cannot be read"
        await driver.reads("last good figures")
        world.fault, world.portion = None, 1_000
        await driver.press("r")
        await driver.sees("1 of 200 ")


@driven
async def test_new_entries_of_a_filtered_list_are_those_that_fit():
    world = AuditWorld()
    async with running(world) as driver:
        await opened(driver)
        await filtered(driver, person="okafor")
        await driver.press("down")
        await driver.sees("2 of 8")
        world.entries, world.revision = 46, 2
        driver.app.ask_pulse()
        await driver.sees("3 of 9", "Entry 35:")


@driven
async def test_only_what_nobody_has_reviewed_is_a_click_or_a_blank_away():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await driver.press("f")
        await driver.click_text("only what nobody has reviewed")
        await driver.sees("[x] only what")
        await driver.press("space")
        await driver.sees("[ ] only what")
        await driver.press("space", "enter")
        await driver.sees("Only not reviewed")
        await driver.click_text("filter ▾")
        await driver.sees("[x] only what")


# ----------------------------------------------------------------------------------------- the bookmarks


@driven
async def test_a_filter_is_kept_used_and_removed_under_a_name(tmp_path):
    settings = tmp_path / "settings.json"
    async with running(AuditWorld(), settings=settings) as driver:
        await opened(driver)
        await driver.press("b")
        await driver.reads("No bookmarks yet")
        await driver.press("enter", "x", "a")
        await driver.reads("All entries are shown")
        await driver.press("escape")
        await filtered(driver, person="okafor", since="-300")
        await driver.press("b", "a", "enter")
        await driver.reads("Write a name")
        await driver.press(*"Ann's week", "enter")
        await driver.reads("(•) Ann's week", "By okafor, from -300")
        await driver.press("escape", "escape")
        await driver.sees("All entries, newest first")
    async with running(AuditWorld(), settings=settings) as driver:
        await opened(driver)
        await driver.click_text("bookmarks ▾")
        await driver.reads("( ) Ann's week")
        await driver.press("enter")
        await driver.sees("Only by okafor, from -300")
        await driver.press("b", "x")
        await driver.reads("No bookmarks yet")
    assert '"bookmarks": {}' in settings.read_text("utf-8")


@driven
async def test_a_name_that_is_being_written_is_given_up_by_escape():
    async with running(AuditWorld()) as driver:
        await opened(driver)
        await filtered(driver, person="okafor")
        await driver.press("b", "a", *"name", "escape")
        await driver.reads("No bookmarks yet")
        await driver.press("escape")
        await driver.on("AuditScreen")


@driven
async def test_a_bookmark_that_means_nothing_any_more_says_so(tmp_path):
    settings = tmp_path / "settings.json"
    settings.write_text('{"bookmarks": {"odd": {"operation": "sing"}}}', "utf-8")
    async with running(AuditWorld(), settings=settings) as driver:
        await opened(driver)
        await driver.press("b", "enter")
        await driver.reads("■ This filter cannot be used: “sing” is nothing")
        await driver.sees("All entries, newest first")
