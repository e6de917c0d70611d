"""Whom an operation is about, as a person writes them: by number or by name.

Exactly the one that is named, for whoever has signed in: who links people or names a stand-in need not see
the others. Whether they may do it, the operation asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.names import folded
from kpi.text import clean
from store.errors import StoreError
from store.people_questions import Named

if TYPE_CHECKING:
    from store.reading import Reader

_BY_NUMBER = "SELECT number, name FROM {kind} WHERE number = ?"
_BY_NAME = "SELECT number, name FROM {kind} WHERE folded = ?"
_LISTED = {"person": "list", "team": "teams"}
_DIGITS = 12


def person_named(reader: Reader, said: str) -> Named:
    """The person of this number, or of this name in any case and width; StoreError if there is none."""
    return _named(reader, "person", said)


def team_named(reader: Reader, said: str) -> Named:
    """The team of this number, or of this name in any case and width; StoreError if there is none."""
    return _named(reader, "team", said)


def holder_of(reader: Reader, ref: str) -> Named:
    """To whom a user reference of the ATS is linked; StoreError if to nobody."""
    reader.visitor()
    with reader.asking() as plain:
        row = plain.row(
            "SELECT p.number, p.name FROM person_link k JOIN person p ON p.number = k.person WHERE k.ref = ?",
            (clean(ref),),
        )
    if row is None:
        raise StoreError(f"“{clean(ref)}” is linked to nobody; nothing was written")
    return Named(*row)


def _named(reader: Reader, kind: str, said: str) -> Named:
    reader.visitor()
    text = said.strip()
    is_number = text.isascii() and text.isdecimal() and len(text) < _DIGITS
    with reader.asking() as plain:
        if is_number:
            row = plain.row(_BY_NUMBER.format(kind=kind), (int(text),))
        else:
            row = plain.row(_BY_NAME.format(kind=kind), (folded(text),))
    if row is None:
        raise StoreError(
            f"there is no {kind} “{clean(text)}”; “stagewatch people {_LISTED[kind]}” names those you may see"
        )
    return Named(*row)
