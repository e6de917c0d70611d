"""How long from process start until a text is on the screen, in a real pseudo-terminal.

While the program starts, its output is only read and stamped with the time: a terminal emulator in Python
would be slow enough to spoil the figure. The recording is replayed through pyte when the program is quiet,
a slice at a time with a look at the pty in between, and the time reported is that of the chunk after which
the wanted text was on the screen. Inside a synchronised update (mode 2026) nothing counts as shown, as in a
terminal that knows this mode. The questions that terminal programs ask are answered at once, as a terminal
would.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import resource
import select
import signal
import statistics
import struct
import sys
import termios
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyte

from benchmarks.pty_answers import UNFINISHED, Answers

Wanted = re.Pattern[str] | Callable[[list[str]], bool]
"""A pattern searched for in the screen's lines, or a function of these lines."""

QUIET = 0.02
"""Seconds without output after which the recording is replayed."""
BACKLOG = 0.5
"""Seconds that a chunk waits at most for its replay, however busy the program's output."""
GRACE = 5.0
"""Seconds after the time is up in which what came before may still be replayed."""
SLICE = 512
"""Bytes given to pyte between two looks at the pty; about half a millisecond's work."""
SLOW = 10.0
"""A case whose warm-up takes longer than this many seconds ..."""
SLOW_ROUNDS = 3
"""... takes part in this many rounds only."""
VERY_SLOW = 30.0
"""A case whose warm-up takes longer than this many seconds is not run again: its warm-up counts."""

_FRAMES = " │─╭╮╰╯┃━╔╗╚╝║═┏┓┗┛╲"
_COMPLAINT = re.compile(r"\b\w*(?:Error|Exception|Killed)\b|\bcannot\b")

ENDED, LATE = "ended without showing it", "not shown"

_SYNCHRONISED = 2026 << 5  # pyte keeps private modes shifted by five bits
_DROPPED = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "STY", "TERM_PROGRAM", "TMUX")
_DROPPED_FAMILIES = ("PYTHON", "TEXTUAL", "VIRTUAL_ENV", "XDG_")

