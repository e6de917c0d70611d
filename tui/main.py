"""The command `stagewatch`: opens the app, or does one job and says what came of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kpi.errors import StagewatchError
from kpi.text import clean
from tui.arguments import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE = 0
REFUSED = 1
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is 0 done, 1 refused or invalid, 2 wrong usage."""
    options = parse(arguments)
    try:
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


if __name__ == "__main__":
    raise SystemExit(main())
