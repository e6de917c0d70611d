"""What each kind of record says to the audit log, field by field, and what it is compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import alembic.command
import pytest
from sqlmodel import SQLModel

from kpi.audit_entry import Change
from store import schema
from store.audit_records import (
    KINDS,
    Record,
    all_records,
    base_of,
    changes_between,
    digest_of,
    fields_in,
    fields_of,
)
from store.audit_verify import verify
from store.audit_watch import touch, touched
from store.location import find_location
from store.moment import one_moment
from store.plain import Plain
from store.work import Store, make_private
from tests.store.helpers import Clock, new_store
from tests.store.recorded import MONDAY, changes_of, entries

DAY = date(2026, 11, 16).toordinal()
NOON = Clock(MONDAY.replace(hour=12))()
LATER = NOON + 1
NOON_SAID, LATER_SAID = "2026-11-16T12:00:00+00:00", "2026-11-16T12:00:00.000001+00:00"

# Rows by table, in an order that every reference is there before it is referred to.
ROWS: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "calendar_day": ("day, works, reason", [(DAY + 1, 0, "Party"), (DAY + 2, 1, "Fair")]),
    "calendar_change": (
        'number, "at", from_day, author, reason, region, weekdays, days',
        [(2, NOON, DAY, "Ada", "why", "SCT", "[0, 6]", json.dumps([[DAY + 3, 0, "Rest"], [DAY, 1, "Run"]]))],
    ),
    "mapping": ("name, text, saved_at", [("Ours", "[source]", 1), ("Theirs: 2", "odd", 2)]),
    "import_run": (
        "id, source, file, digest, started_at, finished_at, rows, added, duplicates, sandbox, quarantined",
        [
            (1, "Ours", "a.csv", "ab12", 1, 2, 50, 30, 9, 3, 8),
            (2, "Theirs", "b.csv", None, 1, None, 5, 4, 1, 0, 0),
            (3, "Theirs", "c.csv", "cd34", 1, 2, 6, 5, 1, 0, 0),
        ],
    ),
    "quarantine": (
        "id, key, import_id, line, kind, reason, content",
        [(1, b"1" * 16, 1, 7, "odd", "why", "x"), (2, b"2" * 16, 1, 8, "odd", "why", "y")],
    ),
    "setting": ("name, value", [("checkpoint_folder", "/kept"), ("other: 1", "x")]),
    "audit_review": (
        'number, "at", actor, first_seq, last_seq, note',
        [(1, NOON, "ab", 1, 3, "looked at")],
    ),
    "person": (
        "number, name, folded, role, active, database_role, created_at",
        [
            (1, "Moyra", "moyra", "team_manager", 1, None, 1),
            (2, "Ray", "ray", "recruiter", 0, "ray", 1),
            (3, "Una", "una", "auditor", 1, None, 1),
        ],
    ),
    "team": (
        "number, name, folded, manager, hr_partner",
        [(1, "North", "north", 1, 3), (2, "South", "south", None, None)],
    ),
    "membership": (
        "person, from_day, team, until_day",
        [(2, DAY, 2, None), (2, DAY - 9, 1, DAY), (1, DAY - 9, 1, DAY - 2)],
    ),
    "person_link": ("ref, person", [("z@ats", 2), ("ray@ats", 2), ("m@ats", 1)]),
    "assignment": ("listing, person", [("J2", 2), ("J1", 2)]),
    "delegation": (
        "number, team, delegate, from_day, until_day, withdrawn_at",
        [(1, 1, 2, DAY, DAY + 4, None), (2, 2, 1, DAY - 1, DAY, LATER)],
    ),
    "credential": (
        "person, password_hash, seed, last_step, enrolment_hash, enrolment_until, changed_at",
        [
            (1, None, None, 0, None, None, 1),
            (2, "$argon2id$x", "a seed", 7, b"code", 99, 1),
            (3, "$y", None, 0, None, None, 1),
        ],
    ),
    "recovery_code": (
        "person, hash, used_at",
        [(2, b"b" * 32, None), (2, b"a" * 32, None), (2, b"0" * 32, 5), (3, b"c" * 32, 5)],
    ),
    "access_grant": (
        (
            "number, person, purpose, actions, requested_by, requested_at, from_day, until_day, "
            "approved_by, approved_at, ended_by, ended_at"
        ),
        [
            (1, 3, "The audit", '["board.see", "audit.see"]', 1, 1, DAY, DAY + 9, None, None, None, None),
            (2, 2, "Another", "[]", 1, 1, DAY, DAY, 3, 2, 2, NOON),
        ],
    ),
}


def digest(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def bound(store: str, held: object) -> str:
    """The digest of what the log itself does not show, as the specification of the field has it."""
    return digest(
        json.dumps({"held": json.dumps(held), "store": store}, separators=(",", ":"), sort_keys=True)
    )


def wanted(store: str, catalogue: str) -> dict[str, dict[str, Any]]:
    """Every record of ROWS and of the founding, but for the target sets."""
    week = {"region": "GB-ENG", "weekdays": "Monday, Tuesday, Wednesday, Thursday, Friday"}
    imported = {"source": "Ours", "file": "a.csv", "finished": True, "digest": "ab12", "waiting": 2}
    codes = [2, [["61" * 32], ["62" * 32]]]
    return {
        "organisation:1": {
            "name": "Northbank", "store_id": store, "zone": "Europe/London", "catalogue": digest(catalogue),
        },
        "calendar:1": week | {"2026-11-17": "closed: Party", "2026-11-18": "works: Fair"},
        "calendar:2": {
            "at": NOON_SAID, "from_day": "2026-11-16", "region": "SCT", "weekdays": "Monday, Sunday",
            "2026-11-19": "closed: Rest", "2026-11-16": "works: Run",
        },
        "mapping:Ours": {"text": "[source]"},
        "mapping:Theirs: 2": {"text": "odd"},
        "import:1": imported
        | {"rows": 50, "added": 30, "duplicates": 9, "sandbox": 3, "quarantined": 8},
        "import:2": {"source": "Theirs", "file": "b.csv", "finished": False},
        "import:3": {
            "source": "Theirs", "file": "c.csv", "finished": True, "digest": "cd34", "waiting": 0,
            "rows": 6, "added": 5, "duplicates": 1, "sandbox": 0, "quarantined": 0,
        },
        "setting:checkpoint_folder": {"value": "/kept"},
        "setting:other: 1": {"value": "x"},
        "review:1": {"first": 1, "last": 3, "at": NOON_SAID, "by": "ab", "note": digest("looked at")},
        "person:1": {
            "role": "team_manager", "active": True, "database_role": None, "team": None,
            "team_history": bound(store, [[DAY - 9, 1, DAY - 2]]),
            "links": bound(store, [["m@ats"]]), "listings": None,
        },
        "person:2": {
            "role": "recruiter", "active": False, "database_role": "ray", "team": 2,
            "team_history": bound(store, [[DAY - 9, 1, DAY], [DAY, 2, None]]),
            "links": bound(store, [["ray@ats"], ["z@ats"]]), "listings": bound(store, [["J1"], ["J2"]]),
        },
        "person:3": {
            "role": "auditor", "active": True, "database_role": None, "team": None, "team_history": None,
            "links": None, "listings": None,
        },
        "team:1": {"name": "North", "manager": 1, "hr_partner": 3},
        "team:2": {"name": "South", "manager": None, "hr_partner": None},
        "delegation:1": {
            "team": 1, "delegate": 2, "from": "2026-11-16", "until": "2026-11-20", "withdrawn": None,
        },
        "delegation:2": {
            "team": 2, "delegate": 1, "from": "2026-11-15", "until": "2026-11-16", "withdrawn": LATER_SAID,
        },
        "credential:1": dict.fromkeys(("password", "second_factor", "enrolment", "recovery")),
        "credential:2": {
            "password": bound(store, [2, "$argon2id$x"]), "second_factor": bound(store, [2, "a seed"]),
            "enrolment": bound(store, [2, b"code".hex(), 99]), "recovery": bound(store, codes),
        },
        "credential:3": {
            "password": bound(store, [3, "$y"]), "second_factor": None, "enrolment": None, "recovery": None,
        },
        "grant:1": {
            "person": 3, "purpose": digest("The audit"), "actions": "audit.see, board.see",
            "from": "2026-11-16", "until": "2026-11-25", "requested_by": 1, "approved_by": None,
            "ended": None, "ended_by": None,
        },
        "grant:2": {
            "person": 2, "purpose": digest("Another"), "actions": "", "from": "2026-11-16",
            "until": "2026-11-16", "requested_by": 1, "approved_by": 3, "ended": NOON_SAID, "ended_by": 2,
        },
    }  # fmt: skip


@pytest.fixture
def made(store_url: str) -> Iterator[Store]:
    with new_store(store_url, clock=Clock(MONDAY)) as store:
        yield store


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Store]:
    """On SQLite: what is tried on it asks nothing that databases answer differently."""
    with new_store(str(tmp_path / "one.db"), clock=Clock(MONDAY)) as store:
        yield store


def fill(store: Store) -> None:
    with store.work("test") as work:
        for table, (columns, rows) in ROWS.items():
            work.plain.insert(table, columns, rows)


def test_every_record_says_all_of_itself_and_what_the_log_need_not_know_by_a_digest(made: Store) -> None:
    fill(made)
    with one_moment(made.location) as plain:
        ((store, catalogue),) = plain.rows("SELECT store_id, catalogue FROM organisation")
        expected = wanted(str(store), str(catalogue))
        known = {target.partition(":")[0] for target in expected}
        every = [record for record in all_records(plain) if record.kind in known]
        assert [record.target for record in every] == list(expected)
        for record in every:
            assert fields_of(plain, record) == expected[record.target], record.target
        for kind in known - {"organisation"}:
            key = "none" if kind in ("mapping", "setting") else "77"
            assert fields_of(plain, Record(kind, key)) is None, kind
        assert known | {"target_set"} <= set(KINDS)
    # And all of it came into the log by itself.
    found = verify(made.location, made.clock())
    assert (found.attack, found.reconciled) == (None, True), found.why


# Sets by their number: when each was written and began, and when it was withdrawn.
SETS = {2: (10, 100, None), 3: (20, 300, None), 4: (30, 200, None), 5: (40, 200, 60), 6: (50, 250, None),
        7: (70, 250, None), 8: (80, 50, None), 9: (90, 300, None)}  # fmt: skip
MADE_OF = {1: None, 2: 1, 3: 2, 4: 2, 5: 4, 6: 5, 7: 6, 8: 1, 9: 3}


def test_a_target_set_is_compared_with_the_one_that_counted_when_it_began(made: Store) -> None:
    with made.work("test") as work:
        for number, (written, began, withdrawn) in SETS.items():
            work.plain.insert(
                "target_set", "number, effective_from, created_at, author, reason",
                [(number, began, written, "Ada", "why")],
            )  # fmt: skip
            work.plain.insert(
                "target", "set_number, kpi_id, due_days, done_by_days", [(number, 1, number, number + 1)]
            )
            if withdrawn is not None:
                work.plain.run(
                    "INSERT INTO target_set_withdrawal (set_number, at, author, reason) "
                    "VALUES (?, ?, 'Ada', 'no')",
                    (number, withdrawn),
                )
    with one_moment(made.location) as plain:
        code = str(plain.value("SELECT code FROM kpi WHERE id = 1"))
        found = {number: fields_of(plain, Record("target_set", str(number))) for number in MADE_OF}
        assert {number: (fields or {})["made_of"] for number, fields in found.items()} == MADE_OF
        assert found[5] == {
            "effective_from": "1970-01-01T00:00:00.000200+00:00", "made_of": 4, "withdrawn": True,
            f"{code}.due_days": 5, f"{code}.done_by_days": 6,
        }  # fmt: skip
        assert (found[1] or {})["effective_from"] is None
        assert (found[2] or {})["withdrawn"] is False
        assert base_of(plain, Record("target_set", "7")) == {f"{code}.due_days": 6, f"{code}.done_by_days": 7}
        assert base_of(plain, Record("target_set", "1")) == {}


def test_a_calendar_is_compared_with_the_one_before_it_and_other_records_with_nothing(one: Store) -> None:
    fill(one)
    with one.work("test") as work:
        work.plain.run(
            'INSERT INTO calendar_change (number, "at", from_day, author, reason, weekdays, days) '
            "VALUES (3, 1, 1, 'Ada', 'why', '[]', '[]')"
        )
    with one_moment(one.location) as plain:
        second = fields_of(plain, Record("calendar", "2")) or {}
        kept = {name: value for name, value in second.items() if name not in ("at", "from_day")}
        assert base_of(plain, Record("calendar", "3")) == kept
        assert base_of(plain, Record("calendar", "2")) == fields_of(plain, Record("calendar", "1"))
        for target in (Record("calendar", "1"), Record("team", "2"), Record("mapping", "2")):
            assert base_of(plain, target) == {}, target


def test_fields_are_read_back_only_as_the_log_writes_them() -> None:
    assert fields_in('{"a":1,"b":null}') == {"a": 1, "b": None}
    for held in ('{"b":null,"a":1}', '{"a": 1}', '{"a":1.5}', "[]", "{", "", "null", "[" * 99_999):
        assert fields_in(held) is None, held
    assert fields_in(b"\xff") is None  # type: ignore[arg-type]
    assert digest_of({"b": None, "a": 1}) == sha256(b'{"a":1,"b":null}').hexdigest()


def test_what_differs_is_said_by_name_in_order() -> None:
    before, after = {"c": 1, "a": 1, "same": 2, "gone": 3}, {"c": 2, "a": None, "same": 2, "new": True}
    assert changes_between(before, after) == (
        Change("a", 1, None), Change("c", 1, 2), Change("gone", 3, None), Change("new", None, True),
    )  # fmt: skip
    assert changes_between({"a": 1}, {"a": 1}) == ()


# ------------------------------------------------------------------------------ what has been changed


def test_what_is_to_be_looked_at_comes_to_what_was_changed_each_record_once(one: Store) -> None:
    fill(one)
    with one.work("test") as work:
        work.plain.run("UPDATE team SET manager = 2 WHERE number = 1")
        work.plain.run("UPDATE team SET manager = 3 WHERE number = 1")
        touch(work.plain, [("team", "1"), ("setting", "none"), ("grant", "2")])
        assert touched(work.plain) == [("grant", "2"), ("setting", "none"), ("team", "1")]
        touch(work.plain, [])
        work.changed = False


def test_a_store_from_before_the_log_comes_into_it_whole(tmp_path: Path, store_url: str) -> None:
    with new_store(str(tmp_path / "now.db"), clock=Clock(MONDAY)) as new:
        make_private(find_location(store_url))
        with closing(Store(find_location(store_url), new.clock)) as old:
            with old.work("test") as work, one_moment(new.location) as source:
                alembic.command.upgrade(schema._config(work.session.connection()), "0003")
                for table in SQLModel.metadata.sorted_tables:
                    copy(source, work.plain, table.name)
            assert schema.upgrade(old) == "0003"
            told = entries(old.location)
            assert {(entry.operation, entry.group) for entry in told} == {("store.upgrade", 1)}
            assert [entry.target for entry in told] == [
                "calendar:1", "organisation:1", "target_set:1", "store:1",
            ]  # fmt: skip
            assert changes_of(told[-1]) == {"schema": ("0003", schema.CURRENT)}
            found = verify(old.location, old.clock())
            assert (found.attack, found.reconciled) == (None, True), found.why


def copy(source: Plain, target: Plain, table: str) -> None:
    """What the founding left in a table, if the older schema has it."""
    ask = "SELECT to_regclass(?)" if target.postgres else "SELECT name FROM sqlite_master WHERE name = ?"
    rows = source.rows(f"SELECT * FROM {table}") if not table.startswith("audit_") else []
    if rows and target.value(ask, (table,)) is not None:
        columns = [row[1] for row in source.rows(f"PRAGMA table_info({table})")]
        target.insert(table, ", ".join(columns), rows)
