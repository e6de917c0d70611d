"""The commands about how data comes in: mappings, imports, the quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.parsing import a_count, group, part

if TYPE_CHECKING:
    import argparse

    from tui.parsing import Commands


def add(commands: Commands) -> None:
    """Describe `mapping`, `imports` and `quarantine`."""
    _add_mapping(commands)
    _add_imports(commands)
    _add_quarantine(commands)


def _add_mapping(commands: Commands) -> None:
    mapping = group(commands, "mapping", "how the columns of files read as our fields")
    suggest = part(mapping, "suggest", "mapping", "draft a mapping for a file nobody has described")
    suggest.add_argument("file", metavar="FILE")
    suggest.add_argument("--name", metavar="NAME", help="the source's name (else the file's)")
    suggest.add_argument("--sheet", metavar="SHEET", help="which sheet of a workbook (else the first)")
    suggest.add_argument("--output", metavar="FILE", help="write it there (else to standard output)")
    part(mapping, "list", "kept_mappings", "list the mappings that the store keeps", "list_mappings")
    show = part(mapping, "show", "kept_mappings", "show one of them", "show_mapping")
    show.add_argument("name", metavar="NAME")
    save = part(mapping, "save", "kept_mappings", "keep a mapping under its source's name", "keep_mapping")
    save.add_argument("file", metavar="MAP.toml")
    drop = part(mapping, "drop", "kept_mappings", "forget one", "forget_mapping")
    drop.add_argument("name", metavar="NAME")


def _add_imports(commands: Commands) -> None:
    imports = group(commands, "imports", "imports so far, and what became of their rows")
    listed = part(imports, "list", "intake", "list imports, the latest first", "list_imports")
    listed.add_argument("--limit", type=a_count, default=50, metavar="N", help="(50)")
    shown = part(imports, "show", "intake", "show one import and why rows were not understood", "show_import")
    shown.add_argument("number", type=a_count, metavar="IMPORT")


def _add_quarantine(commands: Commands) -> None:
    quarantine = group(commands, "quarantine", "rows that were not understood: list, retry, drop")
    listed = part(quarantine, "list", "intake", "list rows, and count them by reason", "list_quarantine")
    _add_choice(listed)
    listed.add_argument("--limit", type=a_count, default=100, metavar="N", help="(100)")
    listed.add_argument("--after", type=a_count, metavar="ROW", help="go on after this row")
    retry = part(
        quarantine, "retry", "intake", "read rows again, with a corrected mapping", "retry_quarantine"
    )
    _add_choice(retry)
    retry.add_argument(
        "--mapping", metavar="MAP.toml", help="a file, or the name of a mapping kept (else each source's own)"
    )
    drop = part(quarantine, "drop", "intake", "take rows out for good", "drop_quarantine")
    _add_choice(drop)
    drop.add_argument("--all", action="store_true", help="every row")


def _add_choice(command: argparse.ArgumentParser) -> None:
    command.add_argument("rows", nargs="*", type=a_count, metavar="ROW", help="only these, by number")
    command.add_argument("--source", metavar="NAME", help="only rows of this source")
    command.add_argument("--reason", metavar="REASON", help="only rows with this reason")
    command.add_argument(
        "--import", dest="of_import", type=a_count, metavar="N", help="only rows of this import"
    )
