"""Several processes replaying and reading: the same store as with one, whoever else writes meanwhile."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from kpi.errors import StagewatchError
from store import together
from store.crew import Crew
from store.errors import StoreError
from store.feeds.errors import FeedError
from store.feeds.mapping import load_mapping
from store.feeds.rows import Possible
from store.importing import Reading, import_file
from store.maintenance import advance, rebuild
from tests.oracle import generate
from tests.store.helpers import everything, import_rows, new_store, reader_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.work import Store


POSSIBLE = Possible(631_238_400_000_000, 1_893_455_999_999_999, "1990-01-01", "2089-12-31")


@pytest.fixture
def crews(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Crews work for the smallest store, a few listings at a time; how many members each had."""
    sizes: list[int] = []
    start = Crew.__init__

    def noted(self: Crew, size: int, ahead: int) -> None:
        sizes.append(size)
        start(self, size, ahead)

    monkeypatch.setattr(Crew, "__init__", noted)
    for module in ("together", "importing"):
        monkeypatch.setattr(f"store.{module}.processors", lambda: 2)
    monkeypatch.setattr(together, "WORTH_A_CREW", 1)
    for module in ("together", "maintenance"):
        monkeypatch.setattr(f"store.{module}.FIRST_PORTION", 3)
    monkeypatch.setattr("store.importing.LARGE", 1)
    return sizes


def written(rows: list[dict[str, Any]], folder: Path) -> Path:
    file = folder / "rows.csv"
    generate.write_csv(rows, file)
    return file


@contextmanager
def alone(folder: Path, rows: list[dict[str, Any]]) -> Iterator[Store]:
    """The same rows brought in by this process only."""
    with pytest.MonkeyPatch.context() as patch, new_store(str(folder / "alone.db")) as store:
        for module in ("together", "importing"):
            patch.setattr(f"store.{module}.processors", lambda: 1)
        import_rows(store, rows, folder)
        yield store


