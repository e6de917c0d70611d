"""`stagewatch grants` and `tokens`: access for a time, and for scripts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.tui.guarded import Guarded

GRANT = [
    "number", "person", "user", "purpose", "scope", "from", "until", "requested_by", "approved_by",
    "ended_by", "state",
]  # fmt: skip


@pytest.fixture
def days(guarded: Guarded) -> tuple[str, ...]:
    """From today, in the organisation's zone, for a week."""
    guarded.enter("Ada")
    today = date.fromisoformat(guarded.line.json("board")["as_of"])
    guarded.leave()
    return ("--from", today.isoformat(), "--until", (today + timedelta(days=6)).isoformat())


def test_an_auditor_is_let_in_by_two_super_users_until_it_is_revoked(
    guarded: Guarded, days: tuple[str, ...]
) -> None:
    line = guarded.line
    guarded.enter("Ada")
    asked = line.json(
        "grants", "request", "ann", "--purpose", "Yearly audit", "--scope", "audit.see, board.see", *days
    )
    assert list(asked) == ["number", "person", "purpose", "scope", "from", "until"]
    assert asked["scope"] == ["audit.see", "board.see"]
    number = str(asked["number"])
    assert "another super user does" in line.refused("grants", "approve", number)
    guarded.enter("Ann")
    assert "you may not read the audit log" in line.refused("audit", "list")
    guarded.enter("Sue")
    assert line.json("grants", "approve", number) == {"number": asked["number"], "done": "approved"}
    assert "was approved already" in line.refused("grants", "approve", number)
    guarded.enter("Ann")
    assert line.json("audit", "list", "--limit", "1")["entries"]
    assert "you may not export" in line.refused("audit", "export", "anywhere")
    (seen,) = line.json("grants", "list")["grants"]
    assert list(seen) == GRANT
    assert (seen["user"], seen["state"], seen["approved_by"]) == ("Ann", "in_force", "Sue")
    status, out, _ = line.run("grants", "list")
    assert status == 0
    assert out.splitlines()[1:] == [
        "   audit.see board.see: Yearly audit", "   asked for by Ada, approved by Sue",
    ]  # fmt: skip
    guarded.enter("Ada")
    assert line.json("grants", "revoke", number)["done"] == "ended"
    guarded.enter("Ann")
    assert "you may not read the audit log" in line.refused("audit", "list")
    assert line.json("grants", "list")["grants"][0]["state"] == "ended"
    guarded.enter("Bo")
    assert line.json("grants", "list") == {"grants": []}
    assert "you may not approve" in line.refused("grants", "approve", number)
    assert "you may not revoke" in line.refused("grants", "revoke", number)


def test_a_grant_that_makes_no_sense_is_refused_in_a_line(guarded: Guarded, days: tuple[str, ...]) -> None:
    guarded.enter("Ada")
    for person, scope, why in (
        ("Bo", "audit.see", "is no auditor"),
        ("Ann", "audit.all", "scope: “audit.all” is no right"),
        ("Ann", "targets.change", "scope: some of "),
        ("Ann", ",", "scope: some of "),
        ("Nobody", "audit.see", "there is no person “Nobody”"),
    ):
        request = ("grants", "request", person, "--purpose", "Audit", "--scope", scope, *days)
        assert why in guarded.line.refused(*request), (person, scope)
    assert "there is no grant 9" in guarded.line.refused("grants", "approve", "9")


def test_a_token_is_shown_once_and_has_the_rights_it_was_made_for(guarded: Guarded) -> None:
    line = guarded.line
    guarded.enter("Bo")
    made = line.json("tokens", "make", "nightly", "--days", "30", "--rights", "board.see,board.export")
    assert list(made) == ["number", "name", "token", "ends_at", "rights"]
    (listed,) = line.json("tokens", "list")["tokens"]
    assert (listed["number"], listed["token"], listed["rights"]) == (
        made["number"],
        "nightly",
        made["rights"],
    )
    assert made["token"] not in line.run("tokens", "list")[1]
    session = next(one["number"] for one in line.json("people", "sessions")["sessions"] if one["this"])
    for arguments, why in (
        (("make", "nightly", "--days", "1", "--rights", "board.see"), "is there already"),
        (("make", "x", "--days", "366", "--rights", "board.see"), "days: from 1 to 365"),
        (("make", "x", "--days", "1", "--rights", "board"), "rights: “board” is no right"),
        (("make", "x", "--days", "1", "--rights", ","), "rights: name what it is for"),
        (("make", "x", "--days", "1", "--rights", "people.change"), "no token may have people.change"),
        (("end", str(session)), f"there is no token {session}"),
    ):
        assert why in line.refused("tokens", *arguments), arguments
    guarded.patch.setenv("STAGEWATCH_TOKEN", made["token"])
    assert line.json("people", "whoami")["token"] == "nightly"
    assert line.json("tasks")["tasks"]
    assert "you may not read the audit log" in line.refused("audit", "list")
    guarded.enter("Ada")
    assert line.json("tokens", "end", str(made["number"])) == {"number": made["number"], "ended": True}
    assert line.run("tokens", "list")[1] == "No tokens; stagewatch tokens make NAME --days N --rights A,B\n"
    guarded.patch.setenv("STAGEWATCH_TOKEN", made["token"])
    assert "this session was ended" in line.refused("board")


def test_people_see_a_token_once(guarded: Guarded) -> None:
    guarded.enter("Bo")
    status, out, err = guarded.line.run("tokens", "make", "nightly", "--days", "1", "--rights", "board.see")
    assert (status, err) == (0, "")
    assert "“nightly”, shown this once and good until" in out
    guarded.patch.setenv("STAGEWATCH_TOKEN", out.splitlines()[2].strip())
    assert guarded.line.run("board")[0] == 0
    assert guarded.line.run("people", "whoami")[1].splitlines()[1].startswith("Token “nightly”, ")
