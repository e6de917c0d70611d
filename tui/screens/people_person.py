"""One person: who they are, how they sign in, which references and listings are theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType

from tui import people_words as say
from tui import words
from tui.people_facts import ask_person
from tui.screens.people_one import OnePage
from tui.screens.people_persons import PERSON_KEYS, PersonActions
from tui.widgets.fact_lines import FactLines
from tui.widgets.lines import TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.people_questions import PersonView
    from store.people_rows import PersonSaved
    from store.work import Store
    from tui.people_facts import PersonFacts
    from tui.reader import Reader


class ItemRows(TableRows):
    """What is a person's; there is nothing behind it that could be opened."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is opened."""
        return action != "choose" and super().check_action(action, parameters)


class PersonScreen(OnePage["PersonFacts"], PersonActions):
    """The person of a number."""

    PATH = "People"
    AUTO_FOCUS = "ItemRows"
    KEYS = ("people.change", "people.link", "people.assign", "people.take_away", "people.code",
            "people.reset", "people.deactivate", "people.take_back", "people.policy", "app.back")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        *PERSON_KEYS,
        Binding("x", "take_away", "take away", id="people.take_away",
                tooltip="Take the reference or the listing with the cursor from the person"),
    ]  # fmt: skip

    def asked(self) -> Callable[[Reader], PersonFacts]:
        """The person."""
        return ask_person(self.number)

    def made(self) -> TableRows:
        """What is theirs."""
        return ItemRows()

    @property
    def person(self) -> PersonView | None:
        """The person."""
        return None if self.facts is None else self.facts.person

    def show_facts(self, facts: PersonFacts, rows: TableRows) -> None:
        """The person, and what is theirs."""
        one = facts.person
        if one is None:
            self.query_one(FactLines).show("", ())
            rows.say("Not to be seen", "You may not see this person any more. esc goes back.")
            return
        self.query_one(TabLine).show_path(self.PATH, one.name)
        self.query_one(FactLines).show(words.shown(one.name), say.person_facts(facts))
        rows.show(say.ITEM_COLUMNS, say.item_rows(one))
        if not rows.rows:
            rows.say("Nothing is theirs yet", "No reference of the ATS is linked, and no listing assigned.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is taken away must be there."""
        if action == "take_away" and (not self.is_whole or self.rows.picked is None):
            return False
        return super().check_action(action, parameters)

    def action_take_away(self) -> None:
        """Take a reference or a listing from the person; it can be given back."""
        picked = self.rows.picked
        if picked is None:
            return
        what, ref = cast("tuple[str, str]", picked)

        def take_away(store: Store) -> PersonSaved:
            from store.people_links import unassign_listing, unlink_person  # deferred: as in other actions

            return (unlink_person if what == say.REFERENCE else unassign_listing)(store, self.number, ref)

        def said(saved: PersonSaved) -> str:
            return f"× {words.shown(ref)} was taken from {words.shown(saved.person.name)}."

        self.change("Taking away", take_away, said)
