"""Themes, NO_COLOR, hostile text, help, settings, palette."""

from __future__ import annotations

import json
import re

import pytest

from kpi.status import OPEN_STATUSES, Status
from tests.slowly import slowly
from tests.tui.driving import LARGE, SMALL, Driver, driven, running
from tests.tui.fake import HOSTILE, World
from tui import themes
from tui.settings import Settings, load_settings, save_settings
from tui.status_words import BARS
from tui.widgets.board_table import BoardTable
from tui.widgets.task_rows import TaskRows

ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def colours(driver: Driver) -> set[str]:
    found = set()
    for line in driver.app.screen._compositor.render_strips():
        for text, style, _ in line.apply_filter(driver.app._filters[-1], driver.app.screen.styles.background):
            if style is not None and text.strip():
                found |= {str(colour.name) for colour in (style.color, style.bgcolor) if colour is not None}
    return found


def test_every_theme_tells_the_statuses_apart():
    for palette in themes.PALETTES.values():
        assert len({palette.on_track, palette.due, palette.overdue, palette.paused}) == 4
    assert len(set(BARS.values())) == len(BARS)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [p for p in themes.PALETTES.values() if not p.ansi])
def test_every_text_can_be_read_on_its_background_and_under_the_cursor(palette):
    for ground in (palette.background, palette.cursor):
        for name in ("text", "muted", "accent", "warning", "overdue", "on_track", "due"):
            light, dark = sorted((_luminance(getattr(palette, name)), _luminance(ground)), reverse=True)
            least = 4.5 if name == "text" else 3.0
            assert (light + 0.05) / (dark + 0.05) >= least, (palette.name, name, ground)


@pytest.mark.parametrize(
    ("theme", "size"),
    [
        slowly(theme, size) if (size == LARGE) == place % 2 else (theme, size)
        for place, theme in enumerate(themes.PALETTES)
        for size in (SMALL, LARGE)
    ],
)
@driven
async def test_every_screen_draws_in_every_theme(theme, size, tmp_path):
    settings = tmp_path / "settings.json"
    save_settings(settings, Settings(theme))
    async with running(size=size, settings=settings) as driver:
        await driver.sees("All stages")
        assert driver.app.theme == theme
        for keys, name, seen in (
            (("x",), "BoardScreen", "Marked as"),
            (("end", "o"), "TasksScreen", "1 of 300"),
            (("e",), "TaskScreen", "working day"),
            (("question_mark",), "HelpScreen", "On this page"),
            (("escape", "f2"), "SettingsScreen", "every 30 seconds"),
            (("escape", "slash", "n"), "SearchScreen", "31 found"),
            (("enter",), "SubjectScreen", "User"),
        ):
            await driver.press(*keys)
            await driver.on(name)
            await driver.sees(seen)
            assert all(len(line) <= size[0] * 2 for line in driver.lines)
            assert driver.app.export_screenshot().startswith("<svg")


@driven
async def test_f3_goes_through_the_themes_and_remembers(tmp_path):
    settings = tmp_path / "folder" / "settings.json"
    async with running(settings=settings) as driver:
        await driver.sees("All stages")
        seen = []
        for _ in themes.PALETTES:
            await driver.press("f3")
            seen.append(driver.app.theme)
        assert sorted(seen) == sorted(themes.PALETTES)
        await driver.press("f3")
        await driver.sees("Theme: Light")
        assert json.loads(settings.read_text())["theme"] == "light"
    async with running(settings=settings) as driver:
        assert driver.app.theme == "light"


@driven
async def test_no_color_means_none_at_all_and_the_signs_remain(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with running() as driver:
        await driver.sees("All stages", "▲ due", "■ overdue")
        assert colours(driver) <= {"default"}
        for status in OPEN_STATUSES:
            assert BARS[status] * 2 in driver.text or BARS[status] in driver.line_with("All stages")
        await driver.press("f3")
        await driver.press("o")
        await driver.sees("1 of ")
        assert colours(driver) <= {"default"}
        assert driver.app.look.cursor.reverse


@driven
async def test_text_from_outside_is_drawn_as_it_is_and_cleaned():
    async with running(World(organisation=f"Trust {HOSTILE}"), size=LARGE) as driver:
        await driver.sees("[bold]name[/bold]")
        await driver.press("v")
        await driver.sees("All users")
        await driver.press("end", "up", "up", "up", "enter")
        await driver.sees("[@click=app.quit]")
        await driver.press("e")
        await driver.sees("working day")
        assert not ESCAPES.search(driver.text)
        await driver.press("slash", "a")
        await driver.sees("31 found")
        await driver.press("end", "pagedown", "pagedown", "pagedown", "enter")
        await driver.on("SubjectScreen")
        assert not ESCAPES.search(driver.text)
        svg = driver.app.export_screenshot()
        assert "\x1b" not in svg
        driver.world.fault = f"cannot read {HOSTILE}"
        await driver.press("r")
        await driver.sees("cannot read [31mEvil[bold]")
        assert not ESCAPES.search(driver.text)
        assert driver.app.is_running


@driven
async def test_names_with_markup_can_be_chosen():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("f")
        await driver.sees("[bold]name[/bold]")
        await driver.press(*"evil", "enter")
        await driver.on("BoardScreen")
        await driver.until(lambda: driver.app.lens.user == HOSTILE, "the user as the store knows it")


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ((), "BoardScreen"),
        (("o",), "TasksScreen"),
        (("e",), "TaskScreen"),
        (("f",), "ChooserScreen"),
        (("f2",), "SettingsScreen"),
    ],
)
@driven
async def test_every_shown_binding_has_an_id_and_a_tooltip(keys, name):
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press(*keys)
        await driver.on(name)
        own = [
            known.binding
            for known in driver.app.screen.active_bindings.values()
            if type(known.node).__module__.startswith("tui.") and known.binding.id
        ]
        assert own
        assert all(binding.tooltip and binding.id for binding in own)


