"""What the databases themselves refuse, and what a role of the server may do."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import make_url

from kpi.targets import Target
from store.audit_shape import POSTGRES, SQLITE, shape_of
from store.audit_verify import verify
from store.errors import StoreError
from store.location import find_location
from store.moment import one_moment
from store.role_rights import APPEND_ONLY
from store.roles import grant_role
from store.targets import save_targets
from store.who import Who
from store.work import Store
from tests.oracle import generate
from tests.store.helpers import Clock, import_rows, new_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Server

from tests.store.recorded import CODE, MONDAY

ROOT = Path(__file__).parents[2]


@pytest.fixture
def made(store_url: str) -> Iterator[Store]:
    with new_store(store_url, clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "command line")
        yield store


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET text = '{}' WHERE seq = 2",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "INSERT INTO audit_entry (seq, epoch, text, hash) VALUES (99, 0, '{}', '')",
        (
            "INSERT INTO audit_entry (seq, epoch, text, hash) VALUES (2, 0, '{}', '') "
            "ON CONFLICT (seq) DO UPDATE SET text = excluded.text"
        ),
    ],
)
def test_the_server_guards_the_log_too(postgres_url: str, statement: str) -> None:
    with (
        new_store(postgres_url) as made,
        psycopg.connect(made.location.psycopg_url) as connection,
        pytest.raises(psycopg.Error, match="append-only"),
    ):
        connection.execute(statement)


def test_a_role_can_work_but_rewrite_nothing(
    postgres_url: str, postgres_server: Server, tmp_path: Path
) -> None:
    with new_store(postgres_url) as made:
        with psycopg.connect(made.location.psycopg_url, autocommit=True) as owner:
            owner.execute("DROP ROLE IF EXISTS clerk")
            password = psycopg.sql.Literal(make_url(postgres_url).password)
            owner.execute(psycopg.sql.SQL("CREATE ROLE clerk LOGIN PASSWORD {}").format(password))
        with pytest.raises(StoreError, match="no role “nobody”"):
            grant_role(made, "nobody")
        with pytest.raises(StoreError, match="superuser"):
            grant_role(made, str(make_url(postgres_url).username))
        grant_role(made, "clerk")
        url = _as_role(postgres_url, "clerk")
        with closing(Store(find_location(url), made.clock)) as clerks:
            save_targets(clerks, {CODE: Target(1, 2)}, reason="Why", actor="Clerk")
            import_rows(clerks, generate.recruitment(1, 2), tmp_path)
        assert verify(made.location, made.clock()).attack is None
        for table in APPEND_ONLY:
            for statement in (
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
                f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            ):
                with (
                    psycopg.connect(find_location(url).psycopg_url) as connection,
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                ):
                    connection.execute(statement)
        with psycopg.connect(made.location.psycopg_url, autocommit=True) as owner:
            owner.execute("DROP OWNED BY clerk")
            owner.execute("DROP ROLE clerk")
    del postgres_server


def _as_role(url: str, role: str) -> str:
    return make_url(url).set(username=role).render_as_string(hide_password=False)


def test_the_shape_of_a_log_is_the_one_that_the_migrations_make(made: Store) -> None:
    with one_moment(made.location) as plain:
        assert shape_of(plain) == (POSTGRES if plain.postgres else SQLITE)


def test_a_role_can_be_given_rights_in_a_fresh_process(postgres_url: str) -> None:
    import subprocess
    import sys

    with new_store(postgres_url):
        pass
    run = [sys.executable, "-m", "tui", "--store", postgres_url, "store", "grant", "pg_monitor", "--json"]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_sqlite_has_no_roles(tmp_path: Path) -> None:
    with (
        new_store(str(tmp_path / "s.db")) as made,
        pytest.raises(StoreError, match="only PostgreSQL has roles"),
    ):
        grant_role(made, "clerk")
