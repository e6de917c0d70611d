"""The Summaries screen: what waits for approval, one's own weeks, contests, teams, benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from kpi.policy import Action
from store.summary_facts import AppealLine, BenchmarksVersion, ContestLine, SummaryLine
from tui import summary_lists as say
from tui.screens.sections import SectionRows, SectionsPage
from tui.screens.summary_acts import APPROVE_KEYS, ApproveActions
from tui.screens.summary_making import MAKE_KEY, MakingPage
from tui.screens.summary_many import APPROVE_MANY_KEY, ApproveManyActions
from tui.screens.summary_says import DECIDE_KEY, REPORT_KEY, DecideActions, ReportActions
from tui.summary_facts import Choice, OpenWeek, Section, SectionFacts, SummariesKnown, ask_section
from tui.widgets.lines import ChoiceLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from textual.screen import Screen
    from textual.widget import Widget

    from kpi.weeks import Week
    from tui.reader import Reader
    from tui.widgets.rows import Rows
    from tui.widgets.table_rows import Column, TableRow

_WITH_ALL = (Section.INBOX, Section.CONTESTS)


class SummariesScreen(
    SectionsPage[SummariesKnown, SectionFacts],
    MakingPage,
    ApproveActions,
    ApproveManyActions,
    DecideActions,
    ReportActions,
):
    """All sections; each is asked for when it is shown."""

    OPENED_BY_DIGIT = "Summaries"
    EMPTY, WAITING = say.EMPTY, say.WAITING
    KEYS = ("rows.choose", "sections.previous", "sections.next", "summaries.approve", "summaries.return",
            "summaries.approve_many", "summary.decide", "summary.report", "summaries.team",
            "benchmarks.mark", "benchmarks.difference", "benchmarks.new", "summaries.all", "summaries.make",
            "app.back", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        *APPROVE_KEYS,
        APPROVE_MANY_KEY,
        DECIDE_KEY,
        REPORT_KEY,
        Binding("o", "all", "all", id="summaries.all", tooltip="All of them, or those that wait"),
        Binding("f", "team", "team", id="summaries.team", tooltip="Choose whose totals are shown"),
        Binding("space", "mark", "mark", key_display="space", id="benchmarks.mark",
                tooltip="Mark this version: d shows another beside it"),
        Binding("d", "difference", "diff", id="benchmarks.difference",
                tooltip="This version beside the marked one, or the one in force"),
        Binding("n", "new_version", "new version", id="benchmarks.new",
                tooltip="Write a new version of the benchmarks, from the one with the cursor"),
        MAKE_KEY,
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__(Section.INBOX)
        self.choices: dict[Section, Choice] = {}
        self.marked: int | None = None

    def parts(self) -> Iterable[Widget]:
        """Sections, what an open store is, what is being made, rows, a sentence."""
        yield ChoiceLine([])
        yield Static(say.OPEN, id="open", markup=False)
        yield Static(id="revision", markup=False)
        yield SectionRows()
        yield Static(id="sentence", markup=False)
        yield self.making_line()
        yield self.work_line()

    def on_mount(self) -> None:
        """Whether nobody signs in is not known yet; whether summaries are old is."""
        for name in ("#open", "#revision"):
            self.query_one(name).display = False
        self.make_if_old()

    def on_screen_resume(self) -> None:
        """What was said or decided elsewhere meanwhile changes figures."""
        if self.is_whole and self.known is not None and self.host.summed_up is None:
            self.make_if_old()

    # ------------------------------------------------------------------------------------ the facts

    @property
    def choice(self) -> Choice:
        """What of the section is looked at."""
        return self.choices.get(self.section, Choice())

    def asked(self) -> Callable[[Reader], SectionFacts]:
        """The section."""
        return ask_section(self.section, self.choice)

    def took(self, facts: SectionFacts) -> None:
        """Say so where nobody signs in."""
        self.query_one("#open").display = facts.known.rights.is_open

    def draw(self) -> None:
        """Say above the rows what holds for all of them, and which of them are shown."""
        facts = self.facts[self.section]
        line = self.query_one("#revision", Static)
        line.display = self.section is Section.BENCHMARKS
        line.update(say.revision_words(facts.rows, facts.known.today) if line.display else "")
        super().draw()
        self.query_one(ChoiceLine).show(self.sections.index(self.section), *self._shown(facts))

    def _shown(self, facts: SectionFacts) -> tuple[tuple[str, str, str], ...]:
        if self.size.width < 100:  # noqa: PLR2004 - the sections take the line
            return ()
        if self.section in _WITH_ALL:
            return (("Shown:", "all" if self.choice.all else "what waits", "screen.all"),)
        if self.section is Section.TEAM and facts.figures is not None:
            return (("Team:", facts.figures.name, "screen.team"),)
        return ()

    def columns(self, facts: SectionFacts, *, wide: bool) -> Sequence[Column]:
        """The columns of the section."""
        return say.columns(facts, wide=wide)

    def table(self, facts: SectionFacts, *, wide: bool) -> Sequence[TableRow]:
        """Its rows."""
        return say.table(facts, self.marked, wide=wide)

    def sentence(self, facts: SectionFacts, picked: object) -> str:
        """The whole of the row with the cursor."""
        return say.sentence(facts, picked)

    def opens(self, picked: object) -> bool:
        """A total and a missing week have nothing behind them."""
        return isinstance(picked, (SummaryLine, OpenWeek, ContestLine, AppealLine, BenchmarksVersion))

    # ------------------------------------------------------------------------------- what is at hand

    @property
    def line(self) -> SummaryLine | None:
        """The summary with the cursor."""
        return self.picked if isinstance(self.picked, SummaryLine) else None

    @property
    def contest(self) -> ContestLine | None:
        """The contest with the cursor."""
        return self.picked if isinstance(self.picked, ContestLine) else None

    @property
    def version(self) -> BenchmarksVersion | None:
        """The version with the cursor."""
        return self.picked if isinstance(self.picked, BenchmarksVersion) else None

    @property
    def reported_week(self) -> tuple[Week, Mapping[str, int]] | None:
        """Among one's own weeks: the one with the cursor unless it is approved, else the one that runs."""
        if self.section is not Section.MINE or self.known is None:
            return None
        line = self.line
        return (self.known.week if line is None or line.state == "approved" else line.week), {}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What a section is for."""
        if action == "all":
            return self.section in _WITH_ALL
        if action == "team":
            return self.section is Section.TEAM and len(self._teams) > 1
        if action in ("mark", "difference"):
            return self.version is not None
        if action == "new_version":
            return self.version is not None and self.is_signed_in and self.may(Action.CHANGE_BENCHMARKS)
        return super().check_action(action, parameters)

    # -------------------------------------------------------------------------------------- actions

    def action_all(self) -> None:
        """Show all, or what waits."""
        self.choices[self.section] = self.choice._replace(all=not self.choice.all)
        self.reload()

    @property
    def _teams(self) -> tuple[tuple[int | None, str], ...]:
        facts = self.facts.get(Section.TEAM)
        return () if facts is None else facts.teams

    def action_team(self) -> None:
        """Choose a team."""
        from tui.screens.team_box import TeamBox  # deferred: as all boxes

        def chosen(place: int | None) -> None:
            if place is not None:
                team = self._teams[place][0]
                self.choices[Section.TEAM] = Choice(team=team, team_is_chosen=True)
                self.reload()

        facts = self.facts[Section.TEAM]
        self.app.push_screen(TeamBox(self._teams, facts.choice.team), chosen)

    def action_mark(self) -> None:
        """Mark the version, or take its mark away."""
        if self.version is not None:
            self.marked = None if self.marked == self.version.number else self.version.number
            self.draw()

    def action_difference(self) -> None:
        """Show the version beside the marked one, or beside the one in force."""
        one = self.version
        if one is None:
            return
        in_force = next(other.number for other in self.facts[Section.BENCHMARKS].rows if other.in_force)
        other = in_force if self.marked is None else self.marked
        if other == one.number:
            what = "is in force" if self.marked is None else "is the marked one"
            self.say_work(
                f"{say.version_name(one)} {what}: go to another, or mark one with space, then press d."
            )
            return
        from tui.screens.benchmarks import BenchmarksScreen  # deferred: as all screens that are opened

        self.app.push_screen(BenchmarksScreen(*sorted((one.number, other), reverse=True)))

    def action_new_version(self) -> None:
        """Write a new version."""
        from tui.screens.benchmarks_editor import BenchmarksEditor  # deferred: as above

        if self.version is not None:
            self.app.push_screen(BenchmarksEditor(self.version.number))

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the summary, or the version."""
        message.stop()
        screen = self._behind(self.picked)
        if screen is not None:
            self.app.push_screen(screen)

    def _behind(self, picked: object) -> Screen[None] | None:
        from tui.screens.summary import SummaryScreen  # deferred: as above
        from tui.summary_parts import Part

        if isinstance(picked, OpenWeek):
            return SummaryScreen(None, "My week so far")
        if isinstance(picked, SummaryLine):
            return SummaryScreen(picked.number, picked.name)
        if isinstance(picked, ContestLine):
            return SummaryScreen(picked.summary, picked.name, Part.CONTESTS)
        if isinstance(picked, AppealLine):
            return SummaryScreen(picked.summary, picked.name, Part.DOCUMENTS)
        if isinstance(picked, BenchmarksVersion):
            from tui.screens.benchmarks import BenchmarksScreen

            return BenchmarksScreen(picked.number, max(0, picked.number - 1))
        return None
