"""Starting the app: the store is asked for the board's counts while Textual is still being imported."""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING

from tui.facts import Lens, ask_board
from tui.source import EARLY_TOPIC, Desk, Mailbox, open_store

if TYPE_CHECKING:
    from tui.personas import Cast


def run_app(location: str | None, cast: Cast | None = None) -> int:
    """Open the app over the store at `location`; the exit status. `cast` are the people of the demo."""
    # Imports make a hundred thousand objects that all stay: looking through them for garbage, again and
    # again, takes a tenth of the time to the first frame. The app turns collecting on again after it.
    gc.disable()
    desk = Desk(partial(open_store, location))
    early = Mailbox()
    early.number = desk.ask(EARLY_TOPIC, ask_board(Lens(), by_user=False), early.put)

    from tui.app import StagewatchApp  # deferred: the counts are on their way meanwhile

    app = StagewatchApp(location, desk=desk, early=early, advance=partial(_advance, location), cast=cast)
    app.run()
    app.leave()
    return app.return_code or 0


def _advance(location: str | None) -> None:
    from store.location import find_location
    from store.maintenance import bring_up_to_date  # deferred: writing needs what reading does not

    bring_up_to_date(find_location(location))
