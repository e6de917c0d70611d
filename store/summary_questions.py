"""The questions about weekly summaries; each answer is a frozen result (store/summary_facts.py).

Everybody is told of those whose figures they may see: their own, and the teams' that they manage, stand in
for or are HR partner of, in the weeks in which people were in them. That somebody looked at another's page is
noted in the log, once a day.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from kpi.benchmarks import STANDARD, difference, load_benchmarks, write_benchmarks
from kpi.policy import Action, Subject, allows
from kpi.weeks import DAYS, Week, last_full_week, week_of
from store.access import SignInNeededError, sees_all
from store.benchmarks import benchmarks_for, check_week
from store.due_weeks import missing_weeks
from store.errors import StoreError
from store.so_far import read_so_far
from store.summary_behind import read_events, read_tasks
from store.summary_facts import BenchmarksVersion, MissingWeek
from store.summary_lines import Asker, asker_of, local, read_appeals, read_contests, read_lines
from store.summary_pages import read_page
from store.summary_rows import first_weekday, names_of
from store.summary_totals import read_team_figures
from store.team_totals import MONTHS
from store.week_people import Staff

if TYPE_CHECKING:
    from kpi.benchmarks import Benchmarks
    from store.plain import Plain, Row
    from store.reading import Reader
    from store.summary_facts import (
        AppealLine,
        ContestLine,
        EventLine,
        SoFar,
        SummaryLine,
        SummaryPage,
        TaskLine,
        TeamFigures,
    )

_OWN_REASON = "The standard for NHS Jobs, which came with the program"


class SummaryQuestions:
    """Asked over a reader: `reader.summary_questions()`."""

    def __init__(self, reader: Reader) -> None:
        """Ask `reader`."""
        self._reader = reader

    def first_weekday(self) -> int:
        """The weekday on which weeks begin, 0 for Monday."""
        with self._reader.asking() as plain:
            return first_weekday(plain)

    def weeks(self) -> tuple[Week, ...]:
        """The weeks of which whoever asks sees a summary, the latest first."""
        asker = asker_of(self._reader)
        condition, parameters = asker.condition()
        with self._reader.asking() as plain:
            rows = plain.rows(
                f"SELECT DISTINCT s.from_day FROM summary s WHERE {condition} ORDER BY 1 DESC", parameters
            )
        return tuple(Week(date.fromordinal(day)) for (day,) in rows)

    def lines(
        self,
        week: Week | None = None,
        state: str | None = None,
        *,
        waiting: bool = False,
        own: bool = False,
    ) -> tuple[SummaryLine, ...]:
        """The summaries that are seen, the latest week first, people by name.

        `state` is ready, returned, approved, or “changed” for the approved ones that have changed since;
        `waiting` are all but the other approved ones, `own` those of whoever asks.
        """
        asker = asker_of(self._reader)
        with self._reader.at_once(), self._reader.asking() as plain:
            return read_lines(plain, asker, week, state, waiting=waiting, own=own)

    def page(self, number: int) -> SummaryPage:
        """One summary with all that belongs to it; StoreError if there is none."""
        self._see(number)
        asker, today = asker_of(self._reader), self._reader.today()
        with self._reader.at_once(), self._reader.asking() as plain:
            return read_page(plain, asker, number, self._reader.rules.zone, today)

    def events(self, number: int, figure: str, *, sealed: bool = False) -> tuple[EventLine, ...]:
        """The events behind a figure, or behind a flag by its key, in their order; `sealed`: as approved."""
        self._see(number)
        visitor = self._reader.visitor()
        imports = visitor is None or allows(visitor.standing, Action.SEE_DATA)
        with self._reader.at_once(), self._reader.asking() as plain:
            zone = self._reader.rules.zone
            return read_events(plain, number, figure, zone, sealed=sealed, imports=imports)

    def tasks(self, number: int, figure: str, *, sealed: bool = False) -> tuple[TaskLine, ...]:
        """The tasks behind a figure; `sealed`: as approved."""
        self._see(number)
        with self._reader.at_once(), self._reader.asking() as plain:
            return read_tasks(plain, self._reader.rules.catalogue, number, figure, sealed=sealed)

    def _see(self, number: int) -> None:
        """Have the policy asked whether this one is seen, and the log told if it is another's."""
        with self._reader.asking() as plain:
            row = plain.row(
                "SELECT person, team FROM summary WHERE number = ? AND from_day <= ?",
                (number, self._reader.today().toordinal() - DAYS),
            )
        if row is None:
            asker_of(self._reader)
            raise StoreError(f"there is no summary {number}; “stagewatch summaries list” names them all")
        self._reader.see_person(Subject(person=row[0], team=row[1]))

    def open_week(self) -> Week | None:
        """The week that runs, if whoever asks is in a team in it."""
        person = asker_of(self._reader).person
        if person is None:
            return None
        with self._reader.asking() as plain:
            week = self._this_week(plain)
            is_there = sees_all(plain) and Staff(plain).team_in(person, week) is not None
        return week if is_there else None

    def so_far(self) -> SoFar:
        """One's own week that runs; StoreError for who is in no team, or where nobody signs in."""
        asker = asker_of(self._reader)
        person = asker.person
        if person is None:
            raise SignInNeededError(
                "nobody signs in to this store yet: a week that runs is shown to its person alone"
            )
        with self._reader.at_once(), self._reader.asking() as plain:
            if not sees_all(plain):
                raise StoreError(
                    "on this server your week is shown once it is over: your role does not see all of it"
                )
            found = self._so_far(plain, asker, person)
        if found is None:
            raise StoreError("you are in no team this week, or linked to no name in the ATS: nothing counts")
        return found

    def _so_far(self, plain: Plain, asker: Asker, person: int) -> SoFar | None:
        """As it was made last, while the store has not changed: every look into it asks anew."""
        week = self._this_week(plain)
        made_of = (self._reader.revision(), person, week)
        if self._reader.so_far is None or self._reader.so_far[0] != made_of:
            found = read_so_far(plain, asker, self._reader.rules, person, week)
            self._reader.so_far = (made_of, found)
        return self._reader.so_far[1]

    def missing(self) -> tuple[MissingWeek, ...]:
        """Weeks that are over and have no summary, since the first that was generated, the latest first."""
        asker = asker_of(self._reader)
        with self._reader.at_once(), self._reader.asking() as plain:
            made = plain.value("SELECT min(from_day) FROM summary")
            last = last_full_week(self._reader.today(), first_weekday(plain))
            first = last if made is None else Week(date.fromordinal(made))
            return _missing(plain, asker, first, last)

    def contests(self, *, waiting: bool = True) -> tuple[ContestLine, ...]:
        """The contests that are seen, those that `waiting` only or all of them, the oldest first."""
        asker = asker_of(self._reader)
        with self._reader.at_once(), self._reader.asking() as plain:
            return read_contests(plain, asker, self._reader.rules.zone, waiting=waiting)

    def appeals(self, *, waiting: bool = True) -> tuple[AppealLine, ...]:
        """The appeals against documents that are seen, those that `waiting` only or all, the oldest first."""
        asker = asker_of(self._reader)
        with self._reader.at_once(), self._reader.asking() as plain:
            return read_appeals(plain, asker, self._reader.rules.zone, waiting=waiting)

    def team(
        self, team: int | None, since: date | None = None, until: date | None = None, months: int = MONTHS
    ) -> TeamFigures:
        """A team's totals in whole months, the last `months` unless it is said; None: of all teams."""
        return read_team_figures(self._reader, team, since, until, months)

    def benchmarks(self, week: Week | None = None) -> BenchmarksVersion:
        """The version that counts for a week, this one unless it is said."""
        self._reader.may(Action.SEE_BENCHMARKS)
        with self._reader.asking() as plain:
            weekday = first_weekday(plain)
            asked = self._this_week(plain) if week is None else check_week(week, weekday)
            number = benchmarks_for(plain, asked).number
        return next(one for one in self.benchmarks_versions() if one.number == number)

    def benchmarks_versions(self) -> tuple[BenchmarksVersion, ...]:
        """All versions, the newest first; the last one is number 0, the program's own."""
        self._reader.may(Action.SEE_BENCHMARKS)
        with self._reader.at_once(), self._reader.asking() as plain:
            counting = benchmarks_for(plain, self._this_week(plain)).number
            rows = plain.rows(
                "SELECT number, from_day, created_at, author, reason, feedback, text FROM benchmarks "
                "ORDER BY number"
            )
        found = [_standard(in_force=counting == 0)]
        for row in rows:
            found.append(self._version(row, found[-1].benchmarks, in_force=counting == row[0]))
        return tuple(reversed(found))

    def _this_week(self, plain: Plain) -> Week:
        return week_of(self._reader.today(), first_weekday(plain))

    def _version(self, row: Row, before: Benchmarks, *, in_force: bool) -> BenchmarksVersion:
        number, from_day, created_at, author, reason, feedback, text = row
        benchmarks = load_benchmarks(text)
        return BenchmarksVersion(
            number=number,
            week=Week(date.fromordinal(from_day)),
            created_at=local(created_at, self._reader.rules.zone),
            author=author,
            reason=reason,
            feedback=json.loads(feedback),
            text=text,
            benchmarks=benchmarks,
            differences=difference(before, benchmarks),
            in_force=in_force,
        )


def _standard(*, in_force: bool) -> BenchmarksVersion:
    text = write_benchmarks(STANDARD)
    return BenchmarksVersion(0, None, None, "Stagewatch", _OWN_REASON, {}, text, STANDARD, (), in_force)


def _missing(plain: Plain, asker: Asker, first: Week, last: Week) -> tuple[MissingWeek, ...]:
    """Those that whoever asks would see, the latest first, people by name."""
    staff = Staff(plain)
    weeks = {
        week: [person for person in people if asker.seen.holds(Subject(person, staff.team_in(person, week)))]
        for week, people in missing_weeks(plain, first, last).items()
    }
    names = names_of(plain, {person for people in weeks.values() for person in people})
    return tuple(
        MissingWeek(person, names[person], week)
        for week in sorted(weeks, reverse=True)
        for person in sorted(weeks[week], key=lambda person: (names[person].casefold(), person))
    )
