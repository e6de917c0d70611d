"""The demo's weekly summaries of the last weeks, and what the people have done with them so far.

Everything is done as one of the demo's own people, by the operations that anybody uses: so the log has it
under their names, and nothing is there that could not have come about.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kpi.benchmarks import STANDARD, write_benchmarks
from kpi.thresholds import Season
from kpi.weeks import last_full_week
from store.benchmarks import save_benchmarks
from store.contests import contest, decide
from store.demo import files_in
from store.demo_staff import CARELESS, CROWDS
from store.documents import add_document, appeal
from store.errors import StoreError
from store.feeds.mapping import load_mapping
from store.generating import generate
from store.importing import import_file
from store.moment import one_moment
from store.organisation import load_organisation
from store.self_reports import report
from store.summaries import answer_flag, approve, approve_unflagged, comment, give_back
from store.summary_rows import ask_records, load_record, record_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kpi.calendar import WorkingCalendar
    from kpi.weeks import Week
    from store.demo_people import Troupe
    from store.summary_facts import DocumentAdded
    from store.summary_rows import Record
    from store.work import Store

WEEKS, MOST_WEEKS = 6, 52
CLINICAL = CROWDS[0]
# Name, from and until (month and day, both within), and what is expected then, in per cent.
_SEASONS = (("Summer holidays", (7, 20), (8, 31), 80), ("Christmas and New Year", (12, 20), (12, 31), 40))
_FIELDS = {"calls": ("outreach_method",), "emails": ("outreach_method",), "submissions": ("source",)}
_FEEDBACK = {
    "Miles Ahead": "Calls on the wards are short. Four minutes are a talk.",
    "Mona Tor": "As far as we see it is fair to technical roles now.",
}
# What a manager answers to a flag.
_ANSWERS = {
    "missing_note": "The reason is in the letter; will be written here as well",
    "outside_hours": "Agreed with the candidate beforehand",
    "before_listing": "A wrong date; it was the day after",
    "outlier_own": "A week unlike others: we talked about why",
    "outlier_team": "Fewer listings than the others have just now",
    "daily_limit": "Recruitment day; took the next afternoon off",
    "near_daily_limit": "Recruitment day; took the next afternoon off",
    "empty_field": "Will be filled from now on",
}
_ANSWER = "Looked at together"
# Whose summary of the week before last went back, and why.
_RETURNED = {
    "Clay Potts": "Two of the calls look like one and the same: please check them in the ATS",
    "Rita Book": "Thursday is missing; were you at the careers fair?",
}
# What somebody says they did last week, beside what is logged: so many calls more.
_REPORTS = {"Rita Book": 4, "Dee Light": 0, "Iris Bloom": 0}
_CONTESTS = ("emails", "Nine went out from the shared mailbox and are not counted")
_CONTESTED = ("calls", "This one is of the week before, I entered it on the Monday")
_UPHELD = "The telephone bill says so too"
# Of who leaves fields empty: what followed, and in which week before the last.
_CORRECTIVE = (
    ("reminder", 3, "Fields and notes belong to the day's work; reminded of which ones"),
    ("retraining", 2, "Half a day at the ATS with Barb Dwyer"),
    ("restricted_access", 1, "For a month, entries are looked through by a colleague before they count"),
)
_APPEALED = "restricted_access"
_APPEAL = "The form leaves the field empty by itself when one goes back; I have shown it to Mona Tor"
_COACHING = "What was reported and what is logged differ by some calls: those from the car were never entered"
_PLANNED = "Agreed with Mo: two listings fewer for a quarter, and a talk each Friday"
_PLAN = {
    "purpose": "improvement",
    "role_mix": "Support roles in Estates, hardly any technical ones, two of them internal",
    "priorities": "One urgent listing that has been open since spring",
    "exclusions": "A listing that was frozen, and a week of leave",
    "other_criteria": "What applicants and hiring managers say, and what was agreed in the last review",
}


def make_summaries(troupe: Troupe, folder: Path, *, weeks: int = WEEKS) -> None:
    """Fill the demo's new store with summaries, most of them approved; those of the last week are not.

    Of fewer than five weeks there is less: nothing was repeated yet, or came in late.
    """
    with one_moment(troupe.location) as plain:
        calendar = load_organisation(plain).calendar
    last = last_full_week(calendar.day_of(troupe.clock()))
    since = last.before(min(weeks, MOST_WEEKS) - 1)
    head = troupe.people[0].name
    _report(troupe, calendar, last)
    with _being(troupe, head) as store:
        _set_benchmarks(store, since, last)
        generate(store, since)
        generate(store)
    summaries = _Summaries(troupe)
    _approve(troupe, summaries, last)
    _talk(troupe, summaries, last)
    _write_documents(troupe, summaries, last)
    with _being(troupe, head) as store:
        files = files_in(folder)
        import_file(store, files.late, load_mapping(files.mapping.read_text("utf-8")))
        generate(store)


@contextmanager
def _being(troupe: Troupe, name: str) -> Iterator[Store]:
    """The store, to be worked with as one of them."""
    with closing(troupe.as_person(troupe.numbered(name))) as store:
        yield store


class _Summaries:
    """The summaries as they were generated, by whose and which week's they are."""

    def __init__(self, troupe: Troupe) -> None:
        with one_moment(troupe.location) as plain:
            records = [record_of(row) for row in plain.rows(ask_records(plain))]
            names: dict[int, str] = dict(plain.rows("SELECT number, name FROM person"))
        self.of = {(names[record.person], record.week): record for record in records}

    def by_week(self, names: tuple[str, ...]) -> dict[Week, dict[str, Record]]:
        """Those of some people, the oldest week first."""
        found: dict[Week, dict[str, Record]] = defaultdict(dict)
        for (name, week), record in sorted(self.of.items(), key=lambda item: item[0][1]):
            if name in names:
                found[week][name] = record
        return found


