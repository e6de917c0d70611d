"""What the KPI page asks of the store: previews of a year, suggestions, saving to a synchronous disk."""

from __future__ import annotations

import csv
import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.kept import kept
from benchmarks.pty_start import to_stderr
from benchmarks.store_calls import Figure, median_ms
from benchmarks.stores import MAPPING, USERS
from kpi.catalogue import built_in
from kpi.events import instant_of
from kpi.targets import Target
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.location import Location
from store.organisation import found_organisation
from store.reading import Reader, open_reader
from store.schema import CURRENT
from store.targets import save_targets
from store.work import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

FINISHED = 100_000
YEAR = date(2025, 1, 1), date(2025, 12, 31)
NOW = datetime(2026, 1, 31, tzinfo=UTC)
SETS = 100
# Each step ends the task of the one before it; the last opens none.
STEPS = (
    "listing_marked_ready", "listing_published", "listing_closed", "shortlisting_online_chosen",
    "scoring_completed", "shortlist_selected", "interviews_arranged", "interviews_started",
    "interviews_finished", "interview_feedback_completed",
)  # fmt: skip


def target_figures() -> list[Figure]:
    """The year's preview and its parts, and a save among a hundred."""
    to_stderr(f"preview of {FINISHED:,} finished tasks")
    reader = open_reader(Location(path=_store_with_year()), lambda: instant_of(NOW))
    try:
        figures = _reading_figures(reader)
    finally:
        reader.close()
    return [*figures, _saving_figure()]


def _reading_figures(reader: Reader) -> list[Figure]:
    questions = reader.targets()
    draft = {code: Target(2, 5) for code in questions.page().targets}
    finished = sum(one.finished for one in questions.suggestions(YEAR[0]))
    assert finished >= FINISHED, finished
    sample = questions.sample(*YEAR)
    code = max(sample.lives, key=lambda one: sample.lives[one].tasks)
    whole = median_ms(lambda: questions.sample(*YEAR).preview(draft), 7)
    again = median_ms(lambda: sample.preview(draft), 7)
    one = median_ms(partial(sample.row, code, draft[code]), 15)
    suggested = median_ms(questions.suggestions, 5)
    return [
        Figure(
            f"preview of a year of {finished:,} finished tasks", f"{whole:.0f} ms", "≤ 300 ms", whole <= 300
        ),
        Figure(
            "the same for another draft, and for one KPI of it",
            f"{again:.0f} ms, {one:.1f} ms",
            "≤ 300 ms",
            again <= 300,
        ),
        Figure("suggestions from its history", f"{suggested:.0f} ms", "–", kept=True),
    ]


def _saving_figure() -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "saving.db"
        shutil.copy(_store_with_year(), path)
        store = Store(Location(path=path))
        try:
            turns = iter(range(SETS))

            def save() -> None:
                number = next(turns)
                target = {"draft.ready_to_publish": Target(number, 500)}
                save_targets(store, target, reason="measuring", actor="benchmark")

            took = median_ms(save, SETS - 1)
        finally:
            store.close()
    return Figure(
        f"saving targets, one of {SETS}, `synchronous=FULL`", f"{took:.1f} ms", "≤ 50 ms", took <= 50
    )


def _store_with_year() -> Path:
    return kept(f"year-{FINISHED}-{CURRENT}.db", _make)


def _make(path: Path) -> None:
    events = path.with_suffix(".csv")
    store = Store(Location(path=path))
    try:
        found_organisation(store, "Benchmark", targets={kpi.code: Target(5, 12) for kpi in built_in().kpis})
        with events.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("event", "at", "listing", "application", "owner"))
            rng = Random(1)
            for number in range(FINISHED // 9 + 1):
                writer.writerows(_listing(rng, f"L-{number:06d}", STEPS))
        import_file(store, events, load_mapping(MAPPING))
        with store.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        store.close()
        events.unlink()


def _listing(rng: Random, name: str, steps: Sequence[str]) -> list[tuple[str, str, str, str, str]]:
    """One listing's way, with a freeze in one of thirty."""
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randint(0, 300 * 24 * 60))
    owner = f"user-{rng.randint(1, USERS):02d}"
    frozen = rng.randrange(len(steps)) if rng.random() < 1 / 30 else None
    rows = []
    for place, event in enumerate(steps):
        rows.append((event, at.isoformat(), name, "", owner))
        if place == frozen:
            rows.append(("listing_frozen", (at + timedelta(hours=5)).isoformat(), name, "", owner))
            at += timedelta(days=rng.randint(3, 20))
            rows.append(("listing_unfrozen", at.isoformat(), name, "", owner))
        at += timedelta(minutes=rng.randint(60, 9 * 24 * 60))
    return rows
