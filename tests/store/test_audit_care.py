"""What people do about the log itself: its key, its checkpoints, and readings of what is protected."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi.targets import Target
from store.access import NotAllowedError
from store.audit_care import (
    adopt_key,
    begin_key,
    daily_checkpoint,
    keep_checkpoints,
    look_after_log,
    note_read,
    store_id,
    write_one,
)
from store.audit_keys import KeyRing, anchor, forget_ring, load_ring, save_ring
from store.audit_verify import NotVerifiedError
from store.checkpoints import Checkpoint, read_checkpoint
from store.moment import one_moment
from store.reviews import mark_reviewed
from store.targets import save_targets
from store.who import Who
from tests.store.attacking import attack
from tests.store.helpers import Clock, new_store, reader_of
from tests.store.house import said
from tests.store.recorded import CODE, MONDAY, changes_of, entries, last_seq, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kpi.audit_entry import Entry
    from store.key_files import KeyFile
    from store.work import Store
    from tests.store.house import House
    from tests.store.keyrings import Ring

DAY = timedelta(days=1)


@pytest.fixture
def made(store_url: str, ring: Ring) -> Iterator[Store]:
    with new_store(store_url, clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "command line")
        yield store


@pytest.fixture
def one(tmp_path: Path, ring: Ring) -> Iterator[Store]:
    """A store with a key, on SQLite: what is tried on it does not touch the database."""
    with new_store(str(tmp_path / "one.db"), clock=Clock(MONDAY)) as store:
        begin_key(store)
        yield store


def told(store: Store, after: int) -> Entry:
    """The one entry that came after another."""
    (entry,) = entries(store.location, after)
    return entry


def outline(store: Store, entry: Entry) -> tuple[str, str, str, str | None, str]:
    return entry.operation, entry.target, entry.outcome, entry.reason, name_of(store.location, entry.actor)


# --------------------------------------------------------------------------------------------- the key


def test_the_entry_about_a_key_names_it_and_whoever_began_it(one: Store) -> None:
    key_file = begin_key_again(one, actor="Bo")
    entry = told(one, 4)
    assert outline(one, entry) == ("audit.key", "audit:key", "done", None, "Bo")
    assert changes_of(entry) == {
        "checkpoint_key": (None, base64.b64encode(key_file.checkpoint_key).decode()),
        "fingerprint": (None, key_file.fingerprint),
    }


def test_who_takes_up_the_key_is_in_the_log_once(made: Store) -> None:
    key_file = begin_key(made)
    forget_ring(store_id(made.location))
    assert adopt_key(made, key_file, actor="Cy") == 1
    words = "This machine took the key from a key file"
    assert outline(made, told(made, 4)) == ("audit.adopt", "audit:key", "done", words, "Cy")
    assert adopt_key(made, key_file, actor="Cy") == 1
    assert last_seq(made.location) == 5


def test_a_key_file_is_led_on_to_the_epoch_that_the_log_is_at(one: Store) -> None:
    key_file = begin_key_again(one)
    assert isinstance(one.clock, Clock)
    one.clock.moment += DAY
    save_targets(one, {CODE: Target(1, 2)}, reason="Why", actor="Ada")
    here = kept(one)
    forget_ring(store_id(one.location))
    assert adopt_key(one, key_file) == here.epoch == 3
    assert kept(one) == replace(here, seq=7, hash=head(one), signing=None)
    assert look_after_log(one.location, one.clock(), lambda: False)[0].result == "proven"


def begin_key_again(store: Store, *, actor: str | None = None) -> KeyFile:
    forget_ring(store_id(store.location))
    return begin_key(store, lost=True, actor=actor)


def kept(store: Store) -> KeyRing:
    ring = load_ring(store_id(store.location))
    assert ring is not None
    return ring


def head(store: Store) -> bytes:
    with one_moment(store.location) as plain:
        return bytes(plain.value("SELECT hash FROM audit_entry ORDER BY seq DESC LIMIT 1"))


def test_why_a_key_is_refused_is_said_in_a_line_and_in_the_log(one: Store) -> None:
    first = kept(one)
    key_file = begin_key_again(one)
    one.who = Who("Ada", "command line")
    last = last_seq(one.location)
    words = ["this machine keeps a key of this audit log already; nothing was changed"]
    assert said(lambda: begin_key(one, actor="Bo")) == f"StoreError: {words[0]}"
    forget_ring(store_id(one.location))
    words.append(
        "the audit log has a key, which another machine keeps; take it over with “stagewatch audit key adopt "
        "FILE”, or begin a new one with --lost"
    )
    assert said(lambda: begin_key(one, actor="Bo")) == f"StoreError: {words[1]}"
    words.append(
        "that is not the key that the log is sealed with now: another one was begun since; "
        "nothing was changed"
    )
    older = replace(key_file, key=bytes(32))
    assert said(lambda: adopt_key(one, older, actor="Bo")) == f"StoreError: {words[2]}"
    assert [outline(one, entry) for entry in entries(one.location, last)] == [
        (operation, "audit:key", "refused", reason, "Bo")
        for operation, reason in zip(("audit.key", "audit.key", "audit.adopt"), words, strict=True)
    ]
    save_ring(store_id(one.location), first)  # which the log goes by no more
    assert "another machine keeps" in said(lambda: begin_key(one))


def test_a_keyring_that_does_not_open_is_said_before_anything_is_tried(one: Store, ring: Ring) -> None:
    ring.locked = True
    last = last_seq(one.location)
    assert said(lambda: begin_key(one)).startswith("StoreError: the audit log gets no key: ")
    assert last_seq(one.location) == last


@pytest.mark.parametrize(
    "act",
    [
        lambda store, _: keep_checkpoints(store, "/"),
        lambda store, _: mark_reviewed(store, 1, 1, "Seen", actor="Ada"),
        lambda store, _: begin_key(store, lost=True),
        adopt_key,
    ],
    ids=["folder", "review", "key", "adopt"],
)
def test_what_a_newer_program_has_made_of_the_store_is_left_alone(
    one: Store, act: Callable[[Store, KeyFile], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if it did so a moment ago, after the store was first looked at."""
    name, key_file = store_id(one.location), begin_key_again(one)
    monkeypatch.setattr("store.audit_care.store_id", lambda _: name)
    with one.work("test") as work:
        work.plain.run("UPDATE alembic_version SET version_num = '9999'")
    words = said(lambda: act(one, key_file))
    assert words.startswith(f"SchemaError: {one.location} was written by a newer Stagewatch")


