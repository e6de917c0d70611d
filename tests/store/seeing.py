"""Twelve users with a listing each, two teams, and whose figures somebody is answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from kpi.policy import Role
from store.access import NotAllowedError
from store.changes import ChangeQuery
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.reading import Reader
from store.tasks import TaskQuery
from tests.store.house import House
from tests.store.recorded import OURS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from store.work import Store


NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)
TODAY, DAY = NOW.date(), timedelta(days=1)
USERS = tuple(f"u{number}" for number in range(1, 13))
FEW = "with fewer than five others, one person's figures could be told by subtraction"
PEOPLE = (
    "assignment", "access_grant", "delegation", "membership", "person_link", "recovery_code", "session",
    "credential", "team", "person",
)  # fmt: skip


def at(days: int) -> str:
    return f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def have_listings(store: Store, folder: Path) -> None:
    """An open one of each user's, u1's another one that was u2's; and one of long ago, old's."""
    rows = [f"listing_marked_ready,{at(10)},L-{user},{user},{user}" for user in USERS]
    rows += [f"listing_marked_ready,{at(40)},OLD,old,", f"listing_published,{at(35)},OLD,old,"]
    rows += [f"listing_cancelled,{at(30)},OLD,old,"]
    rows += [f"listing_marked_ready,{at(20)},MOVED,u2,", f"note_added,{at(5)},MOVED,u1,"]
    (folder / "rows.csv").write_text("what,when,job,whose,who\n" + "\n".join(rows) + "\n")
    import_file(store, folder / "rows.csv", load_mapping(OURS.text + 'owner = "whose"\nactor = "who"\n'))


def have_people(house: House) -> None:
    """Nobody but the people of two teams, North and South, and a super user."""
    with house.working() as work:
        for table in PEOPLE:
            work.plain.run(f"DELETE FROM {table}")
        work.plain.insert("team", "number, name, folded", [(1, "North", "north"), (2, "South", "south")])
        house.add("Ada", Role.SUPER_USER)
        mona = house.add("Mona", Role.TEAM_MANAGER)
        work.plain.run("UPDATE team SET manager = ? WHERE number = 1", (mona.number,))
        for user in USERS[:5]:
            enlist(house, user, 1)
    house.enter("Ada")


def enlist(house: House, user: str, team: int, *more: str) -> int:
    """A recruiter with this reference in the ATS, and others."""
    number = house.add(user.upper(), Role.RECRUITER, team).number
    with house.working() as work:
        work.plain.insert("person_link", "ref, person", [(ref, number) for ref in (user, *more)])
    return number


@contextmanager
def seen_by(house: House, name: str) -> Iterator[Reader]:
    with house.reader(house.session(house.members[name])) as reader:
        yield reader


def figures(reader: Reader, day: date | None = None) -> set[str]:
    """Whose figures are answered, by every way to ask for them alike."""
    found = {user for user in (*USERS, "old") if answered(partial(reader.board, day, user))}
    for user in ("u1", "u12"):
        assert answered(partial(reader.outlook, day, user)) is (user in found)
        assert answered(partial(reader.task_list, TaskQuery(as_of=day, user=user))) is (user in found)
    tasks = reader.task_list(TaskQuery(as_of=day))
    named = {task.user for task in tasks.fetch(0, tasks.total)} - {None}
    assert named == {row.user for row in reader.listings_by_user(day)} - {None}
    assert named <= found
    return found


def answered(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except NotAllowedError:
        return False
    return True


def finished(reader: Reader) -> set[str | None]:
    """Who is named beside finished tasks and in what changed."""
    tasks = reader.task_list(TaskQuery(finished=True))
    changes = reader.changes(ChangeQuery(TODAY - 60 * DAY, TODAY))
    named = {task.user for task in tasks.fetch(0, tasks.total)}
    return named | {one.task.user for one in changes.fetch(0, changes.total)}
