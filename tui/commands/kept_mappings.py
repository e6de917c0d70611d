"""`stagewatch mapping`: the mappings that the store keeps, by their source's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.files import read_text
from tui.commands.output import print_json, print_table, reading, writing

if TYPE_CHECKING:
    from argparse import Namespace

    from store.mappings import SavedMapping


def list_mappings(options: Namespace) -> None:
    """Print the names of the mappings kept, and when each was saved."""
    with reading(options) as reader:
        found = reader.intake().mappings()
    if options.json:
        print_json({"mappings": [{"name": one.name, "saved_at": one.saved_at.isoformat()} for one in found]})
    else:
        print_table(["Source", "Saved"], [[one.name, f"{one.saved_at:%Y-%m-%d %H:%M}"] for one in found])


def show_mapping(options: Namespace) -> None:
    """Print one mapping's text."""
    with reading(options) as reader:
        found = reader.intake().mapping(options.name)
    if options.json:
        print_json(_mapping_json(found))
    else:
        print(found.text.rstrip("\n"))


def keep_mapping(options: Namespace) -> None:
    """Keep the mapping of a file under its source's name."""
    from store.mappings import save_mapping

    text = read_text(options.file)
    with writing(options) as store:
        mapping = save_mapping(store, text)
    if options.json:
        print_json({"name": mapping.name})
    else:
        print(f"kept as “{mapping.name}”")


def forget_mapping(options: Namespace) -> None:
    """Forget a mapping."""
    from store.mappings import drop_mapping

    with writing(options) as store:
        drop_mapping(store, options.name)
    if options.json:
        print_json({"dropped": options.name})
    else:
        print(f"“{options.name}” is forgotten")


def _mapping_json(found: SavedMapping) -> dict[str, object]:
    return {"name": found.name, "saved_at": found.saved_at.isoformat(), "text": found.text}
