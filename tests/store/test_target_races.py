"""People save targets at once, each from a process of their own: every save is a set, none is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kpi.targets import Target
from tests.slowly import slowly
from tests.store.helpers import new_store, reader_of

ROOT = Path(__file__).parents[2]
SAVER = """
import sys
from kpi.targets import Target
from store.location import find_location
from store.targets import save_targets
from store.work import Store

store, mine, saves = Store(find_location(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
for turn in range(saves):
    target = {"draft.ready_to_publish": Target(turn, 100 + mine)}
    saved = save_targets(store, target, reason=f"turn {turn}", actor=f"editor {mine}")
    print(saved.number, flush=True)
"""


def run_savers(url: str, processes: int, saves: int) -> list[tuple[int, str, list[int]]]:
    """Each process's exit status, what it complained of, and the numbers of the sets it made."""
    savers = [
        subprocess.Popen(
            [sys.executable, "-c", SAVER, url, str(place), str(saves)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for place in range(processes)
    ]
    for saver in savers:
        assert saver.stdout is not None
        assert saver.stdout.readline() == "ready\n"
    for saver in savers:
        assert saver.stdin is not None
        saver.stdin.write("go\n")
        saver.stdin.flush()
    said = [saver.communicate(timeout=240) for saver in savers]
    return [
        (saver.returncode, err, [int(line) for line in out.split()])
        for saver, (out, err) in zip(savers, said, strict=True)
    ]


@pytest.mark.parametrize(("processes", "saves"), [(3, 20), slowly(8, 100)])
def test_savers_at_once_lose_nothing(store_url: str, processes: int, saves: int) -> None:
    with new_store(store_url) as store:
        made = run_savers(store_url, processes, saves)
        assert [(status, err) for status, err, _ in made] == [(0, "")] * processes
        numbers = [number for _, _, found in made for number in found]
        assert sorted(numbers) == list(range(2, processes * saves + 2))
        with reader_of(store) as reader:
            questions = reader.targets()
            sets = {view.number: view for view in questions.history()}
            assert sorted(sets) == list(range(1, processes * saves + 2))
            for mine, (_, _, found) in enumerate(made):
                assert found == sorted(found)
                for turn, number in enumerate(found):
                    assert (sets[number].by, sets[number].reason) == (f"editor {mine}", f"turn {turn}")
                    if turn % 10 == 0:
                        held = questions.targets(number)["draft.ready_to_publish"]
                        assert held == Target(turn, 100 + mine)
