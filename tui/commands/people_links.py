"""`stagewatch people link|unlink|unlinked|assign|unassign`: what of the ATS belongs to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import StoreError
from tui.commands.output import print_json, print_table, reading, writing
from tui.commands.people import find_person, print_saved

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from store.people_rows import PersonSaved
    from store.work import Store


def link(options: Namespace) -> None:
    """Say that a user reference is a person's."""
    from store.people_links import link_person

    number = find_person(options, options.person)
    with writing(options) as store:
        saved = link_person(store, number, options.ref)
    print_saved(options, saved, "linked")


def unlink(options: Namespace) -> None:
    """Take a user reference from whose it is."""
    from store.naming import holder_of
    from store.people_links import unlink_person

    with reading(options) as reader:
        holder = holder_of(reader, options.ref)
    with writing(options) as store:
        saved = unlink_person(store, holder.number, options.ref)
    print_saved(options, saved, "not linked to it any more")


def unlinked(options: Namespace) -> None:
    """Print the user references that are nobody's, and how many listings each owns."""
    with reading(options) as reader:
        found = reader.people().unlinked()
    if options.json:
        print_json({"unlinked": [{"ref": one.ref, "listings": one.listings} for one in found]})
    elif found:
        print_table(["Reference", "Listings"], [[one.ref, one.listings] for one in found], numbers=(1,))
    else:
        print("Every user reference is linked to a person.")


def assign(options: Namespace) -> None:
    """Assign listings to a person."""
    from store.people_links import assign_listing

    print_saved(options, _each(options, assign_listing), "assigned to them")


def unassign(options: Namespace) -> None:
    """Take listings from a person."""
    from store.people_links import unassign_listing

    print_saved(options, _each(options, unassign_listing), "rid of them")


def _each(options: Namespace, act: Callable[[Store, int, str], PersonSaved]) -> PersonSaved:
    """Do it for one listing after the other; what became of the person, or what was done before it failed."""
    from dataclasses import replace

    number, done, changed = find_person(options, options.person), list[str](), False
    saved: PersonSaved | None = None
    with writing(options) as store:
        for listing in options.listings:
            try:
                saved = act(store, number, listing)
            except StoreError as error:
                if not done:
                    raise
                raise StoreError(f"{error}; before it this was done for {', '.join(done)}") from error
            done.append(listing)
            changed = changed or saved.changed
    assert saved is not None  # noqa: S101 - the parser asks for one listing at least
    return replace(saved, changed=changed)
