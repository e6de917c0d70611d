"""`stagewatch board`: the counts by stage and status, or listings by user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.status import LOOKS, OPEN_STATUSES
from tui.commands.output import counts_json, print_json, print_table, reading

if TYPE_CHECKING:
    from argparse import Namespace

    from kpi.board import Board, Counts, UserRow

_NUMBERS = (1, 2, 3, 4, 5)


def run(options: Namespace) -> None:
    """Print the board as of the chosen day."""
    with reading(options) as reader:
        if options.by_user:
            users = reader.listings_by_user(options.as_of)
            day = (options.as_of or reader.today()).isoformat()
            if options.json:
                print_json(
                    {
                        "as_of": day,
                        "organisation": reader.organisation(),
                        "users": [_user_json(row) for row in users],
                    }
                )
            else:
                _print_users(users)
            return
        board = reader.board(options.as_of, options.user)
        warnings = reader.warnings()
    if options.json:
        print_json({**board_json(board), "warnings": list(warnings)})
    else:
        _print_board(board)
        for warning in warnings:
            print(f"\nPlease note: {warning}.")


def board_json(board: Board) -> dict[str, object]:
    """The board in the machine form."""
    return {
        "as_of": board.as_of.isoformat(),
        "organisation": board.organisation,
        "stages": [
            {
                "code": stage.code,
                "title": stage.title,
                **counts_json(stage.counts),
                "kpis": [
                    {"code": kpi.code, "title": kpi.title, **counts_json(kpi.counts)} for kpi in stage.kpis
                ],
            }
            for stage in board.stages
        ],
        "totals": counts_json(board.totals),
    }


def _user_json(row: UserRow) -> dict[str, object]:
    listings = counts_json(row.listings)
    return {"user": row.user, "listings": listings.pop("tasks"), **listings, "tasks": row.tasks}


def _cells(counts: Counts) -> list[str]:
    return [f"{counts.tasks:,}", *(f"{counts.of(status):,}" for status in OPEN_STATUSES)]


def _headings(first: str, second: str) -> list[str]:
    return [first, second, *(f"{LOOKS[status].glyph} {LOOKS[status].word}" for status in OPEN_STATUSES)]


def _print_board(board: Board) -> None:
    print(f"{board.organisation}, as of {board.as_of:%a %d %b %Y}\n")
    rows: list[list[str]] = []
    for stage in board.stages:
        rows.append([stage.title, *_cells(stage.counts)])
        rows += [[f"  {kpi.title}", *_cells(kpi.counts)] for kpi in stage.kpis]
    rows.append(["All stages", *_cells(board.totals)])
    print_table(_headings("Stage", "Tasks"), rows, numbers=_NUMBERS)


def _print_users(users: tuple[UserRow, ...]) -> None:
    rows = [[row.user or "(no user)", *_cells(row.listings), f"{row.tasks:,}"] for row in users]
    print_table([*_headings("User", "Listings"), "Tasks"], rows, numbers=(*_NUMBERS, 6))
