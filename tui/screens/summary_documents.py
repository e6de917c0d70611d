"""Documents of a summary: attached with what their kind asks for, appealed against, decided."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

from kpi.documents import (
    COACHING,
    CORRECTIVE,
    ENDING,
    EXCLUSIONS,
    FLAG,
    IMPROVEMENT,
    KINDS,
    MOST_DAYS,
    OTHER_CRITERIA,
    PLAN,
    PRIORITIES,
    PROMOTION,
    PURPOSE,
    ROLE_MIX,
)
from kpi.summary_course import REJECTED, UPHELD
from store.summary_facts import Document, May
from tui import summary_words as say
from tui import words
from tui.screens.form_box import Field, FormBox, Offer
from tui.screens.people_teams import day_field
from tui.screens.summary_base import Letter
from tui.screens.summary_says import DecideActions, SayActions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from store.summary_facts import Decided, DocumentAdded, SummaryPage
    from store.work import Store
    from tui.people_work import Declined
    from tui.screens.form_box import Filled

DOCUMENT_KEYS = (
    Binding("d", "document", "document", id="summary.document",
            tooltip="Attach a coaching note, a corrective action or what a plan rests on"),
    Binding("e", "appeal", "appeal", id="summary.appeal", tooltip="Appeal against this document"),
    Binding("v", "decide_appeal", "decide", id="summary.decide_appeal", tooltip="Decide the appeal"),
)  # fmt: skip
_PURPOSES = (
    Offer("improvement", IMPROVEMENT),
    Offer("ending employment", ENDING),
    Offer("promotion", PROMOTION),
)
_ABOUT = {
    COACHING: "What was talked about, and what comes of it.",
    PLAN: "Figures never stand alone: say what they were made under, and on what else the plan rests.",
    **dict.fromkeys(
        CORRECTIVE,
        "It follows on a flag that has come again and again, lasts at most "
        f"{MOST_DAYS} days, and can be appealed against.",
    ),
}
_NOT_REPEATED = (
    "Corrective actions follow on a flag about entering data that came in two earlier weeks or more; there "
    "is none, write a coaching note"
)
_LINES = {COACHING: 6, PLAN: 3, **dict.fromkeys(CORRECTIVE, 4)}


class DocumentActions(SayActions, DecideActions):
    """A page with a summary at hand, and perhaps one of its documents, `document_shown`."""

    @property
    def document_shown(self) -> Document | None:
        """The document at hand."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What the store allows, to the document at hand."""
        if action == "document":
            return self.allowed(May.DOCUMENT)
        if action in ("appeal", "decide_appeal"):
            one = self.document_shown if self.is_whole and self.is_signed_in else None
            return one is not None and (one.may_appeal if action == "appeal" else one.may_decide)
        return super().check_action(action, parameters)

    # -------------------------------------------------------------------------------------- attaching

    def action_document(self) -> None:
        """Ask which kind."""
        from tui.screens.ask_box import AskBox  # deferred: as all boxes

        page = self.page_shown
        if page is None:
            return

        def chosen(kind: str | None) -> None:
            if kind in CORRECTIVE and not page.repeated:
                self.say_work(f"▲ {_NOT_REPEATED}.")
            elif kind is not None:
                self._offer_document(page, kind, "")

        who = words.shown(page.line.name)
        question = f"What is attached to the summary of {who}, {page.line.week.label}? They will see it."
        self.app.push_screen(AskBox("Attach a document", question, tuple(KINDS.items())), chosen)

    def _offer_document(self, page: SummaryPage, kind: str, refused: str) -> None:
        known = self.known
        if known is None:
            return
        number, draft = page.line.number, f"document {page.line.number} {kind}"
        fields = document_fields(page, kind, known.today, self.drafts.get(draft, {}))

        def keep(texts: Mapping[str, str]) -> None:
            self.drafts[draft] = texts

        def filled(given: Filled) -> None:
            keep(given.texts)

            def said(made: DocumentAdded) -> str:
                self.drafts.pop(draft, None)
                return f"✓ The {say.kind_title(made.kind)} is attached."

            def again(declined: Declined) -> None:
                self._offer_document(page, kind, declined.words)

            self.change("Attaching", partial(_attach, number, kind, given.values), said, again)

        box = FormBox(KINDS[kind], "Attach it", fields, refused=refused, about=_ABOUT[kind])
        self.fill_in(box, filled, keep)

    # ---------------------------------------------------------------------------- appealing, deciding

    def action_appeal(self) -> None:
        """Have it said why the document is not right."""
        one = self.document_shown
        if one is None:
            return
        letter = Letter(
            f"appeal {one.number}",
            "Appeal",
            f"{KINDS[one.kind]}: “{words.shown(one.text)}”. The HR business partner decides, and says why.",
            "Reason",
            "Why it is not right.",
            "Appeal",
            "Appealing",
        )

        def appeal(store: Store, reason: str) -> DocumentAdded:
            from store.documents import appeal as object_to  # deferred: writing needs what reading does not

            return object_to(store, one.number, reason)

        self.write(letter, appeal, lambda _: "◇ Your appeal waits for a decision.")

    def action_decide_appeal(self) -> None:
        """Ask what is decided of the appeal, then why."""
        one = self.document_shown
        if one is None:
            return

        def decide(decision: str, store: Store, reason: str) -> Decided:
            from store.documents import decide_appeal  # deferred: as above

            return decide_appeal(store, one.number, decision, reason)

        question = f"{KINDS[one.kind]}: “{words.shown(one.text)}”. The appeal: “{words.shown(one.appeal)}”"
        answers = (
            (UPHELD, "Uphold the appeal: it has no effect any more"),
            (REJECTED, "Reject the appeal: the document stands"),
        )
        self.decide_between(f"appeal {one.number}", question, answers, decide)


