"""Out of all that somebody is told, nobody's figures can be worked out but those that they may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from pathlib import Path
from random import Random

import pytest

import store.gate
from store.access import LONGEST
from store.signing_in import begin_session
from tests.kpi.attacking_totals import Unknown, computable
from tests.store.cheap_passwords import hash_cheaply
from tests.store.helpers import new_store
from tests.store.house import in_no_hurry
from tests.store.keyrings import Ring
from tests.store.random_teams import Organisation, founded
from tests.store.subtracting import KNOWN, Answer, Asking, Part, swapped


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, ring: Ring) -> None:
    hash_cheaply(monkeypatch)
    in_no_hurry(monkeypatch)
    monkeypatch.setattr(store.gate, "_TOLD", set())


def answers(made: Organisation, viewer: int, seed: int, many: int) -> list[Answer | None]:
    """What one person is told, question after question."""
    with made.house.working() as work:
        token, _ = begin_session(work, viewer, work.now + LONGEST, work.now)
    with made.house.reader(token) as reader:
        asking = Asking(made, viewer, reader, seed)
        found = [asking.ask() for _ in range(many)]
    if not asking.whole:  # what is of their listings alone sums up to nobody's figure
        found = [one and one._replace(sums=[]) for one in found]
    return found


def by_kind_and_day(told: list[Answer | None]) -> Iterable[set[frozenset[Unknown]]]:
    """The sums that have unknowns in common."""
    found: dict[Hashable, set[frozenset[Unknown]]] = defaultdict(set)
    for answer in told:
        for one in answer.sums if answer else ():
            for part in {(part.kind, part.day) for _, part in one if isinstance(part, Part)}:
                found[part].add(one)
    return found.values()


def look_through(made: Organisation, seed: int, many: int) -> Counter[str]:
    """Each kind of viewer asks so many questions; how many there were, were refused, and named somebody."""
    met = Counter[str]()
    for name, viewer in made.viewers.items():
        told = answers(made, viewer, seed, many)
        for sums in by_kind_and_day(told):
            people = {person for one in sums for person, _ in one if person < KNOWN}
            assert not computable([[*one] for one in sums], people), name
        met["asked"] += many
        met["refused"] += told.count(None)
        met["named"] += sum(bool(answer and answer.names) for answer in told)
        met["of others"] += sum(bool(answer and answer.names) for answer in told if "recruiter" not in name)
        _tell_twins_apart(made, viewer, seed, many // 10)
    return met


def _tell_twins_apart(made: Organisation, viewer: int, seed: int, many: int) -> None:
    """If two whom somebody may not see had each other's listings, they would be told the same."""
    led = {
        team
        for (team,) in made.house.rows(f"SELECT number FROM team WHERE {viewer} IN (manager, hr_partner)")
    }
    led |= {team for (team,) in made.house.rows(f"SELECT team FROM delegation WHERE delegate = {viewer}")}
    refs = Counter(made.person_of.values())
    strangers = [
        ref
        for ref in made.refs
        if ref not in made.person_of
        or (
            refs[made.person_of[ref]] == 1
            and made.person_of[ref] != viewer
            and led.isdisjoint(team for team, _ in made.teams[made.person_of[ref]])
        )
    ]
    if len(strangers) < 2:
        return
    before = answers(made, viewer, seed, many)
    with swapped(made, *Random(seed).sample(strangers, 2)):
        after = answers(made, viewer, seed, many)
    told = [(one and one.said, other and other.said) for one, other in zip(before, after, strict=True)]
    assert all(one == other for one, other in told)


def test_nobody_s_figures_come_out_by_adding_and_taking_away(
    quick: None, store_url: str, tmp_path: Path
) -> None:
    with new_store(store_url) as made:
        many = 4 if made.location.url else 24
        met = look_through(founded(made, 1, tmp_path), 1, many)
    assert met["asked"] >= 9 * many
    assert min(met.values()) > 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 14))
def test_of_ten_thousand_questions_none_gives_anybody_away(quick: None, tmp_path: Path, seed: int) -> None:
    with new_store(str(tmp_path / "stagewatch.db")) as made:
        met = look_through(founded(made, seed, tmp_path), seed, 90)
    assert met["asked"] >= 810
    assert min(met.values()) > 30
