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
from tui.people_facts import Section, ask_section
from tui.screens.form_box import Field, FormBox, Offer
from tui.screens.page import WIDE
from tui.screens.people_access import GRANT_KEYS, SESSION_KEYS, AccessActions
from tui.screens.people_persons import ADD_PERSON, PERSON_KEYS, PersonActions
from tui.screens.people_teams import ADD_TEAM, TEAM_KEYS, TeamActions
from tui.widgets.lines import ChoiceLine, KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.widget import Widget

    from tui.people_facts import SectionFacts
    from tui.people_work import Declined
    from tui.screens.form_box import Filled
    from tui.widgets.rows import Rows

_OTHER = Binding.Group("section")


class SectionRows(TableRows):
    """The rows of a section; to the left and the right stand the others."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "screen.section(-1)", "section", key_display="←", id="people.previous",
                tooltip="The other sections", group=_OTHER),
        Binding("right", "screen.section(1)", "section", key_display="→", id="people.next",
                tooltip="The other sections", group=_OTHER),
    ]  # fmt: skip

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A grant and a session stand below in full; there is nothing behind them that could be opened."""
        if action == "choose":
            return not isinstance(self.picked, (GrantView, SessionView, TeamTotals))
        return super().check_action(action, parameters)


class PeopleScreen(PersonActions, TeamActions, AccessActions):
    """All sections; each is asked for when it is shown."""

    OPENED_BY_DIGIT = "People"
    AUTO_FOCUS = "SectionRows"
    KEYS = ("rows.choose", "people.previous", "people.next", "people.add", "teams.add", "access.ask",
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
        Binding("tab", "section(1)", "next section", show=False, id="people.tab", tooltip="The next section"),
        Binding("shift+tab", "section(-1)", "last section", show=False, id="people.back_tab",
                tooltip="The section before"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.section = Section.PEOPLE
        self.sections: tuple[Section, ...] = (Section.PEOPLE,)
        self.facts: dict[Section, SectionFacts] = {}
        self.cursors: dict[Section, int] = {}

    def parts(self) -> Iterable[Widget]:
        """Sections, what an open store is, rows, a sentence."""
        yield ChoiceLine([])
        yield Static(say.OPEN, id="open", markup=False)
        yield SectionRows()
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the people."""
        self.query_one("#open").display = False
        self._show()

    # ------------------------------------------------------------------------------------ the facts

    def reload(self) -> None:
        """Ask for the section again; what is shown stays meanwhile."""
        self.ask("section", ask_section(self.section), self.take, failed=self._failed)

    def is_outdated(self) -> bool:
        """Whether the data have changed since the section was read."""
        facts = self.facts.get(self.section)
        return facts is not None and facts.known.revision != self.host.revision

    def take(self, facts: SectionFacts) -> None:
        """Keep what was asked for, and draw it if it is still wanted."""
        self.facts[facts.section] = facts
        self.sections = facts.sections
        self.keep(facts.known)
        self.query_one("#open").display = facts.known.rights.is_open
        if self.section not in self.sections:  # the right to it has gone
            self.section = facts.section
        if facts.section is self.section:
            self._draw()

    def _failed(self, said: str) -> None:
        if self.section in self.facts:
            self.show_failure(said)
        else:
            self.query_one(SectionRows).say(*self.unreadable(said))
            self._show_sentence()

    # -------------------------------------------------------------------------------------- drawing

    def action_section(self, step: int) -> None:
        """Go to the next section, or the one before."""
        self.action_show_section((self.sections.index(self.section) + step) % len(self.sections))

    def action_show_section(self, place: int) -> None:
        """Go to a section."""
        rows = self.query_one(SectionRows)
        self.cursors[self.section] = rows.cursor
        self.section = self.sections[place]
        if self.job is None:
            self.say_work("")
        self._show()

    def _show(self) -> None:
        """Show the section: as it was read before, or that it is being read."""
        rows = self.query_one(SectionRows)
        rows.cursor = 0
        if self.section in self.facts:
            self._draw()
            rows.cursor = self.cursors.get(self.section, 0)
            if not (self.ailing or self.is_outdated()):
                return
        else:
            self._show_choice()
            rows.say(say.WAITING[self.section])
            self._show_sentence()
        self.reload()

    def _show_choice(self) -> None:
        line = self.query_one(ChoiceLine)
        line.choices = [
            (one.value, f"screen.show_section({place})") for place, one in enumerate(self.sections)
        ]
        line.show(self.sections.index(self.section))
        self.query_one(TabLine).show_path(self.section.value)

    def _draw(self) -> None:
        self._show_choice()
        facts, rows, wide = self.facts[self.section], self.query_one(SectionRows), self.size.width >= WIDE
        rows.show(say.columns(self.section, wide=wide), say.table(facts, wide=wide))
        if not facts.rows:
            rows.say(*say.EMPTY[self.section])
        self._show_sentence()

    def _show_sentence(self) -> None:
        rows, facts = self.query_one(SectionRows), self.facts.get(self.section)
        said = "" if facts is None else say.sentence(facts, rows.picked)
        self.query_one("#sentence", Static).update(said)
        self.refresh_bindings()
        self.show_keys()
        self.query_one(KeyLine).show_note("" if rows.said else f"{rows.cursor + 1:,} of {len(rows.rows):,}")

    def on_resize(self, event: events.Resize) -> None:
        """More or less room for columns."""
        del event
        if self.section in self.facts:
            self._draw()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say all of the row with the cursor."""
        message.stop()
        self._show_sentence()

    # ------------------------------------------------------------------------------- what is at hand

    @property
    def picked(self) -> object:
        """What the row with the cursor stands for."""
        return self.query_one(SectionRows).picked if self.is_whole else None

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
