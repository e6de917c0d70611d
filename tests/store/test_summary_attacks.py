"""What was tried on weekly summaries: each of these once brought a figure back, let one slip, or told one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

import store.generating
from kpi.weeks import Week
from store.access import NotAllowedError
from store.contests import contest, decide
from store.errors import StoreError
from store.generating import generate
from store.people import change_person
from store.self_reports import report
from store.summaries import approve, approve_unflagged, keep
from store.summary_rows import RefusedError
from store.teams import change_team, delegate, end_delegation
from tests.store.summarising import NORTH, RECRUITERS, SOUTH, Happening, Office, shared_office


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with shared_office(request, tmp_path_factory) as office:
        yield office


@pytest.fixture
def office(made: Office) -> Office:
    """On a Monday; everybody has called in the week before, which has not been summed up."""
    made.generate()
    made.next_week()
    made.calls(*RECRUITERS)
    return made


def sealed(office: Office, name: str, week: Week | None = None) -> int:
    """The number of somebody's summary, which Moyra approves now."""
    office.house.enter("Moyra")
    line = office.line(name, week)
    approve(office.store, line.number, line.digest, "So it is")
    return line.number


def upheld(
    office: Office, name: str, figure: str, event: int | None = None, week: Week | None = None
) -> None:
    """Somebody contests it, and Hana finds them right."""
    office.house.enter(name)
    made = contest(office.store, office.summary(name, week), figure, "Not me", event)
    office.house.enter("Hana")
    decide(office.store, made.number, "upheld", "So it is")


# ------------------------------------------------------------------------------------ corrected events


def test_an_event_that_was_taken_out_stays_out_in_every_version(office: Office) -> None:
    call = Happening("call_made", office.on(2), application="A-1", detail={"minutes": "9"})
    (seq,) = office.happens(call)
    office.generate()
    upheld(office, "Ray", "calls", seq)
    office.generate()
    assert (office.count("Ray", "calls"), office.count("Ray", "engagement")) == (1, 0)
    sealed(office, "Ray")
    office.corrects(seq, call._replace(detail={"minutes": "9", "note": "so"}))
    office.generate()
    assert (office.count("Ray", "calls"), office.count("Ray", "engagement")) == (1, 0)
    assert office.summarised("Ray").excluded.contested_events == 1


def test_a_contested_event_holds_its_figure_in_every_version(office: Office) -> None:
    (seq,) = office.happens(Happening("call_made", office.on(2)))
    office.generate()
    office.house.enter("Ray")
    contest(office.store, office.summary("Ray"), "calls", "Not me", seq)
    office.corrects(seq, Happening("call_made", office.on(2), detail={"note": "so"}))
    office.generate()
    assert office.page("Ray").held == {"calls"}


def test_an_event_that_is_moved_to_another_week_and_back_is_in_none_twice(office: Office) -> None:
    early = office.week
    (seq,) = office.happens(Happening("call_made", office.on(2)))
    office.generate()
    later = office.next_week(2)
    office.generate()
    office.corrects(seq, Happening("call_made", office.on(2)))
    office.generate()
    assert [office.count("Ray", "calls", week) for week in (early, later)] == [1, 1]
    sealed(office, "Ray", later)
    office.corrects(seq, Happening("call_made", office.on(2, 11, back=2)))
    assert later in office.generate().weeks
    assert [office.count("Ray", "calls", week) for week in (early, later)] == [2, 0]
    assert office.line("Ray", later).changed


def test_a_role_that_is_taken_back_weighs_all_weeks_of_its_listing_anew(office: Office) -> None:
    early = office.week
    office.calls("Ray", listing="L-taken-back")
    office.next_week()
    (seq,) = office.happens(
        Happening("call_made", office.on(1), "L-taken-back", detail={"role_type": "technical"})
    )
    office.generate()
    assert office.summarised("Ray", early).figure("calls").weighted == 225
    office.corrects(
        seq, Happening("call_made", office.on(1), "L-taken-back", detail={"note": "no such role"})
    )
    assert early in office.generate().weeks
    assert office.summarised("Ray", early).figure("calls").weighted == 200


def test_what_followed_an_event_that_was_taken_out_is_looked_at_again(office: Office) -> None:
    early = office.week
    (seq,) = office.happens(Happening("call_made", office.on(4), application="A-7"))
    office.next_week()
    office.happens(Happening("call_made", office.on(1), application="A-7"))
    office.generate()
    assert office.count("Ray", "engagement") == 1
    upheld(office, "Ray", "calls", seq, early)
    office.generate()
    assert office.count("Ray", "engagement") == 0


