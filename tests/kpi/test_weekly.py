"""Whole summaries: what holds for any week, whatever happened, and how long five hundred of them take."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.acts import Act, History, Ownership, Person, TeamWeek, WeekFacts
from kpi.benchmarks import STANDARD
from kpi.figures import Counting
from kpi.summary import ACTIVITY, OUTCOMES, TASKS, Summary, differences, digest_of
from kpi.weekly import Weekly
from kpi.weeks import week_named
from tests.kpi.weekly_facts import (
    ENGLAND,
    KNOWN,
    LONG_AGO,
    MON,
    WEEK,
    act,
    any_acts,
    any_facts,
    any_listing,
    days,
    facts_of,
    history_of,
    listing,
    team_of,
    weekly,
)

PEOPLE = (1, 2, 3)
COUNTING = Counting(STANDARD, 3, KNOWN)
FEWER = settings(max_examples=20)
SPECIAL = {
    "call_made",
    "phone_call",
    "email_sent",
    "candidate_submitted",
    "interviews_arranged",
    "note_added",
}


def everybody(facts: WeekFacts) -> dict[int, Summary]:
    built = weekly(facts)
    return {person: built.summary(person) for person in PEOPLE}


@FEWER
@given(any_facts())
def test_figures_are_those_of_counting_one_by_one(facts: WeekFacts) -> None:
    """The rules once more, as plainly as can be."""
    summaries = everybody(facts)
    for person, summary in summaries.items():
        wanted: Counter[str] = Counter()
        for one in facts.acts:
            about = facts.listings[one.listing]
            out = (about.cancelled_on is not None and about.cancelled_on <= WEEK.last) or any(
                freeze.begin <= WEEK.last and (freeze.lifted is None or freeze.lifted > WEEK.last)
                for freeze in about.freezes
            )
            if one.day not in WEEK.days or out:
                continue
            if one.person == person and (one.kind in KNOWN or one.kind in SPECIAL):
                wanted[_activity(one.kind)] += 1
            owner = next(
                own.person
                for own in about.owners
                if own.since <= one.day and (own.until is None or own.until > one.day)
            )
            if owner == person and one.kind in _OUTCOME:
                wanted[_OUTCOME[one.kind]] += 1
        found = {one.name: one.count for one in summary.figures if one.group in ("activity", "outcomes")}
        assert found == {name: wanted[name] for name in (*ACTIVITY, *OUTCOMES)}


_OUTCOME = {
    "offer_sent": "offers",
    "contract_accepted": "hires",
    "application_withdrawn": "withdrawals",
    "offer_withdrawn": "withdrawals",
}


def _activity(kind: str) -> str:
    named = {
        "call_made": "calls",
        "phone_call": "calls",
        "email_sent": "emails",
        "candidate_submitted": "submissions",
        "interviews_arranged": "interviews",
        "note_added": "notes",
    }
    return named.get(kind, "stage_moves")


@FEWER
@given(any_facts())
def test_an_event_or_task_counts_once_or_is_excluded(facts: WeekFacts) -> None:
    summaries = everybody(facts)
    for names in (ACTIVITY, OUTCOMES):
        seen = [seq for one in summaries.values() for name in names for seq in one.figure(name).events]
        assert len(seen) == len(set(seen))
    tasks = [key for one in summaries.values() for name in TASKS for key in one.figure(name).tasks]
    assert len(tasks) == len(set(tasks))
    for one in summaries.values():
        for figure in one.figures:
            assert figure.count == len(figure.events) + len(figure.tasks)
            assert list(figure.events) == sorted(figure.events)


@FEWER
@given(any_facts(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_handed_over_changes_nothing(
    facts: WeekFacts, chance: random.Random
) -> None:
    acts, tasks, listings = list(facts.acts), list(facts.tasks), list(facts.listings.items())
    for one in (acts, tasks, listings):
        chance.shuffle(one)
    shuffled = replace(
        facts,
        acts=acts,
        tasks=tasks,
        listings=dict(listings),
        people=chance.sample(list(facts.people), len(facts.people)),
    )
    assert everybody(shuffled) == everybody(facts)


@FEWER
@given(any_facts(), st.sampled_from(["call_made", "offer_started", "note_added"]))
def test_what_one_person_does_changes_nobody_elses_week(facts: WeekFacts, kind: str) -> None:
    more = replace(facts, acts=(*facts.acts, act(99, kind, person=2)))
    before, after = everybody(facts), everybody(more)
    assert (before[1], before[3]) == (after[1], after[3])
    assert before[2] != after[2] or kind not in KNOWN | SPECIAL


def test_what_one_person_did_earlier_moves_others_only_by_their_team() -> None:
    people = team_of(6)
    usual = {number: [1000, 1200] * 4 for number in range(1, 7)}
    calls = [act(seq) for seq in range(1, 13)]

    def anna(counts: dict[int, list[int]]) -> Summary:
        facts = facts_of(calls, [listing(started_on=LONG_AGO)], people=people, history=history_of(counts))
        return weekly(facts).summary(1)

    before, after = anna(usual), anna(usual | {5: [9000] * 8})
    assert before.targets != after.targets
    assert replace(before, targets=()) == replace(after, targets=())


@FEWER
@given(any_facts(), st.sampled_from(["acts", "tasks", "listings"]), st.data())
def test_a_digest_stands_for_what_is_sealed_and_for_nothing_else(
    facts: WeekFacts, part: str, data: st.DataObject
) -> None:
    """One event, task or listing is another, or is gone: some people's weeks change, others' do not."""
    if part == "listings":
        other = replace(facts, listings={**facts.listings, 1: data.draw(any_listing(1))})
    else:
        kept = getattr(facts, part)
        gone = data.draw(st.integers(0, len(kept)))
        other = replace(facts, **{part: kept[:gone] + kept[gone + 1 :]})
    for first, second in zip(everybody(facts).values(), everybody(other).values(), strict=True):
        sealed = (first.figures, first.cycle, first.excluded) == (
            second.figures,
            second.cycle,
            second.excluded,
        )
        assert (digest_of(first) == digest_of(second)) is sealed
        assert (differences(first, second) == ()) is sealed


@FEWER
@given(any_acts(), st.sets(st.integers(1, 14)))
def test_what_a_decision_takes_out_was_never_there(acts: tuple[Act, ...], left_out: set[int]) -> None:
    listings = [listing(number) for number in range(1, 5)]
    taken = weekly(facts_of(acts, listings)).summary(1, left_out=left_out)
    without = weekly(facts_of([one for one in acts if one.seq not in left_out], listings)).summary(1)
    assert taken.figures == without.figures
    assert taken.flags == without.flags


def test_a_week_before_any_history_is_summed_up_all_the_same() -> None:
    first = week_named("1990-W02")
    facts = facts_of(people=team_of(5))
    assert Weekly(first, facts, COUNTING, ENGLAND).summary(1).week == first


def big_week(people: int, acts: int, listings: int) -> WeekFacts:
    chance = random.Random(7)
    known = [
        listing(
            number,
            owners=(Ownership(LONG_AGO, None, chance.randint(1, people)),),
            started_on=MON - days(chance.randint(0, 200)),
            filled_on=chance.choice((None, MON - days(chance.randint(0, 100)))),
        )
        for number in range(1, listings + 1)
    ]
    kinds = ("call_made", "email_sent", "note_added", "offer_started", "candidate_submitted")
    happened = [
        act(
            seq,
            chance.choice(kinds),
            MON + days(chance.randint(-7, 4)),
            listing=chance.randint(1, listings),
            person=chance.randint(1, people),
            application=chance.choice("abcde"),
        )
        for seq in range(1, acts + 1)
    ]
    staff = [Person(number, number % 60, LONG_AGO) for number in range(1, people + 1)]
    own = {
        one.id: tuple(tuple(chance.randint(0, 4000) for _ in range(26)) for _ in ACTIVITY) for one in staff
    }
    weeks = [TeamWeek((20_000,) * len(ACTIVITY), 8, 20) for _ in range(26)]
    return facts_of(
        happened, known, people=staff, history=History(own, dict.fromkeys(range(60), weeks), weeks)
    )


@pytest.mark.slow
def test_five_hundred_people_take_well_under_two_seconds() -> None:
    facts = big_week(500, 20_000, 6_000)
    started = process_time()
    built = Weekly(WEEK, facts, COUNTING, ENGLAND)
    made = [digest_of(built.summary(one.id)) for one in facts.people]
    assert len(set(made)) == 500
    assert process_time() - started < 4  # several times what it takes
