"""Rows that were not understood: kept, counted, tried again, dropped; what else is told of what came in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from store.dry_run import dry_run
from store.errors import StoreError
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.mappings import drop_mapping, save_mapping
from store.quarantine import EVERY_ROW, Chosen, drop_rows
from store.retrying import Retried, retry_rows
from tests.store.helpers import Clock, everything, new_store, reader_of

if TYPE_CHECKING:
    from pathlib import Path

    from store.intake import BadRowView
    from store.work import Store

MAPPING = """
[source]
name = "ATS"
[columns]
event_id = "id"
event = "what"
at = "when"
listing = "vacancy"
actor = "by"
[events]
"went live" = "listing_published"
"""
ROWS = (
    "id,what,when,vacancy,by\n"
    "1,went live,2026-03-02T09:00:00Z,V1,Dee\n"
    "2,went live,03/03/2026 10:00,V2,Dee\n"
    "3,went live,,V3,Dee\n"
    "4,coffee,2026-03-04T09:00:00,V1,\n"
    "5,went live,2026-03-05T09:00:00Z,,Jay\n"
    "6,went live\n"
    "7,coffee,2026-03-06T09:00:00Z,V1,Jay\n"
)
BETTER = MAPPING.replace(
    'name = "ATS"', 'name = "ATS"\ntimezone = "Europe/London"\ndate_formats = ["DD/MM/YYYY HH:mm"]'
)
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


def brought_in(store: Store, folder: Path, text: str = ROWS) -> None:
    file = folder / "events.csv"
    file.write_text(text, "utf-8")
    import_file(store, file, load_mapping(MAPPING))


def rows_of(store: Store, chosen: Chosen = EVERY_ROW) -> list[BadRowView]:
    with reader_of(store) as reader:
        return list(reader.intake().bad_rows(chosen))


def test_what_was_not_understood_is_kept_with_file_line_content_and_reason(
    store_url: str, tmp_path: Path
) -> None:
    with new_store(store_url, clock=Clock(NOW)) as store:
        brought_in(store, tmp_path)
        rows = rows_of(store)
        assert [(row.file, row.line, row.kind) for row in rows] == [
            ("events.csv", 3, "unknown time"),
            ("events.csv", 4, "no time"),
            ("events.csv", 5, "time zone missing"),
            ("events.csv", 6, "no listing"),
            ("events.csv", 7, "broken line"),
        ]
        assert rows[0].content == "2,went live,03/03/2026 10:00,V2,Dee"
        assert dict(rows[0].cells or ()) == {
            "id": "2", "what": "went live", "when": "03/03/2026 10:00", "vacancy": "V2", "by": "Dee",
        }  # fmt: skip
        assert rows[-1].cells is None
        with reader_of(store) as reader:
            intake = reader.intake()
            assert sum(one.rows for one in intake.reasons()) == 5
            assert [one.again for one in intake.reasons(Chosen(kind="broken line"))] == [0]
            assert [row.line for row in intake.bad_rows(EVERY_ROW, 2, rows[1].id)] == [5, 6]


def test_the_same_file_again_keeps_each_row_once(store_url: str, tmp_path: Path) -> None:
    with new_store(store_url, clock=Clock(NOW)) as store:
        brought_in(store, tmp_path)
        before = rows_of(store)
        brought_in(store, tmp_path)
        assert rows_of(store) == before
        with reader_of(store) as reader:
            second, first = reader.intake().imports()
        assert (first.rows, first.added, first.quarantined, first.waiting) == (7, 2, 5, 5)
        assert (second.rows, second.duplicates, second.quarantined, second.waiting) == (7, 2, 5, 0)


def test_a_corrected_mapping_reads_the_rows_after_all(store_url: str, tmp_path: Path) -> None:
    """The store is then as if the file had been imported with the right mapping at once."""
    with new_store(store_url, clock=Clock(NOW)) as store:
        brought_in(store, tmp_path)
        shares: list[float] = []
        result = retry_rows(store, EVERY_ROW, load_mapping(BETTER), shares.append)
        assert result == Retried(
            rows=5, understood=2, still=2, without_cells=1, added=2, duplicates=0, sandbox=0
        )
        assert shares[-1] == 1.0
        assert [row.kind for row in rows_of(store)] == ["no time", "no listing", "broken line"]
        with reader_of(store) as reader:
            retried = reader.intake().imports()[0]
            assert (retried.file, retried.rows, retried.added, retried.quarantined) == ("quarantine", 4, 2, 2)
            assert retried.finished_at is not None
            assert load_mapping(reader.intake().mapping("ATS").text) == load_mapping(BETTER)
        after = everything(store)
    with new_store(str(tmp_path / "clean.db"), clock=Clock(NOW)) as clean:
        import_file(clean, tmp_path / "events.csv", load_mapping(BETTER))
        assert comparable(after) == comparable(everything(clean))


def comparable(tables: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """Without the listings' numbers, which follow arrival."""
    return {"counts": tables["task_count"], "changes": tables["board_change"], "tasks": [
        (row[0], *row[2:]) for row in tables["task"]
    ]}  # fmt: skip


