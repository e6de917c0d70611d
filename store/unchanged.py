"""What a change leaves as it is, where None would mean that there is none any more."""

from __future__ import annotations

from enum import Enum


class Unchanged(Enum):
    """The one value of it."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
