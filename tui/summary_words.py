"""How weekly summaries are written, on screens and by commands: figures, flags, states, factors, steps.

Glyph and word always stand together. What people wrote is cleaned here, and still to be drawn as plain text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.documents import KINDS
from kpi.explain import event_words
from kpi.status import StatusLook
from kpi.summary import FACTORS, FLAG_CODES, GROUPS, TASKS, TITLES, UNANSWERED_CODES
from tui import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kpi.disclosure import Total
    from kpi.summary import CycleGroup, Difference, Excluded, Factor, Figure, Target
    from kpi.weeks import Week
    from store.summary_facts import AppealLine, ContestLine, Document, FlagView, StepView, SummaryLine

NOTHING = "–"
GROUP_TITLES = {
    "activity": "Activity",
    "outcomes": "Outcomes",
    "engagement": "Engagement",
    "tasks": "Tasks",
}
# For columns and axes with little room.
SHORT_TITLES = {
    **TITLES,
    "interviews": "Interviews",
    "engagement": "Engagement",
    "tasks_in_time": "In time",
    "tasks_late": "Late",
    "tasks_open": "Open",
    "tasks_overdue": "Overdue",
}
STATES = {
    "open": StatusLook("○", "open, so far"),
    "ready": StatusLook("◇", "ready"),
    "returned": StatusLook("▲", "returned"),
    "approved": StatusLook("✓", "approved"),
}
CHANGED = StatusLook("■", "changed since approval")
HELD = StatusLook("○", "held")
FLAG = "▲"
ANSWERED = "✓"
UNASKED = "·"  # a flag that only says something: nobody is asked to answer it
DECISIONS = {
    None: StatusLook("◇", "waiting"),
    "upheld": StatusLook("✓", "upheld"),
    "rejected": StatusLook("×", "rejected"),
}
METRICS = {"time_to_fill": "time to fill", "time_to_offer": "time to offer"}
SOURCES = {"team": "the team's median", "organisation": "the organisation's median"}
# What a step of a summary's way was, for “… by Ada Sample”.
STEPS = {
    "generated": "made from the events",
    "changed": "the events changed",
    "commented": "commented",
    "answered": "flag answered",
    "contested": "contested",
    "decided": "decided",
    "returned": "returned",
    "approved": "approved",
    "kept": "kept as it was approved",
    "reported": "own counts reported",
    "document": "document attached",
    "appealed": "appealed",
}
_EXCLUDED = {
    "frozen_listings": ("frozen listing", "frozen listings"),
    "frozen_events": ("event of frozen listings", "events of frozen listings"),
    "frozen_tasks": ("task of frozen listings", "tasks of frozen listings"),
    "cancelled_listings": ("cancelled listing", "cancelled listings"),
    "cancelled_events": ("event of cancelled listings", "events of cancelled listings"),
    "cancelled_tasks": ("task of cancelled listings", "tasks of cancelled listings"),
    "contested_events": ("event left out by a decision", "events left out by a decision"),
    "sandbox_rows": ("row of test data in the week's imports", "rows of test data in the week's imports"),
}
_HUNDREDTHS = 100
_UNCHANGED = 100  # per cent


# --------------------------------------------------------------------------------------------- figures


def figure_title(name: str, *, short: bool = False) -> str:
    """“Tasks finished in time”; “In time” where it must be `short`. An unknown name as it is written."""
    return (SHORT_TITLES if short else TITLES).get(name) or words.shown(name).replace("_", " ")


def hundredths(value: int | None) -> str:
    """A weighted count or a target, as in “12”, “12.5”, “0.25”; “–” where there is none."""
    if value is None:
        return NOTHING
    whole, rest = divmod(abs(value), _HUNDREDTHS)
    said = f"{whole:,}.{rest:02d}".rstrip("0").rstrip(".") if rest else f"{whole:,}"
    return f"-{said}" if value < 0 else said


def count_words(figure: Figure) -> str:
    """A figure's count, and what it weighs where that is something else: “12 (weighs 13.5)”."""
    if figure.weighted is None or figure.weighted == figure.count * _HUNDREDTHS:
        return f"{figure.count:,}"
    return f"{figure.count:,} (weighs {hundredths(figure.weighted)})"


def target_words(target: Target | None) -> str:
    """“13.5”; “–” where there is no target, of which `target_sentence` says why."""
    return NOTHING if target is None else hundredths(target.value)


def target_sentence(target: Target, *, short: bool = False) -> str:
    """“Target 13.5, of 12: the team's median × open roles 120 % (6 …); …”, or why there is none.

    `short`: of the factors only those that change anything, and why stands behind the figure.
    """
    if target.value is None:
        return basis_words(target)
    head = f"Target {hundredths(target.value)}, of {hundredths(target.base)}: "
    if not short:
        return head + basis_words(target)
    told = [one for one in target.factors if one.percent != _UNCHANGED]
    source = SOURCES.get(target.source or "", "a median")
    return head + "".join((source, *(f" × {one.percent} % {_factor_name(one)}" for one in told))) + "."


