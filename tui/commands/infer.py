"""`stagewatch catalogue infer`: a draft catalogue from a log that nobody has described."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.catalogue import write_catalogue
from tui.commands.catalogue import catalogue_json
from tui.commands.files import read_text
from tui.commands.output import print_json

if TYPE_CHECKING:
    from argparse import Namespace


def run(options: Namespace) -> None:
    """Write the draft to the chosen file, or to standard output."""
    from store.feeds.inferring import infer_catalogue
    from store.feeds.mapping import load_mapping

    mapping = load_mapping(read_text(options.mapping))
    catalogue, report = infer_catalogue(options.file, mapping, options.timezone)
    text = write_catalogue(catalogue)
    if options.output:
        Path(options.output).write_text(text, "utf-8")
    if options.json:
        print_json({**catalogue_json(catalogue), "rows": report.rows, "bad": report.bad})
    elif options.output:
        print(f"{len(catalogue.kpis)} KPIs drafted from {report.rows:,} rows into {options.output}.")
    else:
        sys.stdout.write(text)
    if report.bad:
        print(f"stagewatch: {report.bad:,} rows could not be understood and were left out", file=sys.stderr)
