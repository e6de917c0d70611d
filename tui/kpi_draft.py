"""The draft of the KPI page: what was typed over the targets in force, until it is saved or undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from kpi.drafts import FIELDS, TargetChoice, check_pair, merge, read_days
from kpi.targets import Target, TargetError
from kpi.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kpi.drafts import Checked

DUE, DONE_BY = FIELDS
FIELD_WORDS = {DUE: "due", DONE_BY: "done by"}
MOST_TYPED = 12
Field = tuple[str, str]
"""A KPI's code, and one of FIELDS."""


def fitting(text: str) -> str:
    """What of a text from outside goes into a field: cut so that it shows as too long, never as a number."""
    text = clean(text)
    return text if len(text) <= MOST_TYPED else text[: MOST_TYPED - 1] + "…"


class Draft:
    """Texts by field, over `base`: the targets of the set `number`, seen when `newest` was the newest set.

    A text stays as it was typed until it is right; only then is it a number.
    """

    def __init__(self, base: Mapping[str, Target], number: int, newest: int) -> None:
        """Begin with the targets as they are."""
        self.base, self.number, self.newest = base, number, newest
        self._typed: dict[Field, str] = {}

    def text(self, kpi: str, field: str) -> str:
        """What stands in a field."""
        return self._typed.get((kpi, field), self._saved(kpi, field))

    def saved(self, kpi: str) -> Target:
        """What is in force."""
        return self.base[kpi]

    def _saved(self, kpi: str, field: str) -> str:
        return str(getattr(self.base[kpi], field))

    def write(self, kpi: str, field: str, text: str) -> None:
        """Put a text into a field."""
        if text == self._saved(kpi, field):
            self._typed.pop((kpi, field), None)
        else:
            self._typed[kpi, field] = text

    def tidy(self, kpi: str, field: str) -> None:
        """Write a number as numbers are written: “ 010 ” as “10”. What is no number stays."""
        text = self._typed.get((kpi, field))
        if text is not None:
            number = _number(text)
            self.write(kpi, field, text if number is None else str(number))

    def checked(self, kpi: str) -> Checked:
        """What the KPI's two fields amount to."""
        return check_pair(self.text(kpi, DUE), self.text(kpi, DONE_BY))

    def is_field_unsaved(self, kpi: str, field: str) -> bool:
        """Whether something else stands in a field than what is in force."""
        text = self._typed.get((kpi, field))
        return text is not None and _number(text) != getattr(self.base[kpi], field)

    def is_row_unsaved(self, kpi: str) -> bool:
        """Whether one of the KPI's fields is unsaved."""
        return any(self.is_field_unsaved(kpi, field) for field in FIELDS)

    @property
    def unsaved(self) -> tuple[str, ...]:
        """The KPIs with something unsaved, in the order of the targets."""
        touched = {kpi for kpi, _ in self._typed}
        return tuple(kpi for kpi in self.base if kpi in touched and self.is_row_unsaved(kpi))

    @property
    def wrong(self) -> tuple[str, ...]:
        """The KPIs whose fields are no target, in the order of the targets."""
        touched = {kpi for kpi, _ in self._typed}
        return tuple(kpi for kpi in self.base if kpi in touched and self.checked(kpi).target is None)

    @property
    def changed(self) -> dict[str, Target]:
        """The targets that would be saved; those that are wrong are not among them."""
        checked = {kpi: self.checked(kpi).target for kpi in self.unsaved}
        return {kpi: target for kpi, target in checked.items() if target is not None}

    @property
    def choices(self) -> dict[str, TargetChoice]:
        """What is to be saved of them, by field: None where nothing else was typed than what is in force."""
        return {
            kpi: TargetChoice(
                *(getattr(target, field) if self.is_field_unsaved(kpi, field) else None for field in FIELDS)
            )
            for kpi, target in self.changed.items()
        }

    def undo(self, kpi: str, field: str) -> bool:
        """Put back what is in force; whether there was something to put back."""
        return self._typed.pop((kpi, field), None) is not None

    def undo_all(self) -> None:
        """Put everything back."""
        self._typed.clear()

    def move_to(self, base: Mapping[str, Target], number: int, newest: int) -> None:
        """Go over to another set in force; what was typed stays, as far as it still differs."""
        self.base, self.number, self.newest = base, number, newest
        for (kpi, field), text in list(self._typed.items()):
            if kpi not in base:  # a store put back in its place may know other KPIs
                del self._typed[kpi, field]
            else:
                self.write(kpi, field, text)

    def settle(self, saved: Mapping[str, Target]) -> None:
        """Forget what has been saved for a day to come; what was typed since stays."""
        for kpi, field in list(self._typed):
            if kpi in saved and _number(self._typed[kpi, field]) == getattr(saved[kpi], field):
                del self._typed[kpi, field]


