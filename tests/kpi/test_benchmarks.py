"""Benchmarks: the standard ones, what a file may say, and how what is wrong with it is said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.benchmarks import STANDARD, BenchmarksError, Changed, difference, load_benchmarks, write_benchmarks
from kpi.catalogue import built_in
from kpi.disclosure import LEAST_PEOPLE
from kpi.summary import ACTIVITY, OUTCOMES
from kpi.thresholds import (
    METRICS,
    Benchmarks,
    CycleRule,
    Hours,
    Limits,
    Outliers,
    RampStep,
    Season,
    Weights,
    clock,
)

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "kpi" / "nhs_jobs_benchmarks.toml").read_text("utf-8")
NAMES = st.text(st.characters(categories=("Ll", "Lu", "Nd")), min_size=1, max_size=8)
FEWER = settings(max_examples=30)
LISTS = st.lists(NAMES, max_size=12, unique=True).map(tuple)


def test_the_standard_file_is_written_as_the_program_writes_it() -> None:
    assert write_benchmarks(STANDARD) == TEXT


def test_the_standard_file_stands_whole_in_the_documents() -> None:
    assert TEXT in shown()


def test_what_else_may_stand_in_it_is_good() -> None:
    more = load_benchmarks(TEXT.replace("[fields]\n", "") + shown().partition(TEXT)[2])
    assert [one.name for one in more.seasons] == ["Winter freeze"]
    assert more.fields == {"calls": ("outreach_method",), "submissions": ("source",)}


def shown() -> str:
    """All that stands indented in the documents, with blank lines as they are within it."""
    page = (ROOT / "docs" / "summaries.md").read_text("utf-8")
    blocks = re.findall(r"(?:^(?:    .*)?\n)+", page, re.MULTILINE)
    return "\n".join(re.sub("^    ", "", block, flags=re.MULTILINE).strip() + "\n" for block in blocks)


def test_the_standard_speaks_of_events_that_there_are() -> None:
    named = {*STANDARD.notes, *(name for names in STANDARD.outcomes.values() for name in names)}
    named |= {*STANDARD.cycle.start, *STANDARD.cycle.offer, *STANDARD.cycle.fill}
    assert named <= built_in().events
    assert (tuple(STANDARD.activity), tuple(STANDARD.outcomes)) == (ACTIVITY, OUTCOMES)
    assert STANDARD.baseline.least_people == LEAST_PEOPLE
    assert STANDARD.history_weeks == 26


def seasons_of(drawn: list[tuple[str, int, int, int]]) -> tuple[Season, ...]:
    found, day = [], date(2026, 1, 1).toordinal()
    for name, gap, lasts, percent in drawn:
        since = day + gap
        day = since + lasts
        found.append(Season(name, date.fromordinal(since), date.fromordinal(day - 1), percent))
    return tuple(found)


SEASONS = st.lists(
    st.tuples(NAMES, st.integers(0, 20), st.integers(1, 20), st.integers(0, 1000)), max_size=3
).map(seasons_of)
FIELDS = st.dictionaries(NAMES | st.sampled_from(["a b", 'a"b', "a.b", "é"]), LISTS, max_size=2)
ANY_BENCHMARKS = st.builds(
    replace,
    st.just(STANDARD),
    cycle=st.builds(
        replace,
        st.just(STANDARD.cycle),
        rules=st.lists(
            st.builds(CycleRule, NAMES.map(str.casefold), st.just("critical"), st.sampled_from(METRICS))
            | st.just(CycleRule(None, "minor", METRICS[0])),
            max_size=2,
        ).map(tuple),
    ),
    weights=st.builds(
        Weights, st.integers(1, 999), st.integers(1, 999), st.integers(1, 999), st.just(("technical", "it"))
    ),
    seasons=SEASONS,
    ramp=st.sampled_from([(), (RampStep(10, 0), RampStep(20, 100))]),
    hours=st.builds(Hours, st.integers(0, 700), st.integers(701, 1440)),
    limits=st.builds(Limits, st.integers(1, 999), st.integers(1, 100)),
    notes=LISTS,
    fields=FIELDS,
    outliers=st.builds(Outliers, st.just(20), st.integers(3, 20), st.integers(1, 999), st.integers(0, 9)),
)


@FEWER
@given(ANY_BENCHMARKS)
def test_what_is_written_is_read_back(benchmarks: Benchmarks) -> None:
    assert load_benchmarks(write_benchmarks(benchmarks)) == benchmarks


@FEWER
@given(ANY_BENCHMARKS, ANY_BENCHMARKS)
def test_there_is_a_difference_where_versions_differ(one: Benchmarks, other: Benchmarks) -> None:
    assert (difference(one, other) == ()) is (write_benchmarks(one) == write_benchmarks(other))
    turned = {Changed(path, after, before) for path, before, after in difference(one, other)}
    assert turned == set(difference(other, one))


def test_a_difference_says_what_and_how() -> None:
    new = replace(
        STANDARD,
        limits=replace(STANDARD.limits, daily=50),
        seasons=(Season("Winter freeze", date(2026, 12, 21), date(2027, 1, 3), 50),),
        fields={"calls": ("outreach_method",)},
        ramp=STANDARD.ramp[:2],
    )
    assert difference(STANDARD, new) == (
        Changed("ramp.3.until_day", "90", None),
        Changed("ramp.3.percent", "75", None),
        Changed("limits.daily", "60", "50"),
        Changed("season.1.name", None, '"Winter freeze"'),
        Changed("season.1.from", None, "2026-12-21"),
        Changed("season.1.until", None, "2027-01-03"),
        Changed("season.1.percent", None, "50"),
        Changed("fields.calls", None, '["outreach_method"]'),
    )


def test_seasons_are_kept_in_the_order_of_their_days() -> None:
    season = '[[season]]\nname = "{}"\nfrom = {}\nuntil = {}\npercent = 50\n'
    text = (
        TEXT + season.format("B", "2027-03-01", "2027-03-31") + season.format("A", "2027-01-01", "2027-01-31")
    )
    assert [one.name for one in load_benchmarks(text).seasons] == ["A", "B"]


def changed(before: str, after: str) -> str:
    assert TEXT.count(before) == 1, before
    return TEXT.replace(before, after)


SEASON = '\n[[season]]\nname = "{}"\nfrom = {}\nuntil = {}\npercent = {}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "not a TOML file: "),
        ("", "the table [activity] is missing"),
        (TEXT + "\n[extra]\n", "unknown table [extra]; known are [activity], [outcomes]"),
        ("limits = 3\n" + re.sub(r"\[limits\]\n.*\n.*\n", "", TEXT), "[limits]: write it as a table"),
        (changed("daily = 60", "daly = 60"), "[limits]: unknown key “daly”; known are daily, near_percent"),
        (changed("daily = 60\n", ""), "[limits]: daily is missing"),
        (changed("daily = 60", "daily = 0"), "[limits]: daily must be a whole number from 1 to 10000, got 0"),
        (changed("daily = 60", "daily = 1.5"), "got 1.5"),
        (changed("daily = 60", "daily = true"), "got True"),
        (
            changed("near_percent = 80", "near_percent = 101"),
            "near_percent must be a whole number from 1 to 100",
        ),
        (
            changed('emails = ["email_sent"]', 'emails = ["call_made"]'),
            "[activity]: “call_made” stands in calls and in emails; an event counts once",
        ),
        (
            changed('offers = ["offer_sent"]', 'offers = ["*"]'),
            "[outcomes]: “*” may stand only in [activity]",
        ),
        (
            changed('notes = ["note_added"]', 'notes = "note_added"'),
            "[activity]: notes must be a list of names",
        ),
        (changed('notes = ["note_added"]', 'notes = [" note"]'), "[activity]: notes must be a list of names"),
        (changed('notes = ["note_added"]', 'notes = ["a", "a"]'), "[activity]: notes names one twice"),
        (
            changed('kinds = ["calls", "emails"]', 'kinds = ["tasks"]'),
            "[engagement]: kinds are activity figures",
        ),
        (changed("reply = true", "reply = 1"), "[engagement]: reply is true or false"),
        (changed("follow_up_until_days = 10", "follow_up_until_days = 1"), "from 2 to 999, got 1"),
        (changed('start = ["listing_published"]', "start = []"), "[cycle]: start names no event"),
        (
            changed('default = "time_to_fill"', 'default = "time"'),
            "[cycle]: default must be time_to_fill or time_to_offer, got time",
        ),
        (changed('urgency = "urgent"\n', ""), "[[cycle.rule]] 1: say an urgency, a criticality or both"),
        (changed('urgency = "urgent"\n', "urgency = 3\n"), "[[cycle.rule]] 1: urgency must be a text"),
        (
            re.sub(r"\[\[cycle.rule\]\]\n.*\n.*\n", "", TEXT) + "\n[cycle.rule]\nx = 1\n",
            "write it as [[cycle.rule]]",
        ),
        (
            changed("least_people = 5", "least_people = 4"),
            "[baseline]: least_people must be a whole number from 5",
        ),
        (changed("roles_least = 50", "roles_least = 101"), "[baseline]: roles_least"),
        (
            changed("percent = 25", "percent = 101"),
            "[[ramp]] 1: percent must be a whole number from 0 to 100",
        ),
        (
            changed("until_day = 60", "until_day = 30"),
            "[[ramp]] 2: until_day must be after the step before, 30",
        ),
        (changed('from = "07:00"', "from = 07:00:00"), '[hours]: from must be a time of day, as in "07:30"'),
        (changed('until = "20:00"', 'until = "24:01"'), "[hours]: until must be a time of day"),
        (changed('until = "20:00"', 'until = "07:00"'), "[hours]: until must be after from"),
        (
            TEXT + SEASON.format("A", "2026-12-24", "2026-12-01", 50),
            "[[season]] 1: until (2026-12-01) must not be before from",
        ),
        (
            TEXT + SEASON.format("A", '"2026-12-24"', "2026-12-31", 50),
            "[[season]] 1: from must be a day, as in 2026-12-24",
        ),
        (
            TEXT + SEASON.format("A", "2026-12-24T00:00:00", "2026-12-31", 50),
            "[[season]] 1: from must be a day",
        ),
        (TEXT + SEASON.format("", "2026-12-24", "2026-12-31", 50), "[[season]] 1: name must be a text"),
        (
            TEXT
            + SEASON.format("A", "2026-12-01", "2026-12-24", 50)
            + SEASON.format("B", "2026-12-24", "2026-12-31", 9),
            "[[season]]: “A” and “B” share 2026-12-24",
        ),
        ("season = 3\n" + TEXT, "write it as [[season]]"),
        (
            changed("[fields]\n", '[fields]\n" a" = ["x"]\n'),
            "[fields]: its keys are activity figures or event names",
        ),
        (changed("[fields]\n", "[fields]\ncalls = 3\n"), "[fields]: calls must be a list of names"),
        (changed("score_percent = 350", "score_percent = 0"), "[outliers]: score_percent"),
        (
            changed("least_difference = 5", 'least_difference = "\x1b[31m5"'.replace("\x1b", "\\u001b")),
            "got [31m5",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BenchmarksError) as raised:
        load_benchmarks(text)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_a_minute_of_the_day_is_written_as_a_time() -> None:
    assert [clock(minute) for minute in (0, 450, 1440)] == ["00:00", "07:30", "24:00"]
    assert str(STANDARD.hours) == "07:00 to 20:00"
