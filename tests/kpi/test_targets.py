"""Targets: two numbers, one rule; files of them; which set a listing lives under."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.catalogue import built_in
from kpi.targets import SERVICE_DEFAULT, Target, TargetError, TargetSet, load_targets, set_in_force

NHS = built_in()


@given(st.integers(0, 999), st.integers(0, 999))
def test_due_is_never_after_done_by(due: int, done_by: int) -> None:
    if due <= done_by:
        assert Target(due, done_by).due_days == due
    else:
        with pytest.raises(TargetError, match="not be after"):
            Target(due, done_by)


@pytest.mark.parametrize("days", [-1, 1000, 2.5, "5", True, None])
def test_days_are_whole_numbers_from_0_to_999(days: object) -> None:
    with pytest.raises(TargetError, match="whole number of working days from 0 to 999"):
        Target(0, days)  # type: ignore[arg-type]


def test_a_targets_file_names_some_and_has_a_default() -> None:
    targets = load_targets(
        '[targets."draft.ready_to_publish"]\ndue = 5\ndone_by = 10\n[default]\ndue = 20\ndone_by = 30\n', NHS
    )
    assert targets["draft.ready_to_publish"] == Target(5, 10)
    assert targets["offers.sent"] == Target(20, 30)
    assert set(targets) == set(NHS.by_code)


def test_without_a_default_the_services_applies() -> None:
    assert load_targets("", NHS)["offers.sent"] == SERVICE_DEFAULT == Target(99, 99)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[targets", "not a TOML file"),
        ('[targets."no.such"]\ndue = 1\ndone_by = 2', "no KPI “no.such”"),
        ('[targets."offers.sent"]\ndue = 1', "KPI “offers.sent”: needs due and done_by"),
        ('[targets."offers.sent"]\ndue = 3\ndone_by = 2', "KPI “offers.sent”: due .3. must not be after"),
        ('[targets."offers.sent"]\ndue = 3\ndone_by = 1000', "KPI “offers.sent”: done by must be a whole"),
        ("[defaults]\ndue = 1\ndone_by = 2", r"unknown table \[defaults\]"),
        ("targets = 3", "write targets as"),
        ("default = 3", "needs due and done_by"),
    ],
)
def test_a_file_that_breaks_a_rule_names_the_field(text: str, message: str) -> None:
    with pytest.raises(TargetError, match=message):
        load_targets(text, NHS)


def test_the_set_in_force_is_the_newest_that_has_begun() -> None:
    sets = (TargetSet(1, {}), TargetSet(2, {}, 100), TargetSet(3, {}, 200))
    assert [set_in_force(sets, at).number for at in (0, 99, 100, 199, 200, 10**18)] == [1, 1, 2, 2, 3, 3]
