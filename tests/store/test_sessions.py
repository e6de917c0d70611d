"""Sessions and tokens for scripts: who sees and ends which, and that a token is never more than its owner."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi.policy import NEVER_BY_TOKEN, Action, Role
from kpi.targets import Target
from store.access import NotAllowedError
from store.audit_care import LOG_TARGET, note_read
from store.errors import StoreError
from store.people import add_person, change_person
from store.sessions import end_session, make_token
from store.signing_in import lock
from store.targets import save_targets
from tests.store.helpers import new_store
from tests.store.house import HOUR, MINUTE, SECOND, House, house_of, said
from tests.store.recorded import CODE, changes_of, name_of

if TYPE_CHECKING:
    from store.reading import Reader

DAY = timedelta(days=1)


def numbers(reader: Reader) -> list[int]:
    return [one.number for one in reader.session_questions().sessions()]


# ------------------------------------------------------------------------------------------- tokens


def test_a_token_is_for_what_it_was_made_for_and_nothing_else(house: House) -> None:
    house.enter("Ada")
    last = house.last()
    made = make_token(house.store, " nightly \x1b", 30, [Action.SEE_AUDIT, Action.SEE_BOARD])
    assert (made.name, made.rights) == ("nightly", (Action.SEE_AUDIT, Action.SEE_BOARD))
    assert made.ends_at == house.now + 30 * 24 * 3_600_000_000
    (entry,) = house.told(last)
    assert (entry.operation, entry.target) == ("token.make", "person:1")
    assert changes_of(entry) == {"token": (None, made.session), "rights": (None, "audit.see board.see")}
    assert made.token not in str(house.rows("SELECT * FROM session"))
    house.token = made.token
    with house.reader() as reader:
        visitor = reader.visitor()
        assert visitor is not None
        assert (visitor.is_token, visitor.name) == (True, "Ada")
        assert reader.board().totals.tasks == 0
        assert reader.audit().page().entries
        for ask in (reader.targets, reader.calendar_questions, reader.intake, reader.people().people):
            assert "NotAllowedError" in said(ask)
    for act in (
        lambda: save_targets(house.store, {CODE: Target(1, 2)}, reason="x", actor="x"),
        lambda: make_token(house.store, "another", 1, [Action.SEE_BOARD]),
        lambda: add_person(house.store, "Cy", "recruiter"),
        lambda: end_session(house.store, made.session),
    ):
        assert "NotAllowedError" in said(act)


def test_a_token_that_was_made_for_it_exports_without_a_fresh_code(house: House) -> None:
    house.enter("Ada")
    made = make_token(house.store, "archive", 1, [Action.EXPORT_AUDIT])
    house.token = made.token
    house.later(23 * HOUR)
    last = house.last()
    note_read(house.store, "audit.export", LOG_TARGET, "Asked for an export")
    (entry,) = house.told(last)
    assert name_of(house.store.location, entry.actor) == "Ada"


def test_nobody_makes_a_token_for_what_tokens_or_they_have_not(house: House) -> None:
    house.enter("Ray")
    for rights, why in (
        ([], "name what it is for"),
        ([Action.SEE_BOARD, Action.SEE_TARGETS], "you have not got targets.see yourself"),
        ([Action.SEE_AUDIT], "you have not got audit.see yourself"),
        *(([one], f"no token may have {one.value}") for one in sorted(NEVER_BY_TOKEN)),
    ):
        assert why in said(partial(make_token, house.store, "mine", 1, rights))
    assert {Action.CHANGE_PEOPLE, Action.APPROVE_GRANTS, Action.MAKE_TOKENS} < NEVER_BY_TOKEN
    assert make_token(house.store, "mine", 1, [Action.SEE_FIGURES]).rights == (Action.SEE_FIGURES,)


def test_a_token_has_a_name_of_its_own_and_an_end(house: House) -> None:
    house.enter("Ray")
    make = partial(make_token, house.store, rights=[Action.SEE_BOARD])
    for name in ("", " \x00 ", "x" * 61):
        assert "a token has one of at most 60 characters" in said(partial(make, name, 1))
    for days in (0, -1, 366):
        assert "from 1 to 365" in said(partial(make, "mine", days))
    first = make("mine", 365)
    assert "a token “mine” is there already" in said(lambda: make("mine", 1))
    end_session(house.store, first.session)
    second = make("mine", 1)
    house.later(DAY)
    house.enter("Ray")
    third = make("mine", 1)
    assert first.session < second.session < third.session
    house.enter("Ada")
    assert make("mine", 1).name == "mine"  # names are one's own
    with house.by_system():
        assert "nobody signs in to this store yet" in said(lambda: make("x", 1))


def test_a_token_never_locks_and_ends_on_its_day(house: House) -> None:
    house.enter("Ray")
    made = make_token(house.store, "mine", 2, [Action.SEE_BOARD])
    lock(house.store, made.token)
    with house.reader(made.token) as reader:
        house.later(2 * DAY - SECOND)
        assert reader.visitor()
        house.later(SECOND)
        assert "SignInNeededError: this token is over" in said(reader.board)


def test_what_its_owner_loses_a_token_loses(house: House) -> None:
    olu, ada = house.add("Olu", Role.SUPER_USER), house.enter("Ada")
    made = make_token(house.store, "mine", 1, [Action.SEE_TARGETS, Action.SEE_BOARD])
    with house.reader(made.token) as reader:
        targets = reader.targets()
        assert targets.history()
        house.enter(olu)
        change_person(house.store, ada.number, role=Role.RECRUITER)
        for act in (reader.targets, targets.history):
            assert "NotAllowedError" in said(act)
        assert reader.board().totals.tasks == 0
        change_person(house.store, ada.number, role=Role.SUPER_USER)
        assert targets.history()


def test_rights_that_another_version_knows_count_for_nothing(house: House) -> None:
    token = house.session(house.members["Ray"], rights=[Action.SEE_BOARD])
    house.run("""UPDATE session SET rights = '["board.see", "moon.fly"]'""")
    with house.reader(token) as reader:
        assert reader.board().totals.tasks == 0
    house.enter("Ray")
    with house.reader() as reader:
        assert [one.rights for one in reader.session_questions().sessions()] == [None, (Action.SEE_BOARD,)]


# ---------------------------------------------------------------------------------- listing, ending


def test_everybody_sees_their_own_sessions_and_super_users_all(house: House) -> None:
    ada, ray = house.members["Ada"], house.members["Ray"]
    script, locked = house.session(ray, rights=[Action.SEE_SESSIONS]), house.session(ray)
    lock(house.store, locked)
    house.later(15 * MINUTE)
    adas, rays = house.session(ada), house.session(ray)
    with house.reader(adas) as hers, house.reader(rays) as his, house.reader(script) as its:
        assert (numbers(hers), numbers(his), numbers(its)) == ([4, 3, 2, 1], [4, 2, 1], [4, 2, 1])
        now, sleeping, named = his.session_questions().sessions()
        assert (now.is_this, now.locked, now.person_name, now.name) == (True, False, "Ray", None)
        assert (sleeping.is_this, sleeping.locked, sleeping.rights) == (False, True, None)
        assert (named.name, named.locked, named.rights) == ("script", False, (Action.SEE_SESSIONS,))
        assert now.made_at == house.clock.moment
        assert end_session_as(house, rays, 2)
        assert numbers(hers) == [4, 3, 1]
        house.run("UPDATE person SET active = 0 WHERE number = 2")
        assert numbers(hers) == [3]


def end_session_as(house: House, token: str, number: int) -> bool:
    house.token = token
    return end_session(house.store, number)


def test_a_session_is_ended_by_its_person_or_a_super_user_at_once(house: House) -> None:
    ada, ray = house.members["Ada"], house.members["Ray"]
    rays, again, adas = house.session(ray), house.session(ray), house.session(ada)
    with house.reader(rays) as screen:
        assert screen.visitor()
        last = house.last()
        assert end_session_as(house, adas, 1)
        assert "SignInNeededError: this session was ended" in said(screen.board)
        (entry,) = house.told(last)
        assert (entry.target, changes_of(entry)) == ("person:2", {"session": (1, None)})
        assert name_of(house.store.location, entry.actor) == "Ada"
        assert not end_session_as(house, adas, 1)
    for number in (3, 99):  # nor is it told which there are
        assert "NotAllowedError: you may not end sessions" in said(
            partial(end_session_as, house, again, number)
        )
    assert "there is no session 99" in said(lambda: end_session_as(house, adas, 99))
    assert end_session_as(house, again, 2)
    assert "this session was ended" in said(lambda: end_session_as(house, again, 2))


# -------------------------------------------------------------------------------------- other stores


def test_a_token_opens_the_store_that_it_was_made_in_and_no_other(house: House, tmp_path: Path) -> None:
    rays = house.session(house.members["Ray"])
    with new_store(str(tmp_path / "other.db"), clock=house.clock) as store:
        other = house_of(store)  # where Ada and Ray have the same numbers
        theirs = other.session(other.members["Ray"])
        for place, token in ((other, rays), (house, theirs)):
            with place.reader(token) as reader:
                assert "this session is not known here" in said(reader.board)
        ((kept,),) = house.rows("SELECT token_hash FROM session")
        with other.by_system(), store.work("test") as work:
            work.plain.run("UPDATE session SET token_hash = ?", (bytes(kept),))
        with other.reader(rays) as reader:
            assert "this session is not known here" in said(reader.board)


def test_an_ended_reader_is_told_in_one_line(house: House) -> None:
    with house.reader("nothing") as reader, pytest.raises(StoreError) as error:
        reader.may(Action.SEE_BOARD)
    assert "\n" not in str(error.value)
    assert not isinstance(error.value, NotAllowedError)
