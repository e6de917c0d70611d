"""What is done to a team, wherever one is at hand: adding, changing, naming a stand-in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

from kpi.days import WAYS, parse_day
from kpi.policy import Action, Role, Subject
from tui import people_words as say
from tui import words
from tui.people_facts import ask_stand_ins
from tui.people_work import team_of
from tui.screens.form_box import Field, FormBox, Offer
from tui.screens.people_base import PeoplePage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from store.people_questions import Named, TeamView
    from store.people_rows import Team
    from store.teams import Delegation, TeamSaved
    from store.work import Store
    from tui.people_facts import Known
    from tui.people_work import Declined
    from tui.screens.form_box import Filled

ADD_TEAM = Binding("a", "add_team", "add", id="teams.add", tooltip="Add a team")
TEAM_KEYS = (
    Binding("e", "change_team", "change", id="teams.change", tooltip="Change name, manager or HR partner"),
    Binding("s", "stand_in", "stand-in", id="teams.delegate",
            tooltip="Name who stands in for the manager, and when"),
)  # fmt: skip


class TeamActions(PeoplePage):
    """A page with one team at hand, `team`."""

    @property
    def team(self) -> TeamView | None:
        """The team at hand."""
        raise NotImplementedError

    @property
    def adds_teams(self) -> bool:
        """Whether teams are added here."""
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done to a team needs one, and the right to it."""
        if action == "add_team":
            return self.is_whole and self.adds_teams and self.may(Action.CHANGE_TEAMS)
        if action not in ("change_team", "stand_in"):
            return super().check_action(action, parameters)
        one = self.team if self.is_whole else None
        needed = Action.CHANGE_TEAMS if action == "change_team" else Action.DELEGATE
        return one is not None and self.may(needed, Subject(team=one.number))

    # ------------------------------------------------------------------------------ adding and changing

    def action_add_team(self) -> None:
        """Ask which."""
        self._offer_add_team({}, "")

    def _offer_add_team(self, texts: Mapping[str, str], refused: str) -> None:
        known = self.known
        if known is None:
            return

        def filled(given: Filled) -> None:
            def add(store: Store) -> Team:
                from store.teams import add_team  # deferred: writing needs what reading does not

                return add_team(store, **given.values)

            def said(team: Team) -> str:
                return f"✓ {words.shown(team.name)} was added."

            def again(declined: Declined) -> None:
                self._offer_add_team(given.texts, declined.words)

            self.change("Adding", add, said, again)

        self.fill_in(FormBox("Add a team", "Add", _fields(known, texts), refused=refused), filled)

    def action_change_team(self) -> None:
        """Ask what is to be otherwise."""
        if self.team is not None and self.known is not None:
            one = team_of(self.team)
            self._offer_change_team(one, _texts(self.known, one), "")

    def _offer_change_team(self, one: Team, texts: Mapping[str, str], refused: str) -> None:
        """Ask; `one` is the team as the form has it."""
        known = self.known
        if known is None:
            return

        def filled(given: Filled) -> None:
            wanted = {field: value for field, value in given.values.items() if value != getattr(one, field)}
            if not wanted:
                self.say_work("Nothing was changed.")
                return

            def change(store: Store) -> TeamSaved:
                from store.teams import change_team  # deferred: as above

                return change_team(store, one.number, expected=one, **wanted)

            def said(saved: TeamSaved) -> str:
                return f"✓ {words.shown(saved.team.name)} was changed."

            def again(declined: Declined) -> None:
                now: Any = declined.now or one
                typed = {field: text for field, text in given.texts.items() if field in wanted}
                self._offer_change_team(now, {**_texts(known, now), **typed}, declined.words)

            self.change("Changing", change, said, again)

        box = FormBox(f"Change {one.name}", "Change", _fields(known, texts), refused=refused)
        self.fill_in(box, filled)

    # ------------------------------------------------------------------------------------- standing in

    def action_stand_in(self) -> None:
        """Ask who could stand in."""
        team = self.team
        if team is not None:
            offer = partial(self._offer_stand_in, team, {}, "")
            self.ask("stand-ins", ask_stand_ins(team), offer, vital=False)

    def _offer_stand_in(
        self, team: TeamView, texts: Mapping[str, str], refused: str, names: tuple[Named, ...]
    ) -> None:
        """Have somebody chosen, and the days."""
        if self.known is None or self.app.screen is not self:
            return  # the person has gone on meanwhile
        offers = tuple(Offer(one.name, one.number) for one in names)
        fields = (
            Field("person", "Who", "They have the manager's rights over the team meanwhile; ↓ chooses.",
                  texts.get("person", ""), offers),
            day_field("from_day", "From", self.known.today, texts.get("from_day", "today")),
            day_field("until_day", "Until", self.known.today, texts.get("until_day", "")),
        )  # fmt: skip

        def filled(given: Filled) -> None:
            def name(store: Store) -> Delegation:
                from store.teams import delegate  # deferred: as above

                return delegate(store, team.number, **given.values)

            def said(made: Delegation) -> str:
                who = next((one.name for one in names if one.number == made.delegate), "")
                days = say.period_words(made.from_day, made.until_day)
                return f"✓ {words.shown(who)} stands in at {words.shown(team.name)} {days}."

            def again(declined: Declined) -> None:
                self._offer_stand_in(team, given.texts, declined.words, names)

            self.change("Naming a stand-in", name, said, again)

        heading = f"Who stands in at {team.name}?"
        self.fill_in(FormBox(heading, "Let them stand in", fields, refused=refused), filled)


def day_field(name: str, label: str, today: date, text: str) -> Field:
    """A field for a day, the last of a period included."""
    last = ", the last day of it" if name == "until_day" else ""
    return Field(
        name,
        label,
        f"A day{last}: {WAYS}.",
        text,
        read=partial(parse_day, today=today),
        means=words.day_words,
    )


def _fields(known: Known, texts: Mapping[str, str]) -> tuple[Field, ...]:
    """What is asked about a team."""
    managers = tuple(
        Offer(one.name, one.number)
        for one in known.leaders(Role.TEAM_MANAGER)
        if known.rights.may(Action.CHANGE_TEAMS, Subject(person=one.number))
    )
    partners = tuple(Offer(one.name, one.number) for one in known.leaders(Role.HR_PARTNER))
    return (
        Field("name", "Name", "No two teams have one.", texts.get("name", "")),
        Field("manager", "Manager", "↓ chooses from the team managers; empty is nobody.",
              texts.get("manager", ""), managers, needed=False),
        Field("hr_partner", "HR partner", "↓ chooses from the HR business partners; empty is nobody.",
              texts.get("hr_partner", ""), partners, needed=False),
    )  # fmt: skip


def _texts(known: Known, one: Team) -> dict[str, str]:
    """A team as the fields hold it."""
    return {
        "name": one.name,
        "manager": say.said_names(known, one.manager),
        "hr_partner": say.said_names(known, one.hr_partner),
    }
