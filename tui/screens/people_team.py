"""One team: who leads it, who stands in and when, who is in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from kpi.policy import Action, Subject
from store.people_questions import DelegationView, PersonView
from tui import people_words as say
from tui import words
from tui.people_facts import ask_team
from tui.screens.people_one import OnePage
from tui.screens.people_teams import TEAM_KEYS, TeamActions
from tui.widgets.fact_lines import FactLines
from tui.widgets.lines import TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.people_questions import TeamView
    from store.teams import Delegation
    from store.work import Store
    from tui.people_facts import TeamFacts
    from tui.reader import Reader
    from tui.widgets.rows import Rows


class MemberRows(TableRows):
    """Delegations and people; of these only people can be opened."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A delegation stands there in full."""
        if action == "choose":
            return isinstance(self.picked, PersonView)
        return super().check_action(action, parameters)


class TeamScreen(OnePage["TeamFacts"], TeamActions):
    """The team of a number."""

    PATH = "Teams"
    AUTO_FOCUS = "MemberRows"
    KEYS = ("rows.choose", "teams.change", "teams.delegate", "teams.end", "people.policy", "app.back",
            "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        *TEAM_KEYS,
        Binding("x", "end_delegation", "end", id="teams.end",
                tooltip="End this standing in at once, or before it begins"),
    ]  # fmt: skip

    def asked(self) -> Callable[[Reader], TeamFacts]:
        """The team."""
        return ask_team(self.number)

    def made(self) -> TableRows:
        """Delegations and people."""
        return MemberRows()

    @property
    def team(self) -> TeamView | None:
        """The team."""
        return None if self.facts is None else self.facts.team

    def show_facts(self, facts: TeamFacts, rows: TableRows) -> None:
        """The team, who stands in, and who is in it."""
        one = facts.team
        if one is None:
            self.query_one(FactLines).show("", ())
            rows.say("Not to be seen", "You may not see this team any more. esc goes back.")
            return
        self.query_one(TabLine).show_path(self.PATH, one.name)
        people = words.plural(one.members, "person").replace("persons", "people")
        self.query_one(FactLines).show(f"{words.shown(one.name)}, {people}", say.team_facts(facts))
        rows.show(say.TEAM_COLUMNS, say.team_rows(facts))
        if not rows.rows:
            rows.say("Nobody", "Nobody whom you may see is in this team, and nobody stands in.")

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the person."""
        from tui.screens.people_person import PersonScreen

        message.stop()
        picked = self.rows.picked
        if isinstance(picked, PersonView):
            self.app.push_screen(PersonScreen(picked.number, picked.name))

    @property
    def delegation(self) -> DelegationView | None:
        """The delegation with the cursor, if there is still something to end."""
        picked = self.rows.picked if self.is_whole else None
        if self.known is None or not isinstance(picked, DelegationView):
            return None
        return picked if say.is_alive(picked, self.known.today) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is ended must be there."""
        if action == "end_delegation":
            return self.delegation is not None and self.may(Action.DELEGATE, Subject(team=self.number))
        return super().check_action(action, parameters)

    def action_end_delegation(self) -> None:
        """Ask, then end it."""
        one = self.delegation
        if one is None:
            return

        def end(store: Store) -> Delegation:
            from store.teams import end_delegation  # deferred: writing needs what reading does not

            return end_delegation(store, one.number)

        def said(_: object) -> str:
            return f"× {words.shown(one.delegate.name)} does not stand in any more."

        who = words.shown(one.delegate.name)
        question = f"{who} stands in {say.period_words(one.from_day, one.until_day)}. It ends at once."
        self.confirm("End this standing in", question, "End it", partial(self.change, "Ending", end, said))
