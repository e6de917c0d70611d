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
from tui.screens.people_teams import TEAM_KEYS, TeamActions
from tui.widgets.fact_lines import FactLines
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from store.people_questions import TeamView
    from store.teams import Delegation
    from store.work import Store
    from tui.people_facts import TeamFacts
    from tui.widgets.rows import Rows


class MemberRows(TableRows):
    """Delegations and people; of these only people can be opened."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A delegation stands there in full."""
        if action == "choose":
            return isinstance(self.picked, PersonView)
        return super().check_action(action, parameters)


class TeamScreen(TeamActions):
    """The team of a number."""

    AUTO_FOCUS = "MemberRows"
    KEYS = ("rows.choose", "teams.change", "teams.delegate", "teams.end", "people.policy", "app.back",
            "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        *TEAM_KEYS,
        Binding("x", "end_delegation", "end", id="teams.end",
                tooltip="End this standing in at once, or before it begins"),
    ]  # fmt: skip

    def __init__(self, number: int, name: str) -> None:
        super().__init__()
        self.number, self.name_shown = number, name
        self.facts: TeamFacts | None = None

    def parts(self) -> Iterable[Widget]:
        """Facts, delegations and people, what is being done."""
        yield FactLines()
        yield MemberRows()
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the team."""
        self.query_one(TabLine).show_path("Teams", self.name_shown)
        self.query_one(MemberRows).say("Reading …")
        self.reload()

    @property
    def team(self) -> TeamView | None:
        """The team."""
        return None if self.facts is None else self.facts.team

    def reload(self) -> None:
        """Ask again; what is shown stays meanwhile."""
        self.ask("team", ask_team(self.number), self._take, failed=self._failed)

    def _take(self, facts: TeamFacts) -> None:
        self.facts = facts
        self.keep(facts.known)
        rows, one = self.query_one(MemberRows), facts.team
        if one is None:
            self.query_one(FactLines).show("", ())
            rows.say("Not to be seen", "You may not see this team any more. esc goes back.")
        else:
            self.query_one(TabLine).show_path("Teams", one.name)
            heading = (
                f"{words.shown(one.name)}, {words.plural(one.members, 'person').replace('persons', 'people')}"
            )
            self.query_one(FactLines).show(heading, say.team_facts(facts))
            rows.show(say.TEAM_COLUMNS, say.team_rows(facts))
            if not rows.rows:
                rows.say("Nobody", "Nobody whom you may see is in this team, and nobody stands in.")
        self._show_place()

    def _failed(self, said: str) -> None:
        if self.facts is not None:
            self.show_failure(said)
        else:
            self.query_one(MemberRows).say(*self.unreadable(said))

    def _show_place(self) -> None:
        rows = self.query_one(MemberRows)
        self.refresh_bindings()
        self.show_keys()
        self.query_one(KeyLine).show_note("" if rows.said else f"{rows.cursor + 1:,} of {len(rows.rows):,}")

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say where in the list one is."""
        message.stop()
        self._show_place()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the person."""
        from tui.screens.people_person import PersonScreen

        message.stop()
        picked = self.query_one(MemberRows).picked
        if isinstance(picked, PersonView):
            self.app.push_screen(PersonScreen(picked.number, picked.name))

    @property
    def delegation(self) -> DelegationView | None:
        """The delegation with the cursor, if there is still something to end."""
        picked = self.query_one(MemberRows).picked if self.is_whole else None
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
