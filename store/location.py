"""Where a store is: a SQLite file or a PostgreSQL URL, named by hand, by the environment, or by default."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from store.errors import StoreError

if TYPE_CHECKING:
    from store.file_keys import FileKey

VARIABLE = "STAGEWATCH_STORE"
_PASSWORD = re.compile(r"://[^:/?]*:(.+)@|[?&]password=([^&]+)")
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class Location:
    """One store's place: either `path` (SQLite) or `url` (PostgreSQL) is set.

    `key` is that of an encrypted file which is still to be written; one that is there tells by itself.
    """

    path: Path | None = None
    url: str | None = None
    key: FileKey | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """For people: a URL is shown without its password."""
        return str(self.path) if self.url is None else self.conceal(self.url)

    def conceal(self, text: str) -> str:
        """`text` without the password that the address holds, in whatever form it was written."""
        for found in _PASSWORD.finditer(self.url or ""):
            password = found.group(1) or found.group(2)
            for form in (password, unquote(password)):
                text = text.replace(form, "…")
        return text

    @property
    def sqlite_uri(self) -> str:
        """The file as an SQLite URI without options."""
        assert self.path is not None  # noqa: S101 - callers have branched on it
        return "file:" + quote(str(self.path.absolute()))

    @property
    def psycopg_url(self) -> str:
        """The address as psycopg wants it."""
        assert self.url is not None  # noqa: S101 - callers have branched on it
        return "postgresql" + self.url[self.url.index(":") :]


def find_location(text: str | None = None) -> Location:
    """The store called `text`, else STAGEWATCH_STORE, else the account in use, else in the data folder."""
    named = text or os.environ.get(VARIABLE) or ""
    if not named:
        from store.accounts import default_location  # deferred: needed only without an explicit place

        if (chosen := default_location()) is not None:
            return chosen
        from platformdirs import user_data_path  # deferred: needed only without an explicit place

        return Location(path=user_data_path("stagewatch", appauthor=False) / "stagewatch.db")
    scheme, separator, rest = named.partition("://")
    if not separator:
        return Location(path=_expand(named))
    if scheme in _POSTGRES:
        return Location(url=named)
    if scheme == "sqlite":
        return Location(path=Path(rest.removeprefix("/")))
    raise StoreError(f"“{scheme}” is no kind of store; give a file's path or a postgresql:// address")


def _expand(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise StoreError(f"{text}: there is no such user") from error
