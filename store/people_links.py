"""What belongs to a person: user references of the applicant tracking system, and listings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.text import clean
from store.errors import StoreError
from store.people_rows import PeopleError, PersonSaved, load_person
from store.schema import check_version

if TYPE_CHECKING:
    from store.work import Store

MOST_CHARACTERS = 500


def link_person(store: Store, number: int, ref: str, *, actor: str | None = None) -> PersonSaved:
    """Say that a user reference of the ATS is a person's; it need not have come in with an event yet.

    StoreError if it is somebody else's already.
    """
    ref = _check_reference(ref)
    with store.work("people.link", actor=actor, about=f"person:{number}") as work:
        plain = work.plain
        check_version(plain, store.location)
        load_person(plain, number)
        holder = plain.value("SELECT person FROM person_link WHERE ref = ?", (ref,))
        if holder not in (None, number):
            raise PeopleError(
                f"“{ref}” is linked to {load_person(plain, holder).name}; unlink it there first, "
                "nothing was written",
                f"the reference is linked to person {holder}",
            )
        work.changed = holder is None
        if work.changed:
            plain.run("INSERT INTO person_link (ref, person) VALUES (?, ?)", (ref, number))
        return PersonSaved(load_person(plain, number), changed=work.changed)


def unlink_person(store: Store, number: int, ref: str, *, actor: str | None = None) -> PersonSaved:
    """Take a user reference of the ATS from a person; StoreError if it is not theirs."""
    ref = _check_reference(ref)
    with store.work("people.unlink", actor=actor, about=f"person:{number}") as work:
        plain = work.plain
        check_version(plain, store.location)
        person = load_person(plain, number)
        if not plain.run("DELETE FROM person_link WHERE ref = ? AND person = ?", (ref, number)):
            raise PeopleError(
                f"“{ref}” is not linked to {person.name}; nothing was written",
                f"the reference is not linked to person {number}",
            )
        return PersonSaved(load_person(plain, number), changed=True)


def assign_listing(store: Store, number: int, listing: str, *, actor: str | None = None) -> PersonSaved:
    """Assign a listing to a person; several may have it. StoreError if no event has told of it yet."""
    listing = _check_reference(listing)
    with store.work("people.assign", actor=actor, about=f"person:{number}") as work:
        plain = work.plain
        check_version(plain, store.location)
        person = load_person(plain, number)
        if plain.value("SELECT 1 FROM listing WHERE ref = ?", (listing,)) is None:
            raise StoreError(f"there is no listing “{listing}”; nothing was written")
        work.changed = listing not in person.listings
        if work.changed:
            plain.run("INSERT INTO assignment (listing, person) VALUES (?, ?)", (listing, number))
        return PersonSaved(load_person(plain, number), changed=work.changed)


def unassign_listing(store: Store, number: int, listing: str, *, actor: str | None = None) -> PersonSaved:
    """Take a listing from a person; StoreError if it was not assigned to them."""
    listing = _check_reference(listing)
    with store.work("people.unassign", actor=actor, about=f"person:{number}") as work:
        plain = work.plain
        check_version(plain, store.location)
        person = load_person(plain, number)
        if not plain.run("DELETE FROM assignment WHERE listing = ? AND person = ?", (listing, number)):
            raise PeopleError(
                f"listing “{listing}” is not assigned to {person.name}; nothing was written",
                f"listing “{listing}” is not assigned to person {number}",
            )
        return PersonSaved(load_person(plain, number), changed=True)


def _check_reference(said: str) -> str:
    """A reference as it is kept; StoreError for one that cannot be any."""
    ref = clean(said)
    if not ref:
        raise StoreError("reference: say one; nothing was written")
    if len(ref) > MOST_CHARACTERS:
        raise StoreError(
            f"reference: at most {MOST_CHARACTERS} characters, this has {len(ref)}; nothing was written"
        )
    return ref
