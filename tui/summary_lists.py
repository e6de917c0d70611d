"""How the sections of the Summaries screen are written: columns, rows, a sentence for the row at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kpi.periods import next_quarter
from kpi.summary import UNANSWERED_CODES
from store.summary_facts import AppealLine
from tui import summary_words as say
from tui import words
from tui.summary_facts import OpenWeek, Section
from tui.widgets import charts
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from store.summary_facts import (
        Approved,
        ApprovedMany,
        BenchmarksVersion,
        ContestLine,
        Generated,
        MissingWeek,
        SummaryLine,
        TeamFigures,
    )
    from tui.summary_facts import SectionFacts

EMPTY = {
    Section.INBOX: ("Nothing waits", "No summary waits for you. o shows those that are approved, too."),
    Section.MINE: (
        "No week yet",
        "Your own weeks stand here once they are over. s says what you did yourself in a week.",
    ),
    Section.CONTESTS: ("No contest waits", "Nobody doubts a figure. o shows those that are decided, too."),
    Section.TEAM: ("No totals", "There is no team yet whose totals you may see."),
    Section.MISSING: (
        "No week is missing",
        "Everybody whom you may see has a summary for every week that is over.",
    ),
    Section.BENCHMARKS: ("No benchmarks", "None have been saved, and the program's own cannot be read."),
}
WAITING = {
    Section.INBOX: "Reading the summaries …",
    Section.MINE: "Reading your weeks …",
    Section.CONTESTS: "Reading the contests …",
    Section.TEAM: "Adding up what teams did …",
    Section.MISSING: "Looking for weeks without a summary …",
    Section.BENCHMARKS: "Reading the benchmarks …",
}
OPEN = (
    "○ Nobody signs in to this store yet: summaries can be looked at, and approved by nobody. “Make the "
    "first super user” in ctrl+p begins that."
)
_WEEK, _STATE = Column("Week"), Column("State")
_INBOX = (
    _WEEK,
    Column("Name", shares=True),
    _STATE,
    Column("Flags", shares=True),
    Column("Contests", right=True),
)
_INBOX_WIDE = (_WEEK, Column("Days"), Column("Name", shares=True), Column("Team", shares=True), _STATE,
               Column("To answer", right=True), Column("Contests", right=True),
               Column("Flags", shares=True))  # fmt: skip
_MINE = (_WEEK, Column("Days"), _STATE, Column("Flags", shares=True), Column("Contests", right=True))
_CONTESTS = (
    _WEEK,
    Column("Name", shares=True),
    Column("What", shares=True),
    _STATE,
    Column("Why", shares=True),
)
_MISSING = (_WEEK, Column("Days"), Column("Name", shares=True))
_BENCHMARKS = (
    Column(""),
    Column("From"),
    Column("Saved"),
    Column("Who", shares=True),
    Column("Why", shares=True),
)
_SHORT_STATE = {"changed since approval": "changed"}
MARK = "◆"
_MONTH = 3  # letters


def columns(facts: SectionFacts, *, wide: bool) -> tuple[Column, ...]:
    """The columns of a section."""
    section = facts.section
    if section is Section.INBOX:
        return _INBOX_WIDE if wide else _INBOX
    if section is Section.TEAM:
        months = () if facts.figures is None else facts.figures.months
        names = [month_words(one.month) for one in months]
        each = tuple(Column(name if wide else name[:_MONTH], right=True) for name in names)
        return (Column("Figure"), *each, Column("Together", right=True), Column("Months"))
    return {
        Section.MINE: _MINE,
        Section.CONTESTS: _CONTESTS,
        Section.MISSING: _MISSING,
        Section.BENCHMARKS: _BENCHMARKS,
    }[section]


def month_words(first: date) -> str:
    """“Nov 26”."""
    return words.column_day(first)[3:]


def table(facts: SectionFacts, marked: int | None, *, wide: bool) -> list[TableRow]:
    """The rows of a section, in the store's order: by week, name or number, never by a figure."""
    if facts.section is Section.TEAM:
        return [] if facts.figures is None else _team_rows(facts.figures, wide=wide)
    made: Mapping[Section, Callable[[Any], TableRow]] = {
        Section.INBOX: _wide_line if wide else _line,
        Section.MINE: _own_line,
        Section.CONTESTS: lambda one: _appeal_row(one) if isinstance(one, AppealLine) else _contest_row(one),
        Section.MISSING: _missing_row,
        Section.BENCHMARKS: lambda one: _version_row(one, marked),
    }
    return [_open_row(one) if isinstance(one, OpenWeek) else made[facts.section](one) for one in facts.rows]


