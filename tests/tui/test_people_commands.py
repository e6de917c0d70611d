"""`stagewatch people`: the machine forms, what people read, and what each role may do by a command."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kpi.policy import POLICY, Action, Role
from tests.store.house import OTHER, PASSWORD, WRONG
from tests.store.keyrings import Ring
from tests.tui.fake import HOSTILE
from tests.tui.guarded import Guarded
from tests.tui.line import Line

PERSON = {
    "number", "name", "role", "team", "active", "database_role", "links", "listings", "has_password",
    "has_second_factor",
}  # fmt: skip
SAVED = [
    "number", "name", "role", "team", "active", "database_role", "links", "listings", "changed",
]  # fmt: skip


@pytest.fixture
def line(guarded: Guarded) -> Line:
    """The command line of a super user."""
    guarded.enter("Ada")
    return guarded.line


def people(line: Line) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in line.json("people", "list")["people"]}


# ----------------------------------------------------------------------------------------- people


def test_a_person_is_added_with_a_code_and_changed_by_name_or_number(line: Line) -> None:
    added = line.json("people", "add", "Zoë  Field", "--role", "recruiter", "--team", "north")
    assert list(added) == ["role", "number", "name", "enrolment_code", "until"]
    assert (added["name"], added["role"], len(added["enrolment_code"])) == ("Zoë Field", "recruiter", 23)
    zoe = people(line)["Zoë Field"]
    assert set(zoe) == PERSON
    assert (zoe["team"], zoe["has_password"]) == ({"number": 1, "name": "North"}, False)
    saved = line.json(
        "people", "change", "zoË field", "--name", "Zoë Meadow", "--role", "auditor", "--no-team"
    )
    assert list(saved) == SAVED
    assert (saved["name"], saved["role"], saved["team"], saved["changed"]) == (
        "Zoë Meadow", "auditor", None, True,
    )  # fmt: skip
    again = line.json("people", "change", str(added["number"]), "--role", "auditor")
    assert (again["name"], again["changed"]) == ("Zoë Meadow", False)
    assert line.json("people", "change", "Zoë Meadow", "--team", "2")["team"] == 2


def test_whoever_is_deactivated_comes_back_with_the_password_they_had(line: Line) -> None:
    assert line.json("people", "deactivate", "Bo")["active"] is False
    assert people(line)["Bo"]["active"] is False
    assert line.json("people", "deactivate", "Bo")["changed"] is False
    assert line.json("people", "reactivate", "bo")["active"] is True
    assert people(line)["Bo"]["has_password"] is True


def test_a_code_is_given_anew_and_a_reset_takes_the_password(line: Line) -> None:
    first = line.json("people", "enrol", "Bo")
    assert list(first) == ["number", "name", "enrolment_code", "until"]
    assert people(line)["Bo"]["has_password"] is True
    second = line.json("people", "reset", "Bo")
    assert second["enrolment_code"] != first["enrolment_code"]
    assert people(line)["Bo"]["has_password"] is False
    status, out, _ = line.run("people", "reset", "Mo")
    assert status == 0
    assert "Mo is signed out everywhere and has no password; a second factor stays." in out
    assert "They enrol with: stagewatch sign-in --user Mo --enrol " in out


def test_what_cannot_be_is_refused_in_a_line(line: Line) -> None:
    for arguments, why in (
        (("add", "Bo", "--role", "recruiter"), "is called “Bo” already"),
        (("add", "Zoe", "--role", "boss"), "role: “boss” is none; there are super_user,"),
        (("add", "Zoe", "--role", "recruiter", "--team", "West"), "there is no team “West”"),
        (("change", "Bo"), "say what to change"),
        (("change", "Nobody", "--role", "auditor"), "there is no person “Nobody”"),
        (("change", "9999999999999", "--role", "auditor"), "there is no person “9999999999999”"),
        (("change", "Bo", "--database-role", "bo"), "only PostgreSQL has roles"),
        (("link", "Bo", " "), "reference: say one"),
        (("unlink", "nobody@ats"), "“nobody@ats” is linked to nobody"),
        (("assign", "Lin", "J9"), "there is no listing “J9”"),
        (("change-team", "North"), "say what to change"),
        (("add-team", "East", "--manager", "Bo"), "is no team manager"),
        (("undelegate", "7"), "there is no delegation 7"),
        (("end-session", "99"), "there is no session 99"),
    ):
        assert why in line.refused("people", *arguments), arguments
    assert "Zoe" not in people(line), "a person is not added without the team"


def test_the_first_super_user_of_an_open_store_is_made_with_a_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ring: Ring
) -> None:
    line = Line(str(tmp_path / "store.db"), capsys)
    line.json("init", "--organisation", "Northbank")
    assert line.json("people", "list") == {"people": []}
    assert line.run("people", "list")[1] == "Nobody yet; stagewatch people add NAME --role ROLE\n"
    assert "first-super-user" in line.refused("people", "add", "Ada", "--role", "super_user")
    assert line.json("people", "add", "Bo", "--role", "recruiter")["number"] == 1
    assert "first-super-user" in line.refused("people", "change", "Bo", "--role", "super_user")
    assert "nobody signs in to this store yet" in line.run("people", "whoami")[1]


def test_people_read_tables_and_nothing_foreign(line: Line) -> None:
    line.json("people", "add", HOSTILE, "--role", "recruiter")
    line.json("people", "delegate", "North", "Lin", "--from", "2030-01-01", "--until", "2030-01-02")
    shown = ""
    for arguments in (["list"], ["teams"], ["whoami"], ["sessions"], ["policy"]):
        status, out, err = line.run("people", *arguments)
        assert (status, err) == (0, "")
        shown += out
    for said in (
        "not enrolled",
        "HR business partner",
        "Ada (1), super user, North",
        "2030-01-02",
        "this one",
    ):
        assert said in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_table_of_rights_needs_no_store_and_fits_80_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(str(tmp_path / "none.db"), capsys)
    said = line.json("people", "policy")
    assert list(said) == ["policy", "notes"]
    assert [row["right"] for row in said["policy"]] == [action.value for action in Action]
    for row in said["policy"]:
        held = {role: scope for role, scope in row["scopes"].items() if scope is not None}
        assert held == {role.value: scope.value for role, scope in POLICY[Action(row["right"])].items()}
    status, out, err = line.run("people", "policy")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert all(f"({role.value})" in out for role in Role)
    cells = next(row for row in out.splitlines() if row.startswith("audit.export")).split()
    assert cells == ["audit.export", "all", "–", "–", "–", "–", "–", "all*", "fresh"]
    assert list(tmp_path.iterdir()) == []


def test_ones_own_password_is_changed_by_both(guarded: Guarded) -> None:
    guarded.enter("Bo")
    for typed, why in (
        ((WRONG, OTHER), "the name, the password or the code is wrong"),
        ((PASSWORD, "too short"), "at least 12 characters"),
        ((PASSWORD,), "there is no password on standard input"),
    ):
        guarded.typed(*typed)
        assert why in guarded.line.refused("people", "password", "--password-stdin")
    guarded.typed(PASSWORD, OTHER)
    assert guarded.line.json("people", "password", "--password-stdin") == {"changed": True}
    guarded.leave()
    guarded.typed(OTHER)
    assert guarded.line.json("sign-in", "--user", "Bo", "--password-stdin")["user"] == "Bo"


# ------------------------------------------------------------------------ links, listings and teams


def test_references_are_linked_and_listings_assigned_by_an_administrator(guarded: Guarded) -> None:
    guarded.enter("Rae")
    line = guarded.line
    assert line.json("people", "unlinked") == {
        "unlinked": [{"ref": "bo@ats", "listings": 1}, {"ref": "zed", "listings": 1}]
    }
    linked = line.json("people", "link", "Bo", "bo@ats")
    assert (linked["links"], linked["changed"]) == (["bo@ats"], True)
    assert "linked to Bo; unlink it there first" in line.refused("people", "link", "Lin", "bo@ats")
    assert [one["ref"] for one in line.json("people", "unlinked")["unlinked"]] == ["zed"]
    assert line.json("people", "unlink", "bo@ats")["links"] == []
    assert line.json("people", "assign", "Lin", "J2", "J1")["listings"] == ["J1", "J2"]
    assert line.json("people", "assign", "Lin", "J2")["changed"] is False
    assert line.json("people", "unassign", "Lin", "J1")["listings"] == ["J2"]
    assert "before it this was done for J1" in line.refused("people", "assign", "Lin", "J1", "J9")
    guarded.enter("Lin")
    assert {task["listing"] for task in line.json("tasks")["tasks"]} == {"J1", "J2"}


def test_teams_have_leaders_by_name(line: Line) -> None:
    made = line.json("people", "add-team", "East", "--manager", "mo", "--hr-partner", "hal")
    assert list(made) == ["number", "name", "manager", "hr_partner"]
    assert (made["number"], made["name"]) == (3, "East")
    team = next(one for one in line.json("people", "teams")["teams"] if one["name"] == "East")
    assert list(team) == ["number", "name", "manager", "hr_partner", "members", "delegate"]
    assert (team["manager"]["name"], team["hr_partner"]["name"], team["members"]) == ("Mo", "Hal", 0)
    changed = line.json(
        "people", "change-team", "east", "--name", "Far East", "--no-manager", "--no-hr-partner"
    )
    assert (changed["name"], changed["manager"], changed["hr_partner"]) == ("Far East", None, None)
    assert line.json("people", "change-team", "3", "--manager", "Mo")["manager"] == made["manager"]


def test_a_manager_names_who_stands_in_for_them(guarded: Guarded) -> None:
    guarded.enter("Ada")
    guarded.line.json("people", "change-team", "North", "--manager", "Mo")
    day = guarded.house.today + timedelta(days=30)
    days = ("--from", day.isoformat(), "--until", (day + timedelta(days=6)).isoformat())
    guarded.enter("Mo")
    assert "you may not name who stands in" in guarded.line.refused(
        "people", "delegate", "South", "Bo", *days
    )
    made = guarded.line.json("people", "delegate", "north", "bo", *days)
    assert list(made) == ["number", "team", "delegate", "from", "until"]
    assert "stands in from" in guarded.line.refused("people", "delegate", "North", "Lin", *days)
    (listed,) = guarded.line.json("people", "teams")["delegations"]
    assert (listed["delegate"]["name"], listed["is_on"], listed["withdrawn_at"]) == ("Bo", False, None)
    ended = guarded.line.json("people", "undelegate", str(made["number"]))
    assert ended == made
    assert guarded.line.json("people", "teams")["delegations"][0]["withdrawn_at"] is not None


# ------------------------------------------------------------------------------- sessions and keys


def test_sessions_are_ended_at_once(guarded: Guarded) -> None:
    guarded.enter("Bo")
    (own,) = guarded.line.json("people", "sessions")["sessions"]
    assert list(own) == [
        "number", "person", "user", "token", "rights", "made_at", "seen_at", "ends_at", "locked", "this",
    ]  # fmt: skip
    assert (own["user"], own["this"], own["rights"]) == ("Bo", True, None)
    bo_has = guarded.house.rows("SELECT count(*) FROM session")
    guarded.enter("Ada")
    assert len(guarded.line.json("people", "sessions")["sessions"]) == bo_has[0][0] + 1
    number = str(own["number"])
    assert guarded.line.json("people", "end-session", number) == {"number": own["number"], "ended": True}
    assert guarded.line.json("people", "end-session", number)["ended"] is False
    guarded.enter("Bo")
    mine = guarded.house.rows("SELECT max(number) FROM session")[0][0]
    theirs = guarded.house.rows("SELECT min(number) FROM session WHERE person = 1")[0][0]
    assert "you may not end sessions" in guarded.line.refused("people", "end-session", str(theirs))
    assert guarded.line.json("people", "end-session", str(mine))["ended"] is True
    assert "this session was ended" in guarded.line.refused("board")


def test_the_sealing_keys_go_to_another_machine(guarded: Guarded, ring: Ring, tmp_path: Path) -> None:
    guarded.enter("Ada")
    text = guarded.line.json("people", "sealing-key", "show")["key_file"]
    newest = guarded.house.told(guarded.house.last() - 1)[0]
    assert (newest.operation, newest.outcome) == ("people.sealing_key", "read")
    assert guarded.line.run("people", "sealing-key", "show")[1] == text
    guarded.leave()
    ring.kept.clear()  # the other machine
    file = tmp_path / "sealing.keys"
    file.write_text(text)
    sue = guarded.house.members["Sue"]
    guarded.typed(PASSWORD)
    sign_in = ("sign-in", "--user", "Sue", "--password-stdin", "--code", guarded.house.code(sue))
    assert "bring the key over" in guarded.line.refused(*sign_in)
    assert guarded.line.json("people", "sealing-key", "adopt", str(file)) == {"new": True}
    assert guarded.line.json("people", "sealing-key", "adopt", str(file)) == {"new": False}
    guarded.typed(PASSWORD)
    assert guarded.line.json(*sign_in)["user"] == "Sue"
    file.write_text("a letter")
    assert "is no file of sealing keys" in guarded.line.refused("people", "sealing-key", "adopt", str(file))
