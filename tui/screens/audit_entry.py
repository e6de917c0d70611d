"""One audit entry: who, when, where from, why, and what it changed, before and after beside each other."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui import audit_words as say
from tui import words
from tui.audit_facts import ask_entry
from tui.screens.audit_page import AuditPage
from tui.widgets.beside_rows import BesideRows
from tui.widgets.lines import KeyLine, TabLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual import events
    from textual.widget import Widget

    from store.audit_questions import EntryView
    from tui.audit_facts import EntryFacts

_NAME_CELLS, _LEAST_ROOM = 10, 30
_STEP = Binding.Group("other entries")


class AuditEntryScreen(AuditPage):
    """The entry in one place of a list; n and p go through the list."""

    AUTO_FOCUS = "BesideRows"
    KEYS = ("audit.older", "audit.newer", "audit.group", "audit.history", "audit.open", "audit.review",
            "app.back", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "next", id="audit.older", tooltip="The next entry of the list, an older one",
                group=_STEP),
        Binding("p", "step(-1)", "previous", id="audit.newer",
                tooltip="The entry of the list before it, which is newer", group=_STEP),
    ]  # fmt: skip

    def __init__(self, numbers: Sequence[int], place: int, moved: Callable[[int], None]) -> None:
        """Show the entry at a place of the list `numbers`; `moved` hears to which entry one has gone."""
        super().__init__()
        self.numbers, self.place, self.moved = numbers, place, moved
        self.facts: EntryFacts | None = None

    def parts(self) -> Iterable[Widget]:
        """What it is, its changes, what is being done."""
        yield Static(id="facts", markup=False)
        yield BesideRows()
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the entry."""
        self.query_one(BesideRows).say("Reading the entry …")
        self.reload()

    @property
    def seq(self) -> int:
        """The number of the entry."""
        return self.numbers[self.place]

    @property
    def entry(self) -> EntryView | None:
        """The entry, None until it has been read."""
        return self.facts.entry if self.facts is not None and self.facts.seq == self.seq else None

    def reload(self) -> None:
        """Read the entry again: it never changes, but the marks on it do."""
        self.query_one(TabLine).show_path(f"Entry {self.seq:,}")
        self.query_one(KeyLine).show_note(f"{self.place + 1:,} of {len(self.numbers):,}")
        self.ask("entry", ask_entry(self.seq), self._take, failed=self._failed)

    def is_outdated(self) -> bool:
        """Whether the data have changed since."""
        return self.facts is not None and self.facts.revision != self.host.revision

    def _take(self, facts: EntryFacts) -> None:
        if facts.seq != self.seq:
            return
        again = self.facts is not None and self.facts.entry is not None and self.facts.seq == facts.seq
        self.facts = facts
        self.host.revision = facts.revision
        self.recovered()
        self._show_facts()
        rows, entry = self.query_one(BesideRows), facts.entry
        if entry is None or entry.unreadable is not None:
            rows.say(say.entry_sentence(entry, facts.seq, facts.catalogue))
        elif not entry.changes:
            rows.say("No fields", "This entry says what was done, and changed no record.")
        elif not again:
            rows.show(entry.changes, facts.catalogue)
        self.refresh_bindings()
        self.show_keys()

    def _failed(self, said: str) -> None:
        if self.entry is not None:
            self.show_failure(said)
            return
        sentence = f"{said[:1].upper()}{said[1:]}."
        self.query_one(BesideRows).say(
            f"Entry {self.seq:,} cannot be shown", sentence, "Press r to try again, esc to go back."
        )

    def _show_facts(self) -> None:
        """Who, when, where from, why."""
        entry, facts = self.entry, self.facts
        if entry is None or facts is None or entry.unreadable is not None:
            self.query_one("#facts", Static).update("")
            return
        room = max(_LEAST_ROOM, self.size.width - _NAME_CELLS - 6)
        what = say.operation_words(entry.operation, entry.outcome)
        headline = f"Entry {entry.seq:,} of {facts.last:,}: {what}, {say.target_words(entry.target)}"
        lines: list[tuple[str, str]] = [(words.shown(headline), "bold")]
        for name, said in say.entry_facts(entry):
            for place, line in enumerate(wrap(said, room) or ["–"]):
                lines += [("\n" + words.left("" if place else name, _NAME_CELLS), "$quiet"), (line, "")]
        self.query_one("#facts", Static).update(Content.assemble(*lines))

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the facts anew."""
        del event
        self._show_facts()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There may be no entry before it, or none after it."""
        if action == "step" and parameters:
            return 0 <= self.place + int(str(parameters[0])) < len(self.numbers)
        return super().check_action(action, parameters)

    def action_step(self, step: int) -> None:
        """Go to the next entry of the list, or the one before."""
        self.place += step
        self.say_work("")
        self.moved(self.seq)
        self.reload()
