"""What is said of a summary: comments, answers to flags, contests and what is decided of them, own counts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding

from kpi.summary import ACTIVITY, TITLES
from kpi.summary_course import REJECTED, UPHELD, why_contested
from kpi.weeks import week_named
from store.summary_facts import ContestLine, FlagView, May
from tui import summary_words as say
from tui import words
from tui.screens.form_box import Field, FieldError, FormBox
from tui.screens.summary_base import Letter, SummariesPage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kpi.weeks import Week
    from store.summary_facts import Contested, Decided, Reported, Stepped, SummaryPage
    from store.work import Store
    from tui.people_work import Declined
    from tui.screens.form_box import Filled

SAY_KEYS = (
    Binding("n", "comment", "comment", id="summary.comment", tooltip="Say something to the summary"),
    Binding("a", "answer", "answer", id="summary.answer", tooltip="Answer the flag with the cursor"),
    Binding("c", "contest", "contest", id="summary.contest",
            tooltip="Contest the figure: it is held out of every report until somebody else decides"),
)  # fmt: skip
DECIDE_KEY = Binding("v", "decide", "decide", id="summary.decide",
                     tooltip="Decide what is contested, with the reason")  # fmt: skip
REPORT_KEY = Binding("s", "report", "own counts", id="summary.report",
                     tooltip="Say how much of what you did yourself in a week")  # fmt: skip
_MOST_DIGITS = 5


class DecideActions(SummariesPage):
    """A page with a contest at hand, `contest`."""

    @property
    def contest(self) -> ContestLine | None:
        """The contest at hand."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what waits is decided, by whom the store lets."""
        if action == "decide":
            one = self.contest if self.is_whole and self.is_signed_in else None
            return one is not None and one.may_decide
        return super().check_action(action, parameters)

    def action_decide(self) -> None:
        """Ask what is decided, then why."""
        one = self.contest
        if one is None:
            return

        def decide(decision: str, store: Store, reason: str) -> Decided:
            from store.contests import decide as settle  # deferred: writing needs what reading does not

            return settle(store, one.number, decision, reason)

        what = say.contested_words(one)
        stays = (
            "it stays out of every report" if one.event is None else "the event is left out of their weeks"
        )
        question = f"{words.shown(one.name)} contests {what} in {one.week.label}: “{words.shown(one.reason)}”"
        answers = ((UPHELD, f"Uphold it: {stays}"), (REJECTED, "Reject it: the figure stands"))
        self.decide_between(f"contest {one.number}", question, answers, decide)

    def decide_between(
        self,
        draft: str,
        question: str,
        answers: tuple[tuple[str, str], ...],
        decide: Callable[[str, Store, str], Decided],
    ) -> None:
        """Have one of the `answers`, (decision, words) each, chosen, and a reason written for it."""
        from tui.screens.ask_box import AskBox  # deferred: as all boxes

        def chosen(decision: str | None) -> None:
            if decision in (None, "wait"):
                return
            letter = Letter(
                f"{draft} {decision}",
                "Uphold" if decision == UPHELD else "Reject",
                f"{question}.",
                "Reason",
                "Why. The person will read it, and it is kept with the decision.",
                "Uphold it" if decision == UPHELD else "Reject it",
                "Deciding",
            )
            what = draft.partition(" ")[0]
            self.write(letter, partial(decide, str(decision)), partial(self._decided, what))

        self.app.push_screen(AskBox("Decide", f"{question}.", (("wait", "Not yet"), *answers)), chosen)

    def _decided(self, what: str, done: Decided) -> str:
        self.call_later(self.figures_follow)
        look = say.DECISIONS[done.decision]
        return f"{look.glyph} The {what} is {look.word}."


class ReportActions(SummariesPage):
    """A page from which one says what one did oneself in a week."""

    @property
    def reported_week(self) -> tuple[Week, Mapping[str, int]] | None:
        """Of which week it is said at first, and what was said of it before; None: not here."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Everybody says it of themselves."""
        if action == "report":
            return self.is_whole and self.is_signed_in and self.reported_week is not None
        return super().check_action(action, parameters)

    def action_report(self) -> None:
        """Ask for the week and the counts."""
        if self.reported_week is not None:
            week, counts = self.reported_week
            texts = {figure: str(count) for figure, count in counts.items()}
            self._offer_report({"week": week.label, **texts}, "")

    def _offer_report(self, texts: Mapping[str, str], refused: str) -> None:
        known = self.known
        if known is None:
            return
        draft = f"report {texts['week']}"
        shown = {**texts, **self.drafts.get(draft, {})}
        first_weekday = known.week.first.weekday()
        fields = (
            Field("week", "Week", "A week such as 2026-W46, up to the one that runs.", shown["week"],
                  read=lambda text: week_named(text, first_weekday), means=say.week_words),
            *(Field(figure, _short(figure), f"{TITLES[figure]}: how many; empty says nothing of them.",
                    shown.get(figure, ""), read=partial(_count, TITLES[figure]), needed=False)
              for figure in ACTIVITY),
        )  # fmt: skip

        def keep(left: Mapping[str, str]) -> None:
            if any(text != texts.get(name, "") for name, text in left.items()):
                self.drafts[draft] = left

        def filled(given: Filled) -> None:
            counts = {name: value for name, value in given.values.items() if name != "week"}
            counts = {name: value for name, value in counts.items() if value is not None}

            def report(store: Store) -> Reported:
                from store.self_reports import report as tell  # deferred: as above

                return tell(store, given.values["week"], counts)

            def said(reported: Reported) -> str:
                self.drafts.pop(draft, None)
                self.call_later(self.figures_follow)
                if not reported.changed:
                    return "You had said so before; nothing was written."
                return (
                    f"✓ What you say of {reported.week.label} is kept, and is held against what was logged."
                )

            def again(declined: Declined) -> None:
                self.drafts[draft] = given.texts
                self._offer_report(texts, declined.words)

            self.change("Keeping", report, said, again)

        box = FormBox("What I did in a week", "Say so", fields, refused=refused)
        self.fill_in(box, filled, keep)


