"""Weekly summaries as the tables have them: read, told apart from what was approved, stepped on.

A summary's content, and a seal's, is two lines: a head, which lists are made from without reading the rest,
and the summary itself (kpi.summary.to_json). The head has the evidence, SHA-256 over what the store holds of
the events behind the figures: so that an event changed behind the program's back shows, too.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from kpi.chain import canonical
from kpi.documents import DocumentError
from kpi.summary import from_json, to_json
from kpi.summary_course import SummaryError
from kpi.weeks import MONDAY, Week
from store.access import SignInNeededError, own_person
from store.errors import StoreError
from store.numbering import next_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi.summary import Summary
    from store.plain import Plain, Row
    from store.work import Work

EVIDENCE = ("seq", "kind", "at", "listing", "application", "actor", "owner", "detail")
FIRST_WEEKDAY = "first_weekday"
_COLUMNS = "s.number, s.person, s.from_day, s.team, s.state, s.benchmarks, s.digest, s.sealed, s.kept_digest"


class RefusedError(StoreError):
    """Something that may not be; the log, in which nobody's figures stand, has other words for it."""

    def __init__(self, said: str, for_the_log: str) -> None:
        """Both in one line."""
        super().__init__(said)
        self.for_the_log = for_the_log


class FlagHead(NamedTuple):
    """What a list needs of a flag."""

    code: str
    key: str
    needs_answer: bool


@dataclass(frozen=True)
class Content:
    """A stored content: its head, and the summary, which is read when it is asked for."""

    evidence: str
    flags: tuple[FlagHead, ...]
    text: str

    @cached_property
    def summary(self) -> Summary:
        """The summary itself; SummaryTextError if the text is none any more."""
        return from_json(self.text)


def pack(summary: Summary, evidence: str) -> str:
    """A content as it is stored."""
    flags = [[flag.code, flag.key, flag.needs_answer] for flag in summary.flags]
    return f"{canonical({'evidence': evidence, 'flags': flags})}\n{to_json(summary)}"


def unpack(stored: str) -> Content:
    """A stored content, or the head of one alone."""
    head, _, text = stored.partition("\n")
    read = json.loads(head)
    return Content(read["evidence"], tuple(FlagHead(*flag) for flag in read["flags"]), text)


@dataclass(frozen=True)
class Record:
    """A summary, and of the seal that counts the digest and the head; None while there is none."""

    number: int
    person: int
    week: Week
    team: int | None
    state: str
    benchmarks: int
    digest: bytes
    sealed: int | None
    kept: bytes | None
    content: Content
    seal_digest: bytes | None
    seal_head: Content | None

    @property
    def counting(self) -> Content:
        """The head of what counts: as it was approved, else as it is."""
        return self.seal_head or self.content

    @property
    def seal_mark(self) -> bytes | None:
        """The mark of what was approved."""
        if self.seal_digest is None or self.seal_head is None:
            return None
        return mark_of(self.seal_digest, self.seal_head.evidence)

    @property
    def mark(self) -> bytes:
        """What tells these figures, with what is behind them, from all others."""
        return mark_of(self.digest, self.content.evidence)

    @property
    def differs(self) -> bool:
        """Whether it is sealed, and comes out otherwise now."""
        return self.sealed is not None and self.seal_mark != self.mark

    @property
    def changed(self) -> bool:
        """Whether it differs, and nobody has said that what was approved stands all the same."""
        return self.differs and self.kept != self.mark


def mark_of(digest: bytes, evidence: str) -> bytes:
    """One digest of both, as `kept_digest` has it."""
    return sha256(digest + bytes.fromhex(evidence)).digest()


def _head(plain: Plain, column: str) -> str:
    """SQL for the first line of a content."""
    if plain.postgres:
        return f"split_part({column}, chr(10), 1)"
    return f"substr({column}, 1, instr({column}, char(10)) - 1)"


def differs(plain: Plain) -> str:
    """SQL for a summary `s` that may come out otherwise than its seal `g` says; few others do."""
    return f"(s.digest <> g.digest OR {_head(plain, 's.content')} <> {_head(plain, 'g.content')})"


