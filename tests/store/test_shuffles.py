"""The order in which events arrive does not matter: shuffled and split, they give the same tasks."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from store.maintenance import rebuild
from tests.oracle import generate
from tests.slowly import first_of
from tests.store.helpers import import_rows, new_store
from tests.store.whole import whole


def shuffled(rng: Random, rows: list[generate.Row]) -> list[generate.Row]:
    """The rows in any order; events of one listing at one instant keep theirs, which counts (rule 9)."""
    mixed = rows.copy()
    rng.shuffle(mixed)
    ties: defaultdict[tuple[object, ...], list[generate.Row]] = defaultdict(list)
    for row in rows:
        ties[moment(row)].append(row)
    return [ties[moment(row)].pop(0) for row in mixed]


def moment(row: generate.Row) -> tuple[object, ...]:
    """Where and when a row happened."""
    return row["listing"], row["at"].astimezone(UTC)


def arrive_in_any_order(url: str, folder: Path, seed: int) -> None:
    """Import a log in its order into one store, and shuffled, in several files that overlap, into another."""
    rng = Random(seed)
    rows = (
        generate.chaos(seed, listings=rng.randint(1, 4), events=rng.choice((20, 60, 120)))
        if seed % 5 == 0
        else generate.recruitment(seed, listings=rng.randint(2, 6), late=0)
    )
    with new_store(str(folder / f"ordered-{seed}.db")) as ordered:  # SQLite: the database must not matter
        import_rows(ordered, rows, folder)
        expected = whole(ordered)
    with new_store(url) as store:
        arriving = shuffled(rng, rows)
        cuts = sorted({0, len(arriving), *(rng.randint(0, len(arriving)) for _ in range(rng.randint(0, 4)))})
        for begin, end in pairwise(cuts):
            import_rows(store, arriving[max(0, begin - rng.choice((0, 0, 7))) : end], folder)
        found = whole(store)
        for name in expected.keys() - {"arrival"}:
            assert found[name] == expected[name], (seed, name)
        assert rebuild(store).changed == 0
        assert whole(store) == found


@pytest.mark.parametrize("seed", first_of(range(5), 2))
def test_shuffled_arrival_gives_the_same_tasks(store_url: str, tmp_path: Path, seed: int) -> None:
    arrive_in_any_order(store_url, tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5, 205))
def test_two_hundred_shuffled_arrivals_give_the_same_tasks(store_url: str, tmp_path: Path, seed: int) -> None:
    arrive_in_any_order(store_url, tmp_path, seed)
