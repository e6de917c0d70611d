"""What every test gets: a home of its own, no setting from outside, and an empty store when it asks."""

from __future__ import annotations

import os
import sys
import tempfile
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.postgres import Server, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.store.keyrings import Ring

# Read before the first test, for each test takes the variable away.
REQUIRE_POSTGRES = os.environ.get("STAGEWATCH_REQUIRE_POSTGRES") == "1"
WITHOUT_POSTGRES = "no PostgreSQL: "
"""How the reason of every test begins that was skipped for want of a server."""
_NUMBERS = count()
UNWANTED = ("COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "PYTHONWARNINGS")
UNWANTED_PREFIXES = ("PG", "STAGEWATCH_", "TEXTUAL", "XDG_")

# Shared machines are slow at odd moments, hence no deadline; a submission must not fail by luck, hence
# the same examples each time in continuous integration. `make test-all` takes the thorough one.
settings.register_profile("default", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("thorough", deadline=None, max_examples=2_000)
settings.load_profile("default")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every test gets its home: made plainly, as pytest's own folders take longer than many a test."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def own_home(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, and an environment that says nothing about stores, colours or sizes."""
    for name in list(os.environ):
        if name in UNWANTED or name.startswith(UNWANTED_PREFIXES):
            monkeypatch.delenv(name)
    home = homes / f"home-{next(_NUMBERS)}"
    home.mkdir(0o700)
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (
        ("XDG_CACHE_HOME", ".cache"),
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_RUNTIME_DIR", ".run"),
        ("XDG_STATE_HOME", ".local/state"),
    ):
        monkeypatch.setenv(name, str(home / folder))
    return home


@pytest.fixture(autouse=True)
def own_temporary_folder(homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a demo leaves behind on purpose goes where pytest tidies up."""
    folder = homes / f"temporary-{next(_NUMBERS)}"
    folder.mkdir(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


@pytest.fixture(autouse=True)
def no_keyring(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keyring of whoever runs the tests is out of reach, for programs that a test starts too."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    # It looks at that once. Importing it takes long, so a test that needs none does not wait for it.
    if "keyring.core" in sys.modules:
        monkeypatch.setattr("keyring.core._keyring_backend", None)


@pytest.fixture
def ring(no_keyring: None) -> Iterator[Ring]:
    """A keyring in memory, for this process alone."""
    from tests.store.keyrings import keyring_in_memory  # deferred: it imports keyring

    with keyring_in_memory() as made:
        yield made


@pytest.fixture
def secrets_path(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the file of secrets will be, named and with a passphrase, for programs that a test starts too."""
    path = tmp_path / "secrets"
    monkeypatch.setenv("STAGEWATCH_SECRETS", str(path))
    monkeypatch.setenv("STAGEWATCH_PASSPHRASE", "correct horse battery staple")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """This process's own server, started when the first test asks; see tests/postgres.py."""
    server, reason = None, ""
    try:
        server = Server.start()
    except UnavailableError as error:
        reason = f"{WITHOUT_POSTGRES}{error}"
    if server is None:
        if REQUIRE_POSTGRES:
            pytest.fail(f"{reason}; STAGEWATCH_REQUIRE_POSTGRES=1 forbids to skip", pytrace=False)
        pytest.skip(reason)
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store can be made: a path without a file yet, then an empty PostgreSQL database."""
    if request.param == "sqlite":
        return str(tmp_path / "stagewatch.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly how much was not tried: a skip alone is easily overlooked."""
    reasons = [str(report.longrepr[-1]) for report in terminalreporter.stats.get("skipped", [])]
    wanting = [reason for reason in reasons if WITHOUT_POSTGRES in reason]
    if wanting:
        why = wanting[0].partition(WITHOUT_POSTGRES)[2]
        terminalreporter.write_line(f"PostgreSQL: {len(wanting)} tests skipped: {why}", yellow=True)
