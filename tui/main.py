"""The command `stagewatch`: opens the app, or does one job and says what came of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.errors import StagewatchError
from kpi.text import clean
from tui.arguments import parse

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

DONE = 0
REFUSED = 1
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is 0 done, 1 refused or invalid, 2 wrong usage."""
    _prepare_output()
    try:
        options = parse(None if arguments is None else list(arguments))
        _refuse_unreadable(options)
        return int(options.run(options) or DONE)
    except KeyboardInterrupt:
        return _say("interrupted; what was already kept stays, run the command again to go on", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does: no error of ours, and nobody to tell.
        sys.stdout = None
        return DONE
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _say(f"{where}{error.strerror or error}", REFUSED)
    except StagewatchError as error:
        return _say(str(error), REFUSED)


def _say(message: str, status: int) -> int:
    print(f"stagewatch: {clean(message)}", file=sys.stderr)
    return status


def _prepare_output() -> None:
    """Let what the terminal's encoding cannot say be shown as “?”, and a closed output swallow it."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _refuse_unreadable(options: argparse.Namespace) -> None:
    """Bytes that are no text cannot name anything in a store; paths may hold them."""
    for name, value in vars(options).items():
        if isinstance(value, str) and name not in _PATHS and value != value.encode(errors="ignore").decode():
            raise StagewatchError(f"--{name}: not readable text")


_PATHS = ("store", "mapping", "catalogue", "targets", "file", "output")

if __name__ == "__main__":
    raise SystemExit(main())
