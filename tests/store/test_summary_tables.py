"""The tables of weekly summaries: what only grows, what cannot be, and that the log follows all of it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from store.audit_verify import verify
from store.backup import back_up
from store.errors import StoreError
from store.location import Location, find_location
from store.moment import one_moment
from store.plain import connect
from store.restore import restore
from store.who import Who
from store.work import Store
from tests.store.helpers import Clock, new_store
from tests.store.recorded import MONDAY, changes_of, entries, last_seq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.plain import Plain

DAY = MONDAY.date().toordinal() - 7
DIGEST, OTHER = b"d" * 32, b"e" * 32
BENCHMARKS = '[activity]\ncalls = ["call_made", "phone_call"]\n[[season]]\nname = "Yule"\npercent = 50\n'
SECRETS = ("Sick on Tuesday", "calls:9", "not mine", "Talked it through", "too hard", "Bad phone line")


def fill(plain: Plain) -> None:
    """Moyra's team with Ray in it, his week, and some of everything that belongs to it."""
    plain.insert(
        "person",
        "number, name, folded, role, active, created_at",
        [
            (number, name, name.lower(), role, 1, 1)
            for number, name, role in (
                (1, "Moyra", "team_manager"),
                (2, "Ray", "recruiter"),
                (3, "Hanna", "hr_partner"),
            )
        ],
    )
    plain.insert("team", "number, name, folded, manager, hr_partner", [(1, "North", "north", 1, 3)])
    plain.insert("membership", "person, from_day, team", [(2, DAY - 99, 1)])
    plain.insert(
        "benchmarks",
        "number, from_day, created_at, author, reason, feedback, text",
        [(1, DAY, 1, "Ada", "Spring", '{"Moyra": "too hard"}', BENCHMARKS)],
    )
    plain.insert(
        "summary",
        "number, person, from_day, team, state, benchmarks, digest, generated_at, sealed, kept_digest, "
        "content",
        [
            (1, 2, DAY, 1, "approved", 1, OTHER, 1, 1, OTHER, '{"ü": "calls:9"}'),
            (2, 2, DAY + 7, 1, "ready", 1, DIGEST, 1, None, None, "{}"),
        ],
    )
    plain.insert(
        "summary_seal",
        "summary, version, digest, approved_by, approved_at, reason, content",
        [(1, 1, DIGEST, 1, 5, "Müde", "{}")],
    )
    plain.insert(
        "summary_step",
        "number, summary, at, person, kind, about, text",
        [(1, 1, 1, None, "generated", "", ""), (2, 1, 2, 2, "commented", "", "Sick on Tuesday")],
    )
    plain.insert(
        "summary_answer",
        "summary, flag_key, text, person, at",
        [(1, "b", "Talked it through", 1, 1), (1, "a", "Grün", 1, 2)],
    )
    plain.insert(
        "contest",
        "number, summary, figure, event, reason, person, at, decided_by, decided_at, decision, "
        "decision_reason",
        [
            (1, 1, "calls", 7, "not mine", 2, 1, 3, 2, "upheld", "Bad phone line"),
            (2, 2, "notes", None, "not mine", 2, 1, None, None, None, None),
        ],
    )
    plain.insert(
        "self_report",
        "person, from_day, figure, count, at",
        [(2, DAY, "notes", 3, 1), (2, DAY, "calls", 9, 1), (2, DAY + 7, "calls", 1, 1)],
    )
    plain.insert(
        "document",
        "number, summary, kind, text, context, from_day, until_day, author, at, appeal, appealed_at",
        [
            (1, 1, "coaching", "Talked it through", "{}", None, None, 1, 1, None, None),
            (2, 1, "reminder", "Talked it through", "{}", DAY, DAY + 30, 1, 1, "not mine", 2),
        ],
    )
    plain.run("INSERT INTO setting VALUES ('first_weekday', '6')")


@contextmanager
def _filled(url: str) -> Iterator[Store]:
    with new_store(url, clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "system")
        with store.work("test") as work:
            fill(work.plain)
        yield store


@pytest.fixture
def filled(store_url: str) -> Iterator[Store]:
    with _filled(store_url) as store:
        yield store


