"""The oracle against numbers worked out by hand from the design, section 3.

Days to count on, England, spring 2026 (clocks go forward on Sunday 29 March; 3 and 6 April are holidays):
Thu 26 Mar is day 0, then 1 Fri 27 · 2 Mon 30 · 3 Tue 31 · 4 Wed 1 Apr · 5 Thu 2 · 6 Tue 7 · 7 Wed 8 ·
8 Thu 9 · 9 Fri 10 · 10 Mon 13.
"""

from __future__ import annotations

import csv
import tomllib
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle import generate
from tests.oracle import working_days as wd
from tests.oracle.brute import STATUSES, board, kpis_of, tasks_on
from tests.oracle.generate import LONDON, chaos, recruitment

ROOT = Path(__file__).parents[2]
CATALOGUES = [ROOT.parent / "shared" / "catalogue.toml", ROOT / "kpi" / "nhs_jobs.toml"]
ENGLAND = wd.calendar_from_holidays("GB-ENG")
TARGETS = {"default": (3, 5)}
APPROVE = "approvals.ready_to_approve"
NATIONS = ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR")


@pytest.fixture(scope="module")
def nhs() -> dict[str, Any]:
    """The NHS Jobs catalogue, from beside the design or from the product."""
    return tomllib.loads(next(path for path in CATALOGUES if path.exists()).read_text(encoding="utf-8"))


def day(text: str) -> date:
    """A day of 2026 written MM-DD, or a whole date."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def told(when: str, event: str, application: str | None = None, **data: Any) -> dict[str, Any]:
    """An event on listing L at "MM-DD HH:MM" of 2026, London time."""
    return {"event": event, "at": london(when), "listing": "L", "application": application, **data}


def story(text: str) -> list[dict[str, Any]]:
    """Events at ten o'clock, "MM-DD event application" each, commas between them."""
    lines = [line.split() for line in text.split(",")]
    return [told(f"{on} 10:00", *words) for on, *words in lines]


def london(when: str) -> datetime:
    return datetime.fromisoformat(f"2026-{when}").replace(tzinfo=LONDON)


def seen(events, catalogue, on: str, kpi: str, targets=TARGETS, **more):
    """The rounds of one KPI as of the end of a day."""
    return [t for t in tasks_on(events, catalogue, targets, ENGLAND, day(on), **more) if t["kpi"] == kpi]


def only(*arguments, **more):
    (task,) = seen(*arguments, **more)
    return task


GOLDEN = """2026-04-02 1 04-07, 2026-12-24 1 12-29, 2027-12-24 1 2027-12-29, 2022-06-01 1 2022-06-06,
    2023-05-05 1 2023-05-09, 2026-04-04 1 04-07, 2026-04-04 0 04-04, 2026-01-02 99 05-27"""


@pytest.mark.parametrize("calendar", [ENGLAND, wd.calendar_from_govuk("GB-ENG")], ids=["holidays", "gov.uk"])
def test_the_designs_golden_values(calendar):
    for golden in GOLDEN.split(","):
        start, n, end = golden.split()
        assert wd.nth_working_day(calendar, day(start), int(n)) == day(end), golden


def test_ninety_nine_days_differ_by_nation():
    ends = [wd.nth_working_day(wd.calendar_from_govuk(nation), day("01-02"), 99) for nation in NATIONS]
    assert ends == [day("05-27"), day("05-27"), day("05-26"), day("05-28")]


@pytest.mark.parametrize("nation", NATIONS)
def test_both_sources_of_holidays_agree(nation):
    official = wd.calendar_from_govuk(nation)
    computed = wd.calendar_from_holidays(nation, years=official.years)
    # gov.uk lists no weekends; its table in the package is older than Scotland's extra day in 2026.
    odd = {d for d in official.holidays ^ computed.holidays if d.weekday() < 5}
    assert odd <= ({day("06-15")} if nation == "GB-SCT" else set())


@given(
    st.dates(date(2020, 1, 1), date(2028, 1, 1)), st.integers(1, 60), st.sets(st.integers(0, 6), min_size=1)
)
def test_the_nth_working_day_is_found_by_walking(start, n, weekdays):
    calendar = wd.Calendar(holidays=ENGLAND.holidays, weekdays=frozenset(weekdays))
    at, left = start, n
    while left:
        at += timedelta(days=1)
        left -= at.weekday() in weekdays and at not in ENGLAND.holidays
    assert wd.nth_working_day(calendar, start, n) == at
    assert wd.working_days_between(calendar, start, at) == n


