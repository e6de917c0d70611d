"""Every question of a reader, and whether the policy lets an actor ask it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kpi.calendar import CalendarSpec
from kpi.policy import WHOLE, Action, Role, Subject, allows, reach
from kpi.targets import Target
from store.access import NotAllowedError
from store.audit_care import write_one
from store.care import describe
from store.changes import ChangeQuery
from store.checking import check_store
from store.dry_run import dry_run
from store.errors import StoreError
from store.feeds.mapping import load_mapping
from store.permission import permit_export
from store.tasks import TaskQuery
from tests.store.policy_world import ELSEWHERE, MANAGED, MAPPING, MINE, PARTNERED, Actor, World
from tests.store.recorded import CODE

if TYPE_CHECKING:
    from store.reading import Reader

Ask = Callable[["Reader"], object]


class Question(NamedTuple):
    """A question, the right that it takes, and whether the policy gives it."""

    name: str
    action: Action
    may: bool
    ask: Ask


def questions(world: World, actor: Actor, tasks: dict[str, str]) -> list[Question]:
    """All of them; `tasks` has a task's id of each listing."""
    return [
        *_of_the_board(actor),
        *(one for listing in ("L-1", "L-2") for one in _of_a_listing(actor, listing, tasks[listing])),
        *_of_figures(world, actor),
        *_of_pages(world, actor),
        *_of_summaries(world, actor),
        *_of_the_whole_store(world, actor),
    ]


def sees_board(actor: Actor) -> bool:
    found = reach(actor.standing, Action.SEE_BOARD)
    return found.whole or found.listings is not None


def _of_the_board(actor: Actor) -> list[Question]:
    asks: dict[str, Ask] = {
        "board": lambda reader: reader.board(),
        "users": lambda reader: reader.users(),
        "listings by user": lambda reader: reader.listings_by_user(),
        "outlook": lambda reader: reader.outlook(),
        "tasks": lambda reader: reader.task_list(TaskQuery()).fetch(0, 99),
        "finished": lambda reader: reader.task_list(TaskQuery(finished=True)).after(None, 99),
        "changes": lambda reader: reader.changes(ChangeQuery()).fetch(0, 99),
        "search": lambda reader: reader.search("l-"),
    }
    may, own = sees_board(actor), reach(actor.standing, Action.EXPORT_TASKS)
    exports = own.whole or own.listings is not None
    return [
        *(Question(name, Action.SEE_BOARD, may, ask) for name, ask in asks.items()),
        Question("export", Action.EXPORT_TASKS, exports, permit_export),
    ]


def _of_a_listing(actor: Actor, listing: str, task: str) -> list[Question]:
    may = allows(actor.standing, Action.SEE_BOARD, Subject(listing=listing))
    asks: dict[str, Ask] = {
        "events": lambda reader: reader.events(listing),
        "subject": lambda reader: reader.subject(listing, None),
        "its tasks": lambda reader: reader.task_list(TaskQuery(listing=listing)).fetch(0, 99),
        "task": lambda reader: reader.task(task),
        "explain": lambda reader: reader.explain(task),
    }
    return [Question(f"{name} {listing}", Action.SEE_BOARD, may, ask) for name, ask in asks.items()]


def _of_figures(world: World, actor: Actor) -> list[Question]:
    """One person's figures, of everybody in turn, and of a reference that nobody has."""
    of, found = world.number, []
    for user, subject in (
        ("colleague", Subject(of("Colleague"), MINE)),
        ("report", Subject(of("Report"), MANAGED)),
        ("looked-after", Subject(of("Looked-after"), PARTNERED)),
        ("stranger-0", Subject(of("Stranger-0"), ELSEWHERE)),
        ("mine", Subject(of(Role.RECRUITER), MINE)),
        ("nobody's", Subject()),
    ):
        asks: dict[str, Ask] = {
            "board": partial(_board_of, user=user),
            "outlook": partial(_outlook_of, user=user),
            "tasks": partial(_tasks_of, user=user),
            "changes": partial(_changes_of, user=user),
        }
        may = sees_board(actor)
        action = Action.SEE_FIGURES if may else Action.SEE_BOARD
        may = may and allows(actor.standing, Action.SEE_FIGURES, subject)
        found += [Question(f"{name} of {user}", action, may, ask) for name, ask in asks.items()]
    return found


