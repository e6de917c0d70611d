"""What a supervisor does with a weekly summary, and what is said of it: approved, returned, kept, answered.

`seen` is the digest, in hex, of the figures that were looked at (`SummaryLine.digest`): SummaryConflictError
if they are others by now. Whoever acts has signed in: nothing here is done in a store that is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.errors import StagewatchError
from kpi.summary import digest_of
from kpi.summary_course import (
    State,
    check_answer,
    check_answerable,
    check_approval,
    check_keep,
    check_return,
    check_text,
    why_not_at_once,
)
from kpi.text import clean
from store.access import NotAllowedError
from store.audit_care import checkpoint_folder, write_one
from store.errors import StoreError
from store.moment import one_moment
from store.people_rows import today_of
from store.schema import check_version
from store.summary_facts import Approved, ApprovedMany, LeftOut, Stepped, SummaryConflictError
from store.summary_rows import (
    Record,
    RefusedError,
    acting,
    add_step,
    in_few_words,
    is_as_evident,
    load_record,
)
from store.summary_standing import check_approver, is_behind, standing_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kpi.weeks import Week
    from store.work import Store, Work


def approve(store: Store, number: int, seen: str, reason: str = "") -> Approved:
    """Approve a summary, or what has changed since it was: seal exactly these figures.

    The manager of its team, or who stands in for them today; nobody their own. Every flag that needs it has
    been answered; of a sealed one that has changed a `reason` says why. A signed checkpoint goes to the
    organisation's folder; that there is none is a warning.
    """
    with store.work("summary.approve", about=f"summary:{number}") as work:
        record, version, warnings = _approve(work, store, number, seen, reason)
    checkpoint, more = _checkpoint(store)
    return Approved(record.number, version, (*warnings, *more), checkpoint)


def approve_unflagged(store: Store, week: Week, seen: Mapping[int, str]) -> ApprovedMany:
    """Approve those of a week's summaries, by number with the digest that was seen, that have no flag.

    Each in a unit of work of its own. The others are left alone, and it says why.
    """
    approved: list[int] = []
    left: list[LeftOut] = []
    warnings: list[str] = []
    for number, name in _by_name(store, week, seen):
        try:
            with store.work("summary.approve", about=f"summary:{number}") as work:
                why = why_not_at_once(standing_of(work.plain, load_record(work.plain, number)))
                if why is None:
                    _, _, said = _approve(work, store, number, seen[number], "")
                    warnings += [f"{name}: {one}" for one in said]
                work.changed = why is None
        except NotAllowedError as error:  # whose it is they are not told either
            left.append(LeftOut(number, f"summary {number}", str(error)))
            continue
        except StagewatchError as error:
            why = str(error)
        if why is None:
            approved.append(number)
        else:
            left.append(LeftOut(number, name, why))
    checkpoint, more = _checkpoint(store) if approved else (None, ())
    return ApprovedMany(tuple(approved), tuple(left), (*warnings, *more), checkpoint)


def _by_name(store: Store, week: Week, seen: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """The summaries that were seen, those of the week alone, with their people's names and by them."""
    with one_moment(store.location) as plain:
        rows = plain.where_in(
            "SELECT s.number, p.name, p.folded FROM summary s JOIN person p ON p.number = s.person "
            "WHERE s.from_day = ? AND s.number IN (…)",
            sorted(seen),
            (week.first.toordinal(),),
        )
        found = sorted(rows, key=lambda row: (str(row[2]), row[0]))
    yield from ((number, name) for number, name, _ in found)


def _approve(
    work: Work, store: Store, number: int, seen: str, reason: str
) -> tuple[Record, int, tuple[str, ...]]:
    """Seal a summary; the version, and what whoever approves should know."""
    plain = work.plain
    check_version(plain, store.location)
    record = load_record(plain, number)
    actor = check_approver(work, record, today_of(work))
    _check_seen(record, seen)
    with in_few_words(number):
        warnings = check_approval(standing_of(plain, record), actor, reason)
    _check_made_of_all(work, record)
    _check_whole(work, record)
    version = 1 + int(
        plain.value("SELECT coalesce(max(version), 0) FROM summary_seal WHERE summary = ?", (number,))
    )
    with in_few_words(number):
        said = check_text(reason, "reason", "say why") if clean(reason) else ""
    plain.run(
        "INSERT INTO summary_seal (summary, version, digest, approved_by, approved_at, reason, content) "
        "SELECT number, ?, digest, ?, ?, ?, content FROM summary WHERE number = ?",
        (version, actor, work.now, said, number),
    )
    plain.run(
        "UPDATE summary SET state = ?, sealed = ?, kept_digest = NULL WHERE number = ?",
        (State.APPROVED.value, version, number),
    )
    add_step(work, number, "approved", person=actor, text=said)
    return record, version, warnings


