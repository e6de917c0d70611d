"""A catalogue drafted from a file of events that nobody has described."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi.infer import Inference
from store.feeds.reading import BadRow, FeedEvent, open_feed

if TYPE_CHECKING:
    from pathlib import Path

    from kpi.catalogue import Catalogue
    from store.feeds.mapping import Mapping


@dataclass(frozen=True, slots=True)
class InferReport:
    """How many rows the file had, and how many of them were bad or sandbox data and said nothing."""

    rows: int
    bad: int
    sandbox: int


def infer_catalogue(path: str | Path, mapping: Mapping, zone: str) -> tuple[Catalogue, InferReport]:
    """The catalogue that the file's events suggest, and what became of its rows.

    `zone` is the calendar's. FeedError if the file cannot be read to its end; CatalogueError if it
    suggests no catalogue (no activities, or far too many).
    """
    inference = Inference()
    rows = bad = sandbox = 0
    with open_feed(path, mapping, zone) as feed:
        for rows, item in enumerate(feed, 1):  # noqa: B007  the last number is the count
            if isinstance(item, FeedEvent):
                inference.observe(item.listing, item.application, item.kind, item.at)
            elif isinstance(item, BadRow):
                bad += 1
            else:
                sandbox += 1
    return inference.catalogue(), InferReport(rows, bad, sandbox)
