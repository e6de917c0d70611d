"""`stagewatch benchmarks`: versions shown, compared, written to a file, and made of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.benchmarks import STANDARD, load_benchmarks
from tests.tui.fake import HOSTILE
from tests.tui.guarded import Guarded
from tests.tui.line import Line
from tui.arguments import parse

VERSION = {"benchmarks", "week", "created_at", "by", "reason", "feedback", "in_force", "changes"}


@pytest.fixture
def line(guarded: Guarded) -> Line:
    """The command line of a super user."""
    guarded.enter("Ada")
    return guarded.line


@pytest.fixture
def draft(line: Line, folder: Path) -> Path:
    """The program's own benchmarks in a file, with another daily limit."""
    file = folder / "draft.toml"
    assert line.json("benchmarks", "export", str(file)) == {"benchmarks": 0, "file": str(file)}
    assert load_benchmarks(file.read_text()) == STANDARD
    file.write_text(file.read_text().replace("daily = 60", "daily = 50"))
    return file


def test_until_others_are_saved_the_program_s_own_count(line: Line) -> None:
    found = line.json("benchmarks", "show")
    assert set(found) == {*VERSION, "text"}
    assert (found["benchmarks"], found["week"], found["in_force"]) == (0, None, True)
    assert load_benchmarks(found["text"]) == STANDARD
    assert line.json("benchmarks", "list")["versions"][0]["benchmarks"] == 0
    status, out, _ = line.run("benchmarks", "show", "--number", "0")
    assert (status, "the program's own" in out, "[limits]" in out) == (0, True, True)


def test_a_file_becomes_the_next_version_from_a_week_on(line: Line, draft: Path) -> None:
    feedback = ("--feedback", "North: fewer calls", "--feedback", "South: as it is")
    said = ("benchmarks", "apply", str(draft), "--reason", "fourth quarter", *feedback)
    made = line.json(*said, "--from-week", "2025-W10", "--expect", "0")
    change = {"path": "limits.daily", "before": "60", "after": "50"}
    assert made == {"benchmarks": 1, "week": "2025-W10", "changes": [change]}
    newest, own = line.json("benchmarks", "list")["versions"]
    assert set(newest) == VERSION
    assert (newest["feedback"], newest["reason"], newest["by"], newest["in_force"]) == (
        {"North": "fewer calls", "South": "as it is"}, "fourth quarter", "Ada", True,
    )  # fmt: skip
    assert own["in_force"] is False
    assert line.json("benchmarks", "diff", "0", "1") == {"before": 0, "after": 1, "changes": [change]}
    assert "limits.daily" in line.run("benchmarks", "diff", "1", "0")[1]
    assert line.run("benchmarks", "diff", "1", "1")[1] == "Benchmarks 1 and 1 say the same.\n"
    assert line.json("benchmarks", "show", "--week", "2025-W09")["benchmarks"] == 0
    assert line.json("benchmarks", "show", "--week", "2025-W10")["benchmarks"] == 1
    assert line.json(*said, "--from-week", "2025-W10")["changes"] == []
    assert "nothing was written" in line.run(*said)[1]
    assert "North: “fewer calls”" in line.run("benchmarks", "show")[1]


def test_a_file_is_not_written_over_unless_it_is_said(line: Line, draft: Path) -> None:
    assert "is there already; --replace" in line.refused("benchmarks", "export", str(draft))
    assert "Wrote benchmarks 0" in line.run("benchmarks", "export", str(draft), "--replace")[1]
    assert load_benchmarks(draft.read_text()) == STANDARD


def test_what_cannot_be_applied_is_refused_in_a_line(line: Line, draft: Path, folder: Path) -> None:
    odd = folder / "odd.toml"
    odd.write_text(draft.read_text() + "\n[league_table]\nfirst = 1\n")
    apply = ("benchmarks", "apply")
    for words, why in (
        ((*apply, str(odd), "--reason", "x"), "odd.toml: unknown table [league_table]"),
        ((*apply, str(folder / "none.toml"), "--reason", "x"), "cannot be read"),
        ((*apply, str(draft), "--reason", " "), "reason"),
        ((*apply, str(draft), "--reason", "x", "--expect", "3"), "version 0"),
        (
            (*apply, str(draft), "--reason", "x", "--feedback", "N: a", "--feedback", "N: b"),
            "“N” is said twice",
        ),
        (("benchmarks", "show", "--number", "4"), "there are no benchmarks 4; the newest are 0"),
        (("benchmarks", "diff", "0", "4"), "there are no benchmarks 4"),
        (("benchmarks", "export", str(folder / "x.toml"), "--number", "4"), "there are no benchmarks 4"),
    ):
        assert why in line.refused(*words), words
    assert not (folder / "x.toml").exists()
    assert len(line.json("benchmarks", "list")["versions"]) == 1


@pytest.mark.parametrize("odd", ["North", "North:", ": said", ""])
def test_feedback_says_whose_it_is(odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(["benchmarks", "apply", "f.toml", "--reason", "x", "--feedback", odd])
    assert (left.value.code, capsys.readouterr().err.count("\n")) == (2, 1)


@pytest.mark.parametrize("who", ["Mo", "Hal", "Bo"])
def test_everybody_sees_them_and_only_super_users_change_them(
    guarded: Guarded, line: Line, draft: Path, who: str
) -> None:
    guarded.enter(who)
    assert line.json("benchmarks", "show")["benchmarks"] == 0
    assert "you may not change the benchmarks" in line.refused(
        "benchmarks", "apply", str(draft), "--reason", "x"
    )


def test_hostile_text_is_drawn_as_plain_text(line: Line, draft: Path) -> None:
    feedback = f"North: {HOSTILE}"
    line.json("benchmarks", "apply", str(draft), "--reason", HOSTILE, "--feedback", feedback)
    for words in (["list"], ["show"]):
        status, out, _ = line.run("benchmarks", *words)
        assert (status, "Evil[bold]name" in out, "\x1b" in out) == (0, True, False)
