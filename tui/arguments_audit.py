"""The commands about the audit log: what it says, and whether it can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.parsing import a_count, a_day, group, part

if TYPE_CHECKING:
    import argparse

    from tui.parsing import Commands


def add(commands: Commands) -> None:
    """Describe `audit` and its parts."""
    audit = group(commands, "audit", "who changed what, when, from what to what, and why")
    listed = part(audit, "list", "audit", "list entries, the newest first", "list_entries")
    _add_filters(listed)
    listed.add_argument("--limit", type=a_count, default=50, metavar="N", help="(50)")
    listed.add_argument(
        "--before", type=a_count, metavar="SEQ", help="go on from the “next” of an earlier answer"
    )
    show = part(audit, "show", "audit", "show one entry and all that is known of it", "show_entry")
    show.add_argument("seq", type=a_count, metavar="SEQ")
    _add_proof(audit)
    _add_keys(group(audit, "key", "the key that seals entries: make one, take one over"))


def _add_proof(audit: Commands) -> None:
    verify = part(
        audit,
        "verify",
        "audit_proof",
        "say whether the log is what was written: exit 0 proven, 2 tampered, 3 not provable, 4 unreadable",
    )
    verify.add_argument("--key-file", metavar="FILE", help="the first key, as the auditor has it")
    verify.add_argument("--checkpoint", metavar="FILE", help="a signed checkpoint that must be on the chain")
    written = part(audit, "checkpoint", "audit_proof", "sign what the log is now, to be kept elsewhere")
    written.add_argument("folder", metavar="FOLDER", nargs="?", help="(the one chosen with “audit folder”)")
    chosen = part(audit, "folder", "audit_proof", "say or choose where a checkpoint goes every day")
    either = chosen.add_mutually_exclusive_group()
    either.add_argument("folder", metavar="FOLDER", nargs="?")
    either.add_argument("--none", action="store_true", help="write none by itself")
    export = part(audit, "export", "audit_proof", "write the whole log, to be checked by anybody")
    export.add_argument("folder", metavar="FOLDER")
    export.add_argument("--form", choices=("jsonl", "csv"), default="jsonl", help="(jsonl)")
    export.add_argument("--replace", action="store_true", help="even if an export is there already")


def _add_keys(keys: Commands) -> None:
    new = part(keys, "new", "audit_proof", "give a log without a key its first one, shown once", "new_key")
    new.add_argument("--lost", action="store_true", help="the log's key is lost: begin a new one")
    adopt = part(keys, "adopt", "audit_proof", "take the key over from a key file", "adopt_key")
    adopt.add_argument("file", metavar="FILE")


def _add_filters(command: argparse.ArgumentParser) -> None:
    command.add_argument("--person", metavar="NAME-or-ID", help="a part of a name, or an id")
    command.add_argument(
        "--operation", metavar="NAME", help="such as targets.save; targets means all about them"
    )
    command.add_argument(
        "--target", metavar="KIND:KEY", help="such as target_set:3; target_set means all of them"
    )
    command.add_argument("--field", metavar="TEXT", help="a part of the name of a field that was changed")
    command.add_argument("--since", type=a_day, metavar="YYYY-MM-DD", help="from this day on")
    command.add_argument("--until", type=a_day, metavar="YYYY-MM-DD", help="to this day")
    command.add_argument("--text", metavar="TEXT", help="a part of the reason, whatever its case")
    command.add_argument("--unreviewed", action="store_true", help="only what nobody has marked as reviewed")
