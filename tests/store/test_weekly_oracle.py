"""Every figure of every person and week, against a computation over pandas: a demo's year, a real log."""

from __future__ import annotations

import csv
import gzip
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from kpi.benchmarks import STANDARD, write_benchmarks
from kpi.catalogue import built_in
from kpi.summary import ACTIVITY, OUTCOMES, TASKS, Summary
from kpi.thresholds import Season
from kpi.weeks import Week, last_full_week
from store.benchmarks import save_benchmarks
from store.demo import write_demo
from store.feeds.mapping import load_mapping
from store.generating import generate
from store.importing import import_file
from store.summary_rows import unpack
from store.tasks import TaskQuery
from store.work import Store
from tests.oracle.weekly import Rules, Year
from tests.oracle.weekly_flags import Expected
from tests.oracle.working_days import calendar_from_govuk
from tests.store.helpers import Clock, new_store, reader_of
from tests.store.house import in_no_hurry

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
LAST = last_full_week(NOW.date())
TEAMS = 6
SAID = ("role_type", "urgency", "criticality", "internal", "minutes", "reply", "justification", "note")
OWN = ("outreach_method", "source")
FIELDS = {
    "calls": ("outreach_method",),
    "emails": ("outreach_method",),
    "submissions": ("source", "outreach_method"),
}
# Two that do not overlap, one of which begins in the middle of a week.
SEASONS = (
    Season("Winter freeze", date(2025, 12, 18), date(2026, 1, 4), 35),
    Season("Autumn rush", date(2026, 11, 4), date(2026, 11, 17), 130),
)


@dataclass
class Both:
    """A store, and all that was brought into it as pandas has it; everybody's name is their reference."""

    store: Store
    year: Year
    expected: Expected
    numbers: Mapping[str, int]
    place: Mapping[int, int] = field(default_factory=dict)

    def check(self, weeks: list[Week]) -> int:
        """Generate these weeks, and compare; how many summaries there were."""
        for week in weeks:
            generate(self.store, week)
        with self.store.work("test") as work:
            work.changed = False
            rows = work.plain.rows("SELECT content FROM summary")
            # PostgreSQL gives a number to a row that repeats another, too.
            events = work.plain.rows("SELECT seq FROM event ORDER BY seq")
        self.place = {seq: number for number, (seq,) in enumerate(events, 1)}
        summaries = [unpack(content).summary for (content,) in rows]
        assert {one.week for one in summaries} == set(weeks)
        for week in weeks:
            self._check_week(week, {one.person: one for one in summaries if one.week == week})
        return len(summaries)

    def _check_week(self, week: Week, summaries: dict[int, Summary]) -> None:
        year, first = self.year, week.first
        figures, engaged, cycles = year.figures(first), year.engagement(first), year.cycles(first)
        excluded, tasks = year.excluded(first), self._tasks(week)
        bases = year.bases(first, self.expected.since)
        targets, flags = self.expected.targets(first, bases), self.expected.flags(first)
        for name, number in self.numbers.items():
            summary = summaries[number]
            for figure in (*ACTIVITY, *OUTCOMES):
                found = summary.figure(figure)
                expected = figures.get((name, figure), (0, 0))
                assert (found.count, found.weighted) == expected, (name, week.label, figure)
                assert len(found.events) == found.count
            assert summary.figure("engagement").count == engaged[name], (name, week.label)
            for figure in TASKS:
                assert summary.figure(figure).count == tasks.get((name, figure), 0), (
                    name,
                    week.label,
                    figure,
                )
            for why in ("frozen", "cancelled"):
                assert getattr(summary.excluded, f"{why}_events") == excluded.get((name, why), 0)
            assert {
                (name, one.group, one.metric): (
                    one.finished, one.open, one.unfilled,
                    one.working_p50, one.working_p85, one.calendar_p50, one.calendar_p85,
                )
                for one in summary.cycle
            } == {key: numbers for key, numbers in cycles.items() if key[0] == name}, week.label  # fmt: skip
            own = {one.figure: one.base for one in summary.targets if one.source == "team"}
            team = year.teams[name]
            assert own == {figure: base for (of, figure), base in bases.items() if of == team}, week.label
            values = {one.figure: one.value for one in summary.targets if one.source == "team"}
            assert values == {figure: value for (of, figure), value in targets.items() if of == team}
            flagged = {
                (one.code, one.figure): tuple(self.place[seq] for seq in one.events) for one in summary.flags
            }
            assert flagged == flags[name], (name, week.label)

    def _tasks(self, week: Week) -> dict[tuple[str, str], int]:
        with reader_of(self.store) as reader:
            views: list[Any] = []
            for finished in (False, True):
                tasks = reader.task_list(TaskQuery(as_of=week.last, finished=finished))
                views += tasks.fetch(0, tasks.total)
        return self.year.tasks(views, week.first)


@contextmanager
def both(
    url: str, file: Path, mapping: str, events: pd.DataFrame, rules: Rules, now: datetime
) -> Iterator[Both]:
    """Bring a file in, put whoever did anything into teams, and tell pandas of it."""
    with pytest.MonkeyPatch.context() as patch:
        in_no_hurry(patch)
        with new_store(url, clock=Clock(now)) as store:
            import_file(store, file, load_mapping(mapping))
            who = sorted({*events["actor"].dropna(), *events["owner"].dropna()})
            teams = {name: place % TEAMS + 1 for place, name in enumerate(who)}
            with store.work("test") as work:
                insert = work.plain.insert
                insert("team", "number, name, folded", [(n, f"T{n}", f"t{n}") for n in range(1, TEAMS + 1)])
                people = list(enumerate(who, 1))
                insert(
                    "person", "number, name, folded, role, active, created_at",
                    [(number, name, name.casefold(), "recruiter", 1, 1) for number, name in people],
                )  # fmt: skip
                since = date(2000, 1, 1).toordinal()
                insert(
                    "membership", "person, from_day, team", [(n, since, teams[name]) for n, name in people]
                )
                insert("person_link", "ref, person", [(name, number) for number, name in people])
            year = Year(events, calendar_from_govuk(), rules, {name: name for name in who}, teams)
            expected = Expected(year, year.events["day"].min().date())
            yield Both(store, year, expected, {name: number for number, name in people})


