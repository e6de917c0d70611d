"""`stagewatch summaries list|show|events|missing|team|generate|first-weekday`: who sees what, and how."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from kpi.policy import Action
from kpi.summary import FIGURES
from tests.tui.fake import HOSTILE
from tests.tui.line import Line
from tests.tui.summaries_line import LATE, ROWS, WEEK, Weekly
from tui.arguments import parse

LINE = {
    "id", "person", "week", "state", "flags", "digest", "user", "team", "from", "until", "unanswered",
    "contested", "changed", "own", "approvable",
}  # fmt: skip
PAGE = LINE | {
    "benchmarks", "figures", "targets", "cycle", "excluded", "priorities", "self_report", "warnings", "seal",
    "kept_reason", "differences", "history", "contests", "documents", "held", "may", "weeks", "earlier",
    "listings",
}  # fmt: skip
EVENT = {
    "seq", "at", "kind", "listing", "title", "application", "actor", "note", "details", "known_at", "late",
}  # fmt: skip


def figures(page: dict[str, Any]) -> dict[str, int]:
    return {one["figure"]: one["count"] for one in page["figures"]}


# -------------------------------------------------------------------------------------------- lists


def test_the_list_has_the_keys_that_were_promised_and_names_in_order(weekly: Weekly) -> None:
    found = weekly.enter("Mo").json("list")
    assert list(found) == ["summaries"]
    assert all(set(one) == LINE for one in found["summaries"])
    assert [one["user"] for one in found["summaries"]] == ["Bo", "Cy", "Mo"], "by name, never by figure"
    bo = found["summaries"][0]
    assert list(bo)[:6] == ["id", "person", "week", "state", "flags", "digest"]
    assert (bo["person"], bo["week"], bo["state"]) == (
        weekly.guarded.house.members["Bo"].number,
        WEEK,
        "ready",
    )
    assert bo["flags"] == ["missing_note", "outlier_short"]
    assert re.fullmatch("[0-9a-f]{64}", bo["digest"])
    assert (bo["from"], bo["until"]) == ("2025-03-03", "2025-03-09")


def test_the_list_can_be_of_a_week_and_of_a_state(weekly: Weekly) -> None:
    weekly.enter("Mo").json("approve", weekly.number("Cy"))
    assert [one["user"] for one in weekly.json("list", "--state", "approved")["summaries"]] == ["Cy"]
    assert [one["user"] for one in weekly.json("list", "--state", "ready")["summaries"]] == ["Bo", "Mo"]
    assert weekly.json("list", "--state", "changed") == {"summaries": []}
    assert len(weekly.json("list", "--week", "2025w10")["summaries"]) == 3
    assert weekly.json("list", "--week", "2025-W11") == {"summaries": []}
    weekly.bring_in(LATE)
    assert [one["user"] for one in weekly.json("list", "--state", "changed")["summaries"]] == ["Cy"]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("Bo", ["Bo"]), ("Mo", ["Bo", "Cy", "Mo"]), ("Hal", ["Bo", "Cy", "Mo"]), ("Ada", []), ("Ann", []),
        ("Dee", ["Dee"]),
    ],
)  # fmt: skip
def test_everybody_sees_their_own_and_those_of_their_teams(weekly: Weekly, who: str, seen: list[str]) -> None:
    assert sorted(weekly.enter(who).lines()) == seen
    for name, words in (("Bo", ["show"]), ("Dee", ["events", "calls"])):
        command, *more = words
        status, _, err = weekly.run(command, weekly.number(name), *more)
        refused = "you may not see one person's figures" in err
        assert (status, refused) == ((0, False) if name in seen else (1, True)), name


def test_a_token_lists_only_if_it_was_made_for_that(weekly: Weekly) -> None:
    weekly.guarded.enter("Bo", rights={Action.SEE_BOARD})
    assert "you may not see one person's figures" in weekly.refused("list")
    weekly.guarded.enter("Bo", rights={Action.SEE_FIGURES})
    assert list(weekly.lines()) == ["Bo"]


def test_nobody_is_told_anything_before_they_sign_in(weekly: Weekly) -> None:
    weekly.guarded.leave()
    for line in (
        "list", "show 1", "events 1 calls", "approve 1", "approve --unflagged --week 2025-W10 --yes",
        "return 1 --reason x", "keep 1 --reason x --digest 00", "decide 1 upheld --reason x",
        "document decide 1 upheld --reason x",
    ):  # fmt: skip
        assert "sign in with “stagewatch sign-in”" in weekly.refused(*line.split()), line


def test_in_a_store_without_people_there_is_nothing_to_see_and_nothing_is_refused(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(store, capsys)
    assert line.json("summaries", "list") == {"summaries": []}
    assert "“stagewatch summaries generate” makes those that are due" in line.run("summaries", "list")[1]
    made = line.json("summaries", "generate")
    assert (len(made["weeks"]), made["made"]) == (1, 0)
    assert line.json("summaries", "contests") == {"contests": [], "appeals": []}
    assert "there is no summary 1" in line.refused("summaries", "approve", "1")
    assert line.json("summaries", "first-weekday", "Sunday") == {"first_weekday": "Sun", "changed": True}
    assert line.run("summaries", "first-weekday")[1] == "Weeks begin on Sun.\n"


# ------------------------------------------------------------------------------------------- a page


def test_a_page_has_figures_targets_flags_events_state_and_history(weekly: Weekly) -> None:
    page = weekly.enter("Bo").json("show", weekly.number("Bo"))
    assert set(page) == PAGE
    assert [one["figure"] for one in page["figures"]] == list(FIGURES)
    counted = figures(page)
    assert (counted["calls"], counted["notes"], counted["stage_moves"], counted["withdrawals"]) == (
        3,
        1,
        2,
        1,
    )
    calls = page["figures"][0]
    assert set(calls) == {"figure", "group", "count", "weighted", "held", "events", "tasks"}
    assert (calls["weighted"], calls["held"], len(calls["events"])) == (300, False, 3)
    assert {one["figure"] for one in page["targets"]} == {
        "calls", "emails", "submissions", "interviews", "notes", "stage_moves",
    }  # fmt: skip
    assert page["targets"][0]["value"] is None
    assert "only 0 of the last 13 weeks" in page["targets"][0]["why"]
    missing, short = page["flags"]
    assert (missing["code"], missing["needs_answer"], len(missing["events"])) == ("missing_note", True, 1)
    assert (short["code"], short["needs_answer"]) == ("outlier_short", False)
    assert [one["kind"] for one in page["history"]] == ["generated"]
    assert page["cycle"][0]["open"] == 1
    assert page["weeks"][-1] == WEEK
    assert page["earlier"][0] == {"figure": "calls", "counts": [None] * 12 + [3]}


def test_people_read_a_page_and_are_told_what_they_may_do(weekly: Weekly) -> None:
    status, out, err = weekly.enter("Mo").run("show", weekly.number("Bo"))
    assert (status, err) == (0, "")
    for said in (
        "Bo, North, 2025-W10, 3 to 9 Mar 2025", "◇ ready", "▲ note missing: 1 event", "Calls   ",
        "No target: only 0 of the last 13 weeks", "0 finished, 1 open", "made from the events",
        "You may: answer, comment, document, return",
    ):  # fmt: skip
        assert said in out, said
    assert "#" not in out, "no rank"


def test_the_week_that_runs_is_shown_to_its_person_alone(weekly: Weekly) -> None:
    page = weekly.enter("Bo").json("show", "open")
    assert (page["id"], page["state"], page["user"], page["may"]) == (None, "open", "Bo", [])
    assert set(page) == PAGE
    assert weekly.json("events", "open", "calls") == {
        "id": None,
        "figure": "calls",
        "events": [],
        "tasks": [],
    }
    assert "Your week so far: Bo, North" in weekly.run("show", "open")[1]
    assert "of your week so far: 0 events" in weekly.run("events", "open", "calls")[1]
    tasks = weekly.json("events", "open", "tasks_overdue")["tasks"]
    assert "J7" in {task["listing"] for task in tasks}
    assert "no figure of your week so far" in weekly.refused("events", "open", "tea")
    assert "in no team this week" in weekly.enter("Hal").refused("show", "open")


def test_the_events_behind_a_figure_or_a_flag_are_listed(weekly: Weekly) -> None:
    bo = weekly.enter("Mo").number("Bo")
    found = weekly.json("events", bo, "calls")
    assert set(found) == {"id", "figure", "events", "tasks"}
    assert [set(one) for one in found["events"]] == [EVENT] * 3
    assert found["events"][2]["note"] == "left a message"
    assert [one["seq"] for one in found["events"]] == weekly.json("show", bo)["figures"][0]["events"]
    behind = weekly.json("events", bo, "missing_note")["events"]
    assert [one["kind"] for one in behind] == ["application_withdrawn"]
    assert "left a message" in weekly.run("events", bo, "calls")[1]
    (task,) = weekly.json("events", bo, "tasks_open")["tasks"]
    assert (task["listing"], task["ended_on"]) == ("J7", None)
    assert [one["tasks"] for one in weekly.json("show", bo)["figures"] if one["tasks"]] == [[task["id"]]]
    assert "1 task" in weekly.run("events", bo, "tasks_open")[1]


def test_what_was_approved_can_still_be_listed_after_a_late_import(weekly: Weekly) -> None:
    cy = weekly.enter("Mo").number("Cy")
    assert "has not been approved yet" in weekly.refused("events", cy, "calls", "--sealed")
    weekly.json("approve", cy)
    weekly.bring_in(LATE)
    assert [one["late"] for one in weekly.json("events", cy, "calls")["events"]] == [False, True]
    assert len(weekly.json("events", cy, "calls", "--sealed")["events"]) == 1
    assert "“late”" in weekly.run("events", cy, "calls")[1]


def test_hostile_text_from_the_file_is_drawn_as_plain_text(weekly: Weekly) -> None:
    weekly.bring_in(f"note_added,2025-03-07T10:00:00Z,J7,A1,bo@ats,,{HOSTILE}\n")
    bo = weekly.enter("Bo").number("Bo")
    _, out, _ = weekly.run("events", bo, "notes")
    assert "Evil[bold]name[/bold][@click=app.quit]x[/]" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


# -------------------------------------------------------------------------- weeks, missing, totals


def test_generating_twice_changes_nothing_and_a_late_event_what_it_must(weekly: Weekly) -> None:
    weekly.enter("Bo")
    made = weekly.json("generate", "--week", WEEK)
    assert made == {"weeks": [WEEK], "made": 0, "updated": 0, "changed": 0, "same": made["same"]}
    weekly.bring_in(ROWS + LATE)
    assert weekly.json("generate", "--week", WEEK)["updated"] == 0
    assert figures(weekly.enter("Cy").json("show", weekly.number("Cy")))["calls"] == 2
    status, out, _ = weekly.run("generate", "--week", WEEK)
    assert (status, "1 week looked at: 2025-W10." in out) == (0, True)


def test_a_week_that_is_not_over_or_is_none_is_refused(
    weekly: Weekly, capsys: pytest.CaptureFixture[str]
) -> None:
    weekly.enter("Mo")
    assert "is not over yet" in weekly.refused("generate", "--week", "2079-W01")
    for odd, why in (
        ("2025-W60", "2025 has no week 60"), ("next", "is no week"), ("2025-11-21", "is no week"),
        (HOSTILE, "is no week"),
    ):  # fmt: skip
        with pytest.raises(SystemExit) as left:
            parse(["summaries", "list", "--week", odd])
        err = capsys.readouterr().err
        assert (left.value.code, err.count("\n"), "\x1b" in err) == (2, 1, False)
        assert why in err


def test_a_week_without_a_summary_is_missing(weekly: Weekly) -> None:
    weekly.enter("Mo")
    assert weekly.json("missing") == {"missing": []}
    assert weekly.run("missing")[1] == "No week is missing.\n"
    house = weekly.guarded.house
    cy, first, until = house.members["Cy"].number, date(2025, 3, 3).toordinal(), date(2025, 3, 17).toordinal()
    house.run(f"UPDATE membership SET from_day = {first}, until_day = {until} WHERE person = {cy}")
    assert weekly.json("missing") == {"missing": [{"person": cy, "user": "Cy", "week": "2025-W11"}]}
    assert "2025-W11, 10 to 16 Mar 2025  Cy" in weekly.run("missing")[1]
    assert weekly.enter("Bo").json("missing") == {"missing": []}, "whom one does not see is not named"


def test_totals_of_a_team_are_for_those_who_may_see_them(weekly: Weekly) -> None:
    days = ("--since", "2025-03-01", "--until", "2025-03-31")
    found = weekly.enter("Mo").json("team", "north", *days)
    assert set(found) == {"team", "name", "since", "until", "totals", "months"}
    assert (found["name"], [one["month"] for one in found["months"]]) == ("North", ["2025-03"])
    assert {one["value"] for one in found["totals"]} == {None}, "three people are fewer than five"
    status, out, _ = weekly.run("team", "North", *days)
    assert (status, "“–” is withheld" in out) == (0, True)
    assert "you may not see totals" in weekly.enter("Mo").refused("team", "South", *days)
    assert weekly.enter("Ada").json("team", *days)["name"] == "All teams"
    assert "there is no team “West”" in weekly.refused("team", "West")
    assert "whole months" in weekly.refused("team", "--since", "2025-03-02", "--until", "2025-03-31")


def test_the_first_weekday_is_for_super_users_and_only_before_the_first_summary(weekly: Weekly) -> None:
    assert weekly.enter("Bo").json("first-weekday") == {"first_weekday": "Mon", "changed": False}
    assert "you may not change the benchmarks" in weekly.refused("first-weekday", "Sun")
    weekly.enter("Ada")
    assert weekly.run("first-weekday", "Monday")[1] == "Weeks began on Mon before; nothing was written.\n"
    assert "there are weekly summaries already" in weekly.refused("first-weekday", "Sun")
    assert "is no weekday" in weekly.refused("first-weekday", "Noday")
    assert "more than one day" in weekly.refused("first-weekday", "Mon,Tue")


@pytest.mark.parametrize(
    "words",
    [
        ("team", "North", "--until", "0001-01-31"),
        ("document", "add", "1", "--kind", "reminder", "--text", "x", "--context", "flag=missing_note",
         "--from", "9999-12-01", "--until", "9999-12-31"),
    ],
)  # fmt: skip
def test_days_at_the_ends_of_the_calendar_are_refused_in_a_line(
    weekly: Weekly, words: tuple[str, ...]
) -> None:
    weekly.enter("Mo")
    assert weekly.refused(*words)


def test_what_is_not_there_is_refused_in_a_line(weekly: Weekly) -> None:
    weekly.enter("Mo")
    for words, why in (
        (("show", "99"), "there is no summary 99"),
        (("events", "99", "calls"), "there is no summary 99"),
        (("events", weekly.number("Bo"), "cals"), "“cals”: there is no such flag"),
        (("events", weekly.number("Bo"), "tasks_lost"), "there is no such flag"),
        (("events", weekly.number("Bo"), HOSTILE), "there is no such flag"),
    ):
        said = weekly.refused(*words)
        assert why in said
        assert "\x1b" not in said
