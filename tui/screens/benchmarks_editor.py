"""Writing a new version of the benchmarks: TOML that is checked as it is typed, and what team leads said."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static, TextArea

from kpi.benchmarks import BenchmarksError, load_benchmarks
from kpi.text import clean
from kpi.weeks import week_named
from tui import benchmarks_words as say
from tui import summary_words, words
from tui.screens.form_box import Field, FormBox
from tui.screens.summary_base import SummariesPage
from tui.summary_facts import ask_benchmarks
from tui.widgets.lines import KeyLine, TabLine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from textual.widget import Widget

    from kpi.benchmarks import Benchmarks
    from store.summary_facts import BenchmarksSaved
    from store.work import Store
    from tui.people_work import Declined
    from tui.screens.form_box import Filled
    from tui.summary_facts import BenchmarksFacts

_LEAD = "lead"


class BenchmarksEditor(SummariesPage):
    """Saves only what can be used, with a reason, and asks before what was written is lost."""

    TAKES_TEXT = True
    AUTO_FOCUS = "TextArea"
    KEYS = ("benchmarks.save", "app.back")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "save", "save", key_display="ctrl+s", id="benchmarks.save",
                tooltip="Save it as a new version; it asks why", priority=True),
    ]  # fmt: skip

    def __init__(self, number: int) -> None:
        """Begin with the text of the version `number`."""
        super().__init__()
        self.number = number
        self.facts: BenchmarksFacts | None = None
        self.base: str | None = None
        self.newest = 0
        self.draft: Benchmarks | None = None

    def parts(self) -> Iterable[Widget]:
        """The text, what is wrong with it or what it changes, what is being done."""
        area = TextArea(show_line_numbers=True, theme="css", read_only=True)
        area.highlight_cursor_line = False
        yield area
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the text."""
        self.query_one(TabLine).show_path("Benchmarks", "a new version")
        self._say("Reading the benchmarks …")
        self.reload()

    def reload(self) -> None:
        """Read the versions; what is written stays."""
        self.ask("benchmarks", ask_benchmarks, self._take, failed=self._failed)

    def _take(self, facts: BenchmarksFacts) -> None:
        first, self.facts = self.facts is None, facts
        self.keep(facts.known)
        newest = facts.versions[0].number
        one = say.version_of(facts.versions, self.number)
        if first and one is not None:
            self.newest, self.base = newest, "\n".join(map(words.drawable, one.text.splitlines()))
            area = self.query_one(TextArea)
            area.load_text(self.base)
            area.read_only = False
        elif newest != self.newest and self.is_unsaved:
            maker = words.shown(facts.versions[0].author)
            self.say_work(
                f"▲ {maker} saved version {newest} meanwhile, and what you write is made of another. Saving "
                "goes over it: what differs from it is said above.",
                wrong=True,
            )
        self._check()
        self.refresh_bindings()
        self.show_keys()

    def _failed(self, said: str) -> None:
        if self.base is None:
            self._say(f"■ {said[:1].upper()}{said[1:]}. esc goes back.", wrong=True)
        else:
            self.show_failure(f"{said}. What you wrote is kept")

    # ------------------------------------------------------------------------------------- the text

    @property
    def text(self) -> str:
        """What is written."""
        return self.query_one(TextArea).text

    @property
    def is_unsaved(self) -> bool:
        """Whether something is written that is not kept."""
        return self.base is not None and self.text != self.base

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        """Say at once whether it can be used."""
        message.stop()
        if self.base is not None:
            if self.job is None:
                self.say_work("")
            self._check()

    def _check(self) -> None:
        """Say what is wrong with the text, or what it changes in the newest version."""
        facts = self.facts
        if facts is None:
            return
        self.draft = None
        try:
            self.draft = load_benchmarks(self.text)
        except BenchmarksError as error:
            self._say(f"■ {clean(str(error).partition(chr(10))[0])}.", wrong=True)
        else:
            newest = facts.versions[0]
            changed = say.changes_words(newest.benchmarks, self.draft)
            name = say.name_of(newest.number)
            said = (
                f"Changes in {name}: {changed}. ctrl+s saves it."
                if changed
                else f"It says the same as {name}."
            )
            self._say(said)
        self.query_one(KeyLine).show_note("not saved" if self.is_unsaved else "")

    def _say(self, text: str, *, wrong: bool = False) -> None:
        line = self.query_one("#sentence", Static)
        line.update(words.shown(text))
        line.set_class(wrong, "-wrong")

    # ------------------------------------------------------------------------------------ saving it

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to save once the text has been read; a box over the page has its own keys."""
        if action == "save":
            return self.base is not None and self.app.screen is self
        return super().check_action(action, parameters)

    def action_save(self) -> None:
        """Ask why, from when, and what team leads said."""
        facts = self.facts
        if self.draft is None or facts is None:
            self.say_work("■ Not saved: correct what is wrong first.", wrong=True)
        elif not say.changes_words(facts.versions[0].benchmarks, self.draft):
            name = say.name_of(facts.versions[0].number)
            self.say_work(f"■ Not saved: it says the same as {name}.", wrong=True)
        else:
            self._offer("")

    def _offer(self, refused: str) -> None:
        facts = self.facts
        if facts is None:
            return
        texts = self.drafts.get("save", {})
        first_weekday, this = facts.first_weekday, facts.known.week
        when = f"Empty: from this week, {this.label}; or one such as {this.before(-1).label}."
        read = partial(week_named, first_weekday=first_weekday)
        fields = [
            Field("reason", "Reason", "Why they change. It is kept.", texts.get("reason", "")),
            Field("week", "From week", when, texts.get("week", ""), read=read,
                  means=summary_words.week_words, needed=False),
        ]  # fmt: skip
        for place, (name, teams) in enumerate(facts.leads):
            hint = f"What {words.shown(name)}, who leads {words.shown(teams)}, said of them. It is needed."
            fields.append(Field(f"{_LEAD}{place}", name, hint, texts.get(f"{_LEAD}{place}", "")))

        def keep(left: Mapping[str, str]) -> None:
            self.drafts["save"] = left

        def filled(given: Filled) -> None:
            keep(given.texts)
            self._save(given, [name for name, _ in facts.leads])

        about = "A quarterly revision rests on what those who lead teams say." if facts.leads else ""
        box = FormBox("Save a new version", "Save it", fields, refused=refused, about=about)
        self.fill_in(box, filled, keep)

    def _save(self, given: Filled, leads: list[str]) -> None:
        text, expected = self.text, self.newest
        feedback = {name: given.values[f"{_LEAD}{place}"] for place, name in enumerate(leads)}

        def save(store: Store) -> BenchmarksSaved:
            from store.benchmarks import save_benchmarks  # deferred: writing needs what reading does not

            return save_benchmarks(
                store,
                text,
                reason=given.values["reason"],
                feedback=feedback,
                from_week=given.values["week"],
                expected=expected,
            )

        def saved(done: BenchmarksSaved) -> str:
            self.drafts.pop("save", None)
            self.base, self.newest = text, done.number
            self.host.summed_up = None  # what was made by the version before is made anew
            return say.saved_words(done)

        self.change("Saving", save, saved, self._declined)

    def _declined(self, declined: Declined) -> None:
        """Look what is there now; saving again then goes over it, and it has been said what differs."""

        def again(facts: BenchmarksFacts) -> None:
            self.newest = facts.versions[0].number
            self._take(facts)
            if self.app.screen is self:
                self._offer(declined.words)

        self.ask("newest", ask_benchmarks, again, vital=False)

    def holds_back(self, again: Callable[[], Awaitable[None]]) -> bool:
        """Ask before what was written is lost."""
        if not self.is_unsaved:
            return False
        from tui.screens.ask_box import AskBox  # deferred: seldom needed

        def answered(answer: str | None) -> None:
            if answer == "leave":
                self.base = self.text
                self.app.call_next(again)

        answers = (("stay", "Go on writing"), ("leave", "Leave, and lose what is written"))
        self.app.push_screen(AskBox("Not saved", "The new version is not saved.", answers), answered)
        return True