def test_counting_leaves_the_first_day_out_and_takes_the_last_in():
    for span in ("03-27 03-30 1", "04-02 04-07 1", "04-04 04-05 0", "04-07 04-02 0"):
        a, b, count = span.split()
        assert wd.working_days_between(ENGLAND, day(a), day(b)) == int(count)


def test_an_extra_working_day_and_a_closure_move_the_count():
    worked = frozenset({day("04-04"), day("04-06")})
    extra = wd.Calendar(holidays=ENGLAND.holidays | {day("04-07")}, extra=worked)
    assert [d for d in range(2, 9) if wd.is_working_day(extra, day(f"04-{d:02}"))] == [2, 4, 6, 8]
    assert wd.nth_working_day(extra, day("04-02"), 3) == day("04-08")


def test_a_calendar_with_no_working_day_or_an_unknown_year_is_an_error():
    with pytest.raises(ValueError, match="weekmask"):
        wd.Calendar(weekdays=frozenset())
    with pytest.raises(ValueError, match="past the years"):
        wd.nth_working_day(ENGLAND, date(2060, 12, 20), 99)


ASKED, *_ = FROZEN = story("03-26 approval_requested, 03-30 listing_frozen, 04-07 listing_unfrozen")
THROUGH = """03-26 on_track 03-31 04-02 0, 03-29 on_track 03-31 04-02 1, 03-30 paused 03-31 04-02 2,
    04-01 paused 03-31 04-02 2, 04-06 paused 03-31 04-02 2, 04-07 on_track 04-08 04-10 2,
    04-08 due 04-08 04-10 3, 04-10 due 04-08 04-10 5, 04-11 overdue 04-08 04-10 5,
    04-13 overdue 04-08 04-10 6"""


@pytest.mark.parametrize("line", THROUGH.split(","))
def test_a_task_through_a_freeze(nhs, line):
    on, status, due_on, done_by, elapsed = line.split()
    task = only(FROZEN, nhs, on, APPROVE)
    assert (task["status"], task["due_on"], task["done_by"]) == (status, day(due_on), day(done_by))
    assert (task["elapsed_working_days"], task["finished_at"], task["in_time"]) == (int(elapsed), None, None)


ENDINGS = """04-01 12:00 on_track 04-02 04-08 2 True, 04-10 23:59 due 04-08 04-10 5 True,
    04-13 00:01 overdue 04-08 04-10 6 False"""  # by 1 April two days are frozen


@pytest.mark.parametrize("line", ENDINGS.split(","))
@pytest.mark.parametrize("seen_later", [False, True])  # on 1 April the freeze is not lifted yet
def test_a_finished_task_keeps_what_it_was(nhs, line, seen_later):
    on, clock, status, due_on, done_by, elapsed, in_time = line.split()
    events = [*FROZEN, told(f"{on} {clock}", "approval_granted")]
    task = only(events, nhs, "06-01" if seen_later else on, APPROVE)
    assert (task["status"], task["due_on"], task["done_by"]) == (status, day(due_on), day(done_by))
    assert (task["elapsed_working_days"], task["in_time"]) == (int(elapsed), in_time == "True")


@pytest.mark.parametrize(
    ("freezes", "due_on", "done_by"),
    [
        ("freeze 24, lift 30", "04-02", "04-08"),  # begun before day 0
        ("freeze 27, lift 29", "03-31", "04-02"),  # a weekend
        ("freeze 27, lift 27", "03-31", "04-02"),  # within a day
        ("freeze 27, freeze 30, lift 31, lift 31", "04-02", "04-08"),  # 30 and 31 March count once
        ("freeze 27, lift 30, freeze 30, lift 31", "04-02", "04-08"),  # and so do they here
    ],
)
def test_which_frozen_days_count(nhs, freezes, due_on, done_by):
    names = {"freeze": "listing_frozen", "lift": "listing_unfrozen"}
    said = [word.split() for word in freezes.split(",")]
    events = [ASKED, *(told(f"03-{number} 12:00", names[word]) for word, number in said)]
    task = only(events, nhs, "04-02", APPROVE)
    assert (task["due_on"], task["done_by"]) == (day(due_on), day(done_by))


def test_the_zone_makes_the_day(nhs):
    late = {**ASKED, "at": datetime(2026, 6, 10, 23, 30, tzinfo=UTC)}
    assert seen([late], nhs, "06-10", APPROVE) == []
    assert only([late], nhs, "06-11", APPROVE)["day_zero"] == day("06-11")


