"""How what is behind a figure, or behind a flag, is written: its facts, its events, its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.explain import event_words
from kpi.summary import FACTORS, TITLES
from store.summary_facts import EventLine, TaskLine
from tui import summary_words as say
from tui import words
from tui.widgets import charts
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from store.summary_facts import FlagView, SummaryPage
    from tui.summary_facts import BehindFacts

_WHEN = (Column("When"), Column("What", shares=True), Column("Listing", shares=True),
         Column("Applicant", shares=True))  # fmt: skip
_WHO, _KNOWN, _NOTE = Column("Who", shares=True), Column("Brought in"), Column("Note", shares=True)
_TASKS = (Column("State"), Column("Done by"), Column("Listing", shares=True), Column("KPI", shares=True))
_TASKS_WIDE = (Column("State"), Column("Opened"), Column("Due"), Column("Done by"), Column("Ended"),
               Column("Listing", shares=True), Column("Applicant", shares=True),
               Column("KPI", shares=True))  # fmt: skip
LATE = "■"
_CUSTOM = "custom."
_BAR_CELLS = 30


def is_figure(key: str) -> bool:
    """Whether a key is a figure's; else it is a flag's."""
    return key in TITLES


def flag_of(page: SummaryPage, key: str) -> FlagView | None:
    """The flag of a key; None if it is no flag of this summary any more."""
    return next((flag for flag in page.flags if flag.key == key), None)


def title_of(page: SummaryPage, key: str) -> str:
    """What it is that is looked into."""
    if is_figure(key):
        return say.figure_title(key)
    flag = flag_of(page, key)
    return "A flag that has gone" if flag is None else say.flag_title(flag.code).capitalize()


def behind_facts(facts: BehindFacts, key: str, *, with_weeks: bool) -> tuple[tuple[str, str], ...]:
    """What stands above the list, each with its name; `with_weeks`: the last weeks as a line too."""
    page = facts.page
    if not is_figure(key):
        return _flag_facts(page, key)
    summary = page.summary
    if facts.sealed and page.seal is not None:
        summary = page.seal.summary
    figure, target = summary.figure(key), summary.target(key)
    said = [("Count", say.count_words(figure) + (", as it was approved" if facts.sealed else ""))]
    if key in page.held:
        said.append(("Held", "it is in no report: it is contested, or was with success"))
    said += [
        ("Changed", f"{say.difference_words(*one[:3])} since it was approved")
        for one in page.differences
        if one.figure == key
    ]
    if target is not None and target.value is None:
        said.append(("Target", say.target_sentence(target)))
    elif target is not None:
        source = say.SOURCES.get(target.source or "", "a median")
        bar = charts.bar_text(figure.weighted or 0, target.value or 0, _BAR_CELLS)
        said.append(("Target", f"{say.hundredths(target.value)}  {bar}"))
        said.append(("Base", f"{say.hundredths(target.base)}, {source} of the last full weeks"))
        said += [
            (
                f"× {FACTORS.get(one.name, one.name).lower()}",
                f"{one.percent} %, {words.shown(one.said, '')}".rstrip(", "),
            )
            for one in target.factors
        ]
    weeks = next((one.counts for one in page.history if one.figure == key), ())
    if with_weeks and weeks:
        said.append(("Weeks", f"{charts.weeks_line(weeks)}  {_range(weeks)}"))
    return tuple(said)


def _range(weeks: tuple[int | None, ...]) -> str:
    known = [count for count in weeks if count is not None]
    return f"{min(known):,} to {max(known):,} in {words.plural(len(known), 'week')}" if known else ""


def _flag_facts(page: SummaryPage, key: str) -> tuple[tuple[str, str], ...]:
    flag = flag_of(page, key)
    if flag is None:
        return (("Flag", "what was behind it has changed, and it does not stand any more"),)
    look = say.flag_look(flag)
    said = [("State", f"{look.glyph} {look.word}"), ("What", words.shown(flag.said))]
    if flag.days:
        said.append(("Days", ", ".join(map(words.week_day, flag.days))))
    if flag.answer is not None:
        said.append(("Answer", f"“{words.shown(flag.answer)}” by {words.shown(flag.answered_by)}"))
    return tuple(said)


# --------------------------------------------------------------------------------------------- the list


def columns(facts: BehindFacts, *, wide: bool) -> tuple[Column, ...]:
    """The columns of the list."""
    if facts.tasks:
        return _TASKS_WIDE if wide else _TASKS
    return *_WHEN, *((_WHO,) if wide else ()), *((_KNOWN,) if _says_when(facts, wide=wide) else ()), _NOTE


def _says_when(facts: BehindFacts, *, wide: bool) -> bool:
    """Whether there is room for when events were brought in, and whoever looks may know it."""
    return wide and any(one.known_at is not None for one in facts.events)


def rows(facts: BehindFacts, *, wide: bool) -> list[TableRow]:
    """The tasks, or the events in their order."""
    if facts.tasks:
        return [_task_row(one, wide=wide) for one in facts.tasks]
    when = _says_when(facts, wide=wide)
    return [_event_row(one, wide=wide, when=when) for one in facts.events]


def sentence(picked: object) -> str:
    """The whole of an event or a task."""
    if isinstance(picked, EventLine):
        return _event_sentence(picked)
    return _task_sentence(picked) if isinstance(picked, TaskLine) else ""


def _kind(one: EventLine) -> str:
    said = words.shown(event_words(one.kind))
    return f"{said[:1].upper()}{said[1:]}"


def _event_row(one: EventLine, *, wide: bool, when: bool) -> TableRow:
    what = f"{LATE} {_kind(one)}" if one.late else _kind(one)
    cells = [words.moment_words(one.at), what, words.shown(one.listing), words.shown(one.application, "")]
    if wide:
        cells.append(words.shown(one.actor, ""))
    if when:
        cells.append("" if one.known_at is None else words.moment_words(one.known_at))
    return TableRow((*cells, words.shown(one.note, "")), one, 1 if one.late else None)


def _event_sentence(one: EventLine) -> str:
    said = [f"{_kind(one)}, {words.moment_words(one.at).strip()}, {words.shown(one.listing)}"]
    said += [words.shown(part) for part in (one.title, one.application) if part]
    by = f"; by {words.shown(one.actor)}" if one.actor else ""
    note = f" Note: “{words.shown(one.note)}”." if one.note else ""
    details = "; ".join(
        f"{words.shown(name.removeprefix(_CUSTOM)).replace('_', ' ')}: {words.shown(text)}"
        for name, text in one.details
    )
    more = f" {details}." if details else ""
    late = f" {LATE} It was not among what was approved." if one.late else ""
    if one.known_at is not None:
        late += f" It came in on {words.moment_words(one.known_at).strip()}."
    return f"{', '.join(said)}{by}.{note}{more}{late}"


def _task_state(one: TaskLine) -> str:
    if one.outcome == "finished":
        in_time = one.ended_on is not None and one.ended_on <= one.done_by
        return "✓ in time" if in_time else "■ late"
    return "× cancelled" if one.outcome == "cancelled" else "○ open"


def _task_row(one: TaskLine, *, wide: bool) -> TableRow:
    state, listing, kpi = _task_state(one), words.shown(one.listing), words.shown(one.kpi_name)
    if not wide:
        return TableRow((state, words.column_day(one.done_by), listing, kpi), one)
    ended = "" if one.ended_on is None else words.column_day(one.ended_on)
    days = (
        words.column_day(one.opened_on),
        words.column_day(one.due_on),
        words.column_day(one.done_by),
        ended,
    )
    return TableRow((state, *days, listing, words.shown(one.application, ""), kpi), one)


def _task_sentence(one: TaskLine) -> str:
    subject = ", ".join(words.shown(part) for part in (one.listing, one.title, one.application) if part)
    ended = "" if one.ended_on is None else f", ended on {words.day_words(one.ended_on)}"
    return (
        f"{words.shown(one.kpi_name)}: {subject}. Opened on {words.day_words(one.opened_on)}, due on "
        f"{words.day_words(one.due_on)}, to be done by {words.day_words(one.done_by)}{ended}; as it is "
        "known now."
    )
