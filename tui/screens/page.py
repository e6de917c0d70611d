"""What every full screen has: the frame with organisation, day and age, the tabs, the keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.walk import walk_breadth_search_id

from tui import words
from tui.widgets.lines import Banner, KeyLine, TabLine, TopLine
from tui.widgets.small import LEAST_HEIGHT, LEAST_WIDTH, Refusal, TooSmall

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import date

    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui.app import StagewatchApp
    from tui.reader import Question

# The key that opens one, and its title.
TABS = (("1", "Board"), ("2", "KPIs"), ("3", "Summaries"), ("4", "Audit"), ("5", "People"), ("6", "Data"))
# Without the right to this action, in the policy's words, the store would refuse all that the screen asks.
NEEDED = {"Board": "board.see", "KPIs": "targets.see", "Summaries": "figures.see", "Audit": "audit.see",
          "People": "people.see", "Data": "data.see"}  # fmt: skip
DAY = Binding.Group("day")
WIDE = 120


class Page(Screen[None]):
    """A screen with a frame. Subclasses give `parts`, `reload` and the ids of the `KEYS` that matter most."""

    TAB: ClassVar[str] = "Board"
    KEYS: ClassVar[tuple[str, ...]] = ()
    TAKES_TEXT: ClassVar[bool] = False
    """Whether what is typed on the page is text, also a stroke."""
    OPENED_BY_DIGIT: ClassVar[str | None] = None
    """The title of its tab, for a page that a digit opens."""

    def __init__(self) -> None:
        super().__init__()
        self._hidden: list[Widget] = []  # while what is shown is not for whoever has signed in

    def compose(self) -> ComposeResult:
        """Put the frame round the parts."""
        yield TopLine()
        with Vertical(id="body"):
            yield TabLine(self.tabs, self.TAB)
            yield from self.parts()
        yield KeyLine()

    def parts(self) -> Iterable[Widget]:
        """The widgets between the tabs and the keys."""
        raise NotImplementedError

    def reload(self) -> None:
        """Ask the store again for all that is shown."""
        raise NotImplementedError

    @property
    def host(self) -> StagewatchApp:
        """The app."""
        return cast("StagewatchApp", self.app)

    def ask(
        self,
        topic: str,
        question: Question,
        then: Callable[[Any], None],
        *,
        failed: Callable[[str], None] | None = None,
        vital: bool = True,
    ) -> None:
        """Ask the store; `then` gets the value unless a newer question on the topic has been put."""
        self.host.put(self, topic, question, then, failed=failed, vital=vital)

    # -------------------------------------------------------------------------- what the app tells

    @property
    def is_whole(self) -> bool:
        """Whether the page has its parts: not yet before it is mounted, no more when the app is closing."""
        return self.is_attached and all(
            walk_breadth_search_id(self, part) is not None for part in ("top", "tabs", "keys")
        )

    def on_mount(self) -> None:
        """Draw the frame."""
        self.show_frame()
        self.show_keys()

    def on_screen_resume(self) -> None:
        """Coming back: the day, the user or the data may have changed meanwhile."""
        self.show_frame()
        self.store_changed()

    def on_resize(self, event: events.Resize) -> None:
        """Say so where the terminal is too small, and tell the style sheets how much room there is."""
        width, height = event.size
        small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        if small and not self.query(TooSmall):
            self.mount(TooSmall())
        if small:
            self.call_after_refresh(lambda: self.query_one(TooSmall).show(width, height))
        if small and not self.has_class("-small"):
            self._focused_before = self.focused  # what is hidden loses the focus
        elif self.has_class("-small") and not small:
            self.call_after_refresh(self._focus_again)
        self.set_class(small, "-small")
        self.set_class(width >= WIDE, "-wide")

    _focused_before: Widget | None = None

    def _focus_again(self) -> None:
        if self.focused is None and self._focused_before is not None and self._focused_before.is_attached:
            self.set_focus(self._focused_before)

    ailing = False
    """Whether the last reading for this page failed; the app sets it."""

    def holds_back(self, again: Callable[[], Awaitable[None]]) -> bool:
        """Whether there is something to ask before the page is left; `again` leaves it after that."""
        del again
        return False

    def store_changed(self) -> None:
        """Something may have changed: ask again if it has, or if the last reading failed."""
        if self.ailing or self.is_outdated():
            self.reload()

    def is_outdated(self) -> bool:
        """Whether data, day or user are no longer those that are shown."""
        return False

    def recovered(self) -> None:
        """What is shown is good again."""
        self.ailing = False
        self.show_banner("")

    def lens_changed(self) -> None:
        """Another day or user is looked at."""
        self.reload()

    def refuse(self, words: str) -> None:
        """Whoever has signed in may not see this: the words stand in the place of all that was shown."""
        if not self.query(Refusal):
            self.query_one("#body").mount(Refusal())
            self._focused_before = self.focused or self._focused_before
            for widget in self.query_one("#body").children:
                if widget.display and not isinstance(widget, (TabLine, Refusal)):
                    widget.display = False
                    self._hidden.append(widget)
        self.query_one(Refusal).show(words)
        self.call_after_refresh(self.show_keys)

    def admit(self) -> None:
        """They may see it again."""
        if not self.query(Refusal):
            return
        self.query_one(Refusal).remove()
        while self._hidden:
            self._hidden.pop().display = True
        self.call_after_refresh(self._focus_again)
        self.call_after_refresh(self.show_keys)

    def show_failure(self, words: str) -> None:
        """Reading has failed: what is shown stays, and the banner says why."""
        self.show_banner(f"■ {words}. These are the last good figures; r tries again.")

    def show_banner(self, text: str) -> None:
        """Say something above the figures; an empty text takes the banner away."""
        banner = self.query_one(Banner) if self.query(Banner) else None
        if banner is None and text:
            banner = Banner()
            self.query_one("#body").mount(banner, after=0)
        if banner is not None:
            banner.show(text)

    # ------------------------------------------------------------------------------------ the frame

    def show_frame(self) -> None:
        """Say which organisation, which day, how fresh."""
        host = self.host
        if not self.is_whole:
            return
        day, odd = self._day_words()
        age, bad = self._age_words()
        who = "" if host.me is None else host.me.said
        self.query_one(TopLine).show(
            organisation=host.organisation, day=day, day_is_odd=odd, who=who, age=age, age_is_bad=bad
        )
        self.query_one(TabLine).show_tabs(self.tabs)

    @property
    def tabs(self) -> tuple[tuple[str, str], ...]:
        """The screens that digits open, without those that whoever has signed in would be refused."""
        me = self.host.me
        return TABS if me is None else tuple(tab for tab in TABS if me.may(NEEDED[tab[1]]))

    def _day_words(self) -> tuple[str, bool]:
        today, as_of = self.host.today, self.host.lens.as_of
        if as_of is not None and today is not None:
            return f"as of {words.day_words(as_of)}, {words.distance_words(as_of, today)}", True
        return (words.day_words(today), False) if today is not None else ("", False)

    def _age_words(self) -> tuple[str, bool]:
        host = self.host
        age = host.age
        if age is None:
            return ("not read", True) if host.failure is not None else ("reading…", False)
        if host.is_old:
            return f"■ old: {words.age_words(age)}", True
        fresh = f"fresh {words.age_words(age)} ago"
        changed = host.pulse.updated_at if host.pulse is not None else None
        if changed is None or self.size.width < WIDE:
            return fresh, False
        since = (datetime.now(UTC) - changed).total_seconds()
        return f"last change {words.age_words(since)} ago · {fresh}", False

    def show_keys(self) -> None:
        """Say which keys matter most."""
        active: dict[str, Binding] = {}
        for known in self.active_bindings.values():
            if known.binding.id is not None:
                active.setdefault(known.binding.id, known.binding)
        own = ("app.refresh", "app.back") if self.query(Refusal) else self.KEYS
        # In the demo one changes who one is all the time, elsewhere nobody can.
        shown = [active[name] for name in ("app.persona", *own, "app.help") if name in active]
        self.query_one(KeyLine).show([(self.app.get_key_display(binding), binding) for binding in shown])


class LensPage(Page):
    """A page that can be looked at as of another day and for one user."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "day(-1)", "day back", key_display="[", id="lens.back",
                tooltip="A day back, a day on", group=DAY),
        Binding("right_square_bracket", "day(1)", "day on", key_display="]", id="lens.forward",
                tooltip="A day back, a day on", group=DAY),
        Binding("left_curly_bracket", "day(-7)", "week back", key_display="{", id="lens.week_back",
                tooltip="A week back, a week on", group=DAY),
        Binding("right_curly_bracket", "day(7)", "week on", key_display="}", id="lens.week_on",
                tooltip="A week back, a week on", group=DAY),
        Binding("g", "choose_day", "day", id="lens.day", tooltip="Go to a day: write it", group=DAY),
        Binding("t", "day(0)", "today", id="lens.today", tooltip="Back to today", group=DAY),
        Binding("f", "choose_user", "filter", id="lens.user", tooltip="Only one user's tasks"),
    ]  # fmt: skip

    def action_day(self, days: int) -> None:
        """Look at a day further on or back; 0 is today."""
        self.host.move_day(days)

    def action_choose_day(self) -> None:
        """Write the day to look at."""
        from tui.screens.day_box import DayBox

        def chosen(day: date | None) -> None:
            if day is not None:
                self.host.look_through(self.host.lens._replace(as_of=day))

        today = self.host.today
        if today is not None:
            self.app.push_screen(DayBox("Go to a day", today, self.host.lens.as_of or today), chosen)

    def action_choose_user(self) -> None:
        """Choose whose tasks are shown."""
        from tui.screens.chooser import ChooserScreen

        def chosen(choice: tuple[str | None] | None) -> None:
            if choice is not None:
                self.host.look_through(self.host.lens._replace(user=choice[0]))

        self.app.push_screen(ChooserScreen(self.host.lens.user), chosen)
