"""A backup put back: into a new place, or, when that is asked for, over the store that is there."""

from __future__ import annotations

import os
import tempfile
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import SQLModel

from kpi.policy import Action
from kpi.text import clean
from store.contents import Contents, copy_rows, count_contents, table_names
from store.errors import StoreError
from store.location import Location
from store.moment import one_moment
from store.organisation import load_organisation
from store.permission import people_sign_in, permit
from store.schema import CURRENT, check_known, take_steps, upgrade, version_of
from store.sqlite_files import check_copy, copy_pages, export_copy, file_problems, seal
from store.sqlite_open import file_key, open_sqlite
from store.who import NOBODY
from store.whole_files import HELPERS, draft_beside, place
from store.work import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi.audit_entry import Origin
    from store.plain import Plain
    from store.sqlite_files import Tell
    from store.who import Who
    from store.work import Work

KEPT = ".before-restore"


@dataclass(frozen=True, slots=True)
class Restored:
    """A finished restore: whose store it is, what it holds, and whether another one was there before."""

    organisation: str
    contents: Contents
    replaced: bool


def restore(
    location: Location,
    file: str | Path,
    *,
    replace: bool = False,
    tell: Tell | None = None,
    by: Who = NOBODY,
) -> Restored:
    """Fill `location` from a backup: wholly, or not at all; the log's entry about it comes right after.

    The backup is checked first; one of an older schema is brought up to date on the way, one of a newer
    is refused. StoreError if there is anything at `location` already, unless `replace`. `tell` hears the
    share done, 0 to 1. The log goes on from where the backup's ended, and says who put it back. Over a
    guarded store `by` must be allowed to by that store; whom the backup knows is not asked.
    """
    file = Path(file).expanduser().absolute()
    if location.path is not None and file.resolve() == location.path.expanduser().resolve():
        raise StoreError(f"{file} is the store itself; a backup is another file")
    actor = permit(location, by, Action.CARE_FOR_STORE) if _is_guarded(location) else by.actor
    if location.path is None:
        done = _restore_server(location, file, replace=replace, tell=tell)
    else:
        done = _restore_file(location.path, file, replace=replace, tell=tell)
    _tell_of_it(location, file, actor, by.origin)
    return done


def _is_guarded(location: Location) -> bool:
    """Whether there is a guarded store; a ruin guards nothing."""
    with suppress(StoreError):
        return people_sign_in(location)
    return False


def _tell_of_it(location: Location, file: Path, actor: str, origin: Origin) -> None:
    # As the program itself: the session of whoever did it may be younger than the backup.
    with (
        _store(location) as made,
        made.work("store.restore", actor=actor, origin=origin) as work,
    ):
        work.note("store:1", reason=f"Restored from {clean(file.name)}")
        # A session that was ended since the backup must not live again.
        work.plain.run("UPDATE session SET ended_at = ? WHERE ended_at IS NULL", (work.now,))
        work.is_put_back = True


def _restore_file(path: Path, file: Path, *, replace: bool, tell: Tell | None) -> Restored:
    path = path.expanduser().absolute()
    replaced = _refuse_if_taken(path, replace=replace)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be made: {error.strerror or error}") from error
    with draft_beside(path) as draft:
        key = file_key(Location(path=path if replaced else file))
        organisation = _make_draft(Location(path=draft, key=key), file, tell)
        contents = _put_in_place(Location(path=path), Location(path=draft, key=key), replaced=replaced)
    return Restored(organisation, contents, replaced)


def _restore_server(location: Location, file: Path, *, replace: bool, tell: Tell | None) -> Restored:
    # Refused before anything is read: copying may take long.
    replaced = _refuse_if_filled(location, replace=replace)
    with (
        tempfile.TemporaryDirectory(prefix="stagewatch-restore-") as folder,
        draft_beside(Path(folder) / "backup") as draft,
    ):
        key = file_key(Location(path=file))
        organisation = _make_draft(Location(path=draft, key=key), file, tell)
        contents = _put_on_server(location, Location(path=draft, key=key), replace=replace)
    return Restored(organisation, contents, replaced)


