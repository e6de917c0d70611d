"""`stagewatch catalogue`: the stages and KPIs that the store counts by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.explain import kpi_words
from tui.commands.output import print_json, print_table, reading

if TYPE_CHECKING:
    from argparse import Namespace

    from kpi.catalogue import Catalogue


def run(options: Namespace) -> None:
    """Print the store's catalogue."""
    with reading(options) as reader:
        catalogue = reader.rules.catalogue
    if options.json:
        print_json(catalogue_json(catalogue))
        return
    for stage in catalogue.stages:
        print(stage.title)
        print_table(
            ["  Code", "Title", "Clock"], [[f"  {k.code}", k.title, kpi_words(k)] for k in stage.kpis]
        )
        print()


def catalogue_json(catalogue: Catalogue) -> dict[str, object]:
    """A catalogue in the machine form."""
    return {
        "stages": [
            {
                "code": stage.code,
                "title": stage.title,
                "kpis": [
                    {
                        "code": kpi.code,
                        "title": kpi.title,
                        "subject": kpi.subject,
                        "starts": list(kpi.starts),
                        "opens": list(kpi.opens),
                        "ends": list(kpi.ends),
                        "timer": kpi.timer,
                        "deadline": kpi.deadline,
                        "final": kpi.final,
                    }
                    for kpi in stage.kpis
                ],
            }
            for stage in catalogue.stages
        ]
    }
