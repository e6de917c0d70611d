"""Random questions to the boards of random organisations, and all that can be added up of the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.policy import Action, reach
from kpi.status import Status
from store.access import NotAllowedError
from store.changes import ChangeQuery
from store.tasks import Sort, TaskQuery
from tests.kpi.attacking_totals import Unknown
from tests.store.helpers import reader_of
from tests.store.random_teams import Organisation

if TYPE_CHECKING:
    from store.reading import Reader

KNOWN = 10_000
LEAST = 5  # others, among whom what is not shown has to be
OPEN = (Status.ON_TRACK, Status.DUE, Status.OVERDUE, Status.PAUSED)


# ------------------------------------------------------------------------------------------ the rule


def seen_by(made: Organisation, viewer: int, day: date, *, ended: bool) -> set[str]:
    """Whose figures somebody may see on a day, worked out anew from the words of the rule."""
    house, day = made.house, min(day, made.today)
    led = {team for (team,) in house.rows(f"SELECT number FROM team WHERE {viewer} IN (manager, hr_partner)")}
    today = made.today.toordinal()
    led |= {
        team
        for (team,) in house.rows(
            f"SELECT team FROM delegation WHERE delegate = {viewer} "
            f"AND {today} BETWEEN from_day AND until_day"
        )
    }
    own = {ref for ref, person in made.person_of.items() if person == viewer}
    team_of = {
        person: next((team for team, since in reversed(rows) if since <= day), rows[0][0])
        for person, rows in made.teams.items()
    }
    seen = own | {ref for ref, person in made.person_of.items() if team_of[person] in led}
    if not led:
        return own
    others = {made.whose(ref) for ref in owners(made, day, ended=False) - seen}
    if ended and not others:
        others = {made.whose(ref) for ref in owners(made, day, ended=True) - seen}
    return own if 0 < len(others) < LEAST else seen


def owners(made: Organisation, day: date, *, ended: bool) -> set[str]:
    """Whose listings had open tasks at the end of a day; with `ended`, whose any listings were."""
    if (day, ended) not in made.owning:
        made.owning[day, ended] = _owners(made, day, ended=ended)
    return made.owning[day, ended]


def _owners(made: Organisation, day: date, *, ended: bool) -> set[str]:
    having = set(made.owners)
    if not ended:
        with made.house.by_system() as store, reader_of(store) as reader:
            tasks = reader.task_list(TaskQuery(as_of=day))
            having &= {task.listing for task in tasks.fetch(0, tasks.total)}
    found = {made.owner_on(listing, day) for listing in having}
    return {ref for ref in found if ref is not None}


# ------------------------------------------------------------------------------------- the questions


class Part(NamedTuple):
    """A part of somebody's figures: of a reference, in a kind of count of a day, one cell of it."""

    ref: str
    kind: Hashable
    day: date
    cell: Hashable


class Answer(NamedTuple):
    """What was answered, to be compared; the names in it; the unknowns that each count is the sum of."""

    said: object
    names: set[str]
    sums: list[frozenset[Unknown]]


