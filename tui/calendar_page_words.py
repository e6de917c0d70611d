"""The words of the Calendar page: what counts, what a draft does to the open tasks, what saving came to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpi.calendar import WEEKDAY_NAMES
from kpi.calendar_words import what_changed
from kpi.status import Status
from tui import words
from tui.calendar_draft import Mark, OwnDay, entry_of, own_days
from tui.status_words import label
from tui.widgets.calendar_rows import Heading, HolidayLine, NoteLine, RegionLine, WeekLine
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from kpi.calendar import CalendarSpec, WorkingCalendar
    from store.calendar_changes import CalendarSaved
    from store.calendar_effect import CalendarEffect, KpiEffect
    from store.calendar_questions import CalendarPage, CalendarView
    from tui.calendar_draft import Entry
    from tui.widgets.calendar_rows import Line

_MOST_SAID = 3
_A_YEAR = 366  # days
EFFECT_COLUMNS = (
    Column("KPI", shares=True),
    Column("Open", right=True),
    Column("Move", right=True),
    Column("Change colour", shares=True),
)
HISTORY_COLUMNS = (
    Column("No", right=True),
    Column("Counts from"),
    Column("Saved"),
    Column("By", shares=True),
    Column("Why", shares=True),
    Column("What changed", shares=True),
)


# ------------------------------------------------------------------------------------------- the list


def lines(
    saved: CalendarSpec,
    draft: CalendarSpec,
    calendar: WorkingCalendar,
    today: date,
    regions: Mapping[str, str],
) -> list[Line]:
    """The page's list. `calendar` is a table of days by the draft, or by what is saved while that is made."""
    own = own_days(saved, draft)
    coming: list[Line] = [one for one in own if one.day >= today]
    past: list[Line] = [one for one in own if one.day < today]
    changed = frozenset({*saved.weekdays} ^ {*draft.weekdays})
    holidays: list[Line] = [
        HolidayLine(day, name, _instead(draft, day))
        for day, name in sorted(calendar.holidays.items())
        if today <= day and (day - today).days < _A_YEAR
    ]
    none = "no bank holidays" if draft.region is None else "none is known"
    return [
        Heading("Bank holidays"),
        RegionLine(region_words(draft.region, regions), saved.region != draft.region),
        Heading("Working weekdays"),
        WeekLine(draft.weekdays, changed),
        Heading("Closures and extra working days"),
        *(coming or [NoteLine("none ahead: c closes a day, e makes one an extra working day")]),
        Heading("Bank holidays of the coming twelve months"),
        *(holidays or [NoteLine(none)]),
        *([Heading("Closures and extra days that have been"), *reversed(past)] if past else []),
    ]


def region_words(code: str | None, regions: Mapping[str, str]) -> str:
    """A region by name and code."""
    if code is None:
        return "none: only weekends and closures are days off"
    return f"{regions[code]} ({code})" if code in regions else code


def _instead(spec: CalendarSpec, day: date) -> str:
    entry = entry_of(spec, day)
    if entry is None:
        return ""
    return "closed anyhow" if entry.closed else "an extra working day"


def entry_words(entry: Entry) -> str:
    """What a calendar says of a day."""
    return f"{'closed' if entry.closed else 'an extra working day'}: {words.shown(entry.reason)}"


def row_sentence(
    line: Line | None, saved: CalendarSpec, weekday: int, today: date, regions: Mapping[str, str]
) -> str:
    """What can be done to the row with the cursor, and what was there before."""
    if isinstance(line, RegionLine):
        before = f" Saved is: {region_words(saved.region, regions)}. u takes it back." if line.changed else ""
        return f"enter chooses a country or a part of one.{before}"
    if isinstance(line, WeekLine):
        name = WEEKDAY_NAMES[weekday]
        works = "is worked" if weekday in line.weekdays else "is not worked"
        before = " (not saved; u takes it back)" if weekday in line.changed else ""
        return f"{name} {works}{before}. ← → go through the week, space turns a day on or off."
    if isinstance(line, OwnDay):
        return _own_sentence(line, today)
    if isinstance(line, HolidayLine):
        far = "today" if line.day == today else words.distance_words(line.day, today)
        return f"{words.shown(line.name)}, {far}. enter makes it a working day all the same."
    return ""


def _own_sentence(line: OwnDay, today: date) -> str:
    far = "today" if line.day == today else words.distance_words(line.day, today)
    said = f"{words.day_words(line.day)}, {far}: {entry_words(line.entry)}."
    if line.mark is Mark.KEPT:
        return f"{said} enter corrects it, x removes it."
    if line.mark is Mark.REMOVED:
        return f"{said} It is removed, not saved yet; u takes that back."
    before = "" if line.before is None else f" Saved is: {entry_words(line.before)}."
    return f"{said} Not saved yet; u takes it back.{before}"


