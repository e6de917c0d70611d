"""The app looks at the log by itself: once a day, off the loop, and says what it found."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kpi.targets import Target
from store.audit_care import begin_key, keep_checkpoints
from store.targets import save_targets
from tests.store.helpers import Clock, new_store
from tests.tui.driving import SMALL, Driver, driven
from tests.tui.fake import World
from tui.app import StagewatchApp
from tui.audit_facts import Verified

THEN = datetime(2026, 11, 17, 9, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path, ring) -> Path:
    """A sealed store whose checkpoints go into a folder."""
    del ring
    file = tmp_path / "store.db"
    (tmp_path / "elsewhere").mkdir()
    with new_store(str(file), clock=Clock(THEN)) as made:
        begin_key(made)
        save_targets(made, {"draft.ready_to_publish": Target(1, 2)}, reason="Why", actor="Ada")
        keep_checkpoints(made, tmp_path / "elsewhere")
    return file


async def proven(driver: Driver) -> Verified:
    await driver.until(lambda: driver.app.verified is not None, "the log has been looked at")
    assert driver.app.verified is not None
    return driver.app.verified


@driven
async def test_it_is_proven_when_the_app_starts_and_the_days_checkpoint_written(kept):
    app = StagewatchApp(str(kept), advance=lambda: None)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        verified = await proven(driver)
        assert (verified.result, verified.seq) == ("proven", 6)
        assert len(list(kept.with_name("elsewhere").glob("*.checkpoint"))) == 1
        await driver.press("4")
        await driver.sees("● proven up to entry 6")
        app.forget_proof()
        app.ask_pulse()
        await proven(driver)
        assert len(list(kept.with_name("elsewhere").glob("*.checkpoint"))) == 1  # one a day


@driven
async def test_tampering_is_told_wherever_one_is(kept):
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.execute("UPDATE organisation SET name = 'Southbank'")
    app = StagewatchApp(str(kept), advance=lambda: None)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        await proven(driver)
        await driver.sees("The audit log was tampered with")
        await driver.press("4")
        await driver.sees("■ tampered")
        assert not list(kept.with_name("elsewhere").iterdir())


@driven
async def test_a_folder_that_has_gone_is_told(kept):
    shutil.rmtree(kept.with_name("elsewhere"))
    app = StagewatchApp(str(kept), advance=lambda: None)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        assert (await proven(driver)).result == "proven"
        await driver.sees("No checkpoint today")


@driven
async def test_it_waits_until_the_next_day(kept):
    app = StagewatchApp(str(kept), advance=lambda: None)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        driver = Driver(app, pilot, World())
        before = await proven(driver)
        app.ask_pulse()
        await driver.settled()
        assert app.verified is before
        app._proved_on = None
        app.ask_pulse()
        await driver.until(lambda: app.verified is not before, "it is looked at again")
