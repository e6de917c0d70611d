"""Who rewrites the log is found out, with the machine's keyring and with what the auditor has."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from kpi.targets import Target
from store.audit_care import store_id, write_one
from store.audit_keys import load_ring
from store.errors import StoreError
from store.targets import save_targets
from store.work import Store
from tests.store.helpers import Clock

if TYPE_CHECKING:
    from store.location import Location

from tests.store.attacking import EITHER, ENTRIES, Made, attack, rewrite, tampered, verdict_on


@EITHER
def test_a_log_that_nobody_touched_is_proven(log: Location, sealed: Made, *, by_auditor: bool) -> None:
    found = verdict_on(log, sealed if by_auditor else None)
    assert (found.result, found.exit_code, found.entries, found.first_bad, found.attack) == (
        "proven", 0, ENTRIES, None, None,
    ), found.why  # fmt: skip
    assert found.reconciled is True
    assert found.checkpoint == (ENTRIES if by_auditor else None)


@EITHER
def test_an_edited_row(log: Location, sealed: Made, *, by_auditor: bool) -> None:
    attack(log, "UPDATE audit_entry SET text = replace(text, 'Change', 'Chance') WHERE seq = 120")
    tampered(log, sealed, "edited", 120, by_auditor=by_auditor)


@EITHER
def test_a_row_whose_text_is_no_text_any_more(log: Location, sealed: Made, *, by_auditor: bool) -> None:
    broken = "replace(text, 'Change', CAST(x'FF' AS TEXT))"  # no UTF-8
    attack(log, f"UPDATE audit_entry SET text = {broken} WHERE seq = 120")
    tampered(log, sealed, "edited", 120, by_auditor=by_auditor)


@EITHER
def test_a_deleted_row(log: Location, sealed: Made, *, by_auditor: bool) -> None:
    attack(log, "DELETE FROM audit_entry WHERE seq = 120")
    tampered(log, sealed, "deleted", 120, by_auditor=by_auditor)


@EITHER
@pytest.mark.parametrize(("first", "second"), [(120, 121), (120, 180)])
def test_two_rows_swapped(log: Location, sealed: Made, first: int, second: int, *, by_auditor: bool) -> None:
    attack(
        log,
        "UPDATE audit_entry SET seq = 9999 WHERE seq = :first",
        "UPDATE audit_entry SET seq = :first WHERE seq = :second",
        "UPDATE audit_entry SET seq = :second WHERE seq = 9999",
        first=first,
        second=second,
    )
    tampered(log, sealed, "reordered", first, by_auditor=by_auditor)


def test_a_row_edited_and_every_hash_computed_anew(log: Location, sealed: Made) -> None:
    rewrite(log, 120, None)
    tampered(log, sealed, "rehashed", 120, by_auditor=True)
    # This machine's key is of today alone: it knows that the seals of today are none, not where it began.
    found = verdict_on(log)
    assert (found.result, found.attack) == ("tampered", "rehashed")


@EITHER
def test_the_last_twenty_cut(log: Location, sealed: Made, *, by_auditor: bool) -> None:
    attack(log, "DELETE FROM audit_entry WHERE seq > 280")
    tampered(log, sealed, "truncated", 281, by_auditor=by_auditor)


@EITHER
def test_yesterdays_file_put_back(log: Location, sealed: Made, *, by_auditor: bool) -> None:
    assert log.path is not None
    shutil.copy(sealed.yesterday, log.path)
    tampered(log, sealed, "rolled_back", ENTRIES - 40, by_auditor=by_auditor)


def test_yesterdays_file_put_back_is_not_forgotten_when_work_goes_on(log: Location, sealed: Made) -> None:
    assert log.path is not None
    shutil.copy(sealed.yesterday, log.path)
    with closing(Store(log, Clock())) as store:
        for number in range(600, 660):
            target = {"draft.ready_to_publish": Target(number, number)}
            save_targets(store, target, reason="Going on", actor="Eve")
    assert verdict_on(log).attack == "rolled_back"
    assert verdict_on(log, sealed).attack == "rolled_back"
    with pytest.raises(StoreError, match="not the one that this machine's keyring remembers"):
        write_one(log, sealed.file.parent, Clock()())


@EITHER
def test_an_older_epoch_rewritten_with_the_current_key(
    log: Location, sealed: Made, *, by_auditor: bool
) -> None:
    ring = load_ring(store_id(log))
    assert ring is not None
    rewrite(log, 120, ring.key)
    tampered(log, sealed, "resealed", 120, by_auditor=by_auditor)


@pytest.mark.parametrize(
    "replacing",
    [
        "INSERT OR REPLACE INTO audit_entry (seq, epoch, text, hash) VALUES (120, 1, '{}', x'00')",
        "REPLACE INTO audit_entry (seq, epoch, text, hash) VALUES (300, 1, '{}', x'00')",
        "INSERT OR REPLACE INTO audit_entry (seq, epoch, text, hash) VALUES (302, 1, '{}', x'00')",
        "UPDATE audit_entry SET text = '{}' WHERE seq = 120",
        "UPDATE OR REPLACE audit_entry SET seq = 121 WHERE seq = 120",
        "DELETE FROM audit_entry WHERE seq = 120",
        "DELETE FROM audit_entry",
    ],
)
def test_the_apps_own_engine_refuses_to_replace(log: Location, sealed: Made, replacing: str) -> None:
    with (
        closing(Store(log, Clock())) as store,
        pytest.raises(StoreError, match="append-only"),
        store.work("test") as work,
    ):
        work.plain.run(replacing)
    assert verdict_on(log, sealed).result == "proven"