@pytest.mark.parametrize(("on", "status"), [("03-29", "on_track"), ("03-30", "due"), ("03-31", "overdue")])
def test_equal_numbers_are_due_on_the_day_and_overdue_after(nhs, on, status):
    assert only([ASKED], nhs, on, APPROVE, {APPROVE: (2, 2)})["status"] == status


def test_ties_keep_the_order_of_arrival(nhs):
    granted, published = story("03-27 approval_granted, 03-27 listing_published")
    assert only([granted, published], nhs, "03-27", "approvals.ready_to_publish")["in_time"] is True
    assert only([published, granted], nhs, "03-27", "approvals.ready_to_publish")["finished_at"] is None


def test_a_repeated_start_does_not_restart_and_a_late_one_does(nhs):
    again = told("03-31 10:00", "approval_requested")
    assert only([ASKED, again], nhs, "04-01", APPROVE)["day_zero"] == day("03-26")
    earlier = told("03-25 10:00", "approval_requested")  # arrives last
    assert only([ASKED, earlier], nhs, "04-01", APPROVE)["day_zero"] == day("03-25")


def test_any_next_event_but_a_freeze_ends_a_star_and_a_final_one_starts_nothing():
    call = {"code": "call", "title": "Call", "subject": "listing", "ends": ["*"]}
    call["starts"] = ["call", "contract_accepted"]
    bye = {**call, "code": "bye", "starts": ["bye"], "final": True}
    catalogue = {"stage": [{"code": "all", "title": "All", "kpi": [call, bye]}]}
    events = story("03-26 call, 03-26 listing_frozen, 03-27 call, 03-30 bye")
    first, second = seen(events, catalogue, "03-27", "call")
    assert (first["finished_at"], first["round"]) == (london("03-27 10:00"), 1)
    assert (second["finished_at"], second["round"], second["status"]) == (None, 2, "paused")
    _, second = tasks_on(events, catalogue, TARGETS, ENGLAND, day("03-30"))
    assert second["finished_at"] == london("03-30 10:00")
    events = story("03-26 offer_started A1, 03-27 contract_accepted A1")  # no KPI names what this derives
    assert only(events, catalogue, "03-27", "call")["finished_at"] is None


def test_an_event_that_names_nobody_reaches_the_applications_known_by_then(nhs):
    events = story("03-26 note_added A1, 03-26 offer_started, 03-26 note_added A2")
    assert [t["application"] for t in seen(events, nhs, "03-26", "offers.started")] == ["A1"]
    assert only(events, nhs, "03-26", "ready_to_offer.in_progress")["application"] is None


def test_a_cancelled_listing_and_a_withdrawn_application(nhs):
    events = story("03-26 offer_started A1, 03-26 offer_started A2, 03-27 application_withdrawn A1")
    tasks = seen(events, nhs, "04-13", "offers.started")
    assert [(t["status"], t["in_time"]) for t in tasks] == [("cancelled", None), ("overdue", None)]
    events += story("03-30 listing_cancelled, 03-31 phone_call")
    tasks = tasks_on(events, nhs, TARGETS, ENGLAND, day("04-13"))
    assert {t["status"] for t in tasks} == {"cancelled"}
    assert board(tasks, nhs)["totals"]["tasks"] == 0


def test_the_end_finishes_what_names_it_and_cancels_the_rest(nhs):
    events = story("03-26 contract_accepted A1, 03-26 offer_sent A2, 03-27 approval_rejected")
    tasks = tasks_on([*events, *story("03-30 recruitment_ended")], nhs, TARGETS, ENGLAND, day("03-30"))
    assert {task["kpi"]: (task["status"], task["in_time"]) for task in tasks} == {
        "contracts.accepted": ("on_track", True),
        "offers.sent": ("cancelled", None),
        "approvals.rejected": ("on_track", True),
    }


@pytest.mark.parametrize(
    ("told_of", "day_zero"),
    [
        ("04-01 shortlisting_online_chosen", "04-01"),
        ("03-26 listing_closed, 03-30 listing_closed, 04-01 shortlisting_online_chosen", "03-30"),
        ("03-26 listing_closed, 04-01 listing_closed, 04-01 shortlisting_online_chosen", "04-01"),
        ("03-26 listing_closed, 04-01 shortlisting_online_chosen, 04-01 listing_closed", "03-26"),
    ],
)
def test_an_opening_counts_from_the_latest_start_before_it(nhs, told_of, day_zero):
    assert seen(story(told_of), nhs, "03-31", "shortlisting.online_scoring") == []
    task = only(story(told_of), nhs, "04-01", "shortlisting.online_scoring")
    assert (task["day_zero"], task["opened_at"]) == (day(day_zero), london("04-01 10:00"))


