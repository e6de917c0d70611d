"""Many listings replayed by several processes: members of a crew replay, this one writes what differs."""

from __future__ import annotations

from collections import deque
from contextlib import closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

from store.bulk import collecting_rarely
from store.crew import Crew, processors
from store.difference import Difference, note_put_right
from store.plain import connect
from store.projection import compare, load_ground
from store.schema import check_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.crew import Member
    from store.location import Location
    from store.plain import Plain
    from store.work import Store

# Listings per portion: enough to make commits cheap, few enough that other writers wait a moment only and
# that their events fit in memory, however many each has.
PORTION, FIRST_PORTION = 2_000, 200
FEW_EVENTS, MANY_EVENTS = 6_000, 12_000
# With fewer listings the processes would take longer to start than to help.
WORTH_A_CREW = 1_500
MOST_MEMBERS = 3
# Portions that a member has before it, and how many answers of each wait here: nobody waits for the writer.
AT_ONCE, AHEAD = 2, 1
# Portions that are written in one transaction: each alone would write the same pages again.
WRITTEN_AT_ONCE = 3
WAITING = "next_moment IS NOT NULL AND next_moment <= ?"


def next_portion(portion: int, events: int) -> int:
    """How many listings to take next, after so many with so many events."""
    if events > MANY_EVENTS:
        return max(1, portion // 4)
    return min(PORTION, portion * 2) if events < FEW_EVENTS else portion


def is_worth_a_crew(plain: Plain, now: int, *, waiting: bool) -> bool:
    """Whether there are so many listings to replay, and a processor to spare."""
    where, values = (f"WHERE {WAITING}", (now,)) if waiting else ("", ())
    many = f"SELECT count(*) FROM (SELECT 1 FROM listing {where} LIMIT {WORTH_A_CREW}) AS few"
    return processors() > 1 and bool(plain.value(many, values) >= WORTH_A_CREW)


@contextmanager
def replayers(location: Location) -> Iterator[Crew]:
    """A crew that is getting ready to replay, which takes it a moment; dismissed at the end of the block."""
    with Crew(min(MOST_MEMBERS, processors()), AHEAD) as crew:
        for member in crew.members:
            member.ask("prepare", location)
        yield crew


class _Portion(NamedTuple):
    """What a member was asked: up to `size` listings, with numbers over `after` and at most `until`."""

    member: Member
    size: int
    after: int
    until: int


class _Answer(NamedTuple):
    """What differs, by what the store held at `revision`, of so many listings of a portion."""

    difference: Difference
    revision: int
    listings: int
    after: int
    until: int


class Together:
    """One pass over the listings, in the order of their numbers; over those `waiting` for a replay, or all.

    Afterwards `listings` says how many were replayed, `changed` how many tasks and phases differed.
    """

    def __init__(
        self,
        store: Store,
        *,
        waiting: bool,
        progress: Callable[[int], None] | None,
        crew: Crew | None = None,
    ) -> None:
        """`crew` is one of `replayers`; without it there will be one for this pass."""
        self._store = store
        self._crew = crew
        self._now = store.clock()
        self._waiting = waiting
        self._progress = progress
        self._after = 0
        self._portion = FIRST_PORTION
        # What a member saw counts unless somebody else has written since: `_clean` is the store's revision
        # since which all writing was ours, `_ours` the one that we left behind.
        self._clean = self._ours = -1
        self.listings = self.changed = 0

    def run(self) -> None:
        """Replay them all. StoreError as from any writing; what was written by then is whole."""
        under_way: deque[_Portion] = deque()
        with (
            collecting_rarely(),
            nullcontext(self._crew) if self._crew else replayers(self._store.location) as crew,
            closing(connect(self._store.location)) as plain,
        ):
            for member in crew.members * AT_ONCE:
                self._hand_out(plain, member, under_way)
            for member in crew.members:
                list(member.answers())  # it is ready
            while under_way:
                answers = [
                    self._answer(plain, under_way) for _ in range(min(WRITTEN_AT_ONCE, len(under_way)))
                ]
                if not all(answer.difference.is_empty() for answer in answers):
                    self._write(answers)
                self.listings += sum(answer.listings for answer in answers)
                if self._progress is not None:
                    self._progress(self.listings)

    def _answer(self, plain: Plain, under_way: deque[_Portion]) -> _Answer:
        """What a member has found; it has the next portion before that is written."""
        member, size, after, until = under_way.popleft()
        ((revision, listings, found),) = member.answers()
        difference = Difference.unpacked(found)
        self._portion = next_portion(size, difference.events)
        self._hand_out(plain, member, under_way)
        return _Answer(difference, revision, listings, after, until)

    def _hand_out(self, plain: Plain, member: Member, under_way: deque[_Portion]) -> None:
        """Give a member the next portion, if there is one."""
        where, values = (f"{WAITING} AND ", [self._now]) if self._waiting else ("", [])
        until = plain.value(
            f"SELECT max(id) FROM (SELECT id FROM listing WHERE {where}id > ? ORDER BY id LIMIT ?) AS few",
            (*values, self._after, self._portion),
        )
        if until is not None:
            member.ask("replay", self._store.location, self._after, until, self._now, waiting=self._waiting)
            under_way.append(_Portion(member, self._portion, self._after, until))
            self._after = until

    def _write(self, answers: list[_Answer]) -> None:
        """Write what differs; found anew if somebody else has written since a member looked at it."""
        name = "tasks.advance" if self._waiting else "tasks.rebuild"
        with self._store.work(name) as work:
            current = work.plain.value("SELECT revision FROM store_state")
            if current != self._ours:
                check_version(work.plain, self._store.location)
                self._clean = current
            changed = 0
            for answer in answers:
                is_old = answer.revision < self._clean
                difference = self._anew(work.plain, answer) if is_old else answer.difference
                difference.write(work.plain)
                changed += difference.changed
            if not self._waiting:
                note_put_right(work, changed)
            self._ours = current + 1
        self.changed += changed

    def _anew(self, plain: Plain, answer: _Answer) -> Difference:
        listings = plain.rows(
            "SELECT id, ref FROM listing WHERE id > ? AND id <= ? ORDER BY id", (answer.after, answer.until)
        )
        return compare(plain, load_ground(plain), [(row[0], row[1]) for row in listings], self._now)
