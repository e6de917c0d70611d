"""Change account: the app goes over to another organisation's store."""

from __future__ import annotations

import threading

import pytest

from store.accounts import add_account, load_accounts, use_account
from store.errors import StoreError
from tests.tui.driving import LARGE, PATIENCE, SMALL, Driver, driven, running
from tests.tui.fake import World
from tui.app import StagewatchApp
from tui.screens import accounts as box


@pytest.fixture
def worlds(monkeypatch, tmp_path):
    """Two accounts, each a world in memory; `broken` is one that cannot be opened."""
    found = {"Southbank": World(organisation="Southbank Care", size=40)}
    found["Broken"] = World(open_fault="there is no store at /x; make one with “stagewatch init”")
    for name in found:
        add_account(name, str(tmp_path / f"{name}.db"))
    monkeypatch.setattr(box, "open_account", lambda account: found[account.name].open())
    monkeypatch.setattr(box, "_advance", lambda account: None)
    return found


async def opened(driver: Driver) -> None:
    await driver.sees("All stages")
    await driver.settled()
    await driver.press("f4")
    await driver.on("AccountsScreen")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@driven
async def test_enter_goes_over_and_the_title_shows_the_organisation(worlds, size):
    async with running(size=size) as driver:
        await driver.sees("Northbank NHS Trust")
        await driver.press("left_square_bracket", "o")
        await driver.on("TasksScreen")
        await driver.press("f4")
        await driver.sees("Change account", "Southbank", "Broken", "Southbank.db")
        await driver.press("enter")
        await driver.sees("Southbank Care", "All stages", "fresh")
        await driver.on("BoardScreen")
        assert len(driver.app.screen_stack) == 1
        assert driver.app.lens.as_of is None
        assert "Northbank" not in driver.text
        await driver.until(lambda: load_accounts().default == "Southbank", "it is remembered")
        await driver.until(lambda: driver.world.closed == driver.world.opened, "the old store is closed")
        before = len(driver.world.asked)
        await driver.press("r", "o")
        await driver.sees("1 of ")
        assert len(driver.world.asked) == before, "nobody asks the old store any more"


@driven
async def test_a_store_that_cannot_be_opened_is_said_in_words_and_one_stays(worlds):
    async with running() as driver:
        await opened(driver)
        await driver.press("down", "enter")
        await driver.sees("■ Broken cannot be opened: There is no store at /x")
        await driver.press("escape")
        await driver.on("BoardScreen")
        assert "Northbank NHS Trust" in driver.text
        assert load_accounts().default is None
        await driver.press("r")
        await driver.sees("fresh")
        worlds["Broken"].open_fault = None
        await driver.press("f4", "down", "enter")
        await driver.until(lambda: driver.app.organisation and not driver.app.screen.is_modal, "over")
        await driver.until(lambda: worlds["Broken"].asked, "it is asked")


@driven
async def test_a_slow_store_leaves_the_app_free_and_escape_gives_it_up(worlds):
    async with running() as driver:
        worlds["Southbank"].gate.clear()
        await opened(driver)
        await driver.press("enter")
        await driver.sees("Opening Southbank")
        await driver.press("escape")
        await driver.on("BoardScreen")
        worlds["Southbank"].gate.set()
        await driver.until(lambda: worlds["Southbank"].closed == 1, "it is closed again")
        assert "Northbank NHS Trust" in driver.text
        assert load_accounts().default is None


@driven
async def test_an_answer_of_the_old_store_is_never_shown_in_the_new_one(worlds):
    async with running() as driver:
        await opened(driver)
        driver.world.gate.clear()
        driver.app.ask_pulse()
        await driver.press("enter")
        await driver.sees("Southbank Care")
        driver.world.revision = 99
        driver.world.gate.set()
        await driver.until(lambda: driver.world.closed == driver.world.opened, "the old store is closed")
        await driver.settled()
        assert driver.app.revision == worlds["Southbank"].revision


@driven
async def test_that_it_cannot_be_remembered_is_said_and_it_is_shown_all_the_same(worlds, monkeypatch):
    def refuse(name):
        raise StoreError("the list cannot be written")

    monkeypatch.setattr("store.accounts.use_account", refuse)
    async with running() as driver:
        await opened(driver)
        await driver.press("enter")
        await driver.sees("Southbank Care")
        words = "Southbank is shown, but not remembered: the list cannot be written"
        await driver.until(lambda: words in [n.message for n in driver.app._notifications], "the words")


@driven
async def test_whoever_comes_back_at_once_sees_the_account_of_now_marked(worlds, monkeypatch):
    slow, real = threading.Event(), use_account

    def late(name):
        slow.wait(PATIENCE)
        return real(name)

    monkeypatch.setattr("store.accounts.use_account", late)
    async with running() as driver:
        await opened(driver)
        await driver.press("enter")
        await driver.sees("Southbank Care")
        await driver.press("f4")
        await driver.sees("Change account", "Reading the accounts")
        slow.set()
        await driver.sees("(•) Southbank")


@driven
async def test_without_accounts_it_says_how_to_add_one():
    async with running() as driver:
        await opened(driver)
        await driver.sees("No accounts yet", "stagewatch account add NAME PATH-or-URL")
        await driver.press("enter", "down", "escape")
        await driver.on("BoardScreen")


@driven
async def test_a_broken_list_is_said_in_words():
    from store.accounts import accounts_path

    accounts_path().parent.mkdir(parents=True, exist_ok=True)
    accounts_path().write_text("{", "utf-8")
    async with running() as driver:
        await opened(driver)
        await driver.sees("The accounts cannot be read", "not JSON")


@driven
async def test_a_password_is_never_shown():
    from store.accounts import accounts_path

    accounts_path().parent.mkdir(parents=True, exist_ok=True)
    accounts_path().write_text(
        '{"accounts": [{"name": "Far", "address": "postgresql://me:hunter2@db.example.org/n"}]}', "utf-8"
    )
    async with running(size=LARGE) as driver:
        await opened(driver)
        await driver.sees("Far", "db.example.org")
        await driver.press("home")
        assert "hunter2" not in driver.text


@driven
async def test_the_one_in_use_is_marked_and_names_are_plain_text(worlds, tmp_path):
    add_account("[bold]East[/]", str(tmp_path / "east.db"))
    use_account("Broken")
    async with running() as driver:
        await opened(driver)
        await driver.sees("(•) Broken", "( ) Southbank", "[bold]East[/]")


@driven
async def test_between_two_real_stores(tmp_path):
    from store.location import find_location
    from store.organisation import found_organisation
    from store.work import Store

    for name in ("Northbank", "Southbank"):
        store = Store(find_location(str(tmp_path / f"{name}.db")))
        try:
            found_organisation(store, f"{name} Trust")
        finally:
            store.close()
        add_account(name, str(tmp_path / f"{name}.db"))
    add_account("Gone", str(tmp_path / "gone.db"))
    app = StagewatchApp(str(tmp_path / "Northbank.db"))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await driver.sees("Northbank Trust", "No events yet")
        await driver.press("f4")
        await driver.click_text("Southbank")
        await driver.click_text("Southbank")
        await driver.sees("Southbank Trust", "No events yet")
        await driver.press("f4")
        await driver.sees("(•) Southbank")
        await driver.press("end", "enter")
        await driver.sees("■ Gone cannot be opened: There is no store at")
        await driver.press("up", "up", "enter")
        await driver.sees("Northbank Trust", "No events yet")
        await driver.until(lambda: load_accounts().default == "Northbank", "it is remembered")
