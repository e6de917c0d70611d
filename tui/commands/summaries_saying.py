"""`stagewatch summaries answer|comment|report|contest|contests|decide`: what is said of a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.text import clean
from store.errors import StoreError
from tui.commands.output import print_json, print_table, reading, writing
from tui.commands.summaries import week_said
from tui.summary_words import appeal_sentence, contested_words, decision_words, figure_title

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from store.summary_facts import AppealLine, ContestLine, Stepped


def answer(options: Namespace) -> None:
    """Answer a flag."""
    from store.summaries import answer_flag

    with writing(options) as store:
        done = answer_flag(store, options.summary, options.flag, options.text)
    print_step(options, done, "the flag is answered")


def comment(options: Namespace) -> None:
    """Say something to a summary."""
    from store.summaries import comment as say

    with writing(options) as store:
        done = say(store, options.summary, options.text)
    print_step(options, done, "it is said")


def print_step(options: Namespace, done: Stepped, words: str) -> None:
    """Say what became of a summary."""
    if options.json:
        print_json({"id": done.summary, "state": done.state, "step": done.step})
    else:
        print(f"Summary {done.summary} is {done.state}: {words}.")


def report(options: Namespace) -> None:
    """Say what one did oneself in a week."""
    from store.self_reports import report as tell

    counts = only_once(options.counts)
    with reading(options) as reader:
        week = week_said(reader, options.week)
    if week is None:
        raise StoreError("say which week it is about; nothing was written")
    with writing(options) as store:
        done = tell(store, week, counts)
    if options.json:
        print_json(
            {
                "person": done.person,
                "week": done.week.label,
                "counts": dict(done.counts),
                "changed": done.changed,
            }
        )
        return
    if not done.changed:
        print(f"You had said so of {done.week.label} before; nothing was written.")
        return
    said = ", ".join(f"{figure_title(figure)} {count:,}" for figure, count in done.counts.items())
    print(f"Of {done.week.label} you say: {said}.")


def only_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """What was said, by name; StoreError if one name was given twice."""
    found: dict[str, Any] = {}
    for name, said in pairs:
        if name in found:
            raise StoreError(f"“{clean(name)}” is said twice; nothing was written")
        found[name] = said
    return found


def contest(options: Namespace) -> None:
    """Contest a figure of one's own summary, or one event of it."""
    from store.contests import contest as begin

    with writing(options) as store:
        made = begin(store, options.summary, options.figure, options.reason, options.event)
    if options.json:
        print_json(
            {
                "contest": made.number,
                "id": made.summary,
                "figure": made.figure,
                "event": made.event,
                "decision": None,
            }
        )
    else:
        held = f"{figure_title(made.figure)} is held out of every report until it is decided"
        print(f"Contest {made.number} of summary {made.summary}: {held}.")


def contests(options: Namespace) -> None:
    """Print contests, the oldest first."""
    with reading(options) as reader:
        questions = reader.summary_questions()
        found = questions.contests(waiting=options.waiting)
        appeals = questions.appeals(waiting=options.waiting)
    if options.json:
        print_json(
            {"contests": [contest_json(one) for one in found], "appeals": [*map(_appeal_json, appeals)]}
        )
        return
    if not found:
        print("No contests that you may see.")
    else:
        _print_contests(found)
    for one in appeals:
        print(clean(f"Document {one.document} of summary {one.summary}: {appeal_sentence(one)}."))


def _print_contests(found: tuple[ContestLine, ...]) -> None:
    print_table(
        ["Contest", "ID", "Week", "Name", "What", "State", "Why"],
        [
            [
                one.number,
                one.summary,
                one.week.label,
                one.name,
                contested_words(one),
                decision_words(one.decision),
                one.reason,
            ]
            for one in found
        ],
        numbers=(0, 1),
    )


def _appeal_json(one: AppealLine) -> dict[str, Any]:
    return {
        "document": one.document,
        "id": one.summary,
        "person": one.person,
        "user": one.name,
        "week": one.week.label,
        "kind": one.kind,
        "text": one.text,
        "appeal": one.appeal,
        "at": one.at.isoformat(),
        "decision": one.decision,
        "may_decide": one.may_decide,
    }


def contest_json(one: ContestLine) -> dict[str, Any]:
    """A contest in the machine form."""
    return {
        "contest": one.number,
        "id": one.summary,
        "person": one.person,
        "user": one.name,
        "team": None if one.team is None else {"number": one.team, "name": one.team_name},
        "week": one.week.label,
        "figure": one.figure,
        "event": one.event,
        "event_kind": one.event_kind,
        "event_at": None if one.event_at is None else one.event_at.isoformat(),
        "event_listing": one.event_listing,
        "reason": one.reason,
        "at": one.at.isoformat(),
        "decision": one.decision,
        "decided_by": one.decided_by,
        "decided_at": None if one.decided_at is None else one.decided_at.isoformat(),
        "decision_reason": one.decision_reason,
        "may_decide": one.may_decide,
    }


def decide(options: Namespace) -> None:
    """Decide a contest."""
    from store.contests import decide as settle

    with writing(options) as store:
        done = settle(store, options.contest, options.decision, options.reason)
    if options.json:
        print_json({"contest": done.number, "id": done.summary, "decision": done.decision})
    else:
        print(f"Contest {done.number} of summary {done.summary} is {done.decision}.")