def day_said(day: date, draft: CalendarSpec, holiday: str | None, today: date) -> str:
    """What a day that is being written is now, in the draft; `holiday` names its bank holiday."""
    far = "today" if day == today else words.distance_words(day, today)
    own = entry_of(draft, day)
    if own is not None:
        now = f"{entry_words(own)}; this takes its place"
    elif day.weekday() not in draft.weekdays:
        now = "no working weekday"
    else:
        now = "a working day" if holiday is None else f"a bank holiday: {words.shown(holiday)}"
    return f"{words.day_words(day)}, {far}; now {now}."


# ------------------------------------------------------------------------------------------ above and below


def saved_words(page: CalendarPage) -> str:
    """Which calendar counts, and who saved it."""
    at = words.moment_words(page.at).strip()
    return f"Calendar {page.number}, saved {at} by {words.shown(page.by)}: “{words.shown(page.reason)}”."


def warning_words(warnings: Iterable[str]) -> str:
    """What a person should know, a line each."""
    return "\n".join(f"▲ Please note: {words.shown(one)}." for one in warnings)


def effect_words(effect: CalendarEffect) -> str:
    """What a draft does to the open tasks, in one sentence."""
    if not effect.tasks:
        return "There are no open tasks that it could move."
    if not effect.moved:
        return f"None of the {words.plural(effect.tasks, 'open task')} moves."
    many = f"{effect.moved:,} of {words.plural(effect.tasks, 'open task')}"
    said = f"The deadlines of {many} move"
    if not effect.recoloured:
        return f"{said}, none changes colour today."
    change = "changes" if effect.recoloured == 1 else "change"
    return f"{said}, {effect.recoloured:,} {change} colour today: {_colours(effect.kpis)}."


def _colours(kpis: Iterable[KpiEffect]) -> str:
    counts = Counter[tuple[Status, Status]]()
    for kpi in kpis:
        for before, after, tasks in kpi.recoloured:
            counts[before, after] += tasks
    order = list(Status)
    pairs = sorted(counts, key=lambda pair: (order.index(pair[0]), order.index(pair[1])))
    return ", ".join(f"{label(one)} → {label(two)} {counts[one, two]:,}" for one, two in pairs)


def effect_rows(effect: CalendarEffect) -> list[TableRow]:
    """What a draft does to each KPI's open tasks."""
    return [
        TableRow((kpi.title, f"{kpi.tasks:,}", f"{kpi.moved:,}", _colours([kpi]) or "none"))
        for kpi in effect.kpis
    ]


def changed_words(before: CalendarSpec, after: CalendarSpec) -> str:
    """What is different, in one sentence; of many things the first few."""
    said = [words.shown(one) for one in what_changed(before, after)]
    more = [f"and {len(said) - _MOST_SAID:,} more"] if len(said) > _MOST_SAID else []
    return "; ".join([*said[:_MOST_SAID], *more]) or "nothing"


def save_words(before: CalendarSpec, after: CalendarSpec, effect: CalendarEffect | None) -> str:
    """What saving does."""
    does = "Counting what it does to the open tasks …" if effect is None else effect_words(effect)
    return (
        f"{changed_words(before, after)}. {does} It counts from today on; tasks that have ended keep what "
        "they were, and so do past days."
    )


def done_words(saved: CalendarSaved) -> str:
    """What saving came to."""
    if not saved.changed:
        return f"Calendar {saved.number} says the same already; nothing was written."
    return f"Calendar {saved.number} counts from today on; the open tasks follow it in the background."


def theirs_words(base: CalendarSpec, theirs: CalendarPage, mine: CalendarSpec) -> str:
    """What somebody else saved meanwhile, beside what I changed."""
    return (
        f"Calendar {theirs.number} was saved by {words.shown(theirs.by)}: “{words.shown(theirs.reason)}”. "
        f"Theirs: {changed_words(base, theirs.spec)}. Mine, not saved: {changed_words(base, mine)}."
    )


def rebased_words(number: int, clashes: tuple[str, ...]) -> str:
    """My changes stand on theirs now."""
    both = f" Both of you changed {', '.join(clashes)}: yours stands, u takes theirs." if clashes else ""
    return f"Your changes stand on calendar {number} now, not saved yet.{both}"


# --------------------------------------------------------------------------------------------- the history


def history_rows(views: Iterable[CalendarView]) -> list[TableRow]:
    """All calendars, the newest first."""
    return [
        TableRow(
            (
                str(view.number),
                "the founding" if view.from_day is None else words.day_words(view.from_day, wide=True),
                words.moment_words(view.at),
                words.shown(view.by),
                words.shown(view.reason),
                words.shown("; ".join(view.changed)),
            ),
            view,
        )
        for view in views
    ]


def history_sentence(view: CalendarView) -> str:
    """All of a calendar's making."""
    at = words.moment_words(view.at).strip()
    what = "; ".join(words.shown(one) for one in view.changed)
    first = f"Bank holidays of {view.spec.region or 'no region'}, working weekdays {_weekdays(view)}."
    said = f"What changed: {what}." if what else first
    return f"Saved {at} by {words.shown(view.by)}: “{words.shown(view.reason)}”. {said}"


def _weekdays(view: CalendarView) -> str:
    return " ".join(WEEKDAY_NAMES[day] for day in view.spec.weekdays) or "none"
