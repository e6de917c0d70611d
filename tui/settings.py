"""What a person has set: theme and refresh interval, kept as JSON in the user's config folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_INTERVAL = 30
INTERVALS = (0, 5, 10, 30, 60, 300, 900)
LONGEST_INTERVAL = 86_400
_KNOWN_THEMES = ("dark", "light", "terminal", "colour-blind")
_NONE: Mapping[str, Mapping[str, str]] = {}


class Settings(NamedTuple):
    """`theme` is a theme's name, `interval` the seconds between refreshes, 0 for none.

    `bookmarks` are filters of the audit log by the name they are kept under, as they were written. `hinted`:
    it was said once that people can sign in.
    """

    theme: str = "dark"
    interval: int = DEFAULT_INTERVAL
    bookmarks: Mapping[str, Mapping[str, str]] = _NONE
    hinted: bool = False


class Loaded(NamedTuple):
    """Settings, and a warning in one line if their file could not be used."""

    settings: Settings
    warning: str | None = None


def settings_path() -> Path:
    """Where the settings are kept."""
    from platformdirs import user_config_path  # deferred: not needed when a path is given

    return user_config_path("stagewatch", appauthor=False) / "settings.json"


def load_settings(path: Path) -> Loaded:
    """Read the settings; a file that is missing gives the defaults, a broken one a warning as well."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Loaded(Settings())
    except (OSError, UnicodeDecodeError) as error:
        return Loaded(
            Settings(), f"The settings in {path} cannot be read ({_reason(error)}); using the defaults."
        )
    try:
        return Loaded(_checked(json.loads(text)))
    except (ValueError, RecursionError) as error:
        return Loaded(
            Settings(), f"The settings in {path} are broken ({_reason(error)}); using the defaults."
        )


def _checked(found: object) -> Settings:
    if not isinstance(found, dict):
        # One kind of error for everything that a hand-edited file can have wrong.
        raise ValueError("not a JSON object")  # noqa: TRY004
    default = Settings()
    theme = found.get("theme", default.theme)
    interval = found.get("interval", default.interval)
    if theme not in _KNOWN_THEMES:
        raise ValueError(f"theme is one of {', '.join(_KNOWN_THEMES)}")
    if isinstance(interval, bool) or not isinstance(interval, int) or not 0 <= interval <= LONGEST_INTERVAL:
        raise ValueError(f"interval is a whole number of seconds, 0 to {LONGEST_INTERVAL}")
    bookmarks = found.get("bookmarks", {})
    if not isinstance(bookmarks, dict) or not all(map(_is_bookmark, bookmarks.values())):
        raise ValueError("bookmarks are filters by name, with texts in them")
    hinted = found.get("hinted", default.hinted)
    if not isinstance(hinted, bool):
        raise ValueError("hinted is true or false")  # noqa: TRY004 - as above
    return Settings(theme, interval, bookmarks, hinted)


def _is_bookmark(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(text, str) for text in found.values())


def save_settings(path: Path, settings: Settings) -> str | None:
    """Write the settings, all or nothing; the warning in one line if that fails (it never raises)."""
    import tempfile  # deferred: settings are seldom written

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        draft = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(settings._asdict(), file, indent=2)
                file.write("\n")
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        return f"The settings could not be kept in {path} ({_reason(error)}); they hold until you quit."
    return None


def _reason(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.strip().partition("\n")[0]
