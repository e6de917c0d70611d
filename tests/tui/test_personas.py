"""The demo: who to be, by a key, without a password."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from store.audit_verify import verify
from store.demo import make_demo
from store.demo_people import make_people
from store.location import Location
from store.reading import open_reader
from store.summaries import approve
from store.who import Who
from store.work import Store
from tests.slowly import slowly
from tests.tui.doors import LONG_AGO, coming
from tests.tui.driving import LARGE, SMALL, driven
from tui.app import StagewatchApp
from tui.commands.demo import make_cast
from tui.personas import Cast

if TYPE_CHECKING:
    from store.reading import Reader


@pytest.fixture(scope="module")
def troupe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with closing(Store(Location(path=folder / "demo.db"))) as store:
        make_demo(store, folder, listings=40)
    return make_people(store.location)


@pytest.fixture
def demo(troupe, monkeypatch) -> StagewatchApp:
    monkeypatch.setattr("tui.actor._held", {})
    return StagewatchApp(str(troupe.location), cast=Cast(troupe))


@pytest.mark.parametrize("size", [SMALL, slowly(LARGE)])
@driven
async def test_the_demo_begins_as_a_super_user_and_f5_changes_who_one_is(demo, ring, size):
    async with coming(demo, size=size) as driver:
        await driver.sees("All stages", "Will Power, super user", "6 Data")
        assert "─ f5 who to be ·" in driver.lines[-1]
        await driver.press("end", "o")
        await driver.sees("1 of ", "f5 who to be")
        await driver.press("f5")
        await driver.sees("(•) Will Power", "( ) Claire Voyant", "Recruiting manager, 5 listings")
        await driver.press("down", "down", "enter")
        await driver.sees("All stages", "Miles Ahead, team manager")
        await driver.on("BoardScreen")
        assert "6 Data" not in driver.lines[1]
        await driver.press("v", "f5")
        await driver.sees("(•) Miles Ahead")
        await driver.click_text("Hope Fuller")
        await driver.click_text("Hope Fuller")
        await driver.sees("Hope Fuller, recruiting man", "All stages")
    assert not ring.kept, "no machine keeps the sessions"


@driven
async def test_in_the_demo_nobody_is_locked_signed_out_or_asked_for_codes(demo, troupe):
    async with coming(demo) as driver:
        await driver.sees("All stages", "Will Power")
        await driver.press("f6", "f7", "f8", "end", "o")
        await driver.on("TasksScreen")
        demo.moved = LONG_AGO
        demo.look_after_session()
        await driver.on("TasksScreen")
        with closing(Store(troupe.location)) as store, store.work("test") as work:
            work.plain.run("UPDATE session SET ended_at = seen_at")
        await driver.press("s")
        await driver.sees("1 of ", "by stage", "fresh")
        done: list[str] = []
        demo.ask_fresh_code(lambda: done.append("again"), lambda: done.append("given up"))
        await driver.until(lambda: done, "it goes on")
        assert done == ["again"]
        await driver.on("TasksScreen")
        assert demo.door is None


def test_what_the_demos_people_did_is_done_before_the_log_is_sealed_and_what_follows_leaves_checkpoints(
    tmp_path, ring
):
    with closing(Store(Location(path=tmp_path / "demo.db"))) as store:
        make_demo(store, tmp_path, listings=40)
    cast = make_cast(str(store.location), tmp_path, 2)
    with closing(seen_by_manager(cast)) as reader:
        line = next(line for line in reader.summary_questions().lines() if line.approvable and not line.flags)
    with closing(cast._troupe.as_person(cast._troupe.numbered("Miles Ahead"))) as manager:
        approved = approve(manager, line.number, line.digest)
    assert approved.checkpoint is not None
    assert Path(approved.checkpoint).parent == tmp_path / "checkpoints"
    assert verify(store.location, store.clock()).result == "proven"


def seen_by_manager(cast: Cast) -> Reader:
    token = cast._troupe.session_of(cast._troupe.numbered("Miles Ahead"))
    return open_reader(cast._troupe.location, who=Who("login", "app", lambda _: token))
