"""How one summary is written: its head, its figures, and the parts that stand beside them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.summary import ACTIVITY, FIGURES, GROUPS
from kpi.summary_course import State
from tui import summary_words as say
from tui import words
from tui.widgets.fact_rows import Fact
from tui.widgets.figure_rows import FigureLine
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpi.summary import CycleGroup, Difference, Figure
    from store.summary_facts import (
        ContestLine,
        Document,
        FlagView,
        StepView,
        SummaryPage,
    )

IN_GROUP = {**say.SHORT_TITLES, "engagement": "Meaningful"}
"""How figures are called beside the name of their group."""
_ANSWER = Column("State")
_SHORT = {"needs no answer": "to know", "to be answered": "to answer"}


class Part(Enum):
    """The parts of a summary, in their order."""

    FIGURES = "Figures"
    CHANGED = "Changed"
    FLAGS = "Flags"
    CONTEXT = "Context"
    CONTESTS = "Contests"
    DOCUMENTS = "Documents"
    STEPS = "Steps"


class FigureShown(NamedTuple):
    """A figure of a page, with what a sentence says of it."""

    figure: Figure
    weeks: tuple[int | None, ...]


EMPTY = {
    Part.FLAGS: ("No flags", "Nothing in this week asks to be looked at."),
    Part.CONTESTS: ("Nothing is contested", "Whose week it is can contest a figure, or one event within it."),
    Part.DOCUMENTS: ("No documents", "Coaching notes, corrective actions and what plans rest on stand here."),
    Part.STEPS: ("No steps", "What becomes of the summary stands here."),
}
COLUMNS: Mapping[Part, tuple[Column, ...]] = {
    Part.CHANGED: (Column("What", shares=True), Column("Approved", right=True), Column("Now", right=True),
                   Column("What came and went", shares=True)),
    Part.FLAGS: (_ANSWER, Column("Flag", shares=True), Column("What", shares=True)),
    Part.CONTESTS: (_ANSWER, Column("What"), Column("Why", shares=True)),
    Part.DOCUMENTS: (Column("Document"), _ANSWER, Column("Until"), Column("Text", shares=True)),
    Part.STEPS: (Column("When"), Column("Step", shares=True), Column("Who", shares=True),
                 Column("What", shares=True)),
}  # fmt: skip


def parts_of(page: SummaryPage) -> tuple[Part, ...]:
    """The parts that this summary has: what changed only where something has; of an open week few."""
    if page.line.state == State.OPEN:
        return Part.FIGURES, Part.FLAGS, Part.CONTEXT
    return tuple(part for part in Part if part is not Part.CHANGED or page.differences)


def part_title(part: Part, page: SummaryPage) -> str:
    """“Flags 2”: the part, and how much stands in it."""
    counts = {
        Part.CHANGED: len(page.differences),
        Part.FLAGS: len(page.flags),
        Part.CONTESTS: len(page.contests),
        Part.DOCUMENTS: len(page.documents),
    }
    return f"{part.value} {counts[part]}" if counts.get(part) else part.value


# ------------------------------------------------------------------------------------------- the head


def headline(page: SummaryPage) -> tuple[tuple[str, str], ...]:
    """State, week, person, team: (text, style) each."""
    line = page.line
    look = say.state_look(line)
    style = {"ready": "$accent", "approved": "$success"}.get(line.state, "$warning")
    team = words.shown(line.team_name, "in no team")
    days = say.week_words(line.week).partition(", ")[2].removesuffix(f" {line.week.last.year}")
    return (
        (f"{look.glyph} {look.word}", f"{'$warning' if line.changed else style} bold"),
        (f"  {line.week.label}  ", ""),
        (words.shown(line.name), "bold"),
        (f", {team}", ""),
        (f"  {days}", "$quiet"),
    )


def notice(page: SummaryPage) -> str:
    """What is to be known before anything else: what waits, what is held, what was approved."""
    line, said = page.line, []
    if line.state == State.OPEN:
        return "nobody sees it but you · tasks as at its end, if nothing moves"
    if line.unanswered:
        said.append(f"{say.FLAG} {words.plural(line.unanswered, 'flag')} to answer")
    if page.held:
        said.append(say.held_words(page.held))
    if page.kept_reason is not None and not line.changed:
        said.append(f"kept as approved: “{words.shown(page.kept_reason)}”")
    if line.state == State.RETURNED:
        said += [f"returned: “{words.shown(one.text)}”" for one in page.steps if one.kind == "returned"][-1:]
    if page.seal is not None:
        at = words.moment_words(page.seal.approved_at).strip()
        said.append(f"approved by {words.shown(page.seal.approved_by)}, {at}")
    said += [f"▲ {words.shown(one)}" for one in page.warnings]
    if not said:
        said.append("nothing asks to be looked at")
    return " · ".join(said)


# ---------------------------------------------------------------------------------------- the figures


def figure_lines(page: SummaryPage, *, wide: bool) -> list[FigureLine]:
    """Every figure, group by group."""
    history = {one.figure: one.counts for one in page.history}
    first = {names[0]: say.GROUP_TITLES[group] for group, names in GROUPS.items()}
    return [
        _figure_line(page, page.summary.figure(name), first.get(name, ""), history.get(name, ()), wide=wide)
        for name in FIGURES
    ]


def _figure_line(
    page: SummaryPage, figure: Figure, group: str, weeks: tuple[int | None, ...], *, wide: bool
) -> FigureLine:
    target = page.summary.target(figure.name)
    mark, note = _marks(page, figure.name)
    has_target = figure.name in ACTIVITY
    return FigureLine(
        group,
        say.figure_title(figure.name) if wide else IN_GROUP[figure.name],
        figure.count,
        figure.weighted,
        None if target is None else target.value,
        has_target,
        say.target_words(target) if has_target else "",
        weeks,
        mark,
        note if wide else "",
        FigureShown(figure, weeks),
    )


def _marks(page: SummaryPage, name: str) -> tuple[str, str]:
    """The glyph that goes before a figure, the most pressing first, and all of what there is in words."""
    flags = [flag for flag in page.flags if flag.figure == name]
    waiting = [flag for flag in flags if flag.needs_answer and flag.answer is None]
    changed = [one for one in page.differences if one.figure == name]
    found = []
    if name in page.held:
        found.append((say.HELD.glyph, say.HELD.word))
    found += [(say.CHANGED.glyph, f"was {one.before or 0:,} when it was approved") for one in changed]
    if waiting:
        found.append((say.FLAG, ", ".join(say.flag_title(flag.code) for flag in waiting)))
    elif flags:
        found.append(("", ", ".join(say.flag_title(flag.code) for flag in flags)))
    return next((glyph for glyph, _ in found if glyph), ""), " · ".join(note for _, note in found)


def figure_sentence(page: SummaryPage, shown: FigureShown) -> str:
    """A figure with its target and each factor of it, and what is the matter with it."""
    figure = shown.figure
    note = _marks(page, figure.name)[1]
    said = [f"{say.figure_title(figure.name)} {say.count_words(figure)}{', ' if note else ''}{note}."]
    target = page.summary.target(figure.name)
    if target is not None:
        said.append(say.target_sentence(target, short=True))
    return " ".join(said)


def weeks_of(page: SummaryPage, key: str) -> list[tuple[str, int | None]]:
    """The last weeks of a figure, (“W46”, count) each."""
    counts = next((one.counts for one in page.history if one.figure == key), ())
    names = [week.label.partition("-")[2] for week in page.weeks][-len(counts) :]
    return list(zip(names, counts, strict=True)) if len(names) == len(counts) else []


# ------------------------------------------------------------------------------------ the other parts


def part_rows(part: Part, page: SummaryPage) -> list[TableRow]:
    """The rows of a part that is a table."""
    if part is Part.CHANGED:
        return [_changed_row(one) for one in page.differences]
    if part is Part.FLAGS:
        return [_flag_row(one) for one in page.flags]
    if part is Part.CONTESTS:
        return [_contest_row(one) for one in page.contests]
    if part is Part.DOCUMENTS:
        return [_document_row(one) for one in page.documents]
    return [_step_row(one) for one in page.steps]


def row_sentence(part: Part, picked: Any) -> str:
    """The whole of a row of such a part."""
    if picked is None:
        return ""
    if part is Part.CHANGED:
        behind = _behind(picked)
        return f"{say.difference_words(*picked[:3])}{f': {behind}' if behind else ''}."
    if part is Part.FLAGS:
        return f"{say.flag_sentence(picked)}."
    if part is Part.CONTESTS:
        return f"{say.contest_sentence(picked)}."
    if part is Part.DOCUMENTS:
        return document_sentence(picked)
    return f"{words.moment_words(picked.at).strip()}: {say.step_words(picked)}."


def _changed_row(one: Difference) -> TableRow:
    title = say.difference_words(one.figure, 0, 0).removesuffix(" 0 → 0")
    before, after = (_value(one.figure, value) for value in (one.before, one.after))
    return TableRow((title, before, after, _behind(one)), one)


def _value(figure: str, value: int | None) -> str:
    if figure.endswith(", weighted"):
        return say.hundredths(value)
    return say.NOTHING if value is None else f"{value:,}"


def _behind(one: Difference) -> str:
    """How many events, tasks or listings came and went."""
    parts = ((len(one.added), "came"), (len(one.removed), "went"))
    return ", ".join(f"{count:,} {what}" for count, what in parts if count)


def _flag_row(flag: FlagView) -> TableRow:
    look, about, said = say.flag_look(flag), say.flag_title(flag.code), words.shown(flag.said)
    figure = say.figure_title(flag.figure) if flag.figure else ""
    if figure and not said.startswith(figure):
        about = f"{about}, {figure}"
    waits = flag.needs_answer and flag.answer is None
    cells = (f"{look.glyph} {_SHORT.get(look.word, look.word)}", about, said)
    return TableRow(cells, flag, 0 if waits else None)


def _contest_row(one: ContestLine) -> TableRow:
    cells = (say.decision_words(one.decision), say.contested_words(one), words.shown(one.reason))
    return TableRow(cells, one, 0 if one.decision is None else None)


def _document_row(one: Document) -> TableRow:
    until = "" if one.until_day is None else words.column_day(one.until_day)
    cells = (
        say.kind_title(one.kind).capitalize(),
        say.document_state(one),
        until,
        words.shown(one.text),
    )
    return TableRow(cells, one, 1 if one.may_decide else None)


def document_sentence(one: Document) -> str:
    """What a document is, by whom, for which days, and what it says."""
    days = f", {say.document_days(one)}" if one.from_day else ""
    by = f"{words.shown(one.author)}, {words.moment_words(one.at).strip()}{days}"
    kind = say.kind_title(one.kind).capitalize()
    return f"{kind} by {by}: {say.document_state(one)}. “{words.shown(one.text)}”"


def _step_row(one: StepView) -> TableRow:
    about = say.about_words(one.about) if one.about else ""
    what = ": ".join(part for part in (about, words.shown(one.text, "")) if part)
    cells = (
        words.moment_words(one.at),
        say.STEPS.get(one.kind, one.kind),
        words.shown(one.person, ""),
        what,
    )
    return TableRow(cells, one)


# ---------------------------------------------------------------------------------------- the context


def context_facts(page: SummaryPage) -> list[Fact]:
    """What the figures were made under."""
    summary = page.summary
    facts = [Fact("What the week was under")]
    facts += _each("Roles", [words.shown(one) for one in summary.priorities] or ["no priorities are known"])
    excluded = say.excluded_words(summary.excluded)
    facts += _each("Left out", excluded or ("nothing: no role was frozen or cancelled",))
    number = summary.benchmarks
    facts.append(Fact("Benchmarks", f"version {number}" if number else "the program's own"))
    facts.append(Fact("How long roles took, those that are open counted as open"))
    for group in summary.cycle:
        facts += _cycle_facts(group, page.names)
    if not summary.cycle:
        facts.append(Fact("Cycle", "no listing of theirs was open or finished in these weeks"))
    facts += _reported(page)
    return facts


def _cycle_facts(group: CycleGroup, names: Mapping[str, str]) -> list[Fact]:
    """How long one kind of role took, and which they were."""
    said = [
        f"{share} within {working:,} working, {calendar:,} calendar days"
        for share, working, calendar in (
            ("half", group.working_p50, group.calendar_p50),
            ("85 of 100", group.working_p85, group.calendar_p85),
        )
        if working is not None and calendar is not None
    ]
    parts = ((group.finished, "finished"), (group.open, "open"), (group.unfilled, "ended without"))
    counts = ", ".join(f"{count:,} {what}" for count, what in parts if count)
    named = ", ".join(_listing(ref, names) for ref in group.listings)
    metric = say.METRICS.get(group.metric, group.metric)
    return [
        Fact(words.shown(group.group), f"{metric}: {'; '.join(said) or 'not half of them yet'}"),
        Fact("", f"{counts}: {named}"),
    ]


def _each(name: str, said: Sequence[str]) -> list[Fact]:
    return [Fact("" if place else name, one) for place, one in enumerate(said)]


def _listing(ref: str, names: Mapping[str, str]) -> str:
    title = names.get(ref)
    return f"{words.shown(ref)} {words.shown(title)}" if title else words.shown(ref)


def _reported(page: SummaryPage) -> list[Fact]:
    """What the person says they did, beside what was logged."""
    said = page.summary.self_report
    who = "you say" if page.line.own else "they say"
    if said is None:
        return [Fact("Own counts"), Fact("Said", "nothing was said of this week")]
    lines = [
        f"{say.figure_title(name)}: {count:,} {who}, {page.summary.figure(name).count:,} counted"
        for name, count in said.items()
    ]
    return [Fact("Own counts"), *_each("Said", lines)]
