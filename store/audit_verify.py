"""Is the audit log what was written, and do the tables say what it says? Nothing is written in the store."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from kpi.chain_verdict import Verdict, judge, unreadable
from kpi.chain_walk import Anchor, Walk
from store.audit import store_id_of
from store.audit_keys import KeyRing, NoRing, Verified, look, note_verified
from store.audit_reconcile import reconcile
from store.audit_shape import shape_problem
from store.checkpoints import CheckpointError, public_key, read_checkpoint
from store.errors import StoreError
from store.moment import one_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from kpi.chain_walk import Row
    from store.checkpoints import Checkpoint
    from store.key_files import KeyFile
    from store.location import Location
    from store.plain import Plain

PORTION = 10_000
_MAY_READ = "SELECT has_table_privilege('audit_entry', 'SELECT') AND sees_audit()"
WALKING = 0.9  # the share of the time that goes into the chain, before the tables


def verify(
    location: Location,
    now: int,
    *,
    key_file: KeyFile | None = None,
    checkpoint: Path | None = None,
    since_last: bool = False,
    tell: Callable[[float], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Verdict:
    """The verdict on the log at `location`, as it is at one moment.

    `key_file` has its first key, `checkpoint` is a signed file: both are the auditor's. `since_last` begins
    where this machine found it whole before. `tell` hears the share done, 0 to 1. A log that is proven is
    remembered as such. NotVerifiedError for a key file of another store, and once `stopped` says yes.
    """
    try:
        with one_moment(location) as plain:
            name = store_id_of(plain)
            _check_role(plain)
        if name is None:
            return unreadable("this store has no organisation yet")
        # The keyring first: what is committed between the two it need not know, the store must.
        ring = look(name)
        with one_moment(location) as plain:
            anchored, doubt = _checkpoint(checkpoint, name, key_file, ring)
            walk = _walk(plain, name, ring, key_file, anchored, since_last=since_last)
            _feed(plain, walk, tell, stopped)
            whole = walk.finding is None
            difference = shape_problem(plain) or reconcile(plain) if whole else None
            doubt = doubt or _doubt(ring, key_file)
            verdict = judge(walk, difference, reconciled=whole, doubt=doubt)
    except NotVerifiedError:
        raise
    except StoreError as error:
        return unreadable(str(error))
    if tell is not None:
        tell(1.0)
    if verdict.result == "proven" and isinstance(ring, KeyRing):
        with suppress(StoreError):  # next time it begins from where it began now
            note_verified(name, Verified(walk.seq, walk.hash, now))
    return verdict


class NotVerifiedError(StoreError):
    """What was given to verify with cannot be used, or who asks may not read the log."""


def _check_role(plain: Plain) -> None:
    if plain.postgres and not plain.value(_MAY_READ):
        raise NotVerifiedError(
            "your role of the server may not read the audit log; a super user verifies it, or an auditor to "
            "whom it is granted"
        )


def _walk(
    plain: Plain,
    name: UUID,
    ring: KeyRing | NoRing,
    key_file: KeyFile | None,
    checkpoint: Checkpoint | None,
    *,
    since_last: bool,
) -> Walk:
    if key_file is not None and key_file.store != name:
        raise NotVerifiedError(f"that is the key file of another store ({key_file.store})")
    anchors, current, start = [], None, None
    if isinstance(ring, KeyRing):
        current = (ring.epoch, ring.key)
        if ring.seq:
            anchors.append(Anchor("keyring", ring.seq, ring.hash))
        if since_last and ring.verified is not None:
            start = (ring.verified.seq, ring.verified.hash)
    if checkpoint is not None and checkpoint.size:
        anchors.append(Anchor("checkpoint", checkpoint.size, checkpoint.head))
    return Walk(
        name,
        lambda seq: _rows(plain, seq),
        first=None if key_file is None else {key_file.epoch: key_file.key},
        current=current,
        start=start,
        anchors=anchors,
    )


def _rows(plain: Plain, first: int) -> Iterator[Row]:
    """The entries from a seq on, without holding them all."""
    last = first - 1
    while portion := plain.rows(
        "SELECT seq, epoch, text, hash, tag FROM audit_entry WHERE seq > ? ORDER BY seq LIMIT ?",
        (last, PORTION),
    ):
        yield from portion
        last = portion[-1][0]


def _feed(
    plain: Plain,
    walk: Walk,
    tell: Callable[[float], None] | None,
    stopped: Callable[[], bool] | None,
) -> None:
    if not plain.postgres:
        plain.run("PRAGMA mmap_size = 0")  # every page is read once: mapped, they all would stay in memory
        plain.connection.text_factory = _as_it_is
    end = max(1, head_of_any(plain) - walk.first + 1)
    # What stands before the first entry does not belong there, and shows at once.
    early = plain.rows("SELECT seq, epoch, text, hash, tag FROM audit_entry WHERE seq < 1 LIMIT 1")
    last = walk.first - 1
    while walk.finding is None:
        rows = plain.rows(
            "SELECT seq, epoch, text, hash, tag FROM audit_entry WHERE seq > ? ORDER BY seq LIMIT ?",
            (last, PORTION),
        )
        walk.feed(chain(early, rows))
        early = []
        if not rows:
            return
        last = rows[-1][0]
        if tell is not None:
            tell(WALKING * min(1.0, walk.entries / end))
        if stopped is not None and stopped():
            raise NotVerifiedError("verifying was stopped")


def _as_it_is(raw: bytes) -> str:
    """A text that is no UTF-8 was edited, which the walk says, not the driver."""
    return raw.decode(errors="surrogateescape")


def head_of_any(plain: Plain) -> int:
    """The last seq, whatever its entry holds."""
    return int(plain.value("SELECT max(seq) FROM audit_entry") or 0)


def _checkpoint(
    file: Path | None, name: UUID, key_file: KeyFile | None, ring: KeyRing | NoRing
) -> tuple[Checkpoint | None, str | None]:
    """What a checkpoint says; or why it proves nothing."""
    if file is None:
        return None, None
    if key_file is not None:
        public = key_file.checkpoint_key
    elif isinstance(ring, KeyRing) and ring.signing is not None:
        public = public_key(ring.signing)
    else:
        return None, "the checkpoint's signature cannot be checked without the key file"
    try:
        return read_checkpoint(file, name, public), None
    except CheckpointError as error:
        return None, str(error)


def _doubt(ring: KeyRing | NoRing, key_file: KeyFile | None) -> str | None:
    """Why nothing can be proven on this machine, if it has no key and was given none."""
    return ring.why if isinstance(ring, NoRing) and key_file is None else None