def test_one_event_that_is_somebody_elses_by_now_is_in_a_total_once(office: Office) -> None:
    """Ray's is kept as it was approved, and Rita's has it, too."""
    while office.week.first.month != office.week.last.month:
        office.next_week()
    week, month = office.week, office.week.first.replace(day=1)
    office.happens(
        *(
            Happening("email_sent", office.on(1, 10, minute), by=name)
            for minute, name in enumerate(RECRUITERS * 2)
        )
    )
    (seq,) = office.happens(Happening("email_sent", office.on(2)))
    office.generate()
    office.next_week(6)
    number = sealed(office, "Ray", week)
    assert total(office, month, "emails") == 13
    office.corrects(seq, Happening("email_sent", office.on(2, back=6), by="Rita"))
    office.generate(week)
    office.house.enter("Moyra")
    keep(office.store, number, "It was his", office.line("Ray", week).digest)
    assert (office.count("Rita", "emails", week), total(office, month, "emails")) == (3, 13)


def total(office: Office, month: date, figure: str) -> int | None:
    until = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    with office.asked() as questions:
        found = questions.team(NORTH, month, until).totals
    return next(one.total.value for one in found if one.figure == figure)


# ----------------------------------------------------------------------------------------- who is told


def test_who_manages_somebody_now_is_not_told_what_they_did_elsewhere(office: Office) -> None:
    office.calls("Rui", "Rui")
    office.generate()
    with office.house.by_system() as made:
        change_person(made, office.number("Rui"), team=SOUTH)
    office.next_week(2)
    office.calls("Rui")
    office.generate()
    try:
        office.house.enter("Sol")
        assert calls_by_week(office, "Rui")[-3:] == (None, 0, 1)
        office.house.enter("Rui")
        assert calls_by_week(office, "Rui")[-3:] == (3, 0, 1)
    finally:
        with office.house.by_system() as made:
            change_person(made, office.number("Rui"), team=NORTH)


def calls_by_week(office: Office, name: str) -> tuple[int | None, ...]:
    return next(one.counts for one in office.page(name).history if one.figure == "calls")


def test_what_is_held_is_in_no_chart_and_in_no_total_of_tasks(office: Office) -> None:
    while office.week.first.month != office.week.last.month:
        office.next_week()
    month = office.week.first.replace(day=1)
    for number, name in enumerate(RECRUITERS * 2):
        ready = Happening("listing_marked_ready", office.on(0, 9), f"T-{month}-{number}", name, owner=name)
        office.happens(ready, ready._replace(kind="listing_published", at=office.on(2, 9)))
    office.generate()
    office.next_week(6)
    office.house.enter("Rita")
    shown = tasks(office, month)
    assert shown is not None
    week = office.week.before(6)
    upheld(office, "Ray", "tasks_in_time", None, week)
    office.house.enter("Rita")
    assert tasks(office, month) is None
    office.house.enter("Ray")
    history = next(one for one in office.page("Ray", week).history if one.figure == "tasks_in_time")
    assert history.counts[-1] is None


def tasks(office: Office, month: date) -> int | None:
    until = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    with office.house.reader() as reader:
        (found,) = (one for one in reader.people().totals(month, until).teams if one.team == NORTH)
    return found.totals[0].value


def test_a_week_that_runs_is_shown_to_nobody_whoever_made_its_summaries(office: Office) -> None:
    running = office.week.before(-1)
    office.house.later(timedelta(days=8))
    office.generate(running)  # by a clock that is ahead
    office.house.later(timedelta(days=-8))
    number = office.summary("Rita", running)
    office.house.enter("Moyra")
    with office.asked() as questions:
        assert running not in questions.weeks()
        assert questions.lines(running) == ()
        with pytest.raises(StoreError, match="there is no summary"):
            questions.page(number)
    digest = bytes(office.row("digest", number)[0]).hex()
    with pytest.raises(StoreError, match="is not over yet"):
        approve(office.store, number, digest)


# ------------------------------------------------------------------------------------------ who decides


