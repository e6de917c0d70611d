"""`stagewatch kpi preview` and `suggest`: what a draft would have done, what history says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kpi.survival import FEWEST_FINISHED
from kpi.targets import SERVICE_DEFAULT
from tui.commands.kpi import read_changes
from tui.commands.output import print_json, print_table, reading

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from datetime import date

    from kpi.preview import Affected
    from kpi.survival import Suggestion


def preview(options: Namespace) -> None:
    """Print what a targets file would have done to a past period."""
    from kpi.periods import last_quarter

    affected: tuple[Affected, ...] = ()
    with reading(options) as reader:
        questions = reader.targets()
        draft = {**questions.page().targets, **read_changes(options.file, reader.rules.catalogue)}
        since, until = options.since, options.until
        if since is None and until is None:
            since, until = last_quarter(reader.today())
        yesterday = reader.today() - timedelta(days=1)
        until = until or max(yesterday, since or yesterday)
        since = since or last_quarter(until)[0]
        rows = questions.sample(since, until).preview(draft)
        if options.listings is not None:
            target = draft.get(options.listings, SERVICE_DEFAULT)
            affected = questions.affected(options.listings, target, since, until)
    if options.json:
        found: dict[str, Any] = {
            "since": since.isoformat(),
            "until": until.isoformat(),
            "kpis": [row._asdict() for row in rows],
        }
        if options.listings is not None:
            found["affected"] = [_affected_json(one) for one in affected]
        print_json(found)
        return
    print(
        f"Tasks from {since} to {until}: how many became due and overdue, and would have under the draft.\n"
    )
    print_table(
        ["KPI", "Tasks", "Due", "Draft", "Overdue", "Draft"],
        [
            [row.kpi, row.tasks, row.due_now, row.due_draft, row.overdue_now, row.overdue_draft]
            for row in rows
        ],
        numbers=(1, 2, 3, 4, 5),
    )
    if options.listings is not None:
        _print_affected(options.listings, affected)


def _affected_json(one: Affected) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in one._asdict().items()
    }


def _print_affected(kpi: str, affected: Sequence[Affected]) -> None:
    print(f"\n{kpi}: {len(affected):,} tasks would have become due or overdue only then, or only now do.\n")
    print_table(
        ["Listing", "Application", "Due", "Draft", "Overdue", "Draft"],
        [
            [
                one.listing,
                one.application,
                _day(one.due_now),
                _day(one.due_draft),
                _day(one.overdue_now),
                _day(one.overdue_draft),
            ]
            for one in affected
        ],
    )


def _day(day: date | None) -> str:
    return "–" if day is None else day.isoformat()


def suggest(options: Namespace) -> None:
    """Print how many working days each KPI really took."""
    with reading(options) as reader:
        found = reader.targets().suggestions(options.since)
    if options.json:
        print_json({"kpis": [_suggestion_json(one) for one in found]})
        return
    print("Working days within which half, and 85 of 100, of the tasks were finished (Kaplan–Meier).\n")
    print_table(
        ["KPI", "Samples", "Finished", "Half", "85 of 100"],
        [[one.kpi, one.samples, one.finished, *_words(one)] for one in found],
        numbers=(1, 2, 3, 4),
    )
    print(f"\n“too few”: fewer than {FEWEST_FINISHED} finished. “never”: so many of 100 never finished.")


def _words(one: Suggestion) -> tuple[str | int, str | int]:
    if one.too_few:
        return "too few", "too few"
    return tuple("never" if days is None else days for days in (one.p50, one.p85))  # type: ignore[return-value]


def _suggestion_json(one: Suggestion) -> dict[str, Any]:
    return {
        "kpi": one.kpi,
        "samples": one.samples,
        "finished": one.finished,
        "p50": one.p50,
        "p85": one.p85,
    }