def test_rows_can_be_tried_again_one_source_one_reason_one_row_at_a_time(
    store_url: str, tmp_path: Path
) -> None:
    with new_store(store_url, clock=Clock(NOW)) as store:
        brought_in(store, tmp_path)
        save_mapping(store, BETTER)
        assert retry_rows(store, Chosen(source="another")).rows == 0
        assert retry_rows(store, Chosen(kind="time zone missing")).understood == 1
        wanted = next(row.id for row in rows_of(store) if row.kind == "unknown time")
        assert retry_rows(store, Chosen(ids=(wanted,))).understood == 1
        assert len(rows_of(store)) == 3
        with pytest.raises(StoreError, match="of the source “ATS”, the rows are of “other”"):
            retry_rows(store, Chosen(source="other"), load_mapping(BETTER))


def test_a_row_of_the_day_after_tomorrow_can_be_read_when_that_day_comes(
    store_url: str, tmp_path: Path
) -> None:
    clock = Clock(NOW)
    with new_store(store_url, clock=clock) as store:
        brought_in(store, tmp_path, "id,what,when,vacancy,by\n1,went live,2026-04-03T00:00:00+01:00,V1,Dee\n")
        (row,) = rows_of(store)
        assert row.kind == "impossible time"
        assert "after tomorrow" in row.reason
        assert retry_rows(store, EVERY_ROW).understood == 0
        clock.moment = datetime(2026, 4, 2, 1, tzinfo=UTC)
        assert retry_rows(store, EVERY_ROW) == Retried(1, 1, 0, 0, 1, 0, 0)
        assert rows_of(store) == []


