"""Cleaning of text that comes from outside: names, titles, notes (design, section 8)."""

from __future__ import annotations

import re

# C0 and C1 controls, soft hyphen, zero-width and bidirectional marks, embeddings, overrides and
# isolates, line and paragraph separators, the byte order mark, lone surrogates and "tag" characters:
# each can hide, reorder or break text on a terminal.
_HOSTILE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]+"
)
_BLANKS = re.compile("[\t\n\r\x0b\x0c\u2028\u2029]+")


def clean(text: str) -> str:
    """`text` without control and bidirectional characters, line breaks as one space, ends trimmed."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _HOSTILE.sub("", _BLANKS.sub(" ", text)).strip()
