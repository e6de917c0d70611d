"""Answers about the log are whole and the same however it is looked through; views say all of an entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from kpi.audit_entry import Change
from kpi.events import moment_of
from store.access import NotAllowedError
from store.audit_care import begin_key
from store.audit_filter import AuditFilter, Found, Span, _read
from store.audit_questions import EntryView, ReviewView
from store.errors import StoreError
from store.reviews import mark_reviewed
from store.who import Who
from store.work import Store
from tests.store.audit_log import at, put_entries
from tests.store.helpers import Clock, new_store, reader_of
from tests.store.house import House
from tests.store.keyrings import Ring
from tests.store.recorded import MONDAY

UNREVIEWED = AuditFilter(unreviewed=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """With three entries of its founding."""
    with new_store(str(tmp_path / "stagewatch.db"), clock=Clock(MONDAY)) as made:
        made.who = Who("Ada", "command line")
        yield made


@pytest.fixture(params=[1, 2, 3, 7, 1_000])
def portion(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("store.audit_questions.PORTION", request.param)
    return int(request.param)


def test_pages_and_searches_are_whole_whatever_the_portion(store: Store, portion: int) -> None:
    numbers = put_entries(store, *[{"reason": "needle" if n % 3 else "hay"} for n in range(12)])
    wanted = AuditFilter(text="needle")
    fitting = [seq for seq in reversed(numbers) if (seq - numbers[0]) % 3]
    with reader_of(store) as reader:
        questions = reader.audit()
        assert questions.find(wanted, numbers[-1] + 1, 1) == Found(tuple(fitting), 1)
        for limit in (1, 2, 3, 7, 8, 9):
            paged, before = [], None
            while True:
                page = questions.page(wanted, before, limit)
                assert len(page.entries) <= limit
                paged += [entry.seq for entry in page.entries]
                if page.next is None:
                    break
                assert page.next == paged[-1]
                before = page.next
            assert paged == fitting
        # From the end of the log or beyond it: all of it.
        for start in (numbers[-1] + 1, numbers[-1] + 100):
            assert [entry.seq for entry in questions.page(wanted, start).entries] == fitting


def test_a_page_has_fifty_entries_unless_told_otherwise(store: Store) -> None:
    numbers = put_entries(store, *[{} for _ in range(60)])
    with reader_of(store) as reader:
        page = reader.audit().page()
        assert ([entry.seq for entry in page.entries], page.next) == (numbers[:9:-1], numbers[10])


def test_a_search_that_can_find_nothing_is_over_at_once(store: Store) -> None:
    with reader_of(store) as reader:
        questions = reader.audit()
        for wanted in (AuditFilter(person="nobody"), AuditFilter(operation="odd")):
            assert questions.bounds(wanted) == Span(1, 0)
            assert questions.find(wanted, 10**6, 1, lambda: True) == Found((), 1)
            assert questions.page(wanted).entries == ()
        assert questions.find(AuditFilter(), 1, 1) == Found((), 1)


def test_what_was_reviewed_is_stepped_over_and_nothing_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stretches that touch or overlap are one; an entry between two is not lost."""
    monkeypatch.setattr("store.audit_questions.PORTION", 2)
    numbers = put_entries(store, *[{} for _ in range(20)])
    place = numbers[0] - 1
    for first, last in ((6, 8), (9, 12), (11, 11), (14, 16), (1, 2)):
        mark_reviewed(store, place + first, place + last, "seen", actor="Ada")
    with reader_of(store) as reader:
        questions = reader.audit()

        def looked(below: int) -> tuple[list[int], int]:
            found = questions.find(UNREVIEWED, place + below, 1, lambda: True)
            return [seq - place for seq in found.numbers], found.reached - place

        assert looked(18) == ([17], 16)
        assert looked(17) == ([13], 12)
        assert looked(16) == ([13], 12)
        assert looked(15) == ([13], 12)
        assert looked(14) == ([13], 12)
        assert looked(13) == ([5, 4], 4)
        assert looked(9) == ([5, 4], 4)
        assert looked(7) == ([5, 4], 4)
        assert looked(6) == ([5, 4], 4)
        assert looked(5) == ([4, 3], 3)
        assert looked(3) == ([0, -1], -1)
        assert looked(2) == ([0, -1], -1)
        every = questions.find(UNREVIEWED, place + 21, 1).numbers
    assert [seq - place for seq in every] == [20, 19, 18, 17, 13, 5, 4, 3, 0, -1, -2]


