"""`stagewatch summaries approve|return|keep`: what a supervisor does with summaries, having seen them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kpi.summary_course import why_left_alone
from kpi.text import clean
from store.errors import StoreError
from store.summary_facts import ApprovedMany, LeftOut
from tui.commands.asking_secrets import at_terminal
from tui.commands.output import print_json, reading, writing
from tui.commands.summaries import week_said
from tui.commands.summaries_saying import print_step
from tui.commands.summaries_show import print_figures, print_flags
from tui.summary_words import count_words, figure_title
from tui.words import plural

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from store.summary_facts import SummaryLine, SummaryPage

_LEFT = "nothing was approved"


def approve(options: Namespace) -> int:
    """Approve summaries, having shown them: those that are named, or those of a week that have no flag."""
    done = _approve_unflagged(options) if options.unflagged else _approve_named(options)
    return 0 if done.approved else 1


def _approve_named(options: Namespace) -> ApprovedMany:
    numbers, digests = options.summaries, options.digest
    if not numbers or options.week is not None:
        raise StoreError(f"say which: ID …, or --unflagged with --week; {_LEFT}")
    if len(set(numbers)) < len(numbers):
        raise StoreError(f"a summary is named twice; {_LEFT}")
    if digests is not None and len(digests) != len(numbers):
        raise StoreError(f"{len(numbers)} summaries, but {plural(len(digests), 'digest')}; {_LEFT}")
    pages = _shown(options, numbers)
    seen = dict(zip(numbers, digests or [page.line.digest for page in pages], strict=True))
    _ask(options, f"Approve {'it' if len(numbers) == 1 else 'them'}?")
    done = _seal(options, seen)
    _tell(options, [page.line for page in pages], seen, done)
    return done


def _shown(options: Namespace, numbers: Sequence[int]) -> list[SummaryPage]:
    """The summaries, printed for whoever approves them."""
    with reading(options) as reader:
        questions = reader.summary_questions()
        pages = [questions.page(number) for number in numbers]
    if not options.json:
        for page in pages:
            print_figures(page)
            print_flags(page.flags)
            print()
    return pages


def _seal(options: Namespace, seen: Mapping[int, str]) -> ApprovedMany:
    """Approve one after the other; StoreError at the first refusal; those before stay approved."""
    from store.summaries import approve as seal

    done: list[int] = []
    warnings: list[str] = []
    checkpoint = None
    with writing(options) as store:
        for number, digest in seen.items():
            try:
                made = seal(store, number, digest, options.reason)
            except StoreError as error:
                if not done:
                    raise
                before = ", ".join(map(str, done))
                raise StoreError(f"summary {number}: {error}; approved before that: {before}") from error
            done.append(number)
            warnings += [f"summary {number}: {warning}" for warning in made.warnings]
            checkpoint = made.checkpoint or checkpoint
    return ApprovedMany(tuple(done), (), tuple(warnings), checkpoint)


def _approve_unflagged(options: Namespace) -> ApprovedMany:
    """Show those of a week that can be approved at once, with what they count, and approve them."""
    from store.summaries import approve_unflagged

    if options.week is None or options.summaries or options.digest or options.reason:
        raise StoreError(f"--unflagged is for a whole week, and for --week alone; {_LEFT}")
    with reading(options) as reader:
        questions = reader.summary_questions()
        week = week_said(reader, options.week)
        lines = questions.lines(week)
        left = [LeftOut(line.number, line.name, why) for line in lines if (why := _why_not(line)) is not None]
        others = {one.number for one in left}
        pages = [questions.page(line.number) for line in lines if line.number not in others]
    if week is None or not lines:
        raise StoreError(f"there is no summary of {options.week} that you may see; {_LEFT}")
    if not options.json:
        _print_plan(pages, left)
    if not pages:
        raise StoreError(f"none of {options.week} can be approved without being looked at; {_LEFT}")
    _ask(options, f"Approve {'this one' if len(pages) == 1 else f'these {len(pages)}'}?", needed=True)
    seen = {page.line.number: page.line.digest for page in pages}
    with writing(options) as store:
        done = approve_unflagged(store, week, seen)
    _tell(options, lines, seen, done, left)
    return done


def _why_not(line: SummaryLine) -> str | None:
    """Why one of a week is left alone, None if it would be approved."""
    why = why_left_alone(line.state, line.flags, changed=line.changed, contested=line.contested > 0)
    if why is not None or line.approvable:
        return why
    return "your own" if line.own else "for the manager of its team to approve"


def _print_plan(pages: Sequence[SummaryPage], left: Sequence[LeftOut]) -> None:
    """Each with what it counts, below each other: people are not put side by side."""
    for page in pages:
        line = page.line
        counts = [
            f"{figure_title(figure.name)} {count_words(figure)}"
            for figure in page.summary.figures
            if figure.count
        ]
        print(clean(f"{line.number}  {line.name}{f', {line.team_name}' if line.team_name else ''}"))
        print(f"   {', '.join(counts) or 'nothing was counted'}")
        for warning in page.warnings:
            print(f"   Please note: {clean(warning).rstrip('.')}.")
    if left:
        print("\nLeft alone" if pages else "Left alone")
        for one in left:
            print(f"  {one.number}  {clean(one.name)}: {clean(one.why)}")
    print()


def _ask(options: Namespace, question: str, *, needed: bool = False) -> None:
    """Go on only if whoever is at the terminal says so; elsewhere too, where --yes is `needed`."""
    if options.yes:
        return
    if options.json or not at_terminal():
        if needed:
            raise StoreError(f"nobody can be asked here: --yes approves them; {_LEFT}")
        return
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise StoreError(_LEFT)


def _tell(
    options: Namespace,
    lines: Sequence[SummaryLine],
    seen: Mapping[int, str],
    done: ApprovedMany,
    before: Sequence[LeftOut] = (),
) -> None:
    """Say what was approved; `before` were left alone before anything was written."""
    approved = [line for line in lines if line.number in done.approved]
    if options.json:
        print_json(
            {
                "approved": [
                    {
                        "id": line.number,
                        "user": line.name,
                        "week": line.week.label,
                        "digest": seen[line.number],
                    }
                    for line in approved
                ],
                "left": [
                    {"id": one.number, "user": one.name, "why": one.why} for one in (*before, *done.left)
                ],
                "warnings": list(done.warnings),
                "checkpoint": done.checkpoint,
            }
        )
        return
    for line in approved:
        print(clean(f"Summary {line.number} of {line.name}, {line.week.label}, is approved."))
    for one in done.left:
        print(clean(f"Summary {one.number} of {one.name} was left alone: {one.why.rstrip('.')}."))
    for warning in done.warnings:
        print(clean(f"Please note: {warning.rstrip('.')}."))
    if done.checkpoint is not None:
        print(f"Checkpoint: {done.checkpoint}")


def give_back(options: Namespace) -> None:
    """Return a summary, with a reason."""
    from store.summaries import give_back as send_back

    seen = options.digest or _digest_now(options)
    with writing(options) as store:
        done = send_back(store, options.summary, options.reason, seen)
    print_step(options, done, "its person sees the reason")


def keep(options: Namespace) -> None:
    """Let stand what was approved, with a reason."""
    from store.summaries import keep as let_stand

    seen = options.digest or _digest_now(options)
    with writing(options) as store:
        done = let_stand(store, options.summary, options.reason, seen)
    print_step(options, done, "what was approved stands")


def _digest_now(options: Namespace) -> str:
    with reading(options) as reader:
        return reader.summary_questions().page(options.summary).line.digest
