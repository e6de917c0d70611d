"""A store's backup: one SQLite file, whatever the store is on, made while others go on writing.

Of an encrypted file it is encrypted too, with the same key; of any other it is plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.policy import Action
from store.contents import Contents, copy_rows, count_contents
from store.errors import StoreError
from store.location import Location
from store.moment import one_moment
from store.organisation import load_organisation
from store.permission import permit
from store.schema import upgrade
from store.sqlite_files import check_copy, copy_pages, seal
from store.sqlite_open import file_key
from store.who import NOBODY
from store.whole_files import HELPERS, draft_beside, place
from store.work import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.plain import Plain
    from store.sqlite_files import Tell
    from store.who import Who


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A finished backup: of whom, where, its size in bytes, and what it holds."""

    organisation: str
    file: Path
    size: int
    contents: Contents


def back_up(
    location: Location,
    file: str | Path,
    *,
    replace: bool = False,
    tell: Tell | None = None,
    by: Who = NOBODY,
) -> BackedUp:
    """Write one consistent state of the store to `file`, check it, and only then give it its name.

    `tell` hears the share done, 0 to 1. StoreError without a file if anything fails, if `by` may not, and if
    `file` is there already unless `replace`.
    """
    file = Path(file).expanduser().absolute()
    permit(location, by, Action.CARE_FOR_STORE)
    _check_place(location, file, replace=replace)
    with draft_beside(file) as draft:
        copy = Location(path=draft, key=file_key(location))
        with one_moment(location) as plain:
            organisation = load_organisation(plain)
            contents = count_contents(plain)
            _fill(copy, plain, contents, tell)
        seal(copy)
        check_copy(copy, contents)
        size = draft.stat().st_size
        place(draft, file, replace=replace)
    return BackedUp(organisation.name, file, size, contents)


def _check_place(location: Location, file: Path, *, replace: bool) -> None:
    if not file.parent.is_dir():
        raise StoreError(f"there is no folder {file.parent}")
    if file.is_dir():
        raise StoreError(f"{file} is a folder; give a file's name")
    if location.path is not None:
        own = [Path(f"{location.path.expanduser().resolve()}{helper}") for helper in ("", *HELPERS)]
        if file.resolve() in own:
            raise StoreError(f"{file} is the store itself; give another file")
    if file.exists() and not replace:
        raise StoreError(f"{file} exists already; give another name, or --replace")


def _fill(draft: Location, plain: Plain, contents: Contents, tell: Tell | None) -> None:
    if not plain.postgres:
        copy_pages(plain.connection, draft, tell)
        return
    made = Store(draft)
    try:
        upgrade(made)
        with made.work("store.backup") as work:
            copy_rows(plain, work.plain, _by_rows(contents, tell))
            work.session.commit()
            work.changed = False  # a copy is no change
    finally:
        made.close()


def _by_rows(contents: Contents, tell: Tell | None) -> Callable[[str], None] | None:
    """Progress by rows, told table by table."""
    if tell is None:
        return None
    whole, done = sum(contents.rows.values()) or 1, 0

    def next_table(name: str) -> None:
        nonlocal done
        tell(done / whole)
        done += contents.rows.get(name, 0)

    return next_table