def basis_words(target: Target) -> str:
    """What a target rests on, most often the same for all figures: whose median, and each factor."""
    if target.value is None:
        return f"No target: {words.shown(target.why, 'there is nothing to go by')}."
    source = SOURCES.get(target.source or "", "a median")
    factors = "; ".join(map(factor_words, target.factors))
    return f"{source} × {factors}." if factors else f"{source}."


def _factor_name(factor: Factor) -> str:
    return FACTORS.get(factor.name, words.shown(factor.name).replace("_", " ")).lower()


def factor_words(factor: Factor) -> str:
    """“open roles 120 % (6 to a person, usually 5)”."""
    name = _factor_name(factor)
    why = f" ({words.shown(factor.said)})" if factor.said else ""
    return f"{name} {factor.percent} %{why}"


def cycle_words(group: CycleGroup) -> str:
    """“technical, external, time to fill: half within 21 working, 30 calendar days, …; 4 finished”."""
    metric = METRICS.get(group.metric, group.metric)
    half = _days_words(group.working_p50, group.calendar_p50)
    most = _days_words(group.working_p85, group.calendar_p85)
    counts = [f"{group.finished:,} finished", f"{group.open:,} open"]
    counts += [f"{group.unfilled:,} ended without"] if group.unfilled else []
    return (
        f"{words.shown(group.group)}, {metric}: half {half}, 85 of 100 {most} (open ones counted as open); "
        f"{', '.join(counts)}"
    )


def _days_words(working: int | None, calendar: int | None) -> str:
    if working is None and calendar is None:
        return "not yet"
    return f"within {_or_never(working)} working, {_or_never(calendar)} calendar days"


def _or_never(days: int | None) -> str:
    return NOTHING if days is None else f"{days:,}"


def excluded_words(excluded: Excluded) -> tuple[str, ...]:
    """What counts nowhere: “2 frozen listings”, …; empty if nothing was left out."""
    return tuple(
        f"{count:,} {one if count == 1 else many}"
        for name, (one, many) in _EXCLUDED.items()
        if (count := getattr(excluded, name))
    )


def difference_words(figure: str, before: int | None, after: int | None) -> str:
    """“Calls 12 → 14”, of anything that is sealed (kpi.summary.Difference)."""
    name, _, rest = figure.partition(", ")
    weighted = rest == "weighted"
    said = [hundredths(value) if weighted else _or_never(value) for value in (before, after)]
    title = TITLES.get(name)
    what = (f"{title}, {rest}" if rest else title) if title else words.shown(figure)
    for metric, in_words in METRICS.items():
        what = what.replace(f"({metric})", f"({in_words})")
    return f"{what} {said[0]} → {said[1]}"


def difference_sentence(one: Difference) -> str:
    """“Calls 12 → 14; added: 71, 72”: with the events or listings that came and went; tasks are counted."""
    said = [difference_words(one.figure, one.before, one.after)]
    for what, behind in (("added", one.added), ("removed", one.removed)):
        if behind:
            counted = words.plural(len(behind), "task")
            listed = counted if one.figure in TASKS else words.shown(", ".join(map(str, behind)))
            said.append(f"{what}: {listed}")
    return "; ".join(said)


def total_words(total: Total) -> str:
    """A team's total; “–” if all of it is withheld, with a star if some of its months are."""
    return NOTHING if total.value is None else f"{total.value:,}{'*' if total.withheld else ''}"


# ----------------------------------------------------------------------------------------------- flags


def flag_title(code: str) -> str:
    """“note missing”."""
    return FLAG_CODES.get(code) or words.shown(code).replace("_", " ")


def flags_words(codes: Sequence[str]) -> str:
    """“▲ note missing, over the daily limit”, or “·” before what asks for nothing; empty without any."""
    glyph = UNASKED if UNANSWERED_CODES.issuperset(codes) else FLAG
    return f"{glyph} {', '.join(map(flag_title, codes))}" if codes else ""


def flag_look(flag: FlagView) -> StatusLook:
    """Whether a flag has been answered: glyph and word."""
    if not flag.needs_answer:
        return StatusLook(UNASKED, "needs no answer")
    return StatusLook(FLAG, "to be answered") if flag.answer is None else StatusLook(ANSWERED, "answered")


def flag_sentence(flag: FlagView) -> str:
    """“▲ note missing (Stage moves): two moves lack the note they need; to be answered”."""
    look = flag_look(flag)
    about = f" ({figure_title(flag.figure)})" if flag.figure else ""
    said = f"{look.glyph} {flag_title(flag.code)}{about}: {words.shown(flag.said).rstrip('.')}; {look.word}"
    if flag.answer is None:
        return said
    return f"{said} by {words.shown(flag.answered_by)}: “{words.shown(flag.answer)}”"


# ---------------------------------------------------------------------------------- states, lines, steps


