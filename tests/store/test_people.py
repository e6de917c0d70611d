"""People are added, changed, deactivated and linked: what is kept, what is refused, what the log says."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from kpi.policy import Role
from store.errors import StoreError
from store.moment import one_moment
from store.people import add_person, change_person, deactivate_person, reactivate_person
from store.people_links import assign_listing, link_person, unassign_listing, unlink_person
from store.people_rows import PeopleConflictError
from store.plain import connect
from store.teams import change_team, delegate
from store.who import Who
from store.work import Store
from tests.store.helpers import Clock
from tests.store.recorded import MONDAY, changes_of, entries, last_seq, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = MONDAY.date()


@pytest.fixture
def made(peopled: Store) -> Store:
    return peopled


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with closing(connect(store.location)) as plain:
        return plain.rows(sql)


def refusal(store: Store, act: Callable[[], object]) -> str:
    """What a refusal says; the log has it without names, and no row has changed."""
    asked = "SELECT number, name, role, active FROM person ORDER BY number"
    before, last = rows(store, asked), last_seq(store.location)
    with pytest.raises(StoreError) as error:
        act()
    assert rows(store, asked) == before
    told = entries(store.location, last)
    assert [(entry.outcome, entry.changes) for entry in told] in ([], [("refused", ())])
    assert not any(name in str(entry.reason) for entry in told for name in ("Moyra", "Ray", "Sue", "ray@ats"))
    return str(error.value)


# ------------------------------------------------------------------------------------------ adding


def test_a_person_is_added_with_the_next_number(made: Store) -> None:
    added = add_person(made, " \x1b Zoë  Ｂell\n", "auditor")
    assert (added.number, added.name, added.role, added.team, added.active) == (
        3, "Zoë Ｂell", Role.AUDITOR, None, True,
    )  # fmt: skip
    assert (added.links, added.listings, added.database_role) == ((), (), None)
    entry = entries(made.location)[-1]
    assert (entry.operation, entry.target) == ("people.add", "person:3")
    assert changes_of(entry) == {"active": (None, True), "role": (None, "auditor")}
    assert name_of(made.location, entry.actor) == "Ada"


def test_a_name_is_taken_whatever_its_case_and_width_and_once_deactivated_too(made: Store) -> None:
    deactivate_person(made, 2)
    for name in ("RAY", "ｒａｙ", " ray "):
        assert "person 2 is called “Ray” already" in refusal(made, partial(add_person, made, name, "auditor"))
    assert "is called" in refusal(made, lambda: change_person(made, 1, name="rAy"))
    assert change_person(made, 2, name="RAY").person.name == "RAY"
    assert "there is no team 9" in refusal(made, lambda: add_person(made, "Sue", "recruiter", team=9))
    assert "role: “boss” is none; there are super_user," in refusal(
        made, lambda: add_person(made, "Sue", "boss")
    )


def test_names_are_not_in_the_chain(made: Store) -> None:
    link_person(made, 2, "ray@ats")
    change_person(made, 2, name="Raymond")
    texts = "".join(text for (text,) in rows(made, "SELECT text FROM audit_entry"))
    assert not any(name in texts for name in ("Moyra", "Ray", "ray@ats"))


# ---------------------------------------------------------------------------------------- changing


def test_what_is_changed_is_kept_and_what_is_not_named_stays(made: Store) -> None:
    saved = change_person(made, 2, role="recruiting_manager", team=2)
    assert (saved.changed, saved.person.role, saved.person.team) == (True, Role.RECRUITING_MANAGER, 2)
    assert saved.person.name == "Ray"
    said = changes_of(entries(made.location)[-1])
    assert (said["role"], said["team"]) == (("recruiter", "recruiting_manager"), (1, 2))
    assert change_person(made, 2, team=None).person.team is None
    assert change_person(made, 2, name="Raymond", team=1).person == replace(
        saved.person, name="Raymond", team=1
    )


def test_a_change_of_nothing_writes_nothing(made: Store) -> None:
    link_person(made, 2, "ray@ats")
    last, revision = last_seq(made.location), rows(made, "SELECT revision FROM store_state")
    for act in (
        lambda: change_person(made, 2),
        lambda: change_person(made, 2, name=" Ray", role="recruiter", team=1, database_role=None),
        lambda: reactivate_person(made, 2),
        lambda: link_person(made, 2, "ray@ats"),
    ):
        assert act().changed is False
    assert (last_seq(made.location), rows(made, "SELECT revision FROM store_state")) == (last, revision)


def test_a_newer_change_is_no_overwrite(made: Store) -> None:
    form = change_person(made, 2).person
    change_person(made, 2, role="auditor")
    with pytest.raises(
        PeopleConflictError, match=r"Ray: role was recruiter .* is auditor now; hr partner was"
    ):
        change_person(made, 2, role="hr_partner", expected=form)
    assert entries(made.location)[-1].reason == "person 2: role was changed meanwhile"
    assert change_person(made, 2, team=2, expected=form).changed  # which nobody else touched
    assert not change_person(made, 2, role="auditor", expected=form).changed  # as it is already


def test_a_day_is_the_organisations_own(made: Store) -> None:
    made.clock = Clock(datetime(2027, 7, 1, 23, 30, tzinfo=UTC))  # in London it is the second already
    change_person(made, 2, team=2)
    assert rows(made, "SELECT from_day, until_day, team FROM membership ORDER BY from_day") == [
        (TODAY.toordinal(), date(2027, 7, 2).toordinal(), 1),
        (date(2027, 7, 2).toordinal(), None, 2),
    ]


def test_entries_follow_who_is_renamed(made: Store) -> None:
    made.who = Who("Ray", "command line")
    add_person(made, "Sue", "auditor")
    rays = entries(made.location)[-1].actor
    made.who = Who("Moyra", "command line")
    change_person(made, 2, name="Raymond")
    assert name_of(made.location, rays) == "Raymond"
    assert changes_of(entries(made.location)[-1]) == {"name": (None, "changed")}
    add_person(made, "Ray", "recruiter")  # another one
    made.who = Who("Ray", "command line")
    change_person(made, 4, name="Raya")  # herself
    assert entries(made.location)[-1].actor not in (rays, "system")
    assert name_of(made.location, entries(made.location)[-1].actor) == "Raya"


def test_a_database_role_is_for_a_server_and_for_one_person(made: Store) -> None:
    if made.location.url is None:
        assert "only PostgreSQL" in refusal(made, lambda: change_person(made, 2, database_role="ray"))
        return
    assert change_person(made, 2, database_role="ray").person.database_role == "ray"
    assert "another person's already" in refusal(made, lambda: change_person(made, 1, database_role="ray"))
    for odd in ("Ray", "ray; DROP", "1ray", "", "r" * 64):
        assert "small letters" in refusal(made, partial(change_person, made, 1, database_role=odd))
    assert change_person(made, 2, database_role=None).person.database_role is None


# ------------------------------------------------------------------------- super users, deactivating


def test_the_last_super_user_stays_one(made: Store) -> None:
    made.who = Who("Ada", "system")  # from the first one on people sign in
    add_person(made, "Sue", Role.SUPER_USER)
    for act in (
        lambda: change_person(made, 3, role="recruiter"),
        lambda: deactivate_person(made, 3),
    ):
        assert refusal(made, act).startswith("Sue is the last super user and stays one, make another first")
    change_person(made, 2, role="super_user")
    assert deactivate_person(made, 3).changed
    assert "the last super user" in refusal(made, lambda: deactivate_person(made, 2))
    assert change_person(made, 3, role="auditor").changed
    assert "must be able to sign in" in refusal(made, lambda: change_person(made, 3, role="super_user"))


def test_who_is_deactivated_keeps_what_they_were_and_can_do_nothing_more(made: Store) -> None:
    link_person(made, 2, "ray@ats")
    delegate(made, 2, 2, TODAY, TODAY)
    with made.work("test", origin="system") as work:
        work.plain.insert(
            "session",
            "number, person, token_hash, made_at, seen_at, coded_at, ends_at, ended_at",
            [
                (1, 2, bytes(32), 1, 1, 0, 9, None),
                (2, 2, b"2" * 32, 1, 1, 0, 9, 5),
                (3, 1, b"3" * 32, 1, 1, 0, 9, None),
            ],
        )
    saved = deactivate_person(made, 2)
    assert (saved.person.active, saved.person.team, saved.person.links) == (False, None, ("ray@ats",))
    assert rows(made, "SELECT ended_at FROM session ORDER BY number") == [(made.clock(),), (5,), (None,)]
    assert rows(made, "SELECT withdrawn_at FROM delegation") == [(made.clock(),)]
    told = entries(made.location)[-2:]
    assert [entry.target for entry in told] == ["delegation:1", "person:2"]
    assert changes_of(told[1])["active"] == (True, False)
    assert deactivate_person(made, 2).changed is False
    assert "is deactivated and in no team" in refusal(made, lambda: change_person(made, 2, team=1))
    assert reactivate_person(made, 2).person.active
    assert change_person(made, 2, team=1).person.team == 1


def test_who_leads_a_team_keeps_the_role_for_it(made: Store) -> None:
    change_team(made, 1, manager=1)
    assert "Moyra is manager or HR partner of team 1, give it another first" in refusal(
        made, lambda: change_person(made, 1, role="recruiter")
    )
    change_team(made, 1, manager=None)
    assert change_person(made, 1, role="recruiter").changed


def test_nobody_is_found_under_a_number_that_nobody_has(made: Store) -> None:
    for act in (
        lambda: change_person(made, 7, role="auditor"),
        lambda: deactivate_person(made, 7),
        lambda: reactivate_person(made, 7),
        lambda: link_person(made, 7, "x"),
        lambda: unlink_person(made, 7, "x"),
        lambda: assign_listing(made, 7, "x"),
    ):
        assert "there is no person 7; “stagewatch people list” names them all" in refusal(made, act)


# ------------------------------------------------------------------------------------------- links


def test_a_reference_is_linked_to_one_person(made: Store) -> None:
    assert link_person(made, 2, " ray@ats\x00").person.links == ("ray@ats",)
    assert link_person(made, 2, "RAY").person.links == ("RAY", "ray@ats")
    digest = changes_of(entries(made.location)[-1])["links"]
    assert all(str(one).startswith("sha256:") for one in digest)
    assert "“ray@ats” is linked to Ray; unlink it there first" in refusal(
        made, lambda: link_person(made, 1, "ray@ats")
    )
    assert "is not linked to Moyra" in refusal(made, lambda: unlink_person(made, 1, "ray@ats"))
    assert unlink_person(made, 2, "RAY").person.links == ("ray@ats",)
    assert unlink_person(made, 2, "ray@ats").person.links == ()
    assert changes_of(entries(made.location)[-1])["links"][1] is None
    assert link_person(made, 1, "ray@ats").changed
    for odd, why in ((" \x1b", "say one"), ("x" * 501, "at most 500 characters")):
        assert why in refusal(made, partial(link_person, made, 1, odd))


def test_listings_are_assigned_to_whoever_is_to_see_them(made: Store) -> None:
    with made.work("test") as work:
        work.plain.run("INSERT INTO listing (ref, open_tasks, frozen) VALUES ('J1', 0, 0)")
    for number in (1, 2):
        assert assign_listing(made, number, "J1").person.listings == ("J1",)
    assert assign_listing(made, 2, "J1").changed is False
    assert "there is no listing “nowhere”" in refusal(made, lambda: assign_listing(made, 2, "nowhere"))
    assert unassign_listing(made, 2, "J1").person.listings == ()
    assert "“J1” is not assigned to Ray" in refusal(made, lambda: unassign_listing(made, 2, "J1"))
    with one_moment(made.location) as plain:
        assert plain.rows("SELECT * FROM assignment") == [("J1", 1)]
