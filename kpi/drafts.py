"""A draft of targets: what was typed, checked field by field; two drafts of one set put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kpi.calendar import MOST_DAYS
from kpi.targets import Target, TargetError, TargetSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kpi.catalogue import Catalogue

FIELDS = ("due_days", "done_by_days")


def read_days(text: str) -> int:
    """What was typed into a field, as a number of working days; TargetError says in words what is wrong."""
    text = text.strip()
    if not text:
        raise TargetError("is empty; write a number of working days")
    sign, digits = (text[0], text[1:]) if text[0] in "+-−" else ("", text)
    whole, dot, fraction = digits.replace(",", ".").partition(".")
    if not (
        whole.isascii() and whole.isdecimal() and (not dot or (fraction.isascii() and fraction.isdecimal()))
    ):
        raise TargetError("is not a number; write whole working days, such as 10")
    if dot:
        raise TargetError("must be whole working days, without a fraction")
    days = int(whole[:12])
    if sign in ("-", "−") and days:
        raise TargetError("must not be below 0")
    if days > MOST_DAYS:
        raise TargetError(f"must not be above {MOST_DAYS}")
    return days


class Checked(NamedTuple):
    """What two fields amount to: a target, or why not, beside the field that it is about."""

    target: Target | None
    due_error: str | None
    done_by_error: str | None


def check_pair(due: str, done_by: str) -> Checked:
    """Check what was typed for one KPI."""
    found: list[int | None] = []
    errors: list[str | None] = []
    for text in (due, done_by):
        try:
            found.append(read_days(text))
            errors.append(None)
        except TargetError as error:
            found.append(None)
            errors.append(str(error))
    due_days, done_by_days = found
    if due_days is None or done_by_days is None:
        return Checked(None, errors[0], errors[1])
    if due_days > done_by_days:
        return Checked(None, f"is after done by, {done_by_days}", None)
    return Checked(Target(due_days, done_by_days), None, None)


class TargetChange(NamedTuple):
    """One KPI's target in two sets."""

    kpi: str
    before: Target
    after: Target


def differences(
    before: Mapping[str, Target], after: Mapping[str, Target], catalogue: Catalogue
) -> tuple[TargetChange, ...]:
    """The KPIs whose targets differ, in the catalogue's order."""
    return tuple(
        TargetChange(kpi.code, before[kpi.code], after[kpi.code])
        for kpi in catalogue.kpis
        if before[kpi.code] != after[kpi.code]
    )


class TargetChoice(NamedTuple):
    """What somebody chose for a KPI: None where a number stays as it is."""

    due_days: int | None
    done_by_days: int | None


def chosen(choice: Target | TargetChoice, before: Target) -> Target:
    """The target after a choice; TargetError if the number that stays does not fit."""
    due, done_by = choice.due_days, choice.done_by_days
    return Target(
        before.due_days if due is None else due, before.done_by_days if done_by is None else done_by
    )


def all_targets(target_set: TargetSet, catalogue: Catalogue) -> dict[str, Target]:
    """A set's target of every KPI."""
    return {kpi.code: target_set.target(kpi.code) for kpi in catalogue.kpis}


class Clash(NamedTuple):
    """A field that two people changed, each to something else; `field` is one of FIELDS."""

    kpi: str
    field: str
    base: int
    theirs: int
    mine: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What two changes of the same set amount to: numbers by KPI and field, and where a person must choose.

    A clash holds their number in `fields` until then. The two numbers of a KPI need not fit together.
    """

    fields: Mapping[str, tuple[int, int]]
    clashes: tuple[Clash, ...]


def merge(base: Mapping[str, Target], theirs: Mapping[str, Target], mine: Mapping[str, Target]) -> Merged:
    """Put their changes of `base` and mine together, field by field."""
    fields: dict[str, tuple[int, int]] = {}
    clashes: list[Clash] = []
    for kpi in base:
        both = []
        for field in FIELDS:
            before, they, me = (getattr(one[kpi], field) for one in (base, theirs, mine))
            if before not in (they, me) and they != me:
                clashes.append(Clash(kpi, field, before, they, me))
            both.append(me if they == before else they)
        fields[kpi] = (both[0], both[1])
    return Merged(fields, tuple(clashes))


def write_targets(targets: Mapping[str, Target], codes: Iterable[str]) -> str:
    """A targets file, as `init` and `kpi apply` read it."""
    return "\n".join(
        f'[targets."{code}"]\ndue = {targets[code].due_days}\ndone_by = {targets[code].done_by_days}\n'
        for code in codes
    )
