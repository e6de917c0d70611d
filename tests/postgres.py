"""A private PostgreSQL for the tests, made from the programs that the system has.

A test process that needs one starts this file as a second process, the keeper. The keeper sets up a
server in a folder of its own, says on standard output where it listens, and waits for its standard input
to end. That happens however the test process ends, also when it is killed; then the keeper stops the
server and removes the folder. Every test process has its own server: nothing is shared, nothing waits.

A database is some 300 small files, and hundreds are made and dropped: where there is room in memory, the
folder is there, for on a disk that takes twenty times as long.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

USER = "stagewatch"
PROGRAMS = ("initdb", "pg_ctl", "postgres")
DISK, MEMORY = "/tmp", "/dev/shm"  # noqa: S108 - a folder of random name is made within
ROOM = 2 << 30  # bytes; a server seldom takes a quarter of it
SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
    # A zone that nothing in the product expects: a server's own zone must never matter.
    "timezone": "America/St_Johns",
    "wal_level": "minimal",
}


class UnavailableError(Exception):
    """There is no PostgreSQL to be had here; the message says why."""


def find_programs() -> Path:
    """The newest folder that holds PostgreSQL's server programs, or UnavailableError."""
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    folders = sorted(packaged, key=lambda folder: _number(folder.parent.name), reverse=True)
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    if config := shutil.which("pg_config"):
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(answer.stdout.strip()))
    for folder in folders:
        if all(os.access(folder / program, os.X_OK) for program in PROGRAMS):
            return folder
    raise UnavailableError("no server programs found (initdb, pg_ctl, postgres)")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


@dataclass(slots=True)
class Server:
    """A running server, which hands out empty databases."""

    keeper: subprocess.Popen[str]
    address: dict[str, Any]
    admin: psycopg.Connection
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def start(cls, *, on_disk: bool = False) -> Server:
        """Start a keeper and wait until its server answers; UnavailableError says why it does not.

        `on_disk` if how long writing and connecting take is of interest.
        """
        keeper = subprocess.Popen(
            [sys.executable, __file__, str(find_programs()), DISK if on_disk else _roomy()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # ctrl+c must reach the tests, not the keeper
        )
        assert keeper.stdout is not None
        said = json.loads(keeper.stdout.readline() or '{"error": "its keeper ended without a word"}')
        if "error" in said:
            keeper.communicate()
            raise UnavailableError(f"the server did not start: {said['error']}")
        try:
            admin = psycopg.connect(**said, dbname="postgres", autocommit=True)
        except psycopg.Error as error:
            keeper.communicate()
            raise UnavailableError(f"the server did not answer: {error}") from error
        if not on_disk:
            role, kept = sql.Identifier(USER), _hashed_once(said["password"])
            admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, kept))
        return cls(keeper, said, admin)

    @contextlib.contextmanager
    def database(self, like: str = "template0") -> Iterator[str]:
        """The URL of a new database, which goes away afterwards with whoever is still connected.

        Empty, or `like` another one by its name, to which nobody is connected.
        """
        name = f"test_{next(self.numbers)}"
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        copy_database(self.admin, like, name)
        try:
            yield "postgresql://{user}:{password}@{host}:{port}/".format_map(self.address) + name
        finally:
            self.admin.execute(drop)

    def stop(self) -> None:
        """Stop the server and wait until its folder is gone."""
        self.admin.close()
        self.keeper.communicate()


def _hashed_once(password: str) -> str:
    """A password as the server keeps it, by one round of hashing instead of 4,096.

    Both ends of every connection hash as often, and tests connect all the time.
    """
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, 1)
    client, server = (hmac.digest(salted, name, "sha256") for name in (b"Client Key", b"Server Key"))
    parts = (salt, hashlib.sha256(client).digest(), server)
    salt_said, client_said, server_said = (base64.b64encode(part).decode("ascii") for part in parts)
    return f"SCRAM-SHA-256$1:{salt_said}${client_said}:{server_said}"


def copy_database(admin: psycopg.Connection, source: str, target: str) -> None:
    """Make a database like another one, to which nobody is connected."""
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source))
    # Copying the files, which was the only way before 15, takes half as long as writing them to the log.
    admin.execute(copy + sql.SQL(" STRATEGY file_copy") if admin.info.server_version >= 150000 else copy)


def keep(programs: Path, place: str) -> None:
    """The keeper's whole life: start a server, say where it is, wait for the end of input, clean up."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    # Not the user's own temporary folder: a socket's whole path must stay under some 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="stagewatch-pg-", dir=place))
    try:
        with _running(programs, folder) as address:
            _say(address)
            sys.stdin.read()
    except (OSError, UnavailableError) as error:
        _say({"error": str(error)})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _running(programs: Path, folder: Path) -> Iterator[dict[str, Any]]:
    password = secrets.token_hex(16)
    (folder / "password").write_text(password, encoding="ascii")
    ordinary = _ordinary_user(folder)
    data, log = folder / "data", folder / "log"

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Output goes to a file, for a pipe would stay open as long as the server.
        with (folder / "said").open("w+", encoding="utf-8") as said:
            done = subprocess.run(
                [programs / program, f"--pgdata={data}", *arguments],
                check=False,
                cwd=folder,
                env={"LC_ALL": "C", "PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
                **ordinary,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, said.read())

    made = run(
        "initdb",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        f"--pwfile={folder / 'password'}",
        f"--username={USER}",
    )
    if made.returncode:
        raise UnavailableError(_last_line(made.stdout))
    with (data / "postgresql.conf").open("a", encoding="ascii") as settings:
        for name, value in {**SETTINGS, "unix_socket_directories": folder}.items():
            settings.write(f"{name} = '{value}'\n")
    for _ in range(5):  # somebody else may take the port between the look and the start
        port = _free_port()
        started = run("pg_ctl", "start", "--wait", f"--log={log}", f"--options=-p {port}")
        if not started.returncode:
            break
    else:
        raise UnavailableError(_last_line(log.read_text(encoding="utf-8", errors="replace")))
    try:
        yield {"host": "127.0.0.1", "port": port, "user": USER, "password": password}
    finally:
        run("pg_ctl", "stop", "--wait", "--mode=immediate")


def _ordinary_user(folder: Path) -> dict[str, Any]:
    """How `subprocess.run` becomes an ordinary user, who gets `folder`, for root may run no server."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            for path in (folder, *folder.iterdir()):
                os.chown(path, user.pw_uid, user.pw_gid)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise UnavailableError("root may not run a server, and there is no user postgres or nobody")


def _roomy() -> str:
    """A folder in memory, if the system has one with room."""
    try:
        found = os.statvfs(MEMORY)
    except OSError:
        return DISK
    room = found.f_bavail * found.f_frsize
    return MEMORY if room >= ROOM and os.access(MEMORY, os.W_OK) else DISK


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]


if __name__ == "__main__":
    keep(Path(sys.argv[1]), sys.argv[2])
