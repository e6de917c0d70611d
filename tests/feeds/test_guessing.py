"""What a suggestion is made of: forms of dates, kinds of columns, activities known by their words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.acts import ACTIVITY_EVENTS
from kpi.catalogue import load_catalogue
from store.feeds.peeking import Peek
from store.feeds.suggesting import suggest
from tests.feeds.test_suggesting import BUILT_IN, EVENTS, LONDON, fields, look, ours, suggested


def test_dates_that_could_be_either_are_a_doubt_and_no_guess():
    found = suggested({**EVENTS, "date": ["03/04/2026", "01/01/2026"] * 5})
    assert fields(found)["at"] == "date"
    assert found.date_formats == ()
    (doubt,) = found.doubts
    assert "03/04/2026 in “date” could be 3 April or 4 March: say which" in doubt


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["03/04/2026", "13/04/2026"], ("DD/MM/YYYY",)),
        (["03/04/2026", "04/13/2026"], ("MM/DD/YYYY",)),
        (["03.04.26 9:30", "13.04.26 19:30"], ("DD.MM.YY HH:mm",)),
        (["3 Apr 2026", "13 May 2026"], ("DD MMM YYYY",)),
        (["2026-04-03", "2026-04-03T10:00Z"], ()),
        (["2026-04-03", "13/04/2026"], ("DD/MM/YYYY",)),
        (["13/04/2026", "13/04/2026 10:00"], ("DD/MM/YYYY", "DD/MM/YYYY HH:mm")),
        (["Fri, 03 Apr 2026 10:00:00 +0100"], ("%a, %d %b %Y %H:%M:%S %z",)),
    ],
)
def test_the_forms_of_dates_are_found(values, formats):
    found = suggested({**EVENTS, "date": values * 5})
    assert set(found.date_formats) == set(formats)
    assert found.doubts == ()


def test_one_column_settles_for_another_what_comes_first():
    found = suggested({**EVENTS, "date": ["03/04/2026 10:00"] * 10, "closing date": ["25/04/2026"] * 10})
    assert set(found.date_formats) == {"DD/MM/YYYY", "DD/MM/YYYY HH:mm"}
    assert found.doubts == ()


def test_both_orders_in_one_file_are_said():
    found = suggested({**EVENTS, "date": ["13/04/2026", "04/13/2026"] * 5})
    assert set(found.date_formats) == {"DD/MM/YYYY", "MM/DD/YYYY"}
    assert "quarantine" in found.doubts[0]


def test_a_value_that_is_no_time_is_said():
    found = suggested({**EVENTS, "date": [f"2026-04-{n:02d}" for n in range(1, 20)] + ["n/a"]})
    assert fields(found)["at"] == "date"
    assert found.doubts == ("“n/a” in “date” is no time: such rows go to quarantine",)


def test_only_times_are_a_time_and_only_ids_that_never_come_twice_an_event_id():
    found = suggested({**EVENTS, "date": ["soon", "later"] * 5, "id": ["1", "2"] * 5})
    assert set(fields(found)) == {"event", "listing"}
    assert "no column looks like the time: say which is “at”" in found.doubts


def test_the_only_column_of_times_is_the_time_whatever_it_is_called():
    found = suggested({**EVENTS, "zeit": [f"2026-04-{n:02d} 10:00" for n in range(1, 11)]})
    assert fields(found)["at"] == "zeit"


def test_values_can_tell_which_column_is_the_activity():
    samples = {**EVENTS, "was": ["Offer sent", "Offer declined"] * 5}
    assert fields(suggested(samples))["event"] == "status"
    assert fields(suggested({**samples, "status": ["x", "y"] * 5}))["event"] == "was"
    assert fields(suggested({name: samples[name] for name in ("job", "was")}))["event"] == "was"


def test_persons_are_never_the_listing():
    found = suggested({"vacancy": ["Dee Light", "Al Pine", "Hazel Nutt"], "status": ["Published"] * 3})
    assert "listing" not in found.columns
    titles = suggested(
        {"vacancy": ["Staff Nurse", "Data Engineer", "Ward Clerk"], "status": ["Published"] * 3}
    )
    assert fields(titles)["listing"] == "vacancy"


def test_an_applicant_stands_for_a_listing_only_with_a_doubt():
    found = suggested({"applicant": ["A-1", "A-2"] * 5, "status": ["Offer sent"] * 10})
    assert fields(found)["listing"] == "applicant"
    assert "application" not in found.columns
    assert "“applicant”" in found.doubts[0]


def test_columns_of_something_else_are_left_alone():
    found = suggested(
        {
            "location": ["Leeds"], "gender": ["f"], "date of birth": ["1980-01-02"], "salary": ["20000"],
            "age": ["46"], "job location": ["Leeds"], "from stage": ["Published"], "xyz": ["1"],
        }
    )  # fmt: skip
    assert fields(found) == {}


@pytest.mark.parametrize(
    ("activity", "event"),
    [
        ("Vacancy went live", "listing_published"),
        ("JobPosted", "listing_published"),
        ("Offer Declined By Candidate", "offer_rejected"),
        ("Offer rescinded", "offer_withdrawn"),
        ("contract signed", "contract_accepted"),
        ("Ready to select who to interview (offline)", "applications_downloaded"),
        ("On Hold", "listing_frozen"),
        ("Vacancy unfrozen", "listing_unfrozen"),
        ("Pre-employment checks cleared", "checks_decided"),
        ("Withdrawn", "application_withdrawn"),
        ("Reapproval requested", "reapproval_requested"),
        ("3. Shortlisted", "shortlist_selected"),
    ],
)
def test_activities_are_known_by_their_words(activity, event):
    assert ours(suggested({"activity": [activity]})) == {activity: event}


@pytest.mark.parametrize(
    "activity",
    [
        "Rejected", "Accepted", "Hired", "Phone screen", "Interview cancelled", "Offer not accepted",
        "Application Rejected", "Background Check", "Coding Interview", "Reference received", "New", "Lunch",
        "Résumé reviewed", "承認", "12345", "Offer sent back to draft by mistake",
    ],
)  # fmt: skip
def test_what_is_not_clearly_an_event_is_not_guessed(activity):
    found = suggested({"activity": [activity, "x"]})
    assert ours(found) == {}


def test_every_event_of_the_catalogue_is_known_by_its_own_words():
    for event in BUILT_IN.events:
        words = event.replace("_", " ").capitalize()
        assert ours(suggested({"activity": [words, event]})) == {words: event}


@pytest.mark.parametrize(
    ("activity", "event"),
    [
        ("Phone call", "call_made"), ("Called candidate", "call_made"), ("Call Made", "call_made"),
        ("Email sent to applicant", "email_sent"), ("EMAIL_RECEIVED", "email_received"),
        ("CV submitted", "candidate_submitted"), ("Notes added", "note_added"), ("Comment", "note_added"),
        ("Candidate submitted to the hiring manager", "candidate_submitted"),
    ],
)  # fmt: skip
def test_work_that_moves_no_clock_is_known(activity, event):
    assert ours(suggested({"activity": [activity, "x"]})) == {activity: event}


@pytest.mark.parametrize(
    "activity",
    [
        "Application submitted",
        "Candidate submitted",
        "Rejection email sent",
        "Interview call",
        "Phone screen",
    ],
)
def test_what_an_applicant_or_the_system_does_is_not_taken_for_work(activity):
    assert ours(suggested({"activity": [activity, "x"]})) == {}


@pytest.mark.parametrize(
    ("column", "values", "field"),
    [
        ("Duration (minutes)", ["12", "3", "45"], "minutes"),
        ("Duration", ["12", "3", "45"], None),
        ("Minutes", ["a while", "long", "12"], None),
        ("Replied", ["Yes", "No", "No"], "reply"),
        ("Reply", ["Thank you", "Will do", "No"], None),
        ("Internal", ["Y", "N", "N"], "internal"),
        ("Internal", ["Ward", "Lab", "Lab"], None),
        ("Job criticality", ["critical", "standard", "standard"], "criticality"),
        ("Out of hours justification", ["Night shift", "Deadline", "-"], "justification"),
    ],
)
def test_columns_of_work_are_known_by_name_and_values(column, values, field):
    found = suggested({**EVENTS, column: values * 7})
    assert {name for name, theirs in fields(found).items() if theirs == column} == {field} - {None}


def test_a_catalogue_of_ones_own_is_matched_by_its_titles():
    catalogue = load_catalogue(
        '[[stage]]\ncode = "a"\ntitle = "Vetting"\n[[stage.kpi]]\ncode = "a.b"'
        '\ntitle = "Security vetting under way"\nsubject = "application"\nstarts = ["x_17"]'
        '\nends = ["x_18"]\n'
    )
    found = suggest(
        look({"activity": ["Security vetting underway", "Vetting security under way"]}), catalogue, LONDON
    )
    assert ours(found) == {"Vetting security under way": "x_17"}
    assert ours(suggest(look({"activity": ["Offer sent"]}), catalogue, LONDON)) == {}


def test_sheets_to_choose_from_are_a_doubt():
    seen = Peek("xlsx", ("a",), (), {"a": {"1": 1}}, 1, sheets=("One", "Two"))
    assert any("“One”, “Two”" in doubt for doubt in suggest(seen, BUILT_IN, LONDON).doubts)


@given(
    st.dictionaries(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=30), max_size=8), max_size=6)
)
def test_any_file_gets_a_suggestion_within_its_bounds(samples):
    found = suggested(samples)
    assert all(0 < guess.score <= 100 for guess in found.columns.values())
    assert set(fields(found).values()) <= set(samples)
    assert set(ours(found).values()) <= BUILT_IN.events.union(ACTIVITY_EVENTS)
