"""The desk: one thread, questions in turn, the stale ones not even asked."""

from __future__ import annotations

import threading
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tests.tui.fake import World
from tui.facts import Lens, ask_board, ask_page, ask_subject
from tui.source import Desk, Mailbox, Outcome

if TYPE_CHECKING:
    from tui.reader import Reader


def ask(desk, question, **more):
    answers: SimpleQueue[Outcome] = SimpleQueue()
    desk.ask("topic", question, answers.put, **more)
    return answers.get(timeout=20)


def test_questions_are_answered_in_turn_on_one_thread_of_its_own():
    desk = Desk(World().open)
    names = [ask(desk, lambda _: threading.current_thread().name).value for _ in range(3)]
    assert names == ["stagewatch-reader"] * 3
    desk.stop()


def _note(asked: list[int], number: int, _: Reader) -> None:
    asked.append(number)


def test_waiting_questions_that_are_stale_are_not_asked():
    world = World()
    desk = Desk(world.open)
    answers: SimpleQueue[Outcome] = SimpleQueue()
    asked: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(_):
        begun.set()
        go_on.wait(20)

    desk.ask("slow", slow, answers.put)
    begun.wait(20)
    for number in range(5):
        desk.ask("topic", partial(_note, asked, number), answers.put)
    go_on.set()
    assert [answers.get(timeout=20).topic for _ in range(2)] == ["slow", "topic"]
    assert asked == [4]
    desk.stop()


def test_a_reader_that_failed_is_closed_and_opened_again():
    world = World()
    desk = Desk(world.open)
    assert ask(desk, lambda reader: reader.today()).failure is None
    world.fault = "the store is damaged"
    assert ask(desk, lambda reader: reader.board()).failure == "the store is damaged"
    assert (world.opened, world.closed) == (1, 1)
    world.fault = None
    assert ask(desk, lambda reader: reader.today()).value == world.today
    assert world.opened == 2
    assert ask(desk, lambda reader: reader.today(), reopen=True).value == world.today
    assert world.opened == 3
    desk.stop()
    assert world.closed == 3


def test_a_reader_that_cannot_even_be_closed_does_no_harm():
    class Stubborn:
        def close(self):
            raise OSError("no")

    desk = Desk(Stubborn)  # type: ignore[arg-type]
    assert ask(desk, lambda _: 1).value == 1
    assert ask(desk, lambda _: 2, reopen=True).value == 2
    desk.stop()


def test_a_mailbox_gives_the_outcome_whether_it_comes_first_or_last():
    outcome = Outcome(1, "x", value=3)
    early, late = Mailbox(), Mailbox()
    got: list[Outcome] = []
    early.put(outcome)
    assert early.take(got.append) is outcome
    assert late.take(got.append) is None
    late.put(outcome)
    assert got == [outcome]


def test_a_board_tells_whether_the_store_is_empty_and_whose_listings_are_wanted():
    world = World()
    desk = Desk(world.open)
    facts = ask(desk, ask_board(Lens(user="Chidi"), by_user=True)).value
    assert [row.user for row in facts.users] == ["Chidi"]
    assert not facts.empty
    world.empty = True
    assert ask(desk, ask_board(Lens(), by_user=False)).value.empty
    desk.stop()


def test_a_list_is_prepared_once_for_all_its_pages_and_anew_when_data_change():
    from store.tasks import TaskQuery

    world = World()
    desk = Desk(world.open)
    for start in (0, 100, 200):
        assert ask(desk, ask_page(TaskQuery(), start, 100)).value.total == 300
    assert sum(what.startswith("task_list") for what in world.asked) == 1
    world.revision = 2
    ask(desk, ask_page(TaskQuery(), 0, 100))
    assert sum(what.startswith("task_list") for what in world.asked) == 2
    for number in range(20):
        ask(desk, ask_page(TaskQuery(listing=str(number)), 0, 100))
    assert ask(desk, ask_subject(TaskQuery(listing="none"), 5)).value.tasks == ()
    desk.stop()
