"""Sessions: how long they last, what ends them, what asks for a fresh code, another password."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from kpi.policy import Role
from store.access import LockedError, StepUpError
from store.passwords import WeakPasswordError
from store.people import add_person, deactivate_person
from store.signing_in import change_password, lock, sign_in, sign_out, step_up, touch, unlock
from tests.store.cheap_passwords import CHEAP
from tests.store.house import MINUTE, OTHER, PASSWORD, SECOND, WRONG, attempt, failures, said
from tests.store.recorded import name_of

if TYPE_CHECKING:
    from tests.store.house import House


# ------------------------------------------------------------------------------------------ sessions


def test_a_session_that_is_left_alone_locks_itself(house: House) -> None:
    house.enter("Ray")
    with house.reader() as reader:
        house.later(15 * MINUTE - SECOND)
        assert reader.visitor()
        house.later(SECOND)
        for act in (reader.board, lambda: touch(house.store)):
            assert "LockedError: this session is locked; unlock it" in said(act)
        assert house.token is not None
        unlock(house.store, house.token, PASSWORD)
        assert reader.visitor()


def test_who_is_there_is_not_locked_out_until_twelve_hours_are_over(house: House) -> None:
    house.enter("Ray")
    for _ in range(12 * 6 - 1):
        house.later(10 * MINUTE)
        touch(house.store)
    house.later(10 * MINUTE - SECOND)
    with house.reader() as reader:
        assert reader.visitor()
        house.later(SECOND)
        assert "SignInNeededError: this session is over; sign in" in said(reader.board)
    assert "this session is over" in said(lambda: unlock(house.store, str(house.token), PASSWORD))


def test_that_somebody_is_there_is_noted_once_a_minute_and_is_no_news(house: House) -> None:
    house.enter("Ray")
    before = house.rows("SELECT seen_at FROM session"), house.rows("SELECT updated_at FROM store_state")
    house.later(59 * SECOND)
    touch(house.store)
    assert (
        house.rows("SELECT seen_at FROM session"),
        house.rows("SELECT updated_at FROM store_state"),
    ) == before
    house.later(SECOND)
    touch(house.store)
    assert house.rows("SELECT seen_at FROM session") == [(house.now,)]


def test_whoever_locks_a_screen_gives_the_password_again(house: House) -> None:
    house.enter("Ray")
    assert house.token is not None
    lock(house.store, house.token)
    with house.reader() as reader, pytest.raises(LockedError) as error:
        reader.visitor()
    assert error.value.name == "Ray"
    assert "RefusedError" in said(partial(unlock, house.store, house.token, WRONG))
    assert failures(house, house.members["Ray"].number) == 1
    unlock(house.store, house.token, PASSWORD)
    assert failures(house, house.members["Ray"].number) == 0
    with house.reader() as reader:
        assert reader.visitor()
    lock(house.store, "no such token")
    assert house.rows("SELECT locked_at FROM session") == [(None,)]


def test_signing_out_ends_a_session_locked_or_not_and_once(house: House) -> None:
    for is_locked in (False, True):
        house.enter("Ray")
        token = str(house.token)
        if is_locked:
            lock(house.store, token)
        last = house.last()
        sign_out(house.store, token)
        (entry,) = house.told(last)
        assert name_of(house.store.location, entry.actor) == "Ray"
        with house.reader(token) as reader:
            assert "this session was ended" in said(reader.board)
        sign_out(house.store, token)
        assert "this session is over" in said(partial(unlock, house.store, token, PASSWORD))
        assert len(house.told(last)) == 1 + (
            entry.operation == "session.sign_out"
        )  # the unlocking was refused
    sign_out(house.store, "no such token")


def test_a_clock_that_is_set_back_makes_no_session_live_longer(house: House) -> None:
    house.enter("Ray")
    for _ in range(6):
        house.later(10 * MINUTE)
        touch(house.store)
    with house.reader() as reader:
        house.later(-10 * MINUTE)  # by as much the clocks of two machines may differ
        assert reader.visitor()
        touch(house.store)
        unlock(house.store, str(house.token), PASSWORD)
        house.later(-SECOND)
        for act in (
            reader.board,
            lambda: touch(house.store),
            lambda: unlock(house.store, str(house.token), PASSWORD),
        ):
            assert "SignInNeededError: the clock was set back since this session was last used" in said(act)
        house.later(SECOND)
        assert reader.visitor()
    assert house.rows("SELECT seen_at FROM session") == [(house.now + 600_000_000,)]


def test_who_is_deactivated_is_out_at_once(house: House) -> None:
    ray = house.enter("Ray")
    rays = str(house.token)
    script = house.session(ray, rights=[])
    house.enter("Ada")
    with house.reader(rays) as reader, house.reader(script) as scripted:
        assert reader.visitor()
        deactivate_person(house.store, ray.number)
        for screen in (reader, scripted):
            assert "this session was ended" in said(screen.board)
    assert attempt(house, "Ray") == "RefusedError"
    assert "this session is over" in said(partial(unlock, house.store, rays, PASSWORD))


def test_who_is_deactivated_while_signing_in_does_not_get_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(kept: str | None, text: str) -> bool:
        house.run("UPDATE person SET active = 0 WHERE number = 2")
        return True

    monkeypatch.setattr("store.proofs.verify_password", meanwhile)
    assert attempt(house, "Ray") == "StoreError"
    assert house.rows("SELECT * FROM session") == []


def test_a_password_changed_while_somebody_signs_in_with_the_old_one_counts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(kept: str | None, text: str) -> bool:
        house.run(f"UPDATE credential SET password_hash = '{CHEAP.hash(OTHER)}' WHERE person = 2")
        return True

    monkeypatch.setattr("store.proofs.verify_password", meanwhile)
    assert attempt(house, "Ray") == "RefusedError"


def test_a_role_that_asks_for_a_second_factor_lets_nobody_go_on_without(house: House) -> None:
    ray, mia = house.members["Ray"], house.add("Mia", Role.TEAM_MANAGER)
    for number, change in enumerate(
        (
            "UPDATE person SET role = 'hr_partner' WHERE number = 2",
            "UPDATE team SET manager = 2 WHERE number = 1",
        )
    ):
        token, script = house.session(ray), house.session(ray, rights=[])
        with house.reader(token) as reader, house.reader(script) as scripted:
            assert reader.visitor(), number
            house.run(change)
            for screen in (reader, scripted):
                assert "your role asks for a second factor by now" in said(screen.board)
        house.run("UPDATE person SET role = 'recruiter' WHERE number = 2")
        house.run(f"UPDATE team SET manager = {mia.number} WHERE number = 1")
        with house.reader(token) as reader:
            assert reader.visitor()


# ------------------------------------------------------------------------------------------- step-up


def add_somebody(house: House, names: list[str] = []) -> None:  # noqa: B006 - each call has another name
    names.append("x")
    add_person(house.store, f"Somebody {len(names)}", "recruiter")


def test_what_decides_asks_for_a_code_that_is_at_most_a_quarter_of_an_hour_old(house: House) -> None:
    ada = house.enter("Ada")
    house.later(14 * MINUTE)
    touch(house.store)
    house.later(MINUTE)
    add_somebody(house)
    house.later(SECOND)
    last = house.last()
    assert "StepUpError: this asks for a fresh code" in said(partial(add_somebody, house))
    assert [entry.outcome for entry in house.told(last)] == ["refused"]
    assert "RefusedError" in said(lambda: step_up(house.store, "000000"))
    assert failures(house) == 1
    code = house.code(ada)
    step_up(house.store, code)
    assert failures(house) == 0
    add_somebody(house)
    house.later(MINUTE)
    assert "RefusedError" in said(lambda: step_up(house.store, code))
    step_up(house.store, ada.recovery[0])


def test_the_code_of_signing_in_is_not_good_for_stepping_up_too(house: House) -> None:
    ada = house.members["Ada"]
    code = house.code(ada)
    house.token = sign_in(house.store, "Ada", PASSWORD, code).token
    add_somebody(house)  # for which it counts, as long as it is fresh
    assert "RefusedError" in said(lambda: step_up(house.store, code))
    assert "CodeNeededError" in said(lambda: step_up(house.store, ""))


def test_who_has_no_second_factor_steps_up_by_the_password(house: House) -> None:
    from kpi.policy import Action
    from store.sessions import make_token

    house.enter("Ray", coded=False)
    assert "StepUpError" in said(lambda: make_token(house.store, "mine", 1, [Action.SEE_BOARD]))
    assert "RefusedError" in said(lambda: step_up(house.store, WRONG))
    step_up(house.store, PASSWORD)
    assert make_token(house.store, "mine", 1, [Action.SEE_BOARD]).name == "mine"


def test_wrong_codes_make_wait_when_stepping_up_too(house: House) -> None:
    ada = house.enter("Ada", coded=False)
    for _ in range(3):
        assert "RefusedError" in said(lambda: step_up(house.store, "000000"))
    assert "TooSoonError" in said(lambda: step_up(house.store, house.code(ada)))
    assert attempt(house, code=house.code(ada)) == "TooSoonError"


def test_a_token_and_nobody_step_up_by_nothing(house: House) -> None:
    house.token = house.session(house.members["Ada"], rights=[])
    for act in (lambda: step_up(house.store, PASSWORD), lambda: touch(house.store)):
        assert "a token is for scripts; sign in to do this yourself" in said(act)
    house.token = None
    for act in (lambda: step_up(house.store, PASSWORD), lambda: touch(house.store)):
        assert "SignInNeededError: nobody has signed in here" in said(act)
    with house.by_system():
        assert "nobody signs in to this store yet" in said(lambda: step_up(house.store, PASSWORD))


def test_a_clock_that_is_set_back_or_was_ahead_makes_no_code_fresh(house: House) -> None:
    house.enter("Ada")
    for _ in range(2):
        house.later(10 * MINUTE)
        touch(house.store)
    house.later(-9 * MINUTE)  # eleven minutes after the code, as far as this clock knows
    with pytest.raises(StepUpError):
        add_somebody(house)
    house.run(f"UPDATE session SET coded_at = {house.now + 3_600_000_000}")
    with pytest.raises(StepUpError):
        add_somebody(house)


# ----------------------------------------------------------------------------------------- passwords


def test_another_password_ends_all_other_sessions_and_tokens(house: House) -> None:
    ray = house.members["Ray"]
    others = [house.session(ray), house.session(ray, rights=[])]
    house.enter(ray)
    change_password(house.store, PASSWORD, OTHER)
    for token in others:
        with house.reader(token) as reader:
            assert "this session was ended" in said(reader.board)
    with house.reader() as reader:
        assert reader.visitor()
    assert (attempt(house, "Ray"), attempt(house, "Ray", OTHER)) == ("RefusedError", "in")


def test_another_password_takes_the_old_one_and_must_do(house: House) -> None:
    house.enter("Ray")
    assert "RefusedError" in said(lambda: change_password(house.store, WRONG, OTHER))
    for weak in ("short", "password1234", "Ray Ray Ray Ray", "Northbank 2026"):
        with pytest.raises(WeakPasswordError):
            change_password(house.store, PASSWORD, weak)
    assert failures(house, 2) == 1
    house.token = house.session(house.members["Ray"], rights=[])
    assert "a token is for scripts" in said(lambda: change_password(house.store, PASSWORD, OTHER))
    house.token = None
    assert "SignInNeededError" in said(lambda: change_password(house.store, PASSWORD, OTHER))
    assert attempt(house, "Ray") == "in"


def test_a_password_alone_does_not_let_wrong_codes_be_forgotten(house: House) -> None:
    house.enter("Ada", coded=False)
    token = str(house.token)
    for wrong in range(1, 5):
        assert "RefusedError" in said(lambda: step_up(house.store, "000000"))
        house.later(timedelta(seconds=2**wrong))
        if wrong % 2:
            unlock(house.store, token, PASSWORD)
        else:
            change_password(house.store, PASSWORD, PASSWORD)
        assert failures(house) == wrong
    assert attempt(house, code=house.code(house.members["Ada"])) == "in"
    assert failures(house) == 0


def test_a_password_hashed_as_it_was_once_is_hashed_anew(house: House) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    house.run(f"UPDATE credential SET password_hash = '{old}' WHERE person = 2")
    assert attempt(house, "Ray") == "in"
    ((kept,),) = house.rows("SELECT password_hash FROM credential WHERE person = 2")
    assert kept != old
    assert not CHEAP.check_needs_rehash(kept)
    assert attempt(house, "Ray") == "in"
    assert house.rows("SELECT password_hash FROM credential WHERE person = 2") == [(kept,)]
