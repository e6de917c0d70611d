"""The commands about targets: what they are, their history, what a change would have done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.parsing import a_count, a_day, group, part

if TYPE_CHECKING:
    import argparse

    from tui.parsing import Commands


def add(commands: Commands) -> None:
    """Describe `kpi` and its parts."""
    kpi = group(commands, "kpi", "targets: list, change, try out, look back")
    listed = part(kpi, "list", "kpi", "list the targets in force", "list_targets")
    listed.add_argument(
        "--set", type=a_count, metavar="N", help="those of this set (else of the one in force)"
    )
    _add_changes(kpi)
    _add_trials(kpi)
    part(kpi, "history", "kpi_history", "list every target set: who, when, why", "list_sets")
    differ = part(
        kpi, "diff", "kpi_history", "show the difference between two target sets", "show_difference"
    )
    differ.add_argument("before", type=a_count, metavar="A")
    differ.add_argument("after", type=a_count, metavar="B")
    revert = part(kpi, "revert", "kpi_history", "make a new set with the targets of an earlier one")
    revert.add_argument("number", type=a_count, metavar="SET")
    _add_reason(revert)
    _add_expected(revert)
    withdraw = part(kpi, "withdraw", "kpi_history", "take back a set that is not in force yet")
    withdraw.add_argument("number", type=a_count, metavar="SET")
    _add_reason(withdraw)


def _add_changes(kpi: Commands) -> None:
    change = part(kpi, "set", "kpi", "change one KPI's target", "set_target")
    change.add_argument("kpi", metavar="KPI")
    change.add_argument("--due", metavar="N", help="due after so many working days (else as it is)")
    change.add_argument("--done-by", metavar="N", help="done by so many working days (else as it is)")
    _add_making(change)
    applied = part(kpi, "apply", "kpi", "change the targets that a targets file names", "apply_file")
    applied.add_argument("file", metavar="FILE")
    _add_making(applied)
    export = part(kpi, "export", "kpi", "write a targets file", "export_file")
    export.add_argument("file", metavar="FILE")
    export.add_argument("--set", type=a_count, metavar="N", help="of this set (else of the one in force)")
    export.add_argument("--replace", action="store_true", help="even if the file is there already")


def _add_trials(kpi: Commands) -> None:
    preview = part(kpi, "preview", "kpi_trials", "say what a targets file would have done to a past period")
    preview.add_argument("file", metavar="FILE")
    preview.add_argument(
        "--since",
        type=a_day,
        metavar="DAY",
        help="from this day (else the last full quarter's first)",
    )
    preview.add_argument(
        "--until", type=a_day, metavar="DAY", help="to this day (else yesterday, or the quarter's last)"
    )
    preview.add_argument(
        "--listings", metavar="KPI", help="also name the listings that this KPI would concern"
    )
    suggest = part(kpi, "suggest", "kpi_trials", "say how many working days each KPI really took")
    suggest.add_argument("--since", type=a_day, metavar="DAY", help="only tasks started since (else all)")


def _add_making(command: argparse.ArgumentParser) -> None:
    _add_reason(command)
    _add_expected(command)
    command.add_argument(
        "--from",
        dest="begins",
        type=a_day,
        metavar="DAY",
        help="for listings that begin from this day (else from now on)",
    )


def _add_reason(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reason", required=True, metavar="TEXT", help="why; it is kept with the change")


def _add_expected(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--expect-set", type=a_count, metavar="N", help="only if this is the newest target set"
    )
