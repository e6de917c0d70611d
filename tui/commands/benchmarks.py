"""`stagewatch benchmarks`: the thresholds and factors of weekly summaries, as numbered versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.text import clean
from store.errors import StoreError
from tui.commands.output import print_json, print_table, reading, writing
from tui.commands.summaries import week_said
from tui.commands.summaries_saying import only_once

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from store.reading import Reader
    from store.summary_facts import BenchmarksVersion

    Differences = Iterable[tuple[str, str | None, str | None]]


def show(options: Namespace) -> None:
    """Print the version that counts for a week, or the one that is named."""
    with reading(options) as reader:
        found = (
            reader.summary_questions().benchmarks(week_said(reader, options.week))
            if options.number is None
            else _one(reader, options.number)
        )
    if options.json:
        print_json({**_version_json(found), "text": found.text})
        return
    print(clean(_said_of(found)))
    for who, said in found.feedback.items():
        print(clean(f"  {who}: “{said}”"))
    print()
    for line in found.text.splitlines():
        print(clean(line))


def _said_of(one: BenchmarksVersion) -> str:
    if one.week is None:
        return f"Benchmarks {one.number}, the program's own, which count until there are others"
    counts = ", in force" if one.in_force else ""
    return f"Benchmarks {one.number}, from {one.week.label} on{counts}, by {one.author}: {one.reason}"


def _one(reader: Reader, number: int) -> BenchmarksVersion:
    """The version of this number; StoreError if there is none."""
    versions = reader.summary_questions().benchmarks_versions()
    for one in versions:
        if one.number == number:
            return one
    raise StoreError(f"there are no benchmarks {number}; the newest are {versions[0].number}")


def list_versions(options: Namespace) -> None:
    """Print all versions, the newest first."""
    with reading(options) as reader:
        found = reader.summary_questions().benchmarks_versions()
    if options.json:
        print_json({"versions": [_version_json(one) for one in found]})
        return
    print_table(
        ["Benchmarks", "From", "Saved", "Who", "Why", ""],
        [
            [
                one.number,
                "" if one.week is None else one.week.label,
                "" if one.created_at is None else f"{one.created_at:%Y-%m-%d %H:%M}",
                one.author,
                one.reason,
                "in force" if one.in_force else "",
            ]
            for one in found
        ],
        numbers=(0,),
    )


def _version_json(one: BenchmarksVersion) -> dict[str, Any]:
    return {
        "benchmarks": one.number,
        "week": None if one.week is None else one.week.label,
        "created_at": None if one.created_at is None else one.created_at.isoformat(),
        "by": one.author,
        "reason": one.reason,
        "feedback": dict(one.feedback),
        "in_force": one.in_force,
        "changes": _changes_json(one.differences),
    }


def _changes_json(found: Differences) -> list[dict[str, str | None]]:
    return [{"path": path, "before": before, "after": after} for path, before, after in found]


def _print_changes(found: Differences) -> None:
    print_table(["What", "Before", "After"], [[path, before, after] for path, before, after in found])


def diff(options: Namespace) -> None:
    """Print the difference between two versions."""
    from kpi.benchmarks import difference

    with reading(options) as reader:
        before, after = (_one(reader, number).benchmarks for number in (options.before, options.after))
    found = difference(before, after)
    if options.json:
        print_json({"before": options.before, "after": options.after, "changes": _changes_json(found)})
    elif found:
        _print_changes(found)
    else:
        print(f"Benchmarks {options.before} and {options.after} say the same.")


def apply_file(options: Namespace) -> None:
    """Make a file's benchmarks the next version."""
    from kpi.benchmarks import BenchmarksError, load_benchmarks
    from store.benchmarks import save_benchmarks
    from tui.commands.files import read_text

    text = read_text(options.file)
    try:
        load_benchmarks(text)
    except BenchmarksError as error:
        raise BenchmarksError(f"{options.file}: {error}") from error
    feedback = only_once(options.feedback)
    with reading(options) as reader:
        week = week_said(reader, options.from_week)
    with writing(options) as store:
        saved = save_benchmarks(
            store, text, reason=options.reason, feedback=feedback, from_week=week, expected=options.expect
        )
    if options.json:
        print_json(
            {
                "benchmarks": saved.number,
                "week": None if saved.week is None else saved.week.label,
                "changes": _changes_json(saved.differences),
            }
        )
        return
    if not saved.differences:
        print(f"Nothing differs from benchmarks {saved.number}; nothing was written.")
        return
    _print_changes(saved.differences)
    since = "" if saved.week is None else f", from {saved.week.label} on"
    print(f"Benchmarks {saved.number} count{since}. What is approved stays as it was.")


def export_file(options: Namespace) -> None:
    """Write a benchmarks file, which `benchmarks apply` reads."""
    with reading(options) as reader:
        found = (
            reader.summary_questions().benchmarks()
            if options.number is None
            else _one(reader, options.number)
        )
    path = Path(options.file)
    try:
        with path.open("w" if options.replace else "x", encoding="utf-8") as file:
            file.write(found.text)
    except FileExistsError:
        raise StoreError(f"{path} is there already; --replace writes over it") from None
    if options.json:
        print_json({"benchmarks": found.number, "file": str(path)})
    else:
        print(f"Wrote benchmarks {found.number} to {path}.")
