"""What all pages about weekly summaries share: writing something to one, with what was written kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from tui.screens.changing import ChangingPage
from tui.screens.form_box import Field, FormBox
from tui.summary_facts import SummariesKnown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from store.work import Store
    from tui.people_work import Declined
    from tui.screens.form_box import Filled

_LINES = 4


class Letter(NamedTuple):
    """What is asked of somebody who writes: under `draft` it is kept while it has not been used.

    `about` says to what it is written, `hint` what to write, `answer` is the word for going on, `doing` what
    is done then.
    """

    draft: str
    heading: str
    about: str
    label: str
    hint: str
    answer: str
    doing: str


class SummariesPage(ChangingPage[SummariesKnown]):
    """A page about summaries."""

    TAB = "Summaries"
    CSS_PATH: ClassVar = ["data.tcss", "summaries.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "policy", "permissions", show=False, id="summaries.policy",
                tooltip="Roles and permissions: who may do what"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[str, Mapping[str, str]] = {}

    def action_policy(self) -> None:
        """Show who may do what."""
        from tui.screens.policy import PolicyScreen

        self.app.push_screen(PolicyScreen())

    @property
    def is_signed_in(self) -> bool:
        """Whether something can be done at all: in an open store nobody is there to do it."""
        return self.rights is not None and not self.rights.is_open

    def figures_follow(self) -> None:
        """What was said or decided changes figures: they are made anew, here or where they are seen next."""
        self.host.summed_up = None

    def write(
        self,
        letter: Letter,
        operation: Callable[[Store, str], Any],
        done: Callable[[Any], str],
        again: Callable[[Declined], object] | None = None,
        refused: str = "",
    ) -> None:
        """Have something written, and do it; what the store declines is said beside what was written.

        `again`, where it is given, looks first what has changed, and writes on from there.
        """
        text = self.drafts.get(letter.draft, {}).get("text", "")
        field = Field("text", letter.label, letter.hint, text, lines=_LINES)

        def keep(texts: Mapping[str, str]) -> None:
            self.drafts[letter.draft] = texts

        def filled(given: Filled) -> None:
            keep(given.texts)

            def did(result: Any) -> str:
                self.drafts.pop(letter.draft, None)
                return done(result)

            def declined(result: Declined) -> None:
                if again is not None:
                    again(result)
                else:
                    self.write(letter, operation, done, refused=result.words)

            self.change(letter.doing, partial(_told, operation, given.values["text"]), did, declined)

        box = FormBox(letter.heading, letter.answer, (field,), refused=refused, about=letter.about)
        self.fill_in(box, filled, keep)


def _told(operation: Callable[[Store, str], Any], text: str, store: Store) -> Any:
    return operation(store, text)
