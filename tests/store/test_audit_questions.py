"""What is asked of the audit log: pages, every filter, one entry, marks of review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from kpi.audit_entry import Change
from kpi.targets import Target
from store.audit_filter import EVERYTHING, AuditFilter, Span
from store.audit_questions import PORTION, AuditQuestions
from store.errors import StoreError
from store.reviews import mark_reviewed
from store.targets import save_targets
from store.work import Store
from tests.store.audit_log import at, put_entries
from tests.store.helpers import new_store, reader_of


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with new_store(store_url) as made:
        yield made


@pytest.fixture
def base(store: Store) -> int:
    """The last entry of the founding."""
    with reader_of(store) as reader:
        return reader.audit().bounds().last


def found(store: Store, **wanted: object) -> list[int]:
    """The entries that fit, by the search and by pages of two: both must say the same."""
    with reader_of(store) as reader:
        questions = reader.audit()
        filter_ = AuditFilter(**wanted)  # type: ignore[arg-type]
        span = questions.bounds(filter_)
        numbers = list(questions.find(filter_, span.last + 1, span.first).numbers)
        paged, before = [], None
        while True:
            page = questions.page(filter_, before, 2)
            paged += [entry.seq for entry in page.entries]
            before = page.next
            if before is None:
                break
        assert paged == numbers
        return numbers


# --------------------------------------------------------------------------------------------- the pages


def test_the_founding_is_in_the_log_and_everything_is_found_newest_first(store, base):
    assert base >= 3
    assert found(store) == list(range(base, 0, -1))
    with reader_of(store) as reader:
        assert reader.audit().bounds() == Span(1, base)
        newest = reader.audit().entry(base)
        assert newest.operation == "organisation.found"
        assert newest.person == "the system"
        assert newest.reviews == ()


def test_an_operation_is_shown_with_who_why_and_what(store, base):
    saved = save_targets(
        store, {"draft.ready_to_publish": Target(3, 4)}, reason="agreed with the wards", actor="Dee Light"
    )
    with reader_of(store) as reader:
        (entry,) = reader.audit().page(AuditFilter(target=f"target_set:{saved.number}")).entries
        assert (entry.seq, entry.person, entry.operation) == (base + 1, "Dee Light", "targets.save")
        assert (entry.reason, entry.outcome, entry.group) == ("agreed with the wards", "done", base + 1)
        assert entry.actor not in ("Dee Light", ""), "the log itself names nobody"
        assert Change("draft.ready_to_publish.due_days", 99, 3) in entry.changes
        assert entry.at is not None
        assert entry.at.tzinfo == reader.rules.zone
        assert len(entry.hash) == 64


def test_entries_come_in_the_order_asked_for_and_what_is_not_there_is_left_out(store, base):
    with reader_of(store) as reader:
        views = reader.audit().entries([2, base + 50, 1])
        assert [view.seq for view in views] == [2, 1]
        with pytest.raises(StoreError, match=f"no audit entry {base + 50}; the last one is {base}"):
            reader.audit().entry(base + 50)
        assert reader.audit().entries([]) == ()


def test_a_page_says_where_the_next_one_begins(store, base):
    numbers = put_entries(store, *[{} for _ in range(5)])
    with reader_of(store) as reader:
        first = reader.audit().page(EVERYTHING, None, 3)
        assert [entry.seq for entry in first.entries] == numbers[:1:-1]
        assert first.next == numbers[2]
        rest = reader.audit().page(EVERYTHING, first.next, 100)
        assert [entry.seq for entry in rest.entries] == list(range(first.next - 1, 0, -1))
        assert rest.next is None
        exact = reader.audit().page(EVERYTHING, None, base + 5)
        assert exact.next is None


def test_a_search_can_be_given_up_and_taken_up_again_between_any_two_portions(store, base):
    put_entries(store, *[{"reason": "needle" if n == 0 else "hay"} for n in range(PORTION + 10)])
    wanted = AuditFilter(text="needle")
    with reader_of(store) as reader:
        questions = reader.audit()
        last = questions.bounds().last
        first = questions.find(wanted, last + 1, 1, lambda: True)
        assert first.numbers == ()
        assert first.reached == last + 1 - PORTION
        rest = questions.find(wanted, first.reached, 1, lambda: True)
        assert rest.numbers == (base + 1,)
        assert rest.reached == 1
        assert questions.find(wanted, last + 1, 1).numbers == (base + 1,)


# ------------------------------------------------------------------------------------------- the filters


def test_by_person_a_name_a_part_of_it_whatever_its_case_or_an_id(store, base):
    ann, bob, eve, gone = put_entries(
        store, {}, {"actor": "id-bob"}, {"actor": "id-eve"}, {"actor": "0123456789abcdef"}
    )
    assert found(store, person="ann") == [ann]
    assert found(store, person="Ann Other") == [ann]
    assert found(store, person="ÈVE") == [eve]
    assert found(store, person="id-bob") == [bob]
    assert found(store, person="50%_") == [bob]
    assert found(store, person="%") == [bob], "it is no pattern"
    assert found(store, person="nobody") == []
    assert found(store, person="erased") == [gone]
    assert found(store, person="the system") == list(range(base, 0, -1))
    with reader_of(store) as reader:
        assert reader.audit().entry(gone).person == "erased person 012345"


def test_a_whole_name_means_nobody_else(store):
    ann, anna = put_entries(store, {"actor": "a1"}, {"actor": "a2"})
    with store.work("test") as work:
        work.plain.many("INSERT INTO audit_name (id, name) VALUES (?, ?)", [("a1", "Jo"), ("a2", "Joan")])
    assert found(store, person="jo") == [ann]
    assert found(store, person="oa") == [anna]


def test_by_operation_and_by_all_about_one_thing(store, base):
    saved, withdrawn, reviewed = put_entries(
        store, {}, {"operation": "targets.withdraw"}, {"operation": "audit.review"}
    )
    assert found(store, operation="targets.withdraw") == [withdrawn]
    assert found(store, operation="targets") == [withdrawn, saved]
    assert found(store, operation="audit.review") == [reviewed]
    assert found(store, operation="target") == []
    assert found(store, operation="targets%") == []


def test_by_target_and_by_kind_of_target(store, base):
    two, twenty, ours, other = put_entries(
        store,
        {},
        {"target": "target_set:20"},
        {"target": "mapping:our_ATS 100%"},
        {"target": "mapping:our-ATS"},
    )
    assert found(store, target="target_set:2") == [two]
    assert found(store, target="mapping:our_ATS 100%") == [ours]
    assert found(store, target="mapping") == [other, ours]
    assert [seq for seq in found(store, target="target_set") if seq > base] == [twenty, two]
    assert found(store, target="target") == []


def test_by_field_a_part_of_its_name_and_nothing_else(store):
    due, odd, value = put_entries(
        store,
        {},
        {"changes": (Change('weird "f_ield" É\\', "a", "b"),), "target": "x:1"},
        {"changes": (Change("x", "due_days", '"field":"due_days"'),), "target": "x:1"},
    )
    assert due in found(store, field="READY_to_publish.due")
    assert value not in found(store, field="due_days")
    assert found(store, field='"F_IELD" é\\') == [odd]
    assert found(store, field="weird%") == []
    assert found(store, field="f-ield") == []
    assert value in found(store, field="x")


def test_by_reason_whatever_its_case_also_of_letters_that_databases_do_not_fold(store):
    wards, zurich, street = put_entries(
        store, {"reason": "Agreed with the WARDS, 100%_sure"}, {"reason": "nach ZÜRICH"}, {"reason": "Straße"}
    )
    put_entries(store, {"reason": None}, {"reason": "zurich"})
    assert found(store, text="wards") == [wards]
    assert found(store, text="0%_s") == [wards]
    assert found(store, text="zürich") == [zurich]
    assert found(store, text="STRASSE") == [], "a plain letter is only itself"
    assert found(store, text="straße") == [street]


def test_by_period_in_days_of_the_organisations_zone(store, base):
    before, first, last, after = put_entries(
        store,
        {"at": at("2026-06-30T22:59:59+00:00")},
        {"at": at("2026-06-30T23:00:00+00:00")},
        {"at": at("2026-07-02T22:59:59+00:00")},
        {"at": at("2026-07-02T23:00:00+00:00")},
    )
    july = {"since": date(2026, 7, 1), "until": date(2026, 7, 2)}
    assert found(store, **july) == [last, first]
    assert found(store, until=date(2026, 6, 30)) == [before]
    assert found(store, since=date(2026, 7, 3))[-2:] == [2, 1], "the founding's clock is far ahead"
    assert after in found(store, since=date(2026, 7, 3))
    assert found(store, since=date(1, 1, 1), until=date(9999, 12, 31))[0] == after
    assert found(store, since=date(9999, 12, 31)) == []


def test_a_clock_that_went_back_hides_nothing(store):
    late, early = put_entries(
        store, {"at": at("2026-07-05T12:00+00:00")}, {"at": at("2026-07-01T12:00+00:00")}
    )
    assert found(store, since=date(2026, 7, 5), until=date(2026, 7, 5)) == [late]
    assert found(store, since=date(2026, 7, 1), until=date(2026, 7, 1)) == [early]
    assert found(store, since=date(2026, 7, 1), until=date(2026, 7, 5)) == [early, late]


def test_by_group(store, base):
    one, *group, other = put_entries(store, {}, *[{"group": base + 2} for _ in range(3)], {"group": base + 5})
    assert found(store, group=base + 2) == group[::-1]
    assert found(store, group=one) == [one]
    assert found(store, group=other) == [other]
    assert found(store, group=other + 1) == []


def test_filters_hold_together(store):
    numbers = put_entries(
        store,
        {"reason": "wards"},
        {"reason": "wards", "actor": "id-bob"},
        {"reason": "wards", "target": "mapping:x"},
        {"reason": "no"},
        {"reason": "wards", "at": at("2026-01-01T12:00+00:00")},
        {"reason": "wards"},
    )
    wanted = {
        "person": "ann",
        "operation": "targets",
        "target": "target_set:2",
        "field": "due",
        "text": "WARD",
        "since": date(2026, 11, 1),
        "until": date(2026, 11, 30),
        "unreviewed": True,
    }
    assert found(store, **wanted) == [numbers[5], numbers[0]]
    mark_reviewed(store, numbers[5], numbers[5], "seen", actor="Dee Light")
    assert found(store, **wanted) == [numbers[0]]


def test_what_a_filter_can_name(store):
    put_entries(store, {}, {"actor": "id-bob"}, {"operation": "people.add", "actor": "feedface99"})
    with reader_of(store) as reader:
        choices = reader.audit().choices()
    assert [person.name for person in choices.people] == [
        "Ann Other", "Bob 50%_off", "erased person feedfa", "the system",
    ]  # fmt: skip
    assert {"organisation.found", "people.add", "targets.save"} <= set(choices.operations)
    assert {"target_set", "calendar", "audit"} <= set(choices.kinds)


# ---------------------------------------------------------------------------------------- marks of review


def test_a_mark_is_shown_on_its_entries_and_is_itself_in_the_log(store, base):
    numbers = put_entries(store, *[{} for _ in range(4)])
    marked = mark_reviewed(store, numbers[1], numbers[2], "looked at with HR", actor="Dee Light")
    assert (marked.number, marked.first, marked.last) == (1, numbers[1], numbers[2])
    with reader_of(store) as reader:
        questions: AuditQuestions = reader.audit()
        assert [len(view.reviews) for view in questions.entries(numbers)] == [0, 1, 1, 0]
        review = questions.entry(numbers[1]).reviews[0]
        assert (review.person, review.note, review.number) == ("Dee Light", "looked at with HR", 1)
        assert review.at.tzinfo == reader.rules.zone
        newest = questions.page().entries[0]
        assert (newest.operation, newest.target, newest.reason) == (
            "audit.review", "review:1", "looked at with HR",
        )  # fmt: skip
        assert newest.person == "Dee Light"
    assert found(store, unreviewed=True) == [numbers[3] + 1, numbers[3], numbers[0], *range(base, 0, -1)]
    assert mark_reviewed(store, numbers[0], numbers[3], "again", actor="Ann").number == 2
    with reader_of(store) as reader:
        assert [review.note for review in reader.audit().entry(numbers[1]).reviews] == [
            "looked at with HR", "again",
        ]  # fmt: skip


def test_a_whole_log_can_be_reviewed(store, base):
    mark_reviewed(store, 1, base - 1, "the founding", actor="Ann")
    mark_reviewed(store, base, base + 1, "and the mark", actor="Ann")
    assert found(store, unreviewed=True) == [base + 2]


@pytest.mark.parametrize(
    ("first", "last", "note", "said"),
    [
        (1, 1, " \x1b ", "say why"),
        (1, 1, "x" * 501, "at most 500"),
        (0, 1, "seen", "entries 0 to 1: there are none such"),
        (3, 2, "seen", "entries 3 to 2: there are none such"),
        (1, 1_000, "seen", "no audit entry 1000"),
    ],
)
def test_what_cannot_be_marked_is_refused_in_a_line(store, first, last, note, said):
    with pytest.raises(StoreError, match=said) as refused:
        mark_reviewed(store, first, last, note, actor="Ann")
    assert "\n" not in str(refused.value)
    with reader_of(store) as reader:
        assert reader._plain.value("SELECT count(*) FROM audit_review") == 0


# ------------------------------------------------------------------------------- a log that was tampered with


def test_a_gap_and_a_text_that_is_no_entry_are_shown_as_such(store, base):
    good, broken, gone = put_entries(store, {}, {}, {})
    with store.work("test") as work:
        if store.location.url is None:
            for trigger in ("audit_entry_no_update", "audit_entry_no_delete"):
                work.plain.run(f"DROP TRIGGER {trigger}")
        else:
            work.plain.run("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        work.plain.run(
            'UPDATE audit_entry SET text = \'{"actor":"x","at":1,"field":"due"}\' WHERE seq = ?', (broken,)
        )
        work.plain.run("DELETE FROM audit_entry WHERE seq = ?", (good,))
    with reader_of(store) as reader:
        views = reader.audit().entries([gone, broken, good])
    assert [view.seq for view in views] == [gone, broken]
    assert views[0].unreadable is None
    assert views[1].unreadable == f"audit entry {broken} cannot be read: its text is not that of an entry"
    assert replace(views[1], unreadable=None).changes == ()
    assert found(store, target="target_set:2", field="due")[0] == gone
    assert broken not in found(store, field="due")
