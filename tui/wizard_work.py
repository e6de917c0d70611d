"""What the import wizard does on threads: looking at folders and files, trying, importing. Frozen results."""

from __future__ import annotations

import os
import re
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kpi.text import clean
from store.errors import StoreError
from tui.actor import visiting, writer
from tui.wizard_draft import draft_of, draft_suggested

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.dry_run import Trial
    from store.feeds.mapping import Mapping
    from store.feeds.peeking import Peek
    from store.feeds.suggesting import Suggestion
    from store.importing import ImportResult
    from store.location import Location
    from store.mappings import SavedMapping
    from tui.screens.working import Job
    from tui.wizard_draft import Draft

MOST_ENTRIES = 5_000
_SHOWN = 50
_MOST_SHEETS = 5
_ENDINGS = re.compile(r"(?<=.)(\.[A-Za-z]\w*)+$")  # of “log.xes.gz”, but not of “March 2.5”


class WizardError(StoreError):
    """Something a person has to do otherwise. One clear line."""


class Entry(NamedTuple):
    """A folder, or an ordinary file of so many bytes."""

    name: str
    is_folder: bool
    size: int = 0


class Listing(NamedTuple):
    """What stands in a folder, folders first; `problem` says why that cannot be seen. `more`: not all is."""

    folder: str
    entries: tuple[Entry, ...] = ()
    problem: str = ""
    more: bool = False


class Looked(NamedTuple):
    """How a file begins and what it is taken for.

    `kept` are the drafts of the mappings kept in the store whose columns the file has, the last that was
    saved first; of a workbook each names the sheet that has them. `names` are the names of all that are
    kept, `ours` those of the catalogue's events; `zone` is the organisation's.
    """

    path: Path
    peek: Peek
    suggestion: Suggestion
    draft: Draft
    kept: tuple[Draft, ...]
    names: frozenset[str]
    ours: frozenset[str]
    zone: str


class Times(NamedTuple):
    """How the times of a column are written; `zone` is the organisation's if they have no offset."""

    formats: tuple[str, ...]
    zone: str | None
    doubts: tuple[str, ...]


def expanded(text: str) -> Path:
    """The path that was typed, `~` resolved; WizardError if it can be none."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise WizardError(f"{_shown(text)}: there is no such user") from error


def restarted(text: str) -> str:
    """A path as it is meant: what is written behind another path begins anew at “//” or at “/~/”."""
    start = max(text.rfind("//"), text.rfind("/~/"))
    return text[start + 1 :] if start >= 0 else text


def pasted_path(text: str) -> str | None:
    """A whole path that was pasted, its quotation marks taken off; None if it is a part of one."""
    line = next(iter(text.strip().splitlines()), "").strip()
    if len(line) > 1 and line[0] == line[-1] and line[0] in "'\"":
        line = line[1:-1]
    return line if line.startswith(("/", "~")) else None


def typed_folder(text: str) -> tuple[str, str]:
    """The folder of a path as it is typed, up to its last slash, and the beginning of a name behind it."""
    folder, slash, name = text.rpartition("/")
    return folder + slash, name


def list_folder(folder: str) -> Listing:
    """What stands in a folder as it was typed; never an error."""
    entries: list[Entry] = []
    more = False
    try:
        with os.scandir(expanded(folder or ".")) as found:
            for one in found:
                entry = _entry(one)
                if entry is not None:
                    entries.append(entry)
                if len(entries) > MOST_ENTRIES:
                    more = True
                    break
    except WizardError as error:
        return Listing(folder, problem=str(error))
    except (OSError, ValueError) as error:
        return Listing(folder, problem=_path_words(folder or ".", error))
    entries.sort(key=lambda one: (not one.is_folder, one.name.casefold(), one.name))
    return Listing(folder, tuple(entries[:MOST_ENTRIES]), more=more)


def _entry(one: os.DirEntry[str]) -> Entry | None:
    """A folder or an ordinary file; None for what is neither, or cannot be looked at."""
    try:
        found = one.stat()
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(found.st_mode):
        return Entry(one.name, is_folder=True)
    return Entry(one.name, is_folder=False, size=found.st_size) if stat.S_ISREG(found.st_mode) else None


def check_file(path: Path) -> Path:
    """The path, if an ordinary file that can be read is there; WizardError says at once what else is."""
    shown = str(path)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise WizardError(_path_words(shown, error)) from error
    if stat.S_ISDIR(mode):
        raise WizardError(f"“{_shown(shown)}” is a folder: choose a file in it")
    if not stat.S_ISREG(mode):
        raise WizardError(f"“{_shown(shown)}” is no ordinary file, and only those can be imported here")
    if not os.access(path, os.R_OK):
        raise WizardError(f"you have no permission to read “{_shown(shown)}”")
    return path


