"""`stagewatch summaries list|events|missing|generate|first-weekday`; their other commands are beside this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.text import clean
from store.errors import StoreError
from tui.commands.output import print_json, print_table, reading, writing
from tui.commands.progress import progress_bar
from tui.summary_words import about_words, flags_words, state_words, week_words
from tui.words import plural

if TYPE_CHECKING:
    from argparse import Namespace

    from kpi.weeks import Week
    from store.reading import Reader
    from store.summary_facts import EventLine, SummaryLine, TaskLine


def week_said(reader: Reader, name: str | None) -> Week | None:
    """The week of this name, as weeks begin in this store; None for none."""
    from kpi.weeks import week_named

    return None if name is None else week_named(name, reader.summary_questions().first_weekday())


def list_summaries(options: Namespace) -> None:
    """Print the summaries that one may see, the latest week first, people by name."""
    with reading(options) as reader:
        found = reader.summary_questions().lines(week_said(reader, options.week), options.state)
    if options.json:
        print_json({"summaries": [line_json(line) for line in found]})
        return
    if not found:
        print("No such summaries that you may see; “stagewatch summaries generate” makes those that are due.")
        return
    print_table(
        ["ID", "Week", "Name", "Team", "State", "To answer", "Contested", "Flags"],
        [
            [
                line.number,
                line.week.label,
                line.name,
                line.team_name,
                state_words(line),
                line.unanswered or "",
                line.contested or "",
                flags_words(line.flags),
            ]
            for line in found
        ],
        numbers=(0, 5, 6),
    )


def line_json(line: SummaryLine) -> dict[str, Any]:
    """A summary in the machine form."""
    return {
        "id": line.number or None,
        "person": line.person,
        "week": line.week.label,
        "state": line.state,
        "flags": list(line.flags),
        "digest": line.digest,
        "user": line.name,
        "team": None if line.team is None else {"number": line.team, "name": line.team_name},
        "from": line.week.first.isoformat(),
        "until": line.week.last.isoformat(),
        "unanswered": line.unanswered,
        "contested": line.contested,
        "changed": line.changed,
        "own": line.own,
        "approvable": line.approvable,
    }


def events(options: Namespace) -> None:
    """Print the events, or the tasks, behind a figure or a flag of a summary."""
    from kpi.summary import TASKS

    figure, number, sealed = options.figure, options.summary, options.sealed
    with reading(options) as reader:
        questions = reader.summary_questions()
        tasks: tuple[TaskLine, ...] = ()
        found: tuple[EventLine, ...] = ()
        if number is None:
            so_far = questions.so_far()
            if figure not in so_far.events:
                raise StoreError(
                    f"“{clean(figure)}” is no figure of your week so far, and no flag; “stagewatch summaries "
                    "show open” names them"
                )
            found, tasks = so_far.events[figure], so_far.tasks.get(figure, ())
        elif figure in TASKS:
            tasks = questions.tasks(number, figure, sealed=sealed)
        else:
            found = questions.events(number, figure, sealed=sealed)
    if options.json:
        print_json(
            {
                "id": number,
                "figure": figure,
                "events": [_event_json(one) for one in found],
                "tasks": [_task_json(one) for one in tasks],
            }
        )
        return
    behind = plural(len(tasks), "task") if figure in TASKS else plural(len(found), "event")
    which = "your week so far" if number is None else f"summary {number}"
    print(clean(f"{about_words(figure)} of {which}: {behind}."))
    if found:
        _print_events(found)
    if tasks:
        _print_tasks(tasks)


def _print_events(found: tuple[EventLine, ...]) -> None:
    print_table(
        ["Event", "When", "What", "Listing", "Application", "By", "", "Note and details"],
        [
            [
                one.seq,
                f"{one.at:%Y-%m-%d %H:%M}",
                one.kind,
                one.listing,
                one.application,
                one.actor,
                "late" if one.late else "",
                "; ".join(
                    [*([one.note] if one.note else []), *(f"{name}: {it}" for name, it in one.details)]
                ),
            ]
            for one in found
        ],
        numbers=(0,),
    )
    if any(one.late for one in found):
        print("“late”: brought in after the summary was approved.")


def _print_tasks(tasks: tuple[TaskLine, ...]) -> None:
    print_table(
        ["Task", "Listing", "Application", "KPI", "From", "Due on", "Done by", "Ended"],
        [
            [one.id, one.listing, one.application, one.kpi_name, one.opened_on, one.due_on, one.done_by,
             one.ended_on]
            for one in tasks
        ],
    )  # fmt: skip


def _event_json(one: EventLine) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "at": one.at.isoformat(),
        "kind": one.kind,
        "listing": one.listing,
        "title": one.title,
        "application": one.application,
        "actor": one.actor,
        "note": one.note,
        "details": dict(one.details),
        "known_at": None if one.known_at is None else one.known_at.isoformat(),
        "late": one.late,
    }


def _task_json(one: TaskLine) -> dict[str, Any]:
    return {
        "id": one.id,
        "listing": one.listing,
        "title": one.title,
        "application": one.application,
        "kpi": one.kpi,
        "opened_on": one.opened_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "done_by": one.done_by.isoformat(),
        "ended_on": None if one.ended_on is None else one.ended_on.isoformat(),
        "outcome": one.outcome,
    }


def missing(options: Namespace) -> None:
    """Print the weeks of people that are over and have no summary."""
    with reading(options) as reader:
        found = reader.summary_questions().missing()
    if options.json:
        print_json(
            {"missing": [{"person": one.person, "user": one.name, "week": one.week.label} for one in found]}
        )
        return
    if not found:
        print("No week is missing.")
        return
    print_table(["Week", "Name"], [[week_words(one.week), one.name] for one in found])
    print("“stagewatch summaries generate” makes them.")


def generate(options: Namespace) -> None:
    """Bring summaries up to date with the events."""
    from store.generating import generate as bring_up_to_date

    with reading(options) as reader:
        week = week_said(reader, options.week)
    with writing(options) as store, progress_bar("Adding up the weeks") as show:
        made = bring_up_to_date(store, week, show)
    if options.json:
        print_json(
            {
                "weeks": [one.label for one in made.weeks],
                **{name: getattr(made, name) for name in ("made", "updated", "changed", "same")},
            }
        )
        return
    said = ", ".join(one.label for one in made.weeks)
    print(f"{plural(len(made.weeks), 'week')} looked at{f': {said}' if said else ''}.")
    print(f"  {made.made:,} made, {made.updated:,} brought up to date, {made.same:,} left as they are")
    if made.changed:
        print(f"  approved ones found to differ by now, or to differ no longer: {made.changed:,}")


def first_weekday(options: Namespace) -> None:
    """Print on which day weeks begin, or let it be another one, as long as there is no summary."""
    from kpi.calendar import WEEKDAY_NAMES

    changed = False
    if options.day is not None:
        from store.benchmarks import choose_first_weekday

        day = _weekday(options.day)
        with writing(options) as store:
            changed = choose_first_weekday(store, day)
    else:
        with reading(options) as reader:
            day = reader.summary_questions().first_weekday()
    if options.json:
        print_json({"first_weekday": WEEKDAY_NAMES[day], "changed": changed})
    elif options.day is not None and not changed:
        print(f"Weeks began on {WEEKDAY_NAMES[day]} before; nothing was written.")
    else:
        print(f"Weeks begin on {WEEKDAY_NAMES[day]}.")


def _weekday(text: str) -> int:
    from kpi.calendar import parse_weekdays

    days = parse_weekdays(text)
    if len(days) != 1:
        raise StoreError(f"“{clean(text)}” is more than one day; weeks begin on one; nothing was written")
    return days[0]
