"""What a role of the server is given, by whom, and which roles are refused; what its owner still can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlmodel import SQLModel

from kpi.policy import Action, Role, Standing, allows
from store.access import NotAllowedError
from store.audit_verify import verify
from store.backup import back_up
from store.errors import StoreError
from store.restore import restore
from store.role_rights import whole_rights
from store.roles import grant_role, role_sql
from tests.store.server_roles import OWNER, PEOPLE, Estate, as_role
from tests.tui.line import Line

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server


def rights_of(estate: Estate, role: str) -> list[tuple[object, ...]]:
    return estate.found(
        OWNER,
        "SELECT table_name, privilege_type FROM information_schema.table_privileges "
        f"WHERE grantee = '{role}' ORDER BY 1, 2",
    )


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_printed_gives_the_same_rights_however_often_it_is_run(estate: Estate, name: str) -> None:
    before = rights_of(estate, name)
    said = role_sql(estate.owner, name)
    assert said.person is not None
    for _ in range(2):
        with estate.plainly(OWNER) as owner:
            for statement in said.statements:
                owner.execute(statement.encode())
        assert rights_of(estate, name) == before
    assert {*before} == {*whole_rights(PEOPLE[name])}


def test_no_table_is_forgotten() -> None:
    known = {table.name for table in SQLModel.metadata.sorted_tables}
    assert {table for table, command in whole_rights(Role.SUPER_USER) if command == "SELECT"} >= known


@pytest.mark.parametrize(
    ("action", "table"),
    [
        (Action.CHANGE_TARGETS, "target"),
        (Action.CHANGE_BENCHMARKS, "benchmarks"),
        (Action.CHANGE_CALENDAR, "calendar_change"),
        (Action.BRING_IN, "event"),
        (Action.LINK_PEOPLE, "person_link"),
        (Action.CHANGE_PEOPLE, "person"),
        (Action.CHANGE_TEAMS, "team"),
        (Action.REQUEST_GRANTS, "access_grant"),
    ],
)
def test_who_the_policy_lets_may_add_rows_and_no_one_else(action: Action, table: str) -> None:
    for role in Role:
        may = (table, "INSERT") in {*whole_rights(role)}
        assert may == allows(Standing(person=1, role=role), action), role


def test_the_command_line_gives_rights_and_prints_them(
    estate: Estate, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.signed_in("ada")
    monkeypatch.setenv("STAGEWATCH_TOKEN", estate.tokens["ada"])
    line = Line(as_role(estate.url, OWNER), capsys)
    done = line.json("store", "grant", "ray", "--person", "RAY")
    assert (done["role"], done["person"], done["name"], done["as"]) == ("ray", 1, "ray", "recruiter")
    status, said, _ = line.run("store", "grant", "ray", "--person", "1")
    assert (status, "with what the role Recruiter needs" in said) == (0, True)
    before = rights_of(estate, "ray")
    sql = line.json("store", "grant", "another", "--person", "1", "--print")["sql"]
    assert (sql[0], sql[-1]) == ("BEGIN", "COMMIT")
    status, said, _ = line.run("store", "grant", "another", "--person", "1", "--print")
    assert "stagewatch people change 1 --database-role another" in said
    assert all(line.startswith("--") or line.endswith(";") for line in said.splitlines())
    assert rights_of(estate, "ray") == before


def test_only_the_owner_gives_rights(estate: Estate) -> None:
    estate.signed_in("ada")
    with estate.store("ada") as store:
        with pytest.raises(StoreError, match="only “house”, who owns the tables"):
            grant_role(store, "ray")
        assert role_sql(store, "ray", "ray").person
    estate.signed_in("ray")
    with estate.store("ray") as store, pytest.raises(NotAllowedError):
        role_sql(store, "ray", "ray")


@pytest.mark.parametrize(
    ("role", "person", "why"),
    [
        ("ray", "rita", "another person's role already"),
        ("ray", "99", "no person “99”"),
        ("nowhere", "ray", "no role “nowhere”"),
        (OWNER, "ray", "owns the store's tables"),
    ],
)
def test_a_role_that_cannot_be_a_persons_is_refused(estate: Estate, role: str, person: str, why: str) -> None:
    with pytest.raises(StoreError, match=why):
        grant_role(estate.owner, role, person)


@pytest.mark.parametrize(
    ("attribute", "why"), [("BYPASSRLS", "passes row security"), ("CREATEROLE", "member of other roles")]
)
def test_a_role_that_could_take_more_is_refused(estate: Estate, attribute: str, why: str) -> None:
    with psycopg.connect(estate.url, autocommit=True) as admin:
        admin.execute(f"ALTER ROLE ray {attribute}".encode())
        with pytest.raises(StoreError, match=why):
            grant_role(estate.owner, "ray")
        admin.execute(f"ALTER ROLE ray NO{attribute}".encode())


def test_rights_from_elsewhere_are_found(estate: Estate) -> None:
    with estate.plainly(OWNER) as owner:
        owner.execute("GRANT DELETE ON person TO PUBLIC")
        with pytest.raises(StoreError, match="“ray” has DELETE on person by another role"):
            grant_role(estate.owner, "ray")
        owner.execute("REVOKE DELETE ON person FROM PUBLIC")
        owner.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
        with pytest.raises(StoreError, match="things of its own among the store's"):
            grant_role(estate.owner, "ray")
        owner.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def test_another_role_takes_the_place_of_the_first(estate: Estate) -> None:
    with psycopg.connect(estate.url, autocommit=True) as admin:
        admin.execute("CREATE ROLE ray_too LOGIN")
    try:
        assert grant_role(estate.owner, "ray_too", "1").person
        assert rights_of(estate, "ray") == []
        assert rights_of(estate, "ray_too") != []
    finally:
        grant_role(estate.owner, "ray", "RAY")
        with psycopg.connect(estate.url, autocommit=True) as admin:
            admin.execute("DROP OWNED BY ray_too")
            admin.execute("DROP ROLE ray_too")


def test_the_owner_backs_up_and_restores_though_nothing_passes_the_guards(
    estate: Estate, postgres_server: Server, tmp_path: Path
) -> None:
    for name in ("ray", "ada"):
        estate.signed_in(name)
    made = back_up(estate.owner.location, tmp_path / "copy.db")
    sessions = estate.found(OWNER, "SELECT count(*) FROM session")
    assert made.contents.rows["session"] == sessions[0][0]
    assert made.contents.rows["credential"] == len(PEOPLE)
    restore(estate.owner.location, tmp_path / "copy.db", replace=True)
    assert estate.found(OWNER, "SELECT count(*) FROM session") == sessions
    assert estate.found("ray", "SELECT DISTINCT person FROM session") == [(1,)]
    assert verify(estate.owner.location, estate.owner.clock()).attack is None
    # A copy that is put in place ends all sessions; other tests sign in anew, with this half minute's code.
    estate.tokens.clear()
    with estate.owner.work("test") as work:
        work.plain.run("UPDATE credential SET last_step = 0")