# What pyte would print as text or stumble over: device control and similar strings, queries, kitty's keys.
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b[PX^_][^\x1b]*\x1b\\|\x1b\[[<=>?]?[0-9;]*\$[@-~]|\x1b\[[<=>][0-9;:]*[@-~]|\x1b\[\?[0-9;]*u"
)


class NotShownError(RuntimeError):
    """The wanted text did not come: the program ended, or the time was up."""

    def __init__(self, reason: str, seconds: float, screen_lines: list[str]) -> None:
        """Keep what was on the screen at the end."""
        super().__init__(f"{reason} after {seconds:.1f} s")
        self.seconds = seconds
        self.screen_lines = screen_lines
        self.peak = 0
        """The most bytes that the program, or one that it started and waited for, had in memory."""


@dataclass(frozen=True)
class Sample:
    """One measured start, with the screen as it was at that moment."""

    seconds: float
    screen_lines: list[str] = field(repr=False)


@dataclass(frozen=True)
class Case:
    """A program to start and the text that says it is there."""

    argv: Sequence[str]
    wanted: Wanted
    env: Mapping[str, str] | None = None
    size: tuple[int, int] = (80, 24)
    timeout: float = 60.0
    typed: Sequence[tuple[bytes, bytes]] = ()
    """Pairs of bytes seen in the output and the keys pressed at once when they are; in this order."""
    memory: int | None = None
    """Most bytes of data memory for the program, so that a hungry one fails instead of the machine."""

    def run(self) -> Sample:
        """Start it once."""
        return time_to_screen(
            self.argv,
            self.wanted,
            self.env,
            self.size,
            self.timeout,
            typed=self.typed,
            memory=self.memory,
        )


def time_to_screen(
    argv: Sequence[str],
    wanted: Wanted,
    env: Mapping[str, str] | None = None,
    size: tuple[int, int] = (80, 24),
    timeout: float = 60.0,
    *,
    typed: Sequence[tuple[bytes, bytes]] = (),
    memory: int | None = None,
) -> Sample:
    """Start a program on a new terminal and say when the wanted text was on its screen.

    `env` is laid over the present environment without what would change a program's start: colour
    switches, terminal multiplexers, settings of Python and Textual, XDG folders. The program's whole process
    group is gone when this returns.
    """
    environment = {**_plain_environment(), **(env or {})}
    started = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        _become(argv, environment, size, memory)
    failure: NotShownError | None = None
    try:
        return _Watch(terminal, wanted, size, started, typed).until(timeout)
    except NotShownError as error:
        failure = error
        raise
    finally:
        peak = _end(pid, terminal)
        if failure:
            failure.peak = peak


def _plain_environment() -> dict[str, str]:
    """Give the present environment without what would change how a program starts or draws."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _DROPPED and not name.startswith(_DROPPED_FAMILIES)
    }
    return {"LANG": "C.UTF-8", **kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def _become(argv: Sequence[str], env: dict[str, str], size: tuple[int, int], memory: int | None) -> None:
    """Turn the forked child into the program; never returns."""
    try:
        columns, rows = size
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.execvpe(argv[0], list(argv), env)  # noqa: S606  (a benchmark starts programs)
    except BaseException as error:  # noqa: BLE001  (the child must not run the parent's code, whatever comes)
        os.write(2, f"cannot start {argv[0]}: {error}".encode())
    finally:
        os._exit(127)


def _end(pid: int, terminal: int) -> int:
    """End the program and all its group, politely first; reap it and give its peak memory."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)
    deadline = time.perf_counter() + 1.0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.perf_counter() > deadline:
            break
        if select.select([terminal], [], [], 0.01)[0]:  # a program that cannot write cannot end
            with contextlib.suppress(OSError):
                os.read(terminal, 65536)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    _, _, usage = os.wait4(pid, 0)
    os.close(terminal)
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class _Watch:
    """Reads one program's output as it comes and replays it when there is time."""

    def __init__(
        self,
        terminal: int,
        wanted: Wanted,
        size: tuple[int, int],
        started: float,
        typed: Sequence[tuple[bytes, bytes]],
    ) -> None:
        self.terminal = terminal
        self.wanted = wanted
        self.started = started
        self.typed = deque(typed)
        self.answers = Answers(size)
        self.recent = b""
        self.ended = False
        self.chunks: deque[tuple[float, bytes]] = deque()
        self.slices: deque[bytes] = deque()
        self.held = b""
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)

    def until(self, timeout: float) -> Sample:
        """Read and replay until the wanted text was on the screen."""
        last = self.started
        while (now := time.perf_counter()) < self.started + timeout + (GRACE if self.chunks else 0.0):
            listening = not self.ended and now < self.started + timeout
            idle = not listening or now - last >= QUIET
            due = bool(self.chunks) and (idle or now - self.chunks[0][0] > BACKLOG)
            if listening and select.select([self.terminal], [], [], 0 if due else QUIET)[0]:
                last = time.perf_counter()
                self._read(last)
            if due:
                if (shown := self._replay_slice()) is not None:
                    return Sample(shown - self.started, self.lines())
            elif self.ended and not self.chunks:
                raise NotShownError(ENDED, now - self.started, self.lines())
        raise NotShownError(LATE, now - self.started, self.lines())

    def lines(self) -> list[str]:
        """Give the replayed screen, a string a line, without blanks at the ends."""
        return [line.rstrip() for line in self.screen.display]

    def _read(self, when: float) -> None:
        """Take what is there, stamp it, and answer what it asks."""
        try:
            data = os.read(self.terminal, 65536)
        except OSError:  # the pty's way of saying that its last user has gone
            data = b""
        if not data:
            self.ended = True
            return
        self.chunks.append((when, data))
        if answer := self.answers.to(data):
            self._write(answer)
        if self.typed:
            self.recent += data
            if self.typed[0][0] in self.recent:
                self._write(self.typed.popleft()[1])
                self.recent = b""

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self.terminal, data)

    def _replay_slice(self) -> float | None:
        """Replay a little of the oldest chunk; the chunk's time if the wanted text is on the screen by it."""
        when, data = self.chunks[0]
        if not self.slices:
            text = self.held + data
            cut = UNFINISHED.search(text)
            whole, self.held = (text[: cut.start()], text[cut.start() :]) if cut else (text, b"")
            whole = _UNKNOWN_TO_PYTE.sub(b"", whole)
            self.slices.extend(whole[at : at + SLICE] for at in range(0, len(whole), SLICE))
        if self.slices:
            self.stream.feed(self.slices.popleft())
        if self.slices:
            return None
        self.chunks.popleft()
        if _SYNCHRONISED in self.screen.mode or not self._shows():
            return None
        return when

    def _shows(self) -> bool:
        lines = self.lines()
        if isinstance(self.wanted, re.Pattern):
            return any(self.wanted.search(line) for line in lines)
        return self.wanted(lines)