def _board_of(reader: Reader, *, user: str) -> object:
    return reader.board(user=user)


def _outlook_of(reader: Reader, *, user: str) -> object:
    return reader.outlook(user=user)


def _tasks_of(reader: Reader, *, user: str) -> object:
    return reader.task_list(TaskQuery(user=user)).fetch(0, 99)


def _changes_of(reader: Reader, *, user: str) -> object:
    return reader.changes(ChangeQuery(user=user)).fetch(0, 99)


def _of_pages(world: World, actor: Actor) -> list[Question]:
    yesterday = world.house.today - timedelta(days=1)
    asks: dict[str, tuple[Action, Ask]] = {
        "targets": (Action.SEE_TARGETS, lambda reader: reader.targets().page()),
        "sets": (Action.SEE_TARGETS, lambda reader: reader.targets().history()),
        "a set": (Action.SEE_TARGETS, lambda reader: reader.targets().one_set(1)),
        "its targets": (Action.SEE_TARGETS, lambda reader: reader.targets().targets(1)),
        "preview": (Action.SEE_TARGETS, lambda reader: reader.targets().sample(yesterday, yesterday)),
        "affected": (
            Action.SEE_TARGETS,
            lambda reader: reader.targets().affected(CODE, Target(1, 2), yesterday, yesterday),
        ),
        "suggestions": (Action.SEE_TARGETS, lambda reader: reader.targets().suggestions()),
        "calendar": (Action.SEE_CALENDAR, lambda reader: reader.calendar_questions().page()),
        "calendars": (Action.SEE_CALENDAR, lambda reader: reader.calendar_questions().history()),
        "effect": (Action.SEE_CALENDAR, lambda reader: reader.calendar_questions().effect(CalendarSpec())),
        "imports": (Action.SEE_DATA, lambda reader: reader.intake().imports()),
        "an import": (Action.SEE_DATA, lambda reader: reader.intake().one_import(1)),
        "reasons": (Action.SEE_DATA, lambda reader: reader.intake().reasons()),
        "quarantine": (Action.SEE_DATA, lambda reader: reader.intake().bad_rows()),
        "its numbers": (Action.SEE_DATA, lambda reader: reader.intake().bad_row_numbers()),
        "unmapped": (Action.SEE_DATA, lambda reader: reader.intake().unmapped()),
        "fields": (Action.SEE_DATA, lambda reader: reader.intake().fields_filled()),
        "owners": (Action.SEE_DATA, lambda reader: reader.intake().unmatched_owners()),
        "mappings": (Action.SEE_DATA, lambda reader: reader.intake().mappings()),
        "a mapping": (Action.SEE_DATA, lambda reader: reader.intake().mapping("Theirs")),
        "log": (Action.SEE_AUDIT, lambda reader: reader.audit().page()),
        "an entry": (Action.SEE_AUDIT, lambda reader: reader.audit().entry(1)),
        "choices": (Action.SEE_AUDIT, lambda reader: reader.audit().choices()),
        "unlinked": (Action.LINK_PEOPLE, lambda reader: reader.people().unlinked()),
    }
    found = [
        Question(name, action, allows(actor.standing, action), ask) for name, (action, ask) in asks.items()
    ]
    totals = reach(actor.standing, Action.SEE_TOTALS)
    may = totals.whole or bool(totals.teams)
    found.append(Question("totals", Action.SEE_TOTALS, may, lambda reader: reader.people().totals()))
    for name, action, ask in (
        ("people", Action.SEE_PEOPLE, lambda reader: reader.people().people()),
        ("teams", Action.SEE_PEOPLE, lambda reader: reader.people().teams()),
        ("delegations", Action.SEE_PEOPLE, lambda reader: reader.people().delegations()),
    ):
        found.append(Question(name, action, allows(actor.standing, action, Subject(actor.number, MINE)), ask))
    return found


