"""What is read of a summary in a box: what is approved, a document, a contest, a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.summary import GROUPS
from tui import summary_words as say
from tui import words
from tui.summary_parts import IN_GROUP
from tui.widgets.fact_rows import Fact

if TYPE_CHECKING:
    from store.summary_facts import ContestLine, Document, StepView, SummaryPage


def approval_facts(page: SummaryPage) -> list[Fact]:
    """What is approved, group by group, and what its approver should know."""
    facts = []
    for group, names in GROUPS.items():
        figures = map(page.summary.figure, names)
        said = ", ".join(f"{IN_GROUP[one.name]} {one.count:,}" for one in figures)
        facts.append(Fact(say.GROUP_TITLES[group], said))
    if page.held:
        facts.append(Fact("", say.held_words(page.held)))
    facts += [Fact("", f"▲ {words.shown(one)}") for one in page.warnings]
    answered = [say.flag_title(flag.code) for flag in page.flags if flag.answer is not None]
    if answered:
        facts.append(Fact("Answered", ", ".join(dict.fromkeys(answered))))
    return facts


def document_facts(one: Document) -> list[Fact]:
    """All of a document."""
    facts = [
        Fact("State", say.document_state(one)),
        Fact("By", f"{words.shown(one.author)}, {words.moment_words(one.at).strip()}"),
    ]
    if one.from_day is not None:
        facts.append(Fact("Days", say.document_days(one)))
    facts.append(Fact("Text", words.shown(one.text)))
    for name, text in one.context.items():
        title = words.shown(name).replace("_", " ").capitalize()
        facts.append(Fact(title, say.flag_title(text) if name == "flag" else words.shown(text)))
    if one.appeal is not None:
        facts.append(Fact("Appeal", words.shown(one.appeal)))
    if one.decision is not None:
        facts.append(Fact("Decided", f"{say.decision_words(one.decision)} by {words.shown(one.decided_by)}"))
        facts.append(Fact("Because", words.shown(one.decision_reason)))
    return facts


def contest_facts(one: ContestLine) -> list[Fact]:
    """All of a contest."""
    facts = [
        Fact("State", say.decision_words(one.decision)),
        Fact("What", f"{say.contested_words(one)}, {one.week.label}"),
        Fact("By", f"{words.shown(one.name)}, {words.moment_words(one.at).strip()}"),
        Fact("Reason", words.shown(one.reason)),
    ]
    if one.decision is not None:
        facts.append(Fact("Decided by", words.shown(one.decided_by)))
        facts.append(Fact("Because", words.shown(one.decision_reason)))
    return facts


def step_facts(one: StepView) -> list[Fact]:
    """All of a step."""
    about = (Fact("About", say.about_words(one.about)),) if one.about else ()
    return [
        Fact("Step", say.STEPS.get(one.kind, one.kind)),
        Fact("When", words.moment_words(one.at).strip()),
        Fact("Who", words.shown(one.person, "nobody: the program itself")),
        *about,
        *((Fact("Text", words.shown(one.text)),) if one.text else ()),
    ]
