"""`stagewatch sign-in --enrol`, and what is asked for at a terminal."""

from __future__ import annotations

import getpass
import io
import sys
from collections.abc import Iterator

import pytest

from tests.store.house import OTHER, PASSWORD, WRONG
from tests.tui.guarded import Guarded, code_of
from tests.tui.test_sign_in_command import NOBODY_SIGNED_IN, sign_in


def enrolment_code(guarded: Guarded, name: str) -> str:
    guarded.enter("Ada")
    code: str = guarded.line.json("people", "reset", name)["enrolment_code"]
    guarded.leave()
    return code


def test_enrolling_without_a_terminal_takes_two_steps(guarded: Guarded) -> None:
    guarded.enter("Ada")
    code = guarded.line.json("people", "add", "Max Field", "--role", "team_manager")["enrolment_code"]
    guarded.leave()
    enrol = ("sign-in", "--user", "max field", "--enrol", code)
    begun = guarded.line.json(*enrol)
    assert list(begun) == ["name", "organisation", "totp_uri", "seed", "has_second_factor"]
    assert (begun["name"], begun["has_second_factor"]) == ("Max Field", False)
    assert begun["seed"] in begun["totp_uri"]
    assert "choose a password" in guarded.line.refused(*enrol)
    choose = (*enrol, "--password-stdin")
    for typed, more, why in (
        (OTHER, (), "your role asks for a second factor"),
        (OTHER, ("--seed", "abc", "--code", "1"), "seed: it is the 32 letters and digits"),
        ("max field 123", ("--seed", begun["seed"], "--code", "1"), "little more than a name"),
        (OTHER, ("--seed", begun["seed"], "--code", "000000"), NOBODY_SIGNED_IN),
    ):
        guarded.house.run("DELETE FROM sign_in_attempts")
        guarded.typed(typed)
        assert why in guarded.line.refused(*choose, *more)
    guarded.typed(OTHER)
    proof = ("--seed", begun["seed"], "--code", code_of(begun["totp_uri"]))
    done = guarded.line.json(*choose, *proof)
    assert (done["name"], len(done["recovery_codes"])) == ("Max Field", 10)
    with_code = ("--code", code_of(begun["totp_uri"], 1))
    assert sign_in(guarded, "Max Field", *with_code, password=OTHER)["role"] == "team_manager"
    guarded.typed(OTHER)
    assert NOBODY_SIGNED_IN in guarded.line.refused(*choose), "the code was good once"


def test_after_a_reset_the_second_factor_is_the_old_one(guarded: Guarded) -> None:
    sue = guarded.house.members["Sue"]
    enrol = ("sign-in", "--user", "Sue", "--enrol", enrolment_code(guarded, "Sue"))
    begun = guarded.line.json(*enrol)
    assert (begun["seed"], begun["totp_uri"], begun["has_second_factor"]) == (None, None, True)
    guarded.typed(OTHER)
    done = guarded.line.json(*enrol, "--password-stdin", "--code", guarded.house.code(sue))
    assert done == {"name": "Sue", "recovery_codes": []}


class Terminal(io.StringIO):
    """A terminal at which answers are typed; what is asked for unseen comes by `getpass`."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def asked(guarded: Guarded) -> Iterator[list[str]]:
    """The answers still to be given unseen; all of them are asked for."""
    answers: list[str] = []

    def answer(_prompt: str, stream: object = None) -> str:
        return answers.pop(0)

    guarded.patch.setattr("tui.commands.asking_secrets.getpass", answer)
    guarded.patch.setattr(sys, "stdin", Terminal("bo\n"))
    yield answers
    assert answers == []


def test_at_a_terminal_it_asks_for_what_is_missing(guarded: Guarded, asked: list[str]) -> None:
    asked += [PASSWORD]
    status, out, _ = guarded.line.run("sign-in")
    assert (status, out.partition(",")[0]) == (0, "Signed in: Bo")
    ada = guarded.house.members["Ada"]
    asked += [PASSWORD, guarded.house.code(ada)]
    status, out, _ = guarded.line.run("sign-in", "--user", "Ada")
    assert (status, out.partition(",")[0]) == (0, "Signed in: Ada")


def test_enrolling_at_a_terminal_asks_again_for_what_was_mistyped(guarded: Guarded, asked: list[str]) -> None:
    bo = ("sign-in", "--user", "Bo", "--enrol", enrolment_code(guarded, "Bo"))
    asked += ["too short", "too short", OTHER, OTHER]
    status, out, err = guarded.line.run(*bo)
    assert (status, out.splitlines()[0]) == (0, "Bo is enrolled.")
    assert "at least 12 characters" in err
    sue = ("sign-in", "--user", "Sue", "--enrol", enrolment_code(guarded, "Sue"))
    asked += [OTHER, OTHER, "000000", guarded.house.code(guarded.house.members["Sue"])]
    status, _, err = guarded.line.run(*sue)
    assert status == 0
    assert "that code does not fit; give another" in err
    asked += [OTHER, WRONG]
    assert "the two passwords differ" in guarded.line.run("people", "first-super-user", "Eve")[2]


def test_what_would_be_seen_is_not_asked_for(guarded: Guarded) -> None:
    def shown(_prompt: str, stream: object = None) -> str:
        import warnings

        warnings.warn("it would echo", getpass.GetPassWarning, stacklevel=1)
        return PASSWORD

    guarded.patch.setattr("tui.commands.asking_secrets.getpass", shown)
    guarded.patch.setattr(sys, "stdin", Terminal())
    assert "this terminal would show what is typed" in guarded.line.refused("sign-in", "--user", "Bo")
