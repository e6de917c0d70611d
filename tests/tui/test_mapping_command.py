"""`stagewatch mapping suggest`: a draft for people, its machine form, and the organisation's own words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store.feeds.mapping import load_mapping
from tui.main import main

CSV = "vacancy,status,date,who\n" + "J-1,Went live,13/04/2026 10:00,x\nJ-2,Lunch,14/04/2026 11:00,y\n" * 6
CATALOGUE = """\
[[stage]]
code = "a"
title = "Catering"

  [[stage.kpi]]
  code = "a.lunch"
  title = "Lunch"
  subject = "listing"
  starts = ["lunch_begun"]
  ends = ["lunch_ended"]
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "our export.csv"
    path.write_text(CSV, "utf-8")
    return path


def suggested(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["mapping", "suggest", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_without_a_store_the_built_in_catalogue_is_used(export, capsys):
    found = suggested(capsys, str(export))
    assert found["form"] == "csv"
    assert found["columns"] == ["vacancy", "status", "date", "who"]
    assert {field: guess["column"] for field, guess in found["mapping"].items()} == {
        "listing": "vacancy", "event": "status", "at": "date", "actor": "who",
    }  # fmt: skip
    assert found["events"]["Went live"]["event"] == "listing_published"
    assert found["plain_activities"] == ["Lunch"]
    assert (found["date_formats"], found["timezone"]) == (["DD/MM/YYYY HH:mm"], "Europe/London")
    assert (found["milestones"], found["sandbox"], found["objects"], found["doubts"]) == ({}, {}, {}, [])
    assert load_mapping(found["text"]).name == "our export"


def test_the_organisations_catalogue_and_zone_are_used(export, store_url, tmp_path, capsys):
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(CATALOGUE, "utf-8")
    told = ["--organisation", "N", "--timezone", "Europe/Dublin", "--catalogue", str(catalogue)]
    assert main(["init", *told, "--store", store_url]) == 0
    capsys.readouterr()
    found = suggested(capsys, str(export), "--store", store_url)
    assert {theirs: guess["event"] for theirs, guess in found["events"].items()} == {"Lunch": "lunch_begun"}
    assert found["timezone"] == "Europe/Dublin"


def test_a_store_that_was_named_must_be_there(export, tmp_path, capsys):
    assert main(["mapping", "suggest", str(export), "--store", str(tmp_path / "none.db")]) == 1
    assert "there is no store" in capsys.readouterr().err


def test_the_draft_is_printed_or_written(export, tmp_path, capsys):
    assert main(["mapping", "suggest", str(export), "--name", "ours"]) == 0
    printed = capsys.readouterr().out
    assert load_mapping(printed).name == "ours"
    out = tmp_path / "mapping.toml"
    assert main(["mapping", "suggest", str(export), "--name", "ours", "--output", str(out)]) == 0
    assert out.read_text("utf-8") == printed
    assert "read them before importing" in capsys.readouterr().out


def test_doubts_are_said_when_the_draft_goes_to_a_file(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("job,status,date\nJ-1,Published,03/04/2026\n", "utf-8")
    assert main(["mapping", "suggest", str(path), "--output", str(tmp_path / "m.toml")]) == 0
    assert "could be 3 April or 4 March" in capsys.readouterr().err


@pytest.mark.parametrize("data", ["", "\0\1"])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, capsys, data):
    path = tmp_path / "a.csv"
    path.write_text(data, "utf-8")
    assert main(["mapping", "suggest", str(path)]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
