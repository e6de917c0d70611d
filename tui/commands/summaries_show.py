"""`stagewatch summaries show`: one summary with all that belongs to it, for people and for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kpi.summary import TASKS
from kpi.text import clean
from store.task_views import format_id
from tui.commands.output import print_json, print_table, reading
from tui.commands.summaries import line_json
from tui.commands.summaries_documents import document_json, print_documents
from tui.commands.summaries_saying import contest_json
from tui.summary_words import (
    GROUP_TITLES,
    HELD,
    basis_words,
    contest_sentence,
    cycle_words,
    difference_sentence,
    excluded_words,
    figure_title,
    flag_sentence,
    hundredths,
    state_words,
    step_words,
    week_words,
)

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

    from kpi.summary import Difference, Figure, Target
    from store.summary_facts import FlagView, SealView, StepView, SummaryPage


def show(options: Namespace) -> None:
    """Print a summary."""
    with reading(options) as reader:
        questions, number = reader.summary_questions(), options.summary
        page = questions.so_far().page if number is None else questions.page(number)
    if options.json:
        print_json(page_json(page))
        return
    print_figures(page)
    print_flags(page.flags)
    _print_contests(page)
    print_documents(page.documents)
    _print_history(page)
    if page.may:
        print(f"\nYou may: {', '.join(sorted(one.value for one in page.may))}")


# ---------------------------------------------------------------------------------------- for people


def print_figures(page: SummaryPage) -> None:
    """What is approved, and what there is to know about it."""
    line, summary = page.line, page.summary
    team = f", {line.team_name}" if line.team_name else ""
    title = f"Summary {line.number}" if line.number else "Your week so far"
    print(clean(f"{title}: {line.name}{team}, {week_words(line.week)}"))
    print(f"{state_words(line)}; benchmarks {summary.benchmarks}")
    print(f"digest {line.digest}")
    if page.seal is not None:
        print(clean(_seal_words(page.seal)))
    if page.kept_reason is not None:
        print(clean(f"Kept as it was approved, which counts: “{page.kept_reason}”"))
    for warning in page.warnings:
        print(clean(f"Please note: {warning.rstrip('.')}."))
    _print_lines("Since it was approved", map(difference_sentence, page.differences))
    _print_table(page)
    _print_lines("Targets", _bases(summary.targets))
    _print_lines("Cycle", map(cycle_words, summary.cycle))
    _print_lines("Left out", excluded_words(summary.excluded))
    _print_lines("Context", summary.priorities)
    if summary.self_report:
        said = (f"{figure_title(figure)} {count:,}" for figure, count in summary.self_report.items())
        print(f"\nBy their own count: {', '.join(said)}")


def _seal_words(seal: SealView) -> str:
    reason = f": “{seal.reason}”" if seal.reason else ""
    return (
        f"Approved by {seal.approved_by}, {seal.approved_at:%Y-%m-%d %H:%M}{reason} (version {seal.version})"
    )


def _print_table(page: SummaryPage) -> None:
    """The figures, beside what was approved where that is something else."""
    approved = page.seal.summary if page.seal is not None and page.differences else None
    headings = ["Figure", "", *(["Approved"] if approved else []), "Count", "Weighs", "Target", "Median", ""]
    rows: list[list[object]] = []
    group = ""
    for figure in page.summary.figures:
        if figure.group != group:
            group = figure.group
            rows.append([GROUP_TITLES.get(group, group), *[""] * (len(headings) - 1)])
        before = [f"{approved.figure(figure.name).count:,}"] if approved else []
        rows.append(_row(figure, page, before))
    print()
    print_table(headings, rows, numbers=range(2, len(headings) - 1))


def _row(figure: Figure, page: SummaryPage, approved: Sequence[str]) -> list[object]:
    target = page.summary.target(figure.name)
    return [
        f"  {figure_title(figure.name)}",
        figure.name,
        *approved,
        f"{figure.count:,}",
        "" if figure.weighted is None else hundredths(figure.weighted),
        "" if target is None else hundredths(target.value),
        "" if target is None else hundredths(target.base),
        f"{HELD.glyph} {HELD.word}" if figure.name in page.held else "",
    ]


def _bases(targets: Sequence[Target]) -> list[str]:
    """What targets rest on, each basis once with the figures that it is of, unless it is of all."""
    found: dict[str, list[str]] = {}
    for target in targets:
        found.setdefault(basis_words(target), []).append(figure_title(target.figure))
    return [
        basis if len(found) == 1 else f"{', '.join(figures)}: {basis}" for basis, figures in found.items()
    ]


def _print_lines(title: str, lines: Iterable[str]) -> None:
    said = [clean(line) for line in lines]
    if said:
        print(f"\n{title}")
        for line in said:
            print(f"  {line}")


def print_flags(flags: Sequence[FlagView]) -> None:
    """The flags, each with its key and what is behind it."""
    if not flags:
        print("\nNo flags")
        return
    print("\nFlags")
    for flag in flags:
        print(f"  {flag_sentence(flag)}")
        behind = [", ".join(f"{day}" for day in flag.days), _events_words(flag.events)]
        print(f"    {'; '.join([flag.key, *filter(None, behind)])}")


def _events_words(events: Sequence[int]) -> str:
    """The first of the events behind a flag; “summaries events” has them all."""
    more = f" and {len(events) - _FEW:,} more" if len(events) > _FEW else ""
    return f"events {', '.join(map(str, events[:_FEW]))}{more}" if events else ""


def _print_contests(page: SummaryPage) -> None:
    _print_lines("Contests", (f"{one.number}  {contest_sentence(one)}" for one in page.contests))


def _print_history(page: SummaryPage) -> None:
    _print_lines("History", (f"{step.at:%Y-%m-%d %H:%M}  {step_words(step)}" for step in page.steps))


_FEW = 8


# -------------------------------------------------------------------------------------- for machines


def page_json(page: SummaryPage) -> dict[str, Any]:
    """A summary with all that belongs to it."""
    summary = page.summary
    return {
        **line_json(page.line),
        "flags": [_flag_json(flag) for flag in page.flags],
        "benchmarks": summary.benchmarks,
        "figures": [_figure_json(figure, page.held) for figure in summary.figures],
        "targets": [_target_json(target) for target in summary.targets],
        "cycle": [asdict(group) for group in summary.cycle],
        "excluded": asdict(summary.excluded),
        "priorities": list(summary.priorities),
        "self_report": None if summary.self_report is None else dict(summary.self_report),
        "warnings": list(page.warnings),
        "seal": None if page.seal is None else _seal_json(page.seal),
        "kept_reason": page.kept_reason,
        "differences": [_difference_json(one) for one in page.differences],
        "history": [_step_json(step) for step in page.steps],
        "contests": [contest_json(one) for one in page.contests],
        "documents": [document_json(one) for one in page.documents],
        "held": sorted(page.held),
        "may": sorted(one.value for one in page.may),
        "weeks": [week.label for week in page.weeks],
        "earlier": [{"figure": one.figure, "counts": list(one.counts)} for one in page.history],
        "listings": dict(page.names),
    }


def _figure_json(figure: Figure, held: frozenset[str]) -> dict[str, Any]:
    return {
        "figure": figure.name,
        "group": figure.group,
        "count": figure.count,
        "weighted": figure.weighted,
        "held": figure.name in held,
        "events": list(figure.events),
        "tasks": list(map(format_id, figure.tasks)),
    }


def _target_json(target: Target) -> dict[str, Any]:
    return {
        "figure": target.figure,
        "value": target.value,
        "base": target.base,
        "source": target.source,
        "factors": [
            {"name": factor.name, "percent": factor.percent, "why": factor.said} for factor in target.factors
        ],
        "why": target.why,
    }


def _flag_json(flag: FlagView) -> dict[str, Any]:
    return {
        "key": flag.key,
        "code": flag.code,
        "figure": flag.figure,
        "said": flag.said,
        "events": list(flag.events),
        "days": [day.isoformat() for day in flag.days],
        "needs_answer": flag.needs_answer,
        "answer": flag.answer,
        "answered_by": flag.answered_by,
        "answered_at": None if flag.answered_at is None else flag.answered_at.isoformat(),
    }


def _seal_json(seal: SealView) -> dict[str, Any]:
    return {
        "version": seal.version,
        "digest": seal.digest,
        "approved_by": seal.approved_by,
        "approved_at": seal.approved_at.isoformat(),
        "reason": seal.reason,
        "figures": [_figure_json(figure, frozenset()) for figure in seal.summary.figures],
    }


def _difference_json(one: Difference) -> dict[str, Any]:
    return {
        "figure": one.figure,
        "before": one.before,
        "after": one.after,
        "added": _behind(one, one.added),
        "removed": _behind(one, one.removed),
    }


def _behind(one: Difference, items: Iterable[int | str]) -> list[int | str]:
    """Events by seq, tasks by id, listings by reference."""
    return [format_id(item) if one.figure in TASKS and isinstance(item, int) else item for item in items]


def _step_json(step: StepView) -> dict[str, Any]:
    return {
        "at": step.at.isoformat(),
        "by": step.person,
        "kind": step.kind,
        "about": step.about,
        "text": step.text,
    }