def _of_summaries(world: World, actor: Actor) -> list[Question]:
    """Somebody's summary, of everybody in turn; lists; benchmarks; totals of teams."""
    figures, totals = reach(actor.standing, Action.SEE_FIGURES), reach(actor.standing, Action.SEE_TOTALS)
    lists: dict[str, Ask] = {
        "lines": lambda reader: reader.summary_questions().lines(),
        "weeks": lambda reader: reader.summary_questions().weeks(),
        "missing": lambda reader: reader.summary_questions().missing(),
        "open week": lambda reader: reader.summary_questions().open_week(),
        "so far": _so_far,
        "contests": lambda reader: reader.summary_questions().contests(),
    }
    found = [Question(name, Action.SEE_FIGURES, bool(figures.people), ask) for name, ask in lists.items()]
    may = allows(actor.standing, Action.SEE_BENCHMARKS)
    found += [
        Question(
            "benchmarks", Action.SEE_BENCHMARKS, may, lambda reader: reader.summary_questions().benchmarks()
        ),
        Question(
            "versions",
            Action.SEE_BENCHMARKS,
            may,
            lambda reader: reader.summary_questions().benchmarks_versions(),
        ),
    ]
    for team, may in (
        (None, totals.whole or bool(totals.teams)),
        *((n, totals.holds(Subject(team=n))) for n in TEAMS),
    ):
        found.append(Question(f"totals of {team}", Action.SEE_TOTALS, may, partial(_totals_of, team=team)))
    for name, papers in world.papers.items():
        asks: dict[str, Ask] = {
            "page": partial(_page_of, number=papers.number),
            "events": partial(_events_of, number=papers.number),
            "behind": partial(_tasks_behind, number=papers.number),
        }
        may = allows(actor.standing, Action.SEE_FIGURES, papers.subject)
        found += [Question(f"{what} of {name}", Action.SEE_FIGURES, may, ask) for what, ask in asks.items()]
    return found


TEAMS = (MINE, MANAGED, PARTNERED, ELSEWHERE)


def _so_far(reader: Reader) -> object:
    """Refused or not; whether there is anything to show is another matter."""
    try:
        return reader.summary_questions().so_far()
    except NotAllowedError:
        raise
    except StoreError:
        return None


def _totals_of(reader: Reader, *, team: int | None) -> object:
    return reader.summary_questions().team(team)


def _page_of(reader: Reader, *, number: int) -> object:
    return reader.summary_questions().page(number)


def _events_of(reader: Reader, *, number: int) -> object:
    return reader.summary_questions().events(number, "calls")


def _tasks_behind(reader: Reader, *, number: int) -> object:
    return reader.summary_questions().tasks(number, "tasks_open")


def _of_the_whole_store(world: World, actor: Actor) -> list[Question]:
    asks: dict[str, tuple[Action, Ask]] = {
        "info": (Action.CARE_FOR_STORE, lambda reader: describe(reader.location, by=actor.who)),
        "check": (Action.CARE_FOR_STORE, lambda reader: check_store(reader.location, by=actor.who)),
        "dry run": (
            Action.BRING_IN,
            lambda reader: dry_run(reader.location, world.file, load_mapping(MAPPING), by=actor.who),
        ),
        "checkpoint": (
            Action.KEEP_KEYS,
            lambda reader: write_one(reader.location, world.folder, world.house.now, by=actor.who),
        ),
    }
    return [
        Question(name, action, allows(actor.standing, action, WHOLE), ask)
        for name, (action, ask) in asks.items()
    ]
