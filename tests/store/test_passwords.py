"""Passwords are kept as argon2id, checked in the same time for anybody, and new ones are not soon guessed."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import get_default_parameters
from hypothesis import given, settings
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

import store.passwords
from store.errors import StoreError
from store.passwords import (
    WeakPasswordError,
    check_new_password,
    hash_password,
    is_outdated,
    verify_password,
)
from tests.store.cheap_passwords import CHEAP, hash_cheaply

ROOT = Path(__file__).parents[2]
NAMES = ("Ada Okafor", "Northbank NHS Trust")
GOOD = "seven purple lamps"
COMMON = st.sampled_from([word for word in FREQUENCY_LISTS["passwords"] if not word.isdigit()])
FILLING = st.text("0123456789!?.-_ #", max_size=14)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_cheaply(monkeypatch)


def refused(text: str, *names: str) -> str:
    """Why a new password is refused: one line, without the password."""
    with pytest.raises(WeakPasswordError) as refusal:
        check_new_password(text, *names)
    said = str(refusal.value)
    assert said.isprintable()
    assert len(text) < 5 or text not in said
    return said


def test_a_password_is_kept_by_the_librarys_own_defaults_and_never_as_it_is():
    kept = hash_password(GOOD)
    assert kept.startswith("$argon2id$v=19$")
    assert extract_parameters(kept) == get_default_parameters()
    assert GOOD not in kept
    assert verify_password(kept, GOOD)
    assert not is_outdated(kept)
    assert not verify_password(kept, f"{GOOD} ")


def test_the_decoy_costs_what_a_password_costs():
    decoy = store.passwords._decoy()
    assert extract_parameters(decoy) == extract_parameters(hash_password(GOOD))
    assert not is_outdated(decoy)


@pytest.mark.parametrize("kept", [None, CHEAP.hash("another")], ids=["unknown", "another password"])
def test_somebody_unknown_takes_one_whole_verification_as_a_wrong_password_does(monkeypatch, kept):
    asked = []

    class Counting(PasswordHasher):
        def verify(self, hash, password):  # noqa: A002 - the library's name
            asked.append(extract_parameters(hash))
            return super().verify(hash, password)

    cheap = extract_parameters(CHEAP.hash(""))
    monkeypatch.setattr("store.passwords.hasher", lambda: Counting.from_parameters(cheap))
    assert not verify_password(kept, GOOD)
    assert asked == [cheap]


@pytest.mark.usefixtures("cheap")
def test_even_the_decoys_own_password_would_be_nobodys(monkeypatch):
    monkeypatch.setattr("store.passwords._decoy", lambda: CHEAP.hash(GOOD))
    assert not verify_password(None, GOOD)


@pytest.mark.usefixtures("cheap")
def test_two_people_with_one_password_keep_different_hashes():
    assert hash_password(GOOD) != hash_password(GOOD)


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize(
    ("set_as", "typed"),
    [
        ("café au lait noir", "cafe\u0301 au lait noir"),
        ("fluffy ﬁne days", "fluffy fine days"),
        ("ｗｉｄｅ", "wide"),
    ],
)
def test_a_password_is_right_however_the_keyboard_writes_it(set_as, typed):
    assert set_as != typed
    assert verify_password(hash_password(set_as), typed)
    assert verify_password(hash_password(typed), set_as)


@pytest.mark.usefixtures("cheap")
@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=50)
def test_only_the_same_text_opens(one: str, other: str) -> None:
    alike = unicodedata.normalize("NFKC", one) == unicodedata.normalize("NFKC", other)
    assert verify_password(CHEAP.hash(unicodedata.normalize("NFKC", one)), other) == alike


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("typed", ["", "\0", "a\0b", "\ud800", "\n", "x" * 1_000_000])
def test_whatever_is_typed_gets_an_answer(typed):
    assert not verify_password(hash_password(GOOD), typed)
    assert not verify_password(None, typed)


@pytest.mark.parametrize("kept", ["", "ä", GOOD, "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_what_is_no_hash_is_told_in_a_line(kept):
    with pytest.raises(StoreError, match="the password that is kept cannot be read; it has to be reset"):
        verify_password(kept, GOOD)


def test_a_hash_of_other_parameters_opens_and_is_outdated():
    kept = CHEAP.hash(GOOD)
    assert verify_password(kept, GOOD)
    assert is_outdated(kept)
    with pytest.raises(StoreError, match="it has to be reset"):
        is_outdated(GOOD)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "correct horse battery staple",
        "yd8fQz!2kLm3",
        "7!9k$2@4#8%1",
        "6028 3319 7451 88",
        "ünter 9 Brücken 4",
        "山田は毎朝七時に駅へ行く",
        f"{GOOD}\u200d!",
    ],
)
def test_what_nobody_guesses_soon_will_do(text):
    check_new_password(text, *NAMES, "K", "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least 12 characters"),
        ("yd8fQz!2kLm", "at least 12 characters"),
        ("cafe\u0301 a lait", "at least 12 characters"),  # eleven, once é is one
        ("yd8fQz!2kLm3" * 90, "at most 1,024 bytes"),
        ("ü8fQz!2kLm3é" * 75, "at most 1,024 bytes"),
        ("yd8fQz!2kLm3" * 90_000, "at most 1,024 bytes"),
        (f"{GOOD}\n", "no control characters"),
        (f"{GOOD}\x1b[31m", "no control characters"),
        (f"{GOOD}\ud800", "no control characters"),
    ],
)
def test_a_password_has_a_length_and_can_be_typed(text, why):
    assert why in refused(text)


def test_the_bounds_themselves_will_do():
    check_new_password("yd8fQz!2kLm3")
    check_new_password(f"{GOOD} " * 53 + "yd8fQz!2kLm3,5+vB")


@pytest.mark.parametrize(
    "text",
    [
        "123456789012",
        "aaaaaaaaaaaa",
        "abcdefghijkl",
        "qwertyuiop[]",
        "1qaz2wsx3edc",
        "P@ssw0rd2026",
        "Password2026!",
        "Letmein!Letmein!",
        "p a s s w o r d 1 2",
        "sunshine-sunshine-3",
        "ⓟⓐⓢⓢⓦⓞⓡⓓ①②③④",
        "dragon 73 82 91 64 50 28",
        "Recruitment2026",
        "03.05.2004!!",
    ],
)
def test_what_is_soon_guessed_is_refused(text):
    assert "too well known or too soon guessed" in refused(text, *NAMES)


@given(COMMON, FILLING, FILLING, st.integers(1, 4), st.booleans())
@settings(max_examples=50)
def test_a_common_password_stays_one_with_anything_around_it(
    word: str, before: str, behind: str, times: int, loud: bool
) -> None:
    text = before + (word.upper() if loud else word) * times + behind
    if len(text) >= 12:
        refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ada Okafor 2026",
        "adaokafor1234",
        "OKAFOR!!!!!!!!",
        "okafor, ada (okafor)",
        "Northbank NHS Trust",
        "northbank-nhs-trust",
        "1234 Northbank 5678",
        "Stagewatch 2026",
        "stagewatch@northbank",
        "José-Mari\u0301a 1990",
    ],
)
def test_a_name_is_no_password(text):
    assert "little more than a name" in refused(text, *NAMES, "José-María")


def test_a_name_that_is_anothers_matters_only_to_them():
    check_new_password("Willowbrook 4711 x", *NAMES)
    refused("Willowbrook 4711 !", "Willowbrook")


@given(st.text(min_size=10, max_size=90))
@settings(max_examples=60)
def test_any_text_is_taken_or_refused_in_a_line(text: str) -> None:
    with suppress(WeakPasswordError):
        check_new_password(text, *NAMES)
        assert len(unicodedata.normalize("NFKC", text)) >= 12


def test_argon2_and_the_lists_are_loaded_only_when_somebody_signs_in():
    script = "import sys, store.passwords\nprint(*{'argon2', 'zxcvbn'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"
