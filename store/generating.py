"""Weekly summaries are generated: those of weeks that are over, and again where their events have changed.

A week is read in one moment, without holding up anybody, and written in portions of people, each a unit of
work: what is interrupted leaves whole summaries, and the next time does the rest. What is sealed stays;
beside it stands what would come out now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kpi.summary import TITLES, differences, digest_of
from kpi.summary_course import State
from kpi.weeks import last_full_week
from store.access import sees_all
from store.benchmarks import check_week
from store.bulk import collecting_rarely
from store.due_weeks import SEEN, Seen, seen_now, weeks_due
from store.errors import StoreError
from store.maintenance import advance
from store.moment import one_moment
from store.organisation import load_organisation
from store.people_rows import next_number
from store.schema import check_version
from store.summary_facts import Generated
from store.summary_rows import (
    Record,
    add_step,
    ask_records,
    events_behind,
    first_weekday,
    pack,
    record_of,
    unpack,
)
from store.week_summing import sum_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kpi.summary import Summary
    from kpi.weeks import Week
    from store.organisation import Organisation
    from store.plain import Plain
    from store.work import Store, Work

PORTION = 100
MADE, UPDATED, CHANGED, SAME = range(4)


class _Draft(NamedTuple):
    """A summary as it comes out now."""

    summary: Summary
    digest: bytes
    content: str


@collecting_rarely()
def generate(
    store: Store, week: Week | None = None, progress: Callable[[float], None] | None = None
) -> Generated:
    """Bring the summaries of a week that is over up to date; nothing is written where nothing has changed.

    Without a week: of the last full one, of every missing one since the first that was ever generated, and
    of all whose events may have changed. What is sealed stays; where it would come out otherwise now the
    summary says that it has changed. `progress` is told the share that is done, 0 to 1. StoreError for a
    week that is not over.
    """
    _admitted(store)
    advance(store)
    with one_moment(store.location) as plain:
        organisation = load_organisation(plain)
        seen = seen_now(plain, organisation)
        weeks = _weeks(plain, organisation, week, store.clock())
    counts, is_whole = [0] * 4, True
    for place, one in enumerate(weeks):
        began, drafts = _drafts(store, one)
        for start in range(0, len(drafts), PORTION):
            is_whole &= _keep(store, one, drafts[start : start + PORTION], began, counts)
            if progress is not None:
                progress((place + min(1.0, (start + PORTION) / len(drafts))) / len(weeks))
    if week is None and is_whole:
        _note_seen(store, seen)
    return Generated(weeks, *counts)


def _admitted(store: Store) -> None:
    """Have whoever asks let in before anything is read, as any unit of work would."""
    with store.work("summary.generate") as work:
        check_version(work.plain, store.location)
        work.changed = False
        if not sees_all(work.plain):
            raise StoreError(
                "on this server a super user's role generates summaries: yours does not see all that they "
                "are made of"
            )


def _weeks(plain: Plain, organisation: Organisation, week: Week | None, now: int) -> tuple[Week, ...]:
    """The weeks to look at; StoreError for one that is not over, or none of the organisation's."""
    if week is None:
        return weeks_due(plain, organisation, now)
    weekday = first_weekday(plain)
    check_week(week, weekday)
    last = last_full_week(organisation.today(now), weekday)
    if week > last:
        raise StoreError(f"{week.label} is not over yet; the last full week is {last.label}")
    return (week,)


def _drafts(store: Store, week: Week) -> tuple[int, list[_Draft]]:
    """The summaries of a week as they come out now, people by number; and when reading began."""
    began = store.clock()
    with one_moment(store.location) as plain:
        plain.read_unmapped()
        summing = sum_up(plain, week)
    drafts = []
    for person in summing.read.facts.people:
        summary = summing.summary(person.id)
        content = pack(summary, summing.read.evidence(events_behind(summary)))
        drafts.append(_Draft(summary, digest_of(summary), content))
    return began, drafts


