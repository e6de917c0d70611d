"""The interpreter's collector is left as it was found, however much work overlaps."""

from __future__ import annotations

import gc

import pytest

from store.bulk import collecting_rarely


def test_it_is_as_before_once_the_last_is_done() -> None:
    before = gc.get_threshold()
    one, other = collecting_rarely(), collecting_rarely()
    one.__enter__()
    rarely = gc.get_threshold()
    assert rarely[0] > before[0]
    other.__enter__()
    one.__exit__(None, None, None)
    assert gc.get_threshold() == rarely, "the other still works"
    other.__exit__(None, None, None)
    assert gc.get_threshold() == before


def test_it_is_as_before_after_an_error() -> None:
    before = gc.get_threshold()
    with pytest.raises(OSError, match="full"), collecting_rarely():
        raise OSError("full")
    assert gc.get_threshold() == before