def demo_events(file: Path, mapping: str) -> pd.DataFrame:
    """The rows of the demo's file by our fields, as the mapping's text says."""
    read = tomllib.loads(mapping)
    theirs, words = read["columns"], read["events"]
    with file.open(encoding="utf-8", newline="") as lines:
        rows = pd.DataFrame(list(csv.DictReader(lines))).replace({"": None})
    found = pd.DataFrame(
        {name: rows[theirs[name]] for name in ("listing", "application", "actor", "owner", *SAID)}
    )
    for name in OWN:
        found[name] = rows[read["custom"][name]]
    found["kind"] = rows[theirs["event"]].replace(words)
    found["at"] = pd.to_datetime(rows[theirs["at"]]).dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    return found


def check_demo(url: str, folder: Path, listings: int, weeks: list[Week]) -> int:
    files = write_demo(folder, seed=3, listings=listings, now=int(NOW.timestamp() * 1e6))
    mapping = files.mapping.read_text("utf-8")
    events = demo_events(files.events, mapping)
    rules = Rules(set(built_in().events))
    with both(url, files.events, mapping, events, rules, NOW) as made:
        benchmarks = replace(STANDARD, fields=FIELDS, seasons=SEASONS)
        save_benchmarks(made.store, write_benchmarks(benchmarks), reason="Our own", from_week=min(weeks))
        made.expected.fields = FIELDS
        made.expected.seasons = [(one.since, one.until, one.percent) for one in SEASONS]
        return made.check(weeks)


def test_a_week_of_the_demos_year(tmp_path: Path) -> None:
    assert check_demo(str(tmp_path / "demo.db"), tmp_path, 60, [LAST.before(1)]) > 30


@pytest.mark.slow
def test_every_week_of_the_demos_year(store_url: str, tmp_path: Path) -> None:
    weeks = [LAST.before(back) for back in range(51)]
    assert check_demo(store_url, tmp_path, 600, weeks) == 51 * 40


# --------------------------------------------------------------------------------- a published log

LOG = DATA / "hiring_log_high.xes.gz"
# What its activities are to a recruiter; none of them is in the catalogue.
WORK = {
    "calls": {"Telephonic Screening"},
    "emails": {"Background Check", "Extensive Background Check"},
    "submissions": {"Hand In Job Application"},
    "interviews": {"Screening Interview", "Coding Interview", "Behavioral Interview", "Frontend Interview"},
    "notes": {"ML Interview", "Backend Interview"},
}
CAME_TO = {
    "offers": {"Make Job Offer"},
    "hires": {"contract_accepted"},
    "withdrawals": {"Application Rejected"},
}
CYCLE = {"start": {"Hand In Job Application"}, "offer": {"Make Job Offer"}, "fill": {"Make Job Offer"}}


def named(kinds: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {figure: tuple(sorted(names)) for figure, names in kinds.items()}


def log_events() -> pd.DataFrame:
    """From the XML by ElementTree; a row that repeats another is one event."""
    rows = []
    with gzip.open(LOG) as file:
        for _, trace in ET.iterparse(file):  # noqa: S314 - a file of our own choice
            if trace.tag.rpartition("}")[2] == "trace":
                name = next(one.get("value") for one in trace if one.get("key") == "concept:name")
                events = ({one.get("key"): one.get("value") for one in part} for part in trace)
                rows += [{**event, "listing": name} for event in events if "time:timestamp" in event]
                trace.clear()
    read = pd.DataFrame(rows)
    found = pd.DataFrame(
        {"listing": read["listing"], "kind": read["concept:name"], "actor": read["resource"]}
    )
    found["at"] = pd.to_datetime(read["time:timestamp"], utc=True, format="ISO8601")
    return found.drop_duplicates().assign(application=None, owner=None, **dict.fromkeys(SAID)).reset_index()


@pytest.mark.slow
@pytest.mark.skipif(not LOG.exists(), reason=f"{LOG} is not there")
def test_a_published_log_by_benchmarks_that_name_its_activities(store_url: str) -> None:
    rules = Rules(set(built_in().events), WORK, CAME_TO, CYCLE)
    mapping = (DATA / "hiring.mapping.toml").read_text("utf-8")
    now = datetime(2015, 1, 20, tzinfo=UTC)
    cycle = named(CYCLE)
    with both(store_url, LOG, mapping, log_events(), rules, now) as made:
        benchmarks = replace(
            STANDARD,
            activity={**STANDARD.activity, **named(WORK)},
            outcomes=named(CAME_TO),
            cycle=replace(STANDARD.cycle, start=cycle["start"], offer=cycle["offer"], fill=cycle["fill"]),
        )
        weeks = [Week(date(2015, 1, 5)), Week(date(2015, 1, 12))]
        save_benchmarks(made.store, write_benchmarks(benchmarks), reason="Its own names", from_week=weeks[0])
        assert made.check(weeks) == 2 * 8
        total = sum(count for count, _ in made.year.figures(weeks[0].first).values())
        assert total > 60_000
