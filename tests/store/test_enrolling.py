"""Enrolling: a password and a second factor of one's own, and what a reset does and does not take away."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pyotp
import pytest

from kpi.names import NameRefusedError
from kpi.policy import Role
from store.attempts import TooSoonError
from store.enrolling import (
    begin_enrolment,
    begin_first_super_user,
    complete_enrolment,
    give_enrolment_code,
    make_first_super_user,
)
from store.errors import StoreError
from store.passwords import WeakPasswordError
from store.people import add_person, change_person, deactivate_person
from store.proofs import RefusedError
from store.who import Who
from tests.store.house import HOUR, MINUTE, OTHER, PASSWORD, SECOND, attempt, failures, said
from tests.store.recorded import changes_of, name_of

if TYPE_CHECKING:
    from tests.store.house import House

DAY = timedelta(days=1)
WRONG_CODE = "7KQ29-FHM3X-TBVW4-E1C8A"


@pytest.fixture
def code(house: House) -> str:
    """Ada is at the terminal, and has made Bo, a recruiter, person 3, and an enrolment code for them."""
    house.enter("Ada")
    bo = add_person(house.store, "Bo", Role.RECRUITER)
    assert bo.number == 3
    return give_enrolment_code(house.store, bo.number).code


def shown(seed: str | None, house: House) -> str:
    """The code of a seed that somebody has just put into their app."""
    assert seed is not None
    return pyotp.TOTP(seed).at(house.now // 1_000_000)


def promote(house: House, role: Role = Role.HR_PARTNER) -> None:
    with house.by_system() as store:
        change_person(store, 3, role=role)


# ---------------------------------------------------------------------------------------- enrolling


def test_a_person_enrols_with_a_password_of_their_own(house: House, code: str) -> None:
    assert attempt(house, "Bo", OTHER) == "RefusedError"
    house.token = None
    begun = begin_enrolment(house.store, "bo", code.lower().replace("-", " "))
    assert (begun.name, begun.organisation, begun.seed, begun.uri) == ("Bo", "Northbank", None, None)
    assert not begun.has_second_factor
    last = house.last()
    done = complete_enrolment(house.store, "BO", code, OTHER)
    assert (done.name, done.recovery_codes, done.session) == ("Bo", (), None)
    (entry,) = house.told(last)
    assert (entry.operation, entry.target) == ("people.complete", "credential:3")
    assert set(changes_of(entry)) == {"password", "enrolment"}
    assert name_of(house.store.location, entry.actor) == "Bo"
    assert attempt(house, "Bo", OTHER) == "in"


def test_a_role_that_asks_for_it_enrols_with_a_second_factor(house: House, code: str) -> None:
    promote(house)
    begun = begin_enrolment(house.store, "Bo", code)
    assert begun.uri == f"otpauth://totp/Northbank:Bo?secret={begun.seed}"
    for seed, given in ((None, None), (begun.seed, None), (begun.seed, "000000")):
        with pytest.raises(RefusedError):
            complete_enrolment(house.store, "Bo", code, OTHER, seed, given)
        house.later(8 * SECOND)
    given = shown(begun.seed, house)
    done = complete_enrolment(house.store, "Bo", code, OTHER, begun.seed, given)
    assert len(set(done.recovery_codes)) == 10
    assert attempt(house, "Bo", OTHER, given) == "RefusedError"  # it was good once
    assert attempt(house, "Bo", OTHER, done.recovery_codes[0]) == "in"
    house.later(30 * SECOND)
    assert attempt(house, "Bo", OTHER, shown(begun.seed, house)) == "in"
    assert str(begun.seed) not in str(house.rows("SELECT * FROM credential"))


def test_a_seed_is_one_that_enrolling_began_with(house: House, code: str) -> None:
    promote(house)
    for odd in ("", "short", "1" * 32, "a" * 32, "\ud800" * 32, "A" * 1_000):
        assert "StoreError: seed:" in said(
            partial(complete_enrolment, house.store, "Bo", code, OTHER, odd, "000000")
        )
    assert failures(house, 3) == 0


def test_who_enters_at_once_has_a_session_that_was_proven(house: House, code: str) -> None:
    promote(house, Role.SUPER_USER)
    seed = begin_enrolment(house.store, "Bo", code).seed
    done = complete_enrolment(house.store, "Bo", code, OTHER, seed, shown(seed, house), enter=True)
    assert done.session is not None
    assert (done.session.person, done.session.recovery_codes) == (3, 10)
    house.token = done.session.token
    assert add_person(house.store, "Cy", Role.RECRUITER).number == 4


def test_a_code_for_enrolling_is_good_once_for_a_week_and_for_one_person(house: House, code: str) -> None:
    other = give_enrolment_code(house.store, 2).code
    for name, given in (("Bo", other), ("Ray", code), ("Nobody", code), ("Bo", ""), ("Bo", WRONG_CODE)):
        for act in (begin_enrolment, partial(complete_enrolment, password=OTHER)):
            assert said(partial(act, house.store, name, given)) == (
                "RefusedError: the name, the password or the code is wrong; nobody was signed in"
            )
            house.later(HOUR)
    house.enter("Ada")
    newer = give_enrolment_code(house.store, 3)
    assert newer.until == house.now + 7 * 24 * 3_600_000_000
    assert "RefusedError" in said(lambda: complete_enrolment(house.store, "Bo", code, OTHER))
    house.later(7 * DAY - SECOND)
    assert begin_enrolment(house.store, "Bo", newer.code).name == "Bo"
    house.later(SECOND)
    assert "RefusedError" in said(lambda: complete_enrolment(house.store, "Bo", newer.code, OTHER))
    house.enter("Ada")
    last = give_enrolment_code(house.store, 3).code
    house.later(HOUR)
    assert complete_enrolment(house.store, "Bo", last, OTHER).name == "Bo"
    assert "RefusedError" in said(lambda: complete_enrolment(house.store, "Bo", last, OTHER))


def test_a_password_that_will_not_do_uses_nothing_up(house: House, code: str) -> None:
    for weak in ("short", "Northbank 2026"):
        with pytest.raises(WeakPasswordError):
            complete_enrolment(house.store, "Bo", code, weak)
    assert complete_enrolment(house.store, "Bo", code, OTHER).name == "Bo"
    assert failures(house, 3) == 0


def test_guesses_at_an_enrolment_code_make_wait(house: House, code: str) -> None:
    for _ in range(3):
        assert "RefusedError" in said(lambda: begin_enrolment(house.store, "Bo", WRONG_CODE))
    for act in (begin_enrolment, partial(complete_enrolment, password=OTHER)):
        assert "TooSoonError" in said(partial(act, house.store, "Bo", code))
    assert attempt(house, "Bo") == "TooSoonError"
    house.later(SECOND)
    begin_enrolment(house.store, "Bo", code)
    assert failures(house, 3) == 3  # looking again does not make guesses forgotten


def test_who_is_deactivated_has_no_code_and_can_use_none(house: House, code: str) -> None:
    deactivate_person(house.store, 3)
    assert "Bo is deactivated; take them back first" in said(lambda: give_enrolment_code(house.store, 3))
    assert "RefusedError" in said(lambda: complete_enrolment(house.store, "Bo", code, OTHER))
    assert "there is no person 9" in said(lambda: give_enrolment_code(house.store, 9))


def test_enrolling_anew_ends_what_began_with_the_old_password(house: House, code: str) -> None:
    ray = house.members["Ray"]
    old = [house.session(ray), house.session(ray, rights=[])]
    given = give_enrolment_code(house.store, ray.number).code
    with house.reader(old[0]) as reader:
        assert reader.visitor()  # giving somebody a code takes nothing away yet
        assert attempt(house, "Ray") == "in"
        done = complete_enrolment(house.store, "Ray", given, OTHER, enter=True)
        assert done.session is not None
        assert "this session was ended" in said(reader.board)
    with house.reader(old[1]) as reader:
        assert "this session was ended" in said(reader.board)
    with house.reader(done.session.token) as reader:
        assert reader.visitor()


# -------------------------------------------------------------------------------------------- resets


def test_a_reset_takes_password_and_sessions_and_keeps_the_second_factor(house: House) -> None:
    house.enter("Ada")
    hal = house.add("Hal", Role.HR_PARTNER)
    for _ in range(3):
        attempt(house, "Hal", OTHER)
    session, script = house.session(hal), house.session(hal, rights=[])
    last = house.last()
    given = give_enrolment_code(house.store, hal.number, reset=True).code
    told = house.told(last)
    assert {entry.operation for entry in told} == {"people.reset"}
    assert "second_factor" not in changes_of(next(entry for entry in told if entry.target == "credential:3"))
    assert given not in str(told)
    for token in (session, script):
        with house.reader(token) as reader:
            assert "this session was ended" in said(reader.board)
    assert failures(house, hal.number) == 0
    assert attempt(house, "Hal", PASSWORD, house.code(hal)) == "RefusedError"
    begun = begin_enrolment(house.store, "Hal", given)
    assert (begun.seed, begun.uri, begun.has_second_factor) == (None, None, True)
    own = pyotp.random_base32()
    assert "CodeNeededError" in said(lambda: complete_enrolment(house.store, "Hal", given, OTHER))
    assert "RefusedError" in said(
        lambda: complete_enrolment(house.store, "Hal", given, OTHER, own, shown(own, house))
    )
    house.later(MINUTE)
    done = complete_enrolment(house.store, "Hal", given, OTHER, own, house.code(hal))
    assert done.recovery_codes == ()
    assert attempt(house, "Hal", OTHER, hal.recovery[0]) == "in"


def test_who_resets_a_password_cannot_guess_the_second_factor_with_the_code_they_gave(house: House) -> None:
    house.enter("Ada")
    hal = house.add("Hal", Role.HR_PARTNER)
    given = give_enrolment_code(house.store, hal.number, reset=True).code
    for wait in (1, 1, 1, 2, 4, 8):
        begin_enrolment(house.store, "Hal", given)
        with pytest.raises(RefusedError):
            complete_enrolment(house.store, "Hal", given, OTHER, code="000000")
        house.later(wait * SECOND)
    house.later(-SECOND)
    with pytest.raises(TooSoonError):  # as for any guess at a password
        begin_enrolment(house.store, "Hal", given)


def test_the_last_super_user_who_can_sign_in_is_neither_reset_nor_removed(house: House) -> None:
    house.enter("Ada")
    olu = add_person(house.store, "Olu", Role.SUPER_USER).number
    for act in (
        lambda: give_enrolment_code(house.store, 1, reset=True),
        lambda: deactivate_person(house.store, 1),
        lambda: change_person(house.store, 1, role=Role.RECRUITER),
    ):
        assert "Ada is the last super user" in said(act)
    given = give_enrolment_code(house.store, olu).code
    seed = begin_enrolment(house.store, "Olu", given).seed
    complete_enrolment(house.store, "Olu", given, OTHER, seed, shown(seed, house))
    assert give_enrolment_code(house.store, 1, reset=True).name == "Ada"
    assert "RefusedError" in attempt(house, "Ada")


# ----------------------------------------------------------------------------- the first super user


@pytest.fixture
def open_house(house: House) -> House:
    """Nobody is in it yet."""
    for table in ("recovery_code", "credential", "session", "person"):
        house.run(f"DELETE FROM {table}")
    return house


def test_with_the_first_super_user_people_sign_in(open_house: House) -> None:
    store, house = open_house.store, open_house
    add_person(store, "Ray", Role.RECRUITER)  # which an open store lets anybody do
    with house.reader() as reader:
        assert reader.visitor() is None
        first = make_first_super_user(store, " Ada  Sample ", PASSWORD)
        assert "nobody has signed in here" in said(reader.board)
    assert (first.person, first.name, first.session, len(first.recovery_codes)) == (2, "Ada Sample", None, 10)
    assert first.uri.startswith("otpauth://totp/Northbank:Ada%20Sample?secret=")
    assert "nobody has signed in here" in said(lambda: add_person(store, "Cy", Role.RECRUITER))
    assert "SignInNeededError" in said(lambda: make_first_super_user(store, "Eve", PASSWORD))
    with house.by_system():
        assert "has a super user already" in said(lambda: make_first_super_user(store, "Eve", PASSWORD))
    seed = pyotp.parse_uri(first.uri).secret
    assert attempt(house, "Ada Sample", PASSWORD, shown(seed, house)) == "in"
    entry = next(one for one in house.told(0)[::-1] if one.target == "person:2")
    assert name_of(store.location, entry.actor) == "Ada Sample"


def test_the_first_super_user_proves_the_second_factor_and_is_in(open_house: House) -> None:
    store, house = open_house.store, open_house
    begun = begin_first_super_user("Northbank", "Ada", PASSWORD)
    assert begun.seed is not None
    with pytest.raises(RefusedError):
        make_first_super_user(store, "Ada", PASSWORD, begun.seed, "000000")
    assert house.rows("SELECT * FROM person") == []
    first = make_first_super_user(store, "Ada", PASSWORD, begun.seed, shown(begun.seed, house))
    assert first.session is not None
    assert (first.uri, first.session.recovery_codes) == (begun.uri, 10)
    house.token = first.session.token
    assert add_person(store, "Ray", Role.RECRUITER).number == 2


def test_a_first_super_user_has_a_name_and_a_password_that_will_do(open_house: House) -> None:
    store, house = open_house.store, open_house
    add_person(store, "Ray", Role.RECRUITER)
    for name, password, refused in (
        ("System", PASSWORD, NameRefusedError),
        ("Ada Sample", "Ada Sample 99", WeakPasswordError),
        ("Ada Sample", "Northbank 2026", WeakPasswordError),
        ("rAY", PASSWORD, StoreError),
    ):
        with pytest.raises(refused):
            make_first_super_user(store, name, password)
    with pytest.raises(WeakPasswordError):
        begin_first_super_user("Northbank", "Ada", "short")
    assert house.rows("SELECT role FROM person") == [("recruiter",)]
    with house.reader() as reader:
        assert reader.visitor() is None


def test_nobody_is_made_super_user_in_passing(open_house: House) -> None:
    store = open_house.store
    store.who = Who("login", "app", lambda _: None)
    add_person(store, "Ray", Role.RECRUITER)
    for act in (
        lambda: add_person(store, "Eve", Role.SUPER_USER),
        lambda: change_person(store, 1, role=Role.SUPER_USER),
    ):
        assert "the first super user is made together with a password" in said(act)
