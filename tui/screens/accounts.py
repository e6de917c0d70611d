"""Change account: the organisations on the list, each with its own store; enter goes over to one."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.message import Message
from textual.widgets import Static

from tui import words
from tui.facts import Lens, ask_board
from tui.screens.dialogue import Dialogue
from tui.source import ABOUT_ACCESS, EARLY_TOPIC, Desk, Mailbox, failure_words, open_account
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from store.accounts import Account, Accounts
    from tui.app import StagewatchApp
    from tui.source import Outcome
    from tui.widgets.rows import Rows

# The cells of a row for name and address, and the most that names take of them.
_ROOM, _MOST_NAME = 48, 28
# The app's workers that remember which account is in use: the list waits for them.
_REMEMBERING = "remembering the account"


class Listed(Message):
    """The list has been read, or what is wrong with it."""

    def __init__(self, known: Accounts | None, failure: str | None) -> None:
        super().__init__()
        self.known, self.failure = known, failure


class Tried(Message):
    """The store of an account has been opened, or cannot be."""

    def __init__(self, attempt: Attempt, outcome: Outcome) -> None:
        super().__init__()
        self.attempt, self.outcome = attempt, outcome


class Attempt(NamedTuple):
    """An account whose store is being opened, on a desk of its own: the present one stays meanwhile."""

    account: Account
    desk: Desk
    early: Mailbox


class AccountsScreen(Dialogue[Attempt]):
    """Goes over to an account once its board has been read; stays where one is if it cannot be opened."""

    HEADING = "Change account"
    FOOTING = "enter goes over · esc closes"
    AUTO_FOCUS = "PickRows"

    def __init__(self) -> None:
        super().__init__()
        self.attempt: Attempt | None = None

    def parts(self) -> Iterable[Widget]:
        """The list, and a place for words."""
        yield PickRows()
        yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Read the list, and not on the loop: the folder may be on a network."""
        self.query_one(PickRows).say("Reading the accounts …")
        self.run_worker(self._read(), exit_on_error=False)

    def on_unmount(self) -> None:
        """Let go of a store that is still being opened."""
        self._give_up()

    async def _read(self) -> None:
        # Whoever has just gone over and comes back at once must not see the account of before marked.
        for worker in [worker for worker in self.host.workers if worker.group == _REMEMBERING]:
            await worker.wait()
        await asyncio.to_thread(self._list)

    def _list(self) -> None:
        from store.accounts import load_accounts  # deferred: on this thread, the store is heavy

        try:
            self.post_message(Listed(load_accounts(), None))
        except Exception as error:  # noqa: BLE001 - told to the person, who stays where he is
            self.post_message(Listed(None, failure_words(error)))

    def on_listed(self, message: Listed) -> None:
        """Show the list."""
        message.stop()
        rows, known = self.query_one(PickRows), message.known
        if known is None:
            rows.say("The accounts cannot be read", _sentence(message.failure or ""))
            return
        if not known.accounts:
            rows.say(
                "No accounts yet",
                "Put a store on the list, from a shell:",
                "stagewatch account add NAME PATH-or-URL",
            )
            return
        in_use = None if known.default is None else known.find(known.default)
        room = _ROOM - min(_MOST_NAME, max(cell_len(account.name) for account in known.accounts))
        rows.show(
            [
                Choice(account.name, account, on=account == in_use, note=_tail(account.shown, room))
                for account in known.accounts
            ]
        )
        self._say("(•) is used when no store is named.")

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(words.shown(text))
        said.set_class(wrong, "-wrong")

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say the whole address of the account with the cursor."""
        message.stop()
        picked = self.query_one(PickRows).picked
        if picked is not None and self.attempt is None:
            self._say(_account(picked).shown)

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the store of the account, on a desk of its own."""
        message.stop()
        picked = self.query_one(PickRows).picked
        if picked is None:
            return
        self._give_up()
        account = _account(picked)
        self._say(f"Opening {account.name} …")
        desk, early = Desk(partial(open_account, account)), Mailbox()
        attempt = self.attempt = Attempt(account, desk, early)

        def deliver(outcome: Outcome) -> None:
            early.put(outcome)
            self.post_message(Tried(attempt, outcome))

        early.number = desk.ask(EARLY_TOPIC, ask_board(Lens(), by_user=False), deliver)

    def on_tried(self, message: Tried) -> None:
        """Go over, or say why not."""
        message.stop()
        if message.attempt is not self.attempt:
            return
        if message.outcome.failure is not None and message.outcome.kind not in ABOUT_ACCESS:
            self._give_up()
            name = message.attempt.account.name
            self._say(f"■ {name} cannot be opened: {_sentence(message.outcome.failure)}", wrong=True)
            return
        self.attempt = None
        app, account = self.host, message.attempt.account
        app.change_store(message.attempt.desk, message.attempt.early, partial(_advance, account))
        app.run_worker(partial(_remember, app, account), thread=True, group=_REMEMBERING)

    def _give_up(self) -> None:
        if self.attempt is not None:
            self.attempt.desk.stop(patience=0)
            self.attempt = None


def _remember(app: StagewatchApp, account: Account) -> None:
    """Make it the account that is used from now on. By then the screen has left its app."""
    from store.accounts import use_account  # deferred: as in _list

    try:
        use_account(account.name)
    except Exception as error:  # noqa: BLE001 - one can work all the same
        said = f"{account.name} is shown, but not remembered: {failure_words(error)}"
        app.call_from_thread(app.notify, said, severity="warning", markup=False)


def _advance(account: Account) -> None:
    from store.accounts import location_of
    from store.maintenance import bring_up_to_date  # deferred: writing needs what reading does not

    bring_up_to_date(location_of(account))


def _account(choice: Choice) -> Account:
    account: Account = choice.value  # type: ignore[assignment]
    return account


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _tail(text: str, room: int) -> str:
    """The end of an address, which tells most, in so many cells."""
    return text if len(text) <= room else f"…{text[-max(8, room - 1) :]}"
