"""The draft of targets: texts over what is in force, undone, moved to another set, put beside theirs."""

from __future__ import annotations

import pytest

from kpi.drafts import TargetChoice
from kpi.targets import Target
from tui.kpi_draft import DONE_BY, DUE, MOST_TYPED, Draft, Meeting, errors_of, fitting, taken_over
from tui.kpi_words import fitted_error

BASE = {"a": Target(10, 20), "b": Target(5, 5), "c": Target(0, 999)}


def draft() -> Draft:
    return Draft(BASE, 3, 4)


def test_what_is_to_be_saved_leaves_out_the_numbers_nobody_touched():
    one = draft()
    one.write("a", DUE, "9")
    one.write("b", DUE, "1")
    one.write("b", DONE_BY, "2")
    one.write("c", DONE_BY, "abc")
    assert one.choices == {"a": TargetChoice(9, None), "b": TargetChoice(1, 2)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("abc", "is not a number"),
        ("-1", "must not be below 0"),
        ("1000", "must not be above 999"),
        ("2.5", "must be whole working days"),
        ("", "is empty"),
        ("21", "is after done by, 20"),
    ],
)
def test_what_is_wrong_stays_as_it_was_typed_and_is_no_target(text, words):
    one = draft()
    one.write("a", DUE, text)
    assert one.text("a", DUE) == text
    assert words in errors_of(one.checked("a"))
    assert one.unsaved == one.wrong == ("a",)
    assert one.changed == {}


def test_what_reads_as_the_same_number_is_not_unsaved_and_is_tidied():
    one = draft()
    one.write("a", DUE, " 010")
    assert not one.unsaved
    one.write("a", DONE_BY, "+030")
    assert one.unsaved == ("a",)
    one.tidy("a", DONE_BY)
    assert one.text("a", DONE_BY) == "30"
    one.write("a", DONE_BY, "3o")
    one.tidy("a", DONE_BY)
    assert one.text("a", DONE_BY) == "3o"


def test_undo_is_for_a_field_or_for_all():
    one = draft()
    one.write("a", DUE, "11")
    one.write("a", DONE_BY, "12")
    one.write("b", DUE, "x")
    assert one.undo("a", DUE)
    assert not one.undo("a", DUE)
    assert one.changed == {"a": Target(10, 12)}
    one.undo_all()
    assert not one.unsaved
    assert not one.wrong


def test_a_draft_goes_over_to_another_set_with_what_still_differs():
    one = draft()
    one.write("a", DUE, "11")
    one.write("b", DONE_BY, "7")
    one.write("c", DONE_BY, "9")
    one.move_to({"a": Target(11, 20), "b": Target(5, 6)}, 5, 5)
    assert one.changed == {"b": Target(5, 7)}
    assert (one.number, one.newest) == (5, 5)


def test_what_was_saved_for_later_is_forgotten_and_what_was_typed_since_stays():
    one = draft()
    one.write("a", DUE, "11")
    one.write("b", DONE_BY, "7")
    saved = one.changed
    one.write("b", DONE_BY, "8")
    one.settle(saved)
    assert one.changed == {"b": Target(5, 8)}


def test_two_changes_are_put_together_and_only_what_both_changed_needs_a_choice():
    theirs = {**BASE, "a": Target(11, 22), "b": Target(4, 5)}
    meeting = Meeting(BASE, theirs, {"a": Target(12, 20), "c": Target(1, 999)})
    found = [(item.kpi, item.field, item.theirs, item.my_own, item.mine) for item in meeting.items]
    assert found == [
        ("a", DUE, 11, 12, None),
        ("a", DONE_BY, 22, 20, False),
        ("b", DUE, 4, 5, False),
        ("c", DUE, 0, 1, True),
    ]
    assert meeting.open == 1
    assert meeting.result == {("c", DUE): 1}
    meeting.choose(0, mine=True)
    assert (meeting.open, meeting.wrong) == (0, ())
    assert meeting.result == {("a", DUE): 12, ("c", DUE): 1}
    meeting.choose_all(mine=False)
    assert meeting.result == {}


def test_numbers_of_both_that_do_not_fit_together_are_told():
    meeting = Meeting(BASE, {**BASE, "a": Target(10, 12)}, {"a": Target(15, 20)})
    assert [item.mine for item in meeting.items] == [True, False]
    assert [(wrong.kpi, wrong.why) for wrong in meeting.wrong] == [("a", "due is after done by, 12")]
    meeting.choose_all(mine=True)
    assert meeting.wrong == ()


def test_chosen_numbers_take_the_place_of_what_was_typed():
    one = draft()
    one.write("a", DUE, "3")
    one.write("b", DUE, "1")
    one.move_to({**BASE, "a": Target(9, 20)}, 4, 5)
    taken_over(one, {("b", DUE): 2}, BASE)
    assert one.changed == {"b": Target(2, 5)}


def test_what_is_pasted_is_cleaned_and_never_cut_to_a_number():
    assert fitting(" 1\x1b0\n") == "10"
    assert fitting("10\t20") == "10 20"
    long = fitting("10" + " " * 20 + "5")
    assert len(long) == MOST_TYPED
    one = draft()
    one.write("a", DUE, long)
    assert one.wrong == ("a",)


def test_an_error_gives_its_advice_up_where_room_is_short():
    text = "■ due is not a number; write whole working days, such as 10"
    assert fitted_error(text, 80) == text
    assert fitted_error(text, 30) == "■ due is not a number"
    assert (
        fitted_error("■ due must be whole working days, without a fraction", 33)
        == "■ due must be whole working days"
    )


def test_numbers_of_kpis_that_a_store_put_in_its_place_does_not_know_are_left_out():
    one = draft()
    one.move_to({"a": Target(1, 2)}, 1, 1)
    taken_over(one, {("b", DUE): 4, ("a", DUE): 2}, ("a", "b", "c"))
    assert one.unsaved == ("a",)
    assert one.text("a", DUE) == "2"
