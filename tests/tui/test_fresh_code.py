"""A fresh code: asked for when something wants one, which then goes on by itself."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from kpi.policy import Action, Role
from store.people import add_person
from tests.store.house import PASSWORD, WRONG
from tests.tui.doors import Entrance, inside
from tests.tui.driving import Driver, driven
from tui.actor import writer
from tui.screens.attempt import Secret
from tui.screens.data import DataScreen
from tui.screens.kpis import KpisScreen
from tui.screens.page import Page

if TYPE_CHECKING:
    from store.reading import Reader
    from store.work import Store


def stale(entrance: Entrance) -> None:
    """The last code of every session was given too long ago."""
    entrance.house.run("UPDATE session SET coded_at = 0")


def new_person(store: Store, job: object) -> Any:
    del job
    return add_person(store, "Di New", Role.RECRUITER)


async def give(driver: Driver, proof: str) -> None:
    await driver.on("FreshCodeBox")
    await driver.sees("enter goes on")
    driver.app.screen.query_one(Secret).value = proof
    await driver.press("enter")


@driven
async def test_an_operation_that_wants_a_fresh_code_goes_on_after_it(entrance: Entrance):
    async with inside(entrance.guard(), "Ada") as driver:
        stale(entrance)
        await driver.press("6")
        await driver.sees("Imports")
        page = driver.app.screen
        assert isinstance(page, DataScreen)
        page.perform("Adding", new_person, lambda person: f"Added {person.name}.")
        await give(driver, "000000")
        await driver.reads("This asks for a fresh code", "■ That is not right")
        assert not driver.app.screen.query_one(Secret).value
        await give(driver, entrance.code())
        await driver.sees("Added Di New.")


@driven
async def test_who_closes_the_box_is_told_what_was_wanted(entrance: Entrance):
    async with inside(entrance.guard(), "Ada") as driver:
        stale(entrance)
        await driver.press("2")
        await driver.on("KpisScreen")
        page = driver.app.screen
        assert isinstance(page, KpisScreen)
        said: list[str] = []

        def work(job: object) -> Any:
            with closing(writer(entrance.house.store.location, "app")) as store:
                return new_person(store, job)

        page.start("x", "Adding", work, lambda person: said.append(person.name), said.append)
        await driver.on("FreshCodeBox")
        await driver.press("escape")
        await driver.until(lambda: said, "the words")
        assert "asks for a fresh code" in said[0]
        assert page.jobs.get("x") is None
        page.start("x", "Adding", work, lambda person: said.append(person.name), said.append)
        await give(driver, entrance.code())
        await driver.until(lambda: "Di New" in said, "it was done")


@driven
async def test_a_question_that_wants_a_fresh_code_is_asked_again(entrance: Entrance):
    def export(reader: Reader) -> str:
        reader.may(Action.EXPORT_TASKS)
        return "exported"

    async with inside(entrance.guard(), "Bo") as driver:
        stale(entrance)
        page = driver.app.page
        assert isinstance(page, Page)
        said: list[str] = []
        page.ask("export", export, said.append, failed=said.append, vital=False)  # type: ignore[arg-type]
        await give(driver, WRONG)
        await driver.reads("Give your password or, if you have one set up", "■ That is not right")
        await give(driver, PASSWORD)
        await driver.until(lambda: said == ["exported"], "it was asked again")


@driven
async def test_a_fresh_code_can_be_given_beforehand(entrance: Entrance):
    async with inside(entrance.guard(), "Ada") as driver:
        stale(entrance)
        await driver.press("f7")
        await give(driver, entrance.code())
        await driver.sees("That was right")
        assert entrance.house.rows("SELECT 1 FROM session WHERE coded_at > 0")


@driven
async def test_a_session_that_ends_meanwhile_leads_to_the_door(entrance: Entrance):
    async with inside(entrance.guard(), "Ada") as driver:
        await driver.press("f7")
        await driver.on("FreshCodeBox")
        entrance.house.run("UPDATE session SET ended_at = seen_at")
        await give(driver, "123456")
        await driver.on("SignInScreen")
        await driver.sees("This session was ended.")
