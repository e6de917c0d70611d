"""The audit chain's format, pinned: whoever changes it breaks every log that exists."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.audit_entry import Change, Entry, EntryError, entry_text, read_entry
from kpi.chain import canonical, entry_hash, entry_tag, fingerprint, genesis, next_key
from kpi.errors import StagewatchError

STORE = UUID("00112233-4455-6677-8899-aabbccddeeff")
KEY = bytes(range(32))
TEXT = (
    '{"actor":"u7","at":1763380800000000,"changes":[{"after":6,"before":5,"field":"screening.due_days"},'
    '{"after":null,"before":"näher","field":"note"}],"group":2,"operation":"targets.save","origin":"app",'
    '"outcome":"done","reason":"Frühjahr „neu“","state":"","target":"target_set:3"}'
)
ENTRY = Entry(
    seq=2,
    at=1_763_380_800_000_000,
    actor="u7",
    operation="targets.save",
    target="target_set:3",
    changes=(Change("screening.due_days", 5, 6), Change("note", "näher", None)),
    reason="Frühjahr „neu“",
    group=2,
    origin="app",
    outcome="done",
    state="",
)
VALUES = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]))
WORDS = st.text(st.characters(exclude_categories=["Cs"]))
ENTRIES = st.builds(
    Entry,
    seq=st.integers(1),
    at=st.integers(),
    actor=WORDS,
    operation=WORDS,
    target=WORDS,
    changes=st.lists(st.builds(Change, WORDS, VALUES, VALUES), max_size=3).map(tuple),
    reason=st.none() | WORDS,
    group=st.integers(1),
    origin=st.sampled_from(["app", "command line", "import", "system"]),
    outcome=st.sampled_from(["done", "refused", "read"]),
    state=st.sampled_from([None, "", "0123456789abcdef" * 4]),
)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def test_the_format_is_what_a_stranger_computes_with_hashlib_alone():
    store, before = bytes.fromhex("00112233445566778899aabbccddeeff"), bytes(range(32, 64))
    place = b"\0\0\0\0\0\0\1\2" + b"\0\0\0\0\0\0\0\3"
    hashed = sha(b"\1", store, place, before, sha(b"\0", TEXT.encode()))
    assert entry_hash(STORE, 258, 3, before, TEXT) == hashed
    assert genesis(STORE) == sha(b"\4", store)
    assert entry_tag(KEY, hashed) == hmac.new(KEY, b"\2" + hashed, hashlib.sha256).digest()
    assert next_key(KEY, STORE, 258) == hmac.new(KEY, b"\3" + store + place[:8], hashlib.sha256).digest()
    assert fingerprint(KEY, STORE) == sha(b"\5", store, KEY).hex()[:32]


def test_golden_vectors():
    start = genesis(STORE)
    assert start.hex() == "977838a8d3e36240507ba98696729f47576426a2c52b05c35adbd66602487fe4"
    one = entry_hash(STORE, 1, 0, start, "{}")
    assert one.hex() == "196a757e48613e501ea0aaa1fe20c232373473f862877b91e4915cb8be1737ae"
    two = entry_hash(STORE, 2, 1, one, TEXT)
    assert two.hex() == "f9a3137b5cef9da4d85f59c3d36baad1f1f52055ce5508a4712b441dfe6e62b8"
    assert entry_tag(KEY, two).hex() == "74ab0a9a557e31e146a075e5d8df3d3f64600b1b06024bf3dd594599b0f72505"
    assert next_key(KEY, STORE, 2).hex() == "4d843745e1e49d2dd0b0d51b146a3663b2f077922246a0018e7b69bc75371b5a"
    assert fingerprint(KEY, STORE) == "3686e987b0883672324fc300337e5e47"


def test_an_entry_is_written_as_pinned_and_read_back():
    assert entry_text(ENTRY) == TEXT
    assert read_entry(2, TEXT) == ENTRY


def test_names_are_sorted_at_every_depth_and_text_is_written_as_it_is():
    assert canonical({"b": [{"z": "ö\n", "a": 1}], "a": None}) == '{"a":null,"b":[{"a":1,"z":"ö\\n"}]}'


@pytest.mark.parametrize("number", [1.5, 1.0, float("nan"), float("inf"), -float("inf")])
def test_a_fraction_is_not_written(number):
    with pytest.raises(ValueError, match=r"^an audit entry holds whole numbers only, not [0-9NI-]"):
        canonical({"a": [number]})


@given(ENTRIES)
def test_every_entry_is_read_as_it_was_written(entry):
    assert read_entry(entry.seq, entry_text(entry)) == entry


NOT_AN_ENTRY = "^audit entry 7 cannot be read: its text is not that of an entry$"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1", "{}", "[" * 100_000, "9" * 5_000, TEXT + "x"])
def test_text_that_is_no_entry_is_said_in_one_line(text):
    with pytest.raises(EntryError, match=NOT_AN_ENTRY) as caught:
        read_entry(7, text)
    assert isinstance(caught.value, StagewatchError)


@pytest.mark.parametrize("name", sorted(json.loads(TEXT)))
def test_an_entry_lacks_no_field(name):
    record = json.loads(TEXT)
    del record[name]
    with pytest.raises(EntryError, match=NOT_AN_ENTRY):
        read_entry(7, canonical(record))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("actor", 1),
        ("actor", None),
        ("operation", None),
        ("target", ["target_set:3"]),
        ("at", "1"),
        ("at", True),
        ("group", None),
        ("group", False),
        ("reason", 1),
        ("origin", "elsewhere"),
        ("origin", []),
        ("outcome", "perhaps"),
        ("outcome", None),
        ("state", "ab"),
        ("state", "A" * 64),
        ("state", "a" * 65),
        ("state", 0),
        ("changes", None),
        ("changes", {}),
        ("changes", [1]),
        ("changes", [{"after": 1, "before": 1}]),
        ("changes", [{"after": 1, "before": 1, "field": "a", "seq": 1}]),
        ("changes", [{"after": 1, "before": 1, "field": 1}]),
        ("changes", [{"after": [], "before": 1, "field": "a"}]),
        ("changes", [{"after": 1, "before": {}, "field": "a"}]),
        ("changes", [{"after": 1, "before": 2, "field": "a"}, None]),
        ("seq", 7),
    ],
)
def test_an_entry_holds_what_its_fields_are_for(name, value):
    with pytest.raises(EntryError, match=NOT_AN_ENTRY):
        read_entry(7, canonical(json.loads(TEXT) | {name: value}))


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace(":6,", ": 6,"),
        TEXT.replace('"actor":"u7"', '"actor":"u8","actor":"u7"'),
        TEXT.replace("ä", "\\u00e4"),
        TEXT.replace('"u7"', '"\\ud800"'),
        TEXT + " ",
        '{"target":"target_set:3",' + TEXT[1:].replace(',"target":"target_set:3"', ""),
    ],
)
def test_an_entry_is_written_in_one_way_only(text):
    with pytest.raises(
        EntryError, match=r"^audit entry 7 cannot be read: its text is not written as the log"
    ):
        read_entry(7, text)


def test_a_fraction_is_not_read():
    with pytest.raises(EntryError, match=NOT_AN_ENTRY):
        read_entry(7, TEXT.replace(":6,", ":6.0,"))


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), WORDS)
def test_a_hash_is_bound_to_its_place_its_store_and_its_text(seq, epoch, before, text):
    there = entry_hash(STORE, seq, epoch, before, text)
    assert there != entry_hash(UUID(int=1), seq, epoch, before, text)
    assert there != entry_hash(STORE, seq + 1, epoch, before, text)
    assert there != entry_hash(STORE, seq, epoch + 1, before, text)
    assert there != entry_hash(STORE, seq, epoch, bytes(32), text) or before == bytes(32)
    assert there != entry_hash(STORE, seq, epoch, before, text + "0")


def test_seq_is_not_in_the_text():
    assert entry_text(replace(ENTRY, seq=9)) == TEXT