class Asking:
    """One viewer asks one random question after the other."""

    def __init__(self, made: Organisation, viewer: int, reader: Reader, seed: int) -> None:
        self.made, self.viewer, self.reader, self.rng = made, viewer, reader, Random(seed)
        self.seen: dict[tuple[date, bool], set[str]] = {}
        self.days = [made.today - timedelta(days=days) for days in (0, 0, 0, 1, 2, 7, 20, 35)]
        self.days.append(made.today + timedelta(days=3))
        self.codes = [kpi.code for kpi in reader.rules.catalogue.kpis]
        self.stage = {kpi.code: kpi.stage for kpi in reader.rules.catalogue.kpis}
        self.whole = self._sees_all()

    def _sees_all(self) -> bool:
        visitor = self.reader.visitor()
        return visitor is not None and reach(visitor.standing, Action.SEE_BOARD).whole

    def may_see(self, day: date, *, ended: bool) -> set[str]:
        key = (min(day, self.made.today), ended)
        if key not in self.seen:
            self.seen[key] = seen_by(self.made, self.viewer, day, ended=ended)
        return self.seen[key]

    def ask(self) -> Answer | None:
        """One question; None if it was refused, which it is for the figures of whom they may not see."""
        asks = (self.board, self.tasks, self.users, self.by_user, self.outlook, self.changes, self.search)
        ask = self.rng.choices(asks, (3, 3, 1, 1, 1, 1, 1))[0]
        return ask()

    def _user(self, day: date, *, ended: bool = False) -> tuple[str | None, bool]:
        """Nobody in particular, or somebody; and whether they may be asked about."""
        user = self.rng.choice((None, None, *self.made.refs, "no such user"))
        return user, user is None or user in self.may_see(day, ended=ended)

    def cells(
        self, kind: Hashable, day: date, user: str | None, *cells: Hashable, ended: bool
    ) -> frozenset[Unknown]:
        """The unknowns of a count: each cell's, of the user or of everybody who could have some.

        What may be seen is known anyway: whoever it is of, it is not found out.
        """
        refs = {user} if user is not None else owners(self.made, min(day, self.made.today), ended=ended)
        seen = self.may_see(day, ended=ended)
        if user is None and len({self.made.whose(ref) for ref in refs - seen}) == 1:
            # Of two people each knows the other's: the board is everybody's, one's own figures one's own.
            assert {self.made.whose(ref) for ref in refs & seen} <= {self.viewer}
            return frozenset()
        return frozenset(
            (self.made.key(ref) + KNOWN * (ref in seen), Part(ref, kind, day, cell))
            for ref in refs
            for cell in cells
        )

    def refused(self, act: Any, *, may: bool) -> Any:
        """The answer, or None where it must be refused."""
        try:
            found = act()
        except NotAllowedError:
            assert not may, "what may be asked was refused"
            return None
        assert may, "what may not be asked was answered"
        return found

    def board(self) -> Answer | None:
        day = self.rng.choice(self.days)
        user, may = self._user(day)
        board = self.refused(lambda: self.reader.board(day, user), may=may)
        if board is None:
            return None
        sums = [
            self.cells("open", day, user, (kpi.code, status), ended=False)
            for stage in board.stages
            for kpi in stage.kpis
            for status in OPEN
        ]
        return Answer(board, set(), sums)

    def users(self) -> Answer:
        found = self.reader.users()
        assert list(found) == sorted(found)
        return Answer(found, set(found), [])

    def by_user(self) -> Answer:
        day = self.rng.choice(self.days)
        rows = self.reader.listings_by_user(day)
        names = [row.user for row in rows if row.user is not None]
        assert names == sorted(names)
        assert set(names) <= self.may_see(day, ended=False)
        sums = [self.cells("listings", day, name, status, ended=False) for name in names for status in OPEN]
        sums += [
            self.cells(
                "open", day, name, *((code, status) for code in self.codes for status in OPEN), ended=False
            )
            for name in names
        ]
        # How many listings there are of each status can be counted in the lists.
        sums += [self.cells("listings", day, None, status, ended=False) for status in OPEN]
        return Answer(rows, set(names), sums)

    def outlook(self) -> Answer | None:
        day = self.rng.choice(self.days)
        user, may = self._user(day)
        days = self.refused(lambda: self.reader.outlook(day, user), may=may)
        if days is None:
            return None
        sums = [
            self.cells("outlook", day, user, (one.day, what), ended=False)
            for one in days
            for what in ("due", "overdue")
        ]
        return Answer(days, set(), sums)

    def tasks(self) -> Answer | None:
        rng, day = self.rng, self.rng.choice(self.days)
        finished = rng.random() < 0.4
        user, may = self._user(day, ended=finished)
        status = rng.choice((*OPEN, Status.CANCELLED)) if rng.random() < 0.3 else None
        kpi = rng.choice(self.codes) if rng.random() < 0.3 else None
        stage = rng.choice(sorted(set(self.stage.values()))) if rng.random() < 0.3 else None
        listing = f"L{rng.randrange(26)}" if rng.random() < 0.1 and self.whole else None
        query = TaskQuery(
            as_of=day, user=user, finished=finished, status=status, kpi=kpi, stage=stage, listing=listing,
            sort=rng.choice(list(Sort)),
        )  # fmt: skip
        found = self.refused(lambda: self._rows(query), may=may)
        if found is None:
            return None
        total, rows = found
        named = Counter((row.user, row.kpi, row.status) for row in rows if row.user is not None)
        seen = self.may_see(day, ended=finished)
        assert {one for one, _, _ in named} <= seen
        assert all(row.user is not None for row in rows if self._owner(row.listing, day) in seen)
        among = "finished" if finished else "open"
        kind = among if listing is None else (among, listing)
        sums = [self.cells(kind, day, one, (code, state), ended=finished) for one, code, state in named]
        codes = [code for code in self.codes if kpi in (None, code) and stage in (None, self.stage[code])]
        states = [*OPEN, Status.CANCELLED] if status is None else [status]
        every = [(code, state) for code in codes for state in states]
        sums.append(self.cells(kind, day, user, *every, ended=finished))
        return Answer((total, rows), {one for one, _, _ in named}, sums)

    def _owner(self, listing: str, day: date) -> str | None:
        return self.made.owner_on(listing, min(day, self.made.today))

    def _rows(self, query: TaskQuery) -> tuple[int, tuple[Any, ...]]:
        tasks = self.reader.task_list(query)
        if self.rng.random() < 0.5:
            return tasks.total, tasks.fetch(0, tasks.total)
        rows, following = tasks.after(None, 40)
        while following is not None:
            more, following = tasks.after(following, 40)
            rows += more
        return tasks.total, rows

    def changes(self) -> Answer | None:
        rng = self.rng
        since, until = sorted(rng.sample(sorted(set(self.days)), 2))
        user, may = self._user(until, ended=True)
        kpi = rng.choice(self.codes) if rng.random() < 0.3 else None
        query = ChangeQuery(since, until, user=user, kpi=kpi)
        found = self.refused(lambda: self.reader.changes(query), may=may)
        if found is None:
            return None
        rows = found.fetch(0, found.total)
        names = {row.task.user for row in rows if row.task.user is not None}
        assert names <= self.may_see(until, ended=True)
        codes = self.codes if query.kpi is None else [query.kpi]
        sums = [
            self.cells(("changes", since), until, user, *((code, kind) for code in codes), ended=True)
            for kind in found.kinds
        ]
        named = {(row.task.user, row.task.kpi, row.kind) for row in rows if row.task.user is not None}
        sums += [
            self.cells(("changes", since), until, one, (code, kind), ended=True) for one, code, kind in named
        ]
        return Answer((found.counts, rows), names, sums)

    def search(self) -> Answer:
        text = self.rng.choice(("l", "l1", "-a", *self.made.refs))
        hits = self.reader.search(text)
        names = {hit.user for hit in hits if hit.user is not None}
        assert names <= self.may_see(self.made.today, ended=False)
        return Answer(hits, names, [])


@contextmanager
def swapped(made: Organisation, one: str, other: str) -> Iterator[None]:
    """Two references change places in everything that happened, and back afterwards."""
    _swap(made, one, other)
    yield
    _swap(made, one, other)


def _swap(made: Organisation, one: str, other: str) -> None:
    with made.house.working() as work:
        for table in ("listing", "listing_owner", "task"):
            work.plain.run(
                f"UPDATE {table} SET owner = CASE owner WHEN ? THEN ? ELSE ? END WHERE owner IN (?, ?)",
                (one, other, one, one, other),
            )
