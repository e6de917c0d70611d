"""One person: who they are, how they sign in, which references and listings are theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType

from tui import people_words as say
from tui import words
from tui.people_facts import ask_person
from tui.screens.people_persons import PERSON_KEYS, PersonActions
from tui.widgets.fact_lines import FactLines
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from store.people_questions import PersonView
    from store.people_rows import PersonSaved
    from store.work import Store
    from tui.people_facts import PersonFacts
    from tui.widgets.rows import Rows


class ItemRows(TableRows):
    """What is a person's; there is nothing behind it that could be opened."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is opened."""
        return action != "choose" and super().check_action(action, parameters)


class PersonScreen(PersonActions):
    """The person of a number."""

    AUTO_FOCUS = "ItemRows"
    KEYS = ("people.change", "people.link", "people.assign", "people.take_away", "people.code",
            "people.reset", "people.deactivate", "people.take_back", "people.policy", "app.back")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        *PERSON_KEYS,
        Binding("x", "take_away", "take away", id="people.take_away",
                tooltip="Take the reference or the listing with the cursor from the person"),
    ]  # fmt: skip

    def __init__(self, number: int, name: str) -> None:
        super().__init__()
        self.number, self.name_shown = number, name
        self.facts: PersonFacts | None = None

    def parts(self) -> Iterable[Widget]:
        """Facts, what is theirs, what is being done."""
        yield FactLines()
        yield ItemRows()
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the person."""
        self.query_one(TabLine).show_path("People", self.name_shown)
        self.query_one(ItemRows).say("Reading …")
        self.reload()

    @property
    def person(self) -> PersonView | None:
        """The person."""
        return None if self.facts is None else self.facts.person

    def reload(self) -> None:
        """Ask again; what is shown stays meanwhile."""
        self.ask("person", ask_person(self.number), self._take, failed=self._failed)

    def _take(self, facts: PersonFacts) -> None:
        self.facts = facts
        self.keep(facts.known)
        rows, one = self.query_one(ItemRows), facts.person
        if one is None:
            self.query_one(FactLines).show("", ())
            rows.say("Not to be seen", "You may not see this person any more. esc goes back.")
        else:
            self.query_one(TabLine).show_path("People", one.name)
            self.query_one(FactLines).show(words.shown(one.name), say.person_facts(facts))
            rows.show(say.ITEM_COLUMNS, say.item_rows(one))
            if not rows.rows:
                rows.say(
                    "Nothing is theirs yet", "No reference of the ATS is linked, and no listing assigned."
                )
        self._show_place()

    def _failed(self, said: str) -> None:
        if self.facts is not None:
            self.show_failure(said)
        else:
            self.query_one(ItemRows).say(*self.unreadable(said))

    def _show_place(self) -> None:
        rows = self.query_one(ItemRows)
        self.refresh_bindings()
        self.show_keys()
        self.query_one(KeyLine).show_note("" if rows.said else f"{rows.cursor + 1:,} of {len(rows.rows):,}")

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say where in the list one is."""
        message.stop()
        self._show_place()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is taken away must be there."""
        if action == "take_away" and (not self.is_whole or self.query_one(ItemRows).picked is None):
            return False
        return super().check_action(action, parameters)

    def action_take_away(self) -> None:
        """Take a reference or a listing from the person; it can be given back."""
        picked = self.query_one(ItemRows).picked
        if picked is None:
            return
        what, ref = cast("tuple[str, str]", picked)

        def take_away(store: Store) -> PersonSaved:
            from store.people_links import unassign_listing, unlink_person  # deferred: as in other actions

            return (unlink_person if what == say.REFERENCE else unassign_listing)(store, self.number, ref)

        def said(saved: PersonSaved) -> str:
            return f"× {words.shown(ref)} was taken from {words.shown(saved.person.name)}."

        self.change("Taking away", take_away, said)