def test_a_start_serves_a_second_opening_too(nhs):
    chosen = "shortlisting_online_chosen"
    events = story(f"03-24 listing_closed, 03-25 {chosen}, 03-26 scoring_completed, 03-27 {chosen}")
    first, second = seen(events, nhs, "03-27", "shortlisting.online_scoring")
    assert (first["day_zero"], second["day_zero"], second["round"]) == (day("03-24"), day("03-24"), 2)


def arranged(when: str, first: str | None, last: str | None) -> dict[str, Any]:
    data = {"first_interview_at": london(first) if first else None}
    return told(when, "interviews_arranged") | data | {"last_interview_at": london(last) if last else None}


ARRANGED = arranged("03-23 10:00", "03-30 00:30", "03-31 15:00")


def ends_of(events, catalogue, on: str) -> list[Any]:
    """When the three interview clocks ended, as of a day: None: it runs; absent: not begun."""
    wanted = ("interviews.scheduled", "interviews.in_progress", "interviews.completed")
    return [task["finished_at"] for kpi in wanted for task in seen(events, catalogue, on, kpi)]


def test_interviews_start_and_finish_by_themselves(nhs):
    midday, end = datetime(2026, 3, 29, 11, tzinfo=UTC), datetime(2026, 3, 31, 14, tzinfo=UTC)
    assert ends_of([ARRANGED], nhs, "03-28") == [None]
    assert ends_of([ARRANGED], nhs, "03-29") == [midday, None]
    assert ends_of([ARRANGED], nhs, "03-31") == [midday, end, None]
    assert only([ARRANGED], nhs, "03-31", "interviews.completed")["day_zero"] == day("03-31")


def test_a_report_an_arrangement_or_a_missing_date_changes_the_timers(nhs):
    end, early = london("03-31 15:00"), london("03-25 10:00")
    events = [ARRANGED, *story("03-25 interviews_started")]
    assert ends_of(events, nhs, "04-13") == [early, end, None]
    events += story("03-26 interviews_finished, 03-27 interview_feedback_completed")
    assert ends_of(events, nhs, "04-13") == [early, london("03-26 10:00"), london("03-27 10:00")]
    for first, last, ends in (
        ("04-09 09:00", None, [london("04-08 12:00"), None]),
        ("04-09 09:00", "04-01 09:00", [london("04-08 12:00")] * 2 + [None]),  # never before the start
        ("03-24 11:00", "03-24 09:00", [london("03-24 10:00")] * 2 + [None]),  # nor before the arrangement
        (None, None, [None]),
    ):
        assert ends_of([ARRANGED, arranged("03-24 10:00", first, last)], nhs, "04-13") == ends
    finished = [arranged("03-24 10:00", None, "03-23 10:00"), *story("03-25 phone_call")]
    assert only(finished, nhs, "04-13", "interviews.completed")["day_zero"] == day("03-24")


def test_a_timer_goes_before_what_is_told_of_the_same_instant(nhs):
    events = [ARRANGED, told("03-31 15:00", "interview_feedback_completed")]
    assert ends_of(events, nhs, "03-31")[2] == london("03-31 15:00")


def test_recruitment_is_ready_to_end_when_every_offer_is_settled(nhs):
    events = story("03-26 offer_started A1, 03-26 offer_started A2, 03-27 contract_accepted A1")
    assert seen(events, nhs, "03-30", "end.ready_to_end") == []
    events += story("03-30 offer_rejected A2")
    ready, at = only(events, nhs, "03-30", "end.ready_to_end"), london("03-30 10:00")
    assert (ready["started_at"], ready["application"]) == (at, None)
    assert only(events, nhs, "03-30", "ready_to_offer.in_progress")["finished_at"] == at
    again = story("03-31 offer_sent A2, 03-31 application_withdrawn A2")
    assert only([*events, *again], nhs, "04-01", "end.ready_to_end")["day_zero"] == day("03-30")
    more = story("03-31 offer_started A3, 03-31 offer_rejected A3")  # its clock runs: nothing is derived
    assert seen([*events, *more], nhs, "04-01", "ready_to_offer.in_progress")[1]["finished_at"] is None
    events += story("03-30 recruitment_ended")  # then unsettled and settled again
    assert len(seen(events, nhs, "04-01", "end.ready_to_end")) == 1
    assert len(seen([*events, *again], nhs, "04-01", "end.ready_to_end")) == 2