def test_a_retry_that_is_stopped_has_lost_nothing(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.retrying.PORTION", 2)
    with new_store(store_url, clock=Clock(NOW)) as store:
        rows = "".join(f"{n},went live,2026-03-02 09:00,V{n},Dee\n" for n in range(5))
        brought_in(store, tmp_path, "id,what,when,vacancy,by\n" + rows)
        save_mapping(store, BETTER)
        assert retry_rows(store, EVERY_ROW, stopped=lambda: True).understood == 2
        assert len(rows_of(store)) == 3
        assert retry_rows(store, EVERY_ROW).understood == 3
        assert rows_of(store) == []


def test_a_stopped_retry_begins_no_other_source_and_counts_what_it_added(
    store_url: str, tmp_path: Path
) -> None:
    with new_store(store_url, clock=Clock(NOW)) as store:
        brought_in(store, tmp_path)
        for text in (BETTER, BETTER.replace('"ATS"', '"other"')):
            save_mapping(store, text)
        import_file(store, tmp_path / "events.csv", load_mapping(MAPPING.replace('"ATS"', '"other"')))
        save_mapping(store, BETTER.replace('"ATS"', '"other"'))
        stopped = retry_rows(store, EVERY_ROW, stopped=lambda: True)
        assert (stopped.complete, stopped.understood, stopped.added) == (False, 2, 2)
        assert {row.source for row in rows_of(store) if row.kind == "unknown time"} == {"other"}
        rest = retry_rows(store, EVERY_ROW)
        assert (rest.complete, rest.understood) == (True, 2)


def test_dropped_rows_are_gone_and_only_they(store_url: str, tmp_path: Path) -> None:
    with new_store(store_url, clock=Clock(NOW)) as store:
        brought_in(store, tmp_path)
        assert drop_rows(store, Chosen(kind="no time")) == 1
        assert drop_rows(store, Chosen(kind="no time")) == 0
        assert drop_rows(store, Chosen(run=1, ids=(1, 2, 999))) == 1
        assert drop_rows(store, Chosen(ids=())) == 0
        assert [row.line for row in rows_of(store)] == [5, 6, 7]
        assert drop_rows(store, EVERY_ROW) == 3
        assert rows_of(store) == []


def test_of_one_import_only_so_many_rows_are_kept(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.quarantine.MOST_KEPT", 3)
    monkeypatch.setattr("store.importing.BATCH", 2)
    with new_store(store_url, clock=Clock(NOW)) as store:
        brought_in(store, tmp_path)
        assert [row.line for row in rows_of(store)] == [3, 4, 5]
        with reader_of(store) as reader:
            assert reader.intake().one_import(1).quarantined == 5


@pytest.mark.parametrize("before", [False, True])
def test_a_dry_run_says_what_an_import_does(store_url: str, tmp_path: Path, *, before: bool) -> None:
    again = "1,went live,2026-03-02T09:00:00Z,V1,Jay\n" * 2 + "8,tea,2026-03-07T09:00:00Z,V9,Jay\n" * 2
    with new_store(store_url, clock=Clock(NOW)) as store:
        if before:
            brought_in(store, tmp_path)
        file = tmp_path / "more.csv"
        file.write_text(ROWS + again, "utf-8")
        held = everything(store)
        trial = dry_run(store.location, file, load_mapping(MAPPING), clock=store.clock)
        assert everything(store) == held
        result = import_file(store, file, load_mapping(MAPPING))
        assert (trial.rows, trial.added, trial.duplicates, trial.sandbox, trial.quarantined_total) == (
            result.rows, result.events_added, result.duplicates, result.sandbox, result.quarantined_total,
        )  # fmt: skip
        assert trial.rows == 11
        assert trial.added == (2 if before else 4)  # one new event, one of a known id that says something new
        assert trial.reasons == result.reasons
        assert trial.plain_activities == ("coffee", "tea")
        assert dry_run(store.location, file, load_mapping(MAPPING), clock=store.clock).added == 0


def test_a_stopped_import_keeps_whole_batches_and_says_so(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.importing.BATCH", 3)
    with new_store(store_url, clock=Clock(NOW)) as store:
        file = tmp_path / "events.csv"
        file.write_text(ROWS, "utf-8")
        result = import_file(store, file, load_mapping(MAPPING), stopped=lambda: True)
        assert (result.complete, result.rows, result.events_added) == (False, 3, 1)
        with reader_of(store) as reader:
            (run,) = reader.intake().imports()
            assert run.finished_at is None
            assert not reader.pending()
        assert import_file(store, file, load_mapping(MAPPING)).rows == 7


def test_what_came_in_is_told(store_url: str, tmp_path: Path) -> None:
    with new_store(store_url, clock=Clock(NOW)) as store:
        text = MAPPING.replace('actor = "by"', 'actor = "by"\nowner = "owner"\ntitle = "title"')
        file = tmp_path / "events.csv"
        file.write_text(
            "id,what,when,vacancy,by,owner,title\n"
            "1,went live,2026-03-02T09:00:00Z,V1,Dee,Dee,Nurse\n"
            "2,went live,2026-03-02T09:00:00Z,V2,Dee,D. Light,\n"
            "3,coffee,2026-03-02T09:00:00Z,V2,Jay,,\n"
            "4,coffee,2026-03-02T09:00:00Z,V2,,,\n",
            "utf-8",
        )
        import_file(store, file, load_mapping(text))
        with reader_of(store) as reader:
            intake = reader.intake()
            assert [(one.activity, one.events) for one in intake.unmapped()] == [("coffee", 2)]
            assert [(one.owner, one.listings) for one in intake.unmatched_owners()] == [("D. Light", 1)]
            filled = {one.user: (one.events, dict(one.filled)) for one in intake.fields_filled()}
            assert list(filled) == [None, "Dee", "Jay"]
            assert filled["Dee"][0] == 2
            assert {name: said for name, said in filled["Dee"][1].items() if said} == {
                "event_id": 2, "actor": 2, "owner": 2, "title": 1,
            }  # fmt: skip
            with pytest.raises(StoreError, match="there is no import 99"):
                intake.one_import(99)


def test_a_mapping_is_kept_as_it_was_written(store_url: str, tmp_path: Path) -> None:
    with new_store(store_url, clock=Clock(NOW)) as store:
        own = "# our own words\n" + MAPPING
        save_mapping(store, own)
        brought_in(store, tmp_path)  # says the same in other words: what is kept stays
        with reader_of(store) as reader:
            assert reader.intake().mapping("ATS").text == own
            with pytest.raises(StoreError, match="no mapping is kept under the name “x”; there are “ATS”"):
                reader.intake().mapping("x")
        with pytest.raises(StoreError, match=r"\[columns\]"):
            save_mapping(store, "[source]\nname = 'ATS'\n")
        drop_mapping(store, "ATS")
        with reader_of(store) as reader:
            assert reader.intake().mappings() == ()
        with pytest.raises(StoreError, match="none is kept yet"):
            drop_mapping(store, "ATS")
        with pytest.raises(StoreError, match="none is kept yet"):
            retry_rows(store, EVERY_ROW)


def test_hostile_cells_are_kept_raw_and_shown_clean(store_url: str, tmp_path: Path) -> None:
    hostile = "\x1b]0;x\x07\u202eV\x00[red]"
    with new_store(store_url, clock=Clock(NOW)) as store:
        brought_in(store, tmp_path, f"id,what,when,vacancy,by\n1,went live,,{hostile},Dee\n")
        (row,) = rows_of(store)
        assert row.content == "1,went live,,]0;xV[red],Dee"
        assert dict(row.cells or ())["vacancy"] == "]0;xV[red]"
        with reader_of(store) as reader, reader.asking() as plain:
            (kept,) = plain.rows("SELECT cells FROM quarantine")
        assert json.loads(kept[0])["vacancy"] == hostile


@pytest.mark.parametrize("batch", [1, 2, 20_000])
def test_each_date_of_a_row_is_kept_wherever_a_batch_ends(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr("store.importing.BATCH", batch)
    file = tmp_path / "wide.csv"
    file.write_text("vacancy,went live,closed\nV1,soon,later\nV2,2026-03-02T09:00:00Z,never\n", "utf-8")
    mapping = load_mapping(
        '[source]\nname = "wide"\n[columns]\nlisting = "vacancy"\n[milestones]\n'
        '"went live" = "listing_published"\n"closed" = "listing_closed"\n'
    )
    with new_store(store_url, clock=Clock(NOW)) as store:
        for _ in range(2):  # the same file again changes nothing
            import_file(store, file, mapping)
            assert sorted((row.line, row.reason) for row in rows_of(store)) == [
                (2, "unknown time: “closed”: “later”"),
                (2, "unknown time: “went live”: “soon”"),
                (3, "unknown time: “closed”: “never”"),
            ]
