"""A clean log is proven, with what it takes; nothing else ever is."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi.chain_verdict import Verdict, judge, unreadable
from kpi.chain_walk import Anchor
from tests.kpi.sealing import (
    AUDITOR,
    BOTH,
    FIRST,
    LAST,
    LOG,
    MACHINE,
    OTHER_KEY,
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

EVERYONE = pytest.mark.parametrize("known", [AUDITOR, MACHINE, BOTH], ids=["auditor", "machine", "both"])


# ------------------------------------------------------------------------------------- a clean log


@EVERYONE
def test_a_clean_log_is_proven(known):
    found = verdict(LOG, **known)
    assert said(found) == ("proven", None, None)
    assert (found.exit_code, found.entries, found.reconciled) == (0, 300, True)
    assert found.head == LOG[-1][3].hex()
    assert found.checkpoint == (None if known is MACHINE else 300)


def test_the_proof_says_what_it_rests_on():
    whole = "300 entries, each as it was written and where it was written"
    assert verdict(LOG, **MACHINE).why == f"{whole}; the keyring remembers the last"
    known = {**AUDITOR, "anchors": [checkpoint(LOG, 99)]}
    later = "the checkpoint remembers entry 100, so later ones could have been cut off"
    assert verdict(LOG, **known).why == f"{whole}; {later}"


@st.composite
def epochs(draw):
    """Epochs of a log, now and then none at the beginning, and no key for a while in between."""
    steps = draw(st.lists(st.sampled_from([0, 0, 0, 1]), max_size=40))
    return [0] * draw(st.integers(0, 3)) + [1, *accumulate(steps, initial=1)]


@given(epochs(), st.data())
def test_clean_logs_give_no_false_alarm(ages, data):
    rows, last = log(ages), ages[-1]
    anchors = [keyring(rows), checkpoint(rows, data.draw(st.integers(0, len(rows) - 1)))]
    portion = data.draw(st.integers(1, len(rows)))
    for known in keys_of(last):
        walking = walk(rows, portion=portion, anchors=anchors, **known)
        unsealed = ages[ages.index(1) :].count(0)
        assert (walking.finding, walking.unsealed) == (None, unsealed)
        assert (walking.seq, walking.hash, walking.epoch) == (len(rows), rows[-1][3], last)
        assert judge(walking, None).result == ("not_provable" if unsealed else "proven")


def test_a_thousand_clean_logs_give_no_false_alarm():
    rng = random.Random(5)
    for _ in range(1_000):
        steps = [rng.random() < 0.2 for _ in range(rng.randrange(40))]
        rows = log(list(accumulate(steps, initial=1)))
        last = rows[-1][1]
        known = rng.choice(keys_of(last))
        assert verdict(rows, anchors=[keyring(rows)], **known).result == "proven"


def test_a_keyring_that_a_crash_left_behind_still_proves():
    known: dict[str, Any] = {"current": (4, key_at(4)), "anchors": [keyring(LOG, 170)]}
    assert verdict(LOG, **known).result == "proven"


def test_a_walk_says_from_which_epoch_it_could_check_tags():
    assert walk(LOG, **AUDITOR).checked_from == 1
    assert walk(LOG, **MACHINE).checked_from == LAST
    assert walk(LOG).checked_from is None
    assert [walk(LOG, **known).unchecked for known in (AUDITOR, MACHINE, {})] == [0, 250, 300]


def test_a_walk_holds_the_anchors_it_met():
    anchors = [keyring(LOG), checkpoint(LOG, 9), checkpoint(LOG, 299), Anchor("keyring", 301, bytes(32))]
    walking = walk(LOG, portion=7, anchors=anchors)
    assert walking.met == [anchors[1], anchors[0], anchors[2]]
    assert walking.ahead == [anchors[3]]


# ------------------------------------------------------------------------------------ not provable


def test_without_a_key():
    found = verdict(LOG, anchors=[keyring(LOG)])
    assert (found.result, found.exit_code) == ("not_provable", 3)
    assert found.why == "there is no key at hand for this log; give the auditor's with --key-file"


@pytest.mark.parametrize("known", keys_of(LAST), ids=["auditor", "machine"])
def test_without_an_anchor(known):
    found = verdict(LOG, **known)
    assert found.result == "not_provable"
    assert found.why == "nothing at hand remembers how long the log was; give a checkpoint with --checkpoint"


@given(st.binary(min_size=32, max_size=32), st.integers(1, 8))
def test_a_wrong_key_never_proves(key, epoch):
    assume(key != key_at(epoch))
    anchors = [keyring(LOG)]
    found = verdict(LOG, first={epoch: key}, anchors=anchors)
    assert found.result == "not_provable"
    assert found.why == "the key is not this log's: the log does not bear its fingerprint"
    assert verdict(LOG, first={epoch: key}, current=(LAST, key_at(LAST)), anchors=anchors).exit_code == 3
    assert verdict(LOG, current=(epoch, key), anchors=anchors).result != "proven"


def test_the_right_key_for_the_wrong_epoch_is_not_this_logs():
    assert verdict(LOG, first={2: key_at(2)}, anchors=[keyring(LOG)]).result == "not_provable"


def test_a_key_that_is_still_to_come_proves_nothing():
    assert verdict(LOG, current=(7, key_at(7)), anchors=[keyring(LOG)]).result == "not_provable"


def test_entries_written_without_a_key():
    rows = log([0, 0, 1, 1, 2, 0, 2, 0, 0, 3])
    for known in keys_of(3):
        found = verdict(rows, anchors=[keyring(rows)], **known)
        assert (found.result, found.why) == (
            "not_provable",
            "3 entries were written without a key after the log had one",
        )
    walking = walk(rows, first={1: FIRST}, anchors=[keyring(rows)], portion=3)
    assert (walking.unsealed, walking.unchecked, walking.finding) == (3, 9, None)


def test_a_seal_is_looked_at_again_after_entries_without_a_key():
    rows = changed(log([1, 0, 1]), 2, tag=bytes(32))
    assert said(verdict(rows, first={1: FIRST})) == ("tampered", "rehashed", 3)


def test_a_doubt_from_elsewhere_keeps_a_log_from_being_proven():
    walking = walk(LOG, **BOTH)
    found = judge(walking, None, doubt="the checkpoint is not signed by this log's key")
    assert (found.result, found.why) == ("not_provable", "the checkpoint is not signed by this log's key")
    assert judge(walk(edited(LOG, 9), **BOTH), None, doubt="a doubt").result == "tampered"


def test_tables_that_nobody_looked_at():
    found = judge(walk(LOG, **BOTH), None, reconciled=False)
    assert (found.result, found.reconciled) == ("not_provable", None)
    assert found.why == "the tables were not compared with the log"


def test_a_log_that_cannot_be_read():
    found = unreadable("the store cannot be opened")
    assert found == Verdict("unreadable", 0, None, None, None, None, None, "the store cannot be opened")
    assert found.exit_code == 4


def test_an_empty_log_proves_nothing():
    found = verdict([], first={1: FIRST})
    assert (found.result, found.entries, found.head) == ("not_provable", 0, None)
    assert said(verdict([], **MACHINE)) == ("tampered", "rolled_back", 1)


def test_an_anchor_of_no_entry_proves_nothing():
    known: dict[str, Any] = {"first": {1: FIRST}, "anchors": [Anchor("checkpoint", 0, bytes(32))]}
    assert verdict(LOG, **known).result == "not_provable"


# -------------------------------------------------------------------------------- a new key begins


NEW = b"n" * 32


def new_key_log(new_text=None):
    """Two epochs under one key, a stretch without, then two epochs under another key."""
    ages = [1, 1, 2, 2, 0, 3, 3, 4, 4]
    texts = [text_of(seq + 1) for seq in range(9)]
    texts[0], texts[5] = text_of(1, key=FIRST), new_text or text_of(6, key=NEW)
    return sealed(
        list(zip(ages, texts, strict=True)),
        key=lambda epoch: key_at(epoch) if epoch < 3 else key_at(epoch, first=NEW, begins=3),
    )


RENEWED = new_key_log()


def test_a_log_with_a_new_key_needs_both_keys():
    walking = walk(RENEWED, first={1: FIRST, 3: NEW}, anchors=[keyring(RENEWED)])
    assert (walking.finding, walking.unchecked, walking.keys.unconfirmed) == (None, 5, set())


def test_a_log_with_a_new_key_that_is_not_at_hand():
    walking = walk(RENEWED, first={1: FIRST}, anchors=[keyring(RENEWED, 5)])
    assert (walking.finding, walking.unchecked) == (None, 9)
    rows = [row for row in RENEWED if row[0] != 5]
    rows = rehash([(place, *row[1:]) for place, row in enumerate(rows, 1)])
    keys = [key_at(1)] * 2 + [key_at(2)] * 2 + [NEW] * 2 + [key_at(4, first=NEW, begins=3)] * 2
    rows = [tag_with(key, row) for key, row in zip(keys, rows, strict=True)]
    found = verdict(rows, first={1: FIRST}, anchors=[keyring(rows, 5)])
    assert (found.result, found.why) == ("not_provable", "entry 8 is sealed with a key that is not at hand")
    assert verdict(rows, first={1: FIRST}, anchors=[keyring(rows)]).result == "proven"
    assert verdict(rows, current=(4, keys[7]), anchors=[keyring(rows)]).result == "proven"
    assert verdict(rows, current=(3, NEW), anchors=[keyring(rows)]).result == "proven"
    # The old key says nothing about what came after it, right or wrong.
    found = verdict(rows, current=(2, key_at(2)), anchors=[keyring(rows, 4)])
    assert (found.result, found.why) == ("not_provable", "entry 8 is sealed with a key that is not at hand")
    # A key of that epoch which does not bear the fingerprint is not tried.
    found = verdict(rows, first={1: FIRST}, current=(3, OTHER_KEY), anchors=[keyring(rows, 4)])
    assert found.result == "not_provable"


@pytest.mark.parametrize(
    "text",
    [
        text_of(6),
        text_of(6, words="audit.key"),
        "audit.key",
        text_of(6, key=NEW).replace('"fingerprint"', '"finger"'),
        text_of(6, key=NEW).replace('"checkpoint_key"', '"fingerprint"'),
        text_of(6, key=NEW).replace(
            '"after":"' + text_of(6, key=NEW).split('"after":"')[2][:32] + '"', '"after":7'
        ),
    ],
)
def test_a_new_key_that_the_log_does_not_speak_of_is_a_forgery(text):
    found = verdict(new_key_log(text), first={1: FIRST})
    assert said(found) == ("tampered", "rehashed", 6)


# ---------------------------------------------------------------------- from where it was verified


def start(place):
    return LOG[place - 1][0], LOG[place - 1][3]


def test_only_what_came_after_is_held_to_the_chain():
    rows = edited(LOG, 99)
    walking = walk(rows[199:], portion=30, start=start(200), **MACHINE)
    assert (walking.finding, walking.entries, walking.seq) == (None, 101, 300)
    assert [one.name for one in walking.met] == ["last verification", "keyring"]
    assert judge(walking, None).result == "proven"
    assert finding(walk(edited(LOG, 250)[199:], start=start(200), **MACHINE)).first_bad == 251


def test_nothing_new_since():
    walking = walk(LOG[299:], start=start(300), **MACHINE)
    assert (walking.finding, walking.entries, walking.hash) == (None, 1, LOG[-1][3])
    found = judge(walking, None)
    assert (found.result, found.entries, found.last) == ("proven", 1, 300)


@pytest.mark.parametrize("verified", [200, 300])
def test_what_was_verified_before_does_not_stand_in_for_a_key(verified):
    walking = walk(LOG[verified - 1 :], start=start(verified), anchors=[keyring(LOG)])
    assert judge(walking, None).result == "not_provable"


def test_the_verified_entry_is_another_one():
    walking = walk(rehash(edited(LOG, 99), 99)[199:], start=start(200), **MACHINE)
    assert (finding(walking).first_bad, finding(walking).attack) == (200, "rehashed")
    assert finding(walking).why == "entry 200 is not the one that the last verification remembers"
    walking.feed(LOG[200:])
    assert walking.seq == 199


def test_the_verified_entry_is_gone():
    assert finding(walk(LOG[200:], start=start(200), **MACHINE)).attack == "deleted"
    walking = walk([], start=start(200), anchors=[keyring(LOG, 209)])
    walking.feed([])
    assert walking.finding is None
    assert said(judge(walking, None)) == ("tampered", "rolled_back", 200)


def test_an_anchor_before_the_verified_entry_says_nothing():
    known: dict[str, Any] = {
        "start": start(200),
        "anchors": [checkpoint(LOG, 9), Anchor("keyring", 199, b"")],
    }
    walking = walk(LOG[199:], **known)
    assert ([one.seq for one in walking.met], walking.ahead) == ([200], [])
