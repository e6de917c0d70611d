"""Entries as a unit of work writes them, worked out anew by the book: hash, epoch, seal, group, actor."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kpi.chain import canonical, genesis
from kpi.targets import Target
from store.audit import (
    Appended,
    Head,
    actor_id,
    hash_at,
    head_of,
    hex_of,
    keep_head,
    last_epoch,
    last_fingerprint,
    store_id_of,
)
from store.audit_care import adopt_key, begin_key, store_id
from store.audit_keys import Verified, anchor, forget_ring, load_ring, save_ring
from store.audit_verify import verify
from store.errors import StoreError
from store.moment import one_moment
from store.targets import save_targets
from store.who import SYSTEM, Who
from tests.store.attacking import attack
from tests.store.helpers import Clock, new_store
from tests.store.recorded import CODE, MONDAY, entries, last_seq, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.audit_keys import KeyRing
    from store.key_files import KeyFile
    from store.work import Store
    from tests.store.keyrings import Ring

DAY = timedelta(days=1)


@pytest.fixture
def one(tmp_path: Path, ring: Ring) -> Iterator[Store]:
    """With the three entries of its founding, and no key yet."""
    with new_store(str(tmp_path / "one.db"), clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "command line")
        yield store


def rows(store: Store) -> list[tuple[Any, ...]]:
    with one_moment(store.location) as plain:
        return plain.rows("SELECT seq, epoch, text, hash, tag FROM audit_entry ORDER BY seq")


def kept(store: Store) -> KeyRing:
    ring = load_ring(store_id(store.location))
    assert ring is not None
    return ring


def set_clock(store: Store, moment: datetime) -> None:
    assert isinstance(store.clock, Clock)
    store.clock.moment = moment


def save(store: Store, number: int = 1) -> None:
    save_targets(store, {CODE: Target(number, 900)}, reason="Why", actor="Ada")


def check_by_the_book(store: Store, key_file: KeyFile) -> None:
    """Every hash follows from the one before, and every seal from the key file; see kpi/chain.py."""
    ours = store_id(store.location).bytes
    before = hashlib.sha256(b"\4" + ours).digest()
    for place, (seq, epoch, text, hashed, tag) in enumerate(rows(store), 1):
        assert seq == place
        content = hashlib.sha256(b"\0" + text.encode()).digest()
        bound = seq.to_bytes(8, "big") + epoch.to_bytes(8, "big")
        before = hashlib.sha256(b"\1" + ours + bound + before + content).digest()
        assert hashed == before, seq
        key = key_file.key
        for number in range(key_file.epoch + 1, epoch + 1):
            key = hmac.digest(key, b"\3" + ours + number.to_bytes(8, "big"), "sha256")
        assert tag == (None if epoch == 0 else hmac.digest(key, b"\2" + before, "sha256")), seq


def epochs(store: Store) -> list[int]:
    return [epoch for _, epoch, *_ in rows(store)]


# ------------------------------------------------------------------------------------- hash and seal


def test_each_entry_follows_from_the_one_before_and_bears_the_seal_of_its_day(one: Store) -> None:
    key_file = begin_key(one)
    save(one)
    set_clock(one, MONDAY + DAY)
    with one.work("test", actor="Bo", reason="Three at once") as work:
        for name in ("c", "a", "b"):
            work.plain.run("INSERT INTO setting (name, value) VALUES (?, 'x')", (name,))
        work.note("audit:log", reason="And a word")
    set_clock(one, MONDAY + 3 * DAY)
    save(one, 2)
    assert epochs(one) == [0, 0, 0, 1, 1, 2, 2, 2, 2, 3]
    check_by_the_book(one, key_file)
    told = entries(one.location, 5)
    assert [(e.target, e.group, e.reason) for e in told] == [
        ("setting:a", 6, "Three at once"), ("setting:b", 6, "Three at once"),
        ("setting:c", 6, "Three at once"), ("audit:log", 6, "And a word"), ("target_set:3", 10, "Why"),
    ]  # fmt: skip
    assert [e.at for e in told] == [Clock(MONDAY + DAY)()] * 4 + [Clock(MONDAY + 3 * DAY)()]
    assert {(e.operation, e.origin, e.outcome) for e in told[:4]} == {("test", "command line", "done")}
    assert {name_of(one.location, e.actor) for e in told[:4]} == {"Bo"}
    assert [e.state is None for e in told] == [False, False, False, True, False]
    ring = kept(one)
    assert (ring.epoch, ring.seq, ring.hash) == (3, 10, rows(one)[-1][3])


def test_an_epoch_ends_with_every_so_many_entries(one: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.audit.EPOCH_ENTRIES", 4)
    key_file = begin_key(one)
    with one.work("test") as work:
        work.plain.many("INSERT INTO setting (name, value) VALUES (?, '')", [(str(n),) for n in range(10)])
    # The fourth is the key's own, with which its first epoch begins.
    assert epochs(one) == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]
    check_by_the_book(one, key_file)


def test_an_epoch_ends_with_a_day_of_utc_and_not_before(one: Store) -> None:
    key_file = begin_key(one)
    midnight = MONDAY.replace(hour=0) + DAY
    for number, moment in enumerate((midnight - timedelta(microseconds=1), midnight, midnight, MONDAY)):
        set_clock(one, moment)
        save(one, number)
    assert epochs(one)[3:] == [1, 1, 2, 2, 3], "a clock that is set back is another day too"
    check_by_the_book(one, key_file)


def test_a_machine_that_missed_some_epochs_goes_on_in_the_last_one(one: Store, ring: Ring) -> None:
    key_file = begin_key(one)
    here, ring.kept = dict(ring.kept), {}
    adopt_key(one, key_file)
    set_clock(one, MONDAY + DAY)
    save(one, 1)
    ring.kept = dict(here)
    save(one, 2)
    assert (kept(one).epoch, kept(one).seq) == (2, 7)
    ring.kept = {}
    save(one, 3)  # by a machine without a key
    ring.kept = dict(here)
    save(one, 4)
    assert epochs(one)[3:] == [1, 1, 2, 2, 0, 2]
    check_by_the_book(one, key_file)


def test_what_is_sealed_in_one_epoch_is_sealed_whatever_the_keyring_could_take(
    one: Store, ring: Ring
) -> None:
    """It may be behind the store; it catches up when it can."""
    key_file = begin_key(one)
    before = kept(one)
    ring.forgetful = True
    set_clock(one, MONDAY + DAY)
    save(one, 1)
    assert kept(one) == before
    ring.forgetful = False
    save(one, 2)
    assert epochs(one)[3:] == [1, 2, 2]
    check_by_the_book(one, key_file)
    assert (kept(one).epoch, kept(one).seq, kept(one).hash) == (2, 6, rows(one)[-1][3])


@pytest.mark.parametrize("seq", [3, 99])
def test_a_keyring_that_remembers_another_log_is_not_talked_out_of_it(one: Store, seq: int) -> None:
    begin_key(one)
    anchor(store_id(one.location), seq, bytes(32))
    set_clock(one, MONDAY + DAY)
    save(one)
    assert epochs(one)[3:] == [1, 2], "what comes is sealed all the same"
    assert (kept(one).seq, kept(one).hash) == (seq, bytes(32))


def test_an_end_is_put_back_only_when_that_is_said(one: Store) -> None:
    begin_key(one)
    name, before = store_id(one.location), replace(kept(one), seq=50, verified=Verified(4, bytes(32), 1))
    save_ring(name, before)
    earlier = Head(3, 1, bytes(range(32)), 7)
    keep_head(None, put_back=True)
    keep_head(Appended(name, None, earlier), put_back=True)
    keep_head(Appended(name, replace(before, seq=3), earlier), put_back=False)
    assert kept(one) == before
    keep_head(Appended(name, before, earlier), put_back=True)
    assert kept(one) == replace(before, seq=3, hash=bytes(range(32)), verified=None)


def test_two_keys_of_a_log_each_seal_what_comes_after_them(one: Store) -> None:
    first = begin_key(one)
    save(one, 1)
    second = begin_key_again(one)
    save(one, 2)
    assert (epochs(one), second.epoch) == ([0, 0, 0, 1, 1, 2, 2], 2)
    with one_moment(one.location) as plain:
        assert last_fingerprint(plain) == second.fingerprint != first.fingerprint
    for seq, _, _, hashed, tag in rows(one)[3:]:
        key = first.key if seq < 6 else second.key
        assert tag == hmac.digest(key, b"\2" + hashed, "sha256")


# --------------------------------------------------------------------- what the log says of its end


def test_the_end_of_a_log(one: Store) -> None:
    begin_key(one)
    name = store_id(one.location)
    with one_moment(one.location) as plain:
        assert head_of(plain, name) == Head(4, 1, rows(one)[3][3], Clock(MONDAY)())
        assert hash_at(plain, 3) == rows(one)[2][3]
        assert hash_at(plain, 5) is None
        assert (store_id_of(plain), last_epoch(plain)) == (name, 1)
    forget_ring(name)
    save(one)
    with one_moment(one.location) as plain:
        assert (head_of(plain, name).epoch, last_epoch(plain)) == (0, 1)


def test_a_log_without_entries_ends_before_the_first(one: Store) -> None:
    name = store_id(one.location)
    with one_moment(one.location) as plain:
        assert (last_epoch(plain), last_fingerprint(plain)) == (0, None)
    attack(one.location, "DELETE FROM audit_entry")
    with one_moment(one.location) as plain:
        assert head_of(plain, name) == Head(0, 0, genesis(name), 0)
        assert hash_at(plain, 1) is None


END_OF_TIME = 253_402_300_800_000_000


@pytest.mark.parametrize(
    ("at", "read"),
    [
        (0, 0), (1, 1), (END_OF_TIME - 1, END_OF_TIME - 1), (END_OF_TIME, 0), (-1, 0), ("x", 0), (None, 0),
        (1.5, 0),
    ],
)  # fmt: skip
def test_a_time_that_is_none_any_more_stops_no_work(one: Store, at: Any, read: int) -> None:
    key_file = begin_key(one)
    text = json.dumps(json.loads(rows(one)[3][2]) | {"at": at})
    attack(one.location, "UPDATE audit_entry SET text = :text WHERE seq = 4", text=text)
    with one_moment(one.location) as plain:
        assert head_of(plain, key_file.store).at == read
    save(one)
    assert last_row(one)[0] == 5


def last_row(store: Store) -> tuple[Any, ...]:
    return rows(store)[-1]


@pytest.mark.parametrize(
    "edited",
    [
        """text = replace(text, '{"actor"', '{ "actor"')""",
        """text = replace(text, '"fingerprint"', '"fingerwork"')""",
        """text = replace(text, '"done"', '"read"')""",
    ],
)
def test_after_an_edited_entry_about_the_key_nothing_is_sealed(one: Store, edited: str) -> None:
    begin_key(one)
    before = kept(one)
    attack(one.location, f"UPDATE audit_entry SET {edited} WHERE seq = 4")
    save(one)
    assert (last_row(one)[0], last_row(one)[1], last_row(one)[4]) == (5, 0, None)
    assert kept(one) == before


ODD_EPOCHS = ["1000001", "9223372036854775807", "-1", "-9223372036854775808", "'x'", "1.5", "x'00'"]
ODD_HASHES = ["'x'", "7", "1000000000000", "x''", "1.5"]


@pytest.mark.parametrize(
    "edited",
    [*(f"epoch = {odd}" for odd in ODD_EPOCHS), *(f"hash = {odd}" for odd in ODD_HASHES), "tag = 7"],
)
def test_whatever_the_last_entry_was_made_to_hold_work_goes_on_and_is_sealed(one: Store, edited: str) -> None:
    key_file = begin_key(one)
    set_clock(one, MONDAY + DAY)
    save(one, 1)
    attack(one.location, f"UPDATE audit_entry SET {edited} WHERE seq = 5")
    set_clock(one, MONDAY + 2 * DAY)
    save(one, 2)
    seq, epoch, _, hashed, tag = last_row(one)
    key = key_file.key
    for number in range(2, epoch + 1):
        key = hmac.digest(key, b"\3" + key_file.store.bytes + number.to_bytes(8, "big"), "sha256")
    assert (seq, epoch, tag) == (
        6, 2 if "epoch" in edited else 3, hmac.digest(key, b"\2" + hashed, "sha256"),
    )  # fmt: skip
    found = verify(one.location, one.clock())
    assert (found.result, found.first_bad) == ("tampered", 5)
    with one_moment(one.location) as plain:
        assert last_epoch(plain) == epoch
        assert isinstance(hash_at(plain, 5), bytes)
    assert begin_key_again(one).epoch == epoch + 1


def begin_key_again(store: Store) -> KeyFile:
    forget_ring(store_id(store.location))
    return begin_key(store, lost=True)


def test_a_digest_is_shown_in_hex_and_what_is_none_as_it_is() -> None:
    assert [hex_of(found) for found in (b"\n\xff", "no hash", 7, None)] == ["0aff", "no hash", "7", "None"]


def test_a_key_that_was_refused_is_none_of_the_logs(one: Store) -> None:
    begin_key(one)
    with pytest.raises(StoreError):
        begin_key(one)
    with one.work("audit.key") as work:
        work.note("audit:key", reason="No fingerprint among its changes")
    with one_moment(one.location) as plain:
        assert last_fingerprint(plain) is None
    assert [entry.outcome for entry in entries(one.location, 3)] == ["done", "refused", "done"]
    assert epochs(one)[3:] == [1, 1, 1], "the fingerprint of the one before"


# ----------------------------------------------------------------------------------- what they say


def test_a_reason_is_cleaned_and_no_longer_than_five_hundred_letters(one: Store) -> None:
    with one.work("test", reason=" a\x1b[31m\nb ") as work:
        work.plain.run("INSERT INTO setting (name, value) VALUES ('a', 'x')")
        work.note("audit:log", reason="\u202e" + "x" * 600)
        work.note("audit:log")
    assert [entry.reason for entry in entries(one.location, 3)] == ["a[31m b", "x" * 500, None]


def test_people_have_one_opaque_id_each_and_the_system_has_its_own(one: Store) -> None:
    with one.work("test") as work:
        plain = work.plain
        ann, bob = actor_id(plain, "Ann Other"), actor_id(plain, "Bob")
        assert [actor_id(plain, name) for name in ("Ann Other", " Ann\x1b Other ", "Bob")] == [ann, ann, bob]
        assert actor_id(plain, SYSTEM) == SYSTEM
        names: dict[str, str] = dict(plain.rows("SELECT id, name FROM audit_name"))
        work.changed = False
    assert names == {ann: "Ann Other", bob: "Bob"}
    assert len({ann, bob}) == 2
    for known in (ann, bob):
        assert len(bytes.fromhex(known)) == 8


def test_what_is_remembered_of_a_record_is_what_its_last_entry_left(one: Store) -> None:
    def remembered() -> list[tuple[Any, ...]]:
        with one_moment(one.location) as plain:
            return plain.rows("SELECT seq, fields FROM audit_state WHERE target = 'setting:a'")

    for number, value in enumerate(("x", "é"), 4):
        with one.work("test") as work:
            work.plain.run(
                "INSERT INTO setting (name, value) VALUES ('a', ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (value,),
            )
        assert remembered() == [(number, canonical({"value": value}))]
        entry = entries(one.location)[-1]
        assert entry.state == hashlib.sha256(canonical({"value": value}).encode()).hexdigest()
    with one.work("test") as work:
        work.plain.run("DELETE FROM setting")
    entry = entries(one.location)[-1]
    assert (remembered(), entry.state) == ([], "")
    assert [(one.before, one.after) for one in entry.changes] == [("é", None)]
    # What comes and goes within one unit of work, or is written as it was, has not changed.
    with one.work("test") as work:
        work.plain.run("INSERT INTO setting (name, value) VALUES ('b', 'x')")
        work.plain.run("DELETE FROM setting")
    assert last_seq(one.location) == 6
    with one.work("test") as work:
        work.plain.run("UPDATE organisation SET name = name")
        work.plain.run("INSERT INTO setting (name, value) VALUES ('b', 'x')")
    assert [entry.target for entry in entries(one.location, 6)] == ["setting:b"]
