"""What the tests of the feeds share: a mapping in one line, and a file's items from its bytes."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from store.feeds.mapping import Mapping, load_mapping
from store.feeds.reading import BadRow, FeedEvent, FeedItem, open_feed
from store.feeds.rows import Possible

DATA = Path(__file__).parents[3] / "shared" / "data"
SIMPLE = {"event": "what", "at": "when", "listing": "job"}
LONDON = "Europe/London"


def mapping(
    columns: dict[str, str] | None = None,
    *,
    timezone: str | None = None,
    formats: tuple[str, ...] = (),
    events: dict[str, str] | None = None,
    sandbox: dict[str, list[str]] | None = None,
    milestones: dict[str, str] | None = None,
    sheet: str | None = None,
    custom: dict[str, str] | None = None,
) -> Mapping:
    """A mapping written as TOML and read back; without columns: what, when, job."""
    lines = ["[source]", 'name = "test"']
    if timezone:
        lines.append(f'timezone = "{timezone}"')
    lines += [f"sheet = '{sheet}'"] if sheet else []
    lines += [f"date_formats = {list(formats)!r}", "[columns]"]
    lines += [f"{ours} = '{theirs}'" for ours, theirs in (SIMPLE if columns is None else columns).items()]
    lines += ["[events]", *(f"'{theirs}' = '{ours}'" for theirs, ours in (events or {}).items())]
    lines += ["[sandbox]", *(f"'{column}' = {values!r}" for column, values in (sandbox or {}).items())]
    lines += ["[custom]", *(f"{ours} = '{theirs}'" for ours, theirs in (custom or {}).items())]
    lines += ["[milestones]", *(f"'{theirs}' = '{ours}'" for theirs, ours in (milestones or {}).items())]
    return load_mapping("\n".join(lines))


def read(
    data: bytes | str,
    using: Mapping | None = None,
    *,
    zipped: bool = False,
    possible: Possible | None = None,
) -> list[FeedItem]:
    """Every item of a file with these bytes."""
    raw = data.encode() if isinstance(data, str) else data
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.dat"
        path.write_bytes(gzip.compress(raw) if zipped else raw)
        with open_feed(path, using or mapping(), LONDON, possible) as feed:
            return list(feed)


def events(items: list[FeedItem]) -> list[FeedEvent]:
    """The rows that were understood."""
    return [item for item in items if isinstance(item, FeedEvent)]


def bad(items: list[FeedItem]) -> list[tuple[int, str]]:
    """Line and reason of the rows that were not."""
    return [(item.line, item.reason) for item in items if isinstance(item, BadRow)]
