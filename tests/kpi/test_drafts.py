"""What is typed into a draft, and two drafts put together."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.catalogue import built_in
from kpi.drafts import all_targets, check_pair, differences, merge, read_days, write_targets
from kpi.targets import Target, TargetError, TargetSet, load_changes, load_targets

CATALOGUE = built_in()
CODES = [kpi.code for kpi in CATALOGUE.kpis]
TARGETS = st.tuples(st.integers(0, 999), st.integers(0, 999)).map(lambda pair: Target(*sorted(pair)))
SETS = st.lists(TARGETS, min_size=len(CODES), max_size=len(CODES)).map(
    lambda found: dict(zip(CODES, found, strict=True))
)


@pytest.mark.parametrize(
    ("text", "days"), [("0", 0), ("7", 7), (" 10 ", 10), ("999", 999), ("007", 7), ("+3", 3), ("-0", 0)]
)
def test_whole_days_are_read(text: str, days: int) -> None:
    assert read_days(text) == days


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("abc", "not a number"),
        ("1e3", "not a number"),
        ("-", "not a number"),
        ("--1", "not a number"),
        ("١٢", "not a number"),
        ("1.2.3", "not a number"),
        ("2.5", "without a fraction"),
        ("2,5", "without a fraction"),
        ("3.0", "without a fraction"),
        ("-1", "below 0"),
        ("−1", "below 0"),
        ("1000", "above 999"),
        ("9" * 5000, "above 999"),
        ("10 days", "not a number"),
    ],
)
def test_anything_else_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        read_days(text)


@given(st.text(max_size=20))
def test_any_text_is_a_number_of_days_or_an_error(text: str) -> None:
    with suppress(TargetError):
        assert 0 <= read_days(text) <= 999


def test_errors_stand_beside_their_fields() -> None:
    assert check_pair("3", "5") == (Target(3, 5), None, None)
    assert check_pair("5", "5").target == Target(5, 5)
    after = check_pair("6", "5")
    assert after.target is None
    assert after.due_error == "is after done by, 5"
    assert after.done_by_error is None
    both = check_pair("abc", "")
    assert both.target is None
    assert both.due_error is not None
    assert "number" in both.due_error
    assert both.done_by_error is not None
    assert "empty" in both.done_by_error


@given(SETS, SETS)
def test_differences_name_what_differs_in_order(before: dict[str, Target], after: dict[str, Target]) -> None:
    found = differences(before, after, CATALOGUE)
    assert [change.kpi for change in found] == [code for code in CODES if before[code] != after[code]]
    assert {**before, **{change.kpi: change.after for change in found}} == after


@given(SETS, SETS, SETS)
def test_merging_takes_each_change_and_asks_where_both_changed(
    base: dict[str, Target], theirs: dict[str, Target], mine: dict[str, Target]
) -> None:
    merged = merge(base, theirs, mine)
    clashing = {(clash.kpi, clash.field) for clash in merged.clashes}
    for code in CODES:
        for place, field in enumerate(("due_days", "done_by_days")):
            was, they, me = (getattr(one[code], field) for one in (base, theirs, mine))
            got = merged.fields[code][place]
            if they == was:
                assert got == me
            elif me in (was, they):
                assert got == they
            else:
                assert got == they
                assert (code, field) in clashing
                continue
            assert (code, field) not in clashing
    for clash in merged.clashes:
        numbers = (getattr(one[clash.kpi], clash.field) for one in (base, theirs, mine))
        assert (clash.base, clash.theirs, clash.mine) == tuple(numbers)


@given(SETS)
def test_what_is_written_reads_back_the_same(targets: dict[str, Target]) -> None:
    text = write_targets(targets, targets)
    assert load_targets(text, CATALOGUE) == targets
    assert load_changes(text, CATALOGUE) == targets


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, "[default]\ndue = " + "9" * 5000 + "\ndone_by = 1", "due = "]
)
def test_a_hostile_file_gets_one_line(text: str) -> None:
    for load in (load_changes, load_targets):
        with pytest.raises(TargetError, match="not a TOML file") as caught:
            load(text, CATALOGUE)
        assert "\n" not in str(caught.value)
    with pytest.raises(TargetError, match="got 9999") as caught:
        load_changes("[default]\ndue = " + "9" * 4000 + "\ndone_by = 1", CATALOGUE)
    assert len(str(caught.value)) < 200


def test_a_change_leaves_out_what_its_file_does_not_name() -> None:
    one = '[targets."draft.ready_to_publish"]\ndue = 1\ndone_by = 2\n'
    assert load_changes(one, CATALOGUE) == {"draft.ready_to_publish": Target(1, 2)}
    every = load_changes("[default]\ndue = 4\ndone_by = 5\n" + one, CATALOGUE)
    assert every == dict.fromkeys(CODES, Target(4, 5)) | {"draft.ready_to_publish": Target(1, 2)}
    assert all_targets(TargetSet(1, {}), CATALOGUE) == dict.fromkeys(CODES, Target(99, 99))
