"""Imports that are killed, interrupted or run side by side: the store ends as after one clean run."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC
from pathlib import Path
from random import Random

import pytest

from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.maintenance import rebuild
from store.work import Store
from tests.oracle import generate
from tests.postgres import Server
from tests.slowly import slowly
from tests.store.helpers import Clock, new_store
from tests.store.whole import runs, whole

ROOT = Path(__file__).parents[2]
BATCH = 40
MAPPING = (
    generate.MAPPING.replace("[columns]\n", '[columns]\nevent_id = "id"\n')
    + '[sandbox]\nactor = ["training account"]\n'
)
# Transactions are small, so that there are many moments between two of them. With a crew, other processes
# read the file and replay the listings, as they do where there is much to do; without, this one does all.
SMALL = f"""
import sys
import store.importing, store.maintenance, store.together, store.work
def put(module, name, value):
    assert hasattr(module, name), name
    setattr(module, name, value)
MANY = 0 if sys.argv.pop(1) == "crew" else 1 << 30
put(store.importing, "BATCH", {BATCH})
put(store.importing, "LARGE", MANY)
put(store.together, "WORTH_A_CREW", MANY)
for module in store.together, store.maintenance:
    put(module, "FIRST_PORTION", 2)
put(store.together, "PORTION", 3)
# The clock of the tests, for the command line too, which knows the machine's alone.
store.work.Store.__init__.__defaults__ = (lambda: {Clock()()}, store.work.NOBODY)
"""
IMPORT = f"""{SMALL}
from store.feeds.mapping import load_mapping
from store.location import find_location
url, file, mapping = sys.argv[1:]
def tell(share):
    print(share, flush=True)
