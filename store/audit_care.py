"""What people do about the log itself: give it a key, keep checkpoints, have a reading of it recorded."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.audit_entry import Change
from kpi.chain_keys import FINGERPRINT_FIELD, KEY_OPERATION
from kpi.events import moment_of
from kpi.policy import Action
from kpi.text import clean
from store.audit import hash_at, head_of, last_epoch, last_fingerprint, store_id_of
from store.audit_keys import KeyRing, Lack, NoRing, adopt, forget_ring, look, new_ring, save_ring
from store.audit_verify import verify
from store.checkpoints import Checkpoint, write_checkpoint
from store.errors import StoreError
from store.moment import one_moment
from store.permission import permit
from store.schema import check_version
from store.who import NOBODY

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from uuid import UUID

    from kpi.chain_verdict import Verdict
    from store.key_files import KeyFile
    from store.location import Location
    from store.plain import Plain
    from store.who import Who
    from store.work import Store

FOLDER = "checkpoint_folder"
KEY_TARGET, LOG_TARGET = "audit:key", "audit:log"


def begin_key(store: Store, *, lost: bool = False, actor: str | None = None) -> KeyFile:
    """Give the log a first key, kept by this machine's keyring; what the auditor must have of it.

    Of a key that is `lost` a new one takes the place: machines that keep the old one seal nothing more until
    they adopt it. StoreError if this machine keeps one already, or has no place for one, and if the log has
    one that is not said to be lost.
    """
    name = store_id(store.location)
    found = look(name)
    if isinstance(found, NoRing) and found.lack is not Lack.NONE_KEPT:
        raise StoreError(f"the audit log gets no key: {found.why}")
    with store.work(KEY_OPERATION, actor=actor, about=KEY_TARGET) as work:
        check_version(work.plain, store.location)
        named = last_fingerprint(work.plain)
        if isinstance(found, KeyRing) and found.fingerprint == named and not lost:
            raise StoreError("this machine keeps a key of this audit log already; nothing was changed")
        if not lost and named is not None:
            raise StoreError(
                "the audit log has a key, which another machine keeps; take it over with “stagewatch audit "
                "key adopt FILE”, or begin a new one with --lost"
            )
        head = head_of(work.plain, name)
        ring, key_file = new_ring(name, last_epoch(work.plain) + 1, seq=head.seq, head=head.hash)
        # Before the commit: an entry about a key that nobody has would be worse than a key without an entry.
        forget_ring(name)  # of a key that the log never had, or has no more
        save_ring(name, ring)
        checkpoint_key = base64.b64encode(key_file.checkpoint_key).decode()
        work.note(
            KEY_TARGET,
            (
                Change("checkpoint_key", None, checkpoint_key),
                Change(FINGERPRINT_FIELD, None, ring.fingerprint),
            ),
        )
    return key_file


def adopt_key(store: Store, key_file: KeyFile, *, actor: str | None = None) -> int:
    """Let this machine seal entries too, with the key that follows from a key file; the epoch it is at."""
    name = store_id(store.location)
    with store.work("audit.adopt", actor=actor, about=KEY_TARGET) as work:
        check_version(work.plain, store.location)
        if key_file.fingerprint != last_fingerprint(work.plain):
            raise StoreError(
                "that is not the key that the log is sealed with now: another one was begun since; "
                "nothing was changed"
            )
        before = look(name)
        ring = adopt(name, key_file, max(key_file.epoch, last_epoch(work.plain)))
        work.changed = ring != before
        work.note(KEY_TARGET, reason="This machine took the key from a key file")
    return ring.epoch


def store_id(location: Location) -> UUID:
    """The id that the log is bound to; StoreError if there is no organisation."""
    with one_moment(location) as plain:
        return _id(plain)


def _id(plain: Plain) -> UUID:
    found = store_id_of(plain)
    if found is None:
        raise StoreError("this store has no organisation yet; make one with “stagewatch init”")
    return found


@dataclass(frozen=True, slots=True)
class Written:
    """A checkpoint that was written: where, up to which entry, and when."""

    file: Path
    checkpoint: Checkpoint


def write_one(location: Location, folder: str | Path, now: int, by: Who = NOBODY) -> Written:
    """Write a checkpoint of the log as it is into a folder.

    StoreError without a key that signs, and if `by` may not.
    """
    permit(location, by, Action.KEEP_KEYS, lambda: now)
    name = store_id(location)
    # The keyring first: the log may have grown since, but never have lost what it remembers.
    ring = look(name)
    if not isinstance(ring, KeyRing):
        raise StoreError(f"no checkpoint was written: {ring.why}")
    if ring.signing is None:
        raise StoreError("no checkpoint was written: this machine adopted the log's key, another one signs")
    with one_moment(location) as plain:
        head, held = head_of(plain, name), hash_at(plain, ring.seq)
    if held != ring.hash:
        raise StoreError(
            "no checkpoint was written: the log is not the one that this machine's keyring remembers; "
            "look with “stagewatch audit verify”"
        )
    checkpoint = Checkpoint(name, head.seq, head.hash, moment_of(now).replace(microsecond=0))
    return Written(write_checkpoint(Path(folder).expanduser(), checkpoint, ring.signing), checkpoint)


def keep_checkpoints(store: Store, folder: str | Path | None, *, actor: str | None = None) -> Path | None:
    """Have a checkpoint written into `folder` every day, or none any more; the folder's whole name."""
    place = None if folder is None else Path(clean(str(folder))).expanduser().absolute()
    if place is not None and not place.is_dir():
        raise StoreError(f"there is no folder {place}; nothing was changed")
    with store.work("audit.folder", actor=actor, about=f"setting:{FOLDER}") as work:
        check_version(work.plain, store.location)
        held = work.plain.value("SELECT value FROM setting WHERE name = ?", (FOLDER,))
        work.changed = held != (None if place is None else str(place))
        if place is None:
            work.plain.run("DELETE FROM setting WHERE name = ?", (FOLDER,))
        else:
            work.plain.run(
                "INSERT INTO setting (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (FOLDER, str(place)),
            )
    return place


