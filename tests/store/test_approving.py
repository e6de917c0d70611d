"""Approving: who may, what is sealed, what stops it; nothing that is sealed changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kpi.policy import Action
from kpi.summary import digest_of
from store.access import NotAllowedError, SignInNeededError, StepUpError
from store.audit_care import begin_key, keep_checkpoints
from store.audit_verify import verify
from store.errors import StoreError
from store.plain import connect
from store.summaries import answer_flag, approve, approve_unflagged, comment, give_back, keep
from store.summary_facts import May, SummaryConflictError
from store.summary_rows import RefusedError
from store.teams import delegate
from tests.store.house import MINUTE
from tests.store.keyrings import Ring
from tests.store.summarising import NORTH, RECRUITERS, Happening, Office, shared_office


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with shared_office(request, tmp_path_factory) as office:
        yield office


@pytest.fixture
def office(made: Office) -> Office:
    """With a week in which each of North has made a call, and the first of them one more."""
    made.next_week()
    made.calls(*RECRUITERS, RECRUITERS[0])
    made.generate()
    made.house.enter("Moyra")
    return made


def seals(office: Office) -> list[Any]:
    return office.house.rows("SELECT * FROM summary_seal ORDER BY summary, version")


def behind_its_back(office: Office, *statements: str) -> None:
    """Change the store as its owner can, by another program."""
    with closing(connect(office.store.location)) as plain:
        if plain.postgres:
            guard = "TRIGGER event_append_only"
            for statement in (
                f"ALTER TABLE event DISABLE {guard}",
                *statements,
                f"ALTER TABLE event ENABLE {guard}",
            ):
                plain.run(statement)
            return
    with closing(sqlite3.connect(str(office.store.location.path))) as connection:
        (guard,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'event_no_update'"
        ).fetchone()
        connection.execute("DROP TRIGGER event_no_update")
        for statement in statements:
            connection.execute(statement)
        connection.execute(guard)
        connection.commit()


def test_the_manager_approves_and_the_digest_of_exactly_these_figures_is_sealed(office: Office) -> None:
    page, last = office.page("Ray"), office.house.last()
    assert page.line.approvable
    assert May.APPROVE in page.may
    approved = approve(office.store, page.line.number, page.line.digest)
    assert (approved.number, approved.version) == (page.line.number, 1)
    assert "no folder is chosen" in approved.warnings[-1]
    page = office.page("Ray")
    assert (page.line.state, page.line.changed, page.line.approvable) == ("approved", False, False)
    assert page.seal is not None
    assert (page.seal.approved_by, page.seal.summary) == ("Moyra", page.summary)
    assert page.seal.digest == digest_of(page.summary).hex() == page.line.digest
    (entry,) = [one for one in office.house.told(last) if one.operation == "summary.approve"]
    assert (entry.target, entry.outcome) == (f"summary:{page.line.number}", "done")
    with pytest.raises(RefusedError, match="approved already"):
        approve(office.store, page.line.number, page.line.digest)
    with pytest.raises(RefusedError, match="what is sealed is not returned"):
        give_back(office.store, page.line.number, "Look again", page.line.digest)


def test_nobody_else_approves(office: Office) -> None:
    line = office.line("Ray")
    for name in ("Ray", "Rita", "Hana", "Sol", "Ada"):
        office.house.enter(name)
        for act in (approve, partial(give_back, reason="No"), partial(keep, reason="No")):
            with pytest.raises(NotAllowedError, match="you may not approve"):
                act(office.store, line.number, seen=line.digest)
    assert office.row("state, sealed", line.number) == ("ready", None)


def test_nobody_approves_their_own_in_whatever_role_or_way(office: Office) -> None:
    own = office.summary("Moyra")
    (digest,) = office.row("digest", own)
    with pytest.raises(NotAllowedError, match="about yourself"):
        approve(office.store, own, bytes(digest).hex())
    with office.house.by_system() as store:  # nor for somebody whom they chose to stand in
        delegate(store, NORTH, office.number("Dee"), office.house.today, office.house.today)
    office.house.enter("Dee")
    with pytest.raises(NotAllowedError, match="the manager of its team does"):
        approve(office.store, own, bytes(digest).hex())
    line = office.line("Rita")
    with pytest.raises(SignInNeededError), office.house.by_system() as store:
        approve(store, line.number, line.digest)
    office.house.enter("Sol", rights=frozenset(Action))  # a token, whatever it was made for
    with pytest.raises(NotAllowedError, match="you may not approve"):
        approve(office.store, line.number, line.digest)


def test_the_delegate_approves_while_they_stand_in_and_with_a_fresh_code(office: Office) -> None:
    with office.house.by_system() as store:
        delegate(store, NORTH, office.number("Dee"), office.house.today, office.house.today)
    office.house.enter("Dee")
    line = office.line("Ray")
    assert line.approvable
    office.house.later(16 * MINUTE - timedelta(seconds=61))
    assert approve(office.store, line.number, line.digest).version == 1
    office.house.enter("Dee", coded=False)
    line = office.line("Rita")
    with pytest.raises(StepUpError):
        approve(office.store, line.number, line.digest)
    office.house.later(timedelta(days=1))
    office.house.enter("Dee")
    with pytest.raises(NotAllowedError):
        approve(office.store, line.number, line.digest)
    office.house.later(timedelta(days=-1) - 16 * MINUTE + timedelta(seconds=61))


def test_only_the_figures_that_were_seen_are_approved(office: Office) -> None:
    seen = office.line("Ray")
    office.calls("Ray")
    office.generate()
    now = office.line("Ray")
    for act in (approve, partial(give_back, reason="No")):
        with pytest.raises(SummaryConflictError) as error:
            act(office.store, seen.number, seen=seen.digest)
        assert (error.value.number, error.value.digest) == (seen.number, now.digest)
    assert approve(office.store, now.number, now.digest).version == 1


def test_every_flag_has_its_answer_first(office: Office) -> None:
    office.happens(Happening("offer_rejected", office.on(5, 3), by="Rob"))  # no note, and on a Saturday night
    office.generate()
    page = office.page("Rob")
    assert (page.line.unanswered, May.APPROVE in page.may) == (2, False)
    with pytest.raises(RefusedError, match="flags first need an answer"):
        approve(office.store, page.line.number, page.line.digest)
    office.house.enter("Rob")
    answer_flag(office.store, page.line.number, "missing_note", "The phone broke")
    answer_flag(office.store, page.line.number, "missing_note", "The phone broke, I wrote it down since")
    office.house.enter("Moyra")
    answer_flag(office.store, page.line.number, "outside_hours", "We agreed on it")
    page = office.page("Rob")
    assert [(flag.answer, flag.answered_by) for flag in page.flags if flag.needs_answer] == [
        ("The phone broke, I wrote it down since", "Rob"),
        ("We agreed on it", "Moyra"),
    ]
    for wrong in ("outlier_own", "nothing"):
        with pytest.raises(RefusedError, match="there is no such flag"):
            answer_flag(office.store, page.line.number, wrong, "So")
    office.house.enter("Moyra")
    approve(office.store, page.line.number, page.line.digest)
    with pytest.raises(RefusedError, match="approved, with the answers that it had"):
        answer_flag(office.store, page.line.number, "missing_note", "Another story")


def test_many_at_once_are_those_without_flags_and_nobody_is_forgotten(office: Office) -> None:
    office.happens(Happening("offer_rejected", office.on(2), by="Rob"))
    office.generate()
    with office.asked() as questions:
        seen = {line.number: line.digest for line in questions.lines(office.week)}
    back = office.line("Rea")
    give_back(office.store, back.number, "Which listing was this?", back.digest)
    office.calls("Ron")
    office.generate()
    found = approve_unflagged(office.store, office.week, seen)
    assert found.approved == tuple(office.summary(name) for name in ("Ray", "Rita", "Rui"))
    why = {one.name: one.why for one in found.left}
    assert {name: why[name].partition(";")[0] for name in ("Rea", "Rob")} == {
        "Rea": "returned",
        "Rob": "it has flags",
    }
    assert "have changed since you looked" in why["Ron"]
    own = f"summary {office.summary('Moyra')}"  # whose it is nobody is told who may not approve it
    assert "about yourself" in why[own]
    assert office.line("Rita").state == "approved"


def test_one_that_was_returned_is_ready_again_when_its_figures_have_changed(office: Office) -> None:
    line = office.line("Rea")
    assert give_back(office.store, line.number, "Two calls are missing", line.digest).state == "returned"
    office.generate()
    assert office.line("Rea").state == "returned"
    office.calls("Rea", "Rea")
    office.generate()
    assert office.line("Rea").state == "ready"
    comment(office.store, line.number, "Thank you")
    kinds = [step.kind for step in office.page("Rea").steps]
    assert kinds == ["generated", "returned", "generated", "commented"]
    for no_reason in ("", " \n"):
        with pytest.raises(RefusedError, match="say what is to be put right"):
            give_back(office.store, line.number, no_reason, office.line("Rea").digest)


def test_earlier_weeks_that_are_not_approved_warn(office: Office) -> None:
    before = office.week
    office.next_week()
    office.calls("Rui")
    office.generate()
    office.house.enter("Moyra")
    page = office.page("Rui")
    assert before.label in page.warnings[0]
    approved = approve(office.store, page.line.number, page.line.digest)
    assert before.label in approved.warnings[0]


# ------------------------------------------------------------------------ what comes after an approval


def test_what_comes_later_never_changes_a_seal_and_is_approved_anew_or_turned_down(office: Office) -> None:
    first = office.line("Ray")
    approve(office.store, first.number, first.digest)
    sealed = seals(office)
    late = office.calls("Ray", day=2)
    office.generate()
    page = office.page("Ray")
    assert (page.line.state, page.line.changed, page.line.approvable) == ("approved", True, True)
    assert [(one.figure, one.before, one.after, one.added) for one in page.differences][:1] == [
        ("calls", 2, 3, tuple(late))
    ]
    assert page.seal is not None
    assert (page.seal.summary.figure("calls").count, page.summary.figure("calls").count) == (2, 3)
    assert [step.text for step in page.steps if step.kind == "changed"] == ["Calls 2 → 3"]
    with pytest.raises(RefusedError, match="say why the new ones count"):
        approve(office.store, first.number, page.line.digest)
    keep(office.store, first.number, "Reported twice", page.line.digest)
    page = office.page("Ray")
    assert (page.line.changed, page.kept_reason) == (False, "Reported twice")
    with pytest.raises(RefusedError, match="nothing to keep"):
        keep(office.store, first.number, "Again", page.line.digest)
    office.calls("Ray", day=3)
    office.generate()
    page = office.page("Ray")
    assert page.line.changed
    assert approve(office.store, first.number, page.line.digest, "The log was late").version == 2
    assert seals(office)[: len(sealed)] == sealed
    page = office.page("Ray")
    assert (page.line.changed, page.differences, page.seal and page.seal.version) == (False, (), 2)


def test_an_event_corrected_back_leaves_nothing_changed(office: Office) -> None:
    (seq,) = office.calls("Rita", day=2)
    office.generate()
    line = office.line("Rita")
    approve(office.store, line.number, line.digest)
    newer = office.corrects(seq, Happening("call_made", office.on(2, 9), by="Rob"))
    office.generate()
    assert (office.line("Rita").changed, office.count("Rita", "calls"), office.count("Rob", "calls")) == (
        True,
        1,
        2,
    )
    office.corrects(seq, Happening("call_made", office.on(2, 9), by="Rita", detail={"note": "mine"}))
    office.generate()
    page = office.page("Rita")
    assert page.line.changed  # another version of the event is behind the same number
    assert newer not in page.summary.figure("calls").events


def test_events_and_figures_changed_behind_the_programs_back_show(office: Office) -> None:
    (seq,) = office.calls("Rob", day=2)
    office.generate()
    line, other = office.line("Rob"), office.line("Ron")
    approve(office.store, line.number, line.digest)
    behind_its_back(office, f'UPDATE event SET detail = \'{{"note": "hm"}}\' WHERE seq = {seq}')
    page = office.page("Rob")
    assert "changed outside Stagewatch" in page.warnings[-1]
    assert not page.line.changed  # until it is generated anew
    office.generate(office.week)
    page = office.page("Rob")
    assert (page.line.changed, page.differences) == (True, ())
    approve(office.store, line.number, page.line.digest, "The note was wanting")
    ron = office.summarised("Ron").figure("calls").events[0]
    behind_its_back(office, f"UPDATE event SET detail = 'null' WHERE seq = {ron}")
    with pytest.raises(RefusedError, match="were changed outside Stagewatch"):
        approve(office.store, other.number, other.digest)
    one, nine = """'"count":1'""", """'"count":9'"""
    edit = "UPDATE summary SET content = replace(content, {}, {}) WHERE number = {}"
    behind_its_back(
        office,
        f"UPDATE event SET detail = NULL WHERE seq = {ron}",
        edit.format(one, nine, other.number),
    )
    with pytest.raises(RefusedError, match="not as it was made"):
        approve(office.store, other.number, other.digest)
    behind_its_back(office, edit.format(nine, one, other.number))
    approve(office.store, other.number, other.digest)


def test_the_database_itself_refuses_to_change_a_seal(office: Office) -> None:
    line = office.line("Rui")
    approve(office.store, line.number, line.digest)
    before = seals(office)
    for statement in ("UPDATE summary_seal SET reason = 'x'", "DELETE FROM summary_seal"):
        with pytest.raises(StoreError):
            office.house.run(statement)
    assert seals(office) == before


def test_an_approval_leaves_a_signed_checkpoint_where_they_are_kept(
    office: Office, ring: Ring, tmp_path: Any
) -> None:
    with office.house.by_system() as store:
        begin_key(store, lost=True)
        keep_checkpoints(store, tmp_path)
    line = office.line("Ray")
    approved = approve(office.store, line.number, line.digest)
    assert approved.checkpoint is not None
    assert [file.name for file in tmp_path.iterdir()] == [Path(approved.checkpoint).name]
    assert "checkpoint" not in "".join(approved.warnings)
    ring.kept.clear()
    line = office.line("Rita")
    approved = approve(office.store, line.number, line.digest)
    assert approved.checkpoint is None
    assert approved.warnings[-1].startswith("approved, but no checkpoint was written")
    with office.house.by_system() as store:
        keep_checkpoints(store, None)


def test_the_log_names_nobody_and_says_nothing_of_what_was_written(office: Office) -> None:
    last, page = office.house.last(), office.page("Ron")
    comment(office.store, page.line.number, "Ron was ill on Tuesday")
    with pytest.raises(RefusedError):
        answer_flag(office.store, page.line.number, "missing_note", "Ron was ill")
    told = [str(entry) for entry in office.house.told(last)]
    assert any("commented" not in one and "summary.comment" in one for one in told)
    assert not any("Ron" in one or " ill" in one for one in told)


def test_what_was_approved_is_proven_by_the_log(office: Office) -> None:
    line = office.line("Ray")
    approve(office.store, line.number, line.digest)
    assert verify(office.store.location, office.house.now).reconciled
    behind_its_back(office, f"UPDATE summary SET state = 'ready' WHERE number = {line.number}")
    assert not verify(office.store.location, office.house.now).reconciled
    behind_its_back(office, f"UPDATE summary SET state = 'approved' WHERE number = {line.number}")
