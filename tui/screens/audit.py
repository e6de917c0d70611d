"""The Audit page: every entry, newest first, at once however many; filtered as they are found."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from store.audit_filter import AuditFilter
from tui import audit_words, words
from tui.audit_facts import ask_entries, ask_more, ask_newer, ask_start
from tui.audit_filtering import WrittenError, filter_words, read_filter
from tui.screens.audit_page import AuditPage
from tui.widgets.audit_lines import FilterLine, VerifiedLine
from tui.widgets.audit_rows import AuditRows
from tui.widgets.lines import KeyLine, TabLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual.widget import Widget

    from store.audit_questions import EntryView
    from tui.audit_facts import AuditMore, AuditNewer, AuditStart
    from tui.widgets.rows import Rows


class AuditList(AuditPage):
    """The entries of a filter; a search goes on by itself, a little at a time, while the page is seen."""

    AUTO_FOCUS = "AuditRows"
    KEYS = ("rows.choose", "audit.filter", "audit.clear", "audit.bookmarks", "audit.review", "audit.history",
            "audit.open", "audit.stretch", "app.back", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter", "filter", id="audit.filter", tooltip="Some entries: who, what, when, why"),
        Binding("b", "bookmarks", "bookmarks", id="audit.bookmarks", tooltip="Filters kept under a name"),
        Binding("escape", "clear", "all entries", key_display="esc", id="audit.clear",
                tooltip="Take the filter away; once more leads back"),
        Binding("space", "stretch", "from here", key_display="space", id="audit.stretch",
                tooltip="Begin a stretch here that m marks as reviewed"),
    ]  # fmt: skip

    def __init__(
        self, written: Mapping[str, str], path: Sequence[str] = (), *, group: int | None = None
    ) -> None:
        """Show the entries of a filter as it is `written`, of one `group` where that is given."""
        super().__init__()
        self.base = dict(written)
        self.written = dict(written)
        self.path, self.group = tuple(path), group
        self.wanted = AuditFilter(target=written.get("target"), group=group)
        self.start: AuditStart | None = None
        self.numbers: Sequence[int] = ()
        self.reached = 0
        self.last = 0
        self.revision: int | None = None
        self.under_way = False

    def parts(self) -> Iterable[Widget]:
        """Which entries, how far they are proven, the list, a sentence, what is being done."""
        yield FilterLine()
        yield VerifiedLine()
        yield AuditRows()
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the first entries."""
        self.query_one(TabLine).show_path(*self.path)
        if self.path:
            self.query_one(FilterLine).all = "All of them"
        self._begin()

    # ------------------------------------------------------------------------------------ the search

    def _begin(self) -> None:
        """Look for the entries of the filter as it is now."""
        self.start, self.numbers, self.under_way = None, (), False
        rows = self.query_one(AuditRows)
        rows.marked = None
        rows.say("Reading the audit log …")
        self.query_one(FilterLine).show("" if self.written == self.base else filter_words(self.written))
        self._show_entry()
        self.ask("start", ask_start(self.wanted), self._take_start, failed=self._failed)

    def reload(self) -> None:
        """Read what has come since, and what is seen anew: entries never change, but marks are made."""
        if self.start is None:
            self._begin()
        else:
            self.ask("start", ask_newer(self.wanted, self.last), self._take_newer, failed=self._failed)

    def is_outdated(self) -> bool:
        """Whether the data have changed since."""
        return self.revision is not None and self.revision != self.host.revision

    def on_screen_resume(self) -> None:
        """Coming back: look on."""
        super().on_screen_resume()
        if self.start is not None:
            self._look_on()

    def _take_start(self, start: AuditStart) -> None:
        if start.wanted != self.wanted:
            return
        self.start, self.numbers, self.reached, self.last = start, start.numbers, start.reached, start.last
        self.query_one(AuditRows).begin(start.numbers, start.catalogue)
        self._taken(start.revision)
        self._look_on()

    def _taken(self, revision: int) -> None:
        """What was read is good."""
        self.revision = self.host.revision = revision
        self.recovered()
        self.show_verified()
        self._show_found()

    @property
    def is_searching(self) -> bool:
        """Whether entries have not been looked at yet."""
        return self.start is not None and self.reached > self.start.span.first

    def _look_on(self) -> None:
        if self.start is not None and self.is_searching and self.host.page is self:
            more = ask_more(self.wanted, self.reached, self.start.span.first)
            self.ask("more", more, self._take_more, failed=self._failed)

    def _take_more(self, more: AuditMore) -> None:
        if more.wanted != self.wanted or not isinstance(self.numbers, list):
            return
        self.numbers += more.found.numbers
        self.reached = more.found.reached
        self.query_one(AuditRows).grow()
        self._show_found()
        self._look_on()

    def _take_newer(self, newer: AuditNewer) -> None:
        if newer.wanted != self.wanted or self.start is None:
            return
        if newer.last < self.last:
            self._begin()  # another store stands in the place of the one that was
            return
        rows = self.query_one(AuditRows)
        if isinstance(self.numbers, range):
            self.numbers = range(newer.last, self.start.span.first - 1, -1)
        else:
            self.numbers = [*newer.numbers, *self.numbers]
        self.last = newer.last
        rows.renew()
        rows.put_above(self.numbers, len(newer.numbers))
        self._taken(newer.revision)
        self._look_on()  # a failure may have stopped the search

    def _show_found(self) -> None:
        """Draw what has been found so far, and fetch what of it is seen."""
        rows = self.query_one(AuditRows)
        rows.say(*(() if len(self.numbers) else self._none()))
        self._show_entry()
        self._fetch_wanted()

    def _none(self) -> tuple[str, ...]:
        if self.is_searching:
            return (
                "Looking …",
                "No entry of this filter has been found so far. f changes it, esc takes it away.",
            )
        if self.written == self.base:
            return ("No entries", "The audit log is empty.")
        return ("No entries here", "No entry fits this filter. f changes it, esc takes it away.")

    def _fetch_wanted(self) -> None:
        rows = self.query_one(AuditRows)
        # On the way to the end of a list that still grows, what is seen is gone before it is there.
        wanted = () if self.under_way or (rows.to_end and self.is_searching) else rows.wanted()
        if wanted:
            self.under_way = True

            def take(entries: tuple[EntryView, ...]) -> None:
                self._take_entries(wanted, entries)

            self.ask("entries", ask_entries(wanted), take, failed=self._failed)

    def _take_entries(self, asked: Sequence[int], entries: tuple[EntryView, ...]) -> None:
        self.under_way = False
        self.query_one(AuditRows).fill(asked, entries)
        self._show_entry()
        self._fetch_wanted()

    def _failed(self, said: str) -> None:
        self.under_way = False
        if self.start is None:
            sentence = f"{said[:1].upper()}{said[1:]}."
            rows = self.query_one(AuditRows)
            rows.say("The audit log cannot be shown", sentence, "Press r to try again, esc to go back.")
            self._show_entry()
        else:
            self.show_failure(said)

    # ---------------------------------------------------------------------------------------- drawing

    def show_frame(self) -> None:
        """Besides the frame, how far the log is proven may have become known."""
        super().show_frame()
        if self.is_whole and self.query(VerifiedLine):
            self.show_verified()

    def show_verified(self) -> None:
        """Say how far the log is proven."""
        self.query_one(VerifiedLine).show(self.host.verified, self.last)

    def _show_entry(self) -> None:
        """Say all of the entry with the cursor, and where in the list it stands."""
        rows, sentence = self.query_one(AuditRows), ""
        number = None if rows.said else rows.number_at(rows.cursor)
        if number is not None and rows.catalogue is not None and rows.is_known(rows.cursor):
            sentence = audit_words.entry_sentence(rows.entry_at(rows.cursor), number, rows.catalogue)
        self.query_one("#sentence", Static).update(sentence)
        self.refresh_bindings()
        self.show_keys()
        self.query_one(KeyLine).show_note(self._place(rows))

    def _place(self, rows: AuditRows) -> str:
        """“12 of 3,456”; while more is being looked for, “12 of 300+, 35 %”."""
        if self.start is None:
            return ""
        place = "none" if rows.said else f"{rows.cursor + 1:,} of {rows.count:,}"
        if not self.is_searching:
            return place
        span = self.start.span
        share = (span.last + 1 - self.reached) / max(1, span.last + 1 - span.first)
        return f"{place}+, {int(share * 100)} %" if not rows.said else f"{int(share * 100)} %"

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say what the entry is, and fetch what has come into view."""
        message.stop()
        self._show_entry()
        self._fetch_wanted()

    # ---------------------------------------------------------------------------------------- actions

    @property
    def entry(self) -> EntryView | None:
        """The entry with the cursor."""
        rows = self.query_one(AuditRows)
        return None if rows.said else rows.entry_at(rows.cursor)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a filter is taken away; else the same key leads back."""
        if action == "clear":
            return self.is_whole and (
                self.written != self.base or self.query_one(AuditRows).marked is not None
            )
        if action == "stretch":
            return self.is_whole and self.entry is not None
        return super().check_action(action, parameters)

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the entry."""
        from tui.screens.audit_entry import AuditEntryScreen

        message.stop()
        rows = self.query_one(AuditRows)
        if not rows.said and rows.number_at(rows.cursor) is not None:
            self.app.push_screen(AuditEntryScreen(self.numbers, rows.cursor, self.go_to))

    def go_to(self, seq: int) -> None:
        """Put the cursor on an entry of the list."""
        place = bisect_left(self.numbers, -seq, key=lambda number: -number)
        if place < len(self.numbers):
            self.query_one(AuditRows).cursor = place

    def use(self, written: Mapping[str, str]) -> None:
        """Show the entries of another filter."""
        today = self.host.today
        if today is None:
            return
        try:
            wanted = replace(read_filter(written, today), group=self.group)
        except WrittenError as error:
            self.say_work(f"■ This filter cannot be used: {error}.", wrong=True)
            return
        self.say_work("")
        self.written, self.wanted = dict(written), wanted
        self._begin()

    def action_clear(self) -> None:
        """Take the filter away, or first the mark of a stretch."""
        rows = self.query_one(AuditRows)
        if rows.marked is not None:
            rows.marked = None
            rows.refresh()
            self.refresh_bindings()
            self.show_keys()
        else:
            self.use(self.base)

    def action_filter(self) -> None:
        """Choose which entries are shown."""
        from tui.screens.audit_filter import FilterBox

        def chosen(written: dict[str, str] | None) -> None:
            if written is not None and written != self.written:
                self.use(written)

        if self.host.today is not None:
            self.app.push_screen(FilterBox(self.written, self.host.today), chosen)

    def action_bookmarks(self) -> None:
        """Use a filter that is kept under a name, or keep this one."""
        from tui.screens.audit_bookmarks import BookmarksBox

        def chosen(written: dict[str, str] | None) -> None:
            if written is not None:
                self.use(written)

        self.app.push_screen(BookmarksBox(self.written), chosen)

    def action_stretch(self) -> None:
        """Begin a stretch of entries to be marked as reviewed, or give it up."""
        rows = self.query_one(AuditRows)
        number = rows.number_at(rows.cursor)
        rows.marked = None if rows.marked == number else number
        rows.refresh()
        said = (
            ""
            if rows.marked is None
            else f"◆ Entry {number:,}: go to the other end and press m, esc gives it up."
        )
        self.say_work(said)
        self.refresh_bindings()
        self.show_keys()

    def stretch(self) -> tuple[int, int] | None:
        """From the marked entry to the one with the cursor, if all between them stand in the list."""
        rows, entry = self.query_one(AuditRows), self.entry
        if entry is None:
            return None
        if rows.marked is None:
            return entry.seq, entry.seq
        first, last = sorted((rows.marked, entry.seq))
        begin = bisect_left(self.numbers, -last, key=lambda number: -number)
        if self.numbers[begin : begin + last - first + 1][-1] != first:
            self.say_work(
                f"Between {first:,} and {last:,} stand entries that this filter leaves out, unseen: "
                f"mark {words.plural(1, 'entry')} at a time, or take the filter away.",
                wrong=True,
            )
            return None
        return first, last

    def reviewed(self) -> None:
        """The stretch has been marked."""
        if self.is_whole:  # it may have been left meanwhile
            self.query_one(AuditRows).marked = None


class AuditScreen(AuditList):
    """All of the log: what the digit opens."""

    OPENED_BY_DIGIT = "Audit"

    def __init__(self) -> None:
        super().__init__({})
