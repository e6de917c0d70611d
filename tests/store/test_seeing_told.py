"""Whose figures were read, and what was refused, is in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from store.changes import ChangeQuery
from store.errors import StoreError
from store.tasks import TaskQuery
from tests.store.house import House, said
from tests.store.recorded import name_of

if TYPE_CHECKING:
    pass

from tests.store.seeing import DAY, seen_by


def test_whose_figures_were_read_is_in_the_log_once_a_day(org: House) -> None:
    last, u1 = org.last(), org.members["U1"].number
    token = org.session(org.members["Mona"])
    for _ in range(2):
        with org.reader(token) as reader:
            reader.board(user="u1")
            reader.task_list(TaskQuery(user="u1")).fetch(0, 9)
            reader.users()
    (entry,) = org.told(last)
    assert (entry.operation, entry.target, entry.outcome) == ("figures.see", f"person:{u1}", "read")
    assert name_of(org.store.location, entry.actor) == "Mona"
    with seen_by(org, "U1") as reader:
        reader.board(user="u1")
    assert len(org.told(last)) == 1
    org.later(DAY)
    with seen_by(org, "Mona") as reader:
        reader.board(user="u1")
    assert len(org.told(last)) == 2


def test_what_was_refused_is_in_the_log_once_for_each_way_it_was_asked(org: House) -> None:
    last, token = org.last(), org.session(org.members["U2"])
    for _ in range(3):
        with org.reader(token) as reader:
            for ask in (
                lambda: reader.board(user="u1"),
                lambda: reader.outlook(user="u1"),
                lambda: reader.task_list(TaskQuery(user="u1")),
                lambda: reader.changes(ChangeQuery(user="u1")),
                lambda: reader.board(user="nobody's"),
            ):
                said(ask)
    told = [(entry.target, str(entry.reason).partition(":")[0]) for entry in org.told(last)]
    person = f"person:{org.members['U1'].number}"
    assert told == [
        (person, "The board"), (person, "A list of tasks"), (person, "What changed"),
        ("store:1", "The board"),
    ]  # fmt: skip


def test_a_log_that_cannot_be_written_lets_nobody_see_more(
    org: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("store.telling.tell", broken)
    with seen_by(org, "Mona") as reader:
        assert "NotAllowedError" in said(lambda: reader.board(user="u12"))
        assert "the disk is full" in said(lambda: reader.board(user="u1"))
