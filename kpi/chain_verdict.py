"""What a walk along the audit chain and a look at the tables come to: the verdict (design, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kpi.chain_walk import Attack, Walk

Result = Literal["proven", "tampered", "not_provable", "unreadable"]
EXIT_CODES: dict[Result, int] = {"proven": 0, "tampered": 2, "not_provable": 3, "unreadable": 4}


@dataclass(frozen=True, slots=True)
class Difference:
    """A record whose table does not say what the log last said of it.

    `seq` is the last entry about the record, as far as the store knows: it may lie beyond the end of a log
    that was cut, and is 0 if no entry speaks of the record. `words` say what differs.
    """

    seq: int
    target: str
    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `stagewatch audit verify` answers.

    `entries` were looked at and fit. `first_bad` is the seq of the first that does not, `attack` what leaves
    such a trace. `reconciled` is whether the tables say what the log says, None if nobody looked. `head` is
    the hash of the last entry that fits, in hex, and `last` its seq; `checkpoint` is the size of the
    checkpoint found on the chain. `why` is a sentence.
    """

    result: Result
    entries: int
    first_bad: int | None
    attack: Attack | None
    reconciled: bool | None
    head: str | None
    checkpoint: int | None
    why: str
    last: int = 0

    @property
    def exit_code(self) -> int:
        """0 proven, 2 tampered, 3 not provable, 4 unreadable."""
        return EXIT_CODES[self.result]


def unreadable(why: str) -> Verdict:
    """The verdict on a log that cannot be read at all."""
    return Verdict("unreadable", 0, None, None, None, None, None, why)


def judge(
    walk: Walk, difference: Difference | None, *, reconciled: bool = True, doubt: str | None = None
) -> Verdict:
    """The verdict on a walk that was fed the whole log.

    `difference` is the first record that differs, if the tables were `reconciled` with the log at all. A
    `doubt`, such as a checkpoint whose signature is not right, keeps a log from being proven, and says why.
    """
    first_bad, attack, why = _tampering(walk, difference)
    result: Result = "tampered"
    if attack is None:
        doubt = doubt or _doubt(walk) or (None if reconciled else "the tables were not compared with the log")
        result, why = ("proven", _proof(walk)) if doubt is None else ("not_provable", doubt)
    return Verdict(
        result=result,
        entries=walk.entries,
        first_bad=first_bad,
        attack=attack,
        reconciled=difference is None if reconciled else None,
        head=walk.hash.hex() if walk.entries else None,
        checkpoint=max((one.seq for one in walk.met if one.name == "checkpoint"), default=None),
        why=why,
        last=walk.seq,
    )


def _tampering(walk: Walk, difference: Difference | None) -> tuple[int | None, Attack | None, str]:
    """The first bad entry, the attack, and a sentence; Nones and nothing if no trace of one shows."""
    if walk.finding is not None:
        return walk.finding.first_bad, walk.finding.attack, walk.finding.why
    after = walk.seq + 1
    if walk.ahead:
        anchor = walk.ahead[-1]
        why = f"the log ends with entry {walk.seq}, but the {anchor.name} remembers entry {anchor.seq}"
        if difference is None:
            return after, "rolled_back", f"{why}; the whole store is an older one"
        return after, "truncated", f"{why}; {difference.target} still bears what was cut off"
    if difference is not None and difference.seq >= after:
        why = f"the log ends with entry {walk.seq}, but {difference.target} remembers entry {difference.seq}"
        return after, "truncated", why
    if difference is not None:
        return difference.seq or None, "state_edited", difference.words
    return None, None, ""


def _doubt(walk: Walk) -> str | None:
    """Why a log without a trace of tampering is not proven yet, None if it is."""
    if walk.keys.unconfirmed:
        return "the key is not this log's: the log does not bear its fingerprint"
    nothing_new = walk.is_resumed and walk.seq == walk.first and walk.keys.at_hand
    if walk.checked_from is None and not nothing_new:
        return "there is no key at hand for this log; give the auditor's with --key-file"
    if walk.unsealed:
        many = "1 entry was" if walk.unsealed == 1 else f"{walk.unsealed} entries were"
        return f"{many} written without a key after the log had one"
    if not walk.met:
        return "nothing at hand remembers how long the log was; give a checkpoint with --checkpoint"
    if walk.unchecked > walk.met[-1].seq:
        return f"entry {walk.unchecked} is sealed with a key that is not at hand"
    return None


def _proof(walk: Walk) -> str:
    anchor = walk.met[-1]
    proof = f"{walk.entries} entries, each as it was written and where it was written"
    if anchor.seq == walk.seq:
        return f"{proof}; the {anchor.name} remembers the last"
    return f"{proof}; the {anchor.name} remembers entry {anchor.seq}, so later ones could have been cut off"
