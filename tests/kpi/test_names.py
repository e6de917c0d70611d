"""Names of people and teams: what is kept, what is alike, what nobody can have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.names import NameRefusedError, check_name, folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Okafor", "ada OKAFOR"),
        ("Ada Okafor", "Ａｄａ Ｏｋａｆｏｒ"),
        ("Ada Okafor", "  Ada \u00a0 Okafor\t"),
        ("Straße", "STRASSE"),
        ("Zoe\u0301", "ZO\u00c9"),
        ("Ⅷ Henry", "viii henry"),
        ("Ada\u200b Okafor", "Ada Okafor"),
    ],
)
def test_names_that_differ_by_case_width_and_blanks_are_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_names_that_differ_by_more_are_not_alike() -> None:
    assert len({folded(name) for name in ("Zoe", "Zoë", "Zo", "Zoe B", "Z. oe")}) == 5


@given(st.text())
def test_what_is_folded_stays_so(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded(text.swapcase()) == folded(text.swapcase().swapcase().swapcase())


def test_a_name_is_shown_as_it_was_written_but_cleaned() -> None:
    name = check_name(" \x1b[31mÈve \u202e  Núñez\n")
    assert (name.shown, name.folded) == ("[31mÈve Núñez", "[31mève núñez")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "say one"),
        (" \x00\u200b", "say one"),
        ("12", "at least one letter"),
        ("—", "at least one letter"),
        ("x" * 101, "at most 100 characters, this has 101"),
        ("System", "stands for the program"),
        ("the\u00a0SYSTEM", "stands for the program"),
    ],
)
def test_a_name_that_nobody_can_have(name: str, why: str) -> None:
    with pytest.raises(NameRefusedError, match=why):
        check_name(name)