def _set_benchmarks(store: Store, since: Week, last: Week) -> None:
    """The organisation's own since the first of the weeks, revised some weeks ago."""
    first = replace(STANDARD, fields=_FIELDS, seasons=tuple(_seasons(last.first.year)))
    reason = "Our seasons, and the fields that every call, e-mail and submission has"
    save_benchmarks(store, write_benchmarks(first), reason=reason, from_week=since)
    later = replace(first, engagement=replace(first.engagement, least_minutes=4))
    reason = "Quarterly revision with the team leads"
    text = write_benchmarks(later)
    save_benchmarks(store, text, reason=reason, feedback=_FEEDBACK, from_week=last.before(4))


def _seasons(year: int) -> Iterator[Season]:
    for since in (year - 1, year):
        for name, first, until, percent in _SEASONS:
            yield Season(name, date(since, *first), date(since, *until), percent)


def _report(troupe: Troupe, calendar: WorkingCalendar, last: Week) -> None:
    """Some say themselves how much they did; one of them is not of the log's opinion."""
    week = (calendar.end_of(last.first - timedelta(days=1)), calendar.end_of(last.last))
    for name, more in _REPORTS.items():
        with one_moment(troupe.location) as plain:
            logged = plain.value(
                "SELECT count(*) FROM event WHERE kind = 'call_made' AND actor = ? AND at >= ? AND at < ?",
                (name, *week),
            )
        with _being(troupe, name) as store:
            report(store, last, {"calls": int(logged) + more})


def _approve(troupe: Troupe, summaries: _Summaries, last: Week) -> None:
    """Every manager has dealt with all weeks but the last: flags are answered, two summaries went back."""
    for crowd in CROWDS:
        with _being(troupe, crowd.manager) as store:
            for week, own in summaries.by_week(crowd.members).items():
                if week == last:
                    continue
                back = [name for name in own if name in _RETURNED and week == last.before(1)]
                seen = {one.number: one.digest.hex() for name, one in own.items() if name not in back}
                for left in approve_unflagged(store, week, seen).left:
                    flagged = next(one for one in own.values() if one.number == left.number)
                    _approve_flagged(store, flagged)
                for name in back:
                    give_back(store, own[name].number, _RETURNED[name], own[name].digest.hex())


def _approve_flagged(store: Store, record: Record) -> None:
    for flag in record.content.flags:
        if flag.needs_answer:
            answer_flag(store, record.number, flag.key, _ANSWERS.get(flag.code, _ANSWER))
    approve(store, record.number, record.digest.hex())


def _talk(troupe: Troupe, summaries: _Summaries, last: Week) -> None:
    """Before their manager has looked: one comments and contests, another has been found right."""
    first = CLINICAL.members[0]
    with _being(troupe, first) as store:
        number = summaries.of[first, last].number
        comment(store, number, "Two days of the week went into the open day of the theatres")
        figure, reason = _CONTESTS
        contest(store, number, figure, reason)
    figure, reason = _CONTESTED
    for name in CLINICAL.members[1:]:
        number = summaries.of[name, last].number
        with one_moment(troupe.location) as plain:
            events = load_record(plain, number).content.summary.figure(figure).events
        if events:
            with _being(troupe, name) as store:
                made = contest(store, number, figure, reason, events[0])
            with _being(troupe, CLINICAL.partner) as store:
                decide(store, made.number, "upheld", _UPHELD)
            return


def _write_documents(troupe: Troupe, summaries: _Summaries, last: Week) -> None:
    """One of each kind; a corrective one only if there was cause, which another seed may not give."""
    today = last.last + timedelta(days=1)
    until = today + timedelta(days=90)
    with _being(troupe, CLINICAL.manager) as store, suppress(StoreError):
        for kind, back, text in _CORRECTIVE:
            record = summaries.of.get((CARELESS, last.before(back)))
            if record is not None:
                about = {"flag": "empty_field"}
                made = add_document(
                    store, record.number, kind, text, context=about, from_day=today, until_day=until
                )
                if kind == _APPEALED:
                    _appeal(troupe, made)
    with _being(troupe, "Ken Doo") as store:
        add_document(store, summaries.of["Rita Book", last].number, "coaching", _COACHING)
    with _being(troupe, "Hugh Mility") as store:
        add_document(store, summaries.of["Mo Lasses", last].number, "plan", _PLANNED, context=_PLAN)


def _appeal(troupe: Troupe, document: DocumentAdded) -> None:
    with _being(troupe, CARELESS) as store:
        appeal(store, document.number, _APPEAL)
