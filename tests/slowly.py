"""Cases that `make test` leaves to `make test-all`, because others like them are tried every time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable


def slowly(*values: object, id: str | None = None) -> Any:  # noqa: A002 - as in pytest.param
    """One case more, where there is time for it: it differs little from the others."""
    return pytest.param(*values, id=id, marks=pytest.mark.slow)


def first_of(cases: Iterable[object], quick: int) -> list[Any]:
    """Of cases that differ by luck alone so many are tried every time, the others where there is time."""
    return [case if place < quick else slowly(case) for place, case in enumerate(cases)]
