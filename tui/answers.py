"""How an answer of the desk comes back to the page that asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.page import Page
    from tui.source import Outcome


class Answer(Message):
    """The desk has answered a question."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class Waiting(NamedTuple):
    """Who waits for the answer to question `number`, and what is done with it; `again` asks once more.

    `shows`: the page is nothing without the answer.
    """

    number: int
    page: Page | None
    then: Callable[[Any], None]
    failed: Callable[[str], None] | None
    vital: bool
    again: Callable[[], None] | None = None
    shows: bool = True
