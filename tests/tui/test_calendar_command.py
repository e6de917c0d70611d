"""`stagewatch calendar` from end to end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracle import generate
from tests.tui.line import Line
from tui.commands import calendar as command
from tui.main import main

if TYPE_CHECKING:
    from argparse import Namespace

    from kpi.calendar import CalendarSpec
    from store.calendar_changes import CalendarSaved
    from store.work import Store

TODAY = datetime.now(UTC).date()
WEEK_AGO = TODAY - timedelta(days=7)


@pytest.fixture
def line(store_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Line:
    """A store with one open task, which began a week ago: due after 3 working days, done by 20."""
    made = Line(store_url, capsys)
    (tmp_path / "targets.toml").write_text("[default]\ndue = 3\ndone_by = 20\n", "utf-8")
    (tmp_path / "map.toml").write_text(generate.MAPPING, "utf-8")
    row: dict[str, Any] = dict.fromkeys(generate.COLUMNS)
    begin = datetime(WEEK_AGO.year, WEEK_AGO.month, WEEK_AGO.day, 12, tzinfo=UTC)
    row.update(event="approval_requested", at=begin, listing="L-1", actor="dee")
    generate.write_csv([row], tmp_path / "rows.csv")
    targets = ["--targets", str(tmp_path / "targets.toml"), "--no-holidays"]
    week = ["--working-days", "Mon,Tue,Wed,Thu,Fri,Sat,Sun"]

    def found() -> None:
        made.json("init", "--organisation", "Northbank", *targets, *week)
        made.json("import", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"))

    made.ready("one open task", found)
    return made


def deadlines(line: Line) -> tuple[date, date]:
    (task,) = line.json("tasks")["tasks"]
    return date.fromisoformat(task["due_on"]), date.fromisoformat(task["done_by"])


def after(*days: int) -> tuple[date, ...]:
    return tuple(WEEK_AGO + timedelta(days=each) for each in days)


def test_a_closure_moves_open_tasks_and_says_so(line: Line) -> None:
    assert deadlines(line) == after(3, 20)
    day = str(WEEK_AGO + timedelta(days=1))
    said = line.json("calendar", "close", day, "--reason", "burst pipe")
    assert said == {
        "number": 2, "changed": [f"{day} is closed: burst pipe"], "dry_run": False,
        "tasks": 1, "moved": 1, "recoloured": 0,
        "kpis": [{"kpi": "approvals.ready_to_approve", "tasks": 1, "moved": 1, "recoloured": []}],
    }  # fmt: skip
    assert deadlines(line) == after(4, 21)
    said = line.json("calendar", "close", day, "--remove", "--reason", "it was mended")
    assert (said["number"], said["moved"]) == (3, 1)
    assert deadlines(line) == after(3, 20)


def test_a_change_says_which_colours_change(line: Line) -> None:
    """By a week of Sundays the task that was due has become on track; an extra day takes one of them back."""
    said = line.json("calendar", "set", "--working-days", "Sun", "--reason", "a test")
    assert said["kpis"][0]["recoloured"] == [{"before": "due", "after": "on_track", "tasks": 1}]
    assert line.json("board")["totals"]["on_track"] == said["recoloured"] == 1
    status, out, err = line.run(
        "calendar", "set", "--working-days", "Sun,Mon,Tue,Wed,Thu,Fri,Sat", "--reason", "b"
    )
    assert (status, err) == (0, "")
    assert "Calendar 3 counts now:\n  working weekdays Mon,Tue,Wed,Thu,Fri,Sat,Sun, before Sun\n" in out
    assert "1 of 1 open tasks move, 1 change colour" in out
    assert "1 ● on track → ▲ due" in out


def test_an_extra_day_counts(line: Line) -> None:
    line.json("calendar", "set", "--working-days", "Mon,Tue,Wed,Thu,Fri", "--reason", "a test")
    weekend = next(day for day in after(1, 2, 3, 4, 5, 6, 7) if day.weekday() == 6)
    before = deadlines(line)
    assert line.json("calendar", "open", str(weekend), "--reason", "open day")["moved"] == 1
    assert deadlines(line) < before
    said = line.json("calendar", "show")
    assert said["extra_days"] == [{"day": str(weekend), "reason": "open day"}]
    line.json("calendar", "open", str(weekend), "--remove", "--reason", "it rained")
    assert deadlines(line) == before


def test_a_dry_run_tells_and_writes_nothing(line: Line) -> None:
    told = line.json("calendar", "set", "--working-days", "Sun", "--reason", "a test", "--dry-run")
    assert (told["number"], told["dry_run"], told["moved"]) == (None, True, 1)
    status, out, _ = line.run("calendar", "close", str(TODAY), "--reason", "a test", "--dry-run")
    assert status == 0
    assert "Nothing was written" in out
    assert "1 of 1 open tasks would move, 0 would change colour" in out
    assert line.json("calendar", "show")["number"] == 1
    assert deadlines(line) == after(3, 20)


def test_what_counts_already_is_said(line: Line) -> None:
    said = line.json("calendar", "set", "--no-holidays", "--reason", "a test")
    assert (said["number"], said["changed"], said["moved"]) == (1, [], 0)
    assert "counts already" in line.run("calendar", "set", "--no-holidays", "--reason", "a test")[1]


def test_show_and_history_in_their_machine_forms(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "dee.light")
    line.json("calendar", "set", "--region", "GB-SCT", "--reason", "we moved\x1b north")
    shown = line.json("calendar", "show")
    assert set(shown) == {
        "number", "region", "timezone", "working_days", "closures", "extra_days", "by", "reason", "at",
        "warnings", "holidays",
    }  # fmt: skip
    assert (shown["number"], shown["region"], shown["by"], shown["reason"]) == (
        2, "GB-SCT", "dee.light", "we moved north",
    )  # fmt: skip
    assert shown["working_days"] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert "Christmas Day" in {holiday["name"] for holiday in shown["holidays"]}
    newest, first = line.json("calendar", "history")["calendars"]
    assert set(newest) == {
        "number", "from_day", "at", "by", "reason", "changed", "region", "timezone", "working_days",
        "closures", "extra_days",
    }  # fmt: skip
    assert newest["changed"] == ["bank holidays of GB-SCT, before of no region"]
    assert (first["number"], first["from_day"], first["changed"]) == (1, None, [])
    for arguments in (["show"], ["history"]):
        status, out, err = line.run("calendar", *arguments)
        assert (status, err) == (0, "")
        assert "we moved north" in out


def test_a_change_of_another_calendar_than_expected_is_refused(line: Line) -> None:
    line.json("calendar", "set", "--region", "GB-SCT", "--expect", "1", "--reason", "a test")
    said = line.refused("calendar", "set", "--no-holidays", "--expect", "1", "--reason", "late")
    assert "calendar 2 was saved meanwhile by" in said
    assert line.json("calendar", "show")["region"] == "GB-SCT"


def test_days_closed_at_the_same_time_by_two_are_both_closed(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one is put on top of the first, without anybody having to type it again."""
    save, others = command._save, [str(TODAY)]

    def late(store: Store, options: Namespace, draft: CalendarSpec, expected: int) -> CalendarSaved:
        if others:
            line.json("calendar", "close", others.pop(), "--reason", "theirs")
        return save(store, options, draft, expected)

    monkeypatch.setattr(command, "_save", late)
    line.json("calendar", "close", str(WEEK_AGO), "--reason", "mine")
    closed = line.json("calendar", "show")["closures"]
    assert [one["reason"] for one in closed] == ["mine", "theirs"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["set", "--reason", "x"], "say what to change"),
        (["set", "--region", "XX", "--reason", "x"], "no bank holidays are known for “XX”"),
        (["set", "--working-days", "Mon,Someday", "--reason", "x"], "“Someday” is no weekday"),
        (["set", "--no-holidays", "--working-days", "Mon", "--reason", " "], "reason: say why"),
        (["close", "2026-01-08", "--reason", " "], "2026-01-08: say why it is closed"),
        (["close", "2026-01-08", "--remove", "--reason", "x"], "2026-01-08 is no closure"),
        (["open", "2026-01-10", "--remove", "--reason", "x"], "2026-01-10 is no extra working day"),
        (["close", "2101-01-08", "--reason", "x"], "lies outside the years"),
    ],
)
def test_what_is_refused_gets_one_line(line: Line, arguments: list[str], words: str) -> None:
    assert words in line.refused("calendar", *arguments)
    assert line.json("calendar", "show")["number"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["close", "soon", "--reason", "x"],
        ["close", "2026-01-08"],
        ["set", "--region", "X", "--no-holidays"],
        [],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["calendar", *arguments])
    assert left.value.code == 2
    assert "calendar" in capsys.readouterr().err
