"""Without a keyring secrets live in a file under a passphrase, if one is named; none of them is lost."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keyring
import pytest

from store.errors import StoreError
from store.secrets_file import SecretsFile
from store.secrets_kept import KEY, change_secret, fetch_secret, find_secret, forget_secret, keep_secret
from tests.store.keyrings import Ring

ROOT = Path(__file__).parents[2]
GOLDEN = """stagewatch secrets 1
salt rpVaHZmHocAskihrYGbDhw==
sealed SoITqSECCtq4E80sfOmYKmn3FgkGiZ1bZDTx+wiZwNL5XXPPJA6pWjaEtqA18mgNWXyjedx/z98tOLRr4FKIxisWRrw=
"""
COUNT = """
import sys
from store.secrets_kept import change_secret, keep_secret
for n in range(15):
    change_secret("counter", lambda kept: str(int(kept or 0) + 1))
    keep_secret(f"{sys.argv[1]}-{n}", "kept")
"""
DIE = """
import os, signal, sys
import store.whole_files
from store.secrets_kept import keep_secret
calls = 0
def die(path, _whole=store.whole_files._sync):
    global calls
    calls += 1
    if calls == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    _whole(path)
store.whole_files._sync = die
keep_secret("one", "new")
"""


def refused(job) -> str:
    with pytest.raises(StoreError) as error:
        job()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_secrets_come_back_and_stand_nowhere_in_the_file(secrets_path: Path) -> None:
    assert find_secret("one of them") is None
    assert not secrets_path.exists()
    keep_secret("one of them", "a secret")
    keep_secret("two", "another – \ud800 \x00")
    assert (fetch_secret("one of them"), fetch_secret("two")) == ("a secret", "another – \ud800 \x00")
    text = secrets_path.read_text("ascii")
    assert "one of them" not in text
    assert "a secret" not in text
    assert stat.S_IMODE(secrets_path.stat().st_mode) == 0o600
    assert {path.name for path in secrets_path.parent.iterdir()} == {"secrets", "secrets.lock"}
    assert forget_secret("one of them")
    assert forget_secret("never kept")
    assert (find_secret("one of them"), find_secret("two")) == (None, "another – \ud800 \x00")


def test_a_named_file_is_used_even_where_there_is_a_keyring(ring: Ring, secrets_path: Path) -> None:
    keep_secret("one", "a secret")
    assert ring.kept == {}
    assert keyring.get_password("stagewatch", "one") is None


def test_the_same_secrets_are_never_written_twice_alike_and_unchanged_ones_not_at_all(
    secrets_path: Path,
) -> None:
    keep_secret("one", "first")
    first = secrets_path.read_text("ascii").splitlines()
    keep_secret("one", "first")
    assert secrets_path.read_text("ascii").splitlines() == first
    keep_secret("one", "other")
    keep_secret("one", "first")
    again = secrets_path.read_text("ascii").splitlines()
    assert again[:2] == first[:2]
    assert again[2] != first[2]


def test_the_format_stays_as_it_was_first_written(secrets_path: Path) -> None:
    secrets_path.write_text(GOLDEN, "ascii")
    assert (find_secret("audit:1"), find_secret("ä")) == ("a key", "ö")


def test_a_change_sees_what_is_kept_and_may_leave_it(secrets_path: Path) -> None:
    seen: list[str | None] = []

    def change(kept: str | None) -> str | None:
        seen.append(kept)
        return None if len(seen) == 1 else f"{kept}!"

    assert [change_secret("one", change) for _ in range(3)] == [None, "None!", "None!!"]
    assert seen == [None, None, "None!"]
    assert change_secret("one", lambda _: None) == "None!!"


def test_what_fails_half_way_changes_nothing(secrets_path: Path) -> None:
    keep_secret("one", "a secret")
    before = secrets_path.read_bytes()
    file = SecretsFile(secrets_path, os.environ["STAGEWATCH_PASSPHRASE"])

    def fail_half_way() -> None:
        with file.changing() as kept:
            kept["one"] = "lost"
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert secrets_path.read_bytes() == before
    assert os.environ["STAGEWATCH_PASSPHRASE"] not in repr(file)


@pytest.mark.parametrize("passphrase", [None, ""])
def test_without_a_passphrase_the_variable_is_named(
    secrets_path: Path, monkeypatch: pytest.MonkeyPatch, passphrase: str | None
) -> None:
    if passphrase is None:
        monkeypatch.delenv("STAGEWATCH_PASSPHRASE")
    else:
        monkeypatch.setenv("STAGEWATCH_PASSPHRASE", passphrase)
    for job in (lambda: keep_secret("one", "a"), lambda: find_secret("one"), lambda: fetch_secret("one")):
        assert "into STAGEWATCH_PASSPHRASE" in refused(job)
    assert not forget_secret("one")
    assert not secrets_path.exists()


def test_a_name_that_depends_on_the_folder_one_is_in_is_refused(
    secrets_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGEWATCH_SECRETS", "secrets")
    assert "by its whole path" in refused(lambda: find_secret("one"))


def test_a_wrong_passphrase_is_said_and_the_file_left(
    secrets_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_secret("one", "a secret")
    before = secrets_path.read_bytes()
    monkeypatch.setenv("STAGEWATCH_PASSPHRASE", "correct horse battery staple ")
    for job in (lambda: keep_secret("one", "a"), lambda: find_secret("one")):
        assert "STAGEWATCH_PASSPHRASE holds another passphrase" in refused(job)
    assert secrets_path.read_bytes() == before
    monkeypatch.setenv("STAGEWATCH_PASSPHRASE", "correct horse battery staple")
    assert fetch_secret("one") == "a secret"


def test_a_passphrase_may_be_any_bytes(secrets_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGEWATCH_PASSPHRASE", os.fsdecode(b"p\xffss"))
    keep_secret("one", "a secret")
    assert fetch_secret("one") == "a secret"


def test_no_byte_of_the_file_can_be_changed(secrets_path: Path) -> None:
    whole = GOLDEN.encode()
    salt = range(whole.index(b"salt ") + 5, whole.index(b"=="))
    # Each byte of the salt costs a key of its own: one of them will do.
    for place in sorted({*range(len(whole))} - {*salt[1:]}):
        secrets_path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert "secrets" in refused(lambda: find_secret("one"))
    for length in range(len(whole)):
        secrets_path.write_bytes(whole[:length])
        refused(lambda: find_secret("one"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "damaged or no file of secrets"),
        (b"a secret\n", "damaged or no file of secrets"),
        (b"\xff\xfe", "no text file"),
        (b"x" * (4 * 1024 * 1024 + 1), "longer than the 4,194,304 bytes"),
        (GOLDEN.replace("secrets 1", "secrets 2").encode(), "damaged or no file of secrets"),
        (GOLDEN.encode() + b"\n", "damaged or no file of secrets"),
    ],
)
def test_what_is_no_file_of_secrets_is_said_and_left(secrets_path: Path, content: bytes, said: str) -> None:
    secrets_path.write_bytes(content)
    for job in (lambda: keep_secret("one", "a"), lambda: find_secret("one")):
        assert said in refused(job)
    assert secrets_path.read_bytes() == content


def test_a_folder_in_its_place_or_none_around_it_is_said(
    secrets_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_path.mkdir()
    assert "cannot be read: Is a directory" in refused(lambda: find_secret("one"))
    monkeypatch.setenv("STAGEWATCH_SECRETS", "/nowhere/at/all")
    for job in (lambda: keep_secret("one", "a"), lambda: find_secret("one")):
        assert "there is no folder /nowhere/at" in refused(job)


def test_a_file_that_cannot_be_written_stays_as_it_was(
    secrets_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_secret("one", "a secret")
    before = secrets_path.read_bytes()

    def full(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        assert "secrets cannot be written: No space left on device" in refused(
            lambda: keep_secret("one", "b")
        )
    with monkeypatch.context() as patched:
        patched.setattr("store.secrets_file.one_at_a_time", full)
        assert "secrets cannot be written: No space left on device" in refused(
            lambda: keep_secret("one", "b")
        )
    assert secrets_path.read_bytes() == before
    assert {path.name for path in secrets_path.parent.iterdir()} == {"secrets", "secrets.lock"}


def test_a_link_to_the_file_stays_a_link(secrets_path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    secrets_path.symlink_to(tmp_path / "elsewhere" / "real")
    keep_secret("one", "a secret")
    assert secrets_path.is_symlink()
    assert (tmp_path / "elsewhere" / "real").is_file()
    assert fetch_secret("one") == "a secret"


def test_a_missing_password_is_told_with_the_file_and_the_way_out(secrets_path: Path) -> None:
    assert refused(lambda: fetch_secret("one")) == (
        f"{secrets_path} has no password for “one”; remove the account and add it again"
    )
    assert "has no key for “one”; take it from the key file" in refused(lambda: fetch_secret("one", KEY))


def test_two_processes_that_write_at_once_lose_nothing(secrets_path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", COUNT, name], cwd=ROOT) for name in ("left", "right")]
    assert [process.wait() for process in running] == [0, 0]
    kept = SecretsFile(secrets_path, os.environ["STAGEWATCH_PASSPHRASE"]).read()
    names = {f"{name}-{n}" for name in ("left", "right") for n in range(15)}
    assert kept == {"counter": "30"} | dict.fromkeys(names, "kept")


def test_two_threads_that_write_at_once_lose_nothing(secrets_path: Path) -> None:
    def count(_: int) -> str | None:
        return change_secret("counter", lambda kept: str(int(kept or 0) + 1))

    with ThreadPoolExecutor(4) as threads:
        assert {*threads.map(count, range(20))} == {str(n) for n in range(1, 21)}


@pytest.mark.parametrize(("when", "kept"), [(1, "old"), (2, "new")])
def test_killed_while_writing_it_holds_the_old_or_the_new(secrets_path: Path, when: int, kept: str) -> None:
    keep_secret("one", "old")
    keep_secret("two", "there")
    process = subprocess.run([sys.executable, "-c", DIE, str(when)], cwd=ROOT, check=False)
    assert process.returncode == -signal.SIGKILL
    assert (fetch_secret("one"), fetch_secret("two")) == (kept, "there")
    assert len(list(secrets_path.parent.glob(".secrets.*"))) == (1 if kept == "old" else 0)
    secrets_path.with_name(".secrets.swp").touch()  # an editor's
    keep_secret("two", "still works")
    assert fetch_secret("two") == "still works"
    assert [path.name for path in secrets_path.parent.glob(".secrets.*")] == [".secrets.swp"]


def test_a_draft_that_cannot_be_removed_stops_nobody(
    secrets_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = secrets_path.with_name(".secrets.abcdefgh")
    left.mkdir()
    keep_secret("one", "a secret")
    assert fetch_secret("one") == "a secret"
    assert left.is_dir()


def test_nothing_at_start_up_loads_the_cipher() -> None:
    script = (
        "import sys, tui.main, store.secrets_kept, store.audit_keys, store.checkpoints\n"
        "print([name for name in ('cryptography', 'keyring', 'store.secrets_file') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
