"""The words of the KPI page: what history says, what the draft would have done, what was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.explain import kpi_words
from kpi.survival import FEWEST_FINISHED
from tui import words
from tui.kpi_draft import FIELD_WORDS, errors_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from kpi.catalogue import Kpi
    from kpi.preview import PreviewRow
    from kpi.survival import Suggestion
    from store.target_questions import SetView, TargetPage
    from store.targets import Saved
    from tui.kpi_draft import Draft
    from tui.kpi_facts import Days

UNSAVED, WRONG, WAITING = "*", "■", "…"
_COUNT_CELLS, _HISTORY_CELLS = 4, 11


def fitted_error(text: str, room: int) -> str:
    """An error in the room beside a field: the advice behind a semicolon or a comma gives way."""
    for cut in (";", ","):
        if len(text) > room:
            text = " · ".join(part.partition(cut)[0] for part in text.split(" · "))
    return text


# ------------------------------------------------------------------------------------------ the cells


def history_cell(suggestion: Suggestion | None) -> str:
    """“12/18 143”: median, 85th percentile, number of samples."""
    if suggestion is None:
        return WAITING
    if suggestion.too_few:
        return "too few"
    pair = "/".join("–" if days is None else str(days) for days in (suggestion.p50, suggestion.p85))
    return f"{pair} {words.number(suggestion.samples, _HISTORY_CELLS - len(pair) - 1)}"


def preview_cells(row: PreviewRow | None) -> tuple[tuple[str, str], tuple[str, str]]:
    """(then, under the draft) of becoming due, and overdue."""
    if row is None:
        return (WAITING, ""), (WAITING, "")
    if not row.tasks:
        return ("–", ""), ("–", "")
    due, overdue, due_draft, overdue_draft = (words.number(count, _COUNT_CELLS) for count in row[2:])
    return (due, due_draft), (overdue, overdue_draft)


# ------------------------------------------------------------------------------------------- the top


def in_force_words(page: TargetPage) -> str:
    """Which set is in force, since when, by whom and why."""
    view = page.in_force
    since = (
        "from the beginning" if view.effective_from is None else f"since {moment_words(view.effective_from)}"
    )
    return (
        f"Target set {view.number}, in force {since}, by {words.shown(view.by)}: “{words.shown(view.reason)}”"
    )


def moment_words(at: datetime) -> str:
    """“2 Sep 2026 09:14”, or the day alone if it begins with the day."""
    day = words.day_words(at.date()).partition(" ")[2]
    return day if (at.hour, at.minute) == (0, 0) else f"{day} {at:%H:%M}"


def pending_words(page: TargetPage) -> tuple[str, ...]:
    """Which sets wait, the fullest words first; none if no set does."""
    waiting = [view for view in page.pending if view.effective_from is not None]
    if not waiting:
        return ()
    first = waiting[0]
    more = f", {len(waiting) - 1} more later" if len(waiting) > 1 else ""
    day = "" if first.effective_from is None else words.column_day(first.effective_from.date()).strip()
    whole = f"set {first.number} waits: {day}"
    return (f"set {first.number} waits until {_begins(first)}{more}", whole, f"set {first.number} waits")


def _begins(view: SetView) -> str:
    return "" if view.effective_from is None else moment_words(view.effective_from)


def unsaved_words(draft: Draft) -> str:
    """How many rows are unsaved, and wrong."""
    unsaved, wrong = len(draft.unsaved), len(draft.wrong)
    if not unsaved:
        return "nothing unsaved"
    said = f"{UNSAVED} {words.plural(unsaved, 'row')} unsaved"
    return f"{said}, {WRONG} {wrong} wrong" if wrong else said


def newer_words(page: TargetPage, draft: Draft) -> str:
    """What somebody has saved, or what has come into force, since the draft was begun."""
    kept = "your changes are kept, s shows both"
    if page.newest == draft.newest:
        return f"{WRONG} Set {page.in_force.number} has come into force meanwhile; {kept}."
    view = next((one for one in page.pending if one.number == page.newest), page.in_force)
    saved = f"{WRONG} Set {page.newest} was saved meanwhile by {words.shown(view.by)}"
    if view is page.in_force:
        return f"{saved}; {kept}."
    return f"{saved}, for {_begins(view)} on; your changes are kept."


def days_words(days: Days) -> str:
    """“1 Jul – 30 Sep 26”."""
    since, until = words.column_day(days.since).strip(), words.column_day(days.until).strip()
    return f"{since} – {until}"


# -------------------------------------------------------------------------------------- one KPI below


def kpi_sentence(kpi: Kpi) -> str:
    """What starts and ends a KPI's clock, and what may stand for its target."""
    dated = ""
    if kpi.deadline:
        field = kpi.deadline.replace("_", " ")
        dated = f" The listing's {field}, where it has one, stands for both numbers."
    return f"{kpi_words(kpi)}{dated}"


