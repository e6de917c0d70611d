"""The command line from end to end: the machine forms, the refusals, the exit statuses."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tomllib
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from kpi.catalogue import built_in, load_catalogue
from store.location import find_location
from tests.oracle import brute, generate
from tests.oracle.working_days import calendar_from_holidays
from tests.tui.line import Line
from tui.main import main

NHS_JOBS = tomllib.loads(resources.files("kpi").joinpath("nhs_jobs.toml").read_text("utf-8"))
COUNTS = {"tasks", "on_track", "due", "overdue", "paused"}
TARGETS = '[default]\ndue = 3\ndone_by = 8\n[targets."offers.sent"]\ndue = 2\ndone_by = 3\n'
NUMBERS = {"default": (3, 8), "offers.sent": (2, 3)}


@pytest.fixture
def line(store_url: str, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(store_url, capsys)


def filled(line: Line, folder: Path, seed: int = 7) -> list[dict[str, Any]]:
    rows = [row for row in generate.recruitment(seed, 8) if row["at"].year < 2026]
    rows += generate.chaos(seed + 1) if not rows else []
    generate.write_csv(rows, folder / "rows.csv")
    (folder / "map.toml").write_text(generate.MAPPING, "utf-8")
    (folder / "targets.toml").write_text(TARGETS, "utf-8")

    def found() -> None:
        made = line.json("init", "--organisation", "Northbank", "--targets", str(folder / "targets.toml"))
        assert made["kpis"] == 30
        result = line.json("import", str(folder / "rows.csv"), "--mapping", str(folder / "map.toml"))
        assert result["rows"] == result["events_added"] == len(rows)
        assert set(result) >= {
            "file", "rows", "events_added", "duplicates", "sandbox", "quarantined", "quarantined_total",
            "listings", "applications", "tasks_open",
        }  # fmt: skip

    line.ready(("filled", seed), found)
    return rows


def test_the_board_and_the_tasks_in_their_machine_forms(line: Line, tmp_path: Path) -> None:
    rows = filled(line, tmp_path)
    days = generate.days_to_check(rows, 4)
    calendar = calendar_from_holidays()
    assert days
    for day in [day for day in days if day < date(2026, 1, 1)]:
        want = brute.tasks_on(rows, NHS_JOBS, NUMBERS, calendar, day, cancelling_drops_timers=True)
        board = line.json("board", "--as-of", day.isoformat())
        assert set(board) == {"as_of", "organisation", "stages", "totals", "warnings"}
        assert (board["as_of"], board["organisation"]) == (day.isoformat(), "Northbank")
        said = brute.board(want, NHS_JOBS)
        assert board["totals"] == said["totals"]
        assert board["stages"] == said["stages"]
        tasks = line.json("tasks", "--as-of", day.isoformat())
        assert tasks["next"] is None
        assert sorted(map(comparable, tasks["tasks"])) == sorted(
            comparable(task) for task in want if task["finished_at"] is None
        )
        ended = line.json("tasks", "--as-of", day.isoformat(), "--finished")
        assert sorted(map(comparable, ended["tasks"])) == sorted(
            comparable(task) for task in want if task["finished_at"] is not None
        )


def comparable(task: dict[str, Any]) -> str:
    """A task of either form as text; instants and days as ISO."""
    names = (
        "kpi", "stage", "listing", "application", "user", "started_at", "day_zero", "due_on", "done_by",
        "status", "elapsed_working_days", "target_set", "finished_at", "in_time",
    )  # fmt: skip
    said = {name: task[name] for name in names}
    return json.dumps({k: v.isoformat() if isinstance(v, date | datetime) else v for k, v in said.items()})


def test_pages_of_tasks_join_up(line: Line, tmp_path: Path) -> None:
    filled(line, tmp_path)
    for extra in ([], ["--sort", "listing"], ["--finished", "--sort", "age"], ["--as-of", "2022-06-01"]):
        whole = line.json("tasks", *extra)["tasks"]
        collected: list[Any] = []
        after: list[str] = []
        while True:
            page = line.json("tasks", "--limit", "3", *extra, *after)
            collected += page["tasks"]
            assert len(page["tasks"]) <= 3
            if page["next"] is None:
                break
            after = ["--after", page["next"]]
        assert collected == whole


def test_an_explanation_in_its_machine_form(line: Line, tmp_path: Path) -> None:
    filled(line, tmp_path)
    for task in line.json("tasks", "--finished", "--limit", "5")["tasks"]:
        said = line.json("explain", task["id"])
        assert said["task"] == task
        assert set(said) >= {"task", "days", "due_on", "done_by", "status"}
        assert sum(day["counted"] for day in said["days"]) == task["elapsed_working_days"]
        assert all(set(day) == {"day", "counted", "why"} for day in said["days"])
        status, out, _ = line.run("explain", task["id"])
        assert status == 0
        assert "day 0: the clock starts" in out


def test_every_command_speaks_to_people_too(line: Line, tmp_path: Path) -> None:
    filled(line, tmp_path)
    for arguments in (
        ["board"], ["board", "--by-user"], ["tasks"], ["tasks", "--finished", "--limit", "2"],
        ["search", "S7"], ["catalogue"], ["rebuild"],
        ["import", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml")],
    ):  # fmt: skip
        status, out, err = line.run(*arguments)
        assert (status, err) == (0, ""), arguments
        assert len(out.splitlines()) >= 1
        assert "None" not in out
    assert line.run("search", "no such thing")[1] == "Nothing found.\n"
    assert line.run("tasks", "--user", "nobody at all")[1] == "No such tasks.\n"
    assert line.json("rebuild")["changed"] == 0
    assert {row["user"] for row in line.json("board", "--by-user", "--as-of", "2022-06-01")["users"]} <= {
        None, "staff-1", "staff-2", "staff-3", "staff-4", "staff-5", "staff-6",
    }  # fmt: skip


def test_filters_of_the_command_line(line: Line, tmp_path: Path) -> None:
    filled(line, tmp_path)
    whole = line.json("tasks", "--finished")["tasks"]
    one = next(task for task in whole if task["application"])
    for option, name in (
        ("--stage", "stage"), ("--kpi", "kpi"), ("--status", "status"), ("--user", "user"),
        ("--listing", "listing"), ("--application", "application"),
    ):  # fmt: skip
        found = line.json("tasks", "--finished", option, one[name])["tasks"]
        assert found == [task for task in whole if task[name] == one[name]]


def test_what_is_refused_gets_one_line(line: Line, tmp_path: Path) -> None:
    assert "stagewatch init" in line.refused("board") or "no store" in line.refused("board")
    filled(line, tmp_path)
    bad = tmp_path / "bad.toml"
    rows, mapping = str(tmp_path / "rows.csv"), str(tmp_path / "map.toml")
    assert "already belongs to" in line.refused("init", "--organisation", "Another")
    assert "no stage “nowhere”" in line.refused("tasks", "--stage", "nowhere")
    assert "no KPI “nothing”" in line.refused("tasks", "--kpi", "nothing")
    assert "no cursor" in line.refused("tasks", "--after", "tea")
    for cursor in ("[" * 3_000, '["deadline",100000000000000000000000,3]', '["deadline",{"a":1},3]', "[]"):
        said = base64.urlsafe_b64encode(cursor.encode()).decode()
        assert "cursor" in line.refused("tasks", "--json", "--after", said)
    assert "not readable text" in line.refused("search", "\udcff")
    assert "outside the years" in line.refused("board", "--as-of", "2101-01-01")
    assert "outside the years" in line.refused("tasks", "--json", "--as-of", "2101-01-01")
    assert line.json("tasks", "--user", "")["tasks"] == []
    assert "no task's id" in line.refused("explain", "tea")
    assert "no task" in line.refused("explain", "12ab")
    assert "none.csv" in line.refused("import", str(tmp_path / "none.csv"), "--mapping", mapping)
    assert "none.toml" in line.refused("import", rows, "--mapping", str(tmp_path / "none.toml"))
    bad.write_text("[source]\nname = 3\n", "utf-8")
    assert "name" in line.refused("import", rows, "--mapping", str(bad))
    bad.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in line.refused("import", rows, "--mapping", str(bad))


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--calendar", "XX", "no bank holidays are known for “XX”"),
        ("--timezone", "Mars/Olympus", "no time zone"),
        ("--working-days", "Mon,Foo", "“Foo” is no weekday"),
        ("--organisation", "\x1b", "needs a name"),
    ],
)
def test_a_bad_beginning_leaves_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, message: str
) -> None:
    line = Line(str(tmp_path / "new.db"), capsys)
    assert message in line.refused("init", "--organisation", "Northbank", option, value)
    assert not (tmp_path / "new.db").exists()


def test_years_without_known_holidays_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(str(tmp_path / "new.db"), capsys)
    made = line.json("init", "--organisation", "N", "--calendar", "ES", "--timezone", "Europe/Madrid")
    assert "known only from 2008" in made["warnings"][0]
    assert line.json("board")["warnings"] == made["warnings"][:1]
    assert "the audit log gets no key" in made["warnings"][1]
    assert "Please note: the bank holidays of ES" in line.run("board")[1]


@pytest.mark.parametrize("name", ["--catalogue", "--targets"])
def test_bad_files_at_the_beginning(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    line = Line(str(tmp_path / "new.db"), capsys)
    (tmp_path / "x.toml").write_text("[[[", "utf-8")
    assert "not a TOML file" in line.refused("init", "--organisation", "N", name, str(tmp_path / "x.toml"))


@pytest.mark.parametrize(
    "arguments",
    [["search", "x", "--limit", "9" * 20], ["frobnicate"], ["tasks", "--limit", "0"],
     ["tasks", "--as-of", "tomorrow"], ["tasks", "--status", "red"], ["import"], ["init"], ["explain"]],
)  # fmt: skip
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("stagewatch")
    assert "--help” tells how it is written" in said.err


def test_working_days_and_no_holidays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(str(tmp_path / "new.db"), capsys)
    (tmp_path / "targets.toml").write_text("[default]\ndue = 1\ndone_by = 2\n", "utf-8")
    line.json(
        "init", "--organisation", "N", "--no-holidays", "--working-days", "Sat,Sun",
        "--targets", str(tmp_path / "targets.toml"),
    )  # fmt: skip
    (tmp_path / "rows.csv").write_text(
        "event,at,listing\napproval_requested,2026-04-02T09:00:00Z,L\n", "utf-8"
    )
    (tmp_path / "map.toml").write_text(
        '[source]\nname = "t"\n[columns]\nevent = "event"\nat = "at"\nlisting = "listing"\n', "utf-8"
    )
    line.json("import", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"))
    task = line.json("tasks")["tasks"][0]
    assert (task["due_on"], task["done_by"]) == ("2026-04-04", "2026-04-05")


def test_a_catalogue_is_inferred_used_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(str(tmp_path / "new.db"), capsys)
    said = ["what,when,case", *(f"{what},2026-03-02T09:00:00Z,1" for what in ("Open", "Work", "Close"))]
    (tmp_path / "log.csv").write_text("\n".join(said), "utf-8")
    (tmp_path / "map.toml").write_text(
        '[source]\nname = "t"\n[columns]\nevent = "what"\nat = "when"\nlisting = "case"\n', "utf-8"
    )
    log, mapping = str(tmp_path / "log.csv"), str(tmp_path / "map.toml")
    assert main(["catalogue", "infer", log, "--mapping", mapping]) == 0
    text = capsys.readouterr().out
    drafted = load_catalogue(text)
    assert [(kpi.title, kpi.ends, kpi.final) for kpi in drafted.kpis] == [
        ("Open", ("*",), False), ("Work", ("*",), False), ("Close", ("*",), True),
    ]  # fmt: skip
    out = tmp_path / "catalogue.toml"
    assert main(["catalogue", "infer", log, "--mapping", mapping, "--output", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 3
    assert out.read_text("utf-8") == text
    line.json("init", "--organisation", "N", "--catalogue", str(out))
    assert line.json("import", log, "--mapping", mapping)["plain_activities"] == []
    shown = line.json("catalogue")
    assert [stage["kpis"][0]["title"] for stage in shown["stages"]] == ["Open", "Work", "Close"]
    assert line.json("board")["totals"]["tasks"] == 0


def test_the_demo_has_every_stage_and_every_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(str(tmp_path / "demo.db"), capsys)
    made = line.json("demo", "--no-app", "--listings", "150")
    assert made["listings"] > 140
    board = line.json("board")
    assert [stage["code"] for stage in board["stages"]] == [stage.code for stage in built_in().stages]
    assert all(stage["tasks"] for stage in board["stages"])
    assert all(board["totals"][name] for name in COUNTS)
    assert "exists already" in line.refused("demo", "--no-app")
    for name in ("events", "mapping"):
        assert Path(made[name]).exists()


def test_the_installed_command_opens_no_app_without_a_terminal(own_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui"], check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr
    assert not find_location().path or not Path(str(find_location().path)).exists()


def test_output_that_cannot_say_everything_or_nothing_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(str(tmp_path / "demo.db"), capsys)
    line.json("demo", "--no-app", "--listings", "60")
    root, command = Path(__file__).parents[2], [sys.executable, "-m", "tui", "board", "--store", line.store]
    narrow = os.environ | {"PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, check=False, capture_output=True, cwd=root, env=narrow)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"? on track" in done.stdout
    shut = subprocess.run(
        ["bash", "-c", 'exec "$@" >&-', "-", *command], check=False, capture_output=True, cwd=root
    )
    assert b"Traceback" not in shut.stderr


def test_a_closed_pipe_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(str(tmp_path / "demo.db"), capsys)
    line.json("demo", "--no-app", "--listings", "60")
    command = f"{sys.executable} -m tui tasks --json --finished --store {line.store} | head -c 10"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stderr) == (0, "")
