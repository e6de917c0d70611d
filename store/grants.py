"""Access for a time: asked for with a purpose, approved by a second super user, ending by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi.policy import GRANTABLE, Action, Role, Subject
from kpi.text import clean
from store.access import SignInNeededError
from store.errors import StoreError
from store.people_rows import load_person, next_number, refused, today_of
from store.schema import check_version

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from store.plain import Plain
    from store.work import Store, Work

MOST_DAYS = 366
_MOST_PURPOSE = 300


@dataclass(frozen=True, slots=True)
class Grant:
    """Access asked for: whose, what for, which actions, from and until which days, asked for by whom."""

    number: int
    person: int
    purpose: str
    actions: tuple[Action, ...]
    from_day: date
    until_day: date


def request_grant(
    store: Store, person: int, purpose: str, actions: Collection[Action], from_day: date, until_day: date
) -> Grant:
    """Ask that an auditor be let in from `from_day` to the end of `until_day`; another super user approves.

    StoreError for somebody of another role, an empty purpose, an action that is not granted, or days that
    are over, turned round, or more than a year.
    """
    purpose = clean(purpose).strip()
    if not purpose or len(purpose) > _MOST_PURPOSE:
        raise StoreError(f"purpose: say one, of at most {_MOST_PURPOSE} characters; nothing was asked for")
    if not actions or not GRANTABLE.issuperset(actions):
        known = ", ".join(sorted(GRANTABLE))
        raise StoreError(f"scope: some of {known}; nothing was asked for")
    if not 0 <= (until_day - from_day).days < MOST_DAYS:
        raise StoreError(f"days: from the first to the last, at most {MOST_DAYS}; nothing was asked for")
    with store.work("grant.request", reason=purpose, concerning=Subject()) as work:
        check_version(work.plain, store.location)
        found = load_person(work.plain, person)
        if found.role != Role.AUDITOR or not found.active:
            raise refused(found, "is no auditor: make them one first, only auditors are let in for a time")
        if until_day < today_of(work):
            raise StoreError("days: the last one is over already; nothing was asked for")
        number = next_number(work.plain, "access_grant")
        said = tuple(sorted(set(actions)))
        work.plain.run(
            "INSERT INTO access_grant (number, person, purpose, actions, requested_by, requested_at, "
            "from_day, until_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (number, person, purpose, json.dumps(said), _visitor(work), work.now,
             from_day.toordinal(), until_day.toordinal()),
        )  # fmt: skip
    return Grant(number, person, purpose, said, from_day, until_day)


def approve_grant(store: Store, number: int) -> None:
    """Let it begin. StoreError for who asked for it, and for one that is approved or over."""
    with store.work("grant.approve", about=f"grant:{number}") as work:
        check_version(work.plain, store.location)
        requested_by, until_day, approved_at, ended_at = _grant(work.plain, number)
        if approved_at is not None or ended_at is not None:
            was = "ended" if ended_at is not None else "approved"
            raise StoreError(f"grant {number} was {was} already; nothing was changed")
        if until_day < today_of(work).toordinal():
            raise StoreError(f"grant {number} is over before it began; ask for another")
        approver = _visitor(work)
        if approver == requested_by:
            raise StoreError("who asks for access does not approve it: another super user does")
        work.plain.run(
            "UPDATE access_grant SET approved_by = ?, approved_at = ? WHERE number = ?",
            (approver, work.now, number),
        )


def end_grant(store: Store, number: int) -> None:
    """Revoke it, or turn it down: it ends now, on open screens too. StoreError if it has ended."""
    with store.work("grant.revoke", about=f"grant:{number}", concerning=Subject()) as work:
        check_version(work.plain, store.location)
        if _grant(work.plain, number)[3] is not None:
            raise StoreError(f"grant {number} was ended already; nothing was changed")
        work.plain.run(
            "UPDATE access_grant SET ended_by = ?, ended_at = ? WHERE number = ?",
            (_visitor(work), work.now, number),
        )


def _grant(plain: Plain, number: int) -> tuple[int, int, int | None, int | None]:
    """(requested_by, until_day, approved_at, ended_at); StoreError if there is none of this number."""
    row = plain.row(
        "SELECT requested_by, until_day, approved_at, ended_at FROM access_grant WHERE number = ?", (number,)
    )
    if row is None:
        raise StoreError(f"there is no grant {number}; “stagewatch grants list” has them all")
    return row[0], row[1], row[2], row[3]


def _visitor(work: Work) -> int:
    if work.visitor is None:
        raise SignInNeededError("nobody signs in to this store yet: it has no super user")
    return work.visitor.person