def checkpoint_folder(plain: Plain) -> str | None:
    """Where checkpoints go every day, if the organisation has chosen a folder."""
    found = plain.value("SELECT value FROM setting WHERE name = ?", (FOLDER,))
    return None if found is None else str(found)


def daily_checkpoint(location: Location, now: int) -> Written | None:
    """Write the day's checkpoint, if there is a folder and none of this store has been put there today."""
    with one_moment(location) as plain:
        folder, name = checkpoint_folder(plain), _id(plain)
    if folder is None or _is_there(Path(folder), name, moment_of(now).date()):
        return None
    return write_one(location, folder, now)


def _is_there(folder: Path, name: UUID, day: date) -> bool:
    return any(folder.glob(f"audit-{str(name)[:8]}-*-{day:%Y%m%d}T*.checkpoint"))


def look_after_log(location: Location, now: int, stopped: Callable[[], bool]) -> tuple[Verdict, str | None]:
    """Verify what is new, on a Monday all of it, and write the day's checkpoint of a log that is proven.

    The verdict, and why there is no checkpoint of today though one is wanted. NotVerifiedError if stopped.
    """
    is_monday = moment_of(now).weekday() == 0
    verdict = verify(location, now, since_last=not is_monday, stopped=stopped)
    if verdict.result == "proven":
        try:
            daily_checkpoint(location, now)
        except StoreError as error:
            return verdict, str(error)
    return verdict, None


def note_read(store: Store, operation: str, target: str, what: str, *, actor: str | None = None) -> None:
    """Have the log say that somebody has read what is protected: `what`, in words."""
    with store.work(operation, actor=actor, about=target) as work:
        work.note(target, reason=what, outcome="read")
