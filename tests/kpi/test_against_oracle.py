"""The clock against a brute-force reading of the design: every task, on many days, of many recruitments."""

from __future__ import annotations

import tomllib
from datetime import UTC
from importlib import resources
from typing import Any

import pytest

from kpi.catalogue import built_in
from kpi.events import instant_of
from kpi.targets import Target, TargetSet
from tests.kpi.judging import one_set, replay_rows, tasks_on
from tests.oracle import brute, generate
from tests.oracle.working_days import calendar_from_holidays

NHS_JOBS = tomllib.loads(resources.files("kpi").joinpath("nhs_jobs.toml").read_text("utf-8"))
TARGETS = {
    "shortlisting.online_scoring": (0, 0),
    "offers.sent": (2, 3),
    "interviews.scheduled": (1, 4),
    "approvals.ready_to_approve": (0, 5),
    "default": (3, 8),
}
CALENDAR = calendar_from_holidays()


def compared(tasks: list[dict[str, Any]]) -> list[tuple[tuple[str, Any], ...]]:
    rows = [tuple(sorted((k, v) for k, v in task.items() if k != "opened_at")) for task in tasks]
    return sorted(rows, key=repr)


def check(rows: list[dict[str, Any]], seed: int) -> None:
    numbers = {code: pair for code, pair in TARGETS.items() if code != "default"}
    replays = replay_rows(rows, built_in(), one_set(numbers, TARGETS["default"]))
    for day in generate.days_to_check(rows, seed=seed):
        expected = brute.tasks_on(rows, NHS_JOBS, TARGETS, CALENDAR, day, cancelling_drops_timers=True)
        assert compared(tasks_on(replays, day)) == compared(expected), f"seed {seed}, day {day}"


@pytest.mark.parametrize("seed", range(60))
def test_recruitment_gives_the_same_tasks_on_every_day(seed: int) -> None:
    check(generate.recruitment(seed), seed)


@pytest.mark.parametrize("seed", range(60))
def test_any_events_in_any_order_give_the_same_tasks_on_every_day(seed: int) -> None:
    check(generate.chaos(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 2_000))
def test_many_more_of_both(seed: int) -> None:
    check(generate.recruitment(seed), seed)
    check(generate.chaos(seed), seed)


@pytest.mark.parametrize("seed", range(10))
def test_a_listing_lives_under_the_set_in_force_at_its_first_event(seed: int) -> None:
    """Rule 8, with three sets of which two begin among the events."""
    rows = generate.recruitment(seed, 8)
    moments = sorted(row["at"].astimezone(UTC) for row in rows)
    begins = (moments[len(moments) // 3], moments[len(moments) // 2])
    numbers = ((3, 8), (1, 2), (20, 40))
    sets = tuple(
        TargetSet(place, {}, None if begin is None else instant_of(begin), Target(*pair))
        for place, (begin, pair) in enumerate(zip((None, *begins), numbers, strict=True), 1)
    )
    said = [
        {"number": one.number, "effective_from": begin, "targets": {"default": pair}}
        for one, begin, pair in zip(sets, (None, *begins), numbers, strict=True)
    ]
    replays = replay_rows(rows, built_in(), sets)
    assert len({result.target_set for result in replays.values()}) > 1
    for day in generate.days_to_check(rows, 6, seed):
        expected = brute.tasks_on(rows, NHS_JOBS, said, CALENDAR, day, cancelling_drops_timers=True)
        assert compared(tasks_on(replays, day)) == compared(expected)
