"""A store looked at as it is at one moment, whatever is written to it meanwhile."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from store.failures import in_words, is_drivers
from store.plain import connect
from store.schema import check_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.location import Location
    from store.plain import Plain


@contextmanager
def one_moment(location: Location, *, any_schema: bool = False) -> Iterator[Plain]:
    """A connection that only reads, inside one snapshot; what the driver raises becomes a StoreError.

    StoreError if the schema is not this program's, unless `any_schema`.
    """
    with closing(connect(location)) as plain, driver_in_words(location), plain.snapshot():
        if not any_schema:
            check_version(plain, location)
        yield plain


@contextmanager
def driver_in_words(location: Location) -> Iterator[None]:
    """Turn what either driver raises while reading into a StoreError."""
    try:
        yield
    except Exception as error:
        if not is_drivers(error):
            raise
        raise in_words(error, location, writing=False) from error
