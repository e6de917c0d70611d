"""Signing in by a password and a code: what lets somebody in, and that nothing else does."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher

from kpi.policy import SECOND_FACTOR, Role
from store.access import SignInNeededError
from store.attempts import TooSoonError
from store.errors import StoreError
from store.people import change_person
from store.proofs import RefusedError
from store.signing_in import lock, sign_in, sign_out, touch, unlock
from store.work import Store
from tests.store.house import HOUR, PASSWORD, SECOND, WRONG, attempt, failures, said
from tests.store.recorded import changes_of, name_of

if TYPE_CHECKING:
    from tests.store.house import House

NOBODY_SIGNED_IN = "the name, the password or the code is wrong; nobody was signed in"


# ---------------------------------------------------------------------------------------- coming in


def test_a_password_and_a_code_begin_a_session_of_twelve_hours(house: House) -> None:
    last = house.last()
    done = sign_in(house.store, " aＤA ", PASSWORD, house.code(house.members["Ada"]))
    assert (done.person, done.name, done.recovery_codes) == (1, "Ada", 10)
    assert done.ends_at == house.now + 12 * 3_600_000_000
    with house.reader(done.token) as reader:
        visitor = reader.visitor()
    assert visitor is not None
    assert (visitor.person, visitor.session, visitor.is_token) == (1, done.session, False)
    (entry,) = house.told(last)
    assert (entry.operation, entry.target, entry.outcome) == ("session.sign_in", "person:1", "done")
    assert (name_of(house.store.location, entry.actor), changes_of(entry)) == (
        "Ada",
        {"session": (None, done.session)},
    )
    assert done.token not in str(house.rows("SELECT * FROM session"))


def test_a_code_belongs_to_signing_in_for_the_roles_that_decide(house: House) -> None:
    for role in Role:
        member = house.add(f"Somebody {role.value}", role)
        without = attempt(house, member.name)
        assert without == ("CodeNeededError" if role in SECOND_FACTOR else "in"), role
        if role in SECOND_FACTOR:
            assert attempt(house, member.name, code=house.code(member)) == "in"
    keen = house.add("Keen", Role.RECRUITER, second=True)
    assert attempt(house, "Keen") == "CodeNeededError"
    assert attempt(house, "Keen", code=house.code(keen)) == "in"


def test_who_lacks_the_second_factor_of_their_role_is_told_what_to_do(house: House) -> None:
    house.add("Hal", Role.HR_PARTNER, second=False)
    assert "ask a super user for a new enrolment code" in said(
        lambda: sign_in(house.store, "Hal", PASSWORD, "123456")
    )


def test_whatever_is_wrong_is_refused_in_the_same_words(house: House) -> None:
    ada = house.members["Ada"]
    gone = house.add("Gone", Role.RECRUITER)
    new = house.add("New", Role.RECRUITER)
    house.run(f"UPDATE person SET active = 0 WHERE number = {gone.number}")
    house.run(f"UPDATE credential SET password_hash = NULL WHERE person = {new.number}")
    for name, password, code in (
        ("Ada", WRONG, house.code(ada)),
        ("Ada", PASSWORD, house.code(ada, 5)),
        ("Ada", "", None),
        ("Nobody", PASSWORD, None),
        ("", PASSWORD, None),
        (gone.name, PASSWORD, None),
        (new.name, PASSWORD, None),
    ):
        refused = said(partial(sign_in, house.store, name, password, code))
        assert refused == f"RefusedError: {NOBODY_SIGNED_IN}", name
    assert house.rows("SELECT * FROM session") == []


def test_the_log_knows_what_was_wrong_and_whose_account_it_was(house: House) -> None:
    last = house.last()
    said(lambda: sign_in(house.store, "Ada", WRONG))
    said(lambda: sign_in(house.store, "Ada", PASSWORD, "000000"))
    said(lambda: sign_in(house.store, "Nobody", WRONG))
    told = [(entry.target, entry.outcome, entry.reason) for entry in house.told(last)]
    assert told == [
        ("person:1", "refused", "the name or the password was wrong"),
        ("person:1", "refused", "the password was right, the code was wrong or used before"),
        ("store:1", "refused", "the name or the password was wrong"),
    ]
    assert name_of(house.store.location, house.told(last)[0].actor) == "login"


def test_a_name_that_nobody_has_costs_what_a_wrong_password_costs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: Counter[str] = Counter()
    verify, work = PasswordHasher.verify, Store._transaction

    def counted_verify(hasher: PasswordHasher, *args: Any) -> bool:
        done["verify"] += 1
        return verify(hasher, *args)

    def counted_work(*args: Any) -> Any:
        done["work"] += 1
        return work(*args)

    monkeypatch.setattr(PasswordHasher, "verify", counted_verify)
    monkeypatch.setattr(Store, "_transaction", counted_work)

    def tried(name: str) -> list[tuple[str, int, Counter[str]]]:
        found = []
        for _ in range(6):
            done.clear()
            try:
                sign_in(house.store, name, WRONG)
            except StoreError as error:
                found.append((str(error), getattr(error, "seconds", 0), Counter(done)))
            house.later(timedelta(milliseconds=700))
        return found

    known = tried("Ada")
    assert tried("Nobody") == tried("Nobody else") == known
    assert known[0] == (NOBODY_SIGNED_IN, 0, Counter(verify=1, work=3))
    assert [seconds for _, seconds, _ in known] == [0, 0, 0, 1, 0, 2]
    assert known[3][2]["verify"] == 0


# ------------------------------------------------------------------------------------------ waiting


def test_after_three_free_attempts_each_doubles_the_wait_up_to_a_quarter_of_an_hour(house: House) -> None:
    waits = []
    for _ in range(16):
        assert attempt(house, password=WRONG) == "RefusedError"
        with pytest.raises(TooSoonError) if failures(house) > 2 else pytest.raises(RefusedError) as error:
            sign_in(house.store, "Ada", WRONG)
        wait = getattr(error.value, "seconds", 0)
        waits.append(wait)
        house.later(timedelta(seconds=wait))
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900]


def test_a_locked_account_does_not_tell_right_from_wrong(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        attempt(house, password=WRONG)
    monkeypatch.setattr("store.proofs.verify_password", lambda *_: pytest.fail("a password was looked at"))
    for password, code in ((WRONG, None), (PASSWORD, None), (PASSWORD, house.code(house.members["Ada"]))):
        assert said(partial(sign_in, house.store, "Ada", password, code)) == (
            "TooSoonError: too many attempts: wait 1 s and try again; starting anew does not help"
        )
    assert failures(house) == 3


def test_attempts_before_their_time_neither_count_nor_fill_the_log(house: House) -> None:
    for _ in range(5):
        attempt(house, password=WRONG)
    last, revision = house.last(), house.rows("SELECT revision FROM store_state")
    for _ in range(5):
        assert attempt(house, password=WRONG) == "TooSoonError"
    assert (house.told(last), failures(house)) == ([], 3)
    assert house.rows("SELECT revision FROM store_state") == revision


def test_a_new_start_and_a_clock_that_is_set_back_reset_nothing(house: House) -> None:
    for _ in range(3):
        attempt(house, password=WRONG)
    house.later(-HOUR)
    another = Store(house.store.location, house.clock, house.who)
    with pytest.raises(TooSoonError) as error:
        sign_in(another, "ADA", PASSWORD, house.code(house.members["Ada"]))
    another.close()
    assert error.value.seconds == 1
    house.later(HOUR - SECOND)
    assert attempt(house, password=WRONG) == "TooSoonError"
    house.later(2 * SECOND)
    assert attempt(house, password=WRONG) == "RefusedError"
    assert failures(house) == 4


def test_a_clock_that_was_ahead_makes_people_wait_until_then(house: House) -> None:
    for _ in range(3):
        attempt(house, password=WRONG)
    house.later(HOUR)
    assert attempt(house, password=WRONG) == "RefusedError"  # it gained what it was ahead
    house.later(-HOUR)
    with pytest.raises(TooSoonError) as error:
        sign_in(house.store, "Ada", PASSWORD)
    assert error.value.seconds == 2
    assert "wait 2 s" in str(error.value)


def test_success_is_a_clean_slate_and_one_s_own(house: House) -> None:
    ray = house.members["Ray"]
    for name in ("Ada", "Ada", "Ray", "Ray"):
        attempt(house, name, WRONG)
    assert attempt(house, "Ray") == "in"
    assert (failures(house, 1), failures(house, ray.number)) == (2, 0)


def test_a_password_without_its_code_is_an_attempt_that_counts(house: House) -> None:
    assert [attempt(house) for _ in range(4)] == [*["CodeNeededError"] * 3, "TooSoonError"]


def test_waits_are_said_in_words(house: House) -> None:
    from store.attempts import _in_words

    assert [_in_words(seconds) for seconds in (1, 59, 60, 61, 900)] == [
        "1 s", "59 s", "1 min", "1 min 1 s", "15 min",
    ]  # fmt: skip


# -------------------------------------------------------------------------------------------- codes


def test_a_code_is_good_once_and_no_earlier_one_after_it(house: House) -> None:
    ada = house.members["Ada"]
    code, before = house.code(ada), house.code(ada, -1)
    assert attempt(house, code=code) == "in"
    assert [attempt(house, code=again) for again in (code, before)] == ["RefusedError"] * 2
    assert attempt(house, code=house.code(ada, 1)) == "in"
    assert attempt(house, code=house.code(ada, 1)) == "RefusedError"
    house.later(30 * SECOND)
    assert attempt(house, code=house.code(ada)) == "RefusedError"  # the one that was taken ahead of its time
    house.later(30 * SECOND)
    assert attempt(house, code=f" {house.code(ada)[:3]} {house.code(ada)[3:]}\n") == "in"


@pytest.mark.parametrize(
    ("steps", "outcome"), [(-2, "RefusedError"), (-1, "in"), (1, "in"), (2, "RefusedError")]
)
def test_a_code_may_be_one_step_off(house: House, steps: int, outcome: str) -> None:
    assert attempt(house, code=house.code(house.members["Ada"], steps)) == outcome


def test_a_clock_that_is_set_back_makes_no_code_good_again(house: House) -> None:
    ada = house.members["Ada"]
    code = house.code(ada)
    assert attempt(house, code=code) == "in"
    house.later(-HOUR)
    assert attempt(house, code=house.code(ada)) == "RefusedError"
    assert attempt(house, code=code) == "RefusedError"
    assert attempt(house, code=ada.recovery[0]) == "in"  # which lets people in until the clock is right


def test_a_recovery_code_takes_a_code_s_place_once(house: House) -> None:
    ada = house.members["Ada"]
    other = house.add("Olu", Role.SUPER_USER)
    typed = ada.recovery[3].lower().replace("-", " ").replace("0", "o")
    last = house.last()
    assert sign_in(house.store, "Ada", PASSWORD, typed).recovery_codes == 9
    assert "recovery" in changes_of(next(one for one in house.told(last) if one.target == "credential:1"))
    assert attempt(house, code=ada.recovery[3]) == "RefusedError"
    assert attempt(house, code=other.recovery[0]) == "RefusedError"
    assert attempt(house, other.name, code=other.recovery[0]) == "in"
    kept = str(house.rows("SELECT * FROM recovery_code"))
    assert not any(code in kept for code in (*ada.recovery, *other.recovery))
    assert len(ada.recovery) == 10


def test_a_seed_sealed_on_another_machine_lets_nobody_in_here(house: House, ring: Any) -> None:
    ring.kept.clear()
    assert "its sealing key is not on this one" in said(
        lambda: sign_in(house.store, "Ada", PASSWORD, "123456")
    )


# ---------------------------------------------------------------------------------- whatever is typed

ODD = ["", " ", "\x00", "a\x00b", "\ud800", "x\udcff", "' OR 1=1 --", "%", "\\", "🦆" * 300, "x" * 1_000_000]


def test_odd_names_passwords_and_codes_are_merely_wrong(house: House) -> None:
    for odd in ODD:
        for name, password, code in ((odd, PASSWORD, None), ("Ray", odd, None), ("Ada", PASSWORD, odd)):
            wanted = "CodeNeededError" if name == "Ada" and not odd else "RefusedError"
            assert attempt(house, name, password, code) == wanted
        house.later(HOUR)


def test_odd_tokens_open_nothing(house: House) -> None:
    for odd in ODD:
        house.token = odd
        with house.reader() as reader:
            assert "SignInNeededError: this session is not known here" in said(reader.board)
        assert "SignInNeededError" in said(lambda: touch(house.store))
        assert "SignInNeededError" in said(partial(unlock, house.store, odd, PASSWORD))
        sign_out(house.store, odd)
        lock(house.store, odd)


def test_without_a_token_nobody_asks_anything(house: House) -> None:
    with house.reader() as reader:
        assert "SignInNeededError: nobody has signed in here; sign in with “stagewatch sign-in”" in said(
            reader.board
        )
    with pytest.raises(SignInNeededError):
        change_person(house.store, 2, role="auditor")