# --------------------------------------------------------------------------------------- checkpoints


def test_the_folder_for_checkpoints_is_in_the_log_whenever_it_changes(made: Store, tmp_path: Path) -> None:
    last, other = last_seq(made.location), tmp_path / "other"
    other.mkdir()

    def chosen(folder: str | Path | None) -> tuple[Path | None, bool]:
        before = revision(made)
        return keep_checkpoints(made, folder, actor="Bo"), revision(made) > before

    assert chosen(f"{tmp_path}\x1b") == (tmp_path, True)
    assert chosen(tmp_path) == (tmp_path, False), "nothing is written where nothing changed"
    assert chosen(other) == (other, True)
    assert chosen(None) == (None, True)
    assert chosen(None) == (None, False)
    found = entries(made.location, last)
    assert [changes_of(entry)["value"] for entry in found] == [
        (None, str(tmp_path)),
        (str(tmp_path), str(other)),
        (str(other), None),
    ]
    assert {outline(made, entry) for entry in found} == {
        ("audit.folder", "setting:checkpoint_folder", "done", None, "Bo")
    }
    nowhere = tmp_path / "none"
    assert said(lambda: keep_checkpoints(made, nowhere)) == (
        f"StoreError: there is no folder {nowhere}; nothing was changed"
    )


def revision(store: Store) -> int:
    with reader_of(store) as reader:
        return reader.revision()


def test_a_folder_is_kept_by_its_whole_name(
    one: Store, tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "kept").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    assert keep_checkpoints(one, "~/kept") == own_home / "kept"
    assert keep_checkpoints(one, "here") == tmp_path / "here"
    assert write_one(one.location, "~/kept", one.clock()).file.parent == own_home / "kept"


def test_a_checkpoint_says_what_the_log_is_now_to_the_second(made: Store, tmp_path: Path) -> None:
    key_file = begin_key(made)
    at = MONDAY.replace(second=7)
    written = write_one(made.location, tmp_path, Clock(at.replace(microsecond=250_000))(), made.who)
    wanted = Checkpoint(store_id(made.location), 4, head(made), at)
    assert written.checkpoint == wanted
    assert read_checkpoint(written.file, wanted.store_id, key_file.checkpoint_key) == wanted
    # The keyring may be behind the log, which another machine has written on.
    with one_moment(made.location) as plain:
        third = bytes(plain.value("SELECT hash FROM audit_entry WHERE seq = 3"))
    anchor(wanted.store_id, 3, third)
    assert write_one(made.location, tmp_path, made.clock()).checkpoint.size == 4


def test_why_there_is_no_checkpoint_is_said_in_a_line(one: Store, tmp_path: Path) -> None:
    name, now = store_id(one.location), one.clock()
    anchor(name, 3, bytes(32))
    assert said(lambda: write_one(one.location, tmp_path, now)) == (
        "StoreError: no checkpoint was written: the log is not the one that this machine's keyring "
        "remembers; look with “stagewatch audit verify”"
    )
    key_file = begin_key_again(one)
    forget_ring(name)
    assert said(lambda: write_one(one.location, tmp_path, now)) == (
        "StoreError: no checkpoint was written: this machine keeps no key of this audit log"
    )
    adopt_key(one, key_file)
    assert said(lambda: write_one(one.location, tmp_path, now)) == (
        "StoreError: no checkpoint was written: this machine adopted the log's key, another one signs"
    )
    assert not list(tmp_path.glob("*.checkpoint"))