def _path_words(shown: str, error: Exception) -> str:
    name = _shown(shown)
    if isinstance(error, FileNotFoundError):
        return f"there is no “{name}”"
    if isinstance(error, NotADirectoryError):
        return f"“{name}” is no folder"
    if isinstance(error, PermissionError):
        return f"you have no permission to look into “{name}”"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no path"
    return f"“{name}” cannot be opened: {reason}"


def _shown(text: str) -> str:
    """A path cut in its middle: the beginning and the name tell it from others."""
    text = clean(text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 3]}…{text[-_SHOWN // 2 :]}"


def look(location: Location, path: Path, sheet: str | None) -> Looked:
    """Look at how a file begins, and suggest a mapping. StoreError in one line if it cannot be read."""
    from store.feeds.peeking import peek  # deferred: it imports the readers of all forms
    from store.feeds.suggesting import suggest
    from store.reading import open_reader

    seen = peek(check_file(path), sheet=sheet)
    with closing(open_reader(location, who=visiting("app"))) as reader:
        catalogue, zone = reader.rules.catalogue, reader.rules.spec.zone
        saved = reader.intake().mappings()
    kept = _fitting(saved, path, seen)
    suggestion = suggest(seen, catalogue, zone)
    name = _ENDINGS.sub("", clean(path.name))
    own = draft_suggested(name, suggestion, seen)
    names = frozenset(one.name for one in saved)
    return Looked(path, seen, suggestion, own, kept, names, frozenset(catalogue.events), zone)


def _fitting(saved: Iterable[SavedMapping], path: Path, seen: Peek) -> tuple[Draft, ...]:
    """The drafts of the kept mappings that fit the sheet that has been seen, or else the one they name.

    Where nobody has chosen a sheet, the one that a mapping names goes first.
    """
    from store.feeds.mapping import MappingError, load_mapping  # deferred: as above

    sheets = _Sheets(path, seen)
    found = []
    for one in sorted(saved, key=lambda one: one.saved_at, reverse=True):
        try:
            mapping = load_mapping(one.text)
        except MappingError:
            continue  # kept by another version
        named = [mapping.sheet] if mapping.sheet in seen.sheets else []
        places = [*named, seen.sheet] if seen.sheet is None else [seen.sheet, *named]
        for sheet in places:
            there = sheets.look(sheet)
            if there is not None and set(mapping.wanted_columns) <= set(there.samples):
                found.append(draft_of(mapping).of_sheet(there))
                break
    return tuple(found)


class _Sheets:
    """The sheets of a workbook, each looked at once, and only a few beside the one that has been seen."""

    def __init__(self, path: Path, seen: Peek) -> None:
        self._path = path
        self._looked: dict[str | None, Peek | None] = {seen.sheet: seen}
        if seen.sheets:
            self._looked[seen.sheet or seen.sheets[0]] = seen

    def look(self, sheet: str | None) -> Peek | None:
        """How a sheet begins; None if it cannot be read, or if enough have been looked at."""
        from store.feeds.errors import FeedError  # deferred: as above
        from store.feeds.peeking import peek

        if sheet not in self._looked and len(self._looked) < _MOST_SHEETS:
            try:
                self._looked[sheet] = peek(self._path, sheet=sheet)
            except FeedError:
                self._looked[sheet] = None
        return self._looked.get(sheet)


def times_of(looked: Looked, column: str) -> Times:
    """In which forms the times of a column are written, by its first values."""
    from store.feeds.date_guessing import find_dates, settle  # deferred: needed only after a correction

    dates = find_dates(looked.peek.samples.get(column, {}))
    formats, doubts = settle({column: dates})
    return Times(formats, looked.zone if dates.local else None, doubts)


def try_dry(location: Location, path: Path, mapping: Mapping, job: Job) -> Trial:
    """What an import would do; StoreError in one line if the file cannot be read."""
    from store.dry_run import dry_run  # deferred: it imports the database

    return dry_run(location, check_file(path), mapping, job.progress, job.stopped, by=visiting("app"))


def bring_in(location: Location, path: Path, mapping: Mapping, job: Job) -> ImportResult:
    """Import the file; StoreError in one line, which says what was kept, if that breaks off."""
    from store.importing import import_file  # deferred: writing needs what reading does not

    with closing(writer(location, "app")) as store:
        return import_file(store, check_file(path), mapping, job.progress, job.stopped)