def test_the_log_says_what_counts_and_nothing_that_people_wrote(filled: Store) -> None:
    told = {entry.target: changes_of(entry) for entry in entries(filled.location)}
    after = {target: {field: value for field, (_, value) in said.items()} for target, said in told.items()}
    assert after["benchmarks:1"] == {
        "from": "2026-11-09", "feedback": after["benchmarks:1"]["feedback"],
        "activity.calls": "call_made, phone_call", "season.1.name": "Yule", "season.1.percent": 50,
    }  # fmt: skip
    assert after["summary:2"] == {
        "person": 2, "from": "2026-11-16", "team": 1, "state": "ready", "benchmarks": 1,
        "digest": DIGEST.hex(), "content": after["summary:2"]["content"],
    }  # fmt: skip
    assert set(after["summary:1"]) - set(after["summary:2"]) == {
        "sealed", "kept", "seals", "steps", "answers",
    }  # fmt: skip
    assert (after["contest:1"]["decision"], after["contest:2"].get("decision")) == ("upheld", None)
    assert set(after["self_report:2"]) == {"2026-11-09", "2026-11-16"}
    assert after["document:2"]["until_day"] == "2026-12-09"
    assert after["setting:first_weekday"] == {"value": "6"}
    texts = " ".join(map(str, entries(filled.location)))
    assert not [secret for secret in (*SECRETS, "Müde", "Grün") if secret in texts]


def test_a_second_version_of_the_benchmarks_is_told_by_what_differs(filled: Store) -> None:
    last = last_seq(filled.location)
    with filled.work("test") as work:
        work.plain.insert(
            "benchmarks",
            "number, from_day, created_at, author, reason, feedback, text",
            [(2, DAY, 1, "Ada", "Autumn", "{}", BENCHMARKS.replace("50", "75"))],
        )
    (entry,) = entries(filled.location, last)
    assert changes_of(entry)["season.1.percent"] == (50, 75)
    assert "activity.calls" not in changes_of(entry)


GROWING = {"benchmarks": "reason", "summary_seal": "reason", "summary_step": "text"}


def test_what_only_grows_is_not_rewritten(filled: Store) -> None:
    for table, column in GROWING.items():
        for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(StoreError, match="append-only"), filled.work("test") as work:
                work.plain.run(statement)
            with (
                closing(connect_to_write(filled.location)) as connection,
                pytest.raises((sqlite3.Error, psycopg.Error), match="append-only"),
            ):
                connection.execute(statement)


def connect_to_write(location: Location) -> sqlite3.Connection | psycopg.Connection:
    if location.url is None:
        return sqlite3.connect(str(location.path))
    return psycopg.connect(location.psycopg_url)


IMPOSSIBLE = (
    "UPDATE summary SET state = 'open'",
    "UPDATE summary SET state = 'approved', sealed = NULL",
    "UPDATE summary SET sealed = NULL WHERE number = 1",
    "UPDATE summary SET digest = kept_digest WHERE number = 2",
    "UPDATE summary SET from_day = 1",
    "UPDATE summary SET person = 77",
    "DELETE FROM summary WHERE number = 1",
    "UPDATE summary_answer SET text = ''",
    "UPDATE summary_answer SET flag_key = 'a'",
    "UPDATE contest SET decision = 'maybe'",
    "UPDATE contest SET decided_by = 2 WHERE number = 1",
    "UPDATE contest SET decided_at = NULL WHERE number = 1",
    "UPDATE contest SET decided_by = 1 WHERE number = 2",
    "UPDATE self_report SET count = -1",
    "UPDATE document SET kind = 'dismissal'",
    "UPDATE document SET until_day = from_day - 1",
    "UPDATE document SET until_day = NULL",
    "UPDATE document SET appeal = NULL",
    "UPDATE document SET decided_by = 3, decided_at = 1, decision = 'upheld' WHERE number = 1",
    "UPDATE document SET decided_by = 1, decided_at = 1, decision = 'upheld' WHERE number = 2",
    "INSERT INTO summary_step VALUES (9, 1, 1, 1, 'forgotten', '', '')",
    "INSERT INTO summary_seal VALUES (1, 0, zeroblob(32), 1, 1, '', '')",
)


def test_the_database_refuses_what_cannot_be(filled: Store) -> None:
    zeros = "zeroblob(32)" if filled.location.url is None else f"'\\x{'00' * 32}'::bytea"
    for statement in (one.replace("zeroblob(32)", zeros) for one in IMPOSSIBLE):
        with pytest.raises(StoreError), filled.work("test") as work:
            work.plain.run(statement)


