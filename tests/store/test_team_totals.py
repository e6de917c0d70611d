"""Totals of teams, against tasks counted one by one; nothing is told of fewer than five people."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from kpi.disclosure import DisclosureError, may_be_shown
from store.errors import StoreError
from store.people import add_person
from store.people_links import link_person
from store.tasks import TaskQuery
from store.teams import add_team
from tests.store.helpers import Clock, import_rows, new_store, reader_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.work import Store

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
TODAY = datetime(2026, 7, 15, 12, tzinfo=UTC)
SIZES = {"Acute": 6, "Beacon": 4, "Community": 5}


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    """Three teams with linked users, and half a year of listings that went on to be published."""
    clock = Clock(BEGIN)
    with new_store(store_url, clock=clock) as made:
        for name, size in SIZES.items():
            team = add_team(made, name).number
            for number in range(size):
                person = add_person(made, f"{name} {number}", "recruiter", team).number
                link_person(made, person, f"{name}-{number}")
        clock.moment = TODAY
        import_rows(made, list(rows(Random(3))), tmp_path)
        yield made


def rows(rng: Random) -> Iterator[dict[str, Any]]:
    users = [f"{name}-{number}" for name, size in SIZES.items() for number in range(size)] + ["nobody's"]
    for number in range(420):
        user, begun = rng.choice(users), BEGIN + timedelta(days=rng.randrange(160), hours=rng.randrange(8))
        said = {"listing": f"V{number}", "owner": user, "actor": user}
        yield {**said, "event": "listing_marked_ready", "at": begun}
        yield {**said, "event": "listing_published", "at": begun + timedelta(days=rng.randrange(20))}


def counted(store: Store, since: date, until: date) -> dict[tuple[str, date, str], Counter[str]]:
    """By team, month and figure, how many each user finished: from the list of finished tasks."""
    found: dict[tuple[str, date, str], Counter[str]] = defaultdict(Counter)
    with reader_of(store) as reader:
        tasks = reader.task_list(TaskQuery(finished=True))
        for task in tasks.fetch(0, tasks.total):
            assert task.finished_at is not None
            assert task.user is not None
            ended = task.finished_at.date()
            if since <= ended <= until and task.user != "nobody's":
                figure = "finished_in_time" if task.in_time else "finished_late"
                found[task.user.split("-")[0], ended.replace(day=1), figure][task.user] += 1
    return found


@pytest.mark.parametrize(
    ("since", "until"), [(date(2026, 2, 1), date(2026, 4, 30)), (date(2026, 3, 1), date(2026, 3, 31))]
)
def test_totals_are_sums_of_what_may_be_shown(store: Store, since: date, until: date) -> None:
    cells = counted(store, since, until)
    months = len({month for _, month, _ in cells})
    assert any(may_be_shown(people.values()) for people in cells.values())
    with reader_of(store) as reader:
        totals = reader.people().totals(since, until)
    assert [team.name for team in totals.teams] == list(SIZES)
    for place, figure in enumerate(("finished_in_time", "finished_late")):
        together = 0
        for team in totals.teams:
            told = [
                people.total()
                for (name, _, said), people in cells.items()
                if (name, said) == (team.name, figure) and may_be_shown(people.values())
            ]
            assert team.totals[place] == (sum(told) if told else None, months - len(told))
            together += sum(told)
        assert (totals.together.totals[place].value or 0) == together
    assert totals.teams[1].totals == ((None, months), (None, months))  # of four people nothing is told


def test_the_last_three_whole_months_are_shown_unless_said(store: Store) -> None:
    with reader_of(store) as reader:
        totals = reader.people().totals()
        assert (totals.since, totals.until) == (date(2026, 4, 1), date(2026, 6, 30))
        with pytest.raises(DisclosureError, match="whole months"):
            reader.people().totals(date(2026, 4, 1), date(2026, 6, 29))
        with pytest.raises(DisclosureError, match="whole months"):
            reader.people().totals(date(2026, 7, 1), date(2026, 7, 31))


def test_without_teams_there_are_no_totals(store_url: str) -> None:
    with (
        new_store(store_url, clock=Clock(TODAY)) as made,
        reader_of(made) as reader,
        pytest.raises(StoreError, match="no team yet"),
    ):
        reader.people().totals()
