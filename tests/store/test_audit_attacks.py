"""Who rewrites the log, or the tables behind its back, is found out: attacked by plain sqlite3."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from kpi.calendar import CalendarSpec
from kpi.targets import Target
from store.audit_care import begin_key, keep_checkpoints, store_id, write_one
from store.audit_keys import KeyRing, forget_ring, load_ring, look
from store.audit_verify import NotVerifiedError, verify
from store.calendar_changes import save_calendar
from store.errors import StoreError
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.location import find_location
from store.reviews import mark_reviewed
from store.targets import save_targets
from store.work import Store
from tests.store.helpers import Clock, new_store
from tests.store.keyrings import Ring, keyring_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi.chain_verdict import Verdict
    from store.key_files import KeyFile
    from store.location import Location

ENTRIES = 300
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


@dataclass
class Made:
    """A log of 300 entries over five days: its file, the one of the day before, what the auditor has."""

    file: Path
    yesterday: Path
    key_file: KeyFile
    checkpoint: Path
    kept: dict[tuple[str, str], str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("log")
    file, yesterday, clock = folder / "log.db", folder / "yesterday.db", Clock(MONDAY)
    with keyring_in_memory() as ring, new_store(str(file), clock=clock) as store:
        key_file = begin_key(store, actor="Ada")
        _have_some_of_everything(store, folder)
        log = find_location(str(file))
        for number in range(entries_of(log) + 1, ENTRIES + 1):
            clock.moment = MONDAY + timedelta(minutes=24 * number)
            if number == ENTRIES - 40:
                store.close()
                shutil.copy(file, yesterday)
            target = {"draft.ready_to_publish": Target(number, number + 1)}
            save_targets(store, target, reason=f"Change {number}", actor="Ada")
        checkpoint = write_one(log, folder, clock()).file
        store.close()  # which brings the write-ahead log into the file
        yield Made(file, yesterday, key_file, checkpoint, dict(ring.kept))


def _have_some_of_everything(store: Store, folder: Path) -> None:
    mapping = '[source]\nname = "Theirs"\n[columns]\nevent = "what"\nat = "when"\nlisting = "job"\n'
    file = folder / "events.csv"
    file.write_text("what,when,job\nlisting_published,2026-11-10T10:00:00Z,J1\n")
    import_file(store, file, load_mapping(mapping))
    spec = CalendarSpec(closures={date(2026, 12, 24): "Party"})
    with store.work("test") as work:
        work.plain.run("INSERT INTO calendar_day (day, works, reason) VALUES (739000, 0, 'Party')")
    save_calendar(store, spec, reason="Yes", actor="Ada")
    keep_checkpoints(store, folder, actor="Ada")
    mark_reviewed(store, 1, 2, note="Seen", actor="Ada")


@pytest.fixture
def log(made: Made, ring: Ring, tmp_path: Path) -> Location:
    """A copy that may be attacked, with the keyring of the machine it was made on."""
    ring.kept = dict(made.kept)
    copy = tmp_path / "copy.db"
    shutil.copy(made.file, copy)
    return find_location(str(copy))


def entries_of(log: Location) -> int:
    with closing(sqlite3.connect(str(log.path))) as connection:
        return int(connection.execute("SELECT max(seq) FROM audit_entry").fetchone()[0])


def attack(log: Location, *statements: str, **bindings: Any) -> None:
    """Change the file as its owner can: the guards are taken away and put back."""
    with closing(sqlite3.connect(str(log.path))) as connection, connection:
        guards = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement, bindings).rowcount > 0
        for _, sql in guards:
            connection.execute(sql)


def rewrite(log: Location, first: int, key: bytes | None) -> None:
    """Change the reason of an entry and compute every hash from there on anew, sealed with `key` if given."""
    store = store_id(log).bytes
    with closing(sqlite3.connect(str(log.path))) as connection, connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        (before,) = connection.execute("SELECT hash FROM audit_entry WHERE seq = ?", (first - 1,)).fetchone()
        rows = connection.execute(
            "SELECT seq, epoch, text, tag FROM audit_entry WHERE seq >= ? ORDER BY seq", (first,)
        ).fetchall()
        for seq, epoch, text, tag in rows:
            if seq == first:
                text = text.replace("Change", "Chance")  # noqa: PLW2901
            content = hashlib.sha256(b"\0" + text.encode()).digest()
            place = seq.to_bytes(8, "big") + epoch.to_bytes(8, "big")
            before = hashlib.sha256(b"\1" + store + place + before + content).digest()
            sealed = tag if key is None else hmac.digest(key, b"\2" + before, "sha256")
            connection.execute(
                "UPDATE audit_entry SET text = ?, hash = ?, tag = ? WHERE seq = ?",
                (text, before, sealed, seq),
            )
        connection.execute(
            "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry "
            "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
        )


def verdict_on(log: Location, made: Made | None = None, **more: Any) -> Verdict:
    """The verdict with the keyring alone, or with all that the auditor has."""
    given: dict[str, Any] = {} if made is None else {"key_file": made.key_file, "checkpoint": made.checkpoint}
    return verify(log, Clock()(), **(given | more))


EITHER = pytest.mark.parametrize("by_auditor", [False, True])


def tampered(log: Location, made: Made, attacked: str, first_bad: int, *, by_auditor: bool) -> Verdict:
    found = verdict_on(log, made if by_auditor else None)
    assert (found.result, found.attack, found.first_bad, found.exit_code) == (
        "tampered",
        attacked,
        first_bad,
        2,
    ), found.why
    return found


@EITHER
def test_a_log_that_nobody_touched_is_proven(log: Location, made: Made, *, by_auditor: bool) -> None:
    found = verdict_on(log, made if by_auditor else None)
    assert (found.result, found.exit_code, found.entries, found.first_bad, found.attack) == (
        "proven", 0, ENTRIES, None, None,
    ), found.why  # fmt: skip
    assert found.reconciled is True
    assert found.checkpoint == (ENTRIES if by_auditor else None)


@EITHER
def test_an_edited_row(log: Location, made: Made, *, by_auditor: bool) -> None:
    attack(log, "UPDATE audit_entry SET text = replace(text, 'Change', 'Chance') WHERE seq = 120")
    tampered(log, made, "edited", 120, by_auditor=by_auditor)


@EITHER
def test_a_row_whose_text_is_no_text_any_more(log: Location, made: Made, *, by_auditor: bool) -> None:
    broken = "replace(text, 'Change', CAST(x'FF' AS TEXT))"  # no UTF-8
    attack(log, f"UPDATE audit_entry SET text = {broken} WHERE seq = 120")
    tampered(log, made, "edited", 120, by_auditor=by_auditor)


@EITHER
def test_a_deleted_row(log: Location, made: Made, *, by_auditor: bool) -> None:
    attack(log, "DELETE FROM audit_entry WHERE seq = 120")
    tampered(log, made, "deleted", 120, by_auditor=by_auditor)


@EITHER
@pytest.mark.parametrize(("first", "second"), [(120, 121), (120, 180)])
def test_two_rows_swapped(log: Location, made: Made, first: int, second: int, *, by_auditor: bool) -> None:
    attack(
        log,
        "UPDATE audit_entry SET seq = 9999 WHERE seq = :first",
        "UPDATE audit_entry SET seq = :first WHERE seq = :second",
        "UPDATE audit_entry SET seq = :second WHERE seq = 9999",
        first=first,
        second=second,
    )
    tampered(log, made, "reordered", first, by_auditor=by_auditor)


def test_a_row_edited_and_every_hash_computed_anew(log: Location, made: Made) -> None:
    rewrite(log, 120, None)
    tampered(log, made, "rehashed", 120, by_auditor=True)
    # This machine's key is of today alone: it knows that the seals of today are none, not where it began.
    found = verdict_on(log)
    assert (found.result, found.attack) == ("tampered", "rehashed")


@EITHER
def test_the_last_twenty_cut(log: Location, made: Made, *, by_auditor: bool) -> None:
    attack(log, "DELETE FROM audit_entry WHERE seq > 280")
    tampered(log, made, "truncated", 281, by_auditor=by_auditor)


@EITHER
def test_yesterdays_file_put_back(log: Location, made: Made, *, by_auditor: bool) -> None:
    assert log.path is not None
    shutil.copy(made.yesterday, log.path)
    tampered(log, made, "rolled_back", ENTRIES - 40, by_auditor=by_auditor)


def test_yesterdays_file_put_back_is_not_forgotten_when_work_goes_on(log: Location, made: Made) -> None:
    assert log.path is not None
    shutil.copy(made.yesterday, log.path)
    with closing(Store(log, Clock())) as store:
        for number in range(600, 660):
            target = {"draft.ready_to_publish": Target(number, number)}
            save_targets(store, target, reason="Going on", actor="Eve")
    assert verdict_on(log).attack == "rolled_back"
    assert verdict_on(log, made).attack == "rolled_back"
    with pytest.raises(StoreError, match="not the one that this machine's keyring remembers"):
        write_one(log, made.file.parent, Clock()())


@EITHER
def test_an_older_epoch_rewritten_with_the_current_key(
    log: Location, made: Made, *, by_auditor: bool
) -> None:
    ring = load_ring(store_id(log))
    assert ring is not None
    rewrite(log, 120, ring.key)
    tampered(log, made, "resealed", 120, by_auditor=by_auditor)


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
def test_the_apps_own_engine_refuses_to_replace(log: Location, made: Made, replacing: str) -> None:
    with (
        closing(Store(log, Clock())) as store,
        pytest.raises(StoreError, match="append-only"),
        store.work("test") as work,
    ):
        work.plain.run(replacing)
    assert verdict_on(log, made).result == "proven"


@EITHER
def test_a_kpis_number_changed_behind_the_apps_back(log: Location, made: Made, *, by_auditor: bool) -> None:
    attack(log, "UPDATE target SET done_by_days = 998 WHERE set_number = 2 AND kpi_id = 1")
    seq = entry_about(log, "target_set:2")
    found = tampered(log, made, "state_edited", seq, by_auditor=by_auditor)
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
    log: Location, made: Made, behind_its_back: str, target: str
) -> None:
    attack(log, behind_its_back)
    for found in (verdict_on(log), verdict_on(log, made)):
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


def test_without_a_needed_key_nothing_is_proven(log: Location, made: Made) -> None:
    forget_ring(store_id(log))
    found = verdict_on(log)
    assert (found.result, found.exit_code) == ("not_provable", 3)
    # The first key alone does not tell whether entries were cut at the end; with a checkpoint it does.
    assert verdict_on(log, key_file=made.key_file).exit_code == 3
    assert verdict_on(log, made).exit_code == 0


def test_the_auditor_needs_no_keyring(made: Made, tmp_path: Path) -> None:
    shutil.copy(made.file, tmp_path / "copy.db")
    found = verdict_on(find_location(str(tmp_path / "copy.db")), made)
    assert found.exit_code == 0


def test_tampering_shows_without_any_key(log: Location) -> None:
    forget_ring(store_id(log))
    attack(log, "UPDATE audit_entry SET text = replace(text, 'Change', 'Chance') WHERE seq = 120")
    assert verdict_on(log).attack == "edited"


def test_a_wrong_key_never_proves_anything(log: Location, made: Made, ring: Ring) -> None:
    from dataclasses import replace

    wrong = replace(made.key_file, key=bytes(32))
    assert verdict_on(log, key_file=wrong, checkpoint=made.checkpoint).result != "proven"
    forget_ring(store_id(log))
    assert verdict_on(log, key_file=wrong, checkpoint=made.checkpoint).exit_code == 3
    with pytest.raises(NotVerifiedError, match="another store"):
        verdict_on(log, key_file=replace(made.key_file, store=UUID(int=1)))
    ring.kept = {name: text.replace('"key": "', '"key": "00')[:-2] for name, text in made.kept.items()}
    assert not isinstance(look(store_id(log)), KeyRing)
    assert verdict_on(log).exit_code == 3
    ((name, text),) = made.kept.items()
    told = json.loads(text)
    ring.kept = {name: json.dumps(told | {"key": "00" * 32})}
    assert verdict_on(log).result != "proven"


def test_a_checkpoint_with_a_wrong_signature_proves_nothing(
    log: Location, made: Made, tmp_path: Path
) -> None:
    forged = tmp_path / "forged.checkpoint"
    forged.write_text(made.checkpoint.read_text().replace(f"\n{ENTRIES}\n", f"\n{ENTRIES - 1}\n"))
    found = verdict_on(log, made, checkpoint=forged)
    assert (found.exit_code, found.checkpoint) == (3, None)
    assert "not signed" in found.why


def test_what_cannot_be_read_is_said(log: Location, tmp_path: Path) -> None:
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"nothing of the sort" * 1000)
    found = verify(find_location(str(junk)), 0)
    assert (found.result, found.exit_code) == ("unreadable", 4)
    assert log.path is not None
    data = bytearray(log.path.read_bytes())
    data[4096 * 6 :] = bytes(len(data) - 4096 * 6)
    log.path.write_bytes(bytes(data))
    assert verdict_on(log).exit_code in (2, 4)


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


def test_a_store_whose_id_was_changed_is_said_to_be_unreadable(log: Location) -> None:
    attack(log, "UPDATE organisation SET store_id = 'x'")
    assert verdict_on(log).exit_code == 4


def test_looking_again_begins_where_it_was_proven(log: Location) -> None:
    verdict_on(log)
    ring = load_ring(store_id(log))
    assert ring is not None
    assert ring.verified is not None
    assert ring.verified.seq == ENTRIES
    again = verdict_on(log, since_last=True)
    assert (again.result, again.entries) == ("proven", 1)
    with closing(Store(log, Clock())) as store:
        save_targets(store, {"draft.ready_to_publish": Target(7, 7)}, reason="More", actor="Ada")
    assert (verdict_on(log, since_last=True).result, verdict_on(log, since_last=True).entries) == (
        "proven",
        1,
    )
    attack(log, "UPDATE audit_entry SET text = replace(text, 'Change', 'Chance') WHERE seq = 120")
    assert verdict_on(log, since_last=True).result == "proven"  # it looks at what came after only
    assert verdict_on(log).attack == "edited"
    attack(log, "DELETE FROM audit_entry WHERE seq > 290")
    assert verdict_on(log, since_last=True).attack == "truncated"


def test_who_stops_it_is_told(log: Location) -> None:
    shares: list[float] = []
    with pytest.raises(NotVerifiedError, match="stopped"):
        verdict_on(log, tell=shares.append, stopped=lambda: True)
    assert shares
    verdict_on(log, tell=shares.append)
    assert shares[-1] == 1.0
