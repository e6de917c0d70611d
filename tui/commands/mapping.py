"""`stagewatch mapping suggest`: a draft mapping for a file that nobody has described."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import StoreError, StoreMissingError
from tui.actor import visiting
from tui.commands.output import print_json

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from kpi.catalogue import Catalogue
    from store.feeds.peeking import Peek
    from store.feeds.suggesting import Guess, Suggestion

ZONE = "Europe/London"


def suggest(options: Namespace) -> None:
    """Write the draft to the chosen file, or to standard output."""
    from store.feeds import suggesting
    from store.feeds.mapping_text import draft
    from store.feeds.peeking import peek

    seen = peek(options.file, sheet=options.sheet)
    suggestion = suggesting.suggest(seen, *_rules(options))
    text = draft(options.name or Path(options.file).name.partition(".")[0], suggestion, seen)
    if options.output:
        _write(Path(options.output), text)
    if options.json:
        print_json(_json(seen, suggestion, text))
    elif options.output:
        guesses = len(suggestion.columns) + len(suggestion.events) + len(suggestion.milestones)
        print(f"{guesses} guesses drafted into {options.output}; read them before importing with them.")
        for doubt in suggestion.doubts:
            print(f"stagewatch: {doubt}", file=sys.stderr)
    else:
        sys.stdout.write(text)


def _rules(options: Namespace) -> tuple[Catalogue, str]:
    """The organisation's catalogue and time zone; without a store the built-in catalogue, and London's."""
    from kpi.catalogue import built_in
    from store.reading import open_reader

    try:
        with closing(open_reader(options.store, who=visiting("command line"))) as reader:
            reader.visitor()
            return reader.rules.catalogue, reader.rules.spec.zone
    except StoreMissingError:
        if options.store:
            raise
        return built_in(), ZONE


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error


def _json(seen: Peek, suggestion: Suggestion, text: str) -> dict[str, object]:
    return {
        "form": seen.form,
        "columns": list(seen.columns),
        "mapping": _guesses(suggestion.columns, "column"),
        "events": _guesses(suggestion.events, "event"),
        "plain_activities": list(suggestion.plain_activities),
        "milestones": _guesses(suggestion.milestones, "event"),
        "objects": _guesses(suggestion.objects, "type"),
        "sandbox": {column: list(values) for column, values in suggestion.sandbox.items()},
        "date_formats": list(suggestion.date_formats),
        "timezone": suggestion.timezone,
        "doubts": list(suggestion.doubts),
        "text": text,
    }


def _guesses(guesses: Mapping[str, Guess], what: str) -> dict[str, dict[str, object]]:
    return {
        name: {what: guess.value, "score": guess.score, "why": guess.why} for name, guess in guesses.items()
    }