def test_whoever_decided_a_contest_does_not_approve_the_summary(office: Office) -> None:
    office.generate()
    upheld(office, "Ray", "notes")
    with office.house.by_system() as made:
        stands_in = delegate(made, NORTH, office.number("Hana"), office.house.today, office.house.today)
    office.house.enter("Hana")
    with pytest.raises(RefusedError, match="whoever decided a contest"):
        approve(office.store, office.summary("Ray"), office.line("Ray").digest)
    approve(office.store, office.summary("Rita"), office.line("Rita").digest)
    with office.house.by_system() as made:
        end_delegation(made, stands_in.number)


def test_who_only_stands_in_names_nobody_else_and_ends_with_who_chose_them(office: Office) -> None:
    office.generate()
    today = office.house.today
    office.house.enter("Moyra")
    delegate(office.store, NORTH, office.number("Dee"), today, today + timedelta(days=30))
    office.house.enter("Dee")
    with pytest.raises(NotAllowedError, match="you may not"):
        delegate(
            office.store, NORTH, office.number("Ron"), today + timedelta(days=31), today + timedelta(days=40)
        )
    office.house.enter("Ada")
    change_team(office.store, NORTH, manager=office.number("Sol"))
    try:
        office.house.enter("Dee")
        with pytest.raises(NotAllowedError):
            approve(office.store, office.summary("Moyra"), "00" * 32)
        assert office.house.rows("SELECT 1 FROM delegation WHERE withdrawn_at IS NULL") == []
    finally:
        office.house.enter("Ada")
        change_team(office.store, NORTH, manager=office.number("Moyra"))


def test_names_are_told_to_nobody_who_may_not_approve(office: Office) -> None:
    office.generate()
    office.house.enter("Ray")
    seen = {office.summary(name): "00" * 32 for name in ("Rita", "Rob")}
    found = approve_unflagged(office.store, office.week, seen)
    assert {one.name for one in found.left} == {f"summary {number}" for number in seen}


# ----------------------------------------------------------------------------- what was said meanwhile


def test_nothing_is_approved_behind_what_was_said_since_it_was_made(office: Office) -> None:
    office.generate()
    office.house.later(timedelta(minutes=1))
    office.house.enter("Ray")
    report(office.store, office.week, {"calls": 9})
    office.house.enter("Moyra")
    line = office.line("Ray")
    with pytest.raises(StoreError, match="more has been said"):
        approve(office.store, line.number, line.digest)
    found = approve_unflagged(office.store, office.week, {line.number: line.digest})
    assert [one.why.partition(" of ")[0] for one in found.left] == ["more has been said"]
    office.generate()
    assert "self_report" in office.line("Ray").flags


def test_who_reads_earlier_and_writes_later_does_not_hide_what_came_between(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody reads, an import comes in, we read and are overtaken by what they write."""
    office.generate()
    week, keep_drafts = office.week, store.generating._keep
    office.next_week()
    office.house.later(timedelta(minutes=1))
    office.calls("Ray", back=1)
    with office.house.by_system() as made:
        began, drafts = store.generating._drafts(made, week)
    office.house.later(timedelta(minutes=1))
    office.calls("Rita", "Ray", back=1)

    def overtaken(made, week, ours, at, counts):
        monkeypatch.undo()
        keep_drafts(made, week, drafts, began, [0] * 4)
        return keep_drafts(made, week, ours, at, counts)

    monkeypatch.setattr("store.generating._keep", overtaken)
    with office.house.by_system() as made:
        generate(made, week)
    assert [office.count(name, "calls", week) for name in ("Ray", "Rita")] == [3, 2]


def test_what_was_skipped_for_a_clock_that_is_ahead_is_looked_at_again(office: Office) -> None:
    office.generate()
    week = office.week
    office.next_week()
    office.calls("Ray", back=1)
    office.house.later(timedelta(minutes=5))
    office.generate()
    office.house.later(timedelta(minutes=-5))
    office.calls("Ray", back=1)
    office.generate()  # it cannot tell which of the two was later
    office.house.later(timedelta(minutes=6))
    assert week in office.generate().weeks
    assert office.count("Ray", "calls", week) == 3


def test_a_sealed_summary_stays_with_the_team_that_it_was_approved_in(office: Office) -> None:
    office.generate()
    number = sealed(office, "Ron")
    day = office.week.first.toordinal()
    office.house.run(f"UPDATE membership SET team = {SOUTH} WHERE person = {office.number('Ron')}")
    try:
        office.calls("Ron")
        office.generate()
        assert office.row("team, from_day", number) == (NORTH, day)
        assert office.row("sealed", number) == (1,)
    finally:
        office.house.run(f"UPDATE membership SET team = {NORTH} WHERE person = {office.number('Ron')}")
