"""Work as people do it gives no false alarm."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.targets import Target
from store.audit_care import begin_key, keep_checkpoints
from store.audit_verify import verify
from store.errors import StoreError
from store.mappings import drop_mapping, save_mapping
from store.targets import save_targets, withdraw_targets
from store.who import Who
from store.work import Store
from tests.store.helpers import Clock, new_store

if TYPE_CHECKING:
    pass

from tests.store.recorded import CODE, MONDAY, OURS

_STEPS = st.lists(
    st.sampled_from(["save", "ahead", "withdraw", "refuse", "map", "drop", "day", "folder"]), max_size=12
)


def _run_cleanly(store: Store, steps: list[str], folder: Path) -> None:
    """Work as people do; whatever is refused on the way is refused."""
    clock = store.clock
    assert isinstance(clock, Clock)
    for number, step in enumerate(steps):
        target = {CODE: Target(number, number + 1)}
        try:
            if step == "save":
                save_targets(store, target, reason="Why", actor="Ada")
            elif step == "ahead":
                day = (clock.moment + timedelta(days=9)).date()
                save_targets(store, target, reason="Why", actor="Bo", effective_from=day)
            elif step in ("withdraw", "refuse"):
                withdraw_targets(store, number if step == "withdraw" else 1, reason="No", actor="Bo")
            elif step == "map":
                save_mapping(store, OURS.text.replace("Ours", f"Ours {number % 3}"))
            elif step == "drop":
                drop_mapping(store, f"Ours {number % 3}")
            elif step == "day":
                clock.moment += timedelta(days=1, hours=number)
            else:
                keep_checkpoints(store, folder if number % 2 else None)
        except StoreError:
            continue


@pytest.mark.parametrize("back", [timedelta(), timedelta(minutes=5)])
@pytest.mark.usefixtures("ring")
def test_a_set_that_is_withdrawn_at_once_or_by_a_clock_behind_is_none(
    tmp_path: Path, back: timedelta
) -> None:
    """The next one was made of it, and stays so."""
    clock = Clock(MONDAY)
    with new_store(str(tmp_path / "s.db"), clock=clock) as store:
        store.who = Who("Ada", "app")
        begin_key(store)
        day = (MONDAY + timedelta(days=9)).date()
        for number in (1, 2):
            target = {CODE: Target(number, number)}
            save_targets(store, target, reason="Why", actor="Bo", effective_from=day)
        clock.moment -= back
        withdraw_targets(store, 2, reason="No", actor="Bo")
        clock.moment += back
        found = verify(store.location, store.clock())
        assert (found.result, found.attack) == ("proven", None), found.why


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
@pytest.mark.usefixtures("ring")
def test_clean_runs_give_no_false_alarm(steps: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    _clean(steps, tmp_path_factory.mktemp("run"))


@pytest.mark.slow
@settings(max_examples=1_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
@pytest.mark.usefixtures("ring")
def test_a_thousand_clean_runs_give_no_false_alarm(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    _clean(steps, tmp_path_factory.mktemp("run"))


def _clean(steps: list[str], folder: Path) -> None:
    with new_store(str(folder / "s.db"), clock=Clock(MONDAY)) as store:
        store.who = Who("Ada", "app")
        key_file = begin_key(store)
        _run_cleanly(store, steps, folder)
        for since_last in (False, True):
            found = verify(store.location, store.clock(), since_last=since_last)
            assert (found.result, found.attack) == ("proven", None), found.why
        assert verify(store.location, store.clock(), key_file=key_file).result == "proven"
