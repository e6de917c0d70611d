"""`stagewatch changes` from end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle import generate
from tests.tui.line import Line
from tui.arguments_days import KINDS


@pytest.fixture
def line(store_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Line:
    rows = [row for row in generate.recruitment(7, 8) if row["at"].year < 2026]
    generate.write_csv(rows, tmp_path / "rows.csv")
    (tmp_path / "map.toml").write_text(generate.MAPPING, "utf-8")
    (tmp_path / "targets.toml").write_text("[default]\ndue = 3\ndone_by = 8\n", "utf-8")
    made = Line(store_url, capsys)

    def found() -> None:
        made.json("init", "--organisation", "Northbank", "--targets", str(tmp_path / "targets.toml"))
        made.json("import", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"))

    made.ready("changes", found)
    return made


DAYS = ("--since", "2022-06-01", "--until", "2025-12-31")


def test_the_machine_form(line: Line) -> None:
    said = line.json("changes", *DAYS)
    assert list(said) == ["since", "until", "counts", "changes", "next"]
    assert (said["since"], said["until"], said["next"]) == ("2022-06-01", "2025-12-31", None)
    assert list(said["counts"]) == ["entered", "left", "became_due", "became_overdue"]
    assert len(said["changes"]) == sum(said["counts"].values()) > 20
    for kind, number in said["counts"].items():
        assert sum(change["change"] == kind for change in said["changes"]) == number
    tasks = line.json("tasks", "--as-of", "2025-12-31")["tasks"]
    tasks += line.json("tasks", "--as-of", "2025-12-31", "--finished")["tasks"]
    known = {task["id"]: task for task in tasks}
    for change in said["changes"]:
        task = {name: value for name, value in change.items() if name not in ("change", "day")}
        assert task == known[task["id"]]
        assert "2022-06-01" < change["day"] <= "2025-12-31"
    before = len(line.json("tasks", "--as-of", "2022-06-01")["tasks"])
    after = len(line.json("tasks", "--as-of", "2025-12-31")["tasks"])
    assert before + said["counts"]["entered"] - said["counts"]["left"] == after


def test_filters_and_pages_join_up(line: Line) -> None:
    whole = line.json("changes", *DAYS)
    changes = whole["changes"]
    kinds = [line.json("changes", *DAYS, "--kind", kind) for kind in KINDS]
    assert [change for said in kinds for change in said["changes"]] == changes
    assert all(said["counts"] == whole["counts"] for said in kinds)
    user, stage, kpi = (changes[0][name] for name in ("user", "stage", "kpi"))
    for option, name, value in (("--user", "user", user), ("--stage", "stage", stage), ("--kpi", "kpi", kpi)):
        found = line.json("changes", *DAYS, option, value)["changes"]
        assert found == [change for change in changes if change[name] == value]
    pages, after = [], list[str]()
    while True:
        said = line.json("changes", *DAYS, "--limit", "7", *after)
        pages += said["changes"]
        if said["next"] is None:
            break
        after = ["--after", said["next"]]
    assert pages == changes


def test_people_get_a_sentence_and_a_table(line: Line) -> None:
    status, out, err = line.run("changes", *DAYS)
    assert (status, err) == (0, "")
    for words in (
        "Between 2022-06-01 and 2025-12-31",
        " entered, ",
        "became overdue.",
        "Change",
        "+ entered",
    ):
        assert words in out
    status, out, _ = line.run("changes", *DAYS, "--limit", "2")
    assert "go on with --after" in out
    status, out, _ = line.run("changes", "--since", "2020-01-01", "--until", "2020-01-02")
    assert (status, out.count("No such changes.")) == (0, 1)


def test_without_days_it_is_since_the_working_day_before_today(line: Line) -> None:
    said = line.json("changes", "--kind", "entered")
    assert said["since"] < said["until"]
    assert said["changes"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "2025-01-02", "--until", "2025-01-02"), "from an earlier day to a later one"),
        (("--since", "1950-01-02"), "outside the years"),
        (("--stage", "x"), "no stage “x”"),
        (("--kpi", "x"), "no KPI “x”"),
        (("--after", "x"), "no cursor"),
    ],
)
def test_what_is_refused_gets_one_line(line: Line, arguments: tuple[str, ...], words: str) -> None:
    status, out, err = line.run("changes", *arguments)
    assert (status, out) == (1, "")
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("--since", "soon"), ("--kind", "lost"), ("--limit", "0")])
def test_wrong_usage_exits_with_2(line: Line, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        line.run("changes", *arguments)
    assert left.value.code == 2