def clock_words(kpi: Kpi) -> str:
    """What starts and ends a KPI's clock, for a line of the grid."""
    said = kpi_words(kpi)
    return said.removesuffix(".")


def draft_sentence(kpi: str, draft: Draft) -> str:
    """What is wrong with the KPI's fields, or what was there before; an empty text if neither."""
    checked, saved = draft.checked(kpi), draft.saved(kpi)
    before = f"In force: due {saved.due_days}, done by {saved.done_by_days}; u puts it back."
    if checked.target is None:
        said = errors_of(checked)
        return f"{WRONG} {said[:1].upper()}{said[1:]}. {before}"
    return f"{UNSAVED} Unsaved. {before}" if draft.is_row_unsaved(kpi) else ""


def preview_sentence(row: PreviewRow | None, days: Days | None, failure: str | None) -> str:
    """What the draft would have done in the period."""
    if failure is not None:
        return f"No preview: {words.shown(failure)}."
    if row is None or days is None:
        return "The preview is being reckoned …"
    if not row.tasks:
        return f"No task lived in the time {days_words(days)}: there is nothing to preview."
    return (
        f"{words.plural(row.tasks, 'task')}: {row.due_now:,} became due, {row.due_draft:,} under the draft; "
        f"{row.overdue_now:,} overdue, {row.overdue_draft:,} under it."
    )


def history_sentence(suggestion: Suggestion | None, failure: str | None) -> str:
    """What history says, with the number of samples."""
    if failure is not None:
        return f"History is not known: {words.shown(failure)}."
    if suggestion is None:
        return "History is being read …"
    looked = words.plural(suggestion.samples, "task")
    if suggestion.too_few:
        few = f"of {looked} {suggestion.finished:,} finished, {FEWEST_FINISHED} are needed"
        return f"History is too short: {few}."
    half, most = (
        "longer than is known" if days is None else f"in {days:,}"
        for days in (suggestion.p50, suggestion.p85)
    )
    takes = "; g takes it over" if None not in (suggestion.p50, suggestion.p85) else ""
    return f"History, {looked}: half done {half}, 85 of 100 {most} days{takes}."


def not_suggested(suggestion: Suggestion | None) -> str:
    """Why there is nothing to take over."""
    if suggestion is None:
        return "History has not been read yet; nothing to take over."
    if suggestion.too_few:
        return (
            f"Too few tasks to suggest from: {suggestion.finished:,} finished, {FEWEST_FINISHED} are needed."
        )
    return "History suggests only one of the two numbers: too many tasks never finished."


# -------------------------------------------------------------------------------------------- saving


def applies_words(page: TargetPage, day: date | None) -> str:
    """For which listings a save counts, and which pending sets take over when."""
    under = base_view(page, day)
    if day is None:
        said = "This applies only to listings that begin from now on; all others keep their targets for life."
    else:
        said = f"This applies only to listings that begin on {words.day_words(day)} or later"
        if under is None:
            said += f"; until then set {page.in_force.number} stays in force."
        else:
            said += (
                f". By then set {under.number}, from {_begins(under)}, is in force: these are changes of it."
            )
    after = [
        view
        for view in page.pending
        if view.effective_from is not None and (day is None or view.effective_from.date() > day)
    ]
    for view in after:
        said += f" Set {view.number} takes over on {_begins(view)}, without these changes."
    return said


def base_view(page: TargetPage, day: date | None) -> SetView | None:
    """The pending set that will be in force on a day, None if none will have begun."""
    begun = [
        view
        for view in page.pending
        if day is not None and view.effective_from is not None and view.effective_from.date() <= day
    ]
    return max(begun, key=lambda view: (view.effective_from, view.number), default=None)


def saved_words(saved: Saved) -> str:
    """What became of saving."""
    if not saved.changed:
        return f"Nothing was written: target set {saved.number} holds these numbers already."
    many = words.plural(len(saved.changed), "KPI")
    waiting = ", ".join(map(str, saved.pending))
    later = f" Set {waiting} still takes over on its day." if saved.pending else ""
    if len(saved.pending) > 1:
        later = f" Sets {waiting} still take over, each on its day."
    return (
        f"Target set {saved.number} is in force for listings that begin from now on; {many} changed.{later}"
    )


def saved_for_words(saved: Saved, day: date) -> str:
    """What became of saving for a day to come."""
    if not saved.changed:
        return saved_words(saved)
    return (
        f"Target set {saved.number} waits: it is for listings that begin on {words.day_words(day)} or later."
    )


def field_words(kpi_title: str, field: str) -> str:
    """A field by its KPI and name."""
    return f"{words.shown(kpi_title)}, {FIELD_WORDS[field]}"
