"""The questions of the Audit page: entries newest first, filtered, with names; who and what there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kpi.audit_entry import Entry, EntryError, read_entry
from kpi.events import moment_of
from kpi.policy import Action
from store.audit import hex_of
from store.audit_filter import EVERYTHING, AuditFilter, Found, Meant, Search, Span
from store.audit_records import KINDS
from store.errors import StoreError
from store.who import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from kpi.audit_entry import Change
    from store.plain import Plain, Row
    from store.reading import Reader

__all__ = [
    "EVERYTHING", "AuditChoices", "AuditFilter", "AuditPage", "AuditQuestions", "EntryView", "Found",
    "Person", "ReviewView", "Span",
]  # fmt: skip
PORTION = 5_000
_SHOWN_ID = 6
_OTHER_KINDS = ("store", "audit")  # of which there are no records
_ENTRIES = "SELECT seq, epoch, text, hash, tag IS NOT NULL FROM audit_entry"
# From one value to the next: the log is long, and few people and operations are in it.
_EACH = (
    "WITH RECURSIVE each(one) AS (SELECT min({0}) FROM audit_entry UNION ALL "
    "SELECT (SELECT min(e.{0}) FROM audit_entry e WHERE e.{0} > each.one) FROM each "
    "WHERE each.one IS NOT NULL) "
    "SELECT one FROM each WHERE one IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Somebody has marked the entries from `first` to `last` as reviewed, with a note.

    `at` is in the organisation's zone.
    """

    number: int
    at: datetime
    person: str
    first: int
    last: int
    note: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as it is shown. `at` is in the organisation's zone, `person` whom the id `actor` stands for.

    `group` is the first entry of its transaction. `sealed` if it was written with a key, `epoch` whose it is.
    `origin` is “app”, “command line”, “import” or “system”, `outcome` “done”, “refused” or “read”.
    `unreadable` says in words why the stored text is no entry; the rest then says little.
    """

    seq: int
    at: datetime | None
    actor: str
    person: str
    operation: str
    target: str
    origin: str
    outcome: str
    changes: tuple[Change, ...]
    reason: str | None
    group: int
    epoch: int
    hash: str
    sealed: bool
    reviews: tuple[ReviewView, ...]
    unreadable: str | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first; `next` is what the following page is asked for with, None at the end."""

    entries: tuple[EntryView, ...]
    next: int | None


class Person(NamedTuple):
    """Someone the log knows: the opaque id, and the name, or what stands for one that was erased."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class AuditChoices:
    """What a filter can name: people by name, operations, kinds of target."""

    people: tuple[Person, ...]
    operations: tuple[str, ...]
    kinds: tuple[str, ...]


class AuditQuestions:
    """Asked over a reader; each answer is a frozen result."""

    def __init__(self, reader: Reader) -> None:
        """Ask `reader`."""
        self._reader = reader

    def bounds(self, wanted: AuditFilter = EVERYTHING) -> Span:
        """Between which entries those that fit must lie; for no filter, the first and the last one."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_AUDIT) as plain:
            return self._search(plain, wanted).bounds()

    def find(
        self, wanted: AuditFilter, below: int, lowest: int, enough: Callable[[], bool] = lambda: False
    ) -> Found:
        """The entries that fit of those below `below` and not below `lowest`.

        After each portion it asks whether it is `enough` for now: a search of the whole log can be many such
        questions, and be given up between any two.
        """
        numbers: list[int] = []
        with self._reader.at_once(), self._reader.asking(Action.SEE_AUDIT) as plain:
            search = self._search(plain, wanted)
            while below > lowest:
                found, below = search.portion(below, lowest, PORTION)
                numbers += found
                if enough():
                    break
        return Found(tuple(numbers), below)

    def page(self, wanted: AuditFilter = EVERYTHING, before: int | None = None, limit: int = 50) -> AuditPage:
        """The newest `limit` entries that fit, of those before the entry `before`."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_AUDIT) as plain:
            search = self._search(plain, wanted)
            first, last = search.bounds()
            below = last + 1 if before is None else min(before, last + 1)
            numbers: list[int] = []
            while below > first and len(numbers) <= limit:
                found, below = search.portion(below, first, PORTION)
                numbers += found
            following = numbers[limit - 1] if len(numbers) > limit else None
            return AuditPage(self._views(plain, numbers[:limit]), following)

    def entries(self, numbers: Sequence[int]) -> tuple[EntryView, ...]:
        """The entries of these numbers, in their order; those that are not there are left out."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_AUDIT) as plain:
            return self._views(plain, numbers)

    def entry(self, seq: int) -> EntryView:
        """One entry; StoreError if there is none of that number."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_AUDIT) as plain:
            found = self._views(plain, [seq])
            if not found:
                raise no_entry(plain, seq)
        return found[0]

    def choices(self) -> AuditChoices:
        """What a filter can name."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_AUDIT) as plain:
            return AuditChoices(_people(plain), _each(plain, "operation"), (*KINDS, *_OTHER_KINDS))

    def _search(self, plain: Plain, wanted: AuditFilter) -> Search:
        meant = Meant(
            None if wanted.person is None else _ids_of(plain, wanted.person),
            None if wanted.operation is None else _operations_of(plain, wanted.operation),
        )
        return Search(plain, wanted, self._reader.rules.zone, meant)

    def _views(self, plain: Plain, numbers: Sequence[int]) -> tuple[EntryView, ...]:
        rows = {row[0]: row for row in plain.where_in(f"{_ENTRIES} WHERE seq IN (…)", numbers)}
        reviews = self._reviews(plain, rows)
        zone = self._reader.rules.zone
        read = {seq: _read(row, zone) for seq, row in rows.items()}
        names = _names(plain, [entry.actor for entry in read.values() if isinstance(entry, Entry)])
        return tuple(
            self._view(rows[seq], read[seq], names, [one for one in reviews if one.first <= seq <= one.last])
            for seq in numbers
            if seq in rows
        )

    def _reviews(self, plain: Plain, numbers: Iterable[int]) -> list[ReviewView]:
        """The reviews of any of these entries, and of those between them."""
        held = list(numbers)
        if not held:
            return []
        rows = plain.rows(
            "SELECT number, at, actor, first_seq, last_seq, note FROM audit_review "
            "WHERE first_seq <= ? AND last_seq >= ? ORDER BY number",
            (max(held), min(held)),
        )
        names = _names(plain, [row[2] for row in rows])
        zone = self._reader.rules.zone
        return [
            ReviewView(number, moment_of(at).astimezone(zone), names[actor], first, last, note)
            for number, at, actor, first, last, note in rows
        ]

    def _view(
        self, row: Row, entry: Entry | EntryError, names: Mapping[str, str], reviews: list[ReviewView]
    ) -> EntryView:
        seq, epoch, _, hashed, sealed = row
        if isinstance(entry, EntryError):
            return EntryView(
                seq, None, "", "", "", "", "", "", (), None, seq, epoch, hex_of(hashed), bool(sealed),
                tuple(reviews), str(entry),
            )  # fmt: skip
        return EntryView(
            seq=seq,
            at=moment_of(entry.at).astimezone(self._reader.rules.zone),
            actor=entry.actor,
            person=names[entry.actor],
            operation=entry.operation,
            target=entry.target,
            origin=entry.origin,
            outcome=entry.outcome,
            changes=entry.changes,
            reason=entry.reason,
            group=entry.group,
            epoch=epoch,
            hash=hex_of(hashed),
            sealed=bool(sealed),
            reviews=tuple(reviews),
        )


