"""The words of the target history: a set and its making, two sets beside each other, what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.drafts import differences
from kpi.explain import kpi_words
from store.target_questions import SetState
from tui import words
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.drafts import TargetChange
    from kpi.targets import Target
    from store.target_questions import SetView
    from store.targets import Saved
    from tui.history_facts import RevertFacts, SetFacts

MARK = "◆"
GLYPHS = {
    SetState.IN_FORCE: "▸",
    SetState.PENDING: "◇",
    SetState.PAST: "·",
    SetState.WITHDRAWN: "×",
}
_STATE_PLACE = 1
DIFFERENCE_COLUMNS = (
    Column("KPI", shares=True),
    Column("Due", right=True),
    Column("Done by", right=True),
)


def state_words(view: SetView) -> str:
    """“▸ in force”."""
    return f"{GLYPHS[view.state]} {view.state.value}"


# ------------------------------------------------------------------------------------------- all the sets


def history_columns(*, wide: bool) -> list[Column]:
    """The columns of the list of sets."""
    made = [Column("Made")] if wide else []
    return [
        Column("Set", right=True),
        Column("State"),
        Column("In force from"),
        Column("Listings", right=True),
        *made,
        Column("By", shares=True),
        Column("Why", shares=True),
    ]


def history_rows(sets: Sequence[SetView], marked: int | None, *, wide: bool) -> list[TableRow]:
    """The sets; the one in force stands out, the one that is marked has its sign."""
    rows = []
    for view in sets:
        mark = f"{MARK} " if view.number == marked else ""
        made = [words.moment_words(view.created_at)] if wide else []
        cells = (
            f"{mark}{view.number}",
            state_words(view),
            _begins(view),
            "–" if view.listings is None else f"{view.listings:,}",
            *made,
            words.shown(view.by),
            words.shown(view.reason),
        )
        rows.append(TableRow(cells, view, _STATE_PLACE if view.state is SetState.IN_FORCE else None))
    return rows


def _begins(view: SetView) -> str:
    if view.state is SetState.WITHDRAWN:
        return "never"
    return "the founding" if view.effective_from is None else words.moment_words(view.effective_from)


def set_sentence(view: SetView) -> str:
    """All of a set in a few sentences."""
    parts = [f"Set {view.number} is {_where(view)}.", _making(view)]
    if view.listings is not None:
        parts.append(f"{_living(view.listings)} under it.")
    return " ".join(parts)


def _living(listings: int) -> str:
    return f"{listings:,} listing lives" if listings == 1 else f"{listings:,} listings live"


def _where(view: SetView) -> str:
    begins = view.effective_from
    if view.state is SetState.IN_FORCE:
        since = "the founding" if begins is None else words.moment_words(begins).strip()
        return f"in force since {since}: listings that begin take it"
    if view.state is SetState.PENDING and begins is not None:
        return f"pending, for listings that begin from {words.moment_words(begins).strip()}"
    taken = view.withdrawal
    if taken is not None:
        at = words.moment_words(taken.at).strip()
        return f"withdrawn: {at} by {words.shown(taken.by)}, “{words.shown(taken.reason)}”"
    return "past: listings that began under it keep it"


def _making(view: SetView) -> str:
    made = words.moment_words(view.created_at).strip()
    return f"Made {made} by {words.shown(view.by)}: “{words.shown(view.reason)}”."


# ------------------------------------------------------------------------------------ a set, and two of them


def set_facts_words(facts: SetFacts) -> str:
    """What stands above a set's targets."""
    other = facts.other
    if other is None:
        return f"{set_sentence(facts.view)} No set came before it."
    many = len(differences(facts.others, facts.targets, facts.catalogue))
    differ = (
        f"{words.plural(many, 'KPI')} {'differs' if many == 1 else 'differ'}" if many else "nothing differs"
    )
    return f"{set_sentence(facts.view)} Against set {other.number}: {differ}."


def set_columns(facts: SetFacts) -> list[Column]:
    """The columns of a set's targets."""
    beside = [] if facts.other is None else [Column(f"In set {facts.other.number}")]
    return [*DIFFERENCE_COLUMNS, *beside]


