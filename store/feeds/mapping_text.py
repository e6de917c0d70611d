"""Mappings as TOML text: one that is known, and one that is only suggested, with the reasons beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.catalogue import quote
from kpi.text import clean
from store.feeds.mapping import FIELDS, LONGEST_NAME, MILESTONE_FIELDS, REQUIRED_FIELDS, implied_columns

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Iterable

    from store.feeds.mapping import Mapping
    from store.feeds.peeking import Peek
    from store.feeds.suggesting import Guess, Suggestion

_SOURCE = "[source]"
_COLUMNS = "[columns]  # our field = their column"
_CUSTOM = "[custom]  # a field of our own = their column"
_MILESTONES = "[milestones]  # their column of dates = our event"
_EVENTS = "[events]  # their activity = our event"
_OBJECTS = "[objects]  # our field = their type of object"
_SANDBOX = "[sandbox]  # their column = the values that mark a row as made up"
_MOST_PLAIN = 50


def mapping_text(mapping: Mapping) -> str:
    """The mapping as TOML text that `load_mapping` reads back as an equal one; fields in our order."""
    implied = implied_columns(dict(mapping.objects))
    parts = [
        _source(
            mapping.name, mapping.timezone, tuple(form.name for form in mapping.date_formats), mapping.sheet
        ),
        [_OBJECTS, *_pairs(mapping.objects.items())],
        [
            _COLUMNS,
            *_pairs(
                (name, mapping.columns[name])
                for name in FIELDS
                if name in mapping.columns and mapping.columns[name] != implied.get(name)
            ),
        ],
        [_CUSTOM, *_pairs(mapping.custom.items())],
        [_MILESTONES, *_pairs(mapping.milestones.items())],
        [_EVENTS, *_pairs(mapping.events.items())],
        _sandbox(mapping.sandbox),
    ]
    return _joined(parts)


def draft(name: str, suggestion: Suggestion, peek: Peek) -> str:
    """The suggestion as mapping text, each guess with its score and why; to be read and corrected.

    It is a mapping that can be loaded once every line of it that is needed is there: what nothing was
    found for stands as a comment in its place. `name` is the source's name.
    """
    name = clean(name)[:LONGEST_NAME].strip() or "source"
    doubts = [f"# ! {_plain(doubt)}" for doubt in suggestion.doubts]
    source = _source(name, suggestion.timezone, suggestion.date_formats, peek.sheet)
    implied = implied_columns({name: guess.value for name, guess in suggestion.objects.items()})
    needed = [field for field in REQUIRED_FIELDS if not (suggestion.milestones and field in MILESTONE_FIELDS)]
    columns = [
        _guessed(field, suggestion.columns[field].value, suggestion.columns[field])
        if field in suggestion.columns
        else f'# {field} = ""  # needed, and no column looks like it'
        for field in FIELDS
        if (field in suggestion.columns or field in needed) and field not in implied
    ]
    parts = [
        ["# A suggestion: read it, correct it, then import with it. Scores are from 0 to 100.", *doubts],
        source,
        [_OBJECTS, *_all_guessed(suggestion.objects)],
        [_COLUMNS, *columns],
        [_MILESTONES, *_all_guessed(suggestion.milestones)],
        [_EVENTS, *_all_guessed(suggestion.events), *_plain_activities(suggestion.plain_activities)],
        _sandbox(suggestion.sandbox),
    ]
    return _joined(parts)


def _source(name: str, timezone: str | None, date_formats: tuple[str, ...], sheet: str | None) -> list[str]:
    lines = [_SOURCE, f"name = {quote(name)}"]
    if timezone is not None:
        lines.append(f"timezone = {quote(timezone)}  # for times without an offset")
    if date_formats:
        lines.append(f"date_formats = {_list(date_formats)}  # beside ISO 8601, which is always read")
    if sheet is not None:
        lines.append(f"sheet = {quote(sheet)}")
    return lines


def _sandbox(sandbox: abc.Mapping[str, tuple[str, ...]]) -> list[str]:
    return [_SANDBOX, *(f"{quote(column)} = {_list(values)}" for column, values in sandbox.items())]


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{_key(left)} = {quote(right)}" for left, right in pairs]


def _all_guessed(guesses: abc.Mapping[str, Guess]) -> list[str]:
    return [_guessed(theirs, guess.value, guess) for theirs, guess in guesses.items()]


def _guessed(left: str, right: str, guess: Guess) -> str:
    return f"{_key(left)} = {quote(right)}  # {guess.score}: {_plain(guess.why)}"


def _plain_activities(plain: tuple[str, ...]) -> list[str]:
    """The activities without a guess, as comments to be completed."""
    if not plain:
        return []
    lines = [f'# {quote(name)} = ""' for name in plain[:_MOST_PLAIN]]
    more = [f"# and {len(plain) - _MOST_PLAIN} more"] if len(plain) > _MOST_PLAIN else []
    return ["# Nothing is suggested for these; without an entry they keep their names.", *lines, *more]


def _key(name: str) -> str:
    return name if name in FIELDS else quote(name)


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(quote, values))}]"


def _plain(text: str) -> str:
    """A comment's text: TOML allows no control characters there."""
    return clean(text)


def _joined(parts: Iterable[list[str]]) -> str:
    """The parts with a blank line in between; a table without entries is left out."""
    return (
        "\n\n".join("\n".join(lines) for lines in parts if len(lines) > 1 or not lines[0].startswith("["))
        + "\n"
    )
