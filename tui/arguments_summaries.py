"""The commands about weekly summaries, and about the benchmarks that they are made with."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tui.parsing import MOST, a_count, a_day, group, part

if TYPE_CHECKING:
    from collections.abc import Collection

    from tui.parsing import Commands

STATES = ("ready", "returned", "approved", "changed")
OPEN = "open"
DECISIONS = ("upheld", "rejected")
_SUMMARY, _FIGURE = "a summary, by the number that “list” gives", "as in “show”, such as calls"
_LEAVES, _SHOWN = "summaries_deciding", "the digest of the figures that were looked at (else those of now)"


def add(commands: Commands, said: Collection[str] | None) -> None:
    """Describe `summaries` and `benchmarks`; what is in those that no word `said` names is left out."""
    for name, words, describe in (
        ("summaries", "each person's week: figures, targets, flags; approved, returned, contested", _add_all),
        ("benchmarks", "the thresholds and factors of weekly summaries, as versions", _add_benchmarks),
    ):
        parts = group(commands, name, words)
        if said is None or name in said:
            describe(parts)


def a_week(text: str) -> str:
    """The name of a week, as in 2026-W46; on which day it begins only the store knows."""
    from kpi.weeks import WeekError, week_named  # deferred: the calendar comes with it

    try:
        return week_named(text).label
    except WeekError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def a_summary(text: str) -> int | None:
    """A summary by its number; “open” is one's own week that runs, None."""
    return None if text == OPEN else a_count(text)


def a_version(text: str) -> int:
    """A whole number from 0 up: number 0 are the benchmarks of the program itself."""
    return 0 if text == "0" else a_count(text)


def own_count(text: str) -> tuple[str, int]:
    """How much of a figure one did oneself: calls=12."""
    figure, counted = a_pair(text)
    if not counted.isdecimal() or len(counted) > len(str(MOST)) or int(counted) > MOST:
        raise argparse.ArgumentTypeError(f"“{text}” says no whole number; write it as in calls=12")
    return figure, int(counted)


def a_pair(text: str) -> tuple[str, str]:
    """A name and what is said of it: role_mix=TEXT."""
    return _two(text, "=", "KEY=TEXT")


def a_voice(text: str) -> tuple[str, str]:
    """Who said something, and what: “North: TEXT”."""
    return _two(text, ":", "“Team: text”")


def _two(text: str, sign: str, form: str) -> tuple[str, str]:
    name, found, said = text.partition(sign)
    if not found or not name.strip() or not said.strip():
        raise argparse.ArgumentTypeError(f"“{text}” is not written as {form}")
    return name.strip(), said.strip()


def _add_all(summaries: Commands) -> None:
    _add_looking(summaries)
    _add_deciding(summaries)
    _add_saying(summaries)
    _add_documents(group(summaries, "document", "coaching notes, corrective actions, plan justifications"))
    generated = part(summaries, "generate", "summaries", "bring summaries up to date with the events")
    generated.add_argument("--week", type=a_week, metavar="W", help="only this one (else all that are due)")
    weekday = part(summaries, "first-weekday", "summaries", "say on which day weeks begin", "first_weekday")
    weekday.add_argument("day", nargs="?", metavar="DAY", help="let it be this one, such as Mon")


def _add_looking(summaries: Commands) -> None:
    listed = part(summaries, "list", "summaries", "list summaries, by week and name", "list_summaries")
    listed.add_argument("--week", type=a_week, metavar="W", help="only of this week, such as 2026-W46")
    listed.add_argument("--state", choices=STATES, help="only in this state")
    shown = part(summaries, "show", "summaries_show", "show a summary, and what was said of it")
    behind = part(summaries, "events", "summaries", "list the events or tasks behind a figure or a flag")
    for each in (shown, behind):
        each.add_argument(
            "summary", type=a_summary, metavar="ID", help=f"{_SUMMARY}; “{OPEN}”: your own week so far"
        )
    behind.add_argument("figure", metavar="FIGURE", help=f"{_FIGURE}, or a flag")
    behind.add_argument("--sealed", action="store_true", help="those that were approved")
    part(summaries, "missing", "summaries", "list weeks of people that have no summary")
    team = part(summaries, "team", "summaries_team", "a team's totals in whole months, from five people up")
    team.add_argument("team", nargs="?", metavar="TEAM", help="a name or a number (else all teams together)")
    for name, words in (("--since", "the first day of a month"), ("--until", "the last day of a month")):
        team.add_argument(name, type=a_day, metavar="DAY", help=words)


