"""One week, ready to be summed up as the store holds it now: its facts, and what people said of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from kpi.figures import Counting
from kpi.weekly import Weekly
from store.benchmarks import benchmarks_for
from store.organisation import load_organisation
from store.week_facts import read_week

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi.summary import Summary
    from kpi.weeks import Week
    from store.plain import Plain
    from store.week_facts import WeekRead


class Summing(NamedTuple):
    """A week as it was read; `reports` is what people said they did, by person and figure."""

    read: WeekRead
    weekly: Weekly
    reports: Mapping[int, Mapping[str, int]]

    def summary(self, person: int) -> Summary:
        """The summary of somebody who was in a team; KeyError for anybody else."""
        left_out = self.read.left_out.get(person, frozenset())
        return self.weekly.summary(person, self.reports.get(person), left_out)


def sum_up(plain: Plain, week: Week) -> Summing:
    """Read a week, by the benchmarks that count for it."""
    organisation = load_organisation(plain)
    version = benchmarks_for(plain, week)
    counting = Counting(version.benchmarks, version.number, organisation.catalogue.events)
    day = (week.first.toordinal(),)
    there: dict[int, int | None] = dict(
        plain.rows("SELECT person, team FROM summary WHERE from_day = ?", day)
    )
    reports: dict[int, dict[str, int]] = defaultdict(dict)
    for person, figure, count in plain.rows(
        "SELECT person, figure, count FROM self_report WHERE from_day = ? ORDER BY figure", day
    ):
        reports[person][figure] = count
    read = read_week(plain, organisation, week, counting, there)
    return Summing(read, Weekly(week, read.facts, counting, read.calendar), reports)
