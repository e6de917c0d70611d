"""`stagewatch calendar`: shown, changed, looked back at; a change tells what it does to the open tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kpi.calendar import WEEKDAY_NAMES, CalendarError, CalendarSpec, parse_weekdays
from kpi.calendar_words import weekday_words, what_changed
from tui.actor import who
from tui.commands.output import print_json, print_table, reading, status_words, writing
from tui.commands.progress import spinner

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from store.calendar_changes import CalendarSaved
    from store.calendar_questions import CalendarEffect, CalendarPage
    from store.work import Store

    Edit = Callable[[CalendarSpec], CalendarSpec]


def show_calendar(options: Namespace) -> None:
    """Print the calendar that counts."""
    with reading(options) as reader:
        page = reader.calendar_questions().page()
    if options.json:
        print_json(
            {
                "number": page.number,
                **_spec_json(page.spec),
                "by": page.by,
                "reason": page.reason,
                "at": page.at.isoformat(),
                "warnings": list(page.warnings),
                "holidays": [{"day": day.isoformat(), "name": name} for day, name in page.holidays],
            }
        )
    else:
        _print_page(page)


def _print_page(page: CalendarPage) -> None:
    spec = page.spec
    print(f"Calendar {page.number}, saved {page.at:%Y-%m-%d %H:%M} by {page.by}: {page.reason}")
    print(f"Bank holidays of {spec.region or 'no region'}; working weekdays {weekday_words(spec.weekdays)}.")
    for warning in page.warnings:
        print(f"Please note: {warning}.")
    days = [(day, "closed", reason) for day, reason in spec.closures.items()]
    days += [(day, "extra working day", reason) for day, reason in spec.extra_days.items()]
    coming = [(day, "bank holiday", name) for day, name in page.holidays]
    rows = [(day, f"{day:%a}", what, why) for day, what, why in sorted(days + coming)]
    if rows:
        print()
        print_table(["Day", "", "", ""], rows)


def list_calendars(options: Namespace) -> None:
    """Print all calendars, the newest first."""
    with reading(options) as reader:
        views = reader.calendar_questions().history()
    if options.json:
        calendars = [
            {
                "number": view.number,
                "from_day": None if view.from_day is None else view.from_day.isoformat(),
                "at": view.at.isoformat(),
                "by": view.by,
                "reason": view.reason,
                "changed": list(view.changed),
                **_spec_json(view.spec),
            }
            for view in views
        ]
        print_json({"calendars": calendars})
        return
    rows = [
        (view.number, f"{view.at:%Y-%m-%d %H:%M}", view.by, view.reason, "; ".join(view.changed))
        for view in views
    ]
    print_table(["Calendar", "When", "Who", "Why", "What changed"], rows, numbers=[0])


def set_calendar(options: Namespace) -> None:
    """Change the region or the working week."""
    if options.region is None and not options.no_holidays and options.working_days is None:
        raise CalendarError("say what to change: --region, --no-holidays or --working-days")
    weekdays = None if options.working_days is None else parse_weekdays(options.working_days)

    def edit(spec: CalendarSpec) -> CalendarSpec:
        if options.region is not None or options.no_holidays:
            spec = replace(spec, region=options.region)
        return spec if weekdays is None else replace(spec, weekdays=weekdays)

    _change(options, edit, options.expect)


def close_day(options: Namespace) -> None:
    """Close a day, or take a closure back."""
    from kpi.calendar_edits import with_closure, without_closure

    if options.remove:
        _change(options, lambda spec: without_closure(spec, options.day))
    else:
        _change(options, lambda spec: with_closure(spec, options.day, options.reason))


def open_day(options: Namespace) -> None:
    """Make a day an extra working day, or take that back."""
    from kpi.calendar_edits import with_extra_day, without_extra_day

    if options.remove:
        _change(options, lambda spec: without_extra_day(spec, options.day))
    else:
        _change(options, lambda spec: with_extra_day(spec, options.day, options.reason))


def _change(options: Namespace, edit: Edit, expected: int | None = None) -> None:
    """Save the present calendar as `edit` makes it, also if others change something else meanwhile."""
    from store.calendar_changes import CalendarConflictError
    from store.maintenance import advance

    with writing(options) as store:
        while True:
            page, draft, effect = _look(options, edit)
            changed = what_changed(page.spec, draft)
            if options.dry_run:
                _tell(options, None, changed, effect)
                return
            try:
                saved = _save(store, options, draft, page.number if expected is None else expected)
            except CalendarConflictError:
                if expected is not None:
                    raise
                continue
            if saved.changed:
                with spinner("Counting the open tasks anew"):
                    advance(store)
            _tell(options, saved, changed, effect)
            return


def _look(options: Namespace, edit: Edit) -> tuple[CalendarPage, CalendarSpec, CalendarEffect]:
    with reading(options) as reader:
        questions = reader.calendar_questions()
        page = questions.page()
        draft = edit(page.spec)
        return page, draft, questions.effect(draft)


def _save(store: Store, options: Namespace, draft: CalendarSpec, expected: int) -> CalendarSaved:
    from store.calendar_changes import save_calendar

    return save_calendar(store, draft, reason=options.reason, actor=who(), expected=expected)


def _tell(
    options: Namespace, saved: CalendarSaved | None, changed: tuple[str, ...], effect: CalendarEffect
) -> None:
    """Print what was saved, None for a dry run, and what it does."""
    if options.json:
        print_json(
            {
                "number": None if saved is None else saved.number,
                "changed": list(changed),
                "dry_run": saved is None,
                "tasks": effect.tasks,
                "moved": effect.moved,
                "recoloured": effect.recoloured,
                "kpis": [
                    {
                        "kpi": kpi.kpi,
                        "tasks": kpi.tasks,
                        "moved": kpi.moved,
                        "recoloured": [
                            {"before": before.value, "after": after.value, "tasks": tasks}
                            for before, after, tasks in kpi.recoloured
                        ],
                    }
                    for kpi in effect.kpis
                ],
            }
        )
        return
    if not changed:
        print("Nothing changes: this calendar counts already.")
        return
    print(
        "Nothing was written; it would be calendar:"
        if saved is None
        else f"Calendar {saved.number} counts now:"
    )
    for words in changed:
        print(f"  {words}")
    move, change = ("would move", "would change") if saved is None else ("move", "change")
    print(
        f"{effect.moved:,} of {effect.tasks:,} open tasks {move}, {effect.recoloured:,} {change} colour "
        f"(judged on {effect.day})."
    )
    if effect.kpis:
        print()
        print_table(
            ["KPI", "Open", "Moved", "Colour"],
            [(kpi.title, kpi.tasks, kpi.moved, _colours(kpi.recoloured)) for kpi in effect.kpis],
            numbers=[1, 2],
        )


def _colours(recoloured: tuple[Any, ...]) -> str:
    return "; ".join(
        f"{tasks:,} {status_words(before)} → {status_words(after)}" for before, after, tasks in recoloured
    )


def _spec_json(spec: CalendarSpec) -> dict[str, Any]:
    return {
        "region": spec.region,
        "timezone": spec.zone,
        "working_days": [WEEKDAY_NAMES[day] for day in spec.weekdays],
        "closures": [{"day": day.isoformat(), "reason": why} for day, why in sorted(spec.closures.items())],
        "extra_days": [
            {"day": day.isoformat(), "reason": why} for day, why in sorted(spec.extra_days.items())
        ],
    }