def _make_draft(draft: Location, file: Path, tell: Tell | None) -> str:
    """A copy of a checked backup, in the current schema, with the draft's key if it has one; whose it is."""
    assert draft.path is not None  # noqa: S101 - the callers have made it
    with _checked_backup(file) as backup:
        contents = count_contents(backup)
        if file_key(Location(path=file)) == draft.key:
            copy_pages(backup.connection, draft, tell)
    if not draft.path.stat().st_size:
        export_copy(Location(path=file), draft)
    seal(draft)
    check_copy(draft, contents)
    if contents.version != CURRENT:
        with _store(draft) as made:
            upgrade(made)
        seal(draft)
    with one_moment(draft) as plain:
        return load_organisation(plain).name


@contextmanager
def _checked_backup(file: Path) -> Iterator[Plain]:
    place_of = Location(path=file)
    if not file.is_file():
        raise StoreError(f"there is no backup at {file}")
    with one_moment(place_of, any_schema=True) as plain:
        if problems := file_problems(plain):
            raise StoreError(f"the backup {file} is damaged ({problems[0]}); nothing was changed")
        version = version_of(plain)
        if version is None:
            raise StoreError(f"{file} is no backup of Stagewatch; nothing was changed")
        check_known(version, place_of)
        yield plain


@contextmanager
def _store(location: Location) -> Iterator[Store]:
    made = Store(location)
    try:
        yield made
    finally:
        made.close()


def _contents_of(location: Location) -> Contents:
    with one_moment(location, any_schema=True) as plain:
        return count_contents(plain)


def _go_on_after(draft: Location, revision: int) -> None:
    """Give the draft a revision that nobody has seen: who watches the store must notice the change."""
    with closing(open_sqlite(draft, "rw", timeout=1)) as connection:
        connection.execute("UPDATE store_state SET revision = max(revision, ?) + 1", (revision,))


# -------------------------------------------------------------------------------------------- SQLite


def _refuse_if_taken(path: Path, *, replace: bool) -> bool:
    """Whether there is something at `path`; StoreError if that is not to be replaced."""
    if path.is_dir():
        raise StoreError(f"{path} is a folder; give a file's name")
    leftovers = [helper for helper in HELPERS if Path(f"{path}{helper}").exists()]
    if (not path.exists() or path.stat().st_size == 0) and not leftovers:
        return False
    if not replace:
        raise StoreError(
            f"there is {_whose(Location(path=path))} at {path}; nothing was changed "
            "(--replace puts the backup in its place)"
        )
    return True


def _whose(location: Location) -> str:
    try:
        with one_moment(location, any_schema=True) as plain:
            # It may be of an older schema: nothing but the name is asked.
            name = plain.value("SELECT name FROM organisation")
            return "something" if name is None else f"a store of “{name}”"
    except StoreError:
        return "something"


def _put_in_place(location: Location, draft: Location, *, replaced: bool) -> Contents:
    path = location.path
    assert path is not None  # noqa: S101 - the caller has branched on it
    assert draft.path is not None  # noqa: S101 - as above
    if not replaced:
        contents = _contents_of(draft)
        place(draft.path, path, replace=path.exists())
        return contents
    try:
        old = _contents_of(location)
    except StoreError:
        _replace_ruin(path, draft.path)
        return _contents_of(location)
    _go_on_after(draft, old.revision)
    contents = _contents_of(draft)
    with _kept(path) as kept:
        # The old store's state is kept aside; then its pages are written over in one transaction of its
        # own, so that programs which have it open see the change, and a killed restore leaves it whole.
        with draft_beside(kept) as aside:
            with one_moment(location, any_schema=True) as plain:
                copy_pages(plain.connection, Location(path=aside, key=draft.key))
            seal(Location(path=aside, key=draft.key))
            place(aside, kept, replace=False)
        _copy_over(draft, location)
        _check_placed(location, kept)
        kept.unlink()
    return contents


