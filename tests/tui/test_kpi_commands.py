"""`stagewatch kpi` from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kpi.catalogue import built_in
from kpi.targets import load_targets
from tests.oracle import generate
from tests.tui.line import Line
from tui.actor import who

if TYPE_CHECKING:
    from pathlib import Path

CODES = [kpi.code for kpi in built_in().kpis]
READY = "draft.ready_to_publish"


@pytest.fixture
def line(store_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Line:
    made = Line(store_url, capsys)
    (tmp_path / "targets.toml").write_text("[default]\ndue = 3\ndone_by = 8\n", "utf-8")
    init = ("init", "--organisation", "Northbank", "--targets", str(tmp_path / "targets.toml"))
    made.ready("targets of 3 and 8", lambda: made.json(*init))
    return made


def numbers(line: Line, *more: str) -> dict[str, tuple[int, int]]:
    said = line.json("kpi", "list", *more)
    return {row["kpi"]: (row["due"], row["done_by"]) for row in said["targets"]}


def test_the_list_names_every_kpi_and_its_set(line: Line) -> None:
    said = line.json("kpi", "list")
    assert (said["target_set"], said["effective_from"], said["by"]) == (1, None, who())
    assert said["targets"] == [{"kpi": code, "due": 3, "done_by": 8} for code in CODES]
    status, out, _ = line.run("kpi", "list")
    assert status == 0
    for words in (f"Target set 1, in force, by {who()}", "Draft", "Marked as ready to publish"):
        assert words in out


def test_one_target_is_set_and_the_rest_stays(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "super.user")
    said = line.json("kpi", "set", READY, "--due", "1", "--done-by", "2", "--reason", "agreed with the wards")
    assert (said["target_set"], said["pending"]) == (2, [])
    assert said["changed"] == [
        {"kpi": READY, "due": {"before": 3, "after": 1}, "done_by": {"before": 8, "after": 2}}
    ]
    assert numbers(line) == dict.fromkeys(CODES, (3, 8)) | {READY: (1, 2)}
    listed = line.json("kpi", "list")
    assert (listed["by"], listed["reason"]) == ("super.user", "agreed with the wards")
    assert listed["effective_from"] == said["effective_from"]
    assert line.json("kpi", "set", READY, "--due", "0", "--reason", "sooner")["target_set"] == 3
    assert numbers(line)[READY] == (0, 2)
    assert listed["state"] == "in_force"
    assert numbers(line, "--set", "2")[READY] == (1, 2)
    again = line.json("kpi", "set", READY, "--due", "0", "--reason", "the same")
    assert (again["target_set"], again["changed"]) == (3, [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((READY, "--due", "abc"), "due: “abc” is not a number; write whole working days, such as 10"),
        ((READY, "--due", "-1"), "due: “-1” must not be below 0"),
        ((READY, "--done-by", "1000"), "done by: “1000” must not be above 999"),
        ((READY, "--done-by", "2.5"), "done by: “2.5” must be whole working days"),
        ((READY, "--due", ""), "due: “” is empty"),
        ((READY, "--due", "9"), "due (9) must not be after done by (8)"),
        ((READY,), "say what to change: --due N, --done-by N"),
        (("draft.nothing", "--due", "1"), "the catalogue has no KPI “draft.nothing”"),
        ((READY, "--due", "1", "--expect-set", "7"), "this change was made of set 7"),
        ((READY, "--due", "1", "--from", "2020-01-01"), "from: 2020-01-01 is not ahead"),
    ],
)
def test_bad_input_gets_one_line_and_changes_nothing(
    line: Line, arguments: tuple[str, ...], words: str
) -> None:
    status, out, err = line.run("kpi", "set", *arguments, "--reason", "why")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert words in err
    status, _, err = line.run("kpi", "set", READY, "--due", "1", "--reason", " ")
    assert (status, err.count("\n")) == (1, 1)
    assert "reason: say why" in err
    assert len(line.json("kpi", "history")["sets"]) == 1


def test_a_file_of_targets_goes_out_and_comes_in(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "out.toml"
    assert line.json("kpi", "export", str(file))["kpis"] == len(CODES)
    assert load_targets(file.read_text("utf-8"), built_in()).keys() == set(CODES)
    status, _, err = line.run("kpi", "export", str(file))
    assert (status, err.count("\n")) == (1, 1)
    assert "is there already; --replace writes over it" in err
    line.json("kpi", "export", str(file), "--replace")
    assert line.json("kpi", "apply", str(file), "--reason", "no change")["changed"] == []
    file.write_text(f'[targets."{READY}"]\ndue = 0\ndone_by = 0\n', "utf-8")
    said = line.json("kpi", "apply", str(file), "--reason", "one only")
    assert [change["kpi"] for change in said["changed"]] == [READY]
    assert numbers(line) == dict.fromkeys(CODES, (3, 8)) | {READY: (0, 0)}
    for text, words in (
        ("", "names no target"),
        ('[targets."x"]\ndue = 1\ndone_by = 2', "the catalogue has no KPI “x”"),
        (f'[targets."{READY}"]\ndue = 9\ndone_by = 2', "due (9) must not be after done by (2)"),
        (f'[targets."{READY}"]\ndue = 1', "needs due and done_by"),
        ("due = ", "not a TOML file"),
    ):
        file.write_text(text, "utf-8")
        status, out, err = line.run("kpi", "apply", str(file), "--reason", "why")
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert words in err
        assert str(file) in err


def test_history_difference_going_back_and_withdrawing(line: Line) -> None:
    line.json("kpi", "set", READY, "--due", "1", "--done-by", "2", "--reason", "first change")
    waiting = line.json("kpi", "set", READY, "--due", "2", "--reason", "later", "--from", "2090-02-01")
    assert waiting["effective_from"] == "2090-02-01T00:00:00+00:00"
    sets = line.json("kpi", "history")["sets"]
    assert [(one["target_set"], one["state"]) for one in sets] == [
        (3, "pending"),
        (2, "in_force"),
        (1, "past"),
    ]
    assert [one["reason"] for one in sets] == ["later", "first change", "The first target set"]
    assert {one["listings"] for one in sets} == {0}
    found = line.json("kpi", "diff", "1", "3")["changes"]
    assert found == [{"kpi": READY, "due": {"before": 3, "after": 2}, "done_by": {"before": 8, "after": 2}}]
    assert line.json("kpi", "diff", "2", "2")["changes"] == []
    assert line.json("kpi", "list")["pending"] == [3]
    assert line.json("kpi", "withdraw", "3", "--reason", "no")["withdrawn"] == 3
    taken = line.json("kpi", "history")["sets"][0]
    assert (taken["state"], taken["withdrawn"]["reason"]) == ("withdrawn", "no")
    back = line.json("kpi", "revert", "1", "--reason", "it was better", "--expect-set", "3")
    assert back["target_set"] == 4
    assert numbers(line) == dict.fromkeys(CODES, (3, 8))
    for arguments in (("diff", "1", "9"), ("revert", "9", "--reason", "x"), ("list", "--set", "9")):
        status, _, err = line.run("kpi", *arguments)
        assert (status, err.count("\n")) == (1, 1)
        assert "there is no target set 9" in err
    status, out, _ = line.run("kpi", "history")
    assert status == 0
    assert "withdrawn by" in out


def test_previews_and_suggestions(line: Line, tmp_path: Path) -> None:
    rows = [row for row in generate.recruitment(7, 60) if row["at"].year < 2026]
    generate.write_csv(rows, tmp_path / "rows.csv")
    (tmp_path / "map.toml").write_text(generate.MAPPING, "utf-8")
    line.json("import", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"))
    draft = tmp_path / "draft.toml"
    draft.write_text(f'[targets."{READY}"]\ndue = 0\ndone_by = 0\n', "utf-8")
    days = ("--since", "2020-01-01", "--until", "2025-12-31")
    said = line.json("kpi", "preview", str(draft), *days, "--listings", READY)
    assert [row["kpi"] for row in said["kpis"]] == CODES
    row = said["kpis"][0]
    assert list(row) == ["kpi", "tasks", "due_now", "overdue_now", "due_draft", "overdue_draft"]
    assert row["tasks"] == row["due_draft"] > row["due_now"] > 0
    assert row["overdue_draft"] > row["overdue_now"]
    for other in said["kpis"][1:]:
        assert (other["due_now"], other["overdue_now"]) == (other["due_draft"], other["overdue_draft"])
    come = [one for one in said["affected"] if one["due_now"] is None and one["due_draft"]]
    assert len(come) == row["due_draft"] - row["due_now"]
    found = line.json("kpi", "suggest")["kpis"]
    assert [one["kpi"] for one in found] == CODES
    assert list(found[0]) == ["kpi", "samples", "finished", "p50", "p85"]
    told = [(one["p50"], one["p85"]) for one in found if one["p85"] is not None]
    assert len(told) > 3
    assert all(0 <= half <= most for half, most in told)
    few = next(one for one in found if one["finished"] < 20)
    assert (few["p50"], few["p85"]) == (None, None)
    assert line.json("kpi", "suggest", "--since", "2089-01-01")["kpis"][0]["samples"] == 0
    status, _, err = line.run("kpi", "preview", str(draft), "--until", "2089-01-01")
    assert (status, err.count("\n")) == (1, 1)
    assert "has not come yet" in err
    for arguments in (("preview", str(draft), *days, "--listings", READY), ("suggest",)):
        status, out, _ = line.run("kpi", *arguments)
        assert status == 0
        assert READY in out
