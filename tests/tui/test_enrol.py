"""Enrolling, a second factor, what is shown once; and the first run, which does the same."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pyotp
import pytest

from kpi.policy import Role
from store.enrolling import give_enrolment_code
from store.people import add_person
from store.reading import open_reader
from tests.slowly import slowly
from tests.store.cheap_passwords import hash_cheaply
from tests.tui.doors import Entrance, coming, field, typed
from tests.tui.driving import LARGE, SMALL, Driver, driven
from tui.app import StagewatchApp
from tui.screens.second_factor import SecondFactorScreen
from tui.widgets.qr_code import QrCode

NEW = "marmalade tractor violin"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    """How they are hashed, and how soon one is guessed, is tested elsewhere and takes time."""
    hash_cheaply(monkeypatch)
    monkeypatch.setattr("store.passwords._is_known", lambda said, names: said.startswith("password"))


def code_for(entrance: Entrance, name: str, role: Role) -> str:
    """Somebody new, and the code by which they enrol."""
    with entrance.house.by_system() as store:
        return give_enrolment_code(store, add_person(store, name, role).number).code


async def enrol(driver: Driver, name: str, code: str) -> None:
    await driver.on("SignInScreen")
    await driver.press("f2")
    await driver.on("EnrolScreen")
    await driver.until(lambda: driver.app.door and driver.app.door.door, "it is known which store it is")
    await typed(driver, name=name, enrolment=code)
    await driver.press("enter")


async def choose(driver: Driver, password: str, again: str | None = None) -> None:
    await typed(driver, password=password, again=password if again is None else again)
    driver.app.screen.set_focus(field(driver, "again"))
    await driver.press("enter")


def shown_code(driver: Driver) -> str:
    """The code that an app shows which has read what stands on the screen."""
    door = driver.app.screen
    assert isinstance(door, SecondFactorScreen)
    assert door.beginning.seed is not None
    groups = [door.beginning.seed[at : at + 4] for at in range(0, 32, 4)]
    flat = " ".join(driver.text.split())
    assert all(group in flat for group in groups), "the seed can be typed as well"
    return pyotp.TOTP(door.beginning.seed).now()


async def note(driver: Driver, heading: str) -> None:
    """Say that it is noted, and go on; not before."""
    await driver.on("ShownOnceScreen")
    await driver.sees(heading)
    await driver.press("enter", "f10")
    await driver.reads("■ It is never shown again: note it, then say so with space.")
    await driver.press("space")
    await driver.sees("[x] I have noted it")
    await driver.press("enter")


@driven
async def test_who_needs_no_second_factor_chooses_a_password_and_is_in(entrance: Entrance):
    entrance.guard()
    code = code_for(entrance, "Di New", Role.RECRUITER)
    async with coming(entrance) as driver:
        await enrol(driver, "di new", "7KQ29-FHM3X-TBVW4-E1C8A")
        await driver.sees("■")
        await typed(driver, enrolment=code.lower().replace("-", " "))
        await driver.press("enter")
        await driver.on("PasswordScreen")
        await driver.reads("Di New, choose a password for Northbank")
        await choose(driver, NEW, f"{NEW}s")
        await driver.reads("■ The two are not the same; type both anew.")
        assert not field(driver, "password").value
        await choose(driver, "password 1 2 3 4 5")
        await driver.reads("■ That password is too well known or too soon guessed")
        await choose(driver, NEW)
        await driver.sees("All stages", "Di New, recruiter")


@pytest.mark.parametrize("size", [SMALL, slowly(LARGE), (60, 16)])
@driven
async def test_a_second_factor_is_set_up_by_a_code_to_scan_and_recovery_codes_are_noted(
    entrance: Entrance, size
):
    entrance.guard()
    code = code_for(entrance, "Di New", Role.TEAM_MANAGER)
    async with coming(entrance, size=size) as driver:
        await enrol(driver, "Di New", code)
        await driver.on("PasswordScreen")
        await choose(driver, NEW)
        await driver.on("SecondFactorScreen")
        drawn = driver.app.screen.query_one(QrCode)
        assert drawn.display is (size[1] >= 24)
        if drawn.display:
            await driver.sees("Scan this", "▀▀▀█")
            line = driver.app.screen._compositor.render_strips()[drawn.region.y + 2]
            style = next(one.style for one in line if "▀" in one.text or "█" in one.text)
            assert style is not None
            assert (style.color.name, style.bgcolor.name) == ("#000000", "#ffffff")  # type: ignore[union-attr]
        else:
            await driver.sees("Type this into")
        await typed(driver, code="000000")
        await driver.press("enter")
        await driver.reads("■ That code is not right")
        await typed(driver, code=shown_code(driver))
        await driver.press("enter")
        await note(driver, "Recovery codes")
        await driver.sees("Di New, team manager" if size[0] > 60 else "Di New")
        await driver.on("BoardScreen")
    kept = entrance.house.rows("SELECT count(*) FROM recovery_code r JOIN person p ON p.number = r.person "
                               "WHERE p.name = 'Di New'")  # fmt: skip
    assert kept == [(10,)]


@driven
async def test_who_has_a_second_factor_already_keeps_it(entrance: Entrance):
    entrance.guard()
    with entrance.house.by_system() as store:
        code = give_enrolment_code(store, entrance.member("Sue").number, reset=True).code
    async with coming(entrance) as driver:
        await enrol(driver, "Sue Sample", code)
        await driver.on("PasswordScreen")
        await choose(driver, NEW)
        await driver.reads("Your second factor stays as it is")
        await typed(driver, code=entrance.code("Sue"))
        await driver.press("enter")
        await driver.sees("Sue Sample, super user", "All stages")


@driven
async def test_without_a_place_for_its_key_no_second_factor_is_begun(entrance: Entrance, ring):
    entrance.guard()
    code = code_for(entrance, "Di New", Role.TEAM_MANAGER)
    ring.locked = True
    async with coming(entrance) as driver:
        await enrol(driver, "Di New", code)
        await driver.reads("■ The keyring does not give the key")
        await driver.press("escape")
        await driver.on("SignInScreen")


# --------------------------------------------------------------------------------------- the first run


@driven
async def test_the_first_super_user_is_made_in_the_app_and_hinted_at_once(entrance: Entrance):
    def aided() -> StagewatchApp:
        return StagewatchApp(str(entrance.path), advance=lambda: None)

    async with coming(aided()) as driver:
        await driver.reads("Nobody signs in to this store yet.")
    async with coming(aided()) as driver:
        await driver.sees("All stages")
        await driver.settled()
        assert "Nobody signs in" not in driver.text
        await driver.press("ctrl+p", *"first super")
        await driver.sees("Make the first super user")
        await driver.press("enter")
        await driver.on("FirstSuperUserScreen")
        await driver.press("escape")
        await driver.on("BoardScreen")
        driver.app.action_first_super_user()
        await driver.on("FirstSuperUserScreen")
        await driver.until(lambda: driver.app.door and driver.app.door.door, "it is known which store it is")
        await typed(driver, name="Ada Sample")
        await choose(driver, NEW)
        await driver.on("SecondFactorScreen")
        assert entrance.house.rows("SELECT 1 FROM person") == [], "nothing is made before it is confirmed"
        await typed(driver, code=shown_code(driver))
        await driver.press("enter")
        await note(driver, "Recovery codes")
        await driver.sees("All stages", "Ada Sample, super user")


async def first_run(driver: Driver, name: str, password: str) -> None:
    await driver.reads("Press n to found a new organisation there")
    await driver.press("n")
    await driver.on("FirstRunScreen")
    await driver.press(*"Southbank", "enter", "enter", "enter", *name, "enter")
    if password:
        await choose(driver, password)


@driven
async def test_where_there_is_no_store_one_is_founded_with_its_super_user(tmp_path: Path, ring):
    place = tmp_path / "new.db"
    async with coming(StagewatchApp(str(place))) as driver:
        await first_run(driver, "Ada", NEW)
        await driver.on("SecondFactorScreen")
        assert not place.exists(), "nothing is written before it is confirmed"
        await typed(driver, code="000000")
        await driver.press("enter")
        await driver.reads("■ That code is not right")
        assert not place.exists()
        await typed(driver, code=shown_code(driver))
        await driver.press("enter")
        await note(driver, "Recovery codes")
        await driver.sees("stagewatch audit key 1", "checkpoint-key")
        await note(driver, "The audit log's key")
        await driver.sees("No events yet", "Southbank", "Ada, super user")


@driven
async def test_what_cannot_be_founded_is_said_and_nothing_is_written(tmp_path: Path, ring):
    place = tmp_path / "new.db"
    async with coming(StagewatchApp(str(place))) as driver:
        await first_run(driver, "Ada", "")
        await typed(driver, region="XX-YY")
        await choose(driver, NEW)
        await driver.reads("■ No bank holidays are known for “XX-YY”")
        await typed(driver, region="GB-SCT", zone="Mars/Base")
        await choose(driver, NEW)
        await driver.reads("■ “Mars/Base” is no time zone")
        await driver.press("escape")
        await driver.sees("The board cannot be shown", "n new store")
    assert not place.exists()


@driven
async def test_without_a_super_user_it_is_founded_open_and_without_a_keyring_too(tmp_path: Path):
    place = tmp_path / "new.db"
    async with coming(StagewatchApp(str(place))) as driver:
        await first_run(driver, "", "")
        await driver.on("ShownOnceScreen")
        await driver.reads("Please note: the audit log gets no key: this system has no keyring")
        await driver.press("enter")
        await driver.sees("No events yet", "Southbank")
        assert driver.app.me is None
    with closing(open_reader(str(place))) as reader:
        assert reader.rules.spec.region == "GB-ENG"