def test_of_a_log_that_was_reviewed_whole_nothing_is_looked_at(store: Store) -> None:
    mark_reviewed(store, 1, 3, "seen", actor="Ada")
    assert found(store) == [4, 3, 2, 1], "unless it is asked for"
    with reader_of(store) as reader:
        assert reader.audit().find(UNREVIEWED, 4, 1) == Found((), 1)
        assert reader.audit().find(UNREVIEWED, 3, 2) == Found((), 2)


def test_no_question_is_answered_any_more_once_someone_else_has_signed_in(house: House) -> None:
    house.enter("Ada")
    with house.reader() as reader:
        questions = reader.audit()
        assert questions.page().entries
        house.enter("Ray")
        for ask in (
            questions.bounds,
            lambda: questions.find(AuditFilter(), 4, 1),
            questions.page,
            lambda: questions.entries([1]),
            lambda: questions.entry(1),
            questions.choices,
        ):
            with pytest.raises(NotAllowedError, match="may not read the audit log"):
                ask()


def test_where_what_fits_can_be_is_known_before_the_search(store: Store) -> None:
    times = [at(f"2026-07-0{day}T12:00+00:00") for day in (1, 2, 3, 4, 5)]
    first, *_ = numbers = put_entries(
        store, *[{"at": time, "group": 4 if time < times[3] else 7} for time in times], {}
    )
    second, third = date(2026, 7, 2), date(2026, 7, 3)
    with reader_of(store) as reader:
        bounds = reader.audit().bounds
        assert bounds() == Span(1, numbers[5])
        assert [bounds(AuditFilter(group=group)) for group in (4, 7)] == [Span(4, 6), Span(7, 8)]
        assert bounds(AuditFilter(group=first + 5)) == Span(first + 5, first + 5)
        assert bounds(AuditFilter(until=third)) == Span(first, first + 2)
        assert bounds(AuditFilter(since=second, until=third)) == Span(first + 1, first + 2)
        assert bounds(AuditFilter(since=date(2026, 7, 5), until=date(2026, 7, 9))) == Span(
            first + 4, first + 4
        )
        assert bounds(AuditFilter(since=date(2026, 12, 1))) == Span(1, 0)
        assert bounds(AuditFilter(since=third)).first == 1, "the founding was later"


