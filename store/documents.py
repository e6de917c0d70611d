"""Documents attached to summaries: coaching notes, corrective actions, what a performance plan rests on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpi.chain import canonical
from kpi.documents import COACHING, KINDS, Draft, check_document
from kpi.summary_course import DECISIONS, check_text
from store.errors import StoreError
from store.numbering import next_number
from store.people_rows import today_of
from store.schema import check_version
from store.summary_facts import Decided, DocumentAdded
from store.summary_rows import (
    RefusedError,
    acting,
    add_step,
    ask_records,
    in_few_words,
    load_record,
    record_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from store.plain import Plain, Row
    from store.summary_rows import Record
    from store.work import Store


def add_document(
    store: Store,
    number: int,
    kind: str,
    text: str,
    *,
    context: Mapping[str, str] | None = None,
    from_day: date | None = None,
    until_day: date | None = None,
) -> DocumentAdded:
    """Attach a document to summary `number`; what its kind asks for is said by kpi/documents.py.

    The manager or the HR partner of the summary's team may, about others than themselves. StoreError in
    words for what may not be, such as figures as the only criterion for ending employment.
    """
    with store.work("document.add", about=f"summary:{number}") as work:
        plain = work.plain
        check_version(plain, store.location)
        record, actor = load_record(plain, number), acting(work)
        with in_few_words(number):
            draft = check_document(
                Draft(kind, text, context or {}, from_day, until_day),
                weeks_with(plain, record),
                record.week,
                today_of(work),
            )
        made = next_number(plain, "document")
        days = (None if day is None else day.toordinal() for day in (draft.from_day, draft.until_day))
        plain.run(
            'INSERT INTO document (number, summary, kind, text, context, from_day, until_day, author, "at") '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (made, number, draft.kind, draft.text, canonical(draft.context), *days, actor, work.now),
        )
        add_step(work, number, "document", person=actor, about=f"document {made}", text=KINDS[draft.kind])
    return DocumentAdded(made, number, draft.kind)


def weeks_with(plain: Plain, record: Record) -> Counter[str]:
    """In how many of the person's weeks before each code of a flag stood: as approved, else as it is."""
    rows = plain.rows(
        f"{ask_records(plain)} WHERE s.person = ? AND s.from_day < ?",
        (record.person, record.week.first.toordinal()),
    )
    found: Counter[str] = Counter()
    for one in map(record_of, rows):
        found.update({flag.code for flag in one.counting.flags})
    return found


def appeal(store: Store, number: int, reason: str) -> DocumentAdded:
    """Appeal against a corrective action, or what a plan rests on, that is about oneself; once."""
    with store.work("document.appeal", about=f"document:{number}") as work:
        check_version(work.plain, store.location)
        summary, kind, _, appealed_at, _ = _document(work.plain, number)
        actor = acting(work)
        if kind == COACHING:
            raise _refused(number, "a coaching note decides nothing; say what you think in a comment")
        if appealed_at is not None:
            raise _refused(number, "it has been appealed against already")
        with in_few_words(summary):
            said = check_text(reason, "reason", "say what is wrong with it")
        work.plain.run(
            "UPDATE document SET appeal = ?, appealed_at = ? WHERE number = ?", (said, work.now, number)
        )
        add_step(work, summary, "appealed", person=actor, about=f"document {number}", text=said)
    return DocumentAdded(number, summary, kind)


def decide_appeal(store: Store, number: int, decision: str, reason: str) -> Decided:
    """Decide an appeal: “upheld” (the document has no effect any more) or “rejected”.

    The HR partner of the summary's team, who is neither its person nor the document's author.
    """
    with store.work("document.decide", about=f"document:{number}") as work:
        check_version(work.plain, store.location)
        summary, _, author, appealed_at, decided = _document(work.plain, number)
        actor = acting(work)
        if decision not in DECISIONS:
            raise _refused(number, f"a decision is {' or '.join(DECISIONS)}")
        if appealed_at is None:
            raise _refused(number, "nobody has appealed against it")
        if decided is not None:
            raise _refused(number, f"it was decided already: {decided}")
        if actor == author:
            raise _refused(number, "whoever wrote it does not decide about it")
        with in_few_words(summary):
            said = check_text(reason, "reason", "say why, the person will read it")
        work.plain.run(
            "UPDATE document SET decided_by = ?, decided_at = ?, decision = ?, decision_reason = ? "
            "WHERE number = ?",
            (actor, work.now, decision, said, number),
        )
        text = f"{decision}: {said}"
        add_step(work, summary, "decided", person=actor, about=f"document {number}", text=text)
    return Decided(number, summary, decision)


def _document(plain: Plain, number: int) -> Row:
    """(summary, kind, author, appealed_at, decision); StoreError if there is none of this number."""
    row = plain.row(
        "SELECT summary, kind, author, appealed_at, decision FROM document WHERE number = ?", (number,)
    )
    if row is None:
        raise StoreError(f"there is no document {number}; the summary's page lists its own")
    return row


def _refused(number: int, why: str) -> RefusedError:
    return RefusedError(f"document {number}: {why}; nothing was written", f"document {number}: refused")