def _copy_over(draft: Location, location: Location) -> None:
    """Write all of a draft's pages over a store, in one transaction."""
    with one_moment(draft) as plain:
        copy_pages(plain.connection, location)


@contextmanager
def _kept(path: Path) -> Iterator[Path]:
    """A free name for what was there before; a failure says that it is there."""
    kept = Path(f"{path}{KEPT}")
    number = 1
    while kept.exists():
        number += 1
        kept = Path(f"{path}{KEPT}-{number}")
    try:
        yield kept
    except StoreError as error:
        if kept.exists():
            raise StoreError(f"{error} (the store as it was is also in {kept})") from error
        raise


def _check_placed(location: Location, kept: Path) -> None:
    with one_moment(location) as plain:
        problems = file_problems(plain)
    if problems:
        _copy_over(Location(path=kept), location)
        raise StoreError(f"the restore did not come out right ({problems[0]}); the old store was put back")


def _replace_ruin(path: Path, draft: Path) -> None:
    """Put the draft where something lies that is no readable store; that is kept aside until it is done."""
    with _kept(path) as kept:
        for helper in HELPERS:
            if Path(f"{path}{helper}").exists():
                Path(f"{path}{helper}").replace(f"{kept}{helper}")
        if path.exists():
            os.link(path, kept)
        place(draft, path, replace=True)
        for helper in ("", *HELPERS):
            Path(f"{kept}{helper}").unlink(missing_ok=True)


# ---------------------------------------------------------------------------------------- PostgreSQL


def _refuse_if_filled(location: Location, *, replace: bool) -> bool:
    """Whether there is a store in the database; StoreError if that is not to be replaced."""
    with one_moment(location, any_schema=True) as plain:
        version = version_of(plain)
        if version is None:
            if alien := sorted(table_names(plain)):
                raise StoreError(
                    f"{location} holds tables that are not Stagewatch's ({alien[0]}); nothing was changed, "
                    "give an empty database"
                )
            return False
        check_known(version, location)
    if not replace:
        raise StoreError(
            f"there is a store at {location}; nothing was changed (--replace puts the backup in its place)"
        )
    return True


def _put_on_server(location: Location, draft: Location, *, replace: bool) -> Contents:
    with (
        one_moment(draft) as source,
        _store(location) as made,
        made.work("store.restore") as work,
    ):
        there = version_of(work.plain) is not None
        if there and not replace:
            raise StoreError(f"somebody else has just made a store at {location}; nothing was changed")
        take_steps(work, location)
        wanted = count_contents(source)
        revision = int(work.plain.value("SELECT revision FROM store_state") or 0)
        if there:
            _empty(work)
        copy_rows(source, work.plain)
        if there:
            _guard(work, on=True)
            work.plain.run("UPDATE store_state SET revision = greatest(revision, ?) + 1", (revision,))
        found = count_contents(work.plain)
        if found.rows != wanted.rows:
            raise StoreError(f"not everything arrived at {location}; nothing was changed, try again")
        work.session.commit()
        work.changed = False  # the state is the backup's
    return found


def _empty(work: Work) -> None:
    """Take all rows out; the tables' own guards sleep meanwhile, seen by nobody outside this transaction."""
    _guard(work, on=False)
    names = ", ".join(f'"{name}"' for name in _own_tables(work.plain))
    work.plain.run(f"TRUNCATE {names}")


def _guard(work: Work, *, on: bool) -> None:
    for name in _own_tables(work.plain):
        work.plain.run(f'ALTER TABLE "{name}" {"ENABLE" if on else "DISABLE"} TRIGGER USER')


def _own_tables(plain: Plain) -> list[str]:
    known = {table.name for table in SQLModel.metadata.sorted_tables}
    return sorted(known & table_names(plain))