opened = store.work.Store(find_location(url))
store.importing.import_file(opened, file, load_mapping(open(mapping).read()), tell)
"""
COMMAND = f"""{SMALL}
from tui.main import main
sys.exit(main(sys.argv[1:]))
"""
CREWS = ("crew", "alone")
Placed = Callable[[], AbstractContextManager[str]]


def write_export(folder: Path, seed: int, listings: int) -> tuple[Path, Path, int]:
    """An export with everything in it that an import tells apart, its mapping, and how many rows it has."""
    rng = Random(seed)
    header = ["id", *generate.COLUMNS]
    lines: list[list[str]] = []
    corrections: list[list[str]] = []
    generate.write_csv(generate.recruitment(seed, listings), folder / "plain.csv")
    with (folder / "plain.csv").open(newline="", encoding="utf-8") as file:
        for number, cells in enumerate(list(csv.reader(file))[1:]):
            named = [f"E{number}" if number % 3 else "", *cells]
            lines.append(named)
            chance = rng.random()
            if chance < 0.04:  # known already
                lines.append(rng.choice(lines))
            elif chance < 0.08 and named[0]:  # corrected, now or long afterwards
                corrections.append([*named[:6], "staff-9", *named[7:]])
                if rng.random() < 0.5:
                    lines += corrections
                    corrections.clear()
            elif chance < 0.1:  # not understood
                lines.append([f"X{number}", cells[0], "the day before", *cells[2:]])
            elif chance < 0.12:
                lines.append([f"S{number}", *cells[:4], "training account", *cells[5:]])
    with (folder / "export.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *lines, *corrections])
    (folder / "mapping.toml").write_text(MAPPING, "utf-8")
    return folder / "export.csv", folder / "mapping.toml", len(lines) + len(corrections)


def start(script: str, crew: str, *arguments: str | Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", script, crew, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def finish(running: Iterable[subprocess.Popen[str]]) -> list[str]:
    """Wait for all of them, which must do well; what they said."""
    told = []
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        told.append(out)
    return told


@pytest.fixture(params=["sqlite", "postgres"])
def placed(request: pytest.FixtureRequest, tmp_path: Path) -> Placed:
    """Gives an empty place for a store, as often as it is asked."""

    @contextmanager
    def on_sqlite() -> Iterator[str]:
        path = tmp_path / "stagewatch.db"
        yield str(path)
        for left in tmp_path.glob("stagewatch.db*"):
            left.unlink()

    if request.param == "sqlite":
        return on_sqlite
    server: Server = request.getfixturevalue("postgres_server")
    return server.database


def killed_and_completed(placed: Placed, folder: Path, seed: int, kills: int) -> int:
    """Kill an import at so many random moments, each time of a new store, and run it again.

    How many of them were killed with some batches kept and others not.
    """
    rng = Random(seed)
    file, mapping, rows = write_export(folder, seed, listings=20)
    with new_store(str(folder / "clean.db")) as clean:  # always SQLite: the database must not matter
        import_file(clean, file, load_mapping(MAPPING))
        expected = whole(clean)
        added = runs(clean)[0][1]
        assert rebuild(clean).changed == 0
    moments = {}
    for crew in CREWS:
        with placed() as url, new_store(url):
            [told] = finish([start(IMPORT, crew, url, file, mapping)])
            moments[crew] = len(told.splitlines())
    halfway = 0
    for _ in range(kills):
        with placed() as url, new_store(url) as store:
            crew = rng.choice(CREWS)
            process = start(IMPORT, crew, url, file, mapping)
            assert process.stdout is not None
            for _ in range(rng.randrange(moments[crew])):  # after so many transactions, and a little later
                process.stdout.readline()
            time.sleep(rng.choice((0, rng.uniform(0, 0.01), rng.uniform(0, 0.3))))
            process.kill()
            # Whoever helped the killed process holds its standard error: this ends when they have.
            process.communicate(timeout=60)
            halfway += any(0 < run[0] < rows for run in runs(store))
            import_file(store, file, load_mapping(MAPPING))
            check_runs(store, rows, added)
            assert whole(store) == expected
    return halfway


def check_runs(store: Store, rows: int, added: int) -> None:
    """Every row of every run is accounted for; the last run has read them all; none was added twice."""
    every = runs(store)
    assert all(run[0] == sum(run[1:5]) for run in every)
    assert (every[-1][0], every[-1][5]) == (rows, 1)
    assert sum(run[1] for run in every) == added


def test_a_killed_import_is_completed_by_running_it_again(placed: Placed, tmp_path: Path) -> None:
    killed_and_completed(placed, tmp_path, seed=1, kills=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_two_hundred_killed_imports_are_completed(placed: Placed, tmp_path: Path, seed: int) -> None:
    assert killed_and_completed(placed, tmp_path, seed=seed, kills=20)


@pytest.mark.parametrize(
    ("store_url", "crew"),
    [("sqlite", "crew"), slowly("sqlite", "alone"), slowly("postgres", "crew"), ("postgres", "alone")],
    indirect=["store_url"],
)
def test_ctrl_c_leaves_whole_batches_and_says_so(store_url: str, tmp_path: Path, crew: str) -> None:
    file, mapping, rows = write_export(tmp_path, seed=2, listings=120)
    arguments = ("import", file, "--mapping", mapping, "--store", store_url)
    with new_store(store_url) as store:
        process = start(COMMAND, crew, *arguments)
        wait_for(lambda: any(run[0] > BATCH for run in runs(store)), process)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1].splitlines()
        assert process.returncode == 130, said
        assert said[-1].startswith("stagewatch: interrupted; what was already kept stays")
        assert not any("Traceback" in line for line in said)
        [run] = runs(store)
        assert run[0] == sum(run[1:5])
        assert run[0] % BATCH == 0
        assert 0 < run[0] < rows
        assert len(whole(store)["event"]) == run[1]
        finish([start(COMMAND, crew, *arguments)])
        completed = whole(store)
        assert runs(store)[1][0] == rows
    with new_store(str(tmp_path / "clean.db")) as clean:
        import_file(clean, file, load_mapping(MAPPING))
        assert whole(clean) == completed


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something has become true, while the process runs."""
    while not condition():
        assert process.poll() is None
        time.sleep(0.005)


def test_the_same_file_twice_at_once_is_there_once(store_url: str, tmp_path: Path) -> None:
    file, mapping, rows = write_export(tmp_path, seed=3, listings=30)
    with new_store(store_url) as store:
        finish([start(IMPORT, crew, store_url, file, mapping) for crew in CREWS])
        found = whole(store)
        both = runs(store)
    with new_store(str(tmp_path / "clean.db")) as clean:
        import_file(clean, file, load_mapping(MAPPING))
        assert found == whole(clean)
        assert sum(run[1] for run in both) == runs(clean)[0][1]
        assert [(run[0], run[5]) for run in both] == [(rows, 1)] * 2


def test_two_imports_of_overlapping_files_at_once_lose_nothing(store_url: str, tmp_path: Path) -> None:
    # One event per listing and instant: the order of arrival, which decides ties, is theirs to win or lose.
    every = generate.recruitment(3, 30, late=0)
    rows = list({(row["listing"], row["at"].astimezone(UTC)): row for row in every}.values())
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(generate.MAPPING, "utf-8")
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    generate.write_csv(rows[: len(rows) * 2 // 3], files[0])
    generate.write_csv(rows[len(rows) // 3 :], files[1])
    with new_store(store_url) as store:
        finish([start(IMPORT, "alone", store_url, file, mapping) for file in files])
        found = whole(store)
    with new_store(str(tmp_path / "clean.db")) as clean:
        for file in files:
            import_file(clean, file, load_mapping(generate.MAPPING))
        expected = whole(clean)
    assert len(found["event"]) == len(rows)
    for name in found.keys() - {"arrival"}:
        assert found[name] == expected[name]
