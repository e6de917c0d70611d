"""The people of the demo, and that nobody is let in without a password anywhere else."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from kpi.policy import Role
from store.demo import ORGANISATION, make_demo
from store.demo_people import Troupe, make_people
from store.demo_staff import NEWCOMERS, USERS
from store.errors import StoreError
from store.location import Location
from store.moment import one_moment
from store.organisation import found_organisation
from store.people import add_person
from store.reading import open_reader
from store.session_questions import GrantState
from store.who import Who
from store.work import Store
from tests.store.recorded import entries, name_of

if TYPE_CHECKING:
    from pathlib import Path

    from store.reading import Reader


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Troupe:
    folder = tmp_path_factory.mktemp("demo")
    location = Location(path=folder / "demo.db")
    with closing(Store(location)) as store:
        make_demo(store, folder, listings=40)
    return make_people(location)


def seen_by(troupe: Troupe, person: int) -> Reader:
    token = troupe.session_of(person)
    return open_reader(troupe.location, who=Who("login", "app", lambda _: token))


def test_everybody_is_there_whom_it_is_worth_being(demo: Troupe):
    with closing(open_reader(demo.location)) as reader:
        people = {one.number: one for one in reader.people().people()}
        teams = reader.people().teams()
        (grant,) = reader.session_questions().grants()
    assert {people[one.person].role for one in demo.people} == set(Role)
    assert people[demo.people[0].person].role == Role.SUPER_USER
    assert sorted(team.members for team in teams) == [4, 6, 7, 7, 8, 8]
    assert all(team.manager and team.hr_partner for team in teams)
    assert len({team.manager for team in teams}) == 6 > len({team.hr_partner for team in teams})
    recruiters = [one for one in people.values() if one.role == Role.RECRUITER]
    assert all(one.links == (one.name,) for one in recruiters)
    assert [len(one.listings) for one in people.values() if one.role == Role.RECRUITING_MANAGER] == [5]
    assert grant.state is GrantState.IN_FORCE
    assert not any(one.has_password for one in people.values())


def test_the_teams_have_been_for_longer_than_the_months_of_their_totals(demo: Troupe):
    with closing(open_reader(demo.location)) as reader:
        since = reader.people().totals().since.toordinal()
    with one_moment(demo.location) as plain:
        days = [day for (day,) in plain.rows("SELECT from_day FROM membership")]
    assert len(days) == len(USERS) == 40
    assert sum(day < since for day in days) == len(USERS) - len(NEWCOMERS)


def test_each_sees_what_such_a_person_sees(demo: Troupe):
    seen = {}
    for one in demo.people:
        with closing(seen_by(demo, one.person)) as reader:
            seen[one.said] = (reader.board().totals.tasks, len(reader.users()), reader.sight().few)
    whole = seen["Super user"][0]
    assert seen["Super user"][1] == 0
    assert 4 < seen["Team manager, Clinical"][1] <= 8
    assert 0 < seen["Team manager, Corporate"][1] <= 4
    assert not any(few for _, _, few in seen.values())
    assert 0 < seen["Recruiting manager, 5 listings"][0] < whole
    assert seen["Auditor, let in for a month"][0] == whole


def test_becoming_somebody_stands_in_the_log_as_the_programs_own(demo: Troupe):
    demo.session_of(demo.people[2].person)
    last = entries(demo.location)[-1]
    assert (last.operation, last.origin) == ("session.sign_in", "system")
    assert name_of(demo.location, last.actor) == demo.people[2].name


@pytest.mark.parametrize("name", [ORGANISATION, "Northbank"])
def test_no_other_store_gets_the_people(tmp_path: Path, name: str):
    location = Location(path=tmp_path / "s.db")
    with closing(Store(location)) as store:
        found_organisation(store, name)
        add_person(store, "Somebody", Role.RECRUITER)
    with pytest.raises(StoreError, match="for its own new store; nobody was added"):
        make_people(location)
    with one_moment(location) as plain:
        assert plain.value("SELECT count(*) FROM person") == 1


def test_nobody_is_let_in_where_another_store_has_taken_the_demos_place(demo: Troupe, tmp_path: Path):
    place = tmp_path / "demo.db"
    assert demo.location.path is not None
    shutil.copy(demo.location.path, place)
    copied = Troupe(Location(path=place), demo.store_id, demo.people)
    assert copied.session_of(1), "a copy of the demo is the demo"
    for sql in (
        f"UPDATE organisation SET store_id = '{uuid4()}'",
        "UPDATE organisation SET name = 'Northbank'",
    ):
        shutil.copy(demo.location.path, place)
        with closing(Store(copied.location)) as store, store.work("test") as work:
            work.plain.run(sql)
        with pytest.raises(StoreError, match="nobody is let in without a password"):
            copied.session_of(1)


def test_nobody_but_those_that_were_shown_can_be_been(demo: Troupe):
    with closing(Store(demo.location)) as store:
        other = add_person(store, "Somebody Else", Role.SUPER_USER)
    with pytest.raises(StoreError, match="nobody is let in"):
        demo.session_of(other.number)
    with one_moment(demo.location) as plain:
        assert plain.value("SELECT count(*) FROM session WHERE person = ?", (other.number,)) == 0