def ask_records(plain: Plain, *, whole: bool = False, more: str = "", joins: str = "") -> str:
    """A query for records, to which a condition on `s` (summary) may be added; their heads unless `whole`.

    `more` columns come after a record's, of tables that `joins` add.
    """
    content = "s.content" if whole else _head(plain, "s.content")
    columns = f"{_COLUMNS}, {content}, g.digest, {_head(plain, 'g.content')}{more and ', '}{more}"
    seal = "LEFT JOIN summary_seal g ON g.summary = s.number AND g.version = s.sealed"
    return f"SELECT {columns} FROM summary s {seal} {joins}"


def record_of(row: Row) -> Record:
    """A row of `ask_records`."""
    number, person, from_day, team, state, benchmarks, digest, sealed, kept, content, seal, head = row
    return Record(
        number=number,
        person=person,
        week=Week(date.fromordinal(from_day)),
        team=team,
        state=state,
        benchmarks=benchmarks,
        digest=bytes(digest),
        sealed=sealed,
        kept=None if kept is None else bytes(kept),
        content=unpack(content),
        seal_digest=None if seal is None else bytes(seal),
        seal_head=None if head is None else unpack(head),
    )


def load_record(plain: Plain, number: int) -> Record:
    """One summary, whole; StoreError if there is none."""
    row = plain.row(f"{ask_records(plain, whole=True)} WHERE s.number = ?", (number,))
    if row is None:
        raise StoreError(f"there is no summary {number}; “stagewatch summaries list” names them all")
    return record_of(row)


def sealed_content(plain: Plain, record: Record) -> Content | None:
    """What was approved, None while nothing is."""
    if record.sealed is None:
        return None
    stored = plain.value(
        "SELECT content FROM summary_seal WHERE summary = ? AND version = ?", (record.number, record.sealed)
    )
    return unpack(stored)


def events_behind(summary: Summary) -> frozenset[int]:
    """All events that count in any figure, by seq."""
    return frozenset(seq for figure in summary.figures for seq in figure.events)


def evidence_of(rows: Iterable[Row]) -> str:
    """The evidence of events, as rows of EVIDENCE in any order: SHA-256 of canonical JSON, in hex."""
    held = canonical({"columns": EVIDENCE, "events": sorted(rows)})
    return sha256(held.encode()).hexdigest()


def is_as_evident(plain: Plain, content: Content) -> bool:
    """Whether the store still holds the events behind a content as it did when that was made.

    Of whom a server shows not all of them, by the role that they have there, that cannot be told.
    """
    ask = (
        "SELECT e.seq, e.kind, e.at, l.ref, e.application, e.actor, e.owner, e.detail FROM event e "
        "JOIN listing l ON l.id = e.listing_id WHERE e.seq IN (…)"
    )
    wanted = events_behind(content.summary)
    rows = list(plain.where_in(ask, sorted(wanted)))
    if len(rows) < len(wanted) and own_person(plain) is not None:
        return True
    return evidence_of(rows) == content.evidence


def first_weekday(plain: Plain) -> int:
    """The weekday on which the organisation's weeks begin, 0 for Monday."""
    found = plain.value("SELECT value FROM setting WHERE name = ?", (FIRST_WEEKDAY,))
    return MONDAY if found is None else int(found)


def add_step(
    work: Work, summary: int, kind: str, *, person: int | None, about: str = "", text: str = ""
) -> int:
    """Write a step of a summary's way; its number."""
    number = next_number(work.plain, "summary_step")
    work.plain.run(
        'INSERT INTO summary_step (number, summary, "at", person, kind, about, text) '
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, summary, work.now, person, kind, about, text),
    )
    return number


def acting(work: Work) -> int:
    """The person who does it; SignInNeededError in an open store, where nobody knows who that is."""
    if work.visitor is None:
        raise SignInNeededError(
            "nobody signs in to this store yet: it has no super user; weekly summaries need to know who it is"
        )
    return work.visitor.person


@contextmanager
def in_few_words(number: int) -> Iterator[None]:
    """Let the log say of a refusal only that there was one: why would tell of somebody's week."""
    try:
        yield
    except (SummaryError, DocumentError) as error:
        raise RefusedError(str(error), f"summary {number}: refused by the rules for summaries") from error


def names_of(plain: Plain, people: Iterable[int]) -> dict[int, str]:
    """The names of people by number."""
    return dict(plain.where_in("SELECT number, name FROM person WHERE number IN (…)", sorted(set(people))))
