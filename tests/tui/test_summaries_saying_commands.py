"""`stagewatch summaries answer|comment|report|contest|contests|decide|document`: who says what."""

from __future__ import annotations

import pytest

from tests.tui.fake import HOSTILE
from tests.tui.summaries_line import LATE, WEEK, Weekly
from tui.arguments import parse

CLEANED = "[31mEvil[bold]name[/bold][@click=app.quit]x[/]"
CONTEST = {
    "contest", "id", "person", "user", "team", "week", "figure", "event", "reason", "at", "decision",
    "decided_by", "decided_at", "decision_reason", "may_decide", "event_kind", "event_at", "event_listing",
}  # fmt: skip
DOCUMENT = {
    "document", "id", "kind", "text", "context", "from", "until", "author", "at", "appeal", "appealed_at",
    "decision", "decided_by", "decision_reason", "in_force", "may_appeal", "may_decide",
}  # fmt: skip
PLAN = ("purpose=improvement", "role_mix=all technical", "priorities=two urgent ones", "exclusions=none were")


@pytest.fixture
def bo(weekly: Weekly) -> str:
    """The summary of Bo, who has signed in."""
    return weekly.enter("Bo").number("Bo")


def held(weekly: Weekly, number: str) -> list[str]:
    found: list[str] = weekly.json("show", number)["held"]
    return found


# ------------------------------------------------------------------------------ answers, comments


def test_a_flag_is_answered_by_its_key_or_as_much_as_tells_it_apart(weekly: Weekly, bo: str) -> None:
    done = weekly.json("answer", bo, "missing_note", "--text", "told by telephone")
    assert (list(done), done["state"]) == (["id", "state", "step"], "ready")
    flag = weekly.json("show", bo)["flags"][0]
    assert (flag["answer"], flag["answered_by"]) == ("told by telephone", "Bo")
    assert weekly.lines()["Bo"]["unanswered"] == 0
    weekly.enter("Mo").json("answer", bo, flag["key"], "--text", "talked about it")
    assert weekly.json("show", bo)["flags"][0]["answer"] == "talked about it"
    assert weekly.run("answer", bo, "missing", "--text", "again")[1] == (
        f"Summary {bo} is ready: the flag is answered.\n"
    )


def test_flags_that_are_none_or_ask_for_nothing_are_refused(weekly: Weekly, bo: str) -> None:
    for flag, text, why in (
        ("daily", "x", "there is no such flag, there is missing_note."),
        (HOSTILE, "x", "there is no such flag"),
        ("outlier_short", "x", "nothing to answer"), ("missing_note", " ", "answer: say what was behind it"),
        ("missing_note", "x" * 2001, "at most 2000 characters"),
    ):  # fmt: skip
        assert why in weekly.refused("answer", bo, flag, "--text", text)
    assert weekly.lines()["Bo"]["unanswered"] == 1


def test_comments_are_kept_with_their_author_and_drawn_plain(weekly: Weekly, bo: str) -> None:
    weekly.json("comment", bo, "--text", HOSTILE)
    weekly.enter("Hal").json("comment", bo, "--text", "seen")
    said = [
        (one["by"], one["text"]) for one in weekly.json("show", bo)["history"] if one["kind"] == "commented"
    ]
    assert said == [("Bo", CLEANED), ("Hal", "seen")]
    _, out, _ = weekly.run("show", bo)
    assert f"commented by Bo: “{CLEANED}”" in out
    assert "\x1b" not in out
    for who in ("Cy", "Ada", "Dee"):
        assert "you may not" in weekly.enter(who).refused("comment", bo, "--text", "me too")
        assert "you may not" in weekly.refused("answer", bo, "missing_note", "--text", "me too")


# --------------------------------------------------------------------------------------- own counts


