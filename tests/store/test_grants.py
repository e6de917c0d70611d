"""Access for a time: asked for with a purpose, approved by a second super user, over when it is over."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from kpi.policy import GRANTABLE, Action, Role
from store.access import NotAllowedError
from store.audit_care import LOG_TARGET, note_read
from store.audit_questions import AuditFilter
from store.changes import ChangeQuery
from store.grants import approve_grant, end_grant, request_grant
from store.people import change_person, deactivate_person
from store.session_questions import GrantState
from store.tasks import TaskQuery
from tests.store.house import HOUR, MINUTE, SECOND, TODAY, House, said
from tests.store.recorded import changes_of, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from store.reading import Reader

DAY = timedelta(days=1)
SEE = [Action.SEE_AUDIT, Action.SEE_BOARD]


@pytest.fixture
def asked(house: House) -> House:
    """With a second super user, Olu, and an auditor, Ann; Ada is at the terminal."""
    house.add("Olu", Role.SUPER_USER)
    house.add("Ann", Role.AUDITOR)
    house.enter("Ada")
    return house


def grant(
    house: House, actions: Collection[Action] = SEE, first: date = TODAY, last: date = TODAY, number: int = 4
) -> int:
    """Asked for by Ada and approved by Olu; Ada is at the terminal afterwards."""
    house.enter("Ada")
    made = request_grant(house.store, number, "The audit of the year", actions, first, last)
    house.enter("Olu")
    approve_grant(house.store, made.number)
    house.enter("Ada")
    return made.number


def sees(reader: Reader) -> set[str]:
    """What an auditor may see at this moment."""
    found = set()
    for action, ask in ((Action.SEE_AUDIT, reader.audit), (Action.SEE_BOARD, reader.board)):
        with suppress(NotAllowedError):
            ask()
            found.add(action.value)
    return found


# ------------------------------------------------------------------------------ asking, approving


def test_a_grant_is_asked_for_by_one_super_user_and_approved_by_another(asked: House) -> None:
    last = asked.last()
    anns = asked.session(asked.members["Ann"])
    with asked.reader(anns) as reader:
        assert sees(reader) == set()
        made = request_grant(asked.store, 4, " The audit of\nthe year ", SEE, TODAY, TODAY + DAY)
        assert (made.number, made.purpose) == (1, "The audit of the year")
        assert sees(reader) == set()
        assert "who asks for access does not approve it" in said(lambda: approve_grant(asked.store, 1))
        asked.enter("Olu")
        approve_grant(asked.store, 1)
        assert sees(reader) == {"audit.see", "board.see"}
    told = [entry for entry in asked.told(last) if entry.target == "grant:1" and entry.outcome == "done"]
    request, approval = told
    assert (request.operation, request.reason) == ("grant.request", "The audit of the year")
    assert changes_of(request)["actions"] == (None, "audit.see, board.see")
    assert changes_of(approval) == {"approved_by": (None, 3)}
    assert [name_of(asked.store.location, entry.actor) for entry in told] == ["Ada", "Olu"]


def test_nobody_else_asks_or_approves(asked: House) -> None:
    request_grant(asked.store, 4, "Audit", SEE, TODAY, TODAY)
    for member in ("Ann", "Ray"):
        asked.enter(member)
        for act in (
            lambda: request_grant(asked.store, 4, "Audit", SEE, TODAY, TODAY),
            lambda: approve_grant(asked.store, 1),
            lambda: end_grant(asked.store, 1),
        ):
            assert "NotAllowedError" in said(act)
    with asked.by_system():
        assert "nobody signs in" in said(lambda: approve_grant(asked.store, 1))


def test_who_became_auditor_does_not_approve_for_themselves(asked: House) -> None:
    request_grant(asked.store, 4, "Audit", SEE, TODAY, TODAY)
    asked.run("UPDATE person SET role = 'super_user' WHERE number = 4")
    asked.enter("Ann")
    assert "where it is about yourself" in said(lambda: approve_grant(asked.store, 1))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"person": 2}, "Ray is no auditor"),
        ({"person": 9}, "there is no person 9"),
        ({"purpose": " \x1b"}, "purpose: say one"),
        ({"purpose": "x" * 301}, "of at most 300 characters"),
        ({"actions": []}, "scope: some of audit.export, audit.review"),
        ({"actions": [Action.SEE_AUDIT, Action.CHANGE_TARGETS]}, "scope: some of"),
        ({"until_day": TODAY - DAY}, "from the first to the last"),
        ({"until_day": TODAY + 366 * DAY}, "at most 366"),
        ({"from_day": TODAY - 2 * DAY, "until_day": TODAY - DAY}, "the last one is over already"),
    ],
)
def test_what_cannot_be_granted_is_refused(asked: House, changed: dict[str, Any], why: str) -> None:
    wanted: dict[str, Any] = {
        "person": 4, "purpose": "Audit", "actions": SEE, "from_day": TODAY, "until_day": TODAY,
    }  # fmt: skip
    assert why in said(lambda: request_grant(asked.store, **wanted | changed))
    assert asked.rows("SELECT * FROM access_grant") == []


def test_no_grant_is_for_somebody_who_was_deactivated(asked: House) -> None:
    deactivate_person(asked.store, 4)
    assert "is no auditor" in said(lambda: request_grant(asked.store, 4, "Audit", SEE, TODAY, TODAY))


def test_a_grant_is_approved_once_ended_once_and_not_when_it_is_over(asked: House) -> None:
    grant(asked)
    turned_down = request_grant(asked.store, 4, "Audit", SEE, TODAY, TODAY).number
    end_grant(asked.store, turned_down)
    late = request_grant(asked.store, 4, "Audit", SEE, TODAY, TODAY).number
    asked.enter("Olu")
    assert "grant 1 was approved already" in said(lambda: approve_grant(asked.store, 1))
    assert "grant 2 was ended already" in said(lambda: approve_grant(asked.store, turned_down))
    assert "grant 2 was ended already" in said(lambda: end_grant(asked.store, turned_down))
    for act in (approve_grant, end_grant):
        assert "there is no grant 9" in said(partial(act, asked.store, 9))
    asked.later(DAY)
    asked.enter("Olu")
    assert "grant 3 is over before it began" in said(lambda: approve_grant(asked.store, late))


# ------------------------------------------------------------------------------- beginning, ending


def test_a_grant_begins_and_ends_with_its_days_in_the_organisation_s_zone(asked: House) -> None:
    asked.clock.moment = datetime(2027, 6, 30, 9, tzinfo=UTC)  # in London it is an hour later
    first = asked.today + DAY
    grant(asked, first=first, last=first)
    anns = asked.session(asked.members["Ann"])
    asked.run("UPDATE session SET seen_at = 9000000000000000, ends_at = 9100000000000000, name = 'always'")
    with asked.reader(anns) as reader:
        for moment, seen in (
            (datetime(2027, 6, 30, 22, 59, 59, tzinfo=UTC), set()),
            (datetime(2027, 6, 30, 23, tzinfo=UTC), {"audit.see", "board.see"}),
            (datetime(2027, 7, 1, 22, 59, 59, tzinfo=UTC), {"audit.see", "board.see"}),
            (datetime(2027, 7, 1, 23, tzinfo=UTC), set()),
        ):
            asked.run(f"UPDATE session SET seen_at = {int(moment.timestamp()) * 1_000_000}")
            asked.clock.moment = moment
            assert sees(reader) == seen, moment


def held(reader: Reader) -> dict[str, Callable[[], object]]:
    """What a screen holds, and asks again: a refresh, drill-downs, pages."""
    tasks, changes, audit = reader.task_list(TaskQuery()), reader.changes(ChangeQuery()), reader.audit()
    return {
        "board": reader.board,
        "outlook": reader.outlook,
        "users": reader.listings_by_user,
        "tasks": lambda: tasks.fetch(0, 10),
        "more tasks": lambda: tasks.after(None, 10),
        "another list": lambda: reader.task_list(TaskQuery()),
        "changes": lambda: changes.fetch(0, 10),
        "more changes": lambda: changes.after(None, 10),
        "search": lambda: reader.search("x"),
        "log": reader.audit,
        "page": audit.page,
        "entry": lambda: audit.entry(1),
        "found": lambda: audit.find(AuditFilter(), 10, 1),
        "choices": audit.choices,
        "bounds": audit.bounds,
        "some": lambda: audit.entries([1]),
    }


@pytest.mark.parametrize("how", ["over", "revoked"])
def test_a_grant_that_ends_while_its_screen_is_open_ends_there_and_the_log_says_so(
    asked: House, how: str
) -> None:
    number = grant(asked, [*SEE, Action.EXPORT_AUDIT])
    asked.clock.moment += 14 * HOUR + 55 * MINUTE  # it is five to midnight
    anns = asked.session(asked.members["Ann"])
    with asked.reader(anns) as reader:
        questions = held(reader)
        for ask in questions.values():
            ask()
        asked.token = anns
        note_read(asked.store, "audit.export", LOG_TARGET, "Asked for an export")
        if how == "over":
            asked.later(5 * MINUTE)
        else:
            asked.enter("Ada")
            end_grant(asked.store, number)
        last, asked.token = asked.last(), anns
        for _ in range(2):
            for name, ask in questions.items():
                assert "NotAllowedError" in said(ask), name
        assert "NotAllowedError" in said(lambda: note_read(asked.store, "audit.export", LOG_TARGET, "Again"))
    told = [(entry.operation, str(entry.reason).partition(":")[0]) for entry in asked.told(last)]
    assert sorted(told) == [
        ("audit.export", "you may not export the audit log; “stagewatch people policy” says who may"),
        ("audit.see", "you may not read the audit log; “stagewatch people policy” says who may"),
        ("board.see", "A list of tasks"),
        ("board.see", "A search"),
        ("board.see", "The board"),
        ("board.see", "What changed"),
    ]
    assert {entry.outcome for entry in asked.told(last)} == {"refused"}
    assert {name_of(asked.store.location, entry.actor) for entry in asked.told(last)} == {"Ann"}


def test_of_grants_that_overlap_each_counts_by_itself(asked: House) -> None:
    first = grant(asked, [Action.SEE_AUDIT])
    second = grant(asked, SEE, TODAY, TODAY + DAY)
    third = grant(asked, [Action.SEE_BOARD], TODAY + DAY, TODAY + 2 * DAY)
    ann = asked.members["Ann"]

    def seen() -> set[str]:
        with asked.reader(asked.session(ann)) as reader:
            return sees(reader)

    assert seen() == {"audit.see", "board.see"}
    end_grant(asked.store, second)
    assert seen() == {"audit.see"}
    end_grant(asked.store, first)
    assert seen() == set()
    asked.later(DAY)
    assert seen() == {"board.see"}
    asked.enter("Ada")
    end_grant(asked.store, third)
    assert seen() == set()


def test_a_grant_is_for_an_auditor_and_sleeps_while_they_are_something_else(asked: House) -> None:
    grant(asked, sorted(GRANTABLE))
    anns = asked.session(asked.members["Ann"])
    with asked.reader(anns) as reader:
        assert sees(reader) == {"audit.see", "board.see"}
        change_person(asked.store, 4, role=Role.RECRUITING_MANAGER)
        assert sees(reader) == {"board.see"}
        assert "NotAllowedError" in said(lambda: reader.events("J1"))
        change_person(asked.store, 4, role=Role.AUDITOR)
        assert sees(reader) == {"audit.see", "board.see"}


# ------------------------------------------------------------------------------------------ looking


def test_grants_are_listed_with_where_they_stand(asked: House) -> None:
    asked.add("Abe", Role.AUDITOR)
    grant(asked)
    grant(asked, first=TODAY + DAY, last=TODAY + DAY, number=5)
    request_grant(asked.store, 4, "Later", SEE, TODAY, TODAY + DAY)
    ended = request_grant(asked.store, 4, "No", SEE, TODAY, TODAY).number
    end_grant(asked.store, ended)
    with asked.reader() as reader:
        listed = reader.session_questions().grants()
        assert [one.state for one in listed] == [
            GrantState.ENDED, GrantState.ASKED_FOR, GrantState.TO_COME, GrantState.IN_FORCE,
        ]  # fmt: skip
        assert [one.to_approve for one in listed] == [False] * 4  # Ada has asked for all of them
        assert (listed[3].person_name, listed[3].requested_by, listed[3].approved_by) == ("Ann", "Ada", "Olu")
        assert (listed[0].ended_by, listed[3].actions) == ("Ada", tuple(SEE))
    for member, wanted in (("Olu", [4, 3, 2, 1]), ("Ann", [4, 3, 1]), ("Ray", [])):
        with asked.reader(asked.session(asked.members[member])) as reader:
            assert [one.number for one in reader.session_questions().grants()] == wanted
    asked.later(2 * DAY - SECOND)
    asked.enter("Olu")
    asked.run("""UPDATE access_grant SET actions = '["audit.see", "moon.fly"]' WHERE number = 1""")
    with asked.reader() as reader:
        listed = reader.session_questions().grants()
        assert listed[3].actions == (Action.SEE_AUDIT,)
        assert {one.state for one in listed[1:]} <= {GrantState.OVER, GrantState.ASKED_FOR}
