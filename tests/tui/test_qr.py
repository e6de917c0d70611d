"""A QR code is drawn as the library made it, fits a terminal of 24 lines, or is not drawn at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from store.one_time_codes import SMALL, enrolment_uri
from tui.qr import BORDER, CELLS, LINES, VERSION, qr_lines

ROOT = Path(__file__).parents[2]
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
URI = enrolment_uri(SEED, "Oluwaseun Adebayo", "Northbank NHS Trust")
UPPER, LOWER = "▀█", "▄█"
FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]


def drawn(text: str, *, dark: bool) -> list[str]:
    lines = qr_lines(text, dark=dark)
    assert lines is not None
    return lines


def read_back(lines: list[str], *, dark: bool) -> list[str]:
    """The modules that are to be seen, border and all, dark ones as 1: what a camera makes of the blocks."""
    halves = [(line, half) for line in lines for half in (UPPER, LOWER)]
    return ["".join("1" if (block in half) != dark else "0" for block in line) for line, half in halves]


@pytest.mark.parametrize("dark", [True, False])
@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=106))
@settings(max_examples=15)
def test_what_is_drawn_is_the_code_with_a_border_all_around(text: str, dark: bool) -> None:
    rows = read_back(drawn(text, dark=dark), dark=dark)
    made = ["".join(map(str, row)) for row in segno.make_qr(text, version=VERSION, error="L").matrix]
    side = len(made)
    assert [row[BORDER:-BORDER] for row in rows[BORDER : BORDER + side]] == made
    light = "0" * CELLS
    assert rows[:BORDER] == [light] * BORDER
    assert rows[BORDER + side :] == [light] * (BORDER + 1)
    assert {row[:BORDER] + row[-BORDER:] for row in rows} == {"0" * 2 * BORDER}


@pytest.mark.parametrize("dark", [True, False])
def test_the_three_finders_are_where_a_camera_looks_for_them(dark):
    rows = read_back(drawn(URI, dark=dark), dark=dark)
    first, last = BORDER, BORDER + 37 - 7
    for top, left in ((first, first), (first, last), (last, first)):
        assert [row[left : left + 7] for row in rows[top : top + 7]] == FINDER


def test_it_fits_a_terminal_of_24_lines_with_room_for_a_word():
    lines = drawn(URI, dark=True)
    assert (len(lines), {len(line) for line in lines}) == (LINES, {CELLS}) == (21, {41})
    assert {block for line in lines for block in line} == {*"▀▄█ "}
    assert BORDER >= 2


def test_light_on_dark_is_dark_on_light_turned_round():
    turned = str.maketrans("▀▄█ ", "▄▀ █")
    assert [line.translate(turned) for line in drawn(URI, dark=True)] == drawn(URI, dark=False)


def test_the_longest_address_that_the_store_calls_small_is_drawn_and_no_longer_one():
    assert SMALL == 106
    assert qr_lines("x" * SMALL, dark=True) is not None
    assert qr_lines("x" * (SMALL + 1), dark=True) is None
    assert qr_lines("x" * 5_000, dark=True) is None
    assert qr_lines(enrolment_uri(SEED, "Ö" * 40, "Northbank"), dark=True) is None


@pytest.mark.parametrize("name", ["A. Okafor", "Oluwaseun Adebayo-Williams", "José María"])
@pytest.mark.parametrize("organisation", ["Northbank", "Northbank University Hospitals NHS Foundation Trust"])
def test_ordinary_names_are_drawn(name, organisation):
    assert qr_lines(enrolment_uri(SEED, name, organisation), dark=True) is not None


def test_the_library_is_loaded_only_when_a_code_is_drawn():
    script = "import sys, tui.qr\nprint('segno' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