def test_what_somebody_says_they_did_is_held_against_the_log(weekly: Weekly, bo: str) -> None:
    done = weekly.json("report", "--week", WEEK, "calls=5", "notes=1")
    assert (done["week"], done["counts"], done["changed"]) == (WEEK, {"calls": 5, "notes": 1}, True)
    assert weekly.json("report", "--week", WEEK, "notes=1")["changed"] is False
    assert "nothing was written" in weekly.run("report", "--week", WEEK, "notes=1")[1]
    weekly.bring_in(LATE)
    page = weekly.json("show", bo)
    assert page["self_report"] == {"calls": 5, "notes": 1}
    assert [one["figure"] for one in page["flags"] if one["code"] == "self_report"] == ["calls"]
    assert "By their own count: Calls 5, Notes 1" in weekly.run("show", bo)[1]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--week", WEEK, "cals=5"), "“cals” is no activity; there are calls, emails"),
        (("--week", WEEK, "hires=5"), "“hires” is no activity"),
        (("--week", WEEK, "calls=99999"), "calls: a number from 0 to 10000"),
        (("--week", WEEK, "calls=5", "calls=6"), "“calls” is said twice"),
        (("--week", "2079-W01", "calls=5"), "2079-W01 has not begun yet"),
    ],
)
def test_own_counts_that_cannot_be_are_refused(weekly: Weekly, words: tuple[str, ...], why: str) -> None:
    assert why in weekly.enter("Bo").refused("report", *words)


