"""An organisation in which every right reaches somebody, and something, and does not reach others."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kpi.policy import GRANTABLE, Action, Role, Standing, Subject
from kpi.summary import GROUPS, Excluded, Figure, Summary, digest_of
from kpi.targets import Target
from kpi.weeks import week_of
from store.audit_care import begin_key
from store.backup import back_up
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.location import Location
from store.mappings import save_mapping
from store.moment import one_moment
from store.standing import standing_of
from store.summary_rows import evidence_of, pack
from store.targets import save_targets
from store.who import Who
from store.work import Store
from tests.store.helpers import Clock
from tests.store.house import House
from tests.store.recorded import CODE, OURS

if TYPE_CHECKING:
    from store.key_files import KeyFile

MINE, MANAGED, PARTNERED, ELSEWHERE = 1, 2, 3, 4
SPARES = 8
MAPPING = OURS.text + 'owner = "whose"\n'
ROWS = "what,when,job,whose\n"


@dataclass(frozen=True)
class Actor:
    """Somebody with a session of their own, and one to spare; `standing` is what the policy knows of them."""

    label: str
    number: int
    token: str
    spare: int
    spare_token: str
    standing: Standing

    @property
    def who(self) -> Who:
        return Who("login", "command line", lambda _: self.token)


class Papers(NamedTuple):
    """A summary: whose, its number and digest; its contest, a document, one that was appealed against."""

    subject: Subject
    number: int
    digest: str
    contest: int
    document: int
    appealed: int


@dataclass
class World:
    """The organisation, its actors by label, a delegation by team, what its machine's keyring has, and
    by name what there is of somebody's week.
    """

    house: House
    folder: Path
    key_file: KeyFile
    actors: dict[str, Actor] = field(default_factory=dict)
    delegations: dict[int, int] = field(default_factory=dict)
    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    papers: dict[str, Papers] = field(default_factory=dict)

    def number(self, name: str) -> int:
        return self.house.members[name].number

    def backup(self, location: Location) -> Path:
        """Of the store at a place, made when it is first asked for."""
        file = self.folder / "backup.db"
        if not file.exists():
            back_up(location, file)
        return file

    @property
    def file(self) -> Path:
        return self.folder / "rows.csv"


def build(store: Store, folder: Path) -> World:
    """Fill a founded store; the machine's own clock is the clock, for not every operation takes another."""
    house = House(store, Clock(datetime.now(UTC).replace(microsecond=0)))
    with house.by_system():
        key_file = begin_key(store, actor="Ada")
        world = World(house, folder, key_file)
        _bring_in(store, world, house.clock.moment)
        with house.working():
            _people(world)
        begins = house.today + timedelta(days=30)
        for days in (1, 2):
            save_targets(store, {CODE: Target(days, 9)}, reason="Yes", actor="Ada", effective_from=begins)
        with house.working():
            _rows_of_people(world)
            for name, team in _SUMMARISED:
                _papers(world, name, team)
    with house.working():
        sessions = [_sessions(world, name, rights) for _, name, rights in _ACTORS]
    with one_moment(store.location) as plain:
        for (label, name, rights), (token, last, spare) in zip(_ACTORS, sessions, strict=True):
            standing = standing_of(plain, world.number(name), house.today)
            world.actors[label] = Actor(
                label, world.number(name), token, last, spare, replace(standing, rights=rights)
            )
    return world


def _bring_in(store: Store, world: World, now: datetime) -> None:
    lines = [
        f"listing_marked_ready,{now - timedelta(days=number % 9 + 1):%Y-%m-%dT09:00:00Z},L-{number},{owner}"
        for number, owner in enumerate(("mine", "colleague", "report", "looked-after", *_STRANGERS) * 2, 1)
    ]
    world.file.write_text(ROWS + "\n".join((*lines, "listing_marked_ready,when?,L-1,mine")) + "\n")
    import_file(store, world.file, load_mapping(MAPPING))
    save_mapping(store, OURS.text.replace("Ours", "Theirs"))


_STRANGERS = tuple(f"stranger-{number}" for number in range(6))
_OTHERS = (
    ("Mona", Role.TEAM_MANAGER, ELSEWHERE),
    ("Sue", Role.SUPER_USER, ELSEWHERE),
    ("Abe", Role.AUDITOR, ELSEWHERE),
    ("Gone", Role.RECRUITER, None),
    ("Colleague", Role.RECRUITER, MINE),
    ("Report", Role.RECRUITER, MANAGED),
    ("Looked-after", Role.RECRUITER, PARTNERED),
    *((name.title(), Role.RECRUITER, ELSEWHERE) for name in _STRANGERS),
    *((f"Spare {number}", Role.RECRUITER, ELSEWHERE) for number in range(SPARES)),
)
_SUMMARISED = (
    ("Report", MANAGED),
    ("Looked-after", PARTNERED),
    ("Stranger-0", ELSEWHERE),
    *((role.value, MINE) for role in Role),
    ("stand-in", MINE),
    ("granted", MINE),
)
_ACTORS: tuple[tuple[str, str, frozenset[Action] | None], ...] = (
    *((role.value, role.value, None) for role in Role),
    ("stand-in", "stand-in", None),
    ("granted auditor", "granted", None),
    ("token", "super_user", frozenset({Action.SEE_BOARD, Action.CHANGE_TARGETS, Action.SEE_SESSIONS})),
)