def _add_deciding(summaries: Commands) -> None:
    approved = part(summaries, "approve", _LEAVES, "approve summaries: seal exactly the figures shown")
    approved.add_argument("summaries", nargs="*", type=a_count, metavar="ID", help=_SUMMARY)
    approved.add_argument("--digest", action="append", metavar="HEX", help=f"{_SHOWN}; one for each ID")
    approved.add_argument("--reason", default="", metavar="TEXT", help="why, of one that has changed since")
    approved.add_argument("--unflagged", action="store_true", help="all of a week that have no flag")
    approved.add_argument("--week", type=a_week, metavar="W", help="the week, with --unflagged")
    approved.add_argument("--yes", action="store_true", help="do not ask")
    for name, function, words in (
        ("return", "give_back", "return a summary, with a reason"),
        ("keep", "keep", "let stand what was approved, although the events have changed"),
    ):
        left = part(summaries, name, _LEAVES, words, function)
        _add_summary(left)
        _add_text(left, "reason", "why; it is kept")
        left.add_argument("--digest", metavar="HEX", help=_SHOWN)


def _add_saying(summaries: Commands) -> None:
    module = "summaries_saying"
    answered = part(summaries, "answer", module, "answer a flag")
    _add_summary(answered)
    answered.add_argument("flag", metavar="FLAG", help="its key, or as much of it as tells it apart")
    _add_text(answered, "text", "what there is to say")
    commented = part(summaries, "comment", module, "say something to a summary")
    _add_summary(commented)
    _add_text(commented, "text", "what there is to say")
    reported = part(summaries, "report", module, "say what you did yourself in a week")
    reported.add_argument("--week", required=True, type=a_week, metavar="W")
    reported.add_argument("counts", nargs="+", type=own_count, metavar="FIGURE=N", help="as in calls=12")
    contested = part(summaries, "contest", module, "contest a figure of your summary, or one event of it")
    _add_summary(contested)
    contested.add_argument("--figure", required=True, metavar="F", help=_FIGURE)
    contested.add_argument("--event", type=a_count, metavar="SEQ", help="only this event, as in “events”")
    _add_text(contested, "reason", "why; whoever decides reads it")
    listed = part(summaries, "contests", module, "list contests")
    listed.add_argument("--waiting", action="store_true", help="only those that wait")
    decided = part(summaries, "decide", module, "decide a contest")
    decided.add_argument("contest", type=a_count, metavar="CONTEST", help="by its number")
    _add_decision(decided)


def _add_documents(documents: Commands) -> None:
    module = "summaries_documents"
    added = part(documents, "add", module, "attach a document to a summary", "add_one")
    _add_summary(added)
    added.add_argument(
        "--kind",
        required=True,
        metavar="K",
        help="coaching, reminder, retraining, restricted_access or plan",
    )
    _add_text(added, "text", "what it says")
    added.add_argument("--from", dest="since", type=a_day, metavar="DAY", help="from this day")
    added.add_argument("--until", type=a_day, metavar="DAY", help="to the end of this day")
    added.add_argument(
        "--context",
        nargs="+",
        action="extend",
        type=a_pair,
        default=[],
        metavar="KEY=TEXT",
        help="what its kind asks for beside the text",
    )
    appealed = part(documents, "appeal", module, "appeal against a document about yourself")
    appealed.add_argument("document", type=a_count, metavar="N")
    _add_text(appealed, "reason", "why; whoever decides reads it")
    decided = part(documents, "decide", module, "decide an appeal")
    decided.add_argument("document", type=a_count, metavar="N")
    _add_decision(decided)


def _add_benchmarks(benchmarks: Commands) -> None:
    module = "benchmarks"
    shown = part(benchmarks, "show", module, "show the benchmarks that count")
    which = shown.add_mutually_exclusive_group()
    which.add_argument("--week", type=a_week, metavar="W", help="for this week (else for the present one)")
    which.add_argument("--number", type=a_version, metavar="N", help="this version")
    part(benchmarks, "list", module, "list all versions: from when, who, why", "list_versions")
    differ = part(benchmarks, "diff", module, "show the difference between two versions")
    differ.add_argument("before", type=a_version, metavar="A")
    differ.add_argument("after", type=a_version, metavar="B")
    applied = part(benchmarks, "apply", module, "make a file's benchmarks the next version", "apply_file")
    applied.add_argument("file", metavar="FILE")
    _add_text(applied, "reason", "why; it is kept with the version")
    applied.add_argument(
        "--feedback",
        action="append",
        type=a_voice,
        default=[],
        metavar="“Team: text”",
        help="what a team lead said; more than once",
    )
    applied.add_argument("--from-week", type=a_week, metavar="W", help="from this week on (else this one)")
    applied.add_argument("--expect", type=a_version, metavar="N", help="only if this is the newest version")
    export = part(benchmarks, "export", module, "write a benchmarks file", "export_file")
    export.add_argument("file", metavar="FILE")
    export.add_argument("--number", type=a_version, metavar="N", help="of this version (else that counts)")
    export.add_argument("--replace", action="store_true", help="even if the file is there already")


def _add_summary(command: argparse.ArgumentParser) -> None:
    command.add_argument("summary", type=a_count, metavar="ID", help=_SUMMARY)


def _add_text(command: argparse.ArgumentParser, name: str, words: str) -> None:
    command.add_argument(f"--{name}", required=True, metavar="TEXT", help=words)


def _add_decision(command: argparse.ArgumentParser) -> None:
    command.add_argument("decision", choices=DECISIONS)
    _add_text(command, "reason", "why; it is kept")
