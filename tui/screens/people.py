"""The People screen: who they are, their teams, access for a time, sessions, references of nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from kpi.policy import Action, Subject
from store.people_questions import PersonView, TeamView, UnlinkedRef
from store.session_questions import GrantView, SessionView
from store.team_totals import TeamTotals
from tui import people_words as say
from tui import words
from tui.people_facts import Known, Section, SectionFacts, ask_section
from tui.screens.form_box import Field, FormBox, Offer
from tui.screens.people_access import GRANT_KEYS, SESSION_KEYS, AccessActions
from tui.screens.people_persons import ADD_PERSON, PERSON_KEYS, PersonActions
from tui.screens.people_teams import ADD_TEAM, TEAM_KEYS, TeamActions
from tui.screens.sections import SectionRows, SectionsPage
from tui.widgets.lines import ChoiceLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.widget import Widget

    from tui.people_work import Declined
    from tui.reader import Reader
    from tui.screens.form_box import Filled
    from tui.widgets.rows import Rows
    from tui.widgets.table_rows import Column, TableRow


class PeopleScreen(SectionsPage[Known, SectionFacts], PersonActions, TeamActions, AccessActions):
    """All sections; each is asked for when it is shown."""

    OPENED_BY_DIGIT = "People"
    EMPTY, WAITING = say.EMPTY, say.WAITING
    KEYS = ("rows.choose", "sections.previous", "sections.next", "people.add", "teams.add", "access.ask",
            "sessions.token", "people.change", "teams.change", "access.approve", "access.turn_down",
            "access.revoke", "sessions.end", "people.link_ref", "teams.delegate", "people.policy",
            "people.code", "people.reset", "people.deactivate", "people.take_back", "people.link",
            "people.assign", "app.back", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        ADD_PERSON,
        *PERSON_KEYS,
        ADD_TEAM,
        *TEAM_KEYS,
        *GRANT_KEYS,
        *SESSION_KEYS,
        Binding("l", "link_ref", "link", id="people.link_ref", tooltip="Say whose reference this is"),
    ]

    def __init__(self) -> None:
        super().__init__(Section.PEOPLE)

    def parts(self) -> Iterable[Widget]:
        """Sections, what an open store is, rows, a sentence."""
        yield ChoiceLine([])
        yield Static(say.OPEN, id="open", markup=False)
        yield SectionRows()
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Whether nobody signs in is not known yet."""
        self.query_one("#open").display = False

    def asked(self) -> Callable[[Reader], SectionFacts]:
        """The section."""
        return ask_section(self.section)

    def took(self, facts: SectionFacts) -> None:
        """Say so where nobody signs in."""
        self.query_one("#open").display = facts.known.rights.is_open

    def columns(self, facts: SectionFacts, *, wide: bool) -> Sequence[Column]:
        """The columns of the section."""
        return say.columns(facts.section, wide=wide)

    def table(self, facts: SectionFacts, *, wide: bool) -> Sequence[TableRow]:
        """Its rows."""
        return say.table(facts, wide=wide)

    def sentence(self, facts: SectionFacts, picked: object) -> str:
        """The whole of the row with the cursor."""
        return say.sentence(facts, picked)

    def opens(self, picked: object) -> bool:
        """A grant and a session stand below in full; there is nothing behind them that could be opened."""
        return not isinstance(picked, (GrantView, SessionView, TeamTotals))

    # ------------------------------------------------------------------------------- what is at hand

    @property
    def person(self) -> PersonView | None:
        """The person with the cursor."""
        return self.picked if isinstance(self.picked, PersonView) else None

    @property
    def team(self) -> TeamView | None:
        """The team with the cursor."""
        return self.picked if isinstance(self.picked, TeamView) else None

    @property
    def grant(self) -> GrantView | None:
        """The grant with the cursor."""
        return self.picked if isinstance(self.picked, GrantView) else None

    @property
    def session(self) -> SessionView | None:
        """The session with the cursor."""
        return self.picked if isinstance(self.picked, SessionView) else None

    @property
    def adds_people(self) -> bool:
        """People are added where they stand."""
        return self.section is Section.PEOPLE

    @property
    def adds_teams(self) -> bool:
        """As above, for teams."""
        return self.section is Section.TEAMS

    @property
    def shows_grants(self) -> bool:
        """As above, for access."""
        return self.section is Section.ACCESS

    @property
    def shows_sessions(self) -> bool:
        """As above, for tokens."""
        return self.section is Section.SESSIONS

    # -------------------------------------------------------------------------------------- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A reference is linked where nobody has it."""
        if action == "link_ref":
            return isinstance(self.picked, UnlinkedRef) and self.may(Action.LINK_PEOPLE)
        return super().check_action(action, parameters)

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the person or the team, or say whose the reference is."""
        message.stop()
        picked = self.picked
        if isinstance(picked, PersonView):
            from tui.screens.people_person import PersonScreen

            self.app.push_screen(PersonScreen(picked.number, picked.name))
        elif isinstance(picked, TeamView):
            from tui.screens.people_team import TeamScreen

            self.app.push_screen(TeamScreen(picked.number, picked.name))
        elif isinstance(picked, UnlinkedRef) and self.may(Action.LINK_PEOPLE):
            self._offer_person(picked.ref, "", "")

    def action_link_ref(self) -> None:
        """Say whose the reference is."""
        if isinstance(self.picked, UnlinkedRef):
            self._offer_person(self.picked.ref, "", "")

    def _offer_person(self, ref: str, text: str, refused: str) -> None:
        if self.known is None:
            return
        offers = tuple(
            Offer(one.name, one.number)
            for one in self.known.people
            if self.known.rights.may(Action.LINK_PEOPLE, Subject(person=one.number))
        )
        field = Field("person", "Person", "Type a part of the name; ↓ chooses.", text, offers)

        def filled(given: Filled) -> None:
            def again(declined: Declined) -> None:
                self._offer_person(ref, given.texts["person"], declined.words)

            self.link_reference(given.values["person"], ref, again)

        self.fill_in(FormBox(f"Who is {words.shown(ref)}?", "Link", (field,), refused=refused), filled)