def _people(world: World) -> None:
    house = world.house
    names = ", ".join(f"({number}, 'T{number}', 't{number}')" for number in range(1, 5))
    house.run(f"INSERT INTO team (number, name, folded) VALUES {names}")
    for role in Role:
        house.add(role.value, role, MINE)
    house.add("stand-in", Role.RECRUITER, MINE, second=True)
    house.add("granted", Role.AUDITOR, MINE)
    for name, role, team in _OTHERS:
        house.add(name, role, team, second=role != Role.RECRUITER)


def _rows_of_people(world: World) -> None:
    """Who leads what, who stands in, whose references and listings are whose; grants."""
    house, of = world.house, world.number
    house.run(f"UPDATE team SET manager = {of('Mona')} WHERE number <> {MANAGED}")
    house.run(f"UPDATE team SET manager = {of(Role.TEAM_MANAGER)} WHERE number = {MANAGED}")
    house.run(f"UPDATE team SET hr_partner = {of(Role.HR_PARTNER)} WHERE number = {PARTNERED}")
    house.run(f"UPDATE person SET active = 0 WHERE number = {of('Gone')}")
    today = house.today.toordinal()
    delegations = [(1, MANAGED, of("stand-in"), today, today + 1)]
    for number, team in enumerate((MINE, MANAGED, PARTNERED, ELSEWHERE), 2):
        world.delegations[team] = number
        delegations.append((number, team, of("Spare 0"), today + 50, today + 60))
    links = [
        (name.lower(), of(name))
        for name in ("Colleague", "Report", "Looked-after", *map(str.title, _STRANGERS))
    ]
    links += [("mine", of(Role.RECRUITER)), ("spare", of("Spare 0"))]
    links += [(f"own-{role}", of(role)) for role in (Role.SUPER_USER, Role.ADMINISTRATOR)]
    assigned = [("L-1", of(Role.RECRUITING_MANAGER)), ("L-1", of("Spare 0"))]
    assigned += [("L-1", of(role)) for role in (Role.SUPER_USER, Role.ADMINISTRATOR)]
    asked = (of("Sue"), 1, today, today + 9)
    seen, every = json.dumps(["audit.see"]), json.dumps(sorted(GRANTABLE))
    grants = [
        (1, of("Abe"), "Audit", seen, *asked, None, None),
        (2, of(Role.AUDITOR), "Audit", seen, *asked, None, None),
        (3, of("Abe"), "Audit", seen, *asked, of("Mona"), 2),
        (4, of("granted"), "Audit", every, *asked, of("Mona"), 2),
    ]
    with house.working() as work:
        insert = work.plain.insert
        insert("delegation", "number, team, delegate, from_day, until_day", delegations)
        insert("person_link", "ref, person", links)
        insert("assignment", "listing, person", assigned)
        insert(
            "access_grant",
            "number, person, purpose, actions, requested_by, requested_at, from_day, until_day, approved_by, "
            "approved_at",
            grants,
        )


def _papers(world: World, name: str, team: int) -> None:
    """A summary of somebody's week before last, of nothing, with what belongs to it."""
    person, number, week = world.number(name), len(world.papers) + 1, week_of(world.house.today).before(2)
    figures = tuple(
        Figure(figure, group, 0, 0 if group in ("activity", "outcomes") else None)
        for group, names in GROUPS.items()
        for figure in names
    )
    summary = Summary(person, week, team, 0, figures, (), (), Excluded(), (), None, ())
    day, digest = week.first.toordinal(), digest_of(summary)
    with world.house.working() as work:
        insert = work.plain.insert
        insert(
            "summary",
            "number, person, from_day, team, state, benchmarks, digest, generated_at, content",
            [(number, person, day, team, "ready", 0, digest, work.now, pack(summary, evidence_of(())))],
        )
        contested = (number, number, "calls", "No", person, work.now)
        insert("contest", 'number, summary, figure, reason, person, "at"', [contested])
        documents = [
            (2 * number - 1, number, "reminder", "So", "{}", day, day, world.number("Mona"), 1, None, None),
            (2 * number, number, "reminder", "So", "{}", day, day, world.number("Mona"), 1, "No", 2),
        ]
        insert(
            "document",
            'number, summary, kind, text, context, from_day, until_day, author, "at", appeal, appealed_at',
            documents,
        )
    world.papers[name] = Papers(
        Subject(person, team), number, digest.hex(), number, 2 * number - 1, 2 * number
    )


def _sessions(world: World, name: str, rights: frozenset[Action] | None) -> tuple[str, int, str]:
    """A session or a token, and a session to spare: its number, and its token."""
    member = world.house.members[name]
    token, spare = world.house.session(member, rights=rights), world.house.session(member)
    return token, world.house.rows("SELECT max(number) FROM session")[0][0], spare


def opened(world: World, location: Location, actor: Actor) -> Store:
    """A store at a place, as an actor has it at the terminal."""
    return Store(location, world.house.clock, actor.who)


_LOG = {"audit_entry", "audit_name", "audit_state", "store_state", "alembic_version"}


def tables_of(names: set[str]) -> list[str]:
    return sorted(names - _LOG)
