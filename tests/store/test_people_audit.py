"""People in the audit log: what their records say, and that nobody changes them behind the app's back."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import alembic.command
import pytest
from sqlmodel import SQLModel

from store import schema
from store.audit_verify import verify
from store.backup import back_up
from store.contents import count_contents
from store.errors import StoreError
from store.location import Location, find_location
from store.moment import one_moment
from store.people import add_person, change_person
from store.people_links import assign_listing, link_person
from store.plain import connect
from store.restore import restore
from store.teams import change_team, delegate
from store.who import Who
from store.work import Store, make_private
from tests.store.helpers import Clock, new_store
from tests.store.recorded import MONDAY, changes_of, entries, last_seq

if TYPE_CHECKING:
    from pathlib import Path

TODAY = MONDAY.date()
RAY = 2


def give_credentials(store: Store) -> None:
    """A password, a second factor, an enrolment code and two recovery codes, one of them used; a grant."""
    day = TODAY.toordinal()
    with store.work("test") as work:
        plain = work.plain
        plain.insert(
            "credential",
            "person, password_hash, seed, last_step, enrolment_hash, enrolment_until, changed_at",
            [(RAY, "$argon2id$hash", "seed", 7, b"code", 9, 1), (1, None, None, 0, None, None, 1)],
        )
        plain.insert("recovery_code", "person, hash, used_at", [(RAY, bytes(32), None), (RAY, b"1" * 32, 5)])
        plain.insert(
            "access_grant",
            "number, person, purpose, actions, requested_by, requested_at, from_day, until_day",
            [(1, RAY, "The yearly audit", '["board.see", "audit.see"]', 1, 1, day, day + 9)],
        )
        plain.insert(
            "session",
            "number, person, token_hash, made_at, seen_at, coded_at, ends_at",
            [(1, RAY, bytes(32), 1, 1, 0, 9)],
        )
        plain.insert("sign_in_attempts", "account, failures, latest, not_before", [(0, 3, 1, 2)])


def fill(store: Store) -> None:
    """Some of everything that people have."""
    store.who = Who("Ada", "system")
    with store.work("test") as work:
        work.plain.run("INSERT INTO listing (ref, open_tasks, frozen) VALUES ('J1', 0, 0)")
    link_person(store, RAY, "ray@ats")
    assign_listing(store, RAY, "J1")
    change_team(store, 1, manager=1)
    delegate(store, 1, RAY, TODAY, TODAY)
    give_credentials(store)


def test_a_record_says_what_counts_and_no_more(peopled: Store) -> None:
    last = last_seq(peopled.location)
    fill(peopled)
    said = {entry.target: changes_of(entry) for entry in entries(peopled.location, last)}
    assert set(said["credential:2"]) == {"enrolment", "password", "recovery", "second_factor"}
    assert all(str(after).startswith("sha256:") for _, after in said["credential:2"].values())
    assert said["credential:1"] == {}
    digest = said["grant:1"].pop("purpose")[1]
    assert {field: after for field, (_, after) in said["grant:1"].items()} == {
        "person": RAY, "actions": "audit.see, board.see", "from": "2026-11-16", "until": "2026-11-25",
        "requested_by": 1,
    }  # fmt: skip
    texts = [str(entry) for entry in entries(peopled.location, last)]
    assert not any(word in text for text in texts for word in ("argon2id", "ray@ats", "yearly"))
    assert str(digest).startswith("sha256:")


def test_signing_in_is_no_change_of_a_record_but_using_a_recovery_code_is(peopled: Store) -> None:
    give_credentials(peopled)
    last = last_seq(peopled.location)
    with peopled.work("session.sign_in") as work:
        work.plain.run("UPDATE credential SET last_step = 9, changed_at = 9")
        work.plain.run("UPDATE session SET seen_at = 9, ended_at = 9")
        work.plain.run("UPDATE sign_in_attempts SET failures = 9")
    assert last_seq(peopled.location) == last
    with peopled.work("session.sign_in") as work:
        work.plain.run("UPDATE recovery_code SET used_at = 9 WHERE used_at IS NULL")
    (entry,) = entries(peopled.location, last)
    assert (entry.target, list(changes_of(entry))) == ("credential:2", ["recovery"])
    assert changes_of(entry)["recovery"][1] is None


# ------------------------------------------------------------------------- behind the app's back


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's file with people in it, made once; its log needs no key for this."""
    path = tmp_path_factory.mktemp("people") / "people.db"
    with new_store(str(path), clock=Clock(MONDAY)) as store:
        add_person(store, "Moyra", "team_manager")
        add_person(store, "Ray", "recruiter")
        with store.work("test") as work:
            work.plain.run("INSERT INTO team (number, name, folded) VALUES (1, 'North', 'north')")
        change_person(store, RAY, team=1)
        fill(store)
    return path


