"""Names of people and teams: shown as they were written, unique without regard to case and width."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from kpi.errors import StagewatchError
from kpi.text import clean

MOST_CHARACTERS = 100
# What the audit log says where nobody acted: no person may be taken for it.
_RESERVED = frozenset({"system", "the system"})


class NameRefusedError(StagewatchError):
    """A name that nobody can have; the line does not repeat it."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that can be given: as it is `shown`, and `folded` to what no other may be like."""

    shown: str
    folded: str


def folded(text: str) -> str:
    """A name without regard to case, width and blanks: by Unicode's NFKC and its case folding."""
    # Folding can undo a normal form, and the normal form bring capitals back: hence both, twice.
    once = unicodedata.normalize("NFKC", clean(text)).casefold()
    return " ".join(unicodedata.normalize("NFKC", once).casefold().split())


def check_name(text: str) -> Name:
    """A name as it is kept; NameRefusedError for one that nobody can have."""
    name = Name(" ".join(clean(text).split()), folded(text))
    if not name.folded:
        raise NameRefusedError("name: say one; nothing was written")
    if len(name.shown) > MOST_CHARACTERS:
        raise NameRefusedError(
            f"name: at most {MOST_CHARACTERS} characters, this has {len(name.shown)}; nothing was written"
        )
    if not any(character.isalpha() for character in name.folded):
        raise NameRefusedError("name: at least one letter, else it looks like a number; nothing was written")
    if name.folded in _RESERVED:
        raise NameRefusedError("name: this one stands for the program itself; nothing was written")
    return name
