"""Other processes that help: they read and reckon, this one writes. One Python cannot do both at once.

A member is told what to do, and answers; it holds no lock and writes nothing. It ends with this process,
however that ends, for it lives on what it is told.
"""

from __future__ import annotations

import marshal
import os
import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any

from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

ANSWER, END, FAILED = b"+", b".", b"!"
_LENGTH = 8
GONE = "a helping process has ended unexpectedly; what was kept is whole, please try again"


class Member:
    """One helping process: `ask` it, then take its `answers`; several questions are answered in turn."""

    def __init__(self, ahead: int) -> None:
        """Start the process; it takes a moment to be ready, and the first question may be put at once.

        Up to `ahead` answers are fetched before they are asked for, so that the process goes on meanwhile.
        """
        self._dismissed = False
        self._room = threading.Semaphore(ahead)
        self._fetched: SimpleQueue[tuple[bytes, bytes] | StoreError] = SimpleQueue()
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "store.crew_member"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # an app may be drawing there; what goes wrong comes as an answer
            env={**os.environ, "PYTHONPATH": paths},
            start_new_session=True,  # ctrl-c is for this process, which then lets the member go
        )
        threading.Thread(target=self._fetch, name="stagewatch-fetching", daemon=True).start()

    def ask(self, job: str, *arguments: Any, **named: Any) -> None:
        """Put a question: the name of a job that members know, and its arguments."""
        if self._process.stdin is not None:
            with suppress(OSError):  # it is gone, as the one who wants the answer will be told
                write_frame(self._process.stdin, ANSWER, pickle.dumps((job, (arguments, named))))

    def answers(self) -> Iterator[Any]:
        """The answers to the first question not answered yet, in order; StoreError as the job raised it."""
        while True:
            found = self._fetched.get()
            if isinstance(found, StoreError):
                raise found
            kind, content = found
            if kind == END:
                return
            self._room.release()
            if kind == FAILED:
                raise pickle.loads(content)  # noqa: S301 - our own process wrote it
            yield marshal.loads(content)  # noqa: S302 - our own process wrote it

    def _fetch(self) -> None:
        """Take what the process says from its pipe, as far ahead as is wanted."""
        try:
            while not self._dismissed:
                frame = read_frame(self._process.stdout)
                self._fetched.put(frame)
                if frame[0] != END:
                    self._room.acquire()
        except (StoreError, OSError, ValueError):  # the process or its pipe is gone
            self._fetched.put(StoreError(GONE))

    def dismiss(self) -> None:
        """End the process, whatever it is doing."""
        self._dismissed = True
        self._room.release()
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


class Crew:
    """So many members, dismissed at the end of the `with` block."""

    def __init__(self, size: int, ahead: int) -> None:
        """Start them all; up to `ahead` answers of each are fetched before they are asked for."""
        self.members = [Member(ahead) for _ in range(size)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self.members:
            member.dismiss()


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def write_frame(pipe: IO[bytes], kind: bytes, content: bytes) -> None:
    """Write one message: its kind, its length, itself."""
    pipe.write(kind + len(content).to_bytes(_LENGTH, "big"))
    pipe.write(content)
    pipe.flush()


def read_frame(pipe: IO[bytes] | None) -> tuple[bytes, bytes]:
    """Read one message; StoreError if the other side is gone."""
    head = b"" if pipe is None else pipe.read(1 + _LENGTH)
    if pipe is None or len(head) <= _LENGTH:
        raise StoreError(GONE)
    return head[:1], pipe.read(int.from_bytes(head[1:], "big"))
