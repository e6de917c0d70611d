"""What is written in the filter box, and what it means; bookmarks in the settings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kpi import catalogue as catalogues
from store.audit_filter import EVERYTHING, AuditFilter
from tui.audit_filtering import WrittenError, filter_words, read_filter
from tui.audit_words import OPERATIONS, field_words, operation_words, target_words, value_words
from tui.settings import Settings, load_settings, save_settings

TODAY = date(2026, 11, 17)


def test_nothing_written_is_everything():
    assert read_filter({}, TODAY) == EVERYTHING
    assert read_filter({"person": "  ", "text": "\x1b"}, TODAY) == EVERYTHING
    assert filter_words({}) == ""


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_can_be_written_in_its_words_and_by_its_name(operation):
    assert read_filter({"operation": operation_words(operation).upper()}, TODAY).operation == operation
    assert read_filter({"operation": operation}, TODAY).operation == operation


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("targets", "targets"),
        ("dropped", None),
        ("people.add", "people.add"),
        ("people: add one", "people.add_one"),
    ],
)
def test_an_operation_can_be_written_in_part(said, meant):
    if meant is None:
        with pytest.raises(WrittenError, match="many things") as wrong:
            read_filter({"operation": said}, TODAY)
        assert wrong.value.field == "operation"
    else:
        assert read_filter({"operation": said}, TODAY).operation == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("target set 3", "target_set:3"),
        ("Target Set", "target_set"),
        ("target_set:3", "target_set:3"),
        ("mapping our ATS", "mapping:our ATS"),
        ("import 7", "import:7"),
        ("audit log", "audit"),
        ("people:3", "people:3"),
    ],
)
def test_a_target_is_written_as_it_is_shown(said, meant):
    assert read_filter({"target": said}, TODAY).target == meant
    if ":" in meant and not meant.startswith("people"):
        assert read_filter({"target": target_words(meant)}, TODAY).target == meant


def test_days_are_counted_from_today_and_words_say_the_whole():
    written = {"person": "Ann", "operation": "targets.save", "target": "target_set:3", "field": "due",
               "since": "-7", "until": "yesterday", "text": "wards", "unreviewed": "yes"}  # fmt: skip
    assert read_filter(written, TODAY) == AuditFilter(
        "Ann", "targets.save", "target_set:3", "due", date(2026, 11, 10), date(2026, 11, 16), "wards", True
    )
    assert filter_words(written) == (
        "by Ann, targets saved, of target set 3, field due, from -7, to yesterday, why: “wards”, not reviewed"
    )


def test_words_of_fields_values_and_what_nobody_foresaw():
    catalogue = catalogues.built_in()
    assert field_words("draft.ready_to_publish.done_by_days", catalogue).endswith(": done by")
    assert field_words("odd.due_days", catalogue) == "odd.due days"
    assert field_words("effective_from", catalogue) == "effective from"
    assert [value_words(value) for value in (None, True, False, 1027, "", "x")] == [
        "–", "yes", "no", "1,027", "(empty)", "x",
    ]  # fmt: skip
    assert operation_words("people.add_one") == "people: add one"
    assert target_words("people:3") == "people:3"
    assert target_words("setting:checkpoint_folder") == "setting checkpoint folder"
    assert target_words("target_set:next") == "next target set"
    assert target_words("target_set:3", short=True) == "set 3"


def test_bookmarks_are_kept_with_the_settings(tmp_path: Path):
    path = tmp_path / "settings.json"
    settings = Settings(bookmarks={"mine": {"person": "Ann"}})
    assert save_settings(path, settings) is None
    assert load_settings(path).settings == settings


@pytest.mark.parametrize("broken", ["[]", '"x"', '{"a": 1}', '{"a": {"person": 3}}', '{"a": ["x"]}'])
def test_broken_bookmarks_are_said_and_left_out(tmp_path: Path, broken: str):
    path = tmp_path / "settings.json"
    path.write_text(f'{{"bookmarks": {broken}}}', "utf-8")
    loaded = load_settings(path)
    assert loaded.settings == Settings()
    assert "bookmarks are filters by name" in (loaded.warning or "")
