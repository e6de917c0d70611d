"""The dry run and the import of the wizard: what is stopped, left, or goes wrong."""

from __future__ import annotations

import pytest

from store import importing
from tests.tui.driving import driven
from tests.tui.wizarding import LOG, chosen, draft, imports, page, wizard
from tui.screens.working import Job
from tui.widgets.preview import share_words
from tui.wizard_work import try_dry


@driven
async def test_a_file_that_vanishes_on_the_way_is_one_clear_line(store, folder):
    file = folder / "log.csv"
    file.write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n", "ctrl+n")
        await driver.sees("4 of 6")
        file.unlink()
        await driver.press("ctrl+n")
        await driver.sees("■ There is no “", "r tries again", "r try again")
        file.write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
        await driver.press("r")
        await driver.sees("1 event added")
        file.unlink()
        await driver.press("ctrl+n")
        await driver.sees("6 of 6", "■ There is no “")
        await driver.press("escape")
        await driver.sees("4 of 6")


@driven
async def test_an_import_that_is_stopped_keeps_whole_batches_and_says_so(store, folder, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 8)
    lines = "".join(f"J-{n},Went live,{n % 28 + 1:02d}/04/2026 10:00\n" for n in range(400))
    (folder / "log.csv").write_text(LOG + lines, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n", "ctrl+n", "ctrl+n")
        await driver.sees("400 events added")
        held = importing.keep

        def keep_and_stop(*args, **more):
            page(driver).jobs["work"].is_stopped = True
            return held(*args, **more)

        monkeypatch.setattr(importing, "keep", keep_and_stop)
        await driver.press("ctrl+n")
        await driver.sees(
            "was stopped before its end; what was read is kept", "8 events added", "adds only the rest"
        )
        assert imports(store) == [(8, 8, 0)]


@driven
async def test_leaving_a_running_import_asks_and_then_stops_it(store, folder, monkeypatch):
    from threading import Event

    go_on, begun = Event(), Event()
    held = importing.keep

    def keep_slowly(*args, **more):
        begun.set()
        assert go_on.wait(20)
        return held(*args, **more)

    monkeypatch.setattr(importing, "BATCH", 8)
    lines = "".join(f"J-{n},Went live,{n % 28 + 1:02d}/04/2026 10:00\n" for n in range(80))
    (folder / "log.csv").write_text(LOG + lines, "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n", "ctrl+n", "ctrl+n")
        await driver.sees("80 events added")
        monkeypatch.setattr(importing, "keep", keep_slowly)
        await driver.press("ctrl+n")
        await driver.until(begun.is_set, "the import has begun")
        await driver.press("1")
        await driver.on("AskBox")
        await driver.sees("The import is running")
        await driver.press("down", "enter")
        await driver.on("BoardScreen")
        go_on.set()
        said = "The file was stopped before its end"
        await driver.until(lambda: any(said in n.message for n in driver.app._notifications), "it is told")
        await driver.sees("All stages")
    assert imports(store)[0][0] < 80


@driven
async def test_a_dry_run_that_was_left_is_stopped_and_its_result_dropped(store, folder, monkeypatch):
    from threading import Event

    go_on, seen = Event(), []

    def slowly(location, path, mapping, job):
        seen.append(job)
        assert go_on.wait(20)
        return try_dry(location, path, mapping, job)

    monkeypatch.setattr("tui.screens.wizard.try_dry", slowly)
    (folder / "log.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n", "ctrl+n", "ctrl+n")
        await driver.sees("Trying …", "esc stops")
        await driver.press("ctrl+n", "enter", "escape")
        await driver.sees("4 of 6")
        assert seen[0].is_stopped
        go_on.set()
        await driver.until(lambda: not driver.app.workers._workers, "the thread has ended")
        assert page(driver).trial is None
        assert page(driver).step_id == "names-step"
        assert imports(store) == []


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (0.29, "29 %"), (0.57, "57 %"), (0.999, "99 %"), (1.0, "100 %"), (1.2, "100 %")],
)
def test_the_bar_and_the_words_say_the_same_percent(share, said):
    job = Job("Trying", can_stop=True)
    job.progress(share)
    assert share_words(share) == said
    assert f" {said} esc stops." in job.said


@driven
async def test_that_it_is_stopping_is_read_to_its_end_on_a_narrow_screen(store, folder, monkeypatch):
    from threading import Event

    go_on = Event()

    def slowly(location, path, mapping, job):
        job.progress(0.57)
        assert go_on.wait(20)
        return try_dry(location, path, mapping, job)

    monkeypatch.setattr("tui.screens.wizard.try_dry", slowly)
    (folder / "log.csv").write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "log")
        await driver.press("ctrl+n", "ctrl+n", "ctrl+n")
        await driver.sees(" 57 %  Trying … esc stops.")
        job = page(driver).jobs["work"]
        job.is_stopped = True
        await driver.sees(" 57 %  Stopping after this portion …")
        go_on.set()
        await driver.until(lambda: "work" not in page(driver).jobs, "it has ended")


@driven
async def test_another_file_after_a_failed_import_lets_no_corrections_go_unasked(store, folder):
    file = folder / "jobs.csv"
    file.write_text(LOG + "J-1,Went live,13/04/2026 10:00\n", "utf-8")
    async with wizard(store) as driver:
        await chosen(driver, "jobs")
        await driver.press("ctrl+n")
        await driver.sees("3 of 6")
        await driver.press("shift+tab", "shift+tab", "shift+tab", *" two")
        await driver.until(lambda: draft(driver).name == "jobs two", "the name")
        await driver.press("ctrl+n", "ctrl+n")
        await driver.sees("1 event added")
        file.unlink()
        await driver.press("ctrl+n")
        await driver.sees("6 of 6", "■ There is no “")
        await driver.press("a")
        await driver.on("AskBox")
        await driver.sees("The corrections made for jobs.csv are lost then.")
        await driver.press("enter")
        await driver.on("Wizard")
        assert draft(driver).name == "jobs two"
