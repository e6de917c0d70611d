"""`stagewatch`: the full-screen app."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace


def run(options: Namespace) -> int:
    """Open the app on the chosen store."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(
            "stagewatch: the app needs a terminal; see “stagewatch --help” for the commands", file=sys.stderr
        )
        return 1
    from tui.launch import run_app

    return run_app(options.store)
