"""The command line in tests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.main import main


class Line:
    """The command line on one store, in this process."""

    def __init__(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.store = store
        self.capsys = capsys

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
