"""A helping process: it does what it is told over its standard input, and answers on its standard output."""

from __future__ import annotations

import gc
import marshal
import os
import pickle
import sys
from typing import TYPE_CHECKING, Any

from store.crew import ANSWER, END, FAILED, read_frame, write_frame
from store.errors import StoreError
from store.moment import one_moment
from store.projection import compare, load_ground

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.importing import Reading
    from store.location import Location

    Job = Callable[..., Iterator[Any]]


def prepare(location: Location) -> Iterator[tuple[Any, ...]]:
    """Have at hand what every replay needs, the bank holidays above all; no answer."""
    with one_moment(location) as plain:
        _ = load_ground(plain).organisation.calendars.latest
    return iter(())


def replay(
    location: Location, after: int, until: int, now: int, *, waiting: bool
) -> Iterator[tuple[Any, ...]]:
    """Replay the listings whose numbers are over `after` and at most `until`; only those `waiting` for it.

    One answer: the store's revision that was looked at, how many listings there were, and what differs.
    """
    only = "next_moment IS NOT NULL AND next_moment <= ? AND " if waiting else ""
    values = [now] if waiting else []
    with one_moment(location) as plain:
        if not plain.postgres:
            # Pages that are seen once need not stay in memory.
            plain.run("PRAGMA mmap_size = 0")
            plain.run("PRAGMA cache_size = -8192")
        revision = plain.value("SELECT revision FROM store_state")
        listings = plain.rows(
            f"SELECT id, ref FROM listing WHERE {only}id > ? AND id <= ? ORDER BY id",
            (*values, after, until),
        )
        found = compare(plain, load_ground(plain), [(row[0], row[1]) for row in listings], now)
    yield revision, len(listings), found.packed()


def read(reading: Reading, size: int) -> Iterator[tuple[Any, ...]]:
    """Read a file for an import: its pieces, each the fields of Arrivals."""
    return map(tuple, reading.pieces_here(size))


JOBS: dict[str, Job] = {"prepare": prepare, "replay": replay, "read": read}


def serve() -> None:
    """Answer questions until nobody asks any more."""
    gc.disable()  # nothing here makes cycles, and looking for them takes a fifth of the time
    questions = sys.stdin.buffer
    # Whatever prints must not come between two answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            _, content = read_frame(questions)
        except StoreError:
            return
        job, arguments = pickle.loads(content)  # noqa: S301 - the process that started this one wrote it
        try:
            for answer in JOBS[job](*arguments[0], **arguments[1]):
                write_frame(answers, ANSWER, marshal.dumps(answer))
        except Exception as error:  # noqa: BLE001 - raised again on the other side
            write_frame(answers, FAILED, pickle.dumps(error))
        else:
            write_frame(answers, END, b"")


if __name__ == "__main__":
    serve()