# ------------------------------------------------------------------------- behind the app's back


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("summaries") / "filled.db"
    with _filled(str(path)):
        pass
    return path


@pytest.mark.parametrize(
    ("behind_its_back", "words"),
    [
        ("UPDATE summary SET state = 'returned' WHERE number = 2", "summary:2 has state"),
        ("UPDATE summary SET content = '{}' WHERE number = 1", "summary:1 has content"),
        ("UPDATE summary SET digest = zeroblob(32) WHERE number = 2", "summary:2 has digest"),
        ("UPDATE summary SET team = NULL WHERE number = 1", "summary:1 has team null"),
        ("UPDATE summary SET kept_digest = NULL WHERE number = 1", "summary:1 has kept null"),
        ("UPDATE summary_answer SET text = 'x' WHERE flag_key = 'a'", "summary:1 has answers"),
        ("INSERT INTO summary_step VALUES (9, 2, 1, 1, 'approved', '', '')", "summary:2 has steps"),
        ("INSERT INTO summary_seal VALUES (2, 1, zeroblob(32), 1, 1, '', '')", "summary:2 has seals"),
        ("UPDATE contest SET reason = 'x' WHERE number = 2", "contest:2 has reason"),
        ("UPDATE contest SET decision = 'rejected' WHERE number = 1", "contest:1 has decision"),
        ("DELETE FROM contest WHERE number = 2", "contest:2 is gone"),
        ("UPDATE self_report SET count = 8 WHERE figure = 'calls'", "self_report:2 has 2026-11-"),
        ("DELETE FROM self_report", "self_report:2 is gone"),
        ("UPDATE document SET until_day = until_day + 99", "document:2 has until_day"),
        ("UPDATE document SET text = 'x' WHERE number = 1", "document:1 has text"),
        ("UPDATE setting SET value = '0'", "setting:first_weekday has value"),
        (
            "INSERT INTO benchmarks VALUES (2, 1, 1, 'Eve', '', '{}', '')",
            "benchmarks:2 is there, and no entry says",
        ),
    ],
)
def test_whatever_is_changed_of_summaries_is_named(
    kept: Path, tmp_path: Path, behind_its_back: str, words: str
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(kept, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        assert connection.execute(behind_its_back).rowcount > 0
    found = verify(find_location(str(copy)), Clock(MONDAY)())
    assert (found.attack, found.reconciled) == ("state_edited", False)
    assert words in found.why


def test_a_seal_that_was_rewritten_without_its_guard_is_named(kept: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(kept, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        ((said,),) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'summary_seal_no_update'"
        ).fetchall()
        connection.execute("DROP TRIGGER summary_seal_no_update")
        connection.execute("UPDATE summary_seal SET content = '{}' || content")
        connection.execute(said)
    found = verify(find_location(str(copy)), Clock(MONDAY)())
    assert found.attack == "state_edited"
    assert "summary:1 has seals" in found.why


def test_both_databases_work_out_the_same_records(filled: Store, tmp_path: Path) -> None:
    """A store that is moved from one to the other still agrees with its log."""
    backup, moved = tmp_path / "backup.db", tmp_path / "moved.db"
    back_up(filled.location, backup, by=Who("Ada", "system"))
    restore(find_location(str(moved)), backup, by=Who("Ada", "system"))
    for location in (filled.location, find_location(str(moved))):
        found = verify(location, Clock(MONDAY)())
        assert (found.attack, found.reconciled) == (None, True), found.why
    filled.close()
    restore(filled.location, backup, replace=True, by=Who("Ada", "system"))
    found = verify(filled.location, Clock(MONDAY)())
    assert (found.attack, found.reconciled) == (None, True), found.why
    with one_moment(filled.location) as plain:
        assert plain.value("SELECT count(*) FROM summary_step") == 2


def test_a_seal_stays_while_the_summary_goes_on(filled: Store) -> None:
    with filled.work("test") as work:
        work.plain.run("UPDATE summary SET digest = ?, content = '{}', sealed = 1", (OTHER,))
        assert work.plain.rows("SELECT digest, content FROM summary_seal") == [(DIGEST, "{}")]
    with closing(connect(filled.location)) as plain:
        assert plain.value("SELECT count(*) FROM summary_seal") == 1
