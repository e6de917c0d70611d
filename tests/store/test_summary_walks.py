"""Whatever happens in whatever order: seals stay, nobody approves their own, nothing counts twice."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import store.gate
from kpi.disclosure import may_be_shown
from kpi.summary import ACTIVITY, OUTCOMES
from kpi.weeks import Week
from store.contests import contest, decide
from store.errors import StoreError
from store.location import find_location
from store.summaries import approve, approve_unflagged, give_back, keep
from store.summary_totals import TOTALLED
from store.teams import delegate
from store.work import Store
from tests.postgres import Server
from tests.store.helpers import Clock, new_store
from tests.store.house import House, house_of, in_no_hurry
from tests.store.keyrings import Ring, keyring_in_memory
from tests.store.recorded import MONDAY
from tests.store.summarising import NORTH, RECRUITERS, SOUTH, Happening, Office, office_of, on_teams

FIGURES = {
    "call_made": "calls",
    "email_sent": "emails",
    "offer_sent": "stage_moves",
    "listing_frozen": "stage_moves",
}
KINDS = ("call_made", "email_sent", "offer_sent")
MANAGERS = {NORTH: "Moyra", SOUTH: "Sol"}
WHO = st.sampled_from(RECRUITERS)
LISTINGS = st.sampled_from(("L-1", "L-1", "L-2"))
BACK, DAYS = st.integers(0, 3), st.integers(0, 4)


class Known(NamedTuple):
    """What the latest version of an event says."""

    kind: str
    day: date
    listing: str
    by: str


class Template(NamedTuple):
    """A store with an office, before anything happened, to be copied for each walk."""

    copied: Callable[[ExitStack], str]
    office: Office
    kept: dict[tuple[str, str], str]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = str(tmp_path_factory.mktemp("walks") / "template.db")
            copied = partial(_copied_file, url)
        else:
            server: Server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.database())
            copied = partial(_copied_database, server, url.rpartition("/")[2])
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        ring = stack.enter_context(keyring_in_memory())
        in_no_hurry(patch)
        with new_store(url, clock=Clock(MONDAY)) as made:
            on_teams(made)
            office = office_of(house_of(made))
            office.happens(
                Happening("listing_published", office.on(0, 8, back=20), "L-2", "Rita", owner="Rita")
            )
        yield Template(copied, office, dict(ring.kept))


def _copied_file(file: str, stack: ExitStack) -> str:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    return str(shutil.copy(file, folder / "walk.db"))


def _copied_database(server: Server, name: str, stack: ExitStack) -> str:
    return stack.enter_context(server.database(like=name))


def events_in(content: str) -> dict[str, list[int]]:
    """The events of each figure in a stored content."""
    return {one["name"]: one["events"] for one in json.loads(content.partition("\n")[2])["figures"]}


class Walk(RuleBasedStateMachine):
    """Events, late ones and corrections, approvals, contests and decisions, as they come."""

    template: ClassVar[Template]

    def __init__(self) -> None:
        super().__init__()
        template = self.template
        self.stack = ExitStack()
        made = Store(find_location(template.copied(self.stack)), Clock(MONDAY))
        self.stack.callback(made.close)
        store.gate._TOLD.clear()
        house = House(made, Clock(MONDAY), members=template.office.house.members)
        self.office = Office(house, _count=1_000)
        self.events: dict[int, Known] = {}
        self.latest: dict[int, int] = {}
        self.left_out: set[tuple[str, int]] = set()
        self.minute = 0
        self.delegate: tuple[str, date] | None = None
        self.seals: dict[tuple[int, int], tuple[Any, ...]] = {}
        self.is_fresh = False

    def teardown(self) -> None:
        self.stack.close()

    @initialize()
    def begin(self) -> None:
        """Everybody has done something in the last full week."""
        self.everybody_calls(0, 1)
        self.generate()

    # ------------------------------------------------------------------------------- what happens

    def _happens(self, kind: str, name: str, back: int, day: int, listing: str) -> None:
        self.minute += 1
        at = self.office.on(day, 9 + self.minute % 8, self.minute % 60, back=back)
        note = {"note": "so"}
        (seq,) = self.office.happens(Happening(kind, at, listing, name, detail=note))
        self.events[seq] = Known(kind, at.date(), listing, name)
        self.latest[seq] = seq
        self.is_fresh = False

    @rule(kind=st.sampled_from(KINDS), name=WHO, back=BACK, day=DAYS, listing=LISTINGS)
    def happens(self, kind: str, name: str, back: int, day: int, listing: str) -> None:
        self._happens(kind, name, back, day, listing)

    @rule(back=BACK, day=DAYS)
    def everybody_calls(self, back: int, day: int) -> None:
        for name in (*RECRUITERS, *RECRUITERS):
            self._happens("call_made", name, back, day, "L-1")

    @rule(which=st.integers(0), name=WHO, kind=st.sampled_from(("call_made", "email_sent")))
    def corrected(self, which: int, name: str, kind: str) -> None:
        first = sorted(self.latest)[which % len(self.latest)]
        was = self.events[self.latest[first]]
        at = self.office.on(0).replace(year=was.day.year, month=was.day.month, day=was.day.day)
        seq = self.office.corrects(first, Happening(kind, at, was.listing, name, detail={"note": "so"}))
        if seq > max(self.events):
            self.events[seq] = Known(kind, was.day, was.listing, name)
            self.latest[first] = seq
        self.is_fresh = False

    @rule(back=BACK, day=DAYS)
    def frozen(self, back: int, day: int) -> None:
        self._happens("listing_frozen", "Rita", back, day, "L-2")

    @rule()
    def a_week_goes_by(self) -> None:
        self.office.next_week()
        self.is_fresh = False

    @rule()
    def generate(self) -> None:
        self.office.generate()
        self.is_fresh = True

    # ----------------------------------------------------------------------------- what people do

    @rule()
    def dee_stands_in(self) -> None:
        with suppress(StoreError), self.office.house.by_system() as made:
            today = self.office.house.today
            delegate(made, NORTH, self.office.number("Dee"), today, today)
            self.delegate = ("Dee", today)

    def _summaries(self) -> list[tuple[int, str, Week]]:
        names = {member.number: name for name, member in self.office.house.members.items()}
        rows = self.office.house.rows("SELECT number, person, from_day FROM summary ORDER BY number")
        return [(number, names[person], Week(date.fromordinal(day))) for number, person, day in rows]

    @rule(
        which=st.integers(0),
        actor=st.sampled_from(("Moyra", "Moyra", "Moyra", "Dee", "Sol", "Hana", "Ray", "Ada")),
        stale=st.booleans(),
        act=st.sampled_from(("approve", "approve", "approve", "keep", "return")),
    )
    def somebody_moves_one_on(self, which: int, actor: str, stale: bool, act: str) -> None:
        summaries = self._summaries()
        number, name, _ = summaries[which % len(summaries)]
        digest, state, team = self.office.row("digest, state, team", number)
        seen = "00" * 32 if stale else bytes(digest).hex()
        self.office.house.enter(actor)
        moves: dict[str, Callable[..., object]] = {"approve": approve, "keep": keep, "return": give_back}
        try:
            moves[act](self.office.store, number, reason="So it is", seen=seen)
        except StoreError:
            return
        is_delegate = self.delegate == (actor, self.office.house.today)
        assert actor != name
        assert actor == MANAGERS[team] or (is_delegate and team == NORTH)
        assert not stale
        assert act != "return" or state != "approved"

    @rule(actor=st.sampled_from(("Moyra", "Dee")))
    def somebody_approves_many(self, actor: str) -> None:
        self.office.house.enter(actor)
        with suppress(StoreError), self.office.asked() as questions:
            seen = {line.number: line.digest for line in questions.lines(self.office.week)}
            found = approve_unflagged(self.office.store, self.office.week, seen)
            assert not found.approved or actor == "Moyra" or self.delegate == ("Dee", self.office.house.today)
            assert self.office.number(actor) not in {self._person(one) for one in found.approved}

    def _person(self, number: int) -> int:
        return int(self.office.row("person", number)[0])

    @rule(which=st.integers(0), figure=st.sampled_from(TOTALLED), of_event=st.booleans())
    def somebody_contests(self, which: int, figure: str, of_event: bool) -> None:
        summaries = self._summaries()
        number, name, _ = summaries[which % len(summaries)]
        self.office.house.enter(name)
        events = events_in(self.office.row("content", number)[0])[figure]
        if of_event and not events:
            return
        with suppress(StoreError):
            contest(self.office.store, number, figure, "No", events[0] if of_event else None)

    @rule(upheld=st.booleans(), actor=st.sampled_from(("Hana", "Hana", "Moyra", "Ray")))
    def somebody_decides(self, upheld: bool, actor: str) -> None:
        rows = self.office.house.rows(
            "SELECT c.number, c.event, s.person FROM contest c JOIN summary s ON s.number = c.summary "
            "WHERE c.decided_at IS NULL ORDER BY c.number"
        )
        for number, event, person in rows[:1]:
            self.office.house.enter(actor)
            try:
                decide(self.office.store, number, "upheld" if upheld else "rejected", "So")
            except StoreError:
                return
            assert actor == "Hana"
            if upheld and event is not None:
                whose = next(
                    name for name, member in self.office.house.members.items() if member.number == person
                )
                self.left_out.add((whose, event))
                self.is_fresh = False

    # -------------------------------------------------------------------------- what always holds

    @invariant()
    def no_seal_changes(self) -> None:
        rows = self.office.house.rows(
            "SELECT summary, version, digest, approved_by, content FROM summary_seal"
        )
        now = {row[:2]: row[2:] for row in rows}
        assert {key: now.get(key) for key in self.seals} == self.seals
        own = self.office.house.rows(
            "SELECT 1 FROM summary_seal g JOIN summary s ON s.number = g.summary "
            "WHERE g.approved_by = s.person"
        )
        assert own == []
        self.seals = now

    @invariant()
    def every_event_counts_once_and_for_whom_it_should(self) -> None:
        """Right after generating: every week that is over is what a plain count of all events gives."""
        if not self.is_fresh:
            return
        expected = self._counted()
        seen: Counter[tuple[str, int]] = Counter()
        for number, name, week in self._summaries():
            for figure, events in events_in(self.office.row("content", number)[0]).items():
                if figure in TOTALLED:
                    assert set(events) == expected[name, week, figure], (name, week.label, figure)
                    group = "outcome" if figure in OUTCOMES else "activity"
                    seen.update((group, seq) for seq in events)
        assert all(count == 1 for count in seen.values())

    def _counted(self) -> dict[tuple[str, Week, str], set[int]]:
        owners = {"L-1": "Ray", "L-2": "Rita"}
        freezes = [self.events[seq].day for seq in self.latest.values()
                   if self.events[seq].kind == "listing_frozen"]  # fmt: skip
        found: dict[tuple[str, Week, str], set[int]] = defaultdict(set)
        for seq in self.latest.values():
            kind, day, listing, by = self.events[seq]
            week = Week(day - timedelta(days=day.weekday()))
            if listing == "L-2" and any(frozen <= week.last for frozen in freezes):
                continue
            for name, figure in ((by, FIGURES[kind]), (owners[listing], "offers" * (kind == "offer_sent"))):
                if figure and (name, seq) not in self.left_out:
                    found[name, week, figure].add(seq)
        return found

    @invariant()
    def no_total_has_what_is_held(self) -> None:
        """Each month's total is the sum of what counts, or withheld where anything of it is contested."""
        if not self.is_fresh:
            return
        cells, held = self._cells()
        with self.office.house.by_system(), self.office.house.reader() as reader:
            reader._gate._who = self.office.store.who
            months = {month for month, _ in cells}
            for month in months:
                until = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
                if until >= self.office.week.last:
                    continue
                found = reader.summary_questions().team(NORTH, month, until).totals
                for one in found:
                    people = cells[month, one.figure]
                    is_told = may_be_shown(people.values()) and (month, one.figure) not in held
                    assert one.total == ((sum(people.values()), 0) if is_told else (None, 1)), (month, one)

    def _cells(self) -> tuple[dict[tuple[date, str], Counter[str]], set[tuple[date, str]]]:
        """By month and figure what each has, and of which anything is held."""
        cells: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
        held: set[tuple[date, str]] = set()
        for number, name, week in self._summaries():
            content, sealed = self.office.row("content, sealed", number)
            if sealed:
                ask = f"SELECT content FROM summary_seal WHERE summary = {number} AND version = {sealed}"
                ((content,),) = self.office.house.rows(ask)
            figures = events_in(content)
            if name not in RECRUITERS:
                continue
            outcomes = {seq for figure in OUTCOMES for seq in figures[figure]}
            for figure in TOTALLED:
                for seq in figures[figure]:
                    # What was taken out or corrected since is in no fresh summary, but may be in a seal.
                    known = self.events.get(seq)
                    if known is not None and (figure in OUTCOMES or seq not in outcomes):
                        cells[known.day.replace(day=1), figure][name] += 1
            for figure in self._held(number, figures):
                held |= {(day.replace(day=1), figure) for day in week.days}
        return cells, held

    def _held(self, number: int, figures: dict[str, list[int]]) -> set[str]:
        found = set()
        for figure, event, decision in self.office.house.rows(
            f"SELECT figure, event, decision FROM contest WHERE summary = {number}"
        ):
            if decision is None or (decision == "upheld" and event is None):
                found.add(figure)
            if event is not None and decision != "rejected":
                found |= {one for one, events in figures.items() if event in events}
        return found & {*ACTIVITY, *OUTCOMES}


def walk(template: Template, ring: Ring, examples: int, steps: int) -> None:
    ring.kept = dict(template.kept)
    Walk.template = template
    run_state_machine_as_test(
        Walk,
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None, print_blob=True),
    )


def test_a_few_walks_keep_what_is_sealed_and_count_everything_once(template: Template, ring: Ring) -> None:
    walk(template, ring, 4, 18)


@pytest.mark.slow
def test_many_walks_keep_what_is_sealed_and_count_everything_once(template: Template, ring: Ring) -> None:
    walk(template, ring, 30, 50)
