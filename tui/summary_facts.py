"""The questions of the screens of weekly summaries, and the frozen answers. Runs on the desk's thread."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.policy import Action, Scope, Subject
from kpi.summary import FIGURES
from kpi.summary_course import why_left_alone
from kpi.weeks import week_of
from tui.people_facts import Rights, ask_rights

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, tzinfo

    from kpi.summary import Figure
    from kpi.weeks import Week
    from store.people_questions import TeamView
    from store.summary_facts import (
        BenchmarksVersion,
        EventLine,
        SummaryLine,
        SummaryPage,
        TaskLine,
        TeamFigures,
    )
    from store.summary_questions import SummaryQuestions
    from tui.reader import Reader

_MONTHS = 6


class Section(Enum):
    """The parts of the Summaries screen, in their order."""

    INBOX = "Inbox"
    MINE = "Mine"
    CONTESTS = "Contests"
    TEAM = "Team"
    MISSING = "Missing"
    BENCHMARKS = "Benchmarks"


class Choice(NamedTuple):
    """What of a section is looked at: `all` or what waits; the `team` of totals, None for all teams."""

    all: bool = False
    team: int | None = None
    team_is_chosen: bool = False


class SummariesKnown(NamedTuple):
    """What every page about summaries knows; `person` is whoever has signed in.

    `revision` is the store's, `zone` the organisation's, for moments; `week` is the one that runs.
    """

    revision: int
    today: date
    zone: tzinfo
    rights: Rights
    person: int | None
    week: Week


class SectionFacts(NamedTuple):
    """What stands in a section, and which sections there are for whoever looks.

    `teams` are those whose totals can be looked at, (number, name) each, and `figures` are one's.
    """

    section: Section
    sections: tuple[Section, ...]
    known: SummariesKnown
    choice: Choice
    rows: tuple[Any, ...]
    teams: tuple[tuple[int | None, str], ...] = ()
    figures: TeamFigures | None = None


class OpenWeek(NamedTuple):
    """One's own week that runs: a row of one's weeks, of which the figures are made when it is opened."""

    week: Week


class PageFacts(NamedTuple):
    """One summary."""

    known: SummariesKnown
    page: SummaryPage


class BehindFacts(NamedTuple):
    """What is behind a figure of a summary, or behind a flag; `sealed`: as it was approved."""

    known: SummariesKnown
    page: SummaryPage
    events: tuple[EventLine, ...]
    tasks: tuple[TaskLine, ...]
    sealed: bool


class WeekFacts(NamedTuple):
    """The summaries of a week, by name; the figures of those that could be approved without a look."""

    known: SummariesKnown
    week: Week
    lines: tuple[SummaryLine, ...]
    figures: Mapping[int, tuple[Figure, ...]]


class BenchmarksFacts(NamedTuple):
    """All versions, the newest first; `leads` are the names of those who lead a team, and `teams` theirs."""

    known: SummariesKnown
    versions: tuple[BenchmarksVersion, ...]
    leads: tuple[tuple[str, str], ...]
    first_weekday: int


def ask_section(section: Section | None, choice: Choice) -> Callable[[Reader], SectionFacts]:
    """What stands in a section; None is the first that there is."""

    def ask(reader: Reader) -> SectionFacts:
        with reader.at_once():
            asked = reader.summary_questions()
            known = _known(reader, asked)
            teams = _teams(reader, known)
            sections = tuple(one for one in Section if _is_there(one, known, teams))
            wanted = section if section in sections else sections[0]
            if wanted is not Section.TEAM:
                return SectionFacts(wanted, sections, known, choice, _rows(asked, wanted, choice), teams)
            picked = _picked(choice, teams)
            figures = asked.team(picked.team, months=_MONTHS)
            return SectionFacts(wanted, sections, known, picked, figures.totals, teams, figures)

    return ask


def _known(reader: Reader, asked: SummaryQuestions) -> SummariesKnown:
    visitor, today = reader.visitor(), reader.today()
    return SummariesKnown(
        reader.revision(),
        today,
        reader.rules.zone,
        ask_rights(reader),
        None if visitor is None else visitor.person,
        week_of(today, asked.first_weekday()),
    )


def _is_there(section: Section, known: SummariesKnown, teams: tuple[object, ...]) -> bool:
    rights = known.rights
    sees_others = rights.reaches(Action.SEE_FIGURES) not in (None, Scope.OWN)
    if section is Section.INBOX:
        return sees_others
    if section is Section.MINE:
        return known.person is not None
    if section is Section.CONTESTS:
        return rights.reaches(Action.DECIDE_CONTESTS) is not None or sees_others
    if section is Section.TEAM:
        return bool(teams)
    if section is Section.BENCHMARKS:
        return rights.may(Action.SEE_BENCHMARKS)
    return sees_others or known.person is not None


def _teams(reader: Reader, known: SummariesKnown) -> tuple[tuple[int | None, str], ...]:
    """The teams whose totals are seen, by name, after all of them together where that is seen."""
    rights = known.rights
    if rights.reaches(Action.SEE_TOTALS) is None:
        return ()
    seen: list[TeamView] = [
        team for team in reader.people().teams() if rights.may(Action.SEE_TOTALS, Subject(team=team.number))
    ]
    whole: list[tuple[int | None, str]] = [(None, "All teams")]
    each = ((team.number, team.name) for team in seen)
    return (*(whole if seen and rights.may(Action.SEE_TOTALS) else []), *each)


def _picked(choice: Choice, teams: tuple[tuple[int | None, str], ...]) -> Choice:
    """The team that was chosen, while it can be seen; else the first."""
    if choice.team_is_chosen and any(number == choice.team for number, _ in teams):
        return choice
    return choice._replace(team=teams[0][0], team_is_chosen=False)


def _rows(asked: SummaryQuestions, section: Section, choice: Choice) -> tuple[Any, ...]:
    if section is Section.INBOX:
        lines = [line for line in asked.lines(waiting=not choice.all) if not line.own]
        # Stable: within a week the names stay in their order.
        return tuple(lines) if choice.all else tuple(sorted(lines, key=lambda line: line.week))
    if section is Section.MINE:
        runs = asked.open_week()
        own = asked.lines(own=True)
        return own if runs is None else (OpenWeek(runs), *own)
    if section is Section.CONTESTS:
        return (*asked.contests(waiting=not choice.all), *asked.appeals(waiting=not choice.all))
    if section is Section.MISSING:
        return asked.missing()
    return asked.benchmarks_versions()


def why_left(line: SummaryLine) -> str | None:
    """Why approving many at once would leave it alone, None if it would not: the rule, asked of a line."""
    return why_left_alone(line.state, line.flags, changed=line.changed, contested=line.contested > 0)


def ask_page(number: int | None) -> Callable[[Reader], PageFacts]:
    """One summary, by its number; None is one's own week that runs."""

    def ask(reader: Reader) -> PageFacts:
        with reader.at_once():
            asked = reader.summary_questions()
            page = asked.so_far().page if number is None else asked.page(number)
            return PageFacts(_known(reader, asked), page)

    return ask


