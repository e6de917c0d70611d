"""What a log that was tampered with looks like, attack by attack."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi.chain_verdict import Difference
from kpi.chain_walk import Anchor, Walk
from tests.kpi.sealing import (
    AUDITOR,
    BOTH,
    FIRST,
    LAST,
    LOG,
    MACHINE,
    OTHER_KEY,
    STORE,
    changed,
    checkpoint,
    edited,
    finding,
    key_at,
    keyring,
    keys_of,
    log,
    rehash,
    said,
    sealed,
    tag_with,
    text_of,
    verdict,
    walk,
)

WRONG = Difference(120, "target_set:3", "screening.due_days", "target_set:3 has 9, the log says 6")
EVERYONE = pytest.mark.parametrize("known", [AUDITOR, MACHINE, BOTH], ids=["auditor", "machine", "both"])


# ----------------------------------------------------------------------------- the attacks


@EVERYONE
def test_an_edited_entry(known):
    found = verdict(edited(LOG, 119), **known)
    assert said(found) == ("tampered", "edited", 120)
    assert (found.exit_code, found.entries, found.head) == (2, 119, LOG[118][3].hex())
    assert found.why == "entry 120 is not as it was written"


@EVERYONE
def test_a_deleted_entry(known):
    found = verdict(LOG[:119] + LOG[121:], **known)
    assert said(found) == ("tampered", "deleted", 120)
    assert found.why == "entry 120 is missing; the next one there is 122"


@EVERYONE
@pytest.mark.parametrize("other", [100, 140, 299])
@pytest.mark.parametrize("moved", [("text",), ("text", "hash"), ("text", "hash", "tag"), ("epoch", "text")])
def test_two_entries_swapped(known, other, moved):
    names = ("seq", "epoch", "text", "hash", "tag")
    one, two = (dict(zip(names, LOG[place], strict=True)) for place in (70, other))
    rows = changed(LOG, 70, **{name: two[name] for name in moved})
    rows = changed(rows, other, **{name: one[name] for name in moved})
    found = verdict(rows, **known)
    assert said(found) == ("tampered", "reordered", 71)
    assert found.why == f"entry 71 is out of its place: what belongs there stands at {other + 1}"


@EVERYONE
def test_whole_rows_swapped_but_for_their_seq(known):
    rows = [*LOG[:70], (71, *LOG[280][1:]), *LOG[71:280], (281, *LOG[70][1:]), *LOG[281:]]
    assert said(verdict(rows, **known)) == ("tampered", "reordered", 71)


def test_an_entry_edited_and_every_hash_recomputed():
    rows = rehash(edited(LOG, 119), 119)
    found = verdict(rows, **AUDITOR)
    assert said(found) == ("tampered", "rehashed", 120)
    assert found.why == "entry 120 was not sealed with the key of its time"
    # This machine has erased the key of that day: it sees it where its own key's time begins.
    assert said(verdict(rows, **MACHINE)) == ("tampered", "rehashed", 251)
    assert said(verdict(rows, **BOTH)) == ("tampered", "rehashed", 120)


def test_a_rehashed_log_is_known_by_its_checkpoint_without_a_key():
    found = verdict(rehash(edited(LOG, 119), 119), anchors=[checkpoint(LOG, 199), checkpoint(LOG)])
    assert said(found) == ("tampered", "rehashed", 200)
    assert found.why == "entry 200 is not the one that the checkpoint remembers"
    assert (found.entries, found.checkpoint) == (199, None)


@EVERYONE
def test_the_last_twenty_cut_off(known):
    found = verdict(LOG[:280], Difference(291, "target_set:3", "", ""), **known)
    assert said(found) == ("tampered", "truncated", 281)
    assert found.reconciled is False
    remembers = "the checkpoint" if known is AUDITOR else "the keyring"
    if known is not BOTH:
        why = f"the log ends with entry 280, but {remembers} remembers entry 300"
        assert found.why == f"{why}; target_set:3 still bears what was cut off"


def test_a_cut_shows_in_the_tables_even_without_an_anchor():
    found = verdict(LOG[:280], Difference(281, "setting:x", "", ""), first={1: FIRST})
    assert said(found) == ("tampered", "truncated", 281)
    assert found.why == "the log ends with entry 280, but setting:x remembers entry 281"


@EVERYONE
def test_yesterdays_file(known):
    found = verdict(LOG[:250], **known)
    assert said(found) == ("tampered", "rolled_back", 251)
    assert found.reconciled is True


def test_what_a_rollback_says():
    why = "the log ends with entry 250, but the keyring remembers entry 300; the whole store is an older one"
    assert verdict(LOG[:250], **MACHINE).why == why
    anchors = [Anchor("checkpoint", 260, b""), Anchor("keyring", 300, b"")]
    assert verdict(LOG[:250], anchors=anchors).why == why


@EVERYONE
def test_yesterdays_file_written_on(known):
    rows = sealed([*((row[1], row[2]) for row in LOG[:270]), *[(6, text_of(9))] * 40])
    found = verdict(rows, **known)
    assert said(found) == ("tampered", "rolled_back", 300)


@EVERYONE
def test_an_older_epoch_rewritten_with_the_current_key(known):
    rows = rehash(edited(LOG, 119), 119)
    rows[119:] = [tag_with(key_at(LAST), row) for row in rows[119:]]
    found = verdict(rows, **known)
    assert said(found) == ("tampered", "resealed", 120)
    assert found.why == "entry 120 was sealed with the key of a later time than its own"
    # He who has the key may also have the keyring: its head proves nothing then.
    assert said(verdict(rows, **known | {"anchors": [keyring(rows)]})) == ("tampered", "resealed", 120)


def test_an_older_epoch_rewritten_with_a_key_between():
    rows = changed(LOG, 119, tag=tag_with(key_at(5), LOG[119])[4])
    assert said(verdict(rows, **AUDITOR)) == ("tampered", "resealed", 120)
    rows = changed(LOG, 119, tag=tag_with(key_at(7), LOG[119])[4])
    assert said(verdict(rows, **AUDITOR)) == ("tampered", "rehashed", 120)
    rows = changed(LOG, 119, tag=tag_with(key_at(2), LOG[119])[4])
    assert said(verdict(rows, **AUDITOR)) == ("tampered", "rehashed", 120)


def test_a_strangers_current_key_is_known_for_a_later_one():
    rows = changed(LOG, 119, tag=tag_with(OTHER_KEY, LOG[119])[4])
    known = AUDITOR | {"current": (4, OTHER_KEY)}
    assert said(verdict(rows, **known)) == ("tampered", "resealed", 120)
    known = AUDITOR | {"current": (3, OTHER_KEY)}
    assert said(verdict(rows, **known)) == ("tampered", "rehashed", 120)


@EVERYONE
def test_a_number_changed_behind_the_apps_back(known):
    found = verdict(LOG, WRONG, **known)
    assert said(found) == ("tampered", "state_edited", 120)
    assert found.why == "target_set:3 has 9, the log says 6"
    assert (found.reconciled, found.entries) == (False, 300)
    at_the_end = Difference(300, "setting:x", "value", "value differs")
    assert said(verdict(LOG, at_the_end, **known)) == ("tampered", "state_edited", 300)


def test_a_record_that_no_entry_speaks_of():
    found = verdict(LOG, Difference(0, "setting:x", "", "setting:x is there"), **BOTH)
    assert said(found) == ("tampered", "state_edited", None)


def test_the_log_comes_before_the_tables():
    assert verdict(edited(LOG, 199), WRONG, **BOTH).attack == "edited"
    assert said(verdict(LOG, WRONG)) == ("tampered", "state_edited", 120)


# -------------------------------------------------------------------------- attacks of other kinds


def test_a_forged_entry_at_the_end():
    rows = [*LOG, rehash([*LOG, (301, 6, text_of(301), b"", bytes(32))], 300)[-1]]
    assert said(verdict(rows, **MACHINE)) == ("tampered", "rehashed", 301)


def test_an_entry_of_an_epoch_that_is_over():
    rows = rehash(changed(LOG, 119, epoch=2))
    rows[119] = tag_with(key_at(2), rows[119])
    found = verdict(rows, first={1: FIRST})
    assert said(found) == ("tampered", "rehashed", 120)
    assert found.why == "entry 120 claims to be of the epoch 2, which cannot be"


@pytest.mark.parametrize("epoch", [1_000_001, 2**63 - 1])
def test_an_epoch_that_nobody_gets_to(epoch):
    rows = rehash(changed(LOG, 119, epoch=epoch))
    for known in (AUDITOR, {}):
        assert said(verdict(rows, **known)) == ("tampered", "rehashed", 120)


def test_looking_for_a_later_key_comes_to_an_end():
    rows = changed(changed(LOG, 119, tag=bytes(32)), 200, epoch=2**62)
    walking = walk(rows, **AUDITOR)
    assert (finding(walking).attack, finding(walking).first_bad) == ("rehashed", 120)


def test_the_last_epoch_there_can_be():
    rows = sealed(
        [(1, text_of(1, key=FIRST)), (1_000_000, text_of(2))], key=lambda epoch: bytes([epoch % 7]) * 32
    )
    assert walk(rows).finding is None


@pytest.mark.parametrize("tag", [None, b"", bytes(31), "0" * 32], ids=repr)
@pytest.mark.parametrize("known", [AUDITOR, MACHINE, {}], ids=["auditor", "machine", "nobody"])
def test_a_seal_taken_off(tag, known):
    found = verdict(changed(LOG, 119, tag=tag), **known)
    assert said(found) == ("tampered", "rehashed", 120)


def test_a_seal_put_on():
    rows = changed(log([0, 0, 1]), 1, tag=bytes(32))
    found = verdict(rows)
    assert said(found) == ("tampered", "rehashed", 2)
    assert found.why == "the seal of entry 2 was taken off or put on by hand"


@pytest.mark.parametrize("cell", [None, "", b"", 1.5, -1, 2**70, "\ud800"], ids=repr)
@pytest.mark.parametrize("name", ["epoch", "text", "hash"])
def test_anything_may_stand_in_a_cell(name, cell):
    found = verdict(changed(LOG, 119, **{name: cell}), **BOTH)
    assert said(found) == ("tampered", "edited", 120)


def test_rows_of_any_shape_do_not_hide_what_belongs_elsewhere():
    rows = changed(changed(LOG, 100, text=None), 200, text=LOG[70][2])
    rows = changed(rows, 70, text=LOG[200][2])
    rows.insert(90, (None, 1, LOG[70][2], None, None))
    walking = Walk(STORE, lambda seq: [row for row in rows if row[0] is None or row[0] >= seq])
    walking.feed(rows)
    assert finding(walking).why == "entry 71 is out of its place: what belongs there stands at 201"


@pytest.mark.parametrize("seq", [None, "120", -3, 119, 0, b"", 120.5], ids=repr)
def test_a_row_with_a_number_of_no_entry(seq):
    walking = Walk(STORE, lambda seq: [])
    walking.feed(changed(LOG, 119, seq=seq))
    assert (finding(walking).first_bad, finding(walking).attack) == (120, "edited")
    assert finding(walking).why == "where entry 120 should be stands one with another number"


def test_another_stores_log():
    walking = Walk(UUID(int=1), lambda seq: [], first={1: FIRST})
    walking.feed(LOG)
    assert (finding(walking).first_bad, finding(walking).attack) == (1, "edited")


def test_nothing_more_is_looked_at_after_a_finding():
    walking = walk(edited(LOG, 119), **BOTH)
    found = walking.finding
    walking.feed(LOG[119:])
    assert (walking.finding, walking.seq) == (found, 119)


CELLS = st.tuples(st.integers(0, 29), st.sampled_from(["seq", "epoch", "text", "hash", "tag"]))
SHORT = log([1 + place // 10 for place in range(30)])


@given(CELLS, st.data())
def test_any_byte_changed_anywhere_is_found(cell, data):
    place, name = cell
    row = dict(zip(("seq", "epoch", "text", "hash", "tag"), SHORT[place], strict=True))
    old = row[name]
    if isinstance(old, int):
        new = data.draw(st.integers(0, 63).map(lambda bit: old ^ (1 << bit)))
    else:
        raw = bytearray(old.encode() if isinstance(old, str) else old)
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
        new = bytes(raw) if isinstance(old, bytes) else raw.decode(errors="surrogateescape")
    rows = changed(SHORT, place, **{name: new})
    if name == "seq":  # the database gives them in ascending order, and holds one of each
        assume(new not in range(1, 31))
        rows.sort(key=lambda row: row[0])
    found = verdict(rows, first={1: FIRST}, anchors=[keyring(SHORT)])
    assert found.result == "tampered"
    if name != "seq":
        assert found.first_bad == place + 1


@given(st.data())
def test_no_edit_that_keeps_the_hashes_right_is_missed(data):
    place = data.draw(st.integers(0, 29))
    rows = rehash(changed(SHORT, place, text=text_of(place + 1, key=FIRST, words="forged")), place)
    sealing = data.draw(st.sampled_from([None, OTHER_KEY, *(key_at(each) for each in (2, 3))]))
    if sealing is not None:
        rows[place:] = [tag_with(sealing, row) for row in rows[place:]]
    for known in keys_of(3):
        assert verdict(rows, anchors=[keyring(SHORT)], **known).result == "tampered"
