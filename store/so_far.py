"""One's own week while it runs: made whenever it is looked at, kept nowhere, seen by nobody else.

Module 5 of the curriculum: “visual indicators for recruiters approaching or exceeding daily activity limits
to prevent burnout”, which are of use on the day. Whoever approves looks at weeks that are over: to watch
somebody's week as it goes would be surveillance, which no decision needs.

Figures grow until the week is over, so nothing is compared: no outliers are looked for and no flag waits for
an answer. Tasks stand as they will at the week's end if nothing moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.summary import FIGURES, digest_of
from kpi.summary_course import State
from store.summary_behind import event_lines, task_lines
from store.summary_facts import FlagView, SoFar, SummaryLine, SummaryPage
from store.summary_pages import HISTORY, history_of, titles_of
from store.week_summing import sum_up

if TYPE_CHECKING:
    from kpi.summary import Flag, Summary
    from kpi.weeks import Week
    from store.organisation import Organisation
    from store.plain import Plain
    from store.summary_lines import Asker

_OF_WHOLE_WEEKS = ("outlier_own", "outlier_team", "outlier_short")


def read_so_far(plain: Plain, asker: Asker, rules: Organisation, person: int, week: Week) -> SoFar | None:
    """The week of `person`, who asks, that runs; None if they are in no team."""
    summing = sum_up(plain, week)
    if all(one.id != person for one in summing.read.facts.people):
        return None
    summary = summing.summary(person)
    flags = tuple(flag for flag in summary.flags if flag.code not in _OF_WHOLE_WEEKS)
    seqs = {figure.name: figure.events for figure in summary.figures} | {
        flag.key: flag.events for flag in flags
    }
    lines = {
        line.seq: line
        for line in event_lines(plain, {seq for each in seqs.values() for seq in each}, rules.zone, {})
    }
    return SoFar(
        _page(plain, asker, summary, flags),
        {
            key: tuple(sorted((lines[seq] for seq in each), key=lambda line: (line.at, line.seq)))
            for key, each in seqs.items()
        },
        {name: task_lines(plain, rules.catalogue, summary.figure(name).tasks) for name in FIGURES},
    )


def _page(plain: Plain, asker: Asker, summary: Summary, flags: tuple[Flag, ...]) -> SummaryPage:
    weeks = tuple(summary.week.before(back) for back in range(HISTORY, 0, -1))
    return SummaryPage(
        line=_line(plain, summary, flags),
        summary=summary,
        seal=None,
        differences=(),
        steps=(),
        flags=tuple(map(_view, flags)),
        contests=(),
        documents=(),
        held=frozenset(),
        may=frozenset(),
        names=titles_of(plain, summary),
        weeks=weeks,
        history=history_of(plain, asker, summary.person, weeks),
    )


def _line(plain: Plain, summary: Summary, flags: tuple[Flag, ...]) -> SummaryLine:
    name = plain.value("SELECT name FROM person WHERE number = ?", (summary.person,))
    team_name = plain.value("SELECT name FROM team WHERE number = ?", (summary.team,))
    return SummaryLine(
        number=0,
        person=summary.person,
        name=name,
        team=summary.team,
        team_name=team_name,
        week=summary.week,
        state=State.OPEN.value,
        flags=tuple(dict.fromkeys(flag.code for flag in flags)),
        unanswered=0,
        contested=0,
        changed=False,
        digest=digest_of(summary).hex(),
        own=True,
    )


def _view(flag: Flag) -> FlagView:
    return FlagView(
        key=flag.key,
        code=flag.code,
        figure=flag.figure,
        said=flag.said,
        events=flag.events,
        days=flag.days,
        needs_answer=False,
        answer=None,
        answered_by=None,
        answered_at=None,
    )
