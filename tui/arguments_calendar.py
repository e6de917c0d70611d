"""The commands about the organisation's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.parsing import a_count, a_day, group, part

if TYPE_CHECKING:
    import argparse

    from tui.parsing import Commands

_MODULE = "calendar"


def add(commands: Commands) -> None:
    """Describe `calendar` and its parts."""
    parts = group(commands, "calendar", "working days: show them, change them, look back")
    part(parts, "show", _MODULE, "show the calendar and the coming bank holidays", "show_calendar")
    changed = part(parts, "set", _MODULE, "change the bank holidays or the working week", "set_calendar")
    region = changed.add_mutually_exclusive_group()
    region.add_argument("--region", metavar="REGION", help="whose bank holidays, as in GB-ENG")
    region.add_argument("--no-holidays", action="store_true", help="bank holidays count as working days")
    changed.add_argument("--working-days", metavar="DAYS", help="as in Mon,Tue,Wed,Thu,Fri")
    changed.add_argument("--expect", type=a_count, metavar="N", help="only if calendar N is still the newest")
    _add_change(changed)
    closed = part(parts, "close", _MODULE, "a day on which nobody works", "close_day")
    opened = part(parts, "open", _MODULE, "a day that is worked after all", "open_day")
    for command, words in ((closed, "it is no closure any more"), (opened, "it is not worked any more")):
        command.add_argument("day", type=a_day, metavar="YYYY-MM-DD")
        command.add_argument("--remove", action="store_true", help=f"take it back: {words}")
        _add_change(command)
    part(parts, "history", _MODULE, "list all calendars: who, when, why, what changed", "list_calendars")


def _add_change(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reason", required=True, metavar="TEXT", help="why; it is kept with the change")
    command.add_argument("--dry-run", action="store_true", help="only say what it would do to the open tasks")