def document_fields(page: SummaryPage, kind: str, today: date, texts: Mapping[str, str]) -> tuple[Field, ...]:
    """What a document of this kind says; `texts` were written before."""
    text = Field("text", "Text", _hint(kind), texts.get("text", ""), lines=_LINES[kind])
    if kind == COACHING:
        return (text,)
    if kind == PLAN:
        return (*_plan_fields(page, texts), text)
    offers = tuple(Offer(say.flag_title(code), code) for code in page.repeated)
    return (
        Field(FLAG, "Flag", "What it is for; ↓ chooses among those of two earlier weeks or more.",
              texts.get(FLAG, ""), offers),
        day_field("from_day", "From", today, texts.get("from_day", "today")),
        day_field("until_day", "Until", today, texts.get("until_day", "+30")),
        text,
    )  # fmt: skip


def _hint(kind: str) -> str:
    return "What is agreed, and by when." if kind in (COACHING, PLAN) else "What was decided, and why."


def _plan_fields(page: SummaryPage, texts: Mapping[str, str]) -> tuple[Field, ...]:
    summary = page.summary
    left_out = "; ".join(say.excluded_words(summary.excluded)) or "nothing"
    context = "; ".join(map(words.shown, summary.priorities)) or "none known"
    groups = "; ".join(dict.fromkeys(words.shown(one.group) for one in summary.cycle)) or "no cycle known"

    def long(name: str, label: str, hint: str, *, needed: bool = True) -> Field:
        return Field(name, label, hint, texts.get(name, ""), lines=2, needed=needed)

    return (
        Field(PURPOSE, "Purpose", "↓ chooses what the plan is for.", texts.get(PURPOSE, ""), _PURPOSES),
        long(ROLE_MIX, "Role mix", f"Which kinds of roles they had. In this week: {groups}."),
        long(PRIORITIES, "Priorities", f"What was urgent, critical or long. In this week: {context}."),
        long(EXCLUSIONS, "Left out", f"What does not count, and why. In this week: {left_out}."),
        long(
            OTHER_CRITERIA,
            "Other ground",
            "What it rests on beside the figures; needed for an ending or a promotion.",
            needed=False,
        ),
    )


def _attach(number: int, kind: str, values: Mapping[str, Any], store: Store) -> DocumentAdded:
    from store.documents import add_document  # deferred: as above

    days = ("from_day", "until_day")
    context = {name: value for name, value in values.items() if name not in ("text", *days) and value}
    return add_document(
        store,
        number,
        kind,
        values["text"],
        context=context,
        **{day: values[day] for day in days if day in values},
    )
