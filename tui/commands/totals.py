"""`stagewatch people totals`: what teams finished in whole months, from five people up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.commands.output import print_json, print_table, reading

if TYPE_CHECKING:
    from argparse import Namespace

    from kpi.disclosure import Total
    from store.team_totals import TeamTotals


def run(options: Namespace) -> None:
    """Print each team's totals by name, then those of all of them together."""
    with reading(options) as reader:
        totals = reader.people().totals(options.since, options.until)
    if options.json:
        print_json(
            {
                "since": totals.since.isoformat(),
                "until": totals.until.isoformat(),
                "teams": [_json(team) for team in totals.teams],
                "together": _json(totals.together),
            }
        )
        return
    print(f"Tasks finished from {totals.since} to {totals.until}")
    print_table(
        ["Team", "In time", "Late"],
        [[team.name, *map(_words, team.totals)] for team in (*totals.teams, totals.together)],
        numbers=(1, 2),
    )
    print("“–” is withheld, and “*” lacks months that are: fewer than five people had a part in them.")


def _words(total: Total) -> str:
    return "–" if total.value is None else f"{total.value:,}{'*' if total.withheld else ''}"


def _json(team: TeamTotals) -> dict[str, Any]:
    in_time, late = team.totals
    return {
        "team": team.team,
        "name": team.name,
        "finished_in_time": in_time.value,
        "finished_late": late.value,
        "withheld": in_time.withheld + late.withheld,
    }
