"""Whom somebody sees among the people: the right ones and no others, and what they could do there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kpi.policy import Action
from store.access import NotAllowedError
from store.errors import StoreError
from store.grants import request_grant
from store.people import add_person, change_person
from store.people_questions import Named
from store.reading import Reader, open_reader
from store.session_questions import GrantState
from store.signing_in import begin_session
from store.teams import add_team, change_team, delegate
from store.who import NOBODY, Who
from store.work import Store
from tests.store.recorded import MONDAY

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = 3_600_000_000
TODAY = MONDAY.date()
MOYRA, RAY, SUE, HAL, ADMIN, ANN, SUSAN = range(1, 8)


@pytest.fixture
def guarded(peopled: Store) -> Store:
    """Moyra manages North, Ray is in it; nobody leads South, to which Ann belongs."""
    peopled.who = NOBODY
    add_person(peopled, "Sue", "super_user")
    add_person(peopled, "Hal", "hr_partner")
    add_person(peopled, "Adam", "recruitment_administrator")
    add_person(peopled, "Ann", "auditor", team=2)
    add_person(peopled, "Susan", "super_user")
    change_team(peopled, 1, manager=MOYRA)
    return peopled


def come_in(store: Store, person: int, rights: str | None = None) -> Who:
    """Somebody's session, or a token of theirs."""
    with store.work("test", origin="system") as work:
        name = None if rights is None else "script"
        token, _ = begin_session(work, person, work.now + HOUR, work.now, name, rights)
    return Who("os", "command line", lambda _: token)


@contextmanager
def seen_by(store: Store, person: int, rights: str | None = None) -> Iterator[Reader]:
    reader = open_reader(store.location, store.clock, come_in(store, person, rights))
    try:
        yield reader
    finally:
        reader.close()


@pytest.mark.parametrize(
    ("person", "people", "teams"),
    [
        (SUE, ["Adam", "Ann", "Hal", "Moyra", "Ray", "Sue", "Susan"], ["North", "South"]),
        (HAL, ["Adam", "Ann", "Hal", "Moyra", "Ray", "Sue", "Susan"], ["North", "South"]),
        (ADMIN, ["Adam", "Ann", "Hal", "Moyra", "Ray", "Sue", "Susan"], ["North", "South"]),
        (MOYRA, ["Moyra", "Ray"], ["North"]),
        (RAY, ["Ray"], ["North"]),
        (ANN, ["Ann"], ["South"]),
    ],
)
def test_everybody_sees_themselves_and_whom_the_policy_lets_them(
    guarded: Store, person: int, people: list[str], teams: list[str]
) -> None:
    delegate(guarded, 1, HAL, TODAY, TODAY)
    delegate(guarded, 2, SUE, TODAY, TODAY)
    with seen_by(guarded, person) as reader:
        asked = reader.people()
        assert [one.name for one in asked.people()] == people
        assert [one.name for one in asked.teams()] == teams
        assert sorted({one.team.name for one in asked.delegations()}) == teams
        for name in {"Sue", "Moyra", "Ray"} - set(people):
            with pytest.raises(StoreError, match="there is no person"):
                asked.person(name)
        if person in (SUE, ADMIN):
            assert asked.unlinked() == ()
        else:
            with pytest.raises(NotAllowedError, match="you may not link people"):
                asked.unlinked()


def test_a_token_that_was_not_made_for_it_sees_nobody(guarded: Store) -> None:
    with seen_by(guarded, SUE, '["board.see"]') as reader:
        for ask in (reader.people().people, reader.people().teams, reader.people().delegations):
            with pytest.raises(NotAllowedError, match="you may not see people"):
                ask()
    with seen_by(guarded, SUE, '["people.see"]') as reader:
        assert len(reader.people().people()) == SUSAN


def test_who_names_a_stand_in_knows_the_names_to_choose_from(guarded: Store) -> None:
    with seen_by(guarded, MOYRA) as reader:
        names = [one.name for one in reader.people().stand_ins(1)]
        assert names == ["Adam", "Ann", "Hal", "Ray", "Sue", "Susan"], "everybody but herself"
        assert reader.people().stand_ins(2) == ()
    with seen_by(guarded, RAY) as reader:
        assert reader.people().stand_ins(1) == ()
    with seen_by(guarded, SUE) as reader:
        assert Named(SUE, "Sue") not in reader.people().stand_ins(2)


def test_who_asked_for_a_grant_does_not_approve_it_and_another_does(guarded: Store) -> None:
    store = Store(guarded.location, guarded.clock, come_in(guarded, SUE))
    try:
        request_grant(store, ANN, "Yearly audit", [Action.SEE_AUDIT], TODAY, TODAY)
    finally:
        store.close()
    for person, to_approve in ((SUE, False), (SUSAN, True), (ANN, False)):
        with seen_by(guarded, person) as reader:
            (grant,) = reader.session_questions().grants()
        assert (grant.state, grant.to_approve) == (GrantState.ASKED_FOR, to_approve)


def test_nobody_is_made_first_super_user_without_a_password(peopled: Store) -> None:
    """The store would be guarded from then on, and nobody could sign in."""
    add_team(peopled, "East")
    for act in (
        lambda: add_person(peopled, "Eve", "super_user"),
        lambda: change_person(peopled, RAY, role="super_user"),
    ):
        with pytest.raises(StoreError, match="the first super user is made together with a password"):
            act()
    assert change_person(peopled, RAY, role="auditor").changed
