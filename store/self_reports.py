"""Self-reports: what people say they did in a week, to be held against what was logged.

Module 6 of the curriculum: “addressing discrepancies between self-reported activities and system-logged
events through structured coaching conversations”.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.summary import ACTIVITY, TITLES
from kpi.summary_course import State, SummaryError, check_self_report
from store.benchmarks import check_week
from store.errors import StoreError
from store.people_rows import today_of
from store.schema import check_version
from store.summary_facts import Reported
from store.summary_rows import RefusedError, acting, add_step, first_weekday

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi.weeks import Week
    from store.plain import Plain
    from store.work import Store


def report(store: Store, week: Week, counts: Mapping[str, int]) -> Reported:
    """Say how much of which activity figure one did oneself in a week; figures not named stay as they were.

    StoreError for a week that has not begun, for one whose summary is approved, and for an unknown figure.
    """
    with store.work("summary.report", about="person:me") as work:
        plain = work.plain
        check_version(plain, store.location)
        actor, day = acting(work), check_week(week, first_weekday(plain)).first.toordinal()
        try:
            said = check_self_report(counts)
        except SummaryError as error:
            raise RefusedError(str(error), "a self-report was refused") from error
        if week.first > today_of(work):
            raise StoreError(f"{week.label} has not begun yet; nothing was written")
        row = plain.row("SELECT number, state FROM summary WHERE person = ? AND from_day = ?", (actor, day))
        if row is not None and row[1] == State.APPROVED.value:
            raise StoreError(f"{week.label} is approved already; say it in a comment; nothing was written")
        before = reported(plain, actor, week)
        changed = {figure: count for figure, count in said.items() if before.get(figure) != count}
        work.changed = bool(changed)
        for figure, count in changed.items():
            plain.run(
                'INSERT INTO self_report (person, from_day, figure, count, "at") VALUES (?, ?, ?, ?, ?) '
                "ON CONFLICT (person, from_day, figure) "
                'DO UPDATE SET count = excluded.count, "at" = excluded."at"',
                (actor, day, figure, count, work.now),
            )
        if changed and row is not None:
            text = ", ".join(f"{TITLES[figure]} {count}" for figure, count in changed.items())
            add_step(work, row[0], "reported", person=actor, text=text)
    return Reported(actor, week, before | said, bool(changed))


def reported(plain: Plain, person: int, week: Week) -> dict[str, int]:
    """What somebody said of a week so far, in the order of figures."""
    found: dict[str, int] = dict(
        plain.rows(
            "SELECT figure, count FROM self_report WHERE person = ? AND from_day = ?",
            (person, week.first.toordinal()),
        )
    )
    return {figure: found[figure] for figure in ACTIVITY if figure in found}
