"""What a database driver says, in words for people: what happened, what was kept, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import StoreError, StoreMissingError

if TYPE_CHECKING:
    from store.location import Location

# What the driver's message contains, and what that means to a person; the first that fits is said.
_MEANINGS = (
    (("locked", "busy"), "{store} is in use by another program{kept}; try again in a moment"),
    (
        ("not a database",),
        "{store} is damaged or no Stagewatch store ({said}){kept}; if it is encrypted, its key is not here",
    ),
    (("malformed",), "{store} is damaged or no Stagewatch store ({said}){kept}"),
    (("disk is full", "no space left"), "there is no room left on the disk of {store}{kept}"),
    (("permission denied", "row-level security"), "your role of the server may not do this ({said}){kept}"),
    (("readonly", "read-only"), "{store} cannot be written to{kept}; check who may write there"),
    (("connection", "connect"), "{store} cannot be reached ({said}){kept}; check the address and the server"),
    (("no such table", "disk i/o"), "{store} cannot be read ({said}){kept}; is it still there?"),
)


def is_drivers(error: BaseException) -> bool:
    """Whether a database driver has raised it, whichever of them is in use."""
    return type(error).__module__.split(".")[0] in ("sqlite3", "sqlcipher3", "psycopg")


def in_words(error: BaseException, location: Location, *, writing: bool) -> StoreError:
    """The driver's error as a StoreError of one line; `writing` if a change was under way."""
    said = location.conceal(str(error).strip().partition("\n")[0])
    kept = "; nothing was changed" if writing else ""
    lower = said.lower()
    if "unable to open" in lower:
        return StoreMissingError(
            f"{location} cannot be opened{kept}; check the path, or run “stagewatch init”"
        )
    for signs, words in _MEANINGS:
        if any(sign in lower for sign in signs):
            return StoreError(words.format(store=location, said=said, kept=kept))
    return StoreError(f"{location} {'refused the change' if writing else 'cannot be read'} ({said}){kept}")
