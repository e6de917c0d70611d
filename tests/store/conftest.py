"""A sealed log of 300 entries, made once, and copies of it that may be attacked."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi.targets import Target
from store.audit_care import begin_key, write_one
from store.location import find_location
from store.targets import save_targets
from tests.store.helpers import Clock, new_store
from tests.store.keyrings import Ring, keyring_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.location import Location

from tests.store.attacking import ENTRIES, MONDAY, Made, entries_of, have_some_of_everything


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("log")
    file, yesterday, clock = folder / "log.db", folder / "yesterday.db", Clock(MONDAY)
    with keyring_in_memory() as ring, new_store(str(file), clock=clock) as store:
        key_file = begin_key(store, actor="Ada")
        have_some_of_everything(store, folder)
        log = find_location(str(file))
        for number in range(entries_of(log) + 1, ENTRIES + 1):
            clock.moment = MONDAY + timedelta(minutes=24 * number)
            if number == ENTRIES - 40:
                store.close()
                shutil.copy(file, yesterday)
            target = {"draft.ready_to_publish": Target(number, number + 1)}
            save_targets(store, target, reason=f"Change {number}", actor="Ada")
        checkpoint = write_one(log, folder, clock()).file
        store.close()  # which brings the write-ahead log into the file
        yield Made(file, yesterday, key_file, checkpoint, dict(ring.kept))


@pytest.fixture
def log(sealed: Made, ring: Ring, tmp_path: Path) -> Location:
    """A copy that may be attacked, with the keyring of the machine it was made on."""
    ring.kept = dict(sealed.kept)
    copy = tmp_path / "copy.db"
    shutil.copy(sealed.file, copy)
    return find_location(str(copy))
