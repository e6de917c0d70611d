"""`stagewatch people sealing-key`: what opens second factors, from this machine to another one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from store.location import find_location
from tui.commands.output import print_json, writing

if TYPE_CHECKING:
    from argparse import Namespace


def show(options: Namespace) -> None:
    """Print this machine's keys; that somebody has read them is in the log first."""
    from store.audit_care import note_read, store_id
    from store.sealing import sealing_key_text

    with writing(options) as store:
        note_read(store, "people.sealing_key", "store:1", "The keys that open second factors")
        text = sealing_key_text(store_id(store.location))
    if options.json:
        print_json({"key_file": text})
    else:
        print(text, end="")


def adopt(options: Namespace) -> None:
    """Keep another machine's keys here: nobody whose codes they open could sign in before."""
    from store.audit_care import store_id
    from store.sealing import adopt_sealing_key

    new = adopt_sealing_key(store_id(find_location(options.store)), Path(options.file))
    if options.json:
        print_json({"new": new})
    elif new:
        print("The keys are kept: who gives codes can sign in on this machine too.")
    else:
        print("This machine had these keys already.")