def _number(text: str) -> int | None:
    try:
        return read_days(text)
    except TargetError:
        return None


@dataclass(frozen=True, slots=True)
class Item:
    """A field that somebody saved, or I changed, differently; `mine` tells whose number is taken.

    It is None where both have changed the field and nobody has chosen yet.
    """

    kpi: str
    field: str
    was: int
    theirs: int
    my_own: int
    mine: bool | None

    @property
    def taken(self) -> int | None:
        """The number that is taken."""
        return None if self.mine is None else self.my_own if self.mine else self.theirs


class Wrong(NamedTuple):
    """A KPI whose chosen numbers do not fit together, and why."""

    kpi: str
    why: str


class Meeting:
    """Two changes of one set: theirs, which is saved, and mine; each field is theirs or mine."""

    def __init__(
        self, base: Mapping[str, Target], theirs: Mapping[str, Target], mine: Mapping[str, Target]
    ) -> None:
        """`mine` holds only what I changed."""
        mine = {kpi: mine.get(kpi, base[kpi]) for kpi in base}
        theirs = {kpi: theirs.get(kpi, base[kpi]) for kpi in base}
        clashes = {(clash.kpi, clash.field) for clash in merge(base, theirs, mine).clashes}
        self.theirs = theirs
        self.items: list[Item] = []
        for kpi in base:
            for field in FIELDS:
                was, they, me = (getattr(one[kpi], field) for one in (base, theirs, mine))
                if they != me:
                    choice = None if (kpi, field) in clashes else they == was
                    self.items.append(Item(kpi, field, was, they, me, choice))

    def choose(self, place: int, *, mine: bool) -> None:
        """Take a field's number from one of both."""
        self.items[place] = replace(self.items[place], mine=mine)

    def choose_all(self, *, mine: bool) -> None:
        """Take all numbers from one of both."""
        for place in range(len(self.items)):
            self.choose(place, mine=mine)

    @property
    def open(self) -> int:
        """How many fields wait for a choice."""
        return sum(item.mine is None for item in self.items)

    @property
    def result(self) -> dict[Field, int]:
        """The numbers that differ from theirs: what is left to be saved."""
        return {(item.kpi, item.field): item.my_own for item in self.items if item.mine}

    @property
    def wrong(self) -> tuple[Wrong, ...]:
        """The KPIs whose two numbers, as chosen, do not fit together."""
        found = []
        for kpi in dict.fromkeys(item.kpi for item in self.items):
            due, done_by = (
                str(self.result.get((kpi, field), getattr(self.theirs[kpi], field))) for field in FIELDS
            )
            checked = check_pair(due, done_by)
            if checked.target is None:
                found.append(Wrong(kpi, errors_of(checked)))
        return tuple(found)


def errors_of(checked: Checked) -> str:
    """What is wrong with two fields, each named."""
    pairs = ((DUE, checked.due_error), (DONE_BY, checked.done_by_error))
    return " · ".join(f"{FIELD_WORDS[field]} {error}" for field, error in pairs if error)


def taken_over(draft: Draft, numbers: Mapping[Field, int], kpis: Iterable[str]) -> None:
    """Write chosen numbers into a draft in place of whatever stood in these KPIs' fields."""
    for kpi in kpis:
        for field in FIELDS:
            draft.undo(kpi, field)
    for (kpi, field), number in numbers.items():
        if kpi in draft.base:  # a store put in its place may know other KPIs
            draft.write(kpi, field, str(number))