@pytest.mark.parametrize(
    "odd", ["calls", "calls=", "=5", "calls=-1", "calls=5.5", "calls=five", "calls=9999999999999"]
)
def test_own_counts_are_whole_numbers(odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(["summaries", "report", "--week", WEEK, "--", odd])
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


# ------------------------------------------------------------------------------------------ contests


def test_a_contested_figure_is_held_until_the_hr_partner_decides(weekly: Weekly, bo: str) -> None:
    made = weekly.json("contest", bo, "--figure", "calls", "--reason", HOSTILE)
    assert made == {"contest": 1, "id": int(bo), "figure": "calls", "event": None, "decision": None}
    assert held(weekly, bo) == ["calls"]
    (one,) = weekly.enter("Hal").json("contests", "--waiting")["contests"]
    assert set(one) == CONTEST
    assert (one["user"], one["reason"], one["decision"], one["may_decide"]) == ("Bo", CLEANED, None, True)
    _, out, _ = weekly.run("contests")
    assert "◇ waiting" in out
    assert "\x1b" not in out
    done = weekly.json("decide", "1", "rejected", "--reason", "the log is right")
    assert done == {"contest": 1, "id": int(bo), "decision": "rejected"}
    assert held(weekly, bo) == []
    assert weekly.json("contests", "--waiting") == {"contests": [], "appeals": []}
    assert "× rejected" in weekly.run("contests")[1]
    assert "decided already: rejected" in weekly.refused("decide", "1", "upheld", "--reason", "no")


def test_an_event_that_was_rightly_contested_leaves_the_week(weekly: Weekly, bo: str) -> None:
    seq = weekly.json("events", bo, "calls")["events"][0]["seq"]
    status, out, _ = weekly.run(
        "contest", bo, "--figure", "calls", "--event", str(seq), "--reason", "it was Cy"
    )
    assert (status, out) == (
        0, f"Contest 1 of summary {bo}: Calls is held out of every report until it is decided.\n",
    )  # fmt: skip
    weekly.enter("Hal").json("decide", "1", "upheld", "--reason", "so it was")
    weekly.bring_in(LATE)
    page = weekly.enter("Bo").json("show", bo)
    assert page["figures"][0]["count"] == 2
    assert page["excluded"]["contested_events"] == 1
    assert "1 event left out by a decision" in weekly.run("show", bo)[1]


@pytest.mark.parametrize("who", ["Mo", "Cy", "Ada", "Hal"])
def test_only_the_person_contests(weekly: Weekly, who: str) -> None:
    bo = weekly.enter(who).number("Bo")
    assert "you may not" in weekly.refused("contest", bo, "--figure", "calls", "--reason", "no")


@pytest.mark.parametrize("who", ["Bo", "Mo", "Ada"])
def test_only_the_hr_partner_decides(weekly: Weekly, bo: str, who: str) -> None:
    weekly.json("contest", bo, "--figure", "calls", "--reason", "no")
    assert "you may not" in weekly.enter(who).refused("decide", "1", "upheld", "--reason", "no")
    assert weekly.enter("Bo").json("contests", "--waiting")["contests"]


def test_what_cannot_be_contested_or_decided_is_refused(weekly: Weekly, bo: str) -> None:
    begin = ("contest", bo, "--reason", "no", "--figure")
    for words, why in (
        ((*begin, "cals"), "“cals” is no figure; there are calls"), ((*begin, HOSTILE), "is no figure"),
        ((*begin, "calls", "--event", "1"), "event 1 is not behind Calls"),
        (("contest", bo, "--figure", "calls", "--reason", ""), "reason: say what is wrong"),
        (("contest", "99", "--figure", "calls", "--reason", "no"), "there is no summary 99"),
    ):  # fmt: skip
        said = weekly.refused(*words)
        assert why in said
        assert "\x1b" not in said
    weekly.json("contest", bo, "--figure", "calls", "--reason", "no")
    assert "contested already" in weekly.refused(*begin, "calls")
    weekly.enter("Hal")
    assert "there is no contest 7, or it is none of yours" in weekly.refused(
        "decide", "7", "upheld", "--reason", "no"
    )
    assert "reason: say why" in weekly.refused("decide", "1", "upheld", "--reason", " ")


# ----------------------------------------------------------------------------------------- documents


def test_a_document_is_attached_appealed_against_and_decided(weekly: Weekly) -> None:
    bo = weekly.enter("Mo").number("Bo")
    made = weekly.json("document", "add", bo, "--kind", "plan", "--text", HOSTILE, "--context", *PLAN)
    assert made == {"document": 1, "id": int(bo), "kind": "plan"}
    (one,) = weekly.enter("Bo").json("show", bo)["documents"]
    assert set(one) == DOCUMENT
    assert (one["author"], one["text"], one["context"]["priorities"]) == ("Mo", CLEANED, "two urgent ones")
    assert (one["in_force"], one["may_appeal"]) == (True, True)
    weekly.json("document", "appeal", "1", "--reason", "they were three")
    assert "appealed against already" in weekly.refused("document", "appeal", "1", "--reason", "again")
    (waiting,) = weekly.json("contests", "--waiting")["appeals"]
    assert (waiting["document"], waiting["appeal"], waiting["decision"]) == (1, "they were three", None)
    assert "appeals against the" in weekly.run("contests")[1]
    done = weekly.enter("Hal").json("document", "decide", "1", "upheld", "--reason", "so they were")
    assert done == {"document": 1, "id": int(bo), "decision": "upheld"}
    assert weekly.json("show", bo)["documents"][0]["in_force"] is False
    _, out, _ = weekly.run("show", bo)
    for said in ("× lifted on appeal", f"“{CLEANED}”", "role mix: all technical", "appeal: they were three"):
        assert said in out
    assert "\x1b" not in out


def test_documents_say_in_words_what_they_lack(weekly: Weekly) -> None:
    bo = weekly.enter("Mo").number("Bo")
    ending = ("purpose=ending", *PLAN[1:])
    for kind, more, why in (
        ("praise", (), "“praise” is no kind; there are coaching"),
        ("plan", (), "purpose: say which"),
        ("plan", ("--context", PLAN[0]), "role mix: say which kinds of roles"),
        ("plan", ("--context", *ending), "figures alone are no ground for ending employment"),
        ("plan", ("--context", *ending, "other_criteria=calls too low"), "figures alone are no ground"),
        ("reminder", ("--context", "flag=missing_note"), "a reminder follows on repetition"),
        ("coaching", ("--context", "mood=good"), "has no “mood”"),
        ("coaching", ("--from", "2026-01-01", "--until", "2026-02-01"), "is for no time"),
        ("coaching", ("--context", "a=b", "a=c"), "“a” is said twice"),
    ):  # fmt: skip
        assert why in weekly.refused("document", "add", bo, "--kind", kind, "--text", "said", *more), kind
    assert weekly.json("show", bo)["documents"] == []


def test_a_coaching_note_is_for_those_who_see_the_summary(weekly: Weekly) -> None:
    bo, mo = weekly.enter("Hal").number("Bo"), weekly.number("Mo")
    words = ("document", "add", bo, "--kind", "coaching", "--text", "we talked")
    assert "coaching note, is attached" in weekly.run(*words)[1]
    assert "a coaching note decides nothing" in weekly.enter("Bo").refused(
        "document", "appeal", "1", "--reason", "no"
    )
    for who in ("Bo", "Cy", "Ada", "Dee"):
        assert "you may not" in weekly.enter(who).refused(*words), who
    assert "you may not" in weekly.enter("Mo").refused("document", "add", mo, *words[3:]), "not about oneself"
    assert "there is no document 9" in weekly.enter("Bo").refused("document", "appeal", "9", "--reason", "no")
    decide = ("document", "decide", "9", "upheld", "--reason", "no")
    assert "there is no document 9" in weekly.enter("Hal").refused(*decide)
