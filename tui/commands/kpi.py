"""`stagewatch kpi`: the targets in force, and how they are changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.text import clean
from store.errors import StoreError
from tui.commands.output import print_json, print_table, reading, writing

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from kpi.catalogue import Catalogue
    from kpi.drafts import TargetChange, TargetChoice
    from kpi.targets import Target
    from store.target_questions import SetView
    from store.targets import Saved


def list_targets(options: Namespace) -> None:
    """Print the targets of one set."""
    with reading(options) as reader:
        catalogue = reader.rules.catalogue
        page = reader.targets().page()
        view = page.in_force if options.set is None else reader.targets().one_set(options.set)
        targets = page.targets if options.set is None else reader.targets().targets(options.set)
    if options.json:
        print_json(
            {
                "target_set": view.number,
                "effective_from": as_text(view.effective_from),
                "by": view.by,
                "reason": view.reason,
                "state": state_json(view),
                "newest": page.newest,
                "pending": [one.number for one in page.pending],
                "targets": [
                    {"kpi": code, "due": target.due_days, "done_by": target.done_by_days}
                    for code, target in targets.items()
                ],
            }
        )
        return
    print(f"Target set {view.number}, {view.state.value}{_since(view)}, by {view.by}: {view.reason}")
    for one in page.pending:
        print(f"Target set {one.number} waits: for listings that begin from {as_day(one.effective_from)} on.")
    for stage in catalogue.stages:
        print(f"\n{stage.title}")
        rows = [
            [f"  {kpi.code}", kpi.title, targets[kpi.code].due_days, targets[kpi.code].done_by_days]
            for kpi in stage.kpis
        ]
        print_table(["  Code", "Title", "Due (days)", "Done by (days)"], rows, numbers=(2, 3))


def state_json(view: SetView) -> str:
    """A set's state in the machine form."""
    return view.state.value.replace(" ", "_")


def _since(view: SetView) -> str:
    return "" if view.effective_from is None else f" from {as_day(view.effective_from)}"


def set_target(options: Namespace) -> None:
    """Change one KPI's target."""
    from kpi.drafts import TargetChoice

    if options.due is None and options.done_by is None:
        raise StoreError("say what to change: --due N, --done-by N, or both; nothing was written")
    due, done_by = _days("due", options.due), _days("done by", options.done_by)
    _save(options, {options.kpi: TargetChoice(due, done_by)})


def _days(name: str, text: str | None) -> int | None:
    from kpi.drafts import read_days
    from kpi.targets import TargetError

    if text is None:
        return None
    try:
        return read_days(text)
    except TargetError as error:
        raise TargetError(f"{name}: “{clean(text)}” {error}; nothing was written") from error


def apply_file(options: Namespace) -> None:
    """Change the targets that a file names."""
    with reading(options) as reader:
        targets = read_changes(options.file, reader.rules.catalogue)
    _save(options, targets)


def read_changes(path: str, catalogue: Catalogue) -> dict[str, Target]:
    """The targets that a file names; StoreError or TargetError in one line."""
    from kpi.targets import TargetError, load_changes
    from tui.commands.files import read_text

    try:
        targets = load_changes(read_text(path), catalogue)
    except TargetError as error:
        raise TargetError(f"{path}: {error}") from error
    if not targets:
        raise StoreError(f'{path} names no target; write [targets."KPI"] tables with due and done_by')
    return targets


def _save(options: Namespace, targets: Mapping[str, Target | TargetChoice]) -> None:
    from store.targets import save_targets
    from tui.actor import who

    with writing(options) as store:
        saved = save_targets(
            store,
            targets,
            reason=options.reason,
            actor=who(),
            expected=options.expect_set,
            effective_from=options.begins,
        )
    print_saved(saved, as_json=options.json)


def print_saved(saved: Saved, *, as_json: bool) -> None:
    """Say what a change came to."""
    if as_json:
        print_json(
            {
                "target_set": saved.number,
                "effective_from": as_text(saved.effective_from),
                "changed": changes_json(saved.changed),
                "pending": list(saved.pending),
            }
        )
        return
    if not saved.changed:
        print(f"Nothing differs from target set {saved.number}; nothing was written.")
        return
    print_changes(saved.changed)
    print(
        f"Target set {saved.number}: for listings that begin from {as_minute(saved.effective_from)} on. "
        "Listings that have begun keep theirs."
    )
    for number in saved.pending:
        print(f"Target set {number} waits and will take over from it; “stagewatch kpi history” says when.")


def changes_json(changes: Iterable[TargetChange]) -> list[dict[str, Any]]:
    """Differences in the machine form."""
    return [
        {
            "kpi": change.kpi,
            "due": {"before": change.before.due_days, "after": change.after.due_days},
            "done_by": {"before": change.before.done_by_days, "after": change.after.done_by_days},
        }
        for change in changes
    ]


def print_changes(changes: Iterable[TargetChange]) -> None:
    """Differences as a table."""
    rows = [
        [
            change.kpi,
            _step(change.before.due_days, change.after.due_days),
            _step(change.before.done_by_days, change.after.done_by_days),
        ]
        for change in changes
    ]
    print_table(["KPI", "Due (days)", "Done by (days)"], rows)


def _step(before: int, after: int) -> str:
    return str(after) if before == after else f"{before} → {after}"


def export_file(options: Namespace) -> None:
    """Write a targets file, which `init` and `kpi apply` read."""
    from kpi.drafts import write_targets

    with reading(options) as reader:
        questions = reader.targets()
        number = questions.page().in_force.number if options.set is None else options.set
        targets = questions.targets(number)
    path = Path(options.file)
    try:
        with path.open("w" if options.replace else "x", encoding="utf-8") as file:
            file.write(write_targets(targets, targets))
    except FileExistsError:
        raise StoreError(f"{path} is there already; --replace writes over it") from None
    if options.json:
        print_json({"target_set": number, "file": str(path), "kpis": len(targets)})
    else:
        print(f"Wrote the {len(targets)} targets of set {number} to {path}.")


def as_text(moment: datetime | None) -> str | None:
    """A moment in the machine form."""
    return None if moment is None else moment.isoformat()


def as_day(moment: datetime | None) -> str:
    """The day of a moment, for people."""
    return "the beginning" if moment is None else f"{moment:%a %Y-%m-%d}"


def as_minute(moment: datetime | None) -> str:
    """A moment, for people."""
    return "the beginning" if moment is None else f"{moment:%a %Y-%m-%d %H:%M}"