def _keep(store: Store, week: Week, drafts: Sequence[_Draft], began: int, counts: list[int]) -> bool:
    """Write what has changed of some people's summaries of a week, in one unit of work.

    False if somebody has made some of them meanwhile from what they read later, by their clock: those stay,
    and are looked at again the next time.
    """
    with store.work("summary.generate") as work:
        plain = work.plain
        check_version(plain, store.location)
        people = [draft.summary.person for draft in drafts]
        day = week.first.toordinal()
        ask = f"{ask_records(plain, whole=True)} WHERE s.from_day = ? AND s.person IN (…)"
        held = {one.person: one for one in map(record_of, plain.where_in(ask, people, (day,)))}
        ask = "SELECT person FROM summary WHERE from_day = ? AND generated_at > ?"
        newer = {person for (person,) in plain.rows(ask, (day, began))}
        written = [0] * 4
        for draft in drafts:
            record = held.get(draft.summary.person)
            if record is None:
                written[_make(work, draft, began)] += 1
            elif record.person in newer:
                written[SAME] += 1
            else:
                written[_bring_up_to_date(work, record, draft, began)] += 1
        work.changed = written[SAME] < len(drafts)
    for place, number in enumerate(written):
        counts[place] += number
    return not newer


def _make(work: Work, draft: _Draft, began: int) -> int:
    """Write a summary that was not there, of what was read from the instant `began` on."""
    summary, number = draft.summary, next_number(work.plain, "summary")
    work.plain.run(
        "INSERT INTO summary (number, person, from_day, team, state, benchmarks, digest, generated_at, "
        "content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            summary.person,
            summary.week.first.toordinal(),
            summary.team,
            State.READY.value,
            summary.benchmarks,
            draft.digest,
            began,
            draft.content,
        ),
    )
    add_step(work, number, "generated", person=None)
    return MADE


def _bring_up_to_date(work: Work, record: Record, draft: _Draft, began: int) -> int:
    """Write what a summary that is there comes to now, if that is something else.

    Of a sealed one only what is sealed is looked at: its targets and flags are of the time of its approval.
    One that was returned is ready again when its figures have changed.
    """
    now, summary = unpack(draft.content), draft.summary
    held = (record.team, record.benchmarks, record.content.text)
    is_same = (record.digest, record.content.evidence) == (draft.digest, now.evidence)
    if is_same and (record.sealed is not None or held == (summary.team, summary.benchmarks, now.text)):
        return SAME
    state = record.state
    if state == State.RETURNED and not is_same:
        state = State.READY.value
    # Whoever approved it goes on seeing it, and decides about what has changed.
    team = summary.team if record.sealed is None else record.team
    work.plain.run(
        "UPDATE summary SET team = ?, state = ?, benchmarks = ?, digest = ?, generated_at = ?, content = ? "
        "WHERE number = ?",
        (team, state, summary.benchmarks, draft.digest, began, draft.content, record.number),
    )
    kind = "generated" if record.sealed is None else "changed"
    if not is_same:
        add_step(work, record.number, kind, person=None, text=_said(record.content.summary, summary))
    return UPDATED if record.sealed is None else CHANGED


def _said(before: Summary, now: Summary) -> str:
    """In words which figures are others now; those that come to the same number are of other events."""
    found = [one for one in differences(before, now) if one.figure in TITLES]
    return ", ".join(
        f"{TITLES[one.figure]} {one.before} → {one.after}"
        if one.before != one.after
        else f"{TITLES[one.figure]} {one.after}, of other events"
        for one in found
    )


def _note_seen(store: Store, seen: Seen) -> None:
    """Note up to where was looked, for the next time."""
    with store.work("summary.generate") as work:
        held = work.plain.value("SELECT value FROM setting WHERE name = ?", (SEEN,))
        work.changed = held != seen.text
        work.is_news = False
        if work.changed:
            work.plain.run(
                "INSERT INTO setting (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (SEEN, seen.text),
            )