def ask_behind(number: int | None, key: str, *, sealed: bool) -> Callable[[Reader], BehindFacts]:
    """What is behind a figure, by its name, or behind a flag, by its key, of a summary as in `ask_page`."""

    def ask(reader: Reader) -> BehindFacts:
        with reader.at_once():
            asked = reader.summary_questions()
            if number is None:
                so_far = asked.so_far()
                behind = so_far.events.get(key, ()), so_far.tasks.get(key, ())
                return BehindFacts(_known(reader, asked), so_far.page, *behind, sealed=False)
            page = asked.page(number)
            is_there = key in FIGURES or any(flag.key == key for flag in page.flags)
            return BehindFacts(
                _known(reader, asked),
                page,
                asked.events(number, key, sealed=sealed) if is_there else (),
                asked.tasks(number, key, sealed=sealed) if key in FIGURES else (),
                sealed,
            )

    return ask


def ask_week(week: Week) -> Callable[[Reader], WeekFacts]:
    """The summaries of a week."""

    def ask(reader: Reader) -> WeekFacts:
        with reader.at_once():
            asked = reader.summary_questions()
            lines = asked.lines(week)
            meant = [line.number for line in lines if line.approvable and why_left(line) is None]
            figures = {number: asked.page(number).summary.figures for number in meant}
            return WeekFacts(_known(reader, asked), week, lines, figures)

    return ask


def ask_benchmarks(reader: Reader) -> BenchmarksFacts:
    """All versions of the benchmarks."""
    with reader.at_once():
        asked = reader.summary_questions()
        known = _known(reader, asked)
        leads: dict[str, list[str]] = {}
        if known.rights.may(Action.CHANGE_BENCHMARKS):
            for team in reader.people().teams():
                if team.manager is not None:
                    leads.setdefault(team.manager.name, []).append(team.name)
        return BenchmarksFacts(
            known,
            asked.benchmarks_versions(),
            tuple((name, ", ".join(teams)) for name, teams in leads.items()),
            asked.first_weekday(),
        )
