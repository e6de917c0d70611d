"""`stagewatch summaries approve|return|keep`: what was seen is sealed, by the manager alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.policy import Action
from tests.tui.fake import HOSTILE
from tests.tui.summaries_line import LATE, WEEK, Weekly

LATER = LATE.replace("2025-03-07T09", "2025-03-07T10")


@pytest.fixture
def cy(weekly: Weekly) -> str:
    """The summary of Cy, who has no flag; the manager has signed in."""
    return weekly.enter("Mo").number("Cy")


def at_a_terminal(weekly: Weekly, *answers: str) -> None:
    """Somebody is there to be asked, and answers."""
    weekly.guarded.patch.setattr("tui.commands.summaries_deciding.at_terminal", lambda: True)
    weekly.guarded.typed(*answers)


def state(weekly: Weekly, name: str) -> tuple[str, bool]:
    one = weekly.lines()[name]
    return one["state"], one["changed"]


# ----------------------------------------------------------------------------------------- approving


def test_a_summary_is_approved_as_it_was_shown(weekly: Weekly, cy: str, tmp_path: Path) -> None:
    digest = weekly.lines()["Cy"]["digest"]
    done = weekly.json("approve", cy, "--digest", digest)
    assert list(done) == ["approved", "left", "warnings", "checkpoint"]
    assert done["approved"] == [{"id": int(cy), "user": "Cy", "week": WEEK, "digest": digest}]
    assert (done["left"], done["checkpoint"]) == ([], None)
    assert "no signed checkpoint was written" in done["warnings"][0]
    page = weekly.json("show", cy)
    assert page["state"] == "approved"
    assert (page["seal"]["version"], page["seal"]["digest"], page["seal"]["approved_by"]) == (1, digest, "Mo")
    assert [one["kind"] for one in page["history"]] == ["generated", "approved"]
    assert "is approved already" in weekly.refused("approve", cy, "--json")


def test_what_is_approved_is_printed_first(weekly: Weekly, cy: str) -> None:
    digest = weekly.lines()["Cy"]["digest"]
    status, out, err = weekly.run("approve", cy)
    assert (status, err) == (0, "")
    assert (
        out.index(f"digest {digest}")
        < out.index("Calls")
        < out.index("Summary 3 of Cy, 2025-W10, is approved.")
    )
    assert "Please note: summary 3: no signed checkpoint was written" in out


def test_at_a_terminal_it_asks_before_it_approves(weekly: Weekly, cy: str) -> None:
    at_a_terminal(weekly, "n")
    status, out, err = weekly.run("approve", cy)
    assert (status, "Calls" in out) == (1, True)
    assert err == "Approve it? [y/N] stagewatch: nothing was approved\n"
    assert state(weekly, "Cy") == ("ready", False)
    at_a_terminal(weekly)
    assert weekly.run("approve", cy)[0] == 1, "who says nothing has not said yes"
    at_a_terminal(weekly, "Y")
    assert weekly.run("approve", cy)[0] == 0
    assert state(weekly, "Cy") == ("approved", False)


def test_what_changes_while_it_asks_is_not_approved(weekly: Weekly, cy: str) -> None:
    def there_and_slow() -> bool:
        weekly.bring_in(late.pop())
        return True

    late = [LATER, LATE]
    weekly.guarded.patch.setattr("tui.commands.summaries_deciding.at_terminal", there_and_slow)
    weekly.guarded.typed("y")
    status, _, err = weekly.run("approve", cy)
    assert (status, "have changed since you looked at them" in err) == (1, True)
    weekly.guarded.typed("y")
    status, out, _ = weekly.run("approve", "--unflagged", "--week", WEEK)
    assert (status, "Summary 3 of Cy was left alone: the figures of summary 3 have changed" in out) == (
        1,
        True,
    )
    assert state(weekly, "Cy") == ("ready", False)


def test_flags_without_an_answer_are_named_and_keep_it_from_being_approved(weekly: Weekly) -> None:
    bo = weekly.enter("Mo").number("Bo")
    status, out, err = weekly.run("approve", bo)
    assert (status, "▲ note missing" in out) == (1, True)
    assert err.startswith("stagewatch: flags first need an answer: missing_note.")
    weekly.json("answer", bo, "missing_note", "--text", "told by telephone")
    assert weekly.json("approve", bo)["approved"][0]["user"] == "Bo"


def test_figures_that_have_changed_since_they_were_seen_are_not_approved(weekly: Weekly, cy: str) -> None:
    digest = weekly.lines()["Cy"]["digest"]
    weekly.bring_in(LATE)
    for words in (("approve", cy), ("return", cy, "--reason", "no")):
        said = weekly.refused(*words, "--digest", digest, "--json")
        assert "have changed since you looked at them" in said
    for odd in ("", "00", HOSTILE):
        assert "have changed since" in weekly.refused("approve", cy, "--digest", odd, "--json")
    assert state(weekly, "Cy") == ("ready", False)


@pytest.mark.parametrize("who", ["Cy", "Bo", "Hal", "Ada"])
def test_only_the_manager_approves_returns_and_keeps(weekly: Weekly, who: str) -> None:
    cy = weekly.number("Cy")
    weekly.enter(who)
    for words in (("approve", cy), ("return", cy, "--reason", "no"), ("keep", cy, "--reason", "no")):
        assert "you may not" in weekly.refused(*words, "--digest", "00" * 32, "--json"), words
    assert weekly.guarded.house.rows(f"SELECT state FROM summary WHERE number = {cy}") == [("ready",)]


def test_nobody_approves_their_own_nor_by_a_token(weekly: Weekly) -> None:
    mo, cy = weekly.enter("Mo").number("Mo"), weekly.number("Cy")
    assert "you may not" in weekly.refused("approve", mo, "--json")
    assert "you may not" in weekly.refused("return", mo, "--reason", "no")
    weekly.guarded.enter("Mo", rights={Action.APPROVE_SUMMARIES, Action.SEE_FIGURES})
    assert "you may not" in weekly.refused("approve", cy, "--json")
    assert weekly.guarded.house.rows("SELECT DISTINCT state FROM summary") == [("ready",)]


def test_approving_asks_for_a_fresh_code(weekly: Weekly) -> None:
    house = weekly.guarded.house
    token = house.session(house.members["Mo"], coded=False)
    weekly.guarded.patch.setenv("STAGEWATCH_TOKEN", token)
    assert "--again" in weekly.refused("approve", weekly.number("Cy"), "--json")


def test_several_are_approved_in_their_order_until_one_is_refused(weekly: Weekly, cy: str) -> None:
    bo, mo = weekly.number("Bo"), weekly.number("Mo")
    weekly.json("answer", bo, "missing", "--text", "told by telephone")
    digests = {one["id"]: one["digest"] for one in weekly.json("list")["summaries"]}
    wrong = ["--digest", digests[int(bo)], "--digest", digests[int(cy)]]
    assert "2 digests" in weekly.refused("approve", bo, *wrong)
    assert "have changed since" in weekly.refused("approve", cy, bo, *wrong, "--json"), "each has its own"
    said = weekly.refused("approve", cy, mo, bo, "--json")
    assert f"summary {mo}: you may not" in said
    assert said.endswith(f"approved before that: {cy}\n")
    assert (state(weekly, "Cy"), state(weekly, "Bo")) == (("approved", False), ("ready", False))


def test_which_ones_has_to_be_said_and_once(weekly: Weekly, cy: str) -> None:
    for words, why in (
        ((), "say which: ID"), ((cy, cy), "is named twice"), ((cy, "--week", WEEK), "say which: ID"),
        (("--unflagged",), "is for a whole week"),
        (("--unflagged", "--week", WEEK, cy), "is for a whole week"),
        (("--unflagged", "--week", "2025-W11"), "there is no summary of 2025-W11"),
        ((cy, "99"), "there is no summary 99"),
    ):  # fmt: skip
        said = weekly.refused("approve", *words)
        assert why in said, words
    assert state(weekly, "Cy") == ("ready", False)


# ------------------------------------------------------------------------------------ all at once


def test_at_once_only_those_without_flags_are_approved_and_the_others_told(weekly: Weekly, cy: str) -> None:
    done = weekly.json("approve", "--unflagged", "--week", WEEK, "--yes")
    assert [one["id"] for one in done["approved"]] == [int(cy)]
    assert {one["user"]: one["why"] for one in done["left"]} == {"Bo": "it has flags", "Mo": "your own"}
    again = weekly.refused("approve", "--unflagged", "--week", WEEK, "--yes", "--json")
    assert "none of 2025-W10 can be approved" in again


def test_at_once_shows_them_and_asks(weekly: Weekly, cy: str) -> None:
    words = ("approve", "--unflagged", "--week", WEEK)
    status, out, err = weekly.run(*words)
    assert (status, "nobody can be asked here: --yes approves them" in err) == (1, True)
    assert (
        out.index("Cy") < out.index("Left alone") < out.index("Bo: it has flags") < out.index("Mo: your own")
    )
    assert "Cy, North\n   Calls 1, E-mails 1\n" in out, "what is approved is shown"
    assert "--yes" in weekly.refused(*words, "--json")
    at_a_terminal(weekly, "no")
    assert weekly.run(*words)[2] == "Approve this one? [y/N] stagewatch: nothing was approved\n"
    assert state(weekly, "Cy") == ("ready", False)
    at_a_terminal(weekly, "yes")
    status, out, _ = weekly.run(*words)
    assert (status, "Summary 3 of Cy, 2025-W10, is approved." in out) == (0, True)
    assert state(weekly, "Cy") == ("approved", False)


def test_at_once_leaves_what_others_approve_what_is_contested_returned_or_changed(
    weekly: Weekly, cy: str
) -> None:
    words = ("approve", "--unflagged", "--week", WEEK, "--yes")
    _, out, err = weekly.enter("Hal").run(*words)
    assert "Cy: for the manager of its team to approve" in out
    assert "none of 2025-W10 can be approved" in err
    weekly.enter("Cy").json("contest", cy, "--figure", "calls", "--reason", "two")
    assert "Cy: a figure is contested" in weekly.enter("Mo").run(*words)[1]
    weekly.enter("Hal").json("decide", "1", "rejected", "--reason", "one")
    weekly.enter("Mo").json("return", cy, "--reason", "look")
    assert "Cy: returned" in weekly.run(*words)[1]
    weekly.json("approve", cy)
    weekly.bring_in(LATE)
    assert "Cy: changed since it was approved" in weekly.run(*words)[1]


# ------------------------------------------------------------- what is returned, what has changed


def test_a_summary_is_returned_with_a_reason_and_can_be_approved_then(weekly: Weekly, cy: str) -> None:
    done = weekly.json("return", cy, "--reason", HOSTILE)
    assert (list(done), done["state"]) == (["id", "state", "step"], "returned")
    weekly.enter("Cy")
    _, out, _ = weekly.run("show", cy)
    assert "returned by Mo: “[31mEvil[bold]name[/bold][@click=app.quit]x[/]”" in out
    assert "\x1b" not in out
    assert "reason: say what is to be put right" in weekly.enter("Mo").refused("return", cy, "--reason", " ")
    assert weekly.json("approve", cy)["approved"]
    assert "is approved" in weekly.refused("return", cy, "--reason", "no")


def test_what_changed_since_is_shown_and_approved_anew_with_a_reason(weekly: Weekly, cy: str) -> None:
    sealed = weekly.json("approve", cy)["approved"][0]["digest"]
    weekly.bring_in(LATE)
    assert state(weekly, "Cy") == ("approved", True)
    page = weekly.json("show", cy)
    assert page["seal"]["digest"] == sealed != page["digest"]
    (calls,) = [one for one in page["differences"] if one["figure"] == "calls"]
    assert (calls["before"], calls["after"], len(calls["added"]), calls["removed"]) == (1, 2, 1, [])
    assert "■ changed since approval" in weekly.run("show", cy)[1]
    assert "Calls 1 → 2" in weekly.run("show", cy)[1]
    assert "say why the new ones count" in weekly.refused("approve", cy, "--json")
    weekly.json("approve", cy, "--reason", "the late file is right")
    assert state(weekly, "Cy") == ("approved", False)
    seal = weekly.json("show", cy)["seal"]
    assert (seal["version"], seal["digest"], seal["reason"]) == (2, page["digest"], "the late file is right")


def test_what_changed_since_can_be_kept_as_it_was_approved(weekly: Weekly, cy: str) -> None:
    assert "nothing has changed since an approval" in weekly.refused("keep", cy, "--reason", "twice")
    sealed = weekly.json("approve", cy)["approved"][0]["digest"]
    weekly.bring_in(LATE)
    seen = weekly.lines()["Cy"]["digest"]
    weekly.bring_in(LATER)
    assert "have changed since" in weekly.refused("keep", cy, "--reason", "twice", "--digest", seen)
    assert weekly.json("keep", cy, "--reason", "imported twice")["state"] == "approved"
    page = weekly.json("show", cy)
    assert (page["kept_reason"], page["seal"]["digest"], page["changed"]) == ("imported twice", sealed, False)
    assert "Kept as it was approved, which counts: “imported twice”" in weekly.run("show", cy)[1]


def test_a_checkpoint_is_named_where_there_is_a_folder_for_them(
    weekly: Weekly, cy: str, tmp_path: Path
) -> None:
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    weekly.enter("Ada")
    status, _, err = weekly.guarded.line.run("audit", "key", "new")
    assert (status, err) == (0, "")
    weekly.guarded.line.json("audit", "folder", str(folder))
    done = weekly.enter("Mo").json("approve", cy)
    assert done["warnings"] == []
    assert Path(done["checkpoint"]).parent == folder
    assert Path(done["checkpoint"]).exists()
