"""One role of the server for each person: what they can do with it, by Stagewatch and by plain SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from kpi.targets import Target
from store.access import NotAllowedError, SignInNeededError
from store.audit_export import export_audit
from store.audit_verify import NotVerifiedError, verify
from store.enrolling import complete_enrolment, give_enrolment_code
from store.errors import StoreError
from store.maintenance import bring_up_to_date
from store.people import add_person, change_person, deactivate_person, reactivate_person
from store.people_links import link_person
from store.reviews import mark_reviewed
from store.roles import grant_role
from store.sessions import end_session
from store.signing_in import sign_in
from store.targets import save_targets
from store.tasks import TaskQuery
from tests.store.helpers import import_rows
from tests.store.recorded import CODE
from tests.store.server_roles import LISTINGS, NUMBERS, OWNER, PASSWORD, PEOPLE, Estate

if TYPE_CHECKING:
    from pathlib import Path


ORDINARY = [name for name in PEOPLE if name not in ("ada", "una")]


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_signs_in_and_reads_the_board_that_is_theirs(estate: Estate, name: str) -> None:
    estate.signed_in(name)
    with estate.reader(name) as reader:
        visitor = reader.visitor()
        assert visitor is not None
        assert visitor.name == name
        seen = 1 if name == "rob" else len(LISTINGS)
        assert reader.board().totals.tasks == seen
        assert reader.task_list(TaskQuery()).total == seen
        assert len(reader.session_questions().sessions()) >= 1


def test_a_recruiter_has_the_users_that_the_policy_shows(estate: Estate) -> None:
    estate.signed_in("ray")
    with estate.reader("ray") as reader:
        assert reader.users() == ("staff-1",)


@pytest.mark.parametrize("name", ["ray", "hanna", "adam"])
def test_what_timers_have_set_off_is_replayed_by_whoever_reads(estate: Estate, name: str) -> None:
    with estate.owner.work("test") as work:
        for table in ("task_phase", "task", "task_count", "board_change", "listing_owner"):
            work.plain.run(f"DELETE FROM {table}")
        work.plain.run("UPDATE listing SET next_moment = 0")
    bring_up_to_date(estate.location(name))
    estate.signed_in(name)
    with estate.reader(name) as reader:
        assert reader.board().totals.tasks == len(LISTINGS)


def test_who_sees_few_listings_replays_none(estate: Estate) -> None:
    with estate.owner.work("test") as work:
        work.plain.run("UPDATE listing SET next_moment = 0")
    with pytest.raises(StoreError, match="your role of the server may not do this"):
        bring_up_to_date(estate.location("rob"))
    bring_up_to_date(estate.location("ray"))


def test_nobody_reads_how_another_signs_in(estate: Estate) -> None:
    for name in PEOPLE:
        estate.signed_in(name)
    for name in (*ORDINARY, "una"):
        number = NUMBERS[name]
        assert estate.found(name, "SELECT DISTINCT person FROM credential") == [(number,)]
        assert estate.found(name, "SELECT DISTINCT person FROM session") == [(number,)]
        assert estate.found(name, "SELECT DISTINCT person FROM recovery_code") == [(number,)]
        others = estate.found(name, "SELECT person FROM access_grant")
        assert others == ([(NUMBERS["una"],)] if name == "una" else [])


def test_nobody_changes_how_another_signs_in(estate: Estate) -> None:
    estate.signed_in("rita")
    with estate.plainly("ray") as ray:
        for statement in (
            "UPDATE credential SET password_hash = 'mine' WHERE person = 2",
            "UPDATE session SET ends_at = ends_at + 1 WHERE person = 2",
            "DELETE FROM recovery_code WHERE person <> 1",
            "DELETE FROM sign_in_attempts WHERE account <> 1",
        ):
            assert ray.execute(statement.encode()).rowcount == 0, statement
    session = (
        "INSERT INTO session (number, person, token_hash, made_at, seen_at, coded_at, ends_at) "
        "VALUES (99, 2, sha256('x'), 1, 1, 1, 9)"
    )
    for name in ("ray", "adam", "ada"):  # a super user ends sessions of others, and begins none
        estate.refused(name, session)
    estate.refused("ray", "INSERT INTO sign_in_attempts VALUES (2, 9, 1, 9)")


@pytest.mark.parametrize("name", [*ORDINARY, "una"])
def test_only_a_super_user_writes_targets_people_and_teams(estate: Estate, name: str) -> None:
    for statement in (
        "INSERT INTO target_set VALUES (9, 1, 1, 'x', 'x')",
        "INSERT INTO target VALUES (1, 1, 0, 0)",
        "UPDATE target SET due_days = 0",
        "DELETE FROM target",
        "INSERT INTO calendar_change VALUES (2, 1, 1, 'x', 'x', NULL, '[0]', '[]')",
        "UPDATE organisation SET zone = 'UTC'",
        "UPDATE person SET role = 'super_user' WHERE database_role = current_user",
        "UPDATE person SET database_role = NULL WHERE database_role = current_user",
        "INSERT INTO person VALUES (99, 'x', 'x', 'super_user', 1, NULL, 1)",
        "UPDATE team SET manager = 1",
        "INSERT INTO membership VALUES (1, 1, 1, NULL)",
        "INSERT INTO access_grant SELECT 9, person, purpose, actions, 1, 1, 1, 1 FROM access_grant",
        "UPDATE event SET actor = 'x'",
        "UPDATE audit_name SET name = 'x'",
        "INSERT INTO setting VALUES ('x', 'x')",
    ):
        estate.refused(name, statement)


@pytest.mark.parametrize("name", ["ray", "ada"])
def test_nobody_takes_a_guard_away(estate: Estate, name: str) -> None:
    for statement in (
        "ALTER TABLE credential DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE credential NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY credential_all ON credential",
        "CREATE POLICY mine ON credential USING (true)",
        f"ALTER TABLE credential OWNER TO {name}",
        "ALTER TABLE target DISABLE TRIGGER ALL",
        "TRUNCATE session",
        "CREATE OR REPLACE FUNCTION my_role() RETURNS text LANGUAGE sql AS $$ SELECT 'keeper' $$",
        "CREATE TABLE person_too (x integer)",
        f"GRANT {OWNER} TO {name}",
        f"SET ROLE {OWNER}",
        f"SET SESSION AUTHORIZATION {OWNER}",
        f"ALTER ROLE {name} BYPASSRLS",
    ):
        estate.refused(name, statement)
    with estate.plainly("ray") as ray:
        ray.execute("SET row_security = off")
        with pytest.raises(psycopg.Error, match="row-level security"):
            ray.execute("SELECT * FROM credential")


def test_a_table_of_ones_own_deceives_no_guard(estate: Estate) -> None:
    with estate.plainly("ray") as ray:
        ray.execute("CREATE TEMP TABLE person AS SELECT * FROM person")
        ray.execute("UPDATE pg_temp.person SET role = 'super_user' WHERE number = 1")
        ray.execute("SET search_path = pg_temp, public")
        assert ray.execute("SELECT my_role()").fetchall() == [("recruiter",)]
        assert ray.execute("SELECT DISTINCT person FROM credential").fetchall() == [(1,)]


def test_the_log_is_written_by_all_and_read_by_few(estate: Estate) -> None:
    for name in ORDINARY:
        estate.refused(name, "SELECT text FROM audit_entry")
        estate.refused(name, "SELECT * FROM audit_review")
        told = {str(row[0]) for row in estate.found(name, "SELECT target FROM audit_state")}
        own = {f"credential:{NUMBERS[name]}"}
        kinds = {target.partition(":")[0] for target in told - own}
        assert own <= told
        assert kinds <= ({"import", "mapping", "person"} if name == "adam" else set())
    # Nor by a function that looks at what is left out.
    with estate.plainly("ray") as ray:
        ray.execute(
            "CREATE FUNCTION pg_temp.look(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS "
            "$$ BEGIN RAISE EXCEPTION '%', $1; END $$"
        )
        assert ray.execute("SELECT text FROM audit_key WHERE pg_temp.look(text)").fetchall() == []


def test_an_entry_stands_under_the_name_of_whose_role_wrote_it(estate: Estate) -> None:
    estate.signed_in("ray")
    estate.signed_in("ada")
    entry = (
        "INSERT INTO audit_entry (seq, epoch, text, hash) SELECT max(seq) + 1, 0, json_build_object("
        "'actor', (SELECT id FROM audit_name WHERE name = %s), 'outcome', %s::text, 'operation', 'x')::text, "
        "''::bytea FROM audit_spine"
    )
    estate.refused("ray", entry, "ada", "done")
    estate.refused("ray", entry, "nobody at all", "done")
    estate.refused("ray", entry, "ada", "read")
    with estate.plainly("ray") as ray, ray.transaction(force_rollback=True):
        assert ray.execute(entry.encode(), ("ray", "done")).rowcount == 1


def test_the_session_of_another_opens_nothing(estate: Estate) -> None:
    for name in ("ray", "rita", "ada"):
        estate.signed_in(name)
    for role, whose in (("ray", "rita"), ("ray", "ada"), ("ada", "ray")):
        with estate.reader(role, whose) as reader, pytest.raises(SignInNeededError, match="not known here"):
            reader.board()
        with estate.store(role, whose) as store, pytest.raises(SignInNeededError, match="not known here"):
            save_targets(store, {CODE: Target(1, 2)}, reason="Theirs", actor="ray")


def test_nobody_signs_in_by_the_role_of_another(estate: Estate) -> None:
    for role, name in (("ray", "rita"), ("ray", "nobody at all"), ("ada", "ray")):
        with estate.store(role) as store, pytest.raises(StoreError, match="role is not this person's"):
            sign_in(store, name, PASSWORD)
    with estate.store("ray") as store, pytest.raises(StoreError, match="the code is wrong"):
        sign_in(store, "ray", "wrong")


def test_a_super_user_works_by_their_own_role(estate: Estate) -> None:
    estate.signed_in("ada")
    with estate.store("ada") as store:
        made = add_person(store, "Zoe", "recruiter", team=1)
        change_person(store, made.number, role="auditor", team=None)
        deactivate_person(store, made.number)
        reactivate_person(store, made.number)
        save_targets(store, {CODE: Target(3, 4)}, reason="By her own role", actor="ada")
        link_person(store, made.number, "staff-77")
        given = give_enrolment_code(store, NUMBERS["rita"], reset=True)
    with estate.store("rita") as store:
        complete_enrolment(store, "rita", given.code, PASSWORD)
    estate.sign_in("rita")
    assert verify(estate.location("ada"), estate.owner.clock()).attack is None


def test_an_administrator_brings_data_in_and_changes_no_target(estate: Estate, tmp_path: Path) -> None:
    estate.signed_in("adam")
    rows = [dict(row, listing=f"M{number}") for number, row in enumerate(LISTINGS)]
    with estate.store("adam") as store:
        assert import_rows(store, rows, tmp_path).events_added == len(rows)
        with pytest.raises(NotAllowedError):
            save_targets(store, {CODE: Target(5, 6)}, reason="Mine", actor="adam")
    with estate.owner.work("test") as work:  # what the other tests count
        ids = "IN (SELECT id FROM listing WHERE ref LIKE 'M%')"
        work.plain.run(f"UPDATE task_count SET tasks = tasks - {len(rows)}")
        work.plain.run(f"DELETE FROM task WHERE listing_id {ids}")
        work.plain.run(f"DELETE FROM listing_owner WHERE listing_id {ids}")


def test_an_auditor_sees_what_is_granted_while_it_is(estate: Estate, tmp_path: Path) -> None:
    estate.signed_in("una")
    location, now = estate.location("una"), estate.owner.clock()
    assert verify(location, now).attack is None
    assert export_audit(location, tmp_path / "log", "jsonl", now).entries > 0
    with estate.store("una") as store:
        mark_reviewed(store, 1, 2, "Looked at", actor="una")
    with estate.owner.work("test") as work:
        work.plain.run("UPDATE access_grant SET until_day = from_day WHERE number = 1")
    for table in ("audit_entry", "task", "listing", "import_run"):
        assert estate.found("una", f"SELECT 1 FROM {table}") == []
    with pytest.raises(NotVerifiedError, match="may not read the audit log"):
        verify(location, now)
    with estate.owner.work("test") as work:
        work.plain.run("UPDATE access_grant SET until_day = from_day + 9 WHERE number = 1")
    with pytest.raises(NotVerifiedError, match="may not read the audit log"):
        verify(estate.location("ray"), now)


def test_a_recruiting_manager_sees_their_listings_by_any_program(estate: Estate) -> None:
    for table in ("listing", "task", "event", "listing_owner"):
        assert len(estate.found("rob", f"SELECT 1 FROM {table}")) == 1, table
    estate.refused("rob", "SELECT * FROM task_count")


def test_a_deactivated_persons_role_is_shut_at_once_and_then_for_good(estate: Estate) -> None:
    estate.signed_in("rita")
    deactivate_person(estate.owner, NUMBERS["rita"])
    try:
        for table in ("task", "listing", "event", "credential", "session", "target", "audit_spine"):
            rows = estate.found("rita", f"SELECT 1 FROM {table}")
            assert rows == [] or table == "audit_spine"
        with estate.reader("rita") as reader, pytest.raises(SignInNeededError):
            reader.board()
        done = grant_role(estate.owner, "rita")
        assert done.person is not None
        assert not any(statement.startswith("GRANT") for statement in done.statements)
        for table in ("task", "person", "audit_spine"):
            estate.refused("rita", f"SELECT 1 FROM {table}")
    finally:
        reactivate_person(estate.owner, NUMBERS["rita"])
        grant_role(estate.owner, "rita")
    assert estate.found("rita", "SELECT count(*) FROM task") == [(len(LISTINGS),)]


def test_a_session_of_ones_own_is_ended_and_of_another_is_not_there(estate: Estate) -> None:
    estate.signed_in("ray")
    with estate.store("rita") as store:
        number = estate.sign_in("rita").session
        with estate.store("ray") as rays, pytest.raises(StoreError):
            end_session(rays, number)
        assert end_session(store, number)
    del estate.tokens["rita"]
