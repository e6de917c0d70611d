"""Who changes the tables behind the log's back is found out, and the record named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from kpi.targets import Target
from store.audit_care import keep_checkpoints
from store.targets import save_targets
from store.work import Store
from tests.store.helpers import Clock

if TYPE_CHECKING:
    from kpi.chain_verdict import Verdict
    from store.location import Location

from tests.store.attacking import EITHER, Made, attack, tampered, verdict_on


@EITHER
def test_a_kpis_number_changed_behind_the_apps_back(log: Location, sealed: Made, *, by_auditor: bool) -> None:
    attack(log, "UPDATE target SET done_by_days = 998 WHERE set_number = 2 AND kpi_id = 1")
    seq = entry_about(log, "target_set:2")
    found = tampered(log, sealed, "state_edited", seq, by_auditor=by_auditor)
    assert "target_set:2 has draft.ready_to_publish.done_by_days 998" in found.why
    assert found.reconciled is False


def entry_about(log: Location, target: str) -> int:
    with closing(sqlite3.connect(str(log.path))) as connection:
        ask = "SELECT max(seq) FROM audit_entry WHERE target = ?"
        return int(connection.execute(ask, (target,)).fetchone()[0])


@pytest.mark.parametrize(
    ("behind_its_back", "target"),
    [
        ("UPDATE organisation SET name = 'Southbank'", "organisation:1"),
        ("UPDATE organisation SET weekdays = '[0]'", "calendar:1"),
        ("INSERT INTO calendar_day VALUES (739001, 0, 'Party')", "calendar:1"),
        ("UPDATE target_set SET effective_from = effective_from - 1 WHERE number = 9", "target_set:9"),
        ("DELETE FROM target WHERE set_number = 9 AND kpi_id = 3", "target_set:9"),
        ("INSERT INTO target_set_withdrawal VALUES (9, 9000000000000000, 'Eve', 'No')", "target_set:9"),
        ("DELETE FROM target_set WHERE number = 290", "target_set:290"),
        ("UPDATE organisation SET weekdays = 'x'", "calendar:1"),
        ("UPDATE organisation SET weekdays = '[9]'", "calendar:1"),
        ("UPDATE calendar_day SET day = 99999999", "calendar:1"),
        ("UPDATE target_set SET effective_from = 9000000000000000000 WHERE number = 9", "target_set:"),
        ("UPDATE mapping SET text = x'FF'", "mapping:Theirs"),
        ("DELETE FROM mapping", "mapping:Theirs"),
        ("DELETE FROM import_run", "import:1"),
        ("DELETE FROM calendar_change", "calendar:2"),
        ("UPDATE calendar_change SET days = '[]'", "calendar:2"),
        ("UPDATE import_run SET added = added + 1", "import:1"),
        ("DELETE FROM setting", "setting:checkpoint_folder"),
        ("DELETE FROM audit_review", "review:1"),
        ("INSERT INTO mapping VALUES ('Eve', 'text', 1)", "mapping:Eve"),
        ("INSERT INTO setting VALUES ('other', '/tmp')", "setting:other"),
        ("UPDATE kpi SET code = CASE id WHEN 1 THEN 'x' ELSE code END", "target_set:1"),
        ("DELETE FROM audit_state WHERE target = 'target_set:9'", "target_set:9"),
        ("UPDATE audit_state SET fields = '[]' WHERE target = 'target_set:9'", "target_set:9"),
        ("UPDATE audit_state SET fields = '{', seq = seq WHERE target = 'target_set:9'", "target_set:9"),
        (
            (
                "UPDATE audit_state SET seq = (SELECT seq FROM audit_state WHERE target = 'target_set:8') "
                "WHERE target = 'target_set:9'"
            ),
            "target_set:9",
        ),
    ],
)
def test_whatever_is_changed_in_the_tables_is_named(
    log: Location, sealed: Made, behind_its_back: str, target: str
) -> None:
    attack(log, behind_its_back)
    for found in (verdict_on(log), verdict_on(log, sealed)):
        assert (found.result, found.attack, found.reconciled) == ("tampered", "state_edited", False)
        assert target in found.why


def test_a_record_and_what_is_remembered_of_it_put_back_together(log: Location) -> None:
    with closing(Store(log, Clock())) as store:
        for folder in ("/", "/usr"):
            keep_checkpoints(store, folder, actor="Ada")
    with closing(sqlite3.connect(str(log.path))) as connection:
        first = connection.execute(
            "SELECT max(seq) - 1 FROM audit_entry WHERE target = 'setting:checkpoint_folder'"
        ).fetchone()[0]
    attack(
        log,
        "UPDATE setting SET value = '/'",
        "UPDATE audit_state SET seq = :first, fields = :fields WHERE target = 'setting:checkpoint_folder'",
        first=first,
        fields=json.dumps({"value": "/"}, separators=(",", ":")),
    )
    found = verdict_on(log)
    assert (found.attack, found.first_bad) == ("state_edited", first + 1)
    assert "has been put back" in found.why


def test_a_planted_trigger_or_a_guard_taken_away_proves_nothing(log: Location) -> None:
    def planted(statement: str) -> Verdict:
        with closing(sqlite3.connect(str(log.path))) as connection, connection:
            connection.execute(statement)
        return verdict_on(log)

    trigger = "CREATE TRIGGER odd AFTER INSERT ON target_set BEGIN DELETE FROM setting; END"
    found = planted(trigger)
    assert (found.attack, "not as Stagewatch made them" in found.why) == ("state_edited", True)
    assert planted("DROP TRIGGER odd").result == "proven"
    assert planted("DROP TRIGGER audit_entry_no_update").attack == "state_edited"


def test_columns_that_are_drawn_otherwise_prove_nothing(log: Location) -> None:
    with closing(sqlite3.connect(str(log.path))) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'json_extract(text, ''$.state'')', 'NULL') "
            "WHERE name = 'audit_entry'"
        )
    assert verdict_on(log).attack == "state_edited"


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE audit_entry SET text = replace(text, 'fingerprint', 'fingerwork') WHERE seq = 4",
        "UPDATE audit_entry SET text = '{}' WHERE seq = 300",
        "UPDATE audit_entry SET epoch = 1000000000000 WHERE seq = 300",
        "UPDATE audit_state SET fields = '{' WHERE target = 'setting:checkpoint_folder'",
    ],
)
def test_work_goes_on_after_tampering_which_stays_to_be_seen(log: Location, spoilt: str) -> None:
    attack(log, spoilt)
    with closing(Store(log, Clock())) as store:
        save_targets(store, {"draft.ready_to_publish": Target(7, 7)}, reason="More", actor="Ada")
    assert verdict_on(log).result == "tampered"
