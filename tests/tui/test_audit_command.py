"""`stagewatch audit list` and `show` from end to end."""

from __future__ import annotations

import pytest

from store.location import find_location
from store.reviews import mark_reviewed
from store.work import Store
from tests.store.audit_log import put_entries
from tests.tui.fake import HOSTILE
from tests.tui.line import Line

LIST_FIELDS = ["seq", "at", "actor", "actor_id", "operation", "target", "changes", "reason", "group"]


@pytest.fixture
def line(store_url: str, capsys: pytest.CaptureFixture[str]) -> Line:
    made = Line(store_url, capsys)

    def found() -> None:
        made.json("init", "--organisation", "Northbank")
        made.json("kpi", "set", "draft.ready_to_publish", "--due", "3", "--reason", "agreed with the wards")

    made.ready("a target was changed", found)
    return made


def test_the_machine_form_of_the_list(line):
    said = line.json("audit", "list")
    assert list(said) == ["entries", "next"]
    assert said["next"] is None
    newest = said["entries"][0]
    assert list(newest) == LIST_FIELDS
    assert newest["operation"] == "targets.save"
    assert newest["target"] == "target_set:2"
    assert newest["reason"] == "agreed with the wards"
    assert newest["group"] == newest["seq"]
    assert newest["at"][-6:] in ("+00:00", "+01:00"), "in the organisation's zone"
    assert newest["actor_id"] not in newest["actor"]
    assert {"field": "draft.ready_to_publish.due_days", "before": 99, "after": 3} in newest["changes"]
    numbers = [entry["seq"] for entry in said["entries"]]
    assert numbers == list(range(newest["seq"], 0, -1))


def test_pages_join_up(line):
    every = [entry["seq"] for entry in line.json("audit", "list")["entries"]]
    pages, before = [], list[str]()
    while True:
        said = line.json("audit", "list", "--limit", "2", *before)
        pages += [entry["seq"] for entry in said["entries"]]
        if said["next"] is None:
            break
        before = ["--before", str(said["next"])]
    assert pages == every


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        (("--operation", "targets"), True),
        (("--target", "target_set:2"), True),
        (("--field", "READY_to_publish"), True),
        (("--text", "WARDS"), True),
        (("--unreviewed",), True),
        (("--since", "2020-01-01"), True),
        (("--until", "2020-01-01"), False),
        (("--person", "nobody at all"), False),
        (("--text", "no such reason"), False),
    ],
)
def test_every_filter_is_an_option(line, options, fits):
    found = line.json("audit", "list", *options)["entries"]
    assert bool(found) is fits
    if fits:
        assert found[0]["operation"] == "targets.save"


def test_the_person_who_did_it_is_found_by_name(line):
    newest = line.json("audit", "list", "--limit", "1")["entries"][0]
    for said in (newest["actor"], newest["actor_id"]):
        assert newest in line.json("audit", "list", "--person", said)["entries"]


def test_one_entry_with_all_that_is_known_of_it(line):
    store = Store(find_location(line.store))
    try:
        mark_reviewed(store, 1, 2, "looked at", actor="Dee Light")
    finally:
        store.close()
    said = line.json("audit", "show", "2")
    assert list(said) == [*LIST_FIELDS, "origin", "outcome", "reviewed", "epoch", "hash", "sealed"]
    assert said["outcome"] == "done"
    assert len(said["hash"]) == 64
    (mark,) = said["reviewed"]
    assert {**mark, "at": None} == {"at": None, "by": "Dee Light", "first": 1, "last": 2, "note": "looked at"}
    assert line.json("audit", "show", "3")["reviewed"] == []
    status, out, err = line.run("audit", "show", "2")
    assert (status, err) == (0, "")
    assert "by Dee Light, entries 1 to 2: “looked at”" in out


def test_people_get_tables_and_nothing_foreign(line):
    store = Store(find_location(line.store))
    try:
        (seq,) = put_entries(store, {"actor": "x1", "reason": HOSTILE, "target": f"mapping:{HOSTILE}"})
    finally:
        store.close()
    status, out, err = line.run("audit", "list", "--limit", "2")
    assert (status, err) == (0, "")
    for said in ("Entry", "targets saved", "agreed with the wards", f"more with --before {seq - 1}"):
        assert said in out
    assert "erased person x1" in out
    shown = line.run("audit", "show", str(seq))[1]
    assert f"Entry {seq}: targets saved, mapping [31mEvil" in shown
    assert "Marked as ready to publish: due" in shown
    for text in (out, shown):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert line.run("audit", "list", "--text", "no such")[1] == "No such entries.\n"


def test_a_kept_text_is_shown_line_by_line(line):
    store = Store(find_location(line.store))
    from kpi.audit_entry import Change

    before = "\n".join(f"line {n}" for n in range(9))
    try:
        numbers = put_entries(
            store,
            {"changes": (Change("text", before, before.replace("line 8", "line eight")),)},
            {"changes": (Change("text", None, "one\ntwo"),)},
        )
    finally:
        store.close()
    changed = line.run("audit", "show", str(numbers[0]))[1]
    assert "… 6 lines that are the same" in changed
    assert any("≠" in row and "line 8" in row and "line eight" in row for row in changed.splitlines())
    new = line.run("audit", "show", str(numbers[1]))[1]
    assert any("+" in row and "two" in row for row in new.splitlines())


def test_what_makes_no_sense_is_refused_in_a_line(line):
    assert "there is no audit entry 9999; the last one is" in line.refused("audit", "show", "9999")
    days = ("--since", "2026-02-02", "--until", "2026-01-01")
    assert "lies after until" in line.refused("audit", "list", *days)
