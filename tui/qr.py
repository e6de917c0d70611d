"""A QR code as lines of text, two modules in each character, small enough for a terminal of 24 lines."""

from __future__ import annotations

VERSION = 5
"""37 modules a side, 41 with its border, holding 106 bytes; the next one would need 23 lines."""
BORDER = 2
"""Light modules around it. The standard asks for four; readers do with two."""
LINES, CELLS = 21, 41
# By what is drawn in the upper half and in the lower.
_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def qr_lines(text: str, *, dark: bool) -> list[str] | None:
    """A QR code, always 21 lines of 41 cells; None if the text has more than 106 bytes.

    `dark` says that letters are lighter here than the ground they stand on: the code's own dark modules then
    stay empty. Whoever shows it fixes both colours: many readers do not know a code that is light on dark.
    Where there is none, show the seed itself, in groups of four.
    """
    import segno  # deferred: only who sets up a second factor needs it

    try:
        # Level L at least; where the text leaves room, a better one that reads more easily.
        code = segno.make_qr(text, version=VERSION, error="L")
    except segno.DataOverflowError:
        return None
    rows = [[bool(module) != dark for module in row] for row in code.matrix_iter(border=BORDER)]
    rows.append([dark] * CELLS)  # their number is odd, a line takes two
    return [
        "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
