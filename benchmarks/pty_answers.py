"""What a terminal answers to the questions that terminal programs ask when they start."""

from __future__ import annotations

import re

UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[PX^_\]][^\x07\x1b]*\x1b?|[ -/]*)\Z")
"""A control sequence that the end of a chunk has cut in two."""
_QUESTION = re.compile(
    rb"\x1b\[(?:(?P<report>[56])n|(?P<device>[>=]?)0?c|\?(?P<mode>\d+)\$p|(?P<kitty>\?)u|>0?(?P<version>q)"
    rb"|(?P<window>1[468])t)|\x1b\](?P<colour>1[01]);\?(?:\x07|\x1b\\)"
)


class Answers:
    """An xterm-like terminal's answers: synchronised updates, and no other novelty."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.waiting = b""

    def to(self, output: bytes) -> bytes:
        """Answer every question in a chunk of output; one cut in two waits for its rest."""
        text = self.waiting + output
        answers = []
        done = 0
        for question in _QUESTION.finditer(text):
            answers.append(self._answer(question))
            done = question.end()
        cut = UNFINISHED.search(text, done)
        self.waiting = text[cut.start() :][-64:] if cut else b""
        return b"".join(answers)

    def _answer(self, question: re.Match[bytes]) -> bytes:
        columns, rows = self.size
        answer = b""
        if report := question["report"]:
            answer = b"\x1b[0n" if report == b"5" else b"\x1b[1;1R"
        elif (device := question["device"]) is not None:
            answer = {b"": b"\x1b[?62;22c", b">": b"\x1b[>1;10;0c", b"=": b"\x1bP!|00000000\x1b\\"}[device]
        elif mode := question["mode"]:
            answer = b"\x1b[?%b;%d$y" % (mode, 2 if mode == b"2026" else 0)
        elif question["kitty"]:
            answer = b"\x1b[?0u"
        elif question["version"]:
            answer = b"\x1bP>|bench(1)\x1b\\"
        elif window := question["window"]:
            height, width = {b"14": (rows * 16, columns * 8), b"16": (16, 8), b"18": (rows, columns)}[window]
            answer = b"\x1b[%b;%d;%dt" % (window[1:], height, width)
        elif colour := question["colour"]:
            value = b"ffff/ffff/ffff" if colour == b"10" else b"0000/0000/0000"
            answer = b"\x1b]%b;rgb:%b\x1b\\" % (colour, value)
        return answer
