"""The cells of a row that was not understood, as one text from which it can be read again."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from store.feeds.mapping import LONGEST_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LONGEST_KEPT = 16 << 10
# In a JSON object a name that is not there is an empty cell; in a row of columns it is a wrong mapping.
# No column that a mapping can name is called this, and no cell of a row of columns is null.
JSON_MARK = ""


def cells_keeper(columns: Sequence[str]) -> Callable[[Sequence[str]], str | None]:
    """A function from a row's cells, in the order of `columns`, to a JSON object; None if it is too long.

    Columns that no mapping can name are left out: without a name, with too long a one, or standing
    twice. What is no UTF-8, and what PostgreSQL does not take, stays escaped.
    """
    times = Counter(columns)
    places = [
        (name, place)
        for place, name in enumerate(columns)
        if 0 < len(name) <= LONGEST_NAME and times[name] == 1
    ]
    hopeless = sum(len(name) for name, _ in places) > LONGEST_KEPT

    def keep(cells: Sequence[str]) -> str | None:
        if hopeless or sum(map(len, cells)) > LONGEST_KEPT:
            return None
        return _text({name: cells[place] for name, place in places})

    return keep


def keep_object(value: dict[str, Any]) -> str | None:
    """A JSON row's own object, all of it, as `cells_keeper` keeps cells."""
    return _text({**value, JSON_MARK: None})


def was_object(value: dict[str, Any]) -> bool:
    """Whether what was kept had been an object of a JSON file."""
    return JSON_MARK in value


def cells_said(value: dict[str, Any]) -> list[tuple[str, str]]:
    """What was kept, as texts by column: what is empty in JSON is, and a list or an object is JSON."""
    return [
        (name, cell if isinstance(cell, str) else "" if cell is None else json.dumps(cell))
        for name, cell in value.items()
        if name != JSON_MARK
    ]


def _text(value: dict[str, Any]) -> str | None:
    text = json.dumps(value)
    return text if len(text) <= LONGEST_KEPT else None
