"""Which of our fields a column holds, by what it is called and by its values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from store.feeds.date_guessing import Dates, find_dates
from store.feeds.likeness import Matcher, Phrase, Reader
from store.feeds.mapping import FIELDS, REQUIRED_FIELDS, object_column
from store.feeds.peeking import MOST_VALUES
from store.feeds.peeking_rows import LONGEST_CELL
from store.feeds.synonyms import (
    FALSEHOODS,
    FIELD_PHRASES,
    NO_FIELD,
    OCCUPATIONS,
    STANDARD_FIELDS,
    TRUTHS,
    VAGUE,
)
from store.feeds.xes_feed import TRACE_PREFIX

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Callable

    from store.feeds.activity_guessing import Activities
    from store.feeds.likeness import Likeness

_OBJECT_ID = object_column("")
_STANDARDS = ("xes", "ocel")
LEAST_GUESS = 60
_LEAST_DETAIL = 80  # a field that nobody needs is not worth a doubtful guess
MOSTLY, HALF = 0.9, 0.5
TIME_FIELDS = ("at", "closing_date", "first_interview_at", "last_interview_at")
_BY_NAME = 95  # what a name alone can score; only a standard's own name says more
_NOT_SEEN = 10  # taken off where no value of the column has been seen
_MANY = 20  # rows from which on it means something that no value comes twice
_FEW_VALUES = 60
_WORDS_FOR_ID, _EVENTS_FOR_NAME, _PERSONS_FOR_ID = (
    15,
    25,
    5,
)  # taken off where the values speak against the name
_VETO = 200
_LONG_FIELDS = ("title", "note", "justification")
_OF_NAME, _OF_VALUES = 0.85, 15
_ALWAYS_THE_SAME = 10
_LIKE_EVENTS, _OF_EVENTS = 50, 45

# An “id” alone is the row's own; with another word, that word's.
_OTHER_IDS = {
    "event_id": ("listing", "application"),
    "listing": ("event_id",),
    "application": ("event_id",),
}

_PERSON = re.compile(
    r"[^\W\d_a-z][\w'’-]+,? (?:[^\W\d_a-z]\.? )?[^\W\d_a-z][\w'’-]+|[^@\s]+@[^@\s]+\.[^@\s]+"
)
_ID = re.compile(r"(?=.*\d)[\w./:#-]+")
_NUMBER = re.compile(r"[\d.,+-]+")


@dataclass(frozen=True, slots=True)
class Profile:
    """What the values of a column are: shares from 0 to 1 of its different values, or of its rows.

    `values` are the first different ones with their counts. `unique` says that none came twice and that
    every row had one, `scattered` that hardly any came twice. `events` is the share of rows with a value
    that is called like one of our events.
    """

    values: abc.Mapping[str, int]
    dates: Dates
    ids: float
    persons: float
    numbers: float
    truths: bool
    unique: bool
    scattered: bool
    long: bool
    events: float


# What the values of these must be.
_KINDS_OF_VALUES: dict[str, Callable[[Profile], bool]] = {
    "internal": lambda of_column: of_column.truths,
    "reply": lambda of_column: of_column.truths,
    "minutes": lambda of_column: of_column.numbers >= MOSTLY,
}


class Candidate(NamedTuple):
    """A column that may be a field, how likely, 0 to 100, and why."""

    score: int
    field: str
    column: str
    why: str


def profile(values: abc.Mapping[str, int], rows: int, activities: Activities) -> Profile:
    """What a column is like, of which these values have been seen in so many rows."""
    total = sum(values.values())
    dates = find_dates(values)
    truths = len(values) > 1 and all(value.casefold() in TRUTHS | FALSEHOODS for value in values)
    numbers = _share(values, lambda value: bool(_NUMBER.fullmatch(value)))
    words = dates.readable < HALF and not truths and numbers < HALF
    return Profile(
        values=values,
        dates=dates,
        ids=_share(values, lambda value: bool(_ID.fullmatch(value))),
        persons=_share(values, _is_person),
        numbers=numbers,
        truths=truths,
        unique=set(values.values()) == {1} and total >= min(rows, MOST_VALUES),
        scattered=total >= _MANY and len(values) > HALF * total,
        long=any(len(value) >= LONGEST_CELL for value in values),
        events=activities.share(values) if words and len(values) <= _FEW_VALUES else 0.0,
    )


def _share(values: abc.Mapping[str, int], test: Callable[[str], bool]) -> float:
    return sum(map(test, values)) / len(values) if values else 0.0


def _is_person(value: str) -> bool:
    words = {word.strip(",.").casefold() for word in value.split()}
    return bool(_PERSON.fullmatch(value)) and OCCUPATIONS.isdisjoint(words)


def candidates(profiles: abc.Mapping[str, Profile], form: str) -> list[Candidate]:
    """Every column that may be a field with its score, the likeliest first."""
    reader = Reader(light=True)
    matcher = Matcher(
        reader,
        (
            Phrase(reader.words(phrase), field, f"called like “{phrase}”")
            for field, phrases in FIELD_PHRASES.items()
            for phrase in phrases
        ),
    )
    found = []
    for column, of_column in profiles.items():
        if form in _STANDARDS and column in STANDARD_FIELDS:
            found.append(Candidate(100, STANDARD_FIELDS[column], column, "the standard's own name"))
            continue
        if column.endswith(_OBJECT_ID):
            continue  # the type of object says what it is
        likes = matcher.likenesses(column.removeprefix(TRACE_PREFIX) if form == "xes" else column)
        if NO_FIELD in likes and likes[NO_FIELD].score >= _BY_NAME:
            continue  # whatever its values look like
        for field in FIELDS:
            by_name, why = _by_name(field, likes)
            score, why = _judged(field, by_name, why, of_column)
            if score >= (LEAST_GUESS if field in REQUIRED_FIELDS else _LEAST_DETAIL):
                found.append(Candidate(score, field, column, why))
    rank = {field: place for place, field in enumerate(FIELDS)}
    return sorted(found, key=lambda one: (one.field != "listing", -one.score, rank[one.field]))


def _by_name(field: str, likes: abc.Mapping[str, Likeness]) -> tuple[int, str]:
    """How like a field a column is called; nothing if it is as much like something else."""
    others = (NO_FIELD, VAGUE, *_OTHER_IDS.get(field, ()))
    like = likes.get(field)
    if like is None or any(other in likes and likes[other].score >= like.score for other in others):
        return 0, ""
    return min(like.score, _BY_NAME), like.why


def _judged(field: str, by_name: int, why: str, of_column: Profile) -> tuple[int, str]:
    """The score of a name, in the light of the column's values, and the reason in words."""
    if not of_column.values:
        return by_name - _NOT_SEEN, f"{why}; no value of it has been seen"
    if field in TIME_FIELDS:
        # A detail's time that cannot be read would send its row to quarantine.
        least = MOSTLY if field == "at" else 1.0
        return (by_name if of_column.dates.readable >= least else 0), f"{why}, and its values are times"
    if field == "event":
        return _judged_event(by_name, why, of_column)
    if field == "event_id":
        why += ", and no value comes twice"
    return by_name - _against(field, of_column), why


