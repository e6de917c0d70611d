"""Two processes sign in with one code at the same moment, again and again: never are both let in."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.store.house import OTHER, PASSWORD, SECOND, House, attempt, failures
from tests.store.keyrings import Ring

ROOT = Path(__file__).parents[2]
SIGNER = """
import json, sys
import store.passwords, store.work
from tests.store.cheap_passwords import CHEAP
from tests.store.keyrings import keyring_in_memory
from store.errors import StoreError
from store.location import find_location
from store.signing_in import sign_in
from store.who import Who

store.passwords.hasher = lambda: CHEAP
store.work._PRAGMAS = tuple(one.replace("= FULL", "= OFF") for one in store.work._PRAGMAS)
now = [0]
made = store.work.Store(find_location(sys.argv[1]), lambda: now[0], Who("login", "command line"))
with keyring_in_memory() as ring:
    ring.kept = {tuple(key): text for key, text in json.loads(sys.stdin.readline())}
    print("ready", flush=True)
    for line in sys.stdin:
        now[0], name, password, code = json.loads(line)
        try:
            sign_in(made, name, password, code)
            print("in", flush=True)
        except StoreError as error:
            print(type(error).__name__, flush=True)
made.close()
"""


class Signer:
    """Another process, which signs in when it is told to."""

    def __init__(self, house: House, ring: Ring) -> None:
        self._house = house
        place = house.store.location
        self.process = subprocess.Popen(
            [sys.executable, "-c", SIGNER, str(place.path or place.url)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._write([[list(key), text] for key, text in ring.kept.items()])

    def _write(self, said: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def sign_in(self, code: str | None, name: str = "Ada", password: str = PASSWORD) -> None:
        self._write([self._house.now, name, password, code])


@contextmanager
def signers(house: House, ring: Ring, many: int) -> Iterator[list[Signer]]:
    found = [Signer(house, ring) for _ in range(many)]
    try:
        assert [one.answer() for one in found] == ["ready"] * many
        yield found
    finally:
        for one in found:
            one.process.communicate()


def race(house: House, racers: list[Signer], rounds: int) -> Counter[tuple[str, ...]]:
    """How many rounds came out how, each with a new code for all; every tenth is a recovery code."""
    ada, came_out = house.members["Ada"], Counter[tuple[str, ...]]()
    recovery = iter(ada.recovery)
    for turn in range(rounds):
        house.later(30 * SECOND)
        code = next(recovery, house.code(ada)) if turn % 10 == 9 else house.code(ada)
        for one in racers:
            one.sign_in(code)
        came_out[tuple(sorted(one.answer() for one in racers))] += 1
    return came_out


def test_to_two_processes_a_code_is_good_once_and_an_account_is_one(house: House, ring: Ring) -> None:
    with signers(house, ring, 2) as racers:
        assert race(house, racers, 40) == {("RefusedError", "in"): 40}
        assert house.rows("SELECT count(*) FROM session") == [(40,)]
        house.later(SECOND)
        for turn in range(failures(house), 3):
            racers[turn % 2].sign_in(None, password=OTHER)
            assert racers[turn % 2].answer() == "RefusedError"
        assert attempt(house, code=house.code(house.members["Ada"], 1)) == "TooSoonError"


@pytest.mark.slow
def test_to_two_processes_a_thousand_codes_are_good_once(house: House, ring: Ring) -> None:
    with signers(house, ring, 2) as racers:
        assert race(house, racers, 1_000) == {("RefusedError", "in"): 1_000}
    assert house.rows("SELECT count(*) FROM session") == [(1_000,)]
