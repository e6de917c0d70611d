"""One-time codes are those of RFC 6238, each good once and near its time; recovery codes, however typed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.one_time_codes import (
    SMALL,
    STEP,
    enrolment_uri,
    new_enrolment_code,
    new_recovery_codes,
    new_seed,
    recovery_hash,
    step_for,
)

ROOT = Path(__file__).parents[2]
# RFC 6238, appendix B: the seed for SHA-1, and the last six of the eight digits at some seconds.
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
KNOWN = {
    59: "287082",
    1_111_111_109: "081804",
    1_111_111_111: "050471",
    1_234_567_890: "005924",
    2_000_000_000: "279037",
    20_000_000_000: "353130",
}
SECOND = 1_000_000
NOW = 1_234_567_890 * SECOND
STEP_NOW = NOW // STEP
CODE = "005924"


def code_at(step: int) -> str:
    return pyotp.TOTP(SEED).generate_otp(step)


@pytest.mark.parametrize(("second", "code"), KNOWN.items())
def test_the_codes_are_those_of_the_standard(second, code):
    assert step_for(SEED, code, second * SECOND, 0) == second // 30


@pytest.mark.parametrize("away", range(-3, 4))
def test_a_code_is_good_one_step_around_its_own(away):
    for at in (NOW // STEP * STEP, NOW // STEP * STEP + STEP - 1):  # the step's first and last microsecond
        found = step_for(SEED, CODE, at + away * STEP, 0)
        assert found == (STEP_NOW if abs(away) <= 1 else None)


def test_a_code_is_good_once_and_none_before_it_ever_again():
    taken = step_for(SEED, code_at(STEP_NOW), NOW, 0)
    assert taken == STEP_NOW
    again = [step_for(SEED, code_at(STEP_NOW + step), NOW, taken) for step in (-1, 0, 1)]
    assert again == [None, None, STEP_NOW + 1]
    assert step_for(SEED, code_at(STEP_NOW - 100), NOW - 100 * STEP, taken) is None  # a clock set back


def test_digits_that_two_steps_share_are_good_for_the_later_one(monkeypatch):
    monkeypatch.setattr(pyotp.TOTP, "generate_otp", lambda *_: CODE)
    assert step_for(SEED, CODE, NOW, 0) == STEP_NOW + 1
    assert step_for(SEED, CODE, NOW, STEP_NOW + 1) is None


def test_every_step_is_compared_whichever_fits(monkeypatch):
    compared = []

    def equal(typed, made):
        compared.append(made)
        return typed == made

    monkeypatch.setattr("pyotp.utils.strings_equal", equal)
    step_for(SEED, code_at(STEP_NOW - 1), NOW, 0)
    assert compared == [code_at(STEP_NOW + step) for step in (-1, 0, 1)]


@pytest.mark.parametrize(
    "typed", ["005 924", " 005924\n", "0 0 5 9 2 4", "005\u00a0924", "００５９２４", "\u200e005924"]
)
def test_spaces_in_a_code_do_not_matter(typed):
    assert step_for(SEED, typed, NOW, 0) == STEP_NOW


@pytest.mark.parametrize(
    "typed", ["", "5924", "00592", "0059240", "005-924", "abcdef", "٠٠٥٩٢٤", "\ud800", "\0", "5" * 100_000]
)
def test_anything_else_is_no_code(typed):
    assert step_for(SEED, typed, NOW, 0) is None


def test_in_1970_there_is_no_step_before_the_first():
    assert step_for(SEED, code_at(0), 0, -1) == 0


def test_seeds_are_random_and_of_160_bits():
    seeds = {new_seed() for _ in range(50)}
    assert len(seeds) == 50
    assert all(re.fullmatch("[A-Z2-7]{32}", seed) for seed in seeds)


def test_the_address_for_an_app_says_whose_and_which():
    uri = enrolment_uri(SEED, "A. Okafor", "Northbank NHS Trust")
    assert uri == f"otpauth://totp/Northbank%20NHS%20Trust:A.%20Okafor?secret={SEED}"


@given(st.text(max_size=40), st.text(max_size=60))
@settings(max_examples=60)
def test_an_app_reads_the_seed_whatever_the_names_are(name: str, organisation: str) -> None:
    uri = enrolment_uri(SEED, name, organisation)
    assert uri.isascii()
    assert uri.isprintable()
    read = pyotp.parse_uri(uri)
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.digits, read.interval) == (SEED, 6, 30)
    assert ":" not in read.name + (read.issuer or "")


def test_a_long_organisation_loses_its_last_words_so_that_the_code_stays_small():
    trust = "Northbank University Hospitals NHS Foundation Trust"
    read = pyotp.parse_uri(uri := enrolment_uri(SEED, "Oluwaseun Adebayo-Williams", trust))
    assert (read.issuer, read.name) == ("Northbank University", "Oluwaseun Adebayo-Williams")
    assert len(uri) <= SMALL
    assert len(enrolment_uri(SEED, "A", "N" * 100)) > SMALL  # one word is not cut
    assert len(enrolment_uri(SEED, "Ö" * 40, trust)) > SMALL


def test_an_organisation_of_nothing_but_signs_is_named_after_the_program():
    assert pyotp.parse_uri(enrolment_uri(SEED, "Ada", " : \u202e")).issuer == "Stagewatch"


def test_ten_recovery_codes_of_100_bits_are_each_another():
    codes = new_recovery_codes() + new_recovery_codes() + (new_enrolment_code(),)
    assert len({*codes}) == len({recovery_hash(code) for code in codes}) == 21
    group = "[0-9A-HJKMNP-TV-Z]{5}"  # 32 characters, 5 bits each, without I, L, O and U
    assert all(re.fullmatch(f"{group}(-{group}){{3}}", code) for code in codes)


@pytest.mark.parametrize(
    "typed",
    [
        "7kq29-fhm3x-tbvw4-e1c0a",
        "7KQ29FHM3XTBVW4E1C0A",
        " 7KQ29 FHM3X TBVW4 E1C0A\n",
        "7KQ29–FHM3X–TBVW4–ElCOA",
        "7kq29-fhm3x-tbvw4-eIcoa",
    ],
)
def test_a_recovery_code_is_known_however_it_is_typed(typed):
    assert recovery_hash(typed) == recovery_hash("7KQ29-FHM3X-TBVW4-E1C0A")


def test_what_is_kept_of_a_recovery_code_stays_the_same():
    kept = "6bcc6f002b1b0ff1fa03002a0e2d040865e2617e9a25dcc082def08ef8762cdb"
    assert recovery_hash("7KQ29-FHM3X-TBVW4-E1C0A").hex() == kept


@given(st.text(max_size=30))
@settings(max_examples=50)
def test_whatever_is_typed_has_a_hash_and_it_is_no_codes(typed: str) -> None:
    hashed = recovery_hash(typed)
    assert len(hashed) == 32
    assert hashed != recovery_hash("7KQ29-FHM3X-TBVW4-E1C0A")


def test_pyotp_is_loaded_only_when_somebody_signs_in():
    script = "import sys, store.one_time_codes\nprint('pyotp' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
