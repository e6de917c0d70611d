"""The command line in tests."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from store.location import find_location
from store.who import NOBODY
from store.work import Store
from tests.store.ready_stores import make_ready
from tui.main import main

if TYPE_CHECKING:
    from collections.abc import Callable


class Line:
    """The command line on one store, in this process."""

    def __init__(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.store = store
        self.capsys = capsys

    def ready(self, kind: Any, found: Callable[[], object]) -> None:
        """Have the store made by `found`, or copied from one of this kind that it made before."""
        with closing(Store(find_location(self.store), who=NOBODY)) as store:
            make_ready(store, ("command line", kind), found, often=True)

    def found(self) -> None:
        """The store of an organisation with nothing in it."""
        self.ready("empty", lambda: self.json("init", "--organisation", "Northbank"))

    def run(self, *arguments: str) -> tuple[int, str, str]:
        status = main([*arguments, "--store", self.store])
        said = self.capsys.readouterr()
        return status, said.out, said.err

    def json(self, *arguments: str) -> Any:
        status, out, err = self.run(*arguments, "--json")
        assert (status, err) == (0, "")
        assert out.count("\n") == 1
        return json.loads(out)

    def refused(self, *arguments: str) -> str:
        status, out, err = self.run(*arguments)
        assert (status, out) == (1, "")
        assert err.startswith("stagewatch: ")
        assert err.count("\n") == 1
        return err
