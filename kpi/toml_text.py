"""TOML from outside: whatever is wrong with it is said in one line."""

from __future__ import annotations

import tomllib
from typing import Any


def read_toml(text: str) -> dict[str, Any]:
    """The document in `text`; ValueError with a line for people if it is none, or nested without end."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"not a TOML file: {error}") from error
    except RecursionError as error:
        raise ValueError("not a TOML file: nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise ValueError("not a TOML file: a number in it has too many digits") from error