@pytest.mark.parametrize(
    ("behind_its_back", "words"),
    [
        ("UPDATE person SET role = 'super_user' WHERE number = 2", "person:2 has role"),
        ("UPDATE person SET active = 0 WHERE number = 1", "person:1 has active false"),
        ("UPDATE person SET database_role = 'postgres' WHERE number = 2", "person:2 has database_role"),
        ("DELETE FROM membership", "person:2 has team null"),
        ("UPDATE membership SET from_day = 1", "person:2 has team_history"),
        ("INSERT INTO membership VALUES (2, 1, 1, 9)", "person:2 has team_history"),
        ("UPDATE person_link SET person = 1", "person:1 has links"),
        ("INSERT INTO person_link VALUES ('other', 2)", "person:2 has links"),
        ("DELETE FROM assignment", "person:2 has listings null"),
        (
            "INSERT INTO person VALUES (3, 'Eve', 'eve', 'super_user', 1, NULL, 1)",
            "person:3 is there, and no entry says where it comes from",
        ),
        ("UPDATE team SET manager = 2", "team:1 has manager 2"),
        ("UPDATE delegation SET until_day = until_day + 99", "delegation:1 has until"),
        ("UPDATE credential SET password_hash = 'another' WHERE person = 2", "credential:2 has password"),
        ("UPDATE credential SET seed = 'another' WHERE person = 2", "credential:2 has second_factor"),
        ("UPDATE credential SET enrolment_until = 99 WHERE person = 2", "credential:2 has enrolment"),
        ("UPDATE credential SET enrolment_hash = 1000000000000 WHERE person = 2", "credential:2 has"),
        ("UPDATE credential SET password_hash = x'FF' WHERE person = 2", "credential:2 has password"),
        ("UPDATE recovery_code SET used_at = NULL", "credential:2 has recovery"),
        ("DELETE FROM credential WHERE person = 1", "credential:1 is gone"),
        (
            "UPDATE access_grant SET approved_by = 2, approved_at = 1, until_day = 999999",
            "grant:1 has approved_by 2",
        ),
        ("UPDATE access_grant SET purpose = 'Curiosity'", "grant:1 has purpose"),
        ("UPDATE access_grant SET actions = 'x'", "grant:1 cannot be read"),
    ],
)
def test_whatever_is_changed_of_people_is_named(
    filled: Path, tmp_path: Path, behind_its_back: str, words: str
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(filled, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        assert connection.execute(behind_its_back).rowcount > 0
    found = verify(find_location(str(copy)), Clock(MONDAY)())
    assert (found.attack, found.reconciled) == ("state_edited", False)
    assert words in found.why


def test_what_nobody_changed_agrees_with_the_log(filled: Path) -> None:
    found = verify(Location(path=filled), Clock(MONDAY)())
    assert (found.attack, found.reconciled) == (None, True)


# ------------------------------------------------------------------------------ constraints, schema


IMPOSSIBLE = (
    "UPDATE person SET role = 'boss'",
    "UPDATE person SET active = 2",
    "UPDATE person SET folded = 'same'",
    "UPDATE person SET name = ''",
    "UPDATE team SET manager = 77",
    "UPDATE delegation SET until_day = from_day - 1",
    "UPDATE person_link SET ref = ''",
    "UPDATE credential SET enrolment_until = NULL",
    "UPDATE credential SET last_step = -1",
    "UPDATE recovery_code SET hash = substr(hash, 1, 31)",
    "UPDATE session SET ends_at = made_at",
    "UPDATE sign_in_attempts SET failures = -1",
    "UPDATE access_grant SET until_day = from_day - 1",
    "UPDATE access_grant SET approved_by = 1, approved_at = 1",
    "UPDATE access_grant SET approved_by = 2",
    "UPDATE access_grant SET ended_at = 2",
    "DELETE FROM person",
)


def test_the_database_refuses_what_cannot_be(peopled: Store) -> None:
    fill(peopled)
    for statement in IMPOSSIBLE:
        with pytest.raises(StoreError), peopled.work("test") as work:
            assert work.plain.run(statement) == 0, f"it takes {statement}"


def everything_of(location: Location) -> dict[str, list[tuple[Any, ...]]]:
    with closing(connect(location)) as plain:
        return {
            name: sorted(plain.rows(f"SELECT * FROM {name}"), key=repr) for name in count_contents(plain).rows
        }


def test_people_come_back_with_a_backup_and_the_log_agrees(
    peopled: Store, postgres_url: str, tmp_path: Path
) -> None:
    fill(peopled)
    back_up(peopled.location, tmp_path / "backup.db")
    for url in (str(tmp_path / "restored.db"), postgres_url):
        made = find_location(url)
        restore(made, tmp_path / "backup.db")
        before, after = everything_of(peopled.location), everything_of(made)
        for table in ("person", "membership", "credential", "recovery_code", "access_grant"):
            assert after[table] == before[table]
        assert verify(made, peopled.clock()).reconciled is True


def test_a_store_from_before_people_is_brought_up_to_date_and_notes_them_at_once(
    store_url: str, tmp_path: Path
) -> None:
    """Also where the connection noted changes before there were people."""
    with new_store(str(tmp_path / "now.db"), clock=Clock(MONDAY)) as new:
        make_private(find_location(store_url))
        with closing(Store(find_location(store_url), new.clock)) as old:
            with old.work("test") as work, one_moment(new.location) as source:
                alembic.command.upgrade(schema._config(work.session.connection()), "0004")
                for table in SQLModel.metadata.sorted_tables:
                    columns = ", ".join(column.name for column in table.columns if not column.info)
                    rows = source.rows(f"SELECT {columns} FROM {table.name}")
                    if rows:
                        work.plain.insert(table.name, columns, rows)
            assert schema.upgrade(old) == "0004"
            add_person(old, "Ray", "recruiter")
            assert [entry.target for entry in entries(old.location)][-2:] == ["store:1", "person:1"]
            found = verify(old.location, old.clock())
            assert (found.attack, found.reconciled) == (None, True), found.why