def test_every_day_one_checkpoint_is_written_whatever_else_is_in_the_folder(
    made: Store, tmp_path: Path
) -> None:
    begin_key(made)
    assert daily_checkpoint(made.location, made.clock()) is None, "no folder has been chosen"
    keep_checkpoints(made, tmp_path)
    name = store_id(made.location)
    for other in (
        "audit-00000000-5-20261116T090000Z.checkpoint",
        f"audit-{str(name)[:8]}-5-20261115T235959Z.checkpoint",
        f"audit-{str(name)[:8]}-5-20261116T090000Z.checkpoint.bak",
    ):
        (tmp_path / other).write_text("", "utf-8")
    first = daily_checkpoint(made.location, made.clock())
    assert first is not None
    assert first.file == tmp_path / f"audit-{str(name)[:8]}-5-20261116T090000Z.checkpoint"
    assert first.checkpoint.size == 5
    # Neither later that day nor after more work, but on the next day of UTC.
    save_targets(made, {CODE: Target(1, 2)}, reason="Why", actor="Ada")
    assert daily_checkpoint(made.location, Clock(MONDAY.replace(hour=23, minute=59))()) is None
    second = daily_checkpoint(made.location, Clock(MONDAY.replace(hour=0) + DAY)())
    assert second is not None
    assert (second.checkpoint.size, second.file.parent) == (6, tmp_path)


# ----------------------------------------------------------------------------------- looking after it


def test_on_mondays_the_whole_log_is_looked_at_else_what_is_new(one: Store) -> None:
    location, tuesday = one.location, Clock(MONDAY + DAY)()

    def entries_looked_at(now: int) -> int:
        verdict, warning = look_after_log(location, now, lambda: False)
        assert (verdict.result, warning) == ("proven", None)
        return verdict.entries

    assert [entries_looked_at(now) for now in (tuesday, tuesday, one.clock(), tuesday)] == [4, 1, 4, 1]


def test_a_checkpoint_that_was_wanted_but_not_written_is_said(one: Store, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    keep_checkpoints(one, folder)
    location, now = one.location, one.clock()
    assert look_after_log(location, now, lambda: False)[1] is None
    (first,) = folder.iterdir()
    first.unlink()
    folder.rmdir()
    verdict, warning = look_after_log(location, now, lambda: False)
    assert (verdict.result, warning is not None) == ("proven", True)
    assert re.fullmatch(r"nothing can be written to \S+: No such file or directory", warning or "")
    with pytest.raises(NotVerifiedError, match="stopped"):
        look_after_log(location, now, lambda: True)


def test_of_a_log_that_was_tampered_with_no_checkpoint_is_written(one: Store, tmp_path: Path) -> None:
    keep_checkpoints(one, tmp_path)
    one.close()
    attack(one.location, "UPDATE organisation SET name = 'Southbank'")
    verdict, warning = look_after_log(one.location, one.clock(), lambda: False)
    assert (verdict.attack, warning) == ("state_edited", None)
    assert not list(tmp_path.glob("*.checkpoint"))


# ------------------------------------------------------------------------------------ who has read it


def test_a_reading_is_in_the_log_with_who_and_what(one: Store) -> None:
    note_read(one, "audit.export", "audit:log", "Everything, as CSV", actor="Bo")
    entry = told(one, 4)
    assert outline(one, entry) == ("audit.export", "audit:log", "read", "Everything, as CSV", "Bo")
    assert (entry.changes, entry.state) == ((), None)


def test_what_the_policy_refuses_is_in_the_log_with_what_it_was_about(house: House, tmp_path: Path) -> None:
    with house.by_system() as store:
        key_file = begin_key(store, lost=True)
    house.enter("Ray")
    last = house.last()
    acts: dict[str, tuple[str, Callable[[Store], object]]] = {
        "audit.key": ("audit:key", lambda store: begin_key(store, lost=True)),
        "audit.adopt": ("audit:key", lambda store: adopt_key(store, key_file)),
        "audit.folder": ("setting:checkpoint_folder", lambda store: keep_checkpoints(store, tmp_path)),
        "audit.export": ("audit:log", lambda store: note_read(store, "audit.export", "audit:log", "All")),
        "audit.review": ("audit:entries", lambda store: mark_reviewed(store, 1, 2, "Seen", actor="Ada")),
    }
    for _, act in acts.values():
        with pytest.raises(NotAllowedError):
            act(house.store)
    with pytest.raises(NotAllowedError):
        write_one(house.store.location, tmp_path, house.now, house.who)
    found = [(entry.operation, entry.target, entry.outcome) for entry in house.told(last)]
    assert found[:5] == [(operation, target, "refused") for operation, (target, _) in acts.items()]
    assert not list(tmp_path.glob("*.checkpoint"))
