"""The tables held against the log, record by record: what differs is said with the entry it differs from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi.chain import canonical
from kpi.chain_verdict import Difference
from store.audit_care import keep_checkpoints
from store.audit_reconcile import reconcile
from store.audit_records import digest_of
from store.location import Location, find_location
from store.mappings import drop_mapping, save_mapping
from store.moment import one_moment
from tests.store.attacking import attack
from tests.store.audit_log import put_entries
from tests.store.helpers import Clock, new_store
from tests.store.recorded import MONDAY, OURS

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "setting:checkpoint_folder"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Entries 1 to 3 found it, 4 and 5 choose a folder, 6 saves a mapping, 7 and 8 another that goes."""
    path = tmp_path_factory.mktemp("tables") / "tables.db"
    with new_store(str(path), clock=Clock(MONDAY)) as store:
        for folder in ("/usr", "/"):
            keep_checkpoints(store, folder)
        save_mapping(store, OURS.text)
        save_mapping(store, OURS.text.replace("Ours", "Theirs"))
        drop_mapping(store, "Theirs")
        store.close()
        yield path


@pytest.fixture
def log(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Location:
    """A copy that may be attacked, looked at in the smallest portions."""
    monkeypatch.setattr("store.audit_reconcile._PORTION", 1)
    shutil.copy(file, tmp_path / "copy.db")
    return find_location(str(tmp_path / "copy.db"))


def difference(log: Location) -> Difference | None:
    with one_moment(log) as plain:
        return reconcile(plain)


def test_tables_that_say_what_the_log_says(log: Location) -> None:
    assert difference(log) is None


LEFT = "what is remembered of {} is not what entry {} left"
CASES: dict[str, tuple[str, Difference]] = {
    "a changed field": (
        "UPDATE setting SET value = '/tmp'",
        Difference(5, FOLDER, "value", f'{FOLDER} has value "/tmp"; entry 5 left it at "/"'),
    ),
    "as much as fits on a line": (
        f"UPDATE setting SET value = '{'x' * 58}'",
        Difference(5, FOLDER, "value", f'{FOLDER} has value "{"x" * 58}"; entry 5 left it at "/"'),
    ),
    "more than fits on a line": (
        f"UPDATE setting SET value = '{'é' * 59}'",
        Difference(5, FOLDER, "value", f'{FOLDER} has value "{"é" * 56}…; entry 5 left it at "/"'),
    ),
    "a record that is gone": (
        "DELETE FROM setting",
        Difference(5, FOLDER, "", f"{FOLDER} is gone, and no entry says so"),
    ),
    "a record that came by itself": (
        "INSERT INTO setting VALUES ('other', 'x')",
        Difference(0, "setting:other", "", "setting:other is there, and no entry says where it comes from"),
    ),
    "a record that cannot be read": (
        "UPDATE organisation SET weekdays = '[9]'",
        Difference(1, "calendar:1", "", "what the tables have of calendar:1 cannot be read any more"),
    ),
    "what was remembered forgotten": (
        f"DELETE FROM audit_state WHERE target = '{FOLDER}'",
        Difference(5, FOLDER, "", f"what entry 5 says of {FOLDER} has been put back"),
    ),
    "what was remembered put back": (
        f"UPDATE audit_state SET seq = 4 WHERE target = '{FOLDER}'",
        Difference(5, FOLDER, "", f"what entry 5 says of {FOLDER} has been put back"),
    ),
    "what was remembered of another time": (
        f"UPDATE audit_state SET seq = 12345 WHERE target = '{FOLDER}'",
        Difference(12_345, FOLDER, "", f"{FOLDER} was changed by entry 12,345, which is not there"),
    ),
    "what was remembered of another record": (
        f"UPDATE audit_state SET seq = 6 WHERE target = '{FOLDER}'",
        Difference(6, FOLDER, "", LEFT.format(FOLDER, 6)),
    ),
    "what was remembered edited": (
        f"UPDATE audit_state SET fields = '{{\"value\":\"/tmp\"}}' WHERE target = '{FOLDER}'",
        Difference(5, FOLDER, "", LEFT.format(FOLDER, 5)),
    ),
    "what was remembered spoilt": (
        f"UPDATE audit_state SET fields = '[]' WHERE target = '{FOLDER}'",
        Difference(5, FOLDER, "", LEFT.format(FOLDER, 5)),
    ),
    "an entry that cannot be read": (
        "UPDATE audit_entry SET text = replace(text, '{\"actor\"', '{ \"actor\"') WHERE seq = 5",
        Difference(
            5, FOLDER, "", "audit entry 5 cannot be read: its text is not written as the log writes it"
        ),
    ),
    "a record that was taken away and is remembered again": (
        "INSERT INTO audit_state SELECT 'mapping:Theirs', 7, fields FROM audit_state WHERE seq = 6",
        Difference(8, "mapping:Theirs", "", "what entry 8 says of mapping:Theirs has been put back"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_first_difference_is_named_with_its_entry(log: Location, case: str) -> None:
    statement, expected = CASES[case]
    attack(log, statement)
    assert difference(log) == expected


def test_an_entry_of_a_record_with_the_same_fields_is_anothers_all_the_same(log: Location) -> None:
    """Settings that hold the same have the same digest."""
    same = canonical({"value": "/"})
    attack(
        log,
        "UPDATE audit_entry SET text = replace(text, 'checkpoint_folder', 'checkpoint_foldes') WHERE seq = 5",
        "INSERT INTO audit_state VALUES ('setting:checkpoint_foldes', 5, :same)",
        "INSERT INTO setting VALUES ('checkpoint_foldes', '/')",
        same=same,
    )
    assert difference(log) == Difference(5, FOLDER, "", LEFT.format(FOLDER, 5))


def test_of_a_kind_that_there_is_not_no_record_can_be(file: Path, tmp_path: Path) -> None:
    with new_store(str(tmp_path / "odd.db"), clock=Clock(MONDAY)) as store:
        (seq,) = put_entries(store, {"target": "odd:1", "state": digest_of({"a": 1})})
        with store.work("test") as work:
            work.plain.run("INSERT INTO audit_state VALUES ('odd:1', ?, '{\"a\":1}')", (seq,))
        assert difference(store.location) == Difference(
            seq, "odd:1", "", "odd:1 is gone, and no entry says so"
        )


def test_a_reading_of_a_record_is_no_change_of_it(tmp_path: Path) -> None:
    with new_store(str(tmp_path / "read.db"), clock=Clock(MONDAY)) as store:
        put_entries(store, {"target": "organisation:1", "outcome": "read", "changes": ()}, {"target": "x:1"})
        assert difference(store.location) is None