def test_a_listing_keeps_the_targets_of_its_first_event(nhs):
    sets = [{"targets": {"default": (1, 2)}}, {"targets": {"default": (3, 5)}, "effective_from": ASKED["at"]}]
    assert only([ASKED], nhs, "03-26", APPROVE, sets)["target_set"] == 2
    earlier = told("03-26 09:59", "phone_call")
    task = only([ASKED, earlier], nhs, "03-26", APPROVE, sets)
    assert (task["target_set"], task["due_on"], task["done_by"]) == (1, day("03-27"), day("03-30"))


def test_the_owner_is_the_latest_named_else_the_first_actor(nhs):
    def user(*events):
        return only(events, nhs, "03-30", APPROVE)["user"]

    call = told("03-27 10:00", "phone_call", actor="staff-1")
    assert user(ASKED) is None
    assert user(ASKED, call, told("03-28 10:00", "phone_call", actor="staff-2")) == "staff-1"
    owned = [told(f"03-{number} 10:00", "note_added", owner=f"staff-{number}") for number in (28, 29, 31)]
    assert user(ASKED, call, *owned) == "staff-29"


def test_the_closing_date_is_the_deadline(nhs):
    events = story("03-26 listing_published, 03-27 note, 03-30 note, 04-09 listing_closed, 04-10 note")
    for event, closing in zip(events, (None, "04-04", "04-01", None, "05-01"), strict=True):
        event["closing_date"] = day(closing) if closing else None
    dates = [only(events, nhs, on, "published.open")["done_by"] for on in ("03-26", "03-29", "04-13")]
    assert dates == [day("04-02"), day("04-04"), day("04-01")]
    frozen = [*events[:2], *story("04-02 listing_frozen, 04-08 listing_unfrozen")]
    task = only(frozen, nhs, "04-08", "published.open")  # 7 and 8 April, from Saturday 4 April on
    assert (task["due_on"], task["done_by"], task["status"]) == (day("04-08"), day("04-08"), "due")


def test_the_future_is_todays_work_judged_on_that_day(nhs):
    task = only([ARRANGED], nhs, "04-13", "interviews.scheduled", today=day("03-24"))
    assert (task["status"], task["elapsed_working_days"]) == ("overdue", 13)


def test_the_generator_speaks_the_whole_catalogue_without_repeating_itself(nhs):
    named = {e for kpi in kpis_of(nhs) for e in (*kpi["starts"], *kpi.get("opens", []), *kpi["ends"])}
    assert named <= {*generate.LISTING_EVENTS, *generate.APPLICATION_EVENTS}
    rows = [row for seed in range(60) for row in recruitment(seed)]
    assert named | set(generate.LIFE_EVENTS) <= {row["event"] for row in rows}
    assert generate.without_repeats(rows) == rows
    assert recruitment(3) == recruitment(3) != recruitment(4)
    instants = [row["at"].astimezone(UTC) for row in rows]
    assert sum(a > b for a, b in pairwise(instants)) > 60
    assert len(set(instants)) < 0.95 * len(instants)
    assert any(at.date() != at.astimezone(LONDON).date() for at in instants)


def test_csv_says_what_the_rows_say(tmp_path):
    rows = recruitment(5)
    generate.write_csv(rows, tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert [datetime.fromisoformat(row["at"]) for row in read] == [row["at"] for row in rows]
    assert [row["closing_date"] for row in read] == [str(row["closing_date"] or "") for row in rows]
    assert set(tomllib.loads(generate.MAPPING)["columns"]) == set(generate.COLUMNS)


@pytest.mark.parametrize("make", [recruitment, chaos])
def test_what_holds_for_every_story(nhs, make):
    statuses = set()
    for seed in range(25):
        rows = make(seed)
        for on in generate.days_to_check(rows, 8, seed):
            tasks = tasks_on(rows, nhs, TARGETS, ENGLAND, on)
            running = [t for t in tasks if t["finished_at"] is None]
            clocks = [(t["listing"], t["application"], t["kpi"]) for t in running]
            assert len(set(clocks)) == len(clocks)
            assert board(tasks, nhs)["totals"]["tasks"] == len(running)
            for task in tasks:
                statuses.add((task["status"], task["finished_at"] is None))
                assert task["day_zero"] <= on
                assert task["elapsed_working_days"] >= 0
                assert task["due_on"] <= task["done_by"]
                assert task["in_time"] in {True: (None,), False: (None, True, False)}[task in running]
    assert {(word, True) for word in STATUSES} | {("cancelled", False)} <= statuses
