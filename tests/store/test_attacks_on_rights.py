"""Ways round the rights that somebody might try: what is left half done, odd names, other people's codes."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

import store.importing
from kpi.names import NameRefusedError
from kpi.policy import WHOLE, Action, Role, Subject
from kpi.targets import Target
from store.access import NotAllowedError, Visitor, check_operation, subject_of, visitor_by
from store.backup import back_up
from store.enrolling import begin_enrolment, complete_enrolment, give_enrolment_code
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.location import Location
from store.mappings import save_mapping
from store.people import add_person, change_person
from store.people_links import assign_listing, link_person, unlink_person
from store.permission import permit_export
from store.plain import connect
from store.proofs import account_by
from store.restore import restore
from store.reviews import mark_reviewed
from store.sessions import end_session
from store.standing import standing_of
from store.targets import save_targets
from store.teams import add_team, change_team, delegate
from store.work import Store
from tests.store.helpers import new_store
from tests.store.house import OTHER, House, attempt, house_of, said
from tests.store.keyrings import Ring
from tests.store.recorded import CODE, OURS, name_of

ODD_NAMES = (
    "Robert'); DROP TABLE person;--", "a_b", "\\' OR 1=1", "NULL", "x\ty", "Zoë 🦆", "[bold]b[/]",
)  # fmt: skip


def visitor_of(house: House, name: str) -> Visitor:
    with closing(connect(house.store.location)) as plain:
        return visitor_by(plain, house.session(house.members[name]), house.now, house.today)


def test_odd_names_are_names_like_any_other(house: House) -> None:
    house.enter("Ada")
    for odd in ODD_NAMES:
        number = add_person(house.store, odd, "recruiter").number
        code = give_enrolment_code(house.store, number).code
        assert begin_enrolment(house.store, odd, code).name == " ".join(odd.split())
        complete_enrolment(house.store, odd, code, OTHER)
        assert attempt(house, odd, OTHER) == "in"
    assert attempt(house, "Robert", OTHER) == "RefusedError"
    for odd in ("%", "_", "'", "\x00", "\ud800", "12", "system"):
        with pytest.raises(NameRefusedError):
            add_person(house.store, odd, "recruiter")


def test_nobody_has_a_right_to_what_the_policy_does_not_know(house: House) -> None:
    house.enter("Ada")
    with (
        pytest.raises(NotAllowedError, match=r"nobody has a right to “payroll\.run”"),
        house.store.work("payroll.run"),
    ):
        pytest.fail("it was begun")
    with house.by_system() as store, store.work("payroll.run") as work:
        work.changed = False  # the program's own upkeep is not asked


def test_whom_an_operation_is_about_is_told_by_its_target(house: House) -> None:
    ray = house.add("Rob", Role.RECRUITER, 1)
    house.run("INSERT INTO delegation VALUES (7, 2, 2, 1, 2, NULL)")
    ada = visitor_of(house, "Ada")
    with closing(connect(house.store.location)) as plain:
        for about, subject in (
            (f"person:{ray.number}", Subject(ray.number, 1)),
            ("person:2", Subject(2)),
            ("person:me", Subject(1)),
            ("team:2", Subject(team=2)),
            ("delegation:7", Subject(team=2)),
            ("session:1", Subject(1)),
            ("session:99", Subject()),
            ("store:1", Subject()),
            ("target_set:next", WHOLE),
            ("person:" + "9" * 40, WHOLE),
            ("person:٣", WHOLE),
            ("person:-1", WHOLE),
            ("nothing", WHOLE),
        ):
            assert subject_of(plain, ada, about) == subject, about
        check_operation(plain, ada, "team.change", "team:2", house.now)
        with pytest.raises(NotAllowedError):
            check_operation(plain, visitor_of(house, "Ray"), "team.change", "team:2", house.now)


def test_numbers_too_large_for_any_store_are_merely_refused(house: House) -> None:
    house.enter("Ray")
    assert "NotAllowedError" in said(lambda: end_session(house.store, 10**40))


def test_nobody_makes_another_s_figures_their_own(house: House) -> None:
    house.add("Adam", Role.ADMINISTRATOR)
    house.run("INSERT INTO person_link (ref, person) VALUES ('ray@ats', 2), ('own', 1)")
    for name, me in (("Ada", 1), ("Adam", 3)):
        house.enter(name)
        for act in (
            lambda: link_person(house.store, me, "anybody@ats"),  # noqa: B023
            lambda: assign_listing(house.store, me, "J1"),  # noqa: B023
            lambda: delegate(house.store, 1, me, house.today, house.today),  # noqa: B023
            lambda: add_team(house.store, "Mine", manager=me),  # noqa: B023
            lambda: change_team(house.store, 1, manager=me),  # noqa: B023
        ):
            assert "you may not" in said(act)
    house.enter("Ada")
    assert "where it is about yourself" in said(lambda: unlink_person(house.store, 1, "own"))
    assert link_person(house.store, 3, "adam@ats").changed
    unlink_person(house.store, 2, "ray@ats")  # which the log has
    assert house.rows("SELECT ref, person FROM person_link ORDER BY ref") == [("adam@ats", 3), ("own", 1)]


def test_what_is_written_has_the_name_of_whoever_signed_in_whatever_a_caller_says(house: House) -> None:
    house.enter("Ada")
    saved = save_targets(house.store, {CODE: Target(7, 9)}, reason="Yes", actor="Mallory")
    mark_reviewed(house.store, 1, 2, "Seen", actor="Mallory")
    add_person(house.store, "Bo", "recruiter", actor="Mallory")
    ((author,),) = house.rows(f"SELECT author FROM target_set WHERE number = {saved.number}")
    ((reviewer,),) = house.rows("SELECT actor FROM audit_review ORDER BY number DESC LIMIT 1")
    assert (author, name_of(house.store.location, reviewer)) == ("Ada", "Ada")
    assert house.rows("SELECT 1 FROM audit_name WHERE name = 'Mallory'") == []


def test_a_right_that_is_lost_in_the_middle_of_an_import_ends_it_there(
    store_url: str, tmp_path: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.importing, "BATCH", 4)
    monkeypatch.setattr(store.importing, "PIECES", 1)
    file = tmp_path / "rows.csv"
    rows = [f"listing_marked_ready,2026-11-1{day}T09:00:00Z,J{job}" for day in range(4) for job in range(4)]
    file.write_text("what,when,job\n" + "\n".join(rows) + "\n")
    with new_store(store_url) as made:
        house = house_of(made)
        house.add("Adam", Role.ADMINISTRATOR)
        house.enter("Adam")

        def demote(_: float) -> None:
            house.run("UPDATE person SET role = 'recruiter' WHERE number = 3")

        assert "NotAllowedError" in said(lambda: import_file(made, file, load_mapping(OURS.text), demote))
        assert house.rows("SELECT count(*) FROM event") == [(4,)]
        assert house.rows("SELECT finished_at FROM import_run") == [(None,)]  # as of one that was broken off
        assert house.told(0)[-1].outcome == "refused"
        house.run("UPDATE person SET role = 'recruitment_administrator' WHERE number = 3")
        import_file(made, file, load_mapping(OURS.text))
        assert house.rows("SELECT count(*) FROM event") == [(16,)]


def test_a_refusal_in_the_middle_leaves_nothing_behind(house: House) -> None:
    house.enter("Ada")
    before = house.rows("SELECT * FROM person")
    for act in (
        lambda: add_person(house.store, "Bo", "recruiter", 99),
        lambda: change_person(house.store, 2, name="Bo", role="auditor", team=99),
    ):
        assert "there is no team 99" in said(act)
    assert house.rows("SELECT * FROM person") == before
    house.enter("Ray")
    assert "NotAllowedError" in said(lambda: save_mapping(house.store, OURS.text))
    assert house.rows("SELECT 1 FROM mapping WHERE name = 'Ours'") == []


def test_refusals_of_operations_are_one_entry_each(house: House) -> None:
    # Whoever is let in can fill the log with what they may as well; whoever is not waits between attempts.
    house.enter("Ray")
    last = house.last()
    for _ in range(5):
        assert "NotAllowedError" in said(lambda: save_mapping(house.store, OURS.text))
    assert len(house.told(last)) == 5
    house.token = None
    last = house.last()
    for _ in range(30):
        attempt(house, "Ada", OTHER)
        attempt(house, "Nobody", OTHER)
    assert len(house.told(last)) == 6


def test_exporting_asks_for_what_one_sees(house: House) -> None:
    house.add("Rita", Role.RECRUITING_MANAGER)
    zoe = house.add("Zoe", Role.RECRUITING_MANAGER, second=True)
    house.add("Ann", Role.AUDITOR)
    house.run("INSERT INTO listing (ref, open_tasks, frozen) VALUES ('J1', 0, 0)")
    house.enter("Rita", coded=False)
    with house.reader() as reader:
        permit_export(reader)  # of nothing
        house.run("INSERT INTO assignment (listing, person) VALUES ('J1', 3)")
        assert "StepUpError" in said(lambda: permit_export(reader))
    house.run(f"INSERT INTO delegation VALUES (1, 1, {zoe.number}, {house.today.toordinal()}, 999999, NULL)")
    for name, refused in (("Zoe", "StepUpError"), ("Ann", "NotAllowedError"), ("Ray", "StepUpError")):
        house.enter(name, coded=False)
        with house.reader() as reader:
            assert refused in said(lambda: permit_export(reader))
    house.enter("Ray")
    with house.reader() as reader:
        permit_export(reader)
    with house.by_system() as made, house.reader() as reader:
        assert made.who.origin == "system"
        permit_export(reader)


def test_an_open_store_asks_nobody(founded: Store, house: House) -> None:
    for table in ("recovery_code", "credential", "session", "person"):
        house.run(f"DELETE FROM {table}")
    with house.reader() as reader:
        permit_export(reader)
        reader.may(Action.KEEP_KEYS)
        assert reader.sight().users is None


def test_who_is_not_there_has_no_standing(house: House) -> None:
    house.later(timedelta(days=1))
    with closing(connect(house.store.location)) as plain:
        assert standing_of(plain, 1, house.today).role == Role.SUPER_USER
        assert "person 99 is deactivated or not there" in said(lambda: standing_of(plain, 99, house.today))
        assert "there is no person 99" in said(lambda: account_by(plain, 99, house.now))


def test_a_place_without_a_store_guards_nothing(tmp_path: Path) -> None:
    from store.permission import people_sign_in

    assert "there is no store" in said(lambda: people_sign_in(Location(path=tmp_path / "none.db")))


def test_a_backup_that_is_put_back_brings_no_session_back(store_url: str, tmp_path: Path, ring: Ring) -> None:
    with new_store(store_url) as made:
        house = house_of(made)
        rays = house.session(house.members["Ray"])
        back_up(made.location, tmp_path / "backup.db")
        house.run("UPDATE session SET ended_at = made_at")
        made.close()
        restore(made.location, tmp_path / "backup.db", replace=True)
        with house.reader(rays) as reader:
            assert "this session was ended" in said(reader.board)
