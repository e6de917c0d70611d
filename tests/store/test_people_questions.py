"""What is asked about people: who they are, their teams, whose references nobody has, what they are today."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kpi.policy import Action, Role, Standing
from store.errors import StoreError
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.moment import one_moment
from store.people import add_person, change_person, deactivate_person
from store.people_links import assign_listing, link_person
from store.people_questions import Named, UnlinkedRef
from store.standing import standing_of
from store.teams import change_team, delegate, end_delegation
from store.who import Who
from tests.store.helpers import Clock, new_store, reader_of
from tests.store.recorded import MONDAY, OURS

if TYPE_CHECKING:
    from pathlib import Path

    from store.work import Store

MOYRA, RAY, NORTH, SOUTH = 1, 2, 1, 2
TODAY = MONDAY.date()
FRIDAY = TODAY + timedelta(days=4)


def add_listings(store: Store, owners: dict[str, str | None]) -> None:
    """Listings by reference, with their owners now."""
    with store.work("test", origin="system") as work:
        for ref, owner in owners.items():
            work.plain.run(
                "INSERT INTO listing (ref, owner, open_tasks, frozen) VALUES (?, ?, 0, 0)", (ref, owner)
            )


def standing(store: Store, number: int, today: date = TODAY) -> Standing:
    with one_moment(store.location) as plain:
        return standing_of(plain, number, today)


def test_people_are_listed_by_name_with_what_is_theirs_and_no_figures(peopled: Store) -> None:
    add_person(peopled, "adam", "auditor")
    deactivate_person(peopled, 3)
    link_person(peopled, RAY, "ray@ats")
    link_person(peopled, RAY, "R. Day")
    add_listings(peopled, {"J1": "ray@ats"})
    assign_listing(peopled, MOYRA, "J1")
    with peopled.work("test", origin="system") as work:
        work.plain.run(
            "INSERT INTO credential (person, password_hash, seed, last_step, changed_at) "
            "VALUES (1, 'hash', NULL, 0, 1), (2, 'hash', 'seed', 0, 1)"
        )
    with reader_of(peopled) as reader:
        adam, moyra, ray = reader.people().people()
        assert [one.name for one in (adam, moyra, ray)] == ["adam", "Moyra", "Ray"]
        assert (adam.active, adam.role, adam.team, adam.has_password) == (False, Role.AUDITOR, None, False)
        assert (moyra.listings, moyra.has_password, moyra.has_second_factor) == (("J1",), True, False)
        assert (ray.team, ray.links) == (Named(NORTH, "North"), ("R. Day", "ray@ats"))
        assert (ray.active, ray.has_password, ray.has_second_factor) == (True, True, True)
        for said in (RAY, "2", " ｒＡＹ "):
            assert reader.people().person(said) == ray
        for nobody in ("Rae", "9", ""):
            with pytest.raises(StoreError, match="“stagewatch people list” names them all"):
                reader.people().person(nobody)


def test_teams_say_who_leads_them_and_who_stands_in_today(peopled: Store) -> None:
    hal = add_person(peopled, "Hal", "hr_partner", team=SOUTH).number
    add_person(peopled, "Sue", "recruiter", team=SOUTH)
    change_team(peopled, SOUTH, name="east", manager=MOYRA, hr_partner=hal)
    delegate(peopled, SOUTH, RAY, TODAY, TODAY)
    delegate(peopled, NORTH, RAY, FRIDAY, FRIDAY)
    with reader_of(peopled) as reader:
        east, north = reader.people().teams()
        assert (east.name, east.manager, east.hr_partner) == ("east", Named(1, "Moyra"), Named(hal, "Hal"))
        assert (east.members, east.delegate) == (2, Named(RAY, "Ray"))
        assert (north.members, north.manager, north.delegate) == (1, None, None)
        assert reader.people().team("EAST") == reader.people().team("2") == east
        with pytest.raises(StoreError, match="there is no team “West”; “stagewatch people teams” names them"):
            reader.people().team("West")
    peopled.clock = Clock(datetime(2026, 11, 20, 12, tzinfo=UTC))
    with reader_of(peopled) as reader:
        assert [team.delegate for team in reader.people().teams()] == [None, Named(RAY, "Ray")]


def test_delegations_are_listed_the_latest_first(peopled: Store) -> None:
    delegate(peopled, NORTH, RAY, TODAY, TODAY)
    delegate(peopled, SOUTH, RAY, FRIDAY, FRIDAY)
    end_delegation(peopled, 2)
    with reader_of(peopled) as reader:
        later, now = reader.people().delegations()
    assert (later.team, later.delegate, later.from_day) == (Named(SOUTH, "South"), Named(RAY, "Ray"), FRIDAY)
    assert later.withdrawn_at == MONDAY
    assert [one.is_on(day) for one in (later, now) for day in (TODAY, FRIDAY)] == [False, False, True, False]


def test_references_that_nobody_is_linked_to(store_url: str, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(
        "what,when,job,who,whose\n"
        "listing_published,2026-11-02T10:00:00Z,J1,acting,before\n"
        "listing_published,2026-11-05T10:00:00Z,J1,,zed\n"
        "listing_published,2026-11-05T10:00:00Z,J2,zed,\n"
        "listing_published,2026-11-05T10:00:00Z,J3,ray@ats,\n"
        "listing_published,2026-11-05T10:00:00Z,J4,,\n"
    )
    mapping = load_mapping(OURS.text + 'actor = "who"\nowner = "whose"\n')
    with new_store(store_url, clock=Clock(MONDAY)) as store:
        import_file(store, file, mapping)
        ray = add_person(store, "Ray", "recruiter").number
        link_person(store, ray, "ray@ats")
        with reader_of(store) as reader:
            assert reader.people().unlinked() == (
                UnlinkedRef("acting", 0), UnlinkedRef("before", 0), UnlinkedRef("zed", 2),
            )  # fmt: skip
            # Once there are people, they are whom an owner has to match.
            unmatched = [(one.owner, one.listings, one.by_link) for one in reader.intake().unmatched_owners()]
            assert unmatched == [("zed", 2, True)]


# ---------------------------------------------------------------------------------------- standing


def test_what_somebody_is_today(peopled: Store) -> None:
    hal = add_person(peopled, "Hal", "hr_partner").number
    change_team(peopled, NORTH, manager=MOYRA, hr_partner=hal)
    change_team(peopled, SOUTH, hr_partner=hal)
    add_listings(peopled, {"J1": None})
    assign_listing(peopled, RAY, "J1")
    delegate(peopled, SOUTH, RAY, FRIDAY, FRIDAY)
    assert standing(peopled, MOYRA) == Standing(MOYRA, Role.TEAM_MANAGER, manages=frozenset({NORTH}))
    assert standing(peopled, hal) == Standing(hal, Role.HR_PARTNER, partners=frozenset({NORTH, SOUTH}))
    recruiter = Standing(RAY, Role.RECRUITER, NORTH, listings=frozenset({"J1"}))
    assert standing(peopled, RAY) == recruiter
    assert standing(peopled, RAY, FRIDAY).manages == {SOUTH}
    assert standing(peopled, RAY, FRIDAY + timedelta(days=1)) == recruiter
    end_delegation(peopled, 1)
    assert standing(peopled, RAY, FRIDAY) == recruiter


def test_who_is_deactivated_or_unknown_is_nothing(peopled: Store) -> None:
    deactivate_person(peopled, RAY)
    for number in (RAY, 9):
        with pytest.raises(StoreError, match=f"person {number} is deactivated or not there"):
            standing(peopled, number)


def test_an_auditor_is_granted_what_was_approved_and_has_not_ended(peopled: Store) -> None:
    auditor = add_person(peopled, "Ann", "auditor").number
    day = TODAY.toordinal()
    grants = [
        (["audit.see", "targets.change", "odd"], day, day, 5, None),
        (["board.see"], day - 9, day + 9, 5, None),
        (["audit.export"], day, day, None, None),  # not approved
        (["audit.review"], day, day, 5, 6),  # revoked
        (["totals.see"], day + 1, day + 2, 5, None),
        (["policy.see"], day - 2, day - 1, 5, None),
    ]
    with peopled.work("test", origin="system") as work:
        work.plain.insert(
            "access_grant",
            "number, person, purpose, actions, requested_by, requested_at, from_day, until_day, approved_by, "
            "approved_at, ended_by, ended_at",
            [
                (
                    number,
                    auditor,
                    "Audit",
                    json.dumps(actions),
                    1,
                    1,
                    first,
                    last,
                    at and 2,
                    at,
                    end and 1,
                    end,
                )
                for number, (actions, first, last, at, end) in enumerate(grants, 1)
            ],
        )
    assert standing(peopled, auditor).granted == {Action.SEE_AUDIT, Action.SEE_BOARD}
    assert standing(peopled, auditor, TODAY + timedelta(days=1)).granted == {
        Action.SEE_BOARD,
        Action.SEE_TOTALS,
    }
    change_person(peopled, auditor, role="recruiter")
    assert standing(peopled, auditor).granted == frozenset()


def test_the_first_super_user_guards_the_store(peopled: Store) -> None:
    ada, peopled.who = peopled.who, Who("Ada", "system")
    add_person(peopled, "Sue", "super_user")
    peopled.who = ada
    with pytest.raises(StoreError, match="sign in"):
        add_person(peopled, "Eve", "super_user")
    peopled.who = Who("Ada", "system")
    assert standing(peopled, 3).role == Role.SUPER_USER
