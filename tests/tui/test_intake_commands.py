"""`imports`, `quarantine`, `mapping` and the dry run on the command line, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.line import Line

MAPPING = """[source]
name = "ATS"
[columns]
event = "what"
at = "when"
listing = "vacancy"
"""
BETTER = MAPPING.replace('"ATS"', '"ATS"\ntimezone = "Europe/London"')
NO_ZONE = "time zone missing: the time has no offset, and the mapping names no timezone"
ROWS = (
    "what,when,vacancy\n"
    "listing_published,2026-03-02T09:00:00Z,V1\n"
    "listing_published,2026-03-02T09:00:00,V2\n"
    "listing_published,2026-03-02T09:00:00Z\n"
    "tea,2026-03-02T09:00:00Z,V1\n"
)


@pytest.fixture
def line(store_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Line:
    made = Line(store_url, capsys)
    made.found()
    for name, text in (("events.csv", ROWS), ("map.toml", MAPPING), ("better.toml", BETTER)):
        (tmp_path / name).write_text(text, "utf-8")
    return made


def test_a_dry_run_writes_nothing(line: Line, tmp_path: Path) -> None:
    events, mapping = str(tmp_path / "events.csv"), str(tmp_path / "map.toml")
    assert line.json("import", events, "--mapping", mapping, "--dry-run") == {
        "file": events, "dry_run": True, "rows": 4, "events_added": 2, "duplicates": 0, "sandbox": 0,
        "quarantined": [
            {"line": 3, "reason": NO_ZONE},
            {"line": 4, "reason": "broken line: 2 cells where the header has 3"},
        ],
        "quarantined_total": 2, "reasons": {"broken line": 1, "time zone missing": 1},
        "plain_activities": ["tea"],
    }  # fmt: skip
    assert line.json("imports", "list") == {"imports": []}
    _, out, _ = line.run("import", events, "--mapping", mapping, "--dry-run")
    assert "nothing written" in out


def test_from_a_bad_import_to_an_empty_quarantine(line: Line, tmp_path: Path) -> None:
    events = str(tmp_path / "events.csv")
    result = line.json("import", events, "--mapping", str(tmp_path / "map.toml"))
    assert (result["import"], result["reasons"]) == (1, {"broken line": 1, "time zone missing": 1})
    _, out, _ = line.run("import", events, "--mapping", "ATS")  # the store remembers how it is read
    assert "they wait in quarantine: stagewatch quarantine list --import 2" in out
    (second, first) = line.json("imports", "list")["imports"]
    assert (first["waiting"], second["waiting"], second["duplicates"]) == (2, 0, 2)
    shown = line.json("imports", "show", "1")
    assert shown["reasons"] == [
        {"reason": "broken line", "rows": 1, "again": 0},
        {"reason": "time zone missing", "rows": 1, "again": 1},
    ]
    assert len(shown["sha256"]) == 64
    listed = line.json("quarantine", "list", "--limit", "1")
    assert (listed["total"], len(listed["rows"]), listed["next"]) == (2, 1, 1)
    (last,) = line.json("quarantine", "list", "--after", "1")["rows"]
    assert (last["line"], last["reason"], last["cells"]) == (4, "broken line", None)
    assert line.json("quarantine", "retry") == {
        "rows": 2, "understood": 0, "still": 1, "without_cells": 1,
        "added": 0, "duplicates": 0, "sandbox": 0,
    }  # fmt: skip
    better = str(tmp_path / "better.toml")
    retried = line.json("quarantine", "retry", "--mapping", better, "--reason", "time zone missing")
    assert (retried["rows"], retried["understood"], retried["added"]) == (1, 1, 1)
    assert "say which rows to drop" in line.refused("quarantine", "drop")
    assert line.json("quarantine", "drop", str(last["id"])) == {"dropped": 1}
    assert line.json("quarantine", "list") == {"total": 0, "reasons": [], "rows": [], "next": None}


def test_mappings_are_kept_by_name(line: Line, tmp_path: Path) -> None:
    assert line.json("mapping", "save", str(tmp_path / "better.toml")) == {"name": "ATS"}
    assert [one["name"] for one in line.json("mapping", "list")["mappings"]] == ["ATS"]
    assert line.json("mapping", "show", "ATS")["text"] == BETTER
    status, out, _ = line.run("mapping", "show", "ATS")
    assert (status, out) == (0, BETTER)
    assert line.json("import", str(tmp_path / "events.csv"), "--mapping", "ATS")["events_added"] == 3
    assert line.json("mapping", "drop", "ATS") == {"dropped": "ATS"}
    assert "none is kept yet" in line.refused("mapping", "show", "ATS")
    assert "none is kept yet" in line.refused("import", str(tmp_path / "events.csv"), "--mapping", "ATS")


def test_tables_for_people(line: Line, tmp_path: Path) -> None:
    line.json("import", str(tmp_path / "events.csv"), "--mapping", str(tmp_path / "map.toml"))
    for arguments, words in (
        (("imports", "list"), "events.csv"),
        (("imports", "show", "1"), "2 not understood, of which 2 still wait"),
        (("quarantine", "list"), "listing_published,2026-03-02T09:00:00,V2"),
        (("quarantine", "retry"), "1 are no rows of cells and cannot be tried again"),
        (("quarantine", "drop", "--all"), "2 rows dropped"),
        (("mapping", "list"), "ATS"),
        (("mapping", "save", str(tmp_path / "better.toml")), "kept as “ATS”"),
        (("mapping", "drop", "ATS"), "“ATS” is forgotten"),
    ):
        status, out, err = line.run(*arguments)
        assert (status, err) == (0, "")
        assert words in out
    assert "there is no import 9" in line.refused("imports", "show", "9")
