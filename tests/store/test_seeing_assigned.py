"""Which listings recruiting managers see."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from kpi.policy import Role
from store.changes import ChangeQuery
from store.people import change_person
from store.people_links import assign_listing, unassign_listing
from store.tasks import TaskQuery
from store.teams import delegate
from tests.store.house import House, said

if TYPE_CHECKING:
    from kpi.board import Board

from tests.store.seeing import DAY, TODAY, USERS, seen_by


def counted(board: Board) -> int:
    return board.totals.tasks


@pytest.fixture
def hirer(org: House) -> House:
    """With Rita, a recruiting manager who has the listing of u1."""
    rita = org.add("Rita", Role.RECRUITING_MANAGER)
    assign_listing(org.store, rita.number, "L-u1")
    return org


def test_a_recruiting_manager_sees_the_listings_assigned_to_them(hirer: House) -> None:
    with seen_by(hirer, "Rita") as reader:
        assert counted(reader.board()) == counted(reader.board(TODAY - DAY)) == 1
        assert [hit.listing for hit in reader.search("l")] == ["L-u1"]
        assert [row.user for row in reader.listings_by_user()] == []
        assert sum(day.become_due + day.become_overdue for day in reader.outlook()) <= 2
        tasks = reader.task_list(TaskQuery())
        (task,) = tasks.fetch(0, 9)
        assert (task.listing, task.user, tasks.total) == ("L-u1", None, 1)
        assert reader.task(task.id).listing == "L-u1"
        assert reader.events("L-u1")
        assert reader.changes(ChangeQuery(TODAY - 60 * DAY, TODAY)).counts.entered == 1
    with seen_by(hirer, "Mona") as mona:
        other = next(one for one in mona.task_list(TaskQuery()).fetch(0, 99) if one.listing == "L-u2")
    with seen_by(hirer, "Rita") as reader:
        for ask in (
            lambda: reader.task(other.id),
            lambda: reader.explain(other.id),
            lambda: reader.events("L-u2"),
            lambda: reader.subject("L-u2", None),
            lambda: reader.subject("no such listing", None),
            lambda: reader.task_list(TaskQuery(listing="L-u2")),
            lambda: reader.board(user="u1"),
        ):
            assert "NotAllowedError" in said(ask)


def test_a_list_that_is_held_follows_what_is_assigned(hirer: House) -> None:
    rita = hirer.members["Rita"].number
    with seen_by(hirer, "Rita") as reader:
        tasks, changes = reader.task_list(TaskQuery()), reader.changes(ChangeQuery(TODAY - 60 * DAY, TODAY))
        assert [task.listing for task in tasks.fetch(0, 9)] == ["L-u1"]
        assign_listing(hirer.store, rita, "L-u2")
        assert {task.listing for task in tasks.fetch(0, 9)} == {"L-u1", "L-u2"}
        assert {task.listing for task in tasks.after(None, 9)[0]} == {"L-u1", "L-u2"}
        assert tasks.total == 2
        unassign_listing(hirer.store, rita, "L-u1")
        assert [task.listing for task in tasks.fetch(0, 9)] == ["L-u2"]
        assert changes.fetch(0, 9) == ()
        unassign_listing(hirer.store, rita, "L-u2")
        assert tasks.fetch(0, 9) == ()
        assert (tasks.total, counted(reader.board()), reader.search("l")) == (0, 0, ())


def test_a_role_that_changes_while_a_list_is_held_counts_at_once(hirer: House) -> None:
    u2 = hirer.members["U2"].number
    with seen_by(hirer, "U2") as reader:
        tasks, changes = reader.task_list(TaskQuery()), reader.changes(ChangeQuery(TODAY - 60 * DAY, TODAY))
        assert tasks.total == 13
        change_person(hirer.store, u2, role=Role.RECRUITING_MANAGER)
        assert (tasks.fetch(0, 99), changes.fetch(0, 99), tasks.total) == ((), (), 0)
        assign_listing(hirer.store, u2, "L-u2")
        assert [task.user for task in tasks.fetch(0, 99)] == ["u2"]
        change_person(hirer.store, u2, role=Role.AUDITOR)
        for ask in (partial(tasks.fetch, 0, 9), partial(changes.fetch, 0, 9), reader.board):
            assert "SignInNeededError" in said(ask)  # an auditor gives a code


def test_a_recruiting_manager_who_stands_in_has_the_team_s_listings_too(hirer: House) -> None:
    zoe = hirer.add("Zoe", Role.RECRUITING_MANAGER, second=True)
    assign_listing(hirer.store, zoe.number, "L-u12")
    delegate(hirer.store, 1, zoe.number, TODAY, TODAY)
    with seen_by(hirer, "Zoe") as reader:
        tasks = reader.task_list(TaskQuery())
        assert {(task.listing, task.user) for task in tasks.fetch(0, 99)} == {
            *((f"L-{user}", user) for user in USERS[:5]), ("L-u12", None), ("MOVED", "u1"),
        }  # fmt: skip
        assert reader.events("L-u3")
        assert counted(reader.board(user="u3")) == 1
        for listing in ("L-u6", "no such listing"):
            assert "NotAllowedError" in said(partial(reader.events, listing))
        change_person(hirer.store, hirer.members["U3"].number, team=2)
        assert "NotAllowedError" in said(lambda: reader.events("L-u3"))
        assert "L-u3" not in {task.listing for task in tasks.fetch(0, 99)}