def _check_made_of_all(work: Work, record: Record) -> None:
    """StoreError for a week that is not over, and if more was said of it since the summary was made."""
    if record.week.last >= today_of(work):
        raise StoreError(f"{record.week.label} is not over yet; nothing was written")
    if is_behind(work.plain, record):
        raise StoreError(
            f"more has been said of summary {record.number} since it was made (own counts, benchmarks or a "
            f"decision): generate {record.week.label} anew and look again; nothing was written"
        )


def _check_whole(work: Work, record: Record) -> None:
    """RefusedError if these are not the figures that were made, of the events that are there."""
    summary = record.content.summary
    if digest_of(summary) != record.digest or summary.person != record.person or summary.week != record.week:
        raise RefusedError(
            f"summary {record.number} is not as it was made: its row was changed outside Stagewatch; look "
            "with “stagewatch audit verify”; nothing was written",
            f"summary {record.number} is not as it was made",
        )
    if not is_as_evident(work.plain, record.content):
        raise RefusedError(
            f"events behind summary {record.number} were changed outside Stagewatch since it was made; "
            f"generate {record.week.label} anew and look again; nothing was written",
            f"events behind summary {record.number} were changed since it was made",
        )


def _check_seen(record: Record, seen: str) -> None:
    if seen.strip().lower() != record.digest.hex():
        raise SummaryConflictError(record.number, record.digest.hex())


def _checkpoint(store: Store) -> tuple[str | None, tuple[str, ...]]:
    """Write a signed checkpoint to where the organisation keeps them; where it is, or why there is none."""
    try:
        with one_moment(store.location) as plain:
            folder = checkpoint_folder(plain)
        if folder is None:
            why = "no signed checkpoint was written: no folder is chosen, see “stagewatch audit folder”"
            return None, (why,)
        return str(write_one(store.location, folder, store.clock()).file), ()
    except StoreError as error:
        return None, (f"approved, but {error}",)


def give_back(store: Store, number: int, reason: str, seen: str) -> Stepped:
    """Return a summary that is not approved, with a reason; who may approve it may."""
    with store.work("summary.return", about=f"summary:{number}") as work:
        record = _opened(work, store, number, seen)
        actor = check_approver(work, record, today_of(work))
        with in_few_words(number):
            said = check_return(standing_of(work.plain, record), actor, reason)
        state = State.RETURNED.value
        work.plain.run("UPDATE summary SET state = ? WHERE number = ?", (state, number))
        step = add_step(work, number, "returned", person=actor, text=said)
    return Stepped(number, step, state)


def keep(store: Store, number: int, reason: str, seen: str) -> Stepped:
    """Let what was approved stand although the figures have changed since, with a reason."""
    with store.work("summary.keep", about=f"summary:{number}") as work:
        record = _opened(work, store, number, seen)
        actor = check_approver(work, record, today_of(work))
        with in_few_words(number):
            said = check_keep(standing_of(work.plain, record), actor, reason)
        work.plain.run("UPDATE summary SET kept_digest = ? WHERE number = ?", (record.mark, number))
        step = add_step(work, number, "kept", person=actor, text=said)
    return Stepped(number, step, record.state)


def answer_flag(store: Store, number: int, flag_key: str, text: str) -> Stepped:
    """Answer a flag of a summary, by its key or as much of it as only it has; who sees it may.

    The last answer counts, until it is approved; that there was another stays among the steps.
    """
    with store.work("summary.answer", about=f"summary:{number}") as work:
        record, actor = _opened(work, store, number, None), acting(work)
        with in_few_words(number):
            check_answerable(standing_of(work.plain, record))
            flag, said = check_answer(record.content.summary.flags, flag_key, text)
        work.plain.run(
            'INSERT INTO summary_answer (summary, flag_key, text, person, "at") VALUES (?, ?, ?, ?, ?) '
            "ON CONFLICT (summary, flag_key) DO UPDATE SET text = excluded.text, person = excluded.person, "
            '"at" = excluded."at"',
            (number, flag.key, said, actor, work.now),
        )
        step = add_step(work, number, "answered", person=actor, about=flag.key, text=said)
    return Stepped(number, step, record.state)


def comment(store: Store, number: int, text: str) -> Stepped:
    """Say something to a summary; whoever may see it may."""
    with store.work("summary.comment", about=f"summary:{number}") as work:
        record, actor = _opened(work, store, number, None), acting(work)
        with in_few_words(number):
            said = check_text(text, "comment", "say something, it is kept")
        step = add_step(work, number, "commented", person=actor, text=said)
    return Stepped(number, step, record.state)


def _opened(work: Work, store: Store, number: int, seen: str | None) -> Record:
    """A summary, which still is the one that was looked at."""
    check_version(work.plain, store.location)
    record = load_record(work.plain, number)
    if seen is not None:
        _check_seen(record, seen)
    return record
