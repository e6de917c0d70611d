"""The demo's weekly summaries: every state they can be in, all come about by what people may do."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kpi.documents import KINDS
from kpi.events import instant_of
from kpi.summary import FLAG_CODES
from store.audit_verify import verify
from store.demo import make_demo
from store.demo_people import Troupe, make_people
from store.demo_summaries import make_summaries
from store.location import Location
from store.moment import one_moment
from store.reading import open_reader
from store.who import Who
from store.work import Store

if TYPE_CHECKING:
    from store.reading import Reader
    from store.summary_facts import SummaryLine

WEEKS = 6


def clock() -> int:
    return instant_of(datetime(2026, 11, 21, 16, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> Troupe:
    folder = tmp_path_factory.mktemp("demo")
    location = Location(path=folder / "demo.db")
    with closing(Store(location, clock)) as store:
        make_demo(store, folder, listings=200)
    troupe = make_people(location, clock)
    make_summaries(troupe, folder, weeks=WEEKS)
    return troupe


def seen_by(troupe: Troupe, name: str) -> Reader:
    token = troupe.session_of(troupe.numbered(name))
    return open_reader(troupe.location, clock, Who("login", "app", lambda _: token))


def lines_of(troupe: Troupe, name: str) -> tuple[SummaryLine, ...]:
    with closing(seen_by(troupe, name)) as reader:
        return reader.summary_questions().lines()


def test_a_managers_inbox_has_one_week_to_approve_and_something_of_every_kind(troupe: Troupe):
    lines = lines_of(troupe, "Miles Ahead")
    weeks = sorted({line.week for line in lines})
    assert len(weeks) == WEEKS
    last = [line for line in lines if line.week == weeks[-1]]
    assert {line.state for line in last} == {"ready"}
    assert {bool(line.flags) for line in last} == {True, False}
    assert Counter(line.state for line in lines if line.week == weeks[-2])["returned"] == 1
    assert {line.state for line in lines if line.week < weeks[-2]} == {"approved"}
    assert [line.changed for line in lines].count(True) == 1
    assert any(line.contested for line in last)
    with closing(seen_by(troupe, "Miles Ahead")) as reader:
        pages = [reader.summary_questions().page(line.number) for line in last]
    assert any(page.summary.excluded.frozen_listings for page in pages)
    assert any(
        "ramp_up" in {f.name for f in t.factors if f.percent < 100} for p in pages for t in p.summary.targets
    )
    assert any(page.held for page in pages)


def test_every_kind_of_document_is_there_and_every_way_of_a_contest(troupe: Troupe):
    with one_moment(troupe.location) as plain:
        documents = [kind for (kind,) in plain.rows("SELECT kind FROM document")]
        contests = [decision for (decision,) in plain.rows("SELECT decision FROM contest")]
        reported = plain.value("SELECT count(DISTINCT person) FROM self_report")
        versions = plain.value("SELECT count(*) FROM benchmarks")
        feedback = plain.value("SELECT feedback FROM benchmarks ORDER BY number DESC LIMIT 1")
    assert sorted(documents) == sorted(KINDS)
    assert sorted(contests, key=str) == [None, "upheld"]
    assert (reported, versions) == (3, 2)
    assert "Miles Ahead" in feedback


def test_the_flags_are_few_and_of_many_kinds(troupe: Troupe):
    lines = [line for name in MANAGERS for line in lines_of(troupe, name)]
    codes = {code for line in lines for code in line.flags}
    assert codes >= set(FLAG_CODES) - {"in_future", "outlier_short"}
    assert sum(bool(line.flags) for line in lines) < len(lines) / 3
    assert not any(line.unanswered for line in lines if line.state == "approved")


def test_all_of_it_was_done_by_people_who_may_and_the_log_is_whole(troupe: Troupe):
    assert verify(troupe.location, clock()).result != "tampered"
    with one_moment(troupe.location) as plain:
        refused = plain.value("SELECT count(*) FROM audit_entry WHERE outcome = 'refused'")
        own = plain.value(
            "SELECT count(*) FROM summary_seal g JOIN summary s ON s.number = g.summary "
            "WHERE s.person = g.approved_by"
        )
    assert (refused, own) == (0, 0)


MANAGERS = ("Miles Ahead", "Grace Period", "Chuck Lister", "Mona Tor", "Ken Doo", "Hugh Mility")
