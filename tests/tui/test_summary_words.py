"""How weekly summaries are written: all of their parts have words, and nothing foreign is drawn."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from kpi.disclosure import Total
from kpi.documents import KINDS
from kpi.summary import FIGURES, FLAG_CODES, GROUPS, CycleGroup, Difference, Excluded, Factor, Figure, Target
from kpi.summary_course import DECISIONS, STEPS, State
from kpi.weeks import Week
from store.summary_facts import ContestLine, Document, FlagView, StepView, SummaryLine
from tests.tui.fake import HOSTILE
from tui import summary_words as words

WEEK = Week(date(2026, 11, 9))
AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
LINE = SummaryLine(12, 3, "Bo", 1, "North", WEEK, "ready", ("missing_note",), 1, 0, False, "ab" * 32)
FLAG = FlagView(
    "missing_note.1a2b", "missing_note", None, "one note is missing", (7,), (), True, None, None, None
)
CONTEST = ContestLine(3, 12, 3, "Bo", 1, "North", WEEK, "calls", 7, "it was Cy", AT, None, None, None, None)
DOCUMENT = Document(
    5, 12, "reminder", "notes", {}, date(2026, 11, 16), date(2026, 12, 15), "Mo", AT, None, None, None, None,
    None, in_force=True,
)  # fmt: skip
STEP = StepView(1, AT, "Mo", "approved", "", "")


def plain(text: str) -> bool:
    return text.isprintable() and "\x1b" not in text


def test_every_figure_flag_state_step_kind_and_decision_has_words() -> None:
    assert set(words.GROUP_TITLES) == set(GROUPS)
    assert set(words.SHORT_TITLES) == set(FIGURES)
    assert set(words.STATES) == {state.value for state in State}
    assert set(words.STEPS) == set(STEPS)
    assert set(words.DECISIONS) == {None, *DECISIONS}
    assert all(words.figure_title(name) != name for name in FIGURES)
    assert all(words.flag_title(code) != code for code in FLAG_CODES)
    assert all(words.kind_title(kind) == title.lower() for kind, title in KINDS.items())
    everything = Excluded(*(2 for _ in fields(Excluded)))
    assert len(words.excluded_words(everything)) == len(fields(Excluded))


def test_no_two_states_share_a_glyph_or_a_word() -> None:
    looks = [*words.STATES.values(), words.CHANGED]
    assert len({look.glyph for look in looks}) == len({look.word for look in looks}) == 5


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"), (0, "0"), (1200, "12"), (1250, "12.5"), (25, "0.25"), (123_456_705, "1,234,567.05"),
        (-150, "-1.5"),
    ],
)  # fmt: skip
def test_hundredths_are_written_without_needless_digits(value: int | None, said: str) -> None:
    assert words.hundredths(value) == said


def test_a_target_says_all_its_factors_or_why_there_is_none() -> None:
    factors = (Factor("open_roles", 120, "6 to a person, usually 5"), Factor("ramp_up", 50, ""))
    said = words.target_sentence(Target("calls", 720, 1200, "team", factors))
    assert said == (
        "Target 7.2, of 12: the team's median × open roles 120 % (6 to a person, usually 5); ramp-up 50 %."
    )
    assert words.target_sentence(Target("calls", 1200, 1200, "organisation")) == (
        "Target 12, of 12: the organisation's median."
    )
    none = Target("calls", None, why="fewer than 8 weeks are known")
    assert words.target_sentence(none) == "No target: fewer than 8 weeks are known."
    assert words.target_words(none) == words.target_words(None) == "–"


def test_a_count_says_its_weight_where_that_is_another() -> None:
    assert words.count_words(Figure("calls", "activity", 12, 1350)) == "12 (weighs 13.5)"
    assert words.count_words(Figure("calls", "activity", 12, 1200)) == "12"
    assert words.count_words(Figure("tasks_late", "tasks", 3)) == "3"


def test_open_listings_of_a_cycle_are_counted_and_not_dropped() -> None:
    group = CycleGroup("technical, external", "time_to_fill", 4, 2, 1, 21, None, 30, None, ())
    assert words.cycle_words(group) == (
        "technical, external, time to fill: half within 21 working, 30 calendar days, 85 of 100 not yet "
        "(open ones counted as open); 4 finished, 2 open, 1 ended without"
    )


def test_what_differs_is_said_in_the_figure_s_own_units() -> None:
    assert words.difference_words("calls", 12, 14) == "Calls 12 → 14"
    assert words.difference_words("calls, weighted", 1200, 1450) == "Calls, weighted 12 → 14.5"
    assert words.difference_words("frozen listings", None, 2) == "frozen listings – → 2"
    assert words.difference_words("open, technical, external (time_to_fill)", 1, 2) == (
        "open, technical, external (time to fill) 1 → 2"
    )
    assert words.difference_sentence(Difference("calls", 1, 2, (71,), ())) == "Calls 1 → 2; added: 71"
    assert words.difference_sentence(Difference("tasks_late", 2, 1, (), (7,))) == (
        "Tasks finished late 2 → 1; removed: 1 task"
    )


def test_a_week_is_named_with_its_days() -> None:
    assert words.week_words(WEEK) == "2026-W46, 9 to 15 Nov 2026"
    assert words.week_words(Week(date(2026, 11, 30))) == "2026-W49, 30 Nov to 6 Dec 2026"
    assert words.week_words(Week(date(2026, 12, 28))) == "2026-W53, 28 Dec 2026 to 3 Jan 2027"


def test_what_has_changed_since_its_approval_is_never_shown_as_approved() -> None:
    approved = replace(LINE, state="approved")
    assert words.state_words(approved) == "✓ approved"
    assert words.state_words(replace(approved, changed=True)) == "■ changed since approval"
    assert words.state_words(LINE) == "◇ ready"


def test_flags_say_whether_they_were_answered() -> None:
    assert (
        words.flags_words(("missing_note", "outlier_own")) == "▲ note missing, unlike the person's own weeks"
    )
    assert words.flags_words(("outlier_short",)) == "· too few weeks to compare with"
    assert words.flags_words(()) == ""
    assert words.flag_sentence(FLAG) == "▲ note missing: one note is missing; to be answered"
    answered = replace(FLAG, figure="calls", answer="by telephone", answered_by="Bo")
    assert words.flag_sentence(answered) == (
        "✓ note missing (Calls): one note is missing; answered by Bo: “by telephone”"
    )
    assert words.flag_sentence(replace(FLAG, needs_answer=False)).endswith("; needs no answer")


def test_steps_contests_and_documents_say_who_did_what_and_why() -> None:
    assert words.step_words(STEP) == "approved by Mo"
    answered = StepView(2, AT, "Bo", "answered", "missing_note.calls.1a2b", "by telephone")
    assert words.step_words(answered) == "flag answered by Bo, note missing (Calls): “by telephone”"
    assert words.about_words("calls, event 7") == "Calls, event 7"
    assert words.contest_sentence(CONTEST) == (
        "◇ waiting: Calls, event 7, 2026-W46, contested by Bo: “it was Cy”; held out of every report until "
        "it is decided"
    )
    decided = replace(CONTEST, decision="upheld", decided_by="Hal", decision_reason="so it was")
    assert words.contest_sentence(decided).endswith("; decided by Hal: “so it was”")
    assert words.held_words({"notes", "calls"}) == "○ held: Calls, Notes"
    assert words.held_words(()) == ""
    assert words.document_days(DOCUMENT) == "2026-11-16 to 2026-12-15"
    assert words.document_days(replace(DOCUMENT, from_day=None, until_day=None)) == ""
    assert words.document_state(DOCUMENT) == "● in force"
    assert words.document_state(replace(DOCUMENT, appeal="no")) == "● in force, appeal waiting"
    assert words.document_state(replace(DOCUMENT, in_force=False)) == "· not in force"
    assert words.document_state(replace(DOCUMENT, appeal="no", decision="upheld")) == "× lifted on appeal"


def test_a_withheld_total_is_no_number() -> None:
    assert [words.total_words(one) for one in (Total(None, 3), Total(1200, 1), Total(7, 0))] == [
        "–", "1,200*", "7",
    ]  # fmt: skip


def test_nothing_foreign_is_drawn() -> None:
    for said in (
        words.flag_sentence(replace(FLAG, code=HOSTILE, said=HOSTILE, answer=HOSTILE, answered_by=HOSTILE)),
        words.step_words(StepView(1, AT, HOSTILE, "commented", HOSTILE, HOSTILE)),
        words.contest_sentence(replace(CONTEST, name=HOSTILE, reason=HOSTILE, figure=HOSTILE)),
        words.target_sentence(Target("calls", None, why=HOSTILE)),
        words.target_sentence(Target("calls", 1, 1, "team", (Factor("ramp_up", 50, HOSTILE),))),
        words.difference_words(HOSTILE, 1, 2),
        words.state_words(replace(LINE, state=HOSTILE)),
        words.cycle_words(CycleGroup(HOSTILE, "time_to_fill", 0, 0, 0, None, None, None, None, ())),
    ):
        assert plain(said), said
