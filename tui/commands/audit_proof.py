"""`stagewatch audit verify|checkpoint|folder|key|export`: whether the log can be believed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kpi.text import clean
from store.errors import StoreError
from store.location import find_location
from tui.actor import visiting
from tui.commands.output import print_json, writing
from tui.commands.progress import progress_bar

if TYPE_CHECKING:
    from argparse import Namespace

    from kpi.chain_verdict import Verdict
    from store.key_files import KeyFile

_SAID = {
    "proven": "● Proven",
    "tampered": "■ Tampered with",
    "not_provable": "○ Not provable",
    "unreadable": "■ Unreadable",
}


def verify(options: Namespace) -> int:
    """Print whether the log is what was written; 0 proven, 2 tampered, 3 not provable, 4 unreadable."""
    from store.audit_verify import verify as look
    from store.key_files import read_key_file
    from store.work import system_now

    key_file = None if options.key_file is None else read_key_file(Path(options.key_file))
    checkpoint = None if options.checkpoint is None else Path(options.checkpoint)
    with progress_bar("Verifying") as tell:
        found = look(
            find_location(options.store), system_now(), key_file=key_file, checkpoint=checkpoint, tell=tell
        )
    if options.json:
        print_json(verdict_json(found))
    else:
        _print_verdict(found)
    return found.exit_code


def verdict_json(found: Verdict) -> dict[str, object]:
    """A verdict in the machine form."""
    return {
        "result": found.result,
        "entries": found.entries,
        "first_bad": found.first_bad,
        "attack": found.attack,
        "reconciled": found.reconciled,
        "head": found.head,
        "checkpoint": found.checkpoint,
        "why": found.why,
    }


def _print_verdict(found: Verdict) -> None:
    attack = "" if found.attack is None else f" ({found.attack.replace('_', ' ')})"
    print(f"{_SAID[found.result]}{attack}: {clean(found.why).rstrip('.?')}.")
    print(
        f"{found.entries:,} entries fit"
        + ("." if found.head is None else f"; the last has the hash {found.head}.")
    )
    if found.checkpoint is not None:
        print(f"The checkpoint of entry {found.checkpoint:,} is on the chain.")


def checkpoint(options: Namespace) -> None:
    """Write a signed checkpoint into a folder."""
    from kpi.policy import Action
    from store.audit_care import checkpoint_folder, write_one
    from store.moment import one_moment
    from store.permission import permit
    from store.work import system_now

    location, folder = find_location(options.store), options.folder
    by = visiting("command line")
    if folder is None:
        permit(location, by, Action.KEEP_KEYS)
        with one_moment(location) as plain:
            folder = checkpoint_folder(plain)
    if folder is None:
        raise StoreError("name a folder, or choose one for every day with “stagewatch audit folder FOLDER”")
    made = write_one(location, folder, system_now(), by)
    if options.json:
        print_json(
            {
                "file": str(made.file),
                "size": made.checkpoint.size,
                "head": made.checkpoint.head.hex(),
                "at": made.checkpoint.at.isoformat(),
            }
        )
    else:
        print(f"Wrote {clean(str(made.file))}, which says that the log has {made.checkpoint.size:,} entries.")


def folder(options: Namespace) -> None:
    """Choose where a checkpoint goes every day, or that none does."""
    from kpi.policy import Action
    from store.audit_care import checkpoint_folder, keep_checkpoints
    from store.moment import one_moment
    from store.permission import permit

    if options.folder is None and not options.none:
        location = find_location(options.store)
        permit(location, visiting("command line"), Action.KEEP_KEYS)
        with one_moment(location) as plain:
            place = checkpoint_folder(plain)
    else:
        with writing(options) as store:
            kept = keep_checkpoints(store, options.folder)
            place = None if kept is None else str(kept)
    if options.json:
        print_json({"folder": place})
    elif place is None:
        print("No checkpoint is written by itself.")
    else:
        print(f"A checkpoint goes to {clean(place)} every day.")


def new_key(options: Namespace) -> None:
    """Give the log a key, if it has none on this machine."""
    from store.audit_care import begin_key
    from store.key_files import key_file_text

    with writing(options) as store:
        made = begin_key(store, lost=options.lost)
    if options.json:
        print_json({"key_file": key_file_text(made), "fingerprint": made.fingerprint})
    else:
        print_key_file(made)


def print_key_file(made: KeyFile) -> None:
    """Show the first key: it is not kept anywhere, so this is the only time."""
    from store.key_files import key_file_text

    print("The audit log's first key, shown this once. Give these five lines to your auditor, and keep them")
    print("nowhere else:")
    print()
    print(key_file_text(made))


def key_for_auditor(options: Namespace) -> tuple[KeyFile | None, str]:
    """Give a log its first key where that can be; what the auditor must have, or why there is none."""
    from store.audit_care import begin_key

    try:
        with writing(options) as store:
            return begin_key(store), ""
    except StoreError as error:
        return None, str(error)


def adopt_key(options: Namespace) -> None:
    """Take a key over from a key file."""
    from store.audit_care import adopt_key as adopt
    from store.key_files import read_key_file

    key_file = read_key_file(Path(options.file))
    with writing(options) as store:
        epoch = adopt(store, key_file)
    if options.json:
        print_json({"epoch": epoch, "fingerprint": key_file.fingerprint})
    else:
        print(f"This machine seals the log's entries from now on; it keeps the key of epoch {epoch:,}.")


def export(options: Namespace) -> None:
    """Write the whole log with a manifest that can be checked without Stagewatch."""
    from store.audit_care import LOG_TARGET, note_read
    from store.audit_export import export_audit
    from store.work import system_now

    location = find_location(options.store)
    with writing(options) as store:
        # First of all it is recorded that somebody reads it, so that the export says so too.
        note_read(store, "audit.export", LOG_TARGET, f"Asked for an export as {options.form}")
    with progress_bar("Exporting") as tell:
        made = export_audit(
            location, Path(options.folder), options.form, system_now(), replace=options.replace, tell=tell
        )
    if options.json:
        print_json(
            {
                "file": str(made.file),
                "manifest": str(made.manifest),
                "entries": made.entries,
                "head": made.head,
            }
        )
    else:
        print(
            f"Wrote {made.entries:,} entries to {clean(str(made.file))}, and {made.manifest.name} beside it."
        )
        print("Check them with check_audit_export.py from the documentation; it needs Python alone.")
