"""A PostgreSQL server that has not looked at its tables yet is not let go through large ones whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from store.arrivals import add_events
from store.plain import Plain
from store.projection import compare, load_ground
from tests.oracle import generate
from tests.store.helpers import import_rows, new_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from store.arrivals import Arrivals

LARGE = ("event", "task", "listing")


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the server went about each query and change, of those that name a large table."""
    made: list[str] = []
    rows, run = Plain.rows, Plain.run

    def explain(self: Plain, sql: str, parameters: object) -> None:
        if sql.startswith(("SELECT", "UPDATE")):
            made.extend(row[0] for row in rows(self, f"EXPLAIN {sql}", parameters))  # type: ignore[arg-type]

    def explained_rows(self: Plain, sql: str, parameters: object = ()) -> list[tuple[object, ...]]:
        explain(self, sql, parameters)
        return rows(self, sql, parameters)  # type: ignore[arg-type]

    def explained_run(self: Plain, sql: str, parameters: object = ()) -> int:
        explain(self, sql, parameters)
        return run(self, sql, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(Plain, "rows", explained_rows)
    monkeypatch.setattr(Plain, "run", explained_run)
    return made


def scanned(plans: list[str]) -> list[str]:
    return [line for line in plans if any(f"Seq Scan on {table} " in line for table in LARGE)]


def test_a_replay_asks_for_its_listings(postgres_url: str, tmp_path: Path, plans: list[str]) -> None:
    with new_store(postgres_url) as store:
        import_rows(store, generate.recruitment(3, 40), tmp_path)
        plans.clear()
        with store.work("test") as work:
            listings = [(row[0], row[1]) for row in work.plain.rows("SELECT id, ref FROM listing")]
            plans.clear()
            compare(work.plain, load_ground(work.plain), listings, work.now)
            work.changed = False
    assert any("event" in line for line in plans)
    assert scanned(plans) == []


def test_an_import_asks_for_what_has_just_come_in(
    postgres_url: str, tmp_path: Path, plans: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []

    def add(plain: Plain, batch: Sequence[Arrivals], run: int) -> int:
        plans.clear()
        added = add_events(plain, batch, run)
        kept.extend(plans)
        return added

    monkeypatch.setattr("store.importing.BATCH", 500)
    monkeypatch.setattr("store.importing.add_events", add)
    with new_store(postgres_url) as store:
        import_rows(store, generate.recruitment(3, 40), tmp_path)
    assert any("event" in line for line in kept)
    assert scanned(kept) == []