def _judged_event(by_name: int, why: str, of_column: Profile) -> tuple[int, str]:
    if of_column.scattered or of_column.numbers >= HALF or not _is_text(of_column):
        return 0, ""
    alike = f"{of_column.events:.0%} of its values are called like events"
    if by_name >= LEAST_GUESS:
        always = sum(of_column.values.values()) >= _MANY and len(of_column.values) == 1
        score = round(_OF_NAME * by_name + _OF_VALUES * of_column.events) - _ALWAYS_THE_SAME * always
        return score, f"{why}, and {alike}" if of_column.events else why
    if of_column.events >= HALF:
        return round(_LIKE_EVENTS + _OF_EVENTS * of_column.events), alike
    return 0, ""


def _is_text(of_column: Profile) -> bool:
    return of_column.dates.readable < HALF and not of_column.truths


def _against(field: str, of_column: Profile) -> int:
    """What the values of a column take off its being such a field."""
    if field in _KINDS_OF_VALUES:
        return 0 if _KINDS_OF_VALUES[field](of_column) else _VETO
    if not _is_text(of_column) or (of_column.long and field not in _LONG_FIELDS):
        return _VETO
    names = of_column.ids >= MOSTLY or of_column.persons >= MOSTLY
    vetoes = {
        "listing": of_column.persons >= MOSTLY,
        "event_id": not of_column.unique,
        "title": names,
        "department": names,
    }
    if vetoes.get(field, False):
        return _VETO
    if field == "listing":
        return _EVENTS_FOR_NAME * (of_column.events >= HALF) + _WORDS_FOR_ID * (of_column.ids < HALF)
    if field == "application":
        return _EVENTS_FOR_NAME * (of_column.events >= HALF) + _PERSONS_FOR_ID * (of_column.persons >= HALF)
    return 0
