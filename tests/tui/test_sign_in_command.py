"""`init --super-user`, `sign-in` and `sign-out`: from standard input, at a terminal, in real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from store.access import MINUTE
from store.location import find_location
from store.moment import one_moment
from tests.store.cheap_passwords import hash_cheaply
from tests.store.house import OTHER, PASSWORD, WRONG
from tests.store.keyrings import Ring
from tests.tui.guarded import Guarded, code_of, type_in
from tests.tui.line import Line

NOBODY_SIGNED_IN = "the name, the password or the code is wrong; nobody was signed in"
SESSION = ["user", "role", "session", "ends_at", "recovery_codes_left"]


def rows(line: Line, sql: str) -> list[tuple[Any, ...]]:
    with one_moment(find_location(line.store)) as plain:
        return plain.rows(sql)


# ------------------------------------------------------------------------------------- the first one


@pytest.mark.usefixtures("ring")
def test_the_first_super_user_is_made_with_the_store_signs_in_and_out(
    store_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hash_cheaply(monkeypatch)
    line = Line(store_url, capsys)
    type_in(monkeypatch, PASSWORD)
    made = line.json(
        "init", "--organisation", "Northbank", "--super-user", " Ada  Sample", "--password-stdin"
    )
    assert set(made) == {
        "user", "totp_uri", "recovery_codes", "audit_key", "organisation", "store", "calendar", "timezone",
        "stages", "kpis", "target_set", "warnings",
    }  # fmt: skip
    assert (made["user"], len(made["recovery_codes"]), made["warnings"]) == ("Ada Sample", 10, [])
    assert made["audit_key"].startswith("stagewatch audit key 1\n")
    assert "nobody has signed in here" in line.refused("board")
    type_in(monkeypatch, PASSWORD)
    signed = line.json(
        "sign-in", "--user", "ada sample", "--password-stdin", "--code", code_of(made["totp_uri"])
    )
    assert list(signed) == SESSION
    assert (signed["user"], signed["role"], signed["recovery_codes_left"]) == ("Ada Sample", "super_user", 10)
    assert line.json("board")["organisation"] == "Northbank"
    who = line.json("people", "whoami")
    assert (who["user"], who["session"], who["ends_at"]) == (
        "Ada Sample",
        signed["session"],
        signed["ends_at"],
    )
    assert line.json("sign-out") == {"signed_out": True}
    assert line.json("sign-out") == {"signed_out": False}
    assert "nobody has signed in here" in line.refused("board")
    assert rows(line, "SELECT count(*) FROM session WHERE ended_at IS NULL") == [(0,)]


@pytest.mark.usefixtures("ring")
def test_people_are_told_what_they_need_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hash_cheaply(monkeypatch)
    line = Line(str(tmp_path / "store.db"), capsys)
    status, out, _ = line.run("init", "--organisation", "Northbank")
    assert status == 0
    assert "stagewatch people first-super-user NAME" in out
    assert "no super user" in line.refused("sign-in", "--user", "Ada", "--password-stdin")
    assert line.json("people", "whoami")["number"] is None
    type_in(monkeypatch, PASSWORD)
    status, out, err = line.run("people", "first-super-user", "Ada", "--password-stdin")
    assert (status, err) == (0, "")
    assert "otpauth://totp/Northbank:Ada?secret=" in out
    codes = [
        row for row in out.splitlines() if row.startswith("  ") and row.count("-") == 3 and len(row) == 25
    ]
    assert len(codes) == 10
    assert PASSWORD not in out
    type_in(monkeypatch, PASSWORD)
    assert "nobody has signed in" in line.refused("people", "first-super-user", "Eve", "--password-stdin")


def test_what_can_be_refused_is_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(str(tmp_path / "store.db"), capsys)
    init = ("init", "--organisation", "Northbank", "--password-stdin", "--super-user")
    type_in(monkeypatch, PASSWORD)
    assert "no keyring that can be used; name a file in STAGEWATCH_SECRETS" in line.refused(*init, "Ada")
    monkeypatch.setenv("STAGEWATCH_SECRETS", str(tmp_path / "secrets"))
    monkeypatch.setenv("STAGEWATCH_PASSPHRASE", "correct horse battery staple")
    for password, name, why in (
        ("short", "Ada", "at least 12 characters"),
        ("northbank-northbank", "Ada", "little more than a name"),
        (PASSWORD, "12", "at least one letter"),
        ("\udcff" * 12, "Ada", "no control characters"),
    ):
        type_in(monkeypatch, password)
        said = line.refused(*init, name)
        assert why in said
        assert password not in said
    type_in(monkeypatch)
    assert "no password on standard input" in line.refused(*init, "Ada")
    assert "there is no terminal to ask at" in line.refused(
        "init", "--organisation", "N", "--super-user", "Ada"
    )
    assert sorted(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("ring")
def test_a_super_user_who_cannot_be_made_leaves_the_store_and_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from store import enrolling
    from store.errors import StoreError

    def failing(*_: object) -> None:
        raise StoreError("the keyring refused the key")

    monkeypatch.setattr(enrolling, "make_first_super_user", failing)
    line = Line(str(tmp_path / "store.db"), capsys)
    type_in(monkeypatch, PASSWORD)
    init = ("init", "--organisation", "Northbank", "--super-user", "Ada", "--password-stdin", "--json")
    status, out, err = line.run(*init)
    assert (status, err.count("\n")) == (1, 1)
    assert "the store is made, and open" in err
    said = json.loads(out)
    assert (said["user"], said["recovery_codes"]) == (None, [])
    assert said["audit_key"]


# ----------------------------------------------------------------------------------------- signing in


def sign_in(guarded: Guarded, name: str, *more: str, password: str = PASSWORD) -> Any:
    guarded.typed(password)
    return guarded.line.json("sign-in", "--user", name, "--password-stdin", *more)


def refused(guarded: Guarded, *arguments: str, password: str = PASSWORD) -> str:
    """How signing in is refused; the password is never said."""
    guarded.typed(password)
    said = guarded.line.refused("sign-in", "--password-stdin", *arguments)
    assert password not in said
    return said


def test_what_was_wrong_is_not_said(guarded: Guarded) -> None:
    ada = guarded.house.members["Ada"]
    right = ("--user", "Ada", "--code", guarded.house.code(ada))
    assert NOBODY_SIGNED_IN in refused(guarded, *right, password=WRONG)
    assert NOBODY_SIGNED_IN in refused(guarded, "--user", "Ada", "--code", "000000")
    assert NOBODY_SIGNED_IN in refused(guarded, "--user", "Eve", "--code", "000000")
    assert NOBODY_SIGNED_IN in refused(guarded, "--user", "Bo", password="\udcff" * 12)
    assert "this asks for a one-time code as well; nobody was signed in, give it with --code" in refused(
        guarded, "--user", "Mo"
    )
    assert "say who it is with --user" in refused(guarded)
    assert "no terminal to ask at (password)" in guarded.line.refused("sign-in", "--user", "Ada")
    guarded.typed()
    assert "no password on standard input" in guarded.line.refused(
        "sign-in", "--user", "Ada", "--password-stdin"
    )


def test_a_recovery_code_is_good_once_in_place_of_the_digits(guarded: Guarded) -> None:
    code = guarded.house.members["Ada"].recovery[0].lower()
    assert sign_in(guarded, "Ada", "--code", code)["recovery_codes_left"] == 9
    assert NOBODY_SIGNED_IN in refused(guarded, "--user", "Ada", "--code", code)


def test_a_new_session_ends_the_one_that_was_kept(guarded: Guarded, ring: Ring) -> None:
    first = sign_in(guarded, "Bo")["session"]
    second = sign_in(guarded, "Bo")["session"]
    alive = guarded.house.rows("SELECT number FROM session WHERE ended_at IS NULL")
    assert (first != second, alive) == (True, [(second,)])
    assert len([name for _, name in ring.kept if name.startswith("session:")]) == 1


def test_a_token_is_printed_instead_of_being_kept(guarded: Guarded, ring: Ring) -> None:
    kept = dict(ring.kept)
    guarded.typed(PASSWORD)
    status, out, err = guarded.line.run("sign-in", "--user", "Bo", "--password-stdin", "--print-token")
    assert (status, err, out.count("\n"), ring.kept) == (0, "", 1, kept)
    guarded.patch.setenv("STAGEWATCH_TOKEN", out.strip())
    assert guarded.line.json("people", "whoami")["user"] == "Bo"
    assert list(sign_in(guarded, "Bo", "--print-token")) == [*SESSION, "token"]
    guarded.typed(PASSWORD)
    status, out, err = guarded.line.run("sign-in", "--user", "Bo", "--password-stdin")
    assert (status, err) == (0, "stagewatch: STAGEWATCH_TOKEN is set, and goes before this session\n")
    assert out.startswith("Signed in: Bo, recruiter, until ")
    assert guarded.line.json("sign-out") == {"signed_out": True}
    assert "this session was ended" in guarded.line.refused("board")


def test_without_a_keyring_nobody_is_signed_in_and_no_code_used_up(guarded: Guarded) -> None:
    ada = guarded.house.members["Ada"]
    guarded.patch.setattr(
        "store.secrets_kept._UNSAFE", ("",)
    )  # whatever keyring there is keeps nothing safely
    said = refused(guarded, "--user", "Ada", "--code", guarded.house.code(ada))
    assert "this system has no keyring that can be used; name a file in STAGEWATCH_SECRETS" in said
    assert "--print-token" in said
    assert said.endswith("; nobody was signed in\n")
    assert guarded.line.refused("board").startswith(
        "stagewatch: nobody has signed in here: this system has no"
    )
    assert guarded.house.rows("SELECT count(*) FROM session") == [(0,)]
    bo = sign_in(guarded, "Bo", "--print-token")
    guarded.patch.setenv("STAGEWATCH_TOKEN", bo["token"])
    assert guarded.line.run("board")[0] == 0


def test_a_keyring_that_keeps_nothing_ends_the_session_again(guarded: Guarded, ring: Ring) -> None:
    ring.forgetful = True
    assert "nothing was kept, and the session was ended again" in refused(guarded, "--user", "Bo")
    assert guarded.house.rows("SELECT count(*), count(ended_at) FROM session") == [(1, 1)]


def test_the_session_may_be_in_a_file_under_a_passphrase(guarded: Guarded, secrets_path: Path) -> None:
    sign_in(guarded, "Bo")
    assert guarded.line.run("board")[0] == 0
    assert "session" not in secrets_path.read_text()
    guarded.line.json("sign-out")
    assert "nobody has signed in here" in guarded.line.refused("board")


# -------------------------------------------------------------------- going on, and proving anew


def test_a_locked_session_goes_on_with_the_password(guarded: Guarded) -> None:
    assert "nobody has signed in here" in refused(guarded, "--unlock")
    session = sign_in(guarded, "Bo")["session"]
    guarded.house.run(f"UPDATE session SET seen_at = seen_at - {16 * MINUTE}")
    assert "locked; unlock it with “stagewatch sign-in --unlock”" in guarded.line.refused("board")
    assert NOBODY_SIGNED_IN in refused(guarded, "--unlock", password=WRONG)
    guarded.typed(PASSWORD)
    unlocked = guarded.line.json("sign-in", "--unlock", "--password-stdin")
    assert (list(unlocked), unlocked["session"]) == (SESSION, session)
    assert guarded.line.run("board")[0] == 0


def test_a_locked_session_can_be_signed_out_of(guarded: Guarded) -> None:
    sign_in(guarded, "Bo")
    guarded.house.run(f"UPDATE session SET seen_at = seen_at - {16 * MINUTE}")
    assert guarded.line.json("sign-out") == {"signed_out": True}
    assert guarded.house.rows("SELECT count(*) FROM session WHERE ended_at IS NULL") == [(0,)]


def test_a_fresh_code_or_the_password_of_who_has_none(guarded: Guarded) -> None:
    for name in ("Ada", "Bo"):
        member = guarded.enter(name)
        guarded.house.run(f"UPDATE session SET coded_at = {guarded.house.now - 16 * MINUTE}")
        assert "“stagewatch sign-in --again”" in guarded.line.refused("tasks", "--json")
        if member.seed is None:
            assert NOBODY_SIGNED_IN in refused(guarded, "--again", password=WRONG)
            guarded.typed(PASSWORD)
            assert guarded.line.json("sign-in", "--again", "--password-stdin")["user"] == name
        else:
            assert "no terminal to ask at (one-time code)" in refused(guarded, "--again")
            code = guarded.house.code(member)
            assert guarded.line.json("sign-in", "--again", "--code", code)["user"] == name
            assert NOBODY_SIGNED_IN in guarded.line.refused("sign-in", "--again", "--code", code)
        assert guarded.line.json("tasks")["tasks"]


def test_a_token_for_scripts_neither_signs_out_nor_proves_anything(guarded: Guarded) -> None:
    from kpi.policy import Action

    guarded.enter("Bo", rights=[Action.SEE_BOARD])
    assert "STAGEWATCH_TOKEN holds the token “script”" in guarded.line.refused("sign-out")
    assert "a token is for scripts" in refused(guarded, "--again")
    assert guarded.line.run("board")[0] == 0


@pytest.mark.parametrize("written", [["--password", "hunter-hunter-2"], ["--password=hunter-hunter-2"]])
def test_a_password_in_the_command_is_refused_and_not_repeated(
    capsys: pytest.CaptureFixture[str], written: list[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        Line("nowhere.db", capsys).run("sign-in", "--user", "Ada", *written)
    said = capsys.readouterr()
    assert (left.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "--password-stdin" in said.err
    assert "hunter" not in said.err


# --------------------------------------------------------------------------------- from end to end


def test_a_recruiter_is_added_enrols_signs_in_and_is_refused(
    tmp_path: Path, secrets_path: Path, own_home: Path
) -> None:
    """Real processes, with a file of secrets and passwords hashed at full cost."""
    environment = {**os.environ, "STAGEWATCH_STORE": str(tmp_path / "store.db")}

    def run(*arguments: str, typed: str = "", status: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            input=typed, capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip
        assert done.returncode == status, done
        assert not typed or typed not in done.stdout + done.stderr
        return done.stderr if status else json.loads(done.stdout)

    first = run("init", "--organisation", "Northbank", "--super-user", "Ada", "--password-stdin", "--json",
                typed=PASSWORD)  # fmt: skip
    code = code_of(first["totp_uri"])
    run("sign-in", "--user", "Ada", "--password-stdin", "--code", code, "--json", typed=PASSWORD)
    added = run("people", "add", "Bo Field", "--role", "recruiter", "--json")
    enrol = ("--enrol", added["enrolment_code"])
    run("sign-in", "--user", "Bo Field", *enrol, "--password-stdin", "--json", typed=OTHER)
    signed = run("sign-in", "--user", "bo field", "--password-stdin", "--json", typed=OTHER)
    assert (signed["user"], signed["role"]) == ("Bo Field", "recruiter")
    said = run("kpi", "set", "draft.ready_to_publish", "--due", "3", "--reason", "x", "--json", status=1)
    assert said == "stagewatch: you may not change targets; “stagewatch people policy” says who may\n"
    assert run("sign-out", "--json") == {"signed_out": True}
    assert PASSWORD not in secrets_path.read_text()
    assert [path.name for path in own_home.rglob("*") if path.is_file()] == []
