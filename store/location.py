"""Where a store is: a SQLite file or a PostgreSQL URL, named by hand, by the environment, or by default."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from store.errors import StoreError

VARIABLE = "STAGEWATCH_STORE"
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class Location:
    """One store's place: either `path` (SQLite) or `url` (PostgreSQL) is set."""

    path: Path | None = None
    url: str | None = None

    def __str__(self) -> str:
        """For people: a URL is shown without its password."""
        if self.url is None:
            return str(self.path)
        parts = urlsplit(self.url)
        return self.url.replace(f":{parts.password}@", ":…@", 1) if parts.password else self.url

    @property
    def sqlite_uri(self) -> str:
        """The file as an SQLite URI without options."""
        assert self.path is not None  # noqa: S101 - callers have branched on it
        return "file:" + quote(str(self.path.absolute()))

    @property
    def sqlalchemy_url(self) -> str:
        """The address as SQLAlchemy wants it."""
        if self.url is not None:
            return "postgresql+psycopg" + self.url[self.url.index(":") :]
        return f"sqlite:///{self.path}"

    @property
    def psycopg_url(self) -> str:
        """The address as psycopg wants it."""
        assert self.url is not None  # noqa: S101 - callers have branched on it
        return "postgresql" + self.url[self.url.index(":") :]


def find_location(text: str | None = None) -> Location:
    """The store called `text`, else by the environment's STAGEWATCH_STORE, else in the user's data folder."""
    named = text or os.environ.get(VARIABLE) or ""
    if not named:
        from platformdirs import user_data_path  # deferred: needed only without an explicit place

        return Location(path=user_data_path("stagewatch", appauthor=False) / "stagewatch.db")
    scheme, separator, rest = named.partition("://")
    if not separator:
        return Location(path=Path(named).expanduser())
    if scheme in _POSTGRES:
        return Location(url=named)
    if scheme == "sqlite":
        return Location(path=Path(rest.removeprefix("/")))
    raise StoreError(f"“{scheme}” is no kind of store; give a file's path or a postgresql:// address")
