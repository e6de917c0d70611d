"""Whose figures somebody sees, of which day, and which listings: on every question of the board."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

import store.gate
from kpi.policy import Role
from store.access import NotAllowedError
from store.changes import ChangeQuery
from store.errors import StoreError
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.people import change_person, deactivate_person
from store.people_links import assign_listing, unassign_listing
from store.reading import Reader
from store.tasks import TaskQuery
from store.teams import change_team, delegate
from store.work import Store
from tests.store.cheap_passwords import hash_cheaply
from tests.store.helpers import Clock, new_store, reader_of
from tests.store.house import House, in_no_hurry, said
from tests.store.keyrings import Ring, keyring_in_memory
from tests.store.recorded import OURS, name_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from kpi.board import Board

NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)
TODAY, DAY = NOW.date(), timedelta(days=1)
USERS = tuple(f"u{number}" for number in range(1, 13))
FEW = "with fewer than five others, one person's figures could be told by subtraction"
PEOPLE = (
    "assignment", "access_grant", "delegation", "membership", "person_link", "recovery_code", "session",
    "credential", "team", "person",
)  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stocked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Twelve users with an open listing each, u1's another one that was u2's; and one of long ago, old's."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("stocked")
        url = str(folder / "store.db")
        if request.param == "postgres":
            url = stack.enter_context(request.getfixturevalue("postgres_server").database())
        rows = [f"listing_marked_ready,{at(10)},L-{user},{user},{user}" for user in USERS]
        rows += [f"listing_marked_ready,{at(40)},OLD,old,", f"listing_published,{at(35)},OLD,old,"]
        rows += [f"listing_cancelled,{at(30)},OLD,old,"]
        rows += [f"listing_marked_ready,{at(20)},MOVED,u2,", f"note_added,{at(5)},MOVED,u1,"]
        (folder / "rows.csv").write_text("what,when,job,whose,who\n" + "\n".join(rows) + "\n")
        stack.enter_context(keyring_in_memory())
        in_no_hurry(stack.enter_context(pytest.MonkeyPatch.context()))
        made = stack.enter_context(new_store(url, clock=Clock(NOW)))
        import_file(made, folder / "rows.csv", load_mapping(OURS.text + 'owner = "whose"\nactor = "who"\n'))
        yield made


def at(days: int) -> str:
    return f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def org(stocked: Store, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> House:
    """Teams North and South; u1 to u5 are in North, which Mona manages; Ada is a super user."""
    hash_cheaply(monkeypatch)
    monkeypatch.setattr(store.gate, "_TOLD", set())
    house = House(stocked, Clock(NOW))
    with house.working() as work:
        for table in PEOPLE:
            work.plain.run(f"DELETE FROM {table}")
        work.plain.insert("team", "number, name, folded", [(1, "North", "north"), (2, "South", "south")])
        house.add("Ada", Role.SUPER_USER)
        mona = house.add("Mona", Role.TEAM_MANAGER)
        work.plain.run("UPDATE team SET manager = ? WHERE number = 1", (mona.number,))
        for user in USERS[:5]:
            enlist(house, user, 1)
    house.enter("Ada")
    return house


def enlist(house: House, user: str, team: int, *more: str) -> int:
    """A recruiter with this reference in the ATS, and others."""
    number = house.add(user.upper(), Role.RECRUITER, team).number
    with house.working() as work:
        work.plain.insert("person_link", "ref, person", [(ref, number) for ref in (user, *more)])
    return number


@contextmanager
def seen_by(house: House, name: str) -> Iterator[Reader]:
    with house.reader(house.session(house.members[name])) as reader:
        yield reader


def figures(reader: Reader, day: date | None = None) -> set[str]:
    """Whose figures are answered, by every way to ask for them alike."""
    found = {user for user in (*USERS, "old") if answered(partial(reader.board, day, user))}
    for user in ("u1", "u12"):
        assert answered(partial(reader.outlook, day, user)) is (user in found)
        assert answered(partial(reader.task_list, TaskQuery(as_of=day, user=user))) is (user in found)
    tasks = reader.task_list(TaskQuery(as_of=day))
    named = {task.user for task in tasks.fetch(0, tasks.total)} - {None}
    assert named == {row.user for row in reader.listings_by_user(day)} - {None}
    assert named <= found
    return found


def answered(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except NotAllowedError:
        return False
    return True


def finished(reader: Reader) -> set[str | None]:
    """Who is named beside finished tasks and in what changed."""
    tasks = reader.task_list(TaskQuery(finished=True))
    changes = reader.changes(ChangeQuery(TODAY - 60 * DAY, TODAY))
    named = {task.user for task in tasks.fetch(0, tasks.total)}
    return named | {one.task.user for one in changes.fetch(0, changes.total)}


# ------------------------------------------------------------------------------------ whose figures


def test_a_manager_sees_the_team_s_figures_and_nobody_else_s(org: House) -> None:
    with seen_by(org, "Mona") as reader:
        assert figures(reader) == {*USERS[:5]}
        assert reader.users() == USERS[:5]
        assert {hit.user for hit in reader.search("l-u")} == {*USERS[:5], None}
        assert not reader.sight().few
        assert reader.task_list(TaskQuery()).total == 13


def test_recruiters_see_their_own_and_super_users_and_administrators_nobody_s(org: House) -> None:
    org.add("Adam", Role.ADMINISTRATOR)
    for name, seen in (("U1", {"u1"}), ("Ada", set()), ("Adam", set())):
        with seen_by(org, name) as reader:
            assert figures(reader) == seen
            assert {hit.user for hit in reader.search("l-u")} == seen | {None}
            assert finished(reader) == {None} | seen


def test_a_partner_sees_the_teams_they_look_after(org: House) -> None:
    hal = org.add("Hal", Role.HR_PARTNER)
    enlist(org, "u6", 2)
    change_team(org.store, 2, hr_partner=hal.number)
    with seen_by(org, "Hal") as reader:
        assert figures(reader) == {"u6"}
        change_team(org.store, 1, hr_partner=hal.number)
        assert figures(reader) == {*USERS[:6]}


def test_who_manages_one_team_and_is_in_another_sees_their_own_and_the_first(org: House) -> None:
    mona = org.members["Mona"].number
    with org.working() as work:
        work.plain.run("INSERT INTO membership VALUES (?, ?, 2, NULL)", (mona, TODAY.toordinal()))
        work.plain.run("INSERT INTO person_link (ref, person) VALUES ('u12', ?)", (mona,))
    enlist(org, "u6", 2)
    with seen_by(org, "Mona") as reader:
        assert figures(reader) == {*USERS[:5], "u12"}


def test_with_fewer_than_five_others_only_one_s_own_are_shown(org: House) -> None:
    mona = org.members["Mona"].number
    with org.working() as work:
        work.plain.run("INSERT INTO person_link (ref, person) VALUES ('u12', ?)", (mona,))
    for number, user in enumerate(USERS[5:7], 6):
        enlist(org, user, 1)
        with seen_by(org, "Mona") as reader:
            others = 12 - 1 - number
            assert figures(reader) == ({*USERS[:number], "u12"} if others >= 5 else {"u12"})
            assert reader.sight().few is (others < 5)
    last = org.last()
    with seen_by(org, "Mona") as reader:
        assert FEW in said(lambda: reader.board(user="u1"))
        assert figures(reader, TODAY + DAY) == {"u12"}
    entry = org.told(last)[0]
    assert (entry.outcome, str(entry.reason).startswith(f"The board: {FEW}")) == ("refused", True)
    for user in USERS[7:11]:
        enlist(org, user, 1)
    with seen_by(org, "Mona") as reader:
        assert figures(reader) == {*USERS}  # of nobody else is anything left to be told


def test_each_person_counts_once_among_the_others_and_a_reference_of_nobody_s_as_somebody(org: House) -> None:
    with seen_by(org, "Mona") as reader:
        assert "u1" in figures(reader)  # seven others, or so it seems
        enlist(org, "u6", 2, "u7", "u8")
        assert "u1" in figures(reader)  # u6, and four of nobody's
        enlist(org, "u9", 2, "u10")
        assert figures(reader) == set()
    with org.working() as work:
        work.plain.run("DELETE FROM person_link WHERE ref = 'u10'")
    with seen_by(org, "Mona") as reader:
        assert "u1" in figures(reader)


def test_what_has_ended_may_be_of_fewer_people_than_what_is_open(org: House) -> None:
    for user in USERS[5:]:
        enlist(org, user, 1)
    with seen_by(org, "Mona") as reader:
        assert figures(reader) == {*USERS}
        assert finished(reader) == {None}  # what is not the team's has ended, and is one person's
        for ask in (
            lambda: reader.task_list(TaskQuery(finished=True, user="u1")),
            lambda: reader.changes(ChangeQuery(TODAY - 60 * DAY, TODAY, user="u1")),
        ):
            assert FEW in said(ask)
        enlist(org, "old", 1)
        assert finished(reader) == {*USERS, "old"}


def test_a_past_day_is_judged_by_who_was_there_then(org: House) -> None:
    with seen_by(org, "Mona") as reader:
        assert figures(reader, TODAY - 20 * DAY) == {*USERS[:5]}  # there is u2's listing and nothing else
        assert FEW in said(lambda: reader.board(TODAY - 38 * DAY, "u1"))  # there is old's alone
        assert figures(reader, TODAY - 10 * DAY) == {*USERS[:5]}
        (row,) = (one for one in reader.listings_by_user(TODAY - 6 * DAY) if one.user == "u2")
        assert row.listings.due + row.listings.overdue + row.listings.on_track == 2
        (row,) = (one for one in reader.listings_by_user(TODAY - 4 * DAY) if one.user == "u2")
        assert row.listings.due + row.listings.overdue + row.listings.on_track == 1


# ------------------------------------------------------------------------------------- teams by days


def test_who_came_from_another_team_is_seen_since_then_and_before_that_there(org: House) -> None:
    otto = org.add("Otto", Role.TEAM_MANAGER)
    with org.working() as work:
        u1, before = org.members["U1"].number, (TODAY - 9 * DAY).toordinal()
        work.plain.run("UPDATE team SET manager = ? WHERE number = 2", (otto.number,))
        work.plain.run("UPDATE membership SET from_day = ?", (before,))
        work.plain.run("UPDATE membership SET team = 2, until_day = ? WHERE person = ?", (before + 5, u1))
        work.plain.run("INSERT INTO membership VALUES (?, ?, 1, NULL)", (u1, before + 5))
    with seen_by(org, "Mona") as mona, seen_by(org, "Otto") as otto_s:
        for days, hers, his in (
            (0, {"u1"}, set()),
            (4, {"u1"}, set()),
            (5, set(), {"u1"}),
            (9, set(), {"u1"}),
            (10, set(), {"u1"}),  # nobody had said yet where anybody is
        ):
            day = TODAY - days * DAY
            assert figures(mona, day) - {*USERS[1:5]} == hers, days
            assert figures(otto_s, day) == his, days
        assert figures(mona, TODAY + DAY) == {*USERS[:5]}
        assert "you may not see one person's figures" in said(lambda: mona.board(TODAY - 5 * DAY, "u1"))


def test_who_is_in_no_team_any_more_is_seen_by_whom_they_were_seen(org: House) -> None:
    with org.working() as work:
        work.plain.run("UPDATE membership SET from_day = from_day - 9")
    deactivate_person(org.store, org.members["U1"].number)
    with seen_by(org, "Mona") as reader:
        assert figures(reader) == {*USERS[1:5]}
        assert figures(reader, TODAY - DAY) == {*USERS[:5]}


def test_standing_in_begins_and_ends_with_its_days_in_the_organisation_s_zone(org: House) -> None:
    ivy = org.add("Ivy", Role.RECRUITER, 2, second=True)
    delegate(org.store, 1, ivy.number, TODAY, TODAY + DAY)
    token = org.session(ivy)
    with org.reader(token) as reader:
        for moment, seen in (
            (NOW, {*USERS[:5]}),
            (datetime(2026, 7, 16, 22, 59, 59, tzinfo=UTC), {*USERS[:5]}),
            (datetime(2026, 7, 16, 23, tzinfo=UTC), set()),
        ):
            with org.working() as work:
                instant = int(moment.timestamp()) * 1_000_000
                work.plain.run("UPDATE session SET seen_at = ?, ends_at = ?", (instant, instant + 9_000_000))
            org.clock.moment = moment
            assert figures(reader) == seen, moment


# -------------------------------------------------------------------------------- listings assigned


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


# ------------------------------------------------------------------------------------------ the log


def test_whose_figures_were_read_is_in_the_log_once_a_day(org: House) -> None:
    last, u1 = org.last(), org.members["U1"].number
    token = org.session(org.members["Mona"])
    for _ in range(2):
        with org.reader(token) as reader:
            reader.board(user="u1")
            reader.task_list(TaskQuery(user="u1")).fetch(0, 9)
            reader.users()
    (entry,) = org.told(last)
    assert (entry.operation, entry.target, entry.outcome) == ("figures.see", f"person:{u1}", "read")
    assert name_of(org.store.location, entry.actor) == "Mona"
    with seen_by(org, "U1") as reader:
        reader.board(user="u1")
    assert len(org.told(last)) == 1
    org.later(DAY)
    with seen_by(org, "Mona") as reader:
        reader.board(user="u1")
    assert len(org.told(last)) == 2


def test_what_was_refused_is_in_the_log_once_for_each_way_it_was_asked(org: House) -> None:
    last, token = org.last(), org.session(org.members["U2"])
    for _ in range(3):
        with org.reader(token) as reader:
            for ask in (
                lambda: reader.board(user="u1"),
                lambda: reader.outlook(user="u1"),
                lambda: reader.task_list(TaskQuery(user="u1")),
                lambda: reader.changes(ChangeQuery(user="u1")),
                lambda: reader.board(user="nobody's"),
            ):
                said(ask)
    told = [(entry.target, str(entry.reason).partition(":")[0]) for entry in org.told(last)]
    person = f"person:{org.members['U1'].number}"
    assert told == [
        (person, "The board"), (person, "A list of tasks"), (person, "What changed"),
        ("store:1", "The board"),
    ]  # fmt: skip


def test_a_log_that_cannot_be_written_lets_nobody_see_more(
    org: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("store.telling.tell", broken)
    with seen_by(org, "Mona") as reader:
        assert "NotAllowedError" in said(lambda: reader.board(user="u12"))
        assert "the disk is full" in said(lambda: reader.board(user="u1"))


# --------------------------------------------------------------------------------------- elsewhere


def test_how_full_fields_are_is_told_of_the_others_all_together(org: House) -> None:
    def told(reader: Reader) -> list[tuple[str | None, bool, int]]:
        return [(one.user, one.together, one.events) for one in reader.intake().fields_filled()]

    with org.working() as work:
        work.plain.run("INSERT INTO person_link (ref, person) VALUES ('u12', 1)")
    with seen_by(org, "Ada") as reader:
        assert told(reader) == [(None, False, 5), (None, True, 11), ("u12", False, 1)]
    with org.by_system() as store, reader_of(store) as reader:
        assert len(told(reader)) == 13
