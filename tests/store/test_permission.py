"""Who copies, checks or tries something on a whole store is asked too; who gives a command is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kpi.policy import Action, Role
from kpi.targets import Target
from store.access import StepUpError
from store.audit_care import write_one
from store.backup import back_up
from store.care import describe
from store.checking import check_store
from store.dry_run import dry_run
from store.errors import StoreError
from store.location import find_location
from store.naming import holder_of, person_named, team_named
from store.own_session import own_session
from store.people_links import link_person
from store.people_questions import Named
from store.permission import note_presence, people_sign_in, permit, permit_export
from store.quarantine import EVERY_ROW
from store.restore import restore
from store.retrying import retry_rows
from store.targets import save_targets
from store.who import NOBODY, Who
from tests.store.house import MINUTE, SECOND, said
from tests.store.recorded import OURS, name_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.store.house import House

NOT_ALLOWED = "NotAllowedError: you may not "


@pytest.fixture
def present(house: House) -> House:
    """A house whose clock shows the present, as that of what takes no other does."""
    house.clock.moment = datetime.now(UTC)
    return house


def jobs(house: House, folder: Path) -> dict[str, Callable[[], object]]:
    """What is done to a store as a whole, by whoever is at the terminal."""
    place, who = house.store.location, house.who
    return {
        "back up": partial(back_up, place, folder / "backup.db", by=who),
        "check": partial(check_store, place, by=who),
        "describe": partial(describe, place, by=who),
        "import": partial(dry_run, place, folder / "rows.csv", OURS, by=who),
        "retry": partial(retry_rows, house.store, EVERY_ROW),
        "checkpoint": partial(write_one, place, folder, house.now, who),
        "restore": partial(restore, place, folder / "backup.db", replace=True, by=who),
    }


def test_nothing_is_done_to_a_store_by_who_may_not(present: House, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("what,when,job\n")
    for job in jobs(present, tmp_path).values():
        assert said(job) == "SignInNeededError: nobody has signed in here; sign in with “stagewatch sign-in”"
    present.enter("Ray")
    last = present.last()
    refused = {name: said(job) for name, job in jobs(present, tmp_path).items()}
    assert all(words.startswith(NOT_ALLOWED) for words in refused.values()), refused
    told = present.told(last)
    assert {entry.outcome for entry in told} == {"refused"}
    assert {name_of(present.store.location, entry.actor) for entry in told} == {"Ray"}
    assert {entry.operation for entry in told} == {"store.care", "data.change", "audit.keys"}
    assert not (tmp_path / "backup.db").exists()


def test_who_may_does(present: House, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("what,when,job\n")
    present.enter("Ada")
    done = jobs(present, tmp_path)
    assert "no checkpoint was written" in said(done.pop("checkpoint")), (
        "there is no key, but the policy agrees"
    )
    done.pop("restore")
    for job in done.values():
        job()


def test_the_program_itself_and_an_open_store_are_not_asked(house: House) -> None:
    place = house.store.location
    assert permit(place, NOBODY, Action.CARE_FOR_STORE, house.clock) == "system"
    assert people_sign_in(place)
    house.run("UPDATE person SET role = 'recruiter' WHERE number = 1")
    assert not people_sign_in(place)
    assert permit(place, house.who, Action.CARE_FOR_STORE, house.clock) == "login"


def test_the_log_knows_whoever_is_permitted_by_name(house: House) -> None:
    house.enter("Ada")
    assert permit(house.store.location, house.who, Action.CARE_FOR_STORE, house.clock) == "Ada"
    house.later(16 * MINUTE)
    assert said(
        lambda: permit(house.store.location, house.who, Action.CARE_FOR_STORE, house.clock)
    ).startswith("LockedError: this session is locked")


def test_tasks_are_exported_by_who_may_as_far_as_they_see_them(house: House) -> None:
    lin, ann = house.add("Lin", Role.RECRUITING_MANAGER), house.add("Ann", Role.AUDITOR)
    for member in (lin, house.members["Ray"], house.members["Ada"]):
        house.enter(member)
        with house.reader() as reader:
            permit_export(reader)
    house.enter(ann)
    with house.reader() as reader:
        assert said(lambda: permit_export(reader)).startswith(NOT_ALLOWED + "export tasks")
    for rights in ([Action.SEE_BOARD], [Action.EXPORT_TASKS]):
        house.enter(lin, rights=rights)
        with house.reader() as reader:
            if Action.EXPORT_TASKS in rights:
                permit_export(reader)
            else:
                assert said(lambda: permit_export(reader)).startswith(NOT_ALLOWED + "export tasks")
    house.enter("Ray", coded=False)
    with house.reader() as reader, pytest.raises(StepUpError):
        permit_export(reader)


# --------------------------------------------------------------------------------------- being there


def test_a_command_that_writes_keeps_its_session_alive_however_long_it_works(house: House) -> None:
    house.enter("Ada")
    for days in range(1, 4):
        house.later(14 * MINUTE)
        save_targets(house.store, {"draft.ready_to_publish": Target(days, 9)}, reason="x", actor="x")
        assert house.rows("SELECT seen_at FROM session") == [(house.now,)]
    house.later(59 * SECOND)
    save_targets(house.store, {"draft.ready_to_publish": Target(8, 9)}, reason="x", actor="x")
    assert house.rows("SELECT seen_at FROM session") == [(house.now - 59_000_000,)], "once a minute"


def test_what_the_app_writes_by_itself_is_nobody_who_is_there(house: House) -> None:
    house.enter("Ada")
    house.store.who = house.store.who._replace(origin="app")
    house.later(timedelta(minutes=14))
    save_targets(house.store, {"draft.ready_to_publish": Target(7, 9)}, reason="x", actor="x")
    assert house.rows("SELECT seen_at FROM session") == [(house.now - 14 * 60_000_000,)]


def test_that_somebody_asked_is_noted_and_a_token_is_nobody(present: House) -> None:
    early = present.now - 14 * 60_000_000
    for rights in (None, [Action.SEE_BOARD]):
        present.enter("Ray", rights=rights)
        present.run(f"UPDATE session SET seen_at = {early}")
        with present.reader() as reader:
            visitor = reader.visitor()
            assert visitor is not None
            note_presence(present.store.location, present.who, visitor)
        seen = present.rows(f"SELECT seen_at FROM session WHERE number = {visitor.session}")[0][0]
        assert (seen > early) is (rights is None)
        present.token = "unknown"
        note_presence(present.store.location, present.who, visitor)  # which is of no consequence


# ------------------------------------------------------------------------------ whom a command means


def test_people_teams_and_references_are_named_by_whoever_has_signed_in(house: House) -> None:
    with house.by_system() as store:
        link_person(store, 2, "ray@ats")
    house.enter("Ray")
    with house.reader() as reader:
        for name in ("ada", "1", " ＡＤＡ "):
            assert person_named(reader, name) == Named(1, "Ada")
        assert team_named(reader, "north") == Named(1, "North")
        assert holder_of(reader, "ray@ats ") == Named(2, "Ray")
        for nobody in ("", "Eve", "7", "9" * 30, "²"):
            with pytest.raises(StoreError, match="there is no person"):
                person_named(reader, nobody)
        with pytest.raises(StoreError, match="linked to nobody"):
            holder_of(reader, "eve@ats")
    house.token = None
    with house.reader() as reader:
        for act in (person_named, team_named, holder_of):
            assert "nobody has signed in here" in said(partial(act, reader, "Ada"))


def test_ones_own_session_says_who_one_is(house: House) -> None:
    ada = house.enter("Ada")
    with house.reader() as reader:
        own = own_session(reader)
    assert own is not None
    assert (own.name, own.role, own.team, own.token) == ("Ada", Role.SUPER_USER, None, None)
    assert (own.gives_codes, own.recovery_codes, own.person) == (True, 10, ada.number)
    assert own.ends_at - house.clock.moment == timedelta(hours=12)
    house.enter(house.add("Sam", Role.RECRUITER, team=1), rights=[Action.SEE_BOARD])
    with house.reader() as reader:
        own = own_session(reader)
    assert own is not None
    assert (own.team, own.token, own.gives_codes, own.recovery_codes) == ("North", "script", False, 0)
    with house.reader() as reader:
        house.run("UPDATE person SET role = 'recruiter'")
        assert own_session(reader) is None


def test_a_ruin_guards_nothing(present: House, tmp_path: Path) -> None:
    present.enter("Ada")
    backup, ruin = tmp_path / "backup.db", tmp_path / "ruin.db"
    back_up(present.store.location, backup, by=present.who)
    ruin.write_bytes(b"rubbish" * 999)
    by = Who("login", "command line", lambda _: None)
    assert restore(find_location(str(ruin)), backup, replace=True, by=by).replaced
    assert people_sign_in(find_location(str(ruin)))
    assert "nobody has signed in" in said(
        partial(restore, find_location(str(ruin)), backup, replace=True, by=by)
    )