@driven
async def test_help_lists_the_keys_of_the_page_and_what_the_signs_mean():
    async with running(size=LARGE) as driver:
        await driver.sees("All stages")
        await driver.press("question_mark")
        await driver.sees("On this page", "Moving", "Everywhere")
        await driver.press("end")
        await driver.sees("the last day has passed", "ctrl+p")
        await driver.press("down", "pagedown", "escape")
        await driver.on("BoardScreen")
        await driver.press("f1")
        await driver.on("HelpScreen")
        await driver.press("question_mark")
        await driver.on("BoardScreen")


@driven
async def test_settings_are_chosen_with_keys_and_mouse_and_hold_at_once(tmp_path):
    settings = tmp_path / "settings.json"
    async with running(settings=settings) as driver:
        await driver.sees("All stages")
        await driver.press("f2")
        await driver.sees("(•) every 30 seconds")
        await driver.press("down", "enter")
        await driver.sees("(•) every minute")
        assert load_settings(settings).settings.interval == 60
        await driver.click_text("Light")
        await driver.click_text("Light")
        await driver.sees("(•) Light")
        assert driver.app.theme == "light"
        await driver.press("home", "enter")
        await driver.sees("(•) only when I press r")
        assert driver.app.settings == Settings("light", 0)
        await driver.press("escape")
        await driver.on("BoardScreen")


@driven
async def test_a_click_beside_a_box_closes_it():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("f2")
        await driver.on("SettingsScreen")
        await driver.pilot.click(offset=(1, 1))
        await driver.on("BoardScreen")


@driven
async def test_settings_that_cannot_be_written_are_a_warning(tmp_path):
    (tmp_path / "file").write_text("")
    async with running(settings=tmp_path / "file" / "settings.json") as driver:
        await driver.sees("cannot be read")
        await driver.press("f3")
        await driver.sees("could not be kept")
        assert driver.app.theme == "light"


@driven
async def test_the_palette_offers_themes_intervals_and_screens():
    async with running(size=LARGE) as driver:
        await driver.sees("All stages")
        await driver.press("ctrl+p")
        await driver.on("CommandPalette")
        await driver.sees("All tasks", "Filter by user")
        await driver.press(*"theme: light")
        await driver.sees("Theme: Light")
        await driver.press("enter")
        await driver.until(lambda: driver.app.theme == "light", "the light theme")
        await driver.on("BoardScreen")
        await driver.press("ctrl+p", *"all tasks")
        await driver.sees("Open the list of all tasks")
        await driver.press("enter")
        await driver.on("TasksScreen")


@driven
async def test_one_goes_to_the_board_from_anywhere_and_escape_stays_on_it():
    async with running() as driver:
        await driver.sees("All stages")
        await driver.press("o")
        await driver.sees("1 of ")
        await driver.press("e")
        await driver.on("TaskScreen")
        await driver.press("1")
        await driver.on("BoardScreen")
        await driver.press("escape", "escape")
        await driver.on("BoardScreen")
        await driver.press("o")
        await driver.on("TasksScreen")
        await driver.click_text("1 Board")
        await driver.on("BoardScreen")


def test_a_settings_file_that_is_missing_broken_or_wrong_gives_the_defaults(tmp_path):
    path = tmp_path / "settings.json"
    assert load_settings(path) == (Settings(), None)
    for text in ("", "{", "[]", "null", '{"theme": "pink"}', '{"interval": -1}', '{"interval": true}',
                 '{"interval": 1e9}', '{"interval": "30"}', "[" * 100_000, '{"theme": []}'):  # fmt: skip
        path.write_text(text)
        loaded = load_settings(path)
        assert loaded.settings == Settings()
        assert loaded.warning
        assert "\n" not in loaded.warning
    path.write_bytes(b"\xff\xfe\x00")
    assert load_settings(path).warning
    path.write_text('{"theme": "light", "later": 1}')
    assert load_settings(path) == (Settings("light"), None)


def test_settings_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "a" / "b" / "settings.json"
    for settings in (Settings(), Settings("colour-blind", 0), Settings("terminal", 900)):
        assert save_settings(path, settings) is None
        assert load_settings(path) == (settings, None)
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


@driven
async def test_a_broken_settings_file_is_one_warning(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text("{broken [bold]")
    async with running(settings=path, size=LARGE) as driver:
        await driver.sees("All stages", "are broken", "using the defaults")


@driven
async def test_colours_of_statuses_come_from_the_theme():
    async with running() as driver:
        await driver.sees("All stages")
        look = driver.app.look
        drawn = driver.app.screen.query_one(BoardTable).draw_row(0, 76, selected=False)
        assert look.status[Status.ON_TRACK].color in {
            segment.style.color for segment in drawn if segment.style
        }
        await driver.press("o")
        await driver.sees("1 of ")
        assert driver.app.screen.query_one(TaskRows).draw_row(0, 76, selected=True)