def sentence(facts: SectionFacts, picked: object) -> str:
    """The whole of the row with the cursor."""
    if picked is None:
        return ""
    if facts.section in (Section.INBOX, Section.MINE):
        return (
            _open_sentence(picked)
            if isinstance(picked, OpenWeek)
            else line_sentence(cast("SummaryLine", picked))
        )
    if facts.section is Section.CONTESTS:
        return _doubt_sentence(cast("ContestLine | AppealLine", picked))
    if facts.section is Section.TEAM:
        return "" if facts.figures is None else team_sentence(facts.figures)
    if facts.section is Section.MISSING:
        one = cast("MissingWeek", picked)
        week = say.week_words(one.week)
        return f"{words.shown(one.name)} has no summary of {week}. g makes those that are missing."
    return version_sentence(cast("BenchmarksVersion", picked))


# ------------------------------------------------------------------------------------------ summaries


def short_state(line: SummaryLine) -> str:
    """“■ changed”, for a column."""
    look = say.state_look(line)
    return f"{look.glyph} {_SHORT_STATE.get(look.word, look.word)}"


def days_words(one: SummaryLine | MissingWeek | OpenWeek) -> str:
    """“9 to 15 Nov 2026”."""
    return say.week_words(one.week).partition(", ")[2]


def _number(count: int) -> str:
    return f"{count:,}" if count else ""


def _flags(line: SummaryLine) -> str:
    """What the flags are, and how many of them wait for an answer."""
    glyph, answers = _answers(line)
    said = ", ".join(map(say.flag_title, line.flags))
    return f"{glyph} {answers}: {said}" if line.unanswered else f"{glyph} {said}".strip()


def _answers(line: SummaryLine) -> tuple[str, str]:
    """Whether the flags have been answered: glyph and words."""
    if line.unanswered:
        return say.FLAG, f"{line.unanswered:,} to answer"
    if not UNANSWERED_CODES.issuperset(line.flags):
        return say.ANSWERED, "all answered"
    return (say.UNASKED, "nothing to answer") if line.flags else ("", "")


def _odd(line: SummaryLine, place: int) -> int | None:
    return place if line.changed or line.state == "returned" else None


def _line(line: SummaryLine) -> TableRow:
    cells = (
        line.week.label,
        words.shown(line.name),
        short_state(line),
        _flags(line),
        _number(line.contested),
    )
    return TableRow(cells, line, _odd(line, 2))


def _wide_line(line: SummaryLine) -> TableRow:
    cells = (
        line.week.label,
        days_words(line),
        words.shown(line.name),
        words.shown(line.team_name, "no team"),
        short_state(line),
        _number(line.unanswered),
        _number(line.contested),
        f"{_answers(line)[0]} {', '.join(map(say.flag_title, line.flags))}".strip(),
    )
    return TableRow(cells, line, _odd(line, 4))


def _own_line(line: SummaryLine) -> TableRow:
    cells = (line.week.label, days_words(line), short_state(line), _flags(line), _number(line.contested))
    return TableRow(cells, line, _odd(line, 2))


def _open_row(one: OpenWeek) -> TableRow:
    look = say.STATES["open"]
    return TableRow((one.week.label, days_words(one), f"{look.glyph} {look.word}", "", ""), one)


def _open_sentence(one: OpenWeek) -> str:
    return f"Your week {say.week_words(one.week)}, so far: nobody sees it but you until it is over."


def _doubt_sentence(one: ContestLine | AppealLine) -> str:
    if isinstance(one, AppealLine):
        decides = " enter opens it; v decides there." if one.may_decide else ""
        return f"{say.appeal_sentence(one)}.{decides}"
    return f"{say.contest_sentence(one)}."


def line_sentence(line: SummaryLine) -> str:
    """Whose week it is, where it stands, what is to be looked at."""
    who = (
        "Your week" if line.own else f"{words.shown(line.name)}, {words.shown(line.team_name, 'in no team')},"
    )
    said = [f"{who} {say.week_words(line.week)}: {say.state_words(line)}."]
    if line.flags:
        glyph, answers = _answers(line)
        said.append(f"{glyph} {', '.join(map(say.flag_title, line.flags))}; {answers}.")
    if line.contested:
        said.append(f"{words.plural(line.contested, 'contest')} waiting.")
    return " ".join(said)


# ------------------------------------------------------------------------------- contests, missing, team


