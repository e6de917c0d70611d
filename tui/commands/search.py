"""`stagewatch search`: listings and applicants whose reference or title contains a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.output import print_json, print_table, reading

if TYPE_CHECKING:
    from argparse import Namespace


def run(options: Namespace) -> None:
    """Print what was found."""
    with reading(options) as reader:
        hits = reader.search(options.text, options.limit)
    if options.json:
        print_json(
            {
                "hits": [
                    {
                        "listing": hit.listing,
                        "application": hit.application,
                        "title": hit.title,
                        "user": hit.user,
                        "open_tasks": hit.open_tasks,
                        "target_set": hit.target_set,
                    }
                    for hit in hits
                ]
            }
        )
    elif hits:
        rows = [
            [hit.listing, hit.application, hit.title, hit.user, hit.open_tasks, hit.target_set]
            for hit in hits
        ]
        head = ["Listing", "Application", "Title", "User", "Open tasks", "Target set"]
        print_table(head, rows, numbers=(4, 5))
    else:
        print("Nothing found.")