def test_the_database_itself_leaves_out_whatever_names_no_such_field(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each entry's text that it lets through is read, which a long log must be spared."""
    fields = ("weird", "eird", "weir", "ei")
    odd = [{"changes": (Change(name, 1, 2),), "state": "0" * 64} for name in fields]
    numbers = put_entries(store, *odd, {"changes": (Change("x", 1, 2),)})
    read = []

    def counting(text: str) -> tuple[list[str], str | None]:
        read.append(text)
        return _read(text)

    monkeypatch.setattr("store.audit_filter._read", counting)
    assert found(store, field="WEIRD") == [numbers[0]]
    assert len(read) == 1
    assert found(store, target="target_set:2") == numbers[::-1]
    assert len(read) == 1


# ----------------------------------------------------------------------------------- what words stand for


def test_an_operations_family_is_what_stands_before_its_first_dot(store: Store) -> None:
    (seq,) = put_entries(store, {"operation": "people.team.change"})
    assert found(store, operation="people") == [seq]
    assert found(store, operation="people.team") == []
    assert found(store, operation="people.team.change") == [seq]


def found(store: Store, **wanted: object) -> list[int]:
    with reader_of(store) as reader:
        page = reader.audit().page(AuditFilter(**wanted))  # type: ignore[arg-type]
    return [entry.seq for entry in page.entries]


def test_no_letter_of_what_is_looked_for_is_a_pattern(store: Store) -> None:
    one, other = put_entries(
        store,
        {"reason": r"100%_sure\really", "target": "new_kind:1"},
        {"reason": "100 percent sure", "target": "newXkind:1"},
    )
    for text in ("0%r", "100_p", "100%s", "%re%", r"sure\\really", r"100\%"):
        assert found(store, text=text) == [], text
    for text in ("%", "_", "0%_S", "\\"):
        assert found(store, text=text) == [one], text
    assert found(store, text="percent") == [other]
    assert found(store, target="new_kind") == [one]
    assert found(store, target="newxKIND") == [other]


def test_what_follows_the_filters_period_on_the_clock_is_left_out_to_the_instant(store: Store) -> None:
    numbers = put_entries(
        store,
        *[
            {"at": at(f"2026-07-01T{time}+00:00")}
            for time in ("00:00:00", "22:59:59.999999", "23:00:00", "23:00:00.000001")
        ],
    )
    day = at("2026-07-01T00:00+01:00")
    assert moment_of(day).isoformat() == "2026-06-30T23:00:00+00:00"
    with reader_of(store) as reader:
        today = moment_of(day).astimezone(reader.rules.zone).date()
    assert found(store, since=today, until=today) == numbers[1::-1]
    assert found(store, since=today + timedelta(days=1), until=today + timedelta(days=1)) == numbers[:1:-1]


# --------------------------------------------------------------------------------------------------- views


@pytest.mark.usefixtures("ring")
def test_a_view_says_all_that_an_entry_holds(store: Store) -> None:
    begin_key(store, actor="Bo")
    mark_reviewed(store, 4, 4, "looked at", actor="Cy")
    with reader_of(store) as reader:
        zone = reader.rules.zone
        founded, key = reader.audit().entries([1, 4])
        stored = reader._plain.row("SELECT hash, actor FROM audit_entry WHERE seq = 4")
    assert stored is not None
    assert (founded.sealed, founded.epoch) == (False, 0)
    assert key == EntryView(
        seq=4,
        at=MONDAY.astimezone(zone),
        actor=stored[1],
        person="Bo",
        operation="audit.key",
        target="audit:key",
        origin="command line",
        outcome="done",
        changes=key.changes,
        reason=None,
        group=4,
        epoch=1,
        hash=bytes(stored[0]).hex(),
        sealed=True,
        reviews=(ReviewView(1, MONDAY.astimezone(zone), "Cy", 4, 4, "looked at"),),
    )
    assert [change.field for change in key.changes] == ["checkpoint_key", "fingerprint"]


def test_a_review_stands_at_the_entries_that_it_was_of_alone(store: Store) -> None:
    numbers = put_entries(store, *[{} for _ in range(6)])
    for first, last in ((0, 1), (1, 3), (5, 5)):
        mark_reviewed(store, numbers[first], numbers[last], f"{first} to {last}", actor="Ada")
    with reader_of(store) as reader:
        noted = [[one.note for one in view.reviews] for view in reader.audit().entries(numbers)]
        # One asked for alone, between others that were reviewed.
        alone = [reader.audit().entry(seq).reviews for seq in (numbers[4], numbers[5])]
    assert noted == [["0 to 1"], ["0 to 1", "1 to 3"], ["1 to 3"], ["1 to 3"], [], ["5 to 5"]]
    assert [[one.note for one in reviews] for reviews in alone] == [[], ["5 to 5"]]


def test_a_time_that_is_none_and_a_text_that_is_no_entrys_are_shown_as_such(store: Store, ring: Ring) -> None:
    begin_key(store)
    good, odd = put_entries(store, {}, {"at": 10**18})
    mark_reviewed(store, 4, 4, "looked at", actor="Cy")
    with store.work("test") as work:
        work.plain.run("DROP TRIGGER audit_entry_no_update")
        work.plain.run("UPDATE audit_entry SET text = '{}', hash = x'0A' WHERE seq IN (1, 4)")
    with reader_of(store) as reader:
        first, key, view = reader.audit().entries([1, 4, odd])
        assert reader.audit().entry(good).unreadable is None
    why = "audit entry 4 cannot be read: its text is not that of an entry"
    assert key == EntryView(4, None, "", "", "", "", "", "", (), None, 4, 1, "0a", True, key.reviews, why)
    assert [one.note for one in key.reviews] == ["looked at"]
    assert (first.sealed, first.epoch, first.reviews) == (False, 0, ())
    assert (view.at, view.unreadable) == (None, f"audit entry {odd} cannot be read: its time is none")


def test_whatever_an_entry_was_made_to_hold_it_is_shown(store: Store) -> None:
    """Else nobody could look at what was tampered with."""
    (late,) = put_entries(store, {"at": 253_402_300_800_000_000 - 1})
    with store.work("test") as work:
        work.plain.run("DROP TRIGGER audit_entry_no_update")
        for seq, edited in enumerate(("hash = 'none'", "hash = 7", "epoch = 'x', tag = 7"), 1):
            work.plain.run(f"UPDATE audit_entry SET {edited} WHERE seq = {seq}")
        work.plain.run("UPDATE organisation SET zone = 'Asia/Tokyo'")  # where it is next year already
    with reader_of(store) as reader:
        views = reader.audit().entries([1, 2, 3, late])
    assert [view.hash for view in views[:2]] == ["none", "7"]
    assert (str(views[2].epoch), views[2].sealed) == ("x", True)
    assert (views[3].at, views[3].unreadable) == (
        None, f"audit entry {late} cannot be read: its time is none",
    )  # fmt: skip


def test_of_a_log_that_was_emptied_that_is_said(store: Store) -> None:
    with store.work("test") as work:
        work.plain.run("DELETE FROM audit_state")
        work.plain.run("DROP TRIGGER audit_entry_no_delete")
        work.plain.run("DELETE FROM audit_entry")
    with reader_of(store) as reader:
        questions = reader.audit()
        assert (questions.bounds(), questions.page().entries) == (Span(1, 0), ())
        assert questions.bounds(AuditFilter(group=7)) == Span(7, 0)
        with pytest.raises(StoreError, match=r"^there is no audit entry 1; the last one is 0$"):
            questions.entry(1)
        assert questions.choices().people == ()
    with pytest.raises(StoreError, match=r"^there is no audit entry 1, the last one is 0; nothing was"):
        mark_reviewed(store, 1, 1, "Seen", actor="Ada")


def test_what_a_filter_can_name_has_each_thing_once_in_order(store: Store) -> None:
    put_entries(
        store,
        *[{"actor": actor, "operation": "b.x"} for actor in ("id-eve", "id-bob", "id-bob", "id-ann")],
        {"actor": "z9", "operation": "a.x"},
    )
    with store.work("test") as work:
        work.plain.run("INSERT INTO audit_name (id, name) VALUES ('z9', 'ann other')")
    with reader_of(store) as reader:
        choices = reader.audit().choices()
    assert [(one.id, one.name) for one in choices.people] == [
        ("id-ann", "Ann Other"), ("z9", "ann other"), ("id-bob", "Bob 50%_off"), ("system", "the system"),
        ("id-eve", "Ève Núñez"),
    ]  # fmt: skip
    assert choices.operations == ("a.x", "b.x", "organisation.found")
    assert choices.kinds[-2:] == ("store", "audit")