def _contest_row(one: ContestLine) -> TableRow:
    cells = (
        one.week.label,
        words.shown(one.name),
        say.contested_words(one),
        say.decision_words(one.decision),
        words.shown(one.reason),
    )
    return TableRow(cells, one)


def _appeal_row(one: AppealLine) -> TableRow:
    cells = (
        one.week.label,
        words.shown(one.name),
        f"Appeal, {say.kind_title(one.kind)}",
        say.decision_words(one.decision),
        words.shown(one.appeal),
    )
    return TableRow(cells, one)


def _missing_row(one: MissingWeek) -> TableRow:
    return TableRow((one.week.label, days_words(one), words.shown(one.name)), one)


def _team_rows(figures: TeamFigures, *, wide: bool) -> list[TableRow]:
    months = [{one.figure: one.total for one in month.totals} for month in figures.months]
    rows = []
    for one in figures.totals:
        totals = [month[one.figure] for month in months]
        cells = (
            say.figure_title(one.figure, short=not wide),
            *map(say.total_words, totals),
            say.total_words(one.total),
            charts.weeks_line([total.value for total in totals]),
        )
        rows.append(TableRow(cells, one))
    return rows


def team_sentence(figures: TeamFigures) -> str:
    """Which team it is, which months, and what is withheld."""
    said = f"{words.shown(figures.name)}, {month_words(figures.since)} to {month_words(figures.until)}."
    if any(one.total.withheld for one in figures.totals):
        said += (
            " – is withheld, * lacks months that are: fewer than five people had a part in them, or so few "
            "that one's own could be told."
        )
    return f"{said} What is contested is in none."


# ----------------------------------------------------------------------------------------- benchmarks


def version_name(one: BenchmarksVersion) -> str:
    """“Version 3”, or what number 0 is."""
    return f"Version {one.number}" if one.number else "The program's own"


def _version_row(one: BenchmarksVersion, marked: int | None) -> TableRow:
    mark = MARK if one.number == marked else "▸" if one.in_force else " "
    cells = (
        f"{mark} {version_name(one)}",
        "always" if one.week is None else one.week.label,
        "" if one.created_at is None else words.column_day(one.created_at.date()),
        words.shown(one.author, ""),
        words.shown(one.reason, ""),
    )
    return TableRow(cells, one)


def version_sentence(one: BenchmarksVersion) -> str:
    """From when a version counts, who made it and why, how much it changed."""
    if one.week is None:
        said = "The benchmarks that come with the program; they count until a version does."
    else:
        said = (
            f"Version {one.number} counts from {one.week.label} on; made by {words.shown(one.author)}: "
            f"“{words.shown(one.reason)}”. {words.plural(len(one.differences), 'value')} changed."
        )
    return f"▸ In force. {said}" if one.in_force else said


def revision_words(versions: Sequence[BenchmarksVersion], today: date) -> str:
    """When the next quarterly revision is due, by the calendar quarter after that of the newest version."""
    made = versions[0].created_at if versions else None
    if made is None:
        return "▲ The benchmarks have never been revised here; they are to be every quarter."
    due = next_quarter(made.date())
    last = f"Revised last on {words.day_words(made.date())}"
    if today < due:
        return f"{last}; the next quarterly revision is due from {words.day_words(due)} on."
    return f"▲ {last}; a quarterly revision has been due since {words.day_words(due)}."


# ------------------------------------------------------------------------------------ what was done


def made_words(made: Generated) -> str:
    """What generating came to."""
    parts = (
        (made.made, "made"),
        (made.updated, "brought up to date"),
        (made.changed, "changed since their approval"),
    )
    said = [f"{count:,} {what}" for count, what in parts if count]
    return f"Summaries: {', '.join(said)}." if said else "Summaries: nothing has changed."


def approved_words(approved: Approved, name: str) -> str:
    """That a summary was approved, and what its approver should know."""
    return " ".join((f"✓ The summary of {name} is approved.", *_notes(approved.warnings)))


def approved_many_words(done: ApprovedMany) -> str:
    """How many were approved, and why others were not."""
    said = [f"✓ {words.plural(len(done.approved), 'summary').replace('summarys', 'summaries')} approved."]
    said += [f"{words.shown(one.name)} was left: {words.shown(one.why)}." for one in done.left]
    return " ".join((*said, *_notes(done.warnings)))


def _notes(warnings: Sequence[str]) -> list[str]:
    return [f"▲ {words.shown(one).rstrip('.')}." for one in warnings]