def set_rows(facts: SetFacts, *, only_different: bool) -> list[TableRow]:
    """A set's targets below their stages; what is different in the other set stands out."""
    rows = []
    for stage in facts.catalogue.stages:
        kpis = [kpi for kpi in stage.kpis if not only_different or differs(facts, kpi.code)]
        if kpis:
            rows.append(TableRow((stage.title, "", "", *([""] if facts.other else []))))
        for kpi in kpis:
            target = facts.targets[kpi.code]
            different = differs(facts, kpi.code)
            beside = [] if facts.other is None else [_other_cell(facts.others[kpi.code], different=different)]
            cells = (f"  {kpi.title}", str(target.due_days), str(target.done_by_days), *beside)
            rows.append(TableRow(cells, kpi, len(cells) - 1 if different else None))
    return rows


def differs(facts: SetFacts, code: str) -> bool:
    """Whether a KPI has another target in the other set."""
    return facts.other is not None and facts.targets[code] != facts.others[code]


def _other_cell(target: Target, *, different: bool) -> str:
    return f"≠ due {target.due_days}, done by {target.done_by_days}" if different else "the same"


def kpi_sentence(facts: SetFacts, kpi: object) -> str:
    """What a KPI's clock is, for the row with the cursor; nothing for a stage."""
    known = next((one for one in facts.catalogue.kpis if one is kpi), None)
    return "" if known is None else kpi_words(known)


# ------------------------------------------------------------------------------------ going back, taking back


def changes_rows(facts: RevertFacts, changes: Sequence[TargetChange]) -> list[TableRow]:
    """What a change makes of each KPI's target."""
    return [
        TableRow(
            (
                facts.catalogue.by_code[change.kpi].title,
                _arrow(change.before.due_days, change.after.due_days),
                _arrow(change.before.done_by_days, change.after.done_by_days),
            )
        )
        for change in changes
    ]


def _arrow(before: int, after: int) -> str:
    return f"{before}" if before == after else f"{before} → {after}"


def revert_words(facts: RevertFacts, changes: Sequence[TargetChange]) -> str:
    """What going back would mean."""
    many = words.plural(len(changes), "KPI")
    said = (
        f"This makes a new target set with the targets of set {facts.number}. It is for listings that begin "
        f"from now on; those that have begun keep their set. Against set {facts.page.in_force.number}, which "
        f"is in force, {many} {'changes' if len(changes) == 1 else 'change'}:"
    )
    return f"{_waiting(facts)}{said}"


def _waiting(facts: RevertFacts) -> str:
    waiting = [view for view in facts.page.pending if view.effective_from is not None]
    if not waiting:
        return ""
    when = ", ".join(
        f"set {view.number} on {words.day_words(view.effective_from.date())}"
        for view in waiting
        if view.effective_from is not None
    )
    takes = "takes over as it would have" if len(waiting) == 1 else "take over as they would have"
    return f"Pending: {when} {takes}. "


def nothing_to_revert(facts: RevertFacts) -> str:
    """Going back would change nothing."""
    in_force = facts.page.in_force.number
    if facts.number == in_force:
        return f"Set {in_force} is in force already: there is nothing to go back to."
    return (
        f"Set {facts.number} has the same targets as set {in_force}, which is in force: nothing would change."
    )


def reverted_words(saved: Saved, number: int) -> str:
    """What going back came to."""
    if not saved.changed:
        return f"The targets in force are those of set {number} already; nothing was written."
    many = words.plural(len(saved.changed), "KPI")
    return (
        f"Target set {saved.number} is in force for listings that begin from now on: the targets of set "
        f"{number}, {many} changed."
    )


def withdraw_words(view: SetView) -> str:
    """What withdrawing would mean."""
    begins = view.effective_from
    day = "its day" if begins is None else words.day_words(begins.date())
    return (
        f"Set {view.number} was to be in force for listings that begin from {day}. Withdrawn, it never will "
        "be, for good; it stays in the history. Its reason was: "
        f"“{words.shown(view.reason)}”."
    )


def not_withdrawn(view: SetView) -> str:
    """Why a set is not withdrawn."""
    why = {
        SetState.IN_FORCE: "is in force and stays; choose another set and go back to it with v",
        SetState.PAST: "has been in force, and listings may live under it",
        SetState.WITHDRAWN: "has been withdrawn already",
    }[view.state]
    return f"■ Set {view.number} {why}. Only a pending set can be withdrawn."


def withdrawn_words(done: tuple[int, tuple[int, ...]]) -> str:
    """What withdrawing came to: the set's number, and the pending sets made after it."""
    number, later = done
    said = f"Target set {number} is withdrawn and will not come into force."
    if later:
        sets = "set" if len(later) == 1 else "sets"
        said += f" Please note: {sets} {', '.join(map(str, later))}, made after it, keeps its numbers."
    return said
