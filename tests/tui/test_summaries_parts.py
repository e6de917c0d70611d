"""How a summary is drawn and written, by hand-made pages: bars, weeks, marks, sentences, dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kpi.benchmarks import STANDARD
from kpi.periods import next_quarter
from kpi.summary import ACTIVITY, FIGURES, GROUPS, Difference, Excluded, Factor, Figure, Flag, Summary, Target
from kpi.weeks import Week
from store.summary_facts import BenchmarksVersion, FigureWeeks, FlagView, SummaryLine, SummaryPage
from tests.tui.fake import HOSTILE
from tui import summary_lists, summary_parts
from tui.summary_facts import why_left
from tui.summary_parts import FigureShown, Part
from tui.summary_words import target_sentence
from tui.themes import look_of
from tui.widgets import charts

WEEK = Week(date(2026, 11, 9))
LINE = SummaryLine(
    number=1, person=2, name="Ray", team=1, team_name="North", week=WEEK, state="ready", flags=(),
    unanswered=0, contested=0, changed=False, digest="00" * 32, approvable=True,
)  # fmt: skip
FACTORS = (Factor("open_roles", 120, "6 a head, usually 5"), Factor("ramp_up", 50, HOSTILE))
GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}


def flag(code: str = "outlier_own", figure: str | None = "calls", answer: str | None = None) -> FlagView:
    one = Flag(code, figure, HOSTILE)
    return FlagView(one.key, code, figure, HOSTILE, (), (), one.needs_answer, answer, None, None)


def page(**more: Any) -> SummaryPage:
    """Five calls, which weigh six, of a target of four."""
    figures = tuple(
        Figure(name, GROUP_OF[name], 5 if name == "calls" else 0, 600 if name == "calls" else None)
        for name in FIGURES
    )
    targets = (
        Target("calls", 400, 667, "team", FACTORS),
        *(Target(name, None, why="fewer than eight weeks are known") for name in ACTIVITY[1:]),
    )
    summary = Summary(2, WEEK, 1, 3, figures, targets, (), Excluded(frozen_listings=2), (), {"calls": 7}, ())
    made = SummaryPage(
        line=LINE, summary=summary, seal=None, differences=(), steps=(), flags=(), contests=(), documents=(),
        held=frozenset(), may=frozenset(), names={},
        weeks=tuple(WEEK.before(back) for back in range(12, -1, -1)),
        history=(FigureWeeks("calls", (None,) * 10 + (0, 10, 5)),),
    )  # fmt: skip
    return replace(made, **more)


def bar(value: int, target: int, cells: int = 12) -> str:
    look = look_of("dark")
    return "".join(segment.text for segment in charts.target_bar(value, target, cells, look, look.plain))


@pytest.mark.parametrize(
    ("value", "target", "drawn"),
    [
        (0, 400, "────────┃───"),
        (200, 400, "━━━━────┃───"),
        (225, 400, "━━━━╸───┃───"),
        (400, 400, "━━━━━━━━┃───"),
        (500, 400, "━━━━━━━━┃━──"),
        (5000, 400, "━━━━━━━━┃━━▸"),
        (0, 0, "────────┃───"),
        (1, 0, "━━━━━━━━┃━━▸"),
    ],
)
def test_a_bar_reaches_its_target_at_one_place_whatever_the_numbers(value, target, drawn):
    assert bar(value, target) == drawn


def test_a_week_without_a_summary_is_a_dot_and_none_is_the_lowest_bar():
    assert charts.weeks_line((None, 0, 5, 10)) == "·▁▅█"
    assert charts.weeks_line(()) == ""
    assert charts.weeks_line((0, 0)) == "▁▁"


def test_figures_stand_in_their_groups_in_their_own_order_whatever_they_come_to():
    lines = summary_parts.figure_lines(page(), wide=True)
    stood_for = [line.value for line in lines]
    assert [one.figure.name for one in stood_for if isinstance(one, FigureShown)] == list(FIGURES)
    assert [line.group for line in lines if line.group] == ["Activity", "Outcomes", "Engagement", "Tasks"]
    calls, emails, offers = lines[0], lines[1], lines[6]
    assert (calls.counted, calls.weighted, calls.target, calls.target_words) == (5, 600, 400, "4")
    assert calls.weeks[-3:] == (0, 10, 5)
    assert (emails.has_target, emails.target, emails.target_words) == (True, None, "–")
    assert not offers.has_target


@pytest.mark.parametrize(
    ("more", "mark", "note"),
    [
        ({}, "", ""),
        ({"flags": (flag(),)}, "▲", "unlike the person's own weeks"),
        ({"flags": (flag(answer="So"),)}, "", "unlike the person's own weeks"),
        ({"held": frozenset({"calls"}), "flags": (flag(),)}, "○", "held · unlike the person's own weeks"),
        ({"differences": (Difference("calls", 4, 5),)}, "■", "was 4 when it was approved"),
    ],
)
def test_the_most_pressing_goes_before_a_figure_and_all_of_it_is_said(more, mark, note):
    line = summary_parts.figure_lines(page(**more), wide=True)[0]
    assert (line.mark, line.note) == (mark, note)


def test_a_figure_says_its_target_factor_by_factor_or_why_there_is_none():
    made = page()
    shown = {name: FigureShown(made.summary.figure(name), ()) for name in FIGURES}
    said = summary_parts.figure_sentence(made, shown["calls"])
    assert "5 (weighs 6)" in said
    assert "× 120 % open roles × 50 % ramp-up" in said
    whole = target_sentence(made.summary.targets[0])
    assert "open roles 120 % (6 a head, usually 5)" in whole
    assert "ramp-up 50 % ([31mEvil[bold]name[/bold][@click=app.quit]x[/])" in whole, "cleaned, and plain"
    assert "fewer than eight weeks are known" in summary_parts.figure_sentence(made, shown["emails"])


def test_what_changed_is_a_part_only_where_something_has():
    assert Part.CHANGED not in summary_parts.parts_of(page())
    found = (Difference("calls", 4, 5, (9,)), Difference("calls, weighted", 400, 550))
    changed = page(differences=found)
    assert summary_parts.part_title(Part.CHANGED, changed) == "Changed 2"
    assert [row.cells for row in summary_parts.part_rows(Part.CHANGED, changed)] == [
        ("Calls", "4", "5", "1 came"),
        ("Calls, weighted", "4", "5.5", ""),
    ]


def test_a_week_that_runs_has_no_parts_of_its_way_and_says_who_sees_it():
    runs = page(line=replace(LINE, number=0, state="open", own=True))
    assert summary_parts.parts_of(runs) == (Part.FIGURES, Part.FLAGS, Part.CONTEXT)
    assert "nobody sees it but you" in summary_parts.notice(runs)
    assert summary_parts.headline(runs)[0][0] == "○ open, so far"


def test_the_context_says_what_was_left_out_and_what_the_person_says_they_did():
    said = "\n".join(f"{fact.name}: {fact.text}" for fact in summary_parts.context_facts(page()))
    assert "Left out: 2 frozen listings" in said
    assert "Benchmarks: version 3" in said
    assert "Said: Calls: 7 they say, 5 counted" in said


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, None),
        ({"state": "returned"}, "returned"),
        ({"flags": ("outlier_short",)}, None),
        ({"flags": ("outlier_own",)}, "it has flags"),
        ({"contested": 1}, "a figure is contested"),
        ({"state": "approved", "changed": True}, "changed since it was approved"),
        ({"state": "approved"}, "approved already"),
    ],
)
def test_who_would_be_left_out_of_approving_many_is_what_the_rule_says(more, why):
    assert why_left(replace(LINE, **more)) == why


@pytest.mark.parametrize(
    ("more", "flags"),
    [
        ({"flags": ("outlier_short",)}, "· too few weeks to compare with"),
        ({"flags": ("daily_limit",), "unanswered": 1}, "▲ 1 to answer: over the daily limit"),
        ({"flags": ("daily_limit",)}, "✓ over the daily limit"),
        ({}, ""),
    ],
)
def test_flags_in_a_list_say_whether_they_wait_for_an_answer(more, flags):
    assert summary_lists._flags(replace(LINE, **more)) == flags


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 3, 31), date(2026, 4, 1)),
        (date(2026, 10, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_revision_is_due_in_the_quarter_after_the_last_one(day, quarter):
    assert next_quarter(day) == quarter
    version = BenchmarksVersion(
        1,
        WEEK,
        datetime(day.year, day.month, day.day, tzinfo=UTC),
        "Ada",
        "",
        {},
        "",
        STANDARD,
        (),
        in_force=True,
    )
    before = summary_lists.revision_words((version,), date.fromordinal(quarter.toordinal() - 1))
    assert before.startswith("Revised last on")
    assert "is due from" in before
    assert summary_lists.revision_words((version,), quarter).startswith("▲ Revised last on")
    own = replace(version, number=0, created_at=None)
    assert "never been revised" in summary_lists.revision_words((own,), quarter)