def interleaved(
    cases: Mapping[str, Case],
    rounds: int = 15,
    *,
    failures: dict[str, str] | None = None,
    progress: Callable[[str], object] | None = None,
) -> dict[str, list[float]]:
    """Run the cases in turn, round after round, so that noise hits all alike; give each one's seconds.

    A warm-up round comes first and does not count. Each round starts with another case. A case that fails
    is not run again: it keeps the figures it has, and `failures`, if given, gets its reason; without
    `failures` the error is raised. A case slower than `SLOW` runs in `SLOW_ROUNDS` rounds only, and one
    slower than `VERY_SLOW` not again after its warm-up, which then is its one figure.
    """
    figures: dict[str, list[float]] = {name: [] for name in cases}
    limit = dict.fromkeys(cases, rounds)
    names = list(cases)
    for number in range(rounds + 1):
        turn = number % len(names) if names else 0
        for name in names[turn:] + names[:turn]:
            if number > limit[name]:
                continue
            try:
                seconds = cases[name].run().seconds
            except NotShownError as error:
                if failures is None:
                    raise
                failures[name] = describe(error)
                limit[name] = -1
                continue
            if number or seconds > VERY_SLOW:
                figures[name].append(seconds)
            if not number and seconds > VERY_SLOW:
                limit[name] = 0
            elif not number and seconds > SLOW:
                limit[name] = min(rounds, SLOW_ROUNDS)
            if progress:
                progress(f"round {number}/{rounds}  {name}  {seconds:.3f} s")
    return figures


def describe(error: NotShownError) -> str:
    """Say in one line why nothing was shown, with the peak memory and the last telling words."""
    words = [line for line in (line.strip(_FRAMES) for line in error.screen_lines) if line]
    telling = [line for line in words if _COMPLAINT.search(line)] or words
    last = f"last on screen: {telling[-1][:100]!r}" if telling else "the screen was empty"
    return f"{error}, peak memory {error.peak / (1 << 30):.1f} GiB; {last}"


@dataclass(frozen=True)
class Row:
    """One case's figures, beside the baseline's."""

    name: str
    rounds: int
    median: float
    fastest: float
    slowest: float
    ratio: float
    """Ratio of the medians to the baseline's."""
    paired_ratio: float
    """Median of the ratios to the baseline, each taken within one round."""


def compare(figures: Mapping[str, list[float]], baseline: str) -> list[Row]:
    """Sum up each case that has figures, the baseline first and then from the fastest to the slowest."""
    base = figures[baseline]
    rows = [
        Row(
            name=name,
            rounds=len(seconds),
            median=statistics.median(seconds),
            fastest=min(seconds),
            slowest=max(seconds),
            ratio=statistics.median(seconds) / statistics.median(base),
            paired_ratio=statistics.median(own / other for own, other in zip(seconds, base, strict=False)),
        )
        for name, seconds in figures.items()
        if seconds
    ]
    return sorted(rows, key=lambda row: (row.name != baseline, row.median))


def as_table(rows: Sequence[Row], failures: Mapping[str, str] | None = None) -> str:
    """Draw the rows as a Markdown table, with the cases that gave no figure below it."""
    width = max((len(row.name) for row in rows), default=4)
    lines = [
        f"| {'case':{width}} | rounds |   median |  fastest |  slowest | ratio | paired |",
        f"| {'-' * width} | -----: | -------: | -------: | -------: | ----: | -----: |",
    ]
    lines += [
        f"| {row.name:{width}} | {row.rounds:6} | {row.median:6.3f} s | {row.fastest:6.3f} s "
        f"| {row.slowest:6.3f} s | {row.ratio:5.2f} | {row.paired_ratio:6.2f} |"
        for row in rows
    ]
    lines += [f"\n- {name}: no figure — {reason}" for name, reason in (failures or {}).items()]
    return "\n".join(lines)


def to_stderr(line: str) -> None:
    """Show progress, out of the way of the table."""
    print(line, file=sys.stderr, flush=True)