def test_with_others_helping_the_store_is_the_same(
    store_url: str, tmp_path: Path, crews: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = generate.recruitment(11, 25)
    with new_store(store_url) as store:
        monkeypatch.setattr("store.importing.BATCH", 100)
        shares: list[float] = []
        result = import_file(store, written(rows, tmp_path), load_mapping(generate.MAPPING), shares.append)
        assert crews == [2, 1]  # two get ready to replay, one reads
        assert (result.rows, result.events_added) == (len(rows), len(rows))
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        before = everything(store)
        told: list[tuple[int, int]] = []
        rebuilt = rebuild(store, lambda done, total: told.append((done, total)))
        assert (rebuilt.listings, rebuilt.changed) == (25, 0)
        assert told[-1] == (25, 25)
        assert everything(store) == before
    with alone(tmp_path, rows) as store:
        assert everything(store) == before


def test_rebuild_with_others_helping_mends_what_is_wrong(
    store_url: str, tmp_path: Path, crews: list[int]
) -> None:
    rows = generate.recruitment(12, 25)
    with new_store(store_url) as store:
        import_rows(store, rows, tmp_path)
        before = everything(store)
        with store.work("test") as work:
            work.plain.run("DELETE FROM task_phase")
            work.plain.run("UPDATE task SET done_by = done_by + 400 WHERE kpi_id < 9")
            work.plain.run("DELETE FROM board_change WHERE kpi_id = 3")
            work.plain.run("UPDATE listing SET title = 'wrong', open_tasks = 77")
            work.plain.run("DELETE FROM application")
        assert everything(store) != before
        assert rebuild(store).changed > 25
        assert everything(store) == before


def test_what_another_writes_meanwhile_is_not_lost(
    store_url: str, tmp_path: Path, crews: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What members saw is out of date as soon as somebody else has written: it is worked out again."""
    rows = generate.recruitment(13, 25, late=0)
    listing = sorted({row["listing"] for row in rows})[5]
    kept = [row for row in rows if row["listing"] != listing]
    held_back = [row for row in rows if row["listing"] == listing]
    start, rest = held_back[:2], held_back[2:]
    original = together.Together._write
    came: list[int] = []

    def write(self: together.Together, answers: list[Any]) -> None:
        if not came:
            came.append(1)
            with pytest.MonkeyPatch.context() as patch:
                # Another import, that is: its events are in, its replay is still to come.
                patch.setattr("store.importing._replay", lambda *_: None)
                patch.setattr("store.importing.LARGE", 1 << 40)
                file = tmp_path / "more.csv"
                generate.write_csv(rest, file)
                import_file(store, file, load_mapping(generate.MAPPING))
        original(self, answers)

    monkeypatch.setattr(together.Together, "_write", write)
    with new_store(store_url) as store:
        import_file(store, written(start + kept, tmp_path), load_mapping(generate.MAPPING))
        assert came
        with reader_of(store) as reader:
            assert not reader.pending()
        found = everything(store)
        assert rebuild(store).changed == 0
        assert everything(store) == found
    monkeypatch.undo()
    with alone(tmp_path, start + kept + rest) as store:
        assert without_numbers(everything(store)) == without_numbers(found)


def without_numbers(tables: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "tasks": sorted((row[0], *row[2:]) for row in tables["task"]),
        "phases": tables["task_phase"],
        "counts": tables["task_count"],
        "changes": tables["board_change"],
    }


def test_an_error_of_a_member_is_raised_here_in_its_own_words(tmp_path: Path, crews: list[int]) -> None:
    file = tmp_path / "broken.json"
    file.write_text('[{"event": "coffee", "at": "2026-03-02T09:00:00Z", "listing": "V1"},', "utf-8")
    mapping = '[source]\nname = "x"\n[columns]\nevent = "event"\nat = "at"\nlisting = "listing"\n'
    with (
        new_store(str(tmp_path / "one.db")) as store,
        pytest.raises(
            StagewatchError, match="ends in the middle, on line 1; 1 new events before that were kept"
        ),
    ):
        import_file(store, file, load_mapping(mapping))


def test_a_member_that_is_killed_is_an_error_in_words_and_nothing_is_lost(
    tmp_path: Path, crews: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = generate.recruitment(14, 25)
    original = together.Together._hand_out
    handed: list[int] = []

    def hand_out(self: together.Together, plain: Any, member: Any, under_way: Any) -> None:
        original(self, plain, member, under_way)
        handed.append(1)
        if len(handed) == 3:
            os.kill(member._process.pid, signal.SIGKILL)

    with new_store(str(tmp_path / "one.db")) as store:
        with monkeypatch.context() as patch:
            patch.setattr(together.Together, "_hand_out", hand_out)
            with pytest.raises(StoreError, match="please try again"):
                import_rows(store, rows, tmp_path)
        advance(store)
        found = everything(store)
    with alone(tmp_path, rows) as store:
        assert everything(store) == found


def test_members_end_with_the_process_that_asked_them() -> None:
    with Crew(2, 1) as crew:
        pids = [member._process.pid for member in crew.members]
        for member in crew.members:
            assert member._process.stdin is not None
            member._process.stdin.close()  # as when that process is killed
        deadline = time.monotonic() + 20
        while any(member._process.poll() is None for member in crew.members):
            assert time.monotonic() < deadline, pids
            time.sleep(0.01)


def test_questions_are_answered_in_turn_whatever_becomes_of_one(tmp_path: Path) -> None:
    rows = generate.recruitment(15, 3)
    reading = Reading(
        written(rows, tmp_path), load_mapping(generate.MAPPING), "Europe/London", POSSIBLE, frozenset()
    )
    with Crew(1, 1) as crew:
        (member,) = crew.members
        for asked in (reading, reading._replace(path=tmp_path / "none.csv"), reading):
            member.ask("read", asked, 10)
        before = list(member.answers())
        assert sum(answer[0] for answer in before) == len(rows)
        with pytest.raises(FeedError, match="there is no file"):
            list(member.answers())
        assert list(member.answers()) == before


def test_no_more_answers_wait_than_are_wanted(tmp_path: Path) -> None:
    """A member that is ahead of who takes its answers stops, and holds what it has."""
    reading = Reading(
        written(generate.recruitment(16, 60), tmp_path),
        load_mapping(generate.MAPPING),
        "Europe/London",
        POSSIBLE,
        frozenset(),
    )
    with Crew(1, 2) as crew:
        (member,) = crew.members
        member.ask("read", reading, 1)
        answers, most = member.answers(), 3  # two, and the next one in hand
        for _ in range(30):
            next(answers)
            deadline = time.monotonic() + 20
            while member._fetched.qsize() < most:
                assert time.monotonic() < deadline
                time.sleep(0.001)
            assert member._fetched.qsize() == most