def _short(figure: str) -> str:
    return say.figure_title(figure, short=True)


def _count(title: str, text: str) -> int:
    """A whole number as it is typed."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise FieldError(f"{title.lower()}: write a whole number, such as 12")
    return int(text)


class SayActions(SummariesPage):
    """A page with a summary at hand, `page`; perhaps a flag, `flag`, or what can be contested."""

    @property
    def page_shown(self) -> SummaryPage | None:
        """The summary at hand."""
        raise NotImplementedError

    @property
    def flag(self) -> FlagView | None:
        """The flag at hand."""
        return None

    @property
    def contestable(self) -> tuple[str, int | None] | None:
        """What would be contested: a figure, or an event within it."""
        return None

    @property
    def event_said(self) -> str:
        """Which event would be contested, where it is one."""
        return ""

    @property
    def _can_be_contested(self) -> bool:
        at_hand, page = self.contestable, self.page_shown
        return at_hand is not None and page is not None and why_contested(page.contests, *at_hand) is None

    def allowed(self, may: May) -> bool:
        """Whether the store would let whoever has signed in do this now."""
        page = self.page_shown if self.is_whole and self.is_signed_in else None
        return page is not None and may in page.may

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What the store allows, to what is at hand."""
        if action == "comment":
            return self.allowed(May.COMMENT)
        if action == "answer":
            return self.allowed(May.ANSWER) and self.flag is not None and self.flag.needs_answer
        if action == "contest":
            return self.allowed(May.CONTEST) and self._can_be_contested
        return super().check_action(action, parameters)

    def action_comment(self) -> None:
        """Have it said."""
        page = self.page_shown
        if page is None:
            return
        line = page.line
        letter = Letter(
            f"comment {line.number}",
            "Say something",
            f"To {say.summary_name(line)}. Everybody who may see the summary reads it.",
            "Comment",
            "What there is to know of this week.",
            "Say it",
            "Keeping",
        )

        def comment(store: Store, text: str) -> Stepped:
            from store.summaries import comment as tell  # deferred: as above

            return tell(store, line.number, text)

        self.write(letter, comment, lambda _: "✓ It is said, and stands with the steps.")

    def action_answer(self) -> None:
        """Have the flag answered."""
        page, flag = self.page_shown, self.flag
        if page is None or flag is None:
            return
        number, key = page.line.number, flag.key
        had = "" if flag.answer is None else f" The answer now: “{words.shown(flag.answer)}”."
        letter = Letter(
            f"answer {number} {key}",
            "Answer a flag",
            f"{say.flag_title(flag.code).capitalize()}: {words.shown(flag.said).rstrip('.')}.{had}",
            "Answer",
            "What was behind it.",
            "Answer it",
            "Answering",
        )

        def answer(store: Store, text: str) -> Stepped:
            from store.summaries import answer_flag  # deferred: as above

            return answer_flag(store, number, key, text)

        self.write(letter, answer, lambda _: f"✓ “{say.flag_title(flag.code)}” is answered.")

    def action_contest(self) -> None:
        """Have it said what is wrong."""
        page, at_hand = self.page_shown, self.contestable
        if page is None or at_hand is None:
            return
        (figure, event), number = at_hand, page.line.number
        what = TITLES[figure] if event is None else f"an event of {TITLES[figure]}"
        letter = Letter(
            f"contest {number} {figure} {event}",
            f"Contest {what}",
            f"{self.event_said}{TITLES[figure]} of {page.line.week.label} is held out of every report until "
            "the HR business partner has decided. The decision and its reason are kept.",
            "Reason",
            "What is wrong with it.",
            "Contest it",
            "Contesting",
        )

        def contest(store: Store, reason: str) -> Contested:
            from store.contests import contest as begin  # deferred: as above

            return begin(store, number, figure, reason, event)

        def said(made: Contested) -> str:
            return f"{say.HELD.glyph} {TITLES[made.figure]} is held until it is decided."

        self.write(letter, contest, said)
