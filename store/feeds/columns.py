"""Whether a file's header has the columns that a mapping names."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from store.feeds.errors import FeedError

if TYPE_CHECKING:
    from store.feeds.mapping import Mapping

_SHOWN_COLUMNS = 20
_SHOWN_NAME = 40


def check_columns(columns: list[str], mapping: Mapping) -> None:
    """FeedError if the file lacks a column that the mapping names, or has it twice."""
    there = Counter(columns)
    missing = [column for column in mapping.wanted_columns if column not in there]
    if missing:
        more = f" and {len(there) - _SHOWN_COLUMNS:,} more" if len(there) > _SHOWN_COLUMNS else ""
        names = _quoted(columns[:_SHOWN_COLUMNS]) + more
        raise FeedError(f"the file has no column {_quoted(missing)}; its columns are {names}")
    twice = [column for column in mapping.wanted_columns if there[column] > 1]
    if twice:
        raise FeedError(f"column {_quoted(twice)} stands more than once in the file's header")


def _quoted(names: list[str]) -> str:
    return ", ".join(f"“{name[:_SHOWN_NAME]}”" for name in names)
