"""A guarded store with people who can sign in, made row by row; the fixture `house` is one."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

import store.work
from kpi.events import instant_of
from kpi.names import check_name
from kpi.policy import SECOND_FACTOR, Action, Role
from store.access import LONGEST
from store.enrolling import keep_second_factor
from store.errors import StoreError
from store.one_time_codes import new_seed
from store.reading import Reader, open_reader
from store.signing_in import begin_session, sign_in
from store.who import NOBODY, Who
from store.work import Store, Work
from tests.store.cheap_passwords import CHEAP
from tests.store.helpers import Clock
from tests.store.recorded import MONDAY, entries

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from kpi.audit_entry import Entry

PASSWORD, WRONG, OTHER = "wobble quartz lantern", "wobble quartz lanterns", "marmalade tractor violin"
TODAY = MONDAY.date()
HASHED = CHEAP.hash(PASSWORD)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Member:
    """Somebody of the house: their number, name, role, and what they prove themselves by."""

    number: int
    name: str
    role: Role
    seed: str | None
    recovery: tuple[str, ...]
    password: str = PASSWORD


@dataclass
class House:
    """A store, a clock that a test sets, and the token that is at hand at the terminal."""

    store: Store
    clock: Clock
    token: str | None = None
    members: dict[str, Member] = field(default_factory=dict)
    _under_way: Work | None = None

    def __post_init__(self) -> None:
        self.store.clock = self.clock
        self.store.who = self.who

    @property
    def who(self) -> Who:
        """Whoever is at the terminal, by the login name of the machine."""
        return Who("login", "command line", lambda _: self.token)

    def add(
        self, name: str, role: Role | str, team: int | None = None, *, second: bool | None = None
    ) -> Member:
        """Somebody who can sign in at once: with a second factor if their role asks for one, or if said."""
        role, called = Role(role), check_name(name)
        number, codes, seed = len(self.members) + 1, tuple[str, ...](), None
        with self.working() as work:
            plain = work.plain
            plain.run(
                "INSERT INTO person (number, name, folded, role, active, created_at) "
                "VALUES (?, ?, ?, ?, 1, 1)",
                (number, called.shown, called.folded, role.value),
            )
            plain.run(
                "INSERT INTO credential (person, password_hash, last_step, changed_at) VALUES (?, ?, 0, 1)",
                (number, HASHED),
            )
            if team is not None:
                plain.run(
                    "INSERT INTO membership (person, from_day, team) VALUES (?, ?, ?)",
                    (number, self.today.toordinal(), team),
                )
            if (role in SECOND_FACTOR) if second is None else second:
                seed = new_seed()
                codes = keep_second_factor(work, number, seed, 0)
        self.members[name] = made = Member(number, called.shown, role, seed, codes)
        return made

    def code(self, member: Member, steps: int = 0) -> str:
        """The code that a member's app shows now, or some steps of half a minute away."""
        assert member.seed is not None
        return pyotp.TOTP(member.seed).at(self.clock() // 1_000_000 + 30 * steps)

    def session(self, member: Member, *, rights: Collection[Action] | None = None, coded: bool = True) -> str:
        """The token of a session that has just begun, or of a token for scripts with these rights."""
        said = None if rights is None else json.dumps(sorted(rights))
        with self.working() as work:
            coded_at = work.now if coded else 0
            name = None if rights is None else "script"
            return begin_session(work, member.number, work.now + LONGEST, coded_at, name, said)[0]

    def enter(self, member: Member | str, **more: Any) -> Member:
        """From now on the terminal has this member's session."""
        found = self.members[member] if isinstance(member, str) else member
        self.token = self.session(found, **more)
        return found

    def later(self, by: timedelta) -> None:
        """The clock goes on, or back."""
        self.clock.moment += by

    @property
    def now(self) -> int:
        return instant_of(self.clock.moment)

    @property
    def today(self) -> date:
        return self.clock.moment.date()

    @contextmanager
    def by_system(self) -> Iterator[Store]:
        """The store as the program's own upkeep has it, whom nobody asks."""
        before, self.store.who = self.store.who, NOBODY
        try:
            yield self.store
        finally:
            self.store.who = before

    @contextmanager
    def working(self, *, changing: bool = True) -> Iterator[Work]:
        """A transaction of the program's own; one within another is the same."""
        if self._under_way is not None:
            yield self._under_way
            return
        with self.by_system() as store, store.work("test") as work:
            work.changed, self._under_way = changing, work
            try:
                yield work
            finally:
                self._under_way = None

    @contextmanager
    def reader(self, token: str | None = None) -> Iterator[Reader]:
        """A screen of whoever has this token, by default the one at hand, whichever that is by then."""
        who = self.who if token is None else Who("login", "app", lambda _: token)
        reader = open_reader(self.store.location, self.clock, who)
        try:
            yield reader
        finally:
            reader.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the store has."""
        with self.working(changing=False) as work:
            return work.plain.rows(sql)

    def run(self, sql: str) -> None:
        """Change the store behind everybody's back."""
        with self.working() as work:
            work.plain.run(sql)

    def told(self, after: int) -> list[Entry]:
        """What the log was told since an entry."""
        return entries(self.store.location, after)

    def last(self) -> int:
        """The log's last entry."""
        return int(self.rows("SELECT coalesce(max(seq), 0) FROM audit_entry")[0][0])


def in_no_hurry(patch: pytest.MonkeyPatch) -> None:
    """For tests that ask what is written, not whether the disk has it: SQLite does not wait for it."""
    pragmas = tuple(one.replace("synchronous = FULL", "synchronous = OFF") for one in store.work._PRAGMAS)
    patch.setattr(store.work, "_PRAGMAS", pragmas)


def said(act: Callable[[], object]) -> str:
    """How something is refused: by which error, and in which words."""
    with pytest.raises(StoreError) as error:
        act()
    return f"{type(error.value).__name__}: {error.value}"


def attempt(house: House, name: str = "Ada", password: str = PASSWORD, code: str | None = None) -> str:
    """Sign in, and what came of it."""
    try:
        sign_in(house.store, name, password, code)
    except StoreError as error:
        return type(error).__name__
    return "in"


def failures(house: House, account: int = 1) -> int:
    """How many attempts count against an account."""
    found = house.rows(f"SELECT failures FROM sign_in_attempts WHERE account = {account}")
    return found[0][0] if found else 0


def house_of(store: Store, moment: datetime = MONDAY) -> House:
    """A house around a store whose people were taken out, with its first super user, Ada, and a recruiter."""
    made = House(store, Clock(moment))
    made.add("Ada", Role.SUPER_USER)
    made.add("Ray", Role.RECRUITER)
    return made
