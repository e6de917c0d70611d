"""Forms of dates, as a mapping lists them: `DD/MM/YYYY HH:mm` or `%d/%m/%Y %H:%M`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_TOKENS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%m",
    "DD": "%d",
    "D": "%d",
    "HH": "%H",
    "H": "%H",
    "hh": "%I",
    "h": "%I",
    "mm": "%M",
    "m": "%M",
    "ss": "%S",
    "s": "%S",
    "SSS": "%f",
    "A": "%p",
    "ZZ": "%z",
}
_PIECE = re.compile(
    r"\[([^\]]*)\]|(" + "|".join(sorted(_TOKENS, key=len, reverse=True)) + r")|(.)", re.DOTALL
)

# How each directive looks. The others are refused: they depend on the machine (%c %x %X %Z) or name no
# day of the calendar we count in (%U %W %G …).
_SHAPES = {
    "Y": r"(\d{4})",
    "y": r"(\d\d)",
    "m": r"(\d\d?)",
    "d": r"(\d\d?)",
    "j": r"(\d{1,3})",
    "H": r"(\d\d?)",
    "I": r"(\d\d?)",
    "M": r"(\d\d?)",
    "S": r"(\d\d?)",
    "f": r"(\d{1,6})",
    "p": r"([^\W\d_]+)",
    "a": r"([^\W\d_]+)",
    "A": r"([^\W\d_]+)",
    "b": r"([^\W\d_]+)",
    "B": r"([^\W\d_]+)",
    "z": r"(Z|[+-][\d:.]+)",
    "%": "(%)",
}
# In a text without separators strptime would guess which digit belongs to what ("1122026").
_TIGHT_SHAPES = _SHAPES | dict.fromkeys("mdHIMS", r"(\d\d)") | {"j": r"(\d{3})"}
# Days and times made of these alone, from the year down, need no strptime: a third of its time.
_PARTS = ("Yy", "mbBj", "dj", "HI", "M", "S", "f", "p", "aA", "z")
_WANTED = "does not name a year, a month and a day, and each part once"
_DATE, _NUMBERS = "Ymd", "YmdHMS"
_DIRECTIVE = re.compile("%(.?)", re.DOTALL)
_TIGHT = re.compile("%[YymdjHIMSf](?=%[YymdjHIMSf])")

# Days on which month and day, or day and year, could be taken for each other, and one with neither.
_SAMPLES = tuple(
    datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    for year, month, day, hour, minute, second in (
        (2012, 11, 10, 9, 8, 7),
        (2020, 12, 3, 4, 5, 6),
        (2001, 2, 3, 4, 5, 6),
        (2010, 10, 10, 10, 10, 10),
        (2011, 12, 11, 12, 11, 12),
        (2026, 1, 2, 0, 0, 0),
        (2013, 11, 22, 13, 14, 15),
    )
)


class FormatError(ValueError):
    """A form of date that cannot be used. One clear line."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """One form of date: `name` as the mapping writes it, `pattern` as strptime reads it.

    `like_iso` says that some text could be read by it and as ISO 8601.
    """

    name: str
    pattern: str
    like_iso: bool
    _shape: re.Pattern[str]
    _numbers: tuple[int, ...]  # the shape's groups for year, month, day …; empty if strptime must read

    def read(self, text: str) -> datetime | None:
        """The moment that `text` names in this form, aware if it has an offset; None if it does not fit."""
        found = self._shape.fullmatch(text)
        if found is None:
            return None
        try:
            if self._numbers:
                year, month, day, *clock = map(int, found.group(*self._numbers))
                return datetime(year, month, day, *clock)  # type: ignore[arg-type]  # noqa: DTZ001
            return datetime.strptime(text, self.pattern)  # noqa: DTZ007  the mapping's zone comes later
        except ValueError:
            return None


def parse_format(name: str) -> DateFormat:
    """The form of date called `name`, in tokens or in strptime's way; FormatError says what is wrong."""
    pattern = name if "%" in name else _from_tokens(name)
    _check_directives(name, pattern)
    if "%I" in pattern and "%p" not in pattern:
        raise FormatError(f"date format “{name}” has hours up to twelve but no morning or afternoon (A)")
    texts = [sample.strftime(pattern) for sample in _SAMPLES]
    form = DateFormat(name, pattern, any(map(_is_iso, texts)), _shape(pattern), _number_groups(pattern))
    read = [form.read(text) for text in texts]
    if any(moment is None or moment.date() != day.date() for moment, day in zip(read, _SAMPLES, strict=True)):
        raise FormatError(f"date format “{name}” {_WANTED}")
    return form


def _from_tokens(name: str) -> str:
    parts = []
    for escaped, token, literal in _PIECE.findall(name):
        # “T” stands between day and time in so many exports that it needs no brackets.
        if literal.isalpha() and literal != "T":
            known = ", ".join(_TOKENS)
            raise FormatError(
                f"date format “{name}”: “{literal}” is not known; known are {known} and [words]"
            )
        parts.append(_TOKENS[token] if token else escaped or literal)
    return "".join(parts)


def _check_directives(name: str, pattern: str) -> None:
    for letter in _DIRECTIVE.findall(pattern):
        if letter not in _SHAPES:
            known = " ".join(f"%{known}" for known in _SHAPES)
            raise FormatError(f"date format “{name}”: “%{letter}” is not known; known are {known}")
    found = _DIRECTIVE.findall(pattern)
    # Said twice, a part could say two things, of which strptime would take one; and a form without a year
    # must not get as far as strptime, which warns of it.
    if any(sum(map(found.count, part)) > 1 for part in _PARTS) or not {"Y", "y"} & set(found):
        raise FormatError(f"date format “{name}” {_WANTED}")


def _shape(pattern: str) -> re.Pattern[str]:
    shapes = _TIGHT_SHAPES if _TIGHT.search(pattern) else _SHAPES
    pieces = (
        shapes[piece[1]] if piece.startswith("%") else r"\s+" if piece.isspace() else re.escape(piece)
        for piece in re.split(r"(%.|\s+)", pattern)
    )
    return re.compile("".join(pieces), re.ASCII | re.IGNORECASE)


def _number_groups(pattern: str) -> tuple[int, ...]:
    found = _DIRECTIVE.findall(pattern)
    plain = len(_DATE) <= len(found) <= len(_NUMBERS) and sorted(found) == sorted(_NUMBERS[: len(found)])
    return tuple(found.index(letter) + 1 for letter in _NUMBERS[: len(found)]) if plain else ()


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
