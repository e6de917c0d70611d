"""`stagewatch summaries team`: what teams did in whole months, from five people up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.text import clean
from tui.commands.output import print_json, print_table, reading
from tui.commands.people import find_team
from tui.summary_words import figure_title, total_words

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from store.summary_facts import FigureTotal


def team(options: Namespace) -> None:
    """Print a team's totals, together and month by month; without a team those of all teams together."""
    number = None if options.team is None else find_team(options, options.team)
    with reading(options) as reader:
        found = reader.summary_questions().team(number, options.since, options.until)
    if options.json:
        print_json(
            {
                "team": found.team,
                "name": found.name,
                "since": found.since.isoformat(),
                "until": found.until.isoformat(),
                "totals": _totals_json(found.totals),
                "months": [
                    {"month": f"{one.month:%Y-%m}", "totals": _totals_json(one.totals)}
                    for one in found.months
                ],
            }
        )
        return
    print(clean(f"{found.name}, from {found.since} to {found.until}"))
    by_month = [{one.figure: one.total for one in month.totals} for month in found.months]
    print_table(
        ["Figure", "Together", *(f"{month.month:%Y-%m}" for month in found.months)],
        [
            [
                figure_title(one.figure),
                total_words(one.total),
                *(total_words(totals[one.figure]) for totals in by_month),
            ]
            for one in found.totals
        ],
        numbers=range(1, len(by_month) + 2),
    )
    print(
        "“–” is withheld, and “*” lacks months that are: fewer than five people had a part in them. What is "
        "contested is in no total."
    )


def _totals_json(totals: Iterable[FigureTotal]) -> list[dict[str, Any]]:
    return [
        {
            "figure": one.figure,
            "group": one.group,
            "value": one.total.value,
            "withheld": one.total.withheld,
        }
        for one in totals
    ]