def _read(row: Row, zone: tzinfo) -> Entry | EntryError:
    """The entry of a row; what is wrong with one whose text is none."""
    seq, text = row[0], row[2]
    try:
        entry = read_entry(seq, text)
        moment_of(entry.at).astimezone(zone)
    except EntryError as error:
        return error
    except OverflowError:
        return EntryError(f"audit entry {seq} cannot be read: its time is none")
    return entry


def no_entry(plain: Plain, seq: int) -> StoreError:
    """There is no such entry."""
    last = plain.value("SELECT max(seq) FROM audit_entry") or 0
    return StoreError(f"there is no audit entry {seq}; the last one is {last}")


def _names(plain: Plain, actors: Iterable[str]) -> dict[str, str]:
    """Whom these ids stand for, in words."""
    wanted = list(dict.fromkeys(actors))
    known: dict[str, str] = dict(plain.where_in("SELECT id, name FROM audit_name WHERE id IN (…)", wanted))
    return {actor: known.get(actor) or _nameless(actor) for actor in wanted}


def _nameless(actor: str) -> str:
    return "the system" if actor == SYSTEM else f"erased person {actor[:_SHOWN_ID]}"


def _each(plain: Plain, column: str) -> tuple[str, ...]:
    """Every value of a column, once."""
    return tuple(sorted(str(one) for (one,) in plain.rows(_EACH.format(column))))


def _operations_of(plain: Plain, said: str) -> tuple[str, ...]:
    """Which operations a filter means: the one of this name, or all with this part before the dot."""
    return tuple(one for one in _each(plain, "operation") if said in (one, one.partition(".")[0]))


def _people(plain: Plain) -> tuple[Person, ...]:
    """Everyone who has an entry, by name."""
    actors = _each(plain, "actor")
    names = _names(plain, actors)
    return tuple(sorted((Person(one, names[one]) for one in actors), key=lambda p: (p.name.casefold(), p.id)))


def _ids_of(plain: Plain, said: str) -> tuple[str, ...]:
    """Whom a filter means: the one of this id, else those of this name, else those whose name holds it."""
    people, wanted = _people(plain), said.strip().casefold()
    for fits in (
        [person.id for person in people if person.id == said.strip()],
        [person.id for person in people if person.name.casefold() == wanted],
    ):
        if fits:
            return tuple(fits)
    return tuple(person.id for person in people if wanted in person.name.casefold())
