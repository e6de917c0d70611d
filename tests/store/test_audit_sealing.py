"""Keys and epochs: what is sealed, with which key, and what happens where there is none."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi.targets import Target
from store.audit_care import adopt_key, begin_key, store_id, write_one
from store.audit_keys import forget_ring, load_ring
from store.audit_verify import verify
from store.backup import back_up
from store.errors import StoreError
from store.location import find_location
from store.moment import one_moment
from store.restore import restore
from store.schema import upgrade
from store.targets import save_targets
from store.who import Who
from store.work import Store, make_private
from tests.store.helpers import Clock, new_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.store.keyrings import Ring

from tests.store.recorded import CODE, MONDAY, entries, last_seq


@pytest.fixture
def made(store_url: str) -> Iterator[Store]:
    with new_store(store_url, clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "command line")
        yield store


@pytest.mark.usefixtures("ring")
def test_a_key_whose_beginning_failed_is_no_obstacle(made: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("store.work.append_entries", fail)
        with pytest.raises(ZeroDivisionError):
            begin_key(made)
    assert load_ring(store_id(made.location)) is not None
    save_targets(made, {CODE: Target(1, 2)}, reason="Why", actor="Ada")
    begin_key(made)
    assert verify(made.location, made.clock()).result == "proven"


@pytest.mark.usefixtures("ring")
def test_a_key_file_that_was_superseded_is_not_taken(made: Store) -> None:
    first = begin_key(made)
    forget_ring(store_id(made.location))
    begin_key(made, lost=True)
    forget_ring(store_id(made.location))
    with pytest.raises(StoreError, match="not the key that the log is sealed with now"):
        adopt_key(made, first)


def test_a_new_epoch_begins_with_a_day_and_old_keys_are_let_go(made: Store, ring: Ring) -> None:
    key_file = begin_key(made)
    kept = []
    for number in range(3):
        assert isinstance(made.clock, Clock)
        made.clock.moment = MONDAY + timedelta(days=number)
        save_targets(made, {CODE: Target(number, number)}, reason="Why", actor="Ada")
        found = load_ring(store_id(made.location))
        assert found is not None
        kept.append((found.epoch, found.key))
    assert [epoch for epoch, _ in kept] == [1, 2, 3]
    assert kept[0][1] == key_file.key
    assert len(ring.kept) == 1
    assert key_file.key.hex() not in json.dumps([*ring.kept.values()])
    assert verify(made.location, made.clock()).result == "proven"


def test_a_new_epoch_begins_with_every_so_many_entries(
    made: Store, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.audit.EPOCH_ENTRIES", 10)
    key_file = begin_key(made)
    for number in range(30):
        save_targets(made, {CODE: Target(number, number)}, reason="Why", actor="Ada")
    with one_moment(made.location) as plain:
        assert plain.rows("SELECT DISTINCT epoch FROM audit_entry ORDER BY 1") == [
            (0,),
            (1,),
            (2,),
            (3,),
            (4,),
        ]
    assert verify(made.location, made.clock(), key_file=key_file).result == "proven"
    del ring


@pytest.mark.usefixtures("ring")
def test_a_machine_without_the_key_goes_on_and_nothing_is_proven_then(made: Store) -> None:
    key_file = begin_key(made)
    forget_ring(store_id(made.location))
    save_targets(made, {CODE: Target(1, 1)}, reason="Why", actor="Ada")
    assert verify(made.location, made.clock(), key_file=key_file).exit_code == 3
    assert adopt_key(made, key_file) == 1
    save_targets(made, {CODE: Target(2, 2)}, reason="Why", actor="Ada")
    found = verify(made.location, made.clock(), key_file=key_file)
    assert (found.exit_code, found.attack) == (3, None)
    assert "without a key" in found.why


@pytest.mark.usefixtures("ring")
def test_a_log_gets_one_key_only_and_a_new_one_where_it_was_lost(made: Store) -> None:
    first = begin_key(made)
    with pytest.raises(StoreError, match="keeps a key of this audit log already"):
        begin_key(made)
    forget_ring(store_id(made.location))
    with pytest.raises(StoreError, match="has a key, which another machine keeps"):
        begin_key(made)
    second = begin_key(made, lost=True)
    assert (second.epoch, second.fingerprint != first.fingerprint) == (2, True)
    assert verify(made.location, made.clock()).result == "proven"


def test_a_machine_whose_key_was_replaced_by_another_seals_nothing_until_it_adopts_the_new_one(
    made: Store, ring: Ring
) -> None:
    begin_key(made)
    first_machine, ring.kept = ring.kept, {}
    second = begin_key(made, lost=True)
    second_machine, ring.kept = ring.kept, first_machine
    save_targets(made, {CODE: Target(1, 1)}, reason="Why", actor="Ada")
    for machine in (first_machine, second_machine):
        ring.kept = machine
        assert verify(made.location, made.clock()).exit_code == 3
    ring.kept = first_machine
    assert adopt_key(made, second) == second.epoch
    last = last_seq(made.location)
    save_targets(made, {CODE: Target(2, 2)}, reason="Why", actor="Ada")
    with one_moment(made.location) as plain:
        ask = "SELECT count(*) FROM audit_entry WHERE seq > ? AND tag IS NOT NULL"
        assert plain.value(ask, (last,)) == 1


@pytest.mark.usefixtures("ring")
def test_a_machine_that_adopted_the_key_signs_no_checkpoints(made: Store, tmp_path: Path) -> None:
    key_file = begin_key(made)
    forget_ring(store_id(made.location))
    adopt_key(made, key_file)
    with pytest.raises(StoreError, match="another one signs"):
        write_one(made.location, tmp_path, made.clock())
    checkpoint = tmp_path / "some.checkpoint"
    checkpoint.write_text("")
    found = verify(made.location, made.clock(), checkpoint=checkpoint)
    assert "without the key file" in found.why


def test_a_store_without_an_organisation_has_no_log(store_url: str) -> None:
    location = find_location(store_url)
    make_private(location)
    with closing(Store(location)) as bare:
        upgrade(bare)
        with bare.work("test") as work:
            work.plain.run("INSERT INTO setting (name, value) VALUES ('a', 'b')")
        assert verify(location, 0).exit_code == 4
        with pytest.raises(StoreError, match="no organisation yet"):
            begin_key(bare)


def test_without_a_keyring_it_says_so(made: Store) -> None:
    with pytest.raises(StoreError, match="the audit log gets no key"):
        begin_key(made)
    assert verify(made.location, made.clock()).exit_code == 3


@pytest.mark.usefixtures("ring")
def test_a_restore_is_a_step_of_the_log_and_proves(made: Store, tmp_path: Path) -> None:
    begin_key(made)
    back_up(made.location, tmp_path / "then.db")
    for number in range(5):
        save_targets(made, {CODE: Target(number, number)}, reason="Why", actor="Ada")
    assert verify(made.location, made.clock()).result == "proven"
    made.close()
    restore(made.location, tmp_path / "then.db", replace=True, by=Who("Ada", "command line"))
    told = entries(made.location)
    assert (told[-1].operation, told[-1].reason) == ("store.restore", "Restored from then.db")
    for since_last in (True, False):
        assert verify(made.location, made.clock(), since_last=since_last).result == "proven"