def week_words(week: Week) -> str:
    """“2026-W46, 9 to 15 Nov 2026”."""
    first, last = week.first, week.last
    until = words.day_words(last).partition(" ")[2]
    since = words.day_words(first).partition(" ")[2].removesuffix(f" {last.year}")
    if (first.month, first.year) == (last.month, last.year):
        since = str(first.day)
    return f"{week.label}, {since} to {until}"


def state_look(line: SummaryLine) -> StatusLook:
    """What a summary is: ready, returned, approved, or approved and changed since."""
    if line.changed:
        return CHANGED
    return STATES.get(line.state) or StatusLook("·", words.shown(line.state))


def state_words(line: SummaryLine) -> str:
    """“✓ approved”."""
    look = state_look(line)
    return f"{look.glyph} {look.word}"


def summary_name(line: SummaryLine) -> str:
    """“summary 12 of Ada Sample, 2026-W46”."""
    return f"summary {line.number} of {words.shown(line.name)}, {line.week.label}"


def step_words(step: StepView) -> str:
    """“flag answered by Ada Sample, note missing: “it was by telephone””."""
    said = STEPS.get(step.kind, step.kind.replace("_", " "))
    by = f" by {words.shown(step.person)}" if step.person else ""
    about = f", {about_words(step.about)}" if step.about else ""
    text = f": “{words.shown(step.text)}”" if step.text else ""
    return f"{said}{by}{about}{text}"


def about_words(about: str) -> str:
    """What a step was about: a figure or a flag by its title, else as it is written."""
    name, comma, rest = about.partition(", ")
    if name in TITLES:
        return f"{figure_title(name)}{comma}{words.shown(rest, '')}"
    code, *more = about.split(".")
    if code in FLAG_CODES:
        figure = next((figure_title(part) for part in more if part in TITLES), "")
        return f"{flag_title(code)} ({figure})" if figure else flag_title(code)
    return words.shown(about)


# ---------------------------------------------------------------------------------- contests, documents


def decision_words(decision: str | None) -> str:
    """“◇ waiting”, “✓ upheld”, “× rejected”."""
    look = DECISIONS.get(decision) or StatusLook("·", words.shown(decision))
    return f"{look.glyph} {look.word}"


def contested_words(contest: ContestLine) -> str:
    """What is contested: “Calls”, or “Calls: call made, 12 Nov 26 10:30, L-7 (event 17)”."""
    if contest.event is None:
        return figure_title(contest.figure)
    if contest.event_at is None:  # whoever looks is not shown the event itself
        return f"{figure_title(contest.figure)}, event {contest.event}"
    at = words.moment_words(contest.event_at).strip()
    kind, listing = event_words(contest.event_kind or ""), contest.event_listing
    return (
        f"{figure_title(contest.figure)}: {words.shown(kind)}, {at}, {words.shown(listing)} "
        f"(event {contest.event})"
    )


def contest_sentence(contest: ContestLine) -> str:
    """All of a contest: what, by whom, why, and what was decided by whom and why."""
    said = (
        f"{decision_words(contest.decision)}: {contested_words(contest)}, {contest.week.label}, contested by "
        f"{words.shown(contest.name)}: “{words.shown(contest.reason)}”"
    )
    if contest.decision is None:
        return f"{said}; held out of every report until it is decided"
    return f"{said}; decided by {words.shown(contest.decided_by)}: “{words.shown(contest.decision_reason)}”"


def appeal_sentence(one: AppealLine) -> str:
    """All of an appeal: against what, whose, why."""
    return (
        f"{decision_words(one.decision)}: {words.shown(one.name)} appeals against the {kind_title(one.kind)} "
        f"of {one.week.label}, “{words.shown(one.text)}”: “{words.shown(one.appeal)}”"
    )


def held_words(held: Iterable[str]) -> str:
    """“○ held: Calls, Notes”, in the order in which figures stand; empty where none is."""
    kept = set(held)
    titles = [figure_title(name) for names in GROUPS.values() for name in names if name in kept]
    return f"{HELD.glyph} {HELD.word}: {', '.join(titles)}" if titles else ""


def kind_title(kind: str) -> str:
    """“coaching note”."""
    return KINDS.get(kind, words.shown(kind).replace("_", " ")).lower()


def document_state(document: Document) -> str:
    """Whether a document has an effect today, glyph and word; an appeal that waits is said with it."""
    appeal = ""
    if document.appeal is not None:
        appeal = ", appeal waiting" if document.decision is None else ", appeal rejected"
    if document.decision == "upheld":
        return "× lifted on appeal"
    return f"● in force{appeal}" if document.in_force else f"· not in force{appeal}"


def document_days(document: Document) -> str:
    """“2026-11-16 to 2026-12-15”; empty for what is not for a time."""
    if document.from_day is None and document.until_day is None:
        return ""
    return f"{document.from_day or '…'} to {document.until_day or '…'}"
