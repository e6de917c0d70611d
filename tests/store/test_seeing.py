"""Whose figures somebody sees, of which day, and which listings: on every question of the board."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kpi.policy import Role
from store.changes import ChangeQuery
from store.people import deactivate_person
from store.reading import Reader
from store.tasks import TaskQuery
from store.teams import change_team, delegate
from tests.store.helpers import reader_of
from tests.store.house import House, said

if TYPE_CHECKING:
    pass

from tests.store.seeing import DAY, FEW, NOW, TODAY, USERS, enlist, figures, finished, seen_by

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
