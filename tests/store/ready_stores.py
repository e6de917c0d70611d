"""Founded stores kept as they are founded, to be copied: founding one takes longer than most tests.

A test gets at most one copy of each kind, and founds others itself: copies have the same id.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from store import gate, target_sets
from tests.postgres import copy_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.work import Store

_MOST = 24  # kinds that a process keeps
_ready: dict[Any, bytes | str] = {}
_seen: set[Any] = set()
_copied: set[Any] = set()


def make_ready(store: Store, kind: Any, found: Callable[[], object], *, often: bool = False) -> None:
    """Found a store, or put a copy of one of its kind there; `kind` is all that decides how it is founded.

    One that is wanted `often` is kept the first time, any other the second.
    """
    url, path = store.location.url, store.location.path
    server = None if url is None else url.rpartition("/")[0]
    kind = (server, *kind)
    here = (os.environ.get("PYTEST_CURRENT_TEST"), kind)
    if kind in _ready and here not in _copied and (path is None or not path.exists()):
        _copied.add(here)
        _put(store, _ready[kind])
        # What is remembered by a store's id would be that of the last copy.
        target_sets._KEPT.clear()
        gate._TOLD.clear()
        return
    found()
    if (often or kind in _seen) and kind not in _ready and len(_ready) < _MOST:
        store.close()  # which brings SQLite's write-ahead log into the file
        _ready[kind] = Path(str(path)).read_bytes() if url is None else _keep(url, f"ready_{len(_ready)}")
    _seen.add(kind)


def _put(store: Store, ready: bytes | str) -> None:
    if isinstance(ready, bytes):
        path = Path(str(store.location.path))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(0o600)
        path.write_bytes(ready)
        return
    server, name = str(store.location.url).rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        copy_database(admin, ready, name)


def _keep(url: str, ready: str) -> str:
    server, name = url.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        copy_database(admin, name, ready)
    return ready
