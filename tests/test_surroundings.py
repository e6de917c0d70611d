"""What tests/conftest.py promises to every other test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import platformdirs
import psycopg
import pytest

from tests.postgres import Server

SPOILED = """
import os, signal
from tests.postgres import Server
server = Server.start()
print(server.admin.execute("SHOW data_directory").fetchone()[0], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_home_is_empty_and_not_the_users(own_home):
    assert Path.home() == own_home
    assert platformdirs.user_data_path("stagewatch").is_relative_to(own_home)
    assert list(own_home.iterdir()) == []


def test_no_setting_of_the_user_gets_in():
    assert [name for name in os.environ if name.startswith(("STAGEWATCH_", "TEXTUAL"))] == []


def test_a_store_url_is_empty_and_can_be_written_to(store_url):
    if not store_url.startswith("postgresql://"):
        assert not Path(store_url).exists()
        assert Path(store_url).parent.is_dir()
        return
    with psycopg.connect(store_url) as connection:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(tables).fetchone() == (0,)
        connection.execute("CREATE TABLE left_behind (id integer)")


def test_a_database_goes_away_even_while_somebody_is_connected(postgres_server: Server):
    with postgres_server.database() as url:
        lingering = psycopg.connect(url)
    with lingering, pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_two_tests_never_share_a_database(postgres_server: Server):
    with postgres_server.database() as first, postgres_server.database() as second:
        assert first != second


@pytest.mark.slow
@pytest.mark.usefixtures("postgres_server")
def test_the_server_stops_when_its_test_process_is_killed():
    # The keeper shares the killed process's standard error, so run() returns when both have ended.
    process = subprocess.run(
        [sys.executable, "-c", SPOILED], capture_output=True, text=True, check=False, timeout=120
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert not Path(process.stdout.strip()).exists()
