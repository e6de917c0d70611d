"""What the command palette offers: themes, intervals and screens, in words of ours alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand

from tui.screens.settings import interval_words
from tui.settings import INTERVALS
from tui.themes import PALETTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.screen import Screen

    from tui.app import StagewatchApp


def commands(app: StagewatchApp, screen: Screen[Any]) -> Iterable[SystemCommand]:
    """The commands, those of the page first."""
    from tui.screens.page import LensPage

    me = app.me
    for right, title, said, call in _screens(app):
        if me is None or me.may(right):
            yield SystemCommand(title, said, call)
    yield SystemCommand("Search", "Find a listing or an applicant", app.action_search)
    may_import = me is None or me.may("data.change")
    if may_import and (app.page is None or not app.page.TAKES_TEXT):
        yield SystemCommand("Import a file", "Bring events in, step by step", app.action_import_file)
    yield SystemCommand("All tasks", "Open the list of all tasks", partial(_all_tasks, app))
    if isinstance(screen, LensPage):
        yield SystemCommand("Filter by user", "Show only one user's tasks", screen.action_choose_user)
        yield SystemCommand("What changed", "Between two days: entered, left, due, overdue", app.open_changes)
        yield SystemCommand("Go to a day", "Write the day to look at", screen.action_choose_day)
        yield SystemCommand("Today", "Look at today again", partial(app.move_day, 0))
        yield SystemCommand("A day on", "Look at the day after", partial(app.move_day, 1))
        yield SystemCommand("A day back", "Look at the day before", partial(app.move_day, -1))
        yield SystemCommand("A week on", "Look at the same day a week after", partial(app.move_day, 7))
        yield SystemCommand("A week back", "Look at the same day a week before", partial(app.move_day, -7))
    yield SystemCommand("Refresh", "Read the store again, now", app.action_refresh_now)
    yield from _session(app)
    yield SystemCommand("Change account", "Look at another organisation", app.action_accounts)
    yield SystemCommand("Settings", "Refresh interval and theme", app.action_settings)
    for palette in PALETTES.values():
        yield SystemCommand(
            f"Theme: {palette.title}", "Change the colours", partial(app.use_theme, palette.name)
        )
    for seconds in INTERVALS:
        keep = partial(_keep_interval, app, seconds)
        yield SystemCommand(f"Refresh {interval_words(seconds)}", "Change the refresh interval", keep)
    yield SystemCommand("Help", "The keys of this screen", app.action_help)
    yield SystemCommand("Quit", "Leave Stagewatch", app.action_quit)


def _screens(app: StagewatchApp) -> tuple[tuple[str, str, str, Callable[[], Any]], ...]:
    """(right without which the store would refuse it, title, what it is, how it is opened) of each."""
    return (
        ("board.see", "Board", "Go to the board", partial(app.action_tab, "1")),
        ("targets.see", "KPIs", "The targets, edited in place", partial(app.action_tab, "2")),
        (
            "targets.see",
            "Target sets: history",
            "Every set with who, when and why",
            partial(_target_history, app),
        ),
        ("calendar.see", "Calendar", "Bank holidays, working weekdays, own days", partial(_calendar, app)),
        ("figures.see", "Summaries", "Weeks to approve, one's own, contests", partial(app.action_tab, "3")),
        ("audit.see", "Audit", "Every change: who, when, what, why", partial(app.action_tab, "4")),
        ("people.see", "People", "Who they are, their teams, access, sessions", partial(app.action_tab, "5")),
        ("policy.see", "Roles and permissions", "Who may do what", partial(_policy, app)),
        ("data.see", "Data", "What came in, and what was not understood", partial(app.action_tab, "6")),
    )


def _session(app: StagewatchApp) -> Iterable[SystemCommand]:
    """What there is to do about who is there."""
    if app.check_action("personas", ()):
        yield SystemCommand("Who to be", "Another person of the demo", app.action_personas)
    if app.check_action("lock", ()):
        yield SystemCommand("Lock", "The password goes on from here", app.action_lock)
        yield SystemCommand("Fresh code", "Before something asks for one", app.action_fresh_code)
        yield SystemCommand("Sign out", "End the session", app.action_sign_out)
    if app.is_open:
        yield SystemCommand(
            "Make the first super user", "From then on people sign in", app.action_first_super_user
        )


def _keep_interval(app: StagewatchApp, seconds: int) -> None:
    app.keep_settings(app.settings._replace(interval=seconds))


def _target_history(app: StagewatchApp) -> None:
    from tui.screens.target_history import TargetHistoryScreen

    if not isinstance(app.screen, TargetHistoryScreen):
        app.push_screen(TargetHistoryScreen())


def _calendar(app: StagewatchApp) -> None:
    from tui.screens.calendar import CalendarScreen

    if not isinstance(app.screen, CalendarScreen):
        app.push_screen(CalendarScreen())


def _policy(app: StagewatchApp) -> None:
    from tui.screens.policy import PolicyScreen

    if not isinstance(app.screen, PolicyScreen):
        app.push_screen(PolicyScreen())


def _all_tasks(app: StagewatchApp) -> None:
    from store.tasks import TaskQuery

    app.open_tasks(TaskQuery(as_of=app.lens.as_of, user=app.lens.user), "All tasks")
